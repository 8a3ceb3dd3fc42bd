"""The symbolic reading: a formula as SymPy.

How much the reading may use is explicit (``Knowledge``): which definitions are unfolded, whether derivatives are carried out.
What may not be used stays opaque. That is how a reason can be checked and not only a result: a step "by definition of σ" must
follow from unfolding σ and nothing else. Vectors and matrices are read by their generic entry, sums by their bounds, so that
nothing depends on a size.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from report.errors import DeclarationError, nearest
from report.prove.language.formula import names, places, rows, targets
from report.prove.language.glossary import Definition, reached
from report.prove.language.vocabulary import LOGICAL
from report.prove.meaning.grid import (
    BUILT_IN,
    CONSTANTS,
    SLOPE,
    Grid,
    GridEquality,
    Unreadable,
    binary,
    by_case,
    each,
    extreme,
    for_all,
    generic_places,
    of_numbers,
    opened,
    product,
    summed,
    tighten,
)


@dataclass(frozen=True)
class Knowledge:
    """What a reading may use: the definitions it unfolds (None: all) and whether it differentiates."""

    unfold: frozenset[str] | None = None
    differentiate: bool = True

    def opens(self, name: str) -> bool:
        return self.unfold is None or name in self.unfold


EVERYTHING = Knowledge()
ALGEBRA = Knowledge(frozenset(), differentiate=False)


@dataclass(frozen=True)
class Scope:
    """Where a formula is read: ``globals`` (symbols, definitions), ``locals`` (bound names), and the knowledge allowed."""

    globals: Mapping[str, Any]
    locals: Mapping[str, Any] = field(default_factory=dict)
    knowledge: Knowledge = EVERYTHING
    levels: int = 8
    """So often what calls itself is unfolded where it is asked at numbers: R(2) as R(1) and R(0)."""

    def bind(self, **values: Any) -> Scope:
        return replace(self, locals={**self.locals, **values})

    def look_up(self, name: str) -> Any:
        if name in self.locals:
            return self.locals[name]
        if name not in self.globals:
            raise DeclarationError(f"'{name}' is not in the glossary", remedy=nearest(name, self.globals))
        value = self.globals[name]
        return self._meaning(value) if isinstance(value, Definition) else value

    def closed(self, name: str) -> Scope:
        """The same scope with one definition kept shut: it is the variable now."""
        known = self.knowledge
        names = (
            frozenset(k for k, v in self.globals.items() if isinstance(v, Definition)) if known.unfold is None else known.unfold
        )
        return replace(self, knowledge=Knowledge(names - {name}, known.differentiate))

    def unfolded(self, definition: Definition, values: Sequence[Any]) -> Any:
        """What a function of numbers that calls itself comes to: unfolded once, or down from a number."""
        down = self.levels and all(isinstance(value, sp.Integer) for value in values)
        here = replace(self, levels=self.levels - 1) if down else self.closed(definition.name)
        return _curried(definition.parameters, definition.body.tree, here)(*values)

    def _meaning(self, definition: Definition) -> Any:
        here = Scope(self.globals, {}, self.knowledge, self.levels)
        if not self.knowledge.opens(definition.name):
            return _opaque(definition, here)
        if definition.recursive and definition.of_numbers:
            return _entrywise(definition, lambda *values: here.unfolded(definition, values))
        if definition.recursive:
            here = here.closed(definition.name)  # unfolded once: its body speaks of itself
        if definition.indexed and definition.shape:
            sizes = ([read(size.tree, here) for size in definition.shape] + [sp.Integer(1)])[:2]
            names = definition.parameters[0]
            first = definition.first
            return Grid(
                sizes[0], sizes[1], lambda i, j: read(definition.body.tree, here.bind(**dict(zip(names, (i, j))))), first
            )
        return _entrywise(definition, _curried(definition.parameters, definition.body.tree, here))


def _curried(groups: Sequence[Sequence[str]], body: ast.expr, scope: Scope) -> Any:
    if not groups:
        return read(body, scope)
    return lambda *values: _curried(groups[1:], body, scope.bind(**dict(zip(groups[0], values, strict=True))))


def _entrywise(definition: Definition, function: Any) -> Any:
    """A function of numbers acts on arrays entry by entry."""
    if not definition.of_numbers:
        return function
    return lambda *values: each(function, *values) if any(isinstance(v, Grid) for v in values) else function(*values)


def _opaque(definition: Definition, scope: Scope) -> Any:
    name, groups = definition.name, definition.parameters
    real = {} if _may_be_complex(definition, scope) else {"real": True}
    if definition.indexed:
        base = sp.IndexedBase(name, **real)
        if definition.shape:
            sizes = ([read(size.tree, scope) for size in definition.shape] + [sp.Integer(1)])[:2]
            single = len(definition.shape) == 1
            return Grid(sizes[0], sizes[1], lambda i, j: base[i] if single else base[i, j], definition.first)
        return lambda *indices: base[indices]
    if not groups:
        whole = read(definition.body.tree, scope)
        if not isinstance(whole, Grid):
            return sp.Symbol(name, **real)
        base = sp.IndexedBase(name, **real)
        return Grid(whole.rows, whole.columns, lambda i, j: base[i] if whole.columns == 1 else base[i, j], whole.first)
    functions = {s.name for s in definition.functions}
    numbers = [[parameter not in functions for parameter in group] for group in groups]
    return _entrywise(definition, _applied(sp.Function(name, **real), numbers, ()))


def _may_be_complex(definition: Definition, scope: Scope) -> bool:
    """Whether the imaginary unit is reached from the definition: kept shut, it may not be taken for real."""

    def spoken(name: str) -> Iterable[str]:
        known = scope.globals.get(name)
        return names(known.body.tree) if isinstance(known, Definition) else ()

    return "imag" not in scope.globals and "imag" in reached([definition.name], spoken)


def _applied(function: Any, groups: Sequence[Sequence[bool]], before: tuple[Any, ...]) -> Any:
    def apply(*values: Any) -> Any:
        arguments = (*before, *map(as_argument, values, groups[0]))
        return _applied(function, groups[1:], arguments) if len(groups) > 1 else function(*arguments)

    return apply


def as_argument(value: Any, whole: bool = True) -> sp.Expr:
    """A signal, or a function of real numbers, as an argument of an opaque function: what it does to a dot, nobody else's."""
    if isinstance(value, Grid):
        raise Unreadable("it keeps shut what is defined of a whole vector or matrix: name the definition that is to be opened")
    if callable(value):
        dot = sp.Dummy("dot", integer=True) if whole else sp.Dummy("dot", real=True)
        return sp.Lambda(dot, value(dot))
    return value


# --- reading -------------------------------------------------------------------------------------------------------


def read(node: ast.expr, scope: Scope) -> Any:
    """A tree as SymPy: an expression, a relation, a ``Grid`` or a Python function (a signal)."""
    if isinstance(node, ast.Constant):
        return sp.Integer(node.value)
    if isinstance(node, ast.Name):
        return _name(node.id, scope)
    if isinstance(node, ast.UnaryOp):
        value = read(node.operand, scope)
        return sp.Not(of_numbers(value)) if isinstance(node.op, ast.Not) else each(lambda a: -a, value)
    if isinstance(node, ast.BinOp):
        return binary(node.op, read(node.left, scope), read(node.right, scope))
    if isinstance(node, ast.BoolOp):
        parts = [of_numbers(read(v, scope)) for v in node.values]
        return sp.And(*parts) if isinstance(node.op, ast.And) else sp.Or(*parts)
    if isinstance(node, ast.Compare):
        return _relation(node, scope)
    if isinstance(node, ast.IfExp):
        test = read(node.test, scope)
        if test in (sp.true, sp.false):  # what is not chosen need not come to an end
            return read(node.body if test == sp.true else node.orelse, scope)
        body, orelse = read(node.body, scope), read(node.orelse, scope)
        return by_case(of_numbers(test), body, orelse)
    if isinstance(node, ast.Attribute):
        value = read(node.value, scope)
        if callable(value):
            raise Unreadable("a signal or function has no transpose")
        return value.T if isinstance(value, Grid) else value
    if isinstance(node, ast.Subscript):
        return _index(node, scope)
    if isinstance(node, ast.List):
        return _literal(node, scope)
    if isinstance(node, ast.Lambda):
        names = [a.arg for a in node.args.args]
        return lambda *values: read(node.body, scope.bind(**dict(zip(names, values, strict=True))))
    if isinstance(node, ast.Call):
        return _call(node, scope)
    raise DeclarationError(f"no symbolic reading of {ast.unparse(node)}")


def _name(name: str, scope: Scope) -> Any:
    if name in scope.globals or name in scope.locals:
        return scope.look_up(name)
    if name in CONSTANTS:
        return CONSTANTS[name]()
    return BUILT_IN[name] if name in BUILT_IN else scope.look_up(name)


def _call(node: ast.Call, scope: Scope) -> Any:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        return _gather(name, node.args[0], scope)
    if name == "diff":
        return _derivative(node.args[0], node.args[1], scope)
    if name == "grad":
        return _gradient(node.args[0], node.args[1], scope)
    if name in LOGICAL and name not in scope.globals:
        raise Unreadable(f"{name}(p, q) is what a part states, and stands in no formula")
    function = read(node.func, scope)
    if not callable(function):
        raise DeclarationError(f"'{ast.unparse(node.func)}' is not a function")
    return function(*(read(a, scope) for a in node.args))


def _relation(node: ast.Compare, scope: Scope) -> Any:
    relations = {ast.Eq: sp.Eq, ast.NotEq: sp.Ne, ast.LtE: sp.Le, ast.GtE: sp.Ge, ast.Lt: sp.Lt, ast.Gt: sp.Gt}
    parts: list[Any] = []
    left = read(node.left, scope)
    for op, comparator in zip(node.ops, node.comparators):
        if isinstance(op, ast.In):
            if not left.is_integer:
                raise Unreadable(f"only of an integer can be asked whether it is in a range, and {left} need not be one")
            low, high = limits(comparator, scope)
            parts += [sp.Ge(left, low), sp.Le(left, high)]
            continue
        right = read(comparator, scope)
        if isinstance(left, Grid) and isinstance(right, Grid) and isinstance(op, ast.Eq) and len(node.ops) == 1:
            return GridEquality(left, right)
        if isinstance(left, Grid) or isinstance(right, Grid):
            raise Unreadable(
                "of whole arrays only u == zeros(n) can be given: say it of one entry, v[i] >= 0, or declare the array positive"
            )
        if callable(left) or callable(right):
            raise Unreadable("signals and functions are compared place by place: f(t) == g(t)")
        parts.append(relations[type(op)](left, right))
        left = right
    return sp.And(*parts) if len(parts) > 1 else parts[0]


def _index(node: ast.Subscript, scope: Scope) -> Any:
    value = read(node.value, scope)
    indices = [read(e, scope) for e in places(node)]
    if isinstance(value, Grid):
        if len(indices) == 1 and value.columns != 1:
            if value.rows != 1:
                raise Unreadable(f"an entry of a matrix has two places, and {ast.unparse(node)} has one")
            return value.entry(sp.Integer(value.first), indices[0])
        return value.entry(indices[0], indices[1] if len(indices) > 1 else sp.Integer(value.first))
    return value(*indices)


def _literal(node: ast.List, scope: Scope) -> Grid:
    table = [[read(e, scope) for e in row] for row in rows(node)]

    def entry(i: sp.Expr, j: sp.Expr) -> sp.Expr:
        if i.is_Integer and j.is_Integer:
            return table[int(i) - 1][int(j) - 1]
        return sp.Add(
            *(
                sp.KroneckerDelta(i, r + 1) * sp.KroneckerDelta(j, c + 1) * v
                for r, row in enumerate(table)
                for c, v in enumerate(row)
            )
        )

    return Grid(sp.Integer(len(table)), sp.Integer(len(table[0])), entry)


# --- sums and their like -------------------------------------------------------------------------------------------


def _gather(name: str, node: ast.GeneratorExp, scope: Scope) -> Any:
    inner, bounds = scope, []
    for generator in node.generators:
        (index,) = targets(generator)
        k = sp.Dummy(index, integer=True)
        low, high = limits(generator.iter, inner)
        inner = inner.bind(**{index: k})
        for condition in generator.ifs:
            low, high = tighten(k, low, high, read(condition, inner))
        bounds.append((k, low, high))
    body = sp.Integer(1) if name == "count" else read(node.elt, inner)
    if name in ("sum", "count"):
        return summed(body, bounds)
    if name == "prod":
        return functools.reduce(lambda factor, bound: product(factor, *bound), reversed(bounds), body)
    if name == "all":
        return for_all(body, bounds)
    if name in ("max", "min"):
        return extreme(name, body, bounds)
    raise Unreadable(f"SymPy has no reading of {name} over a range")


def limits(node: ast.expr, scope: Scope) -> tuple[sp.Expr, sp.Expr]:
    """The ends of a range."""
    if isinstance(node, ast.Name):
        return (-sp.oo if node.id == "Z" else sp.Integer(0)), sp.oo
    assert isinstance(node, ast.Call)
    return read(node.args[0], scope), read(node.args[1], scope)


# --- derivatives ---------------------------------------------------------------------------------------------------


def _derivative(body: ast.expr, variable: ast.expr, scope: Scope) -> Any:
    name, at, place, free = _variable(variable, scope)
    if isinstance(at, sp.Expr) and at.is_integer and not at.is_number and isinstance(variable, ast.Name):
        raise Unreadable(f"a derivative by '{name}', which is an integer: between two integers there is no slope")
    free, given = _standing_still(free, name, place)
    value = read(body, free)
    knowledge = _knowing(body, name, free)
    slope = each(lambda v: _slope(v, place, knowledge, given), value)
    if place == at:
        return slope
    if isinstance(place, sp.Indexed):
        return each(lambda v: opened(v, place.base, scope.look_up(name)), slope)
    return each(lambda v: v.subs(place, at), slope)


def _standing_still(scope: Scope, name: str, place: sp.Expr) -> tuple[Scope, dict[sp.Expr, sp.Expr]]:
    """The scope in which all but ``name`` keep the values that they are bound to while ``place`` varies, and what stands for
    what in these values: where c(y) is the derivative of x y by x, c(x) is x.
    """
    if not scope.locals.keys() - {name}:
        return scope, {}
    varies = place.base if isinstance(place, sp.Indexed) else place
    label = sp.Dummy("still", **(varies.label if isinstance(varies, sp.IndexedBase) else varies).assumptions0)
    still = sp.IndexedBase(label) if isinstance(varies, sp.IndexedBase) else label

    def kept(value: Any) -> Any:
        if isinstance(value, Grid):
            return Grid(value.rows, value.columns, lambda i, j: kept(value.entry(i, j)), value.first)
        return of_places(value) if callable(value) else sp.sympify(value).xreplace({varies: still})

    def of_places(function: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself is kept as it is, and may be asked at what varies."""

        def asked(*at: sp.Expr) -> sp.Expr:
            places = [sp.Dummy(integer=True) if each.is_integer else sp.Dummy(real=True) for each in at]
            return kept(function(*places)).subs(dict(zip(places, at)), simultaneous=True)

        return asked

    return replace(scope, locals={n: v if n == name else kept(v) for n, v in scope.locals.items()}), {still: varies}


def _knowing(body: ast.expr, variable: str, scope: Scope) -> Knowledge:
    """What a derivative may use: it is not carried out where a definition that is kept shut rests on the variable."""

    def spoken(of: tuple[str, bool]) -> Iterable[tuple[str, bool]]:
        """The names in a definition, and whether they are hidden there."""
        name, hidden = of
        value = scope.globals.get(name)
        if isinstance(value, Definition) and name != variable and (hidden or name not in scope.locals):
            shut = hidden or not scope.knowledge.opens(name)  # one that calls itself is shut in its own body
            yield from ((n, shut or n == name) for n in names(value.body.tree) if n not in value.arguments)

    hidden = (variable, True) in reached([(name, False) for name in names(body)], spoken)
    return replace(scope.knowledge, differentiate=False) if hidden else scope.knowledge


def _slope(value: sp.Expr, place: sp.Expr, knowledge: Knowledge, given: Mapping[sp.Expr, sp.Expr]) -> sp.Expr:
    if knowledge.differentiate:
        return sp.sympify(value).diff(place).xreplace(given)
    # The variable is bound inside, so that what is later put in for it cannot change what is differentiated.
    inside = sp.Dummy("x", real=True)
    which = (sp.Symbol(str(place.base), real=True), *place.indices) if isinstance(place, sp.Indexed) else ()
    slope = sp.Function(SLOPE, real=True)(sp.Lambda(inside, sp.sympify(value).subs(place, inside)), place, *which)
    return slope if which else slope.xreplace(given)  # other entries stand in it, which may be the one: those given are not


def _variable(node: ast.expr, scope: Scope) -> tuple[str, sp.Expr, sp.Expr, Scope]:
    """The name that varies, its value here, what varies for it, and the scope in which it does."""
    at = read(node, scope)
    holder = node.value if isinstance(node, ast.Subscript) else node.func if isinstance(node, ast.Call) else node
    if not isinstance(holder, ast.Name):
        raise DeclarationError(f"cannot differentiate with respect to {ast.unparse(node)}: use x, x[i], W[i, j] or f(i)")
    free = _freed(holder.id, scope)
    place = read(node, free)
    if holder is not node and not isinstance(place, sp.Indexed):
        raise DeclarationError(f"cannot differentiate with respect to {ast.unparse(node)}: it is not an entry of anything")
    return holder.id, at, place, free


def _freed(name: str, scope: Scope) -> Scope:
    """The scope in which a name stands for no value, and may vary."""
    if name not in scope.locals:
        return scope.closed(name) if isinstance(scope.globals.get(name), Definition) else scope
    value, base = scope.locals[name], sp.IndexedBase(sp.Dummy(name, real=True))
    if isinstance(value, Grid):
        entry = (lambda i, j: base[i]) if value.columns == 1 else (lambda i, j: base[i, j])
        return scope.bind(**{name: Grid(value.rows, value.columns, entry, value.first)})
    return scope.bind(**{name: (lambda *at: base[at]) if callable(value) else sp.Dummy(name, real=True)})


def _gradient(body: ast.expr, variable: ast.expr, scope: Scope) -> Grid:
    if not isinstance(variable, ast.Name):
        raise DeclarationError(f"grad is taken with respect to a vector or matrix by name, not {ast.unparse(variable)}")
    free = _freed(variable.id, scope)
    array = free.look_up(variable.id)
    if not isinstance(array, Grid):
        raise DeclarationError(f"'{variable.id}' is neither a vector nor a matrix")
    fixed, given = _standing_still(free, variable.id, array.entry(*generic_places()))
    value = read(body, fixed)
    if not isinstance(value, sp.Expr):
        raise Unreadable(
            f"a gradient is that of a number, and {ast.unparse(body)} is none: a function of numbers is applied "
            "to a vector entry by entry; a loss of a whole vector is written out, or defined, by its entries"
        )

    def entry(i: sp.Expr, j: sp.Expr) -> sp.Expr:
        place = array.entry(i, j)
        slope = _slope(value, place, _knowing(body, variable.id, fixed), given)
        return slope if free is scope else opened(slope, place.base, scope.look_up(variable.id))

    return Grid(array.rows, array.columns, entry, array.first)
