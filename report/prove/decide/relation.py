"""Deciding a relation between two symbolic values, soundly: "proved" with the way it was proved, or not.

Nothing here guesses. Equality is decided by bringing the difference to a normal form that is zero; inequality by the sign of
the difference; maxima, absolute values and cases by splitting on the sign of what they compare, where in each case one symbol
is eliminated (x < 0 becomes x = −p, p > 0); sums by linearity, contraction with Kronecker deltas, and renaming or shifting
of their indices. Where that does not reach a decision the answer is no.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from report.prove.meaning.symbolic import Grid, GridEquality, total

MANY = 4
"""Sums over more indices than this are equal only as they stand: trying all orders of the indices takes too long."""

Ranges = Mapping["sp.Symbol", tuple["sp.Expr", "sp.Expr"]]


@dataclass(frozen=True)
class Facts:
    """What may be assumed: bounds of indices, and replacements that eliminate a condition, for a symbol or for all entries
    of a vector or matrix.
    """

    ranges: Ranges = field(default_factory=dict)
    replacements: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
    arrays: tuple[tuple[sp.IndexedBase, Callable[..., sp.Expr]], ...] = ()
    laws: tuple[Callable[[sp.Expr], sp.Expr], ...] = ()

    def apply(self, expression: Any) -> Any:
        if not (self.replacements or self.arrays):
            return expression
        held = {d: sp.Dummy(real=True) for d in expression.atoms(sp.core.function.AppliedUndef) if d.func.__name__ == "D"}
        expression = expression.xreplace(held)  # what is still to be differentiated keeps its variables
        for base, entry in self.arrays:
            expression = expression.replace(
                lambda n, base=base: isinstance(n, sp.Indexed) and n.base == base, lambda n, entry=entry: entry(*n.indices)
            )
        for old, new in self.replacements:
            expression = expression.subs(old, new)
        return expression.xreplace({dummy: derivative for derivative, dummy in held.items()})


NO_FACTS = Facts()
SMALL = range(1, 5)
"""Sizes of matrices that are compared entry by entry, and not by their generic entry."""


def prove(left: Any, relation: str, right: Any, facts: Facts = NO_FACTS) -> str | None:
    """How ``left relation right`` was proved, in a few words, or None if it was not."""
    if callable(left) or callable(right):
        i = sp.Dummy("i", integer=True)
        at = lambda v: v(i) if callable(v) else v  # noqa: E731
        return prove(at(left), relation, at(right), facts)
    if isinstance(left, Grid) or isinstance(right, Grid):
        return _entrywise(left, relation, right, facts)
    left, right = facts.apply(sp.sympify(left)), facts.apply(sp.sympify(right))
    if relation == "iff":
        return "the same linear inequality" if left == right or equivalent(left, right, facts) else None
    if relation == "implies":
        return _implied(left, right, facts)
    if relation == "==":
        return equal(left, right, facts)
    if relation == "!=":
        difference = normal(left - right, facts)
        return "a difference that is never 0" if difference.is_nonzero else None
    low, high = (left, right) if relation in ("<=", "<") else (right, left)
    return _ordered(low, high, strict="=" not in relation, facts=facts)


def _entrywise(left: Any, relation: str, right: Any, facts: Facts) -> str | None:
    if not (isinstance(left, Grid) and isinstance(right, Grid)):
        return None
    if equal(left.rows, right.rows, facts) is None or equal(left.columns, right.columns, facts) is None:
        return None
    if relation == "==" and left.rows in SMALL and left.columns in SMALL:
        places = itertools.product(range(int(left.rows)), range(int(left.columns)))
        pairs = [tuple(g.entry(sp.Integer(g.first + i), sp.Integer(g.first + j)) for g in (left, right)) for i, j in places]
        if all(equal(facts.apply(a), facts.apply(b), facts) for a, b in pairs):
            return "entry by entry"
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    bounds = {i: (left.first, left.first + left.rows - 1), j: (left.first, left.first + left.columns - 1)}
    inside = replace(facts, ranges={**facts.ranges, **{k: tuple(map(sp.sympify, v)) for k, v in bounds.items()}})
    j_at = sp.Integer(left.first) if left.columns == 1 else j
    i_at = sp.Integer(left.first) if left.rows == 1 else i
    shift = right.first - left.first
    method = prove(left.entry(i_at, j_at), relation, right.entry(i_at + shift, j_at + shift), inside)
    return None if method is None else f"generic entry: {method}"


# --- equality ------------------------------------------------------------------------------------------------------


def equal(left: sp.Expr, right: sp.Expr, facts: Facts = NO_FACTS) -> str | None:
    """How ``left == right`` was proved, or None."""
    if left == right:
        return "identical"
    if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr)):
        return None
    difference = normal(left - right, facts)
    if difference == 0:
        return "normal form"
    if _is_kinked(difference):
        return "case by case" if _zero_term_by_term(difference, facts) else None
    return "simplification" if _is_zero(difference, facts) else None


def _is_zero(difference: sp.Expr, facts: Facts) -> bool:
    if difference.is_zero:
        return True
    difference = _frozen(difference)
    if not _worth_simplifying(difference) or _surely_not_zero(difference):
        return False
    for simplify in (lambda e: sp.cancel(sp.together(sp.expand_power_exp(e))), _with_logarithms, sp.simplify):
        try:
            simpler = simplify(difference)
        except (sp.PolynomialError, NotImplementedError):
            continue
        if simpler == 0 or normal(simpler, facts) == 0:
            return True
        if simpler.is_number:
            return False
    return False


def _frozen(expression: sp.Expr) -> sp.Expr:
    """Opaque functions, entries, derivatives and sums as plain variables: algebra knows no more about them."""
    opaque = (sp.core.function.AppliedUndef, sp.Indexed, sp.Derivative, sp.Sum, sp.Product, sp.Subs)
    found: dict[sp.Expr, sp.Dummy] = {}

    def visit(node: sp.Expr) -> sp.Expr:
        if isinstance(node, opaque):
            return found.setdefault(node, sp.Dummy(real=node.is_real, positive=node.is_positive, integer=node.is_integer))
        return node.func(*map(visit, node.args)) if node.args else node

    return visit(expression)


def _surely_not_zero(difference: sp.Expr) -> bool:
    """Whether the value at one rational point is far from zero: then no simplification needs to be tried."""
    symbols = sorted(difference.free_symbols, key=lambda s: (s.name, getattr(s, "dummy_index", 0)))
    if not all(isinstance(s, sp.Symbol) for s in symbols) or difference.has(sp.Lambda, sp.KroneckerDelta):
        return False
    point = {s: sp.Integer(3 + n) if s.is_integer else sp.Rational(7 + 4 * n, 5 + n) for n, s in enumerate(symbols)}
    value = difference.subs(point).evalf(20)
    return bool(value.is_number and value.is_finite and abs(value) > 1e-8)


def _worth_simplifying(difference: sp.Expr) -> bool:
    return bool(sp.count_ops(difference) < 400)


def _with_logarithms(e: sp.Expr) -> sp.Expr:
    return sp.expand(sp.expand_log(e))


# --- cases ---------------------------------------------------------------------------------------------------------


def _is_kinked(expression: sp.Expr) -> bool:
    return bool(expression.has(sp.Max, sp.Min, sp.Abs, sp.sign, sp.Heaviside, sp.Piecewise))


def _zero_term_by_term(difference: sp.Expr, facts: Facts) -> bool:
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
    return all(_zero_in_every_case(body, replace(facts, ranges={**facts.ranges, **bounds}), 6) for body, bounds in parts)


def _zero_in_every_case(difference: sp.Expr, facts: Facts, depth: int) -> bool:
    return _in_every_case(difference, facts, depth, lambda e, f: normal(e, f) == 0 or _is_zero(normal(e, f), f))


def _in_every_case(expression: sp.Expr, facts: Facts, depth: int, holds: Callable[[sp.Expr, Facts], bool]) -> bool:
    expression = normal(expression, facts)
    try:
        quantity = _what_decides(expression)
    except _Bound:
        return False
    if quantity is None:
        return holds(expression, facts)
    if depth == 0:
        return False
    return all(_in_every_case(case, facts, depth - 1, holds) for case in _cases(expression, quantity))


class _Bound(Exception):
    """A case would have to be decided at every index of a sum at once."""


def _what_decides(expression: sp.Expr) -> sp.Expr | None:
    """A quantity whose sign settles one maximum, absolute value or condition of the expression; innermost first.

    Raises ``_Bound`` for a quantity that changes with the index of a sum: its sign is not one thing.
    """
    bound = {k for s in expression.atoms(sp.Sum, sp.Product) for k, *_ in s.limits}
    bound |= {v for lam in expression.atoms(sp.Lambda) for v in lam.variables}
    for node in sp.postorder_traversal(expression):
        if isinstance(node, sp.Max | sp.Min | sp.Abs | sp.sign | sp.Heaviside | sp.Piecewise) and node.free_symbols & bound:
            raise _Bound
        if isinstance(node, sp.Max | sp.Min):
            return sp.expand(node.args[0] - node.args[1])
        if isinstance(node, sp.Abs | sp.sign | sp.Heaviside):
            return sp.expand(node.args[0])
        if isinstance(node, sp.Piecewise):
            for _, condition in node.args:
                for relation in condition.atoms(sp.core.relational.Relational):
                    return sp.expand(relation.lhs - relation.rhs)
    return None


def _cases(expression: sp.Expr, quantity: sp.Expr) -> Iterator[sp.Expr]:
    """The expression for a negative, zero and positive quantity."""
    whole = bool(quantity.is_integer)
    p = sp.Dummy("p", positive=True, integer=True) if whole else sp.Dummy("p", positive=True)
    for value in (-p, sp.Integer(0), p):
        solved = eliminate(quantity, value)
        if solved is None:
            yield _decided(expression, quantity, value)
        else:
            yield sp.piecewise_fold(expression.subs(*solved)) if expression.has(sp.Piecewise) else expression.subs(*solved)


def eliminate(quantity: sp.Expr, value: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """One symbol (or entry) and what it is when ``quantity == value``: it occurs linearly, with a number before it."""
    least_known_first = lambda s: (isinstance(s, sp.Dummy), s.is_nonnegative is True, sp.default_sort_key(s))  # noqa: E731
    atoms = sorted(quantity.atoms(sp.Indexed), key=sp.default_sort_key) + sorted(quantity.free_symbols, key=least_known_first)
    functions = sorted(quantity.atoms(sp.core.function.AppliedUndef), key=sp.default_sort_key)
    for atom in [*functions, *atoms]:
        if isinstance(atom, sp.Symbol) and any(atom in other.free_symbols for other in quantity.atoms(sp.Indexed)):
            continue
        slope = quantity.coeff(atom, 1)
        rest = sp.expand(quantity - slope * atom)
        if slope.is_Rational and slope != 0 and not rest.has(atom):
            if atom.is_integer and slope not in (1, -1):
                continue
            return atom, sp.expand((value - rest) / slope)
    return None


def _decided(expression: sp.Expr, quantity: sp.Expr, value: sp.Expr) -> sp.Expr:
    """The expression with what hangs on the sign of ``quantity`` settled, where no symbol can be eliminated."""

    def sign_of(e: sp.Expr) -> int | None:
        ratio = sp.cancel(e / quantity) if quantity != 0 else sp.nan
        if not ratio.is_number or not ratio.is_real:
            return None
        sign = 0 if value == 0 else 1 if value.is_positive else -1
        return int(sp.sign(ratio)) * sign

    def settle_extreme(node: sp.Expr) -> sp.Expr:
        a, b, *rest = node.args
        sign = sign_of(sp.expand(a - b))
        if sign is None:
            return node
        first = (sign >= 0) == isinstance(node, sp.Max)
        kept = a if first or sign == 0 else b
        return node.func(kept, *rest) if rest else kept

    def settle_sign(node: sp.Expr) -> sp.Expr:
        sign = sign_of(sp.expand(node.args[0]))
        if sign is None:
            return node
        if isinstance(node, sp.Abs):
            return node.args[0] * sign
        return sp.Integer(sign) if isinstance(node, sp.sign) else node.func(sign)

    def settle_relation(node: Any) -> Any:
        sign = sign_of(sp.expand(node.lhs - node.rhs))
        return node if sign is None else sp.sympify(bool(node.func(sign, 0)))

    settled = expression.replace(lambda n: isinstance(n, sp.Max | sp.Min), settle_extreme)
    settled = settled.replace(lambda n: isinstance(n, sp.Abs | sp.sign | sp.Heaviside), settle_sign)
    return settled.replace(lambda n: isinstance(n, sp.core.relational.Relational), settle_relation)


def assume(conditions: Sequence[Any], facts: Facts) -> Facts:
    """The facts with conditions added. Raises ``ValueError`` naming a condition that cannot be eliminated."""
    for condition in conditions:
        if isinstance(condition, GridEquality):
            facts = replace(facts, arrays=(*facts.arrays, _known_entries(condition)))
            continue
        parts = condition.args if isinstance(condition, sp.And) else (condition,)
        for part in parts:
            part = facts.apply(part)
            if part is sp.true:
                continue
            solved = _solve_condition(part)
            if solved is None:
                raise ValueError(str(part))
            facts = replace(facts, replacements=(*facts.replacements, solved))
    return facts


def _known_entries(condition: GridEquality) -> tuple[sp.IndexedBase, Callable[..., sp.Expr]]:
    """A vector or matrix by name, and what its entries are. Raises ``ValueError`` for any other condition."""
    left, right = condition.left, condition.right
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    generic, value = left.entry(i, j), right.entry(i + right.first - left.first, j + right.first - left.first)
    sizes = sp.expand(left.rows - right.rows) == 0 == sp.expand(left.columns - right.columns)
    if not (sizes and isinstance(generic, sp.Indexed) and generic.indices in ((i,), (i, j))) or value.has(generic.base):
        raise ValueError("on a whole array that is not its name == something of the same size")
    return generic.base, lambda *at: value.subs(dict(zip((i, j), at)), simultaneous=True)


def _solve_condition(condition: Any) -> tuple[sp.Expr, sp.Expr] | None:
    if isinstance(condition, sp.Eq):
        return eliminate(sp.expand(condition.lhs - condition.rhs), sp.Integer(0))
    if isinstance(condition, sp.Le | sp.Ge | sp.Lt | sp.Gt):
        gap = sp.expand(condition.gts - condition.lts)
        strict = isinstance(condition, sp.Lt | sp.Gt)
        kind = {"positive": True} if strict else {"nonnegative": True}
        slack = sp.Dummy("p", **kind, **({"integer": True} if gap.is_integer else {}))
        return eliminate(gap, slack)
    return None


# --- order and logic -----------------------------------------------------------------------------------------------


def _ordered(low: sp.Expr, high: sp.Expr, strict: bool, facts: Facts) -> str | None:
    def holds(gap: sp.Expr, _: Facts) -> bool:
        forms = (form(gap) for form in (lambda e: e, sp.factor, sp.simplify))
        return any(form.is_positive if strict else form.is_nonnegative for form in forms)

    difference = normal(high - low, facts)
    if not _is_kinked(difference):
        return "sign of the difference" if holds(difference, facts) else None
    return "case by case" if holds(difference, facts) or _in_every_case(difference, facts, 6, holds) else None


def _implied(premise: Any, conclusion: Any, facts: Facts) -> str | None:
    if premise is sp.false or conclusion is sp.true:
        return "trivial"
    try:
        inside = assume([premise], facts)
    except ValueError:
        return None
    conclusion = inside.apply(conclusion)
    if conclusion is sp.true:
        return "elimination"
    if isinstance(conclusion, sp.core.relational.Relational):
        return prove(conclusion.lhs, conclusion.rel_op, conclusion.rhs, inside)
    return None


def equivalent(p: Any, q: Any, facts: Facts) -> bool:
    """Whether two inequalities are the same after moving everything to one side and dividing by something positive."""
    relations = (sp.Le, sp.Ge, sp.Lt, sp.Gt)
    if isinstance(p, sp.Eq) and isinstance(q, sp.Eq):
        return _proportional(p.lhs - p.rhs, q.lhs - q.rhs, facts, any_sign=True)
    if not (isinstance(p, relations) and isinstance(q, relations)):
        return False
    if isinstance(p, sp.Lt | sp.Gt) == isinstance(q, sp.Lt | sp.Gt) and _proportional(p.gts - p.lts, q.gts - q.lts, facts):
        return True
    return bool(set(_whole_bounds(p)) & set(_whole_bounds(q)))


def _proportional(a: sp.Expr, b: sp.Expr, facts: Facts, any_sign: bool = False) -> bool:
    ratio = sp.cancel(sp.together(normal(a, facts) / normal(b, facts))) if normal(b, facts) != 0 else sp.nan
    return bool(ratio.is_positive or (any_sign and ratio.is_nonzero))


def _whole_bounds(relation: Any) -> Iterator[tuple[sp.Symbol, str, sp.Expr]]:
    """A bound on one integer at a time: i ≤ ⌊…⌋ or i ≥ ⌈…⌉."""
    gap = sp.expand(relation.gts - relation.lts)
    strict = isinstance(relation, sp.Lt | sp.Gt)
    for symbol in sorted(gap.free_symbols, key=sp.default_sort_key):
        slope, rest = gap.coeff(symbol, 1), sp.expand(gap - gap.coeff(symbol, 1) * symbol)
        if not symbol.is_integer or rest.has(symbol) or slope == 0:
            continue
        if slope.is_negative:
            bound = sp.expand(rest / -slope)
            yield symbol, "<=", sp.ceiling(bound) - 1 if strict else sp.floor(bound)
        elif slope.is_positive:
            bound = sp.expand(-rest / slope)
            yield symbol, ">=", sp.floor(bound) + 1 if strict else sp.ceiling(bound)


# --- normal form ---------------------------------------------------------------------------------------------------


def normal(expression: sp.Expr, facts: Facts = NO_FACTS) -> sp.Expr:
    """The normal form: expanded, sums linear, contracted with deltas, their indices renamed and shifted canonically."""
    expression = _with_known_floors(facts.apply(sp.sympify(expression)))
    for law in facts.laws:
        expression = law(expression)
    if expression.has(sp.Sum):
        expression = expression.replace(lambda n: isinstance(n, sp.Sum), _written_out)
    expression = _with_plain_indices(expression)
    if not expression.has(sp.Sum, sp.Lambda, sp.KroneckerDelta, sp.Product):
        return sp.expand(expression)
    return _collect(_terms(_inner(expression, facts), facts, {}), facts)


def _with_known_floors(expression: sp.Expr) -> sp.Expr:
    """⌊q⌋ as 0 where 0 ≤ q < 1, and as −1 where −1 ≤ q < 0: remainders of places at most one period away."""
    for floor in expression.atoms(sp.floor):
        for value in (sp.Integer(0), sp.Integer(-1)):
            below, above = (sp.together(sp.expand(gap)) for gap in (floor.args[0] - value, value + 1 - floor.args[0]))
            if below.is_nonnegative and above.is_positive:
                expression = expression.xreplace({floor: value})
    return expression


def _written_out(sum_: sp.Sum) -> sp.Expr:
    """A sum that the facts have made short, term by term."""
    (k, low, high), *inner = sum_.limits
    return sum_ if inner else total(sum_.function, k, low, high)


def _with_plain_indices(expression: sp.Expr) -> sp.Expr:
    """x[(i − j) + j] as x[i]."""
    entries = {entry: entry.base[tuple(map(sp.expand, entry.indices))] for entry in expression.atoms(sp.Indexed)}
    changed = {old: new for old, new in entries.items() if old != new}
    return expression.xreplace(changed) if changed else expression


def _inner(expression: sp.Expr, facts: Facts) -> sp.Expr:
    """Arguments of functions and of negative or symbolic powers in normal form; lambdas renamed."""
    if isinstance(expression, sp.Lambda):
        body = normal(expression.expr, facts)
        dot = sp.Symbol(f"_dot{_height(body, sp.Lambda)}", integer=True)  # inner dots have lower numbers: none is captured
        return sp.Lambda(dot, body.subs(expression.variables[0], dot))
    if not expression.args or isinstance(expression, sp.Indexed):
        return expression
    if isinstance(expression, sp.Sum):
        return sp.Sum(_inner(expression.function, facts), *expression.limits)
    if isinstance(expression, sp.Add | sp.Mul):
        return expression.func(*(_inner(a, facts) for a in expression.args))
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp > 0:
        return _inner(expression.base, facts) ** expression.exp
    if isinstance(expression, sp.Product):
        return _product(normal(expression.function, facts), *expression.limits[0])
    return expression.func(*(normal(a, facts) if isinstance(a, sp.Expr) and not isinstance(a, sp.Lambda) else
                             _inner(a, facts) if isinstance(a, sp.Lambda) else a for a in expression.args))  # fmt: skip


def _product(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A product from 0, with its last factors apart where its size has a constant."""
    size = sp.expand(high - low + 1)
    constant, base = size.as_coeff_Add()
    name = sp.Symbol("_f0", integer=True)
    moved = _expanded_indices(body.subs(k, name + low))
    if constant.is_Integer and 0 < constant <= 4 and base != 0 and base.is_nonnegative:
        last = [_expanded_indices(body.subs(k, sp.expand(low + base + place))) for place in range(int(constant))]
        return sp.Product(moved, (name, 0, base - 1)) * sp.Mul(*last)
    return sp.Product(moved, (name, 0, size - 1))


def _height(expression: sp.Expr, kind: type) -> int:
    """How deep expressions of a kind are nested."""
    inner = max((_height(a, kind) for a in expression.args), default=0)
    return inner + isinstance(expression, kind)


Term = tuple[tuple["sp.Expr", ...], tuple[tuple["sp.Symbol", "sp.Expr", "sp.Expr"], ...]]
"""Factors, and the indices that the term is summed over with their bounds."""


def _terms(expression: sp.Expr, facts: Facts, bounds: Ranges) -> list[Term]:
    """The expression as a list of products under sums, every sum pulled to the front."""
    found: list[Term] = []
    for addend in sp.Add.make_args(sp.expand(expression)):
        found += _multiply([_factor_terms(f, facts, bounds) for f in sp.Mul.make_args(addend)])
    return found


def _factor_terms(factor: sp.Expr, facts: Facts, bounds: Ranges) -> list[Term]:
    if isinstance(factor, sp.Sum):
        *inner, (k, low, high) = factor.limits  # SymPy flattens nested sums, the innermost first
        body = sp.Sum(factor.function, *inner) if inner else factor.function
        apart = _split_ends(body, k, low, high)
        if apart is not None:
            return [term for piece in apart for term in _terms(piece, facts, bounds)]
        fresh = sp.Dummy(k.name, integer=True)
        inside = _terms(_floors_inside(body, k, low, high).subs(k, fresh), facts, {**bounds, fresh: (low, high)})
        return [(factors, ((fresh, low, high), *limits)) for factors, limits in inside]
    if isinstance(factor, sp.Pow) and factor.base.has(sp.Sum) and factor.exp.is_Integer and 0 < factor.exp <= 4:
        return _multiply([_terms(factor.base, facts, bounds)] * int(factor.exp))
    return [((factor,), ())]


def _floors_inside(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """⌊k/n⌋ = 0 under a sum over k = 0, …, n − 1."""
    if low != 0 or high.is_finite is False or not (high + 1).is_positive:
        return body
    return body.subs(sp.floor(k / sp.expand(high + 1)), 0)


def _split_ends(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[sp.Expr] | None:
    """Σ over n + 2 terms as Σ over n and two terms, Σ over n − 1 as Σ over n less one: sizes without a constant."""
    if low.is_finite is False or high.is_finite is False:
        return None
    size = sp.expand(high - low + 1)
    constant, base = size.as_coeff_Add()
    if not (constant.is_Integer and base != 0 and 0 < abs(constant) <= 4 and base.is_nonnegative and size.is_nonnegative):
        return None
    step = 1 if constant > 0 else -1
    places = range(int(constant)) if constant > 0 else range(int(constant), 0)
    return [sp.Sum(body, (k, low, low + base - 1)), *(step * body.subs(k, low + base + place) for place in places)]


def _multiply(lists: Sequence[list[Term]]) -> list[Term]:
    products: list[Term] = [((), ())]
    for terms in lists:
        products = [_times(a, b) for a in products for b in terms]
    return products


def _times(a: Term, b: Term) -> Term:
    """The product of two terms, the second with fresh indices (a square multiplies a term with itself)."""
    renamed = {k: sp.Dummy(k.name, integer=True) for k, _, _ in b[1]}
    factors = tuple(f.xreplace(renamed) for f in b[0])
    limits = tuple((renamed[k], low.xreplace(renamed), high.xreplace(renamed)) for k, low, high in b[1])
    return (*a[0], *factors), (*a[1], *limits)


def _collect(terms: Sequence[Term], facts: Facts) -> sp.Expr:
    return sp.expand(sp.Add(*(_rebuild(term, facts) for term in terms)))


def _rebuild(term: Term, facts: Facts) -> sp.Expr:
    """The term with deltas contracted, as a product of canonical sums over connected factors."""
    factors, limits = _contract(term, facts)
    product = sp.Mul(*factors)
    pieces = list(sp.Mul.make_args(product))
    result: sp.Expr = sp.Integer(1)
    remaining = list(limits)
    while remaining:
        group = [remaining.pop(0)]
        grown = True
        while grown:
            grown = False
            indices = {k for k, _, _ in group}
            touched = [p for p in pieces if p.free_symbols & indices]
            for limit in list(remaining):
                reached = limit[0] in set().union(*(p.free_symbols for p in touched)) if touched else False
                tied = bool((limit[1].free_symbols | limit[2].free_symbols) & indices) or any(
                    limit[0] in (low.free_symbols | high.free_symbols) for _, low, high in group
                )
                if reached or tied:
                    group.append(limit)
                    remaining.remove(limit)
                    grown = True
        indices = {k for k, _, _ in group}
        mine = [p for p in pieces if p.free_symbols & indices]
        pieces = [p for p in pieces if not p.free_symbols & indices]
        result *= _component(tuple(mine), tuple(group))
    return result * _delta_pinned(sp.Mul(*pieces))


def _delta_pinned(product: sp.Expr) -> sp.Expr:
    """δ_ij f(j) as δ_ij f(i): one spelling for what a Kronecker delta makes the same."""
    for delta in sorted(product.atoms(sp.KroneckerDelta), key=sp.default_sort_key):
        if delta not in sp.Mul.make_args(product):
            continue
        solved = eliminate(sp.expand(delta.args[0] - delta.args[1]), sp.Integer(0))
        if solved is not None:
            rest = product / delta
            product = delta * rest.subs(*solved)
    return product


def _contract(term: Term, facts: Facts) -> Term:
    """Σ_k δ(k, v) f(k) = f(v), wherever v is known to lie between the bounds of the sum."""
    factors, limits = list(term[0]), list(term[1])
    inside = {**facts.ranges, **{k: (low, high) for k, low, high in limits}}
    again = True
    while again:
        again = False
        product = sp.Mul(*factors)
        factors = list(sp.Mul.make_args(product))
        for delta in [f for f in factors if isinstance(f, sp.KroneckerDelta)]:
            for limit in limits:
                k, low, high = limit
                gap = sp.expand(delta.args[0] - delta.args[1])
                slope = gap.coeff(k, 1)
                if slope not in (1, -1):
                    continue
                value = sp.expand(k - gap / slope)
                if value.has(k) or not _lies_between(value, low, high, inside):
                    continue
                factors.remove(delta)
                factors = [f.subs(k, value) for f in factors]
                limits.remove(limit)
                limits = [(j, a.subs(k, value), b.subs(k, value)) for j, a, b in limits]
                again = True
                break
            if again:
                break
    return tuple(factors), tuple(limits)


def _lies_between(value: sp.Expr, low: sp.Expr, high: sp.Expr, ranges: Ranges) -> bool:
    if low is -sp.oo and high is sp.oo:
        return True
    if value in ranges:
        a, b = ranges[value]
        above = low is -sp.oo or bool((a - low).is_nonnegative)
        below = high is sp.oo or bool(sp.expand(high - b).is_nonnegative)
        return above and below
    return never_negative(value - low) and (high is sp.oo or never_negative(sp.expand(high - value)))


def _component(factors: tuple[sp.Expr, ...], limits: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]) -> sp.Expr:
    """One connected sum in its canonical spelling: the first in a fixed order over all names, shifts and reflections."""
    body, indices = sp.Mul(*factors), {k for k, _, _ in limits}
    rectangular = not any((low.free_symbols | high.free_symbols) & indices for _, low, high in limits)
    if rectangular and not body.free_symbols & indices:
        return body * sp.Mul(*(_count(k, low, high) for k, low, high in limits))
    return min(_spellings(body, limits), key=lambda s: (sp.count_ops(s), sp.default_sort_key(s)))


def _count(k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> sp.Expr:
    size = sp.expand(high - low + 1)
    return size if never_negative(size) and size.is_finite is not False else sp.Sum(1, (k, low, high))


def never_zero(expression: sp.Expr) -> bool:
    """Whether a number is surely not 0; e^(2πi a) − 1 is not for 0 < a < 1."""
    expression = sp.expand(expression, power_exp=False)
    if expression.is_nonzero:
        return True
    turned = [e for e in expression.args if isinstance(e, sp.exp)] if expression.is_Add else []
    if len(turned) != 1 or sp.expand(expression - turned[0]) != -1:
        return False
    turns = sp.together(sp.expand(turned[0].exp / (2 * sp.pi * sp.I)))
    return bool(turns.is_positive and sp.together(1 - turns).is_positive)


def never_negative(size: sp.Expr) -> bool:
    """Whether a number is 0 or more; a positive integer is at least 1."""
    positive = [s for s in size.free_symbols if s.is_integer and s.is_positive]
    from_one = {s: 1 + sp.Dummy(integer=True, nonnegative=True) for s in positive}
    return bool(size.is_nonnegative or sp.expand(size.subs(from_one)).is_nonnegative)


def _spellings(body: sp.Expr, limits: tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]) -> Iterator[sp.Expr]:
    inner = _deepest(body)
    orders = itertools.permutations(limits) if len(limits) <= MANY else [limits]  # 5 indices have 120 orders
    for order in orders:
        names = [sp.Symbol(f"_k{inner + n}", integer=True) for n in range(len(order))]
        renaming = {k: name for (k, _, _), name in zip(order, names)}
        renamed = [(renaming[k], low.xreplace(renaming), high.xreplace(renaming)) for k, low, high in order]
        yield from _shifted(body.xreplace(renaming), renamed, 0)


def _deepest(body: sp.Expr) -> int:
    """The first number that no sum inside uses for its index, so that an outer index is not captured."""
    bound = [k.name for s in body.atoms(sp.Sum) for k, *_ in s.limits]
    return 1 + max((int(name[2:]) for name in bound if name.startswith("_k")), default=-1)


def _shifted(body: sp.Expr, limits: Sequence[tuple[sp.Symbol, sp.Expr, sp.Expr]], at: int) -> Iterator[sp.Expr]:
    if at == len(limits):
        yield sp.Sum(body, *limits)
        return
    k, low, high = limits[at]
    for slope, offset in _index_maps(body, k, low, high):
        moved = body.subs(k, slope * k + offset, simultaneous=True)
        bounds = (low - offset, high - offset) if slope == 1 else (offset - high, offset - low)
        new = [*limits]
        new[at] = (k, sp.expand(bounds[0]), sp.expand(bounds[1]))
        new = [(j, a.subs(k, slope * k + offset), b.subs(k, slope * k + offset)) if j != k else (j, a, b) for j, a, b in new]
        yield from _shifted(_expanded_indices(moved), new, at + 1)


def _index_maps(body: sp.Expr, k: sp.Symbol, low: sp.Expr, high: sp.Expr) -> list[tuple[int, sp.Expr]]:
    """The substitutions k → ±k + c worth trying: those that make some index plainly k, or that start the sum at 0."""
    if low is -sp.oo and high is sp.oo:
        maps = {(1, sp.Integer(0))}
        for indexed in body.atoms(sp.Indexed, sp.KroneckerDelta):
            places = indexed.indices if isinstance(indexed, sp.Indexed) else [indexed.args[0] - indexed.args[1]]
            for place in places:
                place = sp.expand(place)
                slope = place.coeff(k, 1)
                rest = sp.expand(place - slope * k)
                if slope in (1, -1) and not rest.has(k):
                    maps.add((int(slope), sp.expand(-rest * slope)))
        return sorted(maps, key=lambda m: (m[0], sp.default_sort_key(m[1])))
    if low is not -sp.oo:
        return [(1, low)]
    return [(1, sp.Integer(0))]


def _expanded_indices(body: sp.Expr) -> sp.Expr:
    return body.replace(lambda n: isinstance(n, sp.Indexed), lambda n: n.base[tuple(sp.expand(i) for i in n.indices)]).replace(
        lambda n: isinstance(n, sp.KroneckerDelta), lambda n: _even_delta(sp.expand(n.args[0] - n.args[1]))
    )


def _even_delta(gap: sp.Expr) -> sp.Expr:
    """One spelling for δ(n) and δ(−n)."""
    return sp.KroneckerDelta(-gap if gap.could_extract_minus_sign() else gap, 0)
