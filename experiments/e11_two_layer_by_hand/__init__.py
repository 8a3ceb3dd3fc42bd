"""E11: linear, sigmoid, linear, softmax on MNIST by hand: are the gradients right, and what do width and batch size cost?

Two sweeps by plain gradient descent, over the same splits of MNIST's training images: the hidden size at one batch size; and
the batch size at one hidden size, once at one learning rate for all and once at a rate in proportion to the batch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from functools import partial

from experiments.e11_two_layer_by_hand.trials import (
    BATCHES, DIGITS_AUTOGRAD, DIGITS_DIFFERENCES, FASTER, FIXED, HIDDEN, MEMORY_OFF, NETS, NOTICED, ONE_WIDTH, POINT,
    PROPORTIONAL, trials, trials_of_seed, two_layer_net,
)  # fmt: skip
from experiments.e11_two_layer_by_hand.views import (
    batch_figure, batch_table, gradient_figure, gradient_table, hidden_figure, hidden_table, speed_ratio, time_ratio,
)  # fmt: skip
from report import stats
from report.model import RECIPE, Claim, Experiment, Measure, Runs, Value, Verdict
from report.seeds import PERCENT, POINTS, SHARE, TIMES, Seeds, Unit

__all__ = ["EXPERIMENT", "HIDDEN", "NETS", "trials", "trials_of_seed", "two_layer_net"]


ALIKE = POINT / 2  # widths whose errors are no farther apart do as well

# --- claims --------------------------------------------------------------------------------------------------------


def gradients_agree(runs: Runs) -> Verdict:
    checks = runs.where(sweep="gradients")
    autograd, differences = _digits(checks["autograd_error"]), _digits(checks["difference_error"])
    return stats.all_of(
        stats.at_least(autograd, DIGITS_AUTOGRAD, Unit("digits"), "mean agreement with autograd"),
        stats.at_least(differences, DIGITS_DIFFERENCES, Unit("digits"), "mean agreement with differences"),
    )


def _digits(errors: Seeds) -> Seeds:
    """Decimal digits that agree, as far as float64 can tell."""
    return errors.map(lambda error: -math.log10(max(error, 2.2e-16)))


def _at_width(runs: Runs, hidden: int) -> Seeds:
    return runs.where(sweep="hidden", hidden=hidden)["validation_error"]


_DIFFERENCE = "mean paired difference in validation error"


def memory_counted(runs: Runs) -> Verdict:
    counted = runs.where(sweep="hidden").frame()
    off = (counted["bytes_measured"] / counted["bytes_counted"] - 1).abs().groupby(counted["seed"]).max()
    return stats.at_most(
        Seeds({seed: float(off.loc[seed]) for seed in counted["seed"].unique().tolist()}),
        MEMORY_OFF,
        PERCENT.unsigned,
        "mean of the largest deviation",
    )


def _by_batch(runs: Runs, rule: str, batches: Sequence[int]) -> dict[int, Seeds]:
    return {batch: runs.where(sweep="batch", rule=rule, batch=batch)["validation_error"] for batch in batches}


def large_batches_err(runs: Runs) -> Verdict:
    """Does each err more than the one before?"""
    errors = _by_batch(runs, FIXED, BATCHES[1:])
    return stats.all_of(stats.greater(errors[b], errors[a], POINTS, _less(b, a)) for a, b in itertools.pairwise(errors))


def proportion_evens(runs: Runs) -> Verdict:
    errors = _by_batch(runs, PROPORTIONAL, BATCHES[:-1])
    pairs = itertools.combinations(errors, 2)
    return stats.all_of(stats.equal_within(errors[b], errors[a], POINT, POINTS, _less(b, a)) for a, b in pairs)


def _less(one: int, other: int) -> str:
    return f"{_DIFFERENCE}, batches of {one} less those of {other}"


def proportion_ends(runs: Runs) -> Verdict:
    small, large = _by_batch(runs, PROPORTIONAL, BATCHES[-2:]).values()
    return stats.greater(large, small, POINTS, _DIFFERENCE, margin=POINT)


def fewer_examples(runs: Runs) -> Verdict:
    """By the counters: the examples of an epoch over its updates, from each batch to the next larger one."""
    each = {batch: _examples_an_update(runs, batch) for batch in BATCHES}
    what = "mean difference in examples an update, batches of {} less those of {}"
    return stats.all_of(
        stats.less(each[large], each[small], Unit("examples", exact=True), what.format(large, small))
        for small, large in itertools.pairwise(BATCHES)
    )


def _examples_an_update(runs: Runs, batch: int) -> Seeds:
    chosen = runs.where(sweep="batch", rule=FIXED, batch=batch)
    return chosen.by_seed(lambda run: run.trial.arguments["train"] / run["steps_per_epoch"])


def _examples(runs: Runs, batch: int) -> Value:
    each = round(stats.mean(_examples_an_update(runs, batch)))
    return Value(each, origin=f"examples of an epoch of E11 over its updates, batch {batch}")


def wide_overfits(runs: Runs) -> Verdict:
    """By the gap between the loss on new digits and that on its own."""

    def gap(hidden: int) -> Seeds:
        chosen = runs.where(sweep="hidden", hidden=hidden)
        return chosen.by_seed(lambda run: run.found.history["validation_loss"][-1] - run["train_loss"])  # type: ignore[operator]

    return stats.greater(gap(HIDDEN[-1]), gap(ONE_WIDTH), stats.NATS, "mean difference of the gaps")


def _given(runs: Runs, name: str, unit: str = "") -> Value:
    return Value(runs.where(sweep="hidden").argument(name), unit, origin=f"argument {name} of the trials of E11")


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


EXPERIMENT = Experiment(
    id="E11",
    title="A two-layer network by hand",
    question="Are gradients written by hand right, and what do the hidden size and the batch size buy and cost?",
    trials=trials,
    measures={"validation_error": Measure("validation error", SHARE)},
    figures={"gradients": gradient_figure, "hidden": hidden_figure, "batch": batch_figure},
    tables={"gradients_checked": gradient_table, "hidden_sizes": hidden_table, "batch_sizes": batch_table},
    claims={
        "gradients": Claim(
            f"Every gradient written by hand agrees with autograd to {DIGITS_AUTOGRAD} decimal digits, and with central "
            f"differences to {DIGITS_DIFFERENCES}.",
            gradients_agree,
        ),
        "noticed": Claim(
            f"The check can fail: with one factor forgotten, the relative error is {NOTICED:g} or more at every step.",
            lambda runs: stats.at_least(
                runs.where(sweep="gradients")["planted_error"], NOTICED, stats.PLAIN.unsigned, "mean relative error"
            ),
        ),
        "width_helps": Claim(
            f"{ONE_WIDTH} hidden units err less than {HIDDEN[0]}.",
            lambda runs: stats.less(_at_width(runs, ONE_WIDTH), _at_width(runs, HIDDEN[0]), POINTS, _DIFFERENCE),
        ),
        "width_keeps_helping": Claim(
            f"{HIDDEN[-1]} hidden units err less than {ONE_WIDTH}.",
            lambda runs: stats.less(_at_width(runs, HIDDEN[-1]), _at_width(runs, ONE_WIDTH), POINTS, _DIFFERENCE),
            needs=RECIPE,
        ),
        "width_saturates": Claim(
            f"From {ONE_WIDTH} to {HIDDEN[-1]} units, the error changes by no more than {100 * ALIKE:g} percentage points.",
            lambda runs: stats.equal_within(
                _at_width(runs, HIDDEN[-1]), _at_width(runs, ONE_WIDTH), ALIKE, POINTS, _DIFFERENCE
            ),
            needs=RECIPE,
        ),
        "wide_overfits": Claim(
            f"With {HIDDEN[-1]} hidden units, the validation loss lies farther above the training loss than with {ONE_WIDTH}.",
            wide_overfits,
            needs=RECIPE,
        ),
        "time": Claim(
            f"{HIDDEN[-1] // HIDDEN[0]} times as many hidden units take at most {HIDDEN[-1] // HIDDEN[0]} times as long.",
            lambda runs: stats.at_most(time_ratio(runs), HIDDEN[-1] / HIDDEN[0], TIMES, "mean ratio of times"),
        ),
        "memory": Claim(
            f"Counting arrays gives the memory of a step to within {100 * MEMORY_OFF:g} % at every hidden size.", memory_counted
        ),
        "large_batches_err": Claim(
            f"At one rate for all, after the same number of epochs, batches of {_listed(BATCHES[1:])} err the more the larger "
            "they are.",
            large_batches_err,
        ),
        "larger_batch_fewer_examples": Claim("The larger the batch, the fewer examples go into an update.", fewer_examples),
        "proportion_evens": Claim(
            f"With the rate in proportion to the batch, batches of {_listed(BATCHES[:-1])} err alike, to within "
            f"{100 * POINT:g} percentage point.",
            proportion_evens,
            needs=RECIPE,
        ),
        "proportion_ends": Claim(
            f"In proportion, a batch of {BATCHES[-1]} errs more than one of {BATCHES[-2]}, by more than "
            f"{100 * POINT:g} percentage point.",
            proportion_ends,
        ),
        "batches_are_fast": Claim(
            f"An epoch in batches of {BATCHES[2]} is at least {FASTER} times as fast as one image at a time.",
            lambda runs: stats.at_least(speed_ratio(runs), FASTER, TIMES, "mean ratio of times"),
        ),
    },
    values={
        "epochs": partial(_given, name="epochs", unit="epochs"),
        **{name: partial(_given, name=name) for name in ("train", "validation")},
        "one_width": Value(ONE_WIDTH, origin="hidden units of E11 where the batch is varied"),
        "examples_small": partial(_examples, batch=BATCHES[1]),
        "examples_large": partial(_examples, batch=BATCHES[2]),
        "time_ratio": stats.Mean(time_ratio, digits=1, origin="E11, ratio of processor times of an epoch"),
    },
)
