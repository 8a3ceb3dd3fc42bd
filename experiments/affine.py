"""A network without non-linearities is one affine map (T13): read it off a trained net, and hold it against the net.

A, c = affine_map(module, (3, 32, 32))          # A (10, 3072), c (10,), float64: module(x) = A x + c, x flattened
Trial(collapse, {…, "net": net}, inputs={"trained": the net's own trial, "data": Data("cifar10")})
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import torch

from experiments.live import rebuild
from experiments.nets import Net, Shape
from experiments.training import cross_entropy, drawn, outputs, pixels, spread, standardised
from report.errors import DeclarationError
from report.model import Context, Result

if TYPE_CHECKING:
    import numpy as np

IN_FLOAT64 = 200  # images: float64 convolutions are ten times slower
SAME_GRADIENT = 1e-9  # float64 sums of some thousand terms agree to about 1e-13; where a ReLU has flipped, to no digit


def affine_map(module: torch.nn.Module, shape: Shape) -> tuple[torch.Tensor, torch.Tensor]:
    """(A, c) with module(x) = A x + c, in float64: A (outputs, inputs), x flattened channel by channel, c (outputs,).

    Row k of A is the gradient of output k, which for an affine map is the same everywhere, and c is the output for x = 0.
    ``module`` takes (batch, *shape) and gives (batch, outputs); it is left as it was. Raises ``DeclarationError`` if the
    gradients at two points differ: then it is no affine map.
    """
    exact = copy.deepcopy(module).double().eval()
    origin = torch.zeros(1, *shape, dtype=torch.float64)
    elsewhere = torch.randn(1, *shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        c = exact(origin)[0]
    A, other = (_gradients(exact, point.expand(len(c), *shape)) for point in (origin, elsewhere))
    if (A - other).abs().max() > SAME_GRADIENT * A.abs().max():
        raise DeclarationError(f"this is no affine map: its gradients at two points differ: {type(module).__name__}")
    return A, c


def _gradients(module: torch.nn.Module, points: torch.Tensor) -> torch.Tensor:
    """Row k: the gradient of output k at ``points[k]``, flattened."""
    points = points.clone().requires_grad_()
    (gradients,) = torch.autograd.grad(module(points).diagonal().sum(), points)
    return gradients.flatten(1)


def collapse(
    context: Context,
    *,
    seed: int,
    net: Net,
    trained: Result,
    data: Any,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """Write the net that ``trained`` keeps the weights of as one affine map, and compare the two on the test images.

    ``seed`` and the numbers of examples are those of the training, since they fix how the images were standardised.
    ``difference_float32`` and ``difference_float64`` are the largest difference of two outputs, as a share of the largest
    output (in float64 on a sample of the images); ``agreement`` the share of images that both put into the same class, in
    float32. ``train_loss``, ``train_accuracy``, ``test_loss`` and ``test_accuracy`` are the map's, each over all the images
    (in a training's history, the training images are sampled).
    Arrays: ``matrix`` (outputs, *net.input), ``offset`` (outputs,), and ``predictions`` of the map, a class each test image.
    """
    if trained.diverged:
        return Result(diverged=True)
    module = rebuild(net, trained.arrays)
    A, c = affine_map(module, net.input)
    chosen, held_out = drawn(len(data.train_labels), train_examples, seed), spread(len(data.test_labels), test_examples)
    train = pixels(data.train_images[chosen])
    inputs = standardised(pixels(data.test_images[held_out]), train)

    def mapping(images: torch.Tensor) -> torch.Tensor:
        return images.flatten(1) @ A.to(images.dtype).T + c.to(images.dtype)

    found, mapped, on_train = outputs(module, inputs), mapping(inputs), mapping(standardised(train, train))
    some = inputs[spread(len(inputs), IN_FLOAT64)].double()
    exact, exactly_mapped = outputs(module.double(), some), mapping(some)
    scalars = {
        "difference_float32": _largest_difference(found, mapped),
        "difference_float64": _largest_difference(exact, exactly_mapped),
        "agreement": _share_equal(found.argmax(1), mapped.argmax(1)),
        **_measured(on_train, data.train_labels[chosen], "train"),
        **_measured(mapped, data.test_labels[held_out], "test"),
    }
    arrays = {
        "matrix": A.float().reshape(-1, *net.input).numpy(),
        "offset": c.float().numpy(),
        "predictions": mapped.argmax(1).to(torch.uint8).numpy(),
    }
    return Result(scalars, {}, arrays)


def _largest_difference(found: torch.Tensor, mapped: torch.Tensor) -> float:
    return ((found - mapped).abs().max() / found.abs().max()).item()


def _measured(found: torch.Tensor, labels: np.ndarray, part: str) -> dict[str, float]:
    right = torch.from_numpy(labels.astype("int64"))
    return {f"{part}_loss": cross_entropy(found, right).item(), f"{part}_accuracy": _share_equal(found.argmax(1), right)}


def _share_equal(some: torch.Tensor, others: torch.Tensor) -> float:
    return int((some == others).sum()) / len(some)
