"""a Live called torch autograd that returns a constant"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T148",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","x - x == 0",[Step("0",algebra("cancel"))],live=[Live("torch autograd",lambda: 0.0)])
    ],
    conclusion='',
    consequence='',
)
