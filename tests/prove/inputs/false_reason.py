"""a false reason in words"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T151",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","(x + 1)**2 == x**2 + 2*x + 1",[Step("x**2 + 2*x + 1",algebra("by the dominated convergence theorem and Cauchy–Schwarz"))])
    ],
    conclusion='',
    consequence='',
)
