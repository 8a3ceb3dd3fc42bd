"""E1: which functions of Wx can a linear net and a small convnet learn, and why do W1 and W5 disagree on the sum?

The targets of x are y0 = Σ (Wx)_i, y1 = max (Wx)_i and y2 = log Σ exp (Wx)_i. The convnet is that of T3: two filters of
width 3, ReLU, pooling, and a linear read-out; with biases, as Keras has them, because y2 is no homogeneous function of x. What
neither write-up settles is varied here: W is dense, or a convolution itself (banded, the same three weights in each row), and
the convnet pools neighbouring pairs by their maximum, or all places by their maximum or their mean.

Whether a net *can* learn a target is asked of the best of three starts, the one of the lowest training loss: with two filters,
descent often ends in a poor minimum. Inputs are standard normal, and W is drawn by the seed so that each (Wx)_i is standard
normal too. Targets are standardised over the training examples, so a loss is a share of the target's variance: predicting the
mean costs 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from itertools import product

from experiments.e01_toy_functions.trials import (
    AFFINE, AVERAGE, CONVNETS, DEEP, INPUT, LARGER, LARGEST, LINEAR, LOWER_RATE, MATRICES, NETS, PAIRS, RATE, ROWS, SLOWER,
    STARTS, TARGETS, WIDTH, Matrix, Target, drawn_matrix, target_of, trials,
)  # fmt: skip
from experiments.e01_toy_functions.views import LEARNED, curves, final, loss, losses
from experiments.nets import parameters
from report.model import Claim, Experiment, Measure, Outcome, Runs, Value, Verdict
from report.seeds import Seeds, Unit
from report.stats import Mean, all_of, at_least, at_most, equal_within, every, greater, less

__all__ = [
    "AVERAGE", "EXPERIMENT", "INPUT", "LARGEST", "LINEAR", "MATRICES", "NETS", "PAIRS", "ROWS", "TARGETS", "WIDTH",
    "drawn_matrix", "target_of", "trials",
]  # fmt: skip

EXACT = 0.01
MISSED = 0.5  # of the variance, at least, is left by a net that has missed its target
NOTHING_LEFT = 1e-8  # of the variance: what is left to rounding
ALIKE = 0.05  # of the variance: losses no farther apart are called equal

# --- claims --------------------------------------------------------------------------------------------------------

SHARE, EPOCHS = Unit("of the variance", low=0), Unit("epochs")
LEFT = "training loss on the log-sum-exp of a dense W"


def missed(
    runs: Runs, nets: Iterable[str], targets: Iterable[Target], matrices: Iterable[Matrix], least: float = LEARNED
) -> Verdict:
    """Is at least so much left of each of these targets by each of these nets?"""
    what = "mean test loss of {} on the {}, {} W"
    return all_of(at_least(loss(runs, *one), least, SHARE, what.format(*one)) for one in product(nets, targets, matrices))


def learned(runs: Runs, net: str, targets: Iterable[Target]) -> Verdict:
    """Is at most a third left of each of these targets, with a convolutional W?"""
    what = "mean test loss on the"
    return all_of(at_most(loss(runs, net, t, "convolutional"), LEARNED, SHARE, f"{what} {t}") for t in targets)


def linear_is_exact(runs: Runs) -> Verdict:
    return all_of(at_most(loss(runs, LINEAR, "sum", m), EXACT, SHARE, f"mean test loss, {m} W") for m in MATRICES)


def structure_decides(runs: Runs) -> Verdict:
    """Summed over the targets, since each W has its own hardest."""

    def average(net: str, matrix: str) -> Seeds:
        easy, hard, hardest = (loss(runs, net, target, matrix) for target in TARGETS)
        return (easy + hard + hardest) / len(TARGETS)

    what = "mean difference in test loss, dense less convolutional, averaged over the targets"
    return all_of(greater(average(net, "dense"), average(net, "convolutional"), SHARE, f"{what}, {net}") for net in CONVNETS)


def linear_wins_dense_sum(runs: Runs) -> Verdict:
    linear, what = loss(runs, LINEAR, "sum", "dense"), "mean difference in test loss, linear less"
    return all_of(less(linear, loss(runs, net, "sum", "dense"), SHARE, f"{what} {net}") for net in CONVNETS)


def convnet_wins_max(runs: Runs) -> Verdict:
    linear, what = loss(runs, LINEAR, "max", "convolutional"), "mean difference in test loss, less that of the linear net"
    return all_of(less(loss(runs, net, "max", "convolutional"), linear, SHARE, f"{what}, {net}") for net in CONVNETS)


# --- what W1 and W5 make of it -------------------------------------------------------------------------------------


def has_more_parameters(runs: Runs) -> Verdict:
    """Live, the convnet of T3 as it fails on the sum, against the linear net."""
    linear = parameters(NETS[LINEAR])
    convnets = runs.where(net=LARGEST, target="sum", W="dense")
    return every(convnets.by_seed(lambda run: parameters(run.trial.arguments["net"]) > linear), _RUNS)


def depth_helps(runs: Runs) -> Verdict:
    """Over all training examples, where the affine map by least squares is the best there is."""
    ahead = {m: left(runs, DEEP, m) - left(runs, AFFINE, m) for m in MATRICES}
    return all_of(every(found.map(lambda ahead: ahead < 0), f"{_RUNS}, {m} W") for m, found in ahead.items())


def left(runs: Runs, net: str, matrix: str) -> Seeds:
    """Of the log-sum-exp, over all training examples."""
    return runs.where(target="log-sum-exp", net=net, W=matrix)["fit_loss"]


def one_unit(runs: Runs) -> Verdict:
    what = "mean test loss of the best affine map, {} W"
    return all_of(at_most(loss(runs, AFFINE, "sum", m), NOTHING_LEFT, SHARE, what.format(m)) for m in MATRICES)


def lower_rate(runs: Runs) -> Verdict:
    what = "mean difference in test loss, lower rate less the usual, {} W"
    return all_of(
        less(loss(runs, SLOWER, "sum", m), loss(runs, LARGEST, "sum", m), SHARE, what.format(m), margin=EXACT) for m in MATRICES
    )


def size_changes_nothing(runs: Runs) -> Verdict:
    usual, what = loss(runs, LARGEST, "sum", "dense"), f"mean difference in test loss, less {LARGEST}"
    return all_of(equal_within(loss(runs, net, "sum", "dense"), usual, ALIKE, SHARE, f"{net}, {what}") for net in LARGER)


def sooner(runs: Runs) -> Verdict:
    """By the epoch in which a net first counts as having learned the sum of a convolutional W."""
    convnet, linear = (learned_after(runs, net) for net in (PAIRS, LINEAR))
    return less(convnet, linear, EPOCHS, "mean difference in epochs, convnet less linear net")


def learned_after(runs: Runs, net: str) -> Seeds:
    """Epochs until the sum is learned; one more than there are if it never is."""

    def first(run: Outcome) -> float:
        losses = run.found.history["test_loss"]
        reached = [epoch for epoch, left in enumerate(losses, 1) if left <= LEARNED]  # type: ignore[operator]
        return reached[0] if reached else len(losses) + 1

    return runs.where(net=net, target="sum", W="convolutional").by_seed(first)


def better_on_all(runs: Runs) -> Verdict:
    """In every run, since a net that is exact leaves nothing to be better by."""
    ahead = {t: loss(runs, PAIRS, t, "convolutional") - loss(runs, LINEAR, t, "convolutional") for t in TARGETS}
    return all_of(every(found.map(lambda ahead: ahead < 0), f"{_RUNS} of the {t}") for t, found in ahead.items())


_RUNS = "runs of which it is true"
_THIRD = "a third of the variance"


EXPERIMENT = Experiment(
    id="E1",
    title="Toy functions",
    question="Can a small convnet learn the sum, the maximum and the log-sum-exp of $Wx$, and can a linear net?",
    trials=trials,
    measures={"test_loss": Measure("final test loss", "of the variance", 3)},
    figures={"curves": curves, "final": final},
    tables={"losses": losses},
    claims={
        "linear_is_exact": Claim(
            f"The linear net learns the sum exactly, whatever $W$ is: at most {EXACT:.0%} of the variance is left.",
            linear_is_exact,
        ),
        "global_pooling_blind": Claim(
            "With a dense $W$, a convnet that pools over all places, by maximum or by mean, misses the sum: "
            f"at least {MISSED:.0%} of the variance is left.",
            lambda runs: missed(runs, (LARGEST, AVERAGE), ["sum"], ["dense"], MISSED),
        ),
        "linear_misses_rest": Claim(
            f"The linear net learns neither the maximum nor the log-sum-exp, whatever $W$ is: {_THIRD} or more is left.",
            lambda runs: missed(runs, [LINEAR], ("max", "log-sum-exp"), MATRICES),
        ),
        "dense_defeats": Claim(
            f"With a dense $W$, no convnet learns any of the three targets: {_THIRD} or more is left of each.",
            lambda runs: missed(runs, CONVNETS, TARGETS, ["dense"]),
        ),
        "pairs_miss_dense_sum": Claim(
            f"With a dense $W$, pooling only pairs does not mend it: {_THIRD} or more of the sum is left.",
            lambda runs: missed(runs, [PAIRS], ["sum"], ["dense"]),
        ),
        "linear_wins_dense_sum": Claim(
            "With a dense $W$, the linear net learns the sum better than every convnet.", linear_wins_dense_sum
        ),
        "pairs_learn_all": Claim(
            f"With a convolutional $W$, the convnet that pools pairs learns all three targets: at most {_THIRD} "
            "is left of each.",
            lambda runs: learned(runs, PAIRS, TARGETS),
        ),
        "average_learns_sum": Claim(
            f"With a convolutional $W$, the convnet that averages over all places learns the sum: at most {_THIRD} is left.",
            lambda runs: learned(runs, AVERAGE, ["sum"]),
        ),
        "largest_misses_sum": Claim(
            "With a convolutional $W$, the convnet that takes the maximum over all places still does not learn the sum: "
            f"{_THIRD} or more is left.",
            lambda runs: missed(runs, [LARGEST], ["sum"], ["convolutional"]),
        ),
        "largest_learns_max": Claim(
            f"With a convolutional $W$, the same convnet learns the maximum: at most {_THIRD} is left.",
            lambda runs: learned(runs, LARGEST, ["max"]),
        ),
        "structure_decides": Claim(
            "Every convnet, averaged over the three targets, learns more when $W$ is convolutional than when it is dense.",
            structure_decides,
        ),
        "convnet_wins_max": Claim(
            "With a convolutional $W$, every convnet learns the maximum better than the linear net.", convnet_wins_max
        ),
        "convnet_has_more_parameters": Claim(
            "The convnet that takes the maximum over all places has more parameters than the linear net.", has_more_parameters
        ),
        "depth_helps_linear": Claim(
            "With three layers, the linear net leaves less of the log-sum-exp than the best affine map does.", depth_helps
        ),
        "one_unit_learns_sum": Claim(
            "A single linear unit, solved for by least squares, learns the sum, whatever $W$ is: what is left is rounding.",
            one_unit,
        ),
        "lower_rate_helps": Claim(
            f"At rate {LOWER_RATE:g}, the convnet that takes the maximum over all places learns more of the sum than at "
            f"{RATE:g}, whatever $W$ is, by more than {EXACT:.0%} of the variance.",
            lower_rate,
        ),
        "size_changes_nothing": Claim(
            "With a dense $W$, more filters, or a second convolution, change what the convnet that takes the "
            f"maximum over all places leaves of the sum by at most {ALIKE:.0%} of the variance.",
            size_changes_nothing,
        ),
        "convnet_learns_sum_sooner": Claim(
            "With a convolutional $W$, the convnet that pools pairs has learned the sum after fewer epochs than the linear "
            "net.",
            sooner,
        ),
        "convnet_better_on_all": Claim(
            "With a convolutional $W$, the convnet that pools pairs ends below the linear net on each of the three targets, in "
            "every run.",
            better_on_all,
        ),
    },
    values={
        "starts": Value(STARTS, "starts", origin="those of each convnet of E1"),
        "rows": Value(ROWS, origin="rows of W in E1"),
        "inputs": Value(INPUT[-1], origin="entries of x in E1"),
        "linear_parameters": Value(parameters(NETS[LINEAR]), origin="parameters of the linear net of E1"),
        "global_parameters": Value(
            parameters(NETS[LARGEST]), origin="parameters of a convnet of E1 that pools over all places"
        ),
        "linear_after": Mean(partial(learned_after, net=LINEAR), EPOCHS, 0, f"epochs until the sum is learned, {LINEAR}"),
        "convnet_after": Mean(partial(learned_after, net=PAIRS), EPOCHS, 0, f"epochs until the sum is learned, {PAIRS}"),
        "affine_left": Mean(partial(left, net=AFFINE, matrix="dense"), SHARE, 3, f"{LEFT}, {AFFINE}"),
        "deep_left": Mean(partial(left, net=DEEP, matrix="dense"), SHARE, 3, f"{LEFT}, {DEEP}"),
    },
)
