"""d max(x,y)/dx = 1/2 at the tie"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T110",
    title="A candidate",
    question='',
    symbols=[real("y","another"), real("x","a number")],
    definitions=[],
    parts=[
        Part("P","diff(max(x, y), x) == 1/2",[Step("1/2",differentiation("the gradient is shared"))],given=["x == y"])
    ],
    conclusion='',
    consequence='',
)
