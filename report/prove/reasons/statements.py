"""Reasons that rest on statements shown before, or given: put in, or by induction."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

import sympy as sp

from report.errors import DeclarationError, written_here
from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.normal_form import normal
from report.prove.decide.relation import equal, prove
from report.prove.decide.sizes import never_zero
from report.prove.language.formula import Formula, Statement, calls, formula, head, names, parse, put_in, statement, substitute
from report.prove.language.vocabulary import DERIVATIVES, EVERYWHERE
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import Grid, GridEquality, Unreadable
from report.prove.meaning.symbolic import ALGEBRA, Knowledge
from report.prove.reasons.instances import lies_outside, refuse_hidden
from report.prove.reasons.kinds import refuse_other_kinds
from report.prove.reasons.rule import GIVEN, INDUCTION, PART, Rule, Setting, differentiates


def using(label: str, words: str = "", *, at: Mapping[str, str] | None = None) -> Rule:
    """Putting in the statement of an earlier part, if need be with other expressions for its symbols (``at``)."""
    instance = {name: parse(text) for name, text in (at or {}).items()}
    if label == "hypothesis" and instance:
        raise DeclarationError(
            "an induction hypothesis holds for the number it speaks of, and for no other", where=written_here()
        )

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        lemma = setting.lemma(label)
        if words in setting.shown:
            raise Unreadable(f"using() puts in one part: “{words}” is a step of its own")
        if lemma.hypothesis is not None:
            return None  # it holds only under its hypothesis
        shown, conditions = lemma.statement, lemma.conditions
        refuse_hidden(setting, (shown.left, shown.right, *conditions), instance)
        replaced = {name: f.tree for name, f in instance.items()}
        left, right = (formula(substitute(side.tree, replaced)) for side in (shown.left, shown.right))
        law = Statement(left, shown.relation, right)
        refuse_other_kinds(setting.around(a, b), instance)
        if _moves(setting, (shown.left, shown.right), instance):
            return None
        if lacking := lies_outside(setting.around(a, b), instance, (a, b)):
            raise Unreadable(f"“{label}” was shown for its symbols as they are declared, and it is not known that {lacking}")
        for condition in (formula(substitute(c.tree, replaced)) for c in conditions):
            if not _holds(setting, condition):
                raise Unreadable(f"“{label}” was shown under {condition}, which does not follow here")
        opened = _opened_variable(setting, shown, (a, b))
        if (conditions and differentiates(a, b)) or opened:  # it holds at some points only, a derivative looks at others too
            found = _by_congruence(setting.formal(), law, a, relation, b, outside=True)
            if opened and not found:
                raise Unreadable(f"“{label}” says what '{opened}' is, and a derivative by '{opened}' takes it for a variable")
            return found
        return _by_replacing(setting.formal(), law, a, relation, b)

    said = words or ("induction hypothesis" if label == "hypothesis" else f"by “{label}”")
    by, puts = INDUCTION if label == "hypothesis" else PART, {name: names(f.tree) for name, f in instance.items()}
    return Rule(said, check, by_author=bool(words), law=by, of=(label,), puts=puts)


def given(words: str = "the condition put in") -> Rule:
    """Putting in an equation that the part is given, as the author wrote it."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        laws = [statement(c.text) for c in setting.given if isinstance(c.tree, ast.Compare) and len(c.tree.ops) == 1]
        outside = differentiates(a, b)  # it holds at some points only, and a derivative looks at their neighbours
        found = (_by_congruence(setting.formal(), law, a, relation, b, outside) for law in laws)
        return next(filter(None, found), None) and "a condition put in"

    return Rule(words, check, law=GIVEN)


def induction(over: str, base: str, step: str, *, start: str = "", words: str = "") -> Rule:
    """For all integers that ``over`` may be: part ``base`` shows the statement for the least, which the symbol must be declared
    with (``start`` repeats it), part ``step`` shows it for over + 1, ``supposing`` it for ``over``.
    """

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        symbol = next((s for s in setting.symbols if s.name == over), None)
        least = symbol.least if symbol is not None and symbol.kind == "integer" else None
        if least is None or (start and least.key != parse(start).key):
            raise DeclarationError(f"an induction over '{over}' needs integer('{over}', …, least='{start or '…'}')")
        first, following = setting.lemma(base), setting.lemma(step)
        claim = Statement(a, relation, b)
        if first.conditions or following.conditions or first.hypothesis is not None:
            raise Unreadable(
                f"“{base}” and “{step}” have to hold for all values, without given=, and “{base}” supposing nothing"
            )
        if following.hypothesis != claim:
            raise Unreadable(f"“{step}” does not say supposing={claim}")
        refuse_hidden(setting, (a, b), {over: parse(f"{over} + 1")})
        setting = replace(setting, facts=setting.settled.facts)  # what is given at one number says nothing of the next
        for label, shown, value in ((base, first, least.text), (step, following, f"{over} + 1")):
            if not _is_instance(setting, shown.statement, claim, over, value):
                raise Unreadable(f"“{label}” does not state {claim} with {value} for '{over}'")
        return "induction"

    return Rule(words or f"induction over `{over}`", check, by_author=bool(words), law=INDUCTION, of=(base, step))


def _is_instance(setting: Setting, found: Statement, claim: Statement, name: str, value: str) -> bool:
    """Whether ``found`` is ``claim`` with ``value`` for ``name``, each side up to algebra."""
    instance = {name: parse(value).tree}
    sides = [(found.left, claim.left), (found.right, claim.right)]
    return found.relation == claim.relation and all(
        setting.holds(mine, "==", formula(substitute(theirs.tree, instance)), ALGEBRA) for mine, theirs in sides
    )


def _opened_variable(setting: Setting, shown: Statement, used_in: Sequence[Formula]) -> str:
    """An abbreviation by which is differentiated where a statement is put in that holds only for what it stands for: it is a
    variable there, and ∂ℓ/∂z is not 0 because ℓ is a function of x, too. "" if there is none.
    """
    shut = {definition.name for definition in setting.definitions}
    variables = {head(n.args[1]) for f in used_in for n in ast.walk(f.tree) if calls(n, DERIVATIVES)}
    candidates = sorted(variables & shut & setting.reached(names(shown.formula.tree)))
    free = lambda z: setting.holds(shown.left, shown.relation, shown.right, Knowledge(frozenset(shut - {z})))  # noqa: E731
    return next((z for z in candidates if not free(z)), "")


def _moves(setting: Setting, formulas: Sequence[Formula], instance: Mapping[str, Formula]) -> bool:
    """Whether what was held fast in a derivative varies with what it is taken by, once all is put in: ∂(xy)/∂x at y = x."""
    spoken = {name for f in formulas for name in names(f.tree)}
    now = {name: {*names(instance[name].tree)} if name in instance else {name} for name in spoken}
    for node in (n for f in formulas for n in ast.walk(f.tree) if calls(n, DERIVATIVES)):
        variable = {head(node.args[1])}
        by = {name for old in variable for name in now[old]}
        others = (spoken if variable & instance.keys() else spoken & instance.keys()) - variable
        if any(setting.reached(now[other]) & by for other in others):
            return True
    return False


def _holds(setting: Setting, condition: Formula) -> bool:
    """Whether a condition follows from those of the part, for what is bound in no sum or lambda."""
    if condition.key in {c.key for c in setting.given}:
        return True
    if not {*names(condition.tree)} <= EVERYWHERE | set(setting.scope().globals):
        return False
    value = setting.read(condition)
    if isinstance(value, GridEquality):
        return prove(value.left, "==", value.right, setting.facts) is not None
    value = setting.facts.apply(value)
    parts = [part for part in (value.args if isinstance(value, sp.And) else (value,)) if part is not sp.true]
    return all(part is not sp.false and prove(part.lhs, part.rel_op, part.rhs, setting.facts) is not None for part in parts)


def _by_replacing(setting: Setting, law: Statement, a: Formula, relation: str, b: Formula) -> str | None:
    """``a relation b`` by a statement shown: put in as it stands, or solved for one of its terms, or quoted whole."""
    sign, found = law.relation, _by_congruence(setting, law, a, relation, b)
    if found or not {*names(law.left.tree), *names(law.right.tree)} <= EVERYWHERE | set(setting.scope().globals):
        return found  # a statement that speaks of a bound index can only be put in as it stands
    first, second, before, after = (setting.read(f, ALGEBRA) for f in (law.left, law.right, a, b))
    if any(callable(v) or isinstance(v, Grid) for v in (first, second, before, after)):
        return None
    if sign in ("<=", ">=", "<", ">"):
        gap, strict = (first - second if ">" in sign else second - first), "=" not in sign
        known = setting.facts.knowing(Inequality(gap, strict))
        needed = _speaks_of(after - before, gap) or not prove(before, relation, after, setting.facts)
        if needed and prove(before, relation, after, known):
            return "an inequality shown"
    if sign == relation and all(prove(x, "==", y, setting.facts) for x, y in ((before, first), (after, second))):
        return "a statement shown"
    if sign == relation == "==" and _follows_by_solving(first, second, before - after, setting.facts):
        return "substitution"
    return None


def _speaks_of(difference: sp.Expr, gap: sp.Expr) -> bool:
    """Whether all that an inequality compares stands in the difference: it may be the reason though another would do."""
    kinds = (sp.Symbol, sp.Indexed, sp.Function, sp.Sum, sp.Pow)
    compared = expanded(gap).atoms(*kinds)
    return bool(compared) and compared <= expanded(difference).atoms(*kinds)


def _follows_by_solving(first: sp.Expr, second: sp.Expr, difference: sp.Expr, facts: Facts) -> bool:
    """Whether the difference vanishes once ``first == second`` is solved for one of its terms."""
    difference = normal(difference, facts)
    if equal(difference, sp.Integer(0), facts):
        return False  # the statement is not what makes this true
    for term, value in _solutions(normal(first, facts), normal(second, facts)):
        try:
            replaced = difference.subs(term, value)
        except ValueError:  # SymPy refuses to put a term in where an index is bound
            continue
        if equal(normal(replaced, facts), sp.Integer(0), facts):
            return True
    return False


def _by_congruence(
    setting: Setting, law: Statement, a: Formula, relation: str, b: Formula, outside: bool = False
) -> str | None:
    """The statement's one side put for the other wherever it stands in the formula, as the author wrote it; ``outside`` of
    derivatives alone, if that is all the statement allows.
    """
    if law.relation not in ("==", "iff"):
        return None
    for old, new in ((law.left, law.right), (law.right, law.left)):
        replaced = formula(_with_other_side(a.tree, old.key, new.tree, outside))
        if replaced.key == b.key and relation in ("==", "<=", ">=", "iff", "implies"):
            return "substitution"
        if replaced.key != a.key and setting.holds(replaced, relation, b, ALGEBRA):
            return "substitution"
    return None


def _with_other_side(tree: ast.expr, key: str, new: ast.expr, outside: bool) -> ast.expr:
    slopes = [node for node in ast.walk(tree) if outside and calls(node, DERIVATIVES)]
    kept = {node for slope in slopes for node in ast.walk(slope) if node is not slope}
    places = {node for node in ast.walk(tree) if isinstance(node, ast.expr) and ast.dump(node) == key} - kept
    return put_in(tree, dict.fromkeys(places, new))


def _solutions(left: sp.Expr, right: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """What the equation says about each of its atoms that it contains linearly."""
    difference = expanded(left - right)
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
        if not never_zero(sp.fraction(sp.together(slope))[0]):
            continue  # likewise
        if not slope.has(stand_in) and not (replaced - slope * stand_in).expand().has(stand_in):
            found.append((atom, expanded(-(replaced - slope * stand_in)) / slope))
    return found
