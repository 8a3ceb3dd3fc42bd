"""T12: every gradient of a two-layer network with sigmoid and softmax, entry by entry and in matrices."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from experiments import layers_by_hand as by_hand
from experiments.nets import Dense, Net, Sigmoid
from report.proof import (
    Derivation, Live, Part, Step, algebra, chain_rule, contraction, define, definition, differentiation, entrywise, integer,
    matrix, slope_of_entry, using, vector,
)  # fmt: skip
from theory.vocabulary import SIGMA

Vector = list[float]
Matrix = list[list[float]]


# --- the network, live: by torch's autograd, and by the code that E11 trains with ----------------------------------


def by_autograd(x: Vector, W_1: Matrix, b_1: Vector, W_2: Matrix, b_2: Vector, t: int) -> dict[str, np.ndarray]:
    """The gradients of the loss by every parameter and every value between the layers, by name."""
    leaf = lambda values, *size: torch.tensor(values, dtype=torch.float64).reshape(size).requires_grad_()  # noqa: E731
    d, m, c = len(x), len(b_1), len(b_2)
    parameters = {"W_1": leaf(W_1, d, m), "b_1": leaf(b_1, m), "W_2": leaf(W_2, m, c), "b_2": leaf(b_2, c)}
    values = {"x": leaf(x, d)}
    values["z_1"] = parameters["W_1"].T @ values["x"] + parameters["b_1"]
    values["s"] = torch.sigmoid(values["z_1"])
    values["z_2"] = parameters["W_2"].T @ values["s"] + parameters["b_2"]
    values["p"] = torch.softmax(values["z_2"], 0)
    loss = torch.nn.functional.nll_loss(values["p"].log()[None], torch.tensor([t - 1]))
    wanted = {**parameters, **values}
    found = torch.autograd.grad(loss, list(wanted.values()))
    return {name: gradient.numpy() for name, gradient in zip(wanted, found)}


def by_layers(x: Vector, W_1: Matrix, b_1: Vector, W_2: Matrix, b_2: Vector, t: int) -> dict[str, np.ndarray]:
    """The gradients by every parameter, by the layers that E11 trains with, on a batch of one."""
    d, m, c = len(x), len(b_1), len(b_2)
    net = Net((d,), (Dense(m), Sigmoid(), Dense(c)))
    weights = [(np.reshape(W_1, (d, m)), np.array(b_1)), (np.reshape(W_2, (m, c)), np.array(b_2))]
    target = np.eye(c)[[t - 1]].T
    _, gradients = by_hand.loss_and_gradients(net, weights, np.reshape(x, (d, 1)), target, by_hand.softmax_cross_entropy)
    return dict(zip(("W_1", "b_1", "W_2", "b_2"), (array for pair in gradients for array in pair)))


def entry(route: Callable[..., dict[str, np.ndarray]], name: str, *indices: str) -> Callable[..., float]:
    """A witness of one entry of one gradient, at the indices i, j or k."""

    def witness(x: Vector, W_1: Matrix, b_1: Vector, W_2: Matrix, b_2: Vector, t: int, i: int, j: int, k: int) -> float:
        at = {"i": i, "j": j, "k": k}
        return float(route(x, W_1, b_1, W_2, b_2, t)[name][tuple(at[index] - 1 for index in indices)])

    return witness


def whole(route: Callable[..., dict[str, np.ndarray]], name: str) -> Callable[..., list]:
    """A witness of one whole gradient; vectors are columns."""

    def witness(x: Vector, W_1: Matrix, b_1: Vector, W_2: Matrix, b_2: Vector, t: int) -> list:
        gradient = route(x, W_1, b_1, W_2, b_2, t)[name]
        return gradient.reshape(len(gradient), -1).tolist()

    return witness


def both(make: Callable[..., Callable], name: str, *indices: str) -> list[Live]:
    """Autograd, and the layers by hand where they compute this gradient."""
    found = [Live("torch autograd", make(by_autograd, name, *indices), points=3)]
    if name[0] in "Wb":
        found.append(Live("layers by hand", make(by_layers, name, *indices), points=3))
    return found


def loss(x: Vector, W_1: Matrix, b_1: Vector, W_2: Matrix, b_2: Vector, t: int) -> float:
    """The loss, by the layers that E11 trains with."""
    d, m, c = len(x), len(b_1), len(b_2)
    hidden = by_hand.sigmoid(by_hand.linear(np.reshape(W_1, (d, m)), np.array(b_1), np.reshape(x, (d, 1))))
    logits = by_hand.linear(np.reshape(W_2, (m, c)), np.array(b_2), hidden)
    return by_hand.softmax_cross_entropy(logits, np.eye(c)[[t - 1]].T)[0]


def softmax_backward(p: Vector, g: Vector, k: int) -> float:
    """What the softmax layer by hand makes of a gradient g."""
    return float(by_hand.softmax_backward(np.array(p)[:, None], np.array(g)[:, None])[k - 1, 0])


def softmax_slope(z_2: Vector, k: int, q: int) -> float:
    """One entry of the Jacobian that torch makes of softmax."""
    jacobian = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, 0), torch.tensor(z_2, dtype=torch.float64))
    return float(jacobian[k - 1, q - 1])


def batch_gradient(H: Matrix, P: Matrix, Y: Matrix, n: int, j: int, k: int) -> float:
    """The gradient by the second weights of a batch, by the linear layer by hand."""
    hidden, probabilities, targets = (np.reshape(a, (-1, n)) for a in (H, P, Y))
    return float(by_hand.linear_backward_parameters(hidden, (probabilities - targets) / n)[0][j - 1, k - 1])


# --- the derivation ------------------------------------------------------------------------------------------------

LOG_SUM = "log(sum(exp(z_2[l]) for l in span(1, c))) - z_2[t]"

DERIVATION = Derivation(
    id="T12",
    title="The two-layer network",
    question=(
        "An input `x` passes a linear layer, a sigmoid, another linear layer and softmax; the loss `ell` is the negative "
        "logarithm of the probability of the right class `t`. What are its gradients with respect to all weights and biases, "
        "and to the values on the way?"
    ),
    symbols=[
        integer("d", "the number of inputs", least="1", high=3),
        integer("m", "the number of hidden units", least="1", high=3),
        integer("c", "the number of classes", least="2", high=3),
        vector("x", "d", "the input"),
        matrix("W_1", "d", "m", "the matrix of the first weights"),
        vector("b_1", "m", "the vector of the first biases"),
        matrix("W_2", "m", "c", "the matrix of the second weights"),
        vector("b_2", "c", "the vector of the second biases"),
        integer("t", "the right class", within=("1", "c")),
        integer("i", "an input", within=("1", "d")),
        integer("j", "a hidden unit", within=("1", "m")),
        integer("k", "a class", within=("1", "c")),
        integer("q", "another", within=("1", "c")),
        vector("g", "c", "a gradient that is handed to softmax"),
        integer("n", "the size of a batch", least="1", high=3),
        matrix("H", "m", "n", "the matrix of the hidden units of a batch, an example a column"),
        matrix("P", "c", "n", "that of its probabilities"),
        matrix("Y", "c", "n", "that of its targets"),
    ],
    definitions=[
        SIGMA,
        define("z_1[j]", "b_1[j] + sum(W_1[l, j]*x[l] for l in span(1, d))", "the first linear layer", shape=["m"]),
        define("s[j]", "sigma(z_1[j])", "the values of the hidden units", shape=["m"]),
        define(
            "z_2[k]", "b_2[k] + sum(W_2[l, k]*s[l] for l in span(1, m))", "the second linear layer: the logits", shape=["c"]
        ),
        define("p[k]", "exp(z_2[k])/sum(exp(z_2[l]) for l in span(1, c))", "softmax: the probabilities", shape=["c"]),
        define("y[k]", "kron(k, t)", "the target: one at the right class", shape=["c"]),
        define("ell", "-log(p[t])", "the loss", latex=r"\ell"),
        define("E[k, l]", "1/n*(P[k, l] - Y[k, l])", "the residuals of a batch, over its size", shape=["c", "n"]),
        define("r_2[k]", "p[k] - y[k]", "the residual: what is wrong with the probabilities", shape=["c"]),
        define(
            "r_1[j]",
            "sum(W_2[j, l]*r_2[l] for l in span(1, c))*s[j]*(1 - s[j])",
            "the residual, carried back to the hidden layer",
            shape=["m"],
        ),
    ],
    parts=[
        Part(
            "The probabilities",
            "diff(ell, p[k]) == -y[k]/p[k]",
            [
                Step("-1/p[t]*diff(p[t], p[k])", differentiation("chain rule")),
                Step("-1/p[t]*kron(k, t)", slope_of_entry()),
                Step(because=definition("y", words="where this is not zero, `k` is the right class")),
            ],
            intro="The backward pass begins at the end. The loss sees one probability alone, that of the right class:",
            live=both(entry, "p", "k"),
        ),
        Part(
            "The loss in terms of the logits",
            f"ell == {LOG_SUM}",
            [
                Step("-log(exp(z_2[t])/sum(exp(z_2[l]) for l in span(1, c)))", definition("ell", "p")),
                Step(because=algebra("logarithm of a quotient")),
            ],
            live=[Live("layers by hand", loss)],
        ),
        Part(
            "Softmax and loss together",
            "diff(ell, z_2[k]) == r_2[k]",
            [
                Step(f"diff({LOG_SUM}, z_2[k])", using("The loss in terms of the logits")),
                Step(
                    "sum(diff(exp(z_2[l]), z_2[k]) for l in span(1, c))/sum(exp(z_2[l]) for l in span(1, c)) - kron(t, k)",
                    differentiation("chain rule, for the logarithm"),
                ),
                Step(
                    "sum(kron(l, k)*exp(z_2[l]) for l in span(1, c))/sum(exp(z_2[l]) for l in span(1, c)) - kron(t, k)",
                    differentiation("chain rule, for the exponentials"),
                ),
                Step("exp(z_2[k])/sum(exp(z_2[l]) for l in span(1, c)) - kron(t, k)", contraction()),
                Step("p[k] - y[k]", definition("p", "y")),
                Step(because=definition("r_2")),
            ],
            intro=(
                "Softmax and loss are best taken together. Logarithm and exponential cancel, and what remains could not be "
                "simpler:"
            ),
            live=both(entry, "z_2", "k"),
        ),
        Part(
            "Softmax alone",
            "diff(p[k], z_2[q]) == p[k]*(kron(k, q) - p[q])",
            [
                Step(
                    "exp(z_2[k])*kron(k, q)/sum(exp(z_2[l]) for l in span(1, c)) - exp(z_2[k])*exp(z_2[q])/sum(exp(z_2[l]) "
                    "for l in span(1, c))**2",
                    differentiation("quotient rule"),
                ),
                Step("p[k]*kron(k, q) - p[k]*p[q]", definition("p")),
                Step(because=algebra("factor out")),
            ],
            intro=(
                "Softmax as a layer of its own is less simple, since every probability depends on every logit. It is what one "
                "needs for another loss, or for the layers of a library that does not join the two."
            ),
            live=[Live("torch autograd", softmax_slope)],
        ),
        Part(
            "Back through softmax",
            "sum(g[l]*diff(p[l], z_2[k]) for l in span(1, c)) == p[k]*(g[k] - sum(p[l]*g[l] for l in span(1, c)))",
            [
                Step(
                    "sum(g[l]*(p[l]*(kron(l, k) - p[k])) for l in span(1, c))", using("Softmax alone", at={"k": "l", "q": "k"})
                ),
                Step(because=algebra("only one term of the first sum is not zero")),
            ],
            live=[Live("layers by hand", softmax_backward)],
        ),
        Part(
            "The second weights",
            "diff(ell, W_2[j, k]) == s[j]*r_2[k]",
            [
                Step("sum(diff(ell, z_2[l])*diff(z_2[l], W_2[j, k]) for l in span(1, c))", chain_rule("z_2")),
                Step(
                    "sum(r_2[l]*diff(z_2[l], W_2[j, k]) for l in span(1, c))", using("Softmax and loss together", at={"k": "l"})
                ),
                Step(
                    "sum(r_2[l]*(kron(l, k)*s[j]) for l in span(1, c))", differentiation("the logits are linear in the weights")
                ),
                Step(because=contraction()),
            ],
            intro=(
                "From here on every step is one layer: what was handed back, times how its output depends on what is asked for."
            ),
            live=both(entry, "W_2", "j", "k"),
        ),
        Part(
            "The second biases",
            "diff(ell, b_2[k]) == r_2[k]",
            [
                Step("sum(diff(ell, z_2[l])*diff(z_2[l], b_2[k]) for l in span(1, c))", chain_rule("z_2")),
                Step("sum(r_2[l]*diff(z_2[l], b_2[k]) for l in span(1, c))", using("Softmax and loss together", at={"k": "l"})),
                Step("sum(r_2[l]*kron(l, k) for l in span(1, c))", differentiation("a bias is a summand")),
                Step(because=contraction()),
            ],
            live=both(entry, "b_2", "k"),
        ),
        Part(
            "The hidden units",
            "diff(ell, s[j]) == sum(W_2[j, l]*r_2[l] for l in span(1, c))",
            [
                Step("sum(diff(ell, z_2[l])*diff(z_2[l], s[j]) for l in span(1, c))", chain_rule("z_2")),
                Step("sum(r_2[l]*diff(z_2[l], s[j]) for l in span(1, c))", using("Softmax and loss together", at={"k": "l"})),
                Step(because=differentiation("the logits are linear in the hidden units")),
            ],
            live=both(entry, "s", "j"),
        ),
        Part(
            "Back through the sigmoid",
            "diff(ell, z_1[j]) == r_1[j]",
            [
                Step("sum(diff(ell, s[l])*diff(s[l], z_1[j]) for l in span(1, m))", chain_rule("s")),
                Step(
                    "sum(diff(ell, s[l])*(kron(l, j)*s[l]*(1 - s[l])) for l in span(1, m))",
                    differentiation("the slope of the sigmoid, from its value", unfold=["s", "sigma"]),
                ),
                Step("diff(ell, s[j])*s[j]*(1 - s[j])", contraction()),
                Step("sum(W_2[j, l]*r_2[l] for l in span(1, c))*s[j]*(1 - s[j])", using("The hidden units")),
                Step(because=definition("r_1")),
            ],
            live=both(entry, "z_1", "j"),
        ),
        Part(
            "The first weights",
            "diff(ell, W_1[i, j]) == x[i]*r_1[j]",
            [
                Step("sum(diff(ell, z_1[l])*diff(z_1[l], W_1[i, j]) for l in span(1, m))", chain_rule("z_1")),
                Step(
                    "sum(r_1[l]*diff(z_1[l], W_1[i, j]) for l in span(1, m))", using("Back through the sigmoid", at={"j": "l"})
                ),
                Step(
                    "sum(r_1[l]*(kron(l, j)*x[i]) for l in span(1, m))",
                    differentiation("a linear layer is linear in its weights"),
                ),
                Step(because=contraction()),
            ],
            live=both(entry, "W_1", "i", "j"),
        ),
        Part(
            "The first biases",
            "diff(ell, b_1[j]) == r_1[j]",
            [
                Step("sum(diff(ell, z_1[l])*diff(z_1[l], b_1[j]) for l in span(1, m))", chain_rule("z_1")),
                Step("sum(r_1[l]*diff(z_1[l], b_1[j]) for l in span(1, m))", using("Back through the sigmoid", at={"j": "l"})),
                Step("sum(r_1[l]*kron(l, j) for l in span(1, m))", differentiation("a bias is a summand")),
                Step(because=contraction()),
            ],
            live=both(entry, "b_1", "j"),
        ),
        Part(
            "The input",
            "diff(ell, x[i]) == sum(W_1[i, l]*r_1[l] for l in span(1, m))",
            [
                Step("sum(diff(ell, z_1[l])*diff(z_1[l], x[i]) for l in span(1, m))", chain_rule("z_1")),
                Step("sum(r_1[l]*diff(z_1[l], x[i]) for l in span(1, m))", using("Back through the sigmoid", at={"j": "l"})),
                Step(because=differentiation("a linear layer is linear in its input")),
            ],
            intro="And the input, which is the output of the layer below where there is one:",
            live=both(entry, "x", "i"),
        ),
        Part(
            "In matrices: the logits",
            "grad(ell, z_2) == r_2",
            [Step(because=entrywise("Softmax and loss together", "k"))],
            intro=(
                "The same in matrices, which is how code writes it; a column times a row holds all products of their entries."
            ),
            live=both(whole, "z_2"),
        ),
        Part(
            "In matrices: the second weights",
            "grad(ell, W_2) == s @ r_2.T",
            [Step(because=entrywise("The second weights", "j", "k"))],
            live=both(whole, "W_2"),
        ),
        Part(
            "In matrices: the second biases",
            "grad(ell, b_2) == r_2",
            [Step(because=entrywise("The second biases", "k"))],
            live=both(whole, "b_2"),
        ),
        Part(
            "In matrices: the hidden units",
            "grad(ell, s) == W_2 @ r_2",
            [Step(because=entrywise("The hidden units", "j"))],
            live=both(whole, "s"),
        ),
        Part(
            "In matrices: back through the sigmoid",
            "grad(ell, z_1) == (W_2 @ r_2)*s*(1 - s)",
            [Step("r_1", entrywise("Back through the sigmoid", "j")), Step(because=definition("r_1"))],
            live=both(whole, "z_1"),
        ),
        Part(
            "In matrices: the first weights",
            "grad(ell, W_1) == x @ r_1.T",
            [Step(because=entrywise("The first weights", "i", "j"))],
            live=both(whole, "W_1"),
        ),
        Part(
            "In matrices: the first biases",
            "grad(ell, b_1) == r_1",
            [Step(because=entrywise("The first biases", "j"))],
            live=both(whole, "b_1"),
        ),
        Part(
            "In matrices: the input",
            "grad(ell, x) == W_1 @ r_1",
            [Step(because=entrywise("The input", "i"))],
            live=both(whole, "x"),
        ),
        Part(
            "A batch",
            "1/n*sum(H[j, l]*(P[k, l] - Y[k, l]) for l in span(1, n)) == (H @ E.T)[j, k]",
            [
                Step("sum(H[j, l]*E[k, l] for l in span(1, n))", definition("E", words="move the factor into the sum")),
                Step(because=algebra("this is what a matrix product is")),
            ],
            intro=(
                "The loss of a batch is the mean over its examples, so each gradient is the mean of theirs. With an example a "
                "column, the mean of the products is again one matrix product, here for the second weights:"
            ),
            live=[Live("layers by hand", batch_gradient)],
        ),
    ],
    conclusion=(
        "Softmax and loss together hand back the difference `p[k] - y[k]`. A linear layer hands back its weights applied to "
        "what it was handed (“The hidden units”, “The input”), its weights' gradient is the product of its input and what it "
        "was handed (“The second weights”, “The first weights”), and its biases' gradient is what it was handed (“The second "
        "biases”, “The first biases”); the sigmoid multiplies by its slope, which its value gives (“Back through the "
        "sigmoid”)."
    ),
    comment=(
        "The backward pass costs about as much as two forward passes: for each layer one product for the weights and one to "
        "hand on. It needs the values of the forward pass, which is what takes the memory. Joining softmax and loss is "
        "faster, and exact where a probability rounds to zero. The experiment with layers written by hand runs these very "
        "formulas."
    ),
)
