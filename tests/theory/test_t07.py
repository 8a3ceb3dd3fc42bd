"""T7 beyond the planted errors: the rules it rests on refuse what does not hold, and the counts are what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from report.proof import Derivation, Part, Step, algebra, check, even_and_odd, integer, signal, using
from report.prove.reasons.rule import Rule
from theory import t07_backpropagation as t07
from theory.live_convolution import multiplications_of_product

SYMBOLS = [integer("L", "", least="1"), integer("q", ""), integer("p", ""), integer("n", "", least="1"), signal("u", "")]
KEEP = Part("Uses every name", "u(L)*q*p*n == n*p*q*u(L)", [Step("n*p*q*u(L)", "")])


def decided_by_sympy(statement: str, reason: Rule | str, given: Sequence[str] = (), before: Sequence[Part] = ()) -> bool:
    """Whether SymPy alone accepts the statement as one step."""
    part = Part("Step", statement, [Step(statement.partition(" == ")[2], reason)], given=given)
    return check(Derivation("T0", "", "", SYMBOLS, [*before, part, KEEP], "", ""), {"SymPy"}).holds


@pytest.mark.parametrize(
    ("given", "right"),
    [(("q > 0", "q < L"), True), (("q > 0",), False), (("q > 0", "q <= L"), False), (("q >= 0", "q < L"), False), ((), False)],
)
def test_a_wave_sums_to_zero_only_below_a_whole_turn(given: Sequence[str], right: bool) -> None:
    found = next(part for part in t07.DERIVATION.parts if part.label == "A wave, turned by one place")
    turned = replace(found, intro="")  # it leads on to what is not here
    assert decided_by_sympy(f"{t07.WAVES} == 0", using(turned.label), given, [turned]) is right


def test_an_equation_is_not_divided_by_what_may_be_zero() -> None:
    law = Part("Law", "q*(p - p) == 0*q", [Step("0*q", "")])
    assert not decided_by_sympy("p == 0", using("Law"), (), [law])
    product = Part("Law", "(q - p)*n == q*n - p*n", [Step("q*n - p*n", "")])
    assert not decided_by_sympy("n == 0", using("Law"), (), [product])


@pytest.mark.parametrize(
    ("given", "remainder", "right"),
    [
        (("p >= 0", "p < L"), "p", True),
        (("p >= 0", "p <= L"), "p", False),
        (("p < 0", "p >= -L"), "p + L", True),
        (("p < 0", "p >= -L"), "p", False),
        (("p < 0",), "p + L", False),
    ],
)
def test_a_remainder_is_known_within_one_period(given: Sequence[str], remainder: str, right: bool) -> None:
    assert decided_by_sympy(f"mod(p, L) == {remainder}", algebra("remainder"), given) is right


@pytest.mark.parametrize(
    ("after", "right"),
    [
        ("sum(u(2*j) + u(2*j + 1) for j in span(0, n - 1))", True),
        ("sum(u(2*j) + u(2*j - 1) for j in span(0, n - 1))", False),
        ("sum(u(2*j) + u(2*j + 1) for j in span(0, n))", False),
        ("sum(u(j) + u(j + 1) for j in span(0, n - 1))", False),
    ],
)
def test_even_and_odd_places(after: str, right: bool) -> None:
    assert decided_by_sympy(f"sum(u(m) for m in span(0, 2*n - 1)) == {after}", even_and_odd("j")) is right


def test_an_odd_number_of_terms_does_not_fall_into_pairs() -> None:
    assert not decided_by_sympy(
        "sum(u(m) for m in span(0, 2*n)) == sum(u(2*j) + u(2*j + 1) for j in span(0, n))", even_and_odd("j")
    )


@pytest.mark.parametrize(("r", "cheaper"), [(6, False), (7, False), (8, True), (9, True)])
def test_the_transform_wins_from_the_length_that_the_theorem_names(r: int, cheaper: bool) -> None:
    counted = multiplications_of_product(r)
    assert counted == 2**r * (6 * r + 4), "the counted product is wrong, or costs something else"
    assert (counted < (2**r // 2) ** 2) is cheaper
