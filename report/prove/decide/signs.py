"""The sign of an expression, from what is known: by its structure, and by adding up known inequalities.

Two ways, both sound. *Structure*: a square is not negative, a product of positives is positive, a sum over a range that is not
empty has the sign of its terms. *Adding up*: if nonnegative multiples of known inequalities and of the claim's negation add up
to a contradiction, the claim holds (Farkas' lemma, with exact fractions; products of two known inequalities count as known).
An expression is taken to be defined here; whether it is, ``definedness`` asks.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.normal_form import expanded_indices, never_negative, never_zero, normal
from report.prove.decide.simplex import has_nonnegative_solution
from report.prove.decide.termwise import attained, under_one_sum
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import EXTREMES, is_complex

Signs = frozenset[int]
"""The signs that an expression may have, among −1, 0 and 1; a complex number that is not 0 may have −1 and 1."""

ANY: Signs = frozenset({-1, 0, 1})
NOT_ZERO: Signs = frozenset({-1, 1})
NOT_NEGATIVE: Signs = frozenset({0, 1})
POSITIVE: Signs = frozenset({1})

MANY = 12
"""With more known inequalities than this their products are not tried, nor the square of more terms: both grow too long."""


def is_positive(expression: sp.Expr, facts: Facts) -> bool:
    """Whether it is surely greater than 0."""
    return _surely(expression, facts, POSITIVE, strict=True)


def is_nonnegative(expression: sp.Expr, facts: Facts) -> bool:
    """Whether it is surely 0 or more."""
    return _surely(expression, facts, NOT_NEGATIVE, strict=False)


def is_nonzero(expression: sp.Expr, facts: Facts) -> bool:
    """Whether it is surely not 0."""
    expression = facts.apply(sp.sympify(expression))
    if 0 not in signs(expression, facts):
        return True
    expression = _canonical(expression)
    if (
        0 not in signs(expression, facts)
        or any(_multiple(expression, _canonical(known)) for known in facts.apart)
        or never_zero(expression)
    ):
        return True
    factors = sp.Mul.make_args(_factored(_together(expression))) if _is_small(expression) else ()
    if len(factors) > 1 and all(is_nonzero(_base(f), facts) for f in factors):
        return True
    if is_complex(expression):
        return False
    return is_positive(expression, facts) or is_positive(-expression, facts)


def _base(factor: sp.Expr) -> sp.Expr:
    return factor.base if isinstance(factor, sp.Pow) and factor.exp.is_Rational else factor


def _multiple(expression: sp.Expr, known: sp.Expr) -> bool:
    """Whether the expression is a known non-zero quantity times a number (or a power of it)."""
    ratio = sp.cancel(_together(expression / known)) if _is_small(expression) else sp.nan
    return bool(ratio.is_number and ratio.is_nonzero)


def _surely(expression: sp.Expr, facts: Facts, wanted: Signs, strict: bool, depth: int = 2) -> bool:
    expression = given = facts.apply(sp.sympify(expression))
    if signs(expression, facts) <= wanted:
        return True
    if is_complex(expression) or expression.has(sp.zoo, sp.nan, sp.oo):
        return False
    if expression.has(sp.Sum, sp.KroneckerDelta):
        expression = normal(expression, facts)
        if signs(expression, facts) <= wanted:
            return True
    if adds_up(expression, strict, facts):
        return True
    spellings = dict.fromkeys((given, expression)) if expression.has(sp.Sum) else ()
    if any(_surely(*each, wanted, strict, depth) for e in spellings for each in under_one_sum(e, strict, facts)):
        return True
    fewer = itertools.chain(((e, facts) for e in _grown(expression, facts, depth)), attained(expression, facts))
    if depth and any(_surely(*each, wanted, strict, depth - 1) for each in fewer):
        return True
    if not _is_small(expression):
        return False
    return any(form != expression and signs(form, facts) <= wanted for form in _forms(expression))


def _forms(e: sp.Expr) -> Iterator[sp.Expr]:
    """The expression in other forms, which may show its sign."""
    yield from map(_factored, dict.fromkeys((e, _together(e), _without_roots(e))))
    yield _with_squares(e)


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


def _grown(e: sp.Expr, facts: Facts, depth: int) -> Iterator[sp.Expr]:
    """Expressions that are positive (not negative) only if this one is: exp, log, root, square and power grow. What is long
    is left alone: its square is as long as the square of its length.
    """
    terms = sp.Add.make_args(e)
    if len(terms) > MANY:
        return
    above, below = sp.fraction(_together(e)) if _is_small(e) else (e, sp.Integer(1))
    if below != 1 and signs(below, facts) <= POSITIVE:
        yield expanded(above)
    for term in terms:
        rest = e - term
        if isinstance(term, sp.log):
            yield term.args[0] - expanded(sp.exp(-rest))
        elif isinstance(-term, sp.log):
            yield expanded(sp.exp(rest)) - (-term).args[0]
        elif isinstance(term, sp.Pow) and term.exp == sp.Rational(1, 2):
            yield term.base - expanded(rest**2)
        elif (
            isinstance(-term, sp.Pow)
            and (-term).exp == sp.Rational(1, 2)
            and (_surely(rest, facts, NOT_NEGATIVE, strict=False, depth=depth - 1))
        ):
            yield expanded(rest**2) - (-term).base
        elif (-term).atoms(sp.exp, sp.Pow) and signs(rest, facts) <= POSITIVE:
            powers = [f.as_base_exp() for f in sp.Mul.make_args(-term)]
            if all(signs(base, facts) <= POSITIVE for base, _ in powers):
                yield sp.expand_log(sp.log(rest)) - sp.Add(*(exponent * sp.log(base) for base, exponent in powers))


# --- by structure --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=20_000)
def signs(e: sp.Expr, facts: Facts) -> Signs:
    """The signs that the structure of an expression leaves open."""
    if e.is_number and e.is_real:
        return frozenset({int(sp.sign(e))}) if e.is_comparable or e == 0 else ANY
    if isinstance(e, sp.Mul):
        return _times(signs(a, facts) for a in e.args)
    if isinstance(e, sp.Pow):
        return _power(e, facts)
    if isinstance(e, sp.exp):
        return NOT_ZERO if is_complex(e) else POSITIVE
    if is_complex(e):
        return ANY
    if isinstance(e, sp.Add):
        return _plus([signs(a, facts) for a in e.args]) & _linear_sign(e, facts)
    if isinstance(e, sp.Abs):
        return frozenset(s * s for s in signs(e.args[0], facts))
    if isinstance(e, sp.Max | sp.Min):
        choose = max if isinstance(e, sp.Max) else min
        return frozenset(choose(each) for each in itertools.product(*(signs(a, facts) for a in e.args)))
    if isinstance(e, sp.sign | sp.tanh):
        return signs(e.args[0], facts)
    if isinstance(e, sp.log):
        return _linear_sign(e.args[0] - 1, facts)
    if isinstance(e, sp.KroneckerDelta | sp.Heaviside):
        return NOT_NEGATIVE
    if isinstance(e, sp.floor | sp.ceiling):
        return NOT_NEGATIVE if signs(e.args[0], facts) <= NOT_NEGATIVE else ANY
    if isinstance(e, sp.Piecewise):
        return frozenset().union(*(signs(value, facts) for value, _ in e.args))
    if isinstance(e, sp.Sum | sp.Product):
        return _gathered(e, facts)
    return _atom(e, facts)


def _atom(e: sp.Expr, facts: Facts) -> Signs:
    found = POSITIVE if e.is_positive else NOT_NEGATIVE if e.is_nonnegative else ANY
    return found & _linear_sign(e, facts) if found == ANY else found


def _linear_sign(e: sp.Expr, facts: Facts) -> Signs:
    """What one known inequality alone says: e = ±gap + d with d of the right sign."""
    found = set(ANY)
    table, constant = _line(e)
    opposite, less = {monomial: -number for monomial, number in table.items()}, -constant
    for gap, offset, strict in _given_lines(facts):
        for sign, same, start in ((1, table, constant), (-1, opposite, less)):
            if gap == same and start >= offset:
                found &= {sign} if strict or start > offset else {0, sign}
    if any(_line(apart) in ((table, constant), (opposite, less)) for apart in facts.apart):
        found -= {0}
    return frozenset(found)


@lru_cache(maxsize=2_000)
def _given_lines(facts: Facts) -> tuple[tuple[dict[sp.Expr, sp.Expr], sp.Expr, bool], ...]:
    """What is known, a line each, and whether it is strict."""
    return tuple((*_line(known.gap), known.strict) for known in _given(facts))


@lru_cache(maxsize=20_000)
def _line(e: sp.Expr) -> tuple[dict[sp.Expr, sp.Expr], sp.Expr]:
    """The expression as a sum of monomials with their numbers, and the constant."""
    table = dict(expanded(e).as_coefficients_dict())
    constant = table.pop(sp.Integer(1), sp.Integer(0))
    return table, constant


def _times(factors: Iterable[Signs]) -> Signs:
    product: Signs = POSITIVE
    for factor in factors:
        product = frozenset(a * b for a in product for b in factor)
    return product


def _plus(terms: list[Signs]) -> Signs:
    for sign in (1, -1):
        if all(t <= {0, sign} for t in terms):
            return frozenset({sign}) if any(0 not in t for t in terms) else frozenset().union(*terms)
    return ANY


def _power(e: sp.Pow, facts: Facts) -> Signs:
    base, exponent = signs(e.base, facts), e.exp
    if exponent.is_negative:
        base = base - {0}  # it is defined
    if is_complex(e):
        return NOT_ZERO if 0 not in base else ANY
    if exponent.is_even:
        squares = frozenset(s * s for s in base)
        return squares if exponent.is_nonzero else squares | POSITIVE  # the power 0 is 1
    if exponent.is_odd:
        return base
    if not exponent.is_integer or base <= NOT_NEGATIVE:  # of a real power the base is not negative: it is defined
        return POSITIVE if 0 not in base else NOT_NEGATIVE
    return NOT_ZERO if 0 not in base else ANY


def _gathered(e: sp.Sum | sp.Product, facts: Facts) -> Signs:
    *inner, (k, low, high) = e.limits
    inside = replace(facts, ranges={**facts.ranges, k: (low, high)})
    body = signs(e.func(e.function, *inner) if inner else e.function, inside)
    if isinstance(e, sp.Product):
        return body | POSITIVE if body <= NOT_NEGATIVE else NOT_ZERO if 0 not in body else ANY
    if not (body <= NOT_NEGATIVE or body <= {-1, 0}):
        return ANY
    unbounded = low is -sp.oo or high is sp.oo
    size = expanded(facts.apply(high - low))
    filled = unbounded or never_negative(size) or _linear_sign(size, facts) <= NOT_NEGATIVE
    return body if filled else body | {0}


# --- by adding up --------------------------------------------------------------------------------------------------


def _given(facts: Facts) -> Iterator[Inequality]:
    for known in facts.known:
        yield replace(known, gap=_canonical(known.gap))
    for k, (low, high) in facts.ranges.items():
        if low is not -sp.oo:
            yield Inequality(facts.apply(_less(k, low)), False)
        if high is not sp.oo:
            yield Inequality(facts.apply(_less(high, k)), False)


@lru_cache(maxsize=20_000)
def _canonical(e: sp.Expr) -> sp.Expr:
    """The expression, its sums in normal form: two spellings of one sum are the same quantity."""
    return normal(e) if e.has(sp.Sum) else e


@lru_cache(maxsize=20_000)
def _less(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return a - b


def adds_up(target: sp.Expr, strict: bool, facts: Facts) -> bool:
    """Whether the known inequalities contradict that the target is negative (or, ``strict``, that it is 0 or less)."""
    target = expanded(target)
    given = [g for g in (_whole(known) for known in _given(facts)) if not g.gap.is_number]
    given += [Inequality(s * a, True) for a in facts.apart for s in (1, -1) if _linear_sign(s * a, facts) == POSITIVE]
    given = _relevant(target, [*map(_whole, given)])
    given += list(_laws([target, *(g.gap for g in given)], facts))
    if len(given) <= MANY and any(m.is_Mul or m.is_Pow for m in _monomials(target)):
        pairs = itertools.combinations_with_replacement(given, 2)
        given += [Inequality(expanded(a.gap * b.gap), a.strict and b.strict) for a, b in pairs]
    against = Inequality(-target, not strict)
    if target.is_integer:
        against = Inequality(-target if strict else -target - 1, False)
    if target.has(sp.floor) and len(given) <= MANY:  # of a quotient the denominator is multiplied out
        given += [Inequality(expanded(against.gap * g.gap), against.strict and g.strict) for g in given]
    columns = [*given, against, Inequality(sp.Integer(1), True)]
    rows = sorted({m for c in columns for m in _monomials(c.gap)} - {sp.Integer(1)}, key=sp.default_sort_key)
    tables = [_coefficients(c.gap) for c in columns]
    if not all(all(v.is_Rational for v in table.values()) for table in tables):
        return False
    matrix = [[_fraction(t.get(m, sp.Integer(0))) for t in tables] for m in (*rows, sp.Integer(1))]
    matrix.append([Fraction(c.strict) for c in columns])
    return has_nonnegative_solution(matrix, [Fraction(0)] * (len(rows) + 1) + [Fraction(1)])


def _relevant(target: sp.Expr, given: list[Inequality]) -> list[Inequality]:
    """The inequalities that a chain of common symbols ties to the target."""
    reached, kept = set(target.free_symbols), list[Inequality]()
    waiting = given
    while True:
        touched = [g for g in waiting if g.gap.free_symbols & reached]
        if not touched:
            return kept
        kept += touched
        waiting = [g for g in waiting if not g.gap.free_symbols & reached]
        reached = reached.union(*(g.gap.free_symbols for g in touched))


def _whole(known: Inequality) -> Inequality:
    """An integer greater than 0 is at least 1."""
    gap = expanded(known.gap)
    return Inequality(gap - 1, False) if known.strict and gap.is_integer else Inequality(gap, known.strict)


def _laws(expressions: list[sp.Expr], facts: Facts) -> Iterator[Inequality]:
    """What is true of the atoms of the expressions by themselves."""
    pieces = sp.Tuple(*expressions)
    for e in sorted(pieces.atoms(sp.Symbol, sp.Indexed, sp.core.function.AppliedUndef), key=sp.default_sort_key):
        if e.is_positive:
            yield _whole(Inequality(e, True))
        elif e.is_nonnegative:
            yield Inequality(e, False)
    for e in sorted(pieces.atoms(sp.floor), key=sp.default_sort_key):
        above, below = sp.fraction(sp.together(e.args[0]))
        if below == 1 or below.is_positive:  # ⌊a/b⌋ b is at most a, and more than a − b
            yield Inequality(expanded(above - e * below), False)
            yield _whole(Inequality(expanded((e + 1) * below - above), True))
    for e in sorted(pieces.atoms(sp.ceiling), key=sp.default_sort_key):
        yield Inequality(expanded(e - e.args[0]), False)
        yield Inequality(expanded(e.args[0] + 1 - e), True)
    for e in sorted(pieces.atoms(sp.exp), key=sp.default_sort_key):
        if not is_complex(e):
            yield Inequality(e, True)
            yield Inequality(expanded(e - 1 - e.args[0]), False)  # the tangent at 0 of a convex function
    for e in sorted(pieces.atoms(sp.log), key=sp.default_sort_key):
        yield Inequality(expanded(e.args[0] - 1 - e), False)
    for e in sorted(pieces.atoms(sp.Abs), key=sp.default_sort_key):
        yield from (Inequality(expanded(e - s * e.args[0]), False) for s in (1, -1))
        if e.args[0].is_Add:
            yield Inequality(expanded(sp.Add(*map(sp.Abs, e.args[0].args)) - e), False)
    for e in sorted(pieces.atoms(sp.Max), key=sp.default_sort_key):
        yield from (Inequality(expanded(e - a), False) for a in e.args)
    for e in sorted(pieces.atoms(sp.core.function.AppliedUndef), key=sp.default_sort_key):
        if e.func.__name__ in EXTREMES:
            inside, low, high = e.args
            sign = 1 if e.func.__name__ == EXTREMES[0] else -1
            yield from (Inequality(expanded(sign * (e - inside(place))), False) for place in _places(low, high, facts))
    for e in sorted(pieces.atoms(sp.Sum), key=sp.default_sort_key):
        yield from _one_of(e, facts)
        yield from _by_lengths(e, pieces.atoms(sp.Pow))
    for e in sorted(pieces.atoms(sp.Sum, sp.Pow, sp.Product), key=sp.default_sort_key):
        found = signs(e, facts)
        if found <= NOT_NEGATIVE:
            yield Inequality(e, found == POSITIVE)


def _one_of(e: sp.Sum, facts: Facts) -> Iterator[Inequality]:
    """A sum of terms that are not negative is at least any one of them."""
    (k, low, high), *outer = e.limits
    if outer or not signs(e.function, replace(facts, ranges={**facts.ranges, k: (low, high)})) <= NOT_NEGATIVE:
        return
    for place in _places(low, high, facts):
        yield Inequality(expanded(e - expanded_indices(e.function.xreplace({k: place}))), False)


def _places(low: sp.Expr, high: sp.Expr, facts: Facts) -> Iterator[sp.Expr]:
    """The known indices, moved so that they lie in a range."""
    for i, (first, last) in facts.ranges.items():
        for shift in {expanded(first - low), expanded(last - high)} if low.is_finite and high.is_finite else ():
            if never_negative(expanded(first - shift - low)) and never_negative(expanded(high - last + shift)):
                yield i - shift


def _by_lengths(e: sp.Sum, powers: Collection[sp.Pow]) -> Iterator[Inequality]:
    """A sum of products is at most the product of the lengths, and so is its opposite (Cauchy and Schwarz); where there are
    lengths, or its square stands.
    """
    factors = sp.Mul.make_args(e.function) if e.function.is_Mul else (e.function, sp.Integer(1))
    if len(factors) != 2 or is_complex(e) or any(end.is_finite is False for _, *ends in e.limits for end in ends):
        return
    a, b = (normal(sp.Sum(factor**2, *e.limits)) for factor in factors)
    if {sp.sqrt(a), sp.sqrt(b)} <= {*powers}:
        yield from (Inequality(sp.sqrt(a) * sp.sqrt(b) - sign * e, False) for sign in (1, -1))
    if e**2 in powers:
        yield Inequality(expanded(a * b - e**2), False)


def _monomials(e: sp.Expr) -> list[sp.Expr]:
    return list(_coefficients(e))


def _coefficients(e: sp.Expr) -> dict[sp.Expr, sp.Expr]:
    return dict(sp.sympify(e).as_coefficients_dict())


def _fraction(number: sp.Rational) -> Fraction:
    return Fraction(int(number.p), int(number.q))
