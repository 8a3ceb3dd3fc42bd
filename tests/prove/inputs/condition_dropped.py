"""the conclusion drops the condition"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T117",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","abs(x) == x",[Step("x",algebra("a positive number"))],given=["x > 0"])
    ],
    conclusion='For every real number `abs(x) == x`.',
    consequence='',
)
