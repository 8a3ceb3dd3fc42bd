"""Wrong rules that have a name are recognised in a refused step."""

from __future__ import annotations

import re

import pytest

from report.proof import Derivation, Part, Step, check, integer, matrix, real

SYMBOLS = {
    "x": real("x", "a number"),
    "y": real("y", "another"),
    "z": real("z", "a third", low=1),
    "n": integer("n", "a size", least="1", high=4),
    "W": matrix("W", "n", "n", "a matrix"),
}
WRONG = [
    ("sqrt(x**2)", "==", "x", "is its absolute value"),
    ("abs(x)", "==", "x", "where that is negative"),
    ("(x + y)**2", "==", "x**2 + y**2", "a power is not distributed over a sum"),
    ("exp(x + y)", "==", "exp(x) + exp(y)", "exp is not distributed over a sum"),
    ("abs(x - y)", "==", "abs(x) - abs(y)", "abs is not distributed over a sum"),
    ("3*diff(x*x**2, x)", "==", "3*(diff(x, x)*diff(x**2, x))", "the slope of a product"),
    ("sum(W[k, 1]*W[1, k] for k in span(1, n))", "==",
     "sum(W[k, 1] for k in span(1, n))*sum(W[1, k] for k in span(1, n))", "the product of the sums"),
    ("x*y == x", "iff", "y == 1", "divides by x, which may be 0"),
    ("x**2 == y**2", "iff", "x == y", "the solution x + y == 0 is lost"),
    ("x*y < x", "iff", "y < 1", "divides an inequality by x"),
    ("x**2 == y", "iff", "x == sqrt(y)", "the solution x + sqrt(y) == 0 is lost"),
    ("sqrt(y) == x", "iff", "y == x**2", "the solution x + sqrt(y) == 0 is added"),
    ("x <= z", "iff", "x*y <= z*y", "multiplies an inequality by y"),
    ("-x < z", "iff", "x < -z", "turned round by a factor below 0"),
    ("(x**2)**(1/2)", "==", "x", "is its absolute value"),
    ("abs(x) == y", "iff", "x == y", "where that is negative"),
    ("(x*y)**2", "==", "x**2*y", "a power is of every factor"),
    ("2**n*2**n", "==", "2**(n*n)", "exponents are added"),
    ("exp(x)*exp(z)", "==", "exp(x*z)", "exp is not distributed over a product"),
    ("norm(x*W)", "==", "x*norm(W)", "a factor is not taken out of norm"),
    ("floor(x + z)", "==", "floor(x) + floor(z)", "floor is not distributed over a sum"),
    ("exp(sum(W[k, 1] for k in span(1, n)))", "==", "sum(exp(W[k, 1]) for k in span(1, n))", "exp is not distributed"),
    ("sum(W[k, 1] for k in span(1, n))**2", "==", "sum(W[k, 1]**2 for k in span(1, n))", "a power is not distributed"),
    ("prod(x*W[k, 1] for k in span(1, n))", "==", "x*prod(W[k, 1] for k in span(1, n))", "once for every place"),
    ("max(W[k, 1] + W[1, k] for k in span(1, n))", "==",
     "max(W[k, 1] for k in span(1, n)) + max(W[1, k] for k in span(1, n))", "the largest sum"),
    ("diff(sin(x**2), x)", "==", "cos(x**2)", "the slope of the inner function is a factor"),
    ("diff(x/exp(x), x)", "==", "1/exp(x)", "the slope of a quotient"),
    ("(1 + z)/(1 + exp(z))", "==", "z/exp(z)", "and not a term"),
    ("x - (z - 1)", "==", "x - z - 1", "turns every sign"),
    ("(W @ W.T).T", "==", "W.T @ W.T.T", "hangs on their order"),
    ("W @ W.T", "==", "W.T @ W", "hangs on their order"),
    ("sum(sum(W[a, b] for b in span(1, a)) for a in span(1, n))", "==",
     "sum(sum(W[a, b] for a in span(1, n)) for b in span(1, n))", "over a triangle"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "relation", "right", "words"), WRONG)
def test_a_wrong_rule_is_named(left: str, relation: str, right: str, words: str) -> None:
    logical = relation == "iff"
    statement = f"iff({left}, {right})" if logical else f"{left} {relation} {right}"
    used = [s for name, s in SYMBOLS.items() if name in re.findall(r"\w+", statement) or (name == "n" and "W" in statement)]
    found = check(Derivation("T0", "A test", "", used, [Part("P", statement, [Step(right, "so")])], "", ""))
    assert words in "\n".join(found.failures)
