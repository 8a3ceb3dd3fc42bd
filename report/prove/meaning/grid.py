"""Symbolic vectors and matrices, read by their generic entry, and what is done to them: operations, sums, functions."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from report.errors import DeclarationError
from report.prove.meaning.expansion import expanded


@dataclass(frozen=True)
class Grid:
    """A vector or matrix of symbolic size: its generic entry as a function of the indices."""

    rows: sp.Expr
    columns: sp.Expr
    entry: Callable[[sp.Expr, sp.Expr], sp.Expr]
    first: int = 1
    met: dict[tuple[sp.Expr, sp.Expr], sp.Expr] = field(default_factory=dict, compare=False, repr=False)

    def at(self, i: sp.Expr, j: sp.Expr) -> sp.Expr:
        """The entry, made once: two steps of a chain ask for it."""
        if (i, j) not in self.met:
            self.met[i, j] = self.entry(i, j)
        return self.met[i, j]

    @property
    def row_ends(self) -> tuple[sp.Expr, sp.Expr]:
        """Its first and its last row."""
        return sp.Integer(self.first), self.first + self.rows - 1

    @property
    def column_ends(self) -> tuple[sp.Expr, sp.Expr]:
        return sp.Integer(self.first), self.first + self.columns - 1

    @property
    def T(self) -> Grid:
        return Grid(self.columns, self.rows, lambda i, j: self.entry(j, i), self.first)


@dataclass(frozen=True)
class GridEquality:
    """A condition on a whole vector or matrix, such as u == zeros(n)."""

    left: Grid
    right: Grid


def binary(op: ast.operator, a: Any, b: Any) -> Any:
    if isinstance(op, ast.MatMult):
        return _product(a, b)
    if isinstance(op, ast.Pow) and isinstance(a, Grid):
        if not (isinstance(b, sp.Integer) and b >= 1):
            raise DeclarationError("a matrix power needs a positive integer")
        if b > 1 and a.columns == 1 and a.rows != 1:
            raise Unreadable("a power is a product of matrices, and a vector has none: entry by entry it is v*v")
        return a if b == 1 else _product(a, binary(op, a, b - 1))
    arrays = [v for v in (a, b) if isinstance(v, Grid)]
    if isinstance(op, ast.Add | ast.Sub) and len(arrays) == 1:
        if callable(a) or callable(b):
            raise Unreadable("an array and a signal have no sum")
        entry_by_entry("that number times identity(n), or ones(n, n)", *arrays)
    if isinstance(op, ast.Div):
        entry_by_entry("a product with its inverse", b)
    return each(_OPERATORS[type(op)], a, b)


_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}


def by_case(test: Any, one: Any, other: Any) -> Any:
    """The one where the test holds, else the other. Raises ``Unreadable`` for an array in one case and none in the other."""
    if isinstance(one, Grid) != isinstance(other, Grid):
        raise Unreadable("in one case it is an array, and in the other none")
    return each(lambda a, b: sp.Piecewise((a, test), (b, True)), one, other)


def entry_by_entry(meant: str, *values: Any) -> None:
    """Raises ``Unreadable`` where the field means something else by this of a matrix of as many rows as columns."""
    if any(isinstance(v, Grid) and v.rows != 1 and expanded(v.rows - v.columns) == 0 for v in values):
        raise Unreadable(f"of a square matrix this means {meant}: here it is done entry by entry, so say it of one entry")


def each(function: Callable[..., Any], *values: Any) -> Any:
    if any(callable(v) for v in values):
        return lambda *i: each(function, *(v(*i) if callable(v) else v for v in values))
    grids = [v for v in values if isinstance(v, Grid)]
    if not grids:
        return function(*values)
    for other in grids[1:]:
        if expanded(other.rows - grids[0].rows) != 0 or expanded(other.columns - grids[0].columns) != 0:
            raise Unreadable(f"sizes differ: {grids[0].rows}×{grids[0].columns} and {other.rows}×{other.columns}")
    first = grids[0].first

    def at(v: Any, i: sp.Expr, j: sp.Expr) -> Any:  # the first entry meets the first one, whatever each is counted from
        return v.entry(i + v.first - first, j + v.first - first) if isinstance(v, Grid) else v

    return Grid(grids[0].rows, grids[0].columns, lambda i, j: function(*(at(v, i, j) for v in values)), first)


@functools.cache
def generic_places() -> tuple[sp.Symbol, sp.Symbol]:
    """The row and the column of the entry that stands for all when arrays are compared: always the same, so that what is found
    out about an entry is found out once.
    """
    return sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)


class Unreadable(Exception):
    """The formula has no meaning: sizes that do not fit, say."""


def opened(slope: sp.Expr, base: sp.IndexedBase, values: Any) -> sp.Expr:
    """A derivative by one of many, in which all of them are then given their values. Raises ``Unreadable`` where it is that of
    a function that is shut."""

    def value(entry: sp.Indexed) -> sp.Expr:
        i, *j = entry.indices
        return values.entry(i, *(j or [sp.Integer(values.first)])) if isinstance(values, Grid) else values(i, *j)

    try:
        return slope.replace(lambda n: isinstance(n, sp.Indexed) and n.base == base, value)
    except ValueError:  # it is by what is no variable any more
        shut = {f.func.__name__ for each in slope.atoms(sp.Derivative) for f in each.atoms(sp.core.function.AppliedUndef)}
        raise Unreadable(f"the slope of {' and '.join(sorted(shut))} is asked for: unfold it, too") from None


def _product(a: Any, b: Any) -> Any:
    if callable(a) or callable(b) or not (isinstance(a, Grid) or isinstance(b, Grid)):
        raise Unreadable("@ is the product of matrices: of numbers and signals write *")
    if not (isinstance(a, Grid) and isinstance(b, Grid)):
        met = b.rows if isinstance(b, Grid) else a.columns  # a number is a 1×1 matrix
        if met != 1:
            raise Unreadable("a number stands in no product of matrices: write x*A")
        return each(lambda p, q: p * q, a, b)
    if expanded(a.columns - b.rows) != 0:
        raise Unreadable(f"cannot multiply {a.rows}×{a.columns} by {b.rows}×{b.columns}")

    def entry(i: sp.Expr, j: sp.Expr) -> sp.Expr:
        k = sp.Dummy("k", integer=True)
        there = b.first - a.first
        return total(a.entry(i, k) * b.entry(k + there, j + there), k, *a.column_ends)

    if a.rows == 1 and b.columns == 1:
        return entry(sp.Integer(a.first), sp.Integer(a.first))
    return Grid(a.rows, b.columns, entry, a.first)


def total(term: sp.Expr, k: sp.Symbol, low: Any, high: Any) -> sp.Expr:
    """The sum of ``term`` for k = low, …, high; written out when it is short."""
    _nothing_backwards()
    low, high = sp.sympify(low), sp.sympify(high)
    few = _each_of_few(term, k, low, high)
    return sp.Sum(term, (k, low, high)) if few is None else sp.Add(*few)


def _each_of_few(term: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[sp.Expr] | None:
    """What stands at every place of a range, where these are a dozen at most, or none; else None."""
    most = high - low
    return [term.subs(k, low + step) for step in range(int(most) + 1)] if most.is_Integer and most < 12 else None


@functools.cache
def _nothing_backwards() -> None:
    """From now on a sum or product over a range that ends before it begins is empty, also once numbers are put in for its ends:
    SymPy goes backwards through it. Said when first needed, so that declaring a theorem does not load SymPy.
    """

    def agree(kind: Any, empty: int) -> None:
        made = kind.__new__

        def new(cls: Any, body: Any, *limits: Any, **more: Any) -> Any:
            found = made(cls, body, *limits, **more)
            ends = [end[1:] for end in found.limits] if isinstance(found, kind) else []
            return sp.Integer(empty) if any(low.is_Integer and high.is_Integer and high < low for low, high in ends) else found

        kind.__new__ = sp.core.cache.cacheit(new)

    agree(sp.Sum, 0)
    agree(sp.Product, 1)


@functools.cache
def _products() -> Any:
    """Products over ranges that may be empty: of zeros one is 0 or 1, where SymPy takes it for 0. Made when needed, too."""

    class Product(sp.Product):
        def _eval_is_zero(self) -> bool | None:
            return None if self.function.is_zero else super()._eval_is_zero()

    return Product


def product(factor: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """The product of ``factor`` for k = low, …, high, 1 if there is none."""
    _nothing_backwards()
    if (few := _each_of_few(factor, k, low, high)) is not None:
        return sp.Mul(*few)
    if factor.is_zero:
        return sp.Piecewise((sp.Integer(1), sp.Lt(high, low)), (sp.Integer(0), True))
    return _products()(factor, (k, low, high))


# --- sums and conditions over ranges -------------------------------------------------------------------------------


def summed(body: Any, bounds: Sequence[tuple[sp.Symbol, sp.Expr, sp.Expr]]) -> Any:
    if callable(body):
        return lambda *i: summed(body(*i), bounds)
    if isinstance(body, Grid):
        return Grid(body.rows, body.columns, lambda i, j: summed(body.entry(i, j), bounds), body.first)
    for k, low, high in reversed(bounds):
        body = total(body, k, low, high)
    return body


def for_all(condition: Any, bounds: Sequence[tuple[sp.Symbol, sp.Expr, sp.Expr]]) -> Any:
    """An inequality for every index of a range that is not empty: a linear one holds everywhere if it does at the worse end,
    any other one if it does for the largest or the smallest.
    """
    if len(bounds) == 1 and isinstance(condition, sp.Le | sp.Ge | sp.Lt | sp.Gt):
        k, low, high = bounds[0]
        gap = expanded(condition.gts - condition.lts)
        slope = gap.coeff(k, 1)
        if not expanded(gap - slope * k).has(k) and (high - low).is_nonnegative:
            if slope.is_nonpositive and high is not sp.oo:
                return condition.subs(k, high)
            if slope.is_nonnegative and low is not -sp.oo:
                return condition.subs(k, low)
        if (high - low).is_nonnegative and low.is_finite and high.is_finite:
            still, moving = gap.as_independent(k, as_Add=True)
            name, sign = ("max", -1) if moving.could_extract_minus_sign() else ("min", 1)
            gap = still + sign * extreme(name, sign * moving, bounds)
            return sp.Gt(gap, 0) if isinstance(condition, sp.Lt | sp.Gt) else sp.Ge(gap, 0)
    raise Unreadable(
        "'all' is read of an inequality, over one range that is not empty; that the entries of a vector are positive may be "
        "declared, and of one entry it is said without all"
    )


def tighten(k: sp.Symbol, low: sp.Expr, high: sp.Expr, condition: Any) -> tuple[sp.Expr, sp.Expr]:
    """The bounds of k under a linear condition. Raises ``Unreadable`` for any other."""
    if isinstance(condition, sp.Lt | sp.Gt) and (condition.lts - condition.gts).is_integer:
        condition = sp.Le(condition.lts + 1, condition.gts)
    if isinstance(condition, sp.Le | sp.Ge):
        gap = expanded(condition.gts - condition.lts)
        slope = gap.coeff(k, 1)
        rest = expanded(gap - slope * k)
        if not rest.has(k) and slope.is_negative and high is sp.oo:
            return low, sp.floor(expanded(rest / -slope))
        if not rest.has(k) and slope.is_positive and low is -sp.oo:
            return sp.ceiling(expanded(-rest / slope)), high
    raise Unreadable(f"cannot turn {condition} into bounds of a sum")


# --- what every formula may use ------------------------------------------------------------------------------------


def spread(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *values: each(function, *values)


def _of_numbers(name: str, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function with a series, which is known for matrices, too."""

    def applied(value: Any) -> Any:
        entry_by_entry(f"the {name} of a matrix, which is another function", value)
        return each(function, value)

    return applied


def _norm(a: Any) -> sp.Expr:
    if not isinstance(a, Grid):
        return sp.Abs(a)
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    entry = a.entry(i, j)
    square = sp.Abs(entry) ** 2 if is_complex(entry) else entry**2
    return sp.sqrt(summed(square, [(i, *a.row_ends), (j, *a.column_ends)]))


@functools.lru_cache(maxsize=20_000)
def is_complex(e: sp.Expr) -> bool:
    """Whether nothing says that it is real, where it is defined."""
    unknown = (sp.core.function.AppliedUndef, sp.Indexed, sp.Symbol)
    return bool(e.has(sp.I) or any(a.is_real is None for a in e.atoms(*unknown)))


def _trace(a: Any) -> sp.Expr:
    if not isinstance(a, Grid):
        return a
    if expanded(a.rows - a.columns) != 0:
        raise Unreadable(f"a {a.rows}×{a.columns} matrix has no trace")
    i = sp.Dummy("i", integer=True)
    return total(a.entry(i, i), i, *a.row_ends)


def _diag(a: Grid) -> Grid:
    if a.columns != 1:
        raise Unreadable(f"diag is of a vector, and this is {a.rows}×{a.columns}")
    return Grid(a.rows, a.rows, lambda i, j: sp.KroneckerDelta(i, j) * a.entry(i, sp.Integer(a.first)), a.first)


def _full(value: int) -> Callable[..., Grid]:
    return lambda m, n=None: Grid(m, sp.Integer(1) if n is None else n, lambda i, j: sp.Integer(value))


def of_numbers(condition: Any) -> Any:
    """A condition that decides between cases, or stands beside others. Raises ``Unreadable`` for one of whole arrays."""
    if isinstance(condition, GridEquality):
        raise Unreadable("u == v of whole arrays is stated, given, or stands in implies and iff, by itself: say it of entries")
    return condition


EXTREMES = ("max over", "min over")
"""How SymPy calls the largest and the smallest over a range: as nobody can call a function."""
SLOPE = "slope of"
"""And a derivative that is not carried out."""


FEW = 4
"""Of so many places the largest is that of its entries: a pool of two by two."""


def extreme(name: str, body: sp.Expr, bounds: Sequence[tuple[sp.Symbol, sp.Expr, sp.Expr]]) -> sp.Expr:
    """The largest or smallest over one range, of which SymPy knows nothing, unless it is of a few places."""
    if len(bounds) > 1:
        raise Unreadable(f"SymPy has no reading of {name} over several indices at once: write one {name} in another")
    ((k, low, high),) = bounds
    if high - low in range(FEW):
        return BUILT_IN[name](*(body.subs(k, low + place) for place in range(int(high - low) + 1)))
    return sp.Function(EXTREMES[name == "min"], real=True)(sp.Lambda(k, body), low, high)


BUILT_IN: dict[str, Callable[..., Any]] = {
    "exp": _of_numbers("exponential", lambda x: sp.exp(x)),
    "log": _of_numbers("logarithm", lambda x: sp.log(x)),
    "sqrt": _of_numbers("root", lambda x: sp.sqrt(x)),
    "sin": _of_numbers("sine", lambda x: sp.sin(x)),
    "cos": _of_numbers("cosine", lambda x: sp.cos(x)),
    "tanh": spread(lambda x: sp.tanh(x)),
    "abs": spread(lambda x: sp.Abs(x)),
    "sign": spread(lambda x: sp.sign(x)),
    "floor": spread(lambda x: sp.floor(expanded(x))),
    "ceil": spread(lambda x: sp.ceiling(expanded(x))),
    "mod": spread(lambda a, n: a - n * sp.floor(expanded(a / n))),
    "max": spread(lambda *v: sp.Max(*v)),
    "min": spread(lambda *v: sp.Min(*v)),
    "delta": lambda i: sp.KroneckerDelta(i, 0),
    "kron": lambda i, j: sp.KroneckerDelta(i, j),
    "one": lambda condition: sp.Piecewise((1, of_numbers(condition)), (0, True)),
    "norm": _norm,
    "trace": _trace,
    "identity": lambda n: Grid(n, n, lambda i, j: sp.KroneckerDelta(i, j)),
    "zeros": _full(0),
    "ones": _full(1),
    "diag": _diag,
}
CONSTANTS: dict[str, Callable[[], sp.Expr]] = {"pi": lambda: sp.pi, "imag": lambda: sp.I}
