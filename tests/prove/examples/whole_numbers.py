"""Floors, remainders and sums in closed form: what sizes of layers and schedules of rates are counted with."""

from report.proof import Derivation, Step, algebra, integer, part, real

DERIVATION = Derivation(
    id="whole",
    title="Whole numbers",
    question="Which laws do floors, remainders and sums keep?",
    symbols=[
        integer("n", "a divisor", least="1", high=5),
        integer("t", "an integer"),
        integer("r", "another"),
        real("x", "a number"),
        real("y", "another number"),
        real("q", "a ratio"),
    ],
    parts=[
        part("Quotient and remainder", "n*floor(t/n) + mod(t, n) == t", algebra("what a remainder is")),
        part("A remainder is smaller", "mod(t, n) <= n - 1", Step("<=", "as the floor is less than one below")),
        part("Around the circle", "mod(mod(t, n) + mod(r, n), n) == mod(t + r, n)", algebra("whole turns")),
        part("Rounded up", "ceil(t/n) == floor((t + n - 1)/n)", algebra("less than one apart")),
        part("Two floors", "floor(floor(x)/n) == floor(x/n)", algebra("less than one apart")),
        part("Monotone", "floor(x) <= floor(y)", Step("<=", algebra("less than one below")), given=["x <= y"]),
        part("Between two", "floor(x) == t", algebra("less than one apart"), given=["t <= x", "x < t + 1"]),
        part(
            "A geometric sum",
            "sum(q**k for k in span(0, n)) == (1 - q**(n + 1))/(1 - q)",
            algebra("the same start, the same growth"),
            given=["q != 1"],
        ),
        part("The first numbers", "sum(k for k in span(1, n)) == n*(n + 1)/2", algebra("Gauss")),
        part(
            "Halves of halves",
            "sum(1/2**k for k in span(1, n)) < 1",
            Step("1 - 1/2**n", algebra("a geometric sum")),
            Step("<", algebra("a half is left")),
        ),
        part("A telescope", "sum(1/(k*(k + 1)) for k in span(1, n)) == 1 - 1/(n + 1)", algebra("all but the ends cancel")),
    ],
    conclusion="For `q != 1`, `sum(q**k for k in span(0, n)) == (1 - q**(n + 1))/(1 - q)`.",
    comment="The size of a convolution's output is such a floor.",
)
TWINS = {
    "Quotient and remainder": ["t + 1", "n", "t - mod(t, n)", "n*t"],
    "A remainder is smaller": ["n - 2", "0", "t", "n/2"],
    "Around the circle": ["mod(t, n) + mod(r, n)", "mod(t - r, n)", "mod(t + r + 1, n)", "t + r"],
    "Rounded up": ["floor(t/n) + 1", "floor((t + n)/n)", "floor(t/n)", "floor((t + 1)/n)"],
    "Two floors": ["floor(x)/n", "ceil(x/n)", "floor(x)", "floor(x/n) + 1"],
    "Monotone": ["floor(y) - 1", "floor(x) - 1", "y - 1", "floor(y - 1)"],
    "Between two": ["t + 1", "x", "t - 1", "floor(x - 1)"],
    "A geometric sum": ["(1 - q**n)/(1 - q)", "(1 - q**(n + 1))/(1 + q)", "q**(n + 1)", "1/(1 - q)"],
    "The first numbers": ["n*(n - 1)/2", "n**2/2", "n*(n + 1)", "(n + 1)**2/2"],
    "Halves of halves": ["1 - 1/2**n", "1/2", "3/4", "1 - 1/2**(n - 1)"],
    "A telescope": ["1", "1/(n + 1)", "1 - 1/n", "n/(n + 2)"],
}
