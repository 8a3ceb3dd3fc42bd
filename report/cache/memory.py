"""What only saves time, kept in small files."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from pathlib import Path

from report.files import replace


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
