"""Files that are there whole or not at all: written under another name beside their place, and put there by one rename."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

UNFINISHED = ".part-"
"""How the names of files and folders begin that nobody may read yet."""


def replace(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Put ``content`` in the place of ``path``: whoever reads finds the old or the new. ``durable`` waits for the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(hidden(path.name))
    try:
        write(beside, content, durable=durable)
        beside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise


def hidden(name: str) -> str:
    """A name beside ``name`` that nobody else has, and that no reader looks at."""
    return f"{UNFINISHED}{name[:60]}-{os.getpid()}-{os.urandom(16).hex()}"


def write(path: Path, content: bytes, *, durable: bool = False) -> None:
    """A new file."""
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        if durable:
            os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in ``folder`` are on the disk."""
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
