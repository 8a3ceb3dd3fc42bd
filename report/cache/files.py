"""Files that are there whole or not at all: written under another name beside their place, and put there by one rename."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path


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
    return f".{name[:60]}-{os.getpid()}-{os.urandom(16).hex()}"


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


@dataclass(frozen=True)
class Memory:
    """A folder of small files that only save time: the damaged are not recalled, and what cannot be kept is made again."""

    folder: Path
    read_only: bool = False

    def recall(self, key: str) -> bytes | None:
        """What was kept under ``key`` (any text)."""
        try:
            digest, _, content = self._path(key).read_bytes().partition(b"\n")
        except (OSError, MemoryError):
            return None
        return content if hashlib.sha256(content).hexdigest().encode() == digest else None

    def keep(self, key: str, content: bytes) -> None:
        """Keep ``content`` under ``key``."""
        if not self.read_only:
            with contextlib.suppress(OSError):
                replace(self._path(key), hashlib.sha256(content).hexdigest().encode() + b"\n" + content)

    def _path(self, key: str) -> Path:
        return self.folder / hashlib.sha256(key.encode()).hexdigest()
