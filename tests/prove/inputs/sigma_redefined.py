"""the sigmoid defined wrongly"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T124",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[define("sigma(x)","1/(1 + exp(x))","the logistic sigmoid")],
    parts=[
        Part("P","diff(sigma(x), x) == -sigma(x)*(1 - sigma(x))",[Step("-sigma(x)*(1 - sigma(x))",differentiation("chain rule",unfold=["sigma"]))])
    ],
    conclusion='The sigmoid falls: `diff(sigma(x), x) == -sigma(x)*(1 - sigma(x))`.',
    consequence='',
)
