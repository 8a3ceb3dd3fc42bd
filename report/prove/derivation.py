"""What an author of a theorem writes: steps, parts, witnesses, a derivation; and ``load``, which reads the file."""

from __future__ import annotations

import importlib.util
import itertools
import re
import sys
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from report.cache.snapshot import spec_of
from report.errors import DeclarationError, ReportError, Where, author_line, nearest, written_here
from report.model import Figure, Table, Value
from report.prove.decide.conditions import NO_FACTS, promised
from report.prove.decide.place import Settled
from report.prove.language.formula import (
    Formula,
    Statement,
    bound_names,
    formula,
    names,
    parse,
    split_relation,
    statement,
    substitute,
)
from report.prove.language.glossary import Definition, Live, Symbol
from report.prove.language.vocabulary import LOGICAL
from report.prove.reasons.calculation import calculation, evaluation
from report.prove.reasons.presence import present
from report.prove.reasons.rule import Rule, Setting


@dataclass(frozen=True)
class Step:
    """The next expression of a chain, and why: ``Step("1 - F(x)", definition("F"))``. It may begin with a relation.

    The last step of a part arrives at the right side of its statement, and need not repeat it: ``Step(because="collect")``.
    """

    text: str = ""
    because: str | Rule = ""
    where: Where = field(default_factory=written_here, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.because, str | Rule):
            what = f"a reason is in words or a rule such as algebra(…), and this is a {type(self.because).__name__}"
            raise DeclarationError(what, where=self.where, remedy="A rule is called; part(…) takes its steps in no list.")
        if not self.open:
            _ = self.expression  # a formula that cannot be read is refused where it is written

    @property
    def open(self) -> bool:
        """Whether it leaves its expression to the statement."""
        return not split_relation(self.text)[1].strip()

    @property
    def relation(self) -> str:
        """The relation that the text begins with, "" if it begins with none."""
        return split_relation(self.text)[0]

    @cached_property
    def expression(self) -> Formula:
        return parse(split_relation(self.text)[1], self.where)

    @property
    def rule(self) -> Rule:
        return calculation(self.because) if isinstance(self.because, str) else self.because


@dataclass(frozen=True)
class Part:
    """A statement and the chain that leads from its left to its right side.

    ``given`` are conditions under which it is claimed; ``supposing`` is an induction hypothesis, which ``using("hypothesis")``
    puts in (the part proves nothing but the step of an induction); ``intro`` is prose before it; ``scope`` says what a step
    that is only checked or cited leaves open, and how the rest follows; ``points`` is how many points the numeric witness
    draws.
    """

    label: str
    statement: str
    steps: Sequence[Step]
    given: Sequence[str] = ()
    supposing: str = ""
    intro: str = ""
    scope: str = ""
    live: Sequence[Live] = ()
    points: int = 0
    where: Where = field(default_factory=written_here, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, kind in (("steps", Step), ("given", str), ("live", Live)):
            _are(kind, self, name)
        _ = self.claim, self.conditions, self.hypothesis
        _flow(self, "intro", "scope")
        if not self.steps:
            remedy = 'Behind the statement comes why it holds: algebra("…"), definition("…"), or words alone.'
            raise DeclarationError(f"part '{self.label}' has no step", where=self.where, remedy=remedy)
        if self.points < 0 or self.points == 1:
            raise DeclarationError("a witness looks at two points at least: at one, much is 0 on both sides", where=self.where)
        *before, last = self.steps
        for step in before:
            if step.open:
                raise DeclarationError("only the last step may leave out its expression", where=step.where)
        if last.open:
            object.__setattr__(self, "steps", (*before, self._closed(last)))

    def _closed(self, last: Step) -> Step:
        """The last step with the right side of the statement, and the relation that the chain still lacks."""
        relation = last.relation
        if not relation and composed([*(step.relation or "==" for step in self.steps[:-1]), "=="]) == "==":
            relation = self.claim.relation
        plain = relation in ("", "==") or self.claim.relation in LOGICAL
        return replace(last, text=self.claim.right.text if plain else f"{relation} {self.claim.right.text}")

    @cached_property
    def claim(self) -> Statement:
        return statement(self.statement, self.where)

    @cached_property
    def conditions(self) -> tuple[Formula, ...]:
        return tuple(parse(text, self.where) for text in self.given)

    @cached_property
    def hypothesis(self) -> Statement | None:
        return statement(self.supposing, self.where) if self.supposing else None

    @property
    def formulas(self) -> Iterator[Formula]:
        """All formulas of the part: its statement, what it supposes, what it goes through."""
        yield from (self.claim.left, self.claim.right, *self.conditions)
        yield from [self.hypothesis.formula] if self.hypothesis else []
        yield from (step.expression for step in self.steps)


def part(
    label: str,
    statement: str,
    *steps: Step | Rule | str,
    given: Sequence[str] = (),
    supposing: str = "",
    intro: str = "",
    scope: str = "",
    live: Sequence[Live] = (),
    points: int = 0,
) -> Part:
    """A part, said as a textbook says it: its name, what it states, step by step why. A reason alone arrives at the right side.

    ``part("Twice", "2*(x + x) == 4*x", Step("2*(2*x)", "add"), algebra("multiply out"))``
    """
    chain = [step if isinstance(step, Step) else Step(because=step) for step in steps]
    return Part(label, statement, chain, given, supposing, intro, scope, live, points)


def counterexample(
    label: str,
    law: str,
    *,
    at: Mapping[str, str] | None = None,
    values: tuple[str, str] | None = None,
    intro: str = "",
    live: Sequence[Live] = (),
) -> Part:
    """The part that shows an equation ``law`` to be no law: with these formulas ``at`` its names, its sides are two numbers.

    ``values`` says which, as formulas: they then stand in the chain.
    """
    where = written_here()
    claim, put = statement(law, where), {name: parse(text, where) for name, text in (at or {}).items()}
    instance = {name: f.tree for name, f in put.items()}
    if claim.relation != "==":
        raise DeclarationError(f"a counterexample refutes an equation, and this is none: {law}", where=where)
    for side in (claim.left, claim.right):
        if caught := bound_names(side.tree) & {n for tree in instance.values() for n in names(tree)}:
            raise DeclarationError(f"the law binds '{min(caught)}', which is put in: rename its index", where=where)
    left, right = (
        formula(substitute(side.tree, instance), where).text if at else side.text for side in (claim.left, claim.right)
    )
    texts = [values[0], f"!= {values[1]}", right] if values else [f"!= {right}"]
    steps = [Step(text, evaluation(law=claim, at=put), where) for text in texts]
    return Part(label, f"{left} != {right}", steps, intro=intro, live=live, where=where)


@dataclass(frozen=True)
class Assertion:
    """A sentence that somebody may assert, and the part by which it stands or falls."""

    sentence: str
    by: str
    true: bool


def proved(sentence: str, by: str) -> Assertion:
    """``sentence`` is what the part labelled ``by`` states, in words."""
    return Assertion(sentence, by, true=True)


def refuted(sentence: str, by: str) -> Assertion:
    """``sentence`` is false: what the part labelled ``by`` states contradicts it."""
    return Assertion(sentence, by, true=False)


def _are(kind: type, noun: Part | Derivation, name: str) -> None:
    """Raises ``DeclarationError`` for a field that is no list of such things."""
    values, what = getattr(noun, name), "text" if kind is str else kind.__name__
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise DeclarationError(f"{name}= is a list, of {what}", where=noun.where, remedy=f"Write {name}=[…].")
    for value in values:
        if not isinstance(value, kind):
            raise DeclarationError(f"{name}= has {value!r} in it, which is no {what}", where=noun.where)


def _flow(noun: Part | Derivation, *prose: str) -> None:
    """In its fields of prose, the end of a line is a space."""
    for name in prose:
        if not isinstance(getattr(noun, name), str):
            raise DeclarationError(f"{name}= is text, and this is {getattr(noun, name)!r}", where=noun.where)
        object.__setattr__(noun, name, re.sub(r"\s*\n\s*", " ", getattr(noun, name)))


@dataclass(frozen=True)
class Derivation:
    """A question and its answer, derived.

    The conclusion and the consequence say what was shown, sentence by sentence; what is only remarked is a ``comment``.
    ``values``, ``tables`` and ``figures`` are computed for prose; ``claims`` are sentences that the parts prove or refute.
    """

    id: str
    title: str
    question: str
    symbols: Sequence[Symbol]
    parts: Sequence[Part]
    conclusion: str
    consequence: str = ""
    definitions: Sequence[Definition] = ()
    values: Mapping[str, Callable[[], Value]] = field(default_factory=dict)
    tables: Mapping[str, Callable[[], Table]] = field(default_factory=dict)
    figures: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    claims: Mapping[str, Assertion] = field(default_factory=dict)
    comment: str = ""
    where: Where = field(default_factory=written_here, compare=False, repr=False)
    _settings: dict[frozenset[str], Setting] = field(default_factory=dict, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, kind in (("symbols", Symbol), ("definitions", Definition), ("parts", Part)):
            _are(kind, self, name)
        _flow(self, "question", "conclusion", "consequence", "comment")
        object.__setattr__(self, "definitions", [self._over_its_domain(each) for each in self.definitions])
        labels = {part.label for part in self.parts}
        for name, claim in self.claims.items():
            if claim.by not in labels:
                raise DeclarationError(
                    f"claim '{name}' of {self.id} rests on '{claim.by}', which is no part of it",
                    where=self.where,
                    remedy=nearest(claim.by, labels),
                )

    @property
    def formulas(self) -> Iterator[tuple[Formula, Where | None, Collection[str]]]:
        """Every formula with its place and, in a definition, the names that are local to it."""
        for symbol in self.symbols:
            yield from ((each, symbol.where, ()) for each in symbol.formulas)
        for defined in self.definitions:
            local = (*defined.arguments, *(s.name for s in defined.symbols)) or (defined.name,)
            yield from ((each, defined.where, local) for each in (defined.body, *defined.shape))
        for part in self.parts:
            yield from ((each, each.where or part.where, ()) for each in part.formulas)

    def _over_its_domain(self, defined: Definition) -> Definition:
        """A definition that calls itself ends by a parameter with a least value: that of the symbol of its name."""
        own = {s.name for s in defined.symbols}
        ends = [s for s in self.symbols if s.kind == "integer" and s.least and s.name in {*defined.arguments} - own]
        return replace(defined, symbols=(*defined.symbols, *ends)) if ends and defined.recursive else defined

    @cached_property
    def setting(self) -> Setting:
        """What every reason in it may use: the glossary, and what the domains promise."""
        plain = Setting(tuple(self.symbols), tuple(self.definitions), NO_FACTS)
        facts = promised(plain.symbols, plain.scope())
        return replace(plain, facts=facts, settled=Settled(facts))

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """The names of which there may be none."""
        bare = replace(self.setting, facts=replace(self.setting.facts, ranges={}))
        return frozenset(present(bare, [s.name for s in self.symbols])[1])

    def setting_without(self, absent: frozenset[str]) -> Setting:
        """The same, but for the ranges of these names."""
        if absent not in self._settings:
            facts = self.setting.facts
            known = replace(facts, ranges={k: ends for k, ends in facts.ranges.items() if k.name not in absent})
            self._settings[absent] = replace(self.setting, facts=known, settled=Settled(known)) if absent else self.setting
        return self._settings[absent]


# --- chains --------------------------------------------------------------------------------------------------------


class Chain:
    """The expressions of a part, from the left to the right side of its statement, and the relations between them."""

    def __init__(self, part: Part):
        self.part = part
        self.claim = part.claim
        self.expressions = [self.claim.left, *(step.expression for step in part.steps)]
        default = self.claim.relation if self.claim.relation in LOGICAL else "=="
        self.relations = [step.relation or default for step in part.steps]

    def link(self, at: int) -> tuple[Formula, str, Formula]:
        """What a step goes from, by which relation, and to what."""
        return self.expressions[at], self.relations[at], self.expressions[at + 1]

    def broken(self) -> Iterator[tuple[int, str]]:
        """The steps at which the chain says nothing, or does not arrive at what was stated."""
        for at, (before, after) in enumerate(itertools.pairwise(self.expressions)):
            if before.key == after.key:
                yield at, "both sides are the same: the step says nothing"
            elif after.key in {earlier.key for earlier in self.expressions[:at]}:
                yield at, "the chain comes back to where it has been: the steps between say nothing"
        last = len(self.relations) - 1
        if self.claim.left.key == self.claim.right.key:
            yield last, "both sides of the statement are the same: it says nothing"
        if self.expressions[-1].key != self.claim.right.key:
            yield last, f"the chain ends at {self.expressions[-1]}, but the statement's right side is {self.claim.right}"
        reached = composed(self.relations)
        if reached != self.claim.relation and reached + "=" != self.claim.relation:
            yield last, f"the steps together give '{reached}', but the statement says '{self.claim.relation}'"

    def equal_to(self, at: int) -> list[int]:
        """The places in the chain joined to ``at`` by == or iff alone."""
        low = high = at
        while low > 0 and self.relations[low - 1] in ("==", "iff"):
            low -= 1
        while high < len(self.relations) and self.relations[high] in ("==", "iff"):
            high += 1
        return list(range(low, high + 1))

    def same_as(self, key: str) -> list[Formula]:
        """The formulas that it joins to the first of this key by == or iff alone; none if it has none of this key."""
        at = next((at for at, each in enumerate(self.expressions) if each.key == key), None)
        return [] if at is None else [self.expressions[place] for place in self.equal_to(at)]


def composed(relations: Sequence[str]) -> str:
    """The relation that a chain of relations gives between its ends, or 'nothing'."""
    kinds = set(relations)
    if kinds <= {"iff", "implies"}:
        return "implies" if "implies" in kinds else "iff"
    kinds -= {"=="}
    if not kinds:
        return "=="
    for strict in ("<", ">"):
        if kinds <= {strict, f"{strict}="}:
            return strict if strict in kinds else f"{strict}="
    return "!=" if kinds == {"!="} and list(relations).count("!=") == 1 else "nothing"


# --- loading -------------------------------------------------------------------------------------------------------


def load(path: Path) -> Derivation:
    """The ``DERIVATION`` of a theory file. Raises ``DeclarationError`` for a file that cannot be read or exposes none."""
    name = f"theory.{path.stem}" if path.parent.name == "theory" else f"_derivation_{zlib.crc32(str(path).encode()):08x}"
    spec = spec_of(name, path)
    if spec is None or spec.loader is None:
        raise DeclarationError("cannot read this file", where=Where(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ReportError:
        raise
    except SyntaxError as error:
        raise DeclarationError(f"this is not Python: {error.msg}", where=author_line(error)) from None
    except Exception as error:  # whatever an author's file may raise while it is read
        raise DeclarationError(f"{type(error).__name__}: {error}", where=author_line(error) or Where(path)) from None
    found = getattr(module, "DERIVATION", None)
    if not isinstance(found, Derivation):
        raise DeclarationError("no DERIVATION in this file", where=Where(path), remedy="Write DERIVATION = Derivation(…).")
    numbered = re.match(r"t0*(\d+)", path.stem) if path.parent.name == "theory" else None
    if numbered and found.id != f"T{numbered[1]}":
        what = f"the theorem calls itself {found.id}, its file name says T{numbered[1]}."
        raise DeclarationError(what, where=Where(path), remedy="Make the two agree: t02_name.py holds T2.")
    return found
