"""Lay out a first write-up of one's own: a theorem, an experiment, a section, what was reported, and the questions they answer.

The files are those of ``templates/new``, which work as they are and say what to change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from report.errors import UsageError, author_text
from report.files import replace
from report.write.prose import unnumbered
from report.write.writeup import COMPLETE

TAKEN = (COMPLETE, "all", "report")
"""The complete write-up, all of them, and the pages of the complete one."""


def lay_out(root: Path, name: str, taken: Iterable[str]) -> list[Path]:
    """The files of a new write-up ``name``, written under ``root``. ``taken`` are the ids that experiments and theorems have.

    Raises ``UsageError`` for a name that is none, or that is in use.
    """
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise UsageError(f"'{name}' is no name for a write-up.", remedy="Use small letters, digits and hyphens: my-course.")
    templates = root / "templates"
    sources = [path.stem for path in (templates / "written").glob("*.toml")]
    experiment, theorem, source = (_free(letter, [*taken, *sources]) for letter in "ETW")
    places = {
        "experiment.py": root / "experiments" / _module(experiment, name),
        "theorem.py": root / "theory" / _module(theorem, name),
        "chapter.md": templates / "chapters" / f"{name}.md",
        "written.toml": templates / "written" / f"{source}.toml",
        "writeup.toml": templates / "writeups" / f"{name}.toml",
    }
    for place in places.values():
        if place.exists():
            raise UsageError(f"there is a file {place.relative_to(root)} already.", remedy="Choose another name.")
    chapters = list((templates / "chapters").glob("*.md"))
    if name in TAKEN or any(unnumbered(path) == name or f"#sec-{name}}}" in author_text(path) for path in chapters):
        what = f"'{name}' means something else already: a chapter, a section, or pages of another write-up."
        raise UsageError(what, remedy="Choose another name.")
    for file, place in places.items():
        text = (templates / "new" / file).read_text(encoding="utf-8")
        for mark, meant in {"E0": experiment, "T0": theorem, "W0": source, "NAME": name}.items():
            text = re.sub(rf"\b{mark}\b", meant, text)
        place.parent.mkdir(exist_ok=True)
        replace(place, text.encode())
    return list(places.values())


def _free(letter: str, taken: Iterable[str]) -> str:
    """The first id of this letter after all that are taken."""
    numbers = [int(found[1]) for each in taken if (found := re.match(rf"{letter}(\d+)", each))]
    return f"{letter}{max(numbers, default=0) + 1}"


def _module(identifier: str, name: str) -> str:
    """E7 and my-course: e07_my_course.py."""
    return f"{identifier[0].lower()}{int(identifier[1:]):02}_{name.replace('-', '_')}.py"
