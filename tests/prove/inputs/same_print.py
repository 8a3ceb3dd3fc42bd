"""two symbols that print the same"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T129",
    title="A candidate",
    question='',
    symbols=[real("x1","the weight"), real("x_1","the gradient")],
    definitions=[],
    parts=[
        Part("P","(x1 - x_1)*2 == 2*x1 - 2*x_1",[Step("2*x1 - 2*x_1",algebra("multiply out"))])
    ],
    conclusion='',
    consequence='',
)
