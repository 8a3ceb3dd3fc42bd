"""Softmax regression: the loss as a function of the input vector, its gradient and its Hessian, and that it is convex."""

from report.proof import Derivation, Step, algebra, define, given, integer, matrix, part, using, vector

MEAN = "sum(q[k]*u[k] for k in span(1, n))"
DEVIATIONS = "sum(q[k]*(u[k] - sum(q[l]*u[l] for l in span(1, n)))**2 for k in span(1, n))"

DERIVATION = Derivation(
    id="regression",
    title="Softmax regression",
    question="How does the loss change with the input, and how is it curved?",
    symbols=[
        integer("n", "the number of classes", least="1", high=3),
        integer("m", "the number of inputs", least="1", high=3),
        matrix("W", "n", "m", "the weights"),
        vector("x", "m", "the input"),
        integer("t", "the right class", within=("1", "n")),
        integer("i", "an input", within=("1", "m")),
        integer("j", "an input", within=("1", "m")),
        vector("q", "n", "probabilities", properties=["positive"]),
        vector("u", "n", "a direction, as the classes see it"),
    ],
    definitions=[
        define("z[k]", "sum(W[k, l]*x[l] for l in span(1, m))", "the logits", shape=["n"]),
        define("p[k]", "exp(z[k])/sum(exp(z[l]) for l in span(1, n))", "the probabilities", shape=["n"]),
        define("y[k]", "kron(k, t)", "the target", shape=["n"]),
        define("loss", "log(sum(exp(z[l]) for l in span(1, n))) - z[t]", "cross-entropy"),
    ],
    parts=[
        part("Gradient", "grad(loss, x) == W.T @ (p - y)", "chain rule; definitions of `p` and `y`"),
        part(
            "Hessian",
            "diff(diff(loss, x[i]), x[j]) == sum(p[k]*W[k, i]*W[k, j] for k in span(1, n))"
            " - sum(p[k]*W[k, i] for k in span(1, n))*sum(p[k]*W[k, j] for k in span(1, n))",
            "chain rule; definition of `p`",
        ),
        part(
            "A variance",
            f"{DEVIATIONS} == sum(q[k]*u[k]**2 for k in span(1, n)) - {MEAN}**2",
            Step(
                f"sum(q[k]*u[k]**2 for k in span(1, n)) - 2*{MEAN}**2 + {MEAN}**2*sum(q[k] for k in span(1, n))",
                algebra("the square of a difference"),
            ),
            Step(
                f"sum(q[k]*u[k]**2 for k in span(1, n)) - 2*{MEAN}**2 + {MEAN}**2*1", given("the probabilities add up to one")
            ),
            algebra("collect"),
            given=["sum(q[k] for k in span(1, n)) == 1"],
        ),
        part(
            "Positive semi-definite",
            f"sum(q[k]*u[k]**2 for k in span(1, n)) - {MEAN}**2 >= 0",
            Step(DEVIATIONS, using("A variance")),
            Step(">=", algebra("squares")),
            given=["sum(q[k] for k in span(1, n)) == 1"],
        ),
    ],
    conclusion="The gradient is `W.T @ (p - y)`.",
    comment="In every direction the curvature is a variance, so that the loss is convex in the input.",
)
TWINS = {
    "Gradient": ["W.T @ p", "W.T @ (y - p)", "W.T @ (p + y)", "p - y", "2*W.T @ (p - y)"],
    "Hessian": [
        "sum(p[k]*W[k, i]*W[k, j] for k in span(1, n))",
        "sum(p[k]*W[k, i] for k in span(1, n))*sum(p[k]*W[k, j] for k in span(1, n))",
        "sum(p[k]*(1 - p[k])*W[k, i]*W[k, j] for k in span(1, n))",
        "sum(W[k, i]*W[k, j] for k in span(1, n))",
    ],
    "A variance": ["0", "sum(q[k]*u[k]**2 for k in span(1, n))", f"{MEAN}**2", "sum(u[k]**2 for k in span(1, n))"],
    "Positive semi-definite": ["1", f"{MEAN}**2", "sum(q[k]*u[k]**2 for k in span(1, n))", MEAN],
}
