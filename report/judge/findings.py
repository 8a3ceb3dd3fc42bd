"""What a source says, held against what this report computes: each entry of its data file agrees, differs, or stays open.

A mistake is nothing but an entry that differs. Correct the entry and the mistake is gone; spoil another and there is one more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from report.errors import ProseError, ReportError
from report.judge.arithmetic import columns, evaluate
from report.judge.views import Absent
from report.judge.written import Document, Entry
from report.model import Holds, Scalar, Value

SMALL = 1e-9  # what a sum in floating point may be off by
NEAR = 2  # how many tolerances away a number is still called near, where the training was shorter


class Agreement(StrEnum):
    """How what is written stands to what is found."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OPEN = "open"  # asked, and not decided by these runs
    NOT_ASKED = "not asked"  # this copy cannot say: a short budget, a stand-in, runs left out


@dataclass(frozen=True)
class Finding:
    """An entry and how it stands; ``ours`` are the values beside it, ``why`` says in words what was compared or why not."""

    entry: Entry
    agreement: Agreement
    ours: tuple[Value, ...] = ()
    why: str = ""
    would_take: int = 0  # so many seeds like those that were run would settle what is open; 0: not known
    by_accident: str = ""  # why a number that is near is so by accident

    @property
    def near(self) -> bool:
        """Whether ours lies where a shorter training may have left it."""
        away = (abs(float(value.number) - self.reported) for value in self.ours)
        return not self.by_accident and max(away, default=math.inf) <= NEAR * self.entry.tolerance

    @property
    def reported(self) -> float:
        """The number that is held against ours, in its unit: as printed, else what the printed sum comes to."""
        return self.entry.number if self.entry.printed else float(evaluate(self.entry.formula, {}))


@dataclass(frozen=True)
class Computed:
    """What the entries are held against: values by name and condition, verdicts by name, and what may not be compared."""

    value: Callable[[str, Mapping[str, Scalar]], Value | Absent]
    verdict: Callable[[str], tuple[Holds | None, str, int]]  # the word, the sentence, the seeds to settle it; None, and why not
    forbidden: Callable[[Entry], str]  # why this copy may not be held against the entry, or nothing


def findings(document: Document, computed: Computed) -> dict[str, Finding]:
    """Every entry of ``document``, held against ``computed``. Raises ``ProseError`` for all that name what is not there."""
    alone: dict[str, Finding] = {}
    problems: list[ProseError] = []
    for name, entry in document.entries.items():
        try:
            alone[name] = _finding(entry, document, computed)
        except ProseError as problem:
            problems.append(problem)
    if problems:
        raise ProseError("\n".join(map(str, problems)))
    return {name: _along(finding, alone) for name, finding in alone.items()}


def _along(finding: Finding, alone: Mapping[str, Finding]) -> Finding:
    """A number that agrees while another of the same run does not even come near, does so by accident: it is no agreement."""
    other = alone.get(f"{finding.entry.source}.{finding.entry.along_with}")
    if other is None or other.near or not (finding.ours and other.ours):
        return finding
    agreement = Agreement.DIFFERS if finding.agreement is Agreement.AGREES else finding.agreement
    return replace(finding, agreement=agreement, by_accident=f"its {other.entry.what.partition(',')[0]} does not agree")


def _finding(entry: Entry, document: Document, computed: Computed) -> Finding:
    try:
        if entry.asserts:
            return _asserted(entry, computed)
        if entry.rows:
            return _read_off(entry, document)
        return _compared(entry, document, computed)
    except ReportError as error:
        raise ProseError(f"{entry.name}: {error.what}", where=error.where or entry.where, remedy=error.remedy) from None


def _asserted(entry: Entry, computed: Computed) -> Finding:
    """A statement is as true as the claims that would follow from it; one that fails is enough against it."""
    forbidden = computed.forbidden(entry)
    if forbidden:
        return Finding(entry, Agreement.NOT_ASKED, why=forbidden)
    parts = []
    for name in entry.asserts:
        word, why, seeds = computed.verdict(name.removeprefix("not "))
        says = Holds.NO if name.startswith("not ") else Holds.YES
        decided = Agreement.AGREES if word is says else Agreement.DIFFERS
        open_ = Agreement.OPEN if word is Holds.UNDECIDED else Agreement.NOT_ASKED
        agreement = decided if word in (Holds.YES, Holds.NO) else open_
        parts.append(Finding(entry, agreement, why=why, would_take=seeds))
    order = (Agreement.DIFFERS, Agreement.NOT_ASKED, Agreement.OPEN)
    return next((part for word in order for part in parts if part.agreement is word), Finding(entry, Agreement.AGREES))


def _read_off(entry: Entry, document: Document) -> Finding:
    """A statement about a printed table is held against its rows."""

    def table(run: str, column: str) -> Any:
        return columns(document.table, run)[column]

    own = columns(document.table, entry.run) if entry.run else {}
    runs = tuple(dict.fromkeys(row["run"] for row in document.table))
    true = bool(evaluate(entry.rows, {**own, "table": table, "runs": runs}))
    return Finding(entry, Agreement.AGREES if true else Agreement.DIFFERS, why="its own table")


def _compared(entry: Entry, document: Document, computed: Computed) -> Finding:
    """A number, a sum or a shape, beside the values that it must agree with."""
    names = columns(document.table, entry.run) if entry.run else {}
    printed = entry.number if entry.printed and not entry.shape else math.nan
    if entry.formula:
        number, digits = float(evaluate(entry.formula, names)), entry.decimals if entry.printed else 0
        comes_to = Value(number, entry.unit, digits, origin=f"{entry.formula}, as {entry.source} prints it")
        if entry.printed and abs(float(comes_to.number) - printed) > SMALL:
            return Finding(entry, Agreement.DIFFERS, (comes_to,), "the sum as it is printed")
        printed = float(comes_to.number)
    values = [computed.value(name, entry.of) for name in entry.ours]
    missing = [value.reason for value in values if isinstance(value, Absent)]
    forbidden = computed.forbidden(entry) or "; ".join(missing[:1])
    ours = tuple(value for value in values if isinstance(value, Value))
    if forbidden:
        return Finding(entry, Agreement.NOT_ASKED, ours, forbidden)
    if any(math.isnan(value.number) for value in ours):
        return Finding(entry, Agreement.OPEN, why="no number comes out")
    if entry.shape:
        sizes = [float(evaluate(size, entry.at)) for size in entry.shape]
        agree = all(abs(size - float(value.number)) <= SMALL for size, value in zip(sizes, ours, strict=True))
    else:
        agree = all(_agrees(printed, entry, value) for value in ours)
    return Finding(entry, Agreement.AGREES if agree else Agreement.DIFFERS, ours)


def _agrees(printed: float, entry: Entry, ours: Value) -> bool:
    """Within the tolerance that the entry states, on the side that its relation leaves open; exactly where it states none."""
    ahead, within = float(ours.number) - printed, max(entry.tolerance, SMALL * max(1.0, abs(printed)))
    if entry.relation == "≥":
        return ahead >= -within
    if entry.relation == "≤":
        return ahead <= within
    return abs(ahead) <= within
