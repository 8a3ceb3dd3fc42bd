"""Layers as pairs of pure functions, forward and backward, without autograd: what E10 and E11 train with.

The columns of a matrix are examples, as in W3: values A are (features, n), weights W are (inputs, outputs), and a linear
layer computes Wᵀ A + b. A loss is the mean over the n examples. Every backward function takes ∂ℓ/∂output (the shape of the
output) and gives ∂ℓ/∂input (the shape of the input): the formulas are those of T11 and T12.

    linear          Wᵀ A + b                  ∂ℓ/∂W = A Gᵀ, ∂ℓ/∂b = G 1, ∂ℓ/∂A = W G
    sigmoid         S = 1 / (1 + e^(−Z))      ∂ℓ/∂Z = G ⊙ S ⊙ (1 − S)
    softmax         P = e^Z / Σ e^Z           ∂ℓ/∂Z = P ⊙ (G − Σ P ⊙ G)
    nll             −(1/n) Σ Y ⊙ log P        ∂ℓ/∂P = −(1/n) Y / P
    binary_nll      −(1/n) Σ log P(label)     ∂ℓ/∂P = (1/n) (P − Y) / (P (1 − P))
    a loss on logits (either nll after its squashing)      ∂ℓ/∂Z = (1/n) (P − Y)

A network is a ``Net`` of ``Dense`` and ``Sigmoid`` layers that ends in logits; ``forward`` and ``backward`` walk it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from experiments.nets import Dense, Net, Sigmoid, parameters, shapes
from report.errors import DeclarationError

Array: TypeAlias = np.ndarray
Weights: TypeAlias = list[tuple[Array, Array]]
"""(W, b) of each dense layer, in order; gradients come in the same form."""
Loss: TypeAlias = Callable[[Array, Array], tuple[float, Array]]
"""(logits, targets), both (k, n) → the loss and ∂ℓ/∂logits."""


# --- linear --------------------------------------------------------------------------------------------------------


def linear(weights: Array, bias: Array, values: Array) -> Array:
    """Wᵀ A + b, the bias added to each column: (inputs, outputs), (outputs,), (inputs, n) → (outputs, n)."""
    return weights.T @ values + bias[:, None]


def linear_backward_parameters(values: Array, gradient: Array) -> tuple[Array, Array]:
    """∂ℓ/∂W = A Gᵀ, (inputs, outputs), and ∂ℓ/∂b = G 1, (outputs,)."""
    # np.dot, because for a batch of one example NumPy's @ takes a path seven times slower.
    return np.dot(values, gradient.T), gradient.sum(axis=1)


def linear_backward_values(weights: Array, gradient: Array) -> Array:
    """∂ℓ/∂A = W G, (inputs, n). Apart from the parameters' gradients because the first layer has no use for it."""
    return weights @ gradient


# --- squashing -----------------------------------------------------------------------------------------------------


def sigmoid(logits: Array) -> Array:
    """1 / (1 + e^(−Z)), element by element; e^(−|Z|) cannot overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, small) / (1 + small)


def sigmoid_backward(outputs: Array, gradient: Array) -> Array:
    """G ⊙ S ⊙ (1 − S): the outputs S are all that is needed of the forward pass (T2)."""
    return gradient * outputs * (1 - outputs)


def softmax(logits: Array) -> Array:
    """e^Z / Σ e^Z over each column; the largest logit is taken off first, which changes nothing and cannot overflow."""
    powers = np.exp(logits - logits.max(axis=0))
    return powers / powers.sum(axis=0)


def softmax_backward(outputs: Array, gradient: Array) -> Array:
    """P ⊙ (G − Σ P ⊙ G), column by column: the Jacobian is diag(p) − p pᵀ."""
    return outputs * (gradient - (outputs * gradient).sum(axis=0))


# --- losses --------------------------------------------------------------------------------------------------------


def nll(probabilities: Array, targets: Array) -> float:
    """−(1/n) Σ Y ⊙ log P, for targets Y of which each column is one-hot: (k, n), (k, n) → a number."""
    chosen = (probabilities * targets).sum(axis=0)
    return float(-np.log(chosen).mean())


def nll_backward(probabilities: Array, targets: Array) -> Array:
    """−(1/n) Y / P, (k, n): zero except at each example's own class."""
    return -targets / probabilities / targets.shape[1]


def binary_nll(probabilities: Array, targets: Array) -> float:
    """−(1/n) Σ [y log p + (1 − y) log(1 − p)], for p the probability of class 1 and y in {0, 1}: (1, n), (1, n) → a number."""
    return float(-np.log(np.where(targets == 1, probabilities, 1 - probabilities)).mean())


def binary_nll_backward(probabilities: Array, targets: Array) -> Array:
    """(1/n) (P − Y) / (P (1 − P)), (1, n)."""
    return (probabilities - targets) / (probabilities * (1 - probabilities)) / targets.shape[1]


def softmax_cross_entropy(logits: Array, targets: Array) -> tuple[float, Array]:
    """nll(softmax(Z), Y) and its gradient (P − Y)/n with respect to Z, finite where P rounds to 0."""
    shifted = logits - logits.max(axis=0)
    loss = np.log(np.exp(shifted).sum(axis=0)) - (shifted * targets).sum(axis=0)
    return float(loss.mean()), (softmax(logits) - targets) / targets.dtype.type(targets.shape[1])


def sigmoid_cross_entropy(logits: Array, targets: Array) -> tuple[float, Array]:
    """binary_nll(sigmoid(Z), Y) and its gradient (P − Y)/n with respect to Z, finite where P rounds to 0 or 1.

    The loss is log(1 + e^Z) − Y Z, written so that nothing overflows.
    """
    loss = np.logaddexp(0, logits) - targets * logits
    return float(loss.mean()), (sigmoid(logits) - targets) / targets.dtype.type(targets.shape[1])


# --- a network -----------------------------------------------------------------------------------------------------


def initial_weights(net: Net, seed: int, dtype: type = np.float32) -> Weights:
    """Normal weights of standard deviation 1/√inputs, which keeps the scale of the values, and zero biases."""
    draw = np.random.default_rng(seed)
    sizes = [(row.input[0], row.output[0]) for row in shapes(net) if isinstance(row.layer, Dense)]
    return [(_normal(draw, inputs, outputs).astype(dtype), np.zeros(outputs, dtype)) for inputs, outputs in sizes]


def _normal(draw: np.random.Generator, inputs: int, outputs: int) -> Array:
    return draw.standard_normal((inputs, outputs)) / np.sqrt(inputs)


def forward(net: Net, weights: Weights, inputs: Array) -> list[Array]:
    """The values before, between and after the layers: ``inputs`` (features, n) first, the logits last."""
    values, dense = [inputs], iter(weights)
    for layer in net.layers:
        match layer:
            case Dense():
                values.append(linear(*next(dense), values[-1]))
            case Sigmoid():
                values.append(sigmoid(values[-1]))
            case _:
                raise DeclarationError(f"{layer} is not written by hand", remedy="Use Dense and Sigmoid layers.")
    return values


def backward(net: Net, weights: Weights, values: Sequence[Array], gradient: Array) -> Weights:
    """∂ℓ/∂(W, b) of every dense layer, from ``values`` as ``forward`` gave them and ∂ℓ/∂logits: the same steps, reversed."""
    found: Weights = []
    for place in reversed(range(len(net.layers))):
        if isinstance(net.layers[place], Sigmoid):
            gradient = sigmoid_backward(values[place + 1], gradient)
            continue
        found.append(linear_backward_parameters(values[place], gradient))
        if place > 0:
            gradient = linear_backward_values(weights[-len(found)][0], gradient)
    return found[::-1]


def loss_and_gradients(net: Net, weights: Weights, inputs: Array, targets: Array, loss: Loss) -> tuple[float, Weights]:
    """One forward and one backward pass."""
    values = forward(net, weights, inputs)
    value, gradient = loss(values[-1], targets)
    return value, backward(net, weights, values, gradient)


def descend(weights: Weights, gradients: Weights, rate: float) -> None:
    """W ← W − rate · ∂ℓ/∂W, in place, and ``gradients`` are used up: at a batch of one, two more arrays of the size of W
    would cost as much as the layers themselves."""
    for parameter, gradient in zip((p for pair in weights for p in pair), (g for pair in gradients for g in pair)):
        gradient *= rate
        parameter -= gradient


def step_bytes(net: Net, batch: int, itemsize: int) -> int:
    """What one training step holds, in bytes, by counting: a value and a gradient for each parameter and for each output
    of a layer on each of the ``batch`` examples, and the inputs."""
    outputs = sum(row.output[0] for row in shapes(net))
    return itemsize * (2 * parameters(net) + batch * (2 * outputs + net.input[0]))
