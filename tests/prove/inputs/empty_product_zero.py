"""an empty product of zeros is 0 (n = 1)"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T168",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=60)],
    definitions=[],
    parts=[
        Part("P","prod(0 for k in span(1, n - 1)) == 0",[Step("0",algebra("a factor is zero"))])
    ],
    conclusion='',
    consequence='',
)
