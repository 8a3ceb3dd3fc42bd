"""E15: how much of the image should a unit see?

W4's third question: one convolution of 12 filters 5×5 and a dense layer, whose units see little, against the net (12, 32) of
E13. They differ in depth, pooling and parameters as well, so four nets follow that do not: two convolutions, ReLU and pooling
each, and a dense layer, with equally many parameters, whose receptive field grows with the kernels, paid for with channels. A
last trial measures the field of these nets and of those of E14.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch

from experiments import e13_capacity as e13
from experiments import e14_linear_nets as e14
from experiments import zoo
from experiments.data import cifar
from experiments.live import rebuild
from experiments.looks import LOOKS
from experiments.measures import MEASURES, examination, gap
from experiments.nets import Conv, Dense, Flatten, Net, parameters, receptive_field
from experiments.training import drawn, pixels, spread, standardised
from report import plots
from report.model import (
    REAL_DATA, Budget, Claim, Column, Context, Experiment, Figure, Holds, Outcome, Result, Runs, Table, Trial, Value,
    Verdict, tabulate,
)  # fmt: skip
from report.numbers import number_text
from report.stats import SHARE, POINTS, Mean, Seeds, above, all_of, at_most, greater, mean, value_of

SINGLE, ORIGINAL = "one convolution", e14.ORIGINAL
TRAINING, SUPPORT = e14.TRAINING, "support"


def matched(first: int, second: int, kernel: int) -> Net:
    """Two convolutions with ReLU and pooling, all as large as their input, and a dense layer."""
    return Net(zoo.CIFAR, (*zoo.block(first, kernel, "same"), *zoo.block(second, kernel, "same"), Flatten(), Dense(10)))


KERNELS = {"1×1": matched(16, 20, 1), "3×3": matched(16, 16, 3), "5×5": matched(14, 12, 5), "7×7": matched(10, 10, 7)}
"""Nets of equally many parameters, whose kernels grow while their channels become fewer."""

SMALLEST, MIDDLE = "1×1", "3×3"
REFERENCES = {SINGLE: zoo.SINGLE, ORIGINAL: zoo.capacity(*e14.CHANNELS)}
"""The two nets of W4: matched in nothing."""
COMPARED = {**REFERENCES, **KERNELS}

GAIN = 0.01  # a gain in accuracy is more than a percentage point
CHANCE = 1 / len(cifar.CLASSES)
IMAGES = 32  # for the support of a gradient: through max pooling, one image shows only a part of it
OUTLINE = "#e8a33d"


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, name: str, seed: int) -> Trial:
    """One net by the recipe of E13."""
    if name in e14.COMPARED:
        return e14.trial(budget, name, seed)
    recipe = e13.recipe(budget)
    at_end = replace(recipe, evaluate=recipe.length)
    return e13.training(budget, COMPARED[name], at_end, seed, {"net": name, "stage": TRAINING})


def trials(budget: Budget) -> list[Trial]:
    """The nets, and what the middle unit sees in them and in those of E14."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=5))
    measured = [trial(budget, name, seeds[0]) for name in (*COMPARED, *e14.LINEAR)]
    return [
        *(trial(budget, name, seed) for name in COMPARED for seed in seeds),
        *(examination(sensitivity, trained, stage=SUPPORT) for trained in measured),
    ]


def sensitivity(
    _: Context,
    *,
    seed: int,
    net: Net,
    data: Any,
    trained: Result,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """The gradient of the middle units of the last feature map (all channels) by the pixels, over some test images.

    ``rows`` and ``columns`` count where it is not exactly zero, in float64: other convolutions may compute a sum in another
    basis, and leave something where there is nothing. Arrays: ``sensitivity`` (height, width), the mean over the images of
    the size of the gradient, summed over the colours; ``image`` (height, width, 3), the first of the images.
    """
    if trained.diverged:
        return Result(diverged=True)
    train = pixels(data.train_images[drawn(len(data.train_labels), train_examples, seed)])
    shown = data.test_images[spread(len(data.test_labels), test_examples)[:IMAGES]]
    inputs = standardised(pixels(shown), train).double().requires_grad_()
    features = inputs
    for layer in rebuild(net, trained.arrays).double().eval().children():
        if isinstance(layer, torch.nn.Flatten):
            break
        features = layer(features)
    height, width = features.shape[2:]
    (gradient,) = torch.autograd.grad(features[:, :, height // 2, width // 2].sum(), inputs)
    slopes = gradient.abs().sum(1).mean(0)
    return Result(
        scalars={"rows": int(slopes.any(1).sum()), "columns": int(slopes.any(0).sum())},
        arrays={"sensitivity": slopes.float().numpy(), "image": shown[0]},
    )


# --- reading the runs ----------------------------------------------------------------------------------------------


def side(net: Net) -> int:
    """The receptive field of a unit before the dense layer, in pixels along either side (T15)."""
    height, width = receptive_field(net)
    assert height == width
    return height


def deviation() -> float:
    """The largest distance of a matched net's number of parameters from that of the middle one, as a share."""
    middle = parameters(KERNELS[MIDDLE])
    return max(abs(parameters(net) / middle - 1) for net in KERNELS.values())


def _accuracy(runs: Runs, net: str, part: str = "test") -> Seeds:
    return runs.where(net=net, stage=TRAINING)[f"{part}_accuracy"]


def _measured(run: Outcome) -> str:
    return f"{run['rows']}×{run['columns']}"


def agreement(runs: Runs) -> tuple[int, int]:
    """For how many of the nets the support of the gradient has the size that T15 derives."""
    equal = [
        (run["rows"], run["columns"]) == receptive_field(run.trial.arguments["net"])
        for run in runs.where(stage=SUPPORT).converged()
    ]
    return sum(equal), len(equal)


# --- figures -------------------------------------------------------------------------------------------------------


def accuracy(runs: Runs) -> Figure:
    """Test and training accuracy against the receptive field, for the matched nets and the two of W4."""
    import pandas as pd

    figure, axes = plots.canvas(width=plots.PAGE, height=2.2, columns=2)
    table = []
    for ax, part in zip(axes.flat, ("test", "train")):
        found = {name: 100 * _accuracy(runs, name, part) for name in COMPARED}
        table += [(name, part, seed, value) for name, each in found.items() for seed, value in each.items()]
        plots.seeds_and_mean(ax, {side(net): found[name] for name, net in KERNELS.items()}, LOOKS["kernels"])
        for name, net in REFERENCES.items():
            ax.plot([side(net)] * len(found[name]), list(found[name].values()), LOOKS[name].marker, color=LOOKS[name].colour)
            _name(ax, name, found)
        images = f"{'training' if part == 'train' else part} images"
        ax.set(xlabel="receptive field, pixels along a side", title=f"{images}, accuracy in %")
        ax.margins(y=0.2)
    means = "; ".join(f"{name} ({side(net)} pixels) {mean(_accuracy(runs, name)):.1%}" for name, net in COMPARED.items())
    return Figure(
        figure,
        caption=f"Accuracy against the receptive field, each point one seed. The {len(KERNELS)} nets on the line have "
        f"{number_text(parameters(KERNELS[MIDDLE]))} parameters, give or take {deviation():.1%}; of the two nets of W4, "
        f"{' and '.join(f'{name} has {number_text(parameters(net))}' for name, net in REFERENCES.items())}.",
        alt=f"Two panels, test and training accuracy against the receptive field. Mean test accuracy: {means}.",
        data=pd.DataFrame(table, columns=["net", "images", "seed", "accuracy"]),
    )


def _name(ax: Any, name: str, found: Mapping[str, Seeds]) -> None:
    """The name of a net that is not on the line, at its points, on the side away from the line."""
    own, at = list(found[name].values()), side(REFERENCES[name])
    line = np.interp(at, [side(net) for net in KERNELS.values()], [mean(found[kernel]) for kernel in KERNELS])
    above = mean(found[name]) > line
    x_y, shift = (at, max(own) if above else min(own)), (-4, 6 if above else -6)
    colour, vertical = LOOKS[name].colour, "bottom" if above else "top"
    ax.annotate(name, x_y, xytext=shift, textcoords="offset points", color=colour, va=vertical, fontsize=7.8)


def fields(runs: Runs) -> Figure:
    """For each net, over an image: the gradient of its middle units by the pixels, and the field that T15 derives."""
    import pandas as pd
    from matplotlib.patches import Rectangle

    chosen = {str(run.trial.tags["net"]): run for run in runs.where(stage=SUPPORT).converged()}
    across = 5
    down = -(-len(chosen) // across)
    figure, axes = plots.canvas(width=plots.PAGE, height=1.5 * down, rows=down, columns=across)
    table = []
    for ax in axes.flat[len(chosen) :]:
        ax.set_axis_off()
    for ax, (name, run) in zip(axes.flat, chosen.items()):
        slopes, image = run.found.arrays["sensitivity"], run.found.arrays["image"]
        plots.panel_images(ax, _lit(image, slopes), f"{name}\n{_measured(run)}")
        table += [(name, row, column, slopes[row, column]) for row, column in np.ndindex(slopes.shape)]
        top, left = (int(np.argmax(slopes.any(axis))) for axis in (1, 0))
        size = side(run.trial.arguments["net"])
        ax.add_patch(Rectangle((left - 0.5, top - 0.5), size, size, fill=False, edgecolor=OUTLINE, linewidth=1))
    agree, count = agreement(runs)
    said = "; ".join(f"{name} {_measured(run)}" for name, run in chosen.items())
    return Figure(
        figure,
        caption="What the units in the middle of the last feature map see: the gradient of their sum with respect to the "
        f"pixels, as light on a test image (the root of its mean size over {IMAGES} images), and its support in pixels. "
        f"The square has the side that T15 derives. The two agree for {agree} of {count} nets.",
        alt=f"One panel a net, with the size of the support of the gradient: {said}.",
        data=pd.DataFrame(table, columns=["net", "row", "column", "gradient"]),
        seeds=1,
    )


def _lit(image: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The image in bright colours where the gradient is large, and in dark grey where there is none."""
    light = np.sqrt(slopes / slopes.max())[..., None] if slopes.any() else np.zeros((*slopes.shape, 1))
    grey = image.mean(-1, keepdims=True) / 255
    return 0.55 * grey * (1 - light) + light * (0.3 + 0.7 * image / 255)


# --- tables --------------------------------------------------------------------------------------------------------


def matched_nets(runs: Runs) -> Table:
    """The nets by their receptive field: what they cost, and what they reach."""
    columns = (
        Column("net", "net", align="left", of=str),
        Column("channels", "channels", of=lambda name: _channels(COMPARED[name])),
        Column("field", "field, pixels", of=lambda name: side(COMPARED[name])),
        Column("parameters", "parameters", of=lambda name: parameters(COMPARED[name])),
        Column("train", "training accuracy, %", 1, of=lambda name: value_of(_accuracy(runs, name, "train"), SHARE, 1)),
        Column("test", "test accuracy, %", 1, of=lambda name: value_of(_accuracy(runs, name), SHARE, 1)),
    )
    return tabulate(
        (*KERNELS, *REFERENCES),
        columns,
        f"The nets matched in parameters, to within {deviation():.1%} of {MIDDLE}, and the two nets of W4, which are not. "
        "Training accuracy is measured on at most as many training images as there are test images.",
    )


def _channels(net: Net) -> str:
    return ", ".join(str(layer.out_channels) for layer in net.layers if isinstance(layer, Conv))


# --- claims --------------------------------------------------------------------------------------------------------


def supports_agree(runs: Runs) -> Verdict:
    """A count of nets, not of seeds: one that differs is enough."""
    agree, count = agreement(runs)
    return Verdict(Holds.YES if agree == count else Holds.NO, what=f"{agree} of {count} nets")


def ahead(runs: Runs, net: str, other: str) -> Verdict:
    what = f"mean difference in test accuracy, {net} less {other}"
    return greater(_accuracy(runs, net), _accuracy(runs, other), POINTS, what)


def kernels_gain_little(runs: Runs) -> Verdict:
    """No net of wider kernels is ahead of the middle one by more than ``GAIN``."""
    wider = [name for name, net in KERNELS.items() if side(net) > side(KERNELS[MIDDLE])]
    gains = {name: _accuracy(runs, name) - _accuracy(runs, MIDDLE) for name in wider}
    what = "mean difference in test accuracy, {} less {}"
    return all_of(at_most(gain, GAIN, POINTS, what.format(name, MIDDLE)) for name, gain in gains.items())


def single_carries_less(runs: Runs) -> Verdict:
    what = f"mean difference between the gap of the {SINGLE} and that of {ORIGINAL}"
    single, original = (gap(runs.where(net=net, stage=TRAINING)) for net in (SINGLE, ORIGINAL))
    return greater(single, original, POINTS, what)


def _field(net: Net) -> Value:
    return Value(side(net), "pixels", 0, origin="receptive field by T15")


EXPERIMENT = Experiment(
    id="E15",
    title="Receptive field",
    question="How much of the image should a unit see, when the number of parameters is given?",
    trials=trials,
    measures=MEASURES,
    figures={"accuracy": accuracy, "fields": fields},
    tables={"matched": matched_nets},
    claims={
        "supports": Claim("For every net, the support of the gradient is as large as T15 derives.", supports_agree),
        "above_chance": Claim(
            "The single convolution has more test images right than chance would.",
            lambda runs: above(_accuracy(runs, SINGLE), CHANCE, SHARE, "mean test accuracy"),
            REAL_DATA,
        ),
        "original_ahead": Claim(
            f"The net {ORIGINAL} has more test images right than the single convolution.",
            partial(ahead, net=ORIGINAL, other=SINGLE),
            REAL_DATA,
        ),
        "matched_ahead": Claim(
            f"The matched net {MIDDLE}, of {number_text(parameters(KERNELS[MIDDLE]))} parameters, has more test images right "
            f"than the single convolution, of {number_text(parameters(zoo.SINGLE))}.",
            partial(ahead, net=MIDDLE, other=SINGLE),
        ),
        "small_costs": Claim(
            f"Units that see {side(KERNELS[MIDDLE])} pixels, by kernels {MIDDLE}, do better than units that see "
            f"{side(KERNELS[SMALLEST])}, by kernels {SMALLEST}: more test images are right.",
            partial(ahead, net=MIDDLE, other=SMALLEST),
        ),
        "kernels_gain_little": Claim(
            f"No wider kernel is ahead of {MIDDLE} by more than {100 * GAIN:g} percentage point.", kernels_gain_little
        ),
        "single_carries_less": Claim(
            f"The gap between training and test accuracy is wider for the single convolution than for {ORIGINAL}.",
            single_carries_less,
        ),
    },
    values={
        "replicated": Mean(partial(_accuracy, net=SINGLE), SHARE, 1, f"test accuracy, {SINGLE}"),
        "chance": Value(100 * CHANCE, "%", 0, origin="one of the classes"),
        "smallest": _field(KERNELS[SMALLEST]),
        "meeting": _field(KERNELS[MIDDLE]),
        "single": _field(zoo.SINGLE),
        "original": _field(REFERENCES[ORIGINAL]),
        "parameters": Value(parameters(zoo.SINGLE), origin="closed form of every layer, added up"),
        "original_parameters": Value(parameters(REFERENCES[ORIGINAL]), origin="closed form of every layer, added up"),
        "times": Value(
            parameters(zoo.SINGLE) / parameters(REFERENCES[ORIGINAL]), digits=1, origin=f"parameters over those of {ORIGINAL}"
        ),
        "nets": Value(len(KERNELS), origin="nets matched in parameters"),
        "deviation": Value(100 * deviation(), "%", 1, origin=f"largest distance from the parameters of {MIDDLE}"),
    },
)
