"""two symbols with the same latex"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("a","the weight",latex="w"), real("b","the gradient",latex="w")],
    definitions=[],
    parts=[
        Part("P","(a - b)*2 == 2*a - 2*b",[Step("2*a - 2*b",algebra("multiply out"))])
    ],
    conclusion='',
    consequence='',
)
