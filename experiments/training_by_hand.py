"""The two trainings that use layers written by hand: a line between points in the plane (E10), and digits (E11)."""

from __future__ import annotations

import math
import statistics
import time
import tracemalloc

import numpy as np

from experiments.data.datasets import Images
from experiments.layers_by_hand import (
    Array, Weights, descend, forward, initial_weights, loss_and_gradients, sigmoid, sigmoid_cross_entropy,
    softmax_cross_entropy, step_bytes,
)  # fmt: skip
from experiments.nets import Dense, Net, parameters
from experiments.two_gaussians import line_error, sample
from report.model import Context, Result

LOGISTIC = Net((2,), (Dense(1),))
START = (0.5, -0.5)  # w at first, with b = 0: at a right angle to the best w, so that the line has far to go
RAW, STANDARDISED = "raw", "standardised"
NEAR = 0.01  # near the least loss: at most this share above it
LATE = 100  # iterations at the end over which the loss should be at rest


# --- a line between points -----------------------------------------------------------------------------------------


def descend_on_points(context: Context, *, seed: int, rate: float, features: str, iterations: int, examples: int) -> Result:
    """Gradient descent on the mean loss over all examples.

    Keeps the loss at iterations evenly spaced on a logarithmic scale, and the line there, (w₁, w₂, b) in raw features.
    """
    draw = np.random.default_rng((seed, 10))
    (points, labels), (new_points, new_labels) = sample(draw, examples), sample(draw, examples)
    shift, scale = _standardiser(points) if features == STANDARDISED else (np.zeros(2), np.ones(2))
    inputs = (points - shift[:, None]) / scale[:, None]
    weights = [(np.array(START)[:, None], np.zeros(1))]
    losses, lines = np.empty(iterations + 1), np.empty((iterations + 1, 3))
    for iteration in range(iterations + 1):
        losses[iteration], gradients = loss_and_gradients(LOGISTIC, weights, inputs, labels, sigmoid_cross_entropy)
        lines[iteration] = *weights[0][0][:, 0], weights[0][1][0]
        if iteration < iterations:
            descend(weights, gradients, rate)
    context.progress(iterations, iterations, loss=losses[-1])
    lines = _in_raw_features(lines, shift, scale)
    least, curvature = least_loss(inputs, labels)
    near = np.flatnonzero(losses <= (1 + NEAR) * least)
    kept = kept_iterations(iterations)
    return Result(
        scalars={
            "train_loss": losses[-1],
            "least_loss": least,
            "above_least": round(losses[-1] / least - 1, 9),  # Newton's minimum is exact up to rounding
            "near_after": int(near[0]) if near.size else None,
            "swing": np.ptp(losses[-LATE:]),
            "train_error": _error(lines[-1], points, labels),
            "test_error": _error(lines[-1], new_points, new_labels),
            "line_error": line_error(lines[-1]),
            "largest_stable_rate": 2 / curvature,
        },
        history={"iteration": kept.tolist(), "train_loss": losses[kept].tolist(), "above": (losses[kept] / least - 1).tolist()},
        arrays={"points": points, "labels": labels[0], "lines": lines[kept], "iterations": kept, "late": lines[-LATE:]},
    )


def kept_iterations(iterations: int) -> Array:
    """About a hundred iterations on a logarithmic scale; the first, the last and the powers of ten are among them."""
    spaced = np.round(np.geomspace(1, iterations, 101))
    powers = 10 ** np.arange(math.floor(math.log10(iterations)) + 1)
    return np.unique(np.concatenate([[0], powers, spaced])).astype(int)


def least_loss(inputs: Array, labels: Array) -> tuple[float, float]:
    """The least loss that any line reaches on these points, by Newton's method, and the largest eigenvalue of the Hessian
    there: gradient descent is stable near the minimum for rates below 2 / eigenvalue."""
    weights = [(np.zeros((2, 1)), np.zeros(1))]
    for _ in range(50):
        _, gradients = loss_and_gradients(LOGISTIC, weights, inputs, labels, sigmoid_cross_entropy)
        slope = np.concatenate([gradients[0][0][:, 0], gradients[0][1]])
        step = np.linalg.solve(_hessian(weights, inputs), slope)
        weights = [(weights[0][0] - step[:2, None], weights[0][1] - step[2:])]
        if np.abs(slope).max() < 1e-12:
            break
    loss, _ = loss_and_gradients(LOGISTIC, weights, inputs, labels, sigmoid_cross_entropy)
    return loss, float(np.linalg.eigvalsh(_hessian(weights, inputs))[-1])


def _hessian(weights: Weights, inputs: Array) -> Array:
    """(1/n) Σ p (1 − p) x xᵀ, with x the inputs and a 1 for the bias."""
    probabilities = sigmoid(forward(LOGISTIC, weights, inputs)[-1])
    extended = np.vstack([inputs, np.ones(inputs.shape[1])])
    return (extended * probabilities * (1 - probabilities)) @ extended.T / inputs.shape[1]


def _standardiser(points: Array) -> tuple[Array, Array]:
    return points.mean(axis=1), points.std(axis=1)


def _in_raw_features(lines: Array, shift: Array, scale: Array) -> Array:
    """w·((x − shift)/scale) + b = (w/scale)·x + (b − (w/scale)·shift), for each row (w₁, w₂, b)."""
    slopes = lines[:, :2] / scale
    return np.column_stack([slopes, lines[:, 2] - slopes @ shift])


def _error(line: Array, points: Array, labels: Array) -> float:
    return float(((line[:2] @ points + line[2] > 0) != (labels[0] == 1)).mean())


# --- digits --------------------------------------------------------------------------------------------------------


def train_by_hand(
    context: Context, *, seed: int, net: Net, batch: int, rate: float, epochs: int, train: int, validation: int, digits: Images
) -> Result:
    """Train on ``train`` of the training images, drawn by the seed, and validate on ``validation`` others.

    Time is the processor time of the training steps of an epoch, the median over epochs. It is measured, so it belongs to the
    run that was made and not to the code: another run of the same trial agrees in every other number, not in this one.
    """
    draw = np.random.default_rng((seed, 11))
    chosen = draw.permutation(len(digits.train_labels))[: train + validation]
    inputs, targets = _as_rows(digits, chosen[:train])
    new_inputs, new_targets = _as_rows(digits, chosen[train:])
    weights = initial_weights(net, seed)
    held = measured_bytes(net, weights, inputs[:batch], targets[:batch])
    rows = []
    for epoch in range(1, epochs + 1):
        order = draw.permutation(train)
        before = time.process_time()
        losses = [_step(net, weights, inputs, targets, order[first : first + batch], rate) for first in range(0, train, batch)]
        seconds = time.process_time() - before
        error, loss = _judge(net, weights, new_inputs, new_targets)
        rows.append((epoch, float(np.mean(losses)), loss, error, seconds))
        context.progress(epoch, epochs, loss=rows[-1][1])
    names = ("epoch", "train_loss", "validation_loss", "validation_error", "seconds")
    history = dict(zip(names, map(list, zip(*rows))))
    return Result(
        scalars={
            "train_loss": history["train_loss"][-1],
            "validation_error": history["validation_error"][-1],
            "seconds_per_epoch": statistics.median(history["seconds"]),
            "microseconds_per_image": statistics.median(history["seconds"]) / train * 1e6,
            "steps_per_epoch": len(losses),
            "parameters": parameters(net),
            "bytes_counted": step_bytes(net, batch, inputs.itemsize),
            "bytes_measured": held,
        },
        history=history,
    )


def _as_rows(digits: Images, places: Array) -> tuple[Array, Array]:
    """Images (n, 784) from 0 to 1 and one-hot labels (n, 10), an example a row: gathered by row, a batch is then transposed."""
    pixels = digits.train_images[places].reshape(len(places), -1)
    return pixels.astype(np.float32) / 255, np.eye(10, dtype=np.float32)[digits.train_labels[places]]


def _step(net: Net, weights: Weights, inputs: Array, targets: Array, places: Array, rate: float) -> float:
    loss, gradients = loss_and_gradients(net, weights, inputs[places].T, targets[places].T, softmax_cross_entropy)
    descend(weights, gradients, rate)
    return loss


def _judge(net: Net, weights: Weights, inputs: Array, targets: Array) -> tuple[float, float]:
    """The share of examples misclassified, and the mean loss; in parts that fit into the cache."""
    logits = np.concatenate([forward(net, weights, inputs[i : i + 500].T)[-1] for i in range(0, len(inputs), 500)], axis=1)
    loss, _ = softmax_cross_entropy(logits, targets.T)
    return float((logits.argmax(axis=0) != targets.argmax(axis=1)).mean()), loss


def measured_bytes(net: Net, weights: Weights, inputs: Array, targets: Array) -> int:
    """The peak of what one training step allocates, its copy of the weights and of the batch included, as Python's
    ``tracemalloc`` counts it (NumPy reports its arrays there)."""
    every = np.arange(len(inputs))
    _step(net, _copied(weights), inputs, targets, every, 0.0)  # so that what Python allocates once is not counted
    tracemalloc.start()
    try:
        _step(net, _copied(weights), inputs, targets, every, 0.0)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _copied(weights: Weights) -> Weights:
    return [(matrix.copy(), bias.copy()) for matrix, bias in weights]
