"""T17: the maximum and log-sum-exp are not affine, and how large the squared error of the best affine map is."""

from __future__ import annotations

import numpy as np
import torch

from report.proof import Derivation, Live, Step, algebra, counterexample, define, definition, integer, part, real, using, vector
from theory.arrays import Vector, tensor
from theory.vocabulary import RELU

LOG_SUM_EXP = Live("torch logsumexp", lambda x, y: torch.logsumexp(tensor([x, y]), 0))


def least_squares(e: Vector, s: Vector, d: Vector) -> float:
    """The least squared error of an affine map on the mirrored examples, by NumPy."""
    signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    rows = np.array([[p * a, q * b, 1] for a, b in zip(s, d) for p, q in signs])
    targets = np.repeat(np.array(e), 4)
    best, *_ = np.linalg.lstsq(rows, targets, rcond=None)
    return float(((rows @ best - targets) ** 2).sum())


def by_units(x: float, y: float) -> float:
    """A hidden layer of three ReLUs and a linear output."""
    hidden = torch.relu(tensor([[1.0, -1.0], [0.0, 1.0], [0.0, -1.0]]) @ tensor([x, y]))
    return float(hidden @ tensor([1.0, 1.0, -1.0]))


EVERYWHERE = "for i in span(1, n)"
SQUARES = f"sum((e[i] - ({{0}}a*s[i] {{1}} b*d[i] + c))**2 {EVERYWHERE})"
MIRRORED = " + ".join(SQUARES.format(*signs) for signs in (("", "+"), ("", "-"), ("-", "+"), ("-", "-")))
TILT = f"4*a**2*sum(s[i]**2 {EVERYWHERE}) + 4*b**2*sum(d[i]**2 {EVERYWHERE})"

DERIVATION = Derivation(
    id="T17",
    title="What an affine map cannot be",
    question="""A linear network computes an affine map of its input. Can it be the maximum `max(x, y)` of two numbers, or
    `h(x, y)`, the logarithm of the sum of their exponentials? If not, how near can it come?""",
    symbols=[
        real("x", "a number"),
        real("y", "another"),
        real("alpha", "a weight"),
        real("beta", "another"),
        real("a", "a weight of the half sum"),
        real("b", "a weight of the half difference"),
        integer("n", "the number of examples, each with its mirror images", least="1", low=2, high=4),
        vector("s", "n", "half the sums of both numbers, by example"),
        vector("d", "n", "half their differences"),
        vector("e", "n", "what an affine map has to reach beyond the half sum, the same for all mirror images"),
        real("c", "a constant, the bias"),
    ],
    definitions=[
        RELU,
        define("h(x, y)", "log(exp(x) + exp(y))", "log-sum-exp", live=[LOG_SUM_EXP]),
        define("A(x, y)", "alpha*x + beta*y + c", "an affine map"),
        define("ebar", f"sum(e[i] {EVERYWHERE})/n", "the mean of `e`"),
        define("V", f"sum((e[i] - ebar)**2 {EVERYWHERE})", "its variance, times the number of examples"),
    ],
    parts=[
        part(
            "What an affine map does to a point and its opposite",
            "A(x, y) + A(-x, -y) == 2*A(0, 0)",
            Step("2*c", definition("A")),
            definition("A"),
            intro="An affine map may be anything at one point, but the opposite point then pays for it:",
        ),
        part(
            "What the maximum does",
            "max(x, y) + max(-x, -y) == abs(x - y)",
            Step("max(x, y) - min(x, y)", algebra("the larger of the opposites is the opposite of the smaller")),
            "the larger less the smaller",
            intro="The maximum of both comes to their distance, and not to twice its value at zero, which is zero:",
        ),
        counterexample(
            "The maximum is not affine", "max(x, y) + max(-x, -y) == 2*max(0, 0)", at={"x": "2", "y": "1"}, values=("1", "0")
        ),
        part(
            "What log-sum-exp does",
            "exp(h(x, y) + h(-x, -y)) == 2 + exp(x - y) + exp(y - x)",
            Step("(exp(x) + exp(y))*(exp(-x) + exp(-y))", definition("h")),
            algebra("multiply out"),
            intro="Log-sum-exp, which is a maximum with its corner rounded off, does the same more gently:",
        ),
        counterexample(
            "Log-sum-exp is not affine",
            "exp(h(x, y) + h(-x, -y)) == exp(2*h(0, 0))",
            at={"x": "log(4)", "y": "log(2)"},
            values=("9/2", "4"),
        ),
        part(
            "The maximum is half affine",
            "max(x, y) == (x + y)/2 + abs((x - y)/2)",
            "whichever is the larger",
            intro="""How near does an affine map come? Each of the two is an affine map, the half sum,
            plus an even function of the difference:""",
            live=[Live("torch max", lambda x, y: tensor([x, y]).max())],
        ),
        part(
            "So is log-sum-exp",
            "h(x, y) == (x + y)/2 + log(exp((x - y)/2) + exp((y - x)/2))",
            Step("log(exp((x + y)/2)*(exp((x - y)/2) + exp((y - x)/2)))", definition("h", words="take out a factor")),
            algebra("the logarithm of a product"),
            live=[LOG_SUM_EXP],
        ),
        part(
            "The error of an affine map",
            f"{MIRRORED} == 4*V + 4*n*(ebar - c)**2 + {TILT}",
            Step(f"4*sum((e[i] - c)**2 {EVERYWHERE}) + {TILT}", algebra("multiply out; what is odd cancels")),
            Step(f"4*(sum(e[i]**2 {EVERYWHERE}) - 2*c*(n*ebar) + n*c**2) + {TILT}", definition("ebar")),
            definition("ebar", "V", words="complete the square"),
            intro="""The half sum is free. What an affine map adds to it is affine too, in the half sum with weight `a` and
            the half difference with weight `b`. Of the even function, `e` on the examples, it gets hold of nothing but the
            mean, as soon as the examples come with their mirror images: the two numbers exchanged, or both with the opposite
            sign (as draws from one normal distribution around zero do in the long run). Add up the squares of all
            four:""",
        ),
        part(
            "No other does better",
            f"{MIRRORED} >= 4*V",
            Step(f"4*V + 4*n*(ebar - c)**2 + {TILT}", using("The error of an affine map")),
            algebra("squares are not negative"),
            intro="So nothing affine does better than to add a constant to the half sum, the mean of `e`:",
        ),
        part(
            "The least error",
            f"4*V == 4*(sum(e[i]**2 {EVERYWHERE}) - n*ebar**2)",
            Step(f"4*(sum(e[i]**2 {EVERYWHERE}) - 2*ebar*(n*ebar) + n*ebar**2)", definition("V", "ebar")),
            algebra("collect"),
            intro="What remains is the variance of the even function, for the maximum that of half the distance:",
            live=[Live("least squares by NumPy", least_squares)],
        ),
        part(
            "Three units are enough",
            "relu(x - y) + relu(y) - relu(-y) == max(x, y)",
            Step("max(0, x - y) + max(0, y) - max(0, -y)", definition("relu")),
            Step("max(0, x - y) + y", algebra("`y` in two parts, of which one is zero")),
            algebra("take `y` into the maximum"),
            intro="With a hidden layer it takes little to be the maximum: three ReLUs, of which two pass on a number.",
            live=[Live("torch relu", by_units)],
        ),
    ],
    conclusion="""Neither. An affine map has `A(x, y) + A(-x, -y) == 2*A(0, 0)`, where the maximum has `max(x, y) + max(-x,
    -y) == abs(x - y)`, and nor does log-sum-exp have it (“Log-sum-exp is not affine”). On examples with their mirror images
    the affine map of least error is the half sum and a constant; its mean squared error is the variance of `abs((x - y)/2)`
    for the maximum, of `log(exp((x - y)/2) + exp((y - x)/2))` for log-sum-exp (“No other does better”, “The least error”).""",
    comment="""So a linear network can be predicted to learn a sum and to fail at the two others, whatever its depth (T13),
    and by how much. A single hidden layer of ReLUs changes that: three units are the maximum of two numbers.""",
)
