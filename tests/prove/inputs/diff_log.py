"""(log x)' = 1/x for every real x"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T104",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","diff(log(x), x) == 1/x",[Step("1/x",differentiation("derivative of the logarithm"))])
    ],
    conclusion='',
    consequence='',
)
