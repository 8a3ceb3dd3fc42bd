""">= 0 double sum"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=4),vector("x","n","x"),vector("y","n","y")],
    definitions=[],
    parts=[
        Part("P","sum(sum((x[i]*y[j] - x[j]*y[i])**2 for i in span(1, n)) for j in span(1, n)) >= 0",[Step(">= 0",algebra("squares"))])
    ],
    conclusion='',
    consequence='',
)
