"""What an author writes as a textbook has it, and the same with a slip: the one is accepted in a single step, the other not."""

from __future__ import annotations

import pytest

from report.proof import Derivation, Part, Step, calculation, check
from report.prove.language.formula import statement
from tests.prove.test_attacks import DEFINED, SYMBOLS

TRUE = [
    ("diff(relu(x), x) == one(x > 0)", "x", "x != 0", "relu"),
    ("diff(max(x, y), x) == one(x > y)", "x y", "x != y"),
    ("diff(abs(x), x) == x/abs(x)", "x", "x != 0"),
    ("sign(x) == x/abs(x)", "x", "x != 0"),
    ("x**2 + x + 1 > 0", "x"),
    ("x**2 - 2*x*y + 2*y**2 + 2*y + 1 >= 0", "x y"),
    ("p[i] <= 1", "n v i", "", "softmax"),
    ("log(sum(exp(v[k]) for k in span(1, n))) >= v[i]", "n v i"),
    ("norm(v)**2 >= v[i]**2", "n v i"),
    ("prod(exp(v[k]) for k in span(1, n)) == exp(sum(v[k] for k in span(1, n)))", "n v"),
]
FALSE = [
    ("diff(relu(x), x) == one(x > 0)", "x", "x != 1", "relu"),
    ("max(x, y) == x", "x y", "x != y"),
    ("sign(x*y) == 1", "x y", "x*y != 0"),
    ("x**2 + 2*x + 1 > 0", "x"),
    ("x**2 + 3*x*y + y**2 >= 0", "x y"),
    ("log(sum(exp(v[k]) for k in span(1, n))) > v[i]", "n v i"),
    ("sum(v[k] for k in span(1, n)) >= v[i]", "n v i"),
    ("sum(v[k]**2 for k in span(2, n)) >= v[i]**2", "n v i"),
    ("sum(v[k]**2 for k in span(1, n)) >= v[i]**2 + v[j]**2", "n v i j"),
    ("sum(f(k)**2 for k in span(1, n)) >= f(t)**2", "n f t"),
    ("sum(v[k]*prod(exp(W[k, q]) for q in span(1, n)) for k in span(1, n)) == "
     "sum(v[k]*exp(sum(W[q, k] for q in span(1, n))) for k in span(1, n))", "n v W"),
]  # fmt: skip


def holds(row: tuple[str, ...], *methods: str) -> bool:
    text, names, given, defined = (*row, "", "")[:4]
    claim = statement(text)
    after = claim.right.text if claim.relation == "==" else f"{claim.relation} {claim.right}"
    part = Part("P", text, [Step(after, calculation(""))], given=given.split("; ") if given else ())
    derivation = Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [part], "", "", DEFINED[defined])
    return check(derivation, methods).holds


@pytest.mark.parametrize("row", TRUE, ids=lambda row: row[0])
def test_what_a_textbook_says_is_accepted(row: tuple[str, ...]) -> None:
    assert holds(row, "SymPy", "numeric")


@pytest.mark.parametrize("row", FALSE, ids=lambda row: row[0])
def test_what_is_false_beside_it_is_refused_by_sympy_alone(row: tuple[str, ...]) -> None:
    assert not holds(row, "SymPy")
