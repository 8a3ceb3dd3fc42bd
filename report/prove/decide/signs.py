"""The sign of an expression, from what is known: by its structure, and by adding up known inequalities.

Two ways, both sound. *Structure*: that of ``structure``. *Adding up*: if nonnegative multiples of known inequalities and of the
claim's negation add up to a contradiction, the claim holds (Farkas' lemma, with exact fractions; products of two known
inequalities count as known). An expression is taken to be defined here; whether it is, ``definedness`` asks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.laws import laws, sharpened
from report.prove.decide.normal_form import normal
from report.prove.decide.simplex import has_nonnegative_solution
from report.prove.decide.sizes import never_zero
from report.prove.decide.structure import NOT_NEGATIVE, POSITIVE, Signs, canonical, known_inequalities, linear_sign, signs
from report.prove.decide.tangents import below_tangents, growth
from report.prove.decide.termwise import attained, under_one_sum
from report.prove.decide.weights import under_weights
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import EXTREMES, is_complex

MANY = 12
"""With more known inequalities than this their products are not tried, nor the square of more terms: both grow too long."""


EFFORT = 1600
"""So many operations are looked at for one sign; then the answer is no. What a textbook says takes half of it at most, and the
ways to take four sums apart, or to follow five exponentials, have no end.
"""


class _SpentError(Exception):
    """All of the effort is: it is raised and not answered, since what is answered is known for the rest of the search."""


@dataclass
class _Search:
    """One for every sign that is asked for: how far it comes does not depend on what was asked before."""

    left: int
    known: dict[tuple[object, ...], bool] = field(default_factory=dict)


_search: ContextVar[_Search] = ContextVar("the search for a sign that is going on")


def is_positive(expression: sp.Expr, facts: Facts) -> bool:
    """Whether it is surely greater than 0."""
    return _with_effort(expression, facts, POSITIVE, strict=True)


def is_nonnegative(expression: sp.Expr, facts: Facts) -> bool:
    """Whether it is surely 0 or more."""
    return _with_effort(expression, facts, NOT_NEGATIVE, strict=False)


def _with_effort(expression: sp.Expr, facts: Facts, wanted: Signs, strict: bool) -> bool:
    if _search.get(None):
        return _surely(expression, facts, wanted, strict)
    return _sought(expression, facts, wanted, strict, EFFORT)


@lru_cache(maxsize=20_000)
def _sought(expression: sp.Expr, facts: Facts, wanted: Signs, strict: bool, effort: int) -> bool:
    outside = _search.set(_Search(effort))
    try:
        return _surely(expression, facts, wanted, strict)
    except _SpentError:
        return False
    finally:
        _search.reset(outside)


def is_nonzero(expression: sp.Expr, facts: Facts) -> bool:
    """Whether it is surely not 0."""
    expression = facts.apply(sp.sympify(expression))
    if 0 not in signs(expression, facts):
        return True
    if expression.is_Mul and all(is_nonzero(factor, facts) for factor in expression.args):
        return True
    if expression.is_Add and 0 not in signs(_together(expression), facts):
        return True  # 1 - sigma(x), opened
    expression = canonical(expression)
    if (
        0 not in signs(expression, facts)
        or any(_multiple(expression, canonical(known)) for known in facts.apart)
        or never_zero(expression)
    ):
        return True
    factors = sp.Mul.make_args(_factored(_together(expression))) if _is_small(expression) else ()
    if (len(factors) > 1 or _base(expression) != expression) and all(is_nonzero(_base(f), facts) for f in factors):
        return True
    if is_complex(expression):
        return False
    size = sp.Abs(expression)
    by_size = any(each.gap.has(size) for each in facts.known) and is_positive(size, facts)
    return by_size or is_positive(expression, facts) or is_positive(-expression, facts)


def _base(factor: sp.Expr) -> sp.Expr:
    return factor.base if isinstance(factor, sp.Pow) and factor.exp.is_Rational else factor


def _multiple(expression: sp.Expr, known: sp.Expr) -> bool:
    """Whether the expression is a known non-zero quantity times a number (or a power of it)."""
    ratio = sp.cancel(_together(expression / known)) if _is_small(expression) else sp.nan
    return bool(ratio.is_number and ratio.is_nonzero)


def _surely(expression: sp.Expr, facts: Facts, wanted: Signs, strict: bool, depth: int = 2) -> bool:
    known, question = _search.get().known, (expression, facts, wanted, strict, depth)
    if question not in known:
        known[question] = _found(expression, facts, wanted, strict, depth)
    return known[question]


def _found(expression: sp.Expr, facts: Facts, wanted: Signs, strict: bool, depth: int) -> bool:
    expression = given = facts.apply(sp.sympify(expression))
    if signs(expression, facts) <= wanted:
        return True
    if is_complex(expression) or expression.has(sp.zoo, sp.nan, sp.oo):
        return False
    _search.get().left -= int(sp.count_ops(expression))
    if _search.get().left < 0:
        raise _SpentError
    if expression.has(sp.Sum, sp.KroneckerDelta):
        expression = normal(expression, facts)
        if signs(expression, facts) <= wanted:
            return True
    if adds_up(expression, strict, facts):
        return True
    spellings = dict.fromkeys((given, expression)) if expression.has(sp.Sum) else ()
    if given in spellings and given != expression and facts.replacements and adds_up(given, strict, facts):
        return True  # the normal form takes off the last terms, and then what is asked for may be any of these
    summed = spellings or ((given,) if given.has(sp.Sum) else ())  # of which the normal form knows how much it is
    if any(_surely(*each, wanted, strict, depth) for e in summed for each in under_one_sum(e, strict, facts)):
        return True
    if any(_surely(*each, wanted, strict, depth - 1) for e in spellings if depth for each in under_weights(e, facts)):
        return True
    if depth and not spellings and any(_surely(e, facts, wanted, strict, 0) for e in below_tangents(expression, facts)):
        return True
    grown = (each for e in (spellings or (expression,)) for each in _grown(e, strict, facts, depth))
    fewer = itertools.chain(((e, facts) for e in grown), attained(expression, facts))
    if depth and any(_surely(*each, wanted, strict, depth - 1) for each in fewer):
        return True
    if not _is_small(expression):
        return False
    if any(form != expression and signs(form, facts) <= wanted for form in _forms(expression, facts)):
        return True
    if depth == 0 or expression.has(sp.Sum):
        return False
    return _by_factors(expression, facts, strict) or _by_growth(expression, facts, strict, depth)


def _by_growth(expression: sp.Expr, facts: Facts, strict: bool, depth: int) -> bool:
    """Whether it starts with that sign and does not fall from there."""
    for start, slope, inside, further in growth(expression, facts):
        ways = ((strict, False), (False, True)) if strict and further else ((strict, False),)
        for above, rising in ways:
            if all(
                _surely(e, facts_there, POSITIVE if more else NOT_NEGATIVE, more, depth - 1)
                for e, facts_there, more in ((start, facts, above), (slope, inside, rising))
            ):
                return True
    return False


def _by_factors(expression: sp.Expr, facts: Facts, strict: bool) -> bool:
    """Whether it is a product of which each factor has a sign, an even number of them negative."""
    factors = sp.Mul.make_args(_factored(_together(expression)))
    wanted, sign = (POSITIVE if strict else NOT_NEGATIVE), 1
    for factor in map(_upright, factors) if len(factors) > 1 else ():
        if not _surely(factor, facts, wanted, strict, depth=0):
            if not _surely(-factor, facts, wanted, strict, depth=0):
                return False
            sign = -sign
    return len(factors) > 1 and sign > 0


def _upright(factor: sp.Expr) -> sp.Expr:
    """What has the sign of the factor: 1/a that of a."""
    return factor.base if factor.is_Pow and factor.exp == -1 else factor


def _forms(e: sp.Expr, facts: Facts) -> Iterator[sp.Expr]:
    """The expression in other forms, which may show its sign."""
    yield from map(_factored, dict.fromkeys((e, _together(e), _without_roots(e), _in_exponentials(e))))
    yield _with_squares(e)
    number = e.as_coeff_Add()[0]
    for gap in _equations(facts) if number != 0 else ():  # a known equation stands in for the number
        yield _with_squares(e - number / gap.as_coeff_Add()[0] * gap)
    yield from (_factored(form) for gap in _equations(facts) if (form := _of_one_degree(e, gap)) != e)


def _equations(facts: Facts) -> list[sp.Expr]:
    """What is known to be 0, and is a number less what varies other than linearly."""
    gaps = [known.gap for known in facts.known if not known.strict and known.gap.as_coeff_Add()[0] != 0]
    return [gap for gap in gaps if gap.could_extract_minus_sign() and -gap in gaps]


def _of_one_degree(e: sp.Expr, gap: sp.Expr) -> sp.Expr:
    """The expression as a polynomial of terms of one degree, where an equation says that some of one degree are a number."""
    number, varying = gap.as_coeff_Add()
    symbols = sorted(varying.free_symbols, key=sp.default_sort_key)
    if not (e.is_polynomial(*symbols) and varying.is_polynomial(*symbols)) or e.has(sp.Sum, sp.Indexed):
        return e
    (whole, *others), terms = ({sum(powers) for powers in sp.Poly(varying, *symbols).monoms()}, sp.Poly(e, *symbols).terms())
    most = max(sum(powers) for powers, _ in terms)
    if others or whole == 0 or any((most - sum(powers)) % whole for powers, _ in terms):
        return e
    one = -varying / number  # it is 1
    monomials = ((sp.Mul(*(x**n for x, n in zip(symbols, powers))), sum(powers), c) for powers, c in terms)
    return expanded(sp.Add(*(c * x * one ** ((most - degree) // whole) for x, degree, c in monomials)))


def _in_exponentials(e: sp.Expr) -> sp.Expr:
    """The expression as a polynomial in exponentials: exp(x) as the square of exp(x/2)."""
    found: dict[sp.Expr, list[tuple[sp.exp, sp.Rational]]] = {}
    for each in e.atoms(sp.exp):
        number, rest = each.args[0].as_coeff_Mul()
        if number.is_Rational and rest.is_real:
            found.setdefault(rest, []).append((each, number))
    for powers in (each for each in found.values() if len(each) > 1):
        step, least = sp.gcd([number for _, number in powers]), sp.Dummy(positive=True)
        e = e.xreplace({each: least ** (number / step) for each, number in powers})
    return e


@lru_cache(maxsize=20_000)
def _factored(e: sp.Expr) -> sp.Expr:
    """The expression and its opposite are asked for, each by several ways: found once."""
    return -_factored(-e) if e.could_extract_minus_sign() else sp.factor(e)


@lru_cache(maxsize=20_000)
def _together(e: sp.Expr) -> sp.Expr:
    return sp.together(e)


def _without_roots(e: sp.Expr) -> sp.Expr:
    """The expression in the roots of its symbols."""
    for root in sorted(e.atoms(sp.Pow), key=sp.default_sort_key):
        if root.exp == sp.Rational(1, 2) and isinstance(root.base, sp.Symbol) and root.base.is_nonnegative:
            e = e.subs(root.base, sp.Dummy(nonnegative=True) ** 2)
    return e


def _with_squares(e: sp.Expr) -> sp.Expr:
    """The expression with the square completed for each symbol of which it is a quadratic polynomial."""
    squares: sp.Expr = sp.Integer(0)
    for x in sorted(e.free_symbols, key=sp.default_sort_key):
        e = expanded(e)
        a, b = e.coeff(x, 2), e.coeff(x, 1)
        if isinstance(x, sp.Symbol) and a.is_number and a != 0 and not expanded(e - a * x**2 - b * x).has(x):
            squares += a * (x + b / (2 * a)) ** 2
            e = e - a * (x + b / (2 * a)) ** 2
    return squares + expanded(e)


def _is_small(expression: sp.Expr) -> bool:
    return bool(sp.count_ops(expression) < 200)


def _grown(e: sp.Expr, strict: bool, facts: Facts, depth: int) -> Iterator[sp.Expr]:
    """Expressions that are positive (not negative) only if this one is: exp, log, tanh, root, square and power grow, and an
    integer is at most the floor of what it is at most. What is long is left alone: its square is as long as the square of
    its length.
    """
    terms = sp.Add.make_args(e)
    if len(terms) > MANY:
        return
    above, below = sp.fraction(_together(e)) if _is_small(e) else (e, sp.Integer(1))
    if below != 1 and signs(below, facts) <= POSITIVE:
        yield expanded(above)
    number, varying = e.as_coeff_Add()
    if number.is_positive and (isinstance(-varying, sp.Abs) or _equations(facts)):
        yield number**2 - expanded(varying**2)
    if number != 0 and any(each.func.__name__ in EXTREMES for each in varying.atoms(sp.core.function.AppliedUndef)):
        totals = (gap for gap in _equations(facts) if gap.has(sp.Sum))  # the largest of several is at least their mean
        yield from (expanded(e - number / gap.as_coeff_Add()[0] * gap) for gap in totals)
    for term in terms:
        rest = e - term
        if isinstance(term, sp.floor) and rest.is_integer:
            yield term.args[0] + rest - int(strict)
        elif isinstance(-term, sp.ceiling) and rest.is_integer:
            yield rest - (-term).args[0] - int(strict)
        elif isinstance(term, sp.tanh) and isinstance(rest, sp.tanh):  # of minus x it is minus that of x
            yield term.args[0] + rest.args[0]
        elif isinstance(term, sp.tanh) and isinstance(-rest, sp.tanh):
            yield term.args[0] - (-rest).args[0]
        elif log := _logarithm(term, facts):
            yield log.args[0] - expanded(sp.exp(expanded(-rest * log / term)))
        elif log := _logarithm(-term, facts):
            yield expanded(sp.exp(expanded(-rest * log / term))) - log.args[0]
        elif _is_root(term):
            yield expanded(term**2) - expanded(rest**2)
        elif _is_root(-term) and _surely(rest, facts, NOT_NEGATIVE, strict=False, depth=depth - 1):
            yield expanded(rest**2) - expanded(term**2)
        elif (-term).atoms(sp.exp, sp.Pow) and signs(rest, facts) <= POSITIVE:
            powers = [f.as_base_exp() for f in sp.Mul.make_args(-term)]
            if all(signs(base, facts) <= POSITIVE for base, _ in powers):
                yield sp.expand_log(sp.log(rest)) - sp.Add(*(exponent * sp.log(base) for base, exponent in powers))


def _logarithm(e: sp.Expr, facts: Facts) -> sp.log | None:
    """The logarithm of which it is a positive multiple, if it is one."""
    log, *others = [f for f in sp.Mul.make_args(e) if isinstance(f, sp.log)] or [None]
    return log if log and not others and signs(e / log, facts) == POSITIVE else None


def _is_root(e: sp.Expr) -> bool:
    """Whether it is a product of roots, and so not negative."""
    number, roots = e.as_coeff_mul()
    return bool(number > 0 and roots and all(f.is_Pow and f.exp == sp.Rational(1, 2) for f in roots))


# --- by adding up --------------------------------------------------------------------------------------------------


def adds_up(target: sp.Expr, strict: bool, facts: Facts) -> bool:
    """Whether the known inequalities contradict that the target is negative (or, ``strict``, that it is 0 or less)."""
    target = expanded(target)
    given = [g for g in (sharpened(known) for known in known_inequalities(facts)) if not g.gap.is_number]
    given += [Inequality(s * a, True) for a in facts.apart for s in (1, -1) if linear_sign(s * a, facts) == POSITIVE]
    given = _relevant(target, [*map(sharpened, given)])
    met = [target, *(g.gap for g in given)]
    given = list(dict.fromkeys([*given, *laws(met, facts)]))
    if _contradicts(target, strict, given):
        return True
    more = [law for law in laws(_new_atoms([g.gap for g in given], met), facts) if law not in given]
    return bool(more) and _contradicts(target, strict, [*given, *more])


def _new_atoms(gaps: list[sp.Expr], met: list[sp.Expr]) -> list[sp.Expr]:
    """The lengths and extremes that the laws of others brought in."""
    kinds = (sp.Abs, sp.core.function.AppliedUndef)
    return sorted(sp.Tuple(*gaps).atoms(*kinds) - sp.Tuple(*met).atoms(*kinds), key=sp.default_sort_key)


def _contradicts(target: sp.Expr, strict: bool, given: list[Inequality]) -> bool:
    """Whether nonnegative multiples of the inequalities, and of products of two, add up to less than that the target fails."""
    against = Inequality(-target, not strict)
    if target.is_integer:
        against = Inequality(-target if strict else -target - 1, False)
    if _add_up([*given, against]):  # mostly they do, and the products are many
        return True
    linear, curved = given, any(map(_is_curved, [g.gap for g in given] if target.is_number else [target]))
    if len(given) <= MANY and (curved or target.has(sp.floor)):
        pairs = itertools.combinations_with_replacement(given, 2)
        given = given + [Inequality(expanded(a.gap * b.gap), a.strict and b.strict) for a, b in pairs]
    elif len(given) <= MANY and any(_is_curved(g.gap) for g in given):
        given = given + [Inequality(expanded(against.gap * g.gap), against.strict and g.strict) for g in given]
    if target.has(sp.floor) and len(given) <= MANY:  # of a quotient the denominator is multiplied out
        given = given + [Inequality(expanded(against.gap * g.gap), against.strict and g.strict) for g in given]
    return given is not linear and _add_up([*given, against])


def _add_up(inequalities: list[Inequality]) -> bool:
    """Whether nonnegative multiples of them add up to a contradiction."""
    columns = [*inequalities, Inequality(sp.Integer(1), True)]
    tables = [c.gap.as_coefficients_dict() for c in columns]
    rows = sorted({m for table in tables for m in table} - {sp.Integer(1)}, key=sp.default_sort_key)
    if not all(all(v.is_Rational for v in table.values()) for table in tables):
        return False
    matrix = [[sp.QQ.from_sympy(t.get(m, sp.Integer(0))) for t in tables] for m in (*rows, sp.Integer(1))]
    matrix.append([sp.QQ(int(c.strict)) for c in columns])
    return has_nonnegative_solution(matrix, [sp.QQ(0)] * (len(rows) + 1) + [sp.QQ(1)])


def _relevant(target: sp.Expr, given: list[Inequality]) -> list[Inequality]:
    """The inequalities that a chain of common symbols ties to the target; to a number, all: it asks whether they contradict."""
    if target.is_number:
        return given
    reached, kept = set(target.free_symbols), list[Inequality]()
    waiting = given
    while True:
        touched = [g for g in waiting if g.gap.free_symbols & reached]
        if not touched:
            return kept
        kept += touched
        waiting = [g for g in waiting if not g.gap.free_symbols & reached]
        reached = reached.union(*(g.gap.free_symbols for g in touched))


def _is_curved(e: sp.Expr) -> bool:
    """Whether there is a product or a power among its monomials."""
    return any(m.is_Mul or m.is_Pow for m in e.as_coefficients_dict())
