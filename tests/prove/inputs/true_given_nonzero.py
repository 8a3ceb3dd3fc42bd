"""TRUE: y != 0 as a condition"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("x","a number"), real("y","another")],
    definitions=[],
    parts=[
        Part("P","y*x/y == x",[Step("x",algebra("cancel"))],given=["y != 0"])
    ],
    conclusion='',
    consequence='',
)
