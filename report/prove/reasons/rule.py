"""A reason: what a step says for itself, and the contract that its checker keeps.

A rule decides symbolically whether ``after`` follows from ``before`` *for the reason it names*: "definition of σ" may unfold σ
and nothing else, "algebra" may neither differentiate nor unfold. The words are the author's; formulas in them stand in
backticks. A checker answers with how it was decided, or None; what it may look at is a ``Setting``.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import sympy as sp

from report.errors import DeclarationError, nearest
from report.prove.decide.conditions import Facts
from report.prove.decide.place import Settled
from report.prove.decide.relation import prove
from report.prove.language.formula import Formula, Statement, names
from report.prove.language.glossary import Definition, Symbol, spoken_of
from report.prove.language.standing import Standing
from report.prove.language.vocabulary import EVERYWHERE
from report.prove.meaning import noncommutative
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.symbolic import ALGEBRA, EVERYTHING, Knowledge, Scope, read
from report.prove.meaning.symbols import scope_for
from report.prove.reasons.readings import left_by_projection


@dataclass(frozen=True)
class Lemma:
    """A statement that an earlier part shows, its conditions, and what the part supposed (the step of an induction)."""

    statement: Statement
    conditions: tuple[Formula, ...] = ()
    hypothesis: Statement | None = None
    standing: Standing = Standing.PROVED


Shown = Mapping[str, Lemma]
"""What is shown so far, by the label of the part that shows it."""


@dataclass(frozen=True)
class Setting:
    """What a rule may use: the glossary, the facts of the part, the statements shown before, and the part's conditions."""

    symbols: tuple[Symbol, ...]
    definitions: tuple[Definition, ...]
    facts: Facts
    shown: Shown = field(default_factory=dict)
    given: tuple[Formula, ...] = ()
    settled: Settled = field(default_factory=Settled)
    scopes: dict[Knowledge, Scope] = field(default_factory=dict, compare=False, repr=False)  # made once, and only looked up
    readings: dict[tuple[str, Knowledge], Any] = field(default_factory=dict, compare=False, repr=False)

    def read(self, expression: Formula, knowledge: Knowledge = EVERYTHING) -> Any:
        """The symbolic value of a formula with only ``knowledge`` used; read once, so that its indices are the same ones."""
        key = (expression.key, knowledge)
        if key not in self.readings:
            self.readings[key] = read(expression.tree, self.scope(knowledge))
            self.settled.fitting.update({expression.key} if knowledge == ALGEBRA else ())  # or there would be no reading
        return self.readings[key]

    def scope(self, knowledge: Knowledge = EVERYTHING) -> Scope:
        if knowledge not in self.scopes:
            self.scopes[knowledge] = scope_for(self.symbols, self.definitions, knowledge)
        return self.scopes[knowledge]

    def inside(self, tree: ast.expr, knowledge: Knowledge = EVERYTHING) -> Any:
        """The symbolic value of what stands in a formula: an index that is bound around it is some integer."""
        scope = self.scope(knowledge)
        bound = [name for name in names(tree) if name not in scope.globals and name not in EVERYWHERE]
        return read(tree, scope.bind(**{name: sp.Dummy(name, integer=True) for name in bound}))

    def formal(self) -> Setting:
        """Without what the part supposes of whole vectors and matrices: at u = 0 a wrong factor of u would not show. Putting
        that in is a calculation, and a step of its own.
        """
        return replace(self, facts=replace(self.facts, arrays=()))

    def reached(self, spoken: Iterable[str], but: Collection[str] = ()) -> set[str]:
        """The names, and those that their definitions and domains speak of; ``but`` these, which are kept shut."""
        return spoken_of(spoken, self.symbols, [d for d in self.definitions if d.name not in but])

    def around(self, a: Formula, b: Formula) -> Setting:
        """Without what the part is given, if there is a derivative, which looks at points where that does not hold, too."""
        return replace(self, facts=self.settled.facts) if differentiates(a, b) else self

    def holds(self, before: Formula, relation: str, after: Formula, knowledge: Knowledge) -> str | None:
        """How the relation was proved using only ``knowledge``, or None."""
        if relation == "==" and self._without_entries(before, after):
            return "matrix algebra"
        found = prove(self.read(before, knowledge), relation, self.read(after, knowledge), self.facts)
        return found or (self._by_projection(before, relation, after) if relation in ("<=", ">=") else None)

    def _by_projection(self, before: Formula, relation: str, after: Formula) -> str | None:
        low, high = (before, after) if relation == "<=" else (after, before)
        found = any(self._without_entries(*each) for each in left_by_projection(low, high, self.symbols))
        return "what a projection leaves" if found else None

    def _without_entries(self, before: Formula, after: Formula) -> bool:
        if not any(s.kind == "matrix" for s in self.symbols):
            return False
        try:
            return noncommutative.same(before, after, self.symbols)
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


LINEARITY, SHIFT_INVARIANCE, THEOREM, INEQUALITY = "linearity", "shift invariance", "a theorem", "an inequality"
GIVEN = "a condition"
ELSEWHERE, EVIDENCE = "what stands elsewhere", "what was only seen or heard"
"""No step is checked by these: a theorem is cited, what was tried is only checked."""


_NAMED = {
    DEFINITION: re.compile(r"\bdefinition\b"),
    DIFFERENTIATION: re.compile(r"\b(?:chain|product|quotient) rule\b|\bdifferentiat"),
    INDUCTION: re.compile(r"\binducti\w+\b|\bhypothesis\b"),
    PART: re.compile(
        r"\b(?:previous|last|first|earlier|preceding) (?:part|statement|step)s?\b|"
        r"\b(?:shown|proved|seen) (?:above|before|earlier)\b"
    ),
    ELSEWHERE: re.compile(
        r"^\W*(?:\w+ )?T\d+\W*$|\bE\d+\b|\(\d+\)|\btextbooks?\b|"
        r"\b(?:equation|eq\.|section|chapter|figure|table|page|book|lecture)\s+\d"
    ),
    EVIDENCE: re.compile(
        r"\bnumerical\w*|\bexperiment\w*|\bmeasure(?:d|ments?)\b|\bsimulat\w+|\b(?:torch|NumPy|SymPy)\b|"
        r"\bwithout (?:a )?proof\b|^(?:as is |it is )?known$|\bwell[- ]known\b|"
        r"\b(?:everybody|cited|trust|probably|presumably|believed?)\b|"
        r"\b(?:obvious|trivial|evident|clear)(?:ly)?\b|\bof course\b|\beas(?:y|ily) (?:to )?(?:see|check|verif\w+|shown?)\b|"
        r"\bneedless to say\b|\bwithout loss\b|\bself-evident\b|\bintuiti\w+|\bit is known\b|"
        r"\bcommon knowledge\b|\beveryone\b|\bno doubt\b|\beasily\b|\bw\.?l\.?o\.?g\b|\bplain to see\b"
    ),
    GIVEN: re.compile(
        r"\b(?:by|from|as|since|because|under|per) (?:the |our |this |these |its |all )?"
        r"(?:assum\w+|given|supposed|supposition|conditions?|premises?|constraints?)\b|^(?:as )?(?:given|assumed|supposed)\b|"
        r"\bwe (?:assume|suppose)\b|\bassumptions?\b"
    ),
    LINEARITY: re.compile(r"\blinearity of `"),
    SHIFT_INVARIANCE: re.compile(r"\bshift[- ]invarian"),
    INEQUALITY: re.compile(r"\binequality\b"),
    THEOREM: re.compile(
        r"\b(?:[Tt]heorem|[Ll]emma|[Cc]orollary)\b|\b[A-Z][a-zéöü]+[–-][A-Z][a-zéöü]+|\b(?:l['’])?[A-Z][a-zéôöü]+['’]s?(?= )|"
        r"\b(?:monotone|dominated|uniform) convergence\b|\blaw of large numbers\b|\bcentral limit\b|"
        r"\b(?:AM|QM)[-–](?:GM|AM)\b|^(?:Rolle|Jensen|Hölder|Minkowski|Cauchy)$|"
        r"\b(?:[Bb]y|[Tt]hanks to|[Dd]ue to|à la) (?!ReLU\b|FFT\b)(?:[Ll]['’])?[A-Z][a-zéôöü]+\b"
    ),
}


def laws_named(words: str) -> set[str]:
    """The laws that an author's words appeal to."""
    return {law for law, pattern in _NAMED.items() if pattern.search(words)}


Decision = Callable[[Setting, Formula, str, Formula], str | None]


@dataclass(frozen=True)
class Rule:
    """A reason in words and how it is checked; ``standing`` is what a step that passes is called.

    ``law`` is what the rule is known by, ``of`` what it speaks of: the parts that it puts in, the names that it unfolds. An
    author's words may name no other law, part or definition. ``puts`` says for which names of the parts it puts what: the names
    in that.
    """

    words: str
    decide: Decision
    standing: Standing = Standing.PROVED
    by_author: bool = True  # the words are the author's own, not put together by the rule
    rearranges: bool = False  # says only that the two sides are equal, not by what law
    law: str = ""
    of: tuple[str, ...] = ()
    puts: Mapping[str, Collection[str]] = field(default_factory=dict, hash=False)

    @property
    def parts(self) -> tuple[str, ...]:
        """The labels of the earlier parts that it rests on."""
        return self.of if self.law in (PART, INDUCTION) else ()


def differentiates(*expressions: Formula) -> bool:
    return any(occurrences(e, name) for e in expressions for name in ("diff", "grad"))


@lru_cache(maxsize=10_000)
def occurrences(expression: Formula, name: str) -> int:
    return sum(isinstance(n, ast.Name) and n.id == name for n in ast.walk(expression.tree))
