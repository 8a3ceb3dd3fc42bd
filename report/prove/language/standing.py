"""What a step or a conclusion may be called."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Standing(StrEnum):
    """What a step may be called, the strongest first."""

    PROVED = "proved"  # in general, by the stated rule
    CITED = "cited"  # a known theorem, named; its instances are checked numerically
    CHECKED = "checked"  # over a finite range only, which the page says
    FAILED = "not proved"


def weakest(standings: Iterable[Standing]) -> Standing:
    """What a conclusion may be called that rests on all of these."""
    return max(standings, key=[*Standing].index, default=Standing.PROVED)
