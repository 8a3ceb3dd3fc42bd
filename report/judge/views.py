"""What is shown of an experiment or a theorem: figures, tables, values and verdicts, or the reason why one is absent."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from report import model
from report.errors import ReportError
from report.model import (
    Experiment,
    MissingResult,
    Outcome,
    Result,
    Runs,
    Scalar,
    State,
    Trial,
    Value,
    Verdict,
)
from report.seeds import Seeds
from report.stats import value_of


@dataclass(frozen=True)
class Absent:
    """A view that could not be made: why, and how its place is marked (``skipped``, ``failed``, ``diverged``)."""

    reason: str
    kind: str = "failed"


NOTHING_RUN = Absent("nothing was run", "skipped")
NOT_PROVED = Absent("not proved here", "skipped")


@dataclass(frozen=True)
class Drawn:
    """A figure as the texts of its files; a byte of its data that is no UTF-8 is a surrogate."""

    svg: str
    csv: str
    caption: str
    alt: str
    seeds: int | None = None


@dataclass(frozen=True)
class Judgement:
    """A claim's sentence with its verdict."""

    sentence: str
    verdict: Verdict


@dataclass(frozen=True)
class Row:
    """A run without what only its views need. Tags and scalars are name spaces of their own."""

    tags: Mapping[str, Scalar]
    seed: int | None
    state: State
    scalars: Mapping[str, Scalar]
    fingerprint: str = ""

    @classmethod
    def of(cls, run: Outcome) -> Row:
        scalars = dict(run.result.scalars) if run.result else {}
        seed = int(run.trial.arguments["seed"]) if "seed" in run.trial.arguments else None
        return cls(dict(run.trial.tags), seed, run.state, scalars, run.fingerprint)

    def run(self) -> Outcome:
        """The run again, to select from and to average as any other."""
        trial = Trial(_forgotten, {} if self.seed is None else {"seed": self.seed}, tags=self.tags)
        ended = self.state in (State.DONE, State.DIVERGED)
        return Outcome(trial, "", Result(self.scalars, diverged=self.state is State.DIVERGED) if ended else None)


def _forgotten(*_: object) -> Result:
    raise NotImplementedError("a row does not know the function that it came from")


@dataclass(frozen=True)
class Judged:
    """All that an experiment has to say."""

    rows: tuple[Row, ...] = ()
    seeds: tuple[int, ...] = ()
    stand_ins: tuple[str, ...] = ()
    figures: Mapping[str, Drawn | Absent] = field(default_factory=dict)
    tables: Mapping[str, model.Table | Absent] = field(default_factory=dict)
    claims: Mapping[str, Judgement | Absent] = field(default_factory=dict)
    values: Mapping[str, Value | Absent] = field(default_factory=dict)
    read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by a view, the fingerprints of the runs it looked at

    def seeds_of_each(self, name: str) -> set[int]:
        """How many seeds the rows of a table have, or the conditions a view looked at: one number where all have as many."""
        view = self.tables.get(name) or self.figures.get(name)
        if isinstance(view, Drawn | model.Table) and view.seeds:
            return {view.seeds}
        rows = view.rows if isinstance(view, model.Table) else ()
        shown = {max((cell.n for cell in row if isinstance(cell, Value)), default=1) for row in rows}
        if len(shown) == 1 and shown != {1}:  # whatever else it compared them with
            return shown
        read = self.read.get(name, ())
        ended = [row for row in self.rows if row.seed is not None and row.state in (State.DONE, State.DIVERGED)]
        return set(Counter(tuple(row.tags.items()) for row in ended if row.fingerprint in read).values())

    def absent(self) -> list[Absent]:
        """The views that could not be made."""
        every = (*self.figures.values(), *self.tables.values(), *self.claims.values(), *self.values.values())
        return [view for view in every if isinstance(view, Absent)]


class Declared(Protocol):
    """What an experiment and a theorem have in common: names of views, and what makes them."""

    @property
    def figures(self) -> Mapping[str, object]: ...
    @property
    def tables(self) -> Mapping[str, object]: ...
    @property
    def values(self) -> Mapping[str, object]: ...


def unmade(declared: Declared, because: Absent = NOTHING_RUN) -> Judged:
    """What there is to say of an experiment or a theorem before anything was computed: every name, and nothing behind it."""
    return Judged(
        figures=dict.fromkeys(declared.figures, because),
        tables=dict.fromkeys(declared.tables, because),
        claims=dict.fromkeys(getattr(declared, "claims", ()), because),
        values=dict.fromkeys(declared.values, because),
    )


def measured(experiment: Experiment, name: str, rows: Iterable[Row], condition: Mapping[str, Scalar]) -> Value:
    """The scalar ``name`` as its measure shows it: mean and standard deviation over the seeds of one condition.

    Raises ``ReportError`` if the condition fits no row, or rows that differ in more than their seed.
    """
    called, measure = f"value('{experiment.id}.{name}')", experiment.measures[name]
    try:
        chosen = Runs(tuple(row.run() for row in rows)).where(**condition)
        kinds = {tuple(run.trial.tags.items()): run for run in chosen}
        if len(kinds) > 1:
            both = " and ".join(" ".join(map(str, run.trial.tags.values())) or "no tags" for run in list(kinds.values())[:2])
            raise ReportError(f"the condition fits several kinds of run, {both}.", remedy="Say which.")
        with_it = Runs(tuple(run for run in chosen if run.result is None or run.result.scalars.get(name) is not None))
        numbers = with_it[name]
    except MissingResult:
        numbers = Seeds({})
    except ReportError as error:
        raise ReportError(f"{called}: {error.what}", remedy=error.remedy) from None
    label = " ".join(f"{key}={value}" for key, value in condition.items()) or "all runs"
    odd = [str(seed) for seed, number in numbers.items() if not math.isfinite(number)]
    origin = f"{experiment.id} {measure.label}; {label}; {len(numbers)} of {len(chosen)} runs"
    origin += f"; not finite: seed {', '.join(odd)}" if odd else ""
    return value_of(numbers, measure.reads(numbers.values()), measure.digits, origin=origin)
