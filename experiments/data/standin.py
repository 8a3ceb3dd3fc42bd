"""A stand-in for CIFAR-10 where the real one cannot be had: MNIST digits over crops of a photograph, 32×32 RGB, ten classes.

Made as MNIST-M is (Ganin et al., 2016): the absolute difference, channel by channel, of a random crop and a digit. It lets
every network run and every figure be drawn; its numbers say nothing about CIFAR-10 and are not to be held against it. The
photograph is the one that ships with matplotlib; train and test share it, which tells nothing about their labels.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from experiments.data.files import Arrays

SOURCE = "stand-in: MNIST digits over crops of a photograph (after MNIST-M); not CIFAR-10"
CLASSES = tuple(f"digit {digit}" for digit in range(10))
TRAIN, TEST = 50_000, 10_000
SIDE, DIGIT = 32, 28
SEED = 10


def make(digits: Arrays) -> dict[str, np.ndarray]:
    """The four arrays, shaped like CIFAR-10's, from MNIST's: its first 50 000 training and its 10 000 test digits."""
    photograph = _photograph()
    train_seed, test_seed = np.random.SeedSequence(SEED).spawn(2)
    train, test = digits["train_images"][:TRAIN], digits["test_images"][:TEST]
    return {
        "train_images": _blend(train, photograph, np.random.default_rng(train_seed)),
        "train_labels": np.array(digits["train_labels"][:TRAIN]),
        "test_images": _blend(test, photograph, np.random.default_rng(test_seed)),
        "test_labels": np.array(digits["test_labels"][:TEST]),
    }


def _photograph() -> np.ndarray:
    """Any photograph among matplotlib's sample data, uint8 (height, width, 3)."""
    import matplotlib as mpl
    from PIL import Image

    file = min(Path(mpl.get_data_path(), "sample_data").glob("*.jpg"))
    with Image.open(file) as image:
        return np.asarray(image.convert("RGB"))


def _blend(digits: np.ndarray, photograph: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Each digit at a random place of a random crop: |crop − digit|, uint8 (N, 32, 32, 3)."""
    height, width, _ = photograph.shape
    crops = np.lib.stride_tricks.sliding_window_view(photograph, (SIDE, SIDE), axis=(0, 1))  # (rows, columns, 3, 32, 32)
    tops = random.integers(height - SIDE + 1, size=len(digits))
    lefts = random.integers(width - SIDE + 1, size=len(digits))
    downs, rights = random.integers(SIDE - DIGIT + 1, size=(2, len(digits)))
    images = np.ascontiguousarray(crops[tops, lefts].transpose(0, 2, 3, 1))
    for image, digit, down, right in zip(images, digits, downs, rights):
        place = image[down : down + DIGIT, right : right + DIGIT]
        place[:] = np.abs(place.astype(np.int16) - digit[..., None])
    return images
