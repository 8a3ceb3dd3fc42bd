"""Multinomial logistic regression to convergence: the least cross-entropy that an affine classifier has on training images.

    f(A, c) = mean over the images of −log softmax(A x + c)[label]

f is convex in (A, c), so a point where its gradient is nearly zero is nearly a minimum, and how nearly can be said: for any
other affine classifier, f(A′, c′) ≥ f(A, c) − ‖g‖ · distance. Here ``distance`` is the root mean square, over the training
images, of the distance between the two classifiers' outputs, and ‖g‖ the norm of the gradient that belongs to it: that with
respect to the coefficients of whitened pixels. (Convexity gives f′ ≥ f + ⟨g, Δ⟩, and ⟨g, Δ⟩ ≥ −‖g‖ ‖Δ‖; in whitened
coordinates, which have the identity as their second moments, ‖Δ‖ is that distance.)

Whitening is also what makes L-BFGS converge in hundreds of steps: pixels of a photograph are so alike that their covariance has
eigenvalues from 1e3 to 1e-4. It is a change of coordinates, which changes neither the affine classifiers nor their losses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from experiments.training import drawn, pixels, spread, standardised
from report.model import Context, Result

RANK = 1e-10  # of the largest eigenvalue: below it are directions in which the images do not vary


@dataclass(frozen=True)
class Components:
    """Principal components of the training images: ``basis`` (d, r), ``variances`` (r,), ``centre`` (d,), in float64."""

    centre: torch.Tensor
    basis: torch.Tensor
    variances: torch.Tensor

    def of(self, images: torch.Tensor) -> torch.Tensor:
        """(n, d) → (n, r) float32: computed in float64, since the components differ in size by many orders."""
        return torch.cat([((part.double() - self.centre) @ self.basis).float() for part in images.split(2000)])


@dataclass(frozen=True)
class Classifier:
    """softmax(coefficients · components + offset): ``coefficients`` (classes, r), ``offset`` (classes,), float32."""

    coefficients: torch.Tensor
    offset: torch.Tensor
    evaluations: int = 0

    def __call__(self, components: torch.Tensor) -> torch.Tensor:
        return components @ self.coefficients.T + self.offset


def principal_components(images: torch.Tensor) -> Components:
    """Of (n, d), by the eigenvectors of the smaller of the two matrices of inner products."""
    n, d = images.shape
    centre = images.mean(0, dtype=torch.float64)
    if d <= n:  # part by part: float64 copies of all images take gigabytes
        products = sum((part.double() - centre).T @ (part.double() - centre) for part in images.split(2000))
    else:
        centred = images.double() - centre
        products = centred @ centred.T
    variances, vectors = torch.linalg.eigh(products / n)
    kept = variances > RANK * variances.max()
    variances, vectors = variances[kept], vectors[:, kept]
    basis = vectors if d <= n else centred.T @ vectors / (n * variances).sqrt()
    return Components(centre, basis, variances)


def fitted(
    components: torch.Tensor, labels: torch.Tensor, variances: torch.Tensor, classes: int, most: int, small: float = 1e-6
) -> Classifier:
    """Minimise f by full-batch L-BFGS from zero, until no entry of the gradient is above ``small``, or ``most`` steps.

    The unknowns are scaled so that the second derivatives in all directions are about equal.
    """
    scale = variances.rsqrt().float()
    unknowns = torch.zeros(classes, len(variances) + 1, requires_grad=True)
    search = torch.optim.LBFGS(
        [unknowns], max_iter=most, tolerance_grad=small, tolerance_change=0, history_size=20, line_search_fn="strong_wolfe"
    )
    evaluations = 0

    def objective() -> torch.Tensor:
        nonlocal evaluations
        evaluations += 1
        unknowns.grad = None
        coefficients = unknowns[:, :-1] * scale
        value = torch.nn.functional.cross_entropy(components @ coefficients.T + unknowns[:, -1], labels)
        value.backward()
        return value

    search.step(objective)
    found = unknowns.detach()
    return Classifier(found[:, :-1] * scale, found[:, -1], evaluations)


def whitened_gradient(found: Classifier, components: torch.Tensor, labels: torch.Tensor, variances: torch.Tensor) -> float:
    """‖g‖: the norm of the cross-entropy's gradient with respect to the coefficients of whitened components, in float64."""
    total = torch.zeros(len(found.offset), len(variances) + 1, dtype=torch.float64)
    for part, its_labels in zip(components.split(2000), labels.split(2000)):
        exact = part.double()
        excess = (exact @ found.coefficients.double().T + found.offset.double()).softmax(1)
        excess[torch.arange(len(part)), its_labels] -= 1
        total += excess.T @ torch.cat([exact / variances.sqrt(), torch.ones(len(part), 1, dtype=torch.float64)], 1)
    return (total / len(labels)).norm().item()


def best_affine(
    _: Context,
    *,
    seed: int,
    data: Any,
    steps: int,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """The affine classifier of least cross-entropy on the training images, after at most ``steps`` steps.

    ``train_loss`` is that cross-entropy, ``gradient`` its ‖g‖. Images are drawn and standardised as in ``train_classifier``.
    Arrays: ``matrix`` (k, channels, height, width), and ``classes`` (k,), their names.
    """
    chosen = drawn(len(data.train_labels), train_examples, seed)
    held_out = spread(len(data.test_labels), test_examples)
    train, test = pixels(data.train_images[chosen]), pixels(data.test_images[held_out])
    flat = standardised(train, train).flatten(1)
    axes = principal_components(flat)
    inputs, test_inputs = axes.of(flat), axes.of(standardised(test, train).flatten(1))
    labels = torch.from_numpy(data.train_labels[chosen].astype("int64"))
    test_labels = torch.from_numpy(data.test_labels[held_out].astype("int64"))
    found = fitted(inputs, labels, axes.variances, len(data.classes), steps)
    scalars = {
        "evaluations": found.evaluations,
        **_measured(found, inputs, labels, "train"),
        **_measured(found, test_inputs, test_labels, "test"),
        "gradient": whitened_gradient(found, inputs, labels, axes.variances),
    }
    matrix = (found.coefficients @ axes.basis.float().T).reshape(-1, *train.shape[1:]).numpy()
    return Result(scalars, arrays={"classes": np.array(data.classes), "matrix": matrix})


def _measured(found: Classifier, components: torch.Tensor, labels: torch.Tensor, part: str) -> dict[str, float]:
    outputs = found(components)
    return {
        f"{part}_loss": torch.nn.functional.cross_entropy(outputs, labels).item(),
        f"{part}_accuracy": int((outputs.argmax(1) == labels).sum()) / len(labels),
    }
