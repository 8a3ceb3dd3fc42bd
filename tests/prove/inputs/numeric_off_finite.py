"""numeric off, a Live on one lucky point, finite"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T126",
    title="A candidate",
    question='',
    symbols=[integer("n","a size",least="1",high=6)],
    definitions=[],
    parts=[
        Part("P","n**2 == n",[Step("n",finite("tried"))],scope="For small sizes.",live=[Live("count",lambda n: 1,sweep={"n":[1]})])
    ],
    conclusion='`n**2 == n`.',
    consequence='',
)
