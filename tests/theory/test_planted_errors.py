"""Every theorem must refuse errors: planted one at a time in each step, in what is stated, in definitions.

By default a seeded sample is planted in every theorem; ``pytest -m slow`` plants all of them, and ``python -m
tests.planting`` prints the whole count. A planted change that is no error, because what it says is true, must be listed in
``equivalents.py`` with the reason; the list is checked too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from random import Random

import pytest

from report.errors import DeclarationError
from report.prove.check import LIVE, NUMERIC
from report.prove.derivation import Derivation, load
from report.prove.language.formula import names
from report.prove.language.glossary import Definition
from report.prove.lint import parameters
from report.prove.witness import of_definition
from tests.planting import (
    Planted, asked, caught_by, chosen, everything, is_refused, misplanted, planted, refused_by, refused_by_steps, theorems,
    wrong_formulas,
)  # fmt: skip
from tests.theory.equivalents import EQUIVALENTS

SAMPLE = 12
COUNTS: dict[str, Counter[str]] = {}

every_theorem = pytest.mark.parametrize("path", theorems(), ids=lambda path: path.stem)


@lru_cache(maxsize=64)
def derivation_in(path: Path) -> Derivation:
    return load(path)


def all_errors(derivation: Derivation) -> list[Planted]:
    return [error for part in derivation.parts for error in planted(derivation, part)]


def sample(derivation: Derivation) -> list[Planted]:
    errors = all_errors(derivation)
    return Random(derivation.id).sample(errors, min(SAMPLE, len(errors)))


def survivors(derivation: Derivation, errors: list[Planted]) -> Iterator[Planted]:
    counts = COUNTS.setdefault(derivation.id, Counter())
    for error in errors:
        caught = caught_by(derivation, error)
        counts.update(["planted", *caught])
        if not caught and error.key not in EQUIVALENTS:
            yield error


def refuse_survivors(derivation: Derivation, errors: list[Planted]) -> None:
    left = [f"{error.kind}:\n{' | '.join(map(str, error.key))} | why it is true" for error in survivors(derivation, errors)]
    assert not left, "accepted, and not listed as equivalent:\n" + "\n".join(left)


@every_theorem
def test_a_sample_of_planted_errors_is_rejected(path: Path) -> None:
    refuse_survivors(derivation_in(path), sample(derivation_in(path)))


@every_theorem
def test_a_part_that_is_put_together_wrongly_is_rejected(path: Path) -> None:
    """Conditions dropped or weakened, captures, reasons that are not the reason: some in each theorem."""
    derivation = derivation_in(path)
    errors = [error for part in derivation.parts for error in misplanted(derivation, part)]
    refuse_survivors(derivation, Random(derivation.id).sample(errors, min(4, len(errors))))


def test_a_thousand_errors_are_chosen_some_in_every_part() -> None:
    """What ``python -m tests.planting`` plants: it is enough, and spares no part."""
    count = 0
    for path in theorems():
        derivation = derivation_in(path)
        for part in derivation.parts:
            errors = chosen(derivation, part)
            assert errors, f"{derivation.id}, '{part.label}'"
            count += len(errors)
    assert count >= 1000


def test_no_theorem_is_asked_for_in_vain() -> None:
    """A misspelt name would plant nothing, and all of it would be refused."""
    assert asked(["T2"]) == ([path for path in theorems() if path.stem == "t02_sigmoid"], False)
    with pytest.raises(SystemExit):
        asked(["T99"])


@pytest.mark.slow
@every_theorem
def test_all_planted_errors_are_rejected(path: Path) -> None:
    refuse_survivors(derivation_in(path), all_errors(derivation_in(path)))


@every_theorem
def test_each_witness_alone_catches_errors(path: Path) -> None:
    """With SymPy and the other witnesses off, each witness still refuses errors in the parts that it watches."""
    derivation = derivation_in(path)
    kinds = ("sign", "constant", "factor dropped", "term dropped", "exponent", "index base", "exchanged")
    every = all_errors(derivation)
    errors = [e for e in every if e.kind in kinds]
    watched = {part.label: {NUMERIC, *(live.name for live in part.live)} for part in derivation.parts}
    for name in sorted(set().union(*watched.values())):
        seen = [e for e in errors if name in watched[e.label]] or [e for e in every if name in watched[e.label]]
        tried = Random(name).sample(seen, min(6, len(seen)))
        assert any(name in caught_alone(derivation, e, name) for e in tried), f"{name} caught none of {len(tried)} errors"


def caught_alone(derivation: Derivation, error: Planted, witness: str) -> set[str]:
    """Who refuses the part if this witness alone looks at it."""
    if witness == NUMERIC:
        return refused_by_steps(derivation, error.part, NUMERIC)
    watched = replace(error.part, live=[live for live in error.part.live if live.name == witness])
    return refused_by_steps(derivation, watched, LIVE)


@every_theorem
def test_a_wrong_definition_is_rejected(path: Path) -> None:
    """A definition is refused by its reference or, if it only abbreviates, by some step that rests on it."""
    derivation = derivation_in(path)
    wrong = [(d, kind, text) for d in derivation.definitions for kind, text in wrong_formulas(d.body.text)]
    for defined, kind, text in Random(derivation.id).sample(wrong, min(6, len(wrong))):
        spoilt = replace(defined, body=replace_body(defined.body, text))
        changed = replace(derivation, definitions=[spoilt if d is defined else d for d in derivation.definitions])
        key = (derivation.id, defined.name, -1, text)
        assert is_wrong(changed, spoilt) or key in EQUIVALENTS, f"{kind}: {key!r}"


def is_wrong(derivation: Derivation, defined: Definition) -> bool:
    """Whether ``check`` would refuse the definition, or a part: one in which it is spoken of, most likely."""
    try:
        _, problem = of_definition(derivation, defined, parameters(defined))
    except DeclarationError:
        return True
    parts = sorted(derivation.parts, key=lambda part: all(defined.name not in names(f.tree) for f in part.formulas))
    return bool(problem) or is_refused(derivation, *parts)


def replace_body(body: object, text: str) -> object:
    from report.prove.language.formula import parse

    return parse(text, getattr(body, "where", None))


@every_theorem
def test_the_list_of_equivalents_is_true(path: Path) -> None:
    """What is listed as equivalent is accepted by SymPy and by the numeric witness at many points, and has a reason."""
    derivation = derivation_in(path)
    listed = {key: why for key, why in EQUIVALENTS.items() if key[0] == derivation.id and key[2] >= 0}
    errors = [error for part in derivation.parts for error in everything(derivation, part)]
    found = {error.key: error for error in errors if error.key in listed}
    assert set(found) == set(listed), f"listed, but not planted any more: {set(listed) - set(found)}"
    for key, error in found.items():
        assert not refused_by(derivation, replace(error.part, points=40)), f"not equivalent after all: {key}"
        assert len(listed[key].split()) >= 2, f"no reason for {key}"


def test_the_count(capsys: pytest.CaptureFixture[str]) -> None:
    """Reports what was planted and who was the first to catch it in this run."""
    with capsys.disabled():
        for name, counts in sorted(COUNTS.items()):
            caught = ", ".join(f"{who} {n}" for who, n in counts.most_common() if who != "planted")
            print(f"\n{name}: {counts['planted']} planted; caught by {caught}", end="")
    assert all(counts["planted"] for counts in COUNTS.values())
