"""Whether an expression is zero: by algebra, and case by case where maxima, absolute values or conditions make kinks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality, eliminate, put
from report.prove.decide.normal_form import normal
from report.prove.decide.structure import linear_sign, signs_of_quotient
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import is_complex

LARGE = 400
"""Of so many operations nothing is simplified."""


def is_zero(difference: sp.Expr, facts: Facts) -> bool:
    difference = frozen(difference.replace(_is_of_exponentials, _exponential))
    return _simplifies_to_zero(difference, facts) or bool(difference.is_zero)


def _simplifies_to_zero(difference: sp.Expr, facts: Facts) -> bool:
    if sp.count_ops(difference) >= LARGE:
        return False
    if _numerator(difference) == 0:
        return True
    if _surely_not_zero(difference):
        return False
    for simplify in (_as_fraction, _with_logarithms, sp.simplify):
        try:
            simpler = simplify(difference)
        except (sp.PolynomialError, NotImplementedError):
            continue
        if simpler == 0 or normal(simpler, facts) == 0:
            return True
        if simpler.is_number:
            return False
    return False


def _is_of_exponentials(e: sp.Expr) -> bool:
    return isinstance(e, sp.Product) and all(isinstance(each, sp.exp) for each in sp.Mul.make_args(e.function))


def _exponential(product: sp.Product) -> sp.Expr:
    """The exponential of a sum, which it is: SymPy makes a product of it, and none of that of the sum's opposite."""
    return sp.exp(normal(sp.Sum(sp.Add(*(each.args[0] for each in sp.Mul.make_args(product.function))), *product.limits)))


def frozen(expression: sp.Expr) -> sp.Expr:
    """Opaque functions, entries, derivatives, sums and products as plain variables: algebra knows no more about them."""
    opaque = (sp.core.function.AppliedUndef, sp.Indexed, sp.Derivative, sp.Sum, sp.Product, sp.Subs)
    found: dict[sp.Expr, sp.Dummy] = {}

    def visit(node: sp.Expr) -> sp.Expr:
        if isinstance(node, opaque):
            known = {
                "real": node.is_real,
                "positive": node.is_positive,
                "nonnegative": node.is_nonnegative,
                "integer": node.is_integer,
            }
            return found.setdefault(node, sp.Dummy(**{word: True for word, holds in known.items() if holds}))
        return node.func(*map(visit, node.args)) if node.args else node

    return visit(expression)


def _surely_not_zero(difference: sp.Expr) -> bool:
    """Whether the value at one rational point is far from zero: then no simplification needs to be tried."""
    symbols = sorted(difference.free_symbols, key=lambda s: (s.name, getattr(s, "dummy_index", 0)))
    if not all(isinstance(s, sp.Symbol) for s in symbols) or difference.has(sp.Lambda, sp.KroneckerDelta):
        return False
    point = {s: sp.Integer(3 + n) if s.is_integer else sp.Rational(7 + 4 * n, 5 + n) for n, s in enumerate(symbols)}
    size = abs(difference.subs(point).evalf(20))
    return bool(size.is_comparable and size.is_finite and size > 1e-8)  # the slope of a step at it is no size


def _numerator(e: sp.Expr) -> sp.Expr:
    """What stands over one denominator, multiplied out; an exponential is a number above 0, and others are its powers."""
    known: dict[sp.Expr, sp.Symbol] = {}

    def power(of: sp.exp) -> sp.Expr:
        times, exponent = of.args[0].as_coeff_Mul()
        return known.setdefault(exponent, sp.Dummy(positive=True)) ** times if times.is_Integer else of

    return expanded(sp.fraction(sp.together(e.replace(lambda each: isinstance(each, sp.exp), power)))[0])


def _as_fraction(e: sp.Expr) -> sp.Expr:
    return sp.cancel(sp.together(sp.expand_power_exp(e.rewrite(sp.exp) if e.has(sp.tanh) else e)))


def _with_logarithms(e: sp.Expr) -> sp.Expr:
    return expanded(sp.expand_log(e))


MOST = 36
"""Remainders are tried in so many cases at most."""


def by_remainders(expression: sp.Expr, facts: Facts) -> list[tuple[sp.Expr, Facts]]:
    """The expression for every remainder that its integers may leave by the numbers under its floors; [] if it has none, or if
    these are too many.
    """
    floors = expression.atoms(sp.floor)
    numbers = sp.Tuple(*(sp.fraction(sp.together(floor.args[0]))[1] for floor in floors))
    whole = sorted(set().union(*(floor.free_symbols for floor in floors)), key=sp.default_sort_key)
    if not floors or not all(number.is_Integer for number in numbers) or not all(s.is_Symbol and s.is_integer for s in whole):
        return []
    number, bound = sp.ilcm(1, *numbers), {s for k, ends in facts.ranges.items() for s in sp.Tuple(k, *ends).free_symbols}
    if number ** len(whole) > MOST or not whole or bound & {*whole} or expression.has(sp.Sum, sp.Product, sp.Lambda):
        return []
    found = [(expression, facts)]
    for s in whole:
        times = [number * sp.Dummy("q", integer=True) + rest for rest in range(number)]
        found = [(case.subs(s, at), inside.replacing(s, at)) for case, inside in found for at in times]
    return [(case.replace(sp.floor, lambda of: sp.floor(expanded(of))), inside) for case, inside in found]


def is_kinked(expression: sp.Expr) -> bool:
    return bool(expression.has(sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside, sp.Piecewise))


def zero_term_by_term(difference: sp.Expr, facts: Facts) -> bool:
    """Zero in every case; sums over the same range are joined, and their summand must be zero at every index."""
    sums: dict[Any, sp.Expr] = {}
    rest: sp.Expr = sp.Integer(0)
    for term in sp.Add.make_args(difference):
        number, factors = term.as_coeff_mul()
        inner = [f for f in factors if isinstance(f, sp.Sum)]
        outer = [f for f in factors if not isinstance(f, sp.Sum)]
        if len(inner) == 1 and not sp.Mul(*outer).free_symbols & {k for k, *_ in inner[0].limits}:
            limits = inner[0].limits
            sums[limits] = sums.get(limits, sp.Integer(0)) + number * sp.Mul(*outer) * inner[0].function
        else:
            rest += term
    within = [(body, {k: (low, high) for k, low, high in limits}) for limits, body in sums.items()]
    parts = [(rest, {}), *within]
    vanishes = lambda e, known: normal(e, known) == 0 or is_zero(normal(e, known), known)  # noqa: E731
    return all(in_every_case(body, facts.among(bounds), vanishes) for body, bounds in parts)


def in_every_case(expression: sp.Expr, facts: Facts, holds: Callable[[sp.Expr, Facts], bool], depth: int = 6) -> bool:
    expression = normal(expression, facts)
    kinks = _kinks(expression)
    if not kinks:
        return holds(expression, facts)
    if depth == 0 or any(isinstance(kink, sp.Abs | sp.sign) and is_complex(kink.args[0]) for kink in kinks):
        return False  # a complex number has no sign
    cases = _cases(expression, _what_decides(kinks[0]), facts)
    return all(in_every_case(case, inside, holds, depth - 1) for case, inside in cases)


def _kinks(expression: sp.Expr) -> list[sp.Expr]:
    """The maxima, absolute values and conditions of the expression, innermost first; not those that change with the index of a
    sum, and so have no one sign.
    """
    bound = {k for s in expression.atoms(sp.Sum, sp.Product) for k, *_ in s.limits}
    bound |= {v for lam in expression.atoms(sp.Lambda) for v in lam.variables}
    kinds = (sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside, sp.Piecewise)
    return [n for n in sp.postorder_traversal(expression) if isinstance(n, kinds) and not n.free_symbols & bound]


def _what_decides(kink: sp.Expr) -> sp.Expr:
    """A quantity whose sign settles it, or one condition of it."""
    if isinstance(kink, sp.Piecewise):
        relations = (sorted(c.atoms(sp.core.relational.Relational), key=sp.default_sort_key) for _, c in kink.args)
        relation = next(itertools.chain.from_iterable(relations))
        return expanded(relation.lhs - relation.rhs)
    return expanded(kink.args[0] - kink.args[1] if isinstance(kink, sp.Max | sp.Min) else kink.args[0])


def _cases(expression: sp.Expr, quantity: sp.Expr, facts: Facts) -> Iterator[tuple[sp.Expr, Facts]]:
    """The expression for a negative, zero and positive quantity, and what is then known; without the cases that cannot be."""
    whole = bool(quantity.is_integer)
    p = sp.Dummy("p", positive=True, integer=True) if whole else sp.Dummy("p", positive=True)
    possible = signs_of_quotient(quantity, facts) & linear_sign(quantity, facts)
    for sign, value in ((-1, -p), (0, sp.Integer(0)), (1, p)):
        if sign not in possible and not is_complex(quantity):
            continue
        solved = eliminate(quantity, value)
        if solved is None:
            ways = [quantity, -quantity] if sign == 0 else [sign * quantity]
            side = facts.knowing(*(Inequality(way, sign != 0) for way in ways))
            yield _decided(expression, quantity, sign, sign or max(possible)), side
        else:
            case = put(expression, *solved)
            yield _folded(case), facts.replacing(*solved)


def _folded(expression: sp.Expr) -> sp.Expr:
    """Its cases outermost, but no case out of a sum: SymPy would take one along that changes with the index."""
    if not expression.has(sp.Piecewise):
        return expression
    held = {bound: sp.Dummy(real=bound.is_real) for bound in expression.atoms(sp.Sum, sp.Product, sp.Lambda)}
    back = {dummy: bound for bound, dummy in held.items()}
    return sp.piecewise_fold(expression.xreplace(held)).xreplace(back)


def _decided(expression: sp.Expr, quantity: sp.Expr, known: int, beside: int) -> sp.Expr:
    """The expression with what hangs on the sign of ``quantity`` settled, where no symbol can be eliminated. Of a tie that is
    kept which is the larger, or the smaller, ``beside`` it: both are the same.
    """

    def sign_of(e: sp.Expr, known: int = known) -> int | None:
        ratio = sp.cancel(e / quantity) if quantity != 0 else sp.nan
        if not ratio.is_number or not ratio.is_real:
            return None
        return int(sp.sign(ratio)) * known

    def settle_extreme(node: sp.Expr) -> sp.Expr:
        a, b, *rest = node.args
        sign = sign_of(expanded(a - b), beside)
        if sign is None:
            return node
        kept = a if (sign >= 0) == isinstance(node, sp.Max) else b
        return node.func(kept, *rest) if rest else kept

    def settle_sign(node: sp.Expr) -> sp.Expr:
        sign = sign_of(expanded(node.args[0]))
        if sign is None:
            return node
        if isinstance(node, sp.Abs):
            return node.args[0] * sign
        return sp.Integer(sign) if isinstance(node, sp.sign) else node.func(sign)

    def settle_relation(node: Any) -> Any:
        sign = sign_of(expanded(node.lhs - node.rhs))
        return node if sign is None else sp.sympify(bool(node.func(sign, 0)))

    settled = expression.replace(lambda n: isinstance(n, sp.Max | sp.Min), settle_extreme)
    settled = settled.replace(lambda n: isinstance(n, sp.Abs | sp.sign | sp.Heaviside), settle_sign)
    return settled.replace(lambda n: isinstance(n, sp.core.relational.Relational), settle_relation)
