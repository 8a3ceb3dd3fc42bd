"""E7: how few parameters does a convnet need to read 96.05 % of MNIST's test digits, the share that W2 reports?

W2's two nets, (a) one convolution and (b) the 'minimal' net, are trained by W2's own recipe: 20 000 iterations of 50 digits,
Adam at 1e-4. Beyond W2, a grid of nets between 266 and 18 378 parameters is a search whose every point is a set of trials, one
a seed, under one recipe that is quicker: batches of 64, Adam at 4e-3. Of MNIST's 60 000 training digits, 5000 are set aside, as
W2's tutorial does; the search chooses by them, so that the test digits judge a choice in which they had no part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from experiments import zoo
from experiments.nets import AvgPool, Conv, Dense, Flatten, Layer, MaxPool, Net, ReLU, weights
from experiments.training import (
    Adam,
    Epochs,
    Examples,
    Iterations,
    Recipe,
    drawn,
    fit,
    outputs,
    pixels,
    spread,
    standardised,
)
from report.model import Budget, Context, Data, Experiment, Measure, Result, Trial

if TYPE_CHECKING:
    from experiments.datasets import Images

TARGET = 0.9605  # W2's test accuracy of E7a
RATE = 4e-3


# --- the nets ------------------------------------------------------------------------------------------------------

E7A, E7B = "one convolution", "minimal"
W2_NETS = {E7A: zoo.ONE_CONV, E7B: zoo.MINIMAL}


def _means(side: int) -> Net:
    """Softmax regression on the means of squares of pixels."""
    return Net(zoo.MNIST, (AvgPool(side), Flatten(), Dense(10)))


def _one(channels: int) -> Net:
    """E7a's two layers, but the convolution strides and its output is pooled: 16 values a map go into the dense layer."""
    return Net(zoo.MNIST, (Conv(channels, 5, stride=2), ReLU(), MaxPool(3), Flatten(), Dense(10)))


def _two(first: int, second: int) -> Net:
    """Two convolutions of 3×3 on an image of half the side: 4 values a map go into the dense layer."""
    last: tuple[Layer, ...] = (Conv(second, 3), ReLU(), MaxPool(2), Flatten(), Dense(10))
    return Net(zoo.MNIST, (AvgPool(2), Conv(first, 3), ReLU(), MaxPool(2), *last))


def _full(first: int, second: int) -> Net:
    """Two convolutions of 5×5 on the whole image: 16 values a map go into the dense layer."""
    last: tuple[Layer, ...] = (Conv(second, 5), ReLU(), MaxPool(2), Flatten(), Dense(10))
    return Net(zoo.MNIST, (Conv(first, 5), ReLU(), MaxPool(2), *last))


CANDIDATES = {
    "softmax, 7×7": _means(4),
    "softmax, 14×14": _means(2),
    "softmax": Net(zoo.MNIST, (Flatten(), Dense(10))),
    **{f"one conv: {channels}": _one(channels) for channels in (2, 3, 4, 6, 8, 16)},
    **{f"two conv: {a}, {b}": _two(a, b) for a, b in ((3, 6), (4, 6), (4, 8), (6, 12), (8, 16))},
    **{f"two conv 5×5: {a}, {b}": _full(a, b) for a, b in ((4, 8), (8, 16), (16, 32))},
    E7A: zoo.ONE_CONV,
}
"""Name → net: the grid of the search. E7a is in it to be compared under the recipe of the search, too."""

SOME = ("softmax, 7×7", "softmax", "one conv: 4", "one conv: 8", "one conv: 16", "two conv: 4, 8", "two conv: 8, 16")
"""What the quick budget searches."""


# --- the trial -----------------------------------------------------------------------------------------------------


def train_and_validate(
    context: Context,
    *,
    seed: int,
    net: Net,
    recipe: Recipe,
    train_examples: int,
    validation_examples: int,
    test_examples: int | None,
    data: Images,
) -> Result:
    """Train ``net`` on training digits that the seed draws, measure it on others of them as it learns, and once on test digits.

    Images are standardised over the digits trained on. The weights are kept, and ``predictions`` (the class of each test
    digit, uint8).
    """
    chosen = drawn(len(data.train_labels), train_examples + validation_examples, seed)
    aside = np.isin(np.arange(len(chosen)), drawn(len(chosen), validation_examples, seed))
    tested = spread(len(data.test_labels), test_examples)
    reference = pixels(data.train_images[chosen[~aside]])
    train = _examples(data.train_images[chosen[~aside]], data.train_labels[chosen[~aside]], reference)
    validation = _examples(data.train_images[chosen[aside]], data.train_labels[chosen[aside]], reference)
    test = _examples(data.test_images[tested], data.test_labels[tested], reference)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=train, test=validation)
    found = outputs(fitted.module, test.inputs)
    renamed = {name.replace("test_", "validation_"): column for name, column in fitted.history.items()}
    scalars = {name.replace("test_", "validation_"): number for name, number in fitted.final.items()}
    scalars["test_accuracy"] = int((found.argmax(1) == test.targets).sum()) / len(test)
    arrays = {**weights(fitted.module), "predictions": found.argmax(1).to(torch.uint8).numpy()}
    return Result(scalars, renamed, arrays, fitted.diverged)


def _examples(images: np.ndarray, labels: np.ndarray, reference: torch.Tensor) -> Examples:
    return Examples(standardised(pixels(images), reference), torch.from_numpy(labels.astype("int64")))


def trials(budget: Budget) -> list[Trial]:
    """W2's two nets by W2's recipe, then the search."""
    steps = budget.pick(smoke=20, quick=150, full=20_000)
    of_w2 = Recipe(Adam(1e-4), Iterations(steps), batch_size=50, evaluate=Iterations(max(steps // 10, 50)))
    quicker = Recipe(Adam(RATE), Epochs(budget.pick(smoke=2, quick=5, full=4)), batch_size=64)
    searched = budget.pick(smoke=SOME[:3], quick=(*SOME, "two conv 5×5: 8, 16", E7A), full=tuple(CANDIDATES))
    few, many = budget.pick(smoke=(2, 2), quick=(3, 3), full=(3, 5))
    return [
        *(_trial(budget, name, net, "W2", of_w2, seed) for name, net in W2_NETS.items() for seed in budget.seeds(few)),
        *(_trial(budget, name, CANDIDATES[name], "search", quicker, seed) for name in searched for seed in budget.seeds(many)),
    ]


def _trial(budget: Budget, name: str, net: Net, label: str, recipe: Recipe, seed: int) -> Trial:
    return Trial(
        train_and_validate,
        {
            "seed": seed,
            "net": net,
            "recipe": recipe,
            "train_examples": budget.pick(smoke=1000, quick=6000, full=55_000),
            "validation_examples": budget.pick(smoke=200, quick=1000, full=5000),
            "test_examples": budget.pick(smoke=500, quick=2000, full=None),
        },
        inputs={"data": Data("mnist")},
        tags={"net": name, "recipe": label},
    )


EXPERIMENT = Experiment(
    id="E7",
    title="Small nets",
    question="How few parameters does a net need to read as many digits as W2's small nets do?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", "%", 2, 100),
        "validation_accuracy": Measure("validation accuracy", "%", 2, 100),
        "train_accuracy": Measure("training accuracy", "%", 2, 100),
    },
)
