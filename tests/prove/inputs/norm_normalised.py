"""|v|/|v| = 1 also for v = 0"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T131",
    title="A candidate",
    question='',
    symbols=[integer("n","size",least="1",high=4),vector("v","n","a vector")],
    definitions=[],
    parts=[
        Part("P","norm(v)/norm(v) == 1",[Step("1",algebra("cancel"))])
    ],
    conclusion='',
    consequence='',
)
