"""Follow code statically through the project: what a function reaches, without importing or running anything.

A *definition* is every module-level statement that binds one of a module's names. It reaches the definitions of every
global name that it uses, through imports, re-exports and attributes of modules. What importing does beyond that counts as
``report.cache.imports`` says. Other packages are not followed: their versions count instead. The standard library goes with
the version of Python.

What cannot be followed this way is a ``DeclarationError`` with its line, never a guess: names computed while running,
modules as objects, star imports, global tables that functions change (their contents depend on who called whom), and
whatever looks at files, at the clock or at the machine (``report.cache.refusals``): data reaches a trial opened, as ``Data``.
"""

from __future__ import annotations

import ast
import builtins
import functools
import hashlib
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any, NoReturn

from report.cache import refusals, scopes
from report.cache.deeds import Mention
from report.cache.digests import Node, Qualified, digest_of
from report.cache.imports import Effect, Imports, chosen, number_of
from report.cache.memory import Memory
from report.cache.modules import Module, Nameless, load
from report.cache.scopes import Imported
from report.cache.seals import Reach, Seals
from report.cache.statements import EVERYTHING, NOTHING, Use
from report.errors import DeclarationError, Where, nearest

ENGINE = "report"
WHOLE = "<module>"  # the "name" of a module that is looked into by names that are computed
_KNOWN_TO_PYTHON = {*dir(builtins), *refusals.BUILTINS, "__class__", "__debug__", "__module__", "__name__", "__qualname__"}
ABSENT = "absent "  # a package that need not be there


@dataclass(frozen=True)
class Whole:
    """Modules taken whole: the digest of all that they say, and the other packages they use."""

    digest: str
    packages: frozenset[str]


class Sources:
    """The project's source files below ``root``, each read once; the engine counts as part of the project.

    What cannot be followed is an error, unless ``lenient``: then it is followed as far as can be.

    ``memory`` remembers what was found in which file. ``measured`` are functions that
    look at the machine, by qualified name, with what they return: that value counts, as part of the machine, for whatever
    reaches them, and so they may look where other code may not.
    """

    def __init__(
        self,
        root: Path,
        memory: Memory | None = None,
        measured: Mapping[str, Mapping[str, str]] | None = None,
        lenient: bool = False,
        read: Callable[[Path], bytes] = Path.read_bytes,
    ):
        self.root, self.memory, self.measured, self.lenient = Path(root).resolve(), memory, measured or {}, lenient
        self.read = read
        self.module, self.node = functools.cache(self._loaded), functools.cache(self._follow)
        self._find, self._reached = functools.cache(self._looked_for), functools.cache(self._reach)
        self._closures: dict[Qualified, frozenset[Qualified]] = {}
        self._anonymous: dict[Qualified, tuple[Nameless, frozenset[str]]] = {}  # with the names that it takes along
        self.normalised = functools.cache(self._shown)
        self._imports = Imports(self)
        self._seals = Seals(self, self._imports)

    # --- asking ---

    def has(self, module: str) -> bool:
        """Whether ``module`` belongs to this project (or is the engine's)."""
        return self._find(module.partition(".")[0]) is not None

    def reach(self, roots: Iterable[Qualified]) -> Reach:
        """All that ``roots`` reach, themselves included. Raises ``DeclarationError`` at what cannot be followed."""
        return self._reached(tuple(dict.fromkeys(roots)))

    def whole(self, starts: Iterable[str]) -> Whole:
        """All of the engine's modules that can be imported from ``starts``, by any function, with all that they say."""
        said: dict[str, Any] = {}
        packages: set[str] = set()
        shelf = sorted(Path(__file__).parents[1].glob("[a-z]*.py"))  # what any author may import
        todo = [*starts, *(f"{ENGINE}.{file.stem}" for file in shelf)]
        while todo:
            name = todo.pop()
            if name in said:
                continue
            index = self.module(name).index
            said[name] = [[reading[0], reading[1]] for reading in index.readings]
            for module, part in [*(loaded[1:] for loaded in index.loads), *index.inner]:
                if self.has(module):
                    within = (each for each in (module, f"{module}.{part}") if each.startswith(f"{ENGINE}."))
                    todo += [each for each in within if self._find(each)]
                elif module.partition(".")[0] not in sys.stdlib_module_names:
                    top = module.partition(".")[0]
                    packages.add(ABSENT + top if module in index.optional else top)
        return Whole(digest_of(sorted(said.items())), frozenset(packages))

    def importable(self, starts: Iterable[str]) -> list[str]:
        """All modules of the project that importing and running ``starts`` may import."""
        found: dict[str, None] = {}
        todo = list(starts)
        while todo:
            name = todo.pop()
            if name not in found and self.exists(name):
                found[name] = None
                index = self.module(name).index
                loaded = [*(each[1:] for each in index.loads), *index.inner, [name.rpartition(".")[0] or name, None]]
                todo += [each for module, part in loaded if self.has(module) for each in (module, f"{module}.{part}")]
        return sorted(found)

    def _shown(self, name: Qualified) -> str:
        """The source behind a definition or statement, without what does not count: for people, and for their diffs."""
        return "\n".join(ast.unparse(_Bare().visit(node)) for node in self._trees(name))

    def _trees(self, name: Qualified) -> list[ast.AST]:
        body = self.module(name[0]).body()
        if name not in self._anonymous:
            return [body[number] for number in self.statements(*name)]
        line, column, *_ = self._anonymous[name][0].span
        functions = (n for s in body for n in ast.walk(s) if isinstance(n, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef))
        starts = ((n, n.body if isinstance(n, ast.Lambda) else n.body[0]) for n in functions)
        return [next(n for n, first in starts if (first.lineno, first.col_offset) == (line, column))]

    def where(self, module: str, line: int | None = None) -> Where:
        """A place in a project file, named from the root."""
        path = self.module(module).path
        return Where(path.relative_to(self.root) if path.is_relative_to(self.root) else path, line)

    def anonymous(self, module: str, code: CodeType) -> Qualified:
        """The lambda or nested function of ``module`` that was compiled to ``code``, as a root to ``reach`` from."""
        written = self.module(module).function(code)
        if written is None:
            raise DeclarationError(
                f"cannot tell which function '{code.co_name}' is in the source",
                where=self.where(module, code.co_firstlineno),
                remedy="Make it a function at the top level of the file, or put it on a line of its own.",
            )
        spelled = [(use.name, use.chain, use.slot) for use in written.reading.uses]
        text = f"{written.reading.digest} {spelled} {code.co_freevars}"
        name = module, f"<{code.co_name.strip('<>')} {hashlib.sha256(text.encode()).hexdigest()[:12]}>"
        self._anonymous[name] = written, frozenset(code.co_freevars)
        return name

    # --- modules ---

    def _loaded(self, name: str) -> Module:
        """The parsed module. Raises ``DeclarationError`` when there is none, or when it is no Python."""
        path = self._find(name)
        if path is None:
            raise DeclarationError(f"no module '{name}' below {self.root}", remedy="Correct the import, or add the file.")
        return load(name, path, self.memory, self.read)

    def _looked_for(self, name: str) -> Path | None:
        root = Path(__file__).parents[2] if name.partition(".")[0] == ENGINE else self.root
        path = root.joinpath(*name.split("."))
        for file in (path / "__init__.py", path.with_name(path.name + ".py")):
            if file.is_file():
                return file
        return path if path.is_dir() and any(path.glob("*.py")) else None

    def exists(self, name: str) -> bool:
        """Whether there is such a module in this project."""
        if self.lenient and name.partition(".")[0] == ENGINE:
            return False
        return all(map(str.isidentifier, name.split("."))) and self.has(name) and self._find(name) is not None

    def statements(self, module: str, name: str) -> list[int]:
        number = number_of((module, name))
        return self.module(module).index.statements.get(name, []) if number is None else [number]

    # --- following ---

    def _reach(self, roots: tuple[Qualified, ...]) -> Reach:
        seen = dict.fromkeys(self.closure(roots))
        starts = [module for module, _ in roots]
        effects: list[Effect] = []
        while True:
            starts += sorted({module for module, _ in seen} - {*self._imports.modules(starts)})
            here = [e for m in self._imports.modules(starts) for e in self._imports.effects(m)]
            effects = list(chosen(here, seen))
            more = self.closure([*(e.name for e in effects), *self._looked_into(seen)]) - seen.keys()
            if not more:
                return self._seals.reach(roots, seen, effects, starts, self._looked_into(seen))
            seen |= dict.fromkeys(more)

    def _looked_into(self, seen: Collection[Qualified]) -> list[Qualified]:
        """What modules that are looked into by computed names may be asked for: all that something is asked for."""
        whole = [module for module, name in seen if name == WHOLE]
        if not whole:
            return []
        looking = (self.node(name) for name in seen if name[1] != WHOLE)
        words = {word for node in looking if any("importlib" in target for _, target in node.links) for word in node.asked}
        inside = {each for module in whole for each in (module, *self._modules_in(module))}
        return [(module, word) for module in sorted(inside) for word in sorted(words) if self.module(module).binds(word)]

    def _modules_in(self, module: str) -> list[str]:
        folder = self.module(module).path
        folder = folder if folder.is_dir() else folder.parent if folder.name == "__init__.py" else Path("/nowhere")
        names = {f.stem for f in folder.glob("*.py") if f.stem != "__init__"} if folder.is_dir() else set()
        return [f"{module}.{name}" for name in sorted(names)]

    def closure(self, roots: Iterable[Qualified]) -> frozenset[Qualified]:
        """All definitions that can be reached, whatever importing does."""
        found: set[Qualified] = set()
        for root in dict.fromkeys(roots):
            if root not in found:
                found |= self._closure(root)
        return frozenset(found)

    def _closure(self, root: Qualified) -> frozenset[Qualified]:
        if root not in self._closures:
            seen: dict[Qualified, None] = {}
            todo = [root]
            while todo:
                name = todo.pop()
                if name in seen:
                    continue
                if name in self._closures:
                    seen |= dict.fromkeys(self._closures[name])
                    continue
                seen[name] = None
                todo += self.node(name).reaches()
            self._closures[root] = frozenset(seen)
        return self._closures[root]

    def _follow(self, name: Qualified) -> Node:
        """A definition with what the names in it stand for. Raises ``DeclarationError`` at what cannot be followed."""
        module = self.module(name[0])
        if ".".join(name) in self.measured:
            return Node(digest_of("measured", ".".join(name)), ())
        if name[1] == WHOLE:
            return Node(digest_of("module", self._modules_in(name[0])), ())
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
            readings = [module.reading(number) for number in self.statements(*name)]
            if name[1] in module.index.changed and not self.lenient:
                self._refuse_change(module, name[1], module.index.changed[name[1]])
        links: list[tuple[str, Qualified | str]] = []
        said: list[Any] = []
        for reading in readings:
            if not self.lenient:
                for refusal in reading.refusals:
                    where = self.where(module.name, refusal.line)
                    raise DeclarationError(refusal.what, where=where, remedy=_sentence(refusal.remedy))
            slots = {use.slot: use for use in reading.uses if use.name not in taken}
            found = {slot: self._targets(module, use) for slot, use in sorted(slots.items())}
            links += [link for each in found.values() for link in each]
            said.append([reading.digest, reading.binds.get(name[1], -1), {slot: len(each) for slot, each in found.items()}])
        packages = {p for _, target in links if isinstance(target, str) and (p := self._package(target, module))}
        sees = max((reading.sees for reading in readings), default=NOTHING)
        if any(isinstance(target, str) and target.startswith("pickle.") for _, target in links):
            sees = EVERYTHING
        asked = tuple(dict.fromkeys(word for reading in readings for word in reading.asked))
        return Node(digest_of(said), tuple(links), frozenset(packages), sees, asked)

    @staticmethod
    def _package(target: str, module: Module) -> str | None:
        top = target.partition(".")[0]
        if target.startswith("=") or top in sys.stdlib_module_names:
            return None
        return ABSENT + top if any(each.partition(".")[0] == top for each in module.index.optional) else top

    def _refuse_change(self, module: Module, name: str, line: int) -> None:
        raise DeclarationError(
            f"a function changes the global '{name}', which results depend on: what it holds depends on who called whom",
            where=self.where(module.name, line),
            remedy="Write the table out at the top level, return the new value, or cache with functools.cache.",
        )

    def stands_for(self, module: Module, mention: Mention) -> list[tuple[str, Qualified | str]]:
        """What a name at module level, with its attributes, stands for."""
        return self._targets(module, Use(mention.name, mention.chain, 0, mention.imported))

    def _targets(self, module: Module, use: Use) -> list[tuple[str, Qualified | str]]:
        """What a use stands for: definitions of this project, with the attributes taken from them; or others' dotted names."""
        imports = use.imported or tuple(module.imports(use.name))
        found: list[tuple[str, Qualified | str]] = []
        for imported in imports:
            found += self._imported(module, imported, use)
        if not use.imported and use.name in module.index.statements:
            found.append((".".join(use.chain), (module.name, use.name)))
        if not found and not imports:
            self._refuse_unknown(module, use)
            name = f"{use.name} {module.name}" if use.name in ("__name__", "__module__", "__package__") else use.name
            found.append((".".join(use.chain), f"={name}"))
        return found

    def _refuse_unknown(self, module: Module, use: Use) -> None:
        if use.harmless or use.name in module.index.typing_only or self.lenient:
            return
        if use.name in refusals.BUILTINS and not (use.name in refusals.ENGINE_MAY and module.name.startswith(f"{ENGINE}.")):
            self._refuse(module, use.name, use.line, refusals.BUILTINS[use.name])
        if use.name not in _KNOWN_TO_PYTHON:
            self._refuse(
                module, use.name, use.line, "no statement of the file defines it: define or import it at the top level"
            )

    def _refuse(self, module: Module, name: str, line: int, remedy: str) -> NoReturn:
        where = self.where(module.name, line)
        raise DeclarationError(
            f"'{name}' in code that a result depends on cannot be followed", where=where, remedy=_sentence(remedy)
        )

    def _imported(self, module: Module, imported: Imported, use: Use) -> list[tuple[str, Qualified | str]]:
        rest = ((imported.name,) if imported.name else ()) + use.chain
        if self.lenient and imported.module.partition(".")[0] == ENGINE:  # it counts as a whole
            return [("", ".".join(("=", imported.module, *rest)))]
        if not self.has(imported.module):
            dotted = ".".join((imported.module, *rest))
            self._refuse_library(module, dotted, use.line)
            return [("", dotted)]
        if self._find(imported.module) is None and imported.module in module.index.optional:
            return [("", f"{ABSENT}{imported.module}")]
        found = self._inside(module, self.module(imported.module), rest, use)
        if use.changes and not self.lenient:
            self._refuse_change(module, ".".join((use.name, *use.chain)), use.line)
        return found

    def _refuse_library(self, module: Module, dotted: str, line: int) -> None:
        if self.lenient or (dotted.partition(".")[0] in refusals.ENGINE_MAY and module.name.startswith(f"{ENGINE}.")):
            return
        remedy = refusals.of_library(dotted)
        if remedy:
            self._refuse(module, dotted, line, remedy)

    def _inside(self, user: Module, module: Module, rest: tuple[str, ...], use: Use) -> list[tuple[str, Qualified | str]]:
        """Walk the dotted names ``rest`` from ``module`` on: through submodules, to a definition or a re-export."""
        if not rest:
            if self.lenient:
                return [("", (module.name, WHOLE))]
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
            return [("", f"={submodule}")]
        if self.lenient:
            return [(".".join(rest), (module.name, WHOLE))]
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
