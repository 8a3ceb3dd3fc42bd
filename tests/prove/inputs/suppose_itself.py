"""the theorem is supposed, and follows"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T115",
    title="A candidate",
    question='',
    symbols=[real("x","any real number",low=0,high=2)],
    definitions=[],
    parts=[
        Part("P","abs(x) == x",[Step("x",using("hypothesis","it was shown so"))],supposing="abs(x) == x")
    ],
    conclusion='For every real number `abs(x) == x`.',
    consequence='',
)
