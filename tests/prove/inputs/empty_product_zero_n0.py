"""product of n zeros is 0, n >= 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T169",
    title="A candidate",
    question='',
    symbols=[integer("n","the number of layers",least="0",high=60),real("g","slope")],
    definitions=[],
    parts=[
        Part("P","g*prod(0 for l in span(1, n)) == 0",[Step("0",algebra("a factor is zero"))])
    ],
    conclusion='With slope zero in every layer the gradient vanishes, for every number of layers `n`, none included.',
    consequence='',
)
