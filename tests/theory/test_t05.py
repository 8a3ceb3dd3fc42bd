"""T5 beyond the planted errors: the rules for operators, each by itself, with the witnesses off."""

from __future__ import annotations

import pytest

from report.proof import Derivation, Part, Step, check, integer, linearity, operator, real, shift_invariance, signal

BEFORE = "sum(x(k)*L(lambda m: delta(m - k))(i) for k in Z)"


def decided_by_sympy(statement: str, reason: object, *, linear: bool = True, invariant: bool = True) -> bool:
    """Whether SymPy alone accepts the statement as one step."""
    right = statement.split("==")[1]
    derivation = Derivation(
        "T0",
        "",
        "",
        [
            signal("x", ""),
            operator("L", "", linear=linear, invariant=invariant),
            real("a", ""),
            integer("i", ""),
            integer("t", ""),
        ],
        [
            Part("Step", statement, [Step(right, reason)]),  # type: ignore[arg-type]
            Part("Uses every name", "a*x(i)*L(x)(t) == L(x)(t)*x(i)*a", [Step("L(x)(t)*x(i)*a", "")]),
        ],
        "",
        "",
    )
    return check(derivation, {"SymPy"}).holds


@pytest.mark.parametrize(
    ("after", "right"),
    [
        ("sum(x(k)*L(lambda m: delta(m))(i - k) for k in Z)", True),
        ("sum(x(k)*L(lambda m: delta(m))(i + k) for k in Z)", False),
        ("sum(x(k)*L(lambda m: delta(m))(k - i) for k in Z)", False),
        ("sum(x(k)*L(lambda m: delta(m - k))(i - k) for k in Z)", False),
    ],
)
def test_a_delay_is_undone_under_a_sum(after: str, right: bool) -> None:
    assert decided_by_sympy(f"{BEFORE} == {after}", shift_invariance("L")) is right


def test_a_delta_may_be_reflected_but_not_moved() -> None:
    assert decided_by_sympy("L(lambda m: delta(m - t))(i) == L(lambda m: delta(m))(i - t)", shift_invariance("L"))
    assert not decided_by_sympy("L(lambda m: delta(m + t))(i) == L(lambda m: delta(m))(i - t)", shift_invariance("L"))


def test_a_factor_is_pulled_out_only_as_itself() -> None:
    assert decided_by_sympy("L(lambda m: a*x(m))(i) == a*L(x)(i)", linearity("L"))
    assert not decided_by_sympy("L(lambda m: a*x(m))(i) == a**2*L(x)(i)", linearity("L"))
    assert not decided_by_sympy("L(lambda m: a + x(m))(i) == a + L(x)(i)", linearity("L"))


def test_an_operator_has_no_property_that_was_not_declared() -> None:
    assert not decided_by_sympy("L(lambda m: a*x(m))(i) == a*L(x)(i)", linearity("L"), linear=False)
    assert not decided_by_sympy("L(lambda m: x(m - t))(i) == L(x)(i - t)", shift_invariance("L"), invariant=False)
