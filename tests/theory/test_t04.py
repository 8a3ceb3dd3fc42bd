"""T4: wrong lengths and wrong shifts are refused; the formula is right for many more sizes than `check` tries."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from report.proof import check
from tests.planting import refused_by, theorem
from theory.t04_convolution import length_of_conv1d

T4 = theorem("T4")


def part_with(label: str, old: str, new: str) -> set[str]:
    """Who refuses a part in which ``old`` is put right through by ``new``, statement and steps."""
    part = next(part for part in T4.parts if part.label == label)
    assert old in part.statement
    steps = [replace(step, text=step.text.replace(old, new)) for step in part.steps]
    return refused_by(T4, replace(part, statement=part.statement.replace(old, new), steps=steps))


def test_everything_is_proved_in_general() -> None:
    proof = check(T4)
    assert proof.holds, "\n".join(proof.failures)
    assert {step.standing for step in proof.steps} == {"proved"}


@pytest.mark.parametrize(
    "wrong",
    [
        "floor((n + 2*p - d*(k - 1))/s) + 1",
        "floor((n + p - d*(k - 1) - 1)/s) + 1",
        "floor((n + 2*p - d*k - 1)/s) + 1",
        "ceil((n + 2*p - d*(k - 1) - 1)/s) + 1",
        "floor((n + 2*p - d*(k - 1) - 1)/s)",
        "floor((n + 2*p - d*(k - 1) - 1)*s) + 1",
    ],
)
def test_a_wrong_length_is_refused_by_everyone(wrong: str) -> None:
    right = "floor((n + 2*p - d*(k - 1) - 1)/s) + 1"
    assert {"SymPy", "numeric", "torch conv1d"} <= part_with("How many", right, wrong)


@pytest.mark.parametrize("label", ["Shifting the first signal", "Shifting the second signal"])
def test_a_shift_the_wrong_way_is_refused_by_everyone(label: str) -> None:
    assert {"SymPy", "numeric", "NumPy"} <= part_with(label, "shift(conv(f, g), t)", "shift(conv(f, g), -t)")


@pytest.mark.slow
def test_the_length_over_a_wide_sweep() -> None:
    for n, k, s, p, d in product(range(1, 20), range(1, 8), range(1, 6), range(4), range(1, 5)):
        if d * (k - 1) + 1 <= n + 2 * p:
            assert length_of_conv1d(n, k, s, p, d) == (n + 2 * p - d * (k - 1) - 1) // s + 1
