"""What a write-up is made of is found by its name: a file or a package."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.errors import DeclarationError
from report.run.collect import collect

ROOT = Path(__file__).parents[2]


def test_every_experiment_is_found_once_under_its_own_number() -> None:
    content = collect(ROOT)
    assert all(experiment.id == name for name, experiment in content.experiments.items())
    assert list(content.experiments) == [f"E{number}" for number in range(1, 16)]


def test_a_file_and_a_package_of_one_number_are_refused(tmp_path: Path) -> None:
    (tmp_path / "experiments" / "e01_walk").mkdir(parents=True)
    (tmp_path / "experiments" / "e01_walk" / "__init__.py").touch()
    (tmp_path / "experiments" / "e01_run.py").touch()
    with pytest.raises(DeclarationError, match="two files for E1: e01_run and e01_walk"):
        collect(tmp_path)
