"""What a whole small project comes to is what it was when somebody last looked at it."""

from __future__ import annotations

from pathlib import Path

from tests.snapshot import COMMAND, KEPT, taken


def test_the_toy_project_comes_to_what_it_came_to(tmp_path: Path, kept: Path) -> None:
    found = taken(tmp_path, kept)
    kept = {path.name: path.read_text(encoding="utf-8") for path in KEPT.iterdir()}
    assert found.keys() == kept.keys()
    for name, text in found.items():
        assert text == kept[name], f"{name} is another. If that was meant: {COMMAND}"
