"""Which names a piece of code binds, and where.

Python's rules: a name bound anywhere in a function is local to all of it, comprehensions and lambdas have scopes of
their own, names of a class body are invisible to its methods, and an import inside a function binds a local name whose
target is known.

``symtable`` was tried and rejected: it knows the scopes, but not at which line and with which attributes a name is
used.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

_FIELD_WORDS = {*dir(builtins), "ClassVar", "InitVar", "KW_ONLY", "dataclasses", "typing"}
_BLIND_TO_ANNOTATIONS = {
    "abstractmethod", "cache", "cached_property", "classmethod", "contextmanager", "final", "inference_mode", "lru_cache",
    "no_grad", "overload", "override", "property", "setter", "staticmethod", "wraps",
}  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """The target of an import: a module, or (when ``name`` is given) a name in it."""

    module: str
    name: str | None = None


@dataclass
class Bindings:
    """The names that one function, lambda, comprehension or class body binds."""

    is_class: bool = False
    bound: set[str] = field(default_factory=set)
    declared_global: set[str] = field(default_factory=set)
    imports: dict[str, list[Imported]] = field(default_factory=dict)


def imports_of(node: ast.Import | ast.ImportFrom, package: str) -> list[tuple[str, Imported]]:
    """The names that an import binds, with their targets: ``import a.b`` binds ``a``; ``import a.b as c`` binds ``c``."""
    if isinstance(node, ast.Import):
        return [
            (a.asname, Imported(a.name)) if a.asname else (a.name.split(".")[0], Imported(a.name.split(".")[0]))
            for a in node.names
        ]
    base = node.module or ""
    if node.level:
        parts = package.split(".")
        base = ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
    return [(alias.asname or alias.name, Imported(base, alias.name)) for alias in node.names]


def is_type_checking(node: ast.AST) -> bool:
    """Whether this is an ``if TYPE_CHECKING:``, whose body never runs."""
    return isinstance(node, ast.If) and last_name(node.test) == "TYPE_CHECKING"


def counts(statement: ast.stmt) -> bool:
    """Whether a statement does anything: docstrings, other bare constants and ``pass`` do not."""
    return not (
        isinstance(statement, ast.Pass) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
    )


def sees_annotations(function: Function) -> bool:
    """Whether a decorator of ``function`` might look at its annotations, as ``singledispatch`` does."""
    return any(last_name(decorator) not in _BLIND_TO_ANNOTATIONS for decorator in function.decorator_list)


def root_of(node: ast.AST) -> str | None:
    """The name at the root of ``name.a[b].c``, if it is one."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None


def bound_by(target: ast.AST) -> set[str]:
    """The names that an assignment to ``target`` binds: not those whose attributes or items it sets."""
    return {node.id for node in ast.walk(target) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}


def last_name(node: ast.AST) -> str:
    """``c`` of ``c``, ``a.b.c`` and ``a.b.c(…)``; nothing of what ends in no name."""
    if isinstance(node, ast.Call):
        node = node.func
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def arguments_of(arguments: ast.arguments) -> list[ast.arg]:
    """All arguments of a function, of every kind."""
    variadic = [a for a in (arguments.vararg, arguments.kwarg) if a]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *variadic]


def evaluated_outside(node: ast.AST) -> list[ast.expr]:
    """The parts of a definition that the enclosing scope evaluates: decorators, defaults, bases."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        parts += [*node.args.defaults, *(d for d in node.args.kw_defaults if d)]
    if isinstance(node, ast.ClassDef):
        parts += [*node.bases, *(k.value for k in node.keywords)]
    return [*getattr(node, "decorator_list", ()), *parts]


def scope_of(nodes: Iterable[ast.AST], package: str, is_class: bool = False) -> Bindings:
    """The names that ``nodes`` bind in their own scope, not looking into the scopes nested in it."""
    scope, outer = Bindings(is_class), set[str]()
    todo = list(nodes)
    while todo:
        node = todo.pop()
        if not node._fields or isinstance(node, ast.Constant):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            scope.bound.add(node.name)
            todo += evaluated_outside(node)
            continue
        if isinstance(node, ast.Lambda):
            todo += evaluated_outside(node)
            continue
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            scope.bound |= {n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr)}
            continue
        if isinstance(node, ast.Name):
            if not isinstance(node.ctx, ast.Load):
                scope.bound.add(node.id)
            continue
        if isinstance(node, ast.Import | ast.ImportFrom):
            for name, target in imports_of(node, package):
                scope.imports.setdefault(name, []).append(target)
        elif isinstance(node, ast.Global):
            scope.declared_global.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            outer.update(node.names)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            scope.bound.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            scope.bound.add(node.rest)
        todo += ast.iter_child_nodes(node)
    scope.bound -= outer
    return scope


def field_type(annotation: ast.expr) -> str:
    """The type of a field without the names of one's own types, which only decorate it."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            return field_type(ast.parse(annotation.value, mode="eval").body)
        except SyntaxError:
            return annotation.value
    names = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)} - _FIELD_WORDS
    return re.sub(r"\b(" + "|".join(sorted(names)) + r")\b", "_", ast.unparse(annotation)) if names else ast.unparse(annotation)


def chain_of(node: ast.AST) -> tuple[str, ...]:
    """The attributes directly after the root of ``name.a.b[c].d``: a, b."""
    names: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        names = [node.attr, *names] if isinstance(node, ast.Attribute) else []
        node = node.value
    return tuple(names)


def type_parameters(node: ast.AST) -> set[str]:
    return {p.name for p in getattr(node, "type_params", ())}
