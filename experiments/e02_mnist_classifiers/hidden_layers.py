"""What hidden layers pass on: a single number if all their weights are one, and everything if they hold [A; −A].

A net with hidden layers contains softmax regression, but not through weights of one. All units of a layer are then equal, so
the layer has rank one. Since ReLU(a) − ReLU(−a) = a, a layer of A and −A loses nothing, and this is how the larger net contains
the smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from experiments.live import build
from experiments.nets import Net
from experiments.training import Examples, drawn, outputs, pixels, spread, standardised
from report.model import Context, Result


def try_hidden_weights(
    context: Context, *, seed: int, net: Net, train_examples: int | None, test_examples: int | None, data: Any, softmax: Result
) -> Result:
    """``net`` with ones in its hidden layers, and its last layer as good as can be; and with softmax regression inside it.

    ``rank`` is that of what the hidden layers make of the test digits, ``ones_accuracy`` the share of these that the best
    last layer reads from it, ``embedding_error`` the largest difference between the outputs of ``net`` and of the softmax
    regression inside it, over the largest output.
    """
    chosen, held = drawn(len(data.train_labels), train_examples, seed), spread(len(data.test_labels), test_examples)
    reference = pixels(data.train_images[chosen])
    train = Examples(standardised(reference, reference), torch.from_numpy(data.train_labels[chosen].astype("int64")))
    test = Examples(
        standardised(pixels(data.test_images[held]), reference), torch.from_numpy(data.test_labels[held].astype("int64"))
    )
    hidden = _with_ones(net, seed)
    seen, shown = outputs(hidden, train.inputs), outputs(hidden, test.inputs)
    scale = seen[:, :1].std()
    weights = _best_softmax(seen[:, :1] / scale, train.targets)
    read = (_with_constant(shown[:, :1] / scale) @ weights).argmax(1)
    context.progress(1, 1)
    return Result(
        {
            "rank": int(np.linalg.matrix_rank(shown.numpy())),
            "ones_accuracy": (read == test.targets).double().mean().item(),
            "embedding_error": _embedding_error(net, seed, softmax.arrays, test.inputs),
        }
    )


def _with_ones(net: Net, seed: int) -> torch.nn.Module:
    """All but the last layer of ``net``, weights one and biases zero."""
    hidden = torch.nn.Sequential(*list(build(net, seed).children())[:-1])
    with torch.no_grad():
        for name, parameter in hidden.named_parameters():
            parameter.fill_(float(name.endswith("weight")))
    return hidden.eval()


def _best_softmax(numbers: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """The weights and biases, (2, classes), of the least cross-entropy: a convex problem."""
    rows = _with_constant(numbers)
    weights = torch.zeros(rows.shape[1], 10, dtype=torch.float64, requires_grad=True)
    solver = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        solver.zero_grad()
        loss = torch.nn.functional.cross_entropy(rows @ weights, labels)
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    solver.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach()


def _with_constant(numbers: torch.Tensor) -> torch.Tensor:
    return torch.cat([numbers.double(), torch.ones(len(numbers), 1, dtype=torch.float64)], 1)


def _embedding_error(net: Net, seed: int, softmax: Any, inputs: torch.Tensor) -> float:
    """A and −A in the first hidden layer, the same again in every other, and their difference in the last."""
    matrix, bias = (torch.from_numpy(np.array(softmax[f"dense1.{name}"])) for name in ("weight", "bias"))
    module = build(net, seed).eval()
    layers = [layer for layer in module.modules() if isinstance(layer, torch.nn.Linear)]
    twice = 2 * len(matrix)
    with torch.no_grad():
        for layer in layers:
            layer.weight.zero_()
            layer.bias.zero_()
        layers[0].weight[:twice] = torch.cat([matrix, -matrix])
        for layer in layers[1:-1]:
            layer.weight[:twice, :twice] = torch.eye(twice)
        layers[-1].weight[:, :twice] = torch.cat([torch.eye(len(matrix)), -torch.eye(len(matrix))], 1)
        layers[-1].bias.copy_(bias)
    wanted = inputs.flatten(1) @ matrix.T + bias
    return ((outputs(module, inputs) - wanted).abs().max() / wanted.abs().max()).item()
