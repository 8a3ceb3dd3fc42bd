"""division by y that can be 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T100",
    title="A candidate",
    question='',
    symbols=[real("x","a number"), real("y","another")],
    definitions=[],
    parts=[
        Part("P","y*x/y == x",[Step("x",algebra("cancel"))])
    ],
    conclusion='',
    consequence='',
)
