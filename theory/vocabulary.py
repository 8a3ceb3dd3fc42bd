"""The field's own names: what each means, and code that computes it without knowing the definition.

Every definition here is checked against its reference wherever it is used, so that a wrong one cannot stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp

from report.proof import define, integer, real, signal

Signal = Callable[[int], Any]


def _logistic(x: Any) -> Any:
    """σ by way of the hyperbolic tangent."""
    return (1 + mp.tanh(mp.mpf(x) / 2)) / 2


def _convolved(f: Signal, g: Signal) -> Signal:
    """Each tap of f adds a scaled and shifted copy of g: polynomials are multiplied this way."""

    def at(i: int) -> Any:
        taps = [(a, f(a)) for a in range(-18, 19)]
        return sum((weight * g(i - a) for a, weight in taps if weight != 0), 0)

    return at


SIGMA = define(
    "sigma(x)",
    "1/(1 + exp(-x))",
    "the logistic sigmoid",
    symbols=[real("x", "a real number", low=-4, high=4)],
    reference=_logistic,
)
RELU = define(
    "relu(x)", "max(0, x)", "the rectified linear unit", latex=r"\operatorname{ReLU}", reference=lambda x: x if x > 0 else 0 * x
)
CONV = define(
    "conv(f, g)(i)",
    "sum(f(k)*g(i - k) for k in Z)",
    "the convolution of two signals",
    latex="*",
    symbols=[signal("f", "a signal"), signal("g", "a signal"), integer("i", "a place")],
    reference=_convolved,
)
SHIFT = define(
    "shift(f, t)(i)",
    "f(i - t)",
    "the signal `f` delayed by `t`",
    latex="S",
    symbols=[signal("f", "a signal"), integer("t", "the delay"), integer("i", "a place")],
    reference=lambda f, t: lambda i: {i + n: f(n + i - t) for n in range(-1, 2)}[i],
)
