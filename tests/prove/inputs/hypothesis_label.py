"""a part called hypothesis"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T140",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("hypothesis","x + x == 2*x",[Step("2*x",algebra("add"))]),
        Part("P","3*(x + x) == 6*x",[Step("3*(2*x)",using("hypothesis")),Step("6*x",algebra("multiply"))])
    ],
    conclusion='',
    consequence='',
)
