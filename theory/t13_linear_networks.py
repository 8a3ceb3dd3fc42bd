"""T13: a stack of linear layers is one affine map: no more than one layer of its width, and less at the border."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
import torch

from report.proof import (
    Derivation, Live, Step, algebra, define, definition, induction, integer, matrix, part, real, reindex, signal, using,
    vector,
)  # fmt: skip
from theory.arrays import Matrix, Signal, Vector, tensor
from theory.stacks import stacks_table
from theory.vocabulary import CONV

# --- witnesses --------------------------------------------------------------------------------------------------------

REACH = 60


def laid_out(x: Signal, reach: int = REACH) -> torch.Tensor:
    """x(−reach), …, x(reach) as one channel of one example."""
    return tensor([[[x(m) for m in range(-reach, reach + 1)]]])


def convolved(x: torch.Tensor, a: Signal, stride: int = 1) -> torch.Tensor:
    """x ∗ a by a convolution layer (which correlates, hence the flip); the same places as x, every ``stride``-th of them."""
    kernel = laid_out(a, 8).flip(-1)
    return torch.nn.functional.conv1d(x, kernel, padding=8)[..., REACH % stride :: stride]


def two_layers(x: Signal, a: Signal, b: Signal, i: int) -> float:
    """((x ∗ a) ∗ b)(i) by two convolution layers, one after the other."""
    return float(convolved(convolved(laid_out(x), a), b)[0, 0, i + REACH])


def two_channels(x: Signal, y: Signal, a: Signal, b: Signal, f: Signal, i: int) -> float:
    """Two channels into one, then a second layer: a layer with two input channels, and one after it."""
    image = torch.cat([laid_out(x), laid_out(y)], 1)
    kernel = torch.cat([laid_out(a, 8), laid_out(b, 8)], 1).flip(-1)
    return float(convolved(torch.nn.functional.conv1d(image, kernel, padding=8), f)[0, 0, i + REACH])


def strided_then_another(x: Signal, a: Signal, b: Signal, s: int, i: int) -> float:
    """A convolution layer with stride s, then another layer, at i."""
    return float(convolved(convolved(laid_out(x), a, s), b)[0, 0, i + REACH // s])


def lost_at_the_border(x: Signal, a: Signal, b: Signal, q: int, i: int) -> float:
    """Two layers, less the same with zeros for what the first has beyond q places."""
    first = convolved(laid_out(x), a)
    image = torch.zeros_like(first)
    image[..., REACH : REACH + q] = first[..., REACH : REACH + q]
    return float((convolved(first, b) - convolved(image, b))[0, 0, i + REACH])


def padded_twice(q: int) -> float:
    """Place 0 of an image with an impulse there, after two padded layers with three equal taps."""
    layer = lambda image: torch.nn.functional.conv1d(image, torch.ones(1, 1, 3), padding=1)  # noqa: E731
    return float(layer(layer(torch.eye(q)[:1, None]))[0, 0, 0])


def pooled(x: Signal, s: int, w: int, i: int) -> float:
    """x average-pooled with window w and stride s, at i; window 0 starts at place 0."""
    return float(torch.nn.functional.avg_pool1d(laid_out(x)[..., REACH % s :], w, s)[0, 0, i + REACH // s])


def taps_of_a_stack(n: int, k: int) -> int:
    """How many taps n kernels of width k convolve to."""
    return len(reduce(np.convolve, [np.ones(k)] * n))


def two_dense_layers(A: Matrix, B: Matrix, z: Vector, u: Vector, v: Vector) -> Vector:
    """Two torch layers with weights A, B and biases u, v, the second on the output of the first."""
    hidden = torch.nn.functional.linear(tensor(z), tensor(A, len(u), len(z)), tensor(u))
    return torch.nn.functional.linear(hidden, tensor(B, len(v), len(u)), tensor(v)).tolist()


def discriminant(f: Callable[[int], float]) -> float:
    """The discriminant of f(0) + f(1) x + f(2) x², from its roots."""
    one, other = np.roots([f(2), f(1), f(0)])
    return float(np.real(f(2) ** 2 * (one - other) ** 2))


# --- the derivation ------------------------------------------------------------------------------------------------

PLACE, M = integer("i", "a place"), integer("m", "a place")

POOLED = define(
    "P(x)(i)",
    "1/w*sum(x(s*i + m) for m in span(0, w - 1))",
    "average pooling, window `w`, stride `s`",
    symbols=[signal("x", "a signal"), PLACE],
    live=[Live("torch avg_pool1d", pooled)],
)
WIDTH = define(
    "W(n)",
    "k if n == 1 else W(n - 1) + k - 1",
    "the width of a stack of `n` layers, each of width `k`",
    symbols=[integer("n", "the number of layers", least="1")],
    live=[Live("NumPy convolve", taps_of_a_stack)],
)

DERIVATION = Derivation(
    id="T13",
    title="Linear networks collapse",
    question="""What can a network of convolutions and average pools compute, with any number of layers and parameters, when
    no non-linearity stands between them?""",
    symbols=[
        signal("x", "the input, a signal"),
        signal("y", "a second channel of it"),
        signal("a", "the kernel of a layer"),
        signal("b", "another kernel"),
        signal("f", "a third"),
        integer("i", "a place"),
        integer("k_a", "the width of `a`, whose taps stand at zero and after", least="1", high=4),
        integer("k_b", "the width of `b`, likewise", least="1", high=4),
        integer("r", "a tap"),
        integer("j", "a place of the composed kernel"),
        integer("n", "a number of layers", least="1", high=5),
        integer("k", "their width", least="1", high=5),
        integer("q", "the number of places of the image", least="2", high=6),
        integer("s", "a stride", least="1", high=3),
        integer("w", "the window of a pooling layer", least="1", high=3),
        real("g_0", "a tap"),
        real("g_1", "a tap"),
        real("h_0", "a tap"),
        real("h_1", "a tap"),
        integer("d_0", "the number of inputs of a stack", least="1", high=3),
        integer("d_1", "the number of values after its first layer", least="1", high=3),
        integer("d_2", "the number of its outputs", least="1", high=3),
        matrix("A", "d_1", "d_0", "what the first layer does, as a matrix"),
        vector("u", "d_1", "what it adds"),
        matrix("B", "d_2", "d_1", "what the second layer does"),
        vector("v", "d_2", "what it adds"),
        vector("z", "d_0", "the input, as a vector"),
    ],
    definitions=[
        CONV,
        define("g(m)", "g_0*delta(m) + g_1*delta(m - 1)", "a kernel of width two", symbols=[M]),
        define("h(m)", "h_0*delta(m) + h_1*delta(m - 1)", "another", symbols=[M]),
        define("e(m)", "delta(m) + delta(m - 2)", "a kernel of width three", symbols=[M]),
        define(
            "Delta(f)",
            "f(1)**2 - 4*f(0)*f(2)",
            "the discriminant of a kernel of width three",
            symbols=[signal("f", "a kernel")],
            live=[Live("NumPy roots", discriminant)],
        ),
        WIDTH,
        POOLED,
        define("t(m)", "delta(m + 1) + delta(m) + delta(m - 1)", "three equal taps", symbols=[M]),
        define(
            "cut(x)(m)",
            "x(m) if m in span(0, q - 1) else 0",
            "a signal within the image, zero beyond",
            symbols=[signal("x", "a signal"), M],
        ),
        define("box(m)", "1/w*sum(delta(m + l) for l in span(0, w - 1))", "equal weights, that sum to one", symbols=[M]),
        define(
            "c(m)", "sum(b(l)*a(m - s*l) for l in Z)", "the kernel `a` once for every tap of `b`, a stride apart", symbols=[M]
        ),
    ],
    parts=[
        part(
            "Two layers are one",
            "conv(conv(x, a), b)(i) == conv(x, conv(a, b))(i)",
            Step("sum(conv(x, a)(m)*b(i - m) for m in Z)", definition("conv")),
            Step("sum(sum(x(l)*a(m - l) for l in Z)*b(i - m) for m in Z)", definition("conv")),
            Step("sum(x(l)*sum(a(m - l)*b(i - m) for m in Z) for l in Z)", algebra("exchange the sums, which are finite")),
            Step("sum(x(l)*sum(a(p)*b(i - (p + l)) for p in Z) for l in Z)", reindex("p = m - l")),
            Step("sum(x(l)*sum(a(p)*b((i - l) - p) for p in Z) for l in Z)", algebra("regroup")),
            Step("sum(x(l)*conv(a, b)(i - l) for l in Z)", definition("conv")),
            definition("conv"),
            intro="""Two convolutions, first with kernel `a`, then with kernel `b`: two layers do what one layer does. All sums
            have finitely many terms that are not zero.""",
            live=[Live("two torch conv1d", two_layers, points=3)],
            points=3,
        ),
        part(
            "Channels",
            "conv(lambda m: conv(x, a)(m) + conv(y, b)(m), f)(i) == conv(x, conv(a, f))(i) + conv(y, conv(b, f))(i)",
            Step("sum((conv(x, a)(m) + conv(y, b)(m))*f(i - m) for m in Z)", definition("conv")),
            Step("sum(conv(x, a)(m)*f(i - m) for m in Z) + sum(conv(y, b)(m)*f(i - m) for m in Z)", algebra("split the sum")),
            Step("conv(conv(x, a), f)(i) + conv(conv(y, b), f)(i)", definition("conv")),
            Step(
                "conv(x, conv(a, f))(i) + conv(conv(y, b), f)(i)",
                using("Two layers are one", "by “Two layers are one”", at={"b": "f"}),
            ),
            using("Two layers are one", "and once more", at={"x": "y", "a": "b", "b": "f"}),
            intro="""A channel of a layer is a sum of convolutions, one for every channel below. For two of them, and for
            more one by one:""",
            live=[Live("torch conv1d with channels", two_channels)],
        ),
        part(
            "The last tap of the composed kernel",
            "j <= k_a + k_b - 2",
            Step("r + (j - r)", algebra("add and subtract")),
            Step("<= (k_a - 1) + (k_b - 1)", "each factor lies inside its kernel"),
            algebra("add"),
            given=["r <= k_a - 1", "j - r <= k_b - 1"],
            intro="""How wide is the one kernel? Its tap at place `j` is a sum of products, tap `r` of the first kernel
            times tap `j - r` of the second. Such a product is not zero only if both taps exist.""",
        ),
        part(
            "The first tap of the composed kernel",
            "j >= 0",
            Step("r + (j - r)", algebra("add and subtract")),
            Step(">= 0 + 0", "each factor lies inside its kernel"),
            algebra("add"),
            given=["r >= 0", "j - r >= 0"],
        ),
        part(
            "The outermost taps meet alone",
            "iff((k_a + k_b - 2) - r <= k_b - 1, r >= k_a - 1)",
            Step("k_a - 1 <= r", "move what is known to the left"),
            "turn it round",
            intro="""At the last place only the last taps of both kernels meet, so nothing cancels there, and nothing at the
            first place either: the width is exact when the outermost taps are not zero.""",
        ),
        part(
            "One layer",
            "W(1) == k",
            definition("W"),
            intro="""So two layers have the taps from place zero to `k_a + k_b - 2`, one less than both have together: a
            layer of width `k` on top of a stack adds `k - 1` to its width. What that comes to, by induction:""",
        ),
        part(
            "One layer more",
            "W(n + 1) == (n + 1)*(k - 1) + 1",
            Step("W(n) + k - 1", definition("W")),
            Step("(n*(k - 1) + 1) + k - 1", using("hypothesis")),
            algebra("collect"),
            supposing="W(n) == n*(k - 1) + 1",
        ),
        part("The width of a stack", "W(n) == n*(k - 1) + 1", induction("n", "One layer", "One layer more")),
        part(
            "Parameters add, taps do not",
            "n*k - W(n) == n - 1",
            Step("n*k - (n*(k - 1) + 1)", using("The width of a stack")),
            algebra("multiply out and cancel"),
            intro="""So depth does reach farther. But one layer of the width `W(n)` reaches as far, and the stack has `n*k`
            weights where that one has `W(n)`: every layer after the first brings one that nobody can see in the output.""",
        ),
        part(
            "What two layers of width two can reach",
            "Delta(conv(g, h)) >= 0",
            Step("conv(g, h)(1)**2 - 4*conv(g, h)(0)*conv(g, h)(2)", definition("Delta")),
            Step(
                "(g_0*h_1 + g_1*h_0)**2 - 4*(g_0*h_0)*(g_1*h_1)",
                definition("conv", "g", "h", words="the three taps, each a sum of products of taps"),
            ),
            Step("(g_0*h_1 - g_1*h_0)**2", algebra("multiply out and complete the square")),
            "a square is not negative",
            intro="""And more parameters can mean less: two layers of width two have four parameters, and do not reach every
            kernel of width three, which has three. What they compose to has a discriminant that is not negative.""",
        ),
        part(
            "A kernel out of their reach",
            "Delta(e) == -4",
            Step("e(1)**2 - 4*e(0)*e(2)", definition("Delta")),
            definition("e"),
            intro="This kernel of width three has a negative one, so no two real layers of width two compose to it:",
        ),
        part(
            "Average pooling is a strided convolution",
            "P(x)(i) == conv(x, box)(s*i)",
            Step("1/w*sum(x(s*i + l) for l in span(0, w - 1))", definition("P")),
            Step(
                "sum(x(m)*(1/w*sum(delta((s*i - m) + l) for l in span(0, w - 1))) for m in Z)",
                algebra("an impulse picks each of the places"),
            ),
            Step("sum(x(m)*box(s*i - m) for m in Z)", definition("box")),
            definition("conv"),
            intro="Now the pooling layers. One is a convolution that keeps only the outputs at multiples of the stride.",
        ),
        part(
            "A layer after a stride",
            "conv(lambda m: conv(x, a)(s*m), b)(i) == conv(x, c)(s*i)",
            Step("sum(conv(x, a)(s*m)*b(i - m) for m in Z)", definition("conv")),
            Step("sum(sum(x(l)*a(s*m - l) for l in Z)*b(i - m) for m in Z)", definition("conv")),
            Step("sum(x(l)*sum(a(s*m - l)*b(i - m) for m in Z) for l in Z)", algebra("exchange the sums")),
            Step("sum(x(l)*sum(a(s*(i - p) - l)*b(p) for p in Z) for l in Z)", reindex("p = i - m")),
            Step("sum(x(l)*sum(b(p)*a((s*i - l) - s*p) for p in Z) for l in Z)", algebra("regroup")),
            Step("sum(x(l)*c(s*i - l) for l in Z)", definition("c")),
            definition("conv"),
            intro="A strided layer and one after it are again one layer with that stride.",
            live=[Live("torch conv1d with a stride", strided_then_another, points=3)],
            points=3,
        ),
        part(
            "What zero padding cuts off",
            "conv(x, conv(a, b))(i) - conv(cut(conv(x, a)), b)(i) == conv(lambda m: conv(x, a)(m) - cut(conv(x, a))(m), b)(i)",
            Step("conv(conv(x, a), b)(i) - conv(cut(conv(x, a)), b)(i)", using("Two layers are one")),
            Step(
                "sum(conv(x, a)(m)*b(i - m) for m in Z) - sum(cut(conv(x, a))(m)*b(i - m) for m in Z)",
                definition("conv", words="definition of the second convolution"),
            ),
            Step("sum((conv(x, a)(m) - cut(conv(x, a))(m))*b(i - m) for m in Z)", algebra("in one sum")),
            definition("conv"),
            intro="""All this is said of signals without borders. A layer that pads its input with zeros, to keep the `q`
            places of the image, also forgets what the layer before it would have had beyond them. What the stack lacks is
            just what its second layer would have seen there:""",
            live=[Live("torch conv1d without and with padding between", lost_at_the_border)],
        ),
        part(
            "At the border the one kernel is wrong",
            "conv(cut(conv(delta, t)), t)(0) != conv(delta, conv(t, t))(0)",
            Step("sum(cut(t)(m)*t(0 - m) for m in Z)", definition("conv")),
            Step("cut(t)(-1) + cut(t)(0) + cut(t)(1)", definition("t")),
            Step("1 + 1", definition("cut", "t", words="place minus one is cut off")),
            Step("2", "add"),
            Step("!= 3", "compare"),
            definition("conv", "t", words="and as the one layer does"),
            intro="""Away from the border that is nothing, and the one kernel serves. At the border it does not: three equal
            taps around each place, in both layers, and an impulse at the first place of an image, where one product is cut
            off:""",
            live=[Live("two padded torch conv1d", padded_twice)],
        ),
        part(
            "Affine after affine is affine",
            "B @ (A @ z + u) + v == (B @ A) @ z + (B @ u + v)",
            Step("B @ (A @ z) + B @ u + v", algebra("the matrix product distributes over the sum")),
            Step("(B @ A) @ z + B @ u + v", algebra("the matrix product is associative")),
            algebra("regroup"),
            intro="""What is left with borders and biases? Convolution, padded or not, average pooling, flattening and a
            dense layer are each a matrix; a bias adds a vector. So two layers are one affine map, and that map and the next
            layer are one again, up to the last layer, at any depth:""",
            live=[Live("two torch linear", two_dense_layers)],
        ),
    ],
    conclusion="""It computes one affine map, whatever its depth (“Affine after affine is affine”). Away from the border
    (“What zero padding cuts off”) two convolutions are one with the kernel `conv(a, b)` (“Two layers are one”), and a stack
    of `n` of them, each of the width `k`, has the width `W(n) == n*(k - 1) + 1`; average pooling is a strided convolution and
    collapses with the rest (“Average pooling is a strided convolution”, “A layer after a stride”). So the stack can do no
    more than one layer of that width and stride (“Two layers are one”), and may be able to do less, however many parameters
    it has (“What two layers of width two can reach”, “A kernel out of their reach”).""",
    comment="""Without a non-linearity depth buys a wider kernel, which one layer can have as well, and parameters that
    nobody sees: the deep linear net can be multiplied out into a single layer with the same outputs (a matrix where zeros
    are padded between its layers, a kernel elsewhere), and no linear net does better than the best affine classifier.""",
    tables={"stacks": stacks_table},
)
