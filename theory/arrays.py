"""What a live witness is handed, numbers and lists, as arrays in double precision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Signal = Callable[[int], float]
Vector = list[float]
Matrix = list[list[float]]


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
