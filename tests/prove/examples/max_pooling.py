"""Max pooling routes gradients: all of it to the largest, none to the others."""

from report.proof import Derivation, Step, differentiation, part, real

DERIVATION = Derivation(
    id="pooling",
    title="Max pooling routes gradients",
    question="Which of its inputs does the gradient of a maximum go to?",
    symbols=[real("x", "an input"), real("y", "another"), real("g", "the gradient from above")],
    parts=[
        part(
            "To the larger",
            "diff(g*max(x, y), x) == g",
            Step("g*diff(x, x)", differentiation("the larger at this point and around it")),
            differentiation(""),
            given=["x > y"],
        ),
        part(
            "Not to the smaller",
            "diff(g*max(x, y), x) == 0",
            differentiation("the other is larger, at this point and around it"),
            given=["x < y"],
        ),
    ],
    conclusion="To the larger, `x > y` (“To the larger”), and not to the smaller, `x < y` (“Not to the smaller”).",
    comment="An input that is never the largest never learns.",
)
TWINS = {"To the larger": ["g/2", "0", "1", "x"], "Not to the smaller": ["g", "g/2", "1"]}
