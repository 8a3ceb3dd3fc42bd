"""max(x,y) <= log(e^x+e^y)"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("x","x"),real("y","y")],
    definitions=[],
    parts=[
        Part("P","max(x, y) <= log(exp(x) + exp(y))",[Step("<= log(exp(x) + exp(y))",algebra("monotone"))])
    ],
    conclusion='',
    consequence='',
)
