"""The normal form of an expression: expanded, its sums linear, contracted with Kronecker deltas, their indices canonical."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sympy as sp

from report.prove.decide.conditions import NO_FACTS, Facts, Ranges, eliminate, is_slope, put, without_slopes
from report.prove.decide.sizes import counts, never_negative
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import product, total

MANY = 4
"""Sums over more indices than this are equal only as they stand: trying all orders of the indices takes too long."""


@lru_cache(maxsize=20_000)
def normal(expression: sp.Expr, facts: Facts = NO_FACTS) -> sp.Expr:
    """The normal form: expanded, sums linear, contracted with deltas, their indices renamed and shifted canonically."""
    expression = _with_known_deltas(_with_known_floors(facts.apply(sp.sympify(expression))), facts)
    for law in facts.laws:
        expression = law(expression)
    if expression.has(sp.Sum):
        expression = expression.replace(lambda n: isinstance(n, sp.Sum), _written_out)
    expression = _with_plain_indices(expression)
    if not expression.has(sp.Sum, sp.Lambda, sp.KroneckerDelta, sp.Product):
        return expanded(expression)
    found = expanded(sp.Add(*(_rebuild(term, facts) for term in terms(_inner(expression, facts)))))
    made = {p for p in found.atoms(sp.Product) if not p.variables[0].name.startswith("_f")}  # of the exponential of a sum
    found = found.xreplace({p: _product(p.function, *p.limits[0]) for p in made if len(p.limits) == 1})
    if facts.known and found.has(sp.Sum):
        found, slopes = without_slopes(found)
        found = expanded(found.xreplace({**_totals(facts), **counts(found, facts)}).xreplace(slopes))
    # of which a contracted sum has taken one factor:
    zeros = {p for p in found.atoms(sp.Product) if p.function.is_zero and len(p.limits) == 1}
    return found.xreplace({p: product(p.function, *p.limits[0]) for p in zeros}) if zeros else found


@lru_cache(maxsize=2_000)
def _totals(facts: Facts) -> dict[sp.Expr, sp.Expr]:
    """The sums whose values are known from two inequalities that are opposite, of the sum or of its root."""
    gaps = [normal(known.gap, replace(facts, known=())) for known in facts.known if known.gap.has(sp.Sum)]
    found = {}
    for gap in gaps:
        constant, term = gap.as_coeff_Add()
        number, total = term.as_coeff_Mul()
        (base, power), value = total.as_base_exp(), -constant / number
        if isinstance(base, sp.Sum) and -gap in gaps and (power == 1 or (power == sp.Rational(1, 2) and value >= 0)):
            found[base] = value ** (1 / power)
    return found


def _with_known_floors(expression: sp.Expr) -> sp.Expr:
    """⌊q⌋ as 0 where 0 ≤ q < 1, and as −1 where −1 ≤ q < 0: remainders of places at most one period away."""
    known = {floor: value for floor in expression.atoms(sp.floor) if (value := _known_floor(floor)) is not None}
    return expression.xreplace(known) if known else expression


@lru_cache(maxsize=20_000)
def _known_floor(floor: sp.floor) -> sp.Integer | None:
    for value in (sp.Integer(0), sp.Integer(-1)):
        below, above = (sp.together(expanded(gap)) for gap in (floor.args[0] - value, value + 1 - floor.args[0]))
        if below.is_nonnegative and above.is_positive:
            return value
    return None


def _with_known_deltas(expression: sp.Expr, facts: Facts) -> sp.Expr:
    """δ_ij as 0 where it is known of integers that they are not equal."""
    apart = {expanded(side) for known in facts.apart for side in (known, -known) if known.is_integer}
    none = {d: sp.Integer(0) for d in expression.atoms(sp.KroneckerDelta) if expanded(d.args[0] - d.args[1]) in apart}
    return expression.xreplace(none) if none else expression


def _written_out(sum_: sp.Sum) -> sp.Expr:
    """A sum that the facts have made short, term by term."""
    (k, low, high), *inner = sum_.limits
    return sum_ if inner else total(sum_.function, k, low, high)


def _with_plain_indices(expression: sp.Expr) -> sp.Expr:
    """x[(i − j) + j] as x[i]."""
    entries = {entry: entry.base[tuple(map(expanded, entry.indices))] for entry in expression.atoms(sp.Indexed)}
    changed = {old: new for old, new in entries.items() if old != new}
    return expression.xreplace(changed) if changed else expression


def _inner(expression: sp.Expr, facts: Facts) -> sp.Expr:
    """Arguments of functions and of negative or symbolic powers in normal form; lambdas renamed."""
    if isinstance(expression, sp.Lambda):
        body = normal(expression.expr, facts)
        (variable,) = expression.variables  # what a slope is taken by is no integer
        kind = {"integer": True} if variable.is_integer else {"real": True}
        dot = sp.Symbol(
            next(_unused("_dot", _height(body, sp.Lambda), body, but=(variable,))), **kind
        )  # inner dots have lower numbers
        return sp.Lambda(dot, body.subs(variable, dot))
    if not expression.args or isinstance(expression, sp.Indexed):
        return expression
    if isinstance(expression, sp.Sum):
        return sp.Sum(_inner(expression.function, facts), *expression.limits)
    if isinstance(expression, sp.Add | sp.Mul):
        return expression.func(*(_inner(a, facts) for a in expression.args))
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp > 0:
        return _inner(expression.base, facts) ** expression.exp
    if isinstance(expression, sp.Product):
        *inner, limit = expression.limits  # SymPy flattens nested products, too
        return _product(normal(expression.func(expression.function, *inner) if inner else expression.function, facts), *limit)
    if isinstance(expression, sp.Piecewise) and expression.has(sp.Sum, sp.Product, sp.Lambda):
        return sp.Piecewise(*((normal(value, facts), _compared(test, facts)) for value, test in expression.args))
    facts = facts.of_what_stays() if is_slope(expression) else facts
    return expression.func(*(normal(a, facts) if isinstance(a, sp.Expr) and not isinstance(a, sp.Lambda) else
                             _inner(a, facts) if isinstance(a, sp.Lambda) else a for a in expression.args))  # fmt: skip


def _compared(test: Any, facts: Facts) -> Any:
    """A condition with all that it compares in normal form."""
    if isinstance(test, sp.core.relational.Relational):
        return test.func(*(normal(side, facts) for side in test.args))
    return test.func(*(_compared(each, facts) for each in test.args)) if test.args else test


def _product(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A product from 0, with its last factors apart where its size has a constant."""
    if any(never_negative(at - low) and never_negative(high - at) for at in _zeros(body, k)):
        return sp.Integer(0)
    size = expanded(high - low + 1)
    if not body.has(k) and not body.is_zero and never_negative(size) and size.is_finite is not False:
        return body**size
    constant, base = size.as_coeff_Add()
    lowest = _height(body, sp.Product)  # inner ones have lower numbers
    name = sp.Symbol(next(_unused("_f", lowest, body, low, high, but=(k,))), integer=True)
    moved = expanded_indices(body.subs(k, name + low))
    if constant.is_Integer and 0 < constant <= 4 and base != 0 and base.is_nonnegative:
        last = [expanded_indices(body.subs(k, expanded(low + base + place))) for place in range(int(constant))]
        return product(moved, name, sp.Integer(0), base - 1) * sp.Mul(*last)
    return product(moved, name, sp.Integer(0), size - 1)


def _zeros(body: sp.Expr, k: sp.Symbol) -> Iterator[sp.Expr]:
    """The integers at which a linear factor of the body is 0."""
    for factor in (f.base if f.is_Pow and f.exp.is_positive else f for f in sp.Mul.make_args(body)):
        slope, rest = factor.coeff(k, 1), factor.coeff(k, 0)
        if slope.is_number and slope != 0 and expanded(factor - slope * k - rest) == 0 and (at := -rest / slope).is_integer:
            yield at


def alike(expression: sp.Expr) -> sp.Expr:
    """The expression with the indices of its sums named by their depth: the same sum, written twice, is the same."""
    if not expression.has(sp.Sum):
        return expression
    args = tuple(map(alike, expression.args))
    if not isinstance(expression, sp.Sum):
        return expression.func(*args)
    unused = _unused("_s", _height(args[0], sp.Sum), *args, but=expression.variables)
    names = {k: sp.Symbol(name, integer=True) for (k, *_), name in zip(expression.limits, unused)}
    return sp.Sum(args[0].xreplace(names), *(limit.xreplace(names) for limit in args[1:]))


def _unused(prefix: str, first: int, *around: sp.Basic, but: Collection[sp.Symbol] = ()) -> Iterator[str]:
    """Names for indices, numbered from ``first`` on, in place of those of ``but``: none that stands there already, free, which
    would be captured, or bound further in, which would capture them.
    """
    taken = {symbol.name for each in around for symbol in each.atoms(sp.Symbol) if symbol not in but}
    return (name for name in (f"{prefix}{number}" for number in itertools.count(first)) if name not in taken)


def _height(expression: sp.Expr, kind: type) -> int:
    """How deep expressions of a kind are nested; SymPy makes one sum, with several indices, of sums that follow each other."""
    inner = max((_height(a, kind) for a in expression.args), default=0)
    return inner + (len(getattr(expression, "limits", (0,))) if isinstance(expression, kind) else 0)


Limit = tuple["sp.Symbol", "sp.Expr", "sp.Expr"]
"""An index and its bounds."""

Term = tuple[tuple["sp.Expr", ...], tuple[Limit, ...]]
"""Factors, and the indices that the term is summed over."""


def terms(expression: sp.Expr) -> list[Term]:
    """The expression as a list of products under sums, every sum pulled to the front."""
    apart = _are_apart(expression, frozenset(expression.free_symbols))
    return _terms(expression if apart else _with_own_indices(expression))


def _are_apart(e: sp.Expr, taken: frozenset[sp.Symbol]) -> bool:
    """Whether no sum has an index that means something around it: such an index may stay as it is."""
    if not isinstance(e, sp.Sum):
        return all(_are_apart(a, taken) for a in e.args) if isinstance(e, sp.Add | sp.Mul | sp.Pow) else True
    own = {k for k, *_ in e.limits}
    return len(own) == len(e.limits) and not own & taken and _are_apart(e.function, taken | own)


def _with_own_indices(e: sp.Expr) -> sp.Expr:
    if not isinstance(e, sp.Sum):
        return e.func(*map(_with_own_indices, e.args)) if e.has(sp.Sum) else e
    *inner, (k, low, high) = e.limits  # SymPy flattens nested sums, the innermost first
    fresh = sp.Dummy(k.name, integer=True)
    body = sp.Sum(e.function, *inner) if inner else e.function
    return sp.Sum(_with_own_indices(body.xreplace({k: fresh})), (fresh, low, high))


def _terms(expression: sp.Expr) -> list[Term]:
    found: list[Term] = []
    for addend in sp.Add.make_args(expanded(expression)):
        found += _multiply([_factor_terms(f) for f in sp.Mul.make_args(addend)])
    return found


def _factor_terms(factor: sp.Expr) -> list[Term]:
    if isinstance(factor, sp.Sum):
        *inner, (k, low, high) = factor.limits
        body = sp.Sum(factor.function, *inner) if inner else factor.function
        apart = _split_ends(body, k, low, high)
        if apart is not None:
            return [term for piece in apart for term in _terms(piece)]
        inside = _terms(_floors_inside(body, k, low, high))
        return [(factors, ((k, low, high), *limits)) for factors, limits in inside]
    if isinstance(factor, sp.Pow) and factor.base.has(sp.Sum) and factor.exp.is_Integer and 0 < factor.exp <= 4:
        return _multiply([_terms(factor.base)] * int(factor.exp))
    return [((factor,), ())]


def _floors_inside(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """⌊k/n⌋ = 0 under a sum over k = 0, …, n − 1."""
    if low != 0 or high.is_finite is False or not (high + 1).is_positive:
        return body
    return body.subs(sp.floor(k / expanded(high + 1)), 0)


def _split_ends(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[sp.Expr] | None:
    """Σ over n + 2 terms as Σ over n and two terms, Σ over n − 1 as Σ over n less one: sizes without a constant."""
    if low.is_finite is False or high.is_finite is False:
        return None
    size = expanded(high - low + 1)
    constant, base = size.as_coeff_Add()
    if not (constant.is_Integer and base != 0 and 0 < abs(constant) <= 4 and base.is_nonnegative and size.is_nonnegative):
        return None
    step = 1 if constant > 0 else -1
    places = range(int(constant)) if constant > 0 else range(int(constant), 0)
    return [sp.Sum(body, (k, low, low + base - 1)), *(step * body.subs(k, low + base + place) for place in places)]


def _multiply(lists: Sequence[list[Term]]) -> list[Term]:
    products: list[Term] = [((), ())]
    for terms in lists:
        products = [_times(a, b) for a in products for b in terms]
    return products


def _times(a: Term, b: Term) -> Term:
    """The product of two terms, the second with fresh indices (a square multiplies a term with itself)."""
    if not (a[1] and b[1]):
        return (*a[0], *b[0]), (*a[1], *b[1])
    renamed = {k: sp.Dummy(k.name, integer=True) for k, _, _ in b[1]}
    factors = tuple(f.xreplace(renamed) for f in b[0])
    limits = tuple((renamed[k], low.xreplace(renamed), high.xreplace(renamed)) for k, low, high in b[1])
    return (*a[0], *factors), (*a[1], *limits)


def _rebuild(term: Term, facts: Facts) -> sp.Expr:
    """The term with deltas contracted, as a product of canonical sums over connected factors."""
    factors, limits = _contract(term, facts)
    pieces = sp.Mul.make_args(sp.Mul(*factors))
    indices = {k for k, _, _ in limits}
    sums = (
        _component([p for p in pieces if p.free_symbols & {k for k, *_ in group}], group) for group in _groups(pieces, limits)
    )
    return sp.Mul(*sums) * _delta_pinned(sp.Mul(*(p for p in pieces if not p.free_symbols & indices)))


def _groups(pieces: Iterable[sp.Expr], limits: Sequence[Limit]) -> list[list[Limit]]:
    """The indices that a factor or a bound ties together."""
    groups: list[set[sp.Symbol]] = [{k} for k, _, _ in limits]
    ties = [p.free_symbols for p in pieces] + [{k} | low.free_symbols | high.free_symbols for k, low, high in limits]
    for tie in ties:
        tied: set[sp.Symbol] = set().union(*(g for g in groups if g & tie))
        groups = [g for g in groups if not g & tie] + ([tied] if tied else [])
    return [[limit for limit in limits if limit[0] in group] for group in groups]


def _delta_pinned(product: sp.Expr) -> sp.Expr:
    """δ_ij f(j) as δ_ij f(i): one spelling for what a Kronecker delta makes the same."""
    for delta in sorted(product.atoms(sp.KroneckerDelta), key=sp.default_sort_key):
        if delta not in sp.Mul.make_args(product):
            continue
        solved = eliminate(expanded(delta.args[0] - delta.args[1]), sp.Integer(0))
        if solved is not None:
            rest = product / delta
            product = delta * put(rest, *solved)
    return product


def _contract(term: Term, facts: Facts) -> Term:
    """Σ_k δ(k, v) f(k) = f(v), wherever v is an integer known to lie between the bounds of the sum."""
    factors, limits = sp.Mul.make_args(sp.Mul(*term[0])), term[1]
    inside = {**facts.ranges, **{k: (low, high) for k, low, high in limits}}
    for delta, limit in itertools.product((f for f in factors if isinstance(f, sp.KroneckerDelta)), limits):
        k, others = limit[0], [each for each in limits if each != limit]
        value = _pinned(delta, limit, others, inside)
        if value is not None:
            put = {k: value}
            rest = tuple(f.xreplace(put) for f in factors if f is not delta)
            return _contract((rest, tuple((j, low.xreplace(put), high.xreplace(put)) for j, low, high in others)), facts)
    return factors, limits


def _pinned(delta: sp.KroneckerDelta, limit: Limit, others: Sequence[Limit], ranges: Ranges) -> sp.Expr | None:
    """The one value of the index at which the delta is not 0, if the sum surely reaches it."""
    k, low, high = limit
    gap = expanded(delta.args[0] - delta.args[1])
    slope = gap.coeff(k, 1)
    if slope not in (1, -1):
        return None
    value = expanded(k - gap / slope)
    hanging = {j for j, a, b in others if (a.free_symbols | b.free_symbols) & {k}}  # their ranges would speak of themselves
    if value.has(k) or not value.is_integer or value.free_symbols & hanging:
        return None
    return value if _lies_between(value, low, high, ranges) else None


def _lies_between(value: sp.Expr, low: sp.Expr, high: sp.Expr, ranges: Ranges) -> bool:
    if low is -sp.oo and high is sp.oo:
        return True
    if value in ranges:
        a, b = ranges[value]
        above = low is -sp.oo or bool((a - low).is_nonnegative)
        below = high is sp.oo or bool(expanded(high - b).is_nonnegative)
        return above and below
    return never_negative(value - low) and (high is sp.oo or never_negative(expanded(high - value)))


def _component(factors: Sequence[sp.Expr], limits: Sequence[Limit]) -> sp.Expr:
    """One connected sum in its canonical spelling: the first in a fixed order over all names, shifts and reflections."""
    names = {k: sp.Symbol(f"_i{n}", integer=True) for n, (k, *_) in enumerate(limits)}
    renamed = tuple((names[k], low.xreplace(names), high.xreplace(names)) for k, low, high in limits)
    return _spelled(sp.Mul(*factors).xreplace(names), renamed)


@lru_cache(maxsize=20_000)
def _spelled(body: sp.Expr, limits: tuple[Limit, ...]) -> sp.Expr:
    """The canonical spelling, found once for each sum: the steps of a derivation carry many along as they stand."""
    indices = {k for k, _, _ in limits}
    rectangular = not any((low.free_symbols | high.free_symbols) & indices for _, low, high in limits)
    if rectangular and not body.free_symbols & indices:
        return body * sp.Mul(*(_count(low, high) for _, low, high in limits))
    spellings = [*_spellings(body, limits)]
    if not all(isinstance(each, sp.Sum) for each in spellings):
        return sp.Integer(0)  # its range ends before it begins
    still, best = min(map(_apart, spellings), key=_simplest_first)
    pieces = sp.Mul.make_args(best.function)
    groups = _groups(pieces, best.limits)
    if len(groups) == 1:
        return still * best
    parts = (_component([p for p in pieces if p.free_symbols & {k for k, *_ in group}], group) for group in groups)
    return sp.Mul(still, *parts)


def _apart(s: sp.Sum) -> tuple[sp.Expr, sp.Sum]:
    """A factor that the indices leave alone, and the sum of the others: sgn(−k) is −1 · sgn(k)."""
    still, moving = s.function.as_independent(*(k for k, *_ in s.limits), as_Add=False)
    return still, sp.Sum(moving, *s.limits)


def _simplest_first(spelling: tuple[sp.Expr, sp.Sum]) -> tuple[Any, ...]:
    still, moving = spelling
    return sp.count_ops(moving), sp.default_sort_key(moving), sp.default_sort_key(still)


def _count(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    size = expanded(high - low + 1)
    if never_negative(size) and size.is_finite is not False:
        return size
    return sp.Sum(1, (sp.Symbol("_n", integer=True), low, high))


def _spellings(body: sp.Expr, limits: Sequence[Limit]) -> Iterator[sp.Expr]:
    unused = [*itertools.islice(_unused("_k", _deepest(body), body, *itertools.chain(*limits)), len(limits))]
    orders = itertools.permutations(limits) if len(limits) <= MANY else [limits]  # 5 indices have 120 orders
    for order in orders:
        renaming = {k: sp.Symbol(name, integer=True) for (k, _, _), name in zip(order, unused)}
        renamed = [(renaming[k], low.xreplace(renaming), high.xreplace(renaming)) for k, low, high in order]
        yield from _shifted(body.xreplace(renaming), renamed, 0)


def _deepest(body: sp.Expr) -> int:
    """The first number that no sum or product inside uses for its index, so that an outer index is not captured; SymPy makes
    a product of the exponential of a sum.
    """
    bound = [k.name for s in body.atoms(sp.Sum, sp.Product) for k, *_ in s.limits]
    return 1 + max((int(name[2:]) for name in bound if name.startswith("_k")), default=-1)


def _shifted(body: sp.Expr, limits: Sequence[Limit], at: int) -> Iterator[sp.Expr]:
    if at == len(limits):
        yield sp.Sum(body, *limits)
        return
    k, low, high = limits[at]
    for slope, offset in _index_maps(body, k, low, high):
        if (slope, offset) == (1, 0):
            yield from _shifted(expanded_indices(body), limits, at + 1)
            continue
        moved = body.xreplace({k: slope * k + offset})
        bounds = (low - offset, high - offset) if slope == 1 else (offset - high, offset - low)
        new = [*limits]
        new[at] = (k, expanded(bounds[0]), expanded(bounds[1]))
        new = [(j, a.subs(k, slope * k + offset), b.subs(k, slope * k + offset)) if j != k else (j, a, b) for j, a, b in new]
        yield from _shifted(expanded_indices(moved), new, at + 1)


def _index_maps(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[tuple[int, sp.Expr]]:
    """The substitutions k → ±k + c worth trying: those that make some index plainly k, or that start the sum at 0."""
    if low is -sp.oo and high is sp.oo:
        maps = {(1, sp.Integer(0))}
        for indexed in body.atoms(sp.Indexed, sp.KroneckerDelta):
            places = indexed.indices if isinstance(indexed, sp.Indexed) else [indexed.args[0] - indexed.args[1]]
            for place in places:
                place = expanded(place)
                slope = place.coeff(k, 1)
                rest = expanded(place - slope * k)
                if slope in (1, -1) and not rest.has(k):
                    maps.add((int(slope), expanded(-rest * slope)))
        return sorted(maps, key=lambda m: (m[0], sp.default_sort_key(m[1])))
    if low is not -sp.oo:
        steps = {expanded(i).coeff(k, 1) for e in body.atoms(sp.Indexed) for i in e.indices} if high is not sp.oo else set()
        backward = [(-1, high)] if -1 in steps else []
        return backward if steps & {1, -1} == {-1} else [(1, low), *backward]
    return [(1, sp.Integer(0))]


def expanded_indices(body: sp.Expr) -> sp.Expr:
    if all(_index_expanded(n) == n for n in body.atoms(sp.Indexed, sp.KroneckerDelta)):
        return body
    return body.replace(lambda n: isinstance(n, sp.Indexed | sp.KroneckerDelta), _index_expanded)


def _index_expanded(n: sp.Expr) -> sp.Expr:
    if isinstance(n, sp.Indexed):
        return n.base[tuple(map(expanded, n.indices))]
    gap = expanded(n.args[0] - n.args[1])
    return sp.KroneckerDelta(-gap if gap.could_extract_minus_sign() else gap, 0)  # one spelling for δ(n) and δ(−n)
