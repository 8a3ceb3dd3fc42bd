"""Keep results in folders that are complete, verified, or not there at all.

    <root>/3f/3fa9…/          an entry, named by its fingerprint: its files, and SHA256SUMS over them
    <root>/damaged/3fa9…      an entry that failed its checks, kept for whoever wants to look
    <root>/partial/3fa9…/     checkpoints of a trial that is running, or was cut off
    <root>/failed/3fa9….log   what a trial said that failed
    <root>/sources/5e….json   what was found in a source file (report.cache.modules); safe to lose
    <root>/slots/9b….json     the last entry of "the same" trial, with its duration; safe to lose

An entry is written under another name beside its place, brought to the disk, and published by one rename: whoever is
killed while publishing leaves nothing that counts, and of two processes that publish the same entry one wins and
neither is harmed. Every read is checked against the sums. SHA256SUMS is what ``sha256sum --check`` reads. Formats are
plain: JSON, and npz without pickles.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import json
import os
import re
import shutil
import time
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from report.cache.machine import environment
from report.cache.results import decode, encode, to_json
from report.errors import StoreError, Where
from report.model import Result

P = ParamSpec("P")
T = TypeVar("T")

SUMS = "SHA256SUMS"
_ABANDONED = 3600.0  # seconds after which nobody is still writing an entry
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_REMEDIES = {
    errno.ENOSPC: "Make room there (python build.py clean helps), or keep the results elsewhere: --store DIR.",
    errno.EDQUOT: "Your quota there is used up: make room, or keep the results elsewhere: --store DIR.",
    errno.EFBIG: "Files of that size are not allowed there: keep the results elsewhere: --store DIR.",
    errno.EACCES: "Get the right to write there, or keep the results elsewhere: --store DIR.",
    errno.EPERM: "Get the right to write there, or keep the results elsewhere: --store DIR.",
    errno.EROFS: "That disk cannot be written to: keep the results elsewhere: --store DIR.",
}


@dataclass(frozen=True)
class Damaged:
    """An entry that was set aside (or, in a read-only store, ignored), why, and where it is now."""

    fingerprint: str
    why: str
    path: Path


@dataclass(frozen=True)
class Stored:
    """A result read back, how long it took to compute, and the description that lies beside it."""

    result: Result
    seconds: float
    description: Mapping[str, Any]


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


class _Unsound(Exception):
    """An entry fails a check."""


def _says_what_to_do(method: Callable[P, T]) -> Callable[P, T]:
    """Turn what the operating system refuses into a ``StoreError`` that names the path and the remedy."""

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return method(*args, **kwargs)
        except OSError as error:
            remedy = _REMEDIES.get(error.errno or 0, "Check that path, or keep the results elsewhere: --store DIR.")
            root: Path = args[0].root  # type: ignore[attr-defined]
            what = f"the results cannot be kept or read: {error.strerror or error}"
            raise StoreError(what, where=Where(error.filename or root), remedy=remedy) from error

    return guarded


class Store:
    """The results below ``root``.

    With ``read_only`` nothing is written or moved there. ``damaged`` lists what failed its checks.
    """

    def __init__(self, root: Path, read_only: bool = False):
        self.root, self.read_only = Path(root), read_only
        self.damaged: list[Damaged] = []
        self._sound: dict[str, tuple] = {}  # entries verified by this process, with the state of their files then

    # --- entries: named files ---------------------------------------------------------------------------------------

    def path(self, fingerprint: str) -> Path:
        """Where the entry is, or would be."""
        if not _FINGERPRINT.fullmatch(fingerprint):
            raise ValueError(f"not a fingerprint (64 hex digits): {fingerprint!r}")
        return self.root / fingerprint[:2] / fingerprint

    @_says_what_to_do
    def get(self, fingerprint: str) -> dict[str, bytes] | None:
        """The files of an entry, verified; None if there is none, or none that is sound (then ``damaged`` says so)."""
        return self._checked(fingerprint, self._read)

    @_says_what_to_do
    def has(self, fingerprint: str) -> bool:
        """Whether there is a sound entry. Every byte is read, unless this process did so before and no file has changed."""
        folder = self.path(fingerprint)
        before = _state(folder)
        if before is None:
            return False
        if self._sound.get(fingerprint) == before:
            return True
        if self._checked(fingerprint, self._verify) is None:
            return False
        self._sound[fingerprint] = before
        return True

    @_says_what_to_do
    def put(self, fingerprint: str, files: Mapping[str, bytes], *, durable: bool = True) -> None:
        """Publish an entry. If a sound one is there already it stays, since equal fingerprints mean equal results.

        Without ``durable`` nothing waits for the disk (some 20 ms): for what is cheap to make again. If the power fails then,
        the sums tell.
        """
        final = self.path(fingerprint)
        if self.read_only:
            raise StoreError("this store is read-only", where=Where(self.root), remedy="Build without --read-only to compute.")
        for name in files:
            if not _FILE_NAME.fullmatch(name) or name == SUMS:
                raise ValueError(f"no name for a file of an entry: {name!r}")
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_name(f".{fingerprint[:16]}-{os.getpid()}-{uuid.uuid4().hex}")
        try:
            temporary.mkdir()
            for name, content in {**files, SUMS: _sums(files)}.items():
                _write(temporary / name, content, durable)
            if durable:
                _sync_folder(temporary)
            self._publish(temporary, fingerprint)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        if durable:
            _sync_folder(final.parent)

    def fingerprints(self) -> Iterator[str]:
        """All entries, sound or not."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(entry.name for entry in folder.iterdir() if _FINGERPRINT.fullmatch(entry.name))

    def _publish(self, temporary: Path, fingerprint: str) -> None:
        while True:
            try:
                temporary.replace(self.path(fingerprint))
                return
            except OSError as error:
                taken = error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR, errno.EACCES)
                if not taken or not os.path.lexists(self.path(fingerprint)):
                    raise
            if self._checked(fingerprint, self._verify):  # a damaged one is out of the way now
                return

    def _checked(self, fingerprint: str, reader: Callable[[Path], T]) -> T | None:
        folder = self.path(fingerprint)
        while True:
            number = _inode(folder)
            if number is None:
                return None
            try:
                return reader(folder)
            except _Unsound as problem:
                why = str(problem)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
                why = f"{Path(error.filename).name}: {error.strerror}"
            if _inode(folder) == number:  # else another process replaced it while we read
                self._set_aside(fingerprint, why)
                return None

    def _read(self, folder: Path) -> dict[str, bytes]:
        names = _listed(folder)
        return {name: _sound((folder / name).read_bytes(), name, digest) for name, digest in names.items()}

    def _verify(self, folder: Path) -> bool:
        for name, digest in _listed(folder).items():
            with (folder / name).open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != digest:
                    raise _Unsound(f"{name} is not what was written")
        return True

    def _set_aside(self, fingerprint: str, why: str) -> None:
        folder = self.path(fingerprint)
        self._sound.pop(fingerprint, None)
        if not self.read_only:
            aside = self.root / "damaged" / f"{fingerprint}-{uuid.uuid4().hex[:8]}"
            aside.parent.mkdir(exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                folder.replace(aside)
            folder = aside
        found = Damaged(fingerprint, why, folder)
        if found not in self.damaged:
            self.damaged.append(found)

    # --- results ----------------------------------------------------------------------------------------------------

    def load_result(self, fingerprint: str) -> Stored | None:
        """The result kept under ``fingerprint``; None if there is none that is sound."""
        files = self.get(fingerprint)
        if files is None:
            return None
        try:
            description = json.loads(files["description.json"])
            if description["fingerprint"] != fingerprint:
                raise ValueError(f"it belongs to {description['fingerprint']}")
            return Stored(decode(files), float(description["seconds"]), description)
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
            self._guarded_set_aside(fingerprint, f"its files do not make a result ({type(error).__name__}: {error})")
            return None

    def save_result(self, fingerprint: str, result: Result, seconds: float, description: Mapping[str, Any]) -> None:
        """Publish a result with its ``description`` (JSON data), to which the fingerprint and the environment are added.

        Raises ``DeclarationError`` for what has no plain form, and ``StoreError`` when it cannot be written.
        """
        described = {**description, "fingerprint": fingerprint, "seconds": seconds, "environment": environment()}
        self.put(fingerprint, {**encode(result), "description.json": to_json(described)})
        if "slot" in description:
            self._point(description["slot"], fingerprint, seconds)

    def description(self, fingerprint: str) -> Mapping[str, Any] | None:
        """What lies beside a result: the trial in words, the parts of its fingerprint, sources, environment."""
        files = self.get(fingerprint)
        try:
            return None if files is None else json.loads(files["description.json"])
        except (ValueError, KeyError):
            return None

    @_says_what_to_do
    def _guarded_set_aside(self, fingerprint: str, why: str) -> None:
        self._set_aside(fingerprint, why)

    # --- beside the results -----------------------------------------------------------------------------------------

    def partial(self, fingerprint: str) -> Path:
        """The folder for the checkpoints of a trial that is not finished; whoever writes there makes it."""
        return self.root / "partial" / self.path(fingerprint).name

    def failure(self, fingerprint: str) -> str | None:
        """What the last run of this very trial failed with, in a line, if it did."""
        try:
            lines = (self.root / "failed" / f"{fingerprint[:16]}.log").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return None
        return lines[1] if len(lines) > 1 else "it failed"

    def earlier(self, slot: str) -> Earlier | None:
        """The last entry published for ``slot``. A lost or broken pointer is as good as none."""
        try:
            read = json.loads(self._pointer(slot).read_bytes())
            return Earlier(str(read["fingerprint"]), float(read["seconds"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _pointer(self, slot: str) -> Path:
        return self.root / "slots" / f"{hashlib.sha256(slot.encode()).hexdigest()[:32]}.json"

    def _point(self, slot: str, fingerprint: str, seconds: float) -> None:
        pointer = self._pointer(slot)
        temporary = pointer.with_name(f".{pointer.name}-{uuid.uuid4().hex}")
        with contextlib.suppress(OSError):  # it only serves explanations and the order of running
            pointer.parent.mkdir(exist_ok=True)
            temporary.write_bytes(to_json({"fingerprint": fingerprint, "seconds": seconds}))
            temporary.replace(pointer)

    @_says_what_to_do
    def sweep(self, keep: Collection[str]) -> Swept:
        """Remove every entry that is not in ``keep``, and all that lies beside: damaged, partial, left over from a crash."""
        if self.read_only:
            raise StoreError("this store is read-only", where=Where(self.root), remedy="Clean it from where it is written.")
        doomed = [self.path(name) for name in self.fingerprints() if name not in keep]
        beside = [p for p in self.root.glob("partial/*") if p.name not in keep]
        beside += [path for name in ("damaged", "failed", "sources") for path in self.root.glob(f"{name}/*")]
        beside += self._left_over()
        size = sum(_size(path) for path in (*doomed, *beside))
        for entry in doomed:
            hidden = entry.with_name(f".{entry.name[:16]}-{uuid.uuid4().hex}")
            entry.replace(hidden)  # gone at one stroke for whoever reads
            beside.append(hidden)
        for path in beside:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        return Swept(len(doomed), size)

    def _left_over(self) -> list[Path]:
        """What killed processes left behind; what is younger may be somebody's who is writing now."""
        hidden = [*self.root.glob("[0-9a-f][0-9a-f]/.*"), *self.root.glob("slots/.*")]
        return [path for path in hidden if time.time() - path.lstat().st_mtime > _ABANDONED]


# --- files ----------------------------------------------------------------------------------------------------------------


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def _listed(folder: Path) -> dict[str, str]:
    """The files that SHA256SUMS lists, with their digests.

    Raises ``_Unsound`` unless it is well-formed and lists what is there.
    """
    text = (folder / SUMS).read_bytes()
    lines = [re.fullmatch(rb"([0-9a-f]{64})  ([A-Za-z0-9._-]+)", line) for line in text.splitlines()]
    listed = {m[2].decode(): m[1].decode() for m in lines if m}
    if "".join(f"{digest}  {name}\n" for name, digest in listed.items()).encode() != text:
        raise _Unsound(f"{SUMS} is not what was written")
    there = {path.name for path in folder.iterdir()} - {SUMS}
    for name in sorted(there ^ set(listed)):
        raise _Unsound(f"{name} is missing" if name in listed else f"{name} does not belong there")
    return listed


def _sound(content: bytes, name: str, digest: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != digest:
        raise _Unsound(f"{name} is not what was written")
    return content


def _inode(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def _state(folder: Path) -> tuple | None:
    try:
        with os.scandir(folder) as entries:
            stats = ((entry.name, entry.stat()) for entry in entries)
            return tuple(sorted((name, s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for name, s in stats))
    except (FileNotFoundError, NotADirectoryError):
        return () if os.path.lexists(folder) else None


def _write(path: Path, content: bytes, durable: bool) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        if durable:
            os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and need not be
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _size(path: Path) -> int:
    return sum(p.lstat().st_size for p in (path, *path.rglob("*")) if p.is_file())
