"""What a write-up leaves out of a proof, the parts that it shows do not point at."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.prove.derivation import Derivation, load

ROOT = Path(__file__).parents[2]
THEOREM = re.compile(r"T\d+")
FIRST = re.compile(r"^(That|It|Nor|They)\b|\bas above\b")
NAMED = re.compile(r"\b(?:these|such) (\w+s)\b")


def points_back(said: str) -> bool:
    """Whether it begins with a word for what stood before, or takes up a thing that it has not named itself."""
    return bool(FIRST.search(said)) or any(each[1] not in said[: each.start()] for each in NAMED.finditer(said))


def after_gaps() -> Iterator[tuple[str, str, str]]:
    """Of each part that does not stand behind its neighbour in the proof: write-up, theorem, part."""
    for file in sorted((ROOT / "templates" / "writeups").glob("*.toml")):
        for question in tomllib.loads(file.read_text())["question"]:
            chosen = question.get("parts", [])
            theorem = next((answer for answer in question["answers"] if THEOREM.fullmatch(answer)), "")
            labels = [part.label for part in proofs(theorem).parts] if chosen else []
            for before, label in zip(["", *chosen], chosen):
                place = labels.index(label)
                if place and labels[place - 1] != before:
                    yield file.stem, theorem, label


def proofs(theorem: str) -> Derivation:
    (path,) = (ROOT / "theory").glob(f"t{int(theorem[1:]):02}_*.py")
    return load(path)


@pytest.mark.parametrize(("writeup", "theorem", "label"), list(after_gaps()))
def test_a_part_whose_neighbour_is_left_out_stands_for_itself(writeup: str, theorem: str, label: str) -> None:
    (part,) = (part for part in proofs(theorem).parts if part.label == label)
    said = " ".join((part.intro or "").split())
    assert not any(map(points_back, (label, said))), f"{writeup} shows it without the part before: {said}"


def test_words_that_point_at_the_part_before_are_found() -> None:
    assert all(map(points_back, ("Nor with any larger stride", "It has the shape of S.", "Take these slopes as constants.")))
    assert not any(map(points_back, ("Then the sigmoid", "Its products are convolutions", "Of slopes, these slopes are all.")))
