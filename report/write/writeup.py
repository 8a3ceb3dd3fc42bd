"""``templates/report.toml``: the title page, and the chapters in their order."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from report.errors import ProseError, Where, nearest


@dataclass(frozen=True)
class Writeup:
    """``templates/report.toml``: the title page, the chapters in order, and the sources that prose may cite."""

    title: str
    subtitle: str
    abstract: str
    chapters: tuple[Path, ...]
    sources: Mapping[str, str]
    file: Path


def writeup(templates: Path) -> Writeup:
    """The title, the chapters in their order, and the sources. Raises ``ProseError``."""
    file = templates / "report.toml"
    try:
        page = tomllib.loads(file.read_text(encoding="utf-8"))
        chapters = tuple(templates / "chapters" / f"{name}.md" for name in page["chapters"])
        abstract = " ".join(page.get("abstract", "").split())
        found = Writeup(page["title"], page["subtitle"], abstract, chapters, page.get("sources", {}), file)
    except FileNotFoundError:
        raise ProseError("is missing.", where=Where(file), remedy="It lists the title and the chapters.") from None
    except tomllib.TOMLDecodeError as error:
        raise ProseError(f"is not TOML: {error}.", where=Where(file), remedy="Mend that line.") from None
    except KeyError as error:
        raise ProseError(f"has no entry {error}.", where=Where(file), remedy="Add it: title, subtitle, chapters.") from None
    for chapter in chapters:
        if not chapter.is_file():
            known = (path.stem for path in (templates / "chapters").glob("*.md"))
            what = f"lists a chapter '{chapter.stem}' that is not there."
            raise ProseError(what, where=Where(file), remedy=nearest(chapter.stem, known))
    return found
