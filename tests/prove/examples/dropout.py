"""Dropout keeps the expectation, and what it adds to the variance."""

from report.proof import Derivation, Step, algebra, define, definition, integer, part, real, vector

MEAN = "({0})*q + ({1})*(1 - q)"

DERIVATION = Derivation(
    id="dropout",
    title="Dropout keeps the expectation",
    question="A unit is kept with probability `q` and then divided by it, or set to zero. What does the next layer expect?",
    symbols=[
        real("q", "the probability to keep", above="0", high=1),
        real("x", "the value of a unit"),
        integer("n", "the number of units", least="1", high=4),
        vector("w", "n", "weights"),
        vector("h", "n", "the values of the units"),
    ],
    definitions=[define("e[i]", "(h[i]/q)*q + 0*(1 - q)", "what is expected of a unit with dropout", shape=["n"])],
    parts=[
        part("One unit", f"{MEAN.format('x/q', '0')} == x", algebra("cancel")),
        part(
            "Its variance",
            f"{MEAN.format('(x/q - x)**2', '(0 - x)**2')} == x**2*(1 - q)/q",
            Step("x**2*(1 - q)**2/q + x**2*(1 - q)", algebra("multiply out")),
            algebra("bring to one denominator"),
        ),
        part(
            "A layer",
            "sum(w[i]*e[i] for i in span(1, n)) == sum(w[i]*h[i] for i in span(1, n))",
            Step("sum(w[i]*((h[i]/q)*q + 0*(1 - q)) for i in span(1, n))", definition("e")),
            algebra("cancel"),
            intro="Without dropout, the next layer would get:",
        ),
    ],
    conclusion="The same as without dropout (“A layer”).",
    comment="Nothing is rescaled at test time.",
)
TWINS = {
    "One unit": ["q*x", "x/q", "x*(1 - q)"],
    "Its variance": ["x**2*q/(1 - q)", "x**2*(1 - q)", "x*(1 - q)/q"],
    "A layer": ["q*sum(w[i]*h[i] for i in span(1, n))", "sum(h[i] for i in span(1, n))"],
}
