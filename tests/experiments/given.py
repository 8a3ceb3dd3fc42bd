"""What tests of several experiments begin with: made-up images, and the digests of trials."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, partial

import numpy as np

from experiments.data.datasets import Images
from experiments.training import machine
from report.cache.fingerprint import fingerprint
from report.cache.reach import Sources
from report.model import Trial
from tests.project import ROOT, read_before

NEVER_READ = {f"E12.too_large_first_{part}_{what}" for part in ("train", "validation") for what in ("loss", "accuracy")}
"""What W3 has of its run at a rate far too large; of ours at such a rate none lives to its first row, and the pages say so."""


def bright_squares(train: int, test: int) -> Images:
    """Ten classes of noisy images, one bright square each, and unique enough to be told apart."""
    labels = np.arange(train + test) % 10
    images = np.random.default_rng(0).integers(0, 60, (train + test, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        image[2 * label : 2 * label + 6, 3:9] = 250
    return Images(
        "mnist", images[:train], labels[:train], images[train:], labels[train:], tuple("0123456789"), False, "made up"
    )


def digests(trials: Iterable[Trial]) -> dict[str, str]:
    """What the results of trials on MNIST are kept under, by their labels."""
    found = partial(fingerprint, data={"mnist": "digest"}, machine=machine(), sources=sources())
    return {trial.label: found(trial).digest for trial in trials}


@cache
def sources() -> Sources:
    """Read once: that takes longer than all else here."""
    return Sources(ROOT, read_before(), {"experiments.training.machine": machine()})
