"""|w|^2 = w^2 for complex w by algebra"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T161",
    title="A candidate",
    question='',
    symbols=[integer("c","c",low=1,high=5000),real("x","x")],
    definitions=[define("w(x)","exp(imag*x)","a wave")],
    parts=[
        Part("P","kron(c, 7)*(abs(w(x))**2 - w(x)**2) == 0",[Step("0",algebra("so"))])
    ],
    conclusion='',
    consequence='',
)
