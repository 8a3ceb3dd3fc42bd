"""T13: a stack of linear layers is one affine map; two convolutions are one; parameters add, capacity does not."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np
import torch

from report.model import Column, Table
from report.proof import (
    Derivation,
    Live,
    Part,
    Step,
    algebra,
    define,
    definition,
    integer,
    matrix,
    real,
    reindex,
    signal,
    using,
    vector,
)
from theory.vocabulary import CONV

Signal = Callable[[int], float]
Rows = list[list[float]]

# --- witnesses in one dimension ------------------------------------------------------------------------------------

REACH = 60


def laid_out(x: Signal, reach: int = REACH) -> torch.Tensor:
    """x(−reach), …, x(reach) as one channel of one example."""
    return torch.tensor([[[x(m) for m in range(-reach, reach + 1)]]], dtype=torch.float64)


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


def pooled(x: Signal, s: int, w: int, i: int) -> float:
    """x average-pooled with window w and stride s, at i; window 0 starts at place 0."""
    return float(torch.nn.functional.avg_pool1d(laid_out(x)[..., REACH % s :], w, s)[0, 0, i + REACH // s])


def taps_of_two(k_a: int, k_b: int) -> int:
    """How many taps NumPy gives the convolution of two kernels."""
    return len(np.convolve(np.ones(k_a), np.ones(k_b)))


def taps_of_a_stack(n: int, k: int) -> int:
    """How many taps n kernels of width k convolve to."""
    return len(reduce(np.convolve, [np.ones(k)] * n))


def two_dense_layers(A: Rows, B: Rows, z: list[float], u: list[float], v: list[float]) -> list[float]:
    """Two torch layers with weights A, B and biases u, v, the second on the output of the first."""
    hidden = torch.nn.functional.linear(_tensor(z), _tensor(A).reshape(len(u), len(z)), _tensor(u))
    return torch.nn.functional.linear(hidden, _tensor(B).reshape(len(v), len(u)), _tensor(v)).tolist()


def _tensor(values: list[float] | Rows) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


# --- witnesses in two dimensions, with channels: real stacks, and the one layer that replaces them ------------------


def random_kernel(outputs: int, inputs: int, width: int, seed: int) -> torch.Tensor:
    """Weights of a square convolution layer, in double precision."""
    return torch.randn(outputs, inputs, width, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def composed(first: torch.Tensor, second: torch.Tensor, stride: int = 1) -> torch.Tensor:
    """The kernel of (first with this stride, then second): the second's taps, a stride apart, convolved with the first.

    Torch layers correlate; written as correlations, the composed taps are c(m) = Σ_j b(j) a(m − s j) as in the text.
    """
    spread = torch.zeros(*second.shape[:2], *((n - 1) * stride + 1 for n in second.shape[2:]), dtype=second.dtype)
    spread[..., ::stride, ::stride] = second
    return torch.nn.functional.conv_transpose2d(spread, first)


def box(channels: int, width: int) -> torch.Tensor:
    """Average pooling as a convolution layer: every channel by itself."""
    return torch.eye(channels, dtype=torch.float64)[:, :, None, None].expand(-1, -1, width, width) / width**2


def largest_difference(stack: torch.Tensor, one: torch.Tensor) -> float:
    """The largest difference of two outputs; infinite when even the shapes differ."""
    return float((stack - one).abs().max()) if stack.shape == one.shape else float("inf")


def some_images(channels: int, size: int) -> torch.Tensor:
    """Two random images."""
    return torch.randn(2, channels, size, size, generator=torch.Generator().manual_seed(99), dtype=torch.float64)


def one_for_two(k_a: int, k_b: int, c_0: int, c_1: int, c_2: int) -> tuple[torch.Tensor, float]:
    """The layer composed of two conv2d layers, and how far its output is from theirs."""
    a, b, images = random_kernel(c_1, c_0, k_a, 1), random_kernel(c_2, c_1, k_b, 2), some_images(c_0, 14)
    conv2d = torch.nn.functional.conv2d
    one = composed(a, b)
    return one, largest_difference(conv2d(conv2d(images, a), b), conv2d(images, one))


def one_for_pooled(k_a: int, k_b: int, s: int, c_0: int = 2, c_1: int = 3, c_2: int = 2) -> tuple[torch.Tensor, float]:
    """The strided layer composed of conv2d, average pooling and conv2d, and how far its output is from theirs."""
    a, b = random_kernel(c_1, c_0, k_a, 1), random_kernel(c_2, c_1, k_b, 2)
    images = some_images(c_0, k_a + s * (k_b + 2) - 1)
    functional = torch.nn.functional
    one = composed(composed(a, box(c_1, s)), b, s)
    stack = functional.conv2d(functional.avg_pool2d(functional.conv2d(images, a), s), b)
    return one, largest_difference(stack, functional.conv2d(images, one, stride=s))


def weights_of_the_one(k_a: int, k_b: int, c_0: int, c_1: int, c_2: int) -> float:
    """How many weights the one conv2d layer has that does what two do; not a number if it does something else."""
    one, difference = one_for_two(k_a, k_b, c_0, c_1, c_2)
    return one.numel() if difference < 1e-9 else float("nan")


def weights_of_the_stack(k_a: int, k_b: int, c_0: int, c_1: int, c_2: int) -> int:
    """How many weights two live conv2d layers have."""
    layers = torch.nn.Conv2d(c_0, c_1, k_a, bias=False), torch.nn.Conv2d(c_1, c_2, k_b, bias=False)
    return sum(p.numel() for layer in layers for p in layer.parameters())


def width_with_pooling(k_a: int, k_b: int, s: int) -> float:
    """How wide the one strided conv2d layer is that does what the three layers do; not a number if it does something else."""
    one, difference = one_for_pooled(k_a, k_b, s)
    return one.shape[-1] if difference < 1e-9 else float("nan")


def stacks_table() -> Table:
    """Live stacks beside the one layer that replaces each."""
    rows = []
    for k_a, k_b, c_0, c_1, c_2 in ((2, 2, 1, 1, 1), (3, 3, 3, 8, 4), (5, 5, 3, 12, 32)):
        one, difference = one_for_two(k_a, k_b, c_0, c_1, c_2)
        name = f"{k_a}×{k_a}, {k_b}×{k_b}; channels {c_0}, {c_1}, {c_2}"
        rows.append((name, weights_of_the_stack(k_a, k_b, c_0, c_1, c_2), *_of(one), _power(difference)))
    for k_a, k_b, s in ((3, 3, 2), (5, 5, 2)):
        one, difference = one_for_pooled(k_a, k_b, s)
        name = f"{k_a}×{k_a}, average pooling by {s}, {k_b}×{k_b}; channels 2, 3, 2"
        rows.append((name, weights_of_the_stack(k_a, k_b, 2, 3, 2), *_of(one), _power(difference)))
    columns = (
        Column("stack", "Stack of conv2d layers", align="left"),
        Column("weights", "Weights"),
        Column("one", "The one kernel"),
        Column("one_weights", "Its weights"),
        Column("difference", "Largest difference"),
    )
    caption = (
        "Random stacks of live layers in double precision, each beside the one convolution layer composed of it (with the "
        "stride of the pooling): the largest difference of their outputs on random images is rounding error."
    )
    return Table(columns, tuple(rows), caption)


def _of(kernel: torch.Tensor) -> tuple[str, int]:
    return f"{kernel.shape[-2]}×{kernel.shape[-1]}", kernel.numel()


def _power(difference: float) -> str:
    """The order of magnitude, which repeats on every machine where the last digits do not."""
    return "below 10⁻¹²" if difference < 1e-12 else "below 10⁻⁹" if difference < 1e-9 else f"{difference:.1e}"


def discriminant(f: Callable[[int], float]) -> float:
    """The discriminant of f(0) + f(1) x + f(2) x², from its roots."""
    one, other = np.roots([f(2), f(1), f(0)])
    return float(np.real(f(2) ** 2 * (one - other) ** 2))


# --- the derivation ------------------------------------------------------------------------------------------------

PLACE = integer("i", "a place")
SIZES = {"k_a": range(1, 5), "k_b": range(1, 5)}
CHANNELS = {"k_a": (1, 3), "k_b": (1, 2), "c_0": (1, 3), "c_1": (2, 3), "c_2": (1, 4)}

POOLED = define(
    "P(x)(i)",
    "1/w*sum(x(s*i + m) for m in span(0, w - 1))",
    "average pooling, window `w`, stride `s`",
    symbols=[signal("x", "a signal"), PLACE],
    live=[Live("torch avg_pool1d", pooled)],
)
WIDTH = define(
    "W(n)",
    "n*(k - 1) + 1",
    "the width of a stack of `n` layers, each of width `k`",
    symbols=[integer("n", "the number of layers", least="1")],
    live=[Live("NumPy convolve", taps_of_a_stack)],
)

DERIVATION = Derivation(
    id="T13",
    title="Linear networks collapse",
    question=(
        "What can a network of convolutions and average pools compute, with any number of layers and parameters, when no "
        "non-linearity stands between them?"
    ),
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
        integer("s", "a stride", least="1", high=3),
        integer("w", "the window of a pooling layer", least="1", high=3),
        integer("c_0", "the number of input channels", least="1", high=3),
        integer("c_1", "the number of channels between the layers", least="1", high=3),
        integer("c_2", "the number of output channels", least="1", high=3),
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
        define("g(m)", "g_0*delta(m) + g_1*delta(m - 1)", "a kernel of width two", symbols=[integer("m", "a place")]),
        define("h(m)", "h_0*delta(m) + h_1*delta(m - 1)", "another", symbols=[integer("m", "a place")]),
        define("e(m)", "delta(m) + delta(m - 2)", "a kernel of width three", symbols=[integer("m", "a place")]),
        define(
            "Delta(f)",
            "f(1)**2 - 4*f(0)*f(2)",
            "the discriminant of a kernel of width three",
            symbols=[signal("f", "a kernel")],
            live=[Live("NumPy roots", discriminant)],
        ),
        WIDTH,
        POOLED,
        define(
            "box(m)",
            "1/w*sum(delta(m + l) for l in span(0, w - 1))",
            "equal weights, that sum to one",
            symbols=[integer("m", "a place")],
        ),
        define(
            "c(m)",
            "sum(b(l)*a(m - s*l) for l in Z)",
            "the kernel `a` once for every tap of `b`, a stride apart",
            symbols=[integer("m", "a place")],
        ),
    ],
    parts=[
        Part(
            "Two layers are one",
            "conv(conv(x, a), b)(i) == conv(x, conv(a, b))(i)",
            [
                Step("sum(conv(x, a)(m)*b(i - m) for m in Z)", definition("conv")),
                Step("sum(sum(x(l)*a(m - l) for l in Z)*b(i - m) for m in Z)", definition("conv")),
                Step("sum(x(l)*sum(a(m - l)*b(i - m) for m in Z) for l in Z)", algebra("exchange the sums, which are finite")),
                Step("sum(x(l)*sum(a(p)*b(i - (p + l)) for p in Z) for l in Z)", reindex("p = m - l")),
                Step("sum(x(l)*sum(a(p)*b((i - l) - p) for p in Z) for l in Z)", algebra("regroup")),
                Step("sum(x(l)*conv(a, b)(i - l) for l in Z)", definition("conv")),
                Step("conv(x, conv(a, b))(i)", definition("conv")),
            ],
            intro="A layer with kernel `a`, then one with kernel `b`. All sums have finitely many terms that are not zero.",
            live=[Live("torch conv1d, twice", two_layers, points=3)],
            points=3,
        ),
        Part(
            "Channels",
            "conv(lambda m: conv(x, a)(m) + conv(y, b)(m), f)(i) == conv(x, conv(a, f))(i) + conv(y, conv(b, f))(i)",
            [
                Step("sum((conv(x, a)(m) + conv(y, b)(m))*f(i - m) for m in Z)", definition("conv")),
                Step(
                    "sum(conv(x, a)(m)*f(i - m) for m in Z) + sum(conv(y, b)(m)*f(i - m) for m in Z)",
                    algebra("split the sum"),
                ),
                Step("conv(conv(x, a), f)(i) + conv(conv(y, b), f)(i)", definition("conv")),
                Step(
                    "conv(x, conv(a, f))(i) + conv(conv(y, b), f)(i)",
                    using("Two layers are one", "by “Two layers are one”", at={"b": "f"}),
                ),
                Step(
                    "conv(x, conv(a, f))(i) + conv(y, conv(b, f))(i)",
                    using("Two layers are one", "and once more", at={"x": "y", "a": "b", "b": "f"}),
                ),
            ],
            intro=(
                "A channel of a layer is a sum of convolutions, one for every channel below. For two of them, and for more "
                "one by one:"
            ),
            live=[Live("torch conv1d with channels", two_channels)],
        ),
        Part(
            "The last tap of the composed kernel",
            "j <= k_a + k_b - 2",
            [
                Step("r + (j - r)", algebra("add and subtract")),
                Step("<= (k_a - 1) + (k_b - 1)", "each factor lies inside its kernel"),
                Step("k_a + k_b - 2", algebra("add")),
            ],
            given=["r <= k_a - 1", "j - r <= k_b - 1"],
            intro=(
                "How wide is the one kernel? Its tap at place `j` is a sum of products, tap `r` of the first kernel times tap "
                "`j - r` of the second. Such a product is not zero only if both taps exist."
            ),
        ),
        Part(
            "The first tap of the composed kernel",
            "j >= 0",
            [
                Step("r + (j - r)", algebra("add and subtract")),
                Step(">= 0 + 0", "each factor lies inside its kernel"),
                Step("0", algebra("add")),
            ],
            given=["r >= 0", "j - r >= 0"],
        ),
        Part(
            "The outermost taps meet alone",
            "iff((k_a + k_b - 2) - r <= k_b - 1, r >= k_a - 1)",
            [
                Step("k_a - 1 <= r", "move what is known to the left"),
                Step("r >= k_a - 1", "turn it round"),
            ],
            intro=(
                "At the last place only the last taps of both kernels meet, so nothing cancels there, and nothing at the first "
                "place either: the width is exact when the outermost taps are not zero."
            ),
        ),
        Part(
            "The width of two layers",
            "count(m for m in span(0, k_a + k_b - 2)) == k_a + k_b - 1",
            [Step("k_a + k_b - 1", "from the first place to the last")],
            live=[Live("NumPy convolve", taps_of_two, sweep=SIZES)],
        ),
        Part(
            "One layer",
            "W(1) == k",
            [Step("(k - 1) + 1", definition("W")), Step("k", algebra("add"))],
            intro=(
                "The width of a stack of layers starts at `k` and, by what was just shown, grows by one less than `k` with "
                "every layer. `W(n)` does so:"
            ),
        ),
        Part(
            "One layer more",
            "W(n + 1) == W(n) + k - 1",
            [
                Step("(n + 1)*(k - 1) + 1", definition("W")),
                Step("(n*(k - 1) + 1) + k - 1", algebra("multiply out")),
                Step("W(n) + k - 1", definition("W")),
            ],
        ),
        Part(
            "Parameters add, taps do not",
            "n*k - W(n) == n - 1",
            [
                Step("n*k - (n*(k - 1) + 1)", definition("W")),
                Step("n - 1", algebra("multiply out and cancel")),
            ],
            intro=(
                "The stack has `n*k` parameters, and what it computes has `W(n)`: every layer after the first brings one "
                "parameter that nobody can see in the output."
            ),
        ),
        Part(
            "The weights of two layers with channels",
            "c_0*c_1*k_a**2 + c_1*c_2*k_b**2 == c_1*(c_0*k_a**2 + c_2*k_b**2)",
            [Step("c_1*(c_0*k_a**2 + c_2*k_b**2)", algebra("factor out"))],
            intro="In two dimensions and with channels, two square layers have this many weights:",
            live=[Live("live conv2d layers", weights_of_the_stack, sweep=CHANNELS)],
        ),
        Part(
            "The weights of the one layer",
            "c_0*c_2*count(m for m in span(0, k_a + k_b - 2))**2 == c_0*c_2*(k_a + k_b - 1)**2",
            [Step("c_0*c_2*(k_a + k_b - 1)**2", using("The width of two layers"))],
            live=[Live("the conv2d layer with the outputs of the stack", weights_of_the_one, sweep=CHANNELS)],
            intro=(
                "The one layer has the following number. It may be larger: then the stack reaches only some of the kernels of "
                "that width."
            ),
        ),
        Part(
            "What two layers of width two can reach",
            "Delta(conv(g, h)) >= 0",
            [
                Step("conv(g, h)(1)**2 - 4*conv(g, h)(0)*conv(g, h)(2)", definition("Delta")),
                Step(
                    "(g_0*h_1 + g_1*h_0)**2 - 4*(g_0*h_0)*(g_1*h_1)",
                    definition("conv", "g", "h", words="the three taps, each a sum of products of taps"),
                ),
                Step("(g_0*h_1 - g_1*h_0)**2", algebra("multiply out and complete the square")),
                Step(">= 0", "a square is not negative"),
            ],
            intro=(
                "More parameters can even mean less capacity: two layers of width two have four parameters, and do not reach "
                "every "
                "kernel of width three, which has three. What they compose to has a discriminant that is not negative."
            ),
        ),
        Part(
            "A kernel out of their reach",
            "Delta(e) == -4",
            [
                Step("e(1)**2 - 4*e(0)*e(2)", definition("Delta")),
                Step("-4", definition("e")),
            ],
            intro="This kernel of width three has a negative one, so no two real layers of width two compose to it:",
        ),
        Part(
            "Average pooling is a strided convolution",
            "P(x)(i) == conv(x, box)(s*i)",
            [
                Step("1/w*sum(x(s*i + l) for l in span(0, w - 1))", definition("P")),
                Step(
                    "sum(x(m)*(1/w*sum(delta((s*i - m) + l) for l in span(0, w - 1))) for m in Z)",
                    algebra("an impulse picks each of the places"),
                ),
                Step("sum(x(m)*box(s*i - m) for m in Z)", definition("box")),
                Step("conv(x, box)(s*i)", definition("conv")),
            ],
            intro="Now the pooling layers. One is a convolution that keeps only the outputs at multiples of the stride.",
        ),
        Part(
            "A layer after a stride",
            "conv(lambda m: conv(x, a)(s*m), b)(i) == conv(x, c)(s*i)",
            [
                Step("sum(conv(x, a)(s*m)*b(i - m) for m in Z)", definition("conv")),
                Step("sum(sum(x(l)*a(s*m - l) for l in Z)*b(i - m) for m in Z)", definition("conv")),
                Step("sum(x(l)*sum(a(s*m - l)*b(i - m) for m in Z) for l in Z)", algebra("exchange the sums")),
                Step("sum(x(l)*sum(a(s*(i - p) - l)*b(p) for p in Z) for l in Z)", reindex("p = i - m")),
                Step("sum(x(l)*sum(b(p)*a((s*i - l) - s*p) for p in Z) for l in Z)", algebra("regroup")),
                Step("sum(x(l)*c(s*i - l) for l in Z)", definition("c")),
                Step("conv(x, c)(s*i)", definition("conv")),
            ],
            intro="A strided layer and one after it are again one layer with that stride.",
            live=[Live("torch conv1d with a stride", strided_then_another, points=3)],
            points=3,
        ),
        Part(
            "The width of convolution, pooling, convolution",
            "(k_a + s - 1) + s*(k_b - 1) == k_a + s*k_b - 1",
            [Step("k_a + s*k_b - 1", algebra("multiply out"))],
            intro=(
                "Here `a` is first widened by the window of the pooling, which is its stride, and then laid once for every tap "
                "of `b`, a stride apart."
            ),
            live=[
                Live(
                    "the strided conv2d layer with the outputs of conv2d, avg_pool2d, conv2d",
                    width_with_pooling,
                    sweep={"k_a": (1, 3), "k_b": (1, 2, 3), "s": (1, 2, 3)},
                )
            ],
        ),
        Part(
            "Affine after affine is affine",
            "B @ (A @ z + u) + v == (B @ A) @ z + (B @ u + v)",
            [
                Step("B @ (A @ z) + B @ u + v", algebra("the matrix product distributes over the sum")),
                Step("(B @ A) @ z + B @ u + v", algebra("the matrix product is associative")),
                Step("(B @ A) @ z + (B @ u + v)", algebra("regroup")),
            ],
            intro=(
                "Convolution, average pooling, flattening and a dense layer are each a matrix; a bias adds a vector. So two "
                "layers are one affine map; that map and the next layer are one; and so on up to the last layer."
            ),
            live=[Live("torch linear, twice", two_dense_layers)],
        ),
    ],
    conclusion=(
        "It computes one affine map, whatever its depth. Two convolutions are one with the kernel `conv(a, b)`, of width "
        "`k_a + k_b - 1`; average pooling is a strided convolution and collapses with the rest. Parameters add up over the "
        "layers; what can be computed does not grow with them."
    ),
    consequence=(
        "Without a non-linearity, depth buys parameters and nothing else: the deep linear net can be multiplied out into "
        "a single layer with the same outputs, and no linear net does better than the best affine classifier."
    ),
    tables={"stacks": stacks_table},
)
