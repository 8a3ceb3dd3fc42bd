"""Files of data sets, handled with care: written whole or not at all, verified, unpickled without trust."""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

try:
    import fcntl
except ImportError:  # Windows: two processes that prepare at once do the work twice, and publish the same
    fcntl = None  # type: ignore[assignment]

import numpy as np

from report.errors import DataError
from report.files import UNFINISHED

Reporter = Callable[[str], None]
Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Found:
    """A data set as it lies in the data folder: what it is in words, its files (or folders), and how it is read.

    ``read`` verifies, and raises ``DataError`` that names what is corrupt.
    """

    source: str
    files: tuple[Path, ...]
    read: Callable[[Reporter], Arrays]


@contextlib.contextmanager
def locked(folder: Path, report: Reporter) -> Iterator[None]:
    """Within: no other process is in the same block for this folder. The system frees the lock of a killed process."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a") as lock:
        if fcntl is not None:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                report(f"another process prepares {folder}: waiting for it")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def sweep(*folders: Path) -> None:
    """Remove what a killed process left unfinished. Only for the holder of the lock: nobody else is writing then."""
    for leftover in (entry for folder in folders for entry in folder.glob(f"{UNFINISHED}*")):
        if leftover.is_dir():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)


def stamps(files: Iterable[Path], root: Path) -> dict[str, int]:
    """File or folder (relative to ``root``) → modification time in ns: enough to notice a change. Absent ones are left out."""
    return {file.relative_to(root).as_posix(): file.stat().st_mtime_ns for file in files if file.exists()}


def md5(content: bytes) -> str:
    """The sum by which data sets of that age are known; it guards against damage, not against forgery."""
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def sha256(file: Path) -> str:
    """The SHA-256 sum of a file's content, 64 hex digits."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class Unavailable(Exception):
    """One way to fetch a data set is closed; the message says why in a few words."""


def corrupt(file: Path, why: str) -> DataError:
    """The error for a file that the user supplied: it is neither used nor silently replaced."""
    return DataError(f"{file} is corrupt: {why}", remedy=f"Delete '{file}' and run: python build.py data")


def load_arrays(pickled: bytes) -> Any:
    """Unpickle containers of NumPy arrays, and nothing else: no other name can be looked up."""
    return _ArraysOnly(io.BytesIO(pickled), encoding="latin1").load()


class _ArraysOnly(pickle.Unpickler):
    # Old pickles spell the module of _reconstruct as NumPy 1 did; going by the name alone reads them with any NumPy.
    NAMES = {"_reconstruct": np.empty(0).__reduce__()[0], "ndarray": np.ndarray, "dtype": np.dtype}  # noqa: RUF012

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] != "numpy" or name not in self.NAMES:
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a data set")
        return self.NAMES[name]
