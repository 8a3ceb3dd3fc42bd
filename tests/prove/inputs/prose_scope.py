"""a cited step whose scope says nothing"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=6)],
    definitions=[],
    parts=[
        Part("P","n <= 10",[Step("<= 10",cited("Cauchy"))],scope=".")
    ],
    conclusion='',
    consequence='',
)
