"""cos sim defined for x != 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[real("x","x")],
    definitions=[],
    parts=[
        Part("P","x**2/x == x",[Step("x",algebra("cancel"))],given=["abs(x) > 0"])
    ],
    conclusion='',
    consequence='',
)
