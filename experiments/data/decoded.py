"""Decoded data sets: four arrays as plain ``.npy`` files beside the data set, opened as memory maps in milliseconds.

    decoded/mnist.json              the record: where the arrays came from, their SHA-256 sums, the file stamps
    decoded/mnist-<digest>/*.npy    train_images, train_labels, test_images, test_labels

The record is replaced by one ``os.replace``, and only after the arrays are on the disk: a reader finds a whole data set or
none. A stamp is a file's size, inode, modification and change time. While the stamps are those of the record, the arrays are
taken to be what was hashed; a program can set the modification time back, but not the change time. When a stamp differs
(a copied folder, an edited file) the arrays are hashed again before anyone reads them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from experiments.data.files import sha256, stamps
from report import files as on_disk
from report.files import UNFINISHED

ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")


@dataclass(frozen=True)
class Record:
    """What the arrays of one decoded data set are, and where they came from.

    ``sums``: array → SHA-256 of its file. ``stamps``: array → file stamp when that sum was taken. ``origin``: the source
    files and folders (relative to the data folder) → modification time when they were read.
    """

    name: str
    source: str
    stand_in: bool
    classes: tuple[str, ...]
    sums: dict[str, str]
    stamps: dict[str, list[int]]
    origin: dict[str, int]

    @property
    def digest(self) -> str:
        """The digest (64 hex digits) of all that a trial can see; a stand-in never has the digest of the real thing."""
        seen = [self.name, self.stand_in, list(self.classes), [self.sums[name] for name in ARRAYS]]
        return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def folder(record: Record, root: Path) -> Path:
    """Where the arrays of ``record`` lie."""
    return root / "decoded" / f"{record.name}-{record.digest[:16]}"


def array_files(record: Record, root: Path) -> list[Path]:
    """The files of the four arrays."""
    return list(_array_files(folder(record, root)).values())


def read_record(name: str, root: Path) -> Record | None:
    """The record of a decoded data set, or None when there is none, or a damaged one (then it is decoded anew)."""
    try:
        fields = json.loads(_record_file(name, root).read_text())
        record = Record(**{**fields, "classes": tuple(fields["classes"])})
        return record if set(record.sums) == set(record.stamps) == set(ARRAYS) else None
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError, KeyError):
        return None


def intact(record: Record, root: Path, *, thorough: bool = False) -> bool:
    """Are the arrays the ones that were hashed? Costs four stats; hashes where a stamp differs, or all if ``thorough``."""
    files = _array_files(folder(record, root))
    try:
        now = {name: _stamp(file) for name, file in files.items()}
        if now == record.stamps and not thorough:
            return True
        if any(sha256(file) != record.sums[name] for name, file in files.items()):
            return False
    except (FileNotFoundError, NotADirectoryError):
        return False
    if now != record.stamps:
        _try_to_write_record(replace(record, stamps=now), root)
    return True


def origin_changed(record: Record, root: Path) -> bool:
    """Was a source file written to since it was read? One that is gone is not missed: the decoded arrays stand for it."""
    now = stamps((root / name for name in record.origin), root)
    return any(record.origin[name] != time for name, time in now.items())


def open_arrays(record: Record, root: Path) -> dict[str, np.ndarray]:
    """The four arrays, memory-mapped and read-only."""
    return {name: np.load(file, mmap_mode="r") for name, file in _array_files(folder(record, root)).items()}


def publish(
    name: str,
    root: Path,
    arrays: Mapping[str, np.ndarray],
    *,
    classes: tuple[str, ...],
    source: str,
    stand_in: bool = False,
    origin: Mapping[str, int],
) -> Record:
    """Write the four arrays, then the record; drop what was decoded for ``name`` before. Raises ``OSError``."""
    (root / "decoded").mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=root / "decoded"))
    unfinished.chmod(0o755)  # temporary folders are private; a data folder may be shared
    try:
        for array, file in _array_files(unfinished).items():
            _save(arrays[array], file)
        sums = {array: sha256(file) for array, file in _array_files(unfinished).items()}
        record = Record(name, source, stand_in, classes, sums, {}, dict(origin))
        _move_folder(unfinished, folder(record, root))
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    now = {array: _stamp(file) for array, file in _array_files(folder(record, root)).items()}
    record = replace(record, stamps=now)
    _write_record(record, root)
    for old in (root / "decoded").glob(f"{name}-*"):
        if old != folder(record, root):
            shutil.rmtree(old, ignore_errors=True)
    return record


def _array_files(place: Path) -> dict[str, Path]:
    return {name: place / f"{name}.npy" for name in ARRAYS}


def _record_file(name: str, root: Path) -> Path:
    return root / "decoded" / f"{name}.json"


def _write_record(record: Record, root: Path) -> None:
    on_disk.replace(_record_file(record.name, root), json.dumps(asdict(record), indent=1).encode(), durable=True)


def _try_to_write_record(record: Record, root: Path) -> None:
    """In a read-only folder the arrays are hashed at every opening instead: slower, and as sound."""
    with contextlib.suppress(OSError):
        _write_record(record, root)


def _stamp(file: Path) -> list[int]:
    status = file.stat()
    return [status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns]


def _save(array: np.ndarray, file: Path) -> None:
    with file.open("wb") as stream:
        np.save(stream, array, allow_pickle=False)
        stream.flush()
        os.fsync(stream.fileno())


def _move_folder(unfinished: Path, final: Path) -> None:
    """A folder cannot be renamed onto one that is not empty: the old one (damaged, or the same) steps aside first."""
    if final.exists():
        aside = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=final.parent))
        final.replace(aside / final.name)
        unfinished.replace(final)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        unfinished.replace(final)
