"""The search for W3's digits: which scale of pixels, start and meaning of the rate give all rows of its tables at once?

Each combination trains the nets of W3 on as many of MNIST's digits as its tables tell of, and drops the last batch of an
epoch, as MATLAB does, up to the first row that is kept of each run; at the full budget, to the last one too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import torch

from experiments.e12_progress_tables.trials import LARGE, LOW, MOMENTUM, NETS, VALIDATION_DIGITS, centred
from experiments.e12_progress_tables.w3 import ROWS, Row
from experiments.live import build
from experiments.measures import plain
from experiments.training import Examples, cross_entropy, measured
from report.model import Budget, Column, Context, Data, Outcome, Result, Runs, Table, Trial, Verdict, tabulate
from report.numbers import number_text
from report.stats import every

if TYPE_CHECKING:
    from experiments.data.datasets import Images

BYTES, UNIT, STANDARDISED = "0 to 255", "0 to 1", "standardised"
TORCH, GLOROT, NORMAL = "torch's", "Glorot's", "normal, 0.01"
MEAN, SUM = "mean", "sum"
GRID = tuple(itertools.product((BYTES, UNIT, STANDARDISED), (TORCH, GLOROT, NORMAL), (MEAN, SUM)))
"""Pixels less their mean, on a scale; initial weights; and what the rate multiplies, the gradient of the mean or of the sum."""

TRAIN_DIGITS, BATCH, LAST_ROW = 9000, 128, 700
TIMES, POINTS_OFF = 2, 10
"""A row is near if its loss is within a factor of two and its accuracy within ten points."""
SHOWN = tuple(row for row in ROWS if (row.rate, row.hidden) in ((LOW, 1000), (LARGE, 1000), (1e-3, 200)))
"""Runs of W3 that begin unlike each other."""


# --- the trial -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """A net of W3: its rate, its hidden units, and the iterations after which it is measured."""

    rate: float
    hidden: int
    at: tuple[int, ...]


def search(
    context: Context,
    *,
    seed: int,
    scale: str,
    start: str,
    rate_of: str,
    asked: tuple[Asked, ...],
    train_examples: int,
    validation_examples: int,
    data: Images,
) -> Result:
    """Train each net that is ``asked`` for. The history has a row for each time that one is measured, without a loss where that
    is not finite."""
    train, held = scaled(*centred(data, train_examples, validation_examples, seed), scale)
    columns: dict[str, list[float | None]] = {"rate": [], "hidden": [], "iteration": [], "loss": [], "accuracy": []}
    for done, each in enumerate(asked, 1):
        rate = each.rate * (BATCH if rate_of == SUM else 1)
        for iteration, found in rows(started(each.hidden, start, seed), rate, each.at, train, held, seed):
            loss = found["loss"] if math.isfinite(found["loss"]) else None
            for column, number in zip(columns.values(), (each.rate, each.hidden, iteration, loss, found["accuracy"])):
                column.append(number)
        context.progress(done, len(asked))
    return Result(history=columns)


def scaled(train: Examples, held: Examples, scale: str) -> tuple[Examples, Examples]:
    """Both on ``scale``; a pixel that never varies stays 0."""
    by = train.inputs.std(0, correction=0).clamp(min=1e-6) if scale == STANDARDISED else 255 if scale == UNIT else 1
    return Examples(train.inputs / by, train.targets), Examples(held.inputs / by, held.targets)


def started(hidden: int, start: str, seed: int) -> torch.nn.Module:
    """The net of ``hidden`` units with its initial weights; biases are 0 but for torch's."""
    module = build(NETS[f"H = {hidden}"], seed)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in (each for each in module.modules() if isinstance(each, torch.nn.Linear) and start != TORCH):
            bound = math.sqrt(6 / (layer.in_features + layer.out_features))
            if start == GLOROT:
                layer.weight.uniform_(-bound, bound, generator=generator)
            else:
                layer.weight.normal_(0, 0.01, generator=generator)
            layer.bias.zero_()
    return module


def rows(
    module: torch.nn.Module, rate: float, at: tuple[int, ...], train: Examples, held: Examples, seed: int
) -> Iterator[tuple[int, dict[str, float]]]:
    """What the net makes of ``held`` after each number of updates in ``at``."""
    optimizer = torch.optim.SGD(module.parameters(), lr=rate, momentum=MOMENTUM, fused=True)
    generator = torch.Generator().manual_seed(seed)
    iteration = 0
    while iteration < max(at):
        for batch in torch.randperm(len(train), generator=generator).split(BATCH)[: len(train) // BATCH]:
            optimizer.zero_grad()
            cross_entropy(module(train.inputs[batch]), train.targets[batch]).backward()
            optimizer.step()
            iteration += 1
            if iteration in at:
                yield iteration, measured(module, held, cross_entropy)


def trials(budget: Budget) -> list[Trial]:
    grid = budget.pick(smoke=GRID[4::6], quick=GRID, full=GRID)
    wanted = budget.pick(smoke=SHOWN, quick=SHOWN, full=ROWS)
    last = budget.pick(smoke=(), quick=(), full=(LAST_ROW,))
    asked = tuple(dict.fromkeys(Asked(row.rate, row.hidden, (row.first_at, *last)) for row in wanted))
    sizes = {"train_examples": TRAIN_DIGITS, "validation_examples": VALIDATION_DIGITS}
    return [
        Trial(
            search,
            {"seed": seed, "scale": scale, "start": start, "rate_of": rate_of, "asked": asked, **sizes},
            inputs={"data": Data("mnist")},
            tags={"scale": scale, "start": start, "rate_of": rate_of},
        )
        for scale, start, rate_of in grid
        for seed in budget.seeds(budget.pick(smoke=2, quick=2, full=3))
    ]


# --- reading the runs ----------------------------------------------------------------------------------------------


def searches(runs: Runs) -> Runs:
    return Runs(tuple(run for run in runs if "rate_of" in run.trial.tags))


def firsts(run: Outcome) -> dict[Row, tuple[float, float]]:
    """Each run of W3 that was asked → loss (infinite where it was not finite) and accuracy (%) in the row of its first."""
    columns: Any = (run.found.history[name] for name in ("rate", "hidden", "iteration", "loss", "accuracy"))
    found = {tuple(at): (math.inf if loss is None else loss, 100 * accuracy) for *at, loss, accuracy in zip(*columns)}
    return {row: found[key] for row in ROWS if (key := (row.rate, row.hidden, row.first_at)) in found}


def nears(run: Outcome) -> list[bool]:
    """Of each run of W3 that was asked, whether its first row is met. Its loss counts where it was kept."""
    return [
        (math.isnan(row.first) or 1 / TIMES <= loss / row.first <= TIMES) and abs(accuracy - row.first_accuracy) <= POINTS_OFF
        for row, (loss, accuracy) in firsts(run).items()
    ]


def not_found(runs: Runs) -> Verdict:
    """Of every seed: does each combination miss a row?"""
    missed: dict[int, bool] = {}
    for run in searches(runs).finished():
        missed[run.seed] = missed.get(run.seed, True) and not all(nears(run))
    return every(missed, "seeds of which no combination has all rows")


def combinations(runs: Runs) -> dict[Any, Runs]:
    return searches(runs).by("scale", "start", "rate_of")


def met(runs: Runs) -> int:
    """How many first rows one combination meets in one seed, at best."""
    return max(sum(nears(run)) for run in searches(runs).finished())


def asked(runs: Runs) -> int:
    """How many runs of W3 were searched for."""
    return len(nears(searches(runs).finished().outcomes[0]))


def table(runs: Runs) -> Table:
    """Every combination beside W3: loss and accuracy in the first rows of three of its runs, and how many rows it meets."""

    def cell(part: Runs | None, row: Row) -> str:
        if part is None:
            return f"{_two_digits(row.first)}; {row.first_accuracy:.0f}"
        losses, accuracies = zip(*(firsts(run)[row] for run in part.finished()))
        mean = sum(losses) / len(losses)
        return f"{_two_digits(mean)}; {sum(accuracies) / len(accuracies):.0f}"

    columns = (
        Column("scale", "pixels", align="left", of=lambda combination, _: combination[0]),
        Column("start", "start", align="left", of=lambda combination, _: combination[1]),
        Column("rate_of", "rate on the", align="left", of=lambda combination, _: combination[2]),
        *(
            Column(row.name, f"{plain(row.rate)}, H = {row.hidden}", of=partial(lambda _, part, row: cell(part, row), row=row))
            for row in SHOWN
        ),
        Column("met", "met", of=lambda _, part: _met(part)),
    )
    caption = (
        "The first row of runs of some rates and hidden units, validation loss (nats) and accuracy (%): in W3, and on MNIST "
        "under each scale of pixels, start and meaning of the rate. A dash: a loss that is not finite. *Met* are the first "
        f"rows of W3, seed by seed, with a loss within a factor of {TIMES} and an accuracy within {POINTS_OFF} points."
    )
    theirs: tuple[Any, Runs | None] = (("W3", "", ""), None)
    seeds = len({run.seed for run in searches(runs)})
    return tabulate([theirs, *combinations(runs).items()], columns, caption, seeds)


def _two_digits(loss: float) -> str:
    """``0.39``, ``3.5``, ``5300``; a dash where it is not finite."""
    if not math.isfinite(loss) or loss <= 0:
        return number_text(math.nan if loss else 0.0, 1)
    after_first = 1 - math.floor(math.log10(loss))
    return number_text(round(loss, after_first), max(0, after_first))


def _met(part: Runs | None) -> str | None:
    if part is None:
        return None
    met = [each for run in part.finished() for each in nears(run)]
    return f"{sum(met)} of {len(met)}"
