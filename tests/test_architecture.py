"""docs/architecture.md is true today: it has a row for each room, names the shelf, and no file that is not there."""

from __future__ import annotations

import re

from tests.project import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
ENGINE = ROOT / "report"


def test_every_room_has_its_row_and_the_shelf_is_all_there_is_beside() -> None:
    rooms = {folder.name for folder in ENGINE.iterdir() if (folder / "__init__.py").exists()}
    assert set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE)) == rooms
    shelf = re.search(r"^\| shelf: (.*?) \|", PAGE, re.MULTILINE)
    assert shelf is not None
    assert {*re.findall(r"`(\w+)`", shelf[1]), "proof", "__init__"} == {file.stem for file in ENGINE.glob("*.py")}


def test_every_file_that_the_page_names_exists() -> None:
    named = re.findall(r"`([\w/]+/[\w*.]+|\w+\.(?:py|typ|css|toml))`", PAGE)
    assert len(named) > 30
    known = [
        file.relative_to(ROOT).as_posix()
        for top in ("report", "tests", "templates", "docs")
        for file in (ROOT / top).rglob("*.*")
    ]
    known += [file.name for file in ROOT.glob("*.*")]
    for name in named:
        ends = re.compile(f"(^|/){re.escape(name).replace(re.escape('*'), '.*')}(.py)?$")
        assert any(map(ends.search, known)), f"{name} is no file"
