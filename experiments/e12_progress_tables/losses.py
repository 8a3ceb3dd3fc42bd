"""Losses beside those of W3: an error can agree by accident, a loss that is orders of magnitude away cannot."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product

from experiments.e12_progress_tables.trials import COLUMNS, diverged, errors
from experiments.e12_progress_tables.w3 import ROWS, TOO_LARGE, Row, tolerance
from experiments.measures import plain
from report.model import Column, Outcome, Runs, Table, Value, tabulate
from report.seeds import LOSS, SHARE, Seeds
from report.stats import Mean, mean, value_of

NEAR, FIRST_NEAR = 0.1, 0.3  # nats: losses no farther apart are called equal; they fall fast where the first row is


# --- ours ----------------------------------------------------------------------------------------------------------


def last(runs: Runs, row: Row, column: str = "validation_loss") -> Seeds:
    """What the progress tables end with, of the runs whose loss stays finite."""
    return runs.where(rate=row.rate, hidden=row.hidden).converged().by_seed(lambda run: float(run.found.history[column][-1]))  # type: ignore[arg-type]


def first(runs: Runs, row: Row, column: str = "validation_loss") -> Seeds:
    """The same in the row of W3's first, or in the last one of a run that is shorter."""

    def read(run: Outcome) -> float:
        kept = list(zip(run.found.history["iteration"], run.found.history[column]))
        return float(next((number for at, number in kept if at >= row.first_at), kept[-1][1]))  # type: ignore[arg-type, operator]

    return runs.where(rate=row.rate, hidden=row.hidden).converged().by_seed(read)


def values() -> Iterator[tuple[str, Mean]]:
    """``rate_1_first_validation_loss`` and its like, and ``rate_1_last_train_accuracy``, for every run of W3 that has such a
    number. Training digits stand for W3's current batch, which is a draw of them."""
    asked = (*product([first], COLUMNS[2:]), (last, "train_accuracy"))
    for row, (of, column) in product((*ROWS, TOO_LARGE), asked):
        if math.isnan({(first, "validation_loss"): row.first, (last, "train_accuracy"): row.last}.get((of, column), 0)):
            continue  # W3's number is lost
        origin = f"{of.__name__} {column.replace('_', ' ')}, rate {plain(row.rate)}, H = {row.hidden}"
        unit = LOSS if column.endswith("loss") else SHARE
        yield f"{row.name}_{of.__name__}_{column}", Mean(partial(of, row=row, column=column), unit, 2, origin)


# --- beside those of W3 --------------------------------------------------------------------------------------------


def agreements(runs: Runs, row: Row) -> list[str]:
    """In what of error, first loss and last loss the mean of our runs agrees with a run of W3."""
    off = {
        "error": abs(100 * mean(errors(runs, row.rate, row.hidden)) - row.error) / tolerance(row.error),
        "first loss": abs(mean(first(runs, row)) - row.first) / FIRST_NEAR,  # NaN where W3's is lost: no agreement
        "last loss": abs(mean(last(runs, row)) - row.last) / NEAR,
    }
    return [what for what, times in off.items() if times <= 1]


def by_error_alone(runs: Runs) -> list[Row]:
    """Runs of W3 of which ours agree in the error, and in the loss at the end do not."""
    found = {row: agreements(runs, row) for row in ROWS}
    return [row for row, what in found.items() if "error" in what and "last loss" not in what]


def counted(runs: Runs, *what: str) -> int:
    """With how many runs of W3 ours agree in all of this."""
    return sum(set(what) <= set(agreements(runs, row)) for row in ROWS)


def _told(losses: Seeds) -> Value:
    """Their mean, of large ones without decimals."""
    return Value(mean(losses), digits=2 if mean(losses) < 100 else 0)


def table(runs: Runs) -> Table:
    """Errors and losses of every run of W3 beside ours, and in what they agree."""

    def ours(shown: Callable[[Row], Value | str]) -> Callable[[Row], Value | str]:
        return lambda row: "diverged" if all(diverged(runs, row.rate, row.hidden).values()) else shown(row)

    columns = (
        Column("rate", "rate", of=lambda row: plain(row.rate)),
        Column("hidden", "H", of=lambda row: row.hidden),
        Column("error", "W3: error, %", 2, of=lambda row: row.error),
        Column("our_error", "ours, %", of=ours(lambda row: value_of(errors(runs, row.rate, row.hidden), SHARE, 1))),
        Column("first", "W3: first loss, nats", 2, of=lambda row: None if math.isnan(row.first) else row.first),
        Column("our_first", "ours", of=ours(lambda row: _told(first(runs, row)))),
        Column("last", "W3: last loss, nats", 2, of=lambda row: "diverged" if row == TOO_LARGE else row.last),
        Column("our_last", "ours", of=ours(lambda row: _told(last(runs, row)))),
        Column("agrees", "agrees in", align="left", of=ours(lambda row: ", ".join(agreements(runs, row)) or "nothing")),
    )
    alone = [f"rate {plain(row.rate)} with H = {row.hidden}" for row in by_error_alone(runs)]
    caption = (
        "The validation error and two validation losses of W3's runs beside the means of ours. Ours agree in the error "
        f"with {counted(runs, 'error')} of its {len(ROWS)} runs that stay finite, and with "
        f"{counted(runs, 'error', 'last loss')} in the loss at the end as well. Agreeing in the error alone: "
        f"{'; '.join(alone) or 'none'}."
    )
    return tabulate((*ROWS, TOO_LARGE), columns, caption)
