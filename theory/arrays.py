"""What a live witness is handed, numbers and lists, as arrays in double precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Signal = Callable[[int], float]
Vector = list[float]
Matrix = list[list[float]]


REACH = 40
"""Farther than any signal reaches that a witness draws."""


def tensor(values: Any, *shape: int) -> torch.Tensor:
    """In this shape, if one is given: a matrix of one column comes as a list, one of one entry as a number."""
    found = torch.tensor(values, dtype=torch.float64)
    return found.reshape(shape) if shape else found


def leaf(values: Any, *shape: int) -> torch.Tensor:
    """The same, to differentiate by."""
    return tensor(values, *shape).requires_grad_()


def table(rows: Any) -> np.ndarray:
    """The rows of a matrix, whatever its number of columns."""
    return np.asarray(rows, dtype=float).reshape(len(rows), -1)


def laid_out(x: Signal, start: int = -REACH, length: int = 2 * REACH + 1) -> torch.Tensor:
    """x(start), …, x(start + length − 1) as one channel of one example."""
    return tensor([[[x(start + m) for m in range(length)]]])


def convolved(x: Signal, f: Signal, i: int) -> float:
    """(x ∗ f)(i) by a convolution layer; it correlates, so its kernel is f reversed."""
    return float(torch.nn.functional.conv1d(laid_out(x), laid_out(f).flip(-1), padding=2 * REACH)[0, 0, i + 2 * REACH])
