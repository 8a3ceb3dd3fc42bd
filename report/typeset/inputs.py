"""What chapters are typeset with: the front page, layouts, and a memory for what is slow to make."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from report.cache.machine import versions

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parents[2] / "templates"

Remember = Callable[[str, Callable[[], bytes]], bytes]
"""``remember(key, make)`` gives what ``make()`` returned when it was last called under ``key``, or calls it."""


@dataclass(frozen=True)
class Meta:
    """The front of the write-up, as plain text. ``date`` is printed if given; the clock is never asked."""

    title: str
    subtitle: str = ""
    author: str = ""  # as the PDF's metadata say it
    lines: tuple[str, ...] = ()  # author, course
    budget: str = ""
    seeds: str = ""
    date: str = ""
    notices: tuple[str, ...] = ()
    abstract: str = ""
    language: str = "en"
    head: str = ""  # at the head of every page, the first included
    fresh: bool = False  # each chapter on a page of its own

    @property
    def facts(self) -> tuple[str, ...]:
        """What the reader must know about every number here."""
        return tuple(filter(None, (self.budget, self.seeds, self.date)))


def at_once(key: str, make: Callable[[], bytes]) -> bytes:
    """Remembers nothing."""
    return make()


def once(remember: Remember) -> Remember:
    """``remember``, asked once for each key: whoever asks for what another thread is making waits for it."""
    asked: dict[str, Future[bytes]] = {}
    asking = Lock()

    def remembered(key: str, make: Callable[[], bytes]) -> bytes:
        with asking:
            first, found = key not in asked, asked.setdefault(key, Future())
        if first:
            try:
                found.set_result(remember(key, make))
            except BaseException as error:
                found.set_exception(error)
        return found.result()

    return remembered


def key(*parts: str | bytes) -> str:
    """One key for all the parts, each with its length, so that no two lists of parts read alike."""
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()


def layout(name: str) -> jinja2.Template:
    """A page of ``templates/`` for the web, to be filled."""
    import jinja2

    pages = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    return pages.from_string((TEMPLATES / name).read_text(encoding="utf-8"))


@cache
def made_by(*packages: str) -> str:
    """The releases of the programs that set a page: what they make changes with them."""
    return " ".join(f"{name} {version}" for name, version in versions(packages).items())
