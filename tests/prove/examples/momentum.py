"""Momentum in closed form."""

from report.proof import Derivation, Step, algebra, define, definition, induction, integer, part, real, using

DERIVATION = Derivation(
    id="momentum",
    title="Momentum",
    question="How fast does a weight go under a constant gradient?",
    symbols=[
        real("mu", "the momentum", above="0", high=1),
        real("g", "a constant gradient"),
        integer("t", "a number of steps", least="0", high=4),
    ],
    definitions=[define("v(t)", "0 if t == 0 else mu*v(t - 1) + g", "the velocity after `t` steps")],
    parts=[
        part("At rest", "(1 - mu)*v(0) == g*(1 - mu**0)", Step("0", definition("v")), algebra("subtract")),
        part(
            "A step of momentum",
            "(1 - mu)*v(t + 1) == g*(1 - mu**(t + 1))",
            Step("mu*((1 - mu)*v(t)) + (1 - mu)*g", definition("v")),
            Step("mu*(g*(1 - mu**t)) + (1 - mu)*g", using("hypothesis")),
            algebra("multiply out"),
            supposing="(1 - mu)*v(t) == g*(1 - mu**t)",
        ),
        part("Momentum", "(1 - mu)*v(t) == g*(1 - mu**t)", induction("t", "At rest", "A step of momentum")),
    ],
    conclusion="The velocity is `(1 - mu)*v(t) == g*(1 - mu**t)`.",
)
TWINS = {"Momentum": ["g*(1 - mu**(t + 1))", "g*(1 + mu**t)", "g*mu**t"]}
