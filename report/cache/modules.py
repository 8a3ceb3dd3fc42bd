"""What each module-level statement says about which names, and where in a module a function was written.

All of it is a function of the file's bytes alone, and plain data: it is kept in a cache, so that a file is parsed when
it has changed, and not at every build (parsing forty files takes longer than all the rest).
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from report.cache import codec, scopes
from report.cache.deeds import Deed, Summary, deeds_of, is_fixed, summary_of, used_by, values_in
from report.cache.memory import Memory
from report.cache.scopes import Function, Imported
from report.cache.statements import Reading, Refusal, Use, read, read_alone
from report.errors import DeclarationError, Where


@dataclass
class Index:
    """What a file says, as plain data (JSON): for each global name the numbers of the statements that bind it."""

    statements: dict[str, list[int]] = field(default_factory=dict)
    imports: dict[str, list[list[str | None]]] = field(default_factory=dict)  # name → [module, name in it]
    loads: list[list[Any]] = field(default_factory=list)  # [statement, module, name in it]: what is imported when it runs
    inner: list[list[Any]] = field(default_factory=list)  # [module, name in it]: what functions import
    optional: list[str] = field(default_factory=list)  # modules whose absence the file is ready for
    typing_only: list[str] = field(default_factory=list)
    star: int | None = None  # the line of a star import
    changed: dict[str, int] = field(default_factory=dict)  # global → line inside a function that changes it
    readings: list[list[Any]] = field(default_factory=list)  # one a statement
    functions: list[list[Any]] = field(default_factory=list)  # lambdas and others without a global name: key, span, reading
    deeds: dict[str, list[Any]] = field(default_factory=dict)  # statement → what it does beside binding names
    runs: dict[str, list[Any]] = field(default_factory=dict)  # statement → the names that it makes use of when it runs
    summaries: dict[str, Any] = field(default_factory=dict)  # function or class → what calling it may do
    values: dict[str, list[Any]] = field(default_factory=dict)  # name → the names whose objects its value may hold
    fixed: list[str] = field(default_factory=list)  # names of what cannot be changed


@dataclass(frozen=True)
class Module:
    """An indexed source file (or a folder without one: an empty module)."""

    name: str
    path: Path
    package: str
    index: Index
    source: bytes = field(default=b"", repr=False)

    def binds(self, name: str) -> bool:
        return name in self.index.statements or name in self.index.imports

    def imports(self, name: str) -> list[Imported]:
        """The targets of the imports that bind ``name``."""
        return [Imported(module or "", target) for module, target in self.index.imports.get(name, ())]

    def reading(self, number: int) -> Reading:
        """The reading of the statement with this number."""
        return _revived(self.index.readings[number])

    @functools.cached_property
    def deeds(self) -> dict[int, tuple[Deed, ...]]:
        """What the statements do when they run, beside binding names."""
        return {int(number): codec.revived(tuple[Deed, ...], deeds) for number, deeds in self.index.deeds.items()}

    def summary(self, name: str) -> Summary | None:
        """What calling ``name`` may do, where that is a function or class of this file."""
        if name in self.index.summaries and name not in self._summaries:
            self._summaries[name] = codec.revived(Summary, self.index.summaries[name])
        return self._summaries.get(name)

    @functools.cached_property
    def _summaries(self) -> dict[str, Summary]:
        return {}

    def body(self) -> list[ast.stmt]:
        """The syntax trees, parsed anew from the same bytes."""
        return _parsed(self.path, self.source)

    def function(self, code: CodeType) -> Nameless | None:
        """The lambda, nested or decorated function that was compiled to ``code``; None where that cannot be told."""
        key = _key(code.co_name, code.co_firstlineno, code.co_varnames[: _count(code)])
        inside = [(span, reading) for known, span, reading in self.index.functions if known == key and _holds(span, code)]
        if not inside or (len(inside) > 1 and code.co_name != "<lambda>"):
            return None
        span, reading = max(inside, key=lambda found: found[0])  # the instructions of an inner lambda lie in both
        return Nameless(tuple(span), _revived(reading))


@dataclass(frozen=True)
class Nameless:
    """A function without a global name: where its body is (line, column, last line, last column), and its reading."""

    span: tuple[int, int, int, int]
    reading: Reading


def load(name: str, path: Path, memory: Memory | None, read: Callable[[Path], bytes] = Path.read_bytes) -> Module:
    """The module at ``path``, from ``memory`` if what ``read`` gives was read before.

    Raises ``DeclarationError`` if it is no Python.
    """
    package = name if path.is_dir() or path.name == "__init__.py" else name.rpartition(".")[0]
    if path.is_dir():
        return Module(name, path, package, Index())
    source = read(path)
    key = f"{_reader()} {package} {hashlib.sha256(source).hexdigest()}"
    kept = memory.recall(key) if memory else None
    if kept is not None:
        return Module(name, path, package, Index(**json.loads(kept)), source)
    known = indexed(_parsed(path, source), package)
    if memory:
        memory.keep(key, json.dumps(dataclasses.asdict(known), separators=(",", ":")).encode())
    return Module(name, path, package, known, source)


@functools.cache
def _reader() -> str:
    """What else an index depends on: the code that makes it, and the grammar."""
    own = (
        Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("scopes", "statements", "deeds", "refusals", "modules")
    )
    return hashlib.sha256(b"".join(own)).hexdigest() + repr(sys.version_info[:2])


def _parsed(path: Path, source: bytes) -> list[ast.stmt]:
    try:
        return ast.parse(source, str(path)).body
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise DeclarationError(f"this is not Python: {getattr(error, 'msg', error)}", where=Where(path, line)) from error


def _flat(reading: Reading) -> list[Any]:
    uses = [
        [u.name, u.chain, u.line, [[i.module, i.name] for i in u.imported], u.changes, u.harmless, u.slot] for u in reading.uses
    ]
    refusals = [[r.what, r.line, r.remedy] for r in reading.refusals]
    return [reading.digest, uses, refusals, reading.binds, reading.sees, reading.asked]


def _revived(flat: list[Any]) -> Reading:
    digest, uses, refusals, binds, sees, asked = flat
    revived = tuple(
        Use(name, tuple(chain), line, tuple(Imported(*each) for each in imported), *rest)
        for name, chain, line, imported, *rest in uses
    )
    return Reading(digest, revived, tuple(Refusal(*refusal) for refusal in refusals), binds, sees, tuple(asked))


# --- indexing -------------------------------------------------------------------------------------------------------------


def indexed(body: list[ast.stmt], package: str) -> Index:
    """Which names each module-level statement binds or imports, what it uses, and what else it does."""
    index = Index()
    for number, statement in enumerate(body):
        reading = read(statement, package)
        index.changed |= {use.name: use.line for use in reading.uses if use.changes and not use.imported}
        index.readings.append(_flat(reading))
        if isinstance(statement, ast.If) and _is_main(statement.test):
            continue
        if not isinstance(statement, ast.Import | ast.ImportFrom):
            _note_names(statement, number, package, index)
        _note_imports(statement, number, package, index)
    index.fixed = [name for name, numbers in index.statements.items() if all(_is_fixed(body[n]) for n in numbers)]
    index.functions = [_function(node, package) for node in _unnamed(body)]
    return index


def _note_names(statement: ast.stmt, number: int, package: str, index: Index) -> None:
    for name in _bound(statement, package):
        index.statements.setdefault(name, []).append(number)
        index.values.setdefault(name, []).extend(codec.plain(values_in(statement)))
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        index.summaries[statement.name] = codec.plain(summary_of(statement, package))
    runs = used_by(statement)
    if runs:
        index.runs[str(number)] = codec.plain(runs)
    deeds = deeds_of(statement, package)
    if deeds:
        index.deeds[str(number)] = codec.plain(deeds)


def _is_fixed(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
        return not statement.decorator_list
    return isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None and is_fixed(statement.value)


def _is_main(test: ast.expr) -> bool:
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def _bound(statement: ast.stmt, package: str) -> set[str]:
    if scopes.is_type_checking(statement):
        assert isinstance(statement, ast.If)
        return scopes.scope_of(statement.orelse, package).bound
    if isinstance(statement, ast.AnnAssign) and statement.value is None:
        return set()
    scope = scopes.scope_of([statement], package)
    return scope.bound | set(scope.imports)  # only compound statements come here with imports


def _note_imports(statement: ast.stmt, number: int, package: str, index: Index) -> None:
    nodes: list[ast.stmt] = [statement]
    if scopes.is_type_checking(statement):
        assert isinstance(statement, ast.If)
        index.typing_only += scopes.scope_of(statement.body, package).imports
        nodes = statement.orelse
    for name, targets in scopes.scope_of(nodes, package).imports.items():
        if name == "*":
            index.star = statement.lineno
        else:
            index.imports.setdefault(name, []).extend([t.module, t.name] for t in targets)
    running = [node for outer in nodes for node in _running(outer)]
    inside = {node: None for outer in nodes for node in ast.walk(outer)}.keys() - set(running)
    index.inner += [list(loaded) for node in ast.walk(statement) if node in inside for loaded in _loaded(node, package)]
    index.loads += [[number, *loaded] for node in running for loaded in _loaded(node, package)]
    for attempt in (n for outer in nodes for n in ast.walk(outer) if isinstance(n, ast.Try) and _minds_absence(n)):
        tried = (loaded for part in attempt.body for node in ast.walk(part) for loaded in _loaded(node, package))
        index.optional += [module for module, _ in tried]


def _loaded(node: ast.AST, package: str) -> list[tuple[str, str | None]]:
    """The modules that an import loads, each with the name in it that may be a module, too."""
    if isinstance(node, ast.Import):
        return [(alias.name, None) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [(target.module, target.name) for _, target in scopes.imports_of(node, package)]
    return []


def _minds_absence(attempt: ast.Try) -> bool:
    """Whether it goes on when something cannot be imported."""
    caught = [node for handler in attempt.handlers if handler.type for node in ast.walk(handler.type)]
    words = {node.id for node in caught if isinstance(node, ast.Name)}
    return bool(words & {"ImportError", "ModuleNotFoundError", "Exception"}) or any(not h.type for h in attempt.handlers)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    """``node`` and what is below it that runs at import: not the insides of functions."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    for child in ast.iter_child_nodes(node):
        yield from _running(child)


# --- functions without a global name ----------------------------------------------------------------------------------------


def _unnamed(body: list[ast.stmt]) -> Iterator[Function | ast.Lambda]:
    for statement in body:
        for node in ast.walk(statement):
            own_name = node is statement and not getattr(node, "decorator_list", ())
            if isinstance(node, ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) and not own_name:
                yield node


def _function(node: Function | ast.Lambda, package: str) -> list[Any]:
    decorators = () if isinstance(node, ast.Lambda) else node.decorator_list
    line = min([node.lineno, *(d.lineno for d in decorators)])
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    first, last = (node.body, node.body) if isinstance(node, ast.Lambda) else (node.body[0], node.body[-1])
    span = [first.lineno, first.col_offset, last.end_lineno, last.end_col_offset]
    return [_key(name, line, [a.arg for a in scopes.arguments_of(node.args)]), span, _flat(read_alone(node, package))]


def _key(name: str, line: int, arguments: Any) -> list[Any]:
    return [name, line, sorted(arguments)]


def _count(code: CodeType) -> int:
    variadic = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # *args, **kwargs
    return code.co_argcount + code.co_kwonlyargcount + variadic


def _holds(span: list[int], code: CodeType) -> bool:
    """Whether the instructions lie inside the body; only for lambdas, of which a line may hold several."""
    if code.co_name != "<lambda>":
        return True
    first, last = (span[0], span[1]), (span[2], span[3])
    places = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]  # (0, 0): the entry point
    return bool(places) and all(first <= (a, c) and (b, d) <= last for a, b, c, d in places)  # type: ignore[operator]
