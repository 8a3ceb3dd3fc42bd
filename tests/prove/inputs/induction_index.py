"""induction: the step is shown for i <= n only, the claim needs i <= n + 1"""
from report.proof import *
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA


DERIVATION = Derivation(
    id="T113",
    title="A candidate",
    question='',
    symbols=[integer("n","size",least="1",high=4000), integer("i","an index",within=("1","n"))],
    definitions=[],
    parts=[
        Part("base","(1 - 1)*sum(kron(i, k) for k in span(1, 1 - 1)) == 1 - 1",[Step("1 - 1",algebra("both are zero"))]),
        Part("step","(n + 1 - 1)*sum(kron(i, k) for k in span(1, n + 1 - 1)) == n + 1 - 1",[Step("n + 1 - 1",algebra("one term has equal indices"))],supposing="(n - 1)*sum(kron(i, k) for k in span(1, n - 1)) == n - 1"),
        Part("claim","(n - 1)*sum(kron(i, k) for k in span(1, n - 1)) == n - 1",[Step("n - 1",induction("n",start="1",base="base",step="step"))]),
    ],
    conclusion='For every `i` up to and including `n`: `(n - 1)*sum(kron(i, k) for k in span(1, n - 1)) == n - 1`.',
    consequence='',
)
