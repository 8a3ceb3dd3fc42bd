"""Whether conditions contradict each other: from such, everything follows."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from report.prove.decide.cases import by_remainders, in_every_case, is_kinked
from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.signs import adds_up
from report.prove.decide.structure import NOT_NEGATIVE, POSITIVE, known_inequalities, signs


def contradicts(facts: Facts) -> bool:
    """Whether nothing meets what is known, as far as signs, adding up, and cases and remainders show it."""
    if _fails(facts):
        return True
    gaps = {sp.Dummy("gap", real=True): known for known in facts.known}
    together = sp.Add(*(name * known.gap for name, known in gaps.items()))

    def fails(case: sp.Expr, inside: Facts) -> bool:
        return _fails(inside.knowing(*(Inequality(case.expand().coeff(name), known.strict) for name, known in gaps.items())))

    if is_kinked(together):
        return in_every_case(together, facts, fails)
    cases = by_remainders(together, replace(facts, ranges={}))
    return bool(cases) and all(fails(*case) for case in cases)


def _fails(facts: Facts) -> bool:
    """Whether what is known has no sign that it may have, or adds up to what cannot be."""
    for known in known_inequalities(facts):
        if not signs(known.gap, facts) & (POSITIVE if known.strict else NOT_NEGATIVE):
            return True
    return adds_up(sp.Integer(-1), False, facts)
