"""Follow code statically through the project: what a function reaches, without importing or running anything.

A *definition* is all that a module says about one of its names: each module-level statement that binds it, or changes it
(``TABLE["x"] = 1``, ``TABLE.update(…)``, ``@dispatch.register``). A definition reaches the definitions of every global name
that it uses, through imports, re-exports and attributes of modules. Other packages are not followed: their versions count
instead. The standard library goes with the version of Python.

What cannot be followed this way is a ``DeclarationError`` with its line, never a guess: names computed while running, modules
as objects, star imports, and global tables that functions change (their contents depend on who called whom).

Files: ``open``, ``read_text``, ``os.environ`` and the like are refused, because what they read is in no fingerprint; data reaches
a trial opened, as ``Data``. A reader of another package that is handed a literal path (``np.load("x.npy")``) is not noticed: the
same functions decode checkpoints from memory, and a path cannot be told from a buffer.
"""

from __future__ import annotations

import ast
import builtins
import copy
import hashlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import NoReturn

from report import scopes
from report.errors import DeclarationError, Where, nearest
from report.scopes import Function, Imported, Reading, Use

ENGINE = __package__
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
_REFUSED_LIBRARIES = {name.partition(".")[0] for name in _REFUSED_LIBRARY}
_KNOWN_TO_PYTHON = {*dir(builtins), "__class__", "__debug__", "__module__", "__name__", "__qualname__"}

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


@dataclass
class Module:
    """A parsed module: for each global name the numbers of the statements that say something about it."""

    name: str
    path: Path
    package: str
    body: list[ast.stmt]
    statements: dict[str, list[int]] = field(default_factory=dict)
    imports: dict[str, list[Imported]] = field(default_factory=dict)
    effects: list[int] = field(default_factory=list)
    typing_only: set[str] = field(default_factory=set)
    star: int | None = None

    def binds(self, name: str) -> bool:
        return name in self.statements or name in self.imports


class Sources:
    """The project's source files below ``root``, each read and parsed once; the engine counts as part of the project."""

    def __init__(self, root: Path):
        self.root = Path(root).resolve()
        self._modules: dict[str, Module | None] = {}
        self._readings: dict[tuple[str, int], Reading] = {}
        self._definitions: dict[Name, Definition] = {}
        self._changed: dict[str, dict[str, int]] = {}
        self._reached: dict[tuple[Name, ...], Reach] = {}
        self._anonymous: dict[Name, tuple[Function | ast.Lambda, tuple[str, ...]]] = {}
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
            body = self.module(name[0]).body
            nodes = [self._anonymous[name][0]] if name in self._anonymous else [body[i] for i in self._statements(*name)]
            self._shown[qualified] = "\n".join(ast.unparse(_Bare().visit(copy.deepcopy(node))) for node in nodes)
        return self._shown[qualified]

    def where(self, module: str, line: int | None = None) -> Where:
        """A place in a project file, named from the root."""
        path = self.module(module).path
        return Where(path.relative_to(self.root) if path.is_relative_to(self.root) else path, line)

    def anonymous(self, module: str, code: CodeType) -> Name:
        """The lambda or nested function of ``module`` that was compiled to ``code``, as a root to ``reach`` from."""
        found = [node for node in _functions(self.module(module).body, code.co_firstlineno) if _is_source_of(node, code)]
        if len(found) > 1:  # one lambda inside the other: the instructions of the inner one lie in both
            found = sorted(found, key=lambda node: len(ast.unparse(node)))[:1] if code.co_name == "<lambda>" else []
        if not found:
            raise DeclarationError(
                f"cannot tell which function '{code.co_name}' is in the source",
                where=self.where(module, code.co_firstlineno),
                remedy="Make it a function at the top level of the file, or put it on a line of its own.",
            )
        known = [name for name, (node, _) in self._anonymous.items() if node is found[0]]
        number = sum(name[0] == module for name in self._anonymous) + 1
        name = known[0] if known else (module, f"<{code.co_name.strip('<>')} {number}>")
        self._anonymous[name] = found[0], code.co_freevars
        return name

    # --- modules ---

    def module(self, name: str) -> Module:
        """The parsed module. Raises ``DeclarationError`` when there is none, or when it is no Python."""
        if name not in self._modules:
            path = self._find(name)
            self._modules[name] = self._parse(name, path) if path else None
        module = self._modules[name]
        if module is None:
            raise DeclarationError(f"no module '{name}' below {self.root}", remedy="Correct the import, or add the file.")
        return module

    def _find(self, name: str) -> Path | None:
        root = Path(__file__).parents[1] if name.partition(".")[0] == ENGINE else self.root
        path = root.joinpath(*name.split("."))
        for file in (path / "__init__.py", path.with_name(path.name + ".py")):
            if file.is_file():
                return file
        return path if path.is_dir() and any(path.glob("*.py")) else None

    def _parse(self, name: str, path: Path) -> Module:
        if path.is_dir():
            return Module(name, path, name, [])
        try:
            tree = ast.parse(path.read_bytes(), str(path))
        except SyntaxError as error:
            raise DeclarationError(f"this is not Python: {error.msg}", where=Where(path, error.lineno)) from error
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        return index(Module(name, path, package, tree.body))

    def _statements(self, module: str, name: str) -> list[int]:
        parsed = self.module(module)
        return parsed.effects if name == EFFECTS else parsed.statements.get(name, [])

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
        if module.star:
            raise DeclarationError(
                "names that come through a star import cannot be followed",
                where=self.where(module.name, module.star),
                remedy="Import them by name.",
            )
        if name in self._anonymous:
            node, local = self._anonymous[name]
            readings = [scopes.read(node, module.package, local)]
        else:
            readings = [self._reading(module, number) for number in self._statements(*name)]
            self._refuse_if_functions_change(module, name[1])
        links: dict[str, list[str]] = {}
        reaches: dict[Name, None] = dict.fromkeys(self._packages_around(module))
        packages: set[str] = set()
        for reading in readings:
            for refusal in reading.refusals:
                raise DeclarationError(
                    refusal.what, where=self.where(module.name, refusal.line), remedy=_sentence(refusal.remedy)
                )
            for use in reading.uses:
                for target in self._targets(module, use):
                    self._note(target, ".".join((use.name, *use.chain)), links, reaches, packages)
        reaches.pop(name, None)
        text = "\n".join(
            [*(r.text for r in readings), *(f"{k} = {', '.join(sorted(set(v)))}" for k, v in sorted(links.items()))]
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

    def _reading(self, module: Module, number: int) -> Reading:
        key = (module.name, number)
        if key not in self._readings:
            self._readings[key] = scopes.read(module.body[number], module.package)
        return self._readings[key]

    def _packages_around(self, module: Module) -> Iterator[Name]:
        """What importing ``module`` runs beside binding names: its own loose statements and its packages'."""
        parts = module.name.split(".")
        for end in range(1, len(parts) + 1):
            name = ".".join(parts[:end])
            if self.module(name).effects:
                yield name, EFFECTS

    def _refuse_if_functions_change(self, module: Module, name: str) -> None:
        if module.name not in self._changed:
            uses = [use for number in range(len(module.body)) for use in self._reading(module, number).uses]
            self._changed[module.name] = {use.name: use.line for use in uses if use.changes and not use.imported}
        line = self._changed[module.name].get(name)
        if line:
            self._refuse_change(module, name, line)

    def _refuse_change(self, module: Module, name: str, line: int) -> None:
        raise DeclarationError(
            f"a function changes the global '{name}', which results depend on: what it holds depends on who called whom",
            where=self.where(module.name, line),
            remedy="Write the table out at the top level, return the new value, or cache with functools.cache.",
        )

    def _targets(self, module: Module, use: Use) -> list[Name | str]:
        """What a use stands for: definitions of this project, or dotted names of others."""
        imports = use.imported or tuple(module.imports.get(use.name, ()))
        found: list[Name | str] = []
        if not use.imported and use.name in module.statements:
            found.append((module.name, use.name))
        for imported in imports:
            found += self._imported(module, imported, use)
        if not found and not imports:
            self._refuse_unknown(module, use)
        return found

    def _refuse_unknown(self, module: Module, use: Use) -> None:
        if use.harmless or use.name in module.typing_only:
            return
        if use.name in _REFUSED_BUILTINS:
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
        if dotted.partition(".")[0] in _REFUSED_LIBRARIES and not dotted.startswith("importlib.metadata"):
            for prefix, remedy in _REFUSED_LIBRARY.items():
                if (dotted + ".").startswith(prefix + "."):
                    self._refuse(module, dotted, line, remedy)

    def _inside(self, user: Module, module: Module, rest: tuple[str, ...], use: Use) -> list[Name | str]:
        """Walk the dotted names ``rest`` from ``module`` on: through submodules, to a definition or a re-export."""
        if not rest:
            self._refuse(user, use.name, use.line, "a module as an object cannot be followed: name what is needed from it")
        name, chain = rest[0], rest[1:]
        submodule = f"{module.name}.{name}"
        if module.binds(name) and module.imports.get(name) != [Imported(module.name, name)]:
            return self._targets(module, Use(name, chain, use.line))
        if self._find(submodule):
            return self._inside(user, self.module(submodule), chain, use)
        if module.binds("__getattr__"):
            self._refuse(user, submodule, use.line, "it comes from a module-level __getattr__: define it by name")
        if module.star:
            self._refuse(module, name, module.star, "it comes through a star import: import it by name")
        if name == "__name__":
            return [submodule]
        where = self.where(user.name, use.line)
        raise DeclarationError(
            f"'{module.name}' has no '{name}'", where=where, remedy=nearest(name, (*module.statements, *module.imports))
        )


# --- what module-level statements say about which names --------------------------------------------------------------


def index(module: Module) -> Module:
    """Fill in which names each module-level statement binds, changes or imports."""
    for number, statement in enumerate(module.body):
        if isinstance(statement, ast.If) and _is_main(statement.test):
            continue
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            bound = _bound(statement, module)
            for name in bound:
                module.statements.setdefault(name, []).append(number)
        _note_imports(statement, module)
    for number, statement in enumerate(module.body):
        if isinstance(statement, ast.If) and _is_main(statement.test):
            continue
        for name in _touched(statement):
            if name in module.statements and number not in module.statements[name]:
                module.statements[name].append(number)
        if _has_effect(statement, module):
            module.effects.append(number)
    for numbers in module.statements.values():
        numbers.sort()
    return module


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _bound(statement: ast.stmt, module: Module) -> set[str]:
    if scopes.is_type_checking(statement):
        assert isinstance(statement, ast.If)
        return scopes.scope_of(statement.orelse, module.package).bound
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    scope = scopes.scope_of([statement], module.package)
    return scope.bound | set(scope.imports)  # only compound statements come here with imports


def _note_imports(statement: ast.stmt, module: Module) -> None:
    nodes: list[ast.stmt] = [statement]
    if scopes.is_type_checking(statement):
        assert isinstance(statement, ast.If)
        module.typing_only |= set(scopes.scope_of(statement.body, module.package).imports)
        nodes = statement.orelse
    for name, targets in scopes.scope_of(nodes, module.package).imports.items():
        if name == "*":
            module.star = statement.lineno
        else:
            module.imports.setdefault(name, []).extend(targets)


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is below it that runs at import: not the insides of functions and classes."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _parts(child)


def _touched(statement: ast.stmt) -> set[str]:
    """The names whose objects a statement may change without binding them."""
    names: set[str] = set()
    for node in _parts(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names |= {name for decorator in node.decorator_list for name in _registers_at(decorator)}
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            names |= {scopes.root_of(node) or ""}
        elif isinstance(node, ast.Expr):
            names |= _names(node.value)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in scopes.CHANGES_AND_RETURNS
        ):
            names |= {scopes.root_of(node.func) or ""}
    return names


def _registers_at(decorator: ast.expr) -> set[str]:
    """What a decorator may change: ``f`` in ``@f.register``, and all that is handed to ``@add_to(table)``."""
    call = decorator if isinstance(decorator, ast.Call) else None
    function = call.func if call else decorator
    handed = [*call.args, *(k.value for k in call.keywords)] if call else []
    root = {scopes.root_of(function) or ""} if isinstance(function, ast.Attribute) else set()
    return root.union(*(_names(value) for value in handed))


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _has_effect(statement: ast.stmt, module: Module) -> bool:
    """Whether importing the module does more than bind and fill its own names: ``torch.set_num_threads(1)``, say."""
    for node in _parts(statement):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            root = scopes.root_of(function)
            if not (isinstance(function, ast.Attribute) and root in module.statements):
                return True
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if scopes.root_of(node) not in module.statements:
                return True
    return False


# --- functions without a name of their own ----------------------------------------------------------------------------


def _functions(body: list[ast.stmt], line: int) -> Iterator[Function | ast.Lambda]:
    for statement in body:
        first = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", ()))])
        if first <= line <= (statement.end_lineno or line):
            for node in ast.walk(statement):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and _first_line(node) == line:
                    yield node


def _first_line(node: Function | ast.Lambda) -> int:
    return min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])


def _is_source_of(node: Function | ast.Lambda, code: CodeType) -> bool:
    """Whether ``code`` can have been compiled from ``node``: same name and arguments, instructions inside its body."""
    names = [a.arg for a in scopes.arguments_of(node.args)]
    if _name(node) != code.co_name or sorted(names) != sorted(code.co_varnames[: len(names)]):
        return False
    if not isinstance(node, ast.Lambda):
        return True
    first, last = (node.body.lineno, node.body.col_offset), (node.body.end_lineno or 0, node.body.end_col_offset or 0)
    places = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]  # (0, 0): the entry point
    return bool(places) and all(first <= (a, c) and (b, d) <= last for a, b, c, d in places)  # type: ignore[operator]


def _name(node: Function | ast.Lambda) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


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
