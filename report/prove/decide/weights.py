"""What an inequality comes to at a single index where it is known of weights that they add up to one: what does not vary is
spread by the weights, and a function of a mean is taken for its tangent there (Jensen).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.sizes import never_negative
from report.prove.decide.structure import NOT_NEGATIVE, POSITIVE, known_inequalities, signs
from report.prove.decide.termwise import At, new_place
from report.prove.meaning.expansion import expanded


def under_weights(e: sp.Expr, facts: Facts) -> Iterator[At]:
    """What ``e`` is the sum of over a range of which weights are known that add up to one; that range is not empty."""
    for low, high in dict.fromkeys(s.limits[0][1:] for s in e.atoms(sp.Sum) if len(s.limits) == 1):
        k = new_place(e, facts)
        size = expanded(high - low + 1)
        known = list(dict.fromkeys(_weights(low, high, k, facts)))
        known += [1 / size] if known or never_negative(size - 1) else []
        plain = tuple(each for each in facts.known if not each.gap.has(sp.Sum))
        ends = replace(facts, known=plain).among({k: (low, high)})
        ends = ends.knowing(*(Inequality(1 - weight, False) for weight in known[:-1] if signs(weight, ends) <= NOT_NEGATIVE))
        swaps = [a - b for a, b in itertools.permutations(known, 2)]  # of which the sum is 0
        for weight in known:
            body, rest = _spread(e, low, high, k)
            if weight * size == 1 and (body == 0 or not _bends(rest)):
                continue  # what is spread evenly is compared term by term, or by the squares, if nothing else is done to means
            means = {s: sp.Dummy(real=True, positive=signs(s, facts) <= POSITIVE or None) for s in rest.atoms(sp.Sum)}
            body, rest = body.xreplace(means), rest.xreplace(means)
            if any(s.limits[0][1:] != (low, high) or len(s.limits) > 1 or not s.free_symbols <= e.free_symbols for s in means):
                continue  # of another range, or another one for each place of what stands around it
            slopes = {s: rest.diff(mean) for s, mean in means.items()}
            if any(e.has(sp.Derivative) or 0 in signs(sp.fraction(sp.together(e))[1], facts) for e in slopes.values()):
                continue  # the tangent is not known, or may stand upright
            tangents = (slope * (_at(s, k) - weight * means[s]) for s, slope in slopes.items())
            spread = body + weight * rest + sp.Add(*tangents)
            yield from ((expanded(spread + swap), ends) for swap in (sp.Integer(0), *swaps))


def _bends(e: sp.Expr) -> bool:
    """Whether something is done to a sum that is neither linear nor a power."""
    functions = (f for f in e.atoms(sp.exp, sp.log, sp.Pow) if not (f.is_Pow and f.exp.is_Integer and f.exp.is_positive))
    return any(f.has(sp.Sum) for f in functions)


def _weights(low: sp.Expr, high: sp.Expr, k: sp.Symbol, facts: Facts) -> Iterator[sp.Expr]:
    """What adds up to one over this range, as known from two inequalities that are opposite."""
    gaps = [known.gap for known in (*facts.known, *known_inequalities(facts)) if known.gap.has(sp.Sum)]
    for gap in gaps:
        total, constant = gap.as_independent(sp.Sum, as_Add=True)[::-1]
        number, one = total.as_coeff_Mul()
        plain = isinstance(one, sp.Sum) and one.limits[0][1:] == (low, high) and len(one.limits) == 1
        if plain and -gap in gaps and constant.is_number and constant.is_nonzero:
            yield _at(one, k) * -number / constant


def _spread(e: sp.Expr, low: sp.Expr, high: sp.Expr, k: sp.Symbol) -> tuple[sp.Expr, sp.Expr]:
    """The terms that are sums over the range, as what is summed, and the others."""
    body, rest = sp.Integer(0), sp.Integer(0)
    for term in sp.Add.make_args(e):
        summed = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.Sum) and f.limits[0][1:] == (low, high)]
        if len(summed) == 1 and len(summed[0].limits) == 1:
            body += term / summed[0] * _at(summed[0], k)
        else:
            rest += term
    return body, rest


def _at(s: sp.Sum, k: sp.Symbol) -> sp.Expr:
    return s.function.xreplace({s.limits[0][0]: k})
