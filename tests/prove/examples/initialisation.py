"""Variance at initialisation: Glorot's and He's."""

from report.proof import Derivation, Step, algebra, contraction, define, definition, integer, part, real, vector  # fmt: skip

DERIVATION = Derivation(
    id="start",
    title="Variance at initialisation",
    question="Which variance must weights start with, so that signals and gradients neither grow nor fade?",
    symbols=[
        integer("n", "the number of inputs of a layer", least="1", high=4),
        integer("m", "the number of its outputs", least="1", high=4),
        vector("x", "n", "its inputs"),
        real("v", "the variance of each weight, independent of the others and of mean zero", above="0"),
        real("z", "what enters a ReLU"),
        real("g", "a mean square", above="0"),
    ],
    definitions=[
        define("C[i, j]", "v*kron(i, j)", "the covariances of the weights of one output", shape=["n", "n"]),
        define("q", "sum(x[i]**2 for i in span(1, n))/n", "the mean square of the inputs"),
        define("relu(z)", "max(0, z)", "the rectified linear unit", reference=lambda z: z if z > 0 else 0 * z),
    ],
    parts=[
        part(
            "The variance of an output",
            "sum(sum(x[i]*x[j]*C[i, j] for j in span(1, n)) for i in span(1, n)) == n*v*q",
            Step("sum(sum(x[i]*x[j]*(v*kron(i, j)) for j in span(1, n)) for i in span(1, n))", definition("C")),
            Step("v*sum(x[i]**2 for i in span(1, n))", contraction()),
            definition("q"),
        ),
        part("Forward", "n*(1/n)*g == g", algebra("cancel")),
        part(
            "Glorot: both ways in the mean",
            "(n*(2/(n + m)) + m*(2/(n + m)))/2 == 1",
            Step("(n + m)*(2/(n + m))/2", algebra("factor out")),
            algebra("cancel"),
        ),
        part(
            "ReLU keeps half of a square",
            "(relu(z)**2 + relu(-z)**2)/2 == z**2/2",
            Step("(max(0, z)**2 + max(0, -z)**2)/2", definition("relu")),
            algebra("one of the two is zero"),
        ),
        part("He: after a ReLU", "n*(2/n)*(g/2) == g", algebra("cancel")),
    ],
    conclusion=(
        "One over the inputs (“Forward”), two over inputs and outputs (“Glorot: both ways in the mean”), two over the inputs "
        "behind a ReLU (“He: after a ReLU”)."
    ),
    comment="A deep network starts where it can learn.",
)
TWINS = {
    "The variance of an output": ["v*q", "n**2*v*q", "n*v*q**2"],
    "Glorot: both ways in the mean": ["2", "1/2"],
    "ReLU keeps half of a square": ["z**2", "abs(z)/2"],
    "He: after a ReLU": ["g/2", "2*g"],
}
