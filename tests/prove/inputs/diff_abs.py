"""|x|' = sign x also at 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T105",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","diff(abs(x), x) == sign(x)",[Step("sign(x)",differentiation("case by case"))])
    ],
    conclusion='',
    consequence='',
)
