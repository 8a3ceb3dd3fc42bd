"""E14: what is left of a convolutional net on CIFAR-10 without its non-linearities?

W4's second question: the net (12, 32) of E13 without ReLU, (a) without pooling, (b) with average pooling, (c) with four
convolutions for two, against the original. Each is one affine map (T13), which a second trial reads off the trained net. A
third fits the affine classifier of least training loss, which is a bound for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from experiments import e13_capacity as e13
from experiments import zoo
from experiments.affine import IN_FLOAT64, collapse
from experiments.e14_linear_nets.logistic import best_affine
from experiments.looks import AVERAGE_POOLING, FOUR_CONVOLUTIONS, LOOKS, NO_POOLING
from experiments.measures import MEASURES, examination, gap
from experiments.nets import Dense, Flatten, Net, parameters
from experiments.training import Epochs
from report import plots
from report.model import (
    ALL_DATA, REAL_DATA, Budget, Claim, Column, Data, Experiment, Figure, Holds, Runs, Table, Trial, Value, Verdict, tabulate,
)  # fmt: skip
from report.numbers import number_text
from report.stats import (
    LOSS, NATS, PLAIN, POINTS, SHARE, Mean, Seeds, Unit, all_of, at_most, equal_within, greater, less, mean, value_of,
)  # fmt: skip

LINEAR = {NO_POOLING: zoo.LINEAR, AVERAGE_POOLING: zoo.LINEAR_POOLED, FOUR_CONVOLUTIONS: zoo.LINEAR_DEEP}
CHANNELS = (12, 32)
ORIGINAL = e13.name(CHANNELS)
COMPARED: Mapping[str, Net] = {**LINEAR, ORIGINAL: zoo.capacity(*CHANNELS)}
REGRESSION = "logistic regression"
TRAINING, MAP, BOUND = "training", "map", "bound"

CLOSE = 0.02  # two accuracies no farther apart than two percentage points are called equal
ROUNDING = {"float32": 1e-5, "float64": 1e-13}  # of sums of some thousand terms: a hundred times the unit of rounding
FALL = 0.01  # of the least loss that was found: a fall that would matter
FREE = parameters(Net(zoo.CIFAR, (Flatten(), Dense(10))))  # of an affine map from the images to the classes


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, name: str, seed: int) -> Trial:
    """One of the linear nets, or the original, as E13 trains it; at *quick*, the others are measured less often."""
    oftener = e13.recipe(budget)
    recipe = oftener if name == ORIGINAL else replace(oftener, evaluate=Epochs(budget.pick(smoke=1, quick=6, full=1)))
    return e13.training(budget, COMPARED[name], recipe, seed, {"net": name, "stage": TRAINING})


def mapped(budget: Budget, name: str, seed: int) -> Trial:
    """The affine map that a linear net has become, held against the net on the same images."""
    return examination(collapse, trial(budget, name, seed), stage=MAP)


def bound(budget: Budget, seed: int) -> Trial:
    """The affine classifier of least loss on the images that the nets of this seed are trained on."""
    arguments = {"seed": seed, **e13.amounts(budget), "steps": budget.pick(smoke=200, quick=200, full=500)}
    return Trial(best_affine, arguments, inputs={"data": Data("cifar10")}, tags={"net": REGRESSION, "stage": BOUND})


def trials(budget: Budget) -> list[Trial]:
    """At *full* every seed trains on all images, so that the bound comes once."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    return [
        *(trial(budget, name, seed) for name in COMPARED for seed in seeds),
        *(mapped(budget, name, seed) for name in LINEAR for seed in seeds),
        *(bound(budget, seed) for seed in (seeds[:1] if budget.name == "full" else seeds)),
    ]


# --- reading the runs ----------------------------------------------------------------------------------------------


def _end(runs: Runs, net: str, measure: str = "test_accuracy") -> Seeds:
    return runs.where(net=net, stage=TRAINING)[measure]


def _map(runs: Runs, net: str, measure: str) -> Seeds:
    """What the affine map of a linear net comes to, over all images."""
    return runs.where(net=net, stage=MAP)[measure]


def _bound(runs: Runs, seeds: Seeds) -> Seeds:
    """The least training loss, for each seed that it holds for: for all of them where all train on all images."""
    fits = runs.where(stage=BOUND)
    found = fits["train_loss"]
    return seeds * 0 + mean(found) if fits.argument("train_examples") is None else found


def _gap(runs: Runs, net: str) -> Seeds:
    return gap(runs.where(net=net, stage=MAP))


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Training loss and test accuracy by epoch, with the bound on the loss as a horizontal line."""
    history = runs.where(stage=TRAINING).history()
    history = history.assign(test_percent=100 * history["test_accuracy"])
    first, last = history["epoch"].min(), history["epoch"].max()
    least = mean(runs.where(stage=BOUND)["train_loss"])
    figure, axes = plots.canvas(width=plots.PAGE, height=2.1, columns=2)
    for ax, column, label in zip(axes[0], ("train_loss", "test_percent"), ("training cross-entropy, nats", "test accuracy, %")):
        plots.learning_curves(ax, history, "epoch", column, "net", {name: LOOKS[name] for name in COMPARED})
        ax.set(xlabel="epoch", ylabel=label, xlim=(first, last))
    axes[0, 0].plot([0, last], [least, least], color=plots.INK, linewidth=0.8, linestyle="-", label=REGRESSION)
    plots.label_ends(*axes[0])
    ends = "; ".join(
        f"{name} {mean(_end(runs, name, 'train_loss')):.2f} nats and {mean(_end(runs, name)):.1%}" for name in COMPARED
    )
    return Figure(
        figure,
        caption="Linear nets and the original. Bands are the range over seeds; training loss is measured on at most as many "
        f"training images as there are test images. Left, the horizontal line: {REGRESSION} to convergence, which ends at "
        f"{number_text(least, 3)} nats.",
        alt=f"Two panels by epoch: training cross-entropy, and test accuracy. At the end: {ends}. The horizontal line is at "
        f"{number_text(least, 2)} nats.",
        data=history,
    )


def templates(runs: Runs) -> Figure:
    """The matrix of each affine map, a row of images: one weight a pixel and colour, for each class."""
    import pandas as pd

    rows = {name: runs.where(net=name, stage=MAP).converged().array("matrix") for name in LINEAR}
    classes = [str(name) for name in runs.where(stage=BOUND).converged().array("classes")]
    figure, axes = plots.canvas(width=plots.PAGE, height=0.66 * len(rows) + 0.3, rows=len(rows), columns=len(classes))
    for row, (line, (name, matrix)) in enumerate(zip(axes, rows.items())):
        for ax, weights, title in zip(line, matrix, classes):
            plots.panel_images(ax, _picture(weights), "" if row else title)
        words = {"ha": "right", "va": "center", "fontsize": 7.6}
        line[0].text(-0.12, 0.5, name.replace(" ", "\n", 1), transform=line[0].transAxes, **words)
    sizes = {name: float(np.abs(matrix).max()) for name, matrix in rows.items()}
    said = ", ".join(f"{name} {size:.2g}" for name, size in sizes.items())
    return Figure(
        figure,
        caption="What each map multiplies the image by, class by class, each on a scale of its own: grey is a weight of zero, "
        "a colour a positive weight of it, its opposite (magenta for green) a negative one.",
        alt=f"{len(rows)} rows of {len(classes)} small colour images, one a class. The largest weight of each row: {said}.",
        data=pd.DataFrame({"map": list(sizes), "largest weight": list(sizes.values())}),
        seeds=1,
    )


def _picture(weights: np.ndarray) -> np.ndarray:
    """(3, height, width) → an image: 0 is grey, and one weight in a hundred is saturated."""
    scale = np.quantile(np.abs(weights), 0.99)
    return np.clip(0.5 + 0.5 * weights / scale, 0, 1).transpose(1, 2, 0)


# --- tables --------------------------------------------------------------------------------------------------------


def final(runs: Runs) -> Table:
    """Where each net ends, and the bound."""

    def found(name: str, measure: str) -> Seeds:
        if name == REGRESSION:
            return runs.where(stage=BOUND)[measure]
        return _map(runs, name, measure) if name in LINEAR else _end(runs, name, measure)

    columns = (
        Column("net", "classifier", align="left", of=str),
        Column("parameters", "parameters", of=lambda name: parameters(COMPARED[name]) if name in COMPARED else FREE),
        Column("train_loss", "training loss, nats", 3, of=lambda name: value_of(found(name, "train_loss"), LOSS, 3)),
        Column("train", "training accuracy, %", 1, of=lambda name: value_of(found(name, "train_accuracy"), SHARE, 1)),
        Column("test", "test accuracy, %", 1, of=lambda name: value_of(found(name, "test_accuracy"), SHARE, 1)),
    )
    return tabulate(
        (*COMPARED, REGRESSION),
        columns,
        "Each classifier after training. For linear nets and logistic regression, loss and accuracy are over all training "
        "images; for the original, over at most as many of them as there are test images.",
    )


def maps(runs: Runs) -> Table:
    """Each linear net against its affine map: the largest difference over all seeds."""

    def largest(name: str, kind: str) -> float:
        return max(_map(runs, name, f"difference_{kind}").values())

    columns = (
        Column("net", "net", align="left", of=str),
        Column("parameters", "parameters of the net", of=lambda name: parameters(LINEAR[name])),
        Column("map", "of its map", of=lambda _: FREE),
        *(Column(kind, f"largest difference, {kind}", of=partial(largest, kind=kind)) for kind in ROUNDING),
        Column("agreement", "same class, %", 2, of=lambda name: value_of(_map(runs, name, "agreement"), SHARE)),
    )  # fmt: skip
    return tabulate(
        LINEAR,
        columns,
        "The trained nets and their affine maps on the test images. A difference is that of two outputs, as a share of the "
        f"largest output, and the largest of all images (in float64 of {IN_FLOAT64}), classes and seeds.",
    )


# --- claims --------------------------------------------------------------------------------------------------------


def are_maps(runs: Runs) -> Verdict:
    return all_of(
        at_most(
            _map(runs, name, f"difference_{kind}") / unit,
            1,
            PLAIN.unsigned,
            f"mean of the largest difference of two outputs, as a share of what rounding may do, {name} in {kind}",
        )
        for name in LINEAR
        for kind, unit in ROUNDING.items()
    )


def redundant(_: Runs) -> Verdict:
    """A count of parameters, which no run can change."""
    word = min(parameters(zoo.LINEAR), parameters(zoo.LINEAR_DEEP)) > FREE > parameters(zoo.LINEAR_POOLED)
    counts = ", ".join(f"{name} {number_text(parameters(net))}" for name, net in LINEAR.items())
    return Verdict(Holds.YES if word else Holds.NO, what=f"{counts}; the map {number_text(FREE)}")


def never_below(runs: Runs) -> Verdict:
    """About these runs and no others, so that the smallest difference decides, and no interval is needed."""
    gaps = [_map(runs, name, "train_loss") - _bound(runs, _map(runs, name, "train_loss")) for name in LINEAR]
    if not any(gaps):
        return Verdict(Holds.UNDECIDED)
    smallest = min(min(gap.values()) for gap in gaps if gap)
    word = Holds.YES if smallest >= 0 else Holds.NO
    return Verdict(word, smallest, n=max(map(len, gaps)), unit="nats", what="smallest difference of all nets and seeds")


def original_passes(runs: Runs) -> Verdict:
    losses = _end(runs, ORIGINAL, "train_loss")
    return less(losses, _bound(runs, losses), NATS, "mean difference in training loss, original less bound")


def original_ahead(runs: Runs) -> Verdict:
    return all_of(
        greater(_end(runs, ORIGINAL), _end(runs, name), POINTS, f"mean difference in test accuracy, original less {name}")
        for name in LINEAR
    )


def alike(runs: Runs, one: str, other: str) -> Verdict:
    what = f"mean difference in test accuracy, {one} less {other}"
    return equal_within(_end(runs, one), _end(runs, other), CLOSE, POINTS, what)


def pooling_narrows(runs: Runs) -> Verdict:
    what = f"mean difference between the gap with {NO_POOLING} and with {AVERAGE_POOLING}"
    return greater(_gap(runs, NO_POOLING), _gap(runs, AVERAGE_POOLING), POINTS, what)


# --- values --------------------------------------------------------------------------------------------------------


def of_bound(measure: str, unit: Unit, digits: int) -> Mean:
    return Mean(lambda runs: runs.where(stage=BOUND)[measure], unit, digits, f"{REGRESSION}, {measure}")


def reach(runs: Runs) -> Value:
    """How far the outputs of an affine classifier must be from the fitted ones to be lower by that share of the loss."""
    fits = runs.where(stage=BOUND)
    return Value(
        FALL * mean(fits["train_loss"] / fits["gradient"]), digits=0, origin="that share of the loss over the gradient"
    )


def gap_of(net: str) -> Mean:
    return Mean(partial(_gap, net=net), POINTS, 1, f"mean of training less test accuracy, {net}, over all images")


EXPERIMENT = Experiment(
    id="E14",
    title="Linear nets",
    question="What is left of the net without its non-linearities, and how much could any affine classifier do?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "templates": templates},
    tables={"final": final, "maps": maps},
    claims={
        "maps": Claim(
            "Each trained linear net is an affine map, which gives its outputs up to rounding, in float32 and in float64.",
            are_maps,
        ),
        "bound": Claim(
            "In none of these runs is the training loss of a linear net below that of logistic regression.", never_below
        ),
        "original_passes": Claim(
            "The training loss of the original is below that of logistic regression.", original_passes, needs=ALL_DATA
        ),
        "original_ahead": Claim("The original has more test images right than each of the linear nets.", original_ahead),
        "coincide": Claim(
            f"Without pooling, the nets of two and of four convolutions, (a) and (c), end within {100 * CLOSE:g} percentage "
            "points of each other in test accuracy.",
            partial(alike, one=NO_POOLING, other=FOUR_CONVOLUTIONS),
            REAL_DATA,
        ),
        "four_as_pooled": Claim(
            f"The net of four convolutions and that with average pooling, (c) and (b), end within {100 * CLOSE:g} points.",
            partial(alike, one=FOUR_CONVOLUTIONS, other=AVERAGE_POOLING),
            REAL_DATA,
        ),
        "pooling_changes_nothing": Claim(
            f"Without and with average pooling, (a) and (b) end within {100 * CLOSE:g} points.",
            partial(alike, one=NO_POOLING, other=AVERAGE_POOLING),
            REAL_DATA,
        ),
        "apart": Claim(
            "Of (a) and (c), that of two convolutions ends with the lower training loss.",
            lambda runs: less(
                _map(runs, NO_POOLING, "train_loss"),
                _map(runs, FOUR_CONVOLUTIONS, "train_loss"),
                NATS,
                f"mean difference in training loss, {NO_POOLING} less {FOUR_CONVOLUTIONS}",
            ),
        ),
        "redundant": Claim(
            "Nets (a) and (c) have more parameters than an affine map from the images to the classes, and net (b) has fewer.",
            redundant,
        ),
        "pooling_narrows": Claim(
            "With average pooling, the gap between training and test accuracy is narrower than without pooling.",
            pooling_narrows,
        ),
    },
    values={
        "epochs": lambda runs: Value(
            runs.where(net=ORIGINAL, stage=TRAINING).argument("recipe").length.count, "epochs", origin="the recipe's"
        ),
        "bound": of_bound("train_loss", LOSS, 3),
        "gradient": of_bound("gradient", PLAIN, 3),
        "fall": Value(100 * FALL, "%", 0, origin="a fall of the loss that would matter"),
        "reach": reach,
        "memorised": of_bound("train_accuracy", SHARE, 1),
        "unpenalised": of_bound("test_accuracy", SHARE, 1),
        "map_parameters": Value(FREE, origin="a dense layer on the pixels"),
        "gap_a": gap_of(NO_POOLING),
        "gap_b": gap_of(AVERAGE_POOLING),
        "gap_c": gap_of(FOUR_CONVOLUTIONS),
    },
)
