"""|x|'(0) = 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T108",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","diff(abs(x), x) == 0",[Step("0",differentiation("the slope at the kink"))],given=["x == 0"])
    ],
    conclusion='',
    consequence='',
)
