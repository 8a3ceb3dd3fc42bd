"""T0: for which coin is the outcome least certain?

CHANGE ME: this file is a theorem. Each step is decided by computer algebra and tried at random points, or it is refused. The
docstring of report/proof.py lists what a step may rest on; python build.py check T0 prints this proof.
"""

from __future__ import annotations

from report.proof import Derivation, Step, algebra, define, definition, part, real, using

DERIVATION = Derivation(
    id="T0",
    title="The variance of a coin",
    question="A coin shows heads with probability `p`. For which `p` is the variance `v(p)` of a throw largest?",
    symbols=[real("p", "the probability of heads", low=0, high=1)],
    definitions=[define("v(p)", "p*(1 - p)", "the variance of a throw")],
    parts=[
        part(
            "Complete the square",
            "v(p) == 1/4 - (p - 1/2)**2",
            Step("p*(1 - p)", definition("v")),
            Step("p - p**2", algebra("multiply out")),
            algebra("complete the square"),
        ),
        part(
            "The largest variance",
            "v(p) <= 1/4",
            Step("1/4 - (p - 1/2)**2", using("Complete the square")),
            "a square is not negative",
        ),
    ],
    conclusion="The variance is `v(p) <= 1/4` (“The largest variance”).",
    comment="It is as large as that for the fair coin.",
)
