"""Read one statement: its text without what does not count, and the global names that it uses.

What does not count: comments, formatting, docstrings, ``pass``, and annotations, except those of class fields (a
dataclass is made of them) and of functions under a decorator that might look at them.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from report.cache.scopes import (
    Function,
    Imported,
    Scope,
    arguments_of,
    counts,
    evaluated_outside,
    imports_of,
    is_type_checking,
    root_of,
    scope_of,
    sees_annotations,
)

CHANGES_AND_RETURNS = {"pop", "popitem", "setdefault"}
_READS = "what a file holds is not part of the fingerprint: declare it as Data, or write it as a constant"
_REFUSED_ATTRIBUTES = {
    "__subclasses__": "who inherits from a class cannot be followed: list the classes in a tuple",
    "__globals__": "a module's names cannot be followed through an object: use the names themselves",
    "__code__": "code as an object cannot be followed: call the function",
    "__doc__": "docstrings do not count as code: keep the text in a constant",
    "__annotations__": "annotations of functions do not count as code: keep the types in a constant",
    "read_text": _READS,
    "read_bytes": _READS,
}
_CHANGES = CHANGES_AND_RETURNS | {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "remove", "reverse", "sort", "update",
}  # fmt: skip
_UNCOUNTED = {"ctx", "kind", "type_comment", "type_ignores", "type_params", "annotation", "returns"}


@dataclass(frozen=True)
class Use:
    """``name.chain[0].chain[1]…`` at ``line``, where ``name`` is global, or was imported inside the function."""

    name: str
    chain: tuple[str, ...]
    line: int
    imported: tuple[Imported, ...] = ()
    changes: bool = False  # the statement changes what the name stands for, when a function is called
    harmless: bool = False  # need not be defined: getattr by a literal name, vars(x), a name of a class body


@dataclass(frozen=True)
class Refusal:
    """A construct that cannot be followed."""

    what: str
    line: int
    remedy: str


@dataclass(frozen=True)
class Reading:
    """What one statement (or lambda) says: a digest of its normalised text, its global names, what is refused in it."""

    digest: str
    uses: tuple[Use, ...]
    refusals: tuple[Refusal, ...]


def read(node: ast.AST, package: str) -> Reading:
    """The reading of a statement at module level; relative imports in it are relative to ``package``."""
    return _Reader(package).reading(node)


def read_alone(node: Function | ast.Lambda, package: str) -> Reading:
    """The reading of a lambda or nested function as an object that exists already.

    What the code around it evaluated is no part of it: its defaults, its decorators. Names of the functions around it
    are among its uses, like global ones.
    """
    reader = _Reader(package, alone=node)
    reader.scopes.append(Scope())
    return reader.reading(node)


class _Reader:
    """Walks one statement, writing its text and noting the global names on the way."""

    def __init__(self, package: str, alone: ast.AST | None = None):
        self.package, self.alone = package, alone
        self.out: list[str] = []
        self.uses: list[Use] = []
        self.refusals: list[Refusal] = []
        self.scopes: list[Scope] = []

    def reading(self, node: ast.AST) -> Reading:
        self.visit(node)
        digest = hashlib.sha256(" ".join(self.out).encode()).hexdigest()
        return Reading(digest, tuple(dict.fromkeys(self.uses)), tuple(self.refusals))

    # --- names ---

    def find(self, name: str) -> tuple[bool, tuple[Imported, ...]]:
        """Whether ``name`` may be global here, and which imports inside functions bind it."""
        for depth, scope in enumerate(reversed(self.scopes)):
            if scope.is_class and depth:
                continue
            if name in scope.declared_global:
                return True, ()
            if name in scope.imports:
                return False, tuple(scope.imports[name])
            if name in scope.bound:
                return scope.is_class, ()  # in a class body, 'x = x' reads the global one
        return True, ()

    def use(self, name: str, chain: tuple[str, ...], line: int, changes: bool = False, harmless: bool = False) -> None:
        is_global, imported = self.find(name)
        if is_global or imported:
            in_function = any(not scope.is_class for scope in self.scopes)
            in_class_body = bool(self.scopes) and name in self.scopes[-1].bound
            self.uses.append(Use(name, chain, line, imported, changes and in_function, harmless or in_class_body))

    def check_attribute(self, name: str, line: int) -> None:
        if name in _REFUSED_ATTRIBUTES:
            self.refusals.append(Refusal(f"'.{name}' in code that a result depends on", line, _REFUSED_ATTRIBUTES[name]))

    # --- the walk ---

    def visit(self, node: ast.AST) -> None:
        special = _SPECIAL.get(type(node))
        if special:
            special(self, node)
        else:
            self.plain(node)

    def plain(self, node: ast.AST) -> None:
        """A node that neither binds nor looks up a name: its type, then its fields."""
        self.out.append("(" + type(node).__name__)
        for name in node._fields:
            if name in _UNCOUNTED:
                continue
            value = getattr(node, name, None)
            if value is None or value == []:
                continue
            self.out.append(name)
            if isinstance(value, ast.AST):
                self.visit(value)
            elif isinstance(value, list):
                self.each(value)
            else:
                self.out.append(ascii(value))
        self.out.append(")")

    def each(self, values: Sequence[Any]) -> None:
        self.out.append("[")
        for value in values:
            if isinstance(value, ast.stmt):
                if counts(value):
                    self.visit(value)
            elif isinstance(value, ast.AST):
                self.visit(value)
            else:
                self.out.append("~" if value is None else ascii(value))
        self.out.append("]")

    def constant(self, node: ast.Constant) -> None:
        self.out.append(ascii(node.value))

    def name(self, node: ast.Name) -> None:
        self.out.append(node.id)
        if isinstance(node.ctx, ast.Load):
            self.use(node.id, (), node.lineno)
        elif self.scopes and node.id in self.scopes[-1].declared_global:
            self.use(node.id, (), node.lineno, changes=True)

    def attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            self.check_attribute(base.attr, base.end_lineno or base.lineno)
            chain.append(base.attr)
            base = base.value
        chain.reverse()
        self.out.append("(." + ".".join(chain))
        if isinstance(base, ast.Name):
            self.out.append(base.id)
            self.use(base.id, tuple(chain), node.lineno, changes=not isinstance(node.ctx, ast.Load))
        else:
            self.visit(base)
            self.note_change(base, node.ctx)
        self.out.append(")")

    def subscript(self, node: ast.Subscript) -> None:
        self.note_change(node, node.ctx)
        self.plain(node)

    def note_change(self, node: ast.AST, ctx: ast.expr_context | None = None) -> None:
        root = root_of(node)
        if root and not isinstance(ctx, ast.Load):
            chain = _chain(node)
            self.use(root, chain, getattr(node, "lineno", 0), changes=True)

    def expression(self, node: ast.Expr) -> None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGES:
            self.note_change(call.func.value)
        self.plain(node)

    def call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute) and function.attr in CHANGES_AND_RETURNS:
            self.note_change(function.value)
        if isinstance(function, ast.Attribute) and function.attr == "open":
            root = root_of(function)
            if root is None or (root != "self" and not any(self.find(root))):  # not Image.open, which Sources looks into
                self.refusals.append(Refusal("'.open()' in code that a result depends on", node.lineno, _READS))
        if isinstance(function, ast.Name) and not node.keywords and self.find(function.id)[0]:
            literal = len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
            if (function.id == "getattr" and literal) or (function.id == "vars" and node.args):
                self.harmless_lookup(node, function)
                return
        self.plain(node)

    def harmless_lookup(self, node: ast.Call, function: ast.Name) -> None:
        """``getattr(x, "name")`` is ``x.name``; ``vars(x)`` is ``x.__dict__``."""
        self.use(function.id, (), node.lineno, harmless=True)
        self.out.append(f"(Call {function.id}")
        rest = node.args
        if function.id == "getattr":
            name = node.args[1].value  # type: ignore[attr-defined]
            self.attribute(ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node))
            rest = node.args[2:]
        self.each(rest)
        self.out.append(")")

    def function(self, node: Function | ast.Lambda) -> None:
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        self.out.append(f"({type(node).__name__} {name}")
        self.each([] if node is self.alone else evaluated_outside(node))
        arguments = arguments_of(node.args)
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        scope = scope_of(body, self.package)
        scope.bound |= {a.arg for a in arguments} | _type_parameters(node)
        self.signature(node.args)
        if not isinstance(node, ast.Lambda) and node is not self.alone and sees_annotations(node):
            annotated = [(a.arg, a.annotation) for a in arguments if a.annotation] + [("->", node.returns)]
            self.each([part for pair in annotated if pair[1] for part in pair])
        self.scopes.append(scope)
        self.each(body)
        self.scopes.pop()
        self.out.append(")")

    def signature(self, arguments: ast.arguments) -> None:
        """The names of the arguments, their kinds, and which of them have defaults (visited before)."""
        kinds = {"/": arguments.posonlyargs, "": arguments.args, "*": arguments.kwonlyargs}
        for mark, some in kinds.items():
            self.out.append(f"{mark}({','.join(a.arg for a in some)})")
        for mark, variadic in (("*", arguments.vararg), ("**", arguments.kwarg)):
            if variadic:
                self.out.append(mark + variadic.arg)
        given = "".join("01"[d is not None] for d in arguments.kw_defaults)
        self.out.append(f"{len(arguments.defaults)}|{given}")

    def klass(self, node: ast.ClassDef) -> None:
        self.out.append(f"(ClassDef {node.name}")
        self.scopes.append(Scope(bound=_type_parameters(node)))
        self.each(node.decorator_list)
        self.each(node.bases)
        self.each(node.keywords)
        self.scopes.append(scope_of(node.body, self.package, is_class=True))
        self.each(node.body)
        del self.scopes[-2:]
        self.out.append(")")

    def annotated(self, node: ast.AnnAssign) -> None:
        if self.scopes and self.scopes[-1].is_class:
            self.out.append(f"(Field {ast.unparse(node.target)}: {ast.unparse(node.annotation)}")
            self.each([node.value] if node.value else [])
            self.out.append(")")
        elif node.value:
            self.plain(ast.Assign([node.target], node.value))

    def comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        first = node.generators[0]
        self.out.append("(" + type(node).__name__)
        self.visit(first.iter)
        targets = (n for g in node.generators for n in ast.walk(g.target))
        self.scopes.append(Scope(bound={n.id for n in targets if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}))
        for generator in node.generators:
            self.out.append("async" if generator.is_async else "for")
            self.visit(generator.target)
            if generator is not first:
                self.visit(generator.iter)
            self.each(generator.ifs)
        for part in (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,):
            self.visit(part)
        self.scopes.pop()
        self.out.append(")")

    def imports(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, _ in imports_of(node, self.package):
            if self.scopes and name in self.scopes[-1].declared_global:
                self.use(name, (), node.lineno, changes=True)
        self.out.append(f"(Import {[(name, target.module, target.name) for name, target in imports_of(node, self.package)]})")

    def condition(self, node: ast.If) -> None:
        if is_type_checking(node):
            self.each(node.orelse)
        else:
            self.plain(node)


def _chain(node: ast.AST) -> tuple[str, ...]:
    """The attributes directly after the root of ``name.a.b[c].d``: a, b."""
    names: list[str] = []
    while isinstance(node, ast.Attribute | ast.Subscript):
        names = [node.attr, *names] if isinstance(node, ast.Attribute) else []
        node = node.value
    return tuple(names)


def _type_parameters(node: ast.AST) -> set[str]:
    return {p.name for p in getattr(node, "type_params", ())}


_SPECIAL: dict[type, Callable[[_Reader, Any], None]] = {
    ast.Constant: _Reader.constant,
    ast.Name: _Reader.name,
    ast.Attribute: _Reader.attribute,
    ast.Subscript: _Reader.subscript,
    ast.Expr: _Reader.expression,
    ast.Call: _Reader.call,
    ast.FunctionDef: _Reader.function,
    ast.AsyncFunctionDef: _Reader.function,
    ast.Lambda: _Reader.function,
    ast.ClassDef: _Reader.klass,
    ast.AnnAssign: _Reader.annotated,
    ast.ListComp: _Reader.comprehension,
    ast.SetComp: _Reader.comprehension,
    ast.DictComp: _Reader.comprehension,
    ast.GeneratorExp: _Reader.comprehension,
    ast.Import: _Reader.imports,
    ast.ImportFrom: _Reader.imports,
    ast.If: _Reader.condition,
}
