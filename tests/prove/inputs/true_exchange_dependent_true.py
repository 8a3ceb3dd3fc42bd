"""TRUE: exchange of sums with dependent bounds"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=5),matrix("W","n","n","W")],
    definitions=[],
    parts=[
        Part("P","sum(sum(W[a, b] for b in span(1, a)) for a in span(1, n)) == sum(sum(W[a, b] for a in span(b, n)) for b in span(1, n))",[Step("sum(sum(W[a, b] for a in span(b, n)) for b in span(1, n))",algebra("exchange"))])
    ],
    conclusion='',
    consequence='',
)
