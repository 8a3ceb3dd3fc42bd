"""a lemma on finite signals put to use for a constant signal: linearity reaches an infinite sum"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T156",
    title="A candidate",
    question='',
    symbols=[operator("L","a linear operator",linear=True), signal("f","a signal with finite support"), integer("i","a place")],
    definitions=[define("u1(m)","1","the constant signal",symbols=[integer("m","a place")])],
    parts=[
        Part("A","L(lambda m: sum(f(k)*delta(m - k) for k in Z))(i) == sum(f(k)*L(lambda m: delta(m - k))(i) for k in Z)",[Step("sum(f(k)*L(lambda m: delta(m - k))(i) for k in Z)",linearity("L"))]),
        Part("B","L(lambda m: sum(u1(k)*delta(m - k) for k in Z))(i) == sum(u1(k)*L(lambda m: delta(m - k))(i) for k in Z)",[Step("sum(u1(k)*L(lambda m: delta(m - k))(i) for k in Z)",using("A",at={"f":"u1"}))])
    ],
    conclusion='',
    consequence='',
)
