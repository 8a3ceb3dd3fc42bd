"""T4: convolution commutes with shifts, and how long the output of a convolution layer is."""

from __future__ import annotations

import numpy as np
import torch

from report.proof import (
    Derivation, Live, Step, algebra, contraction, define, definition, integer, part, refuted, reindex, signal, using,
)  # fmt: skip
from theory.arrays import Signal
from theory.vocabulary import CONV, SHIFT


def by_numpy(f: Signal, g: Signal, i: int, t: int) -> float:
    """(f∗g)(i − t), with both signals laid out from −12 to 12 and convolved by NumPy."""
    places = range(-12, 13)
    full = np.convolve([f(k) for k in places], [g(k) for k in places])
    return float(full[i - t + 24])


def by_numpy_unshifted(f: Signal, g: Signal, i: int) -> float:
    """(f∗g)(i) by NumPy."""
    return by_numpy(f, g, i, 0)


def by_dot_product(f: Signal, g: Signal, i: int) -> float:
    """The dot product of f with g reversed and moved to i, as arrays from −24 to 24."""
    places = range(-24, 25)
    mirrored = np.roll(np.array([g(k) for k in places])[::-1], i)
    return float(np.dot([f(k) for k in places], mirrored))


def length_of_conv1d(n: int, k: int, s: int, p: int, d: int) -> int:
    """The number of outputs of a live convolution of zeros."""
    values, kernel = torch.zeros(1, 1, n), torch.zeros(1, 1, k)
    return torch.nn.functional.conv1d(values, kernel, stride=s, padding=p, dilation=d).shape[-1]


def length_of_valid_conv1d(n: int, k: int) -> int:
    """The number of outputs without stride, padding and dilation."""
    return length_of_conv1d(n, k, 1, 0, 1)


CONVOLUTION = definition("conv", words="definition of the convolution")
DELAY = definition("shift", words="definition of the shift")
SIZES = {"n": range(1, 6), "k": range(1, 4), "s": range(1, 4), "p": range(2), "d": range(1, 3)}
NUMPY = Live("NumPy", by_numpy)
LENGTH = "floor((n + 2*p - d*(k - 1) - 1)/s)"

DERIVATION = Derivation(
    id="T4",
    title="Convolution: shifts and output length",
    question="(a) What happens to `conv(f, g)` when `f` or `g` is shifted? (b) How many outputs does a convolution layer have?",
    symbols=[
        signal("f", "a signal with finite support"),
        signal("g", "another"),
        integer("t", "the shift"),
        integer("i", "a place"),
        integer("l", "the number of an output, counted from 0"),
        integer("n", "the length of the input", least="1"),
        integer("k", "the length of the kernel", least="1", high=4),
        integer("s", "the stride", least="1", high=3),
        integer("p", "the padding on either side", least="0", high=2),
        integer("d", "the dilation", least="1", high=3),
    ],
    definitions=[
        CONV,
        SHIFT,
        define("mirror(f)(m)", "f(-m)", "a signal run backwards", symbols=[signal("f", "a signal"), integer("m", "a place")]),
        define(
            "h(m)", "sum(f(a)*delta(m - a) for a in span(1, k))", "the `k` taps of a filter", symbols=[integer("m", "a place")]
        ),
    ],
    parts=[
        part(
            "Shifting the first signal",
            "conv(shift(f, t), g)(i) == shift(conv(f, g), t)(i)",
            Step("sum(shift(f, t)(m)*g(i - m) for m in Z)", CONVOLUTION),
            Step("sum(f(m - t)*g(i - m) for m in Z)", DELAY),
            Step("sum(f(j)*g(i - (j + t)) for j in Z)", reindex("j = m - t")),
            Step("sum(f(j)*g((i - t) - j) for j in Z)", algebra("regroup")),
            Step("conv(f, g)(i - t)", CONVOLUTION),
            DELAY,
            live=[NUMPY],
        ),
        part(
            "Convolution commutes",
            "conv(f, g)(i) == conv(g, f)(i)",
            Step("sum(f(m)*g(i - m) for m in Z)", CONVOLUTION),
            Step("sum(f(i - j)*g(j) for j in Z)", reindex("j = i - m")),
            Step("sum(g(j)*f(i - j) for j in Z)", algebra("swap the factors")),
            CONVOLUTION,
            live=[Live("NumPy", by_numpy_unshifted)],
        ),
        part(
            "Shifting the second signal",
            "conv(f, shift(g, t))(i) == shift(conv(f, g), t)(i)",
            Step("sum(f(m)*shift(g, t)(i - m) for m in Z)", CONVOLUTION),
            Step("sum(f(m)*g((i - m) - t) for m in Z)", DELAY),
            Step("sum(f(m)*g((i - t) - m) for m in Z)", algebra("regroup")),
            Step("conv(f, g)(i - t)", CONVOLUTION),
            DELAY,
            live=[NUMPY],
        ),
        part(
            "As a dot product",
            "conv(f, g)(i) == sum(f(m)*shift(mirror(g), i)(m) for m in Z)",
            Step("sum(f(m)*g(i - m) for m in Z)", CONVOLUTION),
            Step("sum(f(m)*mirror(g)(m - i) for m in Z)", definition("mirror")),
            DELAY,
            intro="One output is a dot product, of one signal with the other mirrored and shifted to where the output is.",
            live=[Live("NumPy dot", by_dot_product)],
        ),
        part(
            "As many terms as taps",
            "conv(h, g)(i) == sum(f(a)*g(i - a) for a in span(1, k))",
            Step("sum(sum(f(a)*delta(m - a) for a in span(1, k))*g(i - m) for m in Z)", definition("conv", "h")),
            contraction(),
            intro="With a filter of `k` taps the sum has `k` terms, and not as many as the signal is long, as W2 prints it:",
        ),
        part(
            "The last tap decides",
            "iff(all(s*l + d*j <= n + 2*p - 1 for j in span(0, k - 1)), s*l + d*(k - 1) <= n + 2*p - 1)",
            "the left side grows with the tap, so the last one decides",
            intro="""Padded, the input has `n + 2*p` places, counted from 0. Tap `j` of output `l` reads place `s*l + d*j`;
            an output exists when all its taps lie inside, the filter within the signal (not, as W2 puts it, the signal
            within the filter).""",
        ),
        part(
            "Which outputs exist",
            f"iff(s*l + d*(k - 1) <= n + 2*p - 1, l <= {LENGTH})",
            Step("s*l <= n + 2*p - d*(k - 1) - 1", "subtract what the kernel spans"),
            Step("l <= (n + 2*p - d*(k - 1) - 1)/s", "divide by the stride, which is positive"),
            "the number of an output is an integer",
        ),
        part(
            "How many",
            f"count(m for m in N if s*m + d*(k - 1) <= n + 2*p - 1) == {LENGTH} + 1",
            Step(f"count(m for m in N if m <= {LENGTH})", using("Which outputs exist", at={"l": "m"})),
            Step(f"count(m for m in span(0, {LENGTH}))", "outputs are counted from 0"),
            "count them",
            given=["d*(k - 1) + 1 <= n + 2*p"],
            intro="Let the kernel fit into the padded input at least once.",
            live=[Live("torch conv1d", length_of_conv1d, sweep=SIZES)],
        ),
        part(
            "Valid convolution",
            "count(m for m in N if m + (k - 1) <= n - 1) == n - k + 1",
            using(
                "How many", "stride and dilation 1, no padding; an integer is its own floor", at={"s": "1", "p": "0", "d": "1"}
            ),
            given=["k <= n"],
            intro="Without stride, padding and dilation that is:",
            live=[Live("torch conv1d", length_of_valid_conv1d, sweep={"n": range(1, 9), "k": range(1, 9)})],
        ),
        part(
            "A kernel as long as the input",
            "count(m for m in N if m + (n - 1) <= n - 1) == 1",
            Step("n - n + 1", using("Valid convolution", at={"k": "n"})),
            algebra("cancel"),
        ),
    ],
    conclusion=f"""Shifting either signal shifts their convolution by as much (“Shifting the first signal”, “Shifting the
    second signal”). A convolution layer whose kernel fits into its padded input, `d*(k - 1) + 1 <= n + 2*p`, has `{LENGTH} +
    1` outputs: `n - k + 1` without stride, padding and dilation, and a single one when the kernel is as long as the input.""",
    comment="""What a convolution layer detects in one place it detects, with the same weights, in every other; nothing has
    to be learnt twice. The output lengths say whether a stack of layers fits its input before it is ever run, and a kernel
    as long as its input is, without padding, a dense layer with one output.""",
    claims={
        "sum_runs_over_the_signal": refuted(
            "The sum at a place of a convolution has a term for each sample of the signal.", by="As many terms as taps"
        ),
        "signal_inside_filter": refuted(
            "The places that count are those at which the signal lies inside the filter.", by="The last tap decides"
        ),
    },
)
