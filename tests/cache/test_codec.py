"""Nouns come back as they were, and what is no noun is refused."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.cache import codec
from report.errors import DeclarationError


class Mood(enum.StrEnum):
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True)
class Part:
    number: float
    cell: Part | float | int | str | None = None


@dataclass(frozen=True)
class Noun:
    name: str
    mood: Mood = Mood.GOOD
    side: Literal["left", "right"] = "left"
    parts: tuple[Part, ...] = ()
    pair: tuple[int, str] = (1, "a")
    table: Mapping[str, list[bool | None]] = field(default_factory=dict)
    anything: Any = None


numbers = st.floats() | st.integers()
parts = st.recursive(st.builds(Part, numbers), lambda inner: st.builds(Part, numbers, inner | numbers | st.text() | st.none()))
nouns = st.builds(
    Noun,
    st.text(),
    st.sampled_from(Mood),
    st.sampled_from(["left", "right"]),
    st.lists(parts, max_size=3).map(tuple),
    st.tuples(st.integers(), st.text()),
    st.dictionaries(st.text(), st.lists(st.booleans() | st.none())),
    st.lists(st.floats() | st.text()),
)


@given(nouns)
def test_what_is_written_is_read_back(noun: Noun) -> None:
    assert repr(codec.read(Noun, codec.written(noun))) == repr(noun)  # repr tells 1, 1.0, nan and -0.0 apart


GOOD: dict[str, Any] = codec.plain(Noun("n", parts=(Part(1.0, "x"),), table={"a": [True]}))


@pytest.mark.parametrize(
    "change",
    [
        {"name": 1},
        {"mood": "ugly"},
        {"side": "up"},
        {"parts": {}},
        {"parts": [1]},
        {"parts": [{"number": "1", "cell": None}]},
        {"parts": [{"number": True, "cell": None}]},
        {"parts": [{"number": 1.0}]},
        {"parts": [{"number": 1.0, "cell": []}]},
        {"pair": [1]},
        {"pair": [1, "a", 2]},
        {"table": {"a": [1]}},
        {"table": []},
        {"more": 1},
    ],
)
def test_what_does_not_fit_the_types_is_unreadable(change: dict[str, Any]) -> None:
    assert codec.revived(Noun, GOOD)
    with pytest.raises(codec.Spoilt):
        codec.revived(Noun, {**GOOD, **change})


@pytest.mark.parametrize("content", [b"", b"{", b"NaN", b"\xff", b"[" * 100_000, b"1e", b"9" * 5000, b"null"])
def test_what_is_no_json_is_unreadable(content: bytes) -> None:
    with pytest.raises(codec.Spoilt):
        codec.read(Noun, content)


def test_a_noun_that_refuses_its_fields_is_unreadable() -> None:
    @dataclass(frozen=True)
    class Picky:
        n: int

        def __post_init__(self) -> None:
            if self.n < 0:
                raise ValueError("too small")

    assert codec.revived(Picky, {"n": 1}).n == 1
    with pytest.raises(codec.Spoilt, match="too small"):
        codec.revived(Picky, {"n": -1})


def test_numbers_of_numpy_are_written_as_pythons_and_the_odd_as_one_says() -> None:
    assert codec.plain([np.float32(0.1), np.int64(3), np.bool_(True)]) == [0.10000000149011612, 3, True]
    assert codec.plain({"a": math.inf}, odd=lambda number: None) == {"a": None}


@pytest.mark.parametrize("value", [object(), {1: 2}, {1, 2}, b"x", 1j, np.ones(2)])
def test_what_has_no_plain_form_is_refused(value: Any) -> None:
    with pytest.raises(DeclarationError, match="no plain form"):
        codec.written([value])
