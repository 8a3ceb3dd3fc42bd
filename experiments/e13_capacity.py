"""E13: how wide should the convolutions of a small CIFAR-10 net be, and what does a ReLU on the logits cost?

Six nets of two 5×5 convolutions, from (3, 8) to (96, 256) channels, 15 epochs of the 50 000 images at full budget, each with
plain logits and with the ReLU that W4 puts on them (X7). A second trial examines each trained net class by class.

``training`` and ``trial`` are the recipe for every net on CIFAR-10: E14 and E15 train by it, and (12, 32) is trained once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from experiments.nets import Net, ReLU, rebuild
from experiments.training import Adam, Epochs, Recipe, drawn, outputs, pixels, spread, standardised, train_classifier
from experiments.zoo import CAPACITIES, capacity
from report.model import Budget, Context, Data, Experiment, Result, Trial

Channels = tuple[int, int]

PLAIN, RECTIFIED = "plain", "rectified"
LOGITS = (PLAIN, RECTIFIED)
WIDEST = CAPACITIES[-2:]  # dear, and therefore trained from one seed
QUICK = {PLAIN: CAPACITIES[:-1], RECTIFIED: (CAPACITIES[0], CAPACITIES[2])}  # the widest net alone costs as much as all others


# --- trials --------------------------------------------------------------------------------------------------------


def recipe(budget: Budget) -> Recipe:
    """How every net on CIFAR-10 is trained. W4 takes SGD at 0.001 with momentum 0.9 on batches of 4, too small to be fast here.
    At a rate as many times larger as the batch (0.016 on 64), (12, 32) stayed at 63 % from its sixth epoch on; Adam passes
    W4's 65 %."""
    return Recipe(Adam(1e-3), Epochs(budget.pick(smoke=2, quick=8, full=15)), batch_size=64)


def amounts(budget: Budget) -> dict[str, int | None]:
    """How many images: ``train_examples`` and ``test_examples``."""
    return {
        "train_examples": budget.pick(smoke=300, quick=4000, full=None),
        "test_examples": budget.pick(smoke=200, quick=1000, full=None),
    }


def training(budget: Budget, net: Net, seed: int, tags: Mapping[str, str]) -> Trial:
    """Any ``net`` on CIFAR-10, trained by the recipe of the chapter; its weights and its predictions are kept."""
    arguments = {"seed": seed, "net": net, "recipe": recipe(budget), **amounts(budget), "keep": ("weights", "predictions")}
    return Trial(train_classifier, arguments, inputs={"data": Data("cifar10")}, tags=tags)


def trial(budget: Budget, channels: Channels, seed: int, logits: str = PLAIN) -> Trial:
    """One of the six nets, with plain logits or with W4's ReLU on them."""
    tags = {"net": name(channels), "logits": logits, "stage": "training"}
    return training(budget, network(channels, logits), seed, tags)


def examination(budget: Budget, channels: Channels, seed: int, logits: str = PLAIN) -> Trial:
    """What that net makes of the images, once it is trained."""
    trained = trial(budget, channels, seed, logits)
    return Trial(
        examine,
        arguments={"seed": seed, "net": network(channels, logits), **amounts(budget)},
        inputs={"data": Data("cifar10"), "trained": trained},
        tags={**trained.tags, "stage": "examination"},
    )


def trials(budget: Budget) -> list[Trial]:
    chosen = [(*run, logits) for logits in LOGITS for run in _runs(budget, logits)]
    return [make(budget, channels, seed, logits) for make in (trial, examination) for channels, seed, logits in chosen]


def _runs(budget: Budget, logits: str) -> list[tuple[Channels, int]]:
    nets = budget.pick(smoke=CAPACITIES, quick=QUICK[logits], full=CAPACITIES)
    several = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    return [(channels, seed) for channels in nets for seed in (several[:1] if channels in WIDEST else several)]


def name(channels: Channels) -> str:
    """(12, 32) as figures and tables call it."""
    first, second = channels
    return f"({first}, {second})"


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
    """What a net that ``train_classifier`` trained on these examples makes of them, class by class; k classes, n test images.

    Arrays: ``highest`` (k,), the highest logit of each class over the training examples, before a ReLU on it; ``silent`` (k,),
    the share of a class's own training examples whose own logit is not positive, so that behind a ReLU they do not pull it up;
    ``confusion`` (k, k), test examples by true class and prediction; ``classes`` (k,), their names; ``panel_images``,
    ``panel_labels`` and ``panel_at``, the first test image of each class, and which of the n it is.

    Scalars: ``dead``, the number of classes whose logit is positive for no training example (behind a ReLU: the weights of that
    logit get no gradient from any of them); ``mute``, the share of training examples of which no logit is positive (behind a
    ReLU: examples that teach nothing); ``stand_in``, whether the images only stand in for the data set.
    """
    if trained.diverged:
        return Result(diverged=True)
    chosen = drawn(len(data.train_labels), train_examples, seed)
    held_out = spread(len(data.test_labels), test_examples)
    train, test = pixels(data.train_images[chosen]), pixels(data.test_images[held_out])
    train_labels, test_labels = np.asarray(data.train_labels[chosen]), np.asarray(data.test_labels[held_out])

    open_net = replace(net, layers=net.layers[:-1]) if net.layers[-1] == ReLU() else net
    logits = outputs(rebuild(open_net, trained.arrays), standardised(train, train)).numpy()
    found = outputs(rebuild(net, trained.arrays), standardised(test, train)).argmax(1).numpy()
    own = logits[np.arange(len(logits)), train_labels]
    count = len(data.classes)
    at = np.array([np.flatnonzero(test_labels == label)[0] for label in np.unique(test_labels)])
    return Result(
        scalars={
            "dead": int((logits.max(0) <= 0).sum()),
            "mute": float((logits.max(1) <= 0).mean()),
            "stand_in": bool(data.stand_in),
        },
        arrays={
            "highest": logits.max(0),
            "silent": np.array([(own[train_labels == label] <= 0).mean() for label in range(count)]),
            "confusion": np.bincount(test_labels * count + found, minlength=count**2).reshape(count, count),
            "classes": np.array(data.classes),
            "panel_images": data.test_images[held_out[at]],
            "panel_labels": test_labels[at],
            "panel_at": at,
        },
    )


EXPERIMENT = Experiment(
    id="E13",
    title="Capacity",
    question="How wide should the convolutions be?",
    trials=trials,
)
