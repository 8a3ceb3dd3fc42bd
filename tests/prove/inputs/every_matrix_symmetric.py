"""numeric off, a Live that accepts all, a lemma for symmetric matrices used for any"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[integer("n","size",least="2",high=3), matrix("S","n","n","a symmetric matrix",properties=["symmetric"]), matrix("W","n","n","any matrix"), vector("x","n","x"), vector("y","n","y")],
    definitions=[],
    parts=[
        Part("Sym","x.T@(S@y) == y.T@(S@x)",[Step("y.T@(S@x)",algebra("symmetric"))]),
        Part("P","x.T@(W@y) == y.T@(W@x)",[Step("y.T@(W@x)",using("Sym",at={"S":"W"}))], live=[Live("torch",lambda: 0.0,tolerance=1e9)]),
    ],
    conclusion='For every matrix: `x.T@(W@y) == y.T@(W@x)`.',
    consequence='',
)
