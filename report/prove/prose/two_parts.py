"""What a sentence says of two parts: that one follows from the other, or that both say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from report.prove.derivation import Part

_PART = "(“[^”]+”|`[^`]+`)"
_STATEMENT = "(“[^”]+”|`[^`]*(?:[=<>]|iff)[^`]*`)"
_FOLLOWS = re.compile(
    f"{_PART} (?:(?:follows|results|comes)(?: at once| directly)? from|is a consequence of|holds (?:only )?because of|rests on|"
    f"uses|needs) {_PART}"
)
_LEADS = re.compile(f"{_PART} (?:implies|entails|gives|yields|shows|proves|leads to|comes|follows) {_PART}")
_AGREE = re.compile(
    f"{_STATEMENT} and {_STATEMENT} (?:both |all )?(?:agree|"
    "(?:say|state|mean|show|prove|are|amount to) (?:just |exactly |one and )?(?:the same|equivalent|equal|alike|identical))"
    f"|{_STATEMENT} (?:is|says|states|means|shows) (?:just |exactly |only )?(?:equivalent to|the same as|what) {_STATEMENT}"
)


def joins(
    sentence: str, rests_on: Callable[[str], Sequence[Part]], beneath: Callable[[Part], Collection[str]]
) -> Iterator[str]:
    """What a sentence says of two parts that is not so."""
    pairs = [(m[1], m[2]) for m in _FOLLOWS.finditer(sentence)] + [(m[2], m[1]) for m in _LEADS.finditer(sentence)]
    for what, whence in pairs:
        above, below = rests_on(what)[:1], rests_on(whence)[:1]
        if above and below and below[0].label not in beneath(above[0]):
            yield f"that “{above[0].label}” follows from “{below[0].label}”, on which it does not rest"
    for found in _AGREE.finditer(sentence):
        one, other = (rests_on(each)[:1] for each in found.groups() if each)
        if one and other and not _same(one[0], other[0]):
            yield f"that “{one[0].label}” and “{other[0].label}” say the same, and they state different things"


def _same(one: Part, other: Part) -> bool:
    claims = {other.claim.formula.key, other.claim.mirrored.formula.key}
    return one.claim.formula.key in claims and {c.key for c in one.conditions} == {c.key for c in other.conditions}
