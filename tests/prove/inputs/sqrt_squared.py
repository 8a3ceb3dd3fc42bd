"""sqrt(x)^2 = x for every real x"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T103",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","sqrt(x)**2 == x",[Step("x",algebra("square of a root"))])
    ],
    conclusion='',
    consequence='',
)
