"""Two classes of points in the plane that overlap, of which everything is known exactly.

Each class is normal; both have one covariance, lie two standard deviations apart and are equally frequent. So the best
classifier is a straight line, and its error is Φ(−1).
"""

from __future__ import annotations

import math

import numpy as np

CENTRE = np.array([3.0, 2.0])
SPREAD = np.array([[3.0, 2.0], [1.0, -2.0]])  # a point is CENTRE + SPREAD z, with z normal around (±1, 0)


def sample(draw: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` points (2, n), the two classes in turn, and their labels 0 and 1 as (1, n)."""
    labels = (np.arange(n) % 2)[None, :].astype(float)
    hidden = draw.standard_normal((2, n)) + np.array([[1.0], [0.0]]) * (2 * labels - 1)
    return CENTRE[:, None] + SPREAD @ hidden, labels


def bayes_error() -> float:
    """Φ(−d/2), the least error of any classifier, at the Mahalanobis distance d = 2 between the classes."""
    return _normal_tail(1.0)


def line_error(line: np.ndarray) -> float:
    """The exact error of the rule w₁ x₁ + w₂ x₂ + b > 0, for ``line`` (w₁, w₂, b): over the distribution, not over a sample.

    The left-hand side is normal in each class, with mean CENTRE·w + b ± (SPREADᵀ w)₁ and standard deviation |SPREADᵀ w|.
    """
    slope = SPREAD.T @ line[:2]
    middle, deviation = CENTRE @ line[:2] + line[2], np.linalg.norm(slope)
    return (_normal_tail((slope[0] + middle) / deviation) + _normal_tail((slope[0] - middle) / deviation)) / 2


def _normal_tail(distance: float) -> float:
    """P(Z > distance) for a standard normal Z."""
    return math.erfc(distance / math.sqrt(2)) / 2
