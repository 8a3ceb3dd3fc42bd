"""a tiny difference passes the numeric witness, cited"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T171",
    title="A candidate",
    question='',
    symbols=[real("x","a number")],
    definitions=[],
    parts=[
        Part("P","x + 1/10**14 == x",[Step("x",cited("Rounding theorem"))],scope="In general.")
    ],
    conclusion='`x + 1/10**14 == x`.',
    consequence='',
)
