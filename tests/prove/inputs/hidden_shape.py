"""using(at=n) while n hides in the shape of a definition"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T154",
    title="A candidate",
    question='',
    symbols=[integer("c","a number",low=1,high=5000), integer("n","a size",least="1",high=4), integer("m","another",least="1",high=4)],
    definitions=[define("q[j]","1","ones",shape=["n"])],
    parts=[
        Part("L","kron(c, n)*(norm(q)**2 - n) == 0",[Step("kron(c, n)*(n - n)",definition("q")),Step("0",algebra("cancel"))]),
        Part("P","kron(c, m)*(norm(q)**2 - m) == 0",[Step("0",using("L",at={"n":"m"}))])
    ],
    conclusion='',
    consequence='',
)
