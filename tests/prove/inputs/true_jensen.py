"""exp convex tangent: exp(x) >= 1 + x"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("x","x")],
    definitions=[],
    parts=[
        Part("P","exp(x) >= 1 + x",[Step(">= 1 + x","convexity")])
    ],
    conclusion='',
    consequence='',
)
