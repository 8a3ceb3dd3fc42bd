"""Momentum in closed form, and when descent on a parabola converges."""

from report.proof import Derivation, Step, algebra, define, definition, induction, integer, part, real, using

TIME = integer("t", "a number of steps", least="0", high=4)

DERIVATION = Derivation(
    id="momentum",
    title="Momentum, and descent on a parabola",
    question="How fast does a weight go under a constant gradient, and when does descent on a parabola converge?",
    symbols=[
        real("mu", "the momentum", above="0", high=1),
        real("g", "a constant gradient"),
        real("a", "where descent starts"),
        real("u", "the learning rate times the curvature", above="0", high=3),
        integer("t", "a number of steps", least="0", high=4),
    ],
    definitions=[
        define("v(t)", "0 if t == 0 else mu*v(t - 1) + g", "the velocity after `t` steps", symbols=[TIME]),
        define("w(t)", "a if t == 0 else w(t - 1) - u*w(t - 1)", "the distance to the minimum after `t` steps", symbols=[TIME]),
    ],
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
        part("At the start", "w(0) == (1 - u)**0*a", Step("a", definition("w")), algebra("a power of zero")),
        part(
            "A step down",
            "w(t + 1) == (1 - u)**(t + 1)*a",
            Step("w(t) - u*w(t)", definition("w")),
            Step("(1 - u)**t*a - u*((1 - u)**t*a)", using("hypothesis")),
            algebra("factor out"),
            supposing="w(t) == (1 - u)**t*a",
        ),
        part("Descent", "w(t) == (1 - u)**t*a", induction("t", "At the start", "A step down")),
        part("A contraction", "abs(1 - u) < 1", "less than one on either side", given=["u < 2"]),
    ],
    conclusion=(
        "The velocity is `(1 - mu)*v(t) == g*(1 - mu**t)`, and `w(t) == (1 - u)**t*a` shrinks, as `abs(1 - u) < 1` for `u < 2`."
    ),
    comment="The rate must stay below two over the curvature.",
)
TWINS = {
    "Momentum": ["g*(1 - mu**(t + 1))", "g*(1 + mu**t)", "g*mu**t"],
    "Descent": ["(1 - u)**(t + 1)*a", "(1 + u)**t*a", "(1 - t*u)*a"],
    "A contraction": ["1/2", "u"],
}
