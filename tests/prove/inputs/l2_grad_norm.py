"""gradient of the norm at 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T144",
    title="A candidate",
    question='',
    symbols=[integer("n","s",least="1",high=3),vector("v","n","v")],
    definitions=[],
    parts=[
        Part("P","grad(norm(v), v) == v/norm(v)",[Step("v/norm(v)",differentiation("chain rule"))])
    ],
    conclusion='The norm is differentiable everywhere.',
    consequence='',
)
