"""The numeric reading: a formula as a number of thirty digits at a drawn point. Shares nothing with SymPy.

Derivatives are taken numerically (mpmath), sums are summed, maxima are compared, matrices are multiplied entry by entry.
Names that the field knows (a sigmoid, a convolution) are computed by their own reference code, not by their definition, so
that a wrong definition shows. A sum over all integers is taken over a window, and refused if it has not ended by its edge.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import mpmath as mp

from report.errors import DeclarationError, nearest
from report.prove.language.formula import targets
from report.prove.language.glossary import Definition
from report.prove.meaning.values import (
    BUILT_IN,
    CONSTANTS,
    DIGITS,
    WINDOW,
    Array,
    Lazily,
    Number,
    Undefined,
    as_array,
    binary,
    compare,
    each,
    is_nonzero,
    short,
    whole,
)


@dataclass(frozen=True)
class Point:
    """Where a formula is evaluated: ``globals`` (symbols and definitions), ``locals`` (bound names and parameters)."""

    globals: Mapping[str, Any]
    locals: Mapping[str, Any]
    meanings: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """The definitions met so far: they see ``globals`` alone."""

    def bind(self, **values: Any) -> Point:
        return Point(self.globals, {**self.locals, **values}, self.meanings)

    def override(self, name: str, value: Any) -> Point:
        """The same point with one name changed, and with it every definition that rests on that name."""
        if name in self.locals:
            return self.bind(**{name: value})
        rest = self._resting_on(name)
        kept = {other: meaning for other, meaning in self.meanings.items() if other not in rest}
        return Point({**self.globals, name: value}, self.locals, kept)

    def _resting_on(self, name: str) -> set[str]:
        """The name, and the definitions that speak of it, by themselves or through others."""
        bodies = {d.name: d.mentioned for d in self.globals.values() if isinstance(d, Definition)}
        found = {name}
        while more := {other for other, mentioned in bodies.items() if other not in found and mentioned & found}:
            found |= more
        return found

    def look_up(self, name: str) -> Any:
        if name in self.locals:
            return self.locals[name]
        if name not in self.globals:
            raise DeclarationError(f"'{name}' is not in the glossary", remedy=nearest(name, [*self.globals, *BUILT_IN]))
        value = self.globals[name]
        if not isinstance(value, Definition):
            return value
        if name not in self.meanings:
            self.meanings[name] = self._meaning(value)
        return self.meanings[name]

    def _meaning(self, definition: Definition) -> Any:
        if definition.reference is not None:
            return definition.reference
        here = Point(self.globals, {}, self.meanings)
        if definition.indexed and definition.shape:
            sizes = [evaluate(size.tree, here) for size in definition.shape]
            first, parameters = definition.first, definition.parameters[0]

            def entry(i: int, j: int) -> Number:
                return evaluate(definition.body.tree, here.bind(**dict(zip(parameters, (i + first, j + first)))))

            m, n = [*map(int, sizes), 1][:2]
            return Array(Lazily(m, lambda i: Lazily(n, lambda j: entry(i, j))), first)
        return _curried(definition.parameters, definition.body.tree, here)


def _curried(groups: Sequence[Sequence[str]], body: ast.expr, point: Point) -> Any:
    if not groups:
        return evaluate(body, point)
    return lambda *values: _curried(groups[1:], body, point.bind(**dict(zip(groups[0], values, strict=True))))


# --- evaluating ----------------------------------------------------------------------------------------------------


def evaluate(node: ast.expr, point: Point) -> Any:
    """The value of a tree: int, mpf, bool, ``Array`` or a function. Raises ``Undefined`` where there is none."""
    return _READ[type(node)](node, point)


def _name(node: ast.Name, point: Point) -> Any:
    name = node.id
    for known in (point.locals, point.meanings):
        if name in known:
            return known[name]
    if name not in point.globals:
        if name in CONSTANTS:
            return CONSTANTS[name]()
        if name in BUILT_IN:
            return BUILT_IN[name]
    return point.look_up(name)


def _unary(node: ast.UnaryOp, point: Point) -> Any:
    value = evaluate(node.operand, point)
    return (not value) if isinstance(node.op, ast.Not) else each(operator.neg, value)


def _logic(node: ast.BoolOp, point: Point) -> bool:
    values = (bool(evaluate(v, point)) for v in node.values)
    return all(values) if isinstance(node.op, ast.And) else any(values)


def _choice(node: ast.IfExp, point: Point) -> Any:
    return evaluate(node.body if evaluate(node.test, point) else node.orelse, point)


def _transpose(node: ast.Attribute, point: Point) -> Any:
    value = evaluate(node.value, point)
    return value.T if isinstance(value, Array) else value


def _function(node: ast.Lambda, point: Point) -> Callable[..., Any]:
    names = [a.arg for a in node.args.args]
    return lambda *values: evaluate(node.body, point.bind(**dict(zip(names, values, strict=True))))


def _call(node: ast.Call, point: Point) -> Any:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "diff":
        return _derivative(node.args[0], node.args[1], point)
    if name == "grad":
        return _gradient(node.args[0], node.args[1], point)
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        return _gather(name, node.args[0], point)
    known = name in BUILT_IN and name not in point.globals and name not in point.locals
    function = BUILT_IN[name] if known else evaluate(node.func, point)
    values = [evaluate(a, point) for a in node.args]
    if not callable(function):
        raise DeclarationError(f"'{ast.unparse(node.func)}' is not a function")
    try:
        return function(*values)
    except (ZeroDivisionError, ValueError) as error:
        raise Undefined(str(error)) from None


def _compare(node: ast.Compare, point: Point) -> bool:
    left = evaluate(node.left, point)
    for op, comparator in zip(node.ops, node.comparators):
        if isinstance(op, ast.In):
            if not _is_in(left, comparator, point):
                return False
            continue
        right = evaluate(comparator, point)
        if not compare(left, _SIGNS[type(op)], right):
            return False
        left = right
    return True


def _is_in(value: Any, node: ast.expr, point: Point) -> bool:
    if isinstance(node, ast.Name) and node.id in ("Z", "N"):
        return mp.isint(value) and (node.id == "Z" or value >= 0)
    assert isinstance(node, ast.Call)
    low, high = (evaluate(a, point) for a in node.args)
    return mp.isint(value) and low <= value <= high


_SIGNS = {ast.Eq: "==", ast.NotEq: "!=", ast.LtE: "<=", ast.GtE: ">=", ast.Lt: "<", ast.Gt: ">"}


def _index(node: ast.Subscript, point: Point) -> Any:
    value = evaluate(node.value, point)
    value = value if callable(value) else as_array(value)
    if not isinstance(node.slice, ast.Tuple):
        index = whole(evaluate(node.slice, point))
        return value.entry(index) if isinstance(value, Array) else value(index)
    indices = [whole(evaluate(e, point)) for e in node.slice.elts]
    return value.entry(*indices) if isinstance(value, Array) else value(*indices)


def _literal(node: ast.List, point: Point) -> Array:
    rows = [r.elts if isinstance(r, ast.List) else [r] for r in node.elts]
    return Array(tuple(tuple(evaluate(e, point) for e in row) for row in rows))


# --- sums and their like -------------------------------------------------------------------------------------------


def _gather(name: str, node: ast.GeneratorExp, point: Point) -> Any:
    if name == "count":
        return sum(1 for _ in _bindings(node.generators, point))
    values = [(at, evaluate(node.elt, at)) for at in _bindings(node.generators, point)]
    if name == "sum":
        _refuse_endless(node, values)
        total: Any = 0
        for _, value in values:
            total = each(operator.add, total, value)
        return total
    if name in ("all", "any"):
        return all(v for _, v in values) if name == "all" else any(v for _, v in values)
    if not values and name in ("max", "min"):
        raise Undefined(f"{name} over nothing")
    if name == "prod":
        product: Any = 1
        for _, value in values:
            product = product * value
        return product
    return max(v for _, v in values) if name == "max" else min(v for _, v in values)


def _bindings(generators: Sequence[ast.comprehension], point: Point) -> Iterator[Point]:
    if not generators:
        yield point
        return
    generator, *rest = generators
    (name,) = targets(generator)
    numbers = _range(generator.iter, point)
    for number in numbers:
        at = Point(point.globals, {**point.locals, name: number}, point.meanings)
        if not generator.ifs:
            yield from _bindings(rest, at) if rest else (at,)
        elif all(evaluate(condition, at) for condition in generator.ifs):
            if isinstance(generator.iter, ast.Name) and number == numbers[-1]:
                raise Undefined("the condition of a sum without bounds still holds at the edge of the window")
            yield from _bindings(rest, at)


def _range(node: ast.expr, point: Point) -> range:
    if isinstance(node, ast.Name):
        return range(-WINDOW, WINDOW + 1) if node.id == "Z" else range(WINDOW + 1)
    assert isinstance(node, ast.Call)
    low, high = (whole(evaluate(a, point)) for a in node.args)
    return range(low, high + 1)


def _refuse_endless(node: ast.GeneratorExp, values: Sequence[tuple[Point, Any]]) -> None:
    endless = {targets(g)[0] for g in node.generators if isinstance(g.iter, ast.Name)}
    for at, value in values:
        if any(abs(at.locals[name]) > WINDOW - 3 for name in endless) and is_nonzero(value):
            raise Undefined("a sum over all integers has not ended at the edge of the window")


# --- derivatives ---------------------------------------------------------------------------------------------------


def _derivative(body: ast.expr, variable: ast.expr, point: Point) -> Any:
    at, moved = _movable(variable, point)
    return _slope(lambda h: evaluate(body, moved(h)), at)


def _slope(function: Callable[[Number], Any], at: Number, centre: Any = None) -> Any:
    """The derivative, from the right and from the left. Raises ``Undefined`` where the two differ: at a kink or a jump."""
    with _closely():
        at, h = mp.mpf(at), mp.mpf(10) ** -(2 * DIGITS // 3)
        values = function(at - h), function(at) if centre is None else centre, function(at + h)
        return each(lambda left, centre, right: _quotient(left, centre, right, h), *values)


def _closely() -> Any:
    """The context in which values are subtracted that differ little."""
    return mp.workdps(mp.mp.dps + 2 * DIGITS)


def _quotient(before: Number, centre: Number, after: Number, h: Number) -> Number:
    right, left = (after - centre) / h, (centre - before) / h
    if abs(right - left) > mp.mpf(10) ** -9 * (1 + abs(right) + abs(left)):
        raise Undefined(f"no derivative there: the slope is {short(right)} to the right and {short(left)} to the left")
    return (right + left) / 2


def _movable(variable: ast.expr, point: Point) -> tuple[Number, Callable[[Number], Point]]:
    """The value of a variable at the point, and the point with the variable moved."""
    at = mp.mpf(evaluate(variable, point))
    if isinstance(variable, ast.Name):
        name = variable.id
        return at, lambda h: point.override(name, h)
    if isinstance(variable, ast.Subscript) and isinstance(variable.value, ast.Name):
        name, array = variable.value.id, evaluate(variable.value, point)
        elements = variable.slice.elts if isinstance(variable.slice, ast.Tuple) else [variable.slice]
        places = tuple(whole(evaluate(e, point)) for e in elements)
        if isinstance(array, Array):
            return at, lambda h: point.override(name, array.put(places[0], places[1] if len(places) > 1 else None, h))
        return at, lambda h: point.override(name, _moved_signal(array, places, h))
    if isinstance(variable, ast.Call) and isinstance(variable.func, ast.Name):
        name, original = variable.func.id, evaluate(variable.func, point)
        places = tuple(whole(evaluate(a, point)) for a in variable.args)
        return at, lambda h: point.override(name, _moved_signal(original, places, h))
    raise DeclarationError(f"cannot differentiate with respect to {ast.unparse(variable)}: use x, x[i], W[i, j] or f(i)")


def _moved_signal(original: Callable[..., Number], places: tuple[int, ...], value: Number) -> Callable[..., Number]:
    return lambda *k: value if tuple(k) == places else original(*k)


def _gradient(body: ast.expr, variable: ast.expr, point: Point) -> Array:
    array = evaluate(variable, point)
    if not (isinstance(array, Array) and isinstance(variable, ast.Name)):
        raise DeclarationError(f"grad is taken with respect to a vector or matrix by name, not {ast.unparse(variable)}")
    name, (m, n), first = variable.id, array.size, array.first
    with _closely():
        centre = evaluate(body, point.override(name, array))

    def slope(i: int, j: int) -> Number:
        moved = lambda h: evaluate(body, point.override(name, array.put(i + first, j + first, h)))  # noqa: E731
        return _slope(moved, array.rows[i][j], centre)

    return Array(tuple(tuple(slope(i, j) for j in range(n)) for i in range(m)), first)


_READ: dict[type[ast.expr], Callable[[Any, Point], Any]] = {
    ast.Constant: lambda node, point: node.value,
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: lambda node, point: binary(node.op, evaluate(node.left, point), evaluate(node.right, point)),
    ast.BoolOp: _logic,
    ast.Compare: lambda node, point: _compare(node, point),
    ast.IfExp: _choice,
    ast.Attribute: _transpose,
    ast.Subscript: lambda node, point: _index(node, point),
    ast.List: lambda node, point: _literal(node, point),
    ast.Lambda: _function,
    ast.Call: lambda node, point: _call(node, point),
}
