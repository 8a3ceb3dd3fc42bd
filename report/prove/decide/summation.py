"""Whether sums have a closed form: both sides start alike and grow alike, which is an induction over a bound of the sums; or a
bound, of which they stay below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from report.prove.decide.cases import is_zero
from report.prove.decide.conditions import Facts
from report.prove.decide.normal_form import normal
from report.prove.decide.signs import is_nonnegative, is_nonzero, is_positive
from report.prove.decide.sizes import never_negative
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import generic_places

DEPTH = 2
"""So often the growth may be such a sum again."""


def has_closed_form(left: sp.Expr, right: sp.Expr, facts: Facts) -> str | None:
    """How a sum or a product was found to be equal to an expression without one, or None."""
    if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr)):
        return None
    nested = _levels(left) != _levels(right) and not (left - right).has(sp.Product)
    if (nested or left.has(sp.Sum) != right.has(sp.Sum)) and _vanishes(left - right, facts, DEPTH):
        return "a closed form"
    product, other = (left, right) if isinstance(left, sp.Product) else (right, left)
    found = isinstance(product, sp.Product) and not other.has(sp.Product) and _is_product(product, other, facts)
    return "a closed form" if found else None


def _levels(e: sp.Expr) -> int:
    """How deep sums stand in sums."""
    return max((len(each.limits) + _levels(each.function) for each in e.atoms(sp.Sum)), default=0)


def _is_product(product: sp.Product, other: sp.Expr, facts: Facts) -> bool:
    """Whether both start alike, and the other is each time the one before times the next factor."""
    (k, low, high), *inner = product.limits
    for n in _ends(sp.Sum(sp.Dummy(), (k, low, high))) if not inner else ():
        least, free, later = _least(n, facts), _without(n, facts), sp.Dummy(integer=True, nonnegative=True)
        moves = not low.has(n) and not product.function.has(n) and expanded(high.xreplace({n: n + 1}) - high) == 1
        if least is None or not moves or not never_negative(expanded((high + 1 - low).xreplace({n: least + later}))):
            continue
        start = (product - other).xreplace({n: least})
        grown = other * product.function.xreplace({k: high + 1}) - other.xreplace({n: n + 1})
        if _vanishes(start, free, 0) and _vanishes(grown, free, 0):
            return True
    return False


def stays_above(gap: sp.Expr, strict: bool, facts: Facts) -> str | None:
    """How an expression with sums was found to be 0 or more (``strict``: more) for all values of an integer that bounds them:
    it is at the least, and never gets smaller from one to the next.
    """
    factors = sp.Mul.make_args(sp.factor_terms(normal(gap, facts)))
    gap = expanded(sp.Mul(*(each for each in factors if not each.is_positive)))
    for n in _ends(gap):
        least = _least(n, facts)
        if least is None:
            continue
        free = _without(n, facts)
        for less in (sp.Integer(0), *_left(gap, n, free)):
            rest, more = gap - less, is_positive if strict and not is_positive(less, free) else is_nonnegative
            start, grown = normal(rest.xreplace({n: least}), free), normal(rest.xreplace({n: n + 1}) - rest, free)
            if not start.has(sp.Sum) and more(start, free) and is_nonnegative(grown, free):
                return "it starts so and never gets smaller"
    return None


def _left(gap: sp.Expr, n: sp.Symbol, facts: Facts) -> Iterator[sp.Expr]:
    """What is not negative and may be left of a gap: as often the last term of a sum as it has terms."""
    for each in sorted(gap.atoms(sp.Sum), key=sp.default_sort_key):
        (k, _, high), *inner = each.limits
        last = -gap.coeff(each) * each.function.xreplace({k: high})
        if not inner and high.has(n) and n.is_nonnegative and is_nonnegative(last, facts):
            yield n * last


def _ends(e: sp.Expr) -> list[sp.Symbol]:
    """The integers that bound the sums."""
    bounds = (bound for each in e.atoms(sp.Sum) for _, *ends in each.limits for bound in ends)
    return sorted({s for bound in bounds for s in bound.free_symbols if s.is_integer}, key=sp.default_sort_key)


def _without(n: sp.Symbol, facts: Facts) -> Facts:
    return replace(facts, known=tuple(known for known in facts.known if not known.gap.has(n)))


def _vanishes(difference: sp.Expr, facts: Facts, depth: int) -> bool:
    """Whether it is 0: at once, or at the least value of an integer that bounds its sums, and its growth from each to the
    next.
    """
    difference = normal(difference, facts)
    if difference == 0 or is_zero(difference, facts):
        return True
    turned = difference.xreplace({s: _turned(s) for s in difference.atoms(sp.Sum)})
    if depth and turned != difference and _vanishes(turned, facts, depth - 1):
        return True
    sums = sorted(difference.atoms(sp.Sum), key=sp.default_sort_key)
    for n in _ends(difference) if depth else ():
        least, free = _least(n, facts), _without(n, facts)
        factors = [sp.Integer(1), *(_divisor(difference.coeff(each), facts) for each in sums)]
        for factor in dict.fromkeys(factors) if least is not None else ():
            quantity = expanded(difference / factor)  # of a sum alone the growth is its last term
            grown = quantity.xreplace({n: n + 1}) - quantity
            if _vanishes(quantity.xreplace({n: least}), free, 0) and _vanishes(grown, free, depth - 1):
                return True
    return False


def _divisor(e: sp.Expr, facts: Facts) -> sp.Expr:
    """What is surely not 0 of an expression: it, or some of its factors."""
    return e if is_nonzero(e, facts) else sp.Mul(*(each for each in sp.Mul.make_args(sp.factor(e)) if is_nonzero(each, facts)))


def _turned(s: sp.Sum) -> sp.Sum:
    """A sum whose terms change with its last place, from its last term to its first."""
    (k, low, high), *outer = s.limits
    if outer or not (high.is_finite and low.is_finite and s.function.has(*high.free_symbols)) or not high.free_symbols:
        return s
    return sp.Sum(expanded(s.function.xreplace({k: low + high - k})), (k, low, high))


def _least(n: sp.Symbol, facts: Facts) -> sp.Integer | None:
    """The least value of an integer of which nothing is known that holds for one value and not for a smaller one."""
    told = [facts.apply(e) for ends in facts.ranges.values() for e in ends]
    told += [e for pair in facts.replacements if not isinstance(pair[0], sp.Symbol) for e in pair]
    told += [entry(*generic_places()) for _, entry in facts.arrays]
    if n in facts.ranges or any(e.has(n) for e in (*facts.apart, *told)):
        return None
    least = [sp.Integer(1)] if n.is_positive else [sp.Integer(0)] if n.is_nonnegative else []
    for known in facts.known:
        slope = known.gap.coeff(n)
        offset = expanded(slope * n - known.gap)
        if slope == 1 and offset.is_Integer:
            least.append(offset + 1 if known.strict else offset)
        elif known.gap.has(n) and not (slope.is_negative and not offset.has(n)):
            return None
    return max(least, default=None)
