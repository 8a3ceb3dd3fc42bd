"""What comes of checking a derivation: plain data that the pages, the terminal and the manifest show."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from report.prove.reasons.rule import Verdict
from report.write.markdown import ProofView, StepView


@dataclass(frozen=True)
class Witnessed:
    """A witness of one step: its name, and at how many points it agreed."""

    name: str
    points: int


@dataclass(frozen=True)
class CheckedStep:
    """A step as shown: relation and expression in LaTeX, both as text, the reason, the verdict and who bore it out.

    ``caught_by`` names what refuses the step: chain, SymPy, numeric, live, witness, scope.
    """

    relation_latex: str
    latex: str
    text: str
    reason: str
    reason_text: str
    verdict: str
    method: str
    witnesses: tuple[Witnessed, ...]
    where: str
    caught_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckedPart:
    """A part as shown. ``start`` is the left side of its statement, where the chain begins; the steps follow it."""

    label: str
    intro: str
    scope: str
    statement_latex: str
    statement_text: str
    given_latex: tuple[str, ...]
    given_text: tuple[str, ...]
    start_latex: str
    start_text: str
    steps: tuple[CheckedStep, ...]

    @property
    def verdict(self) -> str:
        """The weakest verdict among the steps."""
        order = [Verdict.FAILED, Verdict.CITED, Verdict.CHECKED, Verdict.PROVED]
        return min((s.verdict for s in self.steps), key=lambda v: order.index(Verdict(v)))


@dataclass(frozen=True)
class GlossaryEntry:
    """A name (LaTeX and text), what it means (Markdown and text); for a definition its equation and who bore it out."""

    latex: str
    text: str
    meaning: str
    meaning_text: str
    defined: bool = False
    witnesses: tuple[Witnessed, ...] = ()


@dataclass(frozen=True)
class Proof:
    """All that is shown of a derivation. ``failures`` are messages with file and line; a proof without any holds."""

    id: str
    title: str
    question: str
    glossary: tuple[GlossaryEntry, ...]
    parts: tuple[CheckedPart, ...]
    conclusion: str
    consequence: str
    failures: tuple[str, ...]
    seconds: float = field(default=0.0, compare=False)

    @property
    def holds(self) -> bool:
        """Whether every step is borne out."""
        return not self.failures

    @property
    def steps(self) -> tuple[CheckedStep, ...]:
        return tuple(step for part in self.parts for step in part.steps)

    def view(self, number: Callable[[str], int]) -> ProofView:
        """The derivation ready to be set; ``number`` gives the number of the equation that a part arrives at."""
        groups = [(_heading(part), _views(part, self.id, number)) for part in self.parts]
        question = "\n\n".join(filter(None, [self.question, _where_list(self.glossary)]))
        return ProofView(self.id, self.title, question, groups, self.conclusion, self.consequence)

    def summary(self) -> dict[str, Any]:
        """For the manifest: the verdict, and each statement with its verdict and witnesses."""
        return {
            "title": self.title,
            "holds": self.holds,
            "statements": [
                {
                    "part": part.label,
                    "statement": part.statement_text,
                    "given": list(part.given_text),
                    "verdict": part.verdict,
                    "steps": len(part.steps),
                    "witnesses": sorted({w.name for step in part.steps for w in step.witnesses}),
                }
                for part in self.parts
            ],
        }


def _heading(part: CheckedPart) -> str:
    """``**Directly.** For $x < 0$: prose.``"""
    given = f" Let {' and '.join(f'${c}$' for c in part.given_latex)}." if part.given_latex else ""
    intro = f" {part.intro}" if part.intro else ""
    scope = f"\n\n*Scope.* {part.scope}" if part.scope else ""
    return f"**{part.label}.**{given}{intro}{scope}"


LONGEST_LEFT = 30  # characters of a left side that still leave room for the right one beside it


def _views(part: CheckedPart, owner: str, number: Callable[[str], int]) -> list[StepView]:
    """The steps of a chain below each other; a long left side has a line of its own."""
    slug = "".join(c if c.isalnum() else "-" for c in part.label.lower())
    hanging = len(part.start_text) > LONGEST_LEFT
    views = [StepView(part.start_latex, "", "")] if hanging else []
    for at, step in enumerate(part.steps):
        last = at == len(part.steps) - 1
        left = rf"\quad {step.relation_latex}" if hanging else f"{part.start_latex if at == 0 else ''} & {step.relation_latex}"
        views.append(
            StepView(
                f"{left} {step.latex}",
                step.reason,
                step.verdict,
                [w.name for w in step.witnesses],
                step.verdict != Verdict.FAILED,
                number(slug) if last else None,
                f"{owner}-{slug}" if last else "",
            )
        )
    return views


def _where_list(glossary: tuple[GlossaryEntry, ...]) -> str:
    """What each symbol is, in a sentence; then each definition on a line of its own."""
    symbols = "; ".join(f"${entry.latex}$ is {entry.meaning}" for entry in glossary if not entry.defined)
    defined = "\n\n".join(f"- ${entry.latex}$, {entry.meaning}" for entry in glossary if entry.defined)
    return "\n\n".join(filter(None, [f"Here {symbols}." if symbols else "", f"We write\n\n{defined}" if defined else ""]))


def to_json(proof: Proof) -> str:
    """The proof as JSON, for keeping."""
    return json.dumps(asdict(proof), ensure_ascii=False, indent=1)


def from_json(text: str) -> Proof:
    """The proof that ``to_json`` wrote."""
    raw = json.loads(text)
    return Proof(
        **{
            **raw,
            "glossary": tuple(_entry(entry) for entry in raw["glossary"]),
            "parts": tuple(_part(part) for part in raw["parts"]),
            "failures": tuple(raw["failures"]),
        }
    )


def _witnesses(raw: list[dict[str, Any]]) -> tuple[Witnessed, ...]:
    return tuple(Witnessed(**w) for w in raw)


def _entry(raw: dict[str, Any]) -> GlossaryEntry:
    return GlossaryEntry(**{**raw, "witnesses": _witnesses(raw["witnesses"])})


def _part(raw: dict[str, Any]) -> CheckedPart:
    steps = tuple(
        CheckedStep(**{**step, "witnesses": _witnesses(step["witnesses"]), "caught_by": tuple(step["caught_by"])})
        for step in raw["steps"]
    )
    given = {name: tuple(raw[name]) for name in ("given_latex", "given_text")}
    return CheckedPart(**{**raw, **given, "steps": steps})


# --- in the terminal -----------------------------------------------------------------------------------------------

MARKS = {Verdict.PROVED: "✓", Verdict.CHECKED: "∘", Verdict.CITED: "†", Verdict.FAILED: "✗"}


def terminal(proof: Proof) -> str:
    """The derivation for reading in a terminal."""
    lines = [f"{proof.id}  {proof.title}", ""]
    width = max((len(entry.text) for entry in proof.glossary), default=0)
    lines += [f"  {entry.text:<{width}}   {entry.meaning_text}" for entry in proof.glossary]
    for part in proof.parts:
        given = f"   for {', '.join(part.given_text)}" if part.given_text else ""
        lines += ["", f"  {part.label}: {part.statement_text}{given}", "", f"      {part.start_text}"]
        width = min(max(len(step.text) for step in part.steps), 60)
        for step in part.steps:
            seen = ", ".join(f"{w.name} {w.points}" for w in step.witnesses)
            lines.append(
                f"    {step.text:<{width}}   {MARKS[Verdict(step.verdict)]} {step.reason_text}  [{step.method}; {seen}]"
            )
    lines += ["", *proof.failures, in_a_line(proof)]
    return "\n".join(lines)


def in_a_line(proof: Proof) -> str:
    """``T2  The derivative of the sigmoid: 16 steps proved; numeric, torch autograd; 0.11 s``."""
    steps = [step for part in proof.parts for step in part.steps]
    counts = {str(v): sum(s.verdict == v for s in steps) for v in Verdict}
    told = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing checked"
    witnesses = ", ".join(dict.fromkeys(w.name for s in steps for w in s.witnesses))
    mark = "✓" if proof.holds else "✗"
    return f"{mark} {proof.id:<4} {proof.title}: {len(steps)} steps, {told}; {witnesses}; {proof.seconds:.2f} s"
