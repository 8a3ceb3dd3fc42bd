"""What an inequality comes to where a convex function in it is taken for one of its tangents, or where it is followed from the
least value of a variable on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.structure import NOT_NEGATIVE, POSITIVE, Signs, signs
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import is_complex

SHORT = 40
"""What has more operations is not followed: its slope has many more."""
NOT_POSITIVE: Signs = frozenset({-1, 0})


def below_tangents(e: sp.Expr, facts: Facts) -> Iterator[sp.Expr]:
    """Expressions that are positive (not negative) only if ``e`` is, with tangents for exponentials and logarithms."""
    if e.has(sp.exp):
        yield from _below_exponentials(e, facts)
    if e.has(sp.log):
        yield from _below_logarithms(e, facts)


def _below_exponentials(e: sp.Expr, facts: Facts) -> Iterator[sp.Expr]:
    """c exp(a) + … is at least (c (1 + a − m) + …) exp(m) for every m, where no c but that of exp(m) is negative."""
    numbers: dict[sp.Expr, sp.Expr] = {}
    for term in sp.Add.make_args(expanded(e)):
        powers = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.exp)]
        at = expanded(sp.Add(*(f.args[0] for f in powers)))
        numbers[at] = numbers.get(at, sp.Integer(0)) + term / sp.Mul(*powers)
    if len(numbers) < 2 or any(c.has(sp.exp) or is_complex(a) for a, c in numbers.items()):
        return
    for m in numbers:
        others = [(a, c) for a, c in numbers.items() if a != m]
        if all(signs(expanded(c), facts) <= NOT_NEGATIVE for _, c in others):
            yield expanded(numbers[m] + sp.Add(*(c * (1 + a - m) for a, c in others)))


def _below_logarithms(e: sp.Expr, facts: Facts) -> Iterator[sp.Expr]:
    """c log(a) is at least c (log(m) + 1 − m/a), and −c log(a) at least −c (log(m) + a/m − 1), for c ≥ 0 and every m > 0."""
    e = expanded(e.replace(sp.log, lambda a: _of_quotient(a, facts)))
    logs = sorted(e.atoms(sp.log), key=sp.default_sort_key)
    numbers = {log: expanded(e.coeff(log, 1)) for log in logs}
    rest = expanded(e - sp.Add(*(number * log for log, number in numbers.items())))
    if rest.has(sp.log) or any(number.has(sp.log) for number in numbers.values()):
        return
    points = {m**s: s * log for log in logs for m in log.args for s in (1, -1)}
    points |= {each: each.args[0] for each in e.atoms(sp.exp)}
    for falling in (True, False):
        side = NOT_POSITIVE if falling else NOT_NEGATIVE
        bent = [log for log in logs if not log.is_number and signs(numbers[log], facts) <= side]
        for m in points:  # all of them at one place
            yield _with_tangents(rest, numbers, dict.fromkeys(bent, m), points, falling)
        partners = {log: other.args[0] for log in bent for other in logs if numbers[other] == -numbers[log]}
        yield _with_tangents(rest, numbers, partners, points, falling)  # or each where one stands that it is held against
        for log in bent:  # or one where all the others do
            others = {other: -numbers[other] / numbers[log] for other in logs if other != log}
            if len(others) > 1 and all(power in (1, -1) for power in others.values()):
                m = sp.Mul(*(other.args[0] ** power for other, power in others.items()))
                at = sp.Add(*(power * other for other, power in others.items()))
                yield _with_tangents(rest, numbers, {log: m}, {m: at}, falling)


def _with_tangents(
    rest: sp.Expr, numbers: dict[sp.log, sp.Expr], at: dict[sp.log, sp.Expr], points: dict[sp.Expr, sp.Expr], falling: bool
) -> sp.Expr:
    """The expression with tangents for logarithms, each at its place. What logarithms are taken of is positive: they are
    defined.
    """
    lines = {}
    for log, m in at.items():
        ratio = log.args[0] / m
        lines[log] = points[m] + (ratio - 1 if falling else 1 - 1 / ratio)
    return expanded(rest + sp.Add(*(number * lines.get(log, log) for log, number in numbers.items())))


def _of_quotient(a: sp.Expr, facts: Facts) -> sp.Expr:
    """The logarithm of a quotient as a difference."""
    above, below = sp.fraction(sp.cancel(sp.together(a)))
    if signs(-below, facts) == POSITIVE:
        above, below = expanded(-above), expanded(-below)
    return sp.log(above) - sp.log(below) if signs(below, facts) == signs(above, facts) == POSITIVE else sp.log(a)


def growth(e: sp.Expr, facts: Facts) -> Iterator[tuple[sp.Expr, sp.Expr, Facts, bool]]:
    """The value of ``e`` where a variable is 0, which is its least, its slope from there to where the variable is, what holds
    there, and whether the variable is more than 0: with neither negative, ``e`` is not.
    """
    if sp.count_ops(e) > SHORT:
        return
    curved = sp.Tuple(*e.atoms(sp.exp, sp.log, sp.tanh, sp.sin, sp.cos)).free_symbols
    for p in sorted(curved, key=sp.default_sort_key):
        if not (isinstance(p, sp.Symbol) and p.is_nonnegative and p.is_real) or p.is_integer:
            continue
        from_0, inside = sp.Dummy("t", nonnegative=True), sp.Dummy("t", positive=True)
        on_the_way = [_until(p, at, facts) for at in (from_0, inside)]
        if _is_smooth(e.xreplace({p: from_0}), from_0, on_the_way[0]):
            yield expanded(e.subs(p, 0)), expanded(e.xreplace({p: inside}).diff(inside)), on_the_way[1], bool(p.is_positive)


def _until(p: sp.Symbol, at: sp.Symbol, facts: Facts) -> Facts:
    """What holds from 0 to where ``p`` is: what is known of other things, and from above of ``p``."""
    kept = []
    for known in facts.known:
        slope = known.gap.coeff(p, 1)
        if not known.gap.has(p) or (slope.is_negative and not expanded(known.gap - slope * p).has(p)):
            kept.append(Inequality(known.gap.xreplace({p: at}), known.strict))
    return replace(facts, known=tuple(kept), apart=tuple(each for each in facts.apart if not each.has(p)))


def _is_smooth(e: sp.Expr, t: sp.Symbol, facts: Facts) -> bool:
    """Whether it is defined and has a slope for every t from 0 on, until where ``facts`` end."""
    if not e.has(t) or e == t:
        return True
    if isinstance(e, sp.Pow) and not (e.exp.is_Integer and e.exp > 0):
        fine = e.exp.is_Rational is True and signs(e.base, facts) == POSITIVE
    elif isinstance(e, sp.log):
        fine = signs(e.args[0], facts) == POSITIVE
    else:
        fine = isinstance(e, sp.Add | sp.Mul | sp.Pow | sp.exp | sp.tanh | sp.sin | sp.cos)
    return fine and not is_complex(e) and all(_is_smooth(each, t, facts) for each in e.args)
