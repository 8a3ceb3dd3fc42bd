"""What comes of checking a derivation: the author's own formulas, and what was found about each. Whoever shows it prints it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from report.prove.language.names import Name
from report.prove.language.standing import Standing, weakest


@dataclass(frozen=True)
class Witnessed:
    """A witness of one step: its name, and at how many points it agreed."""

    name: str
    points: int


@dataclass(frozen=True)
class CheckedStep:
    """A step: its relation and expression, the reason, what it may be called, how it was decided and who bore it out.

    ``caught_by`` names what refuses the step: chain, SymPy, numeric, live, scope.
    """

    relation: str
    expression: str
    reason: str
    standing: Standing
    method: str
    witnesses: tuple[Witnessed, ...]
    caught_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedPart:
    """A part. ``start`` is the left side of its statement, where the chain begins; the steps follow it.

    ``rests_on`` are the labels of the parts that its steps put in, ``cites`` the theorems that they quote, ``conventions`` what
    its formulas come to that is agreed on, in words. It is ``trivial`` if
    both sides are the same without any thought, or one opens what the other abbreviates: then it is no theorem.
    """

    label: str
    intro: str
    scope: str
    statement: str
    given: tuple[str, ...]
    start: str
    steps: tuple[CheckedStep, ...]
    rests_on: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    trivial: bool = False
    conventions: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """The weakest among the steps."""
        return weakest(step.standing for step in self.steps)


@dataclass(frozen=True)
class GlossaryEntry:
    """A name and what it means: a symbol with its domain, or a definition with its equation and who bore that out."""

    name: str
    printed: Name
    meaning: str
    least: str = ""
    above: str = ""
    within: tuple[str, ...] = ()
    shape: tuple[str, ...] = ()
    head: str = ""
    body: str = ""
    parameters: tuple[tuple[str, Name], ...] = ()
    witnesses: tuple[Witnessed, ...] = ()


@dataclass(frozen=True)
class Proof:
    """A derivation and its verdicts. ``failures`` are messages with file and line; a proof without any holds."""

    id: str
    title: str
    question: str
    glossary: tuple[GlossaryEntry, ...]
    parts: tuple[CheckedPart, ...]
    conclusion: str
    consequence: str
    failures: tuple[str, ...]
    comment: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def holds(self) -> bool:
        """Whether every step is borne out."""
        return not self.failures

    @property
    def steps(self) -> tuple[CheckedStep, ...]:
        return tuple(step for part in self.parts for step in part.steps)

    def users(self, label: str) -> tuple[str, ...]:
        """The parts that rest on this one."""
        return tuple(part.label for part in self.parts if label in part.rests_on)

    @property
    def names(self) -> dict[str, Name]:
        """The glossary as a printer of formulas needs it."""
        return {entry.name: entry.printed for entry in self.glossary}

    def summary(self) -> dict[str, Any]:
        """For the manifest: the verdict, and each statement with its verdict and witnesses."""
        return {
            "title": self.title,
            "holds": self.holds,
            "statements": [
                {
                    "part": part.label,
                    "statement": part.statement,
                    "given": list(part.given),
                    "verdict": part.standing,
                    "rests_on": list(part.rests_on),
                    "cites": list(part.cites),
                    "trivial": part.trivial,
                    "conventions": list(part.conventions),
                    "steps": len(part.steps),
                    "witnesses": sorted({w.name for step in part.steps for w in step.witnesses}),
                }
                for part in self.parts
            ],
        }
