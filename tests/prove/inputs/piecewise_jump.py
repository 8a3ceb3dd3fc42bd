"""the derivative of a step is 0 everywhere"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T157",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","diff(1 if x > 0 else 0, x) == 0",[Step("0",differentiation("constant on either side"))])
    ],
    conclusion='',
    consequence='',
)
