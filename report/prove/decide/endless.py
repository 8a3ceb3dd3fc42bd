"""Whether a sum without bounds has a value: all but finitely many of its terms are 0."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sympy as sp

from report.prove.decide.normal_form import Limit, terms
from report.prove.meaning.expansion import expanded


def ends(expression: sp.Expr, limits: Sequence[Limit], finite: Collection[str]) -> bool:
    """Whether the expression, summed over all of the limits, has finitely many terms that are not 0; ``finite`` are the names
    of the signals with finite support.

    A signal or a delta is 0 but for finitely many values of its index. If as many independent ones of these as there are
    indices without bounds stand in a term, they leave finitely many places.
    """
    for factors, inner in terms(expression):
        indices = _endless([*limits, *inner])
        rows = [row for factor in factors for form in _forms(factor, indices, finite) if (row := _steps(form, indices))]
        if indices and (not rows or sp.Matrix(rows).rank() < len(indices)):
            return False
    return True


def _endless(limits: Sequence[Limit]) -> list[sp.Symbol]:
    """The indices that take infinitely many values, and those whose bounds move with one of them."""
    found = [k for k, low, high in limits if low.is_finite is False or high.is_finite is False]
    while more := [k for k, *bounds in limits if k not in found and any(b.free_symbols & {*found} for b in bounds)]:
        found += more
    return found


def _steps(form: sp.Expr, indices: Sequence[sp.Symbol]) -> list[sp.Rational]:
    """How far the form goes with each index, if it is linear in them: that of 2j − k is [2, −1], and that of |k| is none."""
    form = expanded(form)
    steps = [form.coeff(k, 1) for k in indices]
    rest = expanded(form - sp.Add(*(step * k for step, k in zip(steps, indices))))
    return steps if all(step.is_Rational for step in steps) and not rest.has(*indices) else []


def _forms(factor: sp.Expr, indices: Sequence[sp.Symbol], finite: Collection[str]) -> Iterator[sp.Expr]:
    """What takes finitely many values wherever the factor is not 0."""
    if isinstance(factor, sp.Indexed) and str(factor.base) in finite and len(factor.indices) == 1:
        yield factor.indices[0]
    elif isinstance(factor, sp.KroneckerDelta):
        yield factor.args[0] - factor.args[1]
    elif isinstance(factor, sp.Mul | sp.Abs) or (isinstance(factor, sp.Pow) and factor.exp.is_positive):
        for inside in factor.args if not isinstance(factor, sp.Pow) else factor.args[:1]:
            yield from _forms(inside, indices, finite)
    elif isinstance(factor, sp.Piecewise):
        (value, test), *others = [case for case in factor.args if case[0] != 0]
        yield from [] if others else _forms(value, indices, finite)
        yield from [] if others else _between(test, indices)


def _between(test: sp.Basic, indices: Sequence[sp.Symbol]) -> Iterator[sp.Expr]:
    """What a condition bounds from both sides."""
    relations = [a for a in test.args if isinstance(a, sp.Le | sp.Ge | sp.Lt | sp.Gt)] if isinstance(test, sp.And) else []
    gaps = [expanded(a.gts - a.lts) for a in relations]
    for at, gap in enumerate(gaps):
        yield from (gap for other in gaps[at + 1 :] if not expanded(gap + other).free_symbols & {*indices})
