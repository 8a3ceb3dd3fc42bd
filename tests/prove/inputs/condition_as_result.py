"""prose asserts a condition as a result"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T118",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","abs(x) == x",[Step("x",algebra("a positive number"))],given=["x > 0"])
    ],
    conclusion='We have shown that every real number satisfies `x > 0`.',
    consequence='',
)
