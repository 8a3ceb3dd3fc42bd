"""a definition that its reference bears out on [-2, 4] only"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T137",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[define("relu6(x)","max(0, x)","min(max(0, x), 6) as in MobileNet",reference=lambda x: min(max(0,x),6))],
    parts=[
        Part("P","relu6(x) == max(0, x)",[Step("max(0, x)",definition("relu6"))])
    ],
    conclusion='',
    consequence='',
)
