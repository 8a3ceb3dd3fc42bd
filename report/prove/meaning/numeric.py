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

DIGITS = 30
WINDOW = 18
SUPPORT = 3
PLACES = range(-9, 10)
"""The integers at which two signals are compared."""


def precision() -> Any:
    """The context in which points are drawn and formulas evaluated: thirty digits."""
    return mp.workdps(DIGITS)


def short(value: Number) -> str:
    """A number for a message."""
    return str(mp.nstr(value, 8))


Number = Any  # int, mpf or mpc


class Undefined(ArithmeticError):
    """The formula has no value at this point: a division by zero, a sum without end, sizes that do not fit."""


@dataclass(frozen=True)
class Array:
    """A matrix of numbers; ``first`` is the index of its first row and column. A vector has one column."""

    rows: tuple[tuple[Number, ...], ...]
    first: int = 1

    @property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0]) if self.rows else 0

    def entry(self, i: int, j: int | None = None) -> Number:
        """The entry in the author's own indexing. Raises ``Undefined`` outside the array."""
        m, n = self.size
        row, column = (i - self.first, 0 if j is None else j - self.first)
        if j is None and n != 1 and m == 1:
            row, column = 0, i - self.first
        if not (0 <= row < m and 0 <= column < n):
            raise Undefined(f"index {(i, j)} outside a {m}×{n} array")
        return self.rows[row][column]

    def put(self, i: int, j: int | None, value: Number) -> Array:
        """A copy with one entry changed."""
        row, column = i - self.first, 0 if j is None else j - self.first
        changed = [list(r) for r in self.rows]
        changed[row][column] = value
        return Array(tuple(map(tuple, changed)), self.first)

    def map(self, function: Callable[[Number], Number]) -> Array:
        return Array(tuple(tuple(function(a) for a in row) for row in self.rows), self.first)

    @property
    def T(self) -> Array:
        return Array(tuple(zip(*self.rows)), self.first)


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
        return Point({**self.globals, name: value}, self.locals)

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
            names = definition.parameters[0]
            first = definition.first
            ranges = [range(first, first + int(n)) for n in (*sizes, 1)[:2]]
            rows = [
                tuple(evaluate(definition.body.tree, here.bind(**dict(zip(names, (i, j))))) for j in ranges[1])
                for i in ranges[0]
            ]
            return Array(tuple(rows), first)
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
    if name in point.locals:
        return point.locals[name]
    if name not in point.globals:
        if name in CONSTANTS:
            return CONSTANTS[name]()
        if name in BUILT_IN:
            return BUILT_IN[name]
    return point.look_up(name)


def _unary(node: ast.UnaryOp, point: Point) -> Any:
    value = evaluate(node.operand, point)
    return (not value) if isinstance(node.op, ast.Not) else _each(operator.neg, value)


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


def _binary(op: ast.operator, a: Any, b: Any) -> Any:
    if isinstance(op, ast.MatMult):
        return _product(a, b)
    if isinstance(op, ast.Pow) and isinstance(a, Array) and isinstance(b, int) and b >= 0:
        return _matrix_power(a, b)
    if not (isinstance(a, Array) or isinstance(b, Array) or callable(a) or callable(b)):
        try:
            return _OPERATORS[type(op)](a, b)
        except ZeroDivisionError:
            raise Undefined("division by zero") from None
    return _each(_OPERATORS[type(op)], a, b)


def _each(function: Callable[..., Any], *values: Any) -> Any:
    """Apply to numbers, entry by entry to arrays (numbers spread over them), and place by place to signals."""
    if not any(isinstance(v, Array) or callable(v) for v in values):
        try:
            return function(*values)
        except ZeroDivisionError:
            raise Undefined("division by zero") from None
    if any(callable(v) for v in values):
        return lambda i: _each(function, *(v(i) if callable(v) else v for v in values))
    arrays = [v for v in values if isinstance(v, Array)]
    (m, n), first = arrays[0].size, arrays[0].first
    if any(a.size != (m, n) for a in arrays):
        raise Undefined("sizes differ: " + " and ".join(f"{a.size[0]}×{a.size[1]}" for a in arrays))
    cells = lambda r, c: (v.rows[r][c] if isinstance(v, Array) else v for v in values)  # noqa: E731
    return Array(tuple(tuple(_each(function, *cells(r, c)) for c in range(n)) for r in range(m)), first)


def _divide(a: Number, b: Number) -> Number:
    return mp.mpf(a) / b if isinstance(a, int) else a / b


def _power(a: Number, b: Number) -> Number:
    if isinstance(a, int) and (isinstance(b, int) and b >= 0):
        return a**b
    if not isinstance(a, mp.mpc) and a < 0 and not mp.isint(b):
        raise Undefined(f"the power {short(b)} of {short(a)}")
    return mp.mpf(a) ** b if not isinstance(a, mp.mpc) else a**b


_OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: _divide,
    ast.Pow: _power,
}


def _product(a: Any, b: Any) -> Any:
    if not (isinstance(a, Array) and isinstance(b, Array)):
        return _alone(_each(operator.mul, a, b))
    (m, n), (p, q) = a.size, b.size
    if n != p:
        raise Undefined(f"cannot multiply {m}×{n} by {p}×{q}")
    rows = tuple(tuple(sum((a.rows[i][k] * b.rows[k][j] for k in range(n)), 0) for j in range(q)) for i in range(m))
    return _alone(Array(rows, a.first))


def _alone(value: Any) -> Any:
    """A 1×1 product as the number it is."""
    return value.rows[0][0] if isinstance(value, Array) and value.size == (1, 1) else value


def _matrix_power(a: Array, exponent: int) -> Any:
    result: Any = _identity(a.size[0])
    for _ in range(exponent):
        result = _product(result, a)
    return result


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


def compare(a: Any, relation: str, b: Any, tolerance: float = 1e-18) -> bool:
    """Whether ``a relation b`` holds, numbers up to a relative tolerance, arrays in every entry, signals on ``PLACES``."""
    if relation == "implies":
        return not a or bool(b)
    if relation == "iff":
        return bool(a) == bool(b)
    if callable(a) or callable(b):
        at = lambda v, i: v(i) if callable(v) else v  # noqa: E731
        return all(compare(at(a, i), relation, at(b, i), tolerance) for i in PLACES)
    a, b = _alone(a), _alone(b)
    if isinstance(a, Array) or isinstance(b, Array):
        if not (isinstance(a, Array) and isinstance(b, Array)):
            return False
        if a.size != b.size:
            return False
        return all(compare(p, relation, q, tolerance) for r, s in zip(a.rows, b.rows) for p, q in zip(r, s))
    slack = tolerance * (1 + abs(a) + abs(b))
    if relation == "==":
        return bool(abs(a - b) <= slack)
    if relation == "!=":
        return bool(abs(a - b) > slack)
    low, high = (a, b) if relation in ("<=", "<") else (b, a)
    return bool(low <= high + slack) if "=" in relation else bool(low < high - slack)


def _index(node: ast.Subscript, point: Point) -> Any:
    value = evaluate(node.value, point)
    elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    indices = [whole(evaluate(e, point)) for e in elements]
    return value.entry(*indices) if isinstance(value, Array) else value(*indices)


def whole(value: Any) -> int:
    """The value as an index. Raises ``Undefined`` if it is none."""
    if not mp.isint(value):
        raise Undefined(f"{mp.nstr(value, 6)} is not an index")
    return int(value)


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
            total = _each(operator.add, total, value)
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
        if any(abs(at.locals[name]) > WINDOW - 3 for name in endless) and _is_nonzero(value):
            raise Undefined("a sum over all integers has not ended at the edge of the window")


def _is_nonzero(value: Any) -> bool:
    if callable(value):
        return any(_is_nonzero(value(i)) for i in PLACES)
    if isinstance(value, Array):
        return any(a != 0 for row in value.rows for a in row)
    return bool(value != 0)


# --- derivatives ---------------------------------------------------------------------------------------------------


def _derivative(body: ast.expr, variable: ast.expr, point: Point) -> Any:
    at, moved = _movable(variable, point)

    def value(h: Number) -> Any:
        return evaluate(body, moved(h))

    centre = value(at)
    if isinstance(centre, Array):
        rows, columns = map(range, centre.size)
        return Array(tuple(tuple(_slope(_cell(value, r, c), at) for c in columns) for r in rows), centre.first)
    return _slope(value, at)


def _cell(value: Callable[[Number], Array], row: int, column: int) -> Callable[[Number], Number]:
    return lambda h: value(h).rows[row][column]


def _slope(function: Callable[[Number], Number], at: Number) -> Number:
    """The derivative, from the right and from the left. Raises ``Undefined`` where the two differ: at a kink or a jump."""
    with mp.workdps(mp.mp.dps + 2 * DIGITS):
        at, h = mp.mpf(at), mp.mpf(10) ** -(2 * DIGITS // 3)
        centre = function(at)
        right, left = (function(at + h) - centre) / h, (centre - function(at - h)) / h
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

    def slope(i: int, j: int) -> Number:
        moved = lambda h: evaluate(body, point.override(name, array.put(i + first, j + first, h)))  # noqa: E731
        return _slope(moved, array.rows[i][j])

    return Array(tuple(tuple(slope(i, j) for j in range(n)) for i in range(m)), first)


_READ: dict[type[ast.expr], Callable[[Any, Point], Any]] = {
    ast.Constant: lambda node, point: node.value,
    ast.Name: _name,
    ast.UnaryOp: _unary,
    ast.BinOp: lambda node, point: _binary(node.op, evaluate(node.left, point), evaluate(node.right, point)),
    ast.BoolOp: _logic,
    ast.Compare: lambda node, point: _compare(node, point),
    ast.IfExp: _choice,
    ast.Attribute: _transpose,
    ast.Subscript: lambda node, point: _index(node, point),
    ast.List: lambda node, point: _literal(node, point),
    ast.Lambda: _function,
    ast.Call: lambda node, point: _call(node, point),
}

# --- what every formula may use ------------------------------------------------------------------------------------


def _identity(n: int) -> Array:
    return Array(tuple(tuple(int(i == j) for j in range(n)) for i in range(n)))


def _trace(a: Array) -> Number:
    m, n = a.size
    if m != n:
        raise Undefined(f"a {m}×{n} matrix has no trace")
    return sum(a.rows[i][i] for i in range(m))


def _norm(a: Any) -> Number:
    return mp.sqrt(sum(abs(x) ** 2 for row in a.rows for x in row)) if isinstance(a, Array) else abs(a)


def _positive_log(x: Number) -> Number:
    if x == 0 or (isinstance(x, int | mp.mpf) and x < 0):
        raise Undefined(f"the logarithm of {short(x)}")
    return mp.log(x)


def _real_root(x: Number) -> Number:
    if isinstance(x, int | mp.mpf) and x < 0:
        raise Undefined(f"the square root of {short(x)}")
    return mp.sqrt(x)


def entrywise(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers, applied to arrays entry by entry and to signals place by place."""
    return lambda *values: _each(function, *values)


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: _each(lambda *v: choose(v), *values)


BUILT_IN: dict[str, Callable[..., Any]] = {
    "exp": entrywise(lambda x: mp.exp(x)),
    "sqrt": entrywise(_real_root),
    "sin": entrywise(lambda x: mp.sin(x)),
    "cos": entrywise(lambda x: mp.cos(x)),
    "tanh": entrywise(lambda x: mp.tanh(x)),
    "log": entrywise(_positive_log),
    "abs": entrywise(abs),
    "sign": entrywise(lambda x: (x > 0) - (x < 0)),
    "floor": entrywise(lambda x: int(mp.floor(x))),
    "ceil": entrywise(lambda x: int(mp.ceil(x))),
    "mod": entrywise(lambda a, n: a - n * int(mp.floor(mp.mpf(a) / n))),
    "max": _extreme(max),
    "min": _extreme(min),
    "delta": lambda i: int(i == 0),
    "kron": lambda i, j: int(i == j),
    "one": lambda condition: int(bool(condition)),
    "norm": _norm,
    "trace": lambda a: _trace(a) if isinstance(a, Array) else a,
    "identity": _identity,
    "zeros": lambda m, n=1: Array(((0,) * n,) * m),
    "ones": lambda m, n=1: Array(((1,) * n,) * m),
    "diag": lambda a: Array(
        tuple(tuple(r[0] if i == j else 0 for j in range(a.size[0])) for i, r in enumerate(a.rows)), a.first
    ),
    "implies": lambda p, q: not p or bool(q),
    "iff": lambda p, q: bool(p) == bool(q),
}
CONSTANTS: dict[str, Callable[[], Number]] = {"pi": lambda: +mp.pi, "imag": lambda: mp.mpc(0, 1)}
