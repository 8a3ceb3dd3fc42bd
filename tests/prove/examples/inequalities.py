"""Inequalities between sums, means and extremes, term by term; Bernoulli's and that of powers of two, by induction."""

from report.proof import Derivation, Step, algebra, given, induction, integer, part, real, using, vector

OVER = "for k in span(1, n)"
POWER, LINE = "(1 + x)**t", "1 + t*x"

DERIVATION = Derivation(
    id="inequalities",
    title="Inequalities",
    question="What is a sum at most, and what at least?",
    symbols=[
        integer("n", "how many", least="1", high=5),
        vector("v", "n", "numbers"),
        vector("w", "n", "weights", properties=["positive"]),
        integer("t", "an exponent", least="0", high=6),
        real("x", "a rate of growth", least="-1"),
    ],
    parts=[
        part("The triangle", f"abs(sum(v[k] {OVER})) <= sum(abs(v[k]) {OVER})", Step("<=", algebra("term by term"))),
        part(
            "A mean",
            f"sum(w[k]*v[k] {OVER}) <= max(v[k] {OVER})",
            Step(f"<= sum(w[k] {OVER})*max(v[k] {OVER})", algebra("no value is larger")),
            given("the weights are a distribution"),
            given=[f"sum(w[k] {OVER}) == 1"],
        ),
        part("The softest maximum", f"log(sum(exp(v[k]) {OVER})) >= max(v[k] {OVER})", Step(">=", algebra("one term"))),
        part(
            "And not softer",
            f"log(sum(exp(v[k]) {OVER})) <= max(v[k] {OVER}) + log(n)",
            Step("<=", algebra("n terms, none of them larger")),
        ),
        part("No growth yet", "(1 + x)**0 >= 1 + 0*x", Step(">=", algebra("both are one"))),
        part(
            "Growth once more",
            "(1 + x)**(t + 1) >= 1 + (t + 1)*x",
            Step("(1 + x)*(1 + x)**t", algebra("one factor")),
            Step(f">= (1 + x)*({LINE})", using("hypothesis")),
            Step(">=", algebra("a square is left")),
            supposing=f"{POWER} >= {LINE}",
        ),
        part("Growth", f"{POWER} >= {LINE}", Step(">=", induction("t", "No growth yet", "Growth once more"))),
        part("One is more than none", "2**0 > 0", Step(">", algebra("a power of nought"))),
        part("Doubled", "2**(t + 1) > t + 1", Step(">", using("hypothesis")), supposing="2**t > t"),
        part("Powers of two", "2**t > t", Step(">", induction("t", "One is more than none", "Doubled"))),
    ],
    conclusion=f"`{POWER} >= {LINE}` (“Growth”).",
)
TWINS = {
    "The triangle": [
        f"sum(v[k] {OVER})",
        f"sum(abs(v[k]) {OVER})/n",
        "sum(abs(v[k]) for k in span(2, n))",
        f"max(abs(v[k]) {OVER})",
    ],
    "A mean": [f"min(v[k] {OVER})", f"sum(v[k] {OVER})", f"max(w[k] {OVER})", f"max(v[k] {OVER})/n"],
    "The softest maximum": [f"max(v[k] {OVER}) + log(n)", f"sum(v[k] {OVER})", f"max(v[k] {OVER}) + 1/n", "log(n)"],
    "And not softer": [
        f"max(v[k] {OVER})",
        f"max(v[k] {OVER}) + log(n)/2",
        f"sum(v[k] {OVER}) + log(n)",
        f"n*max(v[k] {OVER})",
    ],
    "Growth once more": ["1 + (t + 2)*x", "1 + t*x + x**2", "(1 + x)*(1 + (t + 1)*x)", "2 + (t + 1)*x"],
    "Growth": ["1 + (t + 1)*x", "1 + t*x + x**2", "t*x + 2", "exp(t*x)"],
    "Powers of two": ["t + 1", "2*t", "t**2"],
}
