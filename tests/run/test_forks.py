"""What is done in copies of this process is done once, and what fails there stops nothing."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from report.run import forks
from report.run.forks import in_forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")


def note(folder: Path, name: str) -> None:
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")


def noted(folder: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text(encoding="utf-8").split() for path in folder.iterdir()}


def failing() -> None:
    raise ValueError("no")


def test_each_is_called_once_in_a_copy_and_one_that_fails_stops_no_other(tmp_path: Path) -> None:
    works: list[Callable[[], object]] = [partial(note, tmp_path, str(number)) for number in range(20)]
    in_forks([failing, *works, failing], jobs=3)
    found = noted(tmp_path)
    assert set(found) == {str(number) for number in range(20)}
    processes = [process for each in found.values() for process in each]
    assert len(processes) == 20
    assert str(os.getpid()) not in processes


def test_one_job_has_no_copies(tmp_path: Path) -> None:
    in_forks([partial(note, tmp_path, "a"), partial(note, tmp_path, "b")], jobs=1)
    assert not noted(tmp_path)


def test_one_that_never_ends_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE", 1.0)
    began = time.monotonic()
    in_forks([partial(time.sleep, 600), partial(note, tmp_path, "a")], jobs=2)
    assert noted(tmp_path).keys() == {"a"}
    assert time.monotonic() - began < 60
