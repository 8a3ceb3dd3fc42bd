"""Matrix algebra with permutations, functions entry by entry, ones, and traces: what is accepted, and what is not."""

from __future__ import annotations

import pytest

from report.proof import Derivation, Part, Step, algebra, check, function, integer, matrix, vector
from report.prove.language.formula import parse
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.noncommutative import same
from report.prove.reasons.sums import split_sum

SYMBOLS = [
    integer("m", "", least="1"),
    integer("n", "", least="1"),
    matrix("A", "m", "n", ""),
    matrix("B", "m", "n", ""),
    matrix("P", "n", "n", "", properties=["permutation"]),
    matrix("O", "n", "n", "", properties=["orthogonal"]),
    matrix("Q", "n", "m", "", properties=["orthonormal"]),
    vector("x", "n", ""),
    function("u", ""),
]


def equal(left: str, right: str) -> bool:
    return same(parse(left), parse(right), SYMBOLS)


@pytest.mark.parametrize(
    ("left", "right", "holds"),
    [
        ("u(A@P.T)", "u(A)@P.T", True),
        ("u(A@P.T + B@P.T)", "u(A + B)@P.T", True),
        ("u(P@x)", "P@u(x)", True),
        ("u(A@P.T)", "u(A)@P", False),
        ("u(A@O)", "u(A)@O", False),
        ("u(A@P.T + B)", "u(A + B)@P.T", False),
        ("u(2*A)", "2*u(A)", False),
        ("u(A + B)", "u(A) + u(B)", False),
        ("u(A - A)", "u(B - B)", True),
        ("(A@P)*(B@P)", "(A*B)@P", True),
        ("(A@P)*(B@P.T)", "(A*B)@P", False),
        ("(A@O)*(B@O)", "(A*B)@O", False),
        ("A*B", "B*A", True),
        ("(2*A)*B", "2*(A*B)", True),
        ("(A + B)*A", "A*A + B*A", True),
        ("A*A", "A", False),
        ("(P@x)*(P@x)", "P@(x*x)", True),
        ("P@ones(n)", "ones(n)", True),
        ("ones(n).T@(P@x)", "ones(n).T@x", True),
        ("O@ones(n)", "ones(n)", False),
        ("A@ones(n)", "ones(m)", False),
        ("norm(A@O)**2", "norm(A)**2", True),
        ("norm(A@Q)**2", "norm(A)**2", False),
        ("norm((A@Q)@Q.T)**2", "norm(A@Q)**2", True),
        ("norm(Q)**2", "trace(identity(m))", True),
        ("norm(Q)**2", "trace(identity(n))", False),
        ("trace(Q@Q.T)", "trace(identity(m))", True),
        ("trace(Q@Q.T)", "trace(identity(n))", False),
    ],
)
def test_words(left: str, right: str, holds: bool) -> None:
    assert equal(left, right) is holds


@pytest.mark.parametrize("text", ["trace(A)", "A*x", "A@B", "u(A@x.T)"])
def test_sizes_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        equal(text, text)


def decided_by_sympy(statement: str, reason: object, *given: str) -> bool:
    right = statement.split("==")[1]
    symbols = [integer("m", "", least="1"), integer("n", "", least="1"), vector("x", "n", "")]
    parts = [
        Part("Step", statement, [Step(right, reason)], given=given),  # type: ignore[arg-type]
        Part("Uses every name", "m + n + x[1] == x[1] + n + m", [Step("x[1] + n + m", "")]),
    ]
    return check(Derivation("T0", "", "", symbols, parts, "", ""), {"SymPy"}).holds


WHOLE = "sum(x[i] for i in span(1, n))"
HALVES = "sum(x[i] for i in span(1, m)) + sum(x[i] for i in span(m + 1, n))"


def test_a_sum_is_split_where_its_range_holds_the_place() -> None:
    assert decided_by_sympy(f"{WHOLE} == {HALVES}", split_sum("m"), "m <= n")
    assert decided_by_sympy(f"{HALVES} == {WHOLE}", split_sum("m"), "m <= n")
    halves = "sum(x[i] for i in span(1, floor(n/2))) + sum(x[i] for i in span(floor(n/2) + 1, n))"
    assert decided_by_sympy(f"{WHOLE} == {halves}", split_sum("floor(n/2)"))


@pytest.mark.parametrize(
    ("right", "given"),
    [
        (HALVES, ()),  # m may lie beyond n
        ("sum(x[i] for i in span(1, m)) + sum(x[i] for i in span(m, n))", ("m <= n",)),
        ("sum(x[i] for i in span(1, m - 1)) + sum(x[i] for i in span(m + 1, n))", ("m <= n",)),
        ("sum(x[i] for i in span(1, m)) - sum(x[i] for i in span(m + 1, n))", ("m <= n",)),
        ("sum(x[i] for i in span(1, m))", ("m <= n",)),
    ],
)
def test_a_wrong_split_is_refused(right: str, given: tuple[str, ...]) -> None:
    assert not decided_by_sympy(f"{WHOLE} == {right}", split_sum("m"), *given)


CASES = "sum(x[i] if i <= m else i*x[i] for i in span(1, n))"


@pytest.mark.parametrize(
    ("right", "given", "holds"),
    [
        ("sum(x[i] for i in span(1, m)) + sum(i*x[i] for i in span(m + 1, n))", ("m <= n",), True),
        ("sum(x[i] for i in span(1, m)) + sum(i*x[i] for i in span(m + 1, n))", (), False),
        ("sum(i*x[i] for i in span(1, m)) + sum(x[i] for i in span(m + 1, n))", ("m <= n",), False),
        ("sum(x[i] for i in span(1, m)) + sum(i*x[i] for i in span(m, n))", ("m <= n",), False),
        ("sum(0 + (x[i] if i <= m else i*x[i]) for i in span(1, n))", ("m <= n",), False),  # nothing is split
    ],
)
def test_a_case_ends_where_a_sum_is_split(right: str, given: tuple[str, ...], holds: bool) -> None:
    assert decided_by_sympy(f"{CASES} == {right}", split_sum("m"), *given) is holds


def test_where_to_split_is_said() -> None:
    parts = [Part("P", f"{WHOLE} == {HALVES}", [Step(HALVES, "so")], given=["m <= n"])]
    symbols = [integer("m", "", least="1"), integer("n", "", least="1"), vector("x", "n", "")]
    (failure,) = check(Derivation("T0", "", "", symbols, parts, "", "")).failures
    assert 'It follows by split_sum("m")' in failure


def test_algebra_alone_does_not_split() -> None:
    assert not decided_by_sympy(f"{WHOLE} == {HALVES}", algebra(""), "m <= n")
