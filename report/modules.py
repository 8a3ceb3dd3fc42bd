"""What each module-level statement says about which names, and where in a module a function was written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType

from report import scopes
from report.reading import CHANGES_AND_RETURNS
from report.scopes import Function, Imported


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


def _has_effect(statement: ast.stmt, module: Module) -> bool:
    """Whether importing the module does more than bind and fill its own names: ``torch.set_num_threads(1)``, say."""
    for node in _parts(statement):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            root = scopes.root_of(function)
            if not (isinstance(function, ast.Attribute) and root in module.statements):
                return True
        elif _is_written(node) and scopes.root_of(node) not in module.statements:
            return True
    return False


def _is_written(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load)


def function_of(body: list[ast.stmt], code: CodeType) -> Function | ast.Lambda | None:
    """The lambda or nested function in ``body`` that was compiled to ``code``; None where that cannot be told."""
    found = [node for node in _functions(body, code.co_firstlineno) if _is_source_of(node, code)]
    if len(found) > 1 and code.co_name == "<lambda>":
        found = sorted(found, key=lambda node: len(ast.unparse(node)))[:1]  # the instructions of an inner one lie in both
    return found[0] if len(found) == 1 else None


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
