"""The words that every formula may use, once: each reading (LaTeX, SymPy, numbers) says what it makes of them."""

from __future__ import annotations

from dataclasses import dataclass

ENTRYWISE = {
    "exp": "the exponential function",
    "log": "the natural logarithm",
    "sqrt": "the square root",
    "sin": "the sine",
    "cos": "the cosine",
    "tanh": "the hyperbolic tangent",
    "abs": "the absolute value",
    "sign": "the sign: -1, 0 or 1",
    "floor": "the largest integer that is not larger",
    "ceil": "the smallest integer that is not smaller",
    "mod": "mod(a, n), what is left of a by n",
    "max": "the largest of its arguments, or over a range",
    "min": "the smallest of its arguments, or over a range",
}
"""Functions of numbers, which apply to vectors and matrices entry by entry."""

FUNCTIONS = {
    **ENTRYWISE,
    "delta": "delta(i), 1 at 0 and else 0",
    "kron": "kron(i, j), 1 if i and j are equal and else 0",
    "one": "one(condition), 1 if it is true and else 0",
    "norm": "the Euclidean length",
    "trace": "the sum of a diagonal",
    "identity": "identity(n), the unit matrix",
    "zeros": "a vector or matrix of zeros",
    "ones": "a vector or matrix of ones",
    "diag": "the matrix with a vector as its diagonal",
}
CONSTANTS = {"pi": "the circle's number", "imag": "the imaginary unit"}
DERIVATIVES = {"diff": "diff(e, x), the derivative of e by x", "grad": "grad(e, W), the matrix of derivatives by every entry"}
BINDERS = {
    "sum": "the sum over a range",
    "prod": "the product over a range",
    "max": FUNCTIONS["max"],
    "min": FUNCTIONS["min"],
    "count": "how many indices there are",
    "all": "for all of a range",
}
"""Functions that take a generator: ``sum(… for k in Z)``."""

RANGES = {"Z": "all integers", "N": "the integers from 0", "span": "span(a, b), the integers from a to b inclusive"}
LOGICAL = {"implies": "implies(p, q)", "iff": "iff(p, q)"}
"""Relations between sentences, written as calls."""

ARGUMENTS = {
    **dict.fromkeys(("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sign", "floor", "ceil"), (1, 1)),
    **dict.fromkeys(("delta", "one", "norm", "trace", "identity", "diag"), (1, 1)),
    **dict.fromkeys(("mod", "kron", "diff", "grad", "span", *LOGICAL), (2, 2)),
    **dict.fromkeys(("zeros", "ones"), (1, 2)),
    **dict.fromkeys(("max", "min"), (2, 99)),
}
"""How many arguments a word takes, at least and at most, where it is not asked over a range."""

MEANINGS = FUNCTIONS | CONSTANTS | DERIVATIVES | BINDERS | RANGES | LOGICAL
EVERYWHERE = frozenset(MEANINGS)
"""The names that every formula may use."""


@dataclass(frozen=True)
class FieldName:
    """A name that the field has given away: what it stands for, over what kinds of symbols, and the words for it."""

    head: str
    body: str
    kinds: tuple[str, ...]
    words: tuple[str, ...] = ()


FIELD = {
    "sigma": FieldName(
        "sigma(x)", "1/(1 + exp(-x))", ("real",), ("sigmoid", "logistic sigmoid", "logistic function", "logistic")
    ),
    "relu": FieldName("relu(x)", "max(0, x)", ("real",), ("rectified linear unit", "rectifier")),
    "softplus": FieldName("softplus(x)", "log(1 + exp(x))", ("real",)),
    "swish": FieldName("swish(x)", "x/(1 + exp(-x))", ("real",), ("silu", "sigmoid linear unit", "swish activation")),
    "ident": FieldName("ident(x)", "x", ("real",), ("identity function", "identity map")),
    "sgn": FieldName("sgn(x)", "sign(x)", ("real",), ("sign", "signum")),
    "modulus": FieldName("modulus(x)", "abs(x)", ("real",), ("absolute value",)),
    "tangent": FieldName("tangent(x)", "tanh(x)", ("real",), ("hyperbolic tangent",)),
    "conv": FieldName(
        "conv(f, g)(i)",
        "sum(f(k_)*g(i - k_) for k_ in Z)",
        ("signal", "signal", "integer"),
        ("convolution", "convolution of two signals"),
    ),
    "shift": FieldName("shift(f, t)(i)", "f(i - t)", ("signal", "integer", "integer")),
}
"""A definition of such a name, or that is called by such words, may be nothing else."""


def _summed(*terms: str) -> tuple[str, ...]:
    """What is lost by one example, and by several in all or in the mean."""
    ways = "{}", "sum({} for k in R)", "sum({} for k in R)/N", "1/N*sum({} for k in R)"
    return tuple(way.format(term) for term in terms for way in ways)


_OF_TWO = ("A(k)*log(B(k)) + (1 - A(k))*log(1 - B(k))", "(1 - A(k))*log(1 - B(k)) + A(k)*log(B(k))")
_TERMS = ("A(k)*log(B(k))", *_OF_TWO, "log(B(k))")
_LENGTHS = ("norm(A)", "sqrt(sum(A(k)**2 for k in R))", "sqrt(A.T @ A)")
_LOGITS = "log(sum(exp(A(k)) for k in R)) - B"
_OF_SCORES = (  # what two classes cost by the score of one of them
    *(f"log(1 + exp(A(k))) - {by}" for by in ("B(k)*A(k)", "A(k)*B(k)")),
    *("log(1 + exp(-A(k)))", "log(1 + exp(-A(k))) + (1 - B(k))*A(k)"),
    *(f"max(0, A(k)) - {by} + log(1 + exp(-abs(A(k))))" for by in ("B(k)*A(k)", "A(k)*B(k)")),
    *(f"max(A(k), 0) - {by} + log(1 + exp(-abs(A(k))))" for by in ("B(k)*A(k)", "A(k)*B(k)")),
)
_MARGINS = (*(f"max(0, {by})" for by in ("1 - A(k)", "1 + A(k) - B", "A(k) - B + 1")), "max(1 - A(k), 0)")
_SQUARES = ("(A - B)**2", "norm(A - B)**2", "sum((A(k) - B(k))**2 for k in R)")
_ABOVE, _TO_1 = ("A if A > 0 else", "A if A >= 0 else", "A if 0 < A else", "A if 0 <= A else"), "exp(A) - 1"
_DECAYS = ("norm(A)**2", "sum(A(k)**2 for k in R)")
_ERRORS = "(A(k) - B(k))**2", "(A(k) - B)**2"
WRITTEN = {
    "softmax": ("exp(A(i))/sum(exp(A(k)) for k in EVERY)",),
    **dict.fromkeys(
        ("mean", "average", "arithmetic mean"),
        ("sum(A(k) for k in R)/SIZE", "1/SIZE*sum(A(k) for k in R)", "sum(A(k)*B(k) for k in R)"),
    ),
    "standard deviation": ("sqrt(A)",),
    "variance": (
        *("sum((A(k) - B)**2 for k in R)/N", "1/N*sum((A(k) - B)**2 for k in R)", "sum(A(k)*(B(k) - C)**2 for k in R)"),
        *("sum((B(k) - C)**2*A(k) for k in R)", "A - B**2"),
    ),
    **dict.fromkeys(("euclidean norm", "euclidean length", "l2 norm", "l_2 norm", "frobenius norm"), _LENGTHS),
    **dict.fromkeys(("euclidean distance",), ("norm(A - B)", "sqrt(sum((A(k) - B(k))**2 for k in R))")),
    **dict.fromkeys(("l1 norm", "l_1 norm", "manhattan norm"), ("sum(abs(A(k)) for k in R)",)),
    **dict.fromkeys(("maximum norm", "max norm"), ("max(abs(A(k)) for k in R)",)),
    **dict.fromkeys(
        ("cross entropy", "negative log likelihood"),
        (
            *_summed(*(f"-({term})" for term in _TERMS), *_OF_SCORES),
            *(_LOGITS, f"sum({_LOGITS} for l in R)/N", f"1/N*sum({_LOGITS} for l in R)"),
        ),
    ),
    "binary cross entropy": _summed(*(f"-({term})" for term in _OF_TWO), *_OF_SCORES),
    "logistic loss": _summed(*(f"-({term})" for term in (*_OF_TWO, "log(A(k))")), *_OF_SCORES),
    "hinge": _summed(*_MARGINS),
    "absolute error": _summed("abs(A(k) - B(k))"),
    **dict.fromkeys(("entropy", "shannon entropy"), ("-sum(A(k)*log(A(k)) for k in R)",)),
    **dict.fromkeys(
        ("kullback leibler divergence", "kl divergence", "relative entropy"),
        ("sum(A(k)*log(A(k)/B(k)) for k in R)", "sum(A(k)*(log(A(k)) - log(B(k))) for k in R)"),
    ),
    **dict.fromkeys(
        ("mean squared error", "mean square error"),
        (
            *(way.format(each) for way in ("sum({} for k in R)/SIZE", "1/SIZE*sum({} for k in R)") for each in _ERRORS),
            "norm(A - B)**2/N",
        ),
    ),
    **dict.fromkeys(("inner product", "scalar product", "dot product"), ("sum(A(k)*B(k) for k in R)", "A.T @ B")),
    "log sum exp": ("log(sum(exp(A(k)) for k in R))", "log(exp(A) + exp(B))"),
    "log likelihood": ("sum(A(k) for k in R)", "log(A)", "A + B", "A - B"),
    "likelihood": ("prod(A(k) for k in R)", "A*B", "A/B", "exp(A)", "A[B]"),
    "geometric mean": ("prod(A(k) for k in R)**(1/N)", "sqrt(A*B)", "exp(A)"),
    "harmonic mean": ("N/sum(A(k) for k in R)", "N/(A + B)"),
    "mean absolute error": ("sum(abs(A(k) - B(k)) for k in R)/SIZE", "1/SIZE*sum(abs(A(k) - B(k)) for k in R)"),
    **dict.fromkeys(("root mean square", "root mean squared error", "root mean square error"), ("sqrt(A)", "norm(A)/B")),
    **dict.fromkeys(("squared norm", "squared length"), ("norm(A)**2", "sum(A(k)**2 for k in R)", "A.T @ A")),
    "squared error": (*_SQUARES, *(f"{each}/2" for each in _SQUARES), *(f"1/2*{each}" for each in _SQUARES)),
    **{
        word: tuple(form.format(f"sum(one(A(k) {relation} B(k)) for k in R)") for form in ("{}/SIZE", "1/SIZE*{}"))
        for word, relation in (("accuracy", "=="), ("error rate", "!="))
    },
    "cosine similarity": ("A.T @ B/(norm(A)*norm(B))", "sum(A(k)*B(k) for k in R)/(norm(A)*norm(B))"),
    **dict.fromkeys(
        ("l2 penalty", "weight decay penalty"),
        (*_DECAYS, *(f"{by}*{each.replace('A', 'B')}" for each in _DECAYS for by in ("A", "A/2"))),
    ),
    "l1 penalty": ("sum(abs(A(k)) for k in R)", "A*sum(abs(B(k)) for k in R)"),
    "leaky relu": (
        "max(A, B*A)",
        "max(B*A, A)",
        "max(A, A/B)",
        "max(A/B, A)",
        *(f"{way} {part}" for way in _ABOVE for part in ("B*A", "A/B")),
    ),
    "elu": (*(f"{way} {_TO_1}" for way in _ABOVE), *(f"{way} B*({_TO_1})" for way in _ABOVE)),
    "huber": ("A**2/2 if abs(A) <= B else B*(abs(A) - B/2)", "A**2/2 if abs(A) <= 1 else abs(A) - 1/2"),
    "positive part": ("max(0, A)", "max(A, 0)"),
    "negative part": ("max(0, -A)", "max(-A, 0)", "min(0, A)", "min(A, 0)", "-min(0, A)", "-min(A, 0)"),
    **dict.fromkeys(("reciprocal", "reciprocal value"), ("1/A",)),
    **dict.fromkeys(("ceiling", "least integer above"), ("ceil(A)", "-floor(-A)")),
    "nearest integer": ("floor(A + 1/2)", "ceil(A - 1/2)"),
    "sum": ("sum(A(k) for k in R)", "A + B", "norm(A)**2", "A.T @ B"),
    "product": ("prod(A(k) for k in R)", "A*B", "A @ B"),
    "difference": ("A - B",),
    **dict.fromkeys(("quotient", "ratio"), ("A/B",)),
    "square": ("A**2", "A*A", "A @ A", "sum(A(k)**2 for k in R)"),
    "cube": ("A**3",),
    "twice": ("2*A", "A*2"),
    "half": ("A/2", "1/2*A"),
    "square root": ("sqrt(A)",),
    **dict.fromkeys(("exponential", "exponential function"), ("exp(A)",)),
    **dict.fromkeys(("logarithm", "natural logarithm"), ("log(A)",)),
    **dict.fromkeys(("maximum", "largest", "largest entry", "largest value"), ("max(A(k) for k in R)", "max(A, B)")),
    **dict.fromkeys(("minimum", "smallest", "smallest entry", "smallest value"), ("min(A(k) for k in R)", "min(A, B)")),
    **{
        f"arg{end}": (
            f"sum(k*one(A(k) == {end}(A(l) for l in R)) for k in R)",
            f"min(k for k in R if A(k) == {end}(A(l) for l in R))",
        )
        for end in ("max", "min")
    },
    "median": ("max(A, B)", "min(A, B)"),
}
"""How the field writes what it means by a word that speaks of any vector: a capital letter stands for anything, ``SIZE`` for
the number of places that are summed over, ``i`` for the place that is defined.
"""

_LIMITS = "There are no limits here: state what a limit is, abs(1/n - 0) < eps for n > 1/eps, or a bound for every n."
_CHANCE = "There are no probabilities here: define E(f) as sum(p[k]*f(k) for k in span(1, n)), of weights times values."
_SPECTRUM = "Eigenvalues and ranks are not within reach: declare a factorisation (orthogonal U, a diagonal) and use that."
OUT_OF_REACH = {
    **dict.fromkeys(("lim", "limit", "inf", "infinity", "oo", "sup"), _LIMITS),
    "e": f"Euler's number is exp(1). {_CHANCE}",
    **dict.fromkeys(("ex", "expectation", "expect", "mean", "var", "variance", "prob", "probability"), _CHANCE),
    **dict.fromkeys(("eig", "eigenvalue", "rank", "det", "svd", "sv"), _SPECTRUM),
    **dict.fromkeys(
        ("integral", "integrate", "int"), "There are no integrals here: state the derivative of what you would get."
    ),
    "factorial": "Write prod(k for k in span(1, n)).",
    "ln": "log is the natural logarithm.",
    "tan": "Write sin(x)/cos(x).",
    "round": "Write floor(x + 1/2).",
    "argmax": 'Declare an index: what is largest at it is given=["v[i] == max(v[k] for k in span(1, n))"].',
    "exists": "There is no 'exists' here: give the one that exists.",
    "forall": "Write all(… for k in span(a, b)), or declare a symbol: what is stated holds for all its values.",
}
"""What authors look for in vain, and what they can do instead."""
