"""What an inequality between sums and extremes comes to at a single index: sums over one range are compared term by term, and
the largest of finitely many numbers is one of them.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

import sympy as sp

from report.prove.decide.conditions import Facts
from report.prove.decide.sizes import never_negative
from report.prove.decide.structure import asked
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import EXTREMES

At = tuple["sp.Expr", Facts]
"""An expression, and what may be assumed there."""


WAYS = 6
"""In so many ways the products of sums are taken under one sum at most; under the second in half as many, and so on: all of
them over four indices would take minutes.
"""


@functools.cache
def _place(number: int) -> sp.Symbol:
    return sp.Dummy(f"k{number}", integer=True)


def new_place(e: sp.Expr, facts: Facts) -> sp.Symbol:
    """An index that means nothing yet: always the same ones, so that what is asked twice is found out once."""
    return next(k for k in map(_place, itertools.count()) if k not in facts.ranges and not e.has(k))


def sums_around(facts: Facts) -> int:
    """How many sums were taken away on the way to what is looked at."""
    return sum(_place(n) in facts.ranges for n in range(WAYS))


def under_one_sum(e: sp.Expr, strict: bool, facts: Facts) -> Iterator[At]:
    """What has the sign of ``e`` at every index, where ``e`` is a sum over one range; what does not vary, it holds as often
    as the range has places.
    """
    most = max(1, WAYS >> sums_around(facts))
    for low, high in dict.fromkeys(s.limits[-1][1:] for s in e.atoms(sp.Sum)):
        size, k = expanded(high - low + 1), new_place(e, facts)
        if strict and not never_negative(size - 1):
            continue
        ways = [list(_summands(term, k, low, high)) or [None] for term in sp.Add.make_args(e)]
        rest = sp.Add(*(term for term, found in zip(sp.Add.make_args(e), ways) if found == [None]))
        if rest != 0 and not never_negative(size):
            continue
        share = sp.cancel(rest / size) if rest != 0 else rest
        if sp.fraction(share)[1] != 1:
            continue
        alike = [tuple(found[min(at, len(found) - 1)] for found in ways) for at in range(max(map(len, ways)))]
        for way in itertools.islice(dict.fromkeys([*alike, *itertools.islice(itertools.product(*ways), most)]), most):
            within = sp.Add(*(body for body in way if body is not None))
            if within != 0:
                yield expanded(within + share), facts.among({k: (low, high)})


def _summands(term: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> Iterator[sp.Expr]:
    """The term as what is summed over k = low, …, high, where one of its factors is such a sum, or a power of one; of several
    sums each, by any of its indices, may be the one.
    """
    sums = [f for f in sp.Mul.make_args(term) if isinstance(f.as_base_exp()[0], sp.Sum)]
    for factor in sums:
        summed, power = factor.as_base_exp()
        if not (power.is_Integer and power > 0):
            continue
        for limit in summed.limits[::-1] if len(sums) > 1 else summed.limits[-1:]:
            if limit[1:] == (low, high) and _may_be_last(summed, limit):
                inner = [other for other in summed.limits if other != limit]
                body = sp.Sum(summed.function, *inner) if inner else summed.function
                yield term / factor * summed ** (power - 1) * body.xreplace({limit[0]: k})


def _may_be_last(e: sp.Sum, limit: sp.Tuple) -> bool:
    """Whether the sum may be taken over this index last: its range hangs on no other, and no other on it."""
    others = [other for other in e.limits if other != limit]
    hanging = any(bound.has(limit[0]) for _, *bounds in others for bound in bounds)
    return limit == e.limits[-1] or not (hanging or any(bound.has(k) for k, *_ in others for bound in limit[1:]))


def attained(e: sp.Expr, facts: Facts) -> Iterator[At]:
    """The expression with an extreme in it replaced by one of those that it is taken of, whichever it is."""
    for largest in asked(e, sp.core.function.AppliedUndef):
        if largest.func.__name__ in EXTREMES and largest.free_symbols <= e.free_symbols:
            inside, low, high = largest.args
            i = new_place(e, facts)
            yield e.xreplace({largest: inside(i)}), facts.among({i: (low, high)})
