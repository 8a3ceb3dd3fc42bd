"""What a statement does when it runs, beside binding names: which objects it may change, and which calls it makes.

Importing a module runs its statements. Most of them bind a name to something that is made there and then, and do nothing
else; they count for whoever reaches the name. The others fill tables, register functions, replace helpers, set what a
library computes with; ``Deed`` says with which names. A function is summed up likewise, so that it can be told whether a
call of it can change anything but what it makes itself.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from report.cache import scopes
from report.cache.scopes import Imported

CONTAINER_METHODS = {
    "add", "append", "appendleft", "clear", "discard", "extend", "extendleft", "insert", "pop", "popitem", "remove", "reverse",
    "setdefault", "sort", "update", "__setitem__", "__delitem__", "__setattr__", "register",
}  # fmt: skip
HARMLESS_METHODS = {
    "as_posix", "astype", "bit_length", "capitalize", "casefold", "center", "copy", "count", "difference", "dot", "encode",
    "endswith", "expandtabs", "find", "flatten", "format", "fromkeys", "get", "index", "intersection", "isalnum", "isalpha",
    "isdigit", "isdisjoint", "isidentifier", "issubset", "issuperset", "item", "items", "join", "joinpath", "keys", "ljust",
    "lower", "lstrip", "max", "mean", "min", "partition", "prod", "removeprefix", "removesuffix", "replace", "reshape",
    "rjust", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "std", "strip", "sum", "swapcase",
    "symmetric_difference", "title", "tolist", "translate", "union", "upper", "values", "with_name", "with_suffix", "zfill",
}  # fmt: skip
_ALTERING = {"setattr", "delattr", "exec", "eval", "next", "iter", "print", "input", "open", "__import__"}
CALLING_BACK = {"map", "filter", "sorted", "min", "max", "sum", "any", "all", "list", "tuple", "dict", "set", "reduce"}
HARMLESS_BUILTINS = {name for name in dir(builtins) if name not in _ALTERING}
AnyFunction = scopes.Function | ast.Lambda


@dataclass(frozen=True)
class Mention:
    """A global name, or one that was imported inside the function, with the attributes taken from it."""

    name: str
    chain: tuple[str, ...] = ()
    imported: tuple[Imported, ...] = ()


@dataclass(frozen=True)
class Deed:
    """A write through a name, or a call.

    ``subject`` is what is written to, or called: None for something that was computed. ``handed`` are the global names
    among the arguments. ``hands`` says whether something of the caller's is handed over that it did not make itself.
    """

    write: bool
    subject: Mention | None
    handed: tuple[Mention, ...] = ()
    hands: bool = False
    bare: bool = False


@dataclass(frozen=True)
class Summary:
    """What calling a function or class may do: its deeds, and whether it alters what it is given."""

    deeds: tuple[Deed, ...] = ()
    alters: bool = False
    brands: bool = False  # it sets attributes of what it is given
    decorators: tuple[Mention, ...] = ()
    bases: tuple[Mention, ...] = ()
    hooks: bool = False  # a class that does something whenever another inherits from it
    is_class: bool = False
    holds: bool = False  # a class with attributes that may change


def deeds_of(statement: ast.stmt, package: str) -> tuple[Deed, ...]:
    """What a statement at module level does when it runs."""
    walker = _Walker(package)
    walker.run([statement])
    return tuple(dict.fromkeys(walker.deeds))


def summary_of(node: scopes.Function | ast.ClassDef, package: str) -> Summary:
    """What calling the function, or making an instance of the class, may do."""
    if isinstance(node, ast.ClassDef):
        return _class(node, package)
    walker = _Walker(package)
    walker.function(node)
    return Summary(tuple(dict.fromkeys(walker.deeds)), walker.alters, walker.brands, _mentions(node.decorator_list))


def _class(node: ast.ClassDef, package: str) -> Summary:
    walker = _Walker(package)
    for part in node.body:
        if isinstance(part, scopes.FUNCTIONS) and part.name in ("__init__", "__post_init__", "__new__"):
            walker.function(part, own=part.args.args[0].arg if part.args.args else None)
    defined = {part.name for part in node.body if isinstance(part, scopes.FUNCTIONS)}
    hooks = bool(defined & {"__init_subclass__", "__set_name__", "__prepare__", "mro"}) or bool(node.keywords)
    hooks = hooks or any(isinstance(base, ast.Name) and base.id == "type" for base in node.bases)
    values = [part.value for part in node.body if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None]
    return Summary(
        tuple(dict.fromkeys(walker.deeds)),
        walker.alters,
        walker.brands,
        _mentions(node.decorator_list),
        _mentions(node.bases),
        hooks,
        is_class=True,
        holds=any(map(_is_made, values)),
    )


def _is_made(value: ast.AST) -> bool:
    """Whether a value is made there and then, and may be changed afterwards."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "field":
        return False
    made = ast.Call | ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp
    return any(isinstance(node, made) for node in ast.walk(value))


def is_fixed(value: ast.AST) -> bool:
    """Whether a value is made here and cannot be changed: a number, a string, a tuple; what it names is made elsewhere."""
    if isinstance(value, ast.Tuple):
        return all(is_fixed(part) or isinstance(part, ast.Name | ast.Attribute) for part in value.elts)
    return _is_number(value)


def _is_number(value: ast.AST) -> bool:
    if isinstance(value, ast.UnaryOp):
        return _is_number(value.operand)
    if isinstance(value, ast.BinOp):
        return _is_number(value.left) and _is_number(value.right)
    return isinstance(value, ast.Constant)


def values_in(statement: ast.stmt) -> tuple[Mention, ...]:
    """The global names whose objects may live on in what the statement binds: not those inside functions."""
    if isinstance(statement, scopes.FUNCTIONS):
        return ()
    nodes: list[ast.AST] = [statement]
    if isinstance(statement, ast.ClassDef):
        nodes = [*statement.bases, *(part for part in statement.body if not isinstance(part, scopes.FUNCTIONS))]
    return tuple(dict.fromkeys(_mentions(nodes)))


def used_by(statement: ast.stmt) -> tuple[Mention, ...]:
    """The global names that a statement makes use of when it runs, not those that functions in it will use."""
    parts: list[ast.AST] = [statement]
    if isinstance(statement, scopes.FUNCTIONS):
        parts = list(scopes.evaluated_outside(statement))
    elif isinstance(statement, ast.ClassDef):
        inside = (scopes.evaluated_outside(part) if isinstance(part, scopes.FUNCTIONS) else [part] for part in statement.body)
        parts = [*scopes.evaluated_outside(statement), *(part for each in inside for part in each)]
    return _mentions(parts)


def _mentions(nodes: Iterable[ast.AST]) -> tuple[Mention, ...]:
    walker = _Walker("")
    return tuple(m for node in nodes for m in walker.mentions(node))


class _Walker:
    """Walks what runs: at module level all but the insides of functions, of a called function everything."""

    def __init__(self, package: str):
        self.package = package
        self.deeds: list[Deed] = []
        self.alters = self.brands = False
        self.locals: list[scopes.Bindings] = []
        self.own: set[str] = set()  # local names that hold nothing but what was made here

    def function(self, node: AnyFunction, own: str | None = None) -> None:
        body: list[ast.AST] = [node.body] if isinstance(node, ast.Lambda) else list(node.body)
        scope = scopes.scope_of(body, self.package)
        given = {argument.arg for argument in scopes.arguments_of(node.args)}
        scope.bound |= given
        before, nested = self.own, bool(self.locals)
        self.locals.append(scope)
        self.own = self.own - scope.bound | ({own} if own else set()) | (given if nested else set())
        self.own |= self._made_here(scope.bound - given, body)
        self.run(body)
        self.own = before
        self.locals.pop()

    def _made_here(self, names: set[str], body: list[ast.AST]) -> set[str]:
        """Those of the names whose every value is made of nothing that comes from outside."""
        made_of: dict[str, set[str]] = {name: set() for name in names}
        for node in (node for part in body for node in ast.walk(part)):
            for name, sources in self._values(node):
                made_of.setdefault(name, set()).update(sources)
        inside = dict.fromkeys(names & made_of.keys())
        while True:
            lost = [name for name in inside if not made_of[name] <= inside.keys() | self.own]
            if not lost:
                return set(inside)
            for name in lost:
                del inside[name]

    def _values(self, node: ast.AST) -> Iterator[tuple[str, set[str]]]:
        """The names that a statement binds, each with the names of which its value is made."""
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            sources = self._sources(node.value) if node.value is not None else set()
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
            sources, targets = self._sources(node.iter), [node.target]
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            sources, targets = self._sources(node.context_expr), [node.optional_vars]
        elif isinstance(node, ast.Global | ast.Nonlocal):
            yield from ((name, {""}) for name in node.names)
            return
        else:
            return
        for target in targets:
            yield from ((name, sources) for name in scopes.bound_by(target))

    def _sources(self, value: ast.expr) -> set[str]:
        """The names of which a value is made, but for the functions that make it."""
        makers = {id(n.func) for n in ast.walk(value) if isinstance(n, ast.Call) and self.mention(n.func) is not None}
        found: set[str] = set()
        todo: list[ast.AST] = [value]
        while todo:
            node = todo.pop()
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                found.add(node.id)
            todo += [child for child in ast.iter_child_nodes(node) if id(child) not in makers]
        inner = {name for n in ast.walk(value) if isinstance(n, ast.comprehension) for name in scopes.bound_by(n.target)}
        return found - inner

    def run(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            self._defined(node)
        elif isinstance(node, ast.ClassDef):
            self._class_made(node)
        elif isinstance(node, ast.If) and scopes.is_type_checking(node):
            self.run(node.orelse)
        elif isinstance(node, ast.Expr):
            self._bare(node)
        else:
            if isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, ast.AugAssign):
                self._write(node.target)
                self.alters |= isinstance(node.target, ast.Name) and self._is_foreign(node.target) and not is_fixed(node.value)
            elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
                self._write(node)
            self.run(self._running(node) if isinstance(node, ast.Call) else ast.iter_child_nodes(node))

    def _running(self, node: ast.Call) -> list[ast.expr]:
        """The parts of a call, without lambdas that are only handed over: whoever calls what it is given is not harmless,
        whatever that does."""
        parts = [node.func, *node.args, *(keyword.value for keyword in node.keywords)]
        subject = self.mention(node.func)
        stored = subject is not None and not hasattr(builtins, subject.name)
        return [part for part in parts if not (stored and isinstance(part, ast.Lambda))]

    def _defined(self, node: AnyFunction) -> None:
        self.run(scopes.evaluated_outside(node))
        for decorator in getattr(node, "decorator_list", ()):
            self._decorated(decorator)
        if self.locals:  # a function inside one that is called may be called, too
            self.function(node)

    def _class_made(self, node: ast.ClassDef) -> None:
        self.run(scopes.evaluated_outside(node))
        for decorator in node.decorator_list:
            self._decorated(decorator)
        handed = tuple(m for keyword in node.keywords for m in self.mentions(keyword.value))
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                self.deeds.append(Deed(False, self.mention(keyword.value), handed))
        for base in node.bases:
            for mention in self.mentions(base):
                self.deeds.append(Deed(False, Mention(mention.name, (*mention.chain, "__init_subclass__")), handed))
        scope = scopes.scope_of(node.body, self.package, is_class=True)
        self.locals.append(scope)
        own, self.own = self.own, self.own | scope.bound
        self.run([part for part in node.body if not isinstance(part, scopes.FUNCTIONS)])
        for part in node.body:
            if isinstance(part, scopes.FUNCTIONS):
                self.run(scopes.evaluated_outside(part))
        self.own = own
        self.locals.pop()

    def _decorated(self, decorator: ast.expr) -> None:
        """A decorator is called with the function; one that is made by a call, with what that was given as well."""
        mentions = self.mentions(decorator)
        self.deeds.append(Deed(False, mentions[0] if mentions else None, mentions[1:], hands=False))

    def _bare(self, node: ast.Expr) -> None:
        """An expression of which nothing is bound is there for what it does."""
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call):
            self._call(node.value, bare=True)
            self.run(self._running(node.value))
            return
        if not self.locals:
            for mention in self.mentions(node.value):
                self.deeds.append(Deed(True, mention))
        self.visit(node.value)

    def _call(self, node: ast.Call, bare: bool = False) -> None:
        parts = [*node.args, *(keyword.value for keyword in node.keywords)]
        handed = tuple(mention for part in parts for mention in self.mentions(part))
        hands = any(self._is_foreign(part) for part in parts)
        subject = self.mention(node.func)
        if subject == Mention("setattr") and len(parts) > 1 and isinstance(parts[1], ast.Constant):
            self._write(ast.Attribute(parts[0], str(parts[1].value), ast.Store()))
        elif subject is not None:
            self.deeds.append(Deed(False, subject, handed, hands, bare))
        elif isinstance(node.func, ast.Attribute):
            method, receiver = node.func.attr, node.func.value
            if method in HARMLESS_METHODS or _is_super(receiver):
                return
            roots = self.mentions(receiver)
            if method in CONTAINER_METHODS:
                self.deeds += [Deed(True, root, handed) for root in roots]
                self.alters |= self._is_foreign(receiver)
            elif self._is_foreign(receiver) or hands or roots or handed:
                self.deeds.append(Deed(False, None, (*roots, *handed), bare=bare))
                self.alters |= self._is_foreign(receiver) or hands
        elif isinstance(node.func, ast.Name):  # a local name
            self.alters |= self._is_foreign(node.func) or hands
            self.deeds.append(Deed(False, None, handed))
        else:
            self.deeds.append(Deed(False, None, (*self.mentions(node.func), *handed)))

    def _write(self, target: ast.AST) -> None:
        root = scopes.root_of(target)
        mention = self.mention(target) or (self.mention(ast.Name(root, ast.Load())) if root else None)
        if mention is not None:
            self.deeds.append(Deed(True, mention))
        elif root is None or (isinstance(target, ast.Attribute | ast.Subscript) and root not in self.own):
            self.alters |= bool(self.locals)
            self.brands |= bool(self.locals) and isinstance(target, ast.Attribute)
            self.deeds += [Deed(True, m) for m in self.mentions(target)]

    # --- names ---

    def mention(self, node: ast.AST) -> Mention | None:
        """The global name that ``node`` is, with its attributes; None if it is something else."""
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return None
        imported = self._imported(node.id)
        return None if imported is None else Mention(node.id, tuple(reversed(chain)), imported)

    def mentions(self, node: ast.AST) -> tuple[Mention, ...]:
        """All global names in ``node``."""
        found: list[Mention] = []
        todo = [node]
        while todo:
            part = todo.pop(0)
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                continue
            mention = self.mention(part) if isinstance(part, ast.Name | ast.Attribute) else None
            if mention is not None:
                found.append(mention)
            else:
                todo = [*ast.iter_child_nodes(part), *todo]
        return tuple(dict.fromkeys(found))

    def _imported(self, name: str) -> tuple[Imported, ...] | None:
        """The imports inside functions that bind a name; nothing for a global one, None for a local one."""
        for scope in reversed(self.locals):
            if name in scope.declared_global:
                return ()
            if name in scope.imports:
                return tuple(scope.imports[name])
            if name in scope.bound:
                return None
        return ()

    def _is_foreign(self, node: ast.AST) -> bool:
        """Whether a value may be, or hold, something that the function was given: any local name that it did not make."""
        names = (n.id for n in ast.walk(node) if isinstance(n, ast.Name))
        return any(self._imported(name) is None and name not in self.own for name in names)


def _is_super(node: ast.AST) -> bool:
    """Whether this is ``super()``: what a class inherits is looked at with its bases."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "super"
