"""iff between numbers"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T145",
    title="A candidate",
    question='',
    symbols=[integer("n","n")],
    definitions=[],
    parts=[
        Part("P","iff(n + n, 2*n)",[Step("2*n",algebra("so"))])
    ],
    conclusion='',
    consequence='',
)
