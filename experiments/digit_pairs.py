"""Pairs of handwritten digits, one above the other, and the trials that learn their sums or add readings of digits up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from experiments.nets import Net, weights
from experiments.training import Examples, Recipe, fit, mistakes, outputs, pixels, spread
from report.model import Context, Result

if TYPE_CHECKING:
    from collections.abc import Sequence

    from experiments.data.datasets import Images

SUMS = 19  # 0 + 0 to 9 + 9


# --- pairs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Pairs:
    """Images of two digits, the first above the second: ``images`` (n, 56, 28) and ``digits`` (n, 2), both uint8."""

    images: np.ndarray
    digits: np.ndarray

    @property
    def sums(self) -> np.ndarray:
        """(n,) int64, from 0 to 18."""
        return self.digits.sum(1, dtype=np.int64)


def paired(images: np.ndarray, labels: np.ndarray, n: int, draw: np.random.Generator) -> Pairs:
    """``n`` pairs of digits, each drawn from all of them alike."""
    chosen = draw.integers(len(labels), size=(n, 2))
    _, height, width = images.shape
    return Pairs(images[chosen].reshape(n, 2 * height, width), labels[chosen].astype(np.uint8))


def examples(train: Pairs, test: Pairs) -> tuple[Examples, Examples]:
    """Both with pixels shifted and scaled so that they have mean 0 and deviation 1 over the training pairs: in place, since
    60 000 pairs take 376 MB."""
    inputs = pixels(train.images)
    mean, deviation = inputs.mean(), inputs.std(correction=0)
    held = pixels(test.images)
    for batch in (inputs, held):
        batch.sub_(mean).div_(deviation)
    return Examples(inputs, torch.from_numpy(train.sums)), Examples(held, torch.from_numpy(test.sums))


# --- trials --------------------------------------------------------------------------------------------------------


def learn_sums(
    context: Context,
    *,
    seed: int,
    net: Net,
    recipe: Recipe,
    train_pairs: int,
    test_pairs: int,
    data: Images,
    keep: Sequence[str] = (),
) -> Result:
    """Train ``net`` on the sums of pairs of training digits and measure it on pairs of test digits, all drawn by the seed.

    Arrays, of the test pairs: ``predictions`` (n,) and ``digits`` (n, 2); of the wrong ones that lost most ``mistake_images``,
    ``mistake_digits`` and ``mistake_predictions``. ``keep`` may name "weights", one array a parameter.
    """
    train = paired(data.train_images, data.train_labels, train_pairs, np.random.default_rng((seed, 0)))
    test = paired(data.test_images, data.test_labels, test_pairs, np.random.default_rng((seed, 1)))
    learned, held = examples(train, test)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=learned, test=held)
    found = outputs(fitted.module, held.inputs)
    read, worst = found.argmax(1).to(torch.uint8).numpy(), mistakes(found, held.targets).numpy()
    arrays = {
        **(weights(fitted.module) if "weights" in keep else {}),
        "predictions": read,
        "digits": test.digits,
        "mistake_images": test.images[worst],
        "mistake_digits": test.digits[worst],
        "mistake_predictions": read[worst],
    }
    return Result(fitted.final, fitted.history, arrays, fitted.diverged)


def add_readings(context: Context, *, seed: int, reader: Result, data: Images) -> Result:
    """How often the sum is right if a classifier of single digits reads two test digits, each drawn from all alike.

    ``reader`` has the ``predictions`` for test digits that are spread evenly, as ``train_classifier`` keeps them. With P(e) the
    share that it reads too high by e, the sum is off by e with probability (P ∗ P)(e): exact, without drawing a pair.
    """
    context.progress(1, 1)
    read = reader.arrays["predictions"].astype(np.int64)
    labels = data.test_labels[spread(len(data.test_labels), len(read))]
    once = np.bincount(read - labels + 9, minlength=SUMS) / len(read)  # off by −9 … 9
    twice = np.convolve(once, once)  # off by −18 … 18
    return Result(
        {
            "digit_accuracy": once[9],
            "test_accuracy": twice[18],
            "both_right": once[9] ** 2,
            "cancelling": twice[18] - once[9] ** 2,
        },
        arrays={"off_by": twice},
    )
