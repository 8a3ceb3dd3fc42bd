"""The signs that the structure of an expression leaves open: a square is not negative, a product of positives is positive, a
sum over a range that is not empty has the sign of its terms; and what one known inequality says by itself.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.normal_form import normal
from report.prove.decide.sizes import never_negative
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import is_complex

Signs = frozenset[int]
"""The signs that an expression may have, among −1, 0 and 1; a complex number that is not 0 may have −1 and 1."""

ANY: Signs = frozenset({-1, 0, 1})
NOT_ZERO: Signs = frozenset({-1, 1})
NOT_NEGATIVE: Signs = frozenset({0, 1})
POSITIVE: Signs = frozenset({1})


@lru_cache(maxsize=20_000)
def signs(e: sp.Expr, facts: Facts) -> Signs:
    """The signs that the structure of an expression leaves open."""
    if e.is_number and e.is_real:
        return frozenset({int(sp.sign(e))}) if e.is_comparable or e == 0 else ANY
    if isinstance(e, sp.Mul):
        return _times(signs(a, facts) for a in e.args)
    if isinstance(e, sp.Pow):
        return _power(e, facts) & (linear_sign(e, facts) if facts.known else ANY)
    if isinstance(e, sp.exp):
        return NOT_ZERO if is_complex(e) else POSITIVE
    if is_complex(e):
        return ANY
    if isinstance(e, sp.Add):
        found = _plus([signs(a, facts) for a in e.args]) & linear_sign(e, facts)
        return found & _beside_a_length(e, facts) if found == ANY else found
    if isinstance(e, sp.Abs):
        return frozenset(s * s for s in signs(e.args[0], facts))
    if isinstance(e, sp.Max | sp.Min):
        choose = max if isinstance(e, sp.Max) else min
        return frozenset(choose(each) for each in itertools.product(*(signs(a, facts) for a in e.args)))
    if isinstance(e, sp.sign | sp.tanh):
        return signs(e.args[0], facts)
    if isinstance(e, sp.sin):
        sides = [signs_of_quotient(side, facts) for side in (e.args[0], sp.pi - e.args[0])]
        return _times(sides) if all(side <= NOT_NEGATIVE for side in sides) else ANY  # from 0 to π
    if isinstance(e, sp.log):
        return signs(expanded(e.args[0] - 1), facts)
    if isinstance(e, sp.KroneckerDelta | sp.Heaviside):
        return NOT_NEGATIVE
    if isinstance(e, sp.floor | sp.ceiling):
        return NOT_NEGATIVE if signs(e.args[0], facts) <= NOT_NEGATIVE else ANY
    if isinstance(e, sp.Piecewise):
        return frozenset().union(*(signs(value, facts) for value, _ in e.args))
    if isinstance(e, sp.Sum | sp.Product):
        return _gathered(e, facts)
    return _atom(e, facts)


def signs_of_quotient(e: sp.Expr, facts: Facts) -> Signs:
    """The signs of a sum, which may show only over one denominator."""
    found = signs(e, facts)
    above, below = sp.fraction(sp.together(e)) if found == ANY and e.is_Add else (e, sp.Integer(1))
    over = below != 1 and signs(below, facts) == POSITIVE
    return signs(above, facts) & signs(expanded(above), facts) if over else found


def _beside_a_length(e: sp.Add, facts: Facts) -> Signs:
    """The signs of a sum with a length in it: a + |b| is the larger of a + b and a − b, and a − |b| the smaller."""
    for term in e.args:
        number, length = term.as_coeff_Mul()
        if isinstance(length, sp.Abs) and not is_complex(length.args[0]):
            sides = [signs(expanded(e - term + s * number * length.args[0]), facts) for s in (1, -1)]
            choose = max if number > 0 else min
            return frozenset(choose(pair) for pair in itertools.product(*sides))
    return ANY


def _atom(e: sp.Expr, facts: Facts) -> Signs:
    found = POSITIVE if e.is_positive else NOT_NEGATIVE if e.is_nonnegative else ANY
    return found & linear_sign(e, facts) if found == ANY else found


def linear_sign(e: sp.Expr, facts: Facts) -> Signs:
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
    return tuple((*_line(known.gap), known.strict) for known in known_inequalities(facts))


@lru_cache(maxsize=20_000)
def _line(e: sp.Expr) -> tuple[dict[sp.Expr, sp.Expr], sp.Expr]:
    """Of all positive multiples of the expression the same one: a sum of monomials with their numbers, and the constant."""
    table = dict(expanded(e).as_coefficients_dict())
    constant = table.pop(sp.Integer(1), sp.Integer(0))
    most = max(map(abs, table.values()), default=sp.Integer(1))
    return {monomial: number / most for monomial, number in table.items()}, constant / most


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
    inside = facts.among({k: (low, high)})
    body = signs(e.func(e.function, *inner) if inner else e.function, inside)
    if isinstance(e, sp.Product):
        return body | POSITIVE if body <= NOT_NEGATIVE else NOT_ZERO if 0 not in body else ANY
    if not (body <= NOT_NEGATIVE or body <= {-1, 0}):
        return (_squared(e, facts) if inner else ANY) & linear_sign(e, facts)
    unbounded = low is -sp.oo or high is sp.oo
    size = expanded(facts.apply(high - low))
    filled = unbounded or never_negative(size) or linear_sign(size, facts) <= NOT_NEGATIVE
    if filled:
        return body & linear_sign(e, facts) if facts.known and 0 in body else body
    return body | ({0} & linear_sign(e, facts) if facts.apart else {0})


def _squared(e: sp.Sum, facts: Facts) -> Signs:
    """Σ_a Σ_b φ(a) φ(b) over the same range is the square of Σ_a φ(a): no such sum is negative."""
    factors = sp.Mul.make_args(e.function)
    for (a, *ends), (b, *others) in itertools.combinations(e.limits, 2):
        rest = [limit for limit in e.limits if limit[0] not in (a, b)]
        if ends != others or any(bound.free_symbols & {a, b} for _, *bounds in (*rest, (a, *ends)) for bound in bounds):
            continue
        one, other = (sp.Mul(*(f for f in factors if f.has(k))) for k in (a, b))
        if one.has(b) or other.has(a) or one.xreplace({a: b}) != other:
            continue
        left = sp.Mul(*(f for f in factors if not f.has(a, b)))
        found = signs(sp.Sum(left, *rest) if rest else left, facts)
        if found <= NOT_NEGATIVE:
            return NOT_NEGATIVE
    return ANY


def asked(e: sp.Basic, kind: type[sp.Expr]) -> list[sp.Expr]:
    """What surely has a value, of one kind: not what stands in a case, or in a range that may be empty."""
    found, walk = set(), sp.preorder_traversal(e)
    for node in walk:
        if isinstance(node, sp.Piecewise | sp.Sum | sp.Product | sp.Lambda):
            walk.skip()
        elif isinstance(node, kind):
            found.add(node)
    return sorted(found, key=sp.default_sort_key)


def known_inequalities(facts: Facts) -> Iterator[Inequality]:
    for known in facts.known:
        yield replace(known, gap=canonical(known.gap))
    for k, (low, high) in facts.ranges.items():
        if low is not -sp.oo:
            yield Inequality(facts.apply(_less(k, low)), False)
        if high is not sp.oo:
            yield Inequality(facts.apply(_less(high, k)), False)


@lru_cache(maxsize=20_000)
def canonical(e: sp.Expr) -> sp.Expr:
    """The expression, its sums in normal form: two spellings of one sum are the same quantity."""
    return normal(e) if e.has(sp.Sum, sp.Product) else e


@lru_cache(maxsize=20_000)
def _less(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return a - b
