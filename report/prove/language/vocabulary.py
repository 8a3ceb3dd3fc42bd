"""The words that every formula may use, once: each reading (LaTeX, SymPy, numbers) says what it makes of them."""

from __future__ import annotations

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

EVERYWHERE = frozenset({*FUNCTIONS, *CONSTANTS, *DERIVATIVES, *BINDERS, *RANGES, *LOGICAL})
"""The names that every formula may use."""
