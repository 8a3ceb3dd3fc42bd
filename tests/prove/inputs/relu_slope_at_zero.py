"""ReLU'(0) = 1/2"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T107",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[RELU],
    parts=[
        Part("P","diff(relu(x), x) == 1/2",[Step("1/2",differentiation("the slope at the kink",unfold=["relu"]))],given=["x == 0"])
    ],
    conclusion='At zero ReLU has the derivative one half, `diff(relu(x), x) == 1/2`.',
    consequence='',
)
