"""Optimisers that adapt their steps have a rate of their own. Can it be wrong? E3 asks it of Adam and of Adadelta.

Each trains the convnet of E2 at its default rate, at a hundred times that, and at a hundredth and a ten-thousandth of it.
"""

from __future__ import annotations

from collections.abc import Callable

from experiments.e02_mnist_classifiers import NETS
from experiments.looks import CONVNET
from experiments.measures import classifier, plain
from experiments.training import Adadelta, Adam, Epochs, Optimizer, Recipe
from report.model import Budget, Column, Runs, State, Table, Trial, Verdict, tabulate
from report.seeds import SHARE, Seeds
from report.stats import all_of, at_least, mean, value_of

OPTIMIZERS: dict[str, Callable[[float], Optimizer]] = {"Adam": Adam, "Adadelta": Adadelta}
DEFAULTS = {"Adam": Adam().rate, "Adadelta": Adadelta().rate}
FACTORS = (100, 1, 1e-2, 1e-4)
TRAINS = 0.5  # of the test digits are read, at least, where a rate trains the net


def base_rates(optimizer: str) -> list[float]:
    """The four of an optimiser, the largest first."""
    return [DEFAULTS[optimizer] * factor for factor in FACTORS]


def trials(budget: Budget) -> list[Trial]:
    """Both optimisers at four base rates each. The largest may make the loss infinite."""
    epochs = Epochs(budget.pick(smoke=2, quick=5, full=5))
    amounts = budget.pick(smoke=(1000, 500), quick=(2000, 1000), full=(None, None))
    return [
        classifier(
            "mnist",
            NETS[CONVNET],
            Recipe(make(rate), epochs, evaluate=epochs),
            seed,
            amounts,
            {"optimizer": optimizer, "base_rate": rate},
            may_diverge=True,
        )
        for optimizer, make in OPTIMIZERS.items()
        for rate in base_rates(optimizer)
        for seed in budget.seeds(budget.pick(smoke=2, quick=2, full=3))
    ]


def accuracy(runs: Runs, optimizer: str, rate: float) -> Seeds:
    """Of the test digits; a net whose numbers are not finite reads none."""
    chosen = runs.where(optimizer=optimizer, base_rate=rate)
    return chosen.by_seed(lambda run: 0.0 if run.state is State.DIVERGED else run["test_accuracy"])


def needs_no_rate(runs: Runs, optimizer: str) -> Verdict:
    """Does it train the net at each of its base rates?"""
    rates = base_rates(optimizer)
    what = "mean test accuracy at base rate"
    return all_of(at_least(accuracy(runs, optimizer, rate), TRAINS, SHARE, f"{what} {plain(rate)}") for rate in rates)


def table(runs: Runs) -> Table:
    """Where both end, by their base rate."""
    columns = (
        Column("optimizer", "optimiser", align="left", of=lambda optimizer, _: optimizer),
        Column("rate", "base rate", of=lambda _, rate: plain(rate)),
        Column("test", "test accuracy, %", of=lambda optimizer, rate: value_of(accuracy(runs, optimizer, rate), SHARE, 1)),
    )
    rows = [(optimizer, rate) for optimizer in OPTIMIZERS for rate in base_rates(optimizer)]
    means = {row: 100 * mean(found) for row in rows if (found := accuracy(runs, *row))}
    best, worst = (choose(means, key=lambda row: means[row]) for choose in (max, min))
    caption = (
        f"The convnet under optimisers that adapt their steps, over a range of base rates, the default second. From "
        f"{means[worst]:.1f} % ({worst[0]} at {plain(worst[1])}) to {means[best]:.1f} % ({best[0]} at {plain(best[1])}) of the "
        "test digits are read."
    )
    return tabulate(rows, columns, caption, seeds=max(len(accuracy(runs, *row)) for row in rows))
