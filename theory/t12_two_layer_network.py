"""T12: every gradient of a two-layer network with sigmoid and softmax, entry by entry and in matrices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from experiments.nets import Dense, Net, Sigmoid
from report.proof import (
    Derivation, Live, Step, algebra, chain_rule, contraction, define, definition, differentiation, entrywise, integer,
    matrix, part, slope_of_entry, using, vector,
)  # fmt: skip
from theory.arrays import leaf, tensor
from theory.vocabulary import SIGMA

# --- the network, live: by torch's autograd, and by the code that E11 trains with ----------------------------------


def by_autograd(at: Any) -> dict[str, np.ndarray]:
    """The gradients of the loss by every parameter and every value between the layers, by name."""
    found = {"W_1": leaf(at.W_1, at.d, at.m), "b_1": leaf(at.b_1), "W_2": leaf(at.W_2, at.m, at.c), "b_2": leaf(at.b_2)}
    found["x"] = leaf(at.x)
    found["z_1"] = found["W_1"].T @ found["x"] + found["b_1"]
    found["s"] = torch.sigmoid(found["z_1"])
    found["z_2"] = found["W_2"].T @ found["s"] + found["b_2"]
    found["p"] = torch.softmax(found["z_2"], 0)
    loss = torch.nn.functional.nll_loss(found["p"].log()[None], torch.tensor([at.t - 1]))
    return {name: slope.numpy() for name, slope in zip(found, torch.autograd.grad(loss, list(found.values())))}


def by_layers(at: Any) -> tuple[float, dict[str, np.ndarray]]:
    """The loss, and its gradients by every parameter, by the layers that E11 trains with, on a batch of one."""
    from experiments import layers_by_hand as by_hand  # which loads NumPy, and SymPy has no use for it

    net = Net((at.d,), (Dense(at.m), Sigmoid(), Dense(at.c)))
    weights = [(np.reshape(at.W_1, (at.d, at.m)), np.array(at.b_1)), (np.reshape(at.W_2, (at.m, at.c)), np.array(at.b_2))]
    inputs, targets = np.reshape(at.x, (at.d, 1)), np.eye(at.c)[[at.t - 1]].T
    loss, gradients = by_hand.loss_and_gradients(net, weights, inputs, targets, by_hand.softmax_cross_entropy)
    return loss, dict(zip(("W_1", "b_1", "W_2", "b_2"), (array for pair in gradients for array in pair)))


def both(name: str, *indices: str) -> list[Live]:
    """Autograd, and the layers by hand where they compute this gradient: its entry at these indices, or all of it."""

    def of(gradients: Callable[[Any], dict[str, np.ndarray]]) -> Callable[[Any], np.ndarray]:
        return lambda at: gradients(at)[name][tuple(getattr(at, index) - 1 for index in indices)]

    found = [Live("torch autograd", of(by_autograd), points=3)]
    return found + [Live("layers by hand", of(lambda at: by_layers(at)[1]), points=3)] * (name[0] in "Wb")


def softmax_backward(at: Any) -> float:
    """What the softmax layer by hand makes of a gradient g."""
    from experiments import layers_by_hand as by_hand

    return float(by_hand.softmax_backward(np.array(at.p)[:, None], np.array(at.g)[:, None])[at.k - 1, 0])


def softmax_slope(at: Any) -> float:
    """One entry of the Jacobian that torch makes of softmax."""
    jacobian = torch.autograd.functional.jacobian(lambda z: torch.softmax(z, 0), tensor(at.z_2))
    return float(jacobian[at.k - 1, at.q - 1])


def batch_gradient(at: Any) -> float:
    """The gradient by the second weights of a batch, by the linear layer by hand."""
    from experiments import layers_by_hand as by_hand

    hidden, probabilities, targets = (np.reshape(array, (-1, at.n)) for array in (at.H, at.P, at.Y))
    return float(by_hand.linear_backward_parameters(hidden, (probabilities - targets) / at.n)[0][at.j - 1, at.k - 1])


# --- the derivation ------------------------------------------------------------------------------------------------

ALL = "sum(exp(z_2[l]) for l in span(1, c))"
LOG_SUM = f"log({ALL}) - z_2[t]"

DERIVATION = Derivation(
    id="T12",
    title="The two-layer network",
    question="""An input `x` passes a linear layer, a sigmoid, another linear layer and softmax; the loss `ell` is the
    negative logarithm of the probability of the right class `t`. What are its gradients with respect to all weights and
    biases, and to the values on the way?""",
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
        define("p[k]", f"exp(z_2[k])/{ALL}", "softmax: the probabilities", shape=["c"]),
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
        part(
            "The probabilities",
            "diff(ell, p[k]) == -y[k]/p[k]",
            Step("-1/p[t]*diff(p[t], p[k])", differentiation("chain rule")),
            Step("-1/p[t]*kron(k, t)", slope_of_entry()),
            definition("y", words="where this is not zero, `k` is the right class"),
            intro="The backward pass begins at the end. The loss sees one probability alone, that of the right class:",
            live=both("p", "k"),
        ),
        part(
            "The loss in terms of the logits",
            f"ell == {LOG_SUM}",
            Step(f"-log(exp(z_2[t])/{ALL})", definition("ell", "p")),
            algebra("logarithm of a quotient"),
            live=[Live("layers by hand", lambda at: by_layers(at)[0])],
        ),
        part(
            "Softmax and loss together",
            "diff(ell, z_2[k]) == r_2[k]",
            Step(f"diff({LOG_SUM}, z_2[k])", using("The loss in terms of the logits")),
            Step(
                f"sum(diff(exp(z_2[l]), z_2[k]) for l in span(1, c))/{ALL} - kron(t, k)",
                differentiation("chain rule, for the logarithm"),
            ),
            Step(
                f"sum(kron(l, k)*exp(z_2[l]) for l in span(1, c))/{ALL} - kron(t, k)",
                differentiation("chain rule, for the exponentials"),
            ),
            Step(f"exp(z_2[k])/{ALL} - kron(t, k)", contraction()),
            Step("p[k] - y[k]", definition("p", "y")),
            definition("r_2"),
            intro="""Softmax and loss are best taken together. Logarithm and exponential cancel, and what remains could not
            be simpler:""",
            live=both("z_2", "k"),
        ),
        part(
            "Softmax alone",
            "diff(p[k], z_2[q]) == p[k]*(kron(k, q) - p[q])",
            Step(f"exp(z_2[k])*kron(k, q)/{ALL} - exp(z_2[k])*exp(z_2[q])/{ALL}**2", differentiation("quotient rule")),
            Step("p[k]*kron(k, q) - p[k]*p[q]", definition("p")),
            algebra("factor out"),
            intro="""Softmax as a layer of its own is less simple, since every probability depends on every logit. It is
            what one needs for another loss, or for the layers of a library that does not join the two.""",
            live=[Live("torch autograd", softmax_slope)],
        ),
        part(
            "Back through softmax",
            "sum(g[l]*diff(p[l], z_2[k]) for l in span(1, c)) == p[k]*(g[k] - sum(p[l]*g[l] for l in span(1, c)))",
            Step("sum(g[l]*(p[l]*(kron(l, k) - p[k])) for l in span(1, c))", using("Softmax alone", at={"k": "l", "q": "k"})),
            algebra("only one term of the first sum is not zero"),
            live=[Live("layers by hand", softmax_backward)],
        ),
        part(
            "The second weights",
            "diff(ell, W_2[j, k]) == s[j]*r_2[k]",
            Step("sum(diff(ell, z_2[l])*diff(z_2[l], W_2[j, k]) for l in span(1, c))", chain_rule("z_2")),
            Step("sum(r_2[l]*diff(z_2[l], W_2[j, k]) for l in span(1, c))", using("Softmax and loss together", at={"k": "l"})),
            Step("sum(r_2[l]*(kron(l, k)*s[j]) for l in span(1, c))", differentiation("the logits are linear in the weights")),
            contraction(),
            intro="""From here on every step is one layer: what was handed back, times how its output depends on what is
            asked for.""",
            live=both("W_2", "j", "k"),
        ),
        part(
            "The second biases",
            "diff(ell, b_2[k]) == r_2[k]",
            Step("sum(diff(ell, z_2[l])*diff(z_2[l], b_2[k]) for l in span(1, c))", chain_rule("z_2")),
            Step("sum(r_2[l]*diff(z_2[l], b_2[k]) for l in span(1, c))", using("Softmax and loss together", at={"k": "l"})),
            Step("sum(r_2[l]*kron(l, k) for l in span(1, c))", differentiation("a bias is a summand")),
            contraction(),
            live=both("b_2", "k"),
        ),
        part(
            "The hidden units",
            "diff(ell, s[j]) == sum(W_2[j, l]*r_2[l] for l in span(1, c))",
            Step("sum(diff(ell, z_2[l])*diff(z_2[l], s[j]) for l in span(1, c))", chain_rule("z_2")),
            Step("sum(r_2[l]*diff(z_2[l], s[j]) for l in span(1, c))", using("Softmax and loss together", at={"k": "l"})),
            differentiation("the logits are linear in the hidden units"),
            live=both("s", "j"),
        ),
        part(
            "Back through the sigmoid",
            "diff(ell, z_1[j]) == r_1[j]",
            Step("sum(diff(ell, s[l])*diff(s[l], z_1[j]) for l in span(1, m))", chain_rule("s")),
            Step(
                "sum(diff(ell, s[l])*(kron(l, j)*s[l]*(1 - s[l])) for l in span(1, m))",
                differentiation("the slope of the sigmoid, from its value", unfold=["s", "sigma"]),
            ),
            Step("diff(ell, s[j])*s[j]*(1 - s[j])", contraction()),
            Step("sum(W_2[j, l]*r_2[l] for l in span(1, c))*s[j]*(1 - s[j])", using("The hidden units")),
            definition("r_1"),
            live=both("z_1", "j"),
        ),
        part(
            "The first weights",
            "diff(ell, W_1[i, j]) == x[i]*r_1[j]",
            Step("sum(diff(ell, z_1[l])*diff(z_1[l], W_1[i, j]) for l in span(1, m))", chain_rule("z_1")),
            Step("sum(r_1[l]*diff(z_1[l], W_1[i, j]) for l in span(1, m))", using("Back through the sigmoid", at={"j": "l"})),
            Step(
                "sum(r_1[l]*(kron(l, j)*x[i]) for l in span(1, m))", differentiation("a linear layer is linear in its weights")
            ),
            contraction(),
            live=both("W_1", "i", "j"),
        ),
        part(
            "The first biases",
            "diff(ell, b_1[j]) == r_1[j]",
            Step("sum(diff(ell, z_1[l])*diff(z_1[l], b_1[j]) for l in span(1, m))", chain_rule("z_1")),
            Step("sum(r_1[l]*diff(z_1[l], b_1[j]) for l in span(1, m))", using("Back through the sigmoid", at={"j": "l"})),
            Step("sum(r_1[l]*kron(l, j) for l in span(1, m))", differentiation("a bias is a summand")),
            contraction(),
            live=both("b_1", "j"),
        ),
        part(
            "The input",
            "diff(ell, x[i]) == sum(W_1[i, l]*r_1[l] for l in span(1, m))",
            Step("sum(diff(ell, z_1[l])*diff(z_1[l], x[i]) for l in span(1, m))", chain_rule("z_1")),
            Step("sum(r_1[l]*diff(z_1[l], x[i]) for l in span(1, m))", using("Back through the sigmoid", at={"j": "l"})),
            differentiation("a linear layer is linear in its input"),
            intro="And the input, which is the output of the layer below where there is one:",
            live=both("x", "i"),
        ),
        part(
            "In matrices: the logits",
            "grad(ell, z_2) == r_2",
            entrywise("Softmax and loss together", "k"),
            intro="""The same in matrices, which is how code writes it; a column times a row holds all products of their
            entries.""",
            live=both("z_2"),
        ),
        part(
            "In matrices: the second weights",
            "grad(ell, W_2) == s @ r_2.T",
            entrywise("The second weights", "j", "k"),
            live=both("W_2"),
        ),
        part("In matrices: the second biases", "grad(ell, b_2) == r_2", entrywise("The second biases", "k"), live=both("b_2")),
        part("In matrices: the hidden units", "grad(ell, s) == W_2 @ r_2", entrywise("The hidden units", "j"), live=both("s")),
        part(
            "In matrices: back through the sigmoid",
            "grad(ell, z_1) == (W_2 @ r_2)*s*(1 - s)",
            Step("r_1", entrywise("Back through the sigmoid", "j")),
            definition("r_1"),
            live=both("z_1"),
        ),
        part(
            "In matrices: the first weights",
            "grad(ell, W_1) == x @ r_1.T",
            entrywise("The first weights", "i", "j"),
            live=both("W_1"),
        ),
        part("In matrices: the first biases", "grad(ell, b_1) == r_1", entrywise("The first biases", "j"), live=both("b_1")),
        part("In matrices: the input", "grad(ell, x) == W_1 @ r_1", entrywise("The input", "i"), live=both("x")),
        part(
            "A batch",
            "1/n*sum(H[j, l]*(P[k, l] - Y[k, l]) for l in span(1, n)) == (H @ E.T)[j, k]",
            Step("sum(H[j, l]*E[k, l] for l in span(1, n))", definition("E", words="move the factor into the sum")),
            algebra("this is what a matrix product is"),
            intro="""The loss of a batch is the mean over its examples, so each gradient is the mean of theirs. With an
            example a column, the mean of the products is again one matrix product, here for the second weights:""",
            live=[Live("layers by hand", batch_gradient)],
        ),
    ],
    conclusion="""Softmax and loss together hand back the difference `p[k] - y[k]`. A linear layer hands back its weights
    applied to what it was handed (“The hidden units”, “The input”), its weights' gradient is the product of its input and
    what it was handed (“The second weights”, “The first weights”), and its biases' gradient is what it was handed (“The
    second biases”, “The first biases”); the sigmoid multiplies by its slope, which its value gives (“Back through the
    sigmoid”).""",
    comment="""The backward pass costs about as much as two forward passes: for each layer one product for the weights and
    one to hand on. It needs the values of the forward pass, which is what takes the memory. Joining softmax and loss is
    faster, and exact where a probability rounds to zero. The experiment with layers written by hand runs these very
    formulas.""",
)
