"""Expectation and variance: what becomes of them under scaling, moving and adding, and where independence is needed."""

from report.proof import Derivation, Step, algebra, define, definition, given, integer, part, real, signal, using, vector

ONE = "sum(p[k] for k in span(1, n)) == 1"
UNCORRELATED = "E(lambda k: X(k)*Y(k)) == E(X)*E(Y)"
SIGNAL, OTHER = signal("f", "a random number"), signal("g", "a random number")
OVER = "for k in span(1, n)"
DEVIATIONS = f"sum(p[k]*((X(k) - E(X)) + (Y(k) - E(Y)))**2 {OVER})"

DERIVATION = Derivation(
    id="expectation",
    title="Expectation and variance",
    question="What becomes of expectation and variance when random numbers are scaled, moved and added?",
    symbols=[
        integer("n", "the number of outcomes", least="1", high=4),
        vector("p", "n", "their probabilities", properties=["positive"]),
        signal("X", "a random number: its value at each outcome"),
        signal("Y", "another"),
        real("a", "a factor"),
        real("b", "what is added"),
    ],
    definitions=[
        define("E(f)", f"sum(p[k]*f(k) {OVER})", "the expectation", symbols=[SIGNAL]),
        define("Var(f)", "E(lambda k: (f(k) - E(f))**2)", "the variance", symbols=[SIGNAL]),
        define("Cov(f, g)", "E(lambda k: f(k)*g(k)) - E(f)*E(g)", "the covariance", symbols=[SIGNAL, OTHER]),
    ],
    parts=[
        part(
            "Expectation is linear",
            "E(lambda k: a*X(k) + b*Y(k)) == a*E(X) + b*E(Y)",
            Step(f"a*sum(p[k]*X(k) {OVER}) + b*sum(p[k]*Y(k) {OVER})", definition("E")),
            definition("E"),
        ),
        part(
            "Moved",
            "E(lambda k: a*X(k) + b) == a*E(X) + b",
            Step(f"a*sum(p[k]*X(k) {OVER}) + b*sum(p[k] {OVER})", definition("E")),
            Step(f"a*sum(p[k]*X(k) {OVER}) + b*1", given("the probabilities add up to one")),
            definition("E"),
            given=[ONE],
        ),
        part(
            "The mean of the square less the square of the mean",
            "Var(X) == E(lambda k: X(k)**2) - E(X)**2",
            Step(f"sum(p[k]*(X(k) - E(X))**2 {OVER})", "definitions of `Var` and `E`"),
            Step(
                f"sum(p[k]*X(k)**2 {OVER}) - 2*E(X)*sum(p[k]*X(k) {OVER}) + E(X)**2*sum(p[k] {OVER})", algebra("multiply out")
            ),
            Step(
                f"sum(p[k]*X(k)**2 {OVER}) - 2*E(X)*sum(p[k]*X(k) {OVER}) + E(X)**2*1", given("the probabilities add up to one")
            ),
            "definition of `E`",
            given=[ONE],
        ),
        part(
            "Scaled and moved",
            "Var(lambda k: a*X(k) + b) == a**2*Var(X)",
            Step(f"sum(p[k]*(a*X(k) + b - E(lambda k: a*X(k) + b))**2 {OVER})", "definitions of `Var` and `E`"),
            Step(f"sum(p[k]*(a*X(k) + b - (a*E(X) + b))**2 {OVER})", using("Moved")),
            Step(f"a**2*sum(p[k]*(X(k) - E(X))**2 {OVER})", algebra("take out the factor")),
            "definitions of `Var` and `E`",
            given=[ONE],
        ),
        part(
            "A sum",
            "Var(lambda k: X(k) + Y(k)) == Var(X) + Var(Y) + 2*Cov(X, Y)",
            Step(DEVIATIONS, "definitions of `Var` and `E`"),
            Step(
                f"sum(p[k]*(X(k) - E(X))**2 {OVER}) + sum(p[k]*(Y(k) - E(Y))**2 {OVER})"
                f" + 2*(sum(p[k]*X(k)*Y(k) {OVER}) - E(Y)*sum(p[k]*X(k) {OVER}) - E(X)*sum(p[k]*Y(k) {OVER})"
                f" + E(X)*E(Y)*sum(p[k] {OVER}))",
                algebra("multiply out"),
            ),
            Step(
                f"sum(p[k]*(X(k) - E(X))**2 {OVER}) + sum(p[k]*(Y(k) - E(Y))**2 {OVER})"
                f" + 2*(sum(p[k]*X(k)*Y(k) {OVER}) - E(Y)*sum(p[k]*X(k) {OVER}) - E(X)*sum(p[k]*Y(k) {OVER})"
                f" + E(X)*E(Y)*1)",
                given("the probabilities add up to one"),
            ),
            "definitions of `Var`, `Cov` and `E`",
            given=[ONE],
        ),
        part(
            "Independent",
            "Cov(X, Y) == 0",
            Step("E(lambda k: X(k)*Y(k)) - E(X)*E(Y)", definition("Cov")),
            Step("E(X)*E(Y) - E(X)*E(Y)", given()),
            algebra("subtract"),
            given=[UNCORRELATED],
        ),
        part(
            "A sum of independent ones",
            "Var(lambda k: X(k) + Y(k)) == Var(X) + Var(Y)",
            Step("Var(X) + Var(Y) + 2*Cov(X, Y)", using("A sum")),
            Step("Var(X) + Var(Y) + 2*0", using("Independent")),
            algebra("add"),
            given=[ONE, UNCORRELATED],
        ),
    ],
    conclusion=(
        "Expectation is linear (“Expectation is linear”). Variances add up, `Var(lambda k: X(k) + Y(k)) == Var(X) + Var(Y)`, "
        "where `sum(p[k] for k in span(1, n)) == 1` and `E(lambda k: X(k)*Y(k)) == E(X)*E(Y)`."
    ),
    comment="Without independence twice the covariance is added.",
)
TWINS = {
    "Expectation is linear": ["a*E(X) + E(Y)", "E(X) + E(Y)", "a*b*E(X)*E(Y)", "a*E(Y) + b*E(X)"],
    "Moved": ["a*E(X)", "E(X) + b", "a*(E(X) + b)", "a*E(X) + n*b"],
    "The mean of the square less the square of the mean": ["E(lambda k: X(k)**2)", "E(X)**2", "E(lambda k: X(k)**2) - E(X)"],
    "Scaled and moved": ["a*Var(X)", "a**2*Var(X) + b", "a**2*Var(X) + b**2", "abs(a)*Var(X)"],
    "A sum": ["Var(X) + Var(Y)", "Var(X) + Var(Y) + Cov(X, Y)", "Var(X) + Var(Y) - 2*Cov(X, Y)"],
    "Independent": ["1", "E(X)*E(Y)"],
    "A sum of independent ones": ["Var(X) - Var(Y)", "Var(X)*Var(Y)", "Var(X) + Var(Y) + E(X)*E(Y)"],
}
