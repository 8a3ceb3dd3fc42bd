"""The networks whose parameters the write-ups count, as W2 and W4 describe them; the experiments train these same objects."""

from __future__ import annotations

from typing import Literal

from experiments.nets import AvgPool, Conv, Dense, Dropout, Flatten, Layer, MaxPool, Net, ReLU

MNIST, CIFAR = (1, 28, 28), (3, 32, 32)
CAPACITIES = ((3, 8), (6, 16), (12, 32), (24, 64), (48, 128), (96, 256))
"""The channels of E13's two convolutions."""


def block(maps: int, kernel: int, padding: int | Literal["same"] = 0) -> tuple[Layer, ...]:
    """A convolution with ReLU, pooled in 2×2 windows."""
    return Conv(maps, kernel, padding=padding), ReLU(), MaxPool(2)


TUTORIAL = Net(MNIST, (*block(32, 5, "same"), *block(64, 5, "same"), Flatten(), Dense(1024), ReLU(), Dense(10)))
"""E5: the tutorial convnet of W2."""

FEWER = Net(MNIST, (*block(32, 5, "same"), *block(64, 3, "same"), Flatten(), Dense(300), ReLU(), Dense(10)))
"""E8: the same with W2's changes, a smaller second convolution and fewer hidden units."""


def with_dropout(net: Net, keep: float) -> Net:
    """``net`` with dropout between all layers that have weights: after each pooling, and before the last dense layer.

    ``keep`` is the probability that a value is kept; at 1 there is nothing to add.
    """
    if keep == 1:
        return net
    layers: list[Layer] = []
    for layer in net.layers:
        before_last = layer is net.layers[-1]
        layers += [Dropout(1 - keep)] * before_last + [layer] + [Dropout(1 - keep)] * isinstance(layer, MaxPool)
    return Net(net.input, tuple(layers))


ONE_CONV = Net(MNIST, (Conv(8, 8, padding="same"), ReLU(), Flatten(), Dense(10)))
"""E7a: one convolution and one dense layer."""

MINIMAL = Net(MNIST, (*block(16, 7, "same"), *block(26, 5, "same"), Flatten(), Dense(1024), ReLU(), Dense(10)))
"""E7b: the net that W2 calls minimal."""


def capacity(first: int, second: int) -> Net:
    """E13: two 5×5 convolutions of so many channels, each with ReLU and pooling, and a dense layer."""
    return Net(CIFAR, (*block(first, 5), *block(second, 5), Flatten(), Dense(10)))


LINEAR = Net(CIFAR, (Conv(12, 5), Conv(32, 5), Flatten(), Dense(10)))
"""E14a: no ReLU and no pooling."""

LINEAR_POOLED = Net(CIFAR, (Conv(12, 5), AvgPool(2), Conv(32, 5), AvgPool(2), Flatten(), Dense(10)))
"""E14b: average pooling, no ReLU."""

LINEAR_DEEP = Net(CIFAR, (Conv(12, 5), Conv(12, 5), Conv(32, 5), Conv(32, 5), Flatten(), Dense(10)))
"""E14c: four linear convolutions."""

SINGLE = Net(CIFAR, (Conv(12, 5), ReLU(), Flatten(), Dense(10)))
"""E15: one convolution, and what it sees."""


NAMED: dict[tuple[str, str], Net] = {
    ("E5", "tutorial"): TUTORIAL,
    ("E7", "one convolution"): ONE_CONV,
    ("E7", "minimal"): MINIMAL,
    **{("E13", f"({first}, {second})"): capacity(first, second) for first, second in CAPACITIES},
    ("E14", "no pooling"): LINEAR,
    ("E14", "average pooling"): LINEAR_POOLED,
    ("E14", "four convolutions"): LINEAR_DEEP,
    ("E15", "one convolution"): SINGLE,
}
"""(experiment, name) → net."""
