"""Where everything lies that is kept: the results, and what lies beside them. Nobody else builds a path below the store.

    <root>/3f/3fa9…/          an entry, named by its fingerprint: its files, and SHA256SUMS over them (report.cache.entries);
                              what the code of results says is an entry, too, once for all of them, under its digest
    <root>/damaged/3fa9…      an entry that failed its checks, kept for whoever wants to look
    <root>/partial/3fa9…/     a trial that is running, or was cut off: its checkpoint, and what it last said of its progress
    <root>/failed/3fa9….log   what a trial said that failed
    <root>/sound.json         entries that were found sound, with the times of their files then; safe to lose
    <root>/sources/5e…        what was found in a source file, and other things that are safe to lose
    <root>/slots/9b….json     the last entry of "the same" trial, with its duration; safe to lose

Formats are plain: JSON, and npz without pickles.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report import files
from report.cache import codec
from report.cache.entries import FINGERPRINT, Entries, Unsound, says_what_to_do
from report.cache.machine import environment
from report.cache.memory import Memory
from report.cache.results import ARRAYS, RESULT, decode, encode, unpack
from report.errors import StoreError, Where
from report.model import Result

if TYPE_CHECKING:
    import numpy as np

DESCRIPTION, CODE = "description.json", "code.json"


@dataclass(frozen=True)
class Stored:
    """A result read back, and how long it took to compute."""

    result: Result
    seconds: float


@dataclass(frozen=True)
class Earlier:
    """The last published entry of a slot."""

    fingerprint: str
    seconds: float


@dataclass(frozen=True)
class Swept:
    """What cleaning removed."""

    entries: int
    bytes: int


class Store(Entries):
    """The results below a folder, and what lies beside them."""

    # --- results ----------------------------------------------------------------------------------------------------

    def load_result(self, fingerprint: str) -> Stored | None:
        """The result kept under ``fingerprint``; None if there is none that is sound. Its arrays are read when somebody looks
        at them."""
        if not self.has(fingerprint):
            return None
        found = self.get(fingerprint, without=[ARRAYS])
        if found is None:
            return None
        try:
            description = _described(found, DESCRIPTION, fingerprint)
            seconds: float = codec.revived(float, description.get("seconds"))
            return Stored(decode(found, partial(self._arrays, fingerprint)), seconds)
        except codec.Spoilt as error:
            self.set_aside(fingerprint, f"its files do not make a result ({error})")
            return None

    def _arrays(self, fingerprint: str) -> dict[str, np.ndarray]:
        found = self.get(fingerprint)
        if found is None:
            raise StoreError("a result was damaged or deleted meanwhile", where=Where(self.root), remedy="Build again.")
        return unpack(found[ARRAYS]) if ARRAYS in found else {}

    def _verify(self, folder: Path) -> bool:
        found = self._read(folder)
        if DESCRIPTION in found and RESULT in found:
            try:
                decode(found)
            except codec.Spoilt as error:
                raise Unsound(f"its files do not make a result ({error})") from None
        return True

    def save_result(self, fingerprint: str, result: Result, seconds: float, description: Mapping[str, Any]) -> None:
        """Publish a result with its ``description`` (JSON data), to which the fingerprint and the environment are added.

        Raises ``DeclarationError`` for what has no plain form, and ``StoreError`` when it cannot be written.
        """
        described = {**description, "fingerprint": fingerprint, "seconds": seconds, "environment": environment()}
        self.put(fingerprint, {**encode(result), DESCRIPTION: codec.written(described)})
        if "slot" in description:
            self._point(self._pointer(description["slot"]), fingerprint, seconds)

    def point(self, slot: str, fingerprint: str) -> None:
        """Let ``slot``, if it has no entry yet, have this one: so a trial that was renamed is known again."""
        if self.read_only or (pointer := self._pointer(slot)).exists():
            return
        seconds = (self.description(fingerprint) or {}).get("seconds")
        if isinstance(seconds, float):
            self._point(pointer, fingerprint, seconds)

    def _point(self, pointer: Path, fingerprint: str, seconds: float) -> None:
        with contextlib.suppress(OSError):  # it only serves explanations and the order of running
            files.replace(pointer, codec.written(Earlier(fingerprint, seconds)))

    def description(self, fingerprint: str) -> Mapping[str, Any] | None:
        """What is known of a result: the trial in words, the parts of its fingerprint, sources, environment.

        None if nothing is; without *code* among the parts if what that said is lost.
        """
        described = self._described(fingerprint, DESCRIPTION)
        if described is None or "sources" in described:  # older entries have all of it
            return described
        code = self._described(described.get("sums", {}).get("code", ""), CODE) or {}
        return {**code, **described, "parts": {**described.get("parts", {}), **code.get("parts", {})}}

    def describe_code(self, digest: str, describe: Callable[[], Mapping[str, Any]]) -> None:
        """Keep what the code of results says, whose part of their fingerprints is ``digest``, unless it is there and sound."""
        if not self.has(digest) and not self.read_only:
            with contextlib.suppress(StoreError):  # it only serves explanations
                self.put(digest, {CODE: codec.written({**describe(), "fingerprint": digest})}, durable=False)

    def _described(self, fingerprint: str, file: str) -> Mapping[str, Any] | None:
        found = self.get(fingerprint) if FINGERPRINT.fullmatch(fingerprint) else None
        try:
            return None if found is None else _described(found, file, fingerprint)
        except codec.Spoilt as error:
            self.set_aside(fingerprint, f"its files describe nothing ({error})")
            return None

    def earlier(self, slot: str) -> Earlier | None:
        """The last entry published for ``slot``. A lost or broken pointer is as good as none."""
        try:
            found: Earlier = codec.read(Earlier, self._pointer(slot).read_bytes())
        except (OSError, codec.Spoilt):
            return None
        return found if FINGERPRINT.fullmatch(found.fingerprint) else None

    def _pointer(self, slot: str) -> Path:
        return self.root / "slots" / f"{hashlib.sha256(slot.encode()).hexdigest()[:32]}.json"

    # --- beside the results -----------------------------------------------------------------------------------------

    def partial(self, fingerprint: str) -> Path:
        """The folder of a trial that is not finished; whoever writes there makes it."""
        return self.root / "partial" / self.path(fingerprint).name

    def checkpoint(self, fingerprint: str) -> Path:
        """Where a trial that is not finished keeps its state."""
        return self.partial(fingerprint) / "checkpoint"

    def progress(self, fingerprint: str) -> Path:
        """Where a trial that is running says how far it has come."""
        return self.partial(fingerprint) / "progress.json"

    @says_what_to_do
    def forget_progress(self, fingerprint: str) -> None:
        """What a run that was cut off had said is no news of the next."""
        self.progress(fingerprint).unlink(missing_ok=True)

    def interrupted(self, fingerprint: str) -> bool:
        """Whether this very trial was cut off, and can go on."""
        return self.checkpoint(fingerprint).exists()

    def forget_partial(self, fingerprint: str) -> None:
        """The trial is finished: what it kept on the way is not needed any more."""
        shutil.rmtree(self.partial(fingerprint), ignore_errors=True)

    def log(self, fingerprint: str) -> Path:
        """The log of this very trial's last run, if that failed."""
        return self.root.absolute() / "failed" / f"{self.path(fingerprint).name[:16]}.log"

    def failed(self, fingerprint: str, label: str, reason: str, details: str) -> Path | None:
        """Keep what a trial said that failed; where that is, or None if it cannot be kept."""
        try:
            text = f"{label}\n{reason}\n\n{details}"
            files.replace(self.log(fingerprint), text.encode(errors="backslashreplace"))
        except OSError:
            return None
        return self.log(fingerprint)

    def failure(self, fingerprint: str) -> str | None:
        """What the last run of this very trial failed with, in a line, if it did."""
        try:
            lines = self.log(fingerprint).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return None
        return lines[1] if len(lines) > 1 else "it failed"

    def memory(self, name: str) -> Memory:
        """A memory of things that only save time; with ``read_only`` it can be asked, and is told nothing."""
        return Memory(self.root / name, self.read_only)

    @says_what_to_do
    def sweep(self, keep: Collection[str]) -> Swept:
        """Remove every entry that is not in ``keep``, and all that lies beside: damaged, partial, left over from a crash."""
        if self.read_only:
            raise StoreError("this store is read-only", where=Where(self.root), remedy="Clean it from where it is written.")
        doomed = [self.path(name) for name in self.fingerprints() if name not in keep]
        beside = [p for p in self.root.glob("partial/*") if p.name not in keep]
        beside += [path for name in ("damaged", "failed", "sources") for path in self.root.glob(f"{name}/*")]
        beside += self.left_over()
        size = sum(_size(path) for path in (*doomed, *beside))
        for entry in doomed:
            hidden = entry.with_name(files.hidden(entry.name[:16]))
            entry.replace(hidden)  # gone at one stroke for whoever reads
            beside.append(hidden)
        for path in beside:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        return Swept(len(doomed), size)


def _described(found: Mapping[str, bytes], file: str, fingerprint: str) -> Mapping[str, Any]:
    if file not in found:
        raise codec.Spoilt(f"no {file}")
    description = codec.parsed(found[file])
    if not isinstance(description, dict):
        raise codec.Spoilt(f"{file} describes nothing")
    if description.get("fingerprint") != fingerprint:
        raise codec.Spoilt(f"it belongs to {description.get('fingerprint')!r:.80}")
    return description


def _size(path: Path) -> int:
    return sum(p.lstat().st_size for p in (path, *path.rglob("*")) if p.is_file())
