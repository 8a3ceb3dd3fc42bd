"""E8: what becomes of the tutorial convnet of E5 on 250 digits, and do fewer parameters, dropout or more digits help?

W2's fourth question. The 250 digits are drawn by the seed, so that every net of one seed is trained on the same ones. Nets are
trained until nothing changes any more but the loss: 1500 minibatches of 50 at full budget, which is 300 passes, where W2
made 20 000 minibatches. More digits get as many passes as W2 made over all of them, but no fewer minibatches.

Dropout slows training down: at the tutorial's rate it would take several times as many minibatches. The sweep of the keep
probability therefore runs at ten times that rate in every budget, the net without dropout included.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from experiments.e08_overfitting.trials import (
    FAST,
    FEW,
    FEWER,
    KEEP,
    MARGIN,
    NETS,
    RATE,
    REPORTED,
    SETTLED,
    amounts,
    by_digits,
    few,
    gap,
    half_way_and_at_the_end,
    keeps,
    kept,
    length,
    most,
    trials,
)
from experiments.e08_overfitting.views import by_keep, curves, final, gaps, sweep
from experiments.measures import MEASURES, reads_more
from report.model import (
    ALL_DATA,
    RECIPE,
    Claim,
    Experiment,
    Runs,
    Value,
    Verdict,
)
from report.seeds import Unit
from report.stats import NATS, PERCENT, POINTS, all_of, at_least, equal_within, every, greater, less, spread, value_of

__all__ = [
    "EXPERIMENT",
    "FAST",
    "FEW",
    "FEWER",
    "KEEP",
    "NETS",
    "RATE",
    "amounts",
    "by_digits",
    "gap",
    "keeps",
    "kept",
    "trials",
]


# --- claims --------------------------------------------------------------------------------------------------------


def settled(runs: Runs) -> Verdict:
    """Both nets: one that still learns cannot be compared with one that has done."""
    moments = {net: half_way_and_at_the_end(few(runs, net), "test_accuracy") for net in NETS}
    what = "mean difference in test accuracy, end less half-way"
    return all_of(equal_within(end, half, SETTLED, POINTS, f"{what}, {net}") for net, (half, end) in moments.items())


def loss_rises(runs: Runs) -> Verdict:
    half, end = half_way_and_at_the_end(few(runs), "test_loss")
    return greater(end, half, NATS, "mean difference in test cross-entropy, end less half-way")


def gap_shrinks(runs: Runs, metric: str, unit: Unit) -> Verdict:
    """At every step from one amount to the next."""
    found = {digits: gap(part, metric) for digits, part in by_digits(runs).items()}
    return all_of(
        less(found[more], found[fewer], unit, f"mean change of the gap from {fewer} to {more} digits")
        for fewer, more in pairwise(found)
    )


def more_dropout(runs: Runs) -> Verdict:
    """At every step from one keep probability of the sweep to the next smaller one."""
    found = {keep: part["test_accuracy"] for keep, part in runs.where(rate=FAST).by("keep").items()}
    what = "mean difference in test accuracy, keep"
    return all_of(
        greater(found[less_kept], found[more_kept], POINTS, f"{what} {less_kept:g} less {more_kept:g}")
        for less_kept, more_kept in pairwise(sorted(found))
    )


def _seed_spread(runs: Runs) -> Value:
    """Of the tutorial net, over the seeds, each of which draws its own digits."""
    found, origin = 100 * few(runs)["test_accuracy"], "standard deviation of test accuracy over seeds"
    return Value(spread(found) or float("nan"), "points", 1, n=len(found), origin=origin)


def _accuracy(runs: Runs, of: Callable[[Runs], Runs], name: str) -> Value:
    return value_of(of(runs)["test_accuracy"], PERCENT, origin=f"test accuracy, {name}")


EXPERIMENT = Experiment(
    id="E8",
    title=f"Overfitting on {FEW} digits",
    question=f"How far does the tutorial convnet overfit when it sees only {FEW} digits, and what helps?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "gaps": gaps, "sweep": sweep},
    tables={"final": final, "by_keep": by_keep},
    claims={
        "memorises": Claim(
            f"The tutorial net reads every one of the {FEW} digits that it was trained on.",
            lambda runs: every(few(runs)["train_accuracy"].map(lambda share: share == 1), "runs that read all of them"),
            needs=RECIPE,
        ),
        "overfits": Claim(
            f"On {FEW} digits, the net's training accuracy is at least {100 * MARGIN:g} points above its test accuracy.",
            lambda runs: at_least(gap(few(runs)), MARGIN, POINTS, "mean of training less test accuracy"),
        ),
        "gap_wider": Claim(
            f"That gap is over {100 * MARGIN:g} points wider than the gap of the same net trained on all digits.",
            lambda runs: greater(gap(few(runs)), gap(most(runs)), POINTS, "mean difference of the gaps", margin=MARGIN),
            needs=ALL_DATA,
        ),
        "more_data_reads_more": Claim(
            f"Trained on all digits, the net reads over {100 * MARGIN:g} points more of the test digits than trained on {FEW}.",
            lambda runs: reads_more(most(runs), few(runs), margin=MARGIN),
            needs=ALL_DATA,
        ),
        "loss_rises": Claim(
            f"In the second half of the training on {FEW} digits, the test cross-entropy of the tutorial net rises.",
            loss_rises,
            needs=RECIPE,
        ),
        "settled": Claim(
            f"Both nets on {FEW} digits are settled: each ends within {100 * SETTLED:g} point of its test accuracy half-way.",
            settled,
            needs=RECIPE,
        ),
        "fewer_helps": Claim(
            f"Of two nets trained on the same {FEW} digits, the one with fewer parameters reads more test digits.",
            lambda runs: reads_more(few(runs, FEWER), few(runs)),
            needs=RECIPE,
        ),
        "dropout_helps": Claim(
            f"Dropout with a keep probability of {KEEP:g} raises the test accuracy on {FEW} digits.",
            lambda runs: reads_more(kept(runs, KEEP), kept(runs, 1.0)),
            needs=RECIPE,
        ),
        "dropout_lowers_loss": Claim(
            f"Dropout with a keep probability of {KEEP:g} lowers the test cross-entropy on {FEW} digits.",
            lambda runs: less(
                kept(runs, KEEP)["test_loss"], kept(runs, 1.0)["test_loss"], NATS, "mean difference in test loss"
            ),
            needs=RECIPE,
        ),
        "more_dropout_always_helps": Claim(
            "The more dropout, the better: from each keep probability of the sweep to the next smaller one, more test digits "
            "are read.",
            more_dropout,
            needs=RECIPE,
        ),
        "gap_shrinks": Claim(
            "From each number of training digits to the next, the gap in accuracy shrinks.",
            lambda runs: gap_shrinks(runs, "accuracy", POINTS),
            needs=RECIPE,
        ),
        "loss_gap_shrinks": Claim(
            "From each number of training digits to the next, the gap in cross-entropy shrinks.",
            lambda runs: gap_shrinks(runs, "loss", NATS),
            needs=RECIPE,
        ),
        "quarter_left": Claim(
            f"On all digits, less than a quarter is left of the gap in accuracy on {FEW} digits.",
            lambda runs: less(
                gap(most(runs)), gap(few(runs)) / 4, POINTS, "mean gap on all digits less a quarter of that on few"
            ),
            needs=ALL_DATA,
        ),
    },
    values={
        "few": Value(FEW, origin="digits that W2 leaves the net"),
        "rate": Value(RATE, digits=4, origin="learning rate of Adam in the tutorial"),
        "fast": Value(FAST, digits=3, origin="learning rate of Adam in the dropout sweep"),
        "iterations": lambda runs: Value(length(few(runs)), origin=f"iterations on {FEW} digits"),
        "fast_iterations": lambda runs: Value(length(kept(runs, KEEP)), origin="iterations in the sweep of keep probabilities"),
        "least_kept": lambda runs: Value(
            100 * min(runs.where(rate=FAST).values_of("keep")), "%", 0, origin="smallest keep probability of the sweep"
        ),
        "w2_gain": Value(REPORTED["fewer"] - REPORTED["few"], "points", origin="W2's gain through fewer parameters"),
        "seed_spread": _seed_spread,
        "all": partial(_accuracy, of=most, name="all digits"),
        "few_accuracy": partial(_accuracy, of=few, name=f"{FEW} digits"),
        "fewer_accuracy": partial(_accuracy, of=partial(few, net=FEWER), name=f"{FEW} digits, fewer parameters"),
    },
)
