"""Reasons that calculate: anything SymPy can prove, algebra alone, a definition opened, a derivative carried out; and those
that prove nothing but say so.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

import sympy as sp

from report.errors import in_words
from report.prove.decide.relation import prove
from report.prove.language.formula import Formula, Statement, names
from report.prove.language.glossary import reached
from report.prove.language.standing import Standing
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.symbolic import ALGEBRA, EVERYTHING, Knowledge
from report.prove.reasons.kinds import refuse_what_it_does_not_speak_of
from report.prove.reasons.rule import (
    CALCULATION,
    DEFINITION,
    DIFFERENTIATION,
    THEOREM,
    Rule,
    Setting,
    differentiates,
    laws_named,
    occurrences,
)
from report.prove.reasons.slopes import misnamed

_SLOPES = re.compile(r"differentia|derivative|slope|gradient|\brule\b")
ALGEBRA_AND_SLOPES = Knowledge(frozenset())


def calculation(words: str) -> Rule:
    """Anything SymPy can prove in general: all definitions unfolded, derivatives carried out; where the words name the one or
    the other, not without it.
    """
    spared = {DEFINITION: ALGEBRA_AND_SLOPES, DIFFERENTIATION: Knowledge(differentiate=False)}
    without = [knowledge for law, knowledge in spared.items() if law in laws_named(words)]

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if any(setting.holds(a, relation, b, knowledge) for knowledge in without):
            return None  # what the words name is not what makes this true
        if differentiates(a, b) and (
            wrong := misnamed(words, setting.definitions, (a, b), {d.name for d in setting.definitions})
        ):
            raise Unreadable(wrong)
        if differentiates(a, b) and words and not _SLOPES.search(words):
            return setting.holds(a, relation, b, Knowledge(differentiate=False))  # nor is what they keep quiet about
        return setting.holds(a, relation, b, EVERYTHING)

    return Rule(words, check, rearranges=True, law=CALCULATION)


def algebra(words: str) -> Rule:
    """Rearrangement only: no definition unfolded, no derivative carried out."""
    return Rule(words, lambda setting, a, relation, b: setting.holds(a, relation, b, ALGEBRA), rearranges=True)


def definition(*defined: str, words: str = "") -> Rule:
    """Unfolding (or folding) the named definitions, and rearranging; the names must appear or disappear."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        within = [(name, n) for name in defined for n in names(setting.definition(name).body.tree)]
        setting = setting.formal()
        for name in defined:
            inside = any(n == name and (other != name or occurrences(a, name)) for other, n in within)
            if inside or occurrences(a, name) != occurrences(b, name):
                continue  # a recursive one may stand on both sides
            shut = Knowledge(frozenset({*defined} - {name}), differentiate=False)
            if _applied(a, name) == _applied(b, name) or _holds_shut(setting, a, relation, b, shut):
                return None  # it is not what makes this true
        unfolded = Knowledge(frozenset(defined), differentiate=False)
        if setting.holds(a, relation, b, unfolded):
            return "unfolding"
        once = [name for name in defined if not setting.definition(name).recursive]
        if len(once) < len(defined):  # the others are unfolded on one side only
            shut = Knowledge(frozenset(once), differentiate=False)
            sides = [(unfolded, shut), (shut, unfolded)]
            if any(prove(setting.read(a, m), relation, setting.read(b, n), setting.facts) for m, n in sides):
                return "unfolding"
        return None

    said = words or f"definition of {in_words([f'`{name}`' for name in defined])}"
    return Rule(said, check, by_author=bool(words), law=DEFINITION, of=defined)


def _holds_shut(setting: Setting, a: Formula, relation: str, b: Formula, shut: Knowledge) -> bool:
    """Whether it is true with a definition kept shut; one of a whole array means nothing then."""
    try:
        return setting.holds(a, relation, b, shut) is not None
    except Unreadable:
        return False


def _applied(expression: Formula, name: str) -> list[str]:
    """How a definition stands in a formula: how often, and each time what it is asked for."""
    asked = []
    for node in ast.walk(expression.tree):
        match node:
            case ast.Call(ast.Name(called)) | ast.Subscript(ast.Name(called)) if called == name:
                asked.append(ast.dump(node))
    return [*sorted(asked), str(occurrences(expression, name))]


def differentiation(words: str = "chain rule", *, unfold: Sequence[str] | None = None) -> Rule:
    """Carrying out derivatives; of the definitions only those in ``unfold`` are used, by default those that disappear."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        opened = _disappearing(setting, a, b) if unfold is None else frozenset(unfold)
        if not differentiates(a, b):
            return None
        if wrong := misnamed(words, setting.definitions, (a, b), opened):
            raise Unreadable(wrong)
        return setting.formal().holds(a, relation, b, Knowledge(opened))

    return Rule(words, check, law=DIFFERENTIATION)


def _disappearing(setting: Setting, a: Formula, b: Formula) -> frozenset[str]:
    """The definitions that stand in one of the formulas, or in what such a one stands for, and not in the other."""
    bodies = {d.name: set(names(d.body.tree)) for d in setting.definitions}
    sides = [set(names(f.tree)) for f in (a, b)]
    met = reached(sides[0] ^ sides[1], lambda name: bodies.get(name, set()) - (sides[0] & sides[1]))
    return frozenset(met & bodies.keys())


def evaluation(words: str = "put in the numbers", *, law: Statement | None = None, at: Mapping[str, Formula] = {}) -> Rule:
    """Both sides are numbers once everything is unfolded, and are compared exactly. If they are those of a ``law`` with ``at``
    put for its symbols, then the law speaks of what is put.
    """

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if law is not None:
            refuse_what_it_does_not_speak_of(setting, law, at)
        left, right = setting.read(a), setting.read(b)
        exact = all(isinstance(side, sp.Expr) and side.doit().is_Rational for side in (left, right))
        return "exact evaluation" if exact and prove(left, relation, right, setting.facts) else None

    return Rule(words, check, rearranges=True, law=CALCULATION, puts={name: names(put.tree) for name, put in at.items()})


def finite(words: str) -> Rule:
    """No general proof: every witness must agree, and the page says 'checked', never 'proved'. Needs the part's ``scope``."""
    return Rule(words, lambda setting, a, relation, b: "checked over the stated range only", Standing.CHECKED)


def cited(theorem: str) -> Rule:
    """A known theorem is quoted; the page says 'cited', and witnesses check instances. Needs the part's ``scope``."""
    return Rule(theorem, lambda setting, a, relation, b: "a known theorem", Standing.CITED, law=THEOREM)
