"""Results in plain formats: JSON that keeps types and what is not finite, npz without pickles."""

from __future__ import annotations

import io
import math
import zipfile
from collections import UserDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from report.cache import codec
from report.errors import DeclarationError
from report.model import Result, Scalar

if TYPE_CHECKING:
    import numpy as np


RESULT, ARRAYS = "result.json", "arrays.npz"


@dataclass(frozen=True)
class _Written:
    """What ``result.json`` holds."""

    scalars: dict[str, Scalar]
    history: dict[str, list[Scalar]]
    diverged: bool


class Later(UserDict[str, "np.ndarray"]):
    """Arrays that are read when somebody looks at them."""

    def __init__(self, read: Callable[[], dict[str, np.ndarray]]):
        self._read = read

    @cached_property
    def data(self) -> dict[str, np.ndarray]:  # type: ignore[override]
        return self._read()


def encode(result: Result) -> dict[str, bytes]:
    """The files of a result: ``result.json``, and ``arrays.npz`` where it has arrays. Raises ``DeclarationError``."""
    files = {RESULT: codec.written(_checked(result))}
    if result.arrays:
        files[ARRAYS] = pack(result.arrays)
    return files


def decode(files: Mapping[str, bytes], arrays: Callable[[], dict[str, np.ndarray]] | None = None) -> Result:
    """The result in ``files``; ``arrays`` reads those later. Raises ``Spoilt`` if there is none."""
    if RESULT not in files:
        raise codec.Spoilt(f"no {RESULT}")
    read: _Written = codec.read(_Written, files[RESULT])
    now = unpack(files[ARRAYS]) if ARRAYS in files else {}
    return Result(read.scalars, read.history, Later(arrays) if arrays else now, read.diverged)


def _checked(result: Result) -> _Written:
    lengths = {name: len(column) for name, column in result.history.items()}
    if len(set(lengths.values())) > 1:
        raise DeclarationError(f"the columns of a history must be equally long: {lengths}", remedy="Fill gaps with None.")
    for name in (*result.scalars, *result.history, *result.arrays):
        if type(name) is not str:
            raise DeclarationError(f"a name in a Result is no string: {name!r}", remedy="Names are strings.")
    diverged = _scalar(result.diverged, "diverged")
    if not isinstance(diverged, bool):
        remedy = "Say diverged=True or diverged=False, as by diverged=not math.isfinite(loss)."
        raise DeclarationError(f"'diverged' in a Result is no bool: {diverged!r:.60}", remedy=remedy)
    return _Written(
        {name: _scalar(value, name) for name, value in result.scalars.items()},
        {name: [_scalar(value, name) for value in column] for name, column in result.history.items()},
        diverged,
    )


def _scalar(value: Any, name: str) -> Scalar:
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        value = value.item()  # float32(0.1) is the double 0.10000000149…, exactly
    if isinstance(value, str) and value.encode(errors="replace") != value.encode(errors="surrogatepass"):
        raise DeclarationError(f"'{name}' in a Result is a text that is not Unicode: {value!r:.60}", remedy="Decode it first.")
    if value is None or isinstance(value, float) or type(value) in (bool, int, str):
        return value
    raise DeclarationError(
        f"'{name}' in a Result is no scalar: {value!r:.60} ({type(value).__name__})",
        remedy="Scalars are None, bool, int, float or str; put arrays into 'arrays'.",
    )


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """An npz that ``numpy.load`` reads, the same bytes whenever it is written; ``numpy.savez`` cannot hold every name."""
    import numpy as np

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            array = np.asanyarray(array)
            if array.dtype.hasobject or array.dtype.names:
                raise DeclarationError(f"the array '{name}' holds Python objects or records", remedy="Give it a numeric dtype.")
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, np.ndarray]:
    """The arrays that ``pack`` wrote. Raises ``Spoilt``, before memory is asked for that the content does not fill."""
    import numpy as np

    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.compress_type != zipfile.ZIP_STORED or member.file_size > len(content):
                    raise codec.Spoilt(f"{member.filename} is not as it was written")
                name = member.filename.removesuffix(".npy")
                data = archive.read(member)
                _refuse_promises(data, name)
                arrays[name] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    except codec.Spoilt:
        raise
    except Exception as error:  # zipfile and numpy raise a dozen kinds at bytes that are not theirs
        raise codec.Spoilt(f"{type(error).__name__}: {error}") from error
    return arrays


def _refuse_promises(data: bytes, name: str) -> None:
    """An array's header says how large it is: it must be as large as what follows."""
    import numpy as np

    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = header[version](stream)
    if math.prod(shape) * dtype.itemsize != len(data) - stream.tell() or dtype.hasobject:
        raise codec.Spoilt(f"the array '{name}' is not as large as it says")
