"""Results in plain formats: JSON that keeps types and what is not finite, npz without pickles, the environment in words."""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from report.errors import DeclarationError
from report.model import Result, Scalar

if TYPE_CHECKING:
    import numpy as np


def encode(result: Result) -> dict[str, bytes]:
    """The files of a result: ``result.json``, and ``arrays.npz`` where it has arrays. Raises ``DeclarationError``."""
    files = {"result.json": to_json(_encoded(result))}
    if result.arrays:
        files["arrays.npz"] = pack(result.arrays)
    return files


def decode(files: Mapping[str, bytes]) -> Result:
    """The result in ``files``.

    Raises ``ValueError``, ``KeyError``, ``TypeError``, ``AttributeError`` or ``BadZipFile`` if there is none.
    """
    read = json.loads(files["result.json"])
    return Result(
        scalars={name: _plain(value) for name, value in read["scalars"].items()},
        history={name: [_plain(value) for value in column] for name, column in read["history"].items()},
        arrays=unpack(files["arrays.npz"]) if "arrays.npz" in files else {},
        diverged=read["diverged"],
    )


def to_json(value: Any) -> bytes:
    """Strict JSON: no NaN, no Infinity, nothing turned into a string."""
    return (json.dumps(value, indent=1, allow_nan=False, default=_refuse) + "\n").encode()


def _refuse(value: Any) -> None:
    raise DeclarationError(f"no plain form for {type(value).__name__}: {value!r:.60}", remedy="Use plain data.")


def _encoded(result: Result) -> dict[str, Any]:
    lengths = {name: len(column) for name, column in result.history.items()}
    if len(set(lengths.values())) > 1:
        raise DeclarationError(f"the columns of a history must be equally long: {lengths}", remedy="Fill gaps with None.")
    names = [*result.scalars, *result.history, *result.arrays]
    for name in names:
        if type(name) is not str:
            raise DeclarationError(f"a name in a Result is no string: {name!r}", remedy="Names are strings.")
    return {
        "scalars": {name: _scalar(value, name) for name, value in result.scalars.items()},
        "history": {name: [_scalar(value, name) for value in column] for name, column in result.history.items()},
        "diverged": bool(result.diverged),
    }


def _scalar(value: Any, name: str) -> Any:
    """JSON for a scalar of exactly its type; JSON has no word for what is not finite, so that is ``{"float": "nan"}``."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        value = value.item()  # float32(0.1) is the double 0.10000000149…, exactly
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": repr(float(value))}
    if value is None or type(value) in (bool, int, float, str):
        return value
    raise DeclarationError(
        f"'{name}' in a Result is no scalar: {value!r:.60} ({type(value).__name__})",
        remedy="Scalars are None, bool, int, float or str; put arrays into 'arrays'.",
    )


def _plain(value: Any) -> Scalar:
    return float(value["float"]) if isinstance(value, dict) else value


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """An npz that ``numpy.load`` reads, the same bytes whenever it is written; ``numpy.savez`` cannot hold every name."""
    import numpy as np

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            array = np.asanyarray(array)
            if array.dtype.hasobject:
                raise DeclarationError(f"the array '{name}' holds Python objects", remedy="Give it a numeric or string dtype.")
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as member:
                np.lib.format.write_array(member, array, allow_pickle=False)
    return buffer.getvalue()


def unpack(content: bytes) -> dict[str, np.ndarray]:
    import numpy as np

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        arrays = {}
        for member in archive.infolist():
            with archive.open(member) as stream:
                arrays[member.filename.removesuffix(".npy")] = np.lib.format.read_array(stream, allow_pickle=False)
    return arrays
