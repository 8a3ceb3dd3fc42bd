"""Sums whose ranges hang on each other are equal if their bodies and the regions that they run through are."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.normal_form import Limit, expanded_indices, normal, terms
from report.prove.decide.signs import adds_up
from report.prove.meaning.expansion import expanded


def equal_over_regions(difference: sp.Expr, facts: Facts) -> bool:
    """Whether sums whose ranges hang on each other cancel, each taken over its region however it is walked through."""
    difference = facts.apply(difference)
    if not any(map(_hangs, difference.atoms(sp.Sum))):
        return False
    labels: sp.Expr = sp.Integer(0)
    rest: sp.Expr = sp.Integer(0)
    for factors, limits in terms(difference):
        body = sp.Mul(*factors)
        if limits and _hangs(sp.Sum(sp.Dummy(), *limits[::-1])):
            labels += _sum_over(expanded_indices(body), limits, facts)
        else:
            rest += sp.Sum(body, *limits[::-1]) if limits else body
    return expanded(labels) == 0 and normal(rest, facts) == 0


def _hangs(s: sp.Sum) -> bool:
    indices = {k for k, *_ in s.limits}
    bounds = [b for _, *ends in s.limits for b in ends]
    return any(b.free_symbols & indices for b in bounds) and not any(b.is_finite is False for b in bounds)


def _sum_over(body: sp.Expr, limits: Sequence[Limit], facts: Facts) -> sp.Expr:
    """The sum as a function of its body and of the inequalities that no others imply, its indices in the first fixed order."""
    gaps = [expanded(gap) for k, low, high in limits for gap in (k - low, high - k)]
    for gap in sorted(gaps, key=str):
        others = [g for g in gaps if g != gap]
        if adds_up(gap, False, replace(facts, ranges={}).knowing(*(Inequality(g, False) for g in others))):
            gaps = others
    indices = [k for k, *_ in limits]
    number, body = body.as_coeff_Mul()
    labels = []
    for order in itertools.permutations(indices) if len(indices) <= 4 else [indices]:
        names = {k: sp.Symbol(f"_r{n}", integer=True) for n, k in enumerate(order)}
        region = sorted((g.xreplace(names) for g in gaps), key=sp.default_sort_key)
        labels.append(sp.Function("_over", real=True)(body.xreplace(names), *region))
    return number * min(labels, key=sp.default_sort_key)
