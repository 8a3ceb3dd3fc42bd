"""E7: how few parameters does a convnet need to read 96.05 % of MNIST's test digits, the share that W2 reports?

W2's two nets, (a) one convolution and (b) the 'minimal' net, and a grid of nets from 382 parameters on: a search whose every
point is a set of trials, one a seed, under one recipe, batches of 64 by Adam at 4e-3. At full budget W2's nets are also trained
for W2's 20 000 iterations, with the batches of 50 and Adam at 1e-4 of the tutorial. Of MNIST's 60 000 training digits, 5000
are set aside, as the tutorial does; the search chooses by them, so that the test digits judge a choice in which they had no
part.
"""

from __future__ import annotations

import math
from functools import partial

from experiments.e07_small_nets.trials import E7A, E7B, RATE, SEARCH, SIZES, W2_NETS, trials
from experiments.e07_small_nets.views import (
    REPORTED, TARGET, TARGET_WORDS, best_below, draw_frontier, longest, read, searched, smallest, tabulate_frontier,
    tabulate_w2,
)  # fmt: skip
from experiments.looks import SOFTMAX
from experiments.measures import MEASURES
from report.model import RECIPE, Claim, Experiment, Holds, Runs, Value, Verdict
from report.stats import POINTS, SHARE, Seeds, above, all_of, at_least, below, greater, value_of

TENTH, HUNDREDTH = 0.1, 0.01  # of E7a's parameters


# --- claims --------------------------------------------------------------------------------------------------------

DIFFERENCE = "mean difference in test accuracy"
NONE_FOUND = Verdict(Holds.UNDECIDED, what="no net of the search reaches it on the validation digits")
NO_SMALLER = Verdict(Holds.UNDECIDED, what="no smaller net of the search reaches it on the validation digits")


def no_worse(runs: Runs) -> Verdict:
    """X2: E7a against E7b, in pairs."""
    one, other = (read(runs, net, recipe=longest(runs)) for net in (E7A, E7B))
    return at_least(one - other, 0, POINTS, f"{DIFFERENCE}, E7a less E7b")


def above_reported(runs: Runs) -> Verdict:
    return all_of(_above_w2(read(runs, net, recipe=longest(runs)), net, f" of {net}") for net in W2_NETS)


def _above_w2(found: Seeds, net: str, whose: str) -> Verdict:
    return above(found, REPORTED[net] / 100, SHARE, f"mean test accuracy{whose}, beside W2's {REPORTED[net]:.2f} %")


def reaches_below(runs: Runs, limit: float) -> Verdict:
    return at_least(read(runs, best_below(runs, limit)), TARGET, SHARE, "mean test accuracy")


def smallest_reaches(runs: Runs) -> Verdict:
    net = smallest(runs)
    return NONE_FOUND if net is None else at_least(read(runs, net), TARGET, SHARE, "mean test accuracy")


def beats_reported_e7b(runs: Runs) -> Verdict:
    """X2, by W2's own number."""
    net = smallest(runs)
    return NO_SMALLER if net in (None, E7B) else _above_w2(read(runs, net), E7B, "")


def beats_softmax(runs: Runs) -> Verdict:
    net = smallest(runs)
    return NONE_FOUND if net is None else greater(read(runs, net), read(runs, SOFTMAX), POINTS, DIFFERENCE)


# --- values, and what was reported ---------------------------------------------------------------------------------


def _smallest_size(runs: Runs) -> Value:
    net = smallest(runs)
    size = math.nan if net is None else SIZES[net]
    return Value(size, digits=0, origin=f"parameters of {net}, the smallest net that reaches {TARGET_WORDS} in validation")


def _times_smaller(runs: Runs) -> Value:
    times = SIZES[E7A] / _smallest_size(runs).number
    return Value(times, digits=1, origin="parameters of E7a by those of the smallest")


def _of_w2s(runs: Runs, net: str) -> Value:
    recipe = longest(runs)
    return value_of(read(runs, net, recipe=recipe), SHARE, origin=f"test accuracy of {net}, recipe {recipe}")


EXPERIMENT = Experiment(
    id="E7",
    title="Small nets",
    question="How few parameters does a net need to read as many digits as W2's small nets do?",
    trials=trials,
    measures={"test_accuracy": MEASURES["test_accuracy"]},
    figures={"frontier": draw_frontier},
    tables={"w2": tabulate_w2, "pareto": tabulate_frontier},
    claims={
        "no_worse": Claim(
            f"With {SIZES[E7B] / SIZES[E7A]:.0f} times fewer parameters, E7a reads at least as many test digits as E7b.",
            no_worse,
            needs=RECIPE,
        ),
        "above_reported": Claim("Both nets read more test digits than W2 reports.", above_reported, RECIPE),
        "affine_short": Claim(
            f"Softmax regression, which can be any affine map, reads less than {TARGET_WORDS} of the test digits.",
            lambda runs: below(read(runs, SOFTMAX), TARGET, SHARE, "mean test accuracy"),
        ),
        "tenth": Claim(
            f"The best net with under {TENTH:.0%} of E7a's parameters reads at least {TARGET_WORDS} of the test digits.",
            partial(reaches_below, limit=TENTH * SIZES[E7A]),
        ),
        "hundredth": Claim(
            f"The best net with under {HUNDREDTH:.0%} of E7a's parameters reads at least {TARGET_WORDS} of the test digits.",
            partial(reaches_below, limit=HUNDREDTH * SIZES[E7A]),
            needs=RECIPE,
        ),
        "smallest": Claim(
            f"The smallest net that reaches {TARGET_WORDS} of the validation digits reaches it on the test digits, too.",
            smallest_reaches,
        ),
        "beats_reported_e7b": Claim(
            f"The smallest net that reaches {TARGET_WORDS} is smaller than E7b, and reads more test digits than W2 reports of "
            "it.",
            beats_reported_e7b,
        ),
        "beats_e7a": Claim(
            f"The best net with under {TENTH:.0%} of E7a's parameters reads more test digits than E7a, trained alike.",
            lambda runs: greater(read(runs, best_below(runs, TENTH * SIZES[E7A])), read(runs, E7A), POINTS, DIFFERENCE),
        ),
        "beats_softmax": Claim(
            f"The smallest net that reaches {TARGET_WORDS} reads more test digits than softmax regression on all pixels, which "
            f"has {SIZES[SOFTMAX]} parameters.",
            beats_softmax,
        ),
    },
    values={
        "e7a": partial(_of_w2s, net=E7A),
        "e7b": partial(_of_w2s, net=E7B),
        "whole": Value(100, "%", 0, origin="all of the digits: the largest accuracy that there is"),
        "smallest": _smallest_size,
        "times_smaller": _times_smaller,
        "searched": lambda runs: Value(len(searched(runs)), origin="nets of the search"),
        "softmax": Value(SIZES[SOFTMAX], origin="parameters of softmax regression"),
        "target": Value(100 * TARGET, "%", 2, origin="W2's test accuracy of E7a"),
        "rate": Value(RATE, digits=3, origin="learning rate of the search"),
        "batch": lambda runs: Value(
            runs.where(recipe=SEARCH).argument("recipe").batch_size, "digits", origin="in a minibatch of the search"
        ),
        "passes": lambda runs: Value(
            runs.where(recipe=SEARCH).argument("recipe").length.count, "passes", origin="the search's"
        ),
        "ratio": Value(SIZES[E7B] / SIZES[E7A], digits=0, origin="parameters of E7b by those of E7a"),
    },
)
