"""Losses beside those of W3: an error can agree by accident, a loss that is orders of magnitude away cannot."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from experiments.e12_progress_tables.trials import (
    LARGE,
    LOW,
    MIDDLE,
    REPORTED_HIDDEN,
    REPORTED_RATES,
    TOO_SLOW,
    USUAL,
    VALIDATION_DIGITS,
    WIDEST,
    errors,
)
from experiments.e12_progress_tables.views import loss_text
from experiments.measures import plain
from report.model import Column, Outcome, Runs, Table, Value, tabulate
from report.seeds import NATS, PERCENT, SHARE, Seeds, Unit
from report.stats import mean, value_of


@dataclass(frozen=True)
class Row:
    """A run of W3: its error at the end (%), its validation loss in the first row that is kept, if the scan kept it, and in the
    last one, and its validation accuracy (%) in the first."""

    name: str
    rate: float
    hidden: int
    error: float
    first: float
    last: float
    first_accuracy: float

    @property
    def first_at(self) -> int:
        """The iteration of the first row that is kept."""
        return FIRST_OF_THE_LOWEST if self.rate == TOO_SLOW else FIRST_ROW


ROWS = (
    Row("rate_0", TOO_SLOW, WIDEST, REPORTED_RATES[TOO_SLOW], 1.77, 0.77, 82.8),
    Row("rate_1", LOW, WIDEST, REPORTED_RATES[LOW], 1.37, 0.18, 81.8),
    Row("rate_2", MIDDLE, WIDEST, REPORTED_RATES[MIDDLE], math.nan, 0.25, 73.2),
    Row("rate_3", USUAL, WIDEST, REPORTED_RATES[USUAL], 1.14, 0.14, 75.2),
    Row("rate_4", LARGE, WIDEST, REPORTED_RATES[LARGE], 1.92, 0.81, 30.0),
    Row("hidden_200", USUAL, 200, REPORTED_HIDDEN[200], 1.55, 0.32, 45.8),
    Row("hidden_500", USUAL, 500, REPORTED_HIDDEN[500], math.nan, 0.17, 75.4),
    Row("hidden_700", USUAL, 700, REPORTED_HIDDEN[700], 0.68, 0.12, 86.4),
    Row("hidden_1000", USUAL, 1000, REPORTED_HIDDEN[1000], 0.68, 0.10, 80.5),
)
FIRST_ROW, FIRST_OF_THE_LOWEST = 50, 150  # iterations; of the lowest rate the scan lost the rows before
NEAR, FIRST_NEAR = 0.1, 0.3  # nats: losses no farther apart are called equal; they fall fast where the first row is


def sampling_error(error: float, digits: int = VALIDATION_DIGITS) -> float:
    """The standard deviation of an error counted on so many digits, in points, if the long-run error is ``error`` %."""
    return math.sqrt(error * (100 - error) / digits)


def tolerance(error: float) -> float:
    """Two standard deviations of W3's count, in points."""
    return max(2 * sampling_error(error), 0.5)


# --- ours ----------------------------------------------------------------------------------------------------------


def last_loss(runs: Runs, row: Row) -> Seeds:
    """The validation loss at the end, of the runs whose loss stays finite."""
    return runs.where(rate=row.rate, hidden=row.hidden)["validation_loss"]


def first_loss(runs: Runs, row: Row, column: str = "validation_loss") -> Seeds:
    """The validation loss in the row of W3's first, or in the last one of a run that is shorter."""

    def read(run: Outcome) -> float:
        kept = list(zip(run.found.history["iteration"], run.found.history[column]))
        return float(next((loss for at, loss in kept if at >= row.first_at), kept[-1][1]))  # type: ignore[arg-type, operator]

    return runs.where(rate=row.rate, hidden=row.hidden).converged().by_seed(read)


def values() -> Mapping[str, Callable[[Runs], Value]]:
    """``rate_1_loss``, ``rate_1_first_loss`` and ``rate_1_first_accuracy``, and so on for every run of W3."""
    ours: Mapping[str, tuple[Callable[[Runs, Row], Seeds], Unit]] = {
        "loss": (last_loss, NATS),
        "first_loss": (first_loss, NATS),
        "first_accuracy": (partial(first_loss, column="validation_accuracy"), SHARE),
    }
    return {
        f"{row.name}_{what}": partial(_value, row=row, what=what, of=of, unit=unit)
        for row in ROWS
        for what, (of, unit) in ours.items()
    }


def _value(runs: Runs, row: Row, what: str, of: Callable[[Runs, Row], Seeds], unit: Unit) -> Value:
    origin = f"validation {what.replace('_', ' ')}, rate {plain(row.rate)}, H = {row.hidden}"
    return value_of(of(runs, row), unit, 2, origin=origin)


# --- beside those of W3 --------------------------------------------------------------------------------------------


def agreements(runs: Runs, row: Row) -> list[str]:
    """In what of error, first loss and last loss the mean of our runs agrees with a run of W3."""
    off = {
        "error": abs(100 * mean(errors(runs, row.rate, row.hidden)) - row.error) / tolerance(row.error),
        "first loss": abs(mean(first_loss(runs, row)) - row.first) / FIRST_NEAR,  # NaN where W3's is lost: no agreement
        "last loss": abs(mean(last_loss(runs, row)) - row.last) / NEAR,
    }
    return [what for what, times in off.items() if times <= 1]


def by_error_alone(runs: Runs) -> list[Row]:
    """Runs of W3 of which ours agree in the error, and in the loss at the end do not."""
    found = {row: agreements(runs, row) for row in ROWS}
    return [row for row, what in found.items() if "error" in what and "last loss" not in what]


def counted(runs: Runs, *what: str) -> int:
    """With how many runs of W3 ours agree in all of this."""
    return sum(set(what) <= set(agreements(runs, row)) for row in ROWS)


def table(runs: Runs) -> Table:
    """Errors and losses of every run of W3 beside ours, and in what they agree."""
    columns = (
        Column("rate", "rate", of=lambda row: plain(row.rate)),
        Column("hidden", "H", of=lambda row: row.hidden),
        Column("error", "W3: error, %", 2, of=lambda row: row.error),
        Column("our_error", "ours, %", of=lambda row: value_of(errors(runs, row.rate, row.hidden), PERCENT, 1)),
        Column("first", "W3: first loss, nats", 2, of=lambda row: None if math.isnan(row.first) else row.first),
        Column("our_first", "ours", of=lambda row: loss_text(mean(first_loss(runs, row)))),
        Column("last", "W3: last loss, nats", 2, of=lambda row: row.last),
        Column("our_last", "ours", of=lambda row: loss_text(mean(last_loss(runs, row)))),
        Column("agrees", "agrees in", align="left", of=lambda row: ", ".join(agreements(runs, row)) or "nothing"),
    )
    alone = [f"rate {plain(row.rate)} with H = {row.hidden}" for row in by_error_alone(runs)]
    caption = (
        f"The validation error and two validation losses of W3's runs beside the means of ours. Of {len(ROWS)} runs, "
        f"{counted(runs, 'error')} agree in the error, and {counted(runs, 'error', 'last loss')} in the loss at the end as "
        f"well. Agreeing in the error alone: {'; '.join(alone) or 'none'}."
    )
    return tabulate(ROWS, columns, caption)
