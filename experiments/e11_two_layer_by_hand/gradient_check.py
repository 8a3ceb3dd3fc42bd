"""Check the layers written by hand against two routes that share nothing with them: autograd and central differences.

A *case* is a layer (or a whole network with its loss), values to put in, and its gradients by hand. What does not end in a
number is made one by a fixed random weighting R: ℓ = Σ R ⊙ output, so that ∂ℓ/∂output = R.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import torch

from experiments import layers_by_hand as by_hand
from experiments.layers_by_hand import Array
from experiments.nets import Dense, Net, Sigmoid
from report.model import Context, Result

Arrays: TypeAlias = dict[str, Array]

STEPS = tuple(10.0**-power for power in range(11, 0, -1))
STEP = 6e-6  # about the cube root of float64's rounding, where a central difference errs least
NET = Net((7,), (Dense(5), Sigmoid(), Dense(4)))  # E11's network, small enough to vary each parameter in turn
EXAMPLES = 6


@dataclass(frozen=True)
class Case:
    """``values`` name → array; ``loss`` (NumPy) and ``torch_loss`` take all of them and give a number; ``gradients`` takes
    them and gives ∂ℓ/∂value by hand for those that are differentiated."""

    layer: str
    values: Arrays
    loss: Callable[[Arrays], float]
    gradients: Callable[[Arrays], Arrays]
    torch_loss: Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Checked:
    """One gradient by hand, and its largest difference from the other route's, relative to the largest entry."""

    layer: str
    variable: str
    shape: str  # of the gradient, which is the shape of the variable
    autograd: float
    differences: float


def check(case: Case) -> list[Checked]:
    """Each gradient of a case by hand, held against autograd's and against central differences."""
    hand = case.gradients(case.values)
    automatic = autograd(case, hand.keys())
    return [
        Checked(
            case.layer,
            name,
            "×".join(map(str, gradient.shape)),
            relative_error(gradient, automatic[name]),
            relative_error(gradient, central_difference(case.loss, case.values, name, STEP)),
        )
        for name, gradient in hand.items()
    ]


def relative_error(gradient: Array, reference: Array) -> float:
    """max |gradient − reference| over the largest entry of either; 1 for a gradient of the wrong shape."""
    if gradient.shape != reference.shape:
        return 1.0
    return float(np.abs(gradient - reference).max() / max(np.abs(gradient).max(), np.abs(reference).max()))


def central_difference(loss: Callable[[Arrays], float], values: Mapping[str, Array], name: str, step: float) -> Array:
    """(ℓ(v + step) − ℓ(v − step)) / (2 · step) for each entry v of ``values[name]``, in turn."""
    varied = {**values, name: values[name].copy()}
    slopes = np.empty_like(values[name])
    for place in np.ndindex(slopes.shape):
        kept = varied[name][place]
        varied[name][place] = kept + step
        above = loss(varied)
        varied[name][place] = kept - step
        below = loss(varied)
        varied[name][place] = kept
        slopes[place] = (above - below) / (2 * step)
    return slopes


def autograd(case: Case, names: Collection[str]) -> Arrays:
    """∂ℓ/∂value by torch's reverse mode, float64, for the values named."""
    tensors = {name: torch.tensor(value, requires_grad=name in names) for name, value in case.values.items()}
    gradients = torch.autograd.grad(case.torch_loss(tensors), [tensors[name] for name in names])
    return {name: gradient.numpy() for name, gradient in zip(names, gradients)}


def error_by_step(case: Case, step: float, dtype: type) -> float:
    """The largest relative error of a case's gradients by hand against central differences with ``step``, all in ``dtype``."""
    values: Arrays = {name: value.astype(dtype) for name, value in case.values.items()}
    hand = case.gradients(values)
    return max(relative_error(hand[name], central_difference(case.loss, values, name, step)) for name in hand)


def check_gradients(context: Context, *, seed: int) -> Result:
    """Every gradient written by hand against autograd and against central differences; and for the whole network the error
    of central differences by their step, in both precisions, and with a mistake planted."""
    checked = [asdict(found) for case in cases(seed) for found in check(case)]
    sound, planted = two_layer(np.random.default_rng(seed)), two_layer_planted(np.random.default_rng(seed))
    sweep = {
        "float64": [error_by_step(sound, step, np.float64) for step in STEPS],
        "float32": [error_by_step(sound, step, np.float32) for step in STEPS],
        "planted": [error_by_step(planted, step, np.float64) for step in STEPS],
    }
    return Result(
        scalars={
            "autograd_error": max(found["autograd"] for found in checked),
            "difference_error": max(found["differences"] for found in checked),
            "planted_error": min(sweep["planted"]),
        },
        history={name: [found[name] for found in checked] for name in checked[0]},
        arrays={"steps": np.array(STEPS), **{name: np.array(errors) for name, errors in sweep.items()}},
    )


# --- the cases -----------------------------------------------------------------------------------------------------


def cases(seed: int) -> list[Case]:
    """Every layer, both losses in both forms, and the two networks, on random values."""
    draw = np.random.default_rng(seed)
    return [_linear(draw), _sigmoid(draw), _softmax(draw), *_losses(draw), logistic(draw), two_layer(draw)]


def _linear(draw: np.random.Generator) -> Case:
    values = {
        "W": draw.standard_normal((4, 3)),
        "b": draw.standard_normal(3),
        "A": draw.standard_normal((4, EXAMPLES)),
        "R": draw.standard_normal((3, EXAMPLES)),
    }

    def gradients(v: Arrays) -> Arrays:
        weights, bias = by_hand.linear_backward_parameters(v["A"], v["R"])
        return {"W": weights, "b": bias, "A": by_hand.linear_backward_values(v["W"], v["R"])}

    return Case(
        "linear",
        values,
        lambda v: float((v["R"] * by_hand.linear(v["W"], v["b"], v["A"])).sum()),
        gradients,
        lambda v: (v["R"] * torch.nn.functional.linear(v["A"].T, v["W"].T, v["b"]).T).sum(),
    )


def _sigmoid(draw: np.random.Generator) -> Case:
    values = {"Z": 2 * draw.standard_normal((3, EXAMPLES)), "R": draw.standard_normal((3, EXAMPLES))}
    return Case(
        "sigmoid",
        values,
        lambda v: float((v["R"] * by_hand.sigmoid(v["Z"])).sum()),
        lambda v: {"Z": by_hand.sigmoid_backward(by_hand.sigmoid(v["Z"]), v["R"])},
        lambda v: (v["R"] * torch.sigmoid(v["Z"])).sum(),
    )


def _softmax(draw: np.random.Generator) -> Case:
    values = {"Z": draw.standard_normal((4, EXAMPLES)), "R": draw.standard_normal((4, EXAMPLES))}
    return Case(
        "softmax",
        values,
        lambda v: float((v["R"] * by_hand.softmax(v["Z"])).sum()),
        lambda v: {"Z": by_hand.softmax_backward(by_hand.softmax(v["Z"]), v["R"])},
        lambda v: (v["R"] * torch.softmax(v["Z"], dim=0)).sum(),
    )


def _losses(draw: np.random.Generator) -> list[Case]:
    many = {"P": by_hand.softmax(draw.standard_normal((4, EXAMPLES))), "Y": _one_hot(draw)}
    two = {"P": draw.uniform(0.05, 0.95, (1, EXAMPLES)), "Y": _binary(draw)}
    logits = {"Z": draw.standard_normal((4, EXAMPLES)), "Y": _one_hot(draw)}
    logit = {"Z": draw.standard_normal((1, EXAMPLES)), "Y": _binary(draw)}
    return [
        Case(
            "NLL",
            many,
            lambda v: by_hand.nll(v["P"], v["Y"]),
            lambda v: {"P": by_hand.nll_backward(v["P"], v["Y"])},
            lambda v: torch.nn.functional.nll_loss(torch.log(v["P"].T), v["Y"].argmax(dim=0)),
        ),
        Case(
            "NLL, two classes",
            two,
            lambda v: by_hand.binary_nll(v["P"], v["Y"]),
            lambda v: {"P": by_hand.binary_nll_backward(v["P"], v["Y"])},
            lambda v: torch.nn.functional.binary_cross_entropy(v["P"], v["Y"]),
        ),
        Case(
            "softmax and NLL",
            logits,
            lambda v: by_hand.softmax_cross_entropy(v["Z"], v["Y"])[0],
            lambda v: {"Z": by_hand.softmax_cross_entropy(v["Z"], v["Y"])[1]},
            lambda v: torch.nn.functional.cross_entropy(v["Z"].T, v["Y"].T),
        ),
        Case(
            "sigmoid and NLL",
            logit,
            lambda v: by_hand.sigmoid_cross_entropy(v["Z"], v["Y"])[0],
            lambda v: {"Z": by_hand.sigmoid_cross_entropy(v["Z"], v["Y"])[1]},
            lambda v: torch.nn.functional.binary_cross_entropy_with_logits(v["Z"], v["Y"]),
        ),
    ]


def logistic(draw: np.random.Generator) -> Case:
    """E10's network with its loss."""
    net = Net((2,), (Dense(1),))
    values = {"W": draw.standard_normal((2, 1)), "b": draw.standard_normal(1)}
    values |= {"X": draw.standard_normal((2, EXAMPLES)), "Y": _binary(draw)}

    def run(v: Arrays) -> tuple[float, by_hand.Weights]:
        return by_hand.loss_and_gradients(net, [(v["W"], v["b"])], v["X"], v["Y"], by_hand.sigmoid_cross_entropy)

    def torch_loss(v: dict[str, Any]) -> Any:
        logits = torch.nn.functional.linear(v["X"].T, v["W"].T, v["b"]).T
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, v["Y"])

    return Case("E10's network", values, lambda v: run(v)[0], lambda v: dict(zip(("W", "b"), run(v)[1][0])), torch_loss)


def two_layer(draw: np.random.Generator) -> Case:
    """E11's network with its loss: the gradients of T12."""
    (inputs,), (hidden, _, output) = NET.input, NET.layers
    assert isinstance(hidden, Dense)
    assert isinstance(output, Dense)
    values = {"W₁": draw.standard_normal((inputs, hidden.units)), "b₁": draw.standard_normal(hidden.units)}
    values |= {"W₂": draw.standard_normal((hidden.units, output.units)), "b₂": draw.standard_normal(output.units)}
    values |= {"X": draw.standard_normal((inputs, EXAMPLES)), "Y": _one_hot(draw, output.units)}

    def run(v: Arrays) -> tuple[float, by_hand.Weights]:
        weights = [(v["W₁"], v["b₁"]), (v["W₂"], v["b₂"])]
        return by_hand.loss_and_gradients(NET, weights, v["X"], v["Y"], by_hand.softmax_cross_entropy)

    def gradients(v: Arrays) -> Arrays:
        return dict(zip(("W₁", "b₁", "W₂", "b₂"), (array for pair in run(v)[1] for array in pair)))

    def torch_loss(v: dict[str, Any]) -> Any:
        values = torch.sigmoid(torch.nn.functional.linear(v["X"].T, v["W₁"].T, v["b₁"]))
        return torch.nn.functional.cross_entropy(torch.nn.functional.linear(values, v["W₂"].T, v["b₂"]), v["Y"].T)

    return Case("E11's network", values, lambda v: run(v)[0], gradients, torch_loss)


def two_layer_planted(draw: np.random.Generator) -> Case:
    """``two_layer`` with a mistake planted: the factor S ⊙ (1 − S) of the sigmoid is forgotten on the way to W₁."""
    sound = two_layer(draw)

    def gradients(v: Arrays) -> Arrays:
        weights = [(v["W₁"], v["b₁"]), (v["W₂"], v["b₂"])]
        logits = by_hand.forward(NET, weights, v["X"])[-1]
        gradient = by_hand.linear_backward_values(v["W₂"], by_hand.softmax_cross_entropy(logits, v["Y"])[1])
        return {"W₁": by_hand.linear_backward_parameters(v["X"], gradient)[0]}

    return Case("E11's network, wrong", sound.values, sound.loss, gradients, sound.torch_loss)


def _one_hot(draw: np.random.Generator, classes: int = 4) -> Array:
    return np.eye(classes)[draw.integers(0, classes, EXAMPLES)].T


def _binary(draw: np.random.Generator) -> Array:
    return draw.integers(0, 2, (1, EXAMPLES)).astype(float)
