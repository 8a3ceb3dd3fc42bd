"""E15: how much of the image should a unit see?

W4's third question: one convolution of 12 filters 5×5 and a dense layer, whose units see little, against the net (12, 32) of
E13. They differ in depth, pooling and parameters as well, so seven nets follow that do not: two convolutions, ReLU and pooling
each, and a dense layer, with equally many parameters, whose receptive field is varied once by the size of the kernels (paid for
with channels) and once by their dilation (which costs nothing). A last trial measures the field of every net of E13 to E15.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from experiments import e13_capacity as e13
from experiments import e14_linear_nets as e14
from experiments import zoo
from experiments.capacity_runs import name as name_of
from experiments.looks import LOOKS
from experiments.nets import Conv, Dense, Flatten, MaxPool, Net, ReLU, parameters, shapes
from experiments.support import SUPPORT, fields, sensitivity, side, supports, supports_agree
from experiments.training import multiplications, shared
from report import plots
from report.model import (
    Budget,
    Claim,
    Column,
    Data,
    Experiment,
    Figure,
    Holds,
    Measure,
    Reported,
    Runs,
    Table,
    Trial,
    Value,
    Verdict,
)
from report.numbers import number_text
from report.stats import all_of, at_most, greater, mean, value_of

SINGLE, ORIGINAL = "one convolution", e14.ORIGINAL
TRAINING = "training"


def matched(first: int, second: int, kernel: int, dilation: int = 1) -> Net:
    """Two convolutions with ReLU and pooling, all as large as their input, and a dense layer."""

    def convolution(channels: int) -> Conv:
        return Conv(channels, kernel, padding="same", dilation=dilation)

    layers = (convolution(first), ReLU(), MaxPool(2), convolution(second), ReLU(), MaxPool(2), Flatten(), Dense(10))
    return Net(zoo.CIFAR, layers)


KERNELS = {
    "1×1": matched(16, 20, 1),
    "2×2": matched(18, 18, 2),
    "3×3": matched(16, 16, 3),
    "5×5": matched(14, 12, 5),
    "7×7": matched(10, 10, 7),
}
"""Nets of equally many parameters, whose kernels grow while their channels become fewer."""

DILATIONS = {
    "3×3": KERNELS["3×3"],
    "3×3, dilation 2": matched(16, 16, 3, dilation=2),
    "3×3, dilation 3": matched(16, 16, 3, dilation=3),
}
"""Nets of the same parameters and multiplications, whose nine weights are spread ever wider."""

FAMILIES = {"kernels": KERNELS, "dilation": DILATIONS}
MATCHED = {**KERNELS, **DILATIONS}
MEETING, SMALLEST = "3×3", "1×1"  # the net that is in both families, and the one that sees least
RAISED = {Holds.YES: "yes", Holds.NO: "no", Holds.UNDECIDED: "undecided"}
GAIN = 0.01  # a gain in accuracy is more than a percentage point
POINT = f"{100 * GAIN:g} percentage point"
NETS = {SINGLE: zoo.SINGLE}
REFERENCES = {**NETS, ORIGINAL: zoo.capacity(*e14.CHANNELS)}
"""The two nets of W4: matched in nothing."""


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, name: str, seed: int) -> Trial:
    """One net by the recipe of E14."""
    if name == ORIGINAL:
        return e14.trial(budget, name, seed)
    return e13.training(budget, {**NETS, **MATCHED}[name], e14.recipe(budget), seed, {"net": name, "stage": TRAINING})


def support(name: str, training: Trial, paid: bool) -> Trial:
    """What the middle unit of a net sees: with its trained weights if the training is paid for, else with fresh ones."""
    inputs: dict[str, Trial | Data] = {"data": Data("cifar10")} | ({"trained": training} if paid else {})
    return Trial(sensitivity, shared(training), inputs=inputs, tags={"net": name, "stage": SUPPORT})


def everything(budget: Budget, seed: int) -> dict[str, Trial]:
    """Name → training, for all nets of E13 to E15."""
    return {
        **{name_of(channels): e13.trial(budget, channels, seed) for channels in zoo.CAPACITIES},
        **{name: e14.trial(budget, name, seed) for name in (ORIGINAL, *e14.LINEAR)},
        **{name: trial(budget, name, seed) for name in (*NETS, *MATCHED)},
    }


def trials(budget: Budget) -> list[Trial]:
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    own = [trial(budget, name, seed) for name in (ORIGINAL, *NETS, *MATCHED) for seed in seeds]
    paid = [*own, *e13.trials(budget), *e14.trials(budget)]
    return [*own, *(support(name, each, each in paid) for name, each in everything(budget, seeds[0]).items())]


# --- selections ----------------------------------------------------------------------------------------------------


def _accuracy(runs: Runs, net: str, part: str = "test") -> dict[int, float]:
    return runs.where(net=net, stage=TRAINING).scalar(f"{part}_accuracy")


def deviation() -> float:
    """The largest distance of a matched net's number of parameters from that of the net where the families meet, as a share."""
    middle = parameters(MATCHED[MEETING])
    return max(abs(parameters(net) / middle - 1) for net in MATCHED.values())


def _gap(runs: Runs, net: str) -> dict[int, float]:
    """Seed → training less test accuracy."""
    trained, tested = _accuracy(runs, net, "train"), _accuracy(runs, net)
    return {seed: trained[seed] - tested[seed] for seed in trained}


def products(net: Net) -> int:
    """The multiplications of a forward pass of one image, without the biases, which are only added."""
    biases = sum(math.prod(row.output) for row in shapes(net) if isinstance(row.layer, Conv | Dense))
    return multiplications(net) - biases


def _best(runs: Runs) -> str:
    """The matched net of the highest mean test accuracy."""
    return max(MATCHED, key=lambda name: mean(_accuracy(runs, name)))


# --- figures -------------------------------------------------------------------------------------------------------


def accuracy(runs: Runs) -> Figure:
    """Test and training accuracy against the receptive field, for both families and the two nets of W4."""
    import pandas as pd

    figure, axes = plots.canvas(width=plots.PAGE, height=3.0, columns=2, sharey=True)
    table = []
    for ax, part in zip(axes.flat, ("test", "training")):
        found = {name: _accuracy(runs, name, part.removesuffix("ing")) for name in (*MATCHED, *REFERENCES)}
        table += [(name, part, seed, 100 * value) for name, each in found.items() for seed, value in each.items()]
        with plots.style():
            for family, nets in FAMILIES.items():
                look, sides = LOOKS[family], [side(net) for net in nets.values()]
                for name, x in zip(nets, sides):
                    ax.plot(
                        [x] * len(found[name]),
                        _percents(found[name]),
                        look.marker,
                        color=look.colour,
                        alpha=0.45,
                        ms=3,
                        clip_on=False,
                    )
                ax.plot(sides, [100 * mean(found[name]) for name in nets], label=family, **look.line)
            for name, net in REFERENCES.items():
                look, count = LOOKS[name], number_text(parameters(net))
                ax.plot(
                    *([side(net)] * len(found[name]), _percents(found[name]), look.marker),
                    color=look.colour,
                    label=f"_{name}, {count} parameters",
                    clip_on=False,
                )
            ax.set(
                xlabel="receptive field, pixels along a side",
                title=f"{part} images",
                xlim=(0, 2 + max(map(side, MATCHED.values()))),
            )
    axes[0, 0].set_ylabel("accuracy, %")
    for ax in axes.flat:
        plots.label_ends(ax)
    with plots.style():
        marks = axes[0, 0].get_lines()[-len(REFERENCES) :]
        figure.legend(marks, [str(mark.get_label())[1:] for mark in marks], loc="outside upper right", ncols=len(marks))
    best = _best(runs)
    means = "; ".join(f"{name} ({side(net)} pixels) {mean(_accuracy(runs, name)):.1%}" for name, net in MATCHED.items())
    return Figure(
        figure,
        caption=f"Accuracy against the receptive field, each point one seed. The {len(MATCHED)} nets on the two lines have "
        f"{parameters(MATCHED[MEETING])} parameters, give or take {deviation():.1%}; the two nets of W4 do not. Of the nets "
        f"on the lines, {best} has most test images right, with a field of {side(MATCHED[best])} pixels.",
        alt=f"Two panels, test and training accuracy against the receptive field. Mean test accuracy: {means}; {SINGLE} "
        f"({side(zoo.SINGLE)} pixels) {mean(_accuracy(runs, SINGLE)):.1%}; {ORIGINAL} {mean(_accuracy(runs, ORIGINAL)):.1%}.",
        data=pd.DataFrame(table, columns=["net", "images", "seed", "accuracy"]),
    )


def _percents(accuracies: Mapping[int, float]) -> list[float]:
    return [100 * value for value in accuracies.values()]


# --- tables --------------------------------------------------------------------------------------------------------


def matched_nets(runs: Runs) -> Table:
    """The nets by their receptive field: what they cost, and what they reach."""
    columns = (
        Column("net", "net", align="left"),
        Column("channels", "channels"),
        Column("field", "field, pixels"),
        Column("parameters", "parameters"),
        Column("multiplications", "multiplications an image"),
        Column("train", "training accuracy, %", digits=1),
        Column("test", "test accuracy, %", digits=1),
    )
    rows = tuple(
        (
            name,
            ", ".join(str(layer.out_channels) for layer in net.layers if isinstance(layer, Conv)),
            side(net),
            parameters(net),
            products(net),
            *(value_of(_accuracy(runs, name, part), digits=1, scale=100) for part in ("train", "test")),
        )
        for name, net in {**MATCHED, **REFERENCES}.items()
    )
    return Table(
        columns,
        rows,
        f"The nets matched in parameters, to within {deviation():.1%} of {MEETING}, and the two nets of W4, which are not. "
        "Training accuracy is measured on as many training images as there are test images.",
    )


def steps(runs: Runs) -> Table:
    """Each widening of the field within a family, and what it does to test accuracy."""
    columns = (
        Column("family", "family", align="left"),
        Column("step", "from, to", align="left"),
        Column("fields", "pixels", align="left"),
        Column("difference", "difference in test accuracy, points", digits=1),
        Column("interval", "95 % interval", align="left"),
        Column("word", "raised", align="left"),
    )
    rows = []
    for family, nets in FAMILIES.items():
        for before, after in itertools.pairwise(nets):
            verdict = greater(_accuracy(runs, after), _accuracy(runs, before), scale=100)
            interval = f"{verdict.low:.1f} to {verdict.high:.1f}".replace("-", "−") if math.isfinite(verdict.low) else None
            sides = f"{side(nets[before])}, {side(nets[after])}"
            rows.append((family, f"{before} → {after}", sides, verdict.effect, interval, RAISED[verdict.holds]))
    return Table(
        columns,
        tuple(rows),
        "Test accuracy of the wider net less that of the narrower, paired over seeds, and whether widening has raised it.",
    )


# --- claims --------------------------------------------------------------------------------------------------------


def larger(runs: Runs, net: str, other: str) -> Verdict:
    what = f"mean difference in test accuracy, {net} less {other}"
    return greater(_accuracy(runs, net), _accuracy(runs, other), unit="points", scale=100, what=what)


def matched_ahead(runs: Runs) -> Verdict:
    """The sentence speaks of fewer parameters too, which no run can change."""
    fewer = parameters(MATCHED[MEETING]) < parameters(zoo.SINGLE)
    ahead = larger(runs, net=MEETING, other=SINGLE)
    return ahead if fewer else replace(ahead, holds=Holds.NO)


def gains_little(runs: Runs, family: str) -> Verdict:
    """Every net of the family with a wider field than where the families meet is ahead of that by less than ``GAIN``."""
    names = list(FAMILIES[family])
    verdicts = []
    for name in names[names.index(MEETING) + 1 :]:
        narrow, wide = _accuracy(runs, MEETING), _accuracy(runs, name)
        what = f"mean difference in test accuracy, {name} less {MEETING}"
        difference = {seed: wide[seed] - narrow[seed] for seed in wide.keys() & narrow.keys()}
        verdicts.append(at_most(difference, GAIN, unit="points", scale=100, what=what))
    return all_of(*verdicts)


def single_carries_less(runs: Runs) -> Verdict:
    what = f"mean difference between the gap of the {SINGLE} and that of {ORIGINAL}"
    return greater(_gap(runs, SINGLE), _gap(runs, ORIGINAL), unit="points", scale=100, what=what)


def kernels_ahead(runs: Runs) -> Verdict:
    """Nets of different families with the same field, other than the one that is in both."""
    pairs = [
        (one, other)
        for (one, first), (other, second) in itertools.product(KERNELS.items(), DILATIONS.items())
        if one != other and side(first) == side(second)
    ]
    return all_of(
        *(
            greater(
                _accuracy(runs, one),
                _accuracy(runs, other),
                unit="points",
                scale=100,
                what=f"mean difference in test accuracy, {one} less {other}",
            )
            for one, other in pairs
        )
    )


EXPERIMENT = Experiment(
    id="E15",
    title="Receptive field",
    question="How much of the image should a unit see, when the number of parameters is given?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100, digits=1),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100, digits=1),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
    },
    figures={"accuracy": accuracy, "fields": fields},
    tables={"matched": matched_nets, "steps": steps, "supports": supports},
    claims={
        "supports": Claim("For every net, the support of the gradient is as large as T15 derives.", supports_agree),
        "original_ahead": Claim(
            f"The net {ORIGINAL} has more test images right than the single convolution.",
            partial(larger, net=ORIGINAL, other=SINGLE),
        ),
        "matched_ahead": Claim(
            f"The matched net {MEETING} has more test images right than the single convolution, with fewer parameters.",
            matched_ahead,
        ),
        "small_costs": Claim(
            f"Units that see {side(KERNELS[MEETING])} pixels, by kernels {MEETING}, do better than units that see "
            f"{side(KERNELS[SMALLEST])}, by kernels {SMALLEST}: more test images are right.",
            partial(larger, net=MEETING, other=SMALLEST),
        ),
        "kernels_gain_little": Claim(
            f"No wider kernel is ahead of {MEETING} by more than {POINT}.",
            partial(gains_little, family="kernels"),
        ),
        "dilation_gains_little": Claim(
            f"No dilation is ahead of {MEETING} without it by more than {POINT}.",
            partial(gains_little, family="dilation"),
        ),
        "kernels_ahead": Claim(
            "Of two nets with the same field, that of larger kernels has more test images right than that of dilated ones.",
            kernels_ahead,
        ),
        "single_carries_less": Claim(
            f"The gap between training and test accuracy is wider for the single convolution than for {ORIGINAL}.",
            single_carries_less,
        ),
    },
    values={
        "meeting": lambda runs: Value(side(MATCHED[MEETING]), "pixels", 0, origin="receptive field by T15"),
        "single": lambda runs: Value(side(zoo.SINGLE), "pixels", 0, origin="receptive field by T15"),
        "original": lambda runs: Value(side(zoo.capacity(*e14.CHANNELS)), "pixels", 0, origin="receptive field by T15"),
        "times": lambda runs: Value(
            parameters(zoo.SINGLE) / parameters(REFERENCES[ORIGINAL]), digits=1, origin="parameters over those of (12, 32)"
        ),
        "nets": lambda runs: Value(len(MATCHED), digits=0, origin="nets matched in parameters"),
        "deviation": lambda runs: Value(100 * deviation(), "%", 1, origin="largest distance from the parameters of 3×3"),
    },
    reported={
        # W4 gives whole percents, of one run by another optimiser; seeds alone spread it by about one.
        "accuracy": Reported(
            "test accuracy of one convolution",
            50.0,
            "W4",
            lambda runs: value_of(
                _accuracy(runs, SINGLE), unit="%", digits=1, scale=100, origin="test accuracy, one convolution"
            ),
            tolerance=3.0,
        ),
    },
)
