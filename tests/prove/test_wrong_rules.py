"""Wrong rules that have a name are recognised in a refused step."""

from __future__ import annotations

import pytest

from report.proof import Derivation, Part, Step, check, integer, matrix, real

SYMBOLS = {
    "x": real("x", "a number"),
    "y": real("y", "another"),
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
    ("sum(sum(W[a, b] for b in span(1, a)) for a in span(1, n))", "==",
     "sum(sum(W[a, b] for a in span(1, n)) for b in span(1, n))", "over a triangle"),
]  # fmt: skip


@pytest.mark.parametrize(("left", "relation", "right", "words"), WRONG)
def test_a_wrong_rule_is_named(left: str, relation: str, right: str, words: str) -> None:
    logical = relation == "iff"
    statement = f"iff({left}, {right})" if logical else f"{left} {relation} {right}"
    used = [s for name, s in SYMBOLS.items() if name in statement.replace("span", "").replace("exp", "") or name == "n"]
    used = used if "W" in statement else [s for s in used if s.kind == "real"]
    found = check(Derivation("T0", "A test", "", used, [Part("P", statement, [Step(right, "so")])], "", ""))
    assert words in "\n".join(found.failures)
