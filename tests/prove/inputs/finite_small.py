"""finite: n^2+n+41 has no small factor, sweep 3 values"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T166",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=8)],
    definitions=[],
    parts=[
        Part("P","(n - 1)*(n - 2)*(n - 3)*(n - 4)*(n - 5)*(n - 6)*(n - 7)*(n - 8) == 0",[Step("0",finite("tried all"))],scope="Tried.")
    ],
    conclusion='For every `n`: `(n - 1)*(n - 2)*(n - 3)*(n - 4)*(n - 5)*(n - 6)*(n - 7)*(n - 8) == 0`.',
    consequence='',
)
