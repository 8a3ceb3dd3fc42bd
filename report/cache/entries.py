"""Folders of files that are complete, verified, or not there at all: ``<root>/3f/3fa9…/``, named by a fingerprint.

An entry holds its files, and SHA256SUMS over them, which is what ``sha256sum --check`` reads. It is written under
another name beside its place, brought to the disk, and published by one rename: whoever is killed while publishing leaves
nothing that counts, and of two processes that publish the same entry one wins and neither is harmed. Every read is checked
against the sums; what fails is moved to ``<root>/damaged/``, for whoever wants to look.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar

from report import files as on_disk
from report.cache import codec
from report.errors import StoreError, Where

Sound: TypeAlias = dict[str, dict[str, int]]  # names of files → entries that have these, with their state
P = ParamSpec("P")
T = TypeVar("T")

SUMS = "SHA256SUMS"
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_ABANDONED = 3600.0  # seconds after which nobody is still writing an entry
_RECENT = 10.0  # seconds within which a change may go unseen in a file's times, on any file system
_FILE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_ELSEWHERE = "keep the results elsewhere: --store DIR."
_REMEDIES = {
    errno.ENOSPC: f"Make room there (python build.py clean helps), or {_ELSEWHERE}",
    errno.EDQUOT: f"Your quota there is used up: make room, or {_ELSEWHERE}",
    errno.EFBIG: f"Files of that size are not allowed there: {_ELSEWHERE}",
    errno.EACCES: f"Get the right to write there, or {_ELSEWHERE}",
    errno.EPERM: f"Get the right to write there, or {_ELSEWHERE}",
    errno.EROFS: f"That disk cannot be written to: {_ELSEWHERE}",
    errno.ENOTDIR: f"A file stands where a folder is due: move it, or {_ELSEWHERE}",
    errno.ENOMEM: f"Free some memory; or, if an entry is that large, {_ELSEWHERE}",
}


@dataclass(frozen=True)
class Damaged:
    """An entry that was set aside (or, in a read-only store, ignored), why, and where it is now."""

    fingerprint: str
    why: str
    path: Path


class Unsound(Exception):
    """An entry fails a check."""


def says_what_to_do(method: Callable[P, T]) -> Callable[P, T]:
    """Turn what the operating system refuses into a ``StoreError`` that names the path and the remedy."""

    @functools.wraps(method)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        root: Path = args[0].root  # type: ignore[attr-defined]
        try:
            return method(*args, **kwargs)
        except MemoryError:
            raise refused(root, OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))) from None
        except OSError as error:
            raise refused(root, error) from error

    return guarded


def refused(root: Path, error: OSError) -> StoreError:
    """What the operating system refused, with the path and the remedy."""
    remedy = _REMEDIES.get(error.errno or 0, f"Check that path, or {_ELSEWHERE}")
    what = f"the results cannot be kept or read: {error.strerror or error}"
    return StoreError(what, where=Where(error.filename or root), remedy=remedy)


class Entries:
    """The entries below ``root``.

    With ``read_only`` nothing is written or moved there. ``damaged`` lists what failed its checks.
    """

    def __init__(self, root: Path, read_only: bool = False):
        self.root, self.read_only = Path(root), read_only
        self._folder, self._memory_of_sound = f"{self.root}{os.sep}", self.root / "sound.json"
        self.damaged: list[Damaged] = []
        self.asked_for: dict[str, None] = {}  # the entries that something here rests on, there or not
        self._lately: Sound = {}  # what was found sound, and has changed so lately that another change could go unseen
        self._found = False  # whether more was found sound than is remembered

    @says_what_to_do
    def check_place(self) -> None:
        """Raises ``StoreError`` where no folder can be, so that nobody computes first what cannot be kept."""
        if self.root.exists() and not self.root.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self.root))

    def path(self, fingerprint: str) -> Path:
        """Where the entry is, or would be."""
        return Path(self._place(fingerprint))

    def _place(self, fingerprint: str) -> str:
        if not FINGERPRINT.fullmatch(fingerprint):
            raise ValueError(f"not a fingerprint (64 hex digits): {fingerprint!r}")
        return f"{self._folder}{fingerprint[:2]}{os.sep}{fingerprint}"

    @says_what_to_do
    def get(self, fingerprint: str, *, without: Collection[str] = ()) -> dict[str, bytes] | None:
        """The files of an entry, verified; None if there is none, or none that is sound (then ``damaged`` says so)."""
        self.asked_for[fingerprint] = None
        return self._checked(fingerprint, lambda folder: self._read(folder, without))

    @says_what_to_do
    def has(self, fingerprint: str) -> bool:
        """Whether there is a sound entry. Every byte is read, unless that was done before and no file has changed since."""
        self.asked_for[fingerprint] = None
        place = self._place(fingerprint)
        for known in (self._sound, self._lately):
            for files, states in known.items():
                if fingerprint in states and states[fingerprint] == _state(_stats(place, files.split())):
                    return True
        if not os.path.lexists(place):
            return False
        names, now = _names(place), time.time()
        before = _stats(place, names)
        if self._checked(fingerprint, self._verify) is None:
            return False
        state = _state(before)
        if state is not None:
            settled = max(before[2::4] + before[3::4]) < (now - _RECENT) * 1e9
            (self._sound if settled else self._lately).setdefault(" ".join(names), {})[fingerprint] = state
            self._found |= settled
        return True

    @functools.cached_property
    def _sound(self) -> Sound:
        """What was found sound, by this process or an earlier one."""
        with contextlib.suppress(OSError, codec.Spoilt):
            return codec.read(Sound, self._memory_of_sound.read_bytes())
        return {}

    def remember_sound(self) -> None:
        """Spare the next process what this one has verified."""
        if self._found and not self.read_only:
            self._found = False
            with contextlib.suppress(OSError):  # it only saves time
                on_disk.replace(self._memory_of_sound, codec.written(self._sound))

    @says_what_to_do
    def put(self, fingerprint: str, files: Mapping[str, bytes], *, durable: bool = True) -> None:
        """Publish an entry. If a sound one is there already it stays, since equal fingerprints mean equal results.

        Without ``durable`` nothing waits for the disk (some 20 ms): for what is cheap to make again. If the power fails then,
        the sums tell.
        """
        final = self.path(fingerprint)
        if self.read_only:
            raise StoreError("this store is read-only", where=Where(self.root), remedy="Build without --frozen to compute.")
        for name in files:
            if not _FILE_NAME.fullmatch(name) or name == SUMS:
                raise ValueError(f"no name for a file of an entry: {name!r}")
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_name(on_disk.hidden(fingerprint[:16]))
        try:
            temporary.mkdir()
            for name, content in {**files, SUMS: _sums(files)}.items():
                on_disk.write(temporary / name, content, durable=durable)
            if durable:
                on_disk.sync_folder(temporary)
            self._publish(temporary, fingerprint)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        if durable:
            on_disk.sync_folder(final.parent)

    def remember(self, fingerprint: str, make: Callable[[], Mapping[str, bytes]]) -> Mapping[str, bytes]:
        """The files of an entry; where there is none, what ``make`` gives, kept for next time if anything may be kept."""
        kept = self.get(fingerprint)
        if kept is not None:
            return kept
        made = make()
        if not self.read_only:
            with contextlib.suppress(StoreError):  # having it is what matters
                self.put(fingerprint, made, durable=False)
        return made

    def fingerprints(self) -> Iterator[str]:
        """All entries, sound or not."""
        for folder in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            yield from sorted(entry.name for entry in folder.iterdir() if FINGERPRINT.fullmatch(entry.name))

    @says_what_to_do
    def set_aside(self, fingerprint: str, why: str) -> None:
        """Take an entry out of the way that is damaged, or whose files are what was written and yet of no use."""
        for states in (*self._sound.values(), *self._lately.values()):
            states.pop(fingerprint, None)
        folder = self.path(fingerprint)
        if not self.read_only:
            aside = self.root / "damaged" / f"{fingerprint}-{os.urandom(4).hex()}"
            aside.parent.mkdir(exist_ok=True)
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                folder.replace(aside)
            folder = aside
        found = Damaged(fingerprint, why, folder)
        if found not in self.damaged:
            self.damaged.append(found)

    def left_over(self) -> list[Path]:
        """What killed processes left behind; what is younger may be somebody's who is writing now."""
        hidden = self.root.glob("[0-9a-f][0-9a-f]/.*")
        return [path for path in hidden if time.time() - path.lstat().st_mtime > _ABANDONED]

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
            except Unsound as problem:
                why = str(problem)
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
                why = f"{Path(error.filename).name}: {error.strerror}"
            if _inode(folder) == number:  # else another process replaced it while we read
                self.set_aside(fingerprint, why)
                return None

    def _read(self, folder: Path, without: Collection[str] = ()) -> dict[str, bytes]:
        names = {name: digest for name, digest in _listed(folder).items() if name not in without}
        return {name: _sound((folder / name).read_bytes(), name, digest) for name, digest in names.items()}

    def _verify(self, folder: Path) -> bool:
        """Raises ``Unsound`` for an entry that is not what was written."""
        self._read(folder)
        return True


def _sums(files: Mapping[str, bytes]) -> bytes:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)).encode()


def _listed(folder: Path) -> dict[str, str]:
    """The files that SHA256SUMS lists, with their digests.

    Raises ``Unsound`` unless it is well-formed and lists what is there.
    """
    text = (folder / SUMS).read_bytes()
    lines = [re.fullmatch(rb"([0-9a-f]{64})  ([A-Za-z0-9._-]+)", line) for line in text.splitlines()]
    listed = {m[2].decode(): m[1].decode() for m in lines if m}
    if "".join(f"{digest}  {name}\n" for name, digest in listed.items()).encode() != text:
        raise Unsound(f"{SUMS} is not what was written")
    there = {path.name for path in folder.iterdir()} - {SUMS}
    for name in sorted(there ^ set(listed)):
        raise Unsound(f"{name} is missing" if name in listed else f"{name} does not belong there")
    return listed


def _sound(content: bytes, name: str, digest: str) -> bytes:
    if hashlib.sha256(content).hexdigest() != digest:
        raise Unsound(f"{name} is not what was written")
    return content


def _inode(path: Path) -> int | None:
    try:
        return path.lstat().st_ino
    except (FileNotFoundError, NotADirectoryError):
        return None


def _names(folder: str) -> list[str]:
    """The files of an entry; none if it is no folder."""
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        return sorted(path.name for path in Path(folder).iterdir())
    return []


def _stats(folder: str, names: Iterable[str]) -> list[int]:
    """What tells of a change in an entry: number, size and times of the folder, in which files may come and go, and of each
    file; of nothing, where one is missing."""
    stats: list[int] = []
    try:
        for path in (folder, *(f"{folder}{os.sep}{name}" for name in names)):
            s = os.stat(path)  # noqa: PTH116 (there may be very many, and a Path takes five times as long)
            stats += (s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return stats


def _state(stats: Iterable[int]) -> int | None:
    """One number for all of it, the same in every process; none for nothing."""
    return hash(tuple(stats)) if stats else None
