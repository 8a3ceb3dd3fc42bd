"""What is shown of an experiment or a theorem: figures, tables, values and verdicts, or the reason why one is absent."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from report import model
from report.errors import ReportError, nearest
from report.model import Experiment, Reported, Scalar, State, Value, Verdict


@dataclass(frozen=True)
class Absent:
    """A view that could not be made: why, and how its place is marked (``skipped``, ``failed``, ``diverged``)."""

    reason: str
    kind: str = "failed"


NOTHING_RUN = Absent("nothing was run", "skipped")
NOT_PROVED = Absent("not proved here", "skipped")


@dataclass(frozen=True)
class Drawn:
    """A figure as files."""

    svg: bytes
    csv: bytes
    caption: str
    alt: str
    seeds: int | None = None


@dataclass(frozen=True)
class Judgement:
    """A claim's sentence with its verdict."""

    sentence: str
    verdict: Verdict


@dataclass(frozen=True)
class Compared:
    """A reported number beside ours. ``agrees`` is None where the two must not be compared."""

    what: str
    number: float
    source: str
    relation: str
    note: str
    tolerance: float
    ours: Value
    agrees: bool | None
    why_not: str = ""

    @classmethod
    def of(cls, reported: Reported, ours: Value, agrees: bool | None, why_not: str = "") -> Compared:
        r = reported
        return cls(r.what, r.number, r.source, r.relation, r.note, r.tolerance, ours, agrees, why_not)


@dataclass(frozen=True)
class Judged:
    """All that an experiment has to say."""

    rows: tuple[Mapping[str, Scalar], ...] = ()
    seeds: tuple[int, ...] = ()
    stand_ins: tuple[str, ...] = ()
    figures: Mapping[str, Drawn | Absent] = field(default_factory=dict)
    tables: Mapping[str, model.Table | Absent] = field(default_factory=dict)
    claims: Mapping[str, Judgement | Absent] = field(default_factory=dict)
    values: Mapping[str, Value | Absent] = field(default_factory=dict)
    reported: Mapping[str, Compared | Absent] = field(default_factory=dict)


class Declared(Protocol):
    """What an experiment and a theorem have in common: names of views, and what makes them."""

    @property
    def figures(self) -> Mapping[str, Any]: ...
    @property
    def tables(self) -> Mapping[str, Any]: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def reported(self) -> Mapping[str, Any]: ...


def unmade(declared: Declared, because: Absent = NOTHING_RUN) -> Judged:
    """What there is to say of an experiment or a theorem before anything was computed: every name, and nothing behind it."""
    return Judged(
        figures=dict.fromkeys(declared.figures, because),
        tables=dict.fromkeys(declared.tables, because),
        claims=dict.fromkeys(getattr(declared, "claims", ()), because),
        values=dict.fromkeys(declared.values, because),
        reported=dict.fromkeys(declared.reported, because),
    )


def measured(experiment: Experiment, name: str, rows: Iterable[Mapping[str, Scalar]], condition: Mapping[str, Scalar]) -> Value:
    """The scalar ``name`` as its measure shows it: mean and standard deviation over the seeds of one condition.

    Raises ``ReportError`` if the condition fits no row, or rows that differ in more than their seed.
    """
    every = list(rows)
    chosen = [row for row in every if all(row.get(key) == value for key, value in condition.items())]
    if not chosen:
        known = sorted({f"{key}={value}" for row in every for key, value in row.items() if key in _conditions(row)})
        wanted = ", ".join(f"{key}={value}" for key, value in condition.items())
        raise ReportError(f"value('{experiment.id}.{name}'): no run has {wanted or name}.", remedy=nearest(wanted, known))
    kinds = {tuple((k, v) for k, v in row.items() if k in _conditions(row)) for row in chosen}
    if len(kinds) > 1:
        both = " and ".join(" ".join(str(v) for _, v in kind) for kind in sorted(kinds, key=str)[:2])
        what = f"value('{experiment.id}.{name}'): the condition fits several kinds of run, {both}."
        raise ReportError(what, remedy="Say which.")
    measure = experiment.measures[name]
    done = [row for row in chosen if row["state"] == State.DONE and row.get(name) is not None]
    numbers = [float(row[name]) * measure.scale for row in done]  # type: ignore[arg-type]
    seeds = ", ".join(str(row["seed"]) for row in chosen if "seed" in row)
    label = " ".join(f"{key}={value}" for key, value in condition.items())
    return Value(
        statistics.fmean(numbers) if numbers else math.nan,
        unit=measure.unit,
        digits=measure.digits,
        spread=statistics.stdev(numbers) if len(numbers) > 1 else None,
        n=len(numbers),
        origin=f"{experiment.id} {measure.label}; {label or 'all runs'}; seeds {seeds}; {len(numbers)} of {len(chosen)} runs",
    )


def _conditions(row: Mapping[str, Scalar]) -> tuple[str, ...]:
    return tuple(str(row["conditions"]).split())


def agrees(reported: Reported, ours: Value) -> bool:
    """Whether ours is what was reported, within the tolerance stated; exact for counts (tolerance 0)."""
    if reported.relation == "≥":
        return ours.number >= reported.number - reported.tolerance
    if reported.relation == "≤":
        return ours.number <= reported.number + reported.tolerance
    return abs(ours.number - reported.number) <= reported.tolerance
