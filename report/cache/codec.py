"""Frozen dataclasses as JSON and back, driven by the types of their fields.

A noun is written as an object of its fields. What is read must fit the types, every field there and no other: whatever
does not is ``Spoilt``, never half a noun. Known are None, bool, int, float, str, enums, ``Literal``, tuples, lists,
mappings from strings, dataclasses, unions of these and ``Any`` (plain data, as it is). JSON has no word for what is not
finite, so that is ``{"float": "nan"}``.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from report.errors import DeclarationError

T = TypeVar("T")


class Spoilt(ValueError):
    """What was kept does not make the noun that is due."""


def written(noun: Any, indent: int | None = 1) -> bytes:
    """``noun`` as JSON, the same bytes whenever it is written; without ``indent`` on one line, which is quicker.

    Raises ``DeclarationError`` for what has no plain form.
    """
    return (json.dumps(plain(noun), ensure_ascii=False, indent=indent, allow_nan=False) + "\n").encode(errors="surrogatepass")


def read(kind: type[T] | Any, content: bytes) -> T:
    """The ``kind`` that was ``written``. Raises ``Spoilt``, and nothing else."""
    return revived(kind, parsed(content))


def parsed(content: bytes) -> Any:
    """Strict JSON: no NaN, no Infinity, and not so deep that nobody can have meant it. Raises ``Spoilt``."""
    try:
        return json.loads(content.decode(errors="surrogatepass"), parse_constant=_no_json)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Spoilt(f"no JSON: {str(error) or type(error).__name__}") from None


def plain(value: Any, odd: Callable[[float], Any] = lambda number: {"float": repr(float(number))}) -> Any:
    """``value`` as lists, dictionaries and scalars; NumPy's numbers as Python's; ``odd`` stands for what is not finite."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0:
        value = value.item()  # float32(0.1) is the double 0.10000000149…, exactly
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float) and not math.isfinite(value):
        return odd(value)
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name), odd) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return {str(key): plain(part, odd) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part, odd) for part in value]
    raise DeclarationError(f"no plain form for {type(value).__name__}: {value!r:.60}", remedy="Use plain data.")


def revived(kind: type[T] | Any, value: Any) -> T:
    """The ``kind`` whose plain form is ``value``. Raises ``Spoilt``."""
    try:
        return _reader(kind)(value)  # type: ignore[arg-type, no-any-return]
    except RecursionError:
        raise Spoilt("nested too deep") from None


_Reader = Callable[[Any], Any]


@functools.cache
def _reader(kind: Any) -> _Reader:
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return _finite_or_not
    if origin is Callable:
        return lambda value: _refuse("no function", value)
    if origin is Literal:
        return lambda value: value if value in inner and type(value) in map(type, inner) else _refuse(kind, value)
    if origin in (Union, types.UnionType):
        return _union(kind, inner)
    if origin in (tuple, list, Sequence):
        return _items(origin, inner)
    if origin in (dict, Mapping):
        return _mapping(kind, inner[1])
    if dataclasses.is_dataclass(kind):
        return _noun(kind)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return lambda value: kind(value) if value in {member.value for member in kind} else _refuse(kind, value)
    return _scalar(type(None) if kind is None else kind)


def _scalar(kind: Any) -> _Reader:
    if kind not in (bool, int, float, str, type(None)):
        raise TypeError(f"no codec for {kind}")
    if kind is float:
        return lambda value: _finite_or_not(value) if type(value) in (int, float) or _is_odd(value) else _refuse(kind, value)
    return lambda value: value if type(value) is kind else _refuse(kind, value)


def _union(kind: Any, inner: tuple[Any, ...]) -> _Reader:
    """What is met exactly, else the first alternative that fits: an int may stand for a float, but not if int is one, too."""
    readers = [_reader(each) for each in inner]

    def read_one(value: Any) -> Any:
        if type(value) in (bool, int, float, str) and type(value) in inner:
            return value
        for reader in readers:
            try:
                return reader(value)
            except Spoilt:
                continue
        return _refuse(kind, value)

    return read_one


def _items(origin: Any, inner: tuple[Any, ...]) -> _Reader:
    make: Any = list if origin is list else tuple
    if origin is tuple and not (len(inner) == 2 and inner[1] is Ellipsis):
        readers = [_reader(part) for part in inner]

        def read_each(value: Any) -> Any:
            if type(value) is not list or len(value) != len(readers):
                _refuse(f"{len(readers)} items", value)
            return tuple(reader(part) for reader, part in zip(readers, value))

        return read_each
    reader = _reader(inner[0])
    return lambda value: make(map(reader, value)) if type(value) is list else _refuse("a list", value)


def _mapping(kind: Any, inner: Any) -> _Reader:
    reader = _reader(inner)
    return lambda value: {k: reader(v) for k, v in value.items()} if type(value) is dict else _refuse(kind, value)


def _noun(kind: Any) -> _Reader:
    hints = get_type_hints(kind)
    readers: dict[str, _Reader] = {}

    def read_noun(value: Any) -> Any:
        if not readers:  # not before: a noun may hold its own kind
            readers.update({field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)})
        if type(value) is not dict or value.keys() != readers.keys():
            _refuse(kind, value)
        fields = {name: reader(value[name]) for name, reader in readers.items()}
        try:
            return kind(**fields)
        except Exception as error:  # the noun's own checks
            raise Spoilt(str(error)) from error

    return read_noun


def _finite_or_not(value: Any) -> Any:
    if _is_odd(value):
        return float(value["float"])
    if isinstance(value, list):
        return [_finite_or_not(part) for part in value]
    return {name: _finite_or_not(part) for name, part in value.items()} if isinstance(value, dict) else value


def _is_odd(value: Any) -> bool:
    return type(value) is dict and value.keys() == {"float"} and value["float"] in ("nan", "inf", "-inf")


def _refuse(kind: Any, value: Any) -> Any:
    raise Spoilt(f"{getattr(kind, '__name__', kind)} is due, not {value!r:.60}")


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
