"""``templates/report.toml``: the title page, and the chapters in their order."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.errors import ProseError, Where, author_text, nearest


@dataclass(frozen=True)
class Writeup:
    """``templates/report.toml``: the title page, the chapters in order, and the sources that prose may cite."""

    title: str
    subtitle: str
    abstract: str
    chapters: tuple[Path, ...]
    sources: Mapping[str, str]
    file: Path
    author: str = ""
    course: str = ""
    date: str = ""


def writeup(templates: Path) -> Writeup:
    """The title, the chapters in their order, and the sources. Raises ``ProseError``."""
    file = templates / "report.toml"
    try:
        text = author_text(file)
        page = _Page(file, text, tomllib.loads(text))
    except FileNotFoundError:
        raise ProseError("is missing.", where=Where(file), remedy="It lists the title and the chapters.") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = Where(file, int(line[1]) if line else None)
        raise ProseError(f"is not TOML: {error}.", where=where, remedy="Mend that line.") from None
    title, subtitle, abstract = page.words("title"), page.words("subtitle"), page.words("abstract", "")
    chapters = tuple(page.chapter(name) for name in page.names("chapters"))
    whose = {key: page.words(key, "") for key in ("author", "course", "date")}
    return Writeup(title, subtitle, abstract, chapters, page.texts("sources"), file, **whose)


@dataclass(frozen=True)
class _Page:
    """What the file says, asked for by kind. Every question raises ``ProseError`` with the line at which it says another."""

    file: Path
    text: str
    entries: Mapping[str, Any]

    def words(self, key: str, default: str | None = None) -> str:
        found = self.entries.get(key, default)
        if found is None:
            raise self._wrong(key, f"has no entry '{key}'", "Add it: title, subtitle, chapters.")
        if not isinstance(found, str):
            raise self._wrong(key, f"{key} is {found!r:.40}, not text", 'Write it in quotes: "…".')
        return " ".join(found.split())

    def names(self, key: str) -> list[str]:
        found = self.entries.get(key)
        if not isinstance(found, list) or not found or not all(isinstance(name, str) for name in found):
            raise self._wrong(key, f"{key} is {found!r:.40}, not a list of names", 'Write: chapters = ["01-results"].')
        for name in found:
            if found.count(name) > 1:
                raise self._wrong(key, f"lists '{name}' twice", "List it once.")
        return found

    def texts(self, key: str) -> Mapping[str, str]:
        found = self.entries.get(key, {})
        if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
            raise self._wrong(key, f"{key} is {found!r:.40}, not texts under names", 'Write: W1 = "A course, 2018".')
        return found

    def chapter(self, name: str) -> Path:
        folder = self.file.parent / "chapters"
        known = [path.stem for path in folder.glob("*.md")]
        if name not in known:
            raise self._wrong(name, f"lists a chapter '{name}' that is not there", nearest(name, known))
        return folder / f"{name}.md"

    def _wrong(self, said: str, what: str, remedy: str) -> ProseError:
        lines = self.text.splitlines()
        line = next((number for number, line in enumerate(lines, 1) if said in line), None)
        return ProseError(f"{what}.", where=Where(self.file, line), remedy=remedy)
