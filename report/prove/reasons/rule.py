"""The reasons that a step may give, each with its checker.

A rule decides symbolically whether ``after`` follows from ``before`` *for the reason it names*: "definition of σ" may unfold σ
and nothing else, "algebra" may neither differentiate nor unfold. The words are the author's; formulas in them stand in
backticks. A plain string as a reason is ``calculation``: anything that SymPy can prove.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import sympy as sp

from report.errors import DeclarationError, nearest
from report.prove.decide import relation as decide
from report.prove.language.formula import (
    EVERYWHERE,
    Formula,
    Statement,
    bound_names,
    formula,
    names,
    parse,
    substitute,
    targets,
)
from report.prove.language.glossary import Definition, Symbol, written_here
from report.prove.meaning import noncommutative as words
from report.prove.meaning.symbolic import ALGEBRA, EVERYTHING, Grid, GridEquality, Knowledge, Scope, Unreadable, read, scope_for


class Verdict(StrEnum):
    """What a step may be called."""

    PROVED = "proved"  # in general, by the stated rule
    CITED = "cited"  # a known theorem, named; its instances are checked numerically
    CHECKED = "checked"  # over a finite range only, which the page says
    FAILED = "not proved"


def weakest(verdicts: Iterable[Verdict]) -> Verdict:
    """What a conclusion may be called that rests on all of these."""
    return max(verdicts, key=[*Verdict].index, default=Verdict.PROVED)


@dataclass(frozen=True)
class Lemma:
    """A statement that an earlier part shows, its conditions, and what the part supposed (the step of an induction)."""

    statement: Statement
    conditions: tuple[Formula, ...] = ()
    hypothesis: Statement | None = None
    verdict: Verdict = Verdict.PROVED


Shown = Mapping[str, Lemma]
"""What is shown so far, by the label of the part that shows it."""


@dataclass(frozen=True)
class Setting:
    """What a rule may use: the glossary, the facts of the part, and the statements shown before."""

    symbols: tuple[Symbol, ...]
    definitions: tuple[Definition, ...]
    facts: decide.Facts
    shown: Shown = field(default_factory=dict)

    def read(self, expression: Formula, knowledge: Knowledge = EVERYTHING) -> Any:
        """The symbolic value of a formula with only ``knowledge`` used."""
        return read(expression.tree, self.scope(knowledge))

    def scope(self, knowledge: Knowledge = EVERYTHING) -> Scope:
        return scope_for(self.symbols, self.definitions, knowledge)

    def formal(self) -> Setting:
        """Without what the part supposes of whole vectors and matrices: at u = 0 a wrong factor of u would not show. Putting
        that in is a calculation, and a step of its own.
        """
        return replace(self, facts=replace(self.facts, arrays=()))

    def holds(self, before: Formula, relation: str, after: Formula, knowledge: Knowledge) -> str | None:
        """How the relation was proved using only ``knowledge``, or None."""
        if relation == "==" and self._as_words(before, after):
            return "matrix algebra"
        return decide.prove(self.read(before, knowledge), relation, self.read(after, knowledge), self.facts)

    def _as_words(self, before: Formula, after: Formula) -> bool:
        if not any(s.kind == "matrix" for s in self.symbols):
            return False
        try:
            return words.same(before, after, self.symbols)
        except Unreadable:
            return False

    def lemma(self, label: str) -> Lemma:
        """What the earlier part ``label`` shows. Raises ``DeclarationError`` if there is none."""
        if label not in self.shown:
            raise DeclarationError(f"no part '{label}' before this one", remedy=nearest(label, self.shown))
        return self.shown[label]

    def definition(self, name: str) -> Definition:
        for definition in self.definitions:
            if definition.name == name:
                return definition
        raise DeclarationError(f"'{name}' is not defined here", remedy=nearest(name, [d.name for d in self.definitions]))


CALCULATION, DEFINITION, DIFFERENTIATION, PART, INDUCTION = "calculation", "definition", "differentiation", "part", "induction"
LINEARITY, SHIFT_INVARIANCE = "linearity", "shift invariance"
_NAMED = {
    DEFINITION: re.compile(r"\bdefinition\b"),
    DIFFERENTIATION: re.compile(r"\b(?:chain|product|quotient) rule\b|\bdifferentiat"),
    INDUCTION: re.compile(r"\binduction\b"),
    LINEARITY: re.compile(r"\blinearity of `"),
    SHIFT_INVARIANCE: re.compile(r"\bshift[- ]invarian"),
}


def laws_named(words: str) -> set[str]:
    """The laws that an author's words appeal to."""
    return {law for law, pattern in _NAMED.items() if pattern.search(words)}


ALGEBRA_AND_SLOPES = Knowledge(frozenset())

Decision = Callable[[Setting, Formula, str, Formula], str | None]


@dataclass(frozen=True)
class Rule:
    """A reason in words and how it is checked; ``verdict`` is what a step that passes is called.

    ``law`` is what the rule is known by, ``of`` what it speaks of: the parts that it puts in, the names that it unfolds. An
    author's words may name no other law, part or definition.
    """

    words: str
    decide: Decision
    verdict: Verdict = Verdict.PROVED
    by_author: bool = True  # the words are the author's own, not put together by the rule
    rearranges: bool = False  # says only that the two sides are equal, not by what law
    law: str = ""
    of: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The labels of the earlier parts that it rests on."""
        return self.of if self.law in (PART, INDUCTION) else ()


def calculation(words: str) -> Rule:
    """Anything SymPy can prove in general: all definitions unfolded, derivatives carried out; where the words name the one or
    the other, not without it.
    """
    spared = {DEFINITION: ALGEBRA_AND_SLOPES, DIFFERENTIATION: Knowledge(differentiate=False)}
    without = [knowledge for law, knowledge in spared.items() if law in laws_named(words)]

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if any(setting.holds(a, relation, b, knowledge) for knowledge in without):
            return None  # what the words name is not what makes this true
        return setting.holds(a, relation, b, EVERYTHING)

    return Rule(words, check, rearranges=True, law=CALCULATION)


def algebra(words: str) -> Rule:
    """Rearrangement only: no definition unfolded, no derivative carried out."""
    return Rule(words, lambda setting, a, relation, b: setting.holds(a, relation, b, ALGEBRA), rearranges=True)


def definition(*defined: str, words: str = "") -> Rule:
    """Unfolding (or folding) the named definitions, and rearranging; the names must appear or disappear."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        within = {n for name in defined for n in names(setting.definition(name).body.tree)}
        if any(_occurrences(a, name) == _occurrences(b, name) and name not in within for name in defined):
            return None
        setting = setting.formal()
        unfolded = Knowledge(frozenset(defined), differentiate=False)
        if setting.holds(a, relation, b, unfolded):
            return "unfolding"
        if any(setting.definition(name).recursive for name in defined):  # unfolded on one side only
            sides = [(unfolded, ALGEBRA), (ALGEBRA, unfolded)]
            if any(decide.prove(setting.read(a, m), relation, setting.read(b, n), setting.facts) for m, n in sides):
                return "unfolding"
        return None

    *others, last = (f"`{name}`" for name in defined)
    listed = f"{', '.join(others)} and {last}" if others else last
    return Rule(words or f"definition of {listed}", check, by_author=bool(words), law=DEFINITION, of=defined)


def differentiation(words: str = "chain rule", *, unfold: Sequence[str] = ()) -> Rule:
    """Carrying out derivatives; of the definitions only those in ``unfold`` are used."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if not _differentiates(a, b):
            return None
        return setting.formal().holds(a, relation, b, Knowledge(frozenset(unfold)))

    return Rule(words, check, law=DIFFERENTIATION)


def reindex(substitution: str, words: str = "") -> Rule:
    """Change of a summation index: ``reindex("j = k - t")`` puts k = j + t under the sum over k."""
    new, _, old = substitution.partition("=")
    change = parse(old)

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        moved = [_reindexed(a.tree, old, new.strip(), change.tree) for old in names(change.tree) if old in bound_names(a.tree)]
        return next(filter(None, (_same_spelling(setting, formula(tree), b) for tree in moved if tree is not None)), None)

    return Rule(words or f"substitute `{new.strip()} == {change}`", check, by_author=bool(words))


def cyclic(substitution: str, period: str, words: str = "") -> Rule:
    """``cyclic("m = i - j", "n")``: a sum over i = 0, …, n − 1 of period n, taken over m = 0, …, n − 1 instead."""
    new, _, old = substitution.partition("=")
    change, length = parse(old), parse(period)

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        for index in (name for name in names(change.tree) if name in bound_names(a.tree)):
            moved = _turned(setting, a, index, new.strip(), change.tree, length)
            if moved is not None and setting.holds(moved, "==", b, ALGEBRA):
                return "change of index around a circle"
        return None

    return Rule(words or f"substitute `{new.strip()} == {change}` around the circle", check, by_author=bool(words))


def using(label: str, words: str = "", *, at: Mapping[str, str] | None = None) -> Rule:
    """Putting in the statement of an earlier part, if need be with other expressions for its symbols (``at``)."""
    instance = {name: parse(text) for name, text in (at or {}).items()}
    if label == "hypothesis" and instance:
        raise DeclarationError(
            "an induction hypothesis holds for the number it speaks of, and for no other", where=written_here()
        )

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        lemma = setting.lemma(label)
        if lemma.hypothesis is not None:
            return None  # it holds only under its hypothesis
        shown, conditions = lemma.statement, lemma.conditions
        _refuse_hidden(setting, (shown.left, shown.right, *conditions), instance)
        replaced = {name: f.tree for name, f in instance.items()}
        left, right = (formula(substitute(side.tree, replaced)) for side in (shown.left, shown.right))
        if not _lie_in_domains(setting, instance, (a, b)):
            return None
        if not _conditions_hold(setting, [formula(substitute(c.tree, replaced)) for c in conditions]):
            return None
        if conditions and _differentiates(a, b):  # it holds at some points only, and a derivative looks at their neighbours
            return _by_congruence(setting.formal(), left, shown.relation, right, a, relation, b, outside=True)
        return _by_replacing(setting.formal(), (left, shown.relation, right), a, relation, b)

    said = words or ("induction hypothesis" if label == "hypothesis" else f"by “{label}”")
    return Rule(said, check, by_author=bool(words), law=INDUCTION if label == "hypothesis" else PART, of=(label,))


def cases(*labels: str, words: str = "") -> Rule:
    """The statement was shown in every case: the parts named claim it, and their conditions leave nothing out."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        lemmas = [setting.lemma(label) for label in labels]
        if any(m.statement != Statement(a, relation, b) or m.hypothesis is not None for m in lemmas):
            return None
        return "exhaustive cases" if _exhaustive(setting, [m.conditions for m in lemmas]) else None

    return Rule(words or f"in every case: {', '.join(labels)}", check, by_author=bool(words), law=PART, of=labels)


def induction(over: str, *, start: str, base: str, step: str, words: str = "") -> Rule:
    """For all integers ``over`` ≥ ``start``: part ``base`` shows the statement there, part ``step`` shows it for over + 1,
    ``supposing`` it for ``over``. The symbol must be declared as an integer with ``least=start``.
    """

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        symbol = next((s for s in setting.symbols if s.name == over), None)
        if symbol is None or symbol.kind != "integer" or symbol.least is None or symbol.least.key != parse(start).key:
            raise DeclarationError(f"an induction over '{over}' needs integer('{over}', …, least='{start}')")
        first, following = setting.lemma(base), setting.lemma(step)
        if first.conditions or following.conditions or first.hypothesis is not None:
            return None
        claim = Statement(a, relation, b)
        if following.hypothesis != claim:
            return None
        if not _is_instance(setting, first.statement, claim, over, start):
            return None
        return "induction" if _is_instance(setting, following.statement, claim, over, f"{over} + 1") else None

    return Rule(words or f"induction over `{over}`", check, by_author=bool(words), law=INDUCTION, of=(base, step))


def linearity(operator: str, words: str = "") -> Rule:
    """Pulling sums and factors out of a linear operator."""
    return _operator_rule(operator, "linear", words or f"linearity of `{operator}`", LINEARITY, _pull_out)


def shift_invariance(operator: str, words: str = "") -> Rule:
    """L applied to a delayed signal is the delayed output."""
    said = words or f"shift invariance of `{operator}`"
    return _operator_rule(operator, "invariant", said, SHIFT_INVARIANCE, lambda e, name, _: _undo_delay(e, name))


def finite(words: str) -> Rule:
    """No general proof: every witness must agree, and the page says 'checked', never 'proved'. Needs the part's ``scope``."""
    return Rule(words, lambda setting, a, relation, b: "checked over the stated range only", Verdict.CHECKED)


def cited(theorem: str) -> Rule:
    """A known theorem is quoted; the page says 'cited', and witnesses check instances. Needs the part's ``scope``."""
    return Rule(theorem, lambda setting, a, relation, b: "a known theorem", Verdict.CITED)


# --- how the rules look at formulas --------------------------------------------------------------------------------


def _differentiates(*expressions: Formula) -> bool:
    return any(_occurrences(e, name) for e in expressions for name in ("diff", "grad"))


def _occurrences(expression: Formula, name: str) -> int:
    return sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(expression.tree))


def _same_spelling(setting: Setting, a: Formula, b: Formula) -> str | None:
    """Equal term by term: by algebra inside the summands, with the index left as it stands."""
    try:
        left, right = setting.read(a, ALGEBRA), setting.read(b, ALGEBRA)
    except DeclarationError:  # an index taken out of its sum: this was not the sum that was meant
        return None
    if callable(left) or isinstance(left, Grid):
        return None
    return "change of index" if _spelled(left) == _spelled(right) else None


def _spelled(expression: sp.Expr) -> sp.Expr:
    """Sums with their indices renamed by depth, summands expanded; no index is shifted."""
    if isinstance(expression, sp.Sum):
        *inner, (k, *ends) = expression.limits  # SymPy flattens nested sums, the innermost first
        body = _spelled(sp.Sum(expression.function, *inner) if inner else expression.function)
        depth = sum(len(each.limits) for each in body.atoms(sp.Sum))
        name = sp.Symbol(f"_s{depth}", integer=True)
        low, high = (sp.expand(bound) if bound.is_finite is not False else bound for bound in ends)
        return sp.Sum(decide._expanded_indices(sp.expand(body.subs(k, name))), (name, low, high))
    if expression.args and not isinstance(expression, sp.Indexed):
        return expression.func(*(_spelled(a) for a in expression.args))
    return expression


def _is_instance(setting: Setting, found: Statement, claim: Statement, name: str, value: str) -> bool:
    """Whether ``found`` is ``claim`` with ``value`` for ``name``, each side up to algebra."""
    instance = {name: parse(value).tree}
    sides = [(found.left, claim.left), (found.right, claim.right)]
    return found.relation == claim.relation and all(
        setting.holds(mine, "==", formula(substitute(theirs.tree, instance)), ALGEBRA) for mine, theirs in sides
    )


def _exhaustive(setting: Setting, conditions: Sequence[tuple[Formula, ...]]) -> bool:
    """Whether one-condition cases on the sign of one quantity cover negative, zero and positive."""
    if any(len(each) != 1 for each in conditions):
        return False
    relations = [setting.read(each[0]) for each in conditions]
    quantity = sp.expand(relations[0].lhs - relations[0].rhs)
    covered: set[int] = set()
    for relation in relations:
        ratio = sp.cancel(sp.expand(relation.lhs - relation.rhs) / quantity)
        if not ratio.is_Rational or ratio == 0:
            return False
        covered |= {sign for sign in (-1, 0, 1) if bool(relation.func(sign * sp.sign(ratio), 0))}
    return covered == {-1, 0, 1}


def _turned(setting: Setting, a: Formula, old: str, new: str, change: ast.expr, period: Formula) -> Formula | None:
    """The formula with the sum over ``old`` turned by a constant, its range kept; None unless the summand has the period."""
    shifted = _reindexed(a.tree, old, new, change)
    if shifted is None:
        return None
    full = parse(f"span(0, {period} - 1)").tree
    whole = False

    class _Turn(ast.NodeTransformer):
        def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
            nonlocal whole
            self.generic_visit(node)
            for generator in node.generators:
                if targets(generator) == [new] and len(node.generators) == 1 and not generator.ifs:
                    later = substitute(node.elt, {new: parse(f"{new} + {period}").tree})
                    whole = _same_inside(setting, a, node.elt, later, new)
                    generator.iter = full
            return node

    turned = formula(_Turn().visit(shifted))
    started = [g.iter for n in ast.walk(a.tree) if isinstance(n, ast.GeneratorExp) for g in n.generators if targets(g) == [old]]
    return turned if whole and len(started) == 1 and ast.dump(started[0]) == ast.dump(full) else None


def _same_inside(setting: Setting, a: Formula, one: ast.expr, other: ast.expr, *more: str) -> bool:
    """Whether two summands are equal for all values of the indices bound around them."""
    inner = {n: sp.Dummy(n, integer=True) for n in {*bound_names(a.tree), *more}}
    scope = setting.scope(ALGEBRA).bind(**inner)
    return decide.equal(read(one, scope), read(other, scope), setting.facts) is not None


def _reindexed(tree: ast.expr, old: str, new: str, change: ast.expr) -> ast.expr | None:
    """The tree with the sums over ``old`` rewritten for new = change(old), which is ±old + c; None for another change."""
    symbol = sp.Symbol("old_")
    free = {n: sp.Symbol(n) for n in names(change)}
    expression = sp.sympify(
        eval(compile(ast.fix_missing_locations(ast.Expression(change)), "", "eval"), {}, {**free, old: symbol})
    )
    slope = expression.diff(symbol)
    if slope not in (1, -1):
        return None
    back = sp.expand((sp.Symbol(new) - (expression - slope * symbol)) * slope)
    inverse = parse(str(back)).tree

    class _Change(ast.NodeTransformer):
        def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
            self.generic_visit(node)
            generators = []
            for g in node.generators:
                if not (isinstance(g.target, ast.Name) and g.target.id == old):
                    generators.append(g)
                    continue
                if new in {*names(node), *bound_names(node)}:
                    return node  # the new index means something here already
                where = g.iter
                if isinstance(where, ast.Call):
                    ends = [substitute(change, {old: end}) for end in where.args]
                    where = ast.Call(where.func, ends if slope == 1 else ends[::-1], [])
                elif isinstance(where, ast.Name) and where.id == "N":
                    return node
                generators.append(
                    ast.comprehension(ast.Name(new, ast.Store()), where, [substitute(c, {old: inverse}) for c in g.ifs], 0)
                )
            return ast.GeneratorExp(substitute(node.elt, {old: inverse}), generators)

    import copy

    return _Change().visit(copy.deepcopy(tree))


def _refuse_hidden(setting: Setting, formulas: Sequence[Formula], instance: Mapping[str, Formula]) -> None:
    """A symbol cannot be given another value where a definition or a domain depends on it: that would keep the old one."""
    definitions, symbols = {d.name: d for d in setting.definitions}, {s.name: s for s in setting.symbols}
    todo = [name for f in formulas for name in names(f.tree)]
    reached: set[str] = set()
    while todo:
        name = todo.pop()
        if name in reached:
            continue
        reached.add(name)
        inside: set[str] = set()
        if name in definitions:
            inside = set(names(definitions[name].body.tree)) - set(definitions[name].arguments)
        elif name in symbols and name not in instance:
            inside = set(symbols[name].mentions())
        for hidden in sorted(inside & set(instance)):
            raise DeclarationError(
                f"cannot put {instance[hidden]} for '{hidden}': '{name}' depends on it",
                remedy=f"Make '{hidden}' a parameter of '{name}', or state it under the condition {hidden} == ….",
            )
        todo += inside


def _lie_in_domains(setting: Setting, instance: Mapping[str, Formula], used_in: Sequence[Formula]) -> bool:
    """Whether what is put for each symbol is provably of its kind and within its bounds; an index that a sum binds is as far
    within them as the ends of the sum.
    """
    scope = setting.scope()
    local = {n: sp.Symbol(n, integer=True) for f in instance.values() for n in names(f.tree) if n not in scope.globals}
    for symbol in setting.symbols:
        if symbol.name not in instance or symbol.kind not in ("real", "integer"):
            continue
        put = lambda f: read(substitute(f.tree, {n: g.tree for n, g in instance.items()}), scope.bind(**local))  # noqa: E731
        value = setting.facts.apply(put(parse(symbol.name)))
        if not (value.is_integer if symbol.kind == "integer" else value.is_real):
            return False
        low, high = symbol.within or (symbol.least or symbol.above, None)
        ends = _ends(setting, instance[symbol.name], used_in)
        if low is not None and high is not None and ends:
            if all(_ordered(setting, put(low), first) and _ordered(setting, last, put(high)) for first, last in ends):
                continue
            return False
        if low is not None and decide.prove(put(low), "<" if symbol.above else "<=", value, setting.facts) is None:
            return False
        if high is not None and decide.prove(value, "<=", put(high), setting.facts) is None:
            return False
    return True


def _ends(setting: Setting, put: Formula, used_in: Sequence[Formula]) -> list[tuple[sp.Expr, sp.Expr]]:
    """The ends of every sum that binds the index ``put``, or those that it was declared with; none if it has none."""
    if not isinstance(put.tree, ast.Name):
        return []
    if put.tree.id in setting.scope().globals:
        within = next((s.within for s in setting.symbols if s.name == put.tree.id), None)
        return [(setting.read(within[0]), setting.read(within[1]))] if within else []
    trees = [n for f in used_in for n in ast.walk(f.tree) if isinstance(n, ast.comprehension) and put.tree.id in targets(n)]
    ends = [t.iter.args for t in trees if isinstance(t.iter, ast.Call)]
    known = setting.scope().globals.keys() | EVERYWHERE
    if len(ends) < len(trees) or any(names(end).keys() - known for pair in ends for end in pair):
        return []
    return [(setting.read(formula(low)), setting.read(formula(high))) for low, high in ends]


def _ordered(setting: Setting, low: sp.Expr, high: sp.Expr) -> bool:
    return decide.prove(low, "<=", high, setting.facts) is not None


def _conditions_hold(setting: Setting, conditions: Sequence[Formula]) -> bool:
    for condition in conditions:
        value = setting.read(condition)
        if isinstance(value, GridEquality):
            if decide.prove(value.left, "==", value.right, setting.facts) is None:
                return False
            continue
        value = setting.facts.apply(value)
        parts = value.args if isinstance(value, sp.And) else (value,)
        for part in parts:
            if part is sp.true:
                continue
            if part is sp.false or decide.prove(part.lhs, part.rel_op, part.rhs, setting.facts) is None:
                return False
    return True


def _by_replacing(setting: Setting, law: tuple[Formula, str, Formula], a: Formula, relation: str, b: Formula) -> str | None:
    """``a relation b`` by a statement shown: put in as it stands, or solved for one of its terms, or quoted whole."""
    left, sign, right = law
    found = _by_congruence(setting, left, sign, right, a, relation, b)
    if found or not {n for side in (left, right) for n in names(side.tree)} <= EVERYWHERE | set(setting.scope().globals):
        return found  # a statement that speaks of a bound index can only be put in as it stands
    first, second, before, after = (setting.read(f, ALGEBRA) for f in (left, right, a, b))
    if any(callable(v) or isinstance(v, Grid) for v in (first, second, before, after)):
        return None
    if sign == relation and all(decide.prove(x, "==", y, setting.facts) for x, y in ((before, first), (after, second))):
        return "a statement shown"
    if sign == relation == "==" and _follows_by_solving(first, second, before - after, setting.facts):
        return "substitution of a statement shown"
    return None


def _follows_by_solving(first: sp.Expr, second: sp.Expr, difference: sp.Expr, facts: decide.Facts) -> bool:
    """Whether the difference vanishes once ``first == second`` is solved for one of its terms."""
    difference = decide.normal(difference, facts)
    if decide.equal(difference, sp.Integer(0), facts):
        return False  # the statement is not what makes this true
    for term, value in _solutions(decide.normal(first, facts), decide.normal(second, facts)):
        try:
            replaced = difference.subs(term, value)
        except ValueError:  # SymPy refuses to put a term in where an index is bound
            continue
        if decide.equal(decide.normal(replaced, facts), sp.Integer(0), facts):
            return True
    return False


def _by_congruence(
    setting: Setting, left: Formula, sign: str, right: Formula, a: Formula, relation: str, b: Formula, outside: bool = False
) -> str | None:
    """The statement's one side put for the other wherever it stands in the formula, as the author wrote it; ``outside`` of
    derivatives alone, if that is all the statement allows.
    """
    if sign not in ("==", "iff"):
        return None
    for old, new in ((left, right), (right, left)):
        replaced = formula(_replace_subtree(a.tree, old.key, new.tree, outside))
        if replaced.key == b.key and relation in ("==", "<=", ">=", "iff", "implies"):
            return "substitution of a statement shown"
        if replaced.key != a.key and setting.holds(replaced, relation, b, ALGEBRA):
            return "substitution of a statement shown"
    return None


def _replace_subtree(tree: ast.expr, key: str, new: ast.expr, outside: bool = False) -> ast.expr:
    class _Put(ast.NodeTransformer):
        def generic_visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, ast.expr) and ast.dump(node) == key:
                return new
            if outside and isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("diff", "grad"):
                return node
            return super().generic_visit(node)

        visit_Name = generic_visit

    import copy

    return _Put().visit(copy.deepcopy(tree))


def _solutions(left: sp.Expr, right: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """What the equation says about each of its atoms that it contains linearly."""
    difference = sp.expand(left - right)
    kinds = (sp.core.function.AppliedUndef, sp.Indexed, sp.Derivative, sp.Sum, sp.Max, sp.Symbol)
    atoms = [atom for kind in kinds for atom in sorted(difference.atoms(kind), key=sp.default_sort_key)]
    found = []
    if not left.is_number and left.is_Atom is False:
        found.append((left, right))
    for atom in atoms:
        stand_in = sp.Dummy()
        try:
            replaced = difference.subs(atom, stand_in)
        except ValueError:  # it stands under a sum, bound
            continue
        slope = replaced.diff(stand_in)
        if slope.has(sp.KroneckerDelta, sp.Piecewise, sp.Heaviside, sp.Max, sp.Min, sp.Abs, sp.sign):
            continue  # it may be 0, and must not be divided by
        if not decide.never_zero(sp.fraction(sp.together(slope))[0]):
            continue  # likewise
        if not slope.has(stand_in) and not (replaced - slope * stand_in).expand().has(stand_in):
            found.append((atom, sp.expand(-(replaced - slope * stand_in)) / slope))
    return found


# --- operators -----------------------------------------------------------------------------------------------------


def _operator_rule(
    operator: str, need: str, words: str, law: str, rewrite: Callable[[sp.Expr, str, frozenset[str]], sp.Expr]
) -> Rule:
    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        declared = next((s for s in setting.symbols if s.name == operator and s.kind == "operator"), None)
        if declared is None or not getattr(declared, need):
            raise DeclarationError(f"'{operator}' is not declared as an operator that is {need}")
        finite = frozenset(s.name for s in setting.symbols if s.kind == "signal" and s.sample is None)
        facts = replace(setting.facts, laws=(*setting.facts.laws, lambda e: rewrite(e, operator, finite)))
        by_itself = decide.prove(setting.read(a, ALGEBRA), relation, setting.read(b, ALGEBRA), setting.facts)
        if by_itself is not None:
            return None  # the rule is not what makes this true
        return decide.prove(setting.read(a, ALGEBRA), relation, setting.read(b, ALGEBRA), facts) and law

    return Rule(words, check, law=law, of=(operator,))


def _applications(expression: sp.Expr, operator: str) -> list[sp.Expr]:
    return [
        node
        for node in sp.postorder_traversal(expression)
        if isinstance(node, sp.core.function.AppliedUndef)
        and node.func.__name__ == operator
        and isinstance(node.args[0], sp.Lambda)
    ]


def _pull_out(expression: sp.Expr, operator: str, finite: frozenset[str]) -> sp.Expr:
    """L[Σ c g](i) = Σ c L[g](i), where finitely many c are not zero: linearity does not reach infinite sums."""
    for node in _applications(expression, operator):
        lam, *places = node.args
        dot = lam.variables[0]
        terms = decide._terms(lam.expr, decide.NO_FACTS, {})
        total: sp.Expr = sp.Integer(0)
        for factors, limits in terms:
            product = sp.Mul(*factors)
            free, bound = product.as_independent(dot, as_Add=False)
            if not all(_terminates(k, low, high, free, finite) for k, low, high in limits):
                return expression
            piece = free * node.func(sp.Lambda(dot, bound), *places)
            for k, low, high in limits:
                piece = sp.Sum(piece, (k, low, high))
            total += piece
        expression = expression.xreplace({node: total})
    return expression


def _terminates(k: sp.Symbol, low: sp.Expr, high: sp.Expr, weight: sp.Expr, finite: frozenset[str]) -> bool:
    """Whether a sum over k has finitely many terms: by its bounds, or because its weights are values of a finite signal."""
    if low.is_finite is not False and high.is_finite is not False:
        return True
    values = (f for f in sp.Mul.make_args(weight) if isinstance(f, sp.Indexed) and str(f.base) in finite)
    return any(len(f.indices) == 1 and sp.expand(f.indices[0]).coeff(k, 1) in (1, -1) for f in values)


def _undo_delay(expression: sp.Expr, operator: str) -> sp.Expr:
    """L[g(· − k)](i) = L[g](i − k)."""
    for node in _applications(expression, operator):
        lam, place = node.args
        dot = lam.variables[0]
        delays = set()
        for found in lam.expr.atoms(sp.Indexed, sp.KroneckerDelta):
            at = (
                sp.expand(found.args[0] - found.args[1])
                if isinstance(found, sp.KroneckerDelta)
                else sp.expand(found.indices[0])
            )
            slope = at.coeff(dot, 1)
            if slope in (1, -1):
                delays.add(sp.expand(-(at - slope * dot) * slope))
        for delay in sorted(delays - {sp.Integer(0)}, key=sp.default_sort_key):
            body = decide._expanded_indices(lam.expr.subs(dot, dot + delay))
            expression = expression.xreplace({node: node.func(sp.Lambda(dot, body), sp.expand(place - delay))})
            break
    return expression
