"""Follow code statically through the project: what a function reaches, without importing or running anything.

A *definition* is all that a module says about one of its names: each module-level statement that binds it, or changes
it (``TABLE["x"] = 1``, ``TABLE.update(…)``, ``@dispatch.register``). A definition reaches the definitions of every
global name that it uses, through imports, re-exports and attributes of modules. Other packages are not followed: their
versions count instead. The standard library goes with the version of Python.

What cannot be followed this way is a ``DeclarationError`` with its line, never a guess: names computed while running,
modules as objects, star imports, and global tables that functions change (their contents depend on who called whom).

Files: ``open``, ``read_text``, ``os.environ`` and the like are refused, because what they read is in no fingerprint;
data reaches a trial opened, as ``Data``. A reader of another package that is handed a literal path
(``np.load("x.npy")``) is not noticed: the same functions decode checkpoints from memory, and a path cannot be told from
a buffer.
"""

from __future__ import annotations

import ast
import builtins
import hashlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import NoReturn

from report.cache import scopes
from report.cache.files import Memory
from report.cache.modules import Module, Written, load
from report.cache.scopes import Imported
from report.cache.statements import Use
from report.errors import DeclarationError, Where, nearest

ENGINE = "report"
EFFECTS = "<import>"  # the "name" of what importing a module does, beside binding names

_COMPUTED = "use the name itself, or a dictionary from names to functions"
_READS = "what it reads is not part of the fingerprint: declare it as Data, or pass it as an argument"
_REFUSED_BUILTINS = {
    "eval": "write the expression as code, or as a function",
    "exec": "write the code in a module",
    "compile": "write the code in a module",
    "globals": _COMPUTED,
    "locals": _COMPUTED,
    "vars": _COMPUTED,
    "getattr": "only a literal name can be followed: " + _COMPUTED,
    "__import__": "write an import statement",
    "__builtins__": _COMPUTED,
    "__doc__": "docstrings do not count as code: keep the text in a constant",
    "__file__": "a result must not depend on where the checkout lies: declare the file as Data",
    "open": _READS,
    "input": _READS,
}
_REFUSED_LIBRARY = {
    "builtins": _COMPUTED,
    "ctypes": "code in other languages cannot be followed: put it into a package, whose version counts",
    "importlib": "write an import statement",
    "inspect": "code that looks at code sees what does not count, such as comments",
    "io.open": _READS,
    "operator.attrgetter": _COMPUTED,
    "operator.methodcaller": _COMPUTED,
    "os.environ": _READS,
    "os.getenv": _READS,
    "os.open": _READS,
    "os.popen": "another program cannot be followed",
    "os.system": "another program cannot be followed",
    "pkgutil": "write an import statement",
    "runpy": "write an import statement",
    "subprocess": "another program cannot be followed",
    "sys.argv": _READS,
    "sys.modules": _COMPUTED,
    "typing.get_type_hints": "annotations of functions do not count as code: keep the types in a constant",
}
_ENGINE_MAY = {"eval", "compile", "getattr", "vars", "inspect", "__file__"}
"""What the engine may use, by whose authors it is known to look into other packages and authors' objects, not into modules."""
_REFUSED_LIBRARIES = {name.partition(".")[0] for name in _REFUSED_LIBRARY}
_KNOWN_TO_PYTHON = {*dir(builtins), *_REFUSED_BUILTINS, "__class__", "__debug__", "__module__", "__name__", "__qualname__"}

Name = tuple[str, str]  # (module, name in it)


@dataclass(frozen=True)
class Definition:
    """All that a module says about one name: ``digest`` of its normalised text and of what its names stand for."""

    digest: str
    reaches: tuple[Name, ...]
    packages: frozenset[str]


@dataclass(frozen=True)
class Reach:
    """What some roots reach: digests by qualified name, in alphabetical order, and the other packages they use."""

    definitions: dict[str, str]
    packages: frozenset[str]


class Sources:
    """The project's source files below ``root``, each read once; the engine counts as part of the project.

    ``memory`` remembers what was found in which file. ``measured`` are functions that
    look at the machine, by qualified name, with what they return: that value counts, as part of the machine, for whatever
    reaches them, and so they may look where other code may not.
    """

    def __init__(self, root: Path, memory: Memory | None = None, measured: Mapping[str, Mapping[str, str]] | None = None):
        self.root, self.memory, self.measured = Path(root).resolve(), memory, measured or {}
        self._modules: dict[str, Module | None] = {}
        self._definitions: dict[Name, Definition] = {}
        self._reached: dict[tuple[Name, ...], Reach] = {}
        self._anonymous: dict[Name, tuple[Written, frozenset[str]]] = {}  # with the names that it takes along
        self._project: dict[str, bool] = {}
        self._shown: dict[str, str] = {}

    # --- asking ---

    def has(self, module: str) -> bool:
        """Whether ``module`` belongs to this project (or is the engine's)."""
        top = module.partition(".")[0]
        if top not in self._project:
            self._project[top] = self._find(top) is not None
        return self._project[top]

    def module_at(self, path: Path) -> str:
        """The name under which the file at ``path`` (below the root) is imported."""
        parts = path.resolve().relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def reach(self, roots: Iterable[Name]) -> Reach:
        """All that ``roots`` reach, themselves included. Raises ``DeclarationError`` at what cannot be followed."""
        names = tuple(sorted(set(roots)))
        if names not in self._reached:
            self._reached[names] = self._reach(names)
        return self._reached[names]

    def normalised(self, qualified: str) -> str:
        """The source behind a name of a ``Reach``, without what does not count: for people, and for their diffs."""
        if qualified not in self._shown:
            name = next(name for name in self._definitions if ".".join(name) == qualified)
            self._shown[qualified] = "\n".join(ast.unparse(_Bare().visit(node)) for node in self._nodes(name))
        return self._shown[qualified]

    def _nodes(self, name: Name) -> list[ast.AST]:
        body = self.module(name[0]).body()
        if name not in self._anonymous:
            return [body[number] for number in self._statements(*name)]
        line, column, *_ = self._anonymous[name][0].span
        functions = (n for s in body for n in ast.walk(s) if isinstance(n, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef))
        starts = ((n, n.body if isinstance(n, ast.Lambda) else n.body[0]) for n in functions)
        return [next(n for n, first in starts if (first.lineno, first.col_offset) == (line, column))]

    def where(self, module: str, line: int | None = None) -> Where:
        """A place in a project file, named from the root."""
        path = self.module(module).path
        return Where(path.relative_to(self.root) if path.is_relative_to(self.root) else path, line)

    def anonymous(self, module: str, code: CodeType) -> Name:
        """The lambda or nested function of ``module`` that was compiled to ``code``, as a root to ``reach`` from."""
        written = self.module(module).function(code)
        if written is None:
            raise DeclarationError(
                f"cannot tell which function '{code.co_name}' is in the source",
                where=self.where(module, code.co_firstlineno),
                remedy="Make it a function at the top level of the file, or put it on a line of its own.",
            )
        text = f"{written.reading.digest} {code.co_freevars}"
        name = module, f"<{code.co_name.strip('<>')} {hashlib.sha256(text.encode()).hexdigest()[:12]}>"
        self._anonymous[name] = written, frozenset(code.co_freevars)
        return name

    # --- modules ---

    def module(self, name: str) -> Module:
        """The parsed module. Raises ``DeclarationError`` when there is none, or when it is no Python."""
        if name not in self._modules:
            path = self._find(name)
            self._modules[name] = load(name, path, self.memory) if path else None
        module = self._modules[name]
        if module is None:
            raise DeclarationError(f"no module '{name}' below {self.root}", remedy="Correct the import, or add the file.")
        return module

    def _find(self, name: str) -> Path | None:
        root = Path(__file__).parents[2] if name.partition(".")[0] == ENGINE else self.root
        path = root.joinpath(*name.split("."))
        for file in (path / "__init__.py", path.with_name(path.name + ".py")):
            if file.is_file():
                return file
        return path if path.is_dir() and any(path.glob("*.py")) else None

    def _statements(self, module: str, name: str) -> list[int]:
        parsed = self.module(module)
        return parsed.index.effects if name == EFFECTS else parsed.index.statements.get(name, [])

    # --- following ---

    def _reach(self, roots: tuple[Name, ...]) -> Reach:
        seen: dict[Name, Definition] = {}
        todo = list(roots)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen[name] = self._definition(name)
                todo += seen[name].reaches
        found = {".".join(name): definition.digest for name, definition in sorted(seen.items())}
        return Reach(found, frozenset().union(*(definition.packages for definition in seen.values())))

    def _definition(self, name: Name) -> Definition:
        if name not in self._definitions:
            self._definitions[name] = self._follow(name)
        return self._definitions[name]

    def _follow(self, name: Name) -> Definition:
        module = self.module(name[0])
        if ".".join(name) in self.measured:
            return Definition(hashlib.sha256(repr(name).encode()).hexdigest(), (), frozenset())
        if module.index.star:
            raise DeclarationError(
                "names that come through a star import cannot be followed",
                where=self.where(module.name, module.index.star),
                remedy="Import them by name.",
            )
        taken: frozenset[str] = frozenset()
        if name in self._anonymous:
            written, taken = self._anonymous[name]
            readings = [written.reading]
        else:
            readings = [module.reading(number) for number in self._statements(*name)]
            if name[1] in module.index.changed:
                self._refuse_change(module, name[1], module.index.changed[name[1]])
        links: dict[str, list[str]] = {}
        reaches: dict[Name, None] = dict.fromkeys(self._packages_around(module))
        packages: set[str] = set()
        for reading in readings:
            for refusal in reading.refusals:
                raise DeclarationError(
                    refusal.what, where=self.where(module.name, refusal.line), remedy=_sentence(refusal.remedy)
                )
            for use in (use for use in reading.uses if use.name not in taken):
                for target in self._targets(module, use):
                    self._note(target, ".".join((use.name, *use.chain)), links, reaches, packages)
        reaches.pop(name, None)
        text = "\n".join(
            [*(r.digest for r in readings), *(f"{k} = {', '.join(sorted(set(v)))}" for k, v in sorted(links.items()))]
        )
        return Definition(hashlib.sha256(text.encode()).hexdigest(), tuple(reaches), frozenset(packages))

    @staticmethod
    def _note(
        target: Name | str, spelling: str, links: dict[str, list[str]], reaches: dict[Name, None], packages: set[str]
    ) -> None:
        if isinstance(target, tuple):
            links.setdefault(spelling, []).append(":".join(target))
            reaches[target] = None
        else:
            links.setdefault(spelling, []).append(target)
            top = target.partition(".")[0]
            if top not in sys.stdlib_module_names:
                packages.add(top)

    def _packages_around(self, module: Module) -> Iterator[Name]:
        """What importing ``module`` runs beside binding names: its own loose statements and its packages'."""
        parts = module.name.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if self.module(name).index.effects:
                yield name, EFFECTS

    def _refuse_change(self, module: Module, name: str, line: int) -> None:
        raise DeclarationError(
            f"a function changes the global '{name}', which results depend on: what it holds depends on who called whom",
            where=self.where(module.name, line),
            remedy="Write the table out at the top level, return the new value, or cache with functools.cache.",
        )

    def _targets(self, module: Module, use: Use) -> list[Name | str]:
        """What a use stands for: definitions of this project, or dotted names of others."""
        imports = use.imported or tuple(module.imports(use.name))
        found: list[Name | str] = []
        if not use.imported and use.name in module.index.statements:
            found.append((module.name, use.name))
        for imported in imports:
            found += self._imported(module, imported, use)
        if not found and not imports:
            self._refuse_unknown(module, use)
        return found

    def _refuse_unknown(self, module: Module, use: Use) -> None:
        if use.harmless or use.name in module.index.typing_only:
            return
        if use.name in _REFUSED_BUILTINS and not (use.name in _ENGINE_MAY and module.name.startswith(f"{ENGINE}.")):
            self._refuse(module, use.name, use.line, _REFUSED_BUILTINS[use.name])
        if use.name not in _KNOWN_TO_PYTHON:
            self._refuse(
                module, use.name, use.line, "no statement of the file defines it: define or import it at the top level"
            )

    def _refuse(self, module: Module, name: str, line: int, remedy: str) -> NoReturn:
        where = self.where(module.name, line)
        raise DeclarationError(
            f"'{name}' in code that a result depends on cannot be followed", where=where, remedy=_sentence(remedy)
        )

    def _imported(self, module: Module, imported: Imported, use: Use) -> list[Name | str]:
        rest = ((imported.name,) if imported.name else ()) + use.chain
        if not self.has(imported.module):
            dotted = ".".join((imported.module, *rest))
            self._refuse_library(module, dotted, use.line)
            return [dotted]
        found = self._inside(module, self.module(imported.module), rest, use)
        if use.changes:
            self._refuse_change(module, ".".join((use.name, *use.chain)), use.line)
        return found

    def _refuse_library(self, module: Module, dotted: str, line: int) -> None:
        top = dotted.partition(".")[0]
        if top in _ENGINE_MAY and module.name.startswith(f"{ENGINE}."):
            return
        if top in _REFUSED_LIBRARIES and not dotted.startswith("importlib.metadata"):
            for prefix, remedy in _REFUSED_LIBRARY.items():
                if (dotted + ".").startswith(prefix + "."):
                    self._refuse(module, dotted, line, remedy)

    def _inside(self, user: Module, module: Module, rest: tuple[str, ...], use: Use) -> list[Name | str]:
        """Walk the dotted names ``rest`` from ``module`` on: through submodules, to a definition or a re-export."""
        if not rest:
            self._refuse(user, use.name, use.line, "a module as an object cannot be followed: name what is needed from it")
        name, chain = rest[0], rest[1:]
        submodule = f"{module.name}.{name}"
        if module.binds(name) and module.imports(name) != [Imported(module.name, name)]:
            return self._targets(module, Use(name, chain, use.line))
        if self._find(submodule):
            return self._inside(user, self.module(submodule), chain, use)
        if module.binds("__getattr__"):
            self._refuse(user, submodule, use.line, "it comes from a module-level __getattr__: define it by name")
        if module.index.star:
            self._refuse(module, name, module.index.star, "it comes through a star import: import it by name")
        if name == "__name__":
            return [submodule]
        where = self.where(user.name, use.line)
        raise DeclarationError(
            f"'{module.name}' has no '{name}'",
            where=where,
            remedy=nearest(name, (*module.index.statements, *module.index.imports)),
        )


class _Bare(ast.NodeTransformer):
    """Takes away what does not count, to show people what does."""

    def visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list):
                setattr(node, name, [s for s in statements if scopes.counts(s)])
        if isinstance(getattr(node, "body", None), list) and not node.body and not isinstance(node, ast.Module):  # type: ignore[attr-defined]
            node.body = [ast.Pass()]  # type: ignore[attr-defined]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not scopes.sees_annotations(node):
            node.returns = None
            for argument in scopes.arguments_of(node.args):
                argument.annotation = None
        return node


def _sentence(remedy: str) -> str:
    return remedy[0].upper() + remedy[1:] + "."
