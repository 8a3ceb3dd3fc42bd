"""a recursive definition that contradicts itself where no point is drawn"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T138",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[define("c(x)","c(x) + 1 if x > 100 else 0","a cost")],
    parts=[
        Part("D","one(x > 100)*c(x) == one(x > 100)*(c(x) + 1)",[Step("one(x > 100)*(c(x) + 1)",definition("c"))]),
        Part("P","one(x > 100) == 0",[Step("one(x > 100)*(c(x) + 1) - one(x > 100)*c(x)",algebra("expand")),Step("one(x > 100)*c(x) - one(x > 100)*c(x)",using("D")),Step("0",algebra("cancel"))]),
    ],
    conclusion='No number exceeds one hundred: `one(x > 100) == 0`.',
    consequence='',
)
