"""The layers of T11, live: by torch, and by the code that trains E10 and E11; a witness gets all symbols as one, ``at``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, TypeAlias

import numpy as np
import torch

from report.model import Value
from report.proof import Live
from theory.arrays import leaf, tensor


def array(values: Any, *shape: int) -> np.ndarray:
    """In this shape, for layers by hand; a matrix with a single column comes as a list of numbers."""
    return np.array(values, dtype=np.float64).reshape(shape)


def affine(at: Any) -> dict[str, torch.Tensor]:
    """The leaves W, b, A of torch's linear layer on a batch whose examples are columns, and its outputs Z."""
    W, b, A = leaf(at.W, at.d, at.k), leaf(at.b, at.k), leaf(at.A, at.d, at.n)
    return {"W": W, "b": b, "A": A, "Z": torch.nn.functional.linear(A.T, W.T, b).T}


def bent(outputs: torch.Tensor, at: Any) -> torch.Tensor:
    """A loss that is not linear in the outputs, and has the slopes G by them just where they are."""
    return (tensor(at.G, at.k, at.n) * torch.sin(outputs - outputs.detach())).sum()


def gradients(loss: torch.Tensor, by: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The gradient of a loss by each of these tensors."""
    return dict(zip(by, torch.autograd.grad(loss, list(by.values()))))


def outputs_by_hand(at: Any) -> dict[str, np.ndarray]:
    """The outputs Z of the linear layer by hand."""
    from experiments import layers_by_hand as by_hand  # which loads NumPy, and SymPy has no use for it

    return {"Z": by_hand.linear(array(at.W, at.d, at.k), array(at.b, at.k), array(at.A, at.d, at.n))}


def linear_by_torch(at: Any) -> dict[str, torch.Tensor]:
    """The outputs Z of the linear layer, and the gradients by W, b and A for the slopes G."""
    layer = affine(at)
    Z = layer.pop("Z")
    return {"Z": Z, **gradients(bent(Z, at), layer)}


def linear_by_hand(at: Any) -> dict[str, np.ndarray]:
    """The same by hand."""
    from experiments import layers_by_hand as by_hand

    W, A, G = array(at.W, at.d, at.k), array(at.A, at.d, at.n), array(at.G, at.k, at.n)
    by_W, by_b = by_hand.linear_backward_parameters(A, G)
    return {**outputs_by_hand(at), "W": by_W, "b": by_b, "A": by_hand.linear_backward_values(W, G)}


def sigmoid_by_torch(at: Any) -> dict[str, torch.Tensor]:
    """The outputs S of the sigmoid, and the gradient by its input Z for the slopes G."""
    Z = affine(at)["Z"]
    S = torch.sigmoid(Z)
    return {"S": S, **gradients(bent(S, at), {"Z": Z})}


def sigmoid_by_hand(at: Any) -> dict[str, np.ndarray]:
    """The same by hand."""
    from experiments import layers_by_hand as by_hand

    S = by_hand.sigmoid(outputs_by_hand(at)["Z"])
    return {"S": S, "Z": by_hand.sigmoid_backward(S, array(at.G, at.k, at.n))}


def likelihood_by_torch(at: Any) -> dict[str, torch.Tensor]:
    """The negative log-likelihood of the probabilities P, and its gradient."""
    P = leaf(at.P, at.k, at.n)
    loss = -torch.special.xlog1py(tensor(at.Y, at.k, at.n), P - 1).sum() / at.n
    return {"loss": loss, **gradients(loss, {"P": P})}


def likelihood_by_hand(at: Any) -> dict[str, np.ndarray]:
    """The same by hand."""
    from experiments import layers_by_hand as by_hand

    P, Y = array(at.P, at.k, at.n), array(at.Y, at.k, at.n)
    return {"loss": np.array(by_hand.nll(P, Y)), "P": by_hand.nll_backward(P, Y)}


def logistic_by_torch(at: Any) -> dict[str, torch.Tensor]:
    """Linear, sigmoid, log-likelihood of two classes: the gradients by S, Z and all leaves."""
    layer = affine(at)
    layer["S"] = torch.sigmoid(layer["Z"])
    targets = tensor(at.Y, at.k, at.n)
    return gradients(torch.nn.functional.binary_cross_entropy(layer["S"], targets, reduction="sum") / at.n, layer)


def logistic_by_hand(at: Any) -> dict[str, np.ndarray]:
    """The same, one backward function after another."""
    from experiments import layers_by_hand as by_hand

    W, A = array(at.W, at.d, at.k), array(at.A, at.d, at.n)
    S = by_hand.sigmoid(by_hand.linear(W, array(at.b, at.k), A))
    by_S = by_hand.binary_nll_backward(S, array(at.Y, at.k, at.n))
    by_Z = by_hand.sigmoid_backward(S, by_S)
    by_W, by_b = by_hand.linear_backward_parameters(A, by_Z)
    return {"S": by_S, "Z": by_Z, "W": by_W, "b": by_b, "A": by_hand.linear_backward_values(W, by_Z)}


def slope(by: str, *place: str) -> Live:
    """An output of the linear layer, differentiated by one entry of its weights, biases or input."""

    def witness(at: Any) -> float:
        layer = affine(at)
        (found,) = torch.autograd.grad(layer["Z"][at.o - 1, at.j - 1], layer[by])
        return float(found[tuple(getattr(at, index) - 1 for index in place)])

    return Live("torch autograd", witness, points=20)


def jacobian_of_sigmoid(at: Any) -> float:
    """One entry of the Jacobian that torch makes of the sigmoid on the whole batch."""
    found = torch.autograd.functional.jacobian(torch.sigmoid, affine(at)["Z"].detach())
    return float(found[at.o - 1, at.j - 1, at.s - 1, at.i - 1])


def jacobian_of_one(by: str, *place: str) -> Live:
    """An entry of the Jacobian of torch's linear layer for the first example alone, by its input or its biases."""

    def witness(at: Any) -> float:
        leaves = {"A": leaf(at.A, at.d, at.n)[:, 0], "W": leaf(at.W, at.d, at.k), "b": leaf(at.b, at.k)}

        def linear(varied: torch.Tensor) -> torch.Tensor:
            a, W, b = (leaves | {by: varied}).values()
            return torch.nn.functional.linear(a, W.T, b)

        found = torch.autograd.functional.jacobian(linear, leaves[by].detach())
        return float(found[tuple(getattr(at, index) - 1 for index in place)])

    return Live("torch jacobian", witness, points=20)


def jacobian_of_one_sigmoid(at: Any) -> float:
    """The same of the sigmoid, by its input."""
    found = torch.autograd.functional.jacobian(torch.sigmoid, affine(at)["Z"].detach()[:, 0])
    return float(found[at.o - 1, at.s - 1])


def diagonal_product(at: Any) -> torch.Tensor:
    """diag(u) v, the matrix made and multiplied with."""
    return torch.diag(tensor(at.u, at.k)) @ tensor(at.v, at.k)


def right_class_by_torch(at: Any) -> float:
    """The log-likelihood of one label, by torch's loss for labels."""
    logarithms = tensor(at.P, at.k, at.n).log().T[at.j - 1 : at.j]
    return -float(torch.nn.functional.nll_loss(logarithms, torch.tensor([at.c - 1])))


Sizes = Mapping[str, Sequence[int]]
Routes: TypeAlias = "tuple[Callable[[Any], dict[str, torch.Tensor]], Callable[[Any], dict[str, np.ndarray]]]"
ROUTES: dict[str, Routes] = {
    "outputs": (affine, outputs_by_hand),
    "linear": (linear_by_torch, linear_by_hand),
    "sigmoid": (sigmoid_by_torch, sigmoid_by_hand),
    "likelihood": (likelihood_by_torch, likelihood_by_hand),
    "logistic": (logistic_by_torch, logistic_by_hand),
}
SIZES: Sizes = {"d": (1, 3), "k": (1, 2), "n": (1, 2)}  # each as small as it gets, and all three unequal
FEWER: dict[str, Sizes] = {"likelihood": {"k": range(1, 4), "n": range(1, 4)}}


def both(layer: str, what: str) -> list[Live]:
    """torch and the code that trains, at every choice of small sizes: what they give must have the same shape and values."""
    given_by = lambda route: lambda at: route(at)[what]  # noqa: E731
    names = zip(("torch autograd", "layers by hand"), ROUTES[layer])
    return [Live(name, given_by(route), sweep=FEWER.get(layer, SIZES)) for name, route in names]


# --- shapes --------------------------------------------------------------------------------------------------------

DECLARED = {"A": "dn", "W": "dk", "b": "k", "G": "kn", "P": "kn", "Y": "kn"}
Shapes = list[tuple[int, ...]]


def shapes_by_torch(sizes: Mapping[str, int]) -> Shapes:
    """The shapes of every output and every gradient as live tensors: linear layer, sigmoid, log-likelihood."""
    return _shapes(drawn(sizes), linear_by_torch, sigmoid_by_torch, likelihood_by_torch)


def shapes_by_hand(sizes: Mapping[str, int]) -> Shapes:
    """The same of what the code that trains returns."""
    return _shapes(drawn(sizes), linear_by_hand, sigmoid_by_hand, likelihood_by_hand)


def _shapes(at: SimpleNamespace, linear: Callable, sigmoid: Callable, likelihood: Callable) -> Shapes:
    found = [*(linear(at)[name] for name in ("Z", "W", "b", "A")), *sigmoid(at).values(), *likelihood(at).values()]
    return [tuple(each.shape) for each in found]


def drawn(sizes: Mapping[str, int]) -> SimpleNamespace:
    """Positive random numbers for every array of the layers."""
    draw = lambda shape: np.random.default_rng(0).uniform(0.1, 0.9, [sizes[size] for size in shape]).tolist()  # noqa: E731
    return SimpleNamespace(**sizes, **{name: draw(shape) for name, shape in DECLARED.items()})


def fitting(sizes: Mapping[str, int], first: str, second: str, wanted: str) -> int:
    """How many products of two matrices, in either order and each transposed or not, have the shape of a third."""
    one, other, right = (tuple(sizes[size] for size in DECLARED[name]) for name in (first, second, wanted))
    turned = [(p[::a], q[::b]) for p, q in ((one, other), (other, one)) for a in (1, -1) for b in (1, -1)]
    return sum(p[1] == q[0] and (p[0], q[1]) == right for p, q in turned)


def fitting_value(sizes: Mapping[str, int]) -> Value:
    """The same for the gradient by the weights, from the input and the slopes."""
    return Value(
        fitting(sizes, "A", "G", "W"),
        origin="products of A and G, in both orders, each transposed or not, that have the shape of W: "
        + ", ".join(f"{name} = {size}" for name, size in sizes.items()),
    )


LAYERS = ("linear", "sigmoid", "nll")
OUTPUTS, INPUTS = 3, 5


def jacobian_size(layer: str, side: int) -> Value:
    """Rows (0) or columns (1) of the Jacobian of a live layer for one example of ``INPUTS`` numbers."""
    weight = torch.ones(OUTPUTS, INPUTS)
    functions = {"linear": lambda a: weight @ a, "sigmoid": torch.sigmoid, "nll": lambda p: -torch.log(p[:1])}
    jacobian = torch.autograd.functional.jacobian(functions[layer], torch.full((INPUTS,), 0.5))
    return Value(jacobian.shape[side], origin=f"the Jacobian of the live {layer} layer for one example of {INPUTS} numbers")
