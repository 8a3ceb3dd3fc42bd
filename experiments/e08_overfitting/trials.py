"""What E8 trains: W2's two nets on 250 digits, the sweep of the keep probability, and the tutorial net on more digits."""

from __future__ import annotations

from dataclasses import replace

from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.looks import LOOKS, TUTORIAL
from experiments.training import Adam, Iterations, Recipe, train_classifier
from report import plots
from report.model import (
    Budget,
    Data,
    Runs,
    Trial,
)
from report.seeds import Seeds

FEW = 250  # digits
RATE, FAST = 1e-4, 1e-3  # the tutorial's; that of the sweep of the keep probability
FEWER = "fewer parameters"
NETS = {TUTORIAL: zoo.TUTORIAL, FEWER: zoo.FEWER}
LINES = {TUTORIAL: LOOKS[TUTORIAL], FEWER: plots.Look(plots.COLOURS[1], "-", plots.MARKERS[1])}
METRICS = {"accuracy": "accuracy, %", "loss": "cross-entropy, nats"}

SETTLED = 0.01  # a test accuracy that changes by no more than a percentage point is called settled
MARGIN = 0.05  # a gap of five percentage points is called wide
REPORTED = {"all": 97.2, "few": 88.95, "fewer": 90.6}  # % of the test digits
KEEP = 0.5  # the claims are about this keep probability, which is the tutorial's own


def trials(budget: Budget) -> list[Trial]:
    """W2's two nets on 250 digits; the sweep of the keep probability; and the tutorial net on more and more digits, of which
    that on all is E5's own trial: it is trained once for both."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    few, *between, most = amounts(budget)
    return [
        *(_trial(budget, seed, net, few) for net in NETS for seed in seeds),
        *(_trial(budget, seed, TUTORIAL, few, keep, FAST) for keep in keeps(budget) for seed in seeds),
        *(_trial(budget, seed, TUTORIAL, digits) for digits in between for seed in seeds),
        *(replace(trial, tags=_trial(budget, 0, TUTORIAL, most).tags) for trial in e05.trials(budget)),
    ]


def keeps(budget: Budget) -> tuple[float, ...]:
    """Keep probabilities of the sweep."""
    return budget.pick(smoke=(1.0, 0.5, 0.05), quick=(1.0, 0.5, 0.05), full=(1.0, 0.8, 0.5, 0.3, 0.15, 0.05))


def amounts(budget: Budget) -> tuple[int, ...]:
    """Numbers of training digits, from the fewest to all that the budget has."""
    between = budget.pick(smoke=(500,), quick=(1000,), full=(600, 2000, 6000))
    return FEW, *between, e05.trial(budget, 0).arguments["train_examples"] or 60_000


def _trial(budget: Budget, seed: int, net: str, digits: int, keep: float = 1.0, rate: float = RATE) -> Trial:
    """Measuring all test digits costs as much as two hundred updates, so only what is drawn as a curve is measured often."""
    passes = e05.trial(budget, seed).arguments["recipe"].length.count / amounts(budget)[-1]
    at_least = budget.pick(smoke=20, quick=100, full=500) if rate == FAST else budget.pick(smoke=20, quick=80, full=1500)
    length = max(at_least, round(passes * digits))
    every = length // budget.pick(smoke=2, quick=4, full=6) if (digits, rate) == (FEW, RATE) else length
    return Trial(
        train_classifier,
        {
            "seed": seed,
            "net": zoo.with_dropout(NETS[net], keep),
            "recipe": Recipe(Adam(rate), Iterations(length), batch_size=50, evaluate=Iterations(every)),
            "train_examples": digits,
            "test_examples": budget.pick(smoke=200, quick=1000, full=None),
        },
        inputs={"data": Data("mnist")},
        tags={"net": net, "digits": digits, "keep": keep, "rate": rate},
    )


# --- reading the runs ----------------------------------------------------------------------------------------------


def few(runs: Runs, net: str = TUTORIAL) -> Runs:
    """The runs on 250 digits at the tutorial's rate."""
    return runs.where(net=net, digits=FEW, rate=RATE)


def by_digits(runs: Runs) -> dict[int, Runs]:
    """The runs of the tutorial net at the tutorial's rate, by the number of digits."""
    return runs.where(net=TUTORIAL, rate=RATE).by("digits")


def most(runs: Runs) -> Runs:
    """Those on all digits that the budget has."""
    return by_digits(runs)[runs.values_of("digits")[-1]]


def kept(runs: Runs, keep: float) -> Runs:
    """The runs of the sweep at one keep probability."""
    return runs.where(keep=keep, rate=FAST)


def gap(runs: Runs, metric: str = "accuracy") -> Seeds:
    """How much better the net is on its training digits: accuracy lost, or cross-entropy gained, on test digits."""
    ahead = runs[f"train_{metric}"] - runs[f"test_{metric}"]
    return ahead if metric == "accuracy" else -ahead


def length(runs: Runs) -> int:
    """The minibatches of the longest of these runs."""
    return int(runs.converged().history()["iteration"].max())


def half_way_and_at_the_end(runs: Runs, name: str) -> tuple[Seeds, Seeds]:
    """A column of the history at two moments fixed beforehand: the end is above the lowest point whatever happens."""
    history = runs.converged().history().set_index(["iteration", "seed"])[name]
    half, end = (Seeds(history.loc[moment].to_dict()) for moment in (length(runs) // 2, length(runs)))
    return half, end
