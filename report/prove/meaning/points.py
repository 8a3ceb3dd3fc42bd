"""The points at which a formula is evaluated: drawn at random from the declared domains, and on purpose at their edges.

What chance would miss is drawn on purpose: zeros, ones, ties, halves, the smallest sizes; the integers that the formulas
themselves mention; what a condition prescribes.
"""

from __future__ import annotations

import ast
import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, TypeGuard

import mpmath as mp

from report.prove.language.formula import Formula, names
from report.prove.language.glossary import Definition, Symbol, by_need
from report.prove.meaning.numeric import Point, evaluate, moved_signal
from report.prove.meaning.values import SUPPORT, WINDOW, Array, Number, Undefined, as_array, compare, entrywise, whole

EDGES = (0, 1, 2)
"""The points drawn on purpose: all at the least (sizes) or 0, all at 1, all at a half and the sizes at their largest."""


FAR_EDGES = (3, 4)
"""More of them, for what is only checked or cited, or refused: numbers that are large, and far below 0; sizes at their
largest.
"""
_REALS = (0, 1, -0.5, 40, -40)
_ABOVE_BOUND = {EDGES[-1]: 0.5, FAR_EDGES[-1]: 2**-40}
"""How far above its bound a number is drawn at an edge that lies below it."""
FAR_INTEGER = 210
FARTHEST = 150
"""An exponential of less than this is still told from 0."""


RARE = 0.3
"""So often a point is wanted where a condition ends, among small numbers, or among those that the formulas mention, when an
error is looked for.
"""


ROOT_STEPS = 12
"""So many steps of the secant method find a simple root to thirty digits."""


@dataclass(frozen=True)
class Purpose:
    """Where a point is wanted: at an edge, ``beyond`` the sizes that the author draws, with ``likely`` integers; ``sizes`` are
    the integers of which arrays are made, which are never far.
    """

    edge: int | None = None
    beyond: bool = False
    likely: tuple[int, ...] = ()
    sizes: frozenset[str] = frozenset()


AT_RANDOM = Purpose()


def mentioned(formulas: Iterable[Formula]) -> tuple[int, ...]:
    """The integers in formulas, of either sign, and their neighbours."""
    found = {n.value for f in formulas for n in ast.walk(f.tree) if isinstance(n, ast.Constant) and isinstance(n.value, int)}
    return tuple(sorted({sign * near for value in found for near in (value - 1, value, value + 1) for sign in (1, -1)}))


def draw(
    symbols: Sequence[Symbol],
    definitions: Sequence[Definition],
    random: Random,
    fixed: Mapping[str, Any] = {},
    conditions: Sequence[Formula] = (),
    purpose: Purpose = AT_RANDOM,
) -> Point:
    """A random point: a value for every symbol; ``fixed`` values are taken as they are.

    An equation is no accident at a random point: what one such as u == zeros(n) names is given that value, and for any other
    one symbol is moved until it holds. All other conditions are left to ``satisfies``.
    """
    known: dict[str, Any] = {d.name: d for d in definitions}
    wanted = _prescribed(conditions)
    for symbol in by_need(symbols, {name: names(tree) for name, tree in wanted.items()}):
        here = Point(known, {})
        if symbol.name in fixed:
            known[symbol.name] = fixed[symbol.name]
        elif symbol.kind in ("real", "integer", "vector", "matrix") and symbol.name in wanted:
            value = evaluate(wanted[symbol.name], here)
            if symbol.kind == "integer" and not mp.isint(value):
                raise Undefined(f"{symbol.name} would not be an integer")
            value = int(value) if symbol.kind == "integer" else value if symbol.kind == "real" else as_array(value)
            known[symbol.name] = replace(value, first=symbol.first) if isinstance(value, Array) else value
        else:
            known[symbol.name] = _value(_reaching(symbol, conditions), here, random, purpose)
    equations = [c.tree for c in conditions if _is_equation(c.tree)]
    equations += _borders(conditions) if purpose.beyond and random.random() < RARE else []
    held = {*fixed, *wanted, *(name for s in symbols for name in s.mentions())}
    movable = [s for s in symbols if s.name not in held and _is_movable(s)] if equations else []
    random.shuffle(movable)
    return functools.reduce(lambda point, equation: _meeting(equation, movable, point), equations, Point(known, {}))


def _borders(conditions: Sequence[Formula]) -> list[ast.Compare]:
    """Where conditions such as x**2 <= 5 end."""
    trees = [c.tree for c in conditions if isinstance(c.tree, ast.Compare) and len(c.tree.ops) == 1]
    ends = [tree for tree in trees if isinstance(tree.ops[0], ast.LtE | ast.GtE)]
    return [ast.Compare(tree.left, [ast.Eq()], tree.comparators) for tree in ends]


def _reaching(symbol: Symbol, conditions: Sequence[Formula]) -> Symbol:
    """The symbol, drawn from where conditions such as x >= 2 let it be: the author's ``low`` and ``high`` may lie outside."""
    width = symbol.high - symbol.low
    for tree in (c.tree for c in conditions if symbol.kind in ("real", "integer") and isinstance(c.tree, ast.Compare)):
        for left, sign, right in zip((tree.left, *tree.comparators), tree.ops, tree.comparators):
            below = isinstance(sign, ast.Lt | ast.LtE)
            if not below and not isinstance(sign, ast.Gt | ast.GtE):
                continue
            smaller, larger = (left, right) if below else (right, left)
            bound = smaller if _is_named(larger, symbol) else larger if _is_named(smaller, symbol) else None
            if bound is None or names(bound):
                continue
            value = float(evaluate(bound, Point({}, {})))
            if bound is smaller and value > symbol.low:
                symbol = replace(symbol, low=value, high=max(symbol.high, value + width / 2))
            elif bound is larger and value < symbol.high:
                symbol = replace(symbol, low=min(symbol.low, value - width / 2), high=value)
    return symbol


def _is_named(tree: ast.expr, symbol: Symbol) -> bool:
    return isinstance(tree, ast.Name) and tree.id == symbol.name


def _is_equation(tree: ast.expr) -> TypeGuard[ast.Compare]:
    return isinstance(tree, ast.Compare) and len(tree.ops) == 1 and isinstance(tree.ops[0], ast.Eq)


def _prescribed(conditions: Sequence[Formula]) -> dict[str, ast.expr]:
    """What conditions of the form name == … say, by name."""
    equations = [c.tree for c in conditions if _is_equation(c.tree)]
    return {tree.left.id: tree.comparators[0] for tree in equations if isinstance(tree.left, ast.Name)}


# --- meeting an equation -------------------------------------------------------------------------------------------


def _is_movable(symbol: Symbol) -> bool:
    if symbol.kind == "signal":
        return not symbol.properties and not symbol.sample
    return (
        symbol.kind in ("real", "integer", "vector", "matrix")
        and not set(symbol.properties) - {"positive"}
        and not symbol.sample
    )


def _meeting(tree: ast.Compare, symbols: Sequence[Symbol], point: Point) -> Point:
    """The point, with one of the symbols moved so that the equation ``tree`` holds, if that can be done."""
    if evaluate(tree, point):
        return point
    gap = ast.BinOp(tree.left, ast.Sub(), tree.comparators[0])
    for symbol in symbols:
        for move in (_by_root, _by_equations) if symbol.kind in ("vector", "matrix") else (_by_root,):
            try:
                moved = point.moving(symbol.name)(move(gap, symbol, point))
                if _lies_in_domain(symbol, moved) and evaluate(tree, moved):
                    return moved
            except (ArithmeticError, ValueError, TypeError):
                continue
    return point


def _by_root(gap: ast.expr, symbol: Symbol, point: Point) -> Any:
    """The symbol, or a multiple of the array, or the array (the signal) with another first entry, at which the gap closes at
    once: a root that is found slowly is a double one, and not found well.
    """
    start, moving = point.globals[symbol.name], point.moving(symbol.name)
    moves: list[tuple[Number, Callable[[Number], Any]]] = [(start, lambda t: t)]
    if symbol.kind == "signal":
        moves = [(start(place), functools.partial(moved_signal, start, (place,))) for place in (1, 0, 2)]
    elif symbol.kind not in ("real", "integer"):
        corner = symbol.first, symbol.first
        moves = [(1, lambda t: start.map(lambda a: a * t)), (start.entry(*corner), lambda t: start.put(corner, t))]
    for near, move in moves:
        closes = lambda t, move=move: evaluate(gap, moving(move(t)))  # noqa: E731
        try:
            root = mp.mpf(mp.findroot(closes, (near, near + mp.mpf(1) / 2), "secant", maxsteps=ROOT_STEPS))
            return move(root if symbol.kind != "integer" else int(mp.nint(root)))
        except (ArithmeticError, ValueError):
            continue
    raise Undefined("no root")


def _by_equations(gap: ast.expr, symbol: Symbol, point: Point) -> Array:
    """An array at which as many linear equations hold as it has rows: its first column is moved."""
    start, moving = as_array(point.globals[symbol.name]), point.moving(symbol.name)
    places = range(len(start.rows))
    left = lambda at: [row[0] for row in as_array(evaluate(gap, moving(at))).rows]  # noqa: E731
    before = left(start)
    columns = [left(start.put((i + symbol.first, symbol.first), start.rows[i][0] + 1)) for i in places]
    slopes = mp.matrix([[column[k] - before[k] for column in columns] for k in range(len(before))])
    step = mp.lu_solve(slopes, -mp.matrix(before))
    put = lambda at, i: at.put((i + symbol.first, symbol.first), start.rows[i][0] + step[i])  # noqa: E731
    return functools.reduce(put, places, start)


def _lies_in_domain(symbol: Symbol, point: Point) -> bool:
    value = point.globals[symbol.name]
    if symbol.kind in ("real", "integer"):
        low, high = (end and evaluate(end.tree, point) for end in symbol.bounds)
        above = low is None or compare(low, "<" if symbol.above else "<=", value)
        return above and (high is None or value <= high)
    return not symbol.properties or all(a > 0 for row in value.rows for a in row)


# --- one symbol ----------------------------------------------------------------------------------------------------


def _value(symbol: Symbol, point: Point, random: Random, purpose: Purpose) -> Any:
    if symbol.sample is not None:
        return symbol.sample(random)
    if symbol.kind == "integer":
        low, high = _bounds(symbol, point)
        if math.ceil(low) > math.floor(high):
            raise Undefined(f"no {symbol.name} between {low} and {high}")
        if purpose.edge in FAR_EDGES and symbol.within is None and symbol.name not in purpose.sizes:
            high = max(high, FAR_INTEGER)
        return _integer(math.ceil(low), math.floor(high), symbol.within is not None, random, purpose)
    if symbol.kind == "real":
        low, high = _bounds(symbol, point)
        special = _special(symbol, point, purpose)
        if special is not None:
            return special
        free = not (symbol.least or symbol.above)
        likely = [n for n in purpose.likely if n < FARTHEST and (free or n > low)] if purpose.beyond else []
        if likely and random.random() < RARE:
            return mp.mpf(random.choice(likely))
        return _decimal(random, *_nearer(float(low), float(high), random, purpose))
    if symbol.kind == "signal":
        return _signal(symbol, random)
    if symbol.kind == "function":
        a, b, c, d = (_decimal(random, 1 / 2, 2) for _ in range(4))
        return entrywise(lambda x: a * mp.sin(b * x + c) + d * x * x / 2)
    if symbol.kind == "operator":
        return _operator(symbol, random)
    sizes = [whole(evaluate(size.tree, point)) for size in symbol.shape]
    m, n = (*sizes, 1)[:2]
    if "permutation" in symbol.properties:
        last = random.randrange(m or 1)
        mirrored = [(last - i) % m for i in range(m)]  # twice of that is nothing
        order = mirrored if "symmetric" in symbol.properties else random.sample(range(m), m)
        return Array(tuple(tuple(int(order[i] == j) for j in range(n)) for i in range(m)), symbol.first, n)
    if purpose.edge is not None and not set(symbol.properties) - {"positive", "symmetric"}:
        entry = mp.mpf(_REALS[purpose.edge] if "positive" not in symbol.properties else abs(_REALS[purpose.edge]) or 1)
        return Array(((entry,) * n,) * m, symbol.first, n)
    low = max(symbol.low, symbol.high / 1000) if "positive" in symbol.properties else symbol.low
    low, high = _nearer(low, symbol.high, random, purpose)
    drawn = _integral if "whole" in symbol.properties else _decimal
    rows = tuple(tuple(drawn(random, low, high) for _ in range(n)) for _ in range(m))
    if "symmetric" in symbol.properties:
        rows = tuple(tuple(rows[min(i, j)][max(i, j)] for j in range(n)) for i in range(m))
    if {"orthonormal", "orthogonal"} & set(symbol.properties):
        rows = _orthonormal(rows)
        if "symmetric" in symbol.properties:  # at right angles to one another, and each turned round or not
            turned = [random.choice((1, -1)) for _ in rows]
            rows = tuple(tuple(mp.fsum(s * x * y for s, x, y in zip(turned, a, b)) for b in rows) for a in rows)
    return Array(rows, symbol.first, n)


def _nearer(low: float, high: float, random: Random, purpose: Purpose) -> tuple[float, float]:
    """The bounds, or small ones: squares are smaller than small numbers, and larger than others."""
    small = purpose.beyond and low <= 0 <= high and random.random() < RARE
    return (low / 10, high / 10) if small else (low, high)


def _integer(low: int, high: int, closed: bool, random: Random, purpose: Purpose) -> int:
    if purpose.edge is not None:
        top = high if closed or not purpose.beyond else 2 * high + 3
        return (low, min(low + 1, high), top, top, low)[purpose.edge]
    if purpose.beyond and not closed and random.random() < 0.3:
        high = 2 * high + 3
    likely = [n for n in purpose.likely if low <= n <= high]
    if likely and high - low > 20 and random.random() < 0.4:
        return random.choice(likely)
    return random.randint(low, high)


def _special(symbol: Symbol, point: Point, purpose: Purpose) -> Number | None:
    """0, 1 or −½, where the domain has it; a bound that belongs to the domain, or close above it."""
    if purpose.edge is None:
        return None
    wanted = mp.mpf(_REALS[purpose.edge])
    bound = symbol.least or symbol.above
    if bound is None:
        return wanted
    least = mp.mpf(evaluate(bound.tree, point))
    if wanted < least:
        wanted = least + mp.mpf(_ABOVE_BOUND.get(purpose.edge, 0))
    return None if symbol.above is not None and wanted == least else wanted


def _signal(symbol: Symbol, random: Random) -> Callable[[int], Number]:
    positive = "positive" in symbol.properties
    drawn = _integral if "whole" in symbol.properties else _decimal
    draw = lambda: drawn(random, 1 / 8 if positive else -2, 2)  # noqa: E731
    if positive:
        values: dict[int, Number] = {k: draw() for k in range(-WINDOW - 8, WINDOW + 9)}
        return lambda k: values[k]
    taps = {k: draw() for k in range(-SUPPORT, SUPPORT + 1)}
    return lambda k: taps.get(k, 0)


def _orthonormal(rows: tuple[tuple[Number, ...], ...]) -> tuple[tuple[Number, ...], ...]:
    """Gram and Schmidt, column by column. Raises ``Undefined`` for more columns than rows."""
    columns: list[list[Number]] = []
    for column in zip(*rows):
        rest = list(column)
        for unit in columns:
            along = mp.fdot(unit, rest)
            rest = [a - along * u for a, u in zip(rest, unit)]
        length = mp.norm(rest)
        if length < mp.mpf(10) ** -6:
            raise Undefined("these columns cannot be made orthonormal")
        columns.append([a / length for a in rest])
    return tuple(tuple(column[row] for column in columns) for row in range(len(rows)))  # where there are none, as many rows


def _bounds(symbol: Symbol, point: Point) -> tuple[float, float]:
    if symbol.within is not None:
        low, high = (evaluate(bound.tree, point) for bound in symbol.within)
        return low, high
    least = symbol.least or symbol.above
    if least is None:
        return symbol.low, symbol.high
    low = evaluate(least.tree, point)
    width = max(symbol.high - max(low, symbol.low), 2)
    return max(low, symbol.low), max(low, symbol.low) + width


def _decimal(random: Random, low: float, high: float) -> Number:
    return mp.mpf(random.uniform(float(low), float(high)))


def _integral(random: Random, low: float, high: float) -> Number:
    """A whole number about as large, and above 0 where ``low`` is."""
    return random.randint(1 if low > 0 else math.floor(low) - 1, math.ceil(high) + 1)


def _operator(symbol: Symbol, random: Random) -> Callable[[Callable[[int], Number]], Callable[[int], Number]]:
    """A random operator with exactly the declared properties, built from delays and weights, never as a convolution."""
    stages = [(_decimal(random, -2, 2), random.randint(-2, 2)) for _ in range(3)]
    wobble = 0 if symbol.invariant else 1
    bend = 0 if symbol.linear else 1

    def apply(x: Callable[[int], Number]) -> Callable[[int], Number]:
        y = x
        for weight, delay in stages:
            y = (lambda before, w, d: lambda i: x(i) * w * (1 + wobble * mp.mpf(i) / 7) + before(i - d))(y, weight, delay)
        return lambda i: y(i) + bend * (1 + y(i) ** 2)

    return apply


def satisfies(conditions: Sequence[Formula], point: Point) -> bool:
    """Whether all conditions hold at the point."""
    return all(bool(evaluate(c.tree, point)) for c in conditions)
