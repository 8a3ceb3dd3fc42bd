"""How much of what one core can do the nets of E13 use: their training against a product of square matrices.

Both run on one thread, in turns, in the precision that training chooses here. An example takes two operations for each
multiplication: one pass forward and two back, of which the first layer needs but one, since nobody asks for the gradient
of an image. Only the steps of training are timed, as ``train_classifier`` takes them; the ratio is the median over the rounds.
Seconds are the processor's own, so that other work on the machine matters less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
import unittest.mock
from functools import partial
from dataclasses import replace

import numpy as np
import torch

from experiments import live
from experiments.data.datasets import Images
from experiments.e13_capacity import recipe
from experiments.nets import Net, multiplications
from experiments.pooling import BLOCK
from experiments.training import Epochs, machine, resolved, train_classifier
from experiments.zoo import CAPACITIES, capacity
from report.model import Budget

TARGET = 0.35  # of the widest net
SIDES = (512, 1024, 2048)


class _Clock:
    """A trial's context that notes when each iteration ended."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def progress(self, done: int, total: int, **numbers: float) -> None:
        self.times.append(time.process_time())

    def checkpoint(self, state: bytes) -> None: ...

    def resume(self) -> None: ...


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks capacity", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a round of one net is, roughly (default 2)")
    options = parser.parse_args(arguments)

    torch.set_num_threads(1)
    print(f"1 thread; load {os.getloadavg()[0]:.1f}; {machine()}")
    for channels in CAPACITIES:
        net = capacity(*channels)
        precision = resolved("auto", net, machine())
        rates, products, gains = [], [], []
        examples = examples_for(net, options.seconds)
        for _ in range(options.rounds):
            products.append(max(product_rate(side, precision) for side in SIDES))
            rates.append(training_rate(net, examples))
            with unittest.mock.patch.object(live, "halving_max_pool", partial(torch.nn.MaxPool2d, 2)):
                gains.append(rates[-1] / training_rate(net, examples) if channels[0] % BLOCK else 1.0)
        done = operations(net)
        ratio = statistics.median(rate * done / product for rate, product in zip(rates, products))
        verdict = f" (target {TARGET:.0%}: {'met' if ratio >= TARGET else 'missed'})" if channels == CAPACITIES[-1] else ""
        rate, product = statistics.median(rates), statistics.median(products)
        print(
            f"{channels!s:<10} {precision}: {rate:,.0f} samples/s of {done / 1e6:.1f} million operations: "
            f"{rate * done / 1e9:.0f} of {product / 1e9:.0f} GFLOP/s, {ratio:.0%}{verdict}; "
            f"{statistics.median(gains):.2f} times the speed with torch's pooling",
            flush=True,
        )


def operations(net: Net) -> int:
    """Of one example in one step of training: multiplications and additions."""
    first = Net(net.input, net.layers[:1])
    return 2 * (3 * multiplications(net) - multiplications(first))


def examples_for(net: Net, seconds: float) -> int:
    """About as many examples as a core of 50 GFLOP/s trains on in that time, at least eight batches."""
    return max(8 * recipe(Budget("full")).batch_size, int(seconds * 5e10 / operations(net)))


def training_rate(net: Net, examples: int) -> float:
    """Samples a second of the recipe of E13, on noise: what the pixels are makes no difference to the speed."""
    random, clock = np.random.default_rng(0), _Clock()
    images = random.integers(256, size=(examples, 32, 32, 3), dtype=np.uint8)
    labels = random.integers(10, size=examples)
    data = Images("noise", images, labels, images[:64], labels[:64], tuple(map(str, range(10))), True, "noise")
    full = recipe(Budget("full"))
    train_classifier(clock, seed=0, net=net, recipe=replace(full, length=Epochs(1)), data=data)
    # the first steps choose their kernels; the last may be short
    return full.batch_size * (len(clock.times) - 3) / (clock.times[-2] - clock.times[1])


def product_rate(side: int, precision: str) -> float:
    """Operations a second of a product of two matrices of so many rows and columns."""
    left, right = (torch.randn(side, side).to(getattr(torch, precision)) for _ in range(2))
    left @ right
    times = max(3, int(4e9 / side**3))
    began = time.process_time()
    for _ in range(times):
        left @ right
    return 2 * side**3 * times / (time.process_time() - began)
