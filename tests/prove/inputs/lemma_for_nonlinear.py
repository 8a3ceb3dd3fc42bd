"""a lemma on a linear operator used for one that is not"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T120",
    title="A candidate",
    question='',
    symbols=[operator("L","a linear operator",linear=True), operator("A","any operator",sample=lambda random: lambda s: s), signal("f","a signal"), integer("i","a place")],
    definitions=[],
    parts=[
        Part("Linear","L(lambda m: 2*f(m))(i) == 2*L(f)(i)",[Step("2*L(f)(i)",linearity("L"))]),
        Part("P","A(lambda m: 2*f(m))(i) == 2*A(f)(i)",[Step("2*A(f)(i)",using("Linear",at={"L":"A"}))]),
    ],
    conclusion='Every operator is homogeneous.',
    consequence='',
)
