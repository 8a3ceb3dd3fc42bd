"""E3: at which learning rates does plain SGD train the convnet of E2, and how do the other rates fail?

The five rates of W1 and W5, a factor of ten apart, each for 5 epochs of the 60 000 digits at full budget, from the same initial
weights and over the same minibatches for a given seed. Nothing else is tuned: no momentum, no schedule. Beside them: the two
good rates for three times as long, and the base rates of optimisers that are said to need none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from experiments.e03_learning_rates import base_rates
from experiments.e02_mnist_classifiers import NETS as CLASSIFIERS
from experiments.looks import CONVNET
from experiments.measures import MEASURES, classifier, in_percent, named
from experiments.training import SGD, Epochs, Recipe
from report import plots
from report.model import (
    RECIPE, Budget, Claim, Column, Experiment, Figure, Holds, Outcome, Runs, State, Table, Trial, Value, Verdict,
    tabulate,
)  # fmt: skip
from report.seeds import Seeds, Unit
from report.stats import (
    LOSS, POINTS, SHARE, all_of, at_least, at_most, equal_within, every, greater, mean, mostly, value_of,
)  # fmt: skip

NETS = {CONVNET: CLASSIFIERS[CONVNET]}
RATES = (1.0, 0.1, 0.01, 0.001, 0.0001)
BEST, TOO_LARGE, TOO_SMALL = 0.1, 1.0, 0.0001  # as W5 has it
RUNS = {TOO_LARGE: 6}  # fewer could not say what becomes of most: now and then a run at this rate does learn
NEXT = 0.001  # to the smallest
GOOD = (0.1, 0.01)  # as W1 has it
LONGER = 3  # times as many epochs
ALIKE = 0.005  # two accuracies no farther apart than half a percentage point are called equal
ZEROS = 0.098  # the share of zeros among MNIST's test digits
FAILS = 0.5  # a rate fails if fewer than half of the test digits are read
GUESSING = math.log(10)  # nats: what it costs to give each of ten classes the same probability
NEAR = 0.05  # nats


# --- trials --------------------------------------------------------------------------------------------------------


def trials(budget: Budget) -> list[Trial]:
    """Every rate, the two good ones for longer, and the base rates of other optimisers."""
    epochs = budget.pick(smoke=2, quick=5, full=5)
    digits = budget.pick(smoke=1000, quick=6000, full=None)
    fewer = budget.pick(smoke=1000, quick=1000, full=None)  # what is asked of them, only the full budget can say
    return [
        *(
            _trial(budget, seed, rate, epochs, digits, {"rate": rate})
            for rate in RATES
            for seed in budget.seeds(budget.pick(smoke=2, quick=RUNS.get(rate, 3), full=RUNS.get(rate, 5)))
        ),
        *(
            _trial(budget, seed, rate, LONGER * epochs, fewer, {"longer": rate})
            for rate in GOOD
            for seed in budget.seeds(budget.pick(smoke=2, quick=2, full=3))
        ),
        *base_rates.trials(budget),
    ]


def _trial(budget: Budget, seed: int, rate: float, epochs: int, digits: int | None, tags: Mapping[str, float]) -> Trial:
    """A rate may be so large that the loss ceases to be finite. What is trained for longer is drawn nowhere, and so
    measured at its end."""
    amounts = digits, budget.pick(smoke=500, quick=2000, full=None)
    recipe = Recipe(SGD(rate), Epochs(epochs), evaluate=Epochs(epochs if "longer" in tags else 1))
    return classifier("mnist", NETS[CONVNET], recipe, seed, amounts, tags, may_diverge=True)


# --- reading the runs ----------------------------------------------------------------------------------------------


def swept(runs: Runs) -> Runs:
    """The runs of the sweep over five rates."""
    return Runs(tuple(run for run in runs if "rate" in run.trial.tags))


def _accuracy(runs: Runs, rate: float) -> Seeds:
    """The final test accuracy. A net whose numbers are not finite answers with the first class, as in E12."""
    return runs.where(rate=rate).by_seed(lambda run: ZEROS if run.state is State.DIVERGED else run["test_accuracy"])


def _diverged(runs: Runs, rate: float) -> int:
    """How many runs at this rate diverged."""
    return sum(run.state is State.DIVERGED for run in runs.where(rate=rate).finished())


def _means(runs: Runs) -> Mapping[float, float]:
    return {rate: mean(_accuracy(runs, rate)) for rate in RATES}


def best_rate(runs: Runs) -> float:
    """The rate of the highest mean test accuracy."""
    means = _means(runs)
    return max(means, key=lambda rate: means[rate])


def failing(runs: Runs) -> list[float]:
    """The rates of which the seeds say that fewer than half of the test digits are read."""
    return [rate for rate in RATES if fails(runs, rate).holds is Holds.YES]


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Training loss and test accuracy by epoch, a line a rate."""
    history = in_percent(swept(runs).history())
    figure, axes = plots.canvas(plots.PAGE, 2.1, columns=2)
    for ax, column, label in zip(axes[0], ("train_loss", "test_accuracy"), ("training loss, nats", "test accuracy, %")):
        ax.set(xlabel="epoch", ylabel=label)
        ax.set_xticks(sorted(history["epoch"].unique()))
        plots.learning_curves(ax, history, "epoch", column, "rate", plots.looks(RATES), named)
        low, high = ax.get_ylim()
        if any(_diverged(runs, rate) for rate in RATES):
            ax.set_ylim(low, high + 0.1 * (high - low))  # above the curves, for the mark of runs that diverge
        plots.label_ends(ax)
        for rate in RATES:
            if _diverged(runs, rate):
                plots.mark_diverged(ax, history["epoch"].min(), f"rate {rate:g}: {_diverged(runs, rate)} diverged")
    best, means = best_rate(runs), "; ".join(f"{accuracy:.1%} at rate {rate:g}" for rate, accuracy in _means(runs).items())
    flat = sorted(failing(runs), reverse=True)
    says = (
        f" By the interval over seeds, fewer than {FAILS:.0%} of the test digits are read at {_listed(flat)}." if flat else ""
    )
    return Figure(
        figure,
        caption=f"Plain SGD at {len(RATES)} rates, mean and range over seeds. The rate {best:g} ends at "
        f"{_means(runs)[best]:.1%} of the test digits.{says}",
        alt=f"Test accuracy at the end: {means}.",
        data=history,
    )


def _listed(rates: list[float]) -> str:
    words = [f"{rate:g}" for rate in rates]
    return f"rate {words[0]}" if len(words) == 1 else f"rates {', '.join(words[:-1])} and {words[-1]}"


def final(runs: Runs) -> Figure:
    """Final test accuracy against the rate, a mark a seed; a cross where runs diverged."""
    figure, axes = plots.canvas(plots.COLUMN, 2.1)
    ax = axes[0, 0]
    means = _means(runs)
    ax.set(xscale="log", xlabel="learning rate", ylabel="final test accuracy, %", ylim=(0, 104))
    ax.axhline(100 * FAILS, color=plots.INK, linewidth=0.6, linestyle=":")
    ax.axhline(10, color=plots.INK, linewidth=0.6)
    for name, height in (("guessing", 10), ("fails below", 100 * FAILS)):  # beside the axes, where no run can lie
        ax.annotate(name, (1, height), xycoords=("axes fraction", "data"), xytext=(4, 0), va="center", **_SMALL)
    plots.seeds_and_mean(ax, {rate: 100 * _accuracy(runs, rate) for rate in RATES}, plots.PLAIN)
    for rate in RATES:
        if _diverged(runs, rate):
            plots.mark_diverged(ax, rate, f"{_diverged(runs, rate)} diverged")
    best = best_rate(runs)
    lower = [rate for rate in RATES if rate < best]
    says = f" A tenth of it, {lower[0]:g}, gives {means[lower[0]]:.1%}." if lower else ""
    return Figure(
        figure,
        caption=f"Final test accuracy against the learning rate, a mark a seed, the line through the means. At "
        f"{best:g} it is {means[best]:.1%}.{says}",
        alt="Accuracy against rate: " + "; ".join(f"{accuracy:.1%} at {rate:g}" for rate, accuracy in means.items()) + ".",
        data=swept(runs).frame(),
    )


_SMALL: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7.6}


# --- tables --------------------------------------------------------------------------------------------------------


def rates(runs: Runs) -> Table:
    """Where each rate ends."""

    def end(these: Runs, name: str, unit: Unit, digits: int = 2) -> Value | str:
        gone = _diverged(these, these.tag("rate")) == len(these.finished())
        return "diverged" if gone else value_of(these[name], unit, digits)

    columns = (
        Column("rate", "rate", of=lambda these: f"{these.tag('rate'):g}"),
        Column("test", "test accuracy, %", 2, of=lambda these: end(these, "test_accuracy", SHARE)),
        Column("train", "training accuracy, %", 2, of=lambda these: end(these, "train_accuracy", SHARE)),
        Column("train_loss", "training loss, nats", 3, of=lambda these: end(these, "train_loss", LOSS, 3)),
    )
    gone = Column("diverged", "runs diverged", of=lambda these: _diverged(these, these.tag("rate")))
    some = any(_diverged(runs, rate) for rate in RATES)
    caption = (
        f"The convnet at {len(RATES)} rates of plain SGD. A net that gives all classes the same probability has a loss of "
        f"{GUESSING:.3f} nats. {'Runs that diverged are left out.' if some else 'No run diverged.'}"
    )
    return tabulate([runs.where(rate=rate) for rate in RATES], (*columns, gone) if some else columns, caption)


# --- claims --------------------------------------------------------------------------------------------------------


def best(runs: Runs) -> Verdict:
    what, its = f"mean difference in test accuracy, rate {BEST:g} less", _accuracy(runs, BEST)
    return all_of(greater(its, _accuracy(runs, rate), POINTS, f"{what} {rate:g}") for rate in RATES if rate != BEST)


TRUE = "runs of which it is true"


def fails(runs: Runs, rate: float) -> Verdict:
    return at_most(_accuracy(runs, rate), FAILS, SHARE, "mean test accuracy")


def guesses(run: Outcome) -> bool:
    """It ends no better than a guess; one that diverged is no better."""
    return run.state is State.DIVERGED or run["train_loss"] >= GUESSING - NEAR


def gives_one_answer(run: Outcome) -> bool:
    """It puts all test digits into one class."""
    predictions = run.found.arrays["predictions"]
    return bool((predictions == predictions[0]).all())


def keeps_falling(run: Outcome) -> bool:
    """No epoch raises its training loss."""
    return all(later < earlier for earlier, later in pairwise(run.found.history["train_loss"]))  # type: ignore[operator]


def good_rates_meet(runs: Runs) -> Verdict:
    one, other = (runs.where(longer=rate)["test_accuracy"] for rate in GOOD)
    return equal_within(one, other, ALIKE, POINTS, f"mean difference in test accuracy, rate {GOOD[0]:g} less {GOOD[1]:g}")


# --- what was reported ---------------------------------------------------------------------------------------------


def _rate(rate: float, reported: float, runs: Runs, origin: str) -> Value:
    """A rate, with as many decimals as it or the reported one needs."""
    digits = max([1, *(-math.floor(math.log10(r)) for r in (rate, reported) if math.isfinite(r))])
    return Value(rate, digits=digits, n=len(_accuracy(runs, BEST)), origin=origin)


def _too_large(runs: Runs) -> Value:
    found = min((rate for rate in failing(runs) if rate > best_rate(runs)), default=math.nan)
    return _rate(found, TOO_LARGE, runs, "the smallest rate above the best that reads fewer than half of the test digits")


def _too_small(runs: Runs) -> Value:
    found = max((rate for rate in failing(runs) if rate < best_rate(runs)), default=math.nan)
    return _rate(found, TOO_SMALL, runs, "the largest rate below the best that reads fewer than half of the test digits")


EXPERIMENT = Experiment(
    id="E3",
    title="Learning rates",
    question="Which learning rate trains the convnet best by plain SGD, and which rates fail?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "final": final},
    tables={"rates": rates, "base_rates": base_rates.table},
    claims={
        "best": Claim(f"Of the five rates, {BEST:g} reads the most test digits.", best),
        "large_fails": Claim(
            f"Rate {TOO_LARGE:g} fails: fewer than {FAILS:.0%} of the test digits are read.", partial(fails, rate=TOO_LARGE)
        ),
        "small_fails": Claim(
            f"Rate {TOO_SMALL:g} fails: fewer than {FAILS:.0%} of the test digits are read.",
            partial(fails, rate=TOO_SMALL),
            needs=RECIPE,
        ),
        "next_fails": Claim(
            f"Rate {NEXT:g} fails: fewer than {FAILS:.0%} of the test digits are read.", partial(fails, rate=NEXT), needs=RECIPE
        ),
        "large_guesses": Claim(
            f"At rate {TOO_LARGE:g} most runs learn nothing: they end with a training loss less than {NEAR:g} nats below that "
            "of giving all classes the same probability, if with one at all.",
            lambda runs: mostly(runs.where(rate=TOO_LARGE).by_seed(guesses), TRUE),
        ),
        "large_one_answer": Claim(
            f"At rate {TOO_LARGE:g} most nets give all test digits the same answer, be their outputs finite or not.",
            lambda runs: mostly(runs.where(rate=TOO_LARGE).by_seed(gives_one_answer), TRUE),
        ),
        "small_keeps_falling": Claim(
            f"At rate {TOO_SMALL:g} the training loss falls in every epoch of every run.",
            lambda runs: every(runs.where(rate=TOO_SMALL).converged().by_seed(keeps_falling), TRUE),
        ),
        "some_rate_learns": Claim(
            f"At rate {BEST:g} the net learns: {FAILS:.0%} of the test digits are read, or more.",
            lambda runs: at_least(_accuracy(runs, BEST), FAILS, SHARE, "mean test accuracy"),
        ),
        "good_rates_meet": Claim(
            f"After {LONGER} times as many epochs, rates {GOOD[0]:g} and {GOOD[1]:g} read equally many test digits, to within "
            f"{100 * ALIKE:g} percentage points.",
            good_rates_meet,
            needs=RECIPE,
        ),
        **{
            f"{optimizer.lower()}_needs_no_rate": Claim(
                f"{optimizer} trains the convnet whatever its base rate: at each of four, {base_rates.TRAINS:.0%} of the test "
                "digits are read, or more.",
                partial(base_rates.needs_no_rate, optimizer=optimizer),
            )
            for optimizer in base_rates.OPTIMIZERS
        },
    },
    values={
        "apart": Value(RATES[0] / RATES[1], digits=0, origin="a rate of E3 over the next"),
        "fails": Value(100 * FAILS, "%", 0, origin="below this test accuracy a rate is said to fail"),
        "diverged": lambda runs: Value(_diverged(runs, TOO_LARGE), origin=f"runs at rate {TOO_LARGE:g} that diverged"),
        "runs": lambda runs: Value(len(runs.where(rate=TOO_LARGE).finished()), "runs", origin=f"those at rate {TOO_LARGE:g}"),
        "best": lambda runs: _rate(best_rate(runs), BEST, runs, "the rate of the highest mean test accuracy"),
        "too_large": _too_large,
        "too_small": _too_small,
    },
)
