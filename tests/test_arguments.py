"""A command of the tests says in a line what it takes, where it is given anything else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.arguments import given_numbers
from tests.project import ROOT


def test_a_number_is_given_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["tests/hunt.py", "7", "500"])
    assert given_numbers("SEED", "COUNT") == [7, 500]


@pytest.mark.parametrize(
    ("module", "given", "said"),
    [
        ("tests.snapshot", "anew", "snapshot.py takes no arguments; it was given: anew"),
        ("tests.test_fuzz", "many", "test_fuzz.py takes COUNT, in whole numbers above 0; it was given: many"),
        ("tests.test_fuzz", "", "test_fuzz.py takes COUNT, in whole numbers above 0; it was given: none"),
        ("tests.test_fuzz", "0", "test_fuzz.py takes COUNT, in whole numbers above 0; it was given: 0"),
        ("tests.prove.test_fuzzed", "7 x", "test_fuzzed.py takes SEED and COUNT, in whole numbers above 0; it was given: 7 x"),
        ("tests.typeset.test_formulas", "anew", "test_formulas.py takes no arguments; it was given: anew"),
    ],
)
def test_anything_else_is_answered_in_a_line(module: str, given: str, said: str) -> None:
    done = subprocess.run([sys.executable, "-m", module, *given.split()], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"{said}\n")
