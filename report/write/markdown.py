"""Turn nouns into pandoc Markdown that says what a thing is; the filters of ``templates/`` say what it looks like.

A value, a figure, a claim or a derivation becomes a span or a div with a class and attributes. ``templates/html.lua`` and
``templates/typst.lua`` turn these into either format, so both pages always have the same structure and the same numbers.
Raw HTML and raw Typst side by side were rejected: every escape would exist twice.

Captions, sentences, reasons and headings are prose: Markdown, formulas included. Everything else (cells, notices, units,
origins, alternative texts, file names) is plain text and escaped; only a cell that is one whole formula, ``$…$``, is set
as one.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from report.model import Column, Holds, Table, Value, Verdict
from report.numbers import FIGURE_SPACE, MINUS, NO_BREAK, NOTHING, PLUS_MINUS, POINT_SPACE, THIN, number_text

if TYPE_CHECKING:
    from report.judge.views import Compared


MARKS = {Holds.YES: "✔", Holds.NO: "✘", Holds.UNDECIDED: "◇"}
NOTICES = {
    "stand-in": "Stand-in data",
    "skipped": "Not run",
    "failed": "Failed",
    "diverged": "Diverged",
}


# --- text ----------------------------------------------------------------------------------------------------------


def escape(text: str) -> str:
    """Plain ``text`` as Markdown that reads as exactly that text, in a paragraph, a table cell or an attribute."""
    one_line = " ".join(text.split("\n"))
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one_line)


def _span(content: str, klass: str, **attributes: str) -> str:
    return f"[{content}]{{.{klass}{_attributes(attributes)}}}"


def _div(content: str, klass: str, identifier: str = "", **attributes: str) -> str:
    anchor = f" #{identifier}" if identifier else ""
    return f"\n\n::::: {{.{klass}{anchor}{_attributes(attributes)}}}\n{content}\n:::::\n\n"


def _attributes(attributes: Mapping[str, str]) -> str:
    lines = {name: "&#10;".join(map(escape, text.split("\n"))) for name, text in attributes.items()}
    return "".join(f' {name}="{text}"' for name, text in lines.items())


# --- numbers -------------------------------------------------------------------------------------------------------


def _has_spread(value: Value) -> bool:
    return value.spread is not None and value.n > 1 and math.isfinite(value.spread) and math.isfinite(value.number)


def _with_unit(text: str, unit: str) -> str:
    if not unit or text == NOTHING:
        return text
    return text + (THIN if unit == "%" else NO_BREAK) + escape(unit)


def value_text(value: Value) -> str:
    """``97.3 ± 0.2 %`` (Markdown: the unit is escaped)."""
    text = number_text(value.number, value.digits)
    if _has_spread(value):
        text += f"{NO_BREAK}{PLUS_MINUS}{NO_BREAK}{number_text(float(value.spread or 0), value.digits)}"
    return _with_unit(text, value.unit)


def _origin(value: Value, source: str) -> str:
    """Where a number comes from, a line for each thing that is known."""
    spread = f"mean ± standard deviation over {value.n} seeds" if _has_spread(value) else ""
    place = f"stated in {source}" if source else ""
    return "\n".join(filter(None, (value.origin, spread, place)))


def value_markdown(value: Value, source: str = "") -> str:
    """A number in running text. ``source`` (``02-mnist.md:12``) says where the prose states it."""
    return _span(value_text(value), "value", origin=_origin(value, source))


# --- figures, tables, equations ------------------------------------------------------------------------------------


def figure_markdown(identifier: str, number: int, svg_path: str, caption: str, alt: str, csv_name: str) -> str:
    """A numbered figure: ``svg_path`` names one of the assets, ``csv_name`` the file under ``data/`` that holds its data."""
    return _div(caption, "figure", identifier, number=str(number), src=svg_path, alt=alt, data=csv_name)


def table_markdown(identifier: str, number: int, table: Table, csv_name: str = "") -> str:
    """A numbered table, its caption above; numbers align at their decimal points."""
    columns = [_column_texts(column, [row[i] for row in table.rows]) for i, column in enumerate(table.columns)]
    headings = [_piped(column.heading) for column in table.columns]
    rules = ["---:" if column.align == "right" else ":---" for column in table.columns]
    lines = [headings, rules, *map(list, zip(*columns))]
    body = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    content = f"::: caption\n{table.caption}\n:::\n\n{body}\n"
    return _div(content, "table", identifier, number=str(number), data=csv_name or f"{identifier}.csv")


def _column_texts(column: Column, cells: Sequence[Any]) -> list[str]:
    """The cells of a column as Markdown, numbers padded on the right so that their points stand below each other."""
    shown = [_cell(cell, column) for cell in cells]
    decimals = max((len(cell.number.partition(".")[2]) for cell in shown if cell.plain), default=0)
    spread = max((cell.spread for cell in shown), key=len, default="")
    return [_aligned(cell, decimals, spread) for cell in shown]


@dataclass(frozen=True)
class _Cell:
    """A cell before it is aligned: the number and its spread apart, or a text."""

    text: str = ""
    number: str = ""
    spread: str = ""
    unit: str = ""
    origin: str = ""

    @property
    def plain(self) -> bool:
        """Whether the number has a decimal point to align at."""
        return re.fullmatch(rf"{MINUS}?[\d{THIN}]+(\.\d+)?", self.number) is not None


def _cell(cell: Any, column: Column) -> _Cell:
    if isinstance(cell, Value):
        spread = number_text(float(cell.spread or 0), cell.digits) if _has_spread(cell) else ""
        unit = "" if cell.unit and cell.unit in column.heading else cell.unit
        return _Cell(number=number_text(cell.number, cell.digits), spread=spread, unit=unit, origin=_origin(cell, ""))
    if cell is None:
        return _Cell(number=NOTHING)
    if isinstance(cell, bool):
        return _Cell(text="yes" if cell else "no")
    if isinstance(cell, int | float):
        return _Cell(number=number_text(cell, column.digits))
    text = str(cell)
    return _Cell(text=_piped(text) if re.fullmatch(r"\$[^$\s]([^$]*[^$\s\\])?\$", text) else escape(text))


def _piped(markdown: str) -> str:
    """``markdown`` as a cell of a pipe table: a bar inside a formula would end the cell."""
    return re.sub(r"(?<!\\)\|", r"\\vert ", markdown)


def _aligned(cell: _Cell, decimals: int, spread: str) -> str:
    if not cell.number:
        return cell.text
    text = cell.number
    if cell.plain:
        own = len(text.partition(".")[2])
        text += FIGURE_SPACE * (decimals - own) + (POINT_SPACE if decimals and not own else "")
    if cell.spread:
        text += f"{NO_BREAK}{PLUS_MINUS}{NO_BREAK}{FIGURE_SPACE * (len(spread) - len(cell.spread))}{cell.spread}"
    elif spread and cell.plain:
        text += NO_BREAK + FIGURE_SPACE + NO_BREAK + re.sub(r"\d", FIGURE_SPACE, spread).replace(".", POINT_SPACE)
    text = _with_unit(text, cell.unit)
    return _span(text, "value", origin=cell.origin) if cell.origin else text


def table_csv(table: Table) -> bytes:
    """The table as data: full precision, a ``Value`` as its number with its spread, n and unit in columns of their own."""
    valued = {column.name for i, column in enumerate(table.columns) if any(isinstance(row[i], Value) for row in table.rows)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [[c.name, *(f"{c.name}_{part}" for part in ("spread", "n", "unit") if c.name in valued)] for c in table.columns]
    writer.writerow([name for group in names for name in group])
    for row in table.rows:
        cells = [_csv_cells(cell, column.name in valued) for cell, column in zip(row, table.columns)]
        writer.writerow([cell for group in cells for cell in group])
    return out.getvalue().encode()


def _csv_cells(cell: Any, valued: bool) -> list[Any]:
    if isinstance(cell, Value):
        return [cell.number, "" if cell.spread is None else cell.spread, cell.n, cell.unit]
    return ["" if cell is None else cell, *([""] * 3 if valued else [])]


def equation_markdown(identifier: str, number: int, latex: str) -> str:
    """A displayed, numbered formula."""
    return _div(f"$${_one_line(latex)}$$", "equation", identifier, number=str(number))


def _one_line(latex: str) -> str:
    """LaTeX without line ends: an empty line would end the formula."""
    return " ".join(latex.split())


def reference_markdown(identifier: str, text: str) -> str:
    """A link to something numbered: ``Figure 3``, kept on one line."""
    return f"[{escape(text).replace(' ', NO_BREAK)}](#{identifier}){{.ref}}"


# --- what was judged -----------------------------------------------------------------------------------------------


def verdict_markdown(sentence: str, verdict: Verdict) -> str:
    """A claim's sentence, then its verdict in a word with a mark, the effect, its 95 % interval and the seeds."""
    badge = _span(f"{MARKS[verdict.holds]}{NO_BREAK}{verdict.holds}", "verdict", word=_slug(verdict.holds))
    evidence = _evidence(verdict)
    told = " " + _span(evidence, "evidence") if evidence else ""
    return _span(f"{sentence} {badge}{told}", "claim")


def _slug(holds: Holds) -> str:
    return holds.replace(" ", "-")


def _evidence(verdict: Verdict) -> str:
    """``mean paired difference: 1.2 points, 95 % interval 0.8 to 1.6, n = 3 seeds`` (Markdown)."""
    parts = []
    if math.isfinite(verdict.effect):
        digits = _telling_digits(verdict)

        def rounded(number: float) -> str:  # beside an interval far wider than it, a tiny effect is zero
            return number_text(float(number) if digits is None else round(float(number), digits), digits)

        effect = _with_unit(rounded(verdict.effect), verdict.unit)
        parts.append(f"{escape(verdict.what or 'effect')}: {effect}")
        if math.isfinite(verdict.low) and math.isfinite(verdict.high):
            parts.append(f"95{THIN}% interval {rounded(verdict.low)} to {rounded(verdict.high)}")
    elif verdict.what:
        parts.append(escape(verdict.what))
    if verdict.n:
        parts.append(f"n{THIN}={THIN}{verdict.n} seed{'' if verdict.n == 1 else 's'}")
    return ", ".join(parts)


def _telling_digits(verdict: Verdict) -> int | None:
    """Decimals that show two significant digits of the interval's width, or three of the effect where there is none. None
    where these are too many, and powers of ten tell more."""
    width = verdict.high - verdict.low
    scale, significant = (width, 2) if math.isfinite(width) and width > 0 else (abs(verdict.effect), 3)
    digits = max(0, significant - 1 - math.floor(math.log10(scale))) if scale > 0 else 1
    return digits if digits <= 6 else None


def notice_markdown(kind: str, text: str) -> str:
    """A visible box. ``kind`` is one of ``NOTICES``; ``text`` is plain."""
    return _div(f"{_span(NOTICES[kind], 'notice-title')} {escape(text)}", "notice", kind=kind)


def reported_markdown(found: Compared, sources: Mapping[str, str], owner: str) -> str:
    """``W1 (*course*) reports 99.0 %; here 99.1 ± 0.1 % (agrees)``."""
    theirs = value_text(Value(found.number, found.ours.unit, found.ours.digits))
    relation = "" if found.relation == "=" else f"{found.relation}{THIN}"
    agreement = {True: "agrees", False: "differs", None: f"not compared: {found.why_not}"}[found.agrees]
    source = f"{found.source} (*{escape(sources.get(found.source, ''))}*)"
    return f"{source} reports {relation}{theirs}; here {value_markdown(found.ours, owner)} ({escape(agreement)})"


# --- derivations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StepView:
    """A displayed step. ``latex`` may hold one ``&`` at its top level, where the steps of a group align (before the "=").

    ``reason`` is Markdown. ``verdict_word`` ("proved") stands under it with the kinds of ``witnesses`` ("numeric").
    A step with a ``number`` is an equation that ``identifier`` can be linked to. Without a ``verdict_word`` it is where a chain
    starts: a formula, nothing claimed.
    """

    latex: str
    reason: str
    verdict_word: str = "proved"
    witnesses: Sequence[str] = ()
    proved: bool = True
    number: int | None = None
    identifier: str = ""


@dataclass(frozen=True)
class ProofView:
    """An answer to a theory question, ready to be set: its groups are (heading, steps); all texts are Markdown."""

    id: str
    title: str
    question: str
    groups: Sequence[tuple[str, Sequence[StepView]]]
    conclusion: str
    consequence: str = ""
    notes: Sequence[str] = field(default_factory=tuple)


def derivation_markdown(proof: ProofView) -> str:
    """The question, the steps group by group, the conclusion, and what follows from it for someone who trains networks."""
    groups = "".join(_group(heading, steps) for heading, steps in proof.groups)
    ends = [("conclusion", "Conclusion", proof.conclusion), ("consequence", "In practice", proof.consequence)]
    closing = "".join(_div(f"{_span(title, 'lead-in')} {text}", kind) for kind, title, text in ends if text)
    notes = "".join(_div(note, "note") for note in proof.notes)
    question = _div(f"{_span('Question', 'lead-in')} {proof.question}", "question")
    return f"\n\n::::::: {{.derivation #{proof.id}}}\n{question}{groups}{notes}{closing}\n:::::::\n\n"


def _group(heading: str, steps: Sequence[StepView]) -> str:
    title = _div(heading, "group-title") if heading else ""
    return f"{title}\n\n:::::: steps\n{''.join(map(_step, steps))}\n::::::\n\n"


def _step(step: StepView) -> str:
    left, right = _split(_one_line(step.latex))
    mark = "✔" if step.proved else "✘"
    state = "proved" if step.proved else "failed"
    witnesses = f": {escape(', '.join(step.witnesses))}" if step.witnesses else ""
    lines = [
        f"${left}$" if left else "",
        f"${right}$",
        step.reason,
        _span(f"{mark}{NO_BREAK}{escape(step.verdict_word)}{witnesses}", "check", state=state) if step.verdict_word else "",
    ]
    number = {"number": str(step.number)} if step.number is not None else {}
    parts = "".join(_part(content, kind) for content, kind in zip(lines, ("left", "right", "reason", "witness")))
    return _div(parts, "step", step.identifier, **number)


def _part(content: str, kind: str) -> str:
    return f"\n\n::: {kind}\n{content}\n:::\n\n" if content else ""


def _split(latex: str) -> tuple[str, str]:
    """``latex`` cut at its first ``&`` outside braces and environments; all of it on the right if there is none."""
    depth = 0
    for match in re.finditer(r"\\begin\b|\\end\b|\\.|[{}&]", latex):
        token = match[0]
        depth += {"{": 1, "}": -1, "\\begin": 1, "\\end": -1}.get(token, 0)
        if token == "&" and depth == 0:
            return latex[: match.start()].strip(), latex[match.end() :].strip()
    return "", latex
