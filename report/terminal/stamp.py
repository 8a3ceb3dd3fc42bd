"""Nothing changed: what a build read and wrote, remembered, so that the next one need not even begin.

The stamp holds the state of every file of the project, of the data, of the entries of the store that were asked for (those
that were not there, too) and of the pages; the installed packages, the machine, and what was asked for. If all of that is as it
was, so are the pages; and if it is but for prose, so is what was found: results, proofs, verdicts. A file whose times are so
recent that another edit may bear the same ones is compared by content as well. Where anything is in doubt the build looks at
everything itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from report import files
from report.cache.machine import distinctive
from report.terminal.cli import Settings
from report.typeset.publish import FOUND, STAMP

RECENT = 10**10  # nanoseconds within which an edit may go unseen in a file's times, on any file system
MOST = 20_000  # files of a project; of more, looking at each is no shortcut
INDIFFERENT = ("jobs", "quiet", "force", "scheduler", "browser", "json")  # settings that change no page
PAGES = "writeups"  # which change nothing of what is found: what pages rest on is found whichever are asked for
DECISIVE = ("REPORT_", "PYTHON", "PYPANDOC", "TYPST", "SOURCE_DATE_EPOCH", "LC_", "LANG", "TZ", "HOME")

Seen = list[Any] | None  # size, times, number and, of what was changed just now, digest; None for what is not there


@dataclass(frozen=True)
class Stamp:
    """A build that ended: what it said, its exit code, and all that both rest on."""

    said: str
    code: int
    pages_asked: list[str]  # for: the names of the write-ups
    asked: str
    data: list[str]  # files and folders
    inputs: Mapping[str, Seen]
    entries: Mapping[str, Seen]  # of the store
    pages: Mapping[str, Seen]
    found: str  # the digest of what was found


class Unsure(Exception):
    """There is too much to look at."""


class Glance:
    """What a build finds at its beginning; at its end, ``keep`` compares."""

    def __init__(self, root: Path, settings: Settings):
        self._root, self._settings, self._file = root, settings, settings.out / STAMP
        self._asked = _asked(settings)
        self._last: Stamp | None = None  # whose entries of the store have not changed
        self._data: list[str] = []
        self._inputs: dict[str, Seen] = {}
        self._sure = True
        self._note(self._project)

    def same(self) -> Stamp | None:
        """The stamp of the last build, if nothing has changed since."""
        try:
            last = Stamp(**json.loads(self._file.read_bytes()))
            if last.asked != self._asked or not self._sure:
                return None
            entries = _states(last.entries)
            if not _unchanged(last.entries, entries):
                return None
            self._last = replace(last, entries=entries)
            if last.pages_asked != list(self._settings.writeups):
                return None
            inputs, pages = self._inputs | _states(last.data), _states(last.pages)
            if not (_unchanged(last.inputs, inputs) and _unchanged(last.pages, pages)):
                return None
        except (OSError, Unsure, ValueError, TypeError, AttributeError, LookupError, RecursionError):
            return None  # whatever is wrong with it
        now = replace(self._last, inputs=inputs, pages=pages)
        if now != last:  # what was changed just then need not be compared by content for ever
            self._write(now)
        return last

    def found(self) -> bytes | None:
        """What the last build found, if nothing but prose has changed since, or which pages are asked for; ask when everything
        but prose has been read."""
        if self._last is None:
            return None
        try:
            content = self._found.read_bytes()
            same = _unchanged(self._without_prose(self._last.inputs), self._without_prose(self._now()))
        except (OSError, Unsure):
            return None
        return content if same and hashlib.sha256(content).hexdigest() == self._last.found else None

    def look_at_data(self, paths: Iterable[Path]) -> None:
        """Before anything there is read."""
        self._data = sorted(map(str, paths))
        self._note(lambda: _states(self._data))

    def keep(self, said: str, code: int, pages: Mapping[str, bytes], entries: Iterable[Path], found: bytes) -> None:
        """Stamp a build that left nothing undone; unless something was saved meanwhile, which it may have read or not.
        ``found`` is what the next one is given if prose alone changes."""
        digest = hashlib.sha256(found).hexdigest()
        again = self._last is not None and self._last.found == digest
        try:
            if not self._sure or not _unchanged(self._inputs, self._now()):
                return
            looked_up: dict[str, Seen] = dict(self._last.entries) if self._last and again else {}
            for entry in entries:
                looked_up |= _entry(entry)
            published = {self._settings.out / name: content for name, content in pages.items()}
            states = {str(path): _state(path) for path in published}
            if any(path.read_bytes() != content for path, content in published.items()):
                return
            if not again:
                files.replace(self._found, found)
        except (OSError, Unsure):
            return
        self._write(
            Stamp(said, code, list(self._settings.writeups), self._asked, self._data, self._inputs, looked_up, states, digest)
        )

    def forget(self) -> None:
        """The pages are about to change."""
        with suppress(OSError):
            self._file.unlink()

    def _write(self, stamp: Stamp) -> None:
        with suppress(OSError):
            files.replace(self._file, json.dumps(vars(stamp)).encode())

    def _now(self) -> dict[str, Seen]:
        return self._project() | _states(self._data)

    def _without_prose(self, inputs: Mapping[str, Seen]) -> dict[str, Seen]:
        return {name: state for name, state in inputs.items() if not is_prose(Path(name), self._root)}

    @property
    def _found(self) -> Path:
        return self._settings.out / FOUND

    def _note(self, look: Callable[[], dict[str, Seen]]) -> None:
        try:
            self._inputs |= look()
        except (OSError, Unsure):
            self._sure = False

    def _project(self) -> dict[str, Seen]:
        """Every file that may be imported or read as a template."""
        kept = {self._settings.out, self._settings.store}
        found: dict[str, Seen] = {}
        for path in sorted(self._root.iterdir()):
            if path.name.startswith(".") or path in kept:
                continue
            if path.suffix == ".py":
                found[str(path)] = _state(path)
            elif path.is_dir() and holds_sources(path):
                found |= _below(path, kept)
        return found


def holds_sources(folder: Path) -> bool:
    """Whether anything in it may be imported, or read as a template."""
    return folder.name == "templates" or any(folder.glob("*.py"))


def is_prose(path: Path, root: Path) -> bool:
    """Whether nothing but the pages rests on it: no result, no proof and no verdict."""
    return path.suffix != ".py" and path.is_relative_to(root / "templates")


def _asked(settings: Settings) -> str:
    """What was asked for but the pages, of which Python with which packages, where: a package of another version has a folder
    of another name."""
    asked = {name: repr(value) for name, value in vars(settings).items() if name not in (*INDIFFERENT, PAGES)}
    environment = {name: value for name, value in os.environ.items() if name.startswith(DECISIVE)}
    python = [sys.version, sys.executable, sys.prefix, [_packages(folder) for folder in sys.path[1:]]]
    text = json.dumps([asked, environment, python, distinctive(), str(Path.cwd())], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _packages(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries]
    except OSError:
        return []
    return [folder, *sorted(name for name in names if name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth")))]


def _below(folder: Path, leave: Collection[Path] = ()) -> dict[str, Seen]:
    """The states of all files below the folder, but hidden ones and compiled code."""
    found: dict[str, Seen] = {}
    for name, folders, names in os.walk(folder, followlinks=True):
        place = Path(name)
        folders[:] = [f for f in folders if not f.startswith(".") and f != "__pycache__" and place / f not in leave]
        found |= {str(place / file): _state(place / file) for file in names if not file.startswith(".")}
        if len(found) > MOST:
            raise Unsure
    return found


def _states(names: Iterable[str]) -> dict[str, Seen]:
    return {name: _state(Path(name)) for name in names}


def _entry(folder: Path) -> dict[str, Seen]:
    """The states of an entry's files, and of its folder, which tells of files that come or go; or that there is none."""
    found = {str(folder): _state(folder)}
    if found[str(folder)] is not None:
        found |= {str(path): _state(path) for path in folder.iterdir()}
    return found


def _state(path: Path) -> Seen:
    try:
        stat = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    times = [stat.st_mtime_ns, stat.st_ctime_ns]
    recent = path.is_file() and max(times) > time.time_ns() - RECENT
    return [stat.st_size, *times, stat.st_ino, _digest(path) if recent else ""]


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _unchanged(before: Mapping[str, Seen], now: Mapping[str, Seen]) -> bool:
    return before.keys() == now.keys() and all(_same(name, state, now[name]) for name, state in before.items())


def _same(name: str, before: Seen, now: Seen) -> bool:
    if before is None or now is None:
        return before is now
    return before[:4] == now[:4] and (not before[4] or before[4] == (now[4] or _digest(Path(name))))
