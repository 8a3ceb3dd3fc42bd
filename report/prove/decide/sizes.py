"""What a number is whatever its symbols are: 0 or more, not 0; and how many places a range has."""

from __future__ import annotations

import sympy as sp

from report.prove.decide.conditions import Facts
from report.prove.meaning.expansion import expanded


def never_negative(size: sp.Expr) -> bool:
    """Whether a number is 0 or more; a positive integer is at least 1."""
    positive = [s for s in size.free_symbols if s.is_integer and s.is_positive]
    from_one = {s: 1 + sp.Dummy(integer=True, nonnegative=True) for s in positive}
    return bool(size.is_nonnegative or expanded(size.subs(from_one)).is_nonnegative)


def never_zero(expression: sp.Expr) -> bool:
    """Whether a number is surely not 0; e^(2πi a) − 1 is not for 0 < a < 1."""
    expression = sp.expand(expression, power_exp=False)
    if expression.is_nonzero:
        return True
    turned = [e for e in expression.args if isinstance(e, sp.exp)] if expression.is_Add else []
    if len(turned) != 1 or expanded(expression - turned[0]) != -1:
        return False
    turns = sp.together(expanded(turned[0].exp / (2 * sp.pi * sp.I)))
    return bool(turns.is_positive and sp.together(1 - turns).is_positive)


def counts(expression: sp.Expr, facts: Facts) -> dict[sp.Expr, sp.Expr]:
    """How many places there are in ranges of which that is known from one inequality alone."""
    sizes = {
        s: expanded(s.limits[0][2] - s.limits[0][1] + 1)
        for s in expression.atoms(sp.Sum)
        if s.function == 1 and len(s.limits) == 1
    }
    return {s: size for s, size in sizes.items() if any(never_negative(expanded(size - each.gap)) for each in facts.known)}
