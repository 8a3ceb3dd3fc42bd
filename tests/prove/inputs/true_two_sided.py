"""TRUE: two-sided condition 0 < u < 2 on an undeclared real: u*(2-u) > 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("u","u")],
    definitions=[],
    parts=[
        Part("P","u*(2 - u) > 0",[Step("> 0",algebra("both factors positive"))],given=["u > 0","u < 2"])
    ],
    conclusion='',
    consequence='',
)
