"""What a write-up says, held against what this report computes: each entry of its data file agrees, differs, or stays open.

A mistake is nothing but an entry that differs. Correct the entry and the mistake is gone; spoil another and there is one more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from report.errors import ReportError
from report.judge.arithmetic import columns, evaluate
from report.judge.views import Absent
from report.judge.written import Document, Entry
from report.model import Holds, Value

SMALL = 1e-9  # what a sum in floating point may be off by


class Standing(StrEnum):
    """How what is written stands to what is found."""

    AGREES = "agrees"
    DIFFERS = "differs"
    OPEN = "open"  # asked, and not decided by these runs
    NOT_ASKED = "not asked"  # this copy cannot say: a short budget, a stand-in, runs left out


@dataclass(frozen=True)
class Finding:
    """An entry and how it stands; ``ours`` are the values beside it, ``why`` says in words what was compared or why not."""

    entry: Entry
    standing: Standing
    ours: tuple[Value, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Found:
    """What the entries are held against: values by name and condition, verdicts by name, and what may not be compared."""

    value: Callable[[str, Mapping[str, Any]], Value | Absent]
    verdict: Callable[[str], tuple[Holds, str]]  # the word, and why it is none
    forbidden: Callable[[Entry], str]  # why this copy may not be held against the entry, or nothing


def findings(document: Document, found: Found) -> dict[str, Finding]:
    """Every entry of ``document``, held against ``found``. Raises ``ReportError`` for an entry that names what is not there."""
    return {name: _finding(entry, document, found) for name, entry in document.entries.items()}


def _finding(entry: Entry, document: Document, found: Found) -> Finding:
    try:
        if entry.asserts:
            return _asserted(entry, found)
        if entry.rows:
            return _read_off(entry, document)
        return _compared(entry, found)
    except ReportError as error:
        raise type(error)(f"{entry.name}: {error.what}", where=error.where or entry.where, remedy=error.remedy) from None


def _asserted(entry: Entry, found: Found) -> Finding:
    """A statement is as true as the claims that would follow from it; one that fails is enough against it."""
    standings = []
    for name in entry.asserts:
        denied = name.startswith("not ")
        word, why = found.verdict(name.removeprefix("not "))
        if word is Holds.UNDECIDED:
            standings.append((Standing.OPEN, why))
        elif word in (Holds.YES, Holds.NO):
            standings.append((Standing.AGREES if (word is Holds.YES) != denied else Standing.DIFFERS, why))
        else:
            standings.append((Standing.NOT_ASKED, why))
    for standing in (Standing.DIFFERS, Standing.NOT_ASKED, Standing.OPEN):
        for own, why in standings:
            if own is standing:
                return Finding(entry, standing, why=why)
    return Finding(entry, Standing.AGREES)


def _read_off(entry: Entry, document: Document) -> Finding:
    """A statement about a printed table is held against its rows."""

    def table(run: str, column: str) -> Any:
        return columns(document.table, run)[column]

    own = columns(document.table, entry.run) if entry.run else {}
    runs = tuple(dict.fromkeys(row["run"] for row in document.table))
    true = bool(evaluate(entry.rows, {**own, "table": table, "runs": runs}))
    return Finding(entry, Standing.AGREES if true else Standing.DIFFERS, why="its own table")


def _compared(entry: Entry, found: Found) -> Finding:
    """A number, a sum or a shape, beside the values that it must agree with."""
    printed = entry.number if entry.printed and not entry.shape else math.nan
    if entry.formula:
        comes_to = Value(float(evaluate(entry.formula, {})), digits=0, origin=f"{entry.formula}, as {entry.source} prints it")
        if entry.printed and abs(float(comes_to.number) - printed) > max(entry.tolerance, SMALL):
            return Finding(entry, Standing.DIFFERS, (comes_to, *_values(entry, found)), "the sum as it is printed")
        printed = float(comes_to.number)
    values = _values(entry, found)
    missing = [value for value in values if isinstance(value, Absent)]
    forbidden = found.forbidden(entry) or (missing[0].reason if missing else "")
    ours = tuple(value for value in values if isinstance(value, Value))
    if forbidden:
        return Finding(entry, Standing.NOT_ASKED, ours, forbidden)
    if entry.shape:
        sizes = [float(evaluate(size, entry.at)) for size in entry.shape]
        agree = all(abs(size - float(value.number)) <= SMALL for size, value in zip(sizes, ours, strict=True))
    else:
        agree = all(_agrees(printed, entry, value) for value in ours)
    return Finding(entry, Standing.AGREES if agree else Standing.DIFFERS, ours)


def _values(entry: Entry, found: Found) -> list[Any]:
    return [found.value(name, entry.of) for name in entry.ours]


def _agrees(printed: float, entry: Entry, ours: Value) -> bool:
    """Within the tolerance that the entry states, on the side that its relation leaves open; exactly where it states none."""
    ahead, within = float(ours.number) - printed, max(entry.tolerance, SMALL * max(1.0, abs(printed)))
    if entry.relation == "≥":
        return ahead >= -within
    if entry.relation == "≤":
        return ahead <= within
    return abs(ahead) <= within
