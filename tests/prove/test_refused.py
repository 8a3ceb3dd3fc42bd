"""Small derivations that a careless checker would accept, each refused for its reason, and true ones that it would refuse.

A conclusion that claims too much is left out where the formula is what must be refused.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from report.errors import DeclarationError
from report.proof import Derivation, Part, Step, integer, real, vector
from report.prove.check import check
from report.prove.language.formula import statement
from tests.prove.inputs import INPUTS

MISSING = {  # the condition that the formula needs and that does not follow
    "cancel_y": "y != 0",
    "hole_in_quotient": "x - 1 != 0",
    "zero_over": "x != 0",
    "power_rule_n0": "x != 0",
    "sample_variance": "n - 1 != 0",
    "mean_n0": "n != 0",
    "norm_normalised": "norm(v) != 0",
    "n_is_one": "sqrt(va) != 0",
    "scale_zero": "sqrt(va) != 0",
    "sqrt_squared": "x >= 0",
    "all_nonneg": "x >= 0",
    "D_real": "x >= 0",
    "diff_log": "x > 0",
    "diff_abs": "x != 0",
    "abs_slope_at_zero": "x != 0",
    "relu_slope_at_zero": "0 != x",
    "max_tie": "x != y",
    "l2_grad_norm": "norm(v) != 0",
    "piecewise_jump": "x != 0",
    "contradiction_undrawn": "makes smaller",
}
SAID = {  # another reason why it cannot stand
    "diff_integer": "which is an integer",
    "every_matrix_symmetric": "it is symmetric",
    "all_orthogonal": "its columns are orthonormal",
    "lemma_for_nonlinear": "it is linear",
    "infinite_linearity": "it has finite support",
    "hidden_shape": "'q' depends on it",
    "induction_index": "'i' depends on it",
    "induction_from_one": "“Base” does not state W(t) == 2**t with 0 for 't'",
    "induction_not_to_next": "“Step” does not state W(t) == 2**t with t + 1 for 't'",
    "induction_supposes_other": "“Step” does not say supposing=W(t) == 2**t",
    "vector_squared": "entry by entry it is v*v",
    "suppose_itself": "no induction has it for its step",
    "suppose_unproved": "no induction has it for its step",
    "empty_product_zero": "at n = 1 the left side is 1, the right side 0",
    "empty_product_zero_n0": "at n = 0",
    "index_base": "cannot prove",
    "abs_complex": "cannot prove",
    "live_constant": "takes no symbol",
    "false_reason": "the reason speaks of a theorem",
    "hidden_derivative": "cannot prove",
    "numeric_off_finite": "",
    "cited_false": "",
    "finite_small": "",
    "zero_slack": "",
}
COUNTEREXAMPLES = {
    "cancel_y": "y = 0.0",
    "sqrt_squared": "x = -0.5",
    "diff_abs": "1.0 to the right and -1.0 to the left",
    "max_tie": "1.0 to the right and 0.0 to the left",
    "norm_normalised": "v = [0.0]",
}
SYMBOLS = {
    **{name: real(name, "a number") for name in "xy"},
    "t": integer("t", "a place"),
    "n": integer("n", "a size", least="1"),
    "v": vector("v", "n", "values"),
}
FOUND = [  # what is wrong at one point alone, which no chance would draw, and the point
    ("(x**2 - 4)/(x - 2) == x + 2", "x", "no value at x = 2.0"),
    ("(x**2 - 9)/(x + 3) == x - 3", "x", "no value at x = -3.0"),
    ("(x**2 - 1/4)/(x - 1/2) == x + 1/2", "x", "no value at x = 0.5"),
    ("(exp(x) - 2)/(exp(x) - 2) == 1", "x", "no value at x = 0.69314718"),
    ("(t - 30)/(t - 30) == 1", "t", "no value at t = 30"),
    ("diff(abs(x - 5), x) == sign(x - 5)", "x", "no value at x = 5.0"),
    ("diff(1 if x > 0 else 0, x) == 0", "x", "no value at x = 0.0: no derivative there"),
    ("(sum(v[k] for k in span(1, n)) - 7)/(sum(v[k] for k in span(1, n)) - 7) == 1", "nv", "division by zero"),
    ("iff(x**2 < 4, x < 2)", "x", "the left side is False, the right side True"),
    ("implies(2*t == n, t == n)", "tn", "the left side is True, the right side False"),
]
TRUE = [name for name in INPUTS if name.startswith("true_")]


@cache
def refusals(name: str) -> str:
    """All that is said against the formulas of an input."""
    return "\n".join(check(replace(INPUTS[name](), conclusion="")).failures)


@pytest.mark.parametrize(("name", "condition"), MISSING.items())
def test_what_is_not_defined_everywhere_names_the_missing_condition(name: str, condition: str) -> None:
    said = refusals(name)
    assert f"needs {condition}," in said or condition in said
    assert "does not follow from the conditions" in said


@pytest.mark.parametrize(("name", "why"), SAID.items())
def test_what_cannot_stand_is_refused_for_its_reason(name: str, why: str) -> None:
    said = refusals(name)
    assert said
    assert why in said


@pytest.mark.parametrize("name", ["l2_grad_norm", "suppose_itself", "empty_product_zero_n0"])
def test_a_wrong_sentence_hides_no_wrong_step(name: str) -> None:
    assert "step 1 is not proved" in "\n".join(check(INPUTS[name]()).failures)


@pytest.mark.parametrize(("name", "point"), COUNTEREXAMPLES.items())
def test_a_refused_step_shows_a_point_at_which_it_fails(name: str, point: str) -> None:
    assert point in refusals(name)


@pytest.mark.parametrize(("text", "used", "point"), FOUND)
def test_the_one_point_at_which_a_step_fails_is_found(text: str, used: str, point: str) -> None:
    assert point in _said(text, used)


def test_a_derivative_by_an_integer_is_not_said_to_be_out_of_reach() -> None:
    said = _said("diff(n**3, n) == 3*n**2", "n")
    assert "needs a real variable" in said
    assert "may be true" not in said


def _said(text: str, used: str) -> str:
    right = statement(text).right.text
    part = Part("P", text, [Step(right, "so")])
    return "\n".join(check(Derivation("T0", "A test", "", [SYMBOLS[name] for name in used], [part], "", "")).failures)


@pytest.mark.parametrize("name", [name for name in INPUTS if name not in TRUE])
def test_nothing_ends_as_a_bug(name: str) -> None:
    try:
        failures = check(INPUTS[name]()).failures
    except DeclarationError as error:
        failures = (str(error),)
    assert failures
    assert not any("Error:" in failure for failure in failures)


def test_a_function_of_a_matrix_is_not_said_to_be_another_one() -> None:
    said, *_ = check(INPUTS["matrix_exponential"]()).failures
    assert "'matrix exponential' is another function" in said


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_accepted(name: str) -> None:
    assert refusals(name) == ""
