"""Whether sums have a closed form: both sides start alike and grow alike, which is an induction over a bound of the sums."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from report.prove.decide.cases import is_zero
from report.prove.decide.conditions import Facts
from report.prove.decide.normal_form import normal
from report.prove.decide.signs import is_nonzero
from report.prove.meaning.expansion import expanded

DEPTH = 2
"""So often the growth may be such a sum again."""


def has_closed_form(left: sp.Expr, right: sp.Expr, facts: Facts) -> str | None:
    """How a sum was found to be equal to an expression without sums, or None."""
    if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr) and left.has(sp.Sum) != right.has(sp.Sum)):
        return None
    return "a closed form" if _vanishes(left - right, facts, DEPTH) else None


def _vanishes(difference: sp.Expr, facts: Facts, depth: int) -> bool:
    """Whether it is 0: at once, or at the least value of an integer that bounds its sums, and its growth from each to the
    next.
    """
    difference = normal(difference, facts)
    if difference == 0 or is_zero(difference, facts):
        return True
    sums = sorted(difference.atoms(sp.Sum), key=sp.default_sort_key)
    ends = {s for each in sums for _, *bounds in each.limits for bound in bounds for s in bound.free_symbols if s.is_integer}
    for n in sorted(ends, key=sp.default_sort_key) if depth else ():
        least = _least(n, facts)
        free = replace(facts, known=tuple(known for known in facts.known if not known.gap.has(n)))
        for factor in dict.fromkeys([sp.Integer(1), *map(difference.coeff, sums)]) if least is not None else ():
            if is_nonzero(factor, facts):
                quantity = expanded(difference / factor)  # of a sum alone the growth is its last term
                grown = quantity.xreplace({n: n + 1}) - quantity
                if _vanishes(quantity.xreplace({n: least}), free, 0) and _vanishes(grown, free, depth - 1):
                    return True
    return False


def _least(n: sp.Symbol, facts: Facts) -> sp.Integer | None:
    """The least value of an integer of which nothing is known that holds for one value and not for a smaller one."""
    if n in facts.ranges or any(e.has(n) for e in (*facts.apart, *(e for ends in facts.ranges.values() for e in ends))):
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
