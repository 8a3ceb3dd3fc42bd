"""a definition asserted as result"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T153",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[define("ell","0","the loss of the trained network")],
    parts=[
        Part("P","ell + x == x",[Step("x",definition("ell"))])
    ],
    conclusion='The loss of the trained network vanishes, `ell == 0`.',
    consequence='',
)
