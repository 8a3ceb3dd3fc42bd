"""The nets of E7: W2's two, and the grid that is searched; and the trials that train, validate and test them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from experiments import zoo
from experiments.live import weights
from experiments.looks import SOFTMAX
from experiments.nets import AvgPool, Conv, Dense, Flatten, MaxPool, Net, ReLU, parameters, wording
from experiments.training import Adam, Epochs, Examples, Iterations, Recipe, drawn, fit, outputs, pixels, spread, standardised
from report.model import Budget, Context, Data, Result, Trial

if TYPE_CHECKING:
    from experiments.data.datasets import Images

E7A, E7B = "E7a", "E7b"
W2_NETS = {E7A: zoo.ONE_CONV, E7B: zoo.MINIMAL}
RATE = 4e-3  # of the search: on digits set aside, half of it reads fewer, and over twice of it no more
W2, SEARCH = "W2", "search"  # the recipes


# --- the nets ------------------------------------------------------------------------------------------------------


def _means(side: int) -> Net:
    """Softmax regression on the means of squares of pixels."""
    return Net(zoo.MNIST, (AvgPool(side), Flatten(), Dense(10)))


def _one(channels: int) -> Net:
    """E7a's two layers, but the convolution strides and its output is pooled: 16 values a map go into the dense layer."""
    return Net(zoo.MNIST, (Conv(channels, 5, stride=2), ReLU(), MaxPool(3), Flatten(), Dense(10)))


def _two(first: int, second: int) -> Net:
    """Two convolutions of 3×3 on an image of half the side: 4 values a map go into the dense layer."""
    return Net(zoo.MNIST, (AvgPool(2), *zoo.block(first, 3), *zoo.block(second, 3), Flatten(), Dense(10)))


def _full(first: int, second: int) -> Net:
    """Two convolutions of 5×5 on the whole image: 16 values a map go into the dense layer."""
    return Net(zoo.MNIST, (*zoo.block(first, 5), *zoo.block(second, 5), Flatten(), Dense(10)))


CANDIDATES = {
    "softmax, 7×7": _means(4),
    "softmax, 14×14": _means(2),
    SOFTMAX: Net(zoo.MNIST, (Flatten(), Dense(10))),
    **{f"one conv: {channels}": _one(channels) for channels in (2, 3, 4, 6, 8, 16)},
    **{f"two conv: {a}, {b}": _two(a, b) for a, b in ((3, 6), (4, 6), (4, 8), (6, 12), (8, 16))},
    **{f"two conv 5×5: {a}, {b}": _full(a, b) for a, b in ((4, 8), (8, 16), (16, 32))},
    **W2_NETS,
}
"""Name → net: the grid of the search. W2's nets are in it to be compared under one recipe with the others."""

SOME = (SOFTMAX, "one conv: 3", "one conv: 8", "two conv 5×5: 8, 16", E7A, E7B)
"""What the smaller budgets search."""

SIZES = {name: parameters(net) for name, net in CANDIDATES.items()}


def in_words(net: str) -> str:
    """The layers, without those that only reshape or cut off at zero: "conv 5×5, 4 maps, stride 2; dense 10"."""
    return "; ".join(wording(layer) for layer in CANDIDATES[net].layers if not isinstance(layer, ReLU | Flatten))


# --- trials --------------------------------------------------------------------------------------------------------


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
    """The search, W2's nets in it; at full budget these by the tutorial's recipe as well, of which a part would say nothing."""
    length = Epochs(budget.pick(smoke=2, quick=5, full=4))
    quicker = Recipe(Adam(RATE), length, batch_size=64, evaluate=length)
    tutorials = Recipe(Adam(1e-4), Iterations(20_000), batch_size=50, evaluate=Iterations(2000))
    names = budget.pick(smoke=SOME, quick=SOME, full=tuple(CANDIDATES))
    seeds = budget.seeds(budget.pick(smoke=2, quick=4, full=4))
    few = seeds[: budget.pick(smoke=1, quick=1, full=3)]  # a run of E7b takes as long as all others of its seed
    return [
        *(_trial(budget, name, SEARCH, quicker, seed) for name in names for seed in (few if name == E7B else seeds)),
        *(_trial(budget, name, W2, tutorials, seed) for name in W2_NETS for seed in few if budget.name == "full"),
    ]


def _trial(budget: Budget, name: str, label: str, recipe: Recipe, seed: int) -> Trial:
    return Trial(
        train_and_validate,
        {
            "seed": seed,
            "net": CANDIDATES[name],
            "recipe": recipe,
            "train_examples": budget.pick(smoke=1000, quick=7000, full=55_000),
            "validation_examples": budget.pick(smoke=200, quick=2000, full=5000),
            "test_examples": budget.pick(smoke=500, quick=4000, full=None),
        },
        inputs={"data": Data("mnist")},
        tags={"net": name, "recipe": label},
    )
