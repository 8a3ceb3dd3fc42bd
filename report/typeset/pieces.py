"""Tables, figures, claims and parts of proofs: each converted once for all write-ups, whatever their numbers are there.

A chapter is given to pandoc with a mark in the place of each that was converted before. In all others, what is said otherwise
in another write-up (numbers of figures and equations, origins, links to the evidence) is marked, too, and put in afterwards.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, MutableMapping, Sequence
from dataclasses import dataclass

PIECE = re.compile(
    r"^:{5} \{\.(?:part|table|figure|claim)\b.*\}\n(?:(?!:{5}).*\n)*:{5}$|^:{6} steps\n(?:(?!:{6}).*\n)*:{6}$", re.MULTILINE
)
BOUND = re.compile(r"`|!\[|\^\[|\[\^|\[@|\(@|<!--")
"""Code, pictures, notes: what depends on where it stands."""
REFERENCE = re.compile(r"\$[^$]*\$|(?<!\\)(?P<to>\[(?:[^\[\]\\]|\\.)+\])(?![({])")
"""A formula, or what may lead to a heading of the chapter, or where this says elsewhere."""

ATTRIBUTES = re.compile(r'\{\.[\w-]+(?: #[^\s"{}]+)?(?: [\w-]+="(?:[^"\\]|\\.)*")+\}')
VARYING = re.compile(r'(?<= )(?P<name>number|data|origin|entry|mention)="(?P<text>(?:[^"\\]|\\.)+)"')
CITED = re.compile(r"(?P<before>\[\(?)(?P<text>[\d.]+)(?=\)?\]\(#)")

# Private-use characters, which no author types: a piece that is known; the beginning and the end of one that is not; a value.
KNOWN, BEGIN, END, VALUE, STOP = "\ue020", "\ue021", "\ue022", "\ue023", "\ue024"
MARKS = re.compile(f"[{KNOWN}-{STOP}]")
PLACED = re.compile(f"(?:<p>)?{KNOWN}(?P<at>\\d+){STOP}(?:</p>)?")
FRESH = re.compile(
    f"(?:<p>)?{BEGIN}(?P<at>\\d+){STOP}(?:</p>)?\\s*(?P<made>.*?)\\s*(?:<p>)?{END}(?P=at){STOP}(?:</p>)?", re.DOTALL
)
VALUED = re.compile(f"{VALUE}(\\d+){STOP}")


@dataclass(frozen=True)
class Piece:
    """The digest of what a piece says wherever it stands, and what it says here alone."""

    digest: str
    values: Sequence[str]


def apart(markdown: str, known: Collection[str], by: str) -> tuple[str, list[Piece]]:
    """``markdown`` with its pieces marked, those ``known`` by their digests left out; and these pieces. What converts them,
    ``by``, is a part of their digests."""
    pieces: list[Piece] = []

    def marked(found: re.Match[str]) -> str:
        if BOUND.search(found[0]) or any(each["to"] for each in REFERENCE.finditer(found[0])):
            return found[0]
        at, (text, values) = len(pieces), _general(found[0])
        pieces.append(Piece(hashlib.sha1(f"{by} {text}".encode()).hexdigest(), values))
        if pieces[at].digest in known:
            return f"{KNOWN}{at}{STOP}"
        return f"{BEGIN}{at}{STOP}\n\n{text}\n\n{END}{at}{STOP}"

    return PIECE.sub(marked, markdown), pieces


def _general(text: str) -> tuple[str, list[str]]:
    """A piece with a mark for each value that is another one elsewhere, and these values."""
    values: list[str] = []

    def mark(value: str) -> str:
        values.append(value)
        return f"{VALUE}{len(values) - 1}{STOP}"

    def attributes(found: re.Match[str]) -> str:
        return VARYING.sub(lambda each: f'{each["name"]}="{mark(each["text"])}"', found[0])

    cited = CITED.sub(lambda found: found["before"] + mark(found["text"]), text)
    return ATTRIBUTES.sub(attributes, cited), values


def together(converted: str, pieces: Sequence[Piece], made: MutableMapping[str, str], said: Callable[[str], str]) -> str | None:
    """What pandoc made of a chapter, each piece in its place with its values as they are ``said`` there; those converted now
    are added to ``made``. None where a mark is left: it stood in code, say."""

    def whole(found: re.Match[str]) -> str:
        piece = pieces[int(found["at"])]
        text = made.get(piece.digest, found[0])
        return VALUED.sub(lambda value: said(piece.values[int(value[1])]), text)

    def fresh(found: re.Match[str]) -> str:
        made[pieces[int(found["at"])].digest] = found["made"]
        return whole(found)

    filled = PLACED.sub(whole, FRESH.sub(fresh, converted))
    return None if MARKS.search(filled) else filled
