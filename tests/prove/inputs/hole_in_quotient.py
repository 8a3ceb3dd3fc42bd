"""(x^2-1)/(x-1) = x+1 also at x = 1"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T101",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","(x**2 - 1)/(x - 1) == x + 1",[Step("x + 1",algebra("divide"))])
    ],
    conclusion='',
    consequence='',
)
