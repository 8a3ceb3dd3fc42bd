"""Wait for an author to save something."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

WATCHED = ("*.py", "report/**/*.py", "experiments/**/*.py", "theory/**/*.py", "templates/**/*")
PAUSE = 0.05  # seconds: a look at all files takes a few milliseconds


def saves(root: Path) -> Iterator[frozenset[Path]]:
    """The files that were saved, added or deleted since this was called, or since the last time, whenever there are any.

    Call it before reading the files, and nothing that is saved while they are read goes unseen.
    """
    return _changes(root, _times(root))


def _changes(root: Path, before: dict[Path, int]) -> Iterator[frozenset[Path]]:
    while True:
        now = _times(root)
        changed = {path for path, _ in before.items() ^ now.items()}
        before = now
        if changed:
            yield frozenset(changed)
        else:
            time.sleep(PAUSE)


def _times(root: Path) -> dict[Path, int]:
    """When each file was written, in nanoseconds."""
    found = {}
    for pattern in WATCHED:
        for path in root.glob(pattern):
            with contextlib.suppress(FileNotFoundError):  # an editor replaces a file by deleting it first
                found[path] = path.stat().st_mtime_ns
    return found
