"""Derivatives by what a definition names, one of many: the others keep their values."""

from __future__ import annotations

import pytest

from report.proof import Derivation, Part, Step, check, define, differentiation, integer, vector

SYMBOLS = [
    integer("n", "", least="1", high=3),
    vector("x", "n", ""),
    integer("k", "", within=("1", "n")),
    integer("j", "", within=("1", "n")),
]
DEFINITIONS = [define("z[i]", "x[i]**3", "", shape=["n"]), define("q", "sum(z[l] for l in span(1, n))**2", "")]


@pytest.mark.parametrize(
    ("statement", "accepted"),
    [
        ("diff(q, z[k]) == 2*sum(x[l]**3 for l in span(1, n))", True),
        ("diff(q, z[k]) == 2*sum(x[l] for l in span(1, n))", False),
        ("diff(q, x[k]) == sum(diff(q, z[l])*diff(z[l], x[k]) for l in span(1, n))", True),
        ("diff(q, x[k]) == sum(diff(q, z[l])*diff(z[k], x[l]) for l in span(1, n))", True),
        ("diff(q, x[k]) == sum(diff(q, z[l])*diff(z[l], x[l]) for l in span(1, n))", False),
        ("grad(q, z) == 2*sum(x[l]**3 for l in span(1, n))*ones(n)", True),
        ("grad(q, z) == 2*sum(x[l] for l in span(1, n))*ones(n)", False),
        ("diff(z[j], x[k]) == 3*x[k]**2*kron(j, k)", True),
        ("diff(z[j], x[k]) == 3*x[k]**2", False),
    ],
)
@pytest.mark.parametrize("method", ["SymPy", "numeric"])
def test_a_derivative_by_one_of_many(statement: str, accepted: bool, method: str) -> None:
    part = Part("Claim", statement, [Step(statement.split("==")[1], differentiation("", unfold=["q", "z"]))])
    keep = Part("Uses every name", "x[j]*x[k]*q*z[k] == x[k]*x[j]*q*z[k]", [Step("x[k]*x[j]*q*z[k]", "")])
    assert check(Derivation("T0", "", "", SYMBOLS, [part, keep], "", "", DEFINITIONS), {method}).holds is accepted
