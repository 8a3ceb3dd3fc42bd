"""x >= 0 for every real x"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T111",
    title="A candidate",
    question='',
    symbols=[real("x","any real number",low=0,high=2)],
    definitions=[define("r(x)","sqrt(x)","its root",symbols=[real("x","",low=0,high=2)])],
    parts=[
        Part("P","x >= 0",[
         Step("r(x)**2",definition("r")),
         Step(">= 0",algebra("a square is not negative"))])
    ],
    conclusion='No real number is negative: `x >= 0`.',
    consequence='',
)
