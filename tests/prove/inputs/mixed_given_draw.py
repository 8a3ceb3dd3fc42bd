"""given narrows to one point: n == 2"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T167",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=6)],
    definitions=[],
    parts=[
        Part("P","n**2 == 2*n",[Step("2*n",algebra("so"))],given=["n == 2"])
    ],
    conclusion='Squaring is doubling: `n**2 == 2*n`.',
    consequence='',
)
