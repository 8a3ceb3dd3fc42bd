"""Read one statement: its text without what does not count, and the global names that it uses.

What does not count: comments, formatting, docstrings, ``pass``, and annotations, except those of class fields (a
dataclass is made of them) and of functions under a decorator that might look at them. Global names are numbered in the
text, in the order in which they come up: what they are called does not count, what they stand for does.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from report.cache import refusals
from report.cache.scopes import (
    Bindings,
    Function,
    Imported,
    arguments_of,
    bound_by,
    chain_of,
    counts,
    evaluated_outside,
    field_type,
    imports_of,
    is_type_checking,
    last_name,
    root_of,
    scope_of,
    sees_annotations,
    type_parameters,
)

_CHANGES_AND_RETURNS = {"pop", "popitem", "setdefault"}
_CHANGES = _CHANGES_AND_RETURNS | {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "remove", "reverse", "sort", "update",
}  # fmt: skip
_TELLS = {"__name__", "__qualname__", "__module__", "__reduce__"}
_PRINTS = {"repr", "ascii", "format", "print", "str"}
NOTHING, CLASSES, EVERYTHING = 0, 1, 2  # whose names a statement may see: of classes, by printing; of functions, too
_UNCOUNTED = {"ctx", "kind", "type_comment", "type_ignores", "type_params", "annotation", "returns"}


@dataclass(frozen=True)
class Use:
    """``name.chain[0].chain[1]…`` at ``line``, where ``name`` is global, or was imported inside the function.

    ``slot`` is its number in the text; uses of the same name share it.
    """

    name: str
    chain: tuple[str, ...]
    line: int
    imported: tuple[Imported, ...] = ()
    changes: bool = False  # the statement changes what the name stands for, when a function is called
    harmless: bool = False  # need not be defined: getattr by a literal name, vars(x), a name of a class body
    slot: int = 0


@dataclass(frozen=True)
class Refusal:
    """A construct that cannot be followed."""

    what: str
    line: int
    remedy: str


@dataclass(frozen=True)
class Reading:
    """What one statement (or lambda) says: a digest of its normalised text, its global names, what is refused in it.

    ``binds`` are the global names that it binds, with their slots; ``sees`` says whose names it may see; ``asked`` are
    the attributes that it takes from what is no global name: from a module that was found by its name, perhaps.
    """

    digest: str
    uses: tuple[Use, ...]
    refusals: tuple[Refusal, ...]
    binds: dict[str, int] = field(default_factory=dict)
    sees: int = NOTHING
    asked: tuple[str, ...] = ()


def read(node: ast.AST, package: str) -> Reading:
    """The reading of a statement at module level; relative imports in it are relative to ``package``."""
    return _Reader(package).reading(node)


def read_alone(node: Function | ast.Lambda, package: str) -> Reading:
    """The reading of a lambda or nested function as an object that exists already.

    What the code around it evaluated is no part of it: its defaults, its decorators. Names of the functions around it
    are among its uses, like global ones.
    """
    reader = _Reader(package, alone=node)
    reader.scopes.append(Bindings())
    return reader.reading(node)


class _Reader(ast.NodeVisitor):
    """Walks one statement, writing its text and noting the global names on the way."""

    def __init__(self, package: str, alone: ast.AST | None = None):
        self.package, self.alone = package, alone
        self.out: list[str] = []
        self.uses: list[Use] = []
        self.refusals: list[Refusal] = []
        self.scopes: list[Bindings] = []
        self.slots: dict[Any, int] = {}
        self.binds: dict[str, int] = {}
        self.sees = NOTHING
        self.asked: dict[str, None] = {}
        self.paths: list[dict[str, bool]] = []  # a function's names: whether a path was put into them
        self.raising = 0

    def reading(self, node: ast.AST) -> Reading:
        self.visit(node)
        digest = hashlib.sha256(" ".join(self.out).encode()).hexdigest()
        uses, refusals = tuple(dict.fromkeys(self.uses)), tuple(self.refusals)
        return Reading(digest, uses, refusals, self.binds, self.sees, tuple(self.asked))

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

    def use(self, name: str, chain: tuple[str, ...], line: int, changes: bool = False, harmless: bool = False) -> str:
        """Note a use; how it is written in the text."""
        is_global, imported = self.find(name)
        if not (is_global or imported):
            self.asked |= dict.fromkeys(chain[:1])
            return ".".join((name, *chain))
        in_function = any(not scope.is_class for scope in self.scopes)
        in_class_body = bool(self.scopes) and name in self.scopes[-1].bound
        slot = self.slots.setdefault((name, chain, imported), len(self.slots))
        self.uses.append(Use(name, chain, line, imported, changes and in_function, harmless or in_class_body, slot))
        if name in _PRINTS and not chain and not self.raising:
            self.sees = max(self.sees, CLASSES)
        return (f"{name}" if in_class_body else "") + f"§{slot}"

    def bind(self, name: str) -> str:
        """How a name that is bound here is written in the text: a global one by its slot."""
        if self.scopes and not (self.scopes[-1].declared_global and name in self.scopes[-1].declared_global):
            return name
        self.binds[name] = self.slots.setdefault((name, (), ()), len(self.slots))
        return f"§{self.binds[name]}"

    def check_attribute(self, name: str, line: int) -> None:
        if name in _TELLS:
            self.sees = EVERYTHING
        if name in refusals.ATTRIBUTES:
            self.refusals.append(Refusal(f"'.{name}' in code that a result depends on", line, refusals.ATTRIBUTES[name]))

    # --- the walk ---

    def generic_visit(self, node: ast.AST) -> None:
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

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        self.out.append("=" + (hex(value) if type(value) is int and value.bit_length() > 1000 else ascii(value)))

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.out.append(self.use(node.id, (), node.lineno))
            return
        self.out.append(self.bind(node.id))
        if self.scopes and node.id in self.scopes[-1].declared_global:
            self.use(node.id, (), node.lineno, changes=True)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        chain: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            self.check_attribute(base.attr, base.end_lineno or base.lineno)
            chain.append(base.attr)
            base = base.value
        chain.reverse()
        if isinstance(base, ast.Name) and isinstance(node.ctx, ast.Load):  # helpers.RATE is RATE, wherever it comes from
            self.out.append(self.use(base.id, tuple(chain), node.lineno))
            return
        self.out.append("(." + type(node.ctx).__name__)
        if isinstance(base, ast.Name):
            self.out.append(self.use(base.id, tuple(chain), node.lineno, changes=True))
        else:
            self.out.append(".".join(chain))
            self.asked[chain[0]] = None
            self.visit(base)
            self.note_change(base, node.ctx)
        self.out.append(")")

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.note_change(node, node.ctx)
        self.generic_visit(node)

    def note_change(self, node: ast.AST, ctx: ast.expr_context | None = None) -> None:
        root = root_of(node)
        if root and not isinstance(ctx, ast.Load):
            chain = chain_of(node)
            self.use(root, chain, getattr(node, "lineno", 0), changes=True)

    def visit_Expr(self, node: ast.Expr) -> None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in _CHANGES:
            self.note_change(call.func.value)
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        self.check_reader(node)
        if isinstance(function, ast.Attribute) and function.attr == "format" and not self.raising:
            self.sees = max(self.sees, CLASSES)
        if isinstance(function, ast.Attribute) and function.attr in _CHANGES_AND_RETURNS:
            self.note_change(function.value)
        if isinstance(function, ast.Attribute) and function.attr == "open":
            root = root_of(function)
            if root is None or (root != "self" and not any(self.find(root))):  # not Image.open, which Sources looks into
                self.refusals.append(Refusal("'.open()' in code that a result depends on", node.lineno, refusals.READS))
        if isinstance(function, ast.Name) and not node.keywords and self.find(function.id)[0]:
            literal = len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and isinstance(node.args[1].value, str)
            if (function.id == "getattr" and literal) or (function.id == "vars" and node.args):
                self.harmless_lookup(node, function)
                return
        self.generic_visit(node)

    def check_reader(self, node: ast.Call) -> None:
        """``np.load(path)`` reads a file; ``np.load(buffer)`` does not, nor does a function of this name of one's own."""
        name = last_name(node)
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg and re.search("path|file|fname|io", k.arg))]
        if refusals.READERS.fullmatch(name) and any(map(self.is_path, given)):
            self.refusals.append(Refusal(f"'{name}()' of a path in code that a result depends on", node.lineno, refusals.READS))

    def is_path(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.JoinedStr):
            return True
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Div | ast.Add) and (self.is_path(node.left) or self.is_path(node.right))
        if isinstance(node, ast.Call):
            return last_name(node) in refusals.PATHS
        if isinstance(node, ast.Name):
            return any(names.get(node.id, False) for names in self.paths) or self.is_constant(node.id)
        return False

    def is_constant(self, name: str) -> bool:
        return name.isupper() and self.find(name) == (True, ())  # buffers are no constants

    def harmless_lookup(self, node: ast.Call, function: ast.Name) -> None:
        """``getattr(x, "name")`` is ``x.name``; ``vars(x)`` is ``x.__dict__``."""
        self.use(function.id, (), node.lineno, harmless=True)
        self.out.append(f"(Call {function.id}")
        rest = node.args
        if function.id == "getattr":
            name = node.args[1].value  # type: ignore[attr-defined]
            self.visit_Attribute(ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node))
            rest = node.args[2:]
        self.each(rest)
        self.out.append(")")

    def visit_FunctionDef(self, node: Function | ast.Lambda) -> None:
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name if node is self.alone else self.bind(node.name)
        self.out.append(f"({type(node).__name__} {name}")
        self.each([] if node is self.alone else evaluated_outside(node))
        arguments = arguments_of(node.args)
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        scope = scope_of(body, self.package)
        scope.bound |= {a.arg for a in arguments} | type_parameters(node)
        self.signature(node.args)
        if not isinstance(node, ast.Lambda) and node is not self.alone and sees_annotations(node):
            annotated = [(a.arg, a.annotation) for a in arguments if a.annotation] + [("->", node.returns)]
            self.each([part for pair in annotated if pair[1] for part in pair])
        self.scopes.append(scope)
        self.paths.append({})
        self.each(body)
        self.paths.pop()
        self.scopes.pop()
        self.out.append(")")

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

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

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.out.append(f"(ClassDef {self.bind(node.name)}")
        self.scopes.append(Bindings(bound=type_parameters(node)))
        self.each(node.decorator_list)
        self.each(node.bases)
        self.each(node.keywords)
        self.scopes.append(scope_of(node.body, self.package, is_class=True))
        self.each(node.body)
        del self.scopes[-2:]
        self.out.append(")")

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if self.scopes and self.scopes[-1].is_class:
            self.out.append(f"(Field {ast.unparse(node.target)}: {field_type(node.annotation)}")
            self.each([node.value] if node.value else [])
            self.out.append(")")
        elif node.value:
            self.visit_Assign(ast.Assign([node.target], node.value))

    def visit_Assign(self, node: ast.Assign) -> None:
        if self.paths:
            is_path = self.is_path(node.value)
            self.paths[-1].update({target.id: is_path for target in node.targets if isinstance(target, ast.Name)})
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise | ast.Assert) -> None:
        """What an error says is no result, unless somebody prints the error."""
        self.raising += 1
        self.generic_visit(node)
        self.raising -= 1

    visit_Assert = visit_Raise

    def visit_FormattedValue(self, node: ast.FormattedValue) -> None:
        if not self.raising:
            self.sees = max(self.sees, CLASSES)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Mod) and isinstance(node.left, ast.Constant | ast.JoinedStr) and not self.raising:
            self.sees = max(self.sees, CLASSES)
        self.generic_visit(node)

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        first = node.generators[0]
        self.out.append("(" + type(node).__name__)
        self.visit(first.iter)
        self.scopes.append(Bindings(bound={name for each in node.generators for name in bound_by(each.target)}))
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

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        for name, _ in imports_of(node, self.package):
            if self.scopes and name in self.scopes[-1].declared_global:
                self.use(name, (), node.lineno, changes=True)
        self.out.append(f"(Import {' '.join(self.bind(name) for name, _ in imports_of(node, self.package))})")

    visit_ImportFrom = visit_Import

    def visit_If(self, node: ast.If) -> None:
        if is_type_checking(node):
            self.each(node.orelse)
        else:
            self.generic_visit(node)
