"""T11: the shapes of values and gradients: a linear layer, the sigmoid and the log-likelihood, forward and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import torch

from experiments import layers_by_hand as by_hand
from report.model import Column, Table, Value
from report.proof import (
    Derivation, Live, Part, Step, algebra, calculation, contraction, define, definition, differentiation, integer, matrix,
    slope_of_entry, using, vector,
)  # fmt: skip
from report.prove.language.formula import parse
from report.prove.language.latex import latex
from report.prove.language.names import names_of
from report.prove.meaning.symbolic import Grid, read, scope_for
from theory.vocabulary import SIGMA

Numbers = list[float] | list[list[float]]
"""A matrix by rows; one with a single column comes as a list of numbers."""

# --- the layers, live ----------------------------------------------------------------------------------------------


def tensor(values: Numbers, *shape: int) -> torch.Tensor:
    """A leaf in double precision, whose gradient is asked for."""
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def array(values: Numbers, *shape: int) -> np.ndarray:
    """The same for layers by hand."""
    return np.array(values, dtype=np.float64).reshape(shape)


def loss_with_slopes(outputs: torch.Tensor, slopes: torch.Tensor) -> torch.Tensor:
    """A loss that bends, and has these slopes by the outputs just where they are."""
    return (slopes * torch.sin(outputs - outputs.detach())).sum()


class Affine:
    """torch's linear layer on a batch whose examples are columns, and its gradients for given slopes by its outputs."""

    def __init__(self, W: Numbers, b: Numbers, A: Numbers, G: Numbers, d: int, k: int, n: int):
        self.W, self.b, self.A = tensor(W, d, k), tensor(b, k), tensor(A, d, n)
        self.Z = torch.nn.functional.linear(self.A.T, self.W.T, self.b).T
        loss_with_slopes(self.Z, tensor(G, k, n).detach()).backward()


class Squashed:
    """torch's sigmoid after the linear layer, and its gradient for given slopes by its outputs."""

    def __init__(self, W: Numbers, b: Numbers, A: Numbers, G: Numbers, d: int, k: int, n: int):
        self.Z = Affine(W, b, A, G, d, k, n).Z.detach().requires_grad_()
        self.S = torch.sigmoid(self.Z)
        loss_with_slopes(self.S, tensor(G, k, n).detach()).backward()


class Likelihood:
    """The negative log-likelihood of probabilities, by torch, and its gradient."""

    def __init__(self, P: Numbers, Y: Numbers, k: int, n: int):
        self.P, self.Y = tensor(P, k, n), tensor(Y, k, n).detach()
        self.loss = -torch.special.xlog1py(self.Y, self.P - 1).sum() / n
        self.loss.backward()


class Logistic:
    """Linear, sigmoid, log-likelihood of two classes: the loss and every gradient, by torch."""

    def __init__(self, W: Numbers, b: Numbers, A: Numbers, Y: Numbers, d: int, k: int, n: int):
        self.W, self.b, self.A = tensor(W, d, k), tensor(b, k), tensor(A, d, n)
        self.Z = torch.nn.functional.linear(self.A.T, self.W.T, self.b).T
        self.S = torch.sigmoid(self.Z)
        self.Z.retain_grad()
        self.S.retain_grad()
        self.loss = torch.nn.functional.binary_cross_entropy(self.S, tensor(Y, k, n).detach(), reduction="sum") / n
        self.loss.backward()


def linear_by_autograd(of: str) -> Callable[..., torch.Tensor | None]:
    """A witness for the outputs of the linear layer ('Z'), or for its gradient by 'W', 'b' or 'A'."""

    def witness(W: Numbers, b: Numbers, A: Numbers, G: Numbers, d: int, k: int, n: int) -> torch.Tensor | None:
        layer = Affine(W, b, A, G, d, k, n)
        return {"Z": layer.Z, "W": layer.W.grad, "b": layer.b.grad, "A": layer.A.grad}[of]

    return witness


def linear_by_hand(of: str) -> Callable[..., np.ndarray]:
    """The same by the code that trains E10 and E11."""

    def witness(W: Numbers, b: Numbers, A: Numbers, G: Numbers, d: int, k: int, n: int) -> np.ndarray:
        weights, values, slopes = array(W, d, k), array(A, d, n), array(G, k, n)
        by_W, by_b = by_hand.linear_backward_parameters(values, slopes)
        return {
            "Z": by_hand.linear(weights, array(b, k), values),
            "W": by_W,
            "b": by_b,
            "A": by_hand.linear_backward_values(weights, slopes),
        }[of]

    return witness


def sigmoid_by_autograd(W: Numbers, b: Numbers, A: Numbers, G: Numbers, d: int, k: int, n: int) -> torch.Tensor | None:
    """The gradient by the input of the sigmoid."""
    return Squashed(W, b, A, G, d, k, n).Z.grad


def sigmoid_by_hand(W: Numbers, b: Numbers, A: Numbers, G: Numbers, d: int, k: int, n: int) -> np.ndarray:
    """The same by the code that trains E10 and E11."""
    outputs = by_hand.sigmoid(by_hand.linear(array(W, d, k), array(b, k), array(A, d, n)))
    return by_hand.sigmoid_backward(outputs, array(G, k, n))


def slope_of_output(
    W: Numbers, b: Numbers, A: Numbers, d: int, k: int, n: int, o: int, j: int, by: str, at: tuple[int, ...]
) -> float:
    """An output of the linear layer, differentiated by one entry of its weights, biases or input."""
    layer = {"W": tensor(W, d, k), "b": tensor(b, k), "A": tensor(A, d, n)}
    Z = torch.nn.functional.linear(layer["A"].T, layer["W"].T, layer["b"]).T
    (slope,) = torch.autograd.grad(Z[o - 1, j - 1], layer[by])
    return float(slope[tuple(place - 1 for place in at)])


def slope_by_weight(W: Numbers, b: Numbers, A: Numbers, d: int, k: int, n: int, o: int, j: int, r: int, s: int) -> float:
    return slope_of_output(W, b, A, d, k, n, o, j, "W", (r, s))


def slope_by_bias(W: Numbers, b: Numbers, A: Numbers, d: int, k: int, n: int, o: int, j: int, s: int) -> float:
    return slope_of_output(W, b, A, d, k, n, o, j, "b", (s,))


def slope_by_value(W: Numbers, b: Numbers, A: Numbers, d: int, k: int, n: int, o: int, j: int, r: int, i: int) -> float:
    return slope_of_output(W, b, A, d, k, n, o, j, "A", (r, i))


def jacobian_of_sigmoid(W: Numbers, b: Numbers, A: Numbers, d: int, k: int, n: int, o: int, j: int, s: int, i: int) -> float:
    """One entry of the Jacobian that torch makes of the sigmoid on the whole batch."""
    Z = Affine(W, b, A, [0.0] * (k * n), d, k, n).Z.detach()
    return float(torch.autograd.functional.jacobian(torch.sigmoid, Z)[o - 1, j - 1, s - 1, i - 1])


def diagonal_product(u: Numbers, v: Numbers, k: int) -> torch.Tensor:
    """The matrix made, and multiplied with."""
    return (torch.diag(tensor(u, k)) @ tensor(v, k)).detach()


def right_class_by_torch(P: Numbers, k: int, n: int, c: int, j: int) -> float:
    """The log-likelihood of one label, by torch's loss for labels."""
    return -float(torch.nn.functional.nll_loss(tensor(P, k, n).detach().log().T[j - 1 : j], torch.tensor([c - 1])))


def likelihood_by_autograd(P: Numbers, Y: Numbers, k: int, n: int) -> torch.Tensor | None:
    return Likelihood(P, Y, k, n).P.grad


def likelihood_by_hand(P: Numbers, Y: Numbers, k: int, n: int) -> np.ndarray:
    return by_hand.nll_backward(array(P, k, n), array(Y, k, n))


def slope_by_probability(P: Numbers, k: int, n: int, c: int, j: int, o: int, i: int) -> float:
    """torch's own loss for labels, of example j alone, differentiated by one probability."""
    probabilities = tensor(P, k, n)
    loss = torch.nn.functional.nll_loss(probabilities.log().T[j - 1 : j], torch.tensor([c - 1])) / n
    loss.backward()
    return float(probabilities.grad[o - 1, i - 1])  # type: ignore[index]


def logistic_by_autograd(of: str) -> Callable[..., torch.Tensor | None]:
    """A witness for the gradient of the two-class loss by 'S', 'Z', 'W', 'b' or 'A', back through all that was run."""

    def witness(W: Numbers, b: Numbers, A: Numbers, Y: Numbers, d: int, k: int, n: int) -> torch.Tensor | None:
        run = Logistic(W, b, A, Y, d, k, n)
        return {"S": run.S.grad, "Z": run.Z.grad, "W": run.W.grad, "b": run.b.grad, "A": run.A.grad}[of]

    return witness


def logistic_by_hand(of: str) -> Callable[..., np.ndarray]:
    """The same, one backward function after another."""

    def witness(W: Numbers, b: Numbers, A: Numbers, Y: Numbers, d: int, k: int, n: int) -> np.ndarray:
        weights, values, targets = array(W, d, k), array(A, d, n), array(Y, k, n)
        S = by_hand.sigmoid(by_hand.linear(weights, array(b, k), values))
        by_S = by_hand.binary_nll_backward(S, targets)
        by_Z = by_hand.sigmoid_backward(S, by_S)
        by_W, by_b = by_hand.linear_backward_parameters(values, by_Z)
        return {"S": by_S, "Z": by_Z, "W": by_W, "b": by_b, "A": by_hand.linear_backward_values(weights, by_Z)}[of]

    return witness


SIZES = {"d": range(1, 4), "k": range(1, 4), "n": range(1, 4)}
PROBABILITIES = {"k": range(1, 4), "n": range(1, 4)}
FEWER = {"d": (1, 3), "k": (1, 2), "n": (1, 2, 3)}
AUTOGRAD, BY_HAND = "torch autograd", "layers by hand"


def both(
    autograd: Callable[..., torch.Tensor | None], hand: Callable[..., np.ndarray], sizes: Mapping[str, Sequence[int]] = SIZES
) -> list[Live]:
    """torch and the code that trains, at every choice of small sizes: what they give must have the same shape and values."""
    return [Live(AUTOGRAD, autograd, sweep=sizes), Live(BY_HAND, hand, sweep=sizes)]


# --- the glossary --------------------------------------------------------------------------------------------------

EVERY_OUTPUT = "for m in span(1, n)) for l in span(1, k))"
LOSS_BY = f"sum(sum(G[l, m]*diff(%s) {EVERY_OUTPUT}"
"""The slope of a loss by something, through all outputs of a layer: the chain rule."""

SYMBOLS = [
    integer("d", "the number of inputs of a layer", least="1", high=3),
    integer("k", "the number of its outputs", least="1", high=3),
    integer("n", "the number of examples", least="1", high=3),
    matrix("A", "d", "n", "the input of a linear layer, an example in each column"),
    matrix("W", "d", "k", "its weights"),
    vector("b", "k", "its biases"),
    matrix("G", "k", "n", "the slopes of a loss by the outputs of a layer"),
    matrix("P", "k", "n", "probabilities of the classes", low=0.1, high=0.9),
    matrix("Y", "k", "n", "targets: one for the right class of an example, nought for the others", low=0, high=1),
    integer("r", "an input", within=("1", "d")),
    integer("o", "an output", within=("1", "k")),
    integer("j", "an example", within=("1", "n")),
    integer("s", "an output, perhaps another", within=("1", "k")),
    integer("i", "an example, perhaps another", within=("1", "n")),
    integer("c", "the right class of an example", within=("1", "k")),
    vector("u", "k", "any vector"),
    vector("v", "k", "another"),
]

DEFINITIONS = [
    SIGMA,
    define(
        "H[o, j]",
        "sum(W[q, o]*A[q, j] for q in span(1, d)) + b[o]",
        "the outputs of the linear layer",
        shape=["k", "n"],
        latex="Z",
    ),
    define("S[o, j]", "sigma(H[o, j])", "their sigmoid", shape=["k", "n"]),
    define("f", f"sum(sum(G[l, m]*H[l, m] {EVERY_OUTPUT}", "a loss, as the linear layer sees it", latex=r"\ell_Z"),
    define("h", f"sum(sum(G[l, m]*S[l, m] {EVERY_OUTPUT}", "a loss, as the sigmoid sees it", latex=r"\ell_S"),
    define(
        "ell",
        f"-1/n*sum(sum(Y[l, m]*log(P[l, m]) {EVERY_OUTPUT}",
        "the negative log-likelihood, a mean over the examples",
        latex=r"\ell",
    ),
    define(
        "e",
        f"-1/n*sum(sum(Y[l, m]*log(S[l, m]) + (1 - Y[l, m])*log(1 - S[l, m]) {EVERY_OUTPUT}",
        "that of two classes, whose probabilities are `S` and `1 - S`",
        latex=r"\ell_2",
    ),
]

# --- the table: every shape, from the formula and from live tensors -------------------------------------------------

UNEQUAL = {"d": 4, "k": 3, "n": 5}
EQUAL = {"d": 4, "k": 4, "n": 4}

ROWS = (
    ("linear", "output", "W.T@A + b@ones(n).T"),
    ("linear", "gradient by the weights", "A@G.T"),
    ("linear", "gradient by the biases", "G@ones(n)"),
    ("linear", "gradient by the input", "W@G"),
    ("sigmoid", "output", "S"),
    ("sigmoid", "gradient by the input", "G*S*(1 - S)"),
    ("log-likelihood", "output", "ell"),
    ("log-likelihood", "gradient by the probabilities", "-Y/(n*P)"),
)
"""Layer, what of it, and the formula that the derivation has for it."""


def shapes_by_torch() -> list[tuple[int, ...]]:
    """The shape of everything in ``ROWS`` as a live tensor, the gradients by autograd."""
    W, b, A, G, P, Y = drawn(*"WbAGPY")
    linear, squashed = Affine(W, b, A, G, **UNEQUAL), Squashed(W, b, A, G, **UNEQUAL)
    likelihood = Likelihood(P, Y, UNEQUAL["k"], UNEQUAL["n"])
    found = [
        linear.Z, linear.W.grad, linear.b.grad, linear.A.grad,
        squashed.S, squashed.Z.grad, likelihood.loss, likelihood.P.grad,
    ]  # fmt: skip
    return [tuple(each.shape) for each in found if each is not None]


def shapes_by_hand() -> list[tuple[int, ...]]:
    """The same of what the code that trains returns."""
    W, b, A, G, P, Y = map(np.array, drawn(*"WbAGPY"))
    Z = by_hand.linear(W, b, A)
    S = by_hand.sigmoid(Z)
    found = [
        Z, *by_hand.linear_backward_parameters(A, G), by_hand.linear_backward_values(W, G),
        S, by_hand.sigmoid_backward(S, G), np.array(by_hand.nll(P, Y)), by_hand.nll_backward(P, Y),
    ]  # fmt: skip
    return [each.shape for each in found]


def drawn(*names: str) -> list[Numbers]:
    """Positive random numbers in the declared shape of each symbol, at the sizes ``UNEQUAL``."""
    sizes = {symbol.name: tuple(UNEQUAL[size.text] for size in symbol.shape) for symbol in SYMBOLS}
    return [np.random.default_rng(0).uniform(0.1, 0.9, sizes[name]).tolist() for name in names]


def shape_of(formula: str) -> tuple[str, ...]:
    """The shape that a formula has, by the rules for sums and products, in symbols; of a number, no size at all."""
    value = read(parse(formula).tree, scope_for(SYMBOLS, DEFINITIONS))
    sizes = (value.rows, value.columns) if isinstance(value, Grid) else ()
    return tuple(str(size) for size in sizes if size != 1)


def shapes_table() -> Table:
    """Every output and every gradient with its shape: from the formula, and of live arrays."""
    columns = (
        Column("layer", "Layer", align="left"),
        Column("what", "What", align="left"),
        Column("formula", "Formula", align="left"),
        Column("shape", "Shape", align="left"),
        Column("instance", ", ".join(f"{name} = {size}" for name, size in UNEQUAL.items()), align="left"),
        Column("torch", "torch", align="left"),
        Column("hand", "By hand", align="left"),
    )
    rows = []
    for (layer, what, formula), torchs, hands in zip(ROWS, shapes_by_torch(), shapes_by_hand(), strict=True):
        symbolic = shape_of(formula)
        written = latex(parse(formula), names_of(SYMBOLS, DEFINITIONS))
        in_symbols = "$" + r" \times ".join(symbolic) + "$" if symbolic else _times(symbolic)
        instance = tuple(UNEQUAL[size] for size in symbolic)
        rows.append((layer, what, f"${written}$", in_symbols, _times(instance), _times(torchs), _times(hands)))
    agree = all(len(set(row[4:])) == 1 for row in rows)
    caption = "The shape of every output and every gradient, from its formula, and of live tensors. "
    caption += "They agree." if agree else "They do not agree."
    return Table(columns, tuple(rows), caption)


def _times(shape: Sequence[str | int]) -> str:
    return " × ".join(map(str, shape)) or "one number"


def fitting(sizes: Mapping[str, int], first: str, second: str, wanted: str) -> int:
    """How many products of two matrices, in either order and each transposed or not, have the shape of a third."""
    shape = {s.name: tuple(sizes[size.text] for size in s.shape) for s in SYMBOLS if s.kind == "matrix"}
    orders = [(shape[first], shape[second]), (shape[second], shape[first])]
    turned = [(p[::a], q[::b]) for p, q in orders for a in (1, -1) for b in (1, -1)]
    return sum(p[1] == q[0] and (p[0], q[1]) == shape[wanted] for p, q in turned)


def fitting_value(sizes: Mapping[str, int]) -> Value:
    """The same for the gradient by the weights, from the input and the slopes."""
    return Value(
        fitting(sizes, "A", "G", "W"),
        digits=0,
        origin="products of A and G, in both orders, each transposed or not, that have the shape of W: "
        + ", ".join(f"{name} = {size}" for name, size in sizes.items()),
    )


# --- the parts -----------------------------------------------------------------------------------------------------

DERIVATION = Derivation(
    id="T11",
    title="Shapes of values and gradients",
    question=(
        "A linear layer, the sigmoid and the negative log-likelihood, on `n` examples at once: which shape has the output of "
        "each, and which shape has each gradient? In which order are they computed?"
    ),
    symbols=SYMBOLS,
    definitions=DEFINITIONS,
    parts=[
        Part(
            "The outputs of a linear layer",
            "H == W.T@A + b@ones(n).T",
            [Step(because=definition("H", words="row times column; `b` is added to every column"))],
            intro=(
                "The examples are the columns of a matrix. An equation between matrices says two things: that the shapes are "
                "equal, and that the entries are. Here it says that the outputs make `k` rows, one for each output, and "
                "`n` columns, one for each example."
            ),
            live=both(linear_by_autograd("Z"), linear_by_hand("Z")),
        ),
        Part(
            "An output by a weight",
            "diff(H[o, j], W[r, s]) == kron(o, s)*A[r, j]",
            [
                Step("sum(diff(W[q, o], W[r, s])*A[q, j] for q in span(1, d))", differentiation("term by term")),
                Step("sum(kron(q, r)*kron(o, s)*A[q, j] for q in span(1, d))", slope_of_entry()),
                Step(because=contraction()),
            ],
            intro=(
                "A derivative has the indices of what is differentiated, and those of what it is differentiated by. So the "
                "derivatives of a matrix by a matrix, its Jacobian, have four:"
            ),
            live=[Live(AUTOGRAD, slope_by_weight, points=20)],
        ),
        Part(
            "An output by a bias",
            "diff(H[o, j], b[s]) == kron(o, s)",
            [Step(because=differentiation("every output has a bias of its own"))],
            live=[Live(AUTOGRAD, slope_by_bias, points=20)],
        ),
        Part(
            "An output by an input",
            "diff(H[o, j], A[r, i]) == kron(i, j)*W[r, o]",
            [
                Step("sum(W[q, o]*diff(A[q, j], A[r, i]) for q in span(1, d))", differentiation("term by term")),
                Step("sum(W[q, o]*(kron(q, r)*kron(i, j)) for q in span(1, d))", slope_of_entry()),
                Step(because=contraction()),
            ],
            live=[Live(AUTOGRAD, slope_by_value, points=20)],
        ),
        Part(
            "The loss by a weight",
            "diff(f, W[r, s]) == sum(A[r, m]*G[s, m] for m in span(1, n))",
            [
                Step(LOSS_BY % "H[l, m], W[r, s]", differentiation("chain rule")),
                Step(
                    f"sum(sum(G[l, m]*(kron(l, s)*A[r, m]) {EVERY_OUTPUT}",
                    using("An output by a weight", at={"o": "l", "j": "m"}),
                ),
                Step(because=contraction()),
            ],
            intro=(
                "Nobody needs that Jacobian. A loss is one number, without indices, so its gradient has only those of what it "
                "is taken by: **a gradient has the shape of what it is the gradient by**. The indices of the outputs are "
                "summed over. Let `G` be the slopes of a loss by the outputs `H`, one for each of them, hence in the shape of "
                "`H`. By the chain rule these slopes are all that the layer sees of the loss, so that `f` stands for every "
                "loss that has them."
            ),
        ),
        Part(
            "The gradient by the weights",
            "grad(f, W) == A@G.T",
            [Step(because=calculation("each entry is row times column"))],
            intro="All entries together are a matrix of the shape of `W`, with `d` rows and `k` columns:",
            live=both(linear_by_autograd("W"), linear_by_hand("W")),
        ),
        Part(
            "The loss by a bias",
            "diff(f, b[s]) == sum(G[s, m] for m in span(1, n))",
            [
                Step(LOSS_BY % "H[l, m], b[s]", differentiation("chain rule")),
                Step(f"sum(sum(G[l, m]*kron(l, s) {EVERY_OUTPUT}", using("An output by a bias", at={"o": "l", "j": "m"})),
                Step(because=contraction()),
            ],
        ),
        Part(
            "The gradient by the biases",
            "grad(f, b) == G@ones(n)",
            [Step(because=calculation("the sum over the examples is a product with ones"))],
            intro="These are `k` numbers, one for each bias: the examples are summed over.",
            live=both(linear_by_autograd("b"), linear_by_hand("b")),
        ),
        Part(
            "The loss by an input",
            "diff(f, A[r, i]) == sum(W[r, l]*G[l, i] for l in span(1, k))",
            [
                Step(LOSS_BY % "H[l, m], A[r, i]", differentiation("chain rule")),
                Step(
                    f"sum(sum(G[l, m]*(kron(i, m)*W[r, l]) {EVERY_OUTPUT}",
                    using("An output by an input", at={"o": "l", "j": "m"}),
                ),
                Step(because=contraction()),
            ],
        ),
        Part(
            "The gradient by the input",
            "grad(f, A) == W@G",
            [Step(because=calculation("each entry is row times column"))],
            intro="This has the shape of `A`, and an example takes part only in its own column:",
            live=both(linear_by_autograd("A"), linear_by_hand("A")),
        ),
        Part(
            "The Jacobian of the sigmoid",
            "diff(S[o, j], H[s, i]) == kron(o, s)*kron(i, j)*(S[o, j]*(1 - S[o, j]))",
            [
                Step("diff(sigma(H[o, j]), H[s, i])", definition("S")),
                Step(
                    "sigma(H[o, j])*(1 - sigma(H[o, j]))*diff(H[o, j], H[s, i])",
                    differentiation("chain rule, with the slope of the sigmoid from T2", unfold=["sigma"]),
                ),
                Step("sigma(H[o, j])*(1 - sigma(H[o, j]))*(kron(o, s)*kron(i, j))", slope_of_entry()),
                Step(because=definition("S")),
            ],
            intro=(
                "The sigmoid works entry by entry, so its output has the shape of its input. Each entry depends on one entry "
                "alone, so of the Jacobian only a diagonal is not zero:"
            ),
            live=[Live(AUTOGRAD, jacobian_of_sigmoid, points=20)],
        ),
        Part(
            "A diagonal times a vector",
            "diag(u)@v == u*v",
            [Step(because=algebra("in every row one term is not zero"))],
            intro="A diagonal matrix times a vector needs no matrix. It is a product entry by entry, of the same shape:",
            live=[Live("torch diag", diagonal_product, sweep={"k": range(1, 6)})],
        ),
        Part(
            "The loss by an input of the sigmoid",
            "diff(h, H[s, i]) == G[s, i]*S[s, i]*(1 - S[s, i])",
            [
                Step(LOSS_BY % "S[l, m], H[s, i]", differentiation("chain rule")),
                Step(
                    f"sum(sum(G[l, m]*(kron(l, s)*kron(i, m)*(S[l, m]*(1 - S[l, m]))) {EVERY_OUTPUT}",
                    using("The Jacobian of the sigmoid", at={"o": "l", "j": "m"}),
                ),
                Step(because=contraction()),
            ],
            intro="Likewise for the whole batch. Now let `G` be the slopes of a loss by `S`.",
        ),
        Part(
            "The gradient by the input of the sigmoid",
            "grad(h, H) == G*S*(1 - S)",
            [Step(because=differentiation("entry by entry, as above", unfold=["h", "S", "sigma"]))],
            intro="So this gradient has the shape of `H`, which is that of `S` and of `G`:",
            live=both(sigmoid_by_autograd, sigmoid_by_hand),
        ),
        Part(
            "The right class alone",
            "sum(kron(l, c)*log(P[l, j]) for l in span(1, k)) == log(P[c, j])",
            [Step(because=contraction())],
            intro=(
                "The negative log-likelihood takes `k` by `n` probabilities, and gives one number. In the targets `Y` each "
                "example has one column, with a one for its right class: it picks the probability of that class."
            ),
            live=[Live("torch nll_loss", right_class_by_torch)],
        ),
        Part(
            "One example by a probability",
            "diff(-1/n*log(P[c, j]), P[o, i]) == -kron(o, c)*kron(i, j)/(n*P[o, i])",
            [
                Step("-1/(n*P[c, j])*diff(P[c, j], P[o, i])", differentiation("chain rule")),
                Step("-1/(n*P[c, j])*(kron(o, c)*kron(i, j))", slope_of_entry()),
                Step(because=algebra("where it is not zero, the indices are equal")),
            ],
            intro=(
                "What example `j` contributes has a slope by one probability only, that of its own right class. By the "
                "others it is zero, but a slope of zero is an entry too:"
            ),
            live=[Live("torch nll_loss", slope_by_probability, points=20)],
        ),
        Part(
            "The loss by a probability",
            "diff(ell, P[o, i]) == -Y[o, i]/(n*P[o, i])",
            [
                Step(f"-1/n*sum(sum(Y[l, m]*diff(log(P[l, m]), P[o, i]) {EVERY_OUTPUT}", differentiation("term by term")),
                Step(
                    f"-1/n*sum(sum(Y[l, m]*(kron(l, o)*kron(i, m)/P[l, m]) {EVERY_OUTPUT}",
                    differentiation("the slope of the logarithm"),
                ),
                Step(because=contraction()),
            ],
        ),
        Part(
            "The gradient by the probabilities",
            "grad(ell, P) == -Y/(n*P)",
            [Step(because=calculation("entry by entry"))],
            intro=(
                "So this gradient has the shape of `P`: not that of the labels, which are `n` numbers, nor that of the loss, "
                "which is one."
            ),
            live=both(likelihood_by_autograd, likelihood_by_hand, PROBABILITIES),
        ),
        Part(
            "Last layer first",
            "grad(e, S) == (S - Y)/(n*S*(1 - S))",
            [
                Step("-1/n*(Y/S - (1 - Y)/(1 - S))", differentiation("the slope of the logarithm")),
                Step(because=algebra("bring to one denominator")),
            ],
            intro=(
                "Now one layer after another, as logistic regression needs them: linear, sigmoid, log-likelihood `e`. Forward "
                "the order is `H`, `S`, `e`, each computed from the one before. Backward, a layer needs the gradient by its "
                "output, and gives the gradient by its input, which is the output of the layer before it. So the order is "
                "reversed, and the loss comes first."
            ),
            live=both(logistic_by_autograd("S"), logistic_by_hand("S"), FEWER),
        ),
        Part(
            "Then the sigmoid",
            "grad(e, H) == (S - Y)/n",
            [
                Step("grad(e, S)*S*(1 - S)", differentiation("back through the sigmoid", unfold=["e", "S", "sigma"])),
                Step("(S - Y)/(n*S*(1 - S))*S*(1 - S)", using("Last layer first")),
                Step(because=algebra("cancel")),
            ],
            intro="Its gradient by `S` takes the place of `G` in the sigmoid, and a fraction cancels:",
            live=both(logistic_by_autograd("Z"), logistic_by_hand("Z"), FEWER),
        ),
        Part(
            "The linear layer last: weights",
            "grad(e, W) == 1/n*A@(S - Y).T",
            [
                Step("A@grad(e, H).T", differentiation("back through the linear layer", unfold=["e", "S", "sigma", "H"])),
                Step("A@((S - Y)/n).T", using("Then the sigmoid")),
                Step(because=algebra("the number comes out")),
            ],
            intro="What comes out of the sigmoid takes the place of `G` in the linear layer:",
            live=both(logistic_by_autograd("W"), logistic_by_hand("W"), FEWER),
        ),
        Part(
            "The linear layer last: biases",
            "grad(e, b) == 1/n*(S - Y)@ones(n)",
            [
                Step("grad(e, H)@ones(n)", differentiation("back through the linear layer", unfold=["e", "S", "sigma", "H"])),
                Step("((S - Y)/n)@ones(n)", using("Then the sigmoid")),
                Step(because=algebra("the number comes out")),
            ],
            live=both(logistic_by_autograd("b"), logistic_by_hand("b"), FEWER),
        ),
    ],
    conclusion=(
        "The linear layer makes `k` by `n` numbers of `d` by `n`, the sigmoid keeps the shape, the log-likelihood ends in one "
        "number. Every gradient of it has the shape of what it is the gradient by: `A@G.T` that of the weights, `G@ones(n)` "
        "that of the biases, `W@G` that of the input, `G*S*(1 - S)` that of the input of the sigmoid, and `-Y/(n*P)` that of "
        "the probabilities. They are computed in the reverse order of the values."
    ),
    consequence=(
        "Shapes are the first check of a backward pass that is written by hand. While `d`, `k` and `n` differ, hardly any "
        "wrong product fits: of those of `A` and `G`, transposed or not, `A@G.T` alone has the shape of `W`. With equal "
        "sizes, or a batch of one example, the check is blind to most mistakes. And no Jacobian is ever built: what looks "
        "like a product with one is a matrix product with the weights or, after an elementwise function, a product entry by "
        "entry."
    ),
    tables={"shapes": shapes_table},
    values={"fitting": partial(fitting_value, UNEQUAL), "fitting_equal": partial(fitting_value, EQUAL)},
)
