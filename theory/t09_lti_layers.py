"""T9: which layers are linear and shift invariant, and for the others what fails, with a counterexample in integers."""

from __future__ import annotations

from collections.abc import Callable

import torch

from report.proof import (
    Definition, Derivation, Live, Step, algebra, counterexample, define, definition, integer, matrix, part, proved, real,
    refuted, reindex, signal,
)  # fmt: skip
from theory.arrays import REACH, Signal, convolved, laid_out
from theory.layer_properties import layers_table
from theory.vocabulary import CONV, RELU, SHIFT

# --- live layers, as witnesses of the definitions ------------------------------------------------------------------


def by_relu(x: Signal, i: int) -> float:
    """A rectified signal at i."""
    return float(torch.nn.functional.relu(laid_out(x, -REACH, 2 * REACH))[0, 0, i + REACH])


def by_average_pooling(x: Signal, k: int, s: int, i: int) -> float:
    """An average-pooled signal at i; the window of output 0 starts at place 0."""
    pooled = torch.nn.functional.avg_pool1d(laid_out(x, -REACH * s, 2 * REACH * s), k, s)
    return float(pooled[0, 0, i + REACH])


def by_max_pooling(x: Signal, i: int) -> float:
    """A signal max-pooled in pairs, at i."""
    return float(torch.nn.functional.max_pool1d(laid_out(x, -2 * REACH, 4 * REACH), 2)[0, 0, i + REACH])


def by_overlapping_pooling(x: Signal, i: int) -> float:
    """The same with stride one."""
    return float(torch.nn.functional.max_pool1d(laid_out(x, -REACH, 2 * REACH), 2, 1)[0, 0, i + REACH])


def by_bias(x: Signal, c: float, i: int) -> float:
    """A convolution layer that passes its input on and adds a bias, at i."""
    bias = torch.tensor([c], dtype=torch.float64)
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    return float(torch.nn.functional.conv1d(laid_out(x, -REACH, 2 * REACH), one, bias)[0, 0, i + REACH])


def by_linear(W: list[list[float]], x: Signal, n: int, p: int) -> float:
    """Output p of a dense layer without bias on the inputs x(1), …, x(n)."""
    weights = torch.tensor(W, dtype=torch.float64).reshape(n, n)
    return float(torch.nn.functional.linear(laid_out(x, 1, n)[0, 0], weights)[p - 1])


def by_small_linear(x: Signal, i: int) -> float:
    """Output i of a dense layer with two inputs and two outputs; there are no others."""
    return by_linear([[1, 2], [3, 4]], x, 2, i) if i in (1, 2) else 0.0


def mixed(a: float, x: Signal, b: float, y: Signal) -> Signal:
    """a x + b y."""
    return lambda m: a * x(m) + b * y(m)


# --- the derivation ------------------------------------------------------------------------------------------------

PLACE = integer("i", "a place")
SIGNAL = signal("x", "a signal")


def layer(head: str, body: str, meaning: str, name: str, live: Callable[..., float]) -> Definition:
    """A layer on signals, and the one of torch that bears it out."""
    return define(head, body, meaning, symbols=[SIGNAL, PLACE], live=[Live(name, live)])


LINEAR = "{0}(lambda m: a*x(m) + b*y(m))(i) == a*{0}(x)(i) + b*{0}(y)(i)"
ADDITIVE = "{0}(lambda m: x(m) + y(m))(i) == {0}(x)(i) + {0}(y)(i)"
HOMOGENEOUS = "{0}(lambda m: a*x(m))(i) == a*{0}(x)(i)"
COMMUTES = "{0}(shift(x, t))(i) == shift({0}(x), t)(i)"

DERIVATION = Derivation(
    id="T9",
    title="Which layers are linear and shift invariant",
    question="""An operator is linear when it is additive, sums going to sums, and homogeneous, multiples going to the same
    multiples; it is shift invariant when delaying the input delays the output by as much. Are these layers both:
    convolution, pooling, ReLU, adding a constant, a dense layer?""",
    symbols=[
        signal("x", "a signal"),
        signal("y", "another"),
        signal("f", "the kernel of a convolution"),
        real("a", "a number"),
        real("b", "another"),
        integer("i", "a place"),
        integer("t", "a delay"),
        integer("k", "the window of a pooling layer", least="1", high=4),
        integer("s", "its stride", least="1", high=3),
        real("c", "the constant that is added"),
        integer("n", "the number of inputs and of outputs of the dense layer", least="1", high=4),
        matrix("W", "n", "n", "its weights"),
        integer("p", "one of its outputs", within=("1", "n")),
        integer("q", "one of its inputs", within=("1", "n")),
    ],
    definitions=[
        CONV,
        SHIFT,
        RELU,
        layer(
            "P(x)(i)",
            "1/k*sum(x(s*i + j) for j in span(0, k - 1))",
            "average pooling, window `k`, stride `s`",
            "torch avg_pool1d",
            by_average_pooling,
        ),
        layer("M(x)(i)", "max(x(2*i), x(2*i + 1))", "max pooling in pairs", "torch max_pool1d", by_max_pooling),
        layer("R(x)(i)", "relu(x(i))", "the ReLU layer", "torch relu", by_relu),
        layer("B(x)(i)", "x(i) + c", "adding a constant", "torch conv1d with bias", by_bias),
        define(
            "D(x)(p)",
            "sum(W[p, j]*x(j) for j in span(1, n))",
            "the dense layer",
            symbols=[SIGNAL, integer("p", "an output", within=("1", "n"))],
            live=[Live("torch linear", by_linear)],
        ),
        define("u(i)", "i", "the ramp, for counterexamples", symbols=[PLACE]),
        define("w(i)", "-2*i", "one that goes down, twice as steep", symbols=[PLACE]),
        layer("A(x)(i)", "x(i) + 1", "adding one", "torch conv1d with bias", lambda x, i: by_bias(x, 1.0, i)),
        layer(
            "E(x)(i)",
            "x(1) + 2*x(2) if i == 1 else 3*x(1) + 4*x(2) if i == 2 else 0",
            "a dense layer with two inputs and two outputs",
            "torch linear",
            by_small_linear,
        ),
        layer(
            "V(x)(i)", "max(x(i), x(i + 1))", "max pooling in pairs with stride one", "torch max_pool1d", by_overlapping_pooling
        ),
        define("T(x)(i)", "2*x(i)", "the layer that doubles", symbols=[SIGNAL, PLACE]),
    ],
    parts=[
        part(
            "Convolution is linear",
            "conv(lambda m: a*x(m) + b*y(m), f)(i) == a*conv(x, f)(i) + b*conv(y, f)(i)",
            Step("sum((a*x(j) + b*y(j))*f(i - j) for j in Z)", definition("conv")),
            Step("a*sum(x(j)*f(i - j) for j in Z) + b*sum(y(j)*f(i - j) for j in Z)", algebra("split the sum")),
            definition("conv"),
            intro="First what is both. A dot stands for the variable of a signal.",
            live=[Live("torch conv1d", lambda x, y, f, a, b, i: convolved(mixed(a, x, b, y), f, i))],
        ),
        part(
            "Convolution is shift invariant",
            "conv(shift(x, t), f)(i) == shift(conv(x, f), t)(i)",
            Step("sum(x(m - t)*f(i - m) for m in Z)", definition("conv", "shift")),
            Step("sum(x(j)*f(i - (j + t)) for j in Z)", reindex("j = m - t")),
            Step("sum(x(j)*f((i - t) - j) for j in Z)", algebra("regroup")),
            definition("conv", "shift"),
            live=[Live("torch conv1d", lambda x, f, i, t: convolved(lambda m: x(m - t), f, i))],
        ),
        part(
            "Average pooling is linear",
            LINEAR.format("P"),
            Step("1/k*sum(a*x(s*i + j) + b*y(s*i + j) for j in span(0, k - 1))", definition("P")),
            Step(
                "a/k*sum(x(s*i + j) for j in span(0, k - 1)) + b/k*sum(y(s*i + j) for j in span(0, k - 1))",
                algebra("split the sum"),
            ),
            definition("P"),
            live=[Live("torch avg_pool1d", lambda x, y, a, b, k, s, i: by_average_pooling(mixed(a, x, b, y), k, s, i))],
            intro="Average pooling is linear whatever its stride, and shift invariant when the stride is one.",
        ),
        part(
            "Average pooling with stride one is shift invariant",
            COMMUTES.format("P"),
            Step("1/k*sum(x((i + j) - t) for j in span(0, k - 1))", definition("P", "shift", words="the stride is one")),
            Step("1/k*sum(x((i - t) + j) for j in span(0, k - 1))", algebra("regroup")),
            definition("P", "shift", words="the stride is one"),
            given=["s == 1"],
        ),
        part(
            "What is left of it with a stride",
            "P(shift(x, s*t))(i) == shift(P(x), t)(i)",
            Step("1/k*sum(x(s*i + j - s*t) for j in span(0, k - 1))", definition("P", "shift")),
            Step("1/k*sum(x(s*(i - t) + j) for j in span(0, k - 1))", algebra("factor out the stride")),
            definition("P", "shift"),
            live=[Live("torch avg_pool1d", lambda x, k, s, i, t: by_average_pooling(lambda m: x(m - s * t), k, s, i))],
            intro="With any stride, a delay of the input by a multiple of the stride still delays the output.",
        ),
        part(
            "Average pooling with stride two is not shift invariant",
            "P(shift(u, 1))(2) != shift(P(u), 1)(2)",
            Step("7/2", definition("P", "shift", "u", words="window and stride are two")),
            Step("!= 5/2", "compare"),
            definition("P", "shift", "u", words="window and stride are two"),
            given=["k == 2", "s == 2"],
            intro="""Other delays carry it across the borders of the windows. For example, delay the ramp by one, before the
            layer or after it:""",
        ),
        part(
            "A larger stride is not shift invariant",
            "P(shift(u, 1))(i) - shift(P(u), 1)(i) == s - 1",
            Step(
                "1/k*sum(u(s*i + j - 1) for j in span(0, k - 1)) - 1/k*sum(u(s*(i - 1) + j) for j in span(0, k - 1))",
                definition("P", "shift"),
            ),
            Step("1/k*sum((s*i + j - 1) - (s*(i - 1) + j) for j in span(0, k - 1))", definition("u")),
            Step("1/k*sum(s - 1 for j in span(0, k - 1))", algebra("cancel")),
            algebra("as many equal terms as the window has places"),
            intro="""Delayed before the layer or after it, the ramp comes out different by the stride less one, which is zero
            for stride one alone:""",
        ),
        part(
            "Max pooling with stride one is shift invariant",
            COMMUTES.format("V"),
            Step("max(x(i - t), x(i + 1 - t))", definition("V", "shift")),
            definition("V", "shift"),
            intro="Over pairs that overlap, at every place, the maximum is shift invariant:",
        ),
        part(
            "ReLU is shift invariant",
            COMMUTES.format("R"),
            Step("relu(x(i - t))", definition("R", "shift")),
            Step("R(x)(i - t)", definition("R")),
            definition("shift"),
            intro="A layer that treats every place by itself and alike is shift invariant, linear or not.",
        ),
        part(
            "Doubling is linear",
            LINEAR.format("T"),
            definition("T", words="multiply out"),
            intro="""W4 has another test: take two from the input, or from the output, and compare. That takes it from the
            values, where a shift would take it from the place. A layer that doubles is linear:""",
        ),
        part(
            "Doubling is shift invariant",
            COMMUTES.format("T"),
            Step("2*x(i - t)", definition("T", "shift")),
            definition("T", "shift"),
            intro="It is shift invariant, too:",
        ),
        part(
            "Adding a constant is shift invariant",
            COMMUTES.format("B"),
            Step("x(i - t) + c", definition("B", "shift")),
            Step("B(x)(i - t)", definition("B")),
            definition("shift"),
        ),
        part(
            "What a constant adds to a sum",
            "B(lambda m: x(m) + y(m))(i) == B(x)(i) + B(y)(i) - c",
            Step("x(i) + y(i) + c", definition("B")),
            Step("(x(i) + c) + (y(i) + c) - c", algebra("add and subtract the constant")),
            definition("B"),
            intro="The layer adds the constant once to a sum, and twice to its summands: it is additive only if that is zero.",
        ),
        part(
            "What a constant adds to a multiple",
            "B(lambda m: a*x(m))(i) == a*B(x)(i) + (1 - a)*c",
            Step("a*x(i) + c", definition("B")),
            Step("a*(x(i) + c) + (1 - a)*c", algebra("add and subtract")),
            definition("B"),
        ),
        part(
            "A dense layer is linear",
            "D(lambda m: a*x(m) + b*y(m))(p) == a*D(x)(p) + b*D(y)(p)",
            Step("sum(W[p, j]*(a*x(j) + b*y(j)) for j in span(1, n))", definition("D")),
            Step("a*sum(W[p, j]*x(j) for j in span(1, n)) + b*sum(W[p, j]*y(j) for j in span(1, n))", algebra("split the sum")),
            definition("D"),
            live=[Live("torch linear", lambda W, x, y, a, b, n, p: by_linear(W, mixed(a, x, b, y), n, p))],
        ),
        part(
            "What a dense layer makes of an impulse",
            "D(lambda m: kron(m, q))(p) == W[p, q]",
            Step("sum(W[p, j]*kron(j, q) for j in span(1, n))", definition("D")),
            algebra("only the term at the impulse is not zero"),
            intro="""It answers an impulse at place `q` with column `q` of its matrix. To be shift invariant it would need
            each column to be the one before it, moved down by one place: weights that are equal along every diagonal, which
            is a convolution. Nothing makes the weights of a dense layer so.""",
        ),
        counterexample(
            "Max pooling is not additive",
            ADDITIVE.format("M"),
            at={"x": "u", "y": "w", "i": "1"},
            values=("-2", "-1"),
            intro="""What is not so takes one counterexample. Max pooling in pairs, side by side, has none of the three
            properties. Before ReLU, what is positive and what is negative may cancel; after it they do not. Doubling, linear
            as it is, fails the test of W4, and so does ReLU. Adding one shows the constant in integers. Some dense layers
            are shift invariant, as that with all weights zero is; one that is not has the rows one, two and three, four:""",
        ),
        counterexample(
            "Max pooling is not homogeneous", HOMOGENEOUS.format("M"), at={"x": "u", "a": "-2", "i": "1"}, values=("-4", "-6")
        ),
        counterexample(
            "Max pooling is not shift invariant", COMMUTES.format("M"), at={"x": "u", "t": "1", "i": "2"}, values=("4", "3")
        ),
        counterexample("ReLU is not additive", ADDITIVE.format("R"), at={"x": "u", "y": "w", "i": "1"}, values=("0", "1")),
        counterexample(
            "ReLU is not homogeneous", HOMOGENEOUS.format("R"), at={"x": "u", "a": "-2", "i": "1"}, values=("0", "-2")
        ),
        counterexample(
            "Doubling fails that test", "T(lambda m: x(m) - 2)(i) == T(x)(i) - 2", at={"x": "u", "i": "1"}, values=("-2", "0")
        ),
        counterexample(
            "Adding a constant is not additive",
            ADDITIVE.format("A"),
            at={"x": "u", "y": "u", "i": "1"},
            values=("3", "4"),
        ),
        counterexample(
            "Adding a constant is not homogeneous",
            HOMOGENEOUS.format("A"),
            at={"x": "u", "a": "3", "i": "1"},
            values=("4", "6"),
        ),
        counterexample(
            "A dense layer is not shift invariant", COMMUTES.format("E"), at={"x": "u", "t": "1", "i": "2"}, values=("4", "5")
        ),
    ],
    conclusion="""Convolution, and average pooling with stride one, `s == 1`, are linear and shift invariant (“Convolution is
    linear”, “Convolution is shift invariant”, “Average pooling is linear”, “Average pooling with stride one is shift
    invariant”). ReLU and adding a constant are shift invariant and not linear (“ReLU is shift invariant”, “ReLU is not
    additive”, “Adding a constant is shift invariant”, “Adding a constant is not additive”); average pooling with a larger
    stride and a dense layer are linear and not shift invariant in general (“A larger stride is not shift invariant”, “A dense
    layer is linear”, “A dense layer is not shift invariant”). Max pooling is not linear (“Max pooling is not additive”), and
    shift invariant with stride one (“Max pooling with stride one is shift invariant”); side by side it has none of the three
    properties (“Max pooling is not homogeneous”, “Max pooling is not shift invariant”). Pooling with a stride is thus linear
    if it averages (“Average pooling is linear”), not if it takes the maximum (“Max pooling is not additive”).""",
    comment="""A network of convolutions forgets nothing about where things are; the stride of a pooling layer is where it
    starts to: only shifts by multiples of the stride still come through. Bias and ReLU are harmless to shifts, and without
    them and with averages for maxima the network would be linear.""",
    tables={"layers": layers_table},
    claims={
        "that_test_shows_it": refuted(
            "What is changed by taking the same number from the input as from the output is not linear and shift invariant.",
            by="Doubling fails that test",
        ),
        "max_pooling_is_linear": refuted(
            "Strided pooling is linear whatever it takes, the maximum included.", by="Max pooling is not additive"
        ),
        "constant_commutes_with_shifts": proved(
            "Adding a constant is shift invariant.", by="Adding a constant is shift invariant"
        ),
    },
)
