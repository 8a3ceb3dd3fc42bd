"""d x^n/dx = n x^(n-1), n >= 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T143",
    title="A candidate",
    question='',
    symbols=[real("x","a number"),integer("n","n",least="0",high=4)],
    definitions=[],
    parts=[
        Part("P","diff(x**n, x) == n*x**(n - 1)",[Step("n*x**(n - 1)",differentiation("power rule"))])
    ],
    conclusion='',
    consequence='',
)
