"""Words that turn a sentence around: of a thing a sentence does not say the opposite of what is said of it where it is shown,
and it denies of it what is denied there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache

from report.prove.derivation import Part
from report.prove.prose.order import FORMULA, OPPOSITES, QUOTED
from report.prove.prose.weight import families

_MORE_OPPOSITES = """with/without one/two two/three one/zero both/neither none/all all/some each/some every/some every/no
    all/no same/other more/less more/fewer only/also whole/part weight/bias sum/product slope/value gradient/loss
    positive/negative smaller/larger constant/linear mean/sum inverse/transpose single/double own/other matrix/vector
    first/last"""
_OPPOSITE: dict[str, set[str]] = {}
_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
for _one, _other in (
    *(pair.split("/") for pair in f"{OPPOSITES} {_MORE_OPPOSITES}".split()),
    *itertools.combinations(_NUMBERS, 2),
):
    _OPPOSITE.setdefault(_one, set()).add(_other)
    _OPPOSITE.setdefault(_other, set()).add(_one)
_NEAR = 4
"""So many words behind such a word stands what it is said of."""
_OF_THE_NEXT = {"with", "without"}
_NOT = re.compile(
    r"\b(?:(?:is|are|was|were|do|does|did|has|have|can|may|need|must)(?: \w+)? not|cannot|without)\b(?P<what>[^.;:()]*)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|no|none|nothing|nor|neither|never|nobody|cannot|without|other than|different|fails?|un\w+)\b", re.IGNORECASE
)
_DENIES = re.compile(rf"{_DENIED.pattern}|\b(?:only|alone|zero|instead|less|more|fewer|no)\b", re.IGNORECASE)
_IS_NOT = re.compile(r"\b(?:is|are|does|do|has|have|can|need) not\b|\b(?:cannot|never)\b", re.IGNORECASE)
_BESIDE = re.compile(r"\b(?:with|without) [^:,]+?(?= (?:is|are|has|have|does|do|can|need)\b)", re.IGNORECASE)
_CLAUSE = re.compile(r"[.;:()]")


def opposites(sentence: str, texts: Sequence[str], plain: Collection[str]) -> Iterator[str]:
    """What a sentence says of a thing where the texts say only the opposite of it; ``plain`` words name no thing."""
    said = set().union(*(_said_of(text, frozenset(plain)) for text in texts))
    for word, thing, place in sorted(_said_of(sentence, frozenset(plain)) - said):
        called = next((each for each in re.findall(r"[^\W\d_]+", _shown(sentence)) if thing in families(each)), thing)
        for other in sorted(_OPPOSITE[word]):
            if (other, thing, place) in said:
                yield f"'{word}' of '{called}', and what it rests on says '{other}'"


def left_out(piece: str, parts: Sequence[Part]) -> Iterator[str]:
    """What a part that a piece of a sentence quotes says in its label, which the piece does not: that something is not so, or
    with what it is so.
    """
    said = _shown(piece)
    quoted = [part.label for part in parts if f"“{part.label}”" in piece]
    if quoted and all(map(_IS_NOT.search, quoted)) and not _DENIES.search(said):
        yield f"'{said.strip(' .(')}', and “{quoted[0]}” denies something"
    for label in quoted:
        beside = _BESIDE.search(label)
        if beside and not {*families(said)}.issuperset(families(beside[0])):
            yield f"'{said.strip(' .,(')}', and “{label}” says that {beside[0]}"


def denials(sentence: str, texts: Sequence[str], parts: Sequence[Part], plain: Collection[str]) -> Iterator[str]:
    """What a sentence says that it is not, where no text denies that and no part is about what is apart."""
    if any(set(part.claim.relation) & set("!<>") for part in parts):
        return
    text = _shown(sentence)
    for found in _NOT.finditer(text):
        supposed = re.search(r"\b(?:if|unless|whether)\b", _CLAUSE.split(text[: found.start()])[-1], re.IGNORECASE)
        denied = [*_things(found["what"], plain)][:1]
        clauses = (clause for each in texts for clause in _CLAUSE.split(_shown(each)) if _DENIED.search(clause))
        if denied and not supposed and not any({*denied} & {*families(clause)} for clause in clauses):
            yield f"'{found[0].strip()}', and what it rests on does not"


@lru_cache(4096)
def _said_of(text: str, plain: frozenset[str]) -> frozenset[tuple[str, str, str]]:
    """Each word with an opposite, what it is said of, and whether that stands before or behind it."""
    words = re.findall(r"[^\W\d_]+|[.,;:()]", _shown(text).lower())
    found: set[tuple[str, str, str]] = set()
    for at, word in enumerate(words):
        if word in _OPPOSITE:
            behind = re.split(r"[.,;:()]", " ".join(words[at + 1 : at + 1 + _NEAR]))[0]
            found.update((word, thing, "behind") for thing in [*_things(behind, plain)][:1])
            if word not in _OF_THE_NEXT:
                found.update((word, thing, "before") for thing in _things(" ".join(words[max(0, at - 1) : at]), plain))
    return frozenset(found)


def _things(text: str, plain: Collection[str]) -> Iterator[str]:
    for word in re.findall(r"[^\W\d_]{2,}", text.lower()):
        if word not in plain:
            yield from families(word)


def _shown(text: str) -> str:
    """The text, what it shows or quotes as the end of a clause."""
    return QUOTED.sub(" . ", FORMULA.sub(" . ", text))
