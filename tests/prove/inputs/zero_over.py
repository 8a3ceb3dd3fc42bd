"""0/x = 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T141",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","0/x == 0",[Step("0",algebra("zero"))])
    ],
    conclusion='',
    consequence='',
)
