"""T5: a linear, shift-invariant operator is convolution with its impulse response."""

from __future__ import annotations

from collections.abc import Callable

import torch

from report.proof import (
    Derivation, Live, Step, algebra, contraction, define, definition, integer, linearity, operator, part, refuted,
    shift_invariance, signal,
)  # fmt: skip
from theory.arrays import REACH, Signal, convolved, laid_out
from theory.vocabulary import CONV

Operator = Callable[[Signal], Signal]


def unit_impulse(i: int) -> int:
    """δ(i)."""
    return int(i == 0)


def by_conv1d(L: Operator, x: Signal, i: int) -> float:
    """(x ∗ L[δ])(i), the impulse response measured on the operator and convolved by torch."""
    return convolved(x, L(unit_impulse), i)


def from_impulses(x: Signal, i: int) -> float:
    """x(i), put together from impulses by torch: each row of the identity is one."""
    weights = laid_out(x)[0, 0]
    return float((weights @ torch.eye(len(weights), dtype=torch.float64))[i + REACH])


DERIVATION = Derivation(
    id="T5",
    title="Linear and shift invariant means convolution",
    question="""An operator `L` takes signals to signals and is linear and shift invariant; nothing else is known of it.
    What can it be?""",
    symbols=[
        signal("x", "a signal with finite support"),
        signal("f", "another"),
        operator("L", "an operator on signals", linear=True, invariant=True),
        integer("i", "a place"),
    ],
    definitions=[
        CONV,
        define("l(i)", "L(lambda m: delta(m))(i)", "the impulse response of `L`", symbols=[integer("i", "a place")]),
    ],
    parts=[
        part(
            "A signal is a sum of impulses",
            "x(i) == sum(x(k)*delta(i - k) for k in Z)",
            contraction(),
            intro="""`L` takes a whole signal and makes another, of which one may ask the value at a place: `L(x)(i)`. (Of
            the value `x(i)` alone, which W4 gives it, it can make nothing.) Now as a function of `i`, `delta(i - k)` is the
            unit impulse: one at place `k`, and zero everywhere else.""",
            live=[Live("torch eye", from_impulses)],
        ),
        part(
            "The operator is a convolution",
            "L(x)(i) == conv(x, l)(i)",
            Step("L(lambda m: sum(x(k)*delta(m - k) for k in Z))(i)", algebra("the signal as its sum of impulses")),
            Step("sum(x(k)*L(lambda m: delta(m - k))(i) for k in Z)", linearity("L")),
            Step("sum(x(k)*L(lambda m: delta(m))(i - k) for k in Z)", shift_invariance("L")),
            Step("sum(x(k)*l(i - k) for k in Z)", definition("l", words="the impulse response, by definition")),
            definition("conv"),
            intro=("Apply `L` to that sum. It has finitely many terms that are not zero, so linearity may take `L` inside."),
            scope="""Shown for signals with finite support, for which linearity is all that the second step needs. A layer
            of a network sees a finite window, so its output at one place is that for the signal cut off outside the window,
            and the result carries over to every signal. Without a window, linearity alone does not reach infinite sums:
            taking the limit of a convergent signal at infinity is linear and shift invariant, has the impulse response
            zero, and is not zero. There `L` must be continuous as well.""",
            live=[Live("torch conv1d", by_conv1d)],
        ),
        part(
            "The kernel is unique",
            "conv(f, lambda m: delta(m))(i) == f(i)",
            Step("sum(f(k)*delta(i - k) for k in Z)", definition("conv")),
            contraction(),
            intro="""No other kernel will do: an operator that convolves with `f` answers the unit impulse with `f` (the
            order does not matter, by T4).""",
        ),
    ],
    conclusion="""On signals with finite support `L` is convolution with its own impulse response, `L(x)(i) == conv(x, l)(i)`;
    the impulse response is all there is to know of it.""",
    comment="""Whoever asks of a linear layer that it treat every place alike has asked for a convolution layer. Its weights
    are its answer to a single lit pixel, and can be read off from that answer.""",
    claims={
        "operator_takes_scalars": refuted(
            "An operator is applied to the value at a place, a number.", by="The operator is a convolution"
        )
    },
)
