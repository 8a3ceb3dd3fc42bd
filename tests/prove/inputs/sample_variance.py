"""1/(n-1) for n >= 1"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T122",
    title="A candidate",
    question='',
    symbols=[integer("n","the number of examples",least="1",high=5), vector("v","n","the values")],
    definitions=[],
    parts=[
        Part("P","sum(3*v[k] for k in span(1, n))/(n - 1) == 3*sum(v[k] for k in span(1, n))/(n - 1)",[Step("3*sum(v[k] for k in span(1, n))/(n - 1)",algebra("factor out"))])
    ],
    conclusion='For every `n` from one on.',
    consequence='',
)
