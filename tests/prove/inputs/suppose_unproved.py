"""a conjecture 'proved' by supposing it (true at all drawn points)"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T164",
    title="A candidate",
    question='',
    symbols=[integer("n","n",least="1",high=39)],
    definitions=[],
    parts=[
        Part("Euler","prod(mod(n**2 + n + 41, q) for q in span(2, n + 1)) > 0",[Step("> 0",using("hypothesis"))],supposing="prod(mod(n**2 + n + 41, q) for q in span(2, n + 1)) > 0")
    ],
    conclusion='The number n² + n + 41 is never divisible: `prod(mod(n**2 + n + 41, q) for q in span(2, n + 1)) > 0`.',
    consequence='',
)
