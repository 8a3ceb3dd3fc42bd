"""Refuse numbers typed into prose: what the reader takes for a result must have been computed.

A chapter is Markdown with Jinja. Digits are allowed inside mathematics, code, Jinja, dates, attributes and link targets,
in ids such as E2 or W1, and in words such as 2-D. Anything else needs the marked escape ``{{ typed("28", "why") }}``,
whose reason stands in the chapter for the next reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"

# What is masked before digits are looked for, in this order: the longer enclosures first.
ALLOWED = [
    re.compile(pattern, re.DOTALL | re.MULTILINE)
    for pattern in (
        r"\{##.*?##\}",  # a Jinja comment
        r"\{%.*?%\}",
        r"\{\{.*?\}\}",
        r"^(```+|~~~+).*?^\1[ \t]*$",  # fenced code
        r"<!--.*?-->",
        r"\$\$.*?\$\$",
        r"(?<!\\)\$(?!\s)[^$\n]*?(?:\n(?!\n)[^$\n]*?)*?(?<![\s\\])\$(?!\d)",  # inline mathematics, within a paragraph
        r"`+[^`]*`+",
        r"\{[#.][^}\n]*\}",  # attributes
        r"\]\([^)\n]*\)",  # a link's target
        r"<https?:[^>\s]*>",
        rf"\b(?:\d{{1,2}}\s+)?(?:{MONTHS})\s+\d{{4}}\b",  # a date
        r"\b\d{4}-\d{2}-\d{2}\b",
        r"\b[A-Z]\d+(?:[a-z]|\.\w+)?\b",  # an id
        r"\b[A-Z]\w*-\d+\b|\b[A-Za-z_]+\d\w*\b",  # a name with a digit in it: CIFAR-10, float32, Conv2d
        r"\b\d-D\b",
        r"^\d+\.(?=\s)",  # the number of a list item
    )
]


STRAY_COMMENT = re.compile(r"\{#(?!#)\s|(?<!#)#\}")
"""A comment in Jinja's usual marks, which would be printed: in a chapter, ``{#`` begins an anchor."""


def stray_comments(source: str) -> list[int]:
    """The lines with a mark of a comment that is none."""
    return [n for n, line in enumerate(source.splitlines(), start=1) if STRAY_COMMENT.search(line)]


@dataclass(frozen=True)
class TypedNumber:
    """A number found in prose, and the line that holds it (counted from 1)."""

    line: int
    text: str
    context: str


def typed_numbers(source: str) -> list[TypedNumber]:
    """Every number that a chapter's author typed rather than computed."""
    masked = source
    for pattern in ALLOWED:
        masked = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), masked)
    lines = source.splitlines()
    return [
        TypedNumber(number, match.group(), lines[number - 1].strip())
        for number, line in enumerate(masked.splitlines(), start=1)
        for match in re.finditer(r"\d[\d.,]*\d|\d", line)
    ]
