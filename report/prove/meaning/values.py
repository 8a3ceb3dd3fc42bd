"""What a formula's numeric value may be: a number of thirty digits, an array of them, a signal; and what is done to them.

Shares nothing with SymPy: matrices are multiplied entry by entry, two values are compared up to the last digits, and a
division by zero, the root of a negative number, an entry outside of an array have no value.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import mpmath as mp

DIGITS = 30
LOOSELY, CLOSELY = 1e-18, 1e-24
"""Up to what two numbers are the same: usually, and where values that differ little are subtracted."""
WINDOW = 18
SUPPORT = 3
PLACES = range(-9, 10)
"""The integers at which two signals are compared."""


def precision() -> Any:
    """The context in which points are drawn and formulas evaluated: thirty digits."""
    _count_bits()
    return mp.workdps(DIGITS)


@cache
def _count_bits() -> None:
    """From now on mpmath counts the bits of a whole number as Python does, where it would take logarithms of a long one."""
    for name, module in [*sys.modules.items()] if mp.libmp.BACKEND == "python" else ():
        if name.startswith("mpmath.") and "bitcount" in vars(module):
            vars(module)["bitcount"] = int.bit_length


def short(value: Number) -> str:
    """A number for a message."""
    return str(mp.nstr(value, 8))


Number = Any  # int, mpf or mpc


MIXED = "something is a number where a signal, a function or an array is meant, or the other way round"
"""What is wrong with a formula at which Python stumbles."""


class Undefined(ArithmeticError):
    """The formula has no value at this point: a division by zero, a sum without end, sizes that do not fit."""


class OutOfSight(Undefined):
    """It may have one, which takes too long to compute: no fault is found by that."""


class Lazily(Sequence[Any]):
    """A sequence whose items are computed when they are first asked for: of a defined array mostly one entry is."""

    def __init__(self, length: int, item: Callable[[int], Any]):
        self._item, self._found = item, [_NOT_YET] * length

    def __len__(self) -> int:
        return len(self._found)

    def __getitem__(self, place: Any) -> Any:
        if self._found[place] is _NOT_YET:
            self._found[place] = self._item(place)
        return self._found[place]


_NOT_YET: Any = object()


@dataclass(frozen=True)
class Array:
    """A matrix of numbers; ``first`` is the index of its first row and column. A vector has one column. ``width`` is the
    number of columns where there is no row to count them in.
    """

    rows: Sequence[Sequence[Number]]
    first: int = 1
    width: int = 1

    @cached_property
    def size(self) -> tuple[int, int]:
        return len(self.rows), len(self.rows[0]) if self.rows else self.width

    def entry(self, i: int, j: int | None = None) -> Number:
        """The entry in the author's own indexing. Raises ``Undefined`` outside the array."""
        m, n = self.size
        row, column = (i - self.first, 0 if j is None else j - self.first)
        if j is None and n != 1 and m == 1:
            row, column = 0, i - self.first
        if not (0 <= row < m and 0 <= column < n):
            raise Undefined(f"index {(i, j)} outside a {m}×{n} array")
        return self.rows[row][column]

    def put(self, place: tuple[int, ...], value: Number) -> Array:
        """A copy with one entry changed."""
        row, column = (*(at - self.first for at in place), 0)[:2]
        changed = [list(r) for r in self.rows]
        changed[row][column] = value
        return replace(self, rows=tuple(map(tuple, changed)))

    def map(self, function: Callable[[Number], Number]) -> Array:
        return replace(self, rows=tuple(tuple(function(a) for a in row) for row in self.rows))

    @property
    def T(self) -> Array:
        m, n = self.size
        return Array(tuple(tuple(self.rows[i][j] for i in range(m)) for j in range(n)), self.first, m)


# --- operations ----------------------------------------------------------------------------------------------------


def operation(op: ast.operator) -> Callable[[Any, Any], Any]:
    """What an operator does to two numbers, arrays or signals."""
    if isinstance(op, ast.MatMult):
        return _product
    of_numbers, plain = _OPERATORS[type(op)], {int, mp.mpf, mp.mpc}

    def apply(a: Any, b: Any) -> Any:
        if type(a) in plain and type(b) in plain:
            try:
                return of_numbers(a, b)
            except ZeroDivisionError:
                raise Undefined("division by zero") from None
        if of_numbers is _power and isinstance(a, Array) and isinstance(b, int) and b >= 0:
            return _matrix_power(a, b)
        return each(of_numbers, a, b)

    return apply


def each(function: Callable[..., Any], *values: Any) -> Any:
    """Apply to numbers, entry by entry to arrays (numbers spread over them), and place by place to signals."""
    if not any(isinstance(v, Array) or callable(v) for v in values):
        try:
            return function(*values)
        except ZeroDivisionError:
            raise Undefined("division by zero") from None
    if any(callable(v) for v in values):
        return lambda i: each(function, *(v(i) if callable(v) else v for v in values))
    arrays = [v for v in values if isinstance(v, Array)]
    (m, n), first = arrays[0].size, arrays[0].first
    if any(a.size != (m, n) for a in arrays):
        raise Undefined("sizes differ: " + " and ".join(f"{a.size[0]}×{a.size[1]}" for a in arrays))
    cells = lambda r, c: (v.rows[r][c] if isinstance(v, Array) else v for v in values)  # noqa: E731
    return Array(tuple(tuple(each(function, *cells(r, c)) for c in range(n)) for r in range(m)), first, n)


def _divide(a: Number, b: Number) -> Number:
    return mp.mpf(a) / b if isinstance(a, int) else a / b


LARGEST, LONGEST = 1_000, 10_000
"""What has so many digits before its point, or a range of more places, would take longer to look at than anybody waits."""


def bounded(x: Number) -> Number:
    """A number whose digits can be counted. Raises ``Undefined`` for a larger one."""
    if (x.bit_length() if type(x) is int else mp.mag(x)) > LARGEST:
        raise OutOfSight("a number is too large to be looked at: draw smaller ones, or show it for smaller ones")
    return x


def integers(low: Number, high: Number) -> range:
    """The integers between two bounds."""
    if (number := bounded(high) - bounded(low)) >= LONGEST:
        raise OutOfSight(f"a range of {short(number + 1)} places is too long to be looked at: draw smaller sizes")
    return range(whole(low), whole(high) + 1)


def times(a: Number, b: Number) -> Number:
    """A product; of a whole number with very many digits only the first ones."""
    product = a * b
    return mp.mpf(product) if type(product) is int and product.bit_length() > 10 * LARGEST else product


def _power(a: Number, b: Number) -> Number:
    if isinstance(a, int) and (isinstance(b, int) and b >= 0):
        if a.bit_length() * b > 10 * LARGEST:
            return mp.mpf(a) ** bounded(b)
        return a**b
    bounded(b)
    if not isinstance(a, mp.mpc) and a < 0 and not mp.isint(b):
        raise Undefined(f"the power {short(b)} of {short(a)}")
    return mp.mpf(a) ** b if not isinstance(a, mp.mpc) else a**b


_OPERATORS: dict[type[ast.operator], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: times,
    ast.Div: _divide,
    ast.Pow: _power,
}


def _product(a: Any, b: Any) -> Any:
    if not (isinstance(a, Array) and isinstance(b, Array)):
        return alone(each(operator.mul, a, b))
    (m, n), (p, q) = a.size, b.size
    if n != p:
        raise Undefined(f"cannot multiply {m}×{n} by {p}×{q}")
    rows = tuple(tuple(sum((a.rows[i][k] * b.rows[k][j] for k in range(n)), 0) for j in range(q)) for i in range(m))
    return alone(Array(rows, a.first, q))


def alone(value: Any) -> Any:
    """A 1×1 product as the number it is."""
    return value.rows[0][0] if isinstance(value, Array) and value.size == (1, 1) else value


def as_array(value: Any) -> Array:
    """A number as the 1×1 array that it is."""
    return value if isinstance(value, Array) else Array(((value,),))


def _matrix_power(a: Array, exponent: int) -> Any:
    result: Any = _identity(a.size[0])
    for _ in range(exponent):
        result = _product(result, a)
    return result


# --- comparing -----------------------------------------------------------------------------------------------------


def compare(a: Any, relation: str, b: Any, tolerance: float = LOOSELY) -> bool:
    """Whether ``a relation b`` holds, numbers up to a relative tolerance, arrays in every entry, signals on ``PLACES``."""
    if relation == "implies":
        return not a or bool(b)
    if relation == "iff":
        return bool(a) == bool(b)
    if callable(a) or callable(b):
        at = lambda v, i: v(i) if callable(v) else v  # noqa: E731
        return all(compare(at(a, i), relation, at(b, i), tolerance) for i in PLACES)
    a, b = alone(a), alone(b)
    if isinstance(a, Array) or isinstance(b, Array):
        if not (isinstance(a, Array) and isinstance(b, Array)):
            return False
        if a.size != b.size and not (0 in a.size and 0 in b.size):  # a live witness gives [] for what has no entries
            return False
        every = any if relation == "!=" else all
        return every(compare(p, relation, q, tolerance) for r, s in zip(a.rows, b.rows) for p, q in zip(r, s))
    slack = tolerance * (1 + abs(a) + abs(b))
    if mp.isinf(slack):
        return False  # nothing is infinite, and all would be within it
    if relation == "==":
        return bool(abs(a - b) <= slack)
    if relation == "!=":
        return bool(abs(a - b) > slack)
    if any(isinstance(v, mp.mpc) and v.imag != 0 for v in (a, b)):
        return False  # complex numbers have no order
    a, b = (v.real if isinstance(v, mp.mpc) else v for v in (a, b))
    low, high = (a, b) if relation in ("<=", "<") else (b, a)
    return bool(low <= high + slack) if "=" in relation else bool(low < high - slack)


def is_nonzero(value: Any) -> bool:
    if callable(value):
        return any(is_nonzero(value(i)) for i in PLACES)
    if isinstance(value, Array):
        return any(a != 0 for row in value.rows for a in row)
    return bool(value != 0)


def whole(value: Any) -> int:
    """The value as an index. Raises ``Undefined`` if it is none."""
    if type(value) is int:
        return value
    if not mp.isint(value):
        raise Undefined(f"{mp.nstr(value, 6)} is not an index")
    return int(value)


# --- what every formula may use ------------------------------------------------------------------------------------


def _identity(n: int) -> Array:
    return Array(tuple(tuple(int(i == j) for j in range(n)) for i in range(n)), width=n)


def _trace(a: Array) -> Number:
    m, n = a.size
    if m != n:
        raise Undefined(f"a {m}×{n} matrix has no trace")
    return sum(a.rows[i][i] for i in range(m))


def _diagonal(a: Any) -> Array:
    if as_array(a).size[1] != 1:
        raise Undefined("diag is of a vector")
    entries = [row[0] for row in as_array(a).rows]
    places = range(len(entries))
    return Array(tuple(tuple(entries[i] if i == j else 0 for j in places) for i in places), as_array(a).first, len(entries))


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
    return lambda *values: each(function, *values)


def _extreme(choose: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: each(lambda *v: choose(v), *values)


BUILT_IN: dict[str, Callable[..., Any]] = {
    "exp": entrywise(lambda x: mp.exp(bounded(x))),
    "sqrt": entrywise(_real_root),
    "sin": entrywise(lambda x: mp.sin(bounded(x))),
    "cos": entrywise(lambda x: mp.cos(bounded(x))),
    "tanh": entrywise(lambda x: mp.tanh(bounded(x))),
    "log": entrywise(_positive_log),
    "abs": entrywise(abs),
    "sign": entrywise(lambda x: (x > 0) - (x < 0)),
    "floor": entrywise(lambda x: int(mp.floor(bounded(x)))),
    "ceil": entrywise(lambda x: int(mp.ceil(bounded(x)))),
    "mod": entrywise(lambda a, n: a - n * int(mp.floor(bounded(mp.mpf(a) / n)))),
    "max": _extreme(max),
    "min": _extreme(min),
    "delta": lambda i: int(i == 0),
    "kron": lambda i, j: int(i == j),
    "one": lambda condition: int(bool(condition)),
    "norm": _norm,
    "trace": lambda a: _trace(a) if isinstance(a, Array) else a,
    "identity": _identity,
    "zeros": lambda m, n=1: Array(((0,) * n,) * m, width=n),
    "ones": lambda m, n=1: Array(((1,) * n,) * m, width=n),
    "diag": _diagonal,
    "implies": lambda p, q: not p or bool(q),
    "iff": lambda p, q: bool(p) == bool(q),
}
CONSTANTS: dict[str, Callable[[], Number]] = {"pi": lambda: +mp.pi, "imag": lambda: mp.mpc(0, 1)}
