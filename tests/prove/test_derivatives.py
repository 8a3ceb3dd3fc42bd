"""Derivatives by what a definition names, one of many: the others keep their values."""

from __future__ import annotations

import pytest

from report.proof import (
    Derivation, Part, Step, calculation, check, define, differentiation, function, integer, real, vector,
)  # fmt: skip

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


@pytest.mark.parametrize(
    ("statement", "accepted"),
    [
        ("diff(x**4, c) == 0", False),  # which is c²
        ("diff(x*c, c) == x", False),
        ("diff(2*e + x, e) == 2", False),
        ("diff(c + d, c) == 1", False),
        ("diff(x*h(d), c) == 0", False),
        ("diff(x*y, z) == 0", False),
        ("diff(c**2, c) == 2*c", True),
        ("diff(y*c, c) == y", True),
        ("diff(x + z**2, z) == 2*z", True),  # x stays where it is, and y varies
        ("diff(h(z), z)*diff(z, x) == diff(h(z), z)*y", True),
    ],
)
def test_what_a_derivative_is_taken_by_can_vary_while_the_rest_stays(statement: str, accepted: bool) -> None:
    symbols = [real("x", ""), real("y", ""), function("h", "")]
    defined = [define("c", "x**2", ""), define("d", "x", ""), define("e", "x", ""), define("z", "x*y", "")]
    part = Part("P", statement, [Step(statement.split("==")[1], calculation(""))])
    keep = Part("Uses every name", "x*y*h(c*d*e*z) == y*x*h(c*d*e*z)", [Step(because="")])
    found = check(Derivation("T0", "", "", symbols, [part, keep], "", "", defined), {"SymPy"})
    assert found.holds is accepted
    assert accepted or "does not vary" in "".join(found.failures)
