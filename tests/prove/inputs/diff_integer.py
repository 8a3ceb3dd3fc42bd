"""derivative by an integer"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T130",
    title="A candidate",
    question='',
    symbols=[integer("n","a number of layers",least="1")],
    definitions=[],
    parts=[
        Part("P","diff(n**2, n) == 2*n",[Step("2*n",differentiation("power rule"))])
    ],
    conclusion='',
    consequence='',
)
