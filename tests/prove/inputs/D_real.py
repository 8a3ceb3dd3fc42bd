"""(sqrt x)'^2 >= 0 for every real x"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T146",
    title="A candidate",
    question='',
    symbols=[real("x","any real number",low=0,high=2)],
    definitions=[],
    parts=[
        Part("P","diff(sqrt(x), x)**2 >= 0",[Step(">= 0",algebra("a square is not negative"))])
    ],
    conclusion='',
    consequence='',
)
