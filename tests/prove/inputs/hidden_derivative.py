"""a derivative hidden in calculation, reason 'add'"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T152",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","diff(x**2, x) + 0*x == 2*x",[Step("2*x","add zero")])
    ],
    conclusion='',
    consequence='',
)
