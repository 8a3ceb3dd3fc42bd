"""The nets that E7 searches, and what its runs say of them: which are on the frontier, and which is the smallest that will do.

A net is chosen by digits that were set aside in training, never by test digits.
"""

from __future__ import annotations

import math

from experiments import zoo
from experiments.looks import SOFTMAX
from experiments.nets import AvgPool, Conv, Dense, Flatten, Layer, MaxPool, Net, ReLU, parameters, wording
from report.model import Holds, MissingResult, Runs
from report.stats import at_least, mean

TARGET = 0.9605  # W2's test accuracy of E7a
TARGET_WORDS = f"{100 * TARGET:.2f} %"


# --- the nets ------------------------------------------------------------------------------------------------------

E7A, E7B = "E7a", "E7b"
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
    SOFTMAX: Net(zoo.MNIST, (Flatten(), Dense(10))),
    **{f"one conv: {channels}": _one(channels) for channels in (2, 3, 4, 6, 8, 16)},
    **{f"two conv: {a}, {b}": _two(a, b) for a, b in ((3, 6), (4, 6), (4, 8), (6, 12), (8, 16))},
    **{f"two conv 5×5: {a}, {b}": _full(a, b) for a, b in ((4, 8), (8, 16), (16, 32))},
    E7A: zoo.ONE_CONV,
}
"""Name → net: the grid of the search. E7a is in it to be compared under the recipe of the search, too."""

SOME = (SOFTMAX, "one conv: 3", "one conv: 8", "two conv 5×5: 8, 16")
"""What the quick budget searches."""


# --- reading the runs ----------------------------------------------------------------------------------------------


def accuracies(runs: Runs, net: str, part: str = "test", recipe: str = "search") -> dict[int, float]:
    """Seed → the share of digits read: "train", "validation" or "test"."""
    return runs.where(net=net, recipe=recipe).scalar(f"{part}_accuracy")


def searched(runs: Runs) -> list[str]:
    """The nets of the search that have a result, the smallest first."""
    found = {str(o.trial.tags["net"]) for o in runs.where(recipe="search").converged()}
    return sorted(found, key=lambda net: parameters(CANDIDATES[net]))


def frontier(runs: Runs) -> list[str]:
    """The nets that read more validation digits, on average, than every smaller net of the search does."""
    best, found = -math.inf, []
    for net in searched(runs):
        accuracy = mean(accuracies(runs, net, "validation"))
        if accuracy > best:
            best = accuracy
            found.append(net)
    return found


def smallest(runs: Runs) -> str | None:
    """The smallest net whose mean validation accuracy is at least the target by its 95 % interval: no lucky seed will do."""
    reach = (net for net in searched(runs) if at_least(accuracies(runs, net, "validation"), TARGET).holds is Holds.YES)
    return next(reach, None)


def best_below(runs: Runs, limit: float) -> str:
    """Of the nets of the search with fewer parameters than ``limit``, the one that reads most validation digits."""
    small = [net for net in searched(runs) if parameters(CANDIDATES[net]) < limit]
    if not small:
        raise MissingResult(f"no net with fewer than {limit:g} parameters was searched")
    return max(small, key=lambda net: mean(accuracies(runs, net, "validation")))


def in_words(net: Net) -> str:
    """The layers, without those that only reshape or cut off at zero: "conv 5×5, 4 maps, stride 2; dense 10"."""
    return "; ".join(wording(layer) for layer in net.layers if not isinstance(layer, ReLU | Flatten))
