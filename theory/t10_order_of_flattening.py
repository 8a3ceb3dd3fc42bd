"""T10: the order in which an image is flattened: permuted inputs are permuted columns of weights, all through training."""

from __future__ import annotations

from collections.abc import Callable

import torch

from report.model import Column, Table
from report.proof import (
    Derivation, Live, Step, algebra, define, definition, differentiation, function, induction, integer, matrix, part, real,
    using, vector,
)  # fmt: skip
from theory.arrays import Matrix, Vector, table, tensor

# --- live layers ---------------------------------------------------------------------------------------------------


def rows(matrix: Matrix) -> torch.Tensor:
    return torch.from_numpy(table(matrix))


def permuted_layer(W: Matrix, P: Matrix, x: Vector, b: Vector) -> Vector:
    """The output of a dense layer with permuted columns on the permuted inputs."""
    order = rows(P).argmax(dim=1)
    return torch.nn.functional.linear(tensor(x)[order], rows(W)[:, order], tensor(b)).tolist()


def slope_by_autograd(W: Matrix, x: Vector, g: Vector) -> Matrix:
    """∂ℓ/∂W for a loss whose slope by the outputs is g, as back-propagation computes it."""
    weights = rows(W).requires_grad_()
    return torch.autograd.grad((weights @ tensor(x) * tensor(g)).sum(), weights)[0].tolist()


def step_by_torch(W: Matrix, P: Matrix, X: Matrix, D: Matrix, eta: float) -> Matrix:
    """The weights after one step of torch's SGD on permuted inputs, from permuted weights."""
    order = rows(P).argmax(dim=1)
    weights = torch.nn.Parameter(rows(W)[:, order])
    (rows(X)[:, order] @ weights.T * rows(D).T).sum().backward()
    torch.optim.SGD([weights], eta).step()
    return weights.tolist()


# --- two nets, trained -----------------------------------------------------------------------------------------------

OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "SGD": lambda weights: torch.optim.SGD(weights, lr=0.1),
    "SGD with momentum": lambda weights: torch.optim.SGD(weights, lr=0.1, momentum=0.9),
    "Adam": lambda weights: torch.optim.Adam(weights, lr=0.01),
}
INPUTS, CLASSES, EXAMPLES, STEPS = 48, 5, 64, 200


def trained(optimizer: str, order: torch.Tensor | None, start: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, float]:
    """(first weights, outputs, loss) of a network of two dense layers whose inputs stand in another order (or not)."""
    generator = torch.Generator().manual_seed(0)
    examples = torch.randn(EXAMPLES, INPUTS, generator=generator, dtype=torch.float64)
    labels = torch.randint(CLASSES, (EXAMPLES,), generator=generator)
    second = torch.randn(CLASSES, len(start), generator=generator, dtype=torch.float64) / 4
    inputs = examples if order is None else examples[:, order]
    weights = [torch.nn.Parameter(start.clone()), torch.nn.Parameter(second)]
    step = OPTIMIZERS[optimizer](weights)
    for _ in range(STEPS):
        outputs = torch.relu(inputs @ weights[0].T) @ weights[1].T
        loss = torch.nn.functional.cross_entropy(outputs, labels)
        step.zero_grad()
        loss.backward()
        step.step()
    return weights[0].detach(), outputs.detach(), float(loss.detach())


def compared(optimizer: str) -> tuple[float, float, float, float]:
    """For a permuted start and for the same start: the largest difference between the weights (once put back in order) and
    between the outputs of the two networks."""
    generator = torch.Generator().manual_seed(1)
    start = torch.randn(8, INPUTS, generator=generator, dtype=torch.float64) / 7
    order = torch.randperm(INPUTS, generator=generator)
    weights, outputs, _ = trained(optimizer, None, start)
    found: list[float] = []
    for first in (start[:, order], start):
        others, theirs, _ = trained(optimizer, order, first)
        found += [float((others - weights[:, order]).abs().max()), float((theirs - outputs).abs().max())]
    return found[0], found[1], found[2], found[3]


def training() -> Table:
    """Both starts under each optimiser."""
    columns = (
        Column("optimizer", "Optimiser", align="left"),
        Column("start", "The second network starts from", align="left"),
        Column("weights", "Largest difference of weights", digits=2),
        Column("outputs", "Largest difference of outputs", digits=2),
    )
    rows = []
    for optimizer in OPTIMIZERS:
        permuted_weights, permuted_outputs, weights, outputs = compared(optimizer)
        rows.append((optimizer, "the permuted weights of the first", permuted_weights, permuted_outputs))
        rows.append(("", "the very weights of the first", weights, outputs))
    caption = (
        f"Two networks of two dense layers, the second with its {INPUTS} inputs in another order, after {STEPS} steps on "
        f"{EXAMPLES} examples; weights are compared column by column, each with the one that reads the same input. From "
        "permuted weights the two stay one network in two spellings, up to rounding; from the same weights they become two."
    )
    return Table(columns, tuple(rows), caption)


# --- the derivation ------------------------------------------------------------------------------------------------

STEPS_DONE = integer("t", "a number of steps", least="0", high=3)

DERIVATION = Derivation(
    id="T10",
    title="Order of flattening",
    question="""An image can be flattened row by row, column by column, or in any other order `P`. Does it matter to the
    dense layer that follows: to what it can compute, to its loss, to its training, to where training starts?""",
    symbols=[
        integer("n", "the number of inputs", least="1", low=2, high=4),
        integer("m", "the number of outputs", least="1", low=1, high=3),
        integer("q", "the number of examples in a batch", least="1", low=1, high=3),
        matrix("P", "n", "n", "the change of order", properties=["permutation"]),
        matrix("W", "m", "n", "weights, a column for each input"),
        matrix("V", "m", "n", "weights for inputs in the other order"),
        vector("x", "n", "one example"),
        vector("b", "m", "biases"),
        vector("g", "m", "the slope of the loss by the outputs"),
        matrix("X", "q", "n", "a batch, an example in each row"),
        matrix("D", "m", "q", "the slopes of the loss by the outputs, an example in each column"),
        matrix("M", "m", "n", "a running sum or mean of gradients"),
        matrix("S", "m", "n", "a running mean of their squares"),
        real("eta", "the learning rate", above="0"),
        real("mu", "the share of it that is kept in a step", least="0", high=1),
        function("u", "any function of one variable, applied entry by entry"),
        real("c", "the output that training starts from"),
        integer("t", "a number of steps", least="0", high=3),
    ],
    definitions=[
        define("y(t)", "c if t == 0 else y(t - 1) - eta*u(y(t - 1))*norm(x)**2", "an output in training", symbols=[STEPS_DONE]),
        define(
            "v(t)",
            "c if t == 0 else v(t - 1) - eta*u(v(t - 1))*norm(P@x)**2",
            "the same in the other order",
            symbols=[STEPS_DONE],
        ),
    ],
    parts=[
        part(
            "Same outputs",
            "(W@P.T)@(P@x) + b == W@x + b",
            Step("W@((P.T@P)@x) + b", algebra("regroup")),
            algebra("the transpose of a permutation undoes it"),
            intro="""Reordering the inputs turns an example `x` into `P@x`. Give the layer the weights `W@P.T`: the same
            columns, each moved to where its input went.""",
            live=[Live("torch linear", permuted_layer)],
        ),
        part(
            "Same class of functions",
            "(V@P)@P.T == V",
            Step("V@(P@P.T)", algebra("regroup")),
            algebra("the transpose of a permutation undoes it"),
            intro="""So whatever the layer can compute in one order it can compute in the other, and nothing more, because
            all weights `V` arise in this way. Equal outputs give equal losses, whatever the loss.""",
        ),
        part(
            "The gradient",
            "grad(g.T@(W@x), W) == g@x.T",
            differentiation("linear in every weight, entry by entry"),
            intro="""Training next. By the chain rule, the gradient of any loss by the weights is that of `g.T@(W@x)`, where
            the slope `g` of the loss by the outputs is held fixed:""",
            live=[Live("torch autograd", slope_by_autograd)],
        ),
        part(
            "The gradient in the other order",
            "D@(X@P.T) == (D@X)@P.T",
            algebra("regroup"),
            intro="""Over a batch `X` such gradients add up to `D@X`. In the other order the batch is `X@P.T`; as long as
            the outputs are the same, so are their slopes `D`, and the gradient has its columns moved as the weights have:""",
        ),
        part(
            "A step of gradient descent",
            "W@P.T - eta*(D@(X@P.T)) == (W - eta*(D@X))@P.T",
            Step("W@P.T - eta*((D@X)@P.T)", using("The gradient in the other order")),
            algebra("factor out"),
            intro="Hence a step from permuted weights ends at permuted weights, and the outputs are the same again:",
            live=[Live("torch SGD", step_by_torch)],
        ),
        part(
            "The length of an input",
            "norm(P@x)**2 == norm(x)**2",
            algebra("a permutation keeps lengths"),
            intro="""And so through all of training. Take one output, `y(t)` after `t` steps, on one example, with `u` the
            slope of any loss by it: a step takes from the output the rate times this slope times the squared length of the
            input. In the other order call it `v(t)`. The lengths are equal:""",
        ),
        part("At the start", "v(0) == y(0)", Step("c", definition("v")), definition("y")),
        part(
            "A step further",
            "v(t + 1) == y(t + 1)",
            Step("v(t) - eta*u(v(t))*norm(P@x)**2", definition("v")),
            Step("y(t) - eta*u(y(t))*norm(P@x)**2", using("hypothesis")),
            Step("y(t) - eta*u(y(t))*norm(x)**2", using("The length of an input")),
            definition("y"),
            supposing="v(t) == y(t)",
        ),
        part(
            "The same outputs for ever",
            "v(t) == y(t)",
            induction("t", "At the start", "A step further"),
            intro="By induction over the steps:",
        ),
        part(
            "With momentum",
            "mu*(M@P.T) + D@(X@P.T) == (mu*M + D@X)@P.T",
            Step("mu*(M@P.T) + (D@X)@P.T", using("The gradient in the other order")),
            algebra("factor out"),
            intro="What an optimiser remembers has the shape of the weights and moves with them. Momentum sums gradients:",
        ),
        part(
            "Running squares",
            "mu*(S@P.T) + (1 - mu)*((D@(X@P.T))*(D@(X@P.T))) == (mu*S + (1 - mu)*((D@X)*(D@X)))@P.T",
            Step("mu*(S@P.T) + (1 - mu)*(((D@X)@P.T)*((D@X)@P.T))", using("The gradient in the other order")),
            Step("mu*(S@P.T) + (1 - mu)*(((D@X)*(D@X))@P.T)", algebra("squares move with their entries")),
            algebra("factor out"),
            intro="Adam keeps a running mean of the squares too, entry by entry:",
        ),
        part(
            "A step of Adam",
            "W@P.T - eta*((M@P.T)*u(S@P.T)) == (W - eta*(M*u(S)))@P.T",
            Step("W@P.T - eta*((M@P.T)*(u(S)@P.T))", algebra("what is done entry by entry moves with the entries")),
            Step("W@P.T - eta*((M*u(S))@P.T)", algebra("so do products of entries")),
            algebra("factor out"),
            intro="""Its step divides one mean by a root of the other, which is a function `u` of each entry alone. The
            same holds for weight decay, Adadelta, and every optimiser that treats each weight by its own history:""",
        ),
        part(
            "The start",
            "ones(m).T@(u(W@P.T)@ones(n)) == ones(m).T@(u(W)@ones(n))",
            Step("ones(m).T@((u(W)@P.T)@ones(n))", algebra("what is done entry by entry moves with the entries")),
            algebra("a permutation of ones is ones"),
            intro="""There remains the start. An initialiser draws the weights independently from one distribution. Where
            this has a positive density, with the logarithm `u`, the logarithm of their joint density is a sum over the
            entries, and the same for `W@P.T` as for `W`. (Elsewhere, and for distributions without a density, the same
            holds of the probability that each entry lies in an interval of its own, which is a product over the entries.)""",
        ),
    ],
    conclusion="""The order of flattening changes nothing but the order of the columns: same functions (“Same class of
    functions”), and the same outputs step by step, if the initial weights are permuted too (“A step of gradient descent”,
    “The same outputs for ever”). If they are not, but an initialiser draws each weight independently of the others and from
    one distribution, both orders start with the same distribution of weights, so that they differ in nothing but the draw
    (“The start”).""",
    comment="""Flatten as you like, but always in the same way: weights trained with one order are useless with another. One
    seed compared with one seed says nothing about the order. And a dense layer cannot know that pixels are neighbours; a
    convolution, for which a permutation of pixels is no permutation of weights, does.""",
    tables={"training": training},
)
