"""The trials of E13, and how every net on CIFAR-10 is trained: E14 and E15 train by ``training`` and ``recipe``, too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.live import rebuild
from experiments.measures import classifier, examination
from experiments.nets import Net, ReLU
from experiments.training import (
    SGD, Adam, Epochs, Optimizer, Recipe, drawn, outputs, pixels, standardised,
)  # fmt: skip
from experiments.zoo import CAPACITIES, capacity
from report.model import Budget, Context, Result, Trial

Channels = tuple[int, int]

W4_BEST = (12, 32)
PLAIN, RECTIFIED = "plain", "rectified"
LOGITS = (PLAIN, RECTIFIED)
ADAM, MOMENTUM = "Adam", "SGD with momentum"
OPTIMIZERS: dict[str, Optimizer] = {ADAM: Adam(1e-3), MOMENTUM: SGD(0.016, momentum=0.9)}
TRAINING, EXAMINATION = "training", "examination"


def name(channels: Channels) -> str:
    """(12, 32) as figures and tables call it."""
    first, second = channels
    return f"({first}, {second})"


def recipe(budget: Budget, optimizer: str = ADAM) -> Recipe:
    """How every net on CIFAR-10 is trained. W4 names no optimiser. PyTorch's tutorial, from which its code comes, takes SGD at
    0.001 with momentum 0.9 on batches of 4, too small to be fast here; 0.016 on batches of 64 is the same step for each image.
    By Adam, (12, 32) learns more in as many epochs. Those are W4's fifteen, also where images are few."""
    every = Epochs(budget.pick(smoke=1, quick=3, full=1))
    return Recipe(OPTIMIZERS[optimizer], Epochs(budget.pick(smoke=2, quick=15, full=15)), batch_size=64, evaluate=every)


def amounts(budget: Budget) -> dict[str, int | None]:
    """How many images: ``train_examples`` and ``test_examples``."""
    return {
        "train_examples": budget.pick(smoke=300, quick=1000, full=None),
        "test_examples": budget.pick(smoke=200, quick=2000, full=None),
    }


def training(budget: Budget, net: Net, recipe: Recipe, seed: int, tags: Mapping[str, str]) -> Trial:
    """Any ``net`` on the images of CIFAR-10 that the budget buys; its weights and its predictions are kept."""
    images, tested = amounts(budget).values()
    return classifier("cifar10", net, recipe, seed, (images, tested), tags, keep=("weights", "predictions"))


def trial(budget: Budget, channels: Channels, seed: int, logits: str = PLAIN, optimizer: str = ADAM) -> Trial:
    """One of the six nets, with plain logits or with W4's ReLU on them."""
    tags = {"net": name(channels), "logits": logits, "optimizer": optimizer, "stage": TRAINING}
    return training(budget, network(channels, logits), recipe(budget, optimizer), seed, tags)


def trials(budget: Budget) -> list[Trial]:
    """All six with plain logits, of which the widest takes as long as all others and is left to *full*; with rectified ones
    those that are cheap; the best in W4's eyes by momentum as well. What became of the logits is examined where they were
    rectified."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    widths = CAPACITIES if budget.name == "full" else CAPACITIES[:-1]
    cheap = budget.pick(smoke=CAPACITIES[:3], quick=CAPACITIES[:3], full=CAPACITIES[:4])
    asked = [
        *((channels, PLAIN, ADAM) for channels in widths),
        *((channels, RECTIFIED, ADAM) for channels in cheap),
        *((W4_BEST, logits, MOMENTUM) for logits in LOGITS),
    ]
    trained = [trial(budget, channels, seed, *how) for channels, *how in asked for seed in seeds]
    return [*trained, *(examination(examine, each, stage=EXAMINATION) for each in trained if each.tags["logits"] == RECTIFIED)]


def network(channels: Channels, logits: str) -> Net:
    """The net of these channels; for rectified logits a ReLU ends it."""
    net = capacity(*channels)
    return replace(net, layers=(*net.layers, ReLU())) if logits == RECTIFIED else net


def examine(
    _: Context,
    *,
    seed: int,
    net: Net,
    data: Any,
    trained: Result,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """What the logits of a net that ``train_classifier`` trained on these examples are behind the ReLU that ends it.

    Arrays, for k classes: ``highest`` (k,), the highest logit of each over the training examples, before the ReLU; ``silent``
    (k,), the share of a class's own training examples whose own logit is not positive, so that they do not pull it up;
    ``classes`` (k,), their names. Scalars: ``dead``, the number of classes whose logit is positive for no training example (the
    weights of that logit get no gradient from any of them); ``mute``, the share of training examples of which no logit is
    positive (they teach nothing); ``sum``, that of the rectified logits of a training example, on average.
    """
    del test_examples
    if trained.diverged:
        return Result(diverged=True)
    chosen = drawn(len(data.train_labels), train_examples, seed)
    train = pixels(data.train_images[chosen])
    labels = np.asarray(data.train_labels[chosen])

    assert net.layers[-1] == ReLU()
    open_net = rebuild(replace(net, layers=net.layers[:-1]), trained.arrays)
    logits = outputs(open_net, standardised(train, train)).numpy()
    own = logits[np.arange(len(logits)), labels]
    return Result(
        scalars={
            "dead": int((logits.max(0) <= 0).sum()),
            "mute": float((logits.max(1) <= 0).mean()),
            "sum": float(logits.clip(min=0).sum(1, dtype=float).mean()),
        },
        arrays={
            "highest": logits.max(0),
            "silent": np.array([(own[labels == label] <= 0).mean() for label in range(len(data.classes))]),
            "classes": np.array(data.classes),
        },
    )
