"""|1-u|<1 for 0<u<2"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("u","u",above="0")],
    definitions=[],
    parts=[
        Part("P","abs(1 - u) < 1",[Step("< 1",algebra("between"))],given=["u < 2"])
    ],
    conclusion='',
    consequence='',
)
