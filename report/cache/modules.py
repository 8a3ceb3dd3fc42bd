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
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from report.cache import scopes
from report.cache.files import Memory
from report.cache.scopes import Function, Imported
from report.cache.statements import CHANGES_AND_RETURNS, Reading, Refusal, Use, read, read_alone
from report.errors import DeclarationError, Where


@dataclass
class Index:
    """What a file says, as plain data (JSON): for each global name the numbers of the statements that speak of it."""

    statements: dict[str, list[int]] = field(default_factory=dict)
    imports: dict[str, list[list[str | None]]] = field(default_factory=dict)  # name → [module, name in it]
    effects: list[int] = field(default_factory=list)  # statements that do more than bind and fill the module's own names
    typing_only: list[str] = field(default_factory=list)
    star: int | None = None  # the line of a star import
    changed: dict[str, int] = field(default_factory=dict)  # global → line inside a function that changes it
    readings: list[list[Any]] = field(default_factory=list)  # one a statement
    functions: list[list[Any]] = field(default_factory=list)  # lambdas and others without a global name: key, span, reading


@dataclass(frozen=True)
class Module:
    """An indexed source file (or a folder without one: an empty module)."""

    name: str
    path: Path
    package: str
    index: Index

    def binds(self, name: str) -> bool:
        return name in self.index.statements or name in self.index.imports

    def imports(self, name: str) -> list[Imported]:
        """The targets of the imports that bind ``name``."""
        return [Imported(module or "", target) for module, target in self.index.imports.get(name, ())]

    def reading(self, number: int) -> Reading:
        """The reading of the statement with this number."""
        return _revived(self.index.readings[number])

    def body(self) -> list[ast.stmt]:
        """The syntax trees, parsed anew."""
        return _parsed(self.path, self.path.read_bytes())

    def function(self, code: CodeType) -> Written | None:
        """The lambda, nested or decorated function that was compiled to ``code``; None where that cannot be told."""
        key = _key(code.co_name, code.co_firstlineno, code.co_varnames[: _count(code)])
        inside = [(span, reading) for known, span, reading in self.index.functions if known == key and _holds(span, code)]
        if not inside or (len(inside) > 1 and code.co_name != "<lambda>"):
            return None
        span, reading = max(inside, key=lambda found: found[0])  # the instructions of an inner lambda lie in both
        return Written(tuple(span), _revived(reading))


@dataclass(frozen=True)
class Written:
    """A function without a global name: where its body is (line, column, last line, last column), and its reading."""

    span: tuple[int, int, int, int]
    reading: Reading


def load(name: str, path: Path, memory: Memory | None) -> Module:
    """The module at ``path``, from ``memory`` if the same bytes were read before.

    Raises ``DeclarationError`` if it is no Python.
    """
    package = name if path.is_dir() or path.name == "__init__.py" else name.rpartition(".")[0]
    if path.is_dir():
        return Module(name, path, package, Index())
    source = path.read_bytes()
    key = f"{_reader()} {package} {hashlib.sha256(source).hexdigest()}"
    kept = memory.recall(key) if memory else None
    if kept is not None:
        return Module(name, path, package, Index(**json.loads(kept)))
    known = indexed(_parsed(path, source), package)
    if memory:
        memory.keep(key, json.dumps(dataclasses.asdict(known), separators=(",", ":")).encode())
    return Module(name, path, package, known)


@functools.cache
def _reader() -> str:
    """What else an index depends on: the code that makes it, and the grammar."""
    own = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("scopes", "statements", "modules"))
    return hashlib.sha256(b"".join(own)).hexdigest() + repr(sys.version_info[:2])


def _parsed(path: Path, source: bytes) -> list[ast.stmt]:
    try:
        return ast.parse(source, str(path)).body
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise DeclarationError(f"this is not Python: {getattr(error, 'msg', error)}", where=Where(path, line)) from error


def _flat(reading: Reading) -> list[Any]:
    uses = [[u.name, u.chain, u.line, [[i.module, i.name] for i in u.imported], u.changes, u.harmless] for u in reading.uses]
    return [reading.digest, uses, [[r.what, r.line, r.remedy] for r in reading.refusals]]


def _revived(flat: list[Any]) -> Reading:
    digest, uses, refusals = flat
    return Reading(
        digest,
        tuple(
            Use(n, tuple(chain), line, tuple(Imported(*i) for i in imported), c, h) for n, chain, line, imported, c, h in uses
        ),
        tuple(Refusal(*refusal) for refusal in refusals),
    )


# --- indexing -------------------------------------------------------------------------------------------------------------


def indexed(body: list[ast.stmt], package: str) -> Index:
    """Which names each module-level statement binds, changes or imports, and what it uses."""
    index = Index()
    running = [not (isinstance(statement, ast.If) and _is_main(statement.test)) for statement in body]
    for number, statement in enumerate(body):
        if running[number]:
            if not isinstance(statement, ast.Import | ast.ImportFrom):
                for name in _bound(statement, package):
                    index.statements.setdefault(name, []).append(number)
            _note_imports(statement, package, index)
    for number, statement in enumerate(body):
        if running[number]:
            for name in _touched(statement):
                if name in index.statements and number not in index.statements[name]:
                    index.statements[name].append(number)
            if _has_effect(statement, index):
                index.effects.append(number)
        reading = read(statement, package)
        index.changed |= {use.name: use.line for use in reading.uses if use.changes and not use.imported}
        index.readings.append(_flat(reading))
    for numbers in index.statements.values():
        numbers.sort()
    index.functions = [_function(node, package) for node in _unnamed(body)]
    return index


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


def _note_imports(statement: ast.stmt, package: str, index: Index) -> None:
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
        elif _is_written(node):
            names |= {scopes.root_of(node) or ""}
        elif isinstance(node, ast.Expr):
            names |= _names(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES_AND_RETURNS:
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


def _has_effect(statement: ast.stmt, index: Index) -> bool:
    """Whether importing the module does more than bind and fill its own names: ``torch.set_num_threads(1)``, say."""
    for node in _parts(statement):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            root = scopes.root_of(function)
            if not (isinstance(function, ast.Attribute) and root in index.statements):
                return True
        elif _is_written(node) and scopes.root_of(node) not in index.statements:
            return True
    return False


def _is_written(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)


# --- functions without a global name ----------------------------------------------------------------------------------------


def _unnamed(body: list[ast.stmt]) -> Iterator[Function | ast.Lambda]:
    for statement in body:
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node is not statement or node.decorator_list)
            ) or isinstance(node, ast.Lambda):
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
