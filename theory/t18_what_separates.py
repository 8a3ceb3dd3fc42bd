"""T18: what separates two classes: for the sigmoid a line, the best border for two normal clouds of one covariance."""

from __future__ import annotations

import numpy as np
import torch

from report.proof import Derivation, Live, Step, algebra, definition, integer, matrix, part, proved, real, vector
from theory.arrays import Matrix, Vector, tensor
from theory.vocabulary import SIGMA


def log_odds_by_torch(x: Vector, m_0: Vector, m_1: Vector, R: Matrix, d: int) -> float:
    """The logarithm of the ratio of two normal densities, by torch's distribution."""
    root = tensor(R, d, d)
    first, second = (torch.distributions.MultivariateNormal(tensor(m), precision_matrix=root.T @ root) for m in (m_0, m_1))
    return float(second.log_prob(tensor(x)) - first.log_prob(tensor(x)))


QUADRATIC = "(x - {0}).T@R.T@R@(x - {0})"

DERIVATION = Derivation(
    id="T18",
    title="What separates the classes",
    question="""Logistic regression answers with the class whose probability, `sigma(z)` with `z` an affine function of
    the input, weights and a bias, is above one half. What does the border between the classes look like, and is it the
    right one for two normal clouds?""",
    symbols=[
        real("z", "the value that enters the sigmoid", low=-4, high=4),
        real("p_0", "density times share of the first class, at some input", above="0"),
        real("p_1", "the same of the second class", above="0"),
        integer("d", "the number of values of an example", least="1", low=1, high=3),
        vector("x", "d", "an example"),
        vector("m_0", "d", "the mean of the first class"),
        vector("m_1", "d", "that of the second"),
        matrix("R", "d", "d", "a root of the inverse of the covariance that both classes have: that inverse is `R.T@R`"),
    ],
    definitions=[SIGMA],
    parts=[
        part(
            "Above one half, or not",
            "sigma(z) - 1/2 == (exp(z) - 1)/(2*(exp(z) + 1))",
            Step("1/(1 + exp(-z)) - 1/2", definition("sigma")),
            algebra("bring to one denominator"),
            intro="""The sign of this difference is that of `exp(z) - 1`, which is that of `z`. So the border is where `z`
            is zero:""",
        ),
        part("On the border", "sigma(0) == 1/2", definition("sigma")),
        part(
            "Bayes with a sigmoid",
            "p_1/(p_0 + p_1) == sigma(log(p_1/p_0))",
            Step("1/(1 + exp(-log(p_1/p_0)))", algebra("divide by what is above")),
            definition("sigma"),
            intro="""A border where an affine function of the input is zero is a line in the plane, a hyperplane in general.
            When is it the right one? The probability of the second class, given the input, is by Bayes' rule the sigmoid of
            the logarithm of a ratio, whatever the densities. Whoever answers with the more probable class errs least, so the
            best border is where this logarithm is zero:""",
            live=[Live("NumPy", lambda p_0, p_1: np.divide(p_1, p_0 + p_1))],
        ),
        part(
            "Two normal clouds of one covariance",
            f"1/2*({QUADRATIC.format('m_0')}) - 1/2*({QUADRATIC.format('m_1')})"
            " == (R.T@R@(m_1 - m_0)).T@x - 1/2*(m_1.T@R.T@R@m_1 - m_0.T@R.T@R@m_0)",
            algebra("multiply out; what is quadratic in `x` cancels"),
            intro="""For two normal densities of one covariance the logarithm of their ratio is the difference of two
            quadratic functions, since what stands before the exponentials is the same. It is affine, and so it stays when the
            logarithm of the ratio of both shares is added, whatever that is. So the best border is a line:""",
            live=[Live("torch distributions", log_odds_by_torch)],
        ),
    ],
    conclusion="""A line, `z` being an affine function (“Bayes with a sigmoid”): on it `sigma(0) == 1/2`. For two normal
    clouds of one covariance it is the best border of all, when its weights are the inverse covariance times the difference
    of the means, and its bias is what is left of the ratio, with the logarithm of the ratio of both shares added (“Two
    normal clouds of one covariance”).""",
    comment="""On such clouds, as E10 draws them, no network however deep separates better than logistic regression with the
    right weights, and its error is not zero, since the clouds overlap. With unequal covariances what is quadratic stays,
    and the best border is a line no more.""",
    claims={
        "line_separates": proved(
            "Two normal clouds of one covariance are best separated by a line.", by="Two normal clouds of one covariance"
        )
    },
)
