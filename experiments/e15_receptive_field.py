"""E15: how much of the image should a unit see?

W4's third question: one convolution of 12 filters 5×5 and a dense layer, whose units see little, against the net (12, 32) of
E13. They differ in depth, pooling and parameters as well, so seven nets follow that do not: two convolutions, ReLU and pooling
each, and a dense layer, with equally many parameters, whose receptive field is varied once by the size of the kernels (paid for
with channels) and once by their dilation (which costs nothing). A last trial measures the field of every net of E13 to E15.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from experiments import e13_capacity as e13
from experiments import e14_linear_nets as e14
from experiments import zoo
from experiments.nets import Conv, Dense, Flatten, MaxPool, Net, ReLU, build, rebuild
from experiments.training import Epochs, drawn, pixels, spread, standardised
from report.model import Budget, Context, Data, Experiment, Result, Trial

SINGLE, ORIGINAL = "one convolution", e14.ORIGINAL
IMAGES = 32  # for the support of a gradient: through max pooling, one image shows only a part of it
TRAINING, SUPPORT = "training", "support"


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

MATCHED = {**KERNELS, **DILATIONS}
NETS = {SINGLE: zoo.SINGLE}


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, name: str, seed: int) -> Trial:
    """One net by the recipe of E14; the matched ones, which no write-up has, for fewer epochs at *full*."""
    if name == ORIGINAL:
        return e14.trial(budget, name, seed)
    made = e13.training(budget, {**NETS, **MATCHED}[name], seed, {"net": name, "stage": TRAINING})
    epochs = e14.recipe(budget).length if name == SINGLE else Epochs(budget.pick(smoke=2, quick=4, full=8))
    return replace(made, arguments={**made.arguments, "recipe": replace(e14.recipe(budget), length=epochs)})


def support(budget: Budget, name: str, seed: int) -> Trial:
    """What the middle unit of a net sees: of the trained net, or of fresh weights where this budget does not train it."""
    trained = everything(budget, seed)[name]
    arguments = {key: trained.arguments[key] for key in ("seed", "net", "train_examples", "test_examples")}
    unpaid = name not in {*MATCHED, *NETS, *e14.LINEAR, ORIGINAL} and trained not in e13.trials(budget)
    inputs: Mapping[str, Trial | Data] = {"data": Data("cifar10")} if unpaid else {"data": Data("cifar10"), "trained": trained}
    return Trial(sensitivity, arguments, inputs=inputs, tags={"net": name, "stage": SUPPORT})


def everything(budget: Budget, seed: int) -> dict[str, Trial]:
    """Name → training, for all nets of E13 to E15."""
    return {
        **{e13.name(channels): e13.trial(budget, channels, seed) for channels in zoo.CAPACITIES},
        **{name: e14.trial(budget, name, seed) for name in (ORIGINAL, *e14.LINEAR)},
        **{name: trial(budget, name, seed) for name in (*NETS, *MATCHED)},
    }


def trials(budget: Budget) -> list[Trial]:
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    return [
        *(trial(budget, name, seed) for name in (ORIGINAL, *NETS, *MATCHED) for seed in seeds),
        *(support(budget, name, seeds[0]) for name in everything(budget, seeds[0])),
    ]


def sensitivity(
    _: Context,
    *,
    seed: int,
    net: Net,
    data: Any,
    trained: Result | None = None,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """The gradient of the middle units of the last feature map (all channels) by the pixels, over some test images.

    ``rows`` and ``columns`` count where it is not exactly zero, in float64: other convolutions may compute a sum in another
    basis, and leave something where there is nothing. Arrays: ``sensitivity`` (height, width), the mean over the images of
    the size of the gradient, summed over the colours; ``image`` (height, width, 3), the first of the images. Without
    ``trained``, the net has fresh weights.
    """
    if trained is not None and trained.diverged:
        return Result(diverged=True)
    module = build(net, seed) if trained is None else rebuild(net, trained.arrays)
    train = pixels(data.train_images[drawn(len(data.train_labels), train_examples, seed)])
    shown = data.test_images[spread(len(data.test_labels), test_examples)[:IMAGES]]
    inputs = standardised(pixels(shown), train).double().requires_grad_()
    features = inputs
    for layer in module.double().eval().children():
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


EXPERIMENT = Experiment(
    id="E15",
    title="Receptive field",
    question="How much of the image should a unit see, when the number of parameters is given?",
    trials=trials,
)
