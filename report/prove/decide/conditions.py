"""What may be assumed, and how a condition is put to use: one symbol of it is eliminated (x < 0 becomes x = −p, p > 0)."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from report.prove.language.glossary import Symbol
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import EXTREMES, SLOPE, Grid, GridEquality, is_complex
from report.prove.meaning.symbolic import Scope, limits, read

Ranges = Mapping["sp.Symbol", tuple["sp.Expr", "sp.Expr"]]


@dataclass(frozen=True)
class Inequality:
    """``gap`` is 0 or more; ``strict``: it is more than 0."""

    gap: sp.Expr
    strict: bool


@dataclass(frozen=True)
class Facts:
    """What may be assumed: bounds of indices; replacements that eliminate a condition, for a symbol or for all entries of a
    vector or matrix; and what is ``known`` beyond that: inequalities, and quantities that keep ``apart`` from 0.
    """

    ranges: Ranges = field(default_factory=dict, hash=False)  # it has no hash, and is compared all the same
    replacements: tuple[tuple[sp.Expr, sp.Expr], ...] = ()
    arrays: tuple[tuple[sp.IndexedBase, Callable[..., sp.Expr]], ...] = ()
    laws: tuple[Callable[[sp.Expr], sp.Expr], ...] = ()
    known: tuple[Inequality, ...] = ()
    apart: tuple[sp.Expr, ...] = ()

    def apply(self, expression: Any) -> Any:
        if not (self.replacements or self.arrays):
            return expression
        expression, held = without_slopes(expression)
        for base, entry in self.arrays:
            kept = {d: sp.Dummy(real=True) for d in expression.atoms(sp.Derivative) if _by_no_entry(d, base, entry)}
            expression = expression.xreplace(kept).replace(
                lambda n, base=base: isinstance(n, sp.Indexed) and n.base == base, lambda n, entry=entry: entry(*n.indices)
            )
            expression = expression.xreplace({dummy: d for d, dummy in kept.items()})
        for old, new in self.replacements:
            expression = put(expression, old, new)
        return expression.xreplace(held)

    def among(self, ranges: Ranges) -> Facts:
        """The facts for indices that lie in these ranges, too."""
        return replace(self, ranges={**self.ranges, **ranges})

    def of_what_stays(self) -> Facts:
        """What may be assumed where something varies: what is known of integers, and not what holds at the point alone."""
        kept = tuple((old, new) for old, new in self.replacements if isinstance(old, sp.Symbol) and old.is_integer)
        return Facts(self.ranges, kept, laws=self.laws)

    def knowing(self, *inequalities: Inequality) -> Facts:
        """The facts with more inequalities."""
        more = (Inequality(self.apply(sp.sympify(each.gap)), each.strict) for each in inequalities)
        return replace(self, known=(*self.known, *more))

    def replacing(self, old: sp.Expr, new: sp.Expr) -> Facts:
        """The facts with a symbol given its value, and what is known of the symbol said of the value."""
        facts = self
        if old.is_nonnegative:
            facts = facts.knowing(Inequality(old, bool(old.is_positive)))
        known = tuple(Inequality(put(each.gap, old, new), each.strict) for each in facts.known)
        apart = tuple(put(each, old, new) for each in facts.apart)
        return replace(facts, replacements=(*facts.replacements, (old, new)), known=known, apart=apart)


def promised(symbols: Sequence[Symbol], scope: Scope) -> Facts:
    """What the domains of these symbols promise."""
    facts = Facts()
    for symbol in symbols:
        value, bound = scope.globals[symbol.name], symbol.least or symbol.above
        if symbol.within:
            low, high = (read(end.tree, scope) for end in symbol.within)
            facts = facts.among({value: (low, high)})
        if bound:
            facts = facts.knowing(Inequality(expanded(value - read(bound.tree, scope)), symbol.above is not None))
    return facts


def _by_no_entry(slope: sp.Derivative, base: sp.IndexedBase, entry: Callable[..., sp.Expr]) -> bool:
    """Whether what a derivative is taken by would be none, once the entries of an array have their values."""
    by = [v for v in slope.variables if isinstance(v, sp.Indexed) and v.base == base]
    return any(not isinstance(entry(*v.indices), sp.Indexed) for v in by)


NO_FACTS = Facts()


def of_every_entry(condition: ast.expr, scope: Scope) -> GridEquality | None:
    """What ``all(v[k] >= u[k] for k in span(1, n))`` says of a whole vector: it is ``u`` and something that is not negative."""
    match condition:
        case ast.Call(ast.Name("all"), [ast.GeneratorExp(ast.Compare(_, [_]) as entry, [ast.comprehension(place, over, [])])]):
            name = ast.unparse(place)
        case _:
            return None
    k, ends = sp.Dummy(name, integer=True), limits(over, scope)
    relation = read(entry, scope.bind(**{name: k}))
    if not isinstance(relation, sp.Le | sp.Ge | sp.Lt | sp.Gt):
        return None
    gap, strict = expanded(relation.gts - relation.lts), isinstance(relation, sp.Lt | sp.Gt)
    arrays = {e: scope.globals.get(str(e.base)) for e in gap.atoms(sp.Indexed)}
    if not all(isinstance(a, Grid) and e.indices == (k,) and _spans(a, ends) for e, a in arrays.items() if e.has(k)):
        return None
    for e in sorted((each for each in arrays if each.indices == (k,)), key=str):
        slope, rest = gap.coeff(e), expanded(gap - gap.coeff(e) * e)
        if slope in (1, -1) and not rest.has(e.base) and rest.xreplace({o: sp.Dummy() for o in arrays}).is_polynomial(k):
            slack = sp.IndexedBase(sp.Dummy(str(e.base), **{"positive" if strict else "nonnegative": True}))
            return _is_everywhere(scope.globals[str(e.base)], k, expanded(slope * (slack[k] - rest)))
    return None


def _is_everywhere(array: Grid, k: sp.Symbol, value: sp.Expr) -> GridEquality:
    return GridEquality(array, Grid(array.rows, sp.S.One, lambda i, j: value.subs(k, i), array.first))


def _spans(array: Grid, ends: tuple[sp.Expr, sp.Expr]) -> bool:
    """Whether a range goes over all places of a vector."""
    first, last = ends
    return expanded(first - array.first) == 0 == expanded(last - (array.first + array.rows - 1))


def without_slopes(expression: Any) -> tuple[Any, dict[sp.Expr, sp.Expr]]:
    """The expression with names for what is still to be differentiated, which keeps its variables, and what they stand for."""
    found = (d for d in expression.atoms(sp.core.function.AppliedUndef) if is_slope(d))
    held = {d: sp.Dummy(real=True) for d in found}
    return expression.xreplace(held), {dummy: slope for slope, dummy in held.items()}


def is_slope(e: Any) -> bool:
    return isinstance(e, sp.core.function.AppliedUndef) and e.func.__name__ == SLOPE


def put(expression: Any, old: sp.Expr, new: sp.Expr) -> Any:
    """The expression with ``new`` for ``old``. The value of a function at one place says nothing of its slope there."""
    if not expression.has(old):
        return expression
    if not isinstance(old, sp.core.function.AppliedUndef):
        return expression.subs(old, new)
    held = {slope: sp.Dummy(real=True) for slope in expression.atoms(sp.Derivative, sp.Subs)}
    return expression.xreplace(held).subs(old, new).xreplace({dummy: slope for slope, dummy in held.items()})


def eliminate(quantity: sp.Expr, value: sp.Expr) -> tuple[sp.Expr, sp.Expr] | None:
    """One symbol (or entry) and what it is when ``quantity == value``: it occurs linearly, with a number before it."""
    least_known_first = lambda s: (isinstance(s, sp.Dummy), s.is_nonnegative is True, sp.default_sort_key(s))  # noqa: E731
    atoms = sorted(quantity.atoms(sp.Indexed), key=sp.default_sort_key) + sorted(quantity.free_symbols, key=least_known_first)
    functions = sorted(quantity.atoms(sp.core.function.AppliedUndef), key=sp.default_sort_key)
    functions = [each for each in functions if each.func.__name__ not in EXTREMES]  # of which more is known than of a name
    for atom in [*functions, *atoms]:
        if isinstance(atom, sp.Symbol) and any(atom in other.free_symbols for other in quantity.atoms(sp.Indexed)):
            continue
        slope = quantity.coeff(atom, 1)
        rest = expanded(quantity - slope * atom)
        if slope.is_Rational and slope != 0 and not rest.has(atom):
            solution = expanded((value - rest) / slope)
            if not atom.is_integer or solution.is_integer:
                return atom, solution
    return None


def assume(conditions: Sequence[Any], facts: Facts) -> Facts:
    """The facts with conditions added; an equation that cannot be eliminated adds none (``given`` puts it in as it stands).
    Raises ``ValueError`` naming a condition that nothing meets, or that is none.
    """
    for condition in sorted(conditions, key=lambda each: not isinstance(each, sp.Eq)):  # what is equal is put in for the others
        if isinstance(condition, GridEquality):
            known = _known_entries(condition)
            facts = replace(facts, arrays=(*facts.arrays, known)) if known else facts
            continue
        parts = condition.args if isinstance(condition, sp.And) else (condition,)
        for part in parts:
            part = facts.apply(part)
            if part is sp.true:
                continue
            if part is sp.false:
                raise ValueError(f"{condition}: nothing satisfies it together with the others")
            facts = _supposing(part, facts)
    return facts


def is_left_as_it_stands(condition: Any) -> bool:
    """Whether it is an equation by which nothing is eliminated."""
    facts = assume([condition], NO_FACTS)
    return isinstance(condition, sp.Eq | GridEquality) and not (facts.replacements or facts.arrays)


def _of_extremes(e: sp.Expr) -> bool:
    return any(each.func.__name__ in EXTREMES for each in e.atoms(sp.core.function.AppliedUndef))


def _supposing(condition: Any, facts: Facts) -> Facts:
    if isinstance(condition, sp.Ne):
        apart = expanded(condition.lhs - condition.rhs)
        return replace(facts, apart=(*facts.apart, apart.base if apart.is_Pow and apart.exp.is_positive else apart))
    if isinstance(condition, sp.Or):
        raise ValueError(
            f"{condition}: it joins cases by 'or'. State a part for each case, or x != y where that is what is meant"
        )
    if not isinstance(condition, sp.core.relational.Relational):
        raise ValueError(f"{condition}: a condition is a relation, such as x > 0")
    if isinstance(condition, sp.Eq):
        gap = expanded(condition.lhs - condition.rhs)
        if gap.is_Pow and gap.exp.is_positive:
            return _supposing(sp.Eq(gap.base, 0), facts)
        solved, known = eliminate(gap, sp.Integer(0)), () if is_complex(gap) else (gap, -gap)
        return facts.replacing(*solved) if solved else facts.knowing(*(Inequality(each, False) for each in known))
    gap, strict = expanded(condition.gts - condition.lts), isinstance(condition, sp.Lt | sp.Gt)
    kind = {"positive": True} if strict else {"nonnegative": True}
    slack = sp.Dummy(_called(gap), **kind, **({"integer": True} if gap.is_integer else {}))
    solved = eliminate(gap, slack) if not _of_extremes(gap) else None  # which are of what would be replaced
    if gap.is_integer and strict:
        gap, strict = gap - 1, False
    if strict and isinstance(gap, sp.Abs):
        return replace(facts, apart=(*facts.apart, gap.args[0]))
    facts = facts.knowing(Inequality(gap, strict), *_grown(gap, strict, facts))
    return facts.replacing(*solved) if solved else facts


def _grown(gap: sp.Expr, strict: bool, facts: Facts) -> Iterator[Inequality]:
    """What an inequality between two exponentials, logarithms or roots says of what these are of, and one between quotients
    once their denominators are multiplied out.
    """
    above, below = sp.fraction(sp.together(gap))
    positive = [known.gap for known in facts.known if known.strict]
    if not below.is_number and all(f.is_positive or expanded(f) in positive for f in sp.Mul.make_args(below)):
        yield Inequality(expanded(above), strict)
    if gap.is_Pow and gap.exp == sp.Rational(1, 2):
        yield Inequality(gap.base, strict)
    terms = sp.Add.make_args(gap)
    larger, smaller = ([t for t in terms if t.could_extract_minus_sign() is minus] for minus in (False, True))
    if len(larger) == len(smaller) == 1:
        a, b = larger[0], -smaller[0]
        if type(a) is type(b) and isinstance(a, sp.exp | sp.log) and not is_complex(gap):
            yield Inequality(a.args[0] - b.args[0], strict)
        elif a.is_Pow and b.is_Pow and a.exp == b.exp == sp.Rational(1, 2):
            yield Inequality(a.base - b.base, strict)
    number, varying = gap.as_coeff_Add()
    factor, of = varying.as_coeff_Mul()
    if not is_complex(gap) and (inverse := _inverse(of, -number / factor)) is not None:
        yield Inequality(sp.sign(factor) * (of.args[0] - inverse), strict)


def _inverse(of: sp.Expr, value: sp.Expr) -> sp.Expr | None:
    """Where a function that grows has a value: an exponential, a logarithm, a root, tanh at 0; None where it has it nowhere."""
    if isinstance(of, sp.exp) and value.is_positive:
        return sp.log(value)
    if isinstance(of, sp.log):
        return sp.exp(value)
    if of.is_Pow and of.exp == sp.Rational(1, 2) and value.is_nonnegative:
        return value**2
    return value if isinstance(of, sp.tanh) and value == 0 else None


def _known_entries(condition: GridEquality) -> tuple[sp.IndexedBase, Callable[..., sp.Expr]] | None:
    """A vector or matrix by name, and what its entries are; None for any other condition."""
    left, right = condition.left, condition.right
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    generic, value = left.entry(i, j), right.entry(i + right.first - left.first, j + right.first - left.first)
    sizes = expanded(left.rows - right.rows) == 0 == expanded(left.columns - right.columns)
    if not (sizes and isinstance(generic, sp.Indexed) and generic.indices in ((i,), (i, j))) or value.has(generic.base):
        return None
    return generic.base, lambda *at: value.subs(dict(zip((i, j), at)), simultaneous=True)


def _called(gap: sp.Expr) -> str:
    """How what takes the place of a quantity above 0 is called in what is left over: as the quantity."""
    text = re.sub(r"(?<!\w)_", "", str(gap))
    return text if gap.is_Atom else f"({text})"
