"""Deciding a relation between two symbolic values, soundly: "proved" with the way it was proved, or not.

Nothing here guesses. Equality is decided by bringing the difference to a normal form that is zero; inequality by the sign of
the difference; maxima, absolute values and cases by splitting on the sign of what they compare, where in each case one symbol
is eliminated (x < 0 becomes x = −p, p > 0); sums by linearity, contraction with Kronecker deltas, and renaming or shifting
of their indices. Where that does not reach a decision the answer is no.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import sympy as sp

from report.prove.decide.cases import by_remainders, frozen, in_every_case, is_kinked, is_zero, zero_term_by_term
from report.prove.decide.conditions import NO_FACTS, Facts, assume
from report.prove.decide.normal_form import alike, normal
from report.prove.decide.regions import equal_over_regions
from report.prove.decide.signs import is_nonnegative, is_nonzero, is_positive
from report.prove.decide.structure import NOT_NEGATIVE, POSITIVE, signs
from report.prove.decide.summation import has_closed_form, stays_above
from report.prove.decide.termwise import sums_around, under_one_sum
from report.prove.meaning.expansion import expanded, factored
from report.prove.meaning.grid import EXTREMES, Grid, GridEquality, entry_by_entry, generic_places

SMALL = range(1, 5)
"""Sizes of matrices that are compared entry by entry, and not by their generic entry."""


def prove(left: Any, relation: str, right: Any, facts: Facts = NO_FACTS) -> str | None:
    """How ``left relation right`` was proved, in a few words, or None if it was not."""
    if callable(left) or callable(right):
        i = sp.Dummy("x", real=True)  # a signal is given at integers alone, but what is the same at every number is so there
        at = lambda v: v(i) if callable(v) else v  # noqa: E731
        return prove(at(left), relation, at(right), facts)
    if isinstance(left, Grid) or isinstance(right, Grid):
        return _entrywise(left, relation, right, facts)
    if not any(isinstance(side, GridEquality) for side in (left, right)):
        left, right = facts.apply(sp.sympify(left)), facts.apply(sp.sympify(right))
    if relation == "iff":
        if left == right or equivalent(left, right, facts):
            return "the same linear inequality"
        return "each implies the other" if _implied(left, right, facts) and _implied(right, left, facts) else None
    if relation == "implies":
        return _implied(left, right, facts)
    if relation == "==":
        return equal(left, right, facts) or has_closed_form(left, right, facts)
    if relation == "!=":
        difference = normal(left - right, facts)
        return "a difference that is never 0" if is_nonzero(difference, facts) else None
    low, high = (left, right) if relation in ("<=", "<") else (right, left)
    return _ordered(low, high, strict="=" not in relation, facts=facts)


def _entrywise(left: Any, relation: str, right: Any, facts: Facts) -> str | None:
    if not (isinstance(left, Grid) and isinstance(right, Grid)):
        return None
    if equal(left.rows, right.rows, facts) is None or equal(left.columns, right.columns, facts) is None:
        return None
    if relation not in ("==", "!="):
        entry_by_entry("that their difference is semi-definite", left)
    if relation == "==" and left.rows in SMALL and left.columns in SMALL:
        places = itertools.product(range(int(left.rows)), range(int(left.columns)))
        pairs = [tuple(g.entry(sp.Integer(g.first + i), sp.Integer(g.first + j)) for g in (left, right)) for i, j in places]
        return "entry by entry" if all(equal(facts.apply(a), facts.apply(b), facts) for a, b in pairs) else None
    if relation == "!=" and not all(is_positive(size, facts) for size in (left.rows, left.columns)):
        return None  # two arrays without entries are equal
    i, j = generic_places()
    inside = facts.among({i: left.row_ends, j: left.column_ends})
    j_at = sp.Integer(left.first) if left.columns == 1 else j
    i_at = sp.Integer(left.first) if left.rows == 1 else i
    shift = right.first - left.first
    method = prove(left.at(i_at, j_at), relation, right.at(i_at + shift, j_at + shift), inside)
    return None if method is None else f"generic entry: {method}"


@lru_cache(maxsize=20_000)
def equal(left: sp.Expr, right: sp.Expr, facts: Facts = NO_FACTS) -> str | None:
    """How ``left == right`` was proved, or None."""
    if left == right:
        return "identical"
    if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr)):
        return None
    difference = normal(left - right, facts)
    if difference == 0:
        return "normal form"
    if equal_over_regions(left - right, facts):
        return "the same region"
    if difference.has(sp.floor, sp.ceiling):
        difference = normal(difference.replace(sp.ceiling, lambda e: -sp.floor(-e)), facts)
        if difference == 0:
            return "normal form"
        floors = difference.atoms(sp.floor)
        known = {f: sp.Integer(0) for f in floors if is_nonnegative(f.args[0], facts) and is_positive(1 - f.args[0], facts)}
        if known and normal(difference.xreplace(known), facts) == 0:
            return "a floor that is 0"
        if difference.is_integer and is_positive(difference + 1, facts) and is_positive(1 - difference, facts):
            return "less than one apart"
        if (cases := by_remainders(difference, facts)) and all(normal(case) == 0 for case, _ in cases):
            return "for every remainder"
    lengths = {e: sp.Mul(*map(sp.Abs, e.args[0].args)) for e in difference.atoms(sp.Abs) if e.args[0].is_Mul}
    if lengths and normal(difference.xreplace(lengths), facts) == 0:
        return "normal form"
    roots = any(map(_is_root, difference.atoms(sp.Pow)))
    if roots and all(signs(side, facts) <= NOT_NEGATIVE for side in (left, right)) and normal(left**2 - right**2, facts) == 0:
        return "the same square, and neither is negative"
    extreme = any(e.func.__name__ in EXTREMES for e in difference.atoms(sp.core.function.AppliedUndef))
    if extreme and is_nonnegative(difference, facts) and is_nonnegative(-difference, facts):
        return "neither is larger"
    if is_kinked(difference):
        return "case by case" if zero_term_by_term(difference, facts) else None
    if is_zero(difference, facts):
        return "simplification"
    return "term by term" if difference.has(sp.Sum) and zero_term_by_term(difference, facts) else None


def _is_root(e: sp.Expr) -> bool:
    return isinstance(e, sp.Pow) and e.exp == sp.Rational(1, 2)


def _ordered(low: sp.Expr, high: sp.Expr, strict: bool, facts: Facts) -> str | None:
    def holds(gap: sp.Expr, inside: Facts) -> bool:
        shows = lambda form: form.is_positive if strict else form.is_nonnegative  # noqa: E731
        plain = frozen(gap)
        if shows(plain) or shows(factored(plain)) or (is_positive if strict else is_nonnegative)(gap, inside):
            return True
        bodies = under_one_sum(gap, strict, inside) if not sums_around(inside) else ()  # what lies deeper, signs look at
        if any(_ordered(sp.Integer(0), body, strict, here) for body, here in bodies):
            return True
        return not plain.is_polynomial() and bool(shows(sp.simplify(plain)))

    low, high = alike(low), alike(high)
    sides = [sp.Mul.make_args(side) for side in (low, high)]
    shared = [
        f for f in sides[0] if f in sides[1] and not f.is_number and signs(f, facts) <= (POSITIVE if strict else NOT_NEGATIVE)
    ]
    others = [sp.Mul(*(f for f in side if f not in shared)) for side in sides]
    if shared and (found := _ordered(others[0], others[1], strict, facts)):
        return found
    if holds(high - low, facts):
        return "sign of the difference"
    if _is_root(low) and _is_root(high) and (found := _ordered(low.base, high.base, strict, facts)):
        return found
    difference = normal(high - low, facts)
    if low.has(sp.Sum) != high.has(sp.Sum) and (found := stays_above(difference, strict, facts)):
        return found
    if not is_kinked(difference):
        if holds(difference, facts):
            return "sign of the difference"
        cases = by_remainders(difference, facts)
        return "for every remainder" if cases and all(holds(*case) for case in cases) else None
    ways = dict.fromkeys((difference, frozen(difference)))  # of opaque sums as numbers, too
    return "case by case" if holds(difference, facts) or any(in_every_case(e, facts, holds) for e in ways) else None


def _implied(premise: Any, conclusion: Any, facts: Facts) -> str | None:
    if premise is sp.false or conclusion is sp.true:
        return "trivial"
    if isinstance(premise, GridEquality) and equivalent(premise, conclusion, facts):
        return "the same equation"
    if isinstance(premise, sp.Or):
        return "in each case" if all(_implied(case, conclusion, facts) for case in premise.args) else None
    if isinstance(conclusion, sp.Or):
        if any(_implied(premise, case, facts) for case in conclusion.args):
            return "one of them"
        return "a factor that is 0" if isinstance(premise, sp.Eq) and _by_a_factor(premise, conclusion, facts) else None
    return _at_once(premise, conclusion, facts) or _from_both_sides(premise, conclusion, facts)


def _by_a_factor(premise: sp.Eq, conclusion: sp.Or, facts: Facts) -> bool:
    """Whether each factor of what is 0 is one of those of which one is said to be 0, or never 0."""
    gaps = [case.lhs - case.rhs for case in conclusion.args if isinstance(case, sp.Eq)]
    factors = sp.Mul.make_args(factored(premise.lhs - premise.rhs))
    bases = [each.base if each.is_Pow and each.exp.is_positive else each for each in factors]
    return all(is_nonzero(base, facts) or any(_proportional(base, gap, facts, any_sign=True) for gap in gaps) for base in bases)


def _from_both_sides(premise: Any, conclusion: Any, facts: Facts) -> str | None:
    """An equation out of another, as two bounds out of two: it rises, or falls, with what is equal."""
    if not (isinstance(premise, sp.Eq) and isinstance(conclusion, sp.Eq)):
        return None
    for ways in ((sp.Le, sp.Ge), (sp.Ge, sp.Le)):
        if all(_at_once(bound(*premise.args), way(*conclusion.args), facts) for bound, way in zip((sp.Le, sp.Ge), ways)):
            return "from both sides"
    return None


def _at_once(premise: Any, conclusion: Any, facts: Facts) -> str | None:
    try:
        inside = assume([premise, *_cleared(premise, facts)], facts)
    except ValueError:
        return None
    if isinstance(conclusion, GridEquality):
        return prove(conclusion.left, "==", conclusion.right, inside)
    conclusion = inside.apply(conclusion)
    if conclusion is sp.true:
        return "elimination"
    if isinstance(conclusion, sp.And):
        return "each of them" if all(_implied(premise, part, facts) for part in conclusion.args) else None
    if isinstance(conclusion, sp.core.relational.Relational):
        return prove(conclusion.lhs, conclusion.rel_op, conclusion.rhs, inside)
    return None


def _cleared(premise: Any, facts: Facts) -> Iterator[Any]:
    """An inequality with its denominator, which is positive, multiplied out."""
    if isinstance(premise, sp.Le | sp.Ge | sp.Lt | sp.Gt):
        above, below = sp.fraction(sp.together(normal(premise.gts - premise.lts, facts)))
        if not below.is_number and is_positive(below, facts):
            yield (sp.Gt if isinstance(premise, sp.Lt | sp.Gt) else sp.Ge)(above, 0)


def equivalent(p: Any, q: Any, facts: Facts) -> bool:
    """Whether two inequalities are the same after moving everything to one side and dividing by something positive."""
    relations = (sp.Le, sp.Ge, sp.Lt, sp.Gt)
    if isinstance(p, GridEquality) and isinstance(q, GridEquality):
        return _same_entries(p, q, facts)
    if isinstance(p, sp.Eq) and isinstance(q, sp.Eq):
        return _proportional(p.lhs - p.rhs, q.lhs - q.rhs, facts, any_sign=True)
    if not (isinstance(p, relations) and isinstance(q, relations)):
        return False
    if isinstance(p, sp.Lt | sp.Gt) == isinstance(q, sp.Lt | sp.Gt) and _proportional(p.gts - p.lts, q.gts - q.lts, facts):
        return True
    return bool(set(_whole_bounds(p)) & set(_whole_bounds(q)))


def _same_entries(p: GridEquality, q: GridEquality, facts: Facts) -> bool:
    """Whether what is 0 in every entry of the one is a number times what is 0 in every entry of the other."""
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    grids = [p.left, p.right, q.left, q.right]
    sizes = all(equal(g.rows, p.left.rows) and equal(g.columns, p.left.columns) for g in grids)
    if not sizes:
        return False
    first = p.left.first
    facts = facts.among({i: p.left.row_ends, j: p.left.column_ends})
    at = lambda g: (i + g.first - first, j + g.first - first if g.columns != 1 else sp.Integer(g.first))  # noqa: E731
    a, b, c, d = (g.entry(*at(g)) for g in grids)
    return _proportional(a - b, c - d, facts, any_sign=True)


def _proportional(a: sp.Expr, b: sp.Expr, facts: Facts, any_sign: bool = False) -> bool:
    ratio = sp.cancel(sp.together(normal(a, facts) / normal(b, facts))) if normal(b, facts) != 0 else sp.nan
    return bool(ratio.is_positive or (any_sign and ratio.is_nonzero))


def _whole_bounds(relation: Any) -> Iterator[tuple[sp.Symbol, str, sp.Expr]]:
    """A bound on one integer at a time: i ≤ ⌊…⌋ or i ≥ ⌈…⌉."""
    gap = expanded(relation.gts - relation.lts)
    strict = isinstance(relation, sp.Lt | sp.Gt)
    for symbol in sorted(gap.free_symbols, key=sp.default_sort_key):
        slope, rest = gap.coeff(symbol, 1), expanded(gap - gap.coeff(symbol, 1) * symbol)
        if not symbol.is_integer or rest.has(symbol) or slope == 0:
            continue
        if slope.is_negative:
            bound = expanded(rest / -slope)
            yield symbol, "<=", sp.ceiling(bound) - 1 if strict else sp.floor(bound)
        elif slope.is_positive:
            bound = expanded(-rest / slope)
            yield symbol, ">=", sp.floor(bound) + 1 if strict else sp.ceiling(bound)
