"""The numeric reading: a formula as a number of thirty digits at a drawn point. Shares nothing with SymPy.

Derivatives are taken numerically (mpmath), sums are summed, maxima are compared, matrices are multiplied entry by entry.
Names that the field knows (a sigmoid, a convolution) are computed by their own reference code, not by their definition, so
that a wrong definition shows. A sum over all integers is taken over a window, and refused if it has not ended by its edge.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

import mpmath as mp

from report.errors import DeclarationError, nearest
from report.prove.language.formula import SIGN_OF, places, rows, targets
from report.prove.language.glossary import Definition, resting_on
from report.prove.meaning.values import (
    BUILT_IN,
    CLOSELY,
    CONSTANTS,
    DIGITS,
    LOOSELY,
    WINDOW,
    Array,
    Lazily,
    Number,
    Undefined,
    as_array,
    compare,
    each,
    integers,
    is_nonzero,
    operation,
    short,
    times,
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

    def moving(self, name: str) -> Callable[[Any], Point]:
        """The same point as a function of the value of one name, and with it of every definition that rests on that name."""
        if name in self.locals:
            return lambda value: self.bind(**{name: value})
        rest = resting_on(name, [d for d in self.globals.values() if isinstance(d, Definition)])
        kept = {other: meaning for other, meaning in self.meanings.items() if other not in rest}
        return lambda value: Point({**self.globals, name: value}, self.locals, {**kept})

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
            return spread(definition.reference) if definition.of_numbers else definition.reference
        here = Point(self.globals, {}, self.meanings)
        if definition.indexed and definition.shape:
            sizes = [evaluate(size.tree, here) for size in definition.shape]
            first, parameters, body = definition.first, definition.parameters[0], reading(definition.body.tree)

            def entry(i: int, j: int) -> Number:
                return body(Point(self.globals, dict(zip(parameters, (i + first, j + first))), self.meanings))

            m, n = [*map(int, sizes), 1][:2]
            return Array(Lazily(m, lambda i: Lazily(n, lambda j: entry(i, j))), first, n)
        value = _curried(definition.parameters, reading(definition.body.tree), here)
        return spread(value) if definition.of_numbers else value


def spread(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function entry by entry of arrays."""
    return lambda *values: each(function, *values) if any(isinstance(v, Array) for v in values) else function(*values)


def _curried(groups: Sequence[Sequence[str]], body: Evaluator, point: Point) -> Any:
    if not groups:
        return body(point)
    return lambda *values: _curried(groups[1:], body, point.bind(**dict(zip(groups[0], values, strict=True))))


# --- evaluating ----------------------------------------------------------------------------------------------------


Evaluator = Callable[[Point], Any]
"""The value of a tree at a point. Raises ``Undefined`` where there is none."""


def evaluate(node: ast.expr, point: Point) -> Any:
    """The value of a tree: int, mpf, bool, ``Array`` or a function. Raises ``Undefined`` where there is none."""
    return reading(node)(point)


@lru_cache(maxsize=20_000)
def reading(node: ast.expr) -> Evaluator:
    """The tree as a function of the point: walked through once, and asked at many."""
    return _READ[type(node)](node)


def _constant(node: ast.Constant) -> Evaluator:
    value = node.value
    return lambda point: value


def _name(node: ast.Name) -> Evaluator:
    name, constant, built_in = node.id, CONSTANTS.get(node.id), BUILT_IN.get(node.id)

    def value(point: Point) -> Any:
        if name in point.locals:  # asked a million times
            return point.locals[name]
        if name in point.meanings:
            return point.meanings[name]
        held = point.globals.get(name)
        if held is None:
            if constant is not None:
                return constant()
            if built_in is not None:
                return built_in
        return point.look_up(name) if held is None or isinstance(held, Definition) else held

    return value


def _unary(node: ast.UnaryOp) -> Evaluator:
    operand = reading(node.operand)
    if isinstance(node.op, ast.Not):
        return lambda point: not operand(point)
    return lambda point: each(operator.neg, operand(point))


def _binary(node: ast.BinOp) -> Evaluator:
    left, right, apply = reading(node.left), reading(node.right), operation(node.op)
    return lambda point: apply(left(point), right(point))


def _logic(node: ast.BoolOp) -> Evaluator:
    parts, decide = [*map(reading, node.values)], all if isinstance(node.op, ast.And) else any
    return lambda point: decide(bool(part(point)) for part in parts)


def _choice(node: ast.IfExp) -> Evaluator:
    test, body, orelse = reading(node.test), reading(node.body), reading(node.orelse)
    return lambda point: (body if test(point) else orelse)(point)


def _transpose(node: ast.Attribute) -> Evaluator:
    held = reading(node.value)

    def value(point: Point) -> Any:
        array = held(point)
        return array.T if isinstance(array, Array) else array

    return value


def _function(node: ast.Lambda) -> Evaluator:
    names, body = [a.arg for a in node.args.args], reading(node.body)
    return lambda point: lambda *values: body(point.bind(**dict(zip(names, values, strict=True))))


def _call(node: ast.Call) -> Evaluator:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "diff":
        return _derivative(node.args[0], node.args[1])
    if name == "grad":
        return _gradient(node.args[0], node.args[1])
    if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
        return _gather(name, node.args[0])
    head, arguments = reading(node.func), [*map(reading, node.args)]

    def value(point: Point) -> Any:
        function, values = head(point), [argument(point) for argument in arguments]
        if not callable(function):
            raise DeclarationError(f"'{ast.unparse(node.func)}' is not a function")
        try:
            return function(*values)
        except (ZeroDivisionError, ValueError) as error:
            raise Undefined(str(error)) from None

    return value


def _compare(node: ast.Compare) -> Evaluator:
    first = reading(node.left)
    others = [_is_in(c) if isinstance(op, ast.In) else _is(SIGN_OF[type(op)], c) for op, c in zip(node.ops, node.comparators)]

    def value(point: Point) -> bool:
        left = first(point)
        for holds in others:
            fulfilled, left = holds(left, point)
            if not fulfilled:
                return False
        return True

    return value


def _is(sign: str, node: ast.expr) -> Callable[[Any, Point], tuple[bool, Any]]:
    """Whether a value is so related to the next one, and the next one."""
    other = reading(node)

    def holds(left: Any, point: Point) -> tuple[bool, Any]:
        right = other(point)
        return compare(left, sign, right, LOOSELY if mp.mp.dps == DIGITS else CLOSELY), right

    return holds


def _is_in(node: ast.expr) -> Callable[[Any, Point], tuple[bool, Any]]:
    """Whether a value is in a range, and the value."""
    if isinstance(node, ast.Name) and node.id in ("Z", "N"):
        natural = node.id == "N"
        return lambda value, point: (mp.isint(value) and not (natural and value < 0), value)
    assert isinstance(node, ast.Call)
    low, high = map(reading, node.args)
    return lambda value, point: (mp.isint(value) and low(point) <= value <= high(point), value)


def _index(node: ast.Subscript) -> Evaluator:
    held, at = reading(node.value), [*map(reading, places(node))]

    def value(point: Point) -> Any:
        holder, indices = held(point), [whole(place(point)) for place in at]
        return holder(*indices) if callable(holder) else as_array(holder).entry(*indices)

    return value


def _literal(node: ast.List) -> Evaluator:
    cells = [[*map(reading, row)] for row in rows(node)]
    return lambda point: Array(tuple(tuple(cell(point) for cell in row) for row in cells))


# --- sums and their like -------------------------------------------------------------------------------------------


def _gather(name: str, node: ast.GeneratorExp) -> Evaluator:
    bindings = _bindings(node.generators)
    if name == "count":
        return lambda point: sum(1 for _ in bindings(point))
    element = reading(node.elt)
    if name == "sum":
        endless = {targets(g)[0] for g in node.generators if isinstance(g.iter, ast.Name)}
        add = operation(ast.Add())
        return lambda point: _sum(add, [(at, element(at)) for at in bindings(point)], endless)
    combine = _COMBINE[name]
    return lambda point: combine([element(at) for at in bindings(point)])


def _sum(add: Callable[[Any, Any], Any], values: Sequence[tuple[Point, Any]], endless: Collection[str]) -> Any:
    if endless and any(any(abs(at.locals[n]) > WINDOW - 3 for n in endless) and is_nonzero(value) for at, value in values):
        raise Undefined("a sum over all integers has not ended at the edge of the window")
    return functools.reduce(add, (value for _, value in values), 0)


def _extreme(name: str) -> Callable[[Sequence[Any]], Any]:
    def choose(values: Sequence[Any]) -> Any:
        if not values:
            raise Undefined(f"{name} over nothing")
        return max(values) if name == "max" else min(values)

    return choose


_COMBINE: dict[str, Callable[[Sequence[Any]], Any]] = {
    "all": all,
    "prod": lambda values: functools.reduce(times, values, 1),
    "max": _extreme("max"),
    "min": _extreme("min"),
}


def _bindings(generators: Sequence[ast.comprehension]) -> Callable[[Point], Iterator[Point]]:
    """The points at which what is gathered is asked for."""
    if not generators:
        return lambda point: iter((point,))
    generator, *others = generators
    (name,), endless = targets(generator), isinstance(generator.iter, ast.Name)
    numbers, conditions, inner = _range(generator.iter), [*map(reading, generator.ifs)], _bindings(others)

    def bound(point: Point) -> Iterator[Point]:
        for number in (span := numbers(point)):
            at = Point(point.globals, {**point.locals, name: number}, point.meanings)
            if not all(condition(at) for condition in conditions):
                continue
            if endless and conditions and number == span[-1]:
                raise Undefined("the condition of a sum without bounds still holds at the edge of the window")
            yield from inner(at)

    return bound


def _range(node: ast.expr) -> Callable[[Point], range]:
    if isinstance(node, ast.Name):
        window = range(-WINDOW if node.id == "Z" else 0, WINDOW + 1)
        return lambda point: window
    assert isinstance(node, ast.Call)
    low, high = map(reading, node.args)
    return lambda point: integers(low(point), high(point))


# --- derivatives ---------------------------------------------------------------------------------------------------


def _derivative(body: ast.expr, variable: ast.expr) -> Evaluator:
    value, movable = reading(body), _movable(variable)

    def slope(point: Point) -> Any:
        at, moved = movable(point)
        return _slope(lambda h: value(moved(h)), at)

    return slope


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


def _movable(variable: ast.expr) -> Callable[[Point], tuple[Number, Callable[[Number], Point]]]:
    """At a point: the value of a variable there, and the point with the variable moved."""
    value = reading(variable)
    if isinstance(variable, ast.Name):
        name = variable.id
        return lambda point: (mp.mpf(value(point)), point.moving(name))
    if isinstance(variable, ast.Subscript) and isinstance(variable.value, ast.Name):
        name, held, indices = variable.value.id, reading(variable.value), [*map(reading, places(variable))]
    elif isinstance(variable, ast.Call) and isinstance(variable.func, ast.Name):
        name, held, indices = variable.func.id, reading(variable.func), [*map(reading, variable.args)]
    else:
        raise DeclarationError(f"cannot differentiate with respect to {ast.unparse(variable)}: use x, x[i], W[i, j] or f(i)")

    def movable(point: Point) -> tuple[Number, Callable[[Number], Point]]:
        moving, whole_, at = point.moving(name), held(point), tuple(whole(index(point)) for index in indices)
        put = whole_.put if isinstance(whole_, Array) else partial(moved_signal, whole_)
        return mp.mpf(value(point)), lambda h: moving(put(at, h))

    return movable


def moved_signal(original: Callable[..., Number], at: tuple[int, ...], value: Number) -> Callable[..., Number]:
    return lambda *k: value if k == at else original(*k)


def _gradient(body: ast.expr, variable: ast.expr) -> Evaluator:
    value, held = reading(body), reading(variable)

    def gradient(point: Point) -> Array:
        array = held(point)
        if not (isinstance(array, Array) and isinstance(variable, ast.Name)):
            raise DeclarationError(f"grad is taken with respect to a vector or matrix by name, not {ast.unparse(variable)}")
        moving, (m, n), first = point.moving(variable.id), array.size, array.first
        with _closely():
            centre = value(moving(array))

        def slope(i: int, j: int) -> Number:
            return _slope(lambda h: value(moving(array.put((i + first, j + first), h))), array.rows[i][j], centre)

        return Array(tuple(tuple(slope(i, j) for j in range(n)) for i in range(m)), first, n)

    return gradient


_READ: dict[type[ast.expr], Callable[[Any], Evaluator]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: _binary,
    ast.BoolOp: _logic,
    ast.Compare: _compare,
    ast.IfExp: _choice,
    ast.Attribute: _transpose,
    ast.Subscript: _index,
    ast.List: _literal,
    ast.Lambda: _function,
    ast.Call: _call,
}
