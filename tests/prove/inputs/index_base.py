"""vectors indexed from 0 and from 1 added"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T159",
    title="A candidate",
    question='',
    symbols=[integer("c","c",low=1,high=5000),integer("n","n",least="2",high=3),vector("u","n","u"),vector("w","n","w",first=0)],
    definitions=[],
    parts=[
        Part("P","kron(c, 7)*((u + w)[1] - u[1] - w[1]) == 0",[Step("0",algebra("so"))])
    ],
    conclusion='',
    consequence='',
)
