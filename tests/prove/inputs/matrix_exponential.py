"""entrywise exp taken for the matrix exponential (words)"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T163",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="2",high=3),matrix("A","n","n","A"),matrix("B","n","n","B")],
    definitions=[],
    parts=[
        Part("P","exp(A + B) == exp(A)*exp(B)",[Step("exp(A)*exp(B)",algebra("exponentials"))])
    ],
    conclusion='The matrix exponential of a sum is the product, `exp(A + B) == exp(A)*exp(B)`, also where the matrices do not commute.',
    consequence='',
)
