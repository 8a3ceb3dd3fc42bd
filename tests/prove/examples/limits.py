"""Limits, as they are defined: nearer than any distance from some number on; and how fast."""

from report.proof import Derivation, Step, algebra, define, definition, induction, integer, part, real, using

DERIVATION = Derivation(
    id="limits",
    title="Limits",
    question="Which of these sequences converge, and how fast?",
    symbols=[
        integer("n", "the place in a sequence", least="1", high=6),
        integer("t", "a number of steps", least="0", high=4),
        real("eps", "a distance", above="0", high=1),
        real("q", "a rate", above="0", high=1),
        real("h", "a growth", above="0", high=1),
        real("u", "the learning rate times the curvature", above="0", high=3),
        real("a", "where descent starts"),
    ],
    definitions=[
        define(
            "w(t)",
            "a if t == 0 else w(t - 1) - u*w(t - 1)",
            "the distance to the minimum after `t` steps",
            symbols=[integer("t", "a number of steps", least="0", high=4)],
        )
    ],
    parts=[
        part("Harmonic", "abs(1/n - 0) < eps", Step("1/n", algebra("it is positive")), Step("<", ""), given=["n > 1/eps"]),
        part(
            "A quotient",
            "abs((3*n + 1)/(n + 2) - 3) < eps",
            Step("5/(n + 2)", algebra("the difference")),
            Step("< 5/n", algebra("a smaller denominator")),
            Step("<", ""),
            given=["n > 5/eps"],
        ),
        part(
            "Geometric decay",
            "q**n < eps",
            Step("<", "the logarithm grows, and that of the rate is negative"),
            given=["q < 1", "n > log(eps)/log(q)"],
        ),
        part(
            "Each step divides by the same",
            "abs(q**(n + 1)*a - 0)/abs(q**n*a - 0) == q",
            Step("q**(n + 1)*abs(a)/(q**n*abs(a))", algebra("powers are positive")),
            algebra("cancel"),
            given=["a != 0"],
        ),
        part("No growth yet", "(1 + h)**0 >= 1 + 0*h", Step("1", algebra("a power of zero")), Step(">=", algebra("the same"))),
        part(
            "Growth once more",
            "(1 + h)**(t + 1) >= 1 + (t + 1)*h",
            Step("(1 + h)**t*(1 + h)", algebra("one factor apart")),
            Step(">= (1 + t*h)*(1 + h)", using("hypothesis")),
            Step(">=", algebra("a square is left out")),
            supposing="(1 + h)**t >= 1 + t*h",
        ),
        part("Growth without bound", "(1 + h)**t >= 1 + t*h", Step(">=", induction("t", "No growth yet", "Growth once more"))),
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
        part(
            "Descent is exponentially fast",
            "abs(w(t)) <= exp(-u*t)*abs(a)",
            Step("abs((1 - u)**t*a)", using("Descent")),
            Step("(1 - u)**t*abs(a)", algebra("the factor is positive")),
            Step("<=", "the exponential function lies above its tangent"),
            given=["u < 1"],
        ),
    ],
    conclusion=(
        "A rate below one shrinks, `q**n < eps` for `q < 1` and `n > log(eps)/log(q)`; descent, "
        "`w(t) == (1 - u)**t*a`, shrinks, as `abs(1 - u) < 1` for `u < 2`, and is exponentially fast, "
        "`abs(w(t)) <= exp(-u*t)*abs(a)` for `u < 1`."
    ),
    comment="What is said for every distance and all later places is what the word limit means.",
)
TWINS = {
    "Harmonic": ["eps/2", "eps**2", "1/(n + 1)", "0"],
    "A quotient": ["eps/2", "eps/5", "1/n", "eps**2"],
    "Geometric decay": ["eps**2", "eps*q", "eps/2", "q**(n + 1)"],
    "Each step divides by the same": ["q**2", "1", "1/q", "q*abs(a)"],
    "Growth without bound": ["1 + t*h + h", "(1 + t)*(1 + h)", "1 + t**2*h", "2 + t*h"],
    "Descent": ["(1 - u)**(t + 1)*a", "(1 + u)**t*a", "exp(-u*t)*a", "(1 - t*u)*a"],
    "A contraction": ["1/2", "u"],
    "Descent is exponentially fast": ["exp(-2*u*t)*abs(a)", "exp(-u*t)*a", "exp(-u*t)", "exp(-u*t - u)*abs(a)"],
}
