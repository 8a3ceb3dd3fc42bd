"""E13: how wide should the convolutions of a small CIFAR-10 net be, and what does a ReLU on the logits cost?

Six nets of two 5×5 convolutions, from (3, 8) to (96, 256) channels, 15 epochs of the 50 000 images at full budget: by what W4
says of each of them. Four are also trained with the ReLU that W4 puts on the logits (X7), whose effect may depend on the
optimiser, so the net that W4 calls the best is trained both ways by that of PyTorch's tutorial as well.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import numpy as np

from experiments.data import cifar
from experiments.e13_capacity.trials import (
    ADAM, EXAMINATION, LOGITS, MOMENTUM, PLAIN, RECTIFIED, amounts, name, recipe, training, trial, trials,
)  # fmt: skip
from experiments.e13_capacity.views import (
    GAP, RISE, SIZES, curves, final, fit, gap, rectified, rise, select, silence, trained_both_ways, trained_nets,
)  # fmt: skip
from experiments.measures import MEASURES
from experiments.zoo import CAPACITIES
from report.model import REAL_DATA, Claim, Experiment, Holds, Needs, Runs, Value, Verdict
from report.stats import (
    LOSS, NATS, POINTS, SHARE, Mean, Seeds, Unit, all_of, at_least, equal_within, every, greater, less, mean,
)  # fmt: skip

__all__ = ["EXPERIMENT", "amounts", "name", "recipe", "training", "trial", "trials"]

NARROWEST, NARROW, MIDDLE, WIDE, WIDER, WIDEST = map(name, CAPACITIES)
CHANCE = 1 / len(cifar.CLASSES)
ALIKE = 0.02  # two accuracies no farther apart than two percentage points are called alike
ROUNDED = 0.01  # what a sum of probabilities may be off by
CLASSES = Unit("classes")
ALL_SIX = Needs(f"all six nets, and {WIDEST} is left to the full budget")


# --- what W4 says of the six ---------------------------------------------------------------------------------------


AT_THE_END = {
    "test_accuracy": ("test accuracy", POINTS),
    "test_loss": ("test loss", NATS),
    "train_loss": ("training loss", NATS),
}


def ends(runs: Runs, net: str, how: Callable[..., Verdict], measure: str, *others: str) -> list[Verdict]:
    """Is the net ``greater`` by this measure (or ``less``, …) than each of the others, which are all if none is named?"""
    what, unit = AT_THE_END[measure]
    return [
        how(
            select(runs, net)[measure],
            select(runs, other)[measure],
            unit=unit,
            what=f"mean difference in {what}, {net} less {other}",
        )
        for other in others or [other for other in trained_nets(runs) if other != net]
    ]


def narrowest_hardly_learns(runs: Runs) -> Verdict:
    learned = select(runs, NARROWEST)["test_accuracy"] - CHANCE
    half = (select(runs, MIDDLE)["test_accuracy"] - CHANCE) * 0.5
    return less(learned, half, POINTS, f"mean of what {NARROWEST} learned beyond chance less half of what {MIDDLE} did")


def overfits(runs: Runs, net: str) -> Verdict:
    return all_of(
        at_least(rise(runs, net), RISE, LOSS, "mean rise of the test loss above its lowest"),
        at_least(gap(runs, net), GAP, POINTS, "mean gap between training and test accuracy"),
    )


def overfits_less(runs: Runs) -> Verdict:
    return all_of(
        less(rise(runs, WIDE), rise(runs, WIDER), NATS, f"mean difference in the rise of the test loss, {WIDE} less {WIDER}"),
        less(gap(runs, WIDE), gap(runs, WIDER), POINTS, f"mean difference in the gap, {WIDE} less {WIDER}"),
    )


# --- verdicts of our own -------------------------------------------------------------------------------------------


def underfits(runs: Runs) -> Verdict:
    what = f"mean training accuracy of {NARROWEST} less test accuracy of {WIDE}"
    return less(select(runs, NARROWEST)["train_accuracy"], select(runs, WIDE)["test_accuracy"], POINTS, what)


def gap_grows(runs: Runs) -> Verdict:
    """The slope of the gap over the logarithm of the number of parameters, seed by seed."""
    gaps = {net: gap(runs, net) for net in trained_nets(runs)}
    slopes = {}
    for seed in sorted(set().union(*gaps.values())):
        there = [net for net in gaps if seed in gaps[net]]
        if len(there) > 2:
            slopes[seed] = float(np.polyfit(np.log2([SIZES[net] for net in there]), [gaps[net][seed] for net in there], 1)[0])
    return greater(slopes, 0, POINTS, "mean growth of the gap for each doubling of the parameters")


def _lost(runs: Runs, net: str, optimizer: str = ADAM) -> Seeds:
    """Test accuracy without less with the ReLU on the logits."""
    plain, behind = (select(runs, net, logits, optimizer)["test_accuracy"] for logits in LOGITS)
    return plain - behind


def _dead(runs: Runs, net: str | None = None, optimizer: str = ADAM) -> Runs:
    return select(runs, net, RECTIFIED, optimizer, EXAMINATION).converged()


def _total(parts: list[Seeds]) -> Seeds:
    """Their sum, over the seeds that all of them have."""
    first, *rest = parts
    return sum(rest, first)


def relu_costs(runs: Runs) -> Verdict:
    nets = trained_both_ways(runs)
    lost = _total([_lost(runs, net) for net in nets]) / len(nets)
    return greater(lost, 0, POINTS, f"mean difference in test accuracy, without less with the ReLU, over {', '.join(nets)}")


def relu_kills(runs: Runs) -> Verdict:
    nets = trained_nets(runs, RECTIFIED)
    dead = _total([_dead(runs, net)["dead"] for net in nets])
    return at_least(dead, 1, CLASSES, f"mean number of dead classes of a seed in {', '.join(nets)} together")


def rectified_logits_sum_to_one(runs: Runs) -> Verdict:
    """Of every image, so that a run in which the mean of their sums is another is enough against it."""
    sums = _dead(runs, MIDDLE)["sum"]
    return every(sums.map(lambda mean_sum: abs(mean_sum - 1) <= ROUNDED), "runs in which they do on average")


def relu_costs_under_momentum(runs: Runs) -> Verdict:
    what = "mean difference in test accuracy, without less with the ReLU"
    return greater(_lost(runs, MIDDLE, MOMENTUM), 0, POINTS, what)


def momentum_spares(runs: Runs) -> Verdict:
    momentum, adam = (_dead(runs, MIDDLE, optimizer)["dead"] for optimizer in (MOMENTUM, ADAM))
    return less(momentum, adam, CLASSES, "mean difference in the number of dead classes, SGD less Adam")


def real(runs: Runs) -> Verdict:
    """Told by the names of the classes: those of the stand-in are digits. For the prose, which must not call it CIFAR-10."""
    names = _dead(runs).array("classes")
    return Verdict(Holds.YES if tuple(map(str, names)) == cifar.CLASSES else Holds.NO)


# --- values --------------------------------------------------------------------------------------------------------


def _named_first(runs: Runs, logits: str) -> Value:
    """Over the nets that were trained both ways."""
    both = trained_both_ways(runs)
    shares = [
        mean(select(runs, net, logits).converged().by_seed(lambda run: (run.found.arrays["predictions"] == 0).mean()))
        for net in both
    ]
    origin = f"mean share of the test images put into the first class, {logits} logits, Adam, {len(both)} nets"
    return Value(100 * sum(shares) / len(both), "%", digits=0, origin=origin)


def _dead_total(runs: Runs) -> Value:
    dead = _dead(runs)
    origin = f"dead classes in {len(dead)} runs with rectified logits, by Adam"
    return Value(sum(int(run["dead"]) for run in dead), origin=origin)


def _dead_runs(runs: Runs) -> Value:
    dead = _dead(runs)
    return Value(sum(run["dead"] > 0 for run in dead), origin=f"of {len(dead)} runs with rectified logits, by Adam")


GROWTH = {wider: SIZES[wider] / SIZES[narrower] for narrower, wider in pairwise(SIZES)}


def _growth(factor: float, which: str) -> Value:
    return Value(factor, digits=2, origin=f"parameters of a net over those of the next narrower one, {which}")


def of_w4(sentence: str, judge: Callable[[Runs], Verdict], needs: Needs = REAL_DATA) -> Claim:
    """A sentence of W4 about its images, which those that stand in for them cannot bear out."""
    return Claim(sentence, judge, needs)


EXPERIMENT = Experiment(
    id="E13",
    title="Capacity on CIFAR-10",
    question="How wide should the two convolutions of a small net for CIFAR-10 be: which widths underfit, which overfit, and "
    "what does a ReLU on the logits cost?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "fit": fit, "silence": silence},
    tables={"final": final, "rectified": rectified},
    claims={
        "real": Claim("The images are those of CIFAR-10.", real),
        "narrowest_hardly_learns": of_w4(
            f"{NARROWEST} hardly learns: counted from the {CHANCE:.0%} that chance gives, it gets less than half as far in "
            f"test accuracy as {MIDDLE}.",
            narrowest_hardly_learns,
        ),
        "underfits": Claim(
            f"{NARROWEST} underfits: it gets fewer of its own training images right than {WIDE} gets right of images that it "
            "never saw.",
            underfits,
        ),
        "two_alike": of_w4(
            f"{NARROW} and {MIDDLE} end within {100 * ALIKE:g} percentage points of each other in test accuracy.",
            lambda runs: all_of(ends(runs, NARROW, partial(equal_within, margin=ALIKE), "test_accuracy", MIDDLE)),
        ),
        "overfits": Claim(
            f"{WIDE} overfits: its test loss ends at least {RISE:g} nats above its lowest, and its training accuracy at least "
            f"{100 * GAP:g} percentage points above its test accuracy.",
            partial(overfits, net=WIDE),
        ),
        "overfits_less": of_w4(f"{WIDE} overfits less than {WIDER}, by either number.", overfits_less),
        "loss_above_narrowest": of_w4(
            f"{WIDER} ends with a test loss above even that of {NARROWEST}.",
            lambda runs: all_of(ends(runs, WIDER, greater, "test_loss", NARROWEST)),
        ),
        "widest_extremes": of_w4(
            f"{WIDEST} ends with the lowest training loss and the highest test loss of all.",
            lambda runs: all_of(ends(runs, WIDEST, less, "train_loss"), ends(runs, WIDEST, greater, "test_loss")),
            ALL_SIX,
        ),
        "gap_grows": Claim(
            "On average over the widths, the gap between training and test accuracy grows with each doubling of the "
            "parameters.",
            gap_grows,
        ),
        "best_accuracy": of_w4(
            f"{MIDDLE} ends with a higher test accuracy than every other net.",
            lambda runs: all_of(ends(runs, MIDDLE, greater, "test_accuracy")),
            ALL_SIX,
        ),
        "best_loss": of_w4(
            f"{MIDDLE} ends with a lower test loss than every other net.",
            lambda runs: all_of(ends(runs, MIDDLE, less, "test_loss")),
            ALL_SIX,
        ),
        "relu_costs": Claim(
            "Under Adam, the ReLU on the logits costs accuracy: on average over the widths, the same net from the same seed "
            "gets more test images right without it.",
            relu_costs,
        ),
        "relu_kills": Claim(
            "Under Adam, the ReLU on the logits kills classes: counted over the nets of one seed, at least one class has a "
            "logit of 0 for every training image, on average over the seeds.",
            relu_kills,
        ),
        "rectified_logits_sum_to_one": Claim(
            "Behind the ReLU, the ten logits of an image sum to one, as probabilities do.", rectified_logits_sum_to_one
        ),
        "momentum_spares": Claim(
            f"Under SGD with momentum, as in PyTorch's tutorial, fewer classes of {MIDDLE} die than under Adam.",
            momentum_spares,
        ),
        "relu_costs_under_momentum": Claim(
            f"Under SGD with momentum, the ReLU on the logits of {MIDDLE} costs accuracy.", relu_costs_under_momentum
        ),
    },
    values={
        "replicated": Mean(
            lambda runs: select(runs, MIDDLE, RECTIFIED, MOMENTUM)["test_accuracy"],
            SHARE,
            1,
            f"test accuracy of {MIDDLE}, {RECTIFIED} logits, {MOMENTUM}",
        ),
        "dead_runs": _dead_runs,
        "dead_total": _dead_total,
        "rise_bound": Value(RISE, unit="nats", digits=1, origin="the criterion of E13 for the test loss"),
        "gap_bound": Value(100 * GAP, unit="percentage points", digits=0, origin="the criterion of E13 for the gap"),
        "named_first_plain": partial(_named_first, logits=PLAIN),
        "named_first_rectified": partial(_named_first, logits=RECTIFIED),
        "growth_least": _growth(min(GROWTH.values()), "the least"),
        "growth_most": _growth(max(GROWTH.values()), "the most"),
        "doubling": _growth(GROWTH[MIDDLE], "of the two"),
    },
)
