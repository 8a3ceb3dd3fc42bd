"""T11: the shapes of values and gradients: a linear layer, the sigmoid and the log-likelihood, forward and backward."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from report.model import Column, Table
from report.proof import (
    Derivation, Live, Step, algebra, calculation, contraction, define, definition, differentiation, displayed, integer,
    matrix, part, shape_of, slope_of_entry, using, vector,
)  # fmt: skip
from theory import live_layers as live
from theory.vocabulary import SIGMA

# --- the glossary --------------------------------------------------------------------------------------------------


def over_outputs(term: str) -> str:
    """The sum of a term over all outputs `l` of all examples `m`."""
    return f"sum(sum({term} for m in span(1, n)) for l in span(1, k))"


def loss_by(slope: str) -> str:
    """The slope of a loss through all outputs of a layer: the chain rule."""
    return over_outputs(f"G[l, m]*diff({slope})")


SYMBOLS = [
    integer("d", "the number of inputs of a layer", least="1", high=3),
    integer("k", "the number of its outputs", least="1", high=3),
    integer("n", "the number of examples", least="1", high=3),
    matrix("A", "d", "n", "the input of a linear layer, an example in each column"),
    matrix("W", "d", "k", "its weights"),
    vector("b", "k", "its biases"),
    matrix("G", "k", "n", "the slopes of a loss by the outputs of a layer"),
    matrix("P", "k", "n", "probabilities of the classes", properties=["positive"], low=0.1, high=0.9),
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
    define("J_a[o, r]", "diff(H[o, 1], A[r, 1])", "the Jacobian of the linear layer by its input", shape=["k", "d"]),
    define("J_b[o, s]", "diff(H[o, 1], b[s])", "the same by its biases", shape=["k", "k"]),
    define("J_z[o, s]", "diff(S[o, 1], H[s, 1])", "the Jacobian of the sigmoid", shape=["k", "k"]),
    define("a[o]", "S[o, 1]", "the outputs of the sigmoid for one example", shape=["k"]),
    define(
        "J_p[m, c]",
        "diff(-sum(Y[l, 1]*log(P[l, 1]) for l in span(1, k)), P[c, 1])",
        "the Jacobian of the log-likelihood of one example",
        shape=["1", "k"],
    ),
    define("f", over_outputs("G[l, m]*H[l, m]"), "a loss, as the linear layer sees it", latex=r"\ell_Z"),
    define("h", over_outputs("G[l, m]*S[l, m]"), "a loss, as the sigmoid sees it", latex=r"\ell_S"),
    define(
        "ell",
        "-1/n*" + over_outputs("Y[l, m]*log(P[l, m])"),
        "the negative log-likelihood, a mean over the examples",
        latex=r"\ell",
    ),
    define(
        "e",
        "-1/n*" + over_outputs("Y[l, m]*log(S[l, m]) + (1 - Y[l, m])*log(1 - S[l, m])"),
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


def shapes_table() -> Table:
    """Every output and every gradient with its shape: from the formula, and of live arrays."""
    heads = {"layer": "Layer", "what": "What", "formula": "Formula", "shape": "Shape", "torch": "torch", "hand": "By hand"}
    heads["instance"] = ", ".join(f"{name} = {size}" for name, size in UNEQUAL.items())
    order = ("layer", "what", "formula", "shape", "instance", "torch", "hand")
    columns = tuple(Column(name, heads[name], align="left") for name in order)
    rows = []
    found = live.shapes_by_torch(UNEQUAL), live.shapes_by_hand(UNEQUAL)
    for (layer, what, formula), torchs, hands in zip(ROWS, *found, strict=True):
        symbolic = shape_of(formula, SYMBOLS, DEFINITIONS)
        written = displayed(formula, SYMBOLS, DEFINITIONS)
        in_symbols = "$" + r" \times ".join(symbolic) + "$" if symbolic else _times(symbolic)
        instance = tuple(UNEQUAL[size] for size in symbolic)
        rows.append((layer, what, f"${written}$", in_symbols, _times(instance), _times(torchs), _times(hands)))
    agree = all(len(set(row[4:])) == 1 for row in rows)
    caption = "The shape of every output and every gradient, from its formula, and of live tensors. "
    caption += "They agree." if agree else "They do not agree."
    return Table(columns, tuple(rows), caption)


def _times(shape: Sequence[str | int]) -> str:
    return " × ".join(map(str, shape)) or "one number"


# --- the parts -----------------------------------------------------------------------------------------------------

DERIVATION = Derivation(
    id="T11",
    title="Shapes of values and gradients",
    question="""A linear layer, the sigmoid and the negative log-likelihood, on `n` examples at once: which shape has the
    output of each, and which shape has each gradient? In which order are they computed?""",
    symbols=SYMBOLS,
    definitions=DEFINITIONS,
    parts=[
        part(
            "The outputs of a linear layer",
            "H == W.T@A + b@ones(n).T",
            definition("H", words="row times column; `b` is added to every column"),
            intro="""The examples are the columns of a matrix. An equation between matrices says two things: that the shapes
            are equal, and that the entries are. Here it says that the outputs make `k` rows, one for each output, and `n`
            columns, one for each example.""",
            live=live.both("outputs", "Z"),
        ),
        part(
            "An output by a weight",
            "diff(H[o, j], W[r, s]) == kron(o, s)*A[r, j]",
            Step("sum(diff(W[q, o], W[r, s])*A[q, j] for q in span(1, d))", differentiation("term by term")),
            Step("sum(kron(q, r)*kron(o, s)*A[q, j] for q in span(1, d))", slope_of_entry()),
            contraction(),
            intro="""A derivative has the indices of what is differentiated, and those of what it is differentiated by. So
            the derivatives of a matrix by a matrix, its Jacobian, have all of these:""",
            live=[live.slope("W", "r", "s")],
        ),
        part(
            "An output by a bias",
            "diff(H[o, j], b[s]) == kron(o, s)",
            differentiation("every output has a bias of its own"),
            live=[live.slope("b", "s")],
        ),
        part(
            "An output by an input",
            "diff(H[o, j], A[r, i]) == kron(i, j)*W[r, o]",
            Step("sum(W[q, o]*diff(A[q, j], A[r, i]) for q in span(1, d))", differentiation("term by term")),
            Step("sum(W[q, o]*(kron(q, r)*kron(i, j)) for q in span(1, d))", slope_of_entry()),
            contraction(),
            live=[live.slope("A", "r", "i")],
        ),
        part(
            "One example: the linear layer by its input",
            "J_a[o, r] == W[r, o]",
            Step("diff(H[o, 1], A[r, 1])", definition("J_a")),
            Step("kron(1, 1)*W[r, o]", using("An output by an input", at={"j": "1", "i": "1"})),
            algebra("equal indices"),
            intro="""For one example, the first column say, an output of length `k` by an input of length `d` makes a matrix
            of `k` by `d`. This is W3's rule, and here the matrix is `W.T`:""",
            live=[live.jacobian_of_one("A", "o", "r")],
        ),
        part(
            "One example: the linear layer by its biases",
            "J_b[o, s] == kron(o, s)",
            Step("diff(H[o, 1], b[s])", definition("J_b")),
            using("An output by a bias", at={"j": "1"}),
            intro="By the biases it is square:",
            live=[live.jacobian_of_one("b", "o", "s")],
        ),
        part(
            "The loss by a weight",
            "diff(f, W[r, s]) == sum(A[r, m]*G[s, m] for m in span(1, n))",
            Step(loss_by("H[l, m], W[r, s]"), differentiation("chain rule")),
            Step(over_outputs("G[l, m]*(kron(l, s)*A[r, m])"), using("An output by a weight", at={"o": "l", "j": "m"})),
            contraction(),
            intro="""Nobody needs the derivatives of every output by every weight. A loss is one number, without indices, so its
            gradient has only those of what it is taken by: **a gradient has the shape of what it is the gradient by**. The
            indices of the outputs are summed over. Let `G` be the slopes of a loss by the outputs `H`, one for each of them,
            hence in the shape of `H`. By the chain rule these slopes are all that the layer sees of the loss, so that `f`
            stands for every loss that has them.""",
        ),
        part(
            "The gradient by the weights",
            "grad(f, W) == A@G.T",
            calculation("each entry of the gradient is row times column"),
            intro="All entries together are a matrix of the shape of `W`, with `d` rows and `k` columns:",
            live=live.both("linear", "W"),
        ),
        part(
            "The loss by a bias",
            "diff(f, b[s]) == sum(G[s, m] for m in span(1, n))",
            Step(loss_by("H[l, m], b[s]"), differentiation("chain rule")),
            Step(over_outputs("G[l, m]*kron(l, s)"), using("An output by a bias", at={"o": "l", "j": "m"})),
            contraction(),
        ),
        part(
            "The gradient by the biases",
            "grad(f, b) == G@ones(n)",
            calculation("a gradient summed over the examples is a product with ones"),
            intro="These are `k` numbers, one for each bias: the examples are summed over.",
            live=live.both("linear", "b"),
        ),
        part(
            "The loss by an input",
            "diff(f, A[r, i]) == sum(W[r, l]*G[l, i] for l in span(1, k))",
            Step(loss_by("H[l, m], A[r, i]"), differentiation("chain rule")),
            Step(over_outputs("G[l, m]*(kron(i, m)*W[r, l])"), using("An output by an input", at={"o": "l", "j": "m"})),
            contraction(),
        ),
        part(
            "The gradient by the input",
            "grad(f, A) == W@G",
            calculation("each entry of the gradient is row times column"),
            intro="This has the shape of `A`, and an example takes part only in its own column:",
            live=live.both("linear", "A"),
        ),
        part(
            "The Jacobian of the sigmoid",
            "diff(S[o, j], H[s, i]) == kron(o, s)*kron(i, j)*(S[o, j]*(1 - S[o, j]))",
            Step("diff(sigma(H[o, j]), H[s, i])", definition("S")),
            Step(
                "sigma(H[o, j])*(1 - sigma(H[o, j]))*diff(H[o, j], H[s, i])",
                differentiation("chain rule, with the slope of the sigmoid from T2", unfold=["sigma"]),
            ),
            Step("sigma(H[o, j])*(1 - sigma(H[o, j]))*(kron(o, s)*kron(i, j))", slope_of_entry()),
            definition("S"),
            intro="""The sigmoid works entry by entry, so its output has the shape of its input. Each entry depends on one
            entry alone, so of the Jacobian only a diagonal is not zero:""",
            live=[Live("torch autograd", live.jacobian_of_sigmoid, points=20)],
        ),
        part(
            "One example: the sigmoid by its input",
            "J_z[o, s] == kron(o, s)*(a[o]*(1 - a[o]))",
            Step("diff(S[o, 1], H[s, 1])", definition("J_z")),
            Step(
                "kron(o, s)*kron(1, 1)*(S[o, 1]*(1 - S[o, 1]))", using("The Jacobian of the sigmoid", at={"j": "1", "i": "1"})
            ),
            definition("a"),
            intro="For one example, with the outputs `a`, it is a diagonal matrix of `k` by `k` (and no number, as W3 has it):",
            live=[Live("torch jacobian", live.jacobian_of_one_sigmoid)],
        ),
        part(
            "A diagonal times a vector",
            "diag(u)@v == u*v",
            algebra("in every row one term is not zero"),
            intro="A diagonal matrix times a vector needs no matrix. It is a product entry by entry, of the same shape:",
            live=[Live("torch diag", live.diagonal_product, sweep={"k": range(1, 6)})],
        ),
        part(
            "The loss by an input of the sigmoid",
            "diff(h, H[s, i]) == G[s, i]*S[s, i]*(1 - S[s, i])",
            Step(loss_by("S[l, m], H[s, i]"), differentiation("chain rule")),
            Step(
                over_outputs("G[l, m]*(kron(l, s)*kron(i, m)*(S[l, m]*(1 - S[l, m])))"),
                using("The Jacobian of the sigmoid", at={"o": "l", "j": "m"}),
            ),
            contraction(),
            intro="Likewise for the whole batch. Now let `G` be the slopes of a loss by `S`.",
        ),
        part(
            "The gradient by the input of the sigmoid",
            "grad(h, H) == G*S*(1 - S)",
            differentiation("entry by entry", unfold=["h", "S", "sigma"]),
            intro="So this gradient has the shape of `H`, which is that of `S` and of `G`; it is a product entry by entry:",
            live=live.both("sigmoid", "Z"),
        ),
        part(
            "The right class alone",
            "sum(kron(l, c)*log(P[l, j]) for l in span(1, k)) == log(P[c, j])",
            contraction(),
            intro="""The negative log-likelihood takes `k` by `n` probabilities, and gives one number. In the targets `Y`
            each example has one column, with a one for its right class: it picks the probability of that class.""",
            live=[Live("torch nll_loss", live.right_class_by_torch)],
        ),
        part(
            "The loss by a probability",
            "diff(ell, P[o, i]) == -Y[o, i]/(n*P[o, i])",
            Step("-1/n*" + over_outputs("Y[l, m]*diff(log(P[l, m]), P[o, i])"), differentiation("term by term")),
            Step(
                "-1/n*" + over_outputs("Y[l, m]*(kron(l, o)*kron(i, m)/P[l, m])"), differentiation("the slope of the logarithm")
            ),
            contraction(),
        ),
        part(
            "The gradient by the probabilities",
            "grad(ell, P) == -Y/(n*P)",
            calculation("the gradient, entry by entry"),
            intro="""So this gradient, a fraction entry by entry, has the shape of `P`: not that of the labels, which are
            `n` numbers, nor that of the loss, which is one.""",
            live=live.both("likelihood", "P"),
        ),
        part(
            "One example: the log-likelihood by the probabilities",
            "J_p[1, c] == -Y[c, 1]/P[c, 1]",
            Step("diff(-sum(Y[l, 1]*log(P[l, 1]) for l in span(1, k)), P[c, 1])", definition("J_p")),
            differentiation("the slope of the logarithm"),
            intro="For one example that is a row, one by `k`, for one number by `k` of them; W3 has `k` by `k`:",
        ),
        part(
            "Last layer first",
            "grad(e, S) == (S - Y)/(n*S*(1 - S))",
            Step("-1/n*(Y/S - (1 - Y)/(1 - S))", differentiation("the slope of the logarithm")),
            algebra("bring to one denominator"),
            intro="""Now one layer after another, as logistic regression needs them: linear, sigmoid, log-likelihood `e`.
            Forward the order is `H`, `S`, `e`, each computed from the one before. Backward, a layer needs the gradient by
            its output, and gives the gradient by its input, which is the output of the layer before it. So the order is
            reversed, and the loss comes first.""",
            live=live.both("logistic", "S"),
        ),
        part(
            "Then the sigmoid",
            "grad(e, H) == (S - Y)/n",
            Step("grad(e, S)*S*(1 - S)", differentiation("back through the sigmoid", unfold=["e", "S", "sigma"])),
            Step("(S - Y)/(n*S*(1 - S))*S*(1 - S)", using("Last layer first")),
            algebra("cancel"),
            intro="Its gradient by `S` takes the place of `G` in the sigmoid, and a fraction cancels:",
            live=live.both("logistic", "Z"),
        ),
        part(
            "The linear layer last: weights",
            "grad(e, W) == 1/n*A@(S - Y).T",
            Step("A@grad(e, H).T", differentiation("back through the linear layer", unfold=["e", "S", "sigma", "H"])),
            Step("A@((S - Y)/n).T", using("Then the sigmoid")),
            algebra("the number comes out"),
            intro="What comes out of the sigmoid takes the place of `G` in the linear layer:",
            live=live.both("logistic", "W"),
        ),
        part(
            "The linear layer last: biases",
            "grad(e, b) == 1/n*(S - Y)@ones(n)",
            Step("grad(e, H)@ones(n)", differentiation("back through the linear layer", unfold=["e", "S", "sigma", "H"])),
            Step("((S - Y)/n)@ones(n)", using("Then the sigmoid")),
            algebra("the number comes out"),
            live=live.both("logistic", "b"),
        ),
    ],
    conclusion="""The linear layer makes `k` by `n` numbers of `d` by `n` (“The outputs of a linear layer”). Every gradient
    has the shape of what it is the gradient by: `A@G.T` that of the weights, `G@ones(n)` that of the biases, `W@G` that of
    the input, `G*S*(1 - S)` that of the input of the sigmoid, and `-Y/(n*P)` that of the probabilities. They are computed in
    the reverse order of the values (“Last layer first”, “Then the sigmoid”).""",
    comment="""Shapes are the first check of a backward pass that is written by hand. While `d`, `k` and `n` differ, hardly
    any wrong product fits: of those of `A` and `G`, transposed or not, `A@G.T` alone has the shape of `W`. With equal
    sizes, or a batch of one example, the check is blind to most mistakes. And no Jacobian is ever built: what looks like a
    product with one is a matrix product with the weights or, after an elementwise function, a product entry by entry.""",
    tables={"shapes": shapes_table},
    values={
        "fitting": partial(live.fitting_value, UNEQUAL),
        "fitting_equal": partial(live.fitting_value, EQUAL),
        **{
            f"{layer}_{side}": partial(live.jacobian_size, layer, at)
            for layer in live.LAYERS
            for at, side in enumerate(("rows", "columns"))
        },
    },
)
