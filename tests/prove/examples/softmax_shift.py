"""Softmax is invariant to a shift: why code subtracts the largest logit first."""

from report.proof import Derivation, Step, algebra, define, definition, integer, part, real, vector

DERIVATION = Derivation(
    id="softmax",
    title="Softmax is invariant to a shift",
    question="What becomes of softmax when one number is added to all logits?",
    symbols=[
        integer("n", "the number of classes", least="1", high=4),
        vector("z", "n", "the logits"),
        real("c", "what is added to each of them"),
        integer("k", "a class", within=("1", "n")),
    ],
    definitions=[define("p[k]", "exp(z[k])/sum(exp(z[l]) for l in span(1, n))", "the probabilities", shape=["n"])],
    parts=[
        part(
            "Shifted",
            "exp(z[k] + c)/sum(exp(z[l] + c) for l in span(1, n)) == p[k]",
            Step("exp(c)*exp(z[k])/(exp(c)*sum(exp(z[l]) for l in span(1, n)))", algebra("take out the factor")),
            Step("exp(z[k])/sum(exp(z[l]) for l in span(1, n))", algebra("cancel it")),
            definition("p"),
        )
    ],
    conclusion="Nothing.",
    comment="Logits may be shifted so that none is large.",
)
TWINS = {"Shifted": ["p[k] + c", "exp(c)*p[k]", "z[k]*p[k]"]}
