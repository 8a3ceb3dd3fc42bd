"""E12: what MATLAB's progress tables say about the learning rate and the width of a dense net, and what they hide.

W3's net: dense H, ReLU, dense 10, trained by SGD with momentum 0.9 on 9000 digits in batches of 128 for 10 epochs, and
measured on 1000 others every 50 iterations. Pixels go in as 0 to 255 with the mean image subtracted, which is what makes its
rates so small: training on x at rate η is training on x/255 with first-layer weights 255 times larger at rate 255² η.

Three things are torch's here and not MATLAB's. Weights and biases start uniform within ±1/√fan-in; MATLAB's default is
Glorot's, uniform too, for H = 1000 wider by 1.6 in the first layer and by 2.4 in the second, with biases 0. The last,
smaller batch of an epoch is used; MATLAB drops it. There is no weight decay; MATLAB's default is 1e-4.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from experiments.e12_progress_tables import losses, search, w3
from experiments.e12_progress_tables.trials import (
    FAR_TOO_LARGE, HIDDEN, HUGE, LARGE, LOW, MIDDLE, MOMENTUM, NARROWEST, NETS, POINT, RATES, SETTINGS, TOO_SLOW, USUAL,
    VALIDATION_DIGITS, WIDEST, centred, diverged, errors,
)  # fmt: skip
from experiments.e12_progress_tables.trials import trials as trainings
from experiments.e12_progress_tables.views import all_progress, curves, final, progress
from experiments.measures import plain
from report.model import RECIPE, Budget, Claim, Experiment, Measure, Runs, State, Trial, Value, Verdict
from report.seeds import Seeds
from report.stats import LOSS, POINTS, SHARE, Mean, all_of, at_least, equal_within, every, greater, less, mean, within

__all__ = [
    "EXPERIMENT", "FAR_TOO_LARGE", "HIDDEN", "LARGE", "LOW", "MIDDLE", "NETS", "RATES", "SETTINGS", "TOO_SLOW", "USUAL",
    "WIDEST", "centred", "trials",
]  # fmt: skip


def trials(budget: Budget) -> list[Trial]:
    """The trainings, and the search for W3's digits."""
    return [*trainings(budget), *search.trials(budget)]


# --- claims --------------------------------------------------------------------------------------------------------

ERROR = "mean difference in validation error"
FAR = 0.05  # of the digits: a rate that errs on more than another by so much is too large
ABOVE = 2  # times W3's error: more than its digits explain
NINE_IN_TEN = (0.87, 0.93)  # what one answer to a thousand digits drawn at random may be wrong on


def loss_grows(runs: Runs) -> Verdict:
    """By the logarithm, since losses differ by orders of magnitude; one that is not finite counts as the largest float."""
    largest = float(np.finfo(np.float32).max)
    ends = runs.where(rate=LARGE, hidden=WIDEST)
    powers = ends.by_seed(lambda run: math.log10(min(run["train_loss"] if run.state is State.DONE else largest, largest)))
    return at_least(powers, math.log10(HUGE), what="mean decimal logarithm of the training loss at the end")


def by_neighbour(runs: Runs, judge: Any) -> Verdict:
    """``judge`` of the error at the middle rate, that at a neighbour, and by how much W3 has the former above the latter."""
    what = f"{ERROR}, rate {plain(MIDDLE)} less rate"
    theirs = {rate: (w3.BY_RATE[MIDDLE] - w3.BY_RATE[rate]) / 100 for rate in (LOW, USUAL)}
    middle = errors(runs, MIDDLE)
    return all_of(
        judge(middle, errors(runs, rate), ahead, f"{what} {plain(rate)}, in W3 {100 * ahead:.1f} points")
        for rate, ahead in theirs.items()
    )


def one_in_ten(runs: Runs) -> Verdict:
    """X11: over the runs that diverged, by the rule that reads all others."""
    gone = diverged(runs, FAR_TOO_LARGE)
    read = Seeds({seed: error for seed, error in errors(runs, FAR_TOO_LARGE).items() if gone[seed]})
    return within(read, *NINE_IN_TEN, SHARE, "mean validation error of the diverged runs")


# --- values, and what was reported ---------------------------------------------------------------------------------


def spread_of_seeds(runs: Runs) -> Value:
    """The largest minus the smallest error over the seeds, averaged over the three neighbouring rates; one seed has none."""
    found = [errors(runs, rate).values() for rate in (LOW, MIDDLE, USUAL)]
    wide = sum(100 * (max(each) - min(each)) if len(each) > 1 else math.nan for each in found) / 3
    return Value(wide, "points", 1, n=len(found[1]), origin="range of validation errors over seeds, mean of three rates")


def error_value(rate: float, hidden: int = WIDEST) -> Mean:
    origin = f"validation error, rate {plain(rate)}, H = {hidden}"
    return Mean(partial(errors, rate=rate, hidden=hidden), SHARE, origin=origin)


BY_CHANCE = math.hypot(w3.sampling_error(w3.BY_RATE[LOW]), w3.sampling_error(w3.BY_RATE[MIDDLE]))
"""The standard deviation, in points, of a difference of two errors of W3's size, each counted on its own digits."""


def read_by_nan(part: str) -> Mean:
    origin = f"{part} digits that a net of NaN is credited with"
    return Mean(lambda runs: 1 - runs.where(rate=FAR_TOO_LARGE).by_seed(lambda run: run[f"{part}_error"]), SHARE, 2, origin)


def unread(runs: Runs) -> Value:
    """Without a spread: a net that diverged has a finite output for no digit."""
    share = mean(runs.where(rate=FAR_TOO_LARGE).by_seed(lambda run: run["unread"]))
    return Value(100 * share, "%", 0, origin="validation digits without an answer")


def usual(runs: Runs) -> Runs:
    return runs.where(rate=USUAL, hidden=WIDEST)


EXPERIMENT = Experiment(
    id="E12",
    title="MATLAB's progress tables",
    question="What do the learning rate and the width do to a dense net that is trained as MATLAB trained it?",
    trials=trials,
    measures={
        "validation_error": Measure("validation error", SHARE),
        "validation_loss": Measure("validation loss", LOSS, 3),
        "train_loss": Measure("training loss", LOSS, 3),
    },
    figures={"curves": curves, "final": final, "all_progress": all_progress},
    tables={
        "progress": lambda runs: progress(runs, ((USUAL, WIDEST), (FAR_TOO_LARGE, WIDEST))),
        "losses": losses.table,
        "search": search.table,
    },
    claims={
        "diverges": Claim(
            f"At rate {plain(FAR_TOO_LARGE)} every run diverges: its loss becomes NaN.",
            lambda runs: every(diverged(runs, FAR_TOO_LARGE), "runs that diverged"),
        ),
        "loss_grows": Claim(
            f"At rate {plain(LARGE)} the training loss ends above $10^{{{math.log10(HUGE):g}}}$ nats, on the "
            "geometric mean over the seeds.",
            loss_grows,
            needs=RECIPE,
        ),
        "large_rate_errs": Claim(
            f"Rate {plain(LARGE)} is too large: its validation error is over {100 * FAR:g} points above that of rate "
            f"{plain(USUAL)}.",
            lambda runs: greater(errors(runs, LARGE), errors(runs, USUAL), POINTS, ERROR, margin=FAR),
        ),
        "slow_rate_errs": Claim(
            f"Rate {plain(TOO_SLOW)} is too small: its validation error is above that of rate {plain(LOW)}.",
            lambda runs: greater(errors(runs, TOO_SLOW), errors(runs, LOW), POINTS, ERROR),
        ),
        "dip": Claim(  # X12, as W3's numbers have it
            f"The error at rate {plain(MIDDLE)} is above those at both {plain(LOW)} and {plain(USUAL)}.",
            lambda runs: by_neighbour(runs, lambda a, b, _, what: greater(a, b, POINTS, what)),
            needs=RECIPE,
        ),
        "dip_smaller": Claim(
            "By neither neighbour is it as far above as in W3.",
            lambda runs: by_neighbour(runs, lambda a, b, theirs, what: less(a, b, POINTS, what, margin=-theirs)),
            needs=RECIPE,
        ),
        "neighbours_agree": Claim(
            f"The error at rate {plain(MIDDLE)} is within one point of those at {plain(LOW)} and {plain(USUAL)}.",
            lambda runs: by_neighbour(runs, lambda a, b, _, what: equal_within(a, b, POINT, POINTS, what)),
            needs=RECIPE,
        ),
        "not_found": Claim(
            "On MNIST's digits, no scale of pixels, start and meaning of the rate gives the first rows of W3's runs at once: "
            f"each combination misses one of them, by a factor of {search.TIMES} in the loss or by {search.POINTS_OFF} points "
            "in the accuracy.",
            search.not_found,
        ),
        "one_in_ten": Claim(
            "Read by the same rule as all others, a net that diverged is wrong on "
            f"{NINE_IN_TEN[0]:.0%} to {NINE_IN_TEN[1]:.0%} of the digits, not on all.",
            one_in_ten,
        ),
        "above_w3": Claim(
            f"At rate {plain(USUAL)} with $H = {WIDEST}$, our validation error is at least {ABOVE} times that of W3.",
            lambda runs: at_least(errors(runs, USUAL), w3.BY_RATE[USUAL] * ABOVE / 100, SHARE, "mean validation error"),
            needs=RECIPE,
        ),
        "narrow_errs": Claim(
            f"At rate {plain(USUAL)}, a net with $H = {NARROWEST}$ has a higher validation error than one with $H = {WIDEST}$.",
            lambda runs: greater(errors(runs, USUAL, NARROWEST), errors(runs, USUAL), POINTS, ERROR),
            needs=RECIPE,
        ),
        "widest_errs": Claim(  # X34, as W3 has it
            f"At rate {plain(USUAL)}, a net with $H = {WIDEST}$ has a higher validation error than one with "
            f"$H = {HIDDEN[-2]}$.",
            lambda runs: greater(errors(runs, USUAL), errors(runs, USUAL, HIDDEN[-2]), POINTS, ERROR),
            needs=RECIPE,
        ),
        "width_gains_less": Claim(
            f"The difference is smaller than in W3, where it is {100 * w3.GAIN:.1f} points.",
            lambda runs: less(errors(runs, USUAL, NARROWEST), errors(runs, USUAL), POINTS, ERROR, margin=-w3.GAIN),
            needs=RECIPE,
        ),
    },
    values={
        "w3_low": Value(w3.BY_RATE[LOW], "%", origin=f"reported by W3 for rate {plain(LOW)}"),
        "w3_middle": Value(w3.BY_RATE[MIDDLE], "%", origin=f"reported by W3 for rate {plain(MIDDLE)}"),
        "w3_usual": Value(w3.BY_RATE[USUAL], "%", origin=f"reported by W3 for rate {plain(USUAL)}, among the rates"),
        "w3_usual_again": Value(w3.AGAIN, "%", origin=f"reported by W3 for rate {plain(USUAL)}, among the widths"),
        "w3_digits": Value(VALIDATION_DIGITS, origin="validation digits of W3"),
        "rate_middle": Value(MIDDLE, digits=4, origin="a rate of E12"),
        "rate_usual": Value(USUAL, digits=3, origin="a rate of E12"),
        "momentum": Value(MOMENTUM, digits=1, origin="momentum of the trials of E12"),
        "batch": lambda runs: Value(usual(runs).argument("recipe").batch_size, origin="digits in a batch of E12"),
        "epochs": lambda runs: Value(usual(runs).argument("recipe").length.count, "epochs", origin="the trials' of E12"),
        "train_digits": lambda runs: Value(usual(runs).argument("train_examples"), origin="training digits of E12"),
        "digits_held": lambda runs: Value(usual(runs).argument("validation_examples"), origin="validation digits of E12"),
        "widest": Value(WIDEST, origin="the greatest width of E12"),
        "difference_by_chance": Value(BY_CHANCE, "points", 1, origin="standard deviation of a difference of two such errors"),
        "spread_of_seeds": spread_of_seeds,
        "unread": unread,
        **dict(losses.values()),
        "agree_error": lambda runs: Value(
            losses.counted(runs, "error"), origin="runs of W3 with which ours agree in the error"
        ),
        "agree_both": lambda runs: Value(
            losses.counted(runs, "error", "last loss"), origin="runs of W3 with which ours agree in error and loss at the end"
        ),
        "balanced_by_chance": Value(
            100 * math.comb(VALIDATION_DIGITS, 100) * 0.1**100 * 0.9**900,
            "%",
            0,
            origin="probability of exactly 100 digits of a class in a random draw of 1000",
        ),
        "w3_runs": Value(len(w3.ROWS), "runs", origin="those of W3 that end with finite numbers"),
        "combinations": lambda runs: Value(
            len(search.combinations(runs)), origin="scales times starts times meanings of the rate"
        ),
        "searched": lambda runs: Value(search.asked(runs), origin="runs of W3 whose first rows were searched for"),
        "met": lambda runs: Value(search.met(runs), origin="first rows of W3 that one combination meets in one seed, at best"),
        "diverged_error": error_value(FAR_TOO_LARGE),
        "diverged_validation_accuracy": read_by_nan("validation"),
        "diverged_train_accuracy": read_by_nan("train"),
        **{f"rate_{place}": error_value(rate) for place, rate in enumerate(RATES[:-1])},
        **{f"hidden_{hidden}": error_value(USUAL, hidden) for hidden in HIDDEN},
    },
)
