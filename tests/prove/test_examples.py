"""Theorems that an author would write first: accepted as a textbook has them, and each of their false twins refused."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from report.proof import check
from tests.planting import is_refused

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.py"))


def module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_theorem_is_proved(path: Path) -> None:
    proof = check(module(path).DERIVATION)
    assert proof.holds, "\n".join(proof.failures)
    assert {step.standing for step in proof.steps} == {"proved"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_its_false_twins_are_refused(path: Path) -> None:
    example = module(path)
    parts = {part.label: part for part in example.DERIVATION.parts}
    assert sum(map(len, example.TWINS.values())) >= 3
    for label, wrongs in example.TWINS.items():
        part = parts[label]
        for wrong in wrongs:
            relation = part.claim.relation
            false = replace(
                part,
                statement=f"{part.claim.left.text} {relation} {wrong}",
                steps=(*part.steps[:-1], replace(part.steps[-1], text=f"{relation} {wrong}")),
            )
            assert is_refused(example.DERIVATION, false), f"accepted: {false.statement}"
