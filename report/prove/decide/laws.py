"""What is true of the atoms of an expression by themselves: each inequality is known wherever they stand."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.normal_form import expanded_indices, normal
from report.prove.decide.sizes import never_negative
from report.prove.decide.structure import NOT_NEGATIVE, POSITIVE, Signs, asked, signs
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import EXTREMES, is_complex

BELOW: Signs = frozenset({-1})
MOST = 9
"""So many entries of a matrix are held against the sum of all at most."""


def sharpened(known: Inequality) -> Inequality:
    """An integer greater than 0 is at least 1."""
    gap = expanded(known.gap)
    return Inequality(gap - 1, False) if known.strict and gap.is_integer else Inequality(gap, known.strict)


def laws(expressions: list[sp.Expr], facts: Facts) -> Iterator[Inequality]:
    """What is true of the atoms of the expressions by themselves."""
    pieces = sp.Tuple(*expressions)
    logs, powers = asked(pieces, sp.log), asked(pieces, sp.Pow)
    labels = {base.label for base in pieces.atoms(sp.IndexedBase)}
    for e in sorted(pieces.atoms(sp.Symbol, sp.Indexed, sp.core.function.AppliedUndef) - labels, key=sp.default_sort_key):
        if e.is_positive:
            yield sharpened(Inequality(e, True))
        elif e.is_nonnegative:
            yield Inequality(e, False)
    for e in sorted(pieces.atoms(sp.floor), key=sp.default_sort_key):
        above, below = sp.fraction(sp.together(e.args[0]))
        if below == 1 or below.is_positive:  # ⌊a/b⌋ b is at most a, and more than a − b
            yield Inequality(expanded(above - e * below), False)
            yield sharpened(Inequality(expanded((e + 1) * below - above), True))
        if signs(e, facts) <= NOT_NEGATIVE:
            yield Inequality(e, False)
    for e in sorted(pieces.atoms(sp.ceiling), key=sp.default_sort_key):
        yield Inequality(expanded(e - e.args[0]), False)
        yield Inequality(expanded(e.args[0] + 1 - e), True)
    products = [{*product.args} for product in pieces.atoms(sp.Mul)]
    exps = [e for e in sorted(pieces.atoms(sp.exp), key=sp.default_sort_key) if not is_complex(e)]
    for e in exps:
        yield Inequality(e, True)
        others = [(other, {other, *sp.Mul.make_args(other.args[0])}) for other in exps if other != e]
        tangents = [other for other, factors in others if any(factors <= each for each in products)]
        for at, slope in ((sp.Integer(0), 1), *((other.args[0], other) for other in tangents)):
            yield Inequality(expanded(e - slope * (1 + e.args[0] - at)), False)  # the tangent of a convex function
    for e in logs:
        yield Inequality(expanded(e.args[0] - 1 - e), False)
        if (found := signs(e, facts)) in (POSITIVE, BELOW):
            yield Inequality(e if found == POSITIVE else -e, True)
    weighted = [e for e in logs if any({e, e.args[0]} <= each for each in products)]
    weighted = weighted or [e for e in logs if 1 / e.args[0] in powers]
    values = [(sp.Integer(1), sp.Integer(0)), *((e.args[0] ** s, s * e) for e in logs for s in (1, -1))]
    for (value, log), other in itertools.product(values, weighted):  # the same tangent, of a quotient
        if log not in (other, -other):
            above = expanded(value - other.args[0])  # so that (n + 1)/n less 1 is 1/n
            yield Inequality(expanded(above / other.args[0] - log + other), False)
    squared = {e.base for e in pieces.atoms(sp.Pow) if e.exp == 2 and e.base.is_Symbol and e.base.is_real}
    for a, b in itertools.combinations(sorted(squared, key=sp.default_sort_key), 2):
        if any({a, b} <= each for each in products):
            yield from (Inequality(expanded((a + s * b) ** 2), False) for s in (1, -1))
    for e in sorted(pieces.atoms(sp.Pow), key=sp.default_sort_key):
        if e.exp.is_integer and e.exp.is_nonnegative and e.exp.is_Symbol and signs(e.base, facts) <= NOT_NEGATIVE:
            yield Inequality(expanded(e - 1 - e.exp * (e.base - 1)), False)  # the tangent at 1
    for e in sorted(pieces.atoms(sp.sin, sp.cos, sp.tanh), key=sp.default_sort_key):
        yield from (Inequality(1 - s * e, isinstance(e, sp.tanh)) for s in (1, -1) if not is_complex(e))
    for e in sorted(pieces.atoms(sp.Abs), key=sp.default_sort_key):
        yield from (Inequality(expanded(e - s * e.args[0]), False) for s in (1, -1))
        if e.args[0].is_Add:
            yield Inequality(expanded(sp.Add(*map(sp.Abs, e.args[0].args)) - e), False)
    for e in sorted(pieces.atoms(sp.Max), key=sp.default_sort_key):
        yield from (Inequality(expanded(e - a), False) for a in e.args)
    for e in sorted(pieces.atoms(sp.Min), key=sp.default_sort_key):
        yield from (Inequality(expanded(a - e), False) for a in e.args)
    for e in sorted(pieces.atoms(sp.core.function.AppliedUndef), key=sp.default_sort_key):
        if e.func.__name__ in EXTREMES:
            inside, low, high = e.args
            sign = 1 if e.func.__name__ == EXTREMES[0] else -1
            places = (*_places(low, high, facts), *_met(inside.expr, inside.variables[0], low, high, pieces, facts))
            yield from (Inequality(expanded(sign * (e - inside(place))), False) for place in dict.fromkeys(places))
    for e in sorted(pieces.atoms(sp.Sum), key=sp.default_sort_key):
        yield from _one_of(e, pieces, facts)
        yield from _some_of(e, pieces, facts)
        yield from _by_lengths(e, pieces.atoms(sp.Pow), facts)
        yield from _geometric(e, facts)
    for e in sorted((*pieces.atoms(sp.Sum, sp.Product), *powers), key=sp.default_sort_key):
        found = signs(e, facts)
        if found <= NOT_NEGATIVE:
            yield Inequality(e, found == POSITIVE)
        if e.is_Pow and e.exp.is_nonnegative and not e.exp.is_number:
            whole = e.exp.is_integer and e.exp.is_positive
            for side in (s for s in (1, -1) if _is_power_of_less(e, s, facts)):
                yield from (Inequality(expanded(side * (than - e)), False) for than in (1, *([e.base] if whole else [])))
            if e.exp.is_even and all(signs(expanded(1 + side * e.base), facts) <= NOT_NEGATIVE for side in (1, -1)):
                yield Inequality(1 - e, False)  # of what is from −1 to 1
    yield from _between_lengths(pieces.atoms(sp.Pow))


def _is_power_of_less(e: sp.Pow, side: int, facts: Facts) -> bool:
    """Whether the base is from 0 to 1 (``side`` 1), or from 1 on (−1): then the power is at most 1, and at most the base, or at
    least these.
    """
    return signs(e.base, facts) <= NOT_NEGATIVE and signs(expanded(side * (1 - e.base)), facts) <= NOT_NEGATIVE


def _geometric(e: sp.Sum, facts: Facts) -> Iterator[Inequality]:
    """(1 − q) Σ qᵏ is the first power less the one after the last."""
    (k, low, high), *outer = e.limits
    q, power = e.function.as_base_exp()
    q, power = (1 / q, -power) if q.is_number and power.coeff(k) == -1 else (q, power)
    if (
        not outer
        and expanded(power - k).is_Integer
        and not q.has(k)
        and never_negative(expanded(high - low + 1))
        and high.is_finite
    ):
        last = expanded(e.function.xreplace({k: high + 1}))
        gap = expanded((1 - q) * e - e.function.xreplace({k: low}) + last)
        yield from (Inequality(sign * gap, False) for sign in (1, -1))
        if (found := signs(q, facts)) <= NOT_NEGATIVE:
            yield from (Inequality(last, found == POSITIVE), Inequality(last - expanded(1 - q) * last, False))


def _one_of(e: sp.Sum, pieces: sp.Tuple, facts: Facts) -> Iterator[Inequality]:
    """A sum of terms that are not negative is at least any one of them, and more if others are positive."""
    (k, low, high), *outer = e.limits
    found = signs(e.function, facts.among({k: (low, high)}))
    if outer or not found <= NOT_NEGATIVE:
        return
    several = found == POSITIVE and signs(expanded(facts.apply(high - low - 1)), facts) <= NOT_NEGATIVE
    for place in dict.fromkeys((*_places(low, high, facts), *_met(e.function, k, low, high, pieces, facts))):
        yield Inequality(expanded(e - expanded_indices(e.function.xreplace({k: place}))), several)


def _some_of(e: sp.Sum, pieces: sp.Tuple, facts: Facts) -> Iterator[Inequality]:
    """A sum of terms that are not negative over two indices is at least that over its diagonal, and any one of them."""
    if len(e.limits) != 2 or any(bound.has(k) for _, *bounds in e.limits for bound in bounds for k in e.variables):
        return
    ranges = {k: (low, high) for k, low, high in e.limits}
    if not signs(e.function, facts.among(ranges)) <= NOT_NEGATIVE:
        return
    (a, *ends), (b, *others) = e.limits
    if ends == others:
        yield Inequality(expanded(e - normal(sp.Sum(e.function.xreplace({b: a}), (a, *ends)))), False)
    places = [[*_places(*bounds, facts), *_met(e.function, k, *bounds, pieces, facts)] for k, bounds in ranges.items()]
    for i, j in itertools.islice(itertools.product(*map(dict.fromkeys, places)), MOST):
        yield Inequality(expanded(e - expanded_indices(e.function.xreplace({a: i, b: j}))), False)


def _places(low: sp.Expr, high: sp.Expr, facts: Facts) -> Iterator[sp.Expr]:
    """The known indices, moved so that they lie in a range."""
    for i, (first, last) in ((i, facts.apply(sp.Tuple(*ends))) for i, ends in facts.ranges.items()):
        for shift in {expanded(first - low), expanded(last - high)} if low.is_finite and high.is_finite else ():
            if never_negative(expanded(first - shift - low)) and never_negative(expanded(high - last + shift)):
                yield i - shift


def _met(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr, pieces: sp.Tuple, facts: Facts) -> Iterator[sp.Expr]:
    """The indices at which an array of the body is asked for, and those at which it is asked for there, if they surely lie in
    the range.
    """
    entries, free = body.atoms(sp.Indexed), pieces.free_symbols
    met = (entry for entry in pieces.atoms(sp.Indexed) if entry.base in {e.base for e in entries})
    asked = {i for entry in met for i in entry.indices if i.free_symbols <= free}  # of those that nothing binds
    shifted = {(s, by) for each in entries for i in each.indices for s in (1, -1) if not (by := expanded(i - s * k)).has(k)}
    places = asked | {expanded(s * (i - by)) for i in asked for s, by in shifted}
    for place in sorted(places, key=sp.default_sort_key):
        gaps = (expanded(facts.apply(place - low)), expanded(facts.apply(high - place)))
        if place.is_integer and all(
            gap.is_finite is not False and (never_negative(gap) or signs(gap, facts) <= NOT_NEGATIVE) for gap in gaps
        ):
            yield place


def _between_lengths(powers: Collection[sp.Pow]) -> Iterator[Inequality]:
    """Of two lengths the product is at least the sum of products of the entries, whatever these are (Cauchy and Schwarz)."""
    roots = [
        (p, found) for p in sorted(powers, key=sp.default_sort_key) if p.exp == sp.Rational(1, 2) and (found := _entry(p.base))
    ]
    for (p, (a, ends)), (q, (b, others)) in itertools.combinations(roots, 2):
        if ends[1:] == others[1:] and (a.is_Add or b.is_Add):
            along = normal(sp.Sum(expanded(a * b.xreplace({others[0]: ends[0]})), ends))
            yield from (Inequality(expanded(p * q - sign * along), False) for sign in (1, -1))


def _entry(base: sp.Expr) -> tuple[sp.Expr, sp.Tuple] | None:
    """What is squared and summed over one range, and the range, if the expression is such a sum; else None."""
    terms = [term.as_coeff_Mul() for term in sp.Add.make_args(base)]
    if not all(isinstance(each, sp.Sum) and each.limits == terms[0][1].limits and len(each.limits) == 1 for _, each in terms):
        return None
    body = sp.factor(sp.Add(*(number * each.function for number, each in terms)))
    real = body.is_Pow and body.exp == 2 and not is_complex(body)
    return (body.base, terms[0][1].limits[0]) if real else None


def _by_length_of_a_difference(
    e: sp.Sum, weight: sp.Expr, factors: Collection[sp.Expr], powers: Collection[sp.Pow]
) -> Iterator[Inequality]:
    """The same for Σ a (b + c), which its square takes apart."""
    others = [p.base for p in powers if p.exp == 2 and isinstance(p.base, sp.Sum) and p.base.limits == e.limits and p.base != e]
    for a, b in itertools.permutations(factors):
        for other in sorted(others, key=sp.default_sort_key):
            c = other.function / (weight * a)
            if not c.has(a) and sp.fraction(c)[1] == 1 and not is_complex(other):
                lengths = [normal(sp.Sum(expanded(weight * each**2), *e.limits)) for each in (a, b + c, b - c)]
                yield from (
                    Inequality(expanded(lengths[0] * lengths[s]) - expanded((e + s * other) ** 2), False) for s in (1, -1)
                )


def _by_lengths(e: sp.Sum, powers: Collection[sp.Pow], facts: Facts) -> Iterator[Inequality]:
    """A sum of products is at most the product of the lengths, and so is its opposite (Cauchy and Schwarz), also under weights;
    where there are lengths, or its square stands.
    """
    factors = sp.Mul.make_args(e.function) if e.function.is_Mul else (e.function, sp.Integer(1))
    if len(factors) not in (2, 3) or is_complex(e) or any(end.is_finite is False for _, *ends in e.limits for end in ends):
        return
    inside = facts.among({k: (low, high) for k, low, high in e.limits})
    weighted = [(sp.Integer(1), factors)] if len(factors) == 2 else [(w, [f for f in factors if f != w]) for w in factors]
    for weight, of in weighted:
        if len(of) < 2 or not signs(weight, inside) <= NOT_NEGATIVE:
            continue
        a, b = (normal(sp.Sum(weight * each**2, *e.limits)) for each in of)
        if {sp.sqrt(a), sp.sqrt(b)} <= {*powers}:
            yield from (Inequality(sp.sqrt(a) * sp.sqrt(b) - sign * e, False) for sign in (1, -1))
        if e**2 in powers:
            yield Inequality(expanded(a * b - e**2), False)
            yield from _by_length_of_a_difference(e, weight, of, powers)
