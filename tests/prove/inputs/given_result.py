"""the result is a condition"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T116",
    title="A candidate",
    question='',
    symbols=[real("k","the size of the kernel",low=1,high=5), real("c","the number of parameters")],
    definitions=[],
    parts=[
        Part("P","c == 7*k",[Step("7*k",algebra("count"))],given=["c == 7*k"])
    ],
    conclusion='A layer has `c == 7*k` parameters.',
    consequence='',
)
