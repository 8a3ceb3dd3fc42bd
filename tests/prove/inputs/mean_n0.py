"""mean of no values"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T136",
    title="A candidate",
    question='',
    symbols=[integer("n","the number of values",least="0",high=4),signal("f","v"),real("c","c")],
    definitions=[],
    parts=[
        Part("P","sum(c*f(k) for k in span(1, n))/n == c*(sum(f(k) for k in span(1, n))/n)",[Step("c*(sum(f(k) for k in span(1, n))/n)",algebra("factor out"))])
    ],
    conclusion='',
    consequence='',
)
