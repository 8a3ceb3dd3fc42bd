"""Contexts for trials that are called directly, without a store."""

from __future__ import annotations


class Silent:
    """Nobody watches, and nothing is resumed."""

    def progress(self, done: int, total: int, **numbers: float) -> None: ...

    def checkpoint(self, state: bytes) -> None: ...

    def resume(self) -> bytes | None:
        return None
