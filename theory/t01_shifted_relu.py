"""T1: units max(t, o) add nothing to a network of ReLUs: the biases around them absorb the threshold."""

from __future__ import annotations

from collections.abc import Callable

import torch

from report.proof import (
    Derivation, Live, Part, Step, algebra, counterexample, define, definition, integer, matrix, real, refuted, signal,
    using, vector,
)  # fmt: skip
from theory.vocabulary import RELU

Signal = Callable[[int], float]
Vector = list[float]
Matrix = list[list[float]]


def tensor(values: object) -> torch.Tensor:
    """Float64, as the formulas need it."""
    return torch.tensor(values, dtype=torch.float64)


def rows(values: Matrix | Vector | float, m: int, n: int) -> torch.Tensor:
    """An m×n matrix, whose witness may have received it as a vector or as a number."""
    return tensor(values).reshape(m, n)


# --- live networks -------------------------------------------------------------------------------------------------


def threshold_unit(o: float, t: float) -> float:
    """max(t, o) as torch clamps."""
    return float(torch.clamp(tensor(o), min=t))


def dense_network(
    W: Matrix, b: torch.Tensor, U: Matrix, c: torch.Tensor, x: Vector, unit: Callable[..., torch.Tensor]
) -> torch.Tensor:
    """The outputs of two dense layers with ``unit`` between them."""
    m, n, q = len(b), len(x), len(c)
    linear = torch.nn.functional.linear
    return linear(unit(linear(tensor(x), rows(W, m, n), b)), rows(U, q, m), c)


def with_thresholds(W: Matrix, b: Vector, U: Matrix, c: Vector, x: Vector, tau: Vector, i: int) -> float:
    """Output i of the network of threshold units."""
    return float(dense_network(W, tensor(b), U, tensor(c), x, lambda z: torch.maximum(tensor(tau), z))[i - 1])


def with_new_biases(W: Matrix, b: Vector, U: Matrix, c: Vector, x: Vector, tau: Vector, i: int) -> float:
    """Output i of a ReLU network with the biases b − τ and c + U τ."""
    before, after = tensor(b) - tensor(tau), tensor(c) + rows(U, len(c), len(b)) @ tensor(tau)
    return float(dense_network(W, before, U, after, x, torch.relu)[i - 1])


def with_relu(W: Matrix, b: Vector, U: Matrix, c: Vector, x: Vector, i: int) -> float:
    """Output i of a ReLU network."""
    return float(dense_network(W, tensor(b), U, tensor(c), x, torch.relu)[i - 1])


def convolved(
    hidden: Callable[[torch.Tensor], torch.Tensor],
    z: Signal,
    u: Vector,
    d: float,
    l: int,  # noqa: E741
    padded: int,
) -> float:
    """A convolution layer over ``hidden`` values at places l + 1, …, where the last ``padded`` taps meet zeros."""
    inside = hidden(tensor([[[z(l + k) for k in range(1, len(u) - padded + 1)]]]))
    outside = torch.nn.functional.pad(inside, (0, padded))
    return float(torch.nn.functional.conv1d(outside, tensor([[u]]), tensor([d]))[0, 0, 0])


def valid_convolution(z: Signal, t: float, u: Vector, d: float, l: int) -> float:  # noqa: E741
    """A convolution layer over threshold units, without padding."""
    return convolved(lambda values: torch.clamp(values, min=t), z, u, d, l, 0)


def valid_convolution_of_relus(z: Signal, t: float, u: Vector, d: float, l: int) -> float:  # noqa: E741
    """A convolution layer over ReLUs, with the biases changed."""
    return convolved(lambda values: torch.relu(values - t), z, u, d + t * sum(u), l, 0)


def padded_convolution(z: Signal, t: float, u: Vector, d: float, l: int, a: int) -> float:  # noqa: E741
    """A convolution layer over threshold units where the last a taps fall on the padding."""
    return convolved(lambda values: torch.clamp(values, min=t), z, u, d, l, a)


def border_error(z: Signal, t: float, u: Vector, d: float, l: int) -> float:  # noqa: E741
    """Where one tap falls on the padding: the layer over threshold units, less the one over ReLUs with the inner bias."""
    of_relus = convolved(lambda values: torch.relu(values - t), z, u, d + t * sum(u), l, 1)
    return padded_convolution(z, t, u, d, l, 1) - of_relus


def two_channels(z: Signal, t: float, u: Vector, d: float, l: int, a: int) -> float:  # noqa: E741
    """The same over two channels of ReLUs, the second of which is one wherever the image is, and zero on the padding."""
    shifted = torch.relu(tensor([z(l + k) - t for k in range(1, len(u) - a + 1)]))
    hidden = torch.nn.functional.pad(torch.stack([shifted, torch.relu(torch.ones_like(shifted))]), (0, a))
    kernel = torch.stack([tensor(u), t * tensor(u)])
    return float(torch.nn.functional.conv1d(hidden[None], kernel[None], tensor([d]))[0, 0, 0])


THRESHOLDS = Live("torch, threshold units", with_thresholds)
BIASES = Live("torch, ReLU and new biases", with_new_biases)

# --- the derivation ------------------------------------------------------------------------------------------------

SUM = "sum(U[i, j]*{} for j in span(1, m))"
TAPS = "sum(u[k]*{} for k in span(1, r))"
SOME = "sum(u[k]*{} for k in span(1, r - a))"

DERIVATION = Derivation(
    id="T1",
    title="Shifted ReLU",
    question=(
        "A unit `f(o, t)` passes its input `o` on where that exceeds a threshold `t`, and gives `t` elsewhere. Can networks "
        "of such units do anything that networks of ReLUs cannot?"
    ),
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
        Part(
            "One unit",
            "f(o, t) == relu(o - t) + t",
            [
                Step("max(t, o)", definition("f")),
                Step("max(0, o - t) + t", algebra("take `t` out of the maximum")),
                Step(because=definition("relu")),
            ],
            live=[Live("torch clamp", threshold_unit)],
        ),
        Part(
            "One unit, the other way",
            "relu(o) == f(o + t, t) - t",
            [
                Step("(relu((o + t) - t) + t) - t", algebra("add and subtract `t`")),
                Step(because=using("One unit", at={"o": "o + t"})),
            ],
        ),
        Part(
            "From thresholds to ReLU",
            f"c[i] + {SUM.format('f(h[j] + b[j], tau[j])')} == cprime[i] + {SUM.format('relu(h[j] + bprime[j])')}",
            [
                Step(
                    f"c[i] + {SUM.format('(relu(h[j] + b[j] - tau[j]) + tau[j])')}",
                    using("One unit", "every unit by “One unit”", at={"o": "h[j] + b[j]", "t": "tau[j]"}),
                ),
                Step(
                    f"(c[i] + {SUM.format('tau[j]')}) + {SUM.format('relu(h[j] + (b[j] - tau[j]))')}",
                    algebra("split the sum, and collect what does not depend on the input"),
                ),
                Step(because=definition("bprime", "cprime", words="call these biases `bprime` and `cprime`")),
            ],
            intro=(
                "Between two dense layers, then, the threshold moves into biases that are there anyway: the layer before "
                "loses it, the layer after gains what its weights make of it."
            ),
            live=[THRESHOLDS, BIASES],
        ),
        Part(
            "From ReLU to thresholds",
            f"c[i] + {SUM.format('relu(h[j] + b[j])')}"
            f" == (c[i] - {SUM.format('tau[j]')}) + {SUM.format('f(h[j] + (b[j] + tau[j]), tau[j])')}",
            [
                Step(
                    f"c[i] + {SUM.format('(f(h[j] + b[j] + tau[j], tau[j]) - tau[j])')}",
                    using(
                        "One unit, the other way",
                        "every unit by “One unit, the other way”",
                        at={"o": "h[j] + b[j]", "t": "tau[j]"},
                    ),
                ),
                Step(because=algebra("split the sum, and collect what does not depend on the input")),
            ],
            intro=(
                "Back again: whatever thresholds are prescribed, the network of threshold units reaches every ReLU network, "
                "by biases that undo them."
            ),
            live=[Live("torch, ReLU", with_relu)],
        ),
        Part(
            "Convolution without padding",
            f"d + {TAPS.format('f(z(l + k), t)')}"
            f" == (d + t*sum(u[k] for k in span(1, r))) + {TAPS.format('relu(z(l + k) - t)')}",
            [
                Step(
                    f"d + {TAPS.format('(relu(z(l + k) - t) + t)')}",
                    using("One unit", "every unit by “One unit”", at={"o": "z(l + k)"}),
                ),
                Step(because=algebra("split the sum")),
            ],
            intro=(
                "A convolution has one bias for all places, so what is absorbed must be the same at every place `l`. Take one "
                "channel; several add up. As long as all taps lie on the image, it is the same:"
            ),
            live=[Live("torch conv1d", valid_convolution), Live("torch conv1d of ReLU", valid_convolution_of_relus)],
        ),
        Part(
            "Convolution with zero padding",
            f"d + {SOME.format('f(z(l + k), t)')}"
            f" == (d + t*sum(u[k] for k in span(1, r - a))) + {SOME.format('relu(z(l + k) - t)')}",
            [
                Step(
                    f"d + {SOME.format('(relu(z(l + k) - t) + t)')}",
                    using("One unit", "every unit by “One unit”", at={"o": "z(l + k)"}),
                ),
                Step(because=algebra("split the sum")),
            ],
            intro=(
                "Near the border of a zero-padded image the last `a` taps, say, meet the zeros that were padded, not `t`. "
                "What has to be absorbed now depends on `a`, and so on the place:"
            ),
            live=[Live("torch conv1d, padded", padded_convolution)],
        ),
        Part(
            "At the border one bias is not enough",
            "(d + t*sum(u[k] for k in span(1, r - 1))) - (d + t*sum(u[k] for k in span(1, r))) == -t*u[r]",
            [Step(because=algebra("all taps but the last cancel"))],
            intro=(
                "Away from the border the bias has absorbed all taps. At the last place, where one tap falls on the padding, "
                "it should have absorbed one less. There the layer of ReLUs is wrong, by the difference of the two biases:"
            ),
            live=[Live("torch conv1d, padded", border_error)],
        ),
        Part(
            "What repairs the border",
            f"d + {SOME.format('f(z(l + k), t)')}"
            " == d + sum(u[k]*relu(z(l + k) - t) + (t*u[k])*relu(1) for k in span(1, r - a))",
            [
                Step(
                    f"d + {SOME.format('(relu(z(l + k) - t) + t)')}",
                    using("One unit", "every unit by “One unit”", at={"o": "z(l + k)"}),
                ),
                Step(because=definition("relu", words="multiply out; ReLU leaves one as it is")),
            ],
            intro=(
                "One more channel repairs it: a unit with weights zero and bias one is one everywhere on the image and zero "
                "on the padding, and so counts exactly the taps that lie on the image. (Padding the ReLUs with minus `t` "
                "would do as well, or the threshold units with `t`.)"
            ),
            live=[Live("torch conv1d, two channels", two_channels)],
        ),
        counterexample(
            "The maximum is not linear",
            "f(o + d, 0) == f(o, 0) + f(d, 0)",
            at={"o": "1", "d": "-1"},
            values=("0", "1"),
            intro="W1 calls the maximum a linear operation, which weights can do anyway. It is none:",
        ),
        Part(
            "Without biases, twice the input is twice the output",
            f"{SUM.format('relu(2*h[j])')} == 2*{SUM.format('relu(h[j])')}",
            [
                Step(SUM.format("max(0, 2*h[j])"), definition("relu")),
                Step(f"2*{SUM.format('max(0, h[j])')}", algebra("take the factor out of the maximum, and of the sum")),
                Step(because=definition("relu")),
            ],
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
    conclusion=(
        "No, as long as there are biases (“From thresholds to ReLU”). `f(o, t) == relu(o - t) + t`, and biases absorb both "
        "shifts, so two dense layers with threshold units between them are two dense layers with ReLUs between them, with the "
        "same weights and other biases (“From thresholds to ReLU”), and the other way round (“From ReLU to thresholds”). Deep "
        "networks follow one layer of units at a time, as long as a layer with biases follows the units: either part may be "
        "used again on the layers that come after (“From thresholds to ReLU”). Convolutions without padding are covered too "
        "(“Convolution without padding”); with zero padding the same holds away from the border (“Convolution with zero "
        "padding”), and everywhere with one more channel (“What repairs the border”)."
    ),
    comment=(
        "A learnable threshold is a parameter that the network has already. It changes where training starts and how fast it "
        "goes, because the same function has other coordinates, but not what can be learnt. And a constant that is moved "
        "through a padded convolution must be padded with its own value, not with zero: the same trap awaits whoever folds a "
        "normalisation of the input, or a batch normalisation, into the next convolution."
    ),
    claims={
        "shift_needs_no_bias": refuted(
            "Shifting a ReLU is a linear operation, which weights can do without biases.",
            by="The maximum is not linear",
        ),
    },
)
