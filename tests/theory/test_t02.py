"""T2: wrong theorems about the sigmoid, as people have written them, are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.proof import check
from report.prove.language.formula import parse
from tests.planting import refused_by, theorem

T2 = theorem("T2")


def test_both_routes_are_proved_in_general() -> None:
    proof = check(T2)
    assert proof.holds, "\n".join(proof.failures)
    assert {step.standing for step in proof.steps} == {"proved"}
    same = [part.label for part in proof.parts if part.statement == "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))"]
    assert same == ["Directly", "Through the reciprocal"]


@pytest.mark.parametrize("body", ["1/(1 - exp(-x))", "1/(1 + exp(x))", "exp(-x)/(1 + exp(-x))", "1/(1 + exp(-2*x))", "tanh(x)"])
def test_another_function_is_not_the_sigmoid(body: str) -> None:
    wrong = [replace(d, body=parse(body)) if d.name == "sigma" else d for d in T2.definitions]
    assert "'sigma' is not what the field calls so" in "\n".join(check(replace(T2, definitions=wrong)).failures)


@pytest.mark.parametrize(
    "slope", ["sigma(x)*(1 + sigma(x))", "sigma(x) - sigma(x)**3", "1 - sigma(x)**2", "sigma(x)*(sigma(x) - 1)"]
)
@pytest.mark.parametrize("route", ["Directly", "Through the reciprocal"])
def test_a_wrong_slope_is_refused_on_either_route(route: str, slope: str) -> None:
    part = next(part for part in T2.parts if part.label == route)
    steps = [*part.steps[:-1], replace(part.steps[-1], text=slope)]
    wrong = replace(part, statement=f"diff(sigma(x), x) == {slope}", steps=steps)
    assert {"SymPy", "numeric", "torch autograd"} <= refused_by(T2, wrong)
