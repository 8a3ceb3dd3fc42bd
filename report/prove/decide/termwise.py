"""What an inequality between sums and extremes comes to at a single index: sums over one range are compared term by term, and
the largest of finitely many numbers is one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from report.prove.decide.conditions import Facts
from report.prove.decide.normal_form import never_negative
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import EXTREMES

At = tuple["sp.Expr", Facts]
"""An expression, and what may be assumed there."""


def under_one_sum(e: sp.Expr, strict: bool, facts: Facts) -> Iterator[At]:
    """What has the sign of ``e`` at every index, where ``e`` is a sum over one range; what does not vary, it holds as often
    as the range has places.
    """
    for low, high in dict.fromkeys(s.limits[-1][1:] for s in e.atoms(sp.Sum)):
        size, k = expanded(high - low + 1), sp.Dummy("k", integer=True)
        within, rest = sp.Integer(0), sp.Integer(0)
        for term in sp.Add.make_args(e):
            summand = _summand(term, k, low, high)
            within, rest = (within, rest + term) if summand is None else (within + summand, rest)
        if within == 0 or (strict and not never_negative(size - 1)) or (rest != 0 and not never_negative(size)):
            continue
        share = sp.cancel(rest / size) if rest != 0 else rest
        if sp.fraction(share)[1] == 1:
            yield expanded(within + share), replace(facts, ranges={**facts.ranges, k: (low, high)})


def _summand(term: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """The term as what is summed over k = low, …, high, if it is such a sum with factors."""
    factors = sp.Mul.make_args(term)
    for factor in factors:
        if isinstance(factor, sp.Sum) and factor.limits[-1][1:] == (low, high):
            *inner, (old, *_) = factor.limits
            body = sp.Sum(factor.function, *inner) if inner else factor.function
            return sp.Mul(*(other for other in factors if other is not factor)) * body.xreplace({old: k})
    return None


def attained(e: sp.Expr, facts: Facts) -> Iterator[At]:
    """The expression with an extreme in it replaced by one of those that it is taken of, whichever it is."""
    for largest in sorted(e.atoms(sp.core.function.AppliedUndef), key=sp.default_sort_key):
        if largest.func.__name__ in EXTREMES and largest.free_symbols <= e.free_symbols:
            inside, low, high = largest.args
            i = sp.Dummy("i", integer=True)
            yield e.xreplace({largest: inside(i)}), replace(facts, ranges={**facts.ranges, i: (low, high)})
