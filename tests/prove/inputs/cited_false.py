"""a false citation that the drawn points do not refute"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T128",
    title="A candidate",
    question='',
    symbols=[integer("n","any integer from 1 on",least="1",high=6)],
    definitions=[],
    parts=[
        Part("P","n <= 10",[Step("<= 10",cited("Theorem of Bloggs (1970)"))],scope="In general.")
    ],
    conclusion='`n <= 10`.',
    consequence='',
)
