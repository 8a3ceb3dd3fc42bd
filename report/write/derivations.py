"""A checked derivation as pandoc Markdown: the question, the chains with their reasons and verdicts, the conclusion.

Formulas become LaTeX here and nowhere else. In prose a formula stands in backticks, and becomes one between dollars.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

from report.numbers import NO_BREAK
from report.prove.checked import CheckedPart, CheckedStep, GlossaryEntry, Proof
from report.prove.language.formula import parse
from report.prove.language.latex import latex, relation_latex
from report.prove.language.names import Names
from report.prove.reasons.rule import Standing
from report.write.markdown import div, escape, span

LONGEST_LEFT = 26
"""Characters of a left side that still leave room for the right one beside it."""


@dataclass(frozen=True)
class _Pages:
    """What the pages know while a derivation is set: its names, and the numbers of its equations."""

    names: Names
    owner: str
    labels: frozenset[str]
    number: Callable[[str], int]

    def math(self, text: str) -> str:
        return latex(parse(text), self.names)

    def prose(self, text: str) -> str:
        """Prose with its formulas set, and each part that it quotes a link to where that part arrives."""
        linked = re.sub("“([^”]+)”", lambda m: self.link(m[1]) if m[1] in self.labels else m[0], text)
        return prose_markdown(linked, self.names)

    def concluded(self, text: str) -> str:
        """A conclusion: the parts that stand in parentheses, “so” and “so”, by their numbers."""
        return self.prose(re.sub(r"\((“[^”]+”(?:, “[^”]+”)*)\)", lambda m: f"({self._numbers(m[1])})", text))

    def _numbers(self, quoted: str) -> str:
        labels = [label for label in re.findall("“([^”]+)”", quoted) if label in self.labels]
        return ", ".join(f"[{self.number(_slug(label))}](#{self.anchor(label)})" for label in labels)

    def link(self, label: str) -> str:
        return f"[“{label}”](#{self.anchor(label)})"

    def anchor(self, label: str) -> str:
        return f"{self.owner}-{_slug(label)}"


def prose_markdown(text: str, names: Names) -> str:
    """Prose with its formulas as LaTeX between dollars."""
    return re.sub(r"`([^`]+)`", lambda m: f"${latex(parse(m[1]), names)}$", text)


def derivation_markdown(proof: Proof, number: Callable[[str], int]) -> str:
    """The question, the parts, the conclusion, and what its author remarks on it; ``number`` gives the number of the equation
    that a part arrives at.
    """
    numbers = functools.cache(number)  # a conclusion refers to the equations that the parts have been given
    pages = _Pages(proof.names, proof.id, frozenset(part.label for part in proof.parts), numbers)
    asked = "\n\n".join(filter(None, [pages.prose(proof.question), _where_list(proof.glossary, pages)]))
    question = div(f"{span('Question', 'lead-in')} {asked}", "question")
    groups = "".join(_part(part, pages) for part in proof.parts)
    ends = [("conclusion", "Conclusion", proof.conclusion), ("conclusion", "Hence", proof.consequence)]
    ends += [("consequence", "In practice, as a comment", proof.comment)]
    closing = "".join(div(f"{span(title, 'lead-in')} {pages.concluded(text)}", kind) for kind, title, text in ends if text)
    return f"\n\n::::::: {{.derivation #{proof.id}}}\n{question}{groups}{closing}\n:::::::\n\n"


# --- the glossary --------------------------------------------------------------------------------------------------


def _where_list(glossary: tuple[GlossaryEntry, ...], pages: _Pages) -> str:
    """What each symbol is, in a sentence; then each definition on a line of its own."""
    symbols = [f"${_domain(e, pages)}$ is {pages.prose(e.meaning)}" for e in glossary if not e.head]
    defined = [f"- ${_equation(e, pages)}$, {_meaning(e, pages)}" for e in glossary if e.head]
    return "\n\n".join(
        filter(
            None, [f"Here {'; '.join(symbols)}." if symbols else "", "We write\n\n" + "\n\n".join(defined) if defined else ""]
        )
    )


def _domain(entry: GlossaryEntry, pages: _Pages) -> str:
    """Where a symbol lives: x ∈ ℝ, n ≥ 1, i = 1, …, n, W ∈ ℝ^(m × n), f: ℤ → ℝ."""
    name = pages.math(entry.name)
    if entry.within:
        low, high = map(pages.math, entry.within)
        return rf"{name} = {low}, \dots, {high}"
    if entry.printed.kind == "integer" and entry.least.isdigit():
        return rf"{name} = {entry.least}, {int(entry.least) + 1}, \dots"
    if entry.least or entry.above:
        sign = r"\ge" if entry.least else ">"
        return f"{name} {sign} {pages.math(entry.least or entry.above)}"
    space = {
        "real": r"{0} \in \mathbb{{R}}",
        "integer": r"{0} \in \mathbb{{Z}}",
        "signal": r"{0}\colon \mathbb{{Z}} \to \mathbb{{R}}",
        "function": r"{0}\colon \mathbb{{R}} \to \mathbb{{R}}",
        "vector": r"{0} \in \mathbb{{R}}^{{{1}}}",
        "matrix": r"{0} \in \mathbb{{R}}^{{{1}}}",
        "operator": "{0}",
    }[entry.printed.kind]
    return space.format(name, r" \times ".join(map(pages.math, entry.shape)))


def _equation(entry: GlossaryEntry, pages: _Pages) -> str:
    names = _local(entry, pages)
    return f"{latex(parse(entry.head), names)} = {latex(parse(entry.body), names)}"


def _meaning(entry: GlossaryEntry, pages: _Pages) -> str:
    return prose_markdown(entry.meaning, _local(entry, pages))


def _local(entry: GlossaryEntry, pages: _Pages) -> Names:
    """The names inside a definition: its own parameters before the glossary's."""
    return {**pages.names, **dict(entry.parameters)}


# --- chains --------------------------------------------------------------------------------------------------------


def _part(part: CheckedPart, pages: _Pages) -> str:
    """A heading, and the steps of the chain below each other; a long left side has a line of its own."""
    start = pages.math(part.start)
    hanging = _width(start) > LONGEST_LEFT
    first = "" if hanging else start
    steps = [_step(step, first if at == 0 else "", hanging, pages) for at, step in enumerate(part.steps)]
    slug = _slug(part.label)
    rows = [div(_cell(f"${start}$", "right"), "step")] if hanging else []
    rows += [div(step, "step") for step in steps[:-1]]
    rows += [div(steps[-1], "step", pages.anchor(part.label), number=str(pages.number(slug)))]
    return f"{div(_heading(part, pages), 'group-title')}\n\n:::::: steps\n{''.join(rows)}\n::::::\n\n"


def _slug(label: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in label.lower())


def _heading(part: CheckedPart, pages: _Pages) -> str:
    """``**Directly.** Let $x < 0$. Prose.``"""
    given = f" Let {' and '.join(f'${pages.math(c)}$' for c in part.given)}." if part.given else ""
    intro = f" {pages.prose(part.intro)}" if part.intro else ""
    scope = f"\n\n*Scope.* {pages.prose(part.scope)}" if part.scope else ""
    return f"**{part.label}.**{given}{intro}{scope}"


def _step(step: CheckedStep, left: str, hanging: bool, pages: _Pages) -> str:
    """A row: left side, relation and right side, the reason, and who bore it out."""
    failed = step.standing == Standing.FAILED
    mark, state = ("✘", "failed") if failed else ("✔", "proved")
    witnesses = f": {escape(', '.join(w.name for w in step.witnesses))}" if step.witnesses else ""
    indent = r"\quad " if hanging else ""
    right = f"{indent}{relation_latex(step.relation)} {pages.math(step.expression)}"
    how = f" ({escape(step.method)})" if step.standing == Standing.PROVED and step.method else ""
    verdict = span(f"{mark}{NO_BREAK}{escape(step.standing)}{how}{witnesses}", "check", state=state)
    cells = [(f"${left}$" if left else "", "left"), (f"${right}$", "right"), (pages.prose(step.reason), "reason")]
    return "".join(_cell(content, kind) for content, kind in [*cells, (verdict, "witness")])


def _cell(content: str, kind: str) -> str:
    return f"\n\n::: {kind}\n{content}\n:::\n\n" if content else ""


def _width(latex: str) -> int:
    """About how many characters wide a formula is set: a command is a character, or none if it only shapes what follows."""
    shapes = r"\\(?:left|right|mathrm|mathbf|mathbb|operatorname|text|t?frac|quad|[,;])"
    return len(re.sub(r"[{}^_]", "", re.sub(r"\\[A-Za-z]+|\\.", "x", re.sub(shapes, "", latex))))
