"""Definitions of a whole vector or matrix: an expectation, a variance, a loss."""

from __future__ import annotations

import pytest

from report.proof import (
    Derivation, Part, Step, check, define, definition, differentiation, integer, matrix, real, vector,
)  # fmt: skip
from report.prove.language.formula import names, statement

SYMBOLS = [
    integer("n", "", least="1"),
    integer("m", "", least="1"),
    integer("i", "", within=("1", "n")),
    real("x", ""),
    *(vector(name, "n", "") for name in "uv"),
    vector("q", "n", "", properties=["positive"]),
    vector("o", "m", ""),
    matrix("A", "n", "n", ""),
    matrix("S", "n", "n", "", properties=["symmetric"]),
]
DEFINED = [
    define("E(w)", "sum(q[k]*w[k] for k in span(1, n))", "", symbols=[vector("w", "n", "")]),
    define("V(w)", "sum(q[k]*(w[k] - E(w))**2 for k in span(1, n))", "", symbols=[vector("w", "n", "")]),
    define("sq(w)", "w.T @ w", "", symbols=[vector("w", "n", "")]),
    define("le(w)", "norm(w)", "", symbols=[vector("w", "n", "")]),
    define("lo(w)", "sum(w[k] for k in span(1, n))", "", symbols=[vector("w", "n", "", properties=["positive"])]),
    define("sy(M)", "trace(M @ M)", "", symbols=[matrix("M", "n", "n", "", properties=["symmetric"])]),
]
ONE = "sum(q[k] for k in span(1, n)) == 1"


@pytest.mark.parametrize(
    ("text", "given", "holds"),
    [
        ("E(u + v) == E(u) + E(v)", "", True),
        ("E(x*u) == x*E(u)", "", True),
        ("V(u) == E(u*u) - E(u)**2", ONE, True),
        ("V(x*u) == x**2*V(u)", "", True),
        ("V(u) >= 0", "", True),
        ("diff(sq(u), u[i]) == 2*u[i]", "", True),
        ("diff(sq(x*u), x) == 2*x*sq(u)", "", True),
        ("lo(2*q) == 2*lo(q)", "", True),
        ("sy(S) + sy(S.T) == 2*trace(S @ S)", "", True),
        ("E(u*v) == E(u)*E(v)", ONE, False),
        ("E(u + 1) == E(u) + 1", "", False),
        ("V(u + v) == V(u) + V(v)", ONE, False),
        ("V(u) == E(u*u) - E(u)**2", "", False),
        ("V(x*u) == x*V(u)", ONE, False),
        ("V(u) > 0", ONE, False),
        ("diff(le(u), u[i]) == u[i]/le(u)", "", False),
        ("diff(sq(abs(u)), u[i]) == 2*u[i]", "", False),
    ],
)
def test_an_expectation_is_what_it_is_of_every_vector(text: str, given: str, holds: bool) -> None:
    assert (refused(text, given) == "") is holds


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("E(o) + E(o) == 2*E(o)", "size n"),
        ("E(u.T) + E(u.T) == 2*E(u.T)", "size n"),
        ("lo(u) + lo(u) == 2*lo(u)", "its entries are positive"),
        ("lo(q - u) == lo(q) - sum(u[k] for k in span(1, n))", "its entries are positive"),
        ("sy(A) == sy(A.T)", "it is symmetric"),
    ],
)
def test_what_is_put_for_a_vector_is_what_its_parameter_is_declared_to_be(text: str, needed: str) -> None:
    assert needed in refused(text, "")


def refused(text: str, given: str) -> str:
    said = statement(text)
    opened = [d.name for d in DEFINED if d.name in names(said.formula.tree)]
    opened += ["E"] if "V" in opened and "E" not in opened else []
    after = said.right.text if said.relation == "==" else f"{said.relation} {said.right}"
    reason = differentiation("", unfold=opened) if "diff" in text else definition(*opened)
    part = Part("P", text, [Step(after, reason)], given=[given] if given else [])
    every = [
        s.name + ("[1, 1]" if s.kind == "matrix" else "[1]" if s.kind == "vector" else "") for s in SYMBOLS if s.name != "o"
    ]
    all_names = " + ".join([*every, "norm(o)", "E(u) + V(u) + sq(u) + le(u) + lo(q) + sy(S)"])
    keep = Part("Uses every name", f"({all_names})*1 == {all_names}", [Step(because="")])
    return "\n".join(f for f in check(Derivation("T0", "", "", SYMBOLS, [part, keep], "", "", DEFINED), {"SymPy"}).failures)
