"""The gradient of cross-entropy by the logits: the probabilities less the target."""

from report.proof import (
    Derivation, Step, algebra, contraction, define, definition, differentiation, integer, part, using, vector,
)  # fmt: skip

TOTAL = "sum(exp(z[l]) for l in span(1, n))"

DERIVATION = Derivation(
    id="entropy",
    title="The gradient of cross-entropy",
    question="What is the slope of the loss by a logit?",
    symbols=[
        integer("n", "the number of classes", least="2", high=4),
        vector("z", "n", "the logits"),
        integer("k", "a class", within=("1", "n")),
        integer("t", "the right class", within=("1", "n")),
    ],
    definitions=[
        define("p[k]", f"exp(z[k])/{TOTAL}", "the probabilities", shape=["n"]),
        define("y[k]", "kron(k, t)", "the target", shape=["n"]),
        define("loss", "-log(p[t])", "cross-entropy"),
    ],
    parts=[
        part(
            "In terms of the logits",
            f"loss == log({TOTAL}) - z[t]",
            Step(f"-log(exp(z[t])/{TOTAL})", definition("loss", "p")),
            algebra("the logarithm of a quotient"),
        ),
        part(
            "The gradient",
            "diff(loss, z[k]) == p[k] - y[k]",
            Step(f"diff(log({TOTAL}) - z[t], z[k])", using("In terms of the logits")),
            Step(f"sum(kron(l, k)*exp(z[l]) for l in span(1, n))/{TOTAL} - kron(t, k)", differentiation("chain rule")),
            Step(f"exp(z[k])/{TOTAL} - kron(t, k)", contraction()),
            definition("p", "y"),
        ),
    ],
    conclusion="It is `p[k] - y[k]`.",
    comment="The backward pass starts with a subtraction.",
)
TWINS = {
    "In terms of the logits": [f"log({TOTAL}) + z[t]", f"{TOTAL} - z[t]"],
    "The gradient": ["y[k] - p[k]", "p[k] - 1", "p[k]", "p[k]*(1 - p[k])"],
}
