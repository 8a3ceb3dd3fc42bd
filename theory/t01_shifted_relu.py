"""T1: units max(t, o) add nothing to a network of ReLUs: the biases around them absorb the threshold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch

from report.proof import (
    Derivation, Live, Step, algebra, counterexample, define, definition, integer, matrix, part, real, refuted, signal,
    using, vector,
)  # fmt: skip
from theory.arrays import Signal, tensor
from theory.vocabulary import RELU

Unit: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"

# --- live networks -------------------------------------------------------------------------------------------------


def dense(at: Any, before: torch.Tensor, after: torch.Tensor, unit: Unit) -> float:
    """Output i of two dense layers with these biases, and ``unit`` between them."""
    linear = torch.nn.functional.linear
    hidden = unit(linear(tensor(at.x), tensor(at.W, at.m, at.n), before))
    return float(linear(hidden, tensor(at.U, at.q, at.m), after)[at.i - 1])


def with_new_biases(at: Any) -> float:
    """A ReLU network with the biases b − τ and c + U τ."""
    tau = tensor(at.tau)
    return dense(at, tensor(at.b) - tau, tensor(at.c) + tensor(at.U, at.q, at.m) @ tau, torch.relu)


THRESHOLDS = Live(
    "torch with threshold units",
    lambda at: dense(at, tensor(at.b), tensor(at.c), lambda values: torch.maximum(tensor(at.tau), values)),
)
BIASES = Live("torch with ReLU and new biases", with_new_biases)
RELUS = Live("torch with ReLU", lambda at: dense(at, tensor(at.b), tensor(at.c), torch.relu))


def convolved(at: Any, unit: Unit, bias: float, padded: int) -> float:
    """A convolution layer over units at places l + 1, …, where the last ``padded`` taps meet zeros."""
    inside = unit(tensor([[[at.z(at.l + k) for k in range(1, at.r - padded + 1)]]]))
    outside = torch.nn.functional.pad(inside, (0, padded))
    return float(torch.nn.functional.conv1d(outside, tensor([[at.u]]), tensor([bias]))[0, 0, 0])


def of_thresholds(at: Any, padded: int = 0) -> float:
    """The layer over threshold units."""
    return convolved(at, lambda values: torch.clamp(values, min=at.t), at.d, padded)


def of_relus(at: Any, padded: int = 0) -> float:
    """The layer over ReLUs, with the biases changed as they are away from the border."""
    return convolved(at, lambda values: torch.relu(values - at.t), at.d + at.t * sum(at.u), padded)


def border_error(at: Any, z: Signal, l: int) -> float:  # noqa: E741
    """What the one is ahead of the other where one tap falls on the padding, for any signal and place."""
    return of_thresholds(at, 1) - of_relus(at, 1)


def two_channels(at: Any) -> float:
    """Two channels of ReLUs, the second of which is one wherever the image is, and zero on the padding."""
    shifted = torch.relu(tensor([at.z(at.l + k) - at.t for k in range(1, at.r - at.a + 1)]))
    hidden = torch.nn.functional.pad(torch.stack([shifted, torch.relu(torch.ones_like(shifted))]), (0, at.a))
    kernel = torch.stack([tensor(at.u), at.t * tensor(at.u)])
    return float(torch.nn.functional.conv1d(hidden[None], kernel[None], tensor([at.d]))[0, 0, 0])


# --- the derivation ------------------------------------------------------------------------------------------------

SUM = "sum(U[i, j]*{} for j in span(1, m))"
TAPS = "sum(u[k]*{} for k in span(1, r))"
SOME = "sum(u[k]*{} for k in span(1, r - a))"
EVERY_UNIT = using("One unit", "every unit by “One unit”", at={"o": "z(l + k)"})

DERIVATION = Derivation(
    id="T1",
    title="Shifted ReLU",
    question="""A unit `f(o, t)` passes its input `o` on where that exceeds a threshold `t`, and gives `t` elsewhere. Can
    networks of such units do anything that networks of ReLUs cannot?""",
    symbols=[
        real("o", "the input of a unit"),
        real("t", "its threshold"),
        integer("n", "the number of inputs of a network", least="1", high=4),
        integer("m", "the number of its hidden units", least="1", high=4),
        integer("q", "the number of its outputs", least="1", high=3),
        vector("x", "n", "its input"),
        matrix("W", "m", "n", "the matrix of the weights before the units"),
        vector("b", "m", "the vector of the biases before them"),
        vector("tau", "m", "the vector of their thresholds, which need not be equal"),
        matrix("U", "q", "m", "the matrix of the weights after the units"),
        vector("c", "q", "the vector of the biases after them"),
        integer("i", "one of the outputs", within=("1", "q")),
        integer("r", "the number of taps of a convolution", least="2", high=4),
        integer("a", "the number of those that fall on the padding", within=("0", "r - 1")),
        vector("u", "r", "the vector of the taps"),
        signal("z", "what enters the units of a convolutional network, by place"),
        real("d", "the bias of the convolution"),
        integer("l", "a place"),
    ],
    definitions=[
        RELU,
        define("f(o, t)", "max(t, o)", "the shifted ReLU"),
        define("h[j]", "sum(W[j, k]*x[k] for k in span(1, n))", "what the weights make of the input", shape=["m"]),
        define("bprime[j]", "b[j] - tau[j]", "new biases before", shape=["m"]),
        define("cprime[i]", "c[i] + sum(U[i, j]*tau[j] for j in span(1, m))", "new biases after", shape=["q"]),
    ],
    parts=[
        part(
            "One unit",
            "f(o, t) == relu(o - t) + t",
            Step("max(t, o)", definition("f")),
            Step("max(0, o - t) + t", algebra("take `t` out of the maximum")),
            definition("relu"),
            live=[Live("torch clamp", lambda at: torch.clamp(tensor(at.o), min=at.t))],
        ),
        part(
            "One unit, the other way",
            "relu(o) == f(o + t, t) - t",
            Step("(relu((o + t) - t) + t) - t", algebra("add and subtract `t`")),
            using("One unit", at={"o": "o + t"}),
        ),
        part(
            "From thresholds to ReLU",
            f"c[i] + {SUM.format('f(h[j] + b[j], tau[j])')} == cprime[i] + {SUM.format('relu(h[j] + bprime[j])')}",
            Step(
                f"c[i] + {SUM.format('(relu(h[j] + b[j] - tau[j]) + tau[j])')}",
                using("One unit", "every unit by “One unit”", at={"o": "h[j] + b[j]", "t": "tau[j]"}),
            ),
            Step(
                f"(c[i] + {SUM.format('tau[j]')}) + {SUM.format('relu(h[j] + (b[j] - tau[j]))')}",
                algebra("split the sum, and collect what does not depend on the input"),
            ),
            definition("bprime", "cprime", words="call these biases `bprime` and `cprime`"),
            intro="""Between two dense layers, then, the threshold moves into biases that are there anyway: the layer before
            loses it, the layer after gains what its weights make of it.""",
            live=[THRESHOLDS, BIASES],
        ),
        part(
            "From ReLU to thresholds",
            f"c[i] + {SUM.format('relu(h[j] + b[j])')}"
            f" == (c[i] - {SUM.format('tau[j]')}) + {SUM.format('f(h[j] + (b[j] + tau[j]), tau[j])')}",
            Step(
                f"c[i] + {SUM.format('(f(h[j] + b[j] + tau[j], tau[j]) - tau[j])')}",
                using(
                    "One unit, the other way", "every unit by “One unit, the other way”", at={"o": "h[j] + b[j]", "t": "tau[j]"}
                ),
            ),
            algebra("split the sum, and collect what does not depend on the input"),
            intro="""Back again: whatever thresholds are prescribed, the network of threshold units reaches every ReLU
            network, by biases that undo them.""",
            live=[RELUS],
        ),
        part(
            "Convolution without padding",
            f"d + {TAPS.format('f(z(l + k), t)')}"
            f" == (d + t*sum(u[k] for k in span(1, r))) + {TAPS.format('relu(z(l + k) - t)')}",
            Step(f"d + {TAPS.format('(relu(z(l + k) - t) + t)')}", EVERY_UNIT),
            algebra("split the sum"),
            intro="""A convolution has one bias for all places, so what is absorbed must be the same at every place `l`.
            Take one channel; several add up. As long as all taps lie on the image, it is the same:""",
            live=[Live("torch conv1d", lambda at: of_thresholds(at)), Live("torch conv1d of ReLU", lambda at: of_relus(at))],
        ),
        part(
            "Convolution with zero padding",
            f"d + {SOME.format('f(z(l + k), t)')}"
            f" == (d + t*sum(u[k] for k in span(1, r - a))) + {SOME.format('relu(z(l + k) - t)')}",
            Step(f"d + {SOME.format('(relu(z(l + k) - t) + t)')}", EVERY_UNIT),
            algebra("split the sum"),
            intro="""Near the border of a zero-padded image the last `a` taps, say, meet the zeros that were padded, not
            `t`. What has to be absorbed now depends on `a`, and so on the place:""",
            live=[Live("padded torch conv1d", lambda at: of_thresholds(at, at.a))],
        ),
        part(
            "At the border one bias is not enough",
            "(d + t*sum(u[k] for k in span(1, r - 1))) - (d + t*sum(u[k] for k in span(1, r))) == -t*u[r]",
            algebra("all taps but the last cancel"),
            intro="""Away from the border the bias has absorbed all taps. At the last place, where one tap falls on the
            padding, it should have absorbed one less. There the layer of ReLUs is wrong, by the difference of the two
            biases:""",
            live=[Live("padded torch conv1d", border_error)],
        ),
        part(
            "What repairs the border",
            f"d + {SOME.format('f(z(l + k), t)')}"
            " == d + sum(u[k]*relu(z(l + k) - t) + (t*u[k])*relu(1) for k in span(1, r - a))",
            Step(f"d + {SOME.format('(relu(z(l + k) - t) + t)')}", EVERY_UNIT),
            definition("relu", words="multiply out; ReLU leaves one as it is"),
            intro="""One more channel repairs it: a unit with weights zero and bias one is one everywhere on the image and
            zero on the padding. With weights `t*u[k]` it adds what is missing for just the taps that lie on the image.
            (Padding the ReLUs with minus `t` would do as well, or the threshold units with `t`.)""",
            live=[Live("torch conv1d on two channels", two_channels)],
        ),
        counterexample(
            "The maximum is not linear",
            "f(o + d, 0) == f(o, 0) + f(d, 0)",
            at={"o": "1", "d": "-1"},
            values=("0", "1"),
            intro="W1 calls the maximum a linear operation, which weights can do anyway. It is none:",
        ),
        part(
            "Without biases, twice the input is twice the output",
            f"{SUM.format('relu(2*h[j])')} == 2*{SUM.format('relu(h[j])')}",
            Step(SUM.format("max(0, 2*h[j])"), definition("relu")),
            Step(f"2*{SUM.format('max(0, h[j])')}", algebra("take the factor out of the maximum, and of the sum")),
            definition("relu"),
            intro="The biases are needed. Without them a network of ReLUs doubles its output when its input is doubled:",
        ),
        counterexample(
            "A threshold does not double",
            "f(2*o, t) == 2*f(o, t)",
            at={"o": "0", "t": "1"},
            values=("1", "2"),
            intro="A unit with a threshold need not do so. There the class of the threshold units is the larger one:",
        ),
    ],
    conclusion="""No, as long as there are biases (“From thresholds to ReLU”). `f(o, t) == relu(o - t) + t`, and both shifts
    move into biases, so two dense layers with threshold units between them are two dense layers with ReLUs between them,
    with the same weights and other biases (“From thresholds to ReLU”), and the other way round (“From ReLU to thresholds”).
    More layers follow one layer of units at a time, as long as a layer with biases follows the units: either part may be
    used again on the layers that come after (“From thresholds to ReLU”). Convolutions without padding are covered too
    (“Convolution without padding”); with zero padding the same holds away from the border (“Convolution with zero padding”),
    and everywhere with one more channel (“What repairs the border”).""",
    comment="""A learnable threshold is a parameter that the network has already. It changes where training starts and how
    fast it goes, because the same function has other coordinates, but not what can be learnt. And a constant that is moved
    through a padded convolution must be padded with its own value, not with zero: the same trap awaits whoever folds a
    normalisation of the input, or a batch normalisation, into the next convolution.""",
    claims={
        "shift_needs_no_bias": refuted(
            "Shifting a ReLU is a linear operation, which weights can do without biases.", by="The maximum is not linear"
        )
    },
)
