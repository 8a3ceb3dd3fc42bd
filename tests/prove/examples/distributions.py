"""Expectation and variance of the standard distributions: Bernoulli's, the uniform ones, the normal one."""

from report.proof import Derivation, Step, algebra, define, definition, differentiation, integer, part, real

BELL = "exp(-(x - m)**2/(2*s**2))"

DERIVATION = Derivation(
    id="distributions",
    title="Standard distributions",
    question="What are expectation and variance of the standard distributions?",
    symbols=[
        real("q", "the probability of a one", least="0", high=1),
        integer("n", "the number of faces of a die", least="1", high=5),
        real("a", "the left end of an interval"),
        real("b", "its right end", above="a"),
        real("x", "a value"),
        real("m", "the mean of a normal distribution"),
        real("s", "its standard deviation", above="0"),
    ],
    definitions=[
        define("F(x)", "x**2/(2*(b - a))", "what the density times the value is the slope of"),
        define("G(x)", "(x - (a + b)/2)**3/(3*(b - a))", "what the density times the squared deviation is the slope of"),
        define("phi(x)", f"{BELL}/(s*sqrt(2*pi))", "the density of the normal distribution"),
    ],
    parts=[
        part("Bernoulli: expectation", "q*1 + (1 - q)*0 == q", algebra("nothing is added")),
        part(
            "Bernoulli: variance",
            "q*(1 - q)**2 + (1 - q)*(0 - q)**2 == q*(1 - q)",
            Step("q*(1 - q)*((1 - q) + q)", algebra("factor out")),
            algebra("the two add up to one"),
            given=["q <= 1"],
        ),
        part(
            "A die: expectation",
            "sum(k/n for k in span(1, n)) == (n + 1)/2",
            Step("sum(k for k in span(1, n))/n", algebra("factor out")),
            "the sum of the first numbers",
        ),
        part(
            "A die: variance", "sum((k - (n + 1)/2)**2/n for k in span(1, n)) == (n**2 - 1)/12", "the sum of the first squares"
        ),
        part(
            "Uniform: under the integral",
            "diff(F(x), x) == x*(1/(b - a))",
            Step("2*x/(2*(b - a))", differentiation("the slope of a square")),
            algebra("cancel"),
        ),
        part(
            "Uniform: expectation",
            "F(b) - F(a) == (a + b)/2",
            Step("(b**2 - a**2)/(2*(b - a))", definition("F")),
            algebra("the difference of two squares"),
        ),
        part(
            "Uniform: the deviation under the integral",
            "diff(G(x), x) == (x - (a + b)/2)**2*(1/(b - a))",
            Step("3*(x - (a + b)/2)**2/(3*(b - a))", differentiation("chain rule")),
            algebra("cancel"),
        ),
        part(
            "Uniform: variance",
            "G(b) - G(a) == (b - a)**2/12",
            Step("(((b - a)/2)**3 - ((a - b)/2)**3)/(3*(b - a))", definition("G")),
            Step("(b - a)**3/4/(3*(b - a))", algebra("both are the same")),
            algebra("cancel"),
        ),
        part(
            "Normal: the deviation is a slope",
            "diff(-s**2*phi(x), x) == (x - m)*phi(x)",
            Step(f"-s**2*(-(x - m)/s**2*{BELL}/(s*sqrt(2*pi)))", differentiation("chain rule")),
            Step(f"(x - m)*({BELL}/(s*sqrt(2*pi)))", algebra("cancel")),
            definition("phi"),
        ),
        part(
            "Normal: its square is the variance and a slope",
            "diff(-s**2*(x - m)*phi(x), x) == (x - m)**2*phi(x) - s**2*phi(x)",
            Step(f"(x - m)**2*({BELL}/(s*sqrt(2*pi))) - s**2*({BELL}/(s*sqrt(2*pi)))", differentiation("product rule")),
            definition("phi"),
        ),
    ],
    conclusion=(
        "With probability `q` for a one, where `q <= 1`: `q*1 + (1 - q)*0 == q` and "
        "`q*(1 - q)**2 + (1 - q)*(0 - q)**2 == q*(1 - q)`. A die has `(n + 1)/2` and `(n**2 - 1)/12`, an interval "
        "`(a + b)/2` and `(b - a)**2/12`."
    ),
    comment="Outside of the bell the slopes leave nothing, and its area is one: mean and variance are what they are called.",
)
TWINS = {
    "Bernoulli: expectation": ["1 - q", "q**2", "1", "q/2"],
    "Bernoulli: variance": ["q", "q**2*(1 - q)", "q*(1 + q)", "(1 - q)**2"],
    "A die: expectation": ["n/2", "(n - 1)/2", "n + 1", "(n + 1)/3"],
    "A die: variance": ["n**2/12", "(n**2 + 1)/12", "(n**2 - 1)/6", "(n - 1)**2/12"],
    "Uniform: expectation": ["(b - a)/2", "a + b", "a*b/2", "(a + b)/3"],
    "Uniform: variance": ["(b - a)**2/6", "(a + b)**2/12", "(b - a)/12", "(b - a)**3/12"],
    "Normal: the deviation is a slope": ["x*phi(x)", "(m - x)*phi(x)", "(x - m)*phi(x)/s**2", "phi(x)"],
    "Normal: its square is the variance and a slope": [
        "(x - m)**2*phi(x)",
        "(x - m)**2*phi(x) - phi(x)",
        "(x - m)**2*phi(x) + s**2*phi(x)",
        "(x - m)**2*phi(x) - s*phi(x)",
    ],
}
