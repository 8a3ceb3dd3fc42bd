"""The evidence: every number in prose as a line at the end of the printed page, linked there and back.

The web page says the same where a number stands. What tables, captions and claims show has its seeds and its code beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from report.write.manuscript import Chapter
from report.write.markdown import LINE, div

MARK = "\ue004"  # a private-use character: no author types it
NUMBER = re.compile(  # or a row of a table, which is passed over
    r"^\|.*$"
    r'|\[(?P<text>(?:[^\[\]\\]|\\.)*)\]\{\.value origin="(?P<origin>(?:[^"\\]|\\.)*)"(?: entry="[^"]*" mention="[^"]*")?\}',
    re.MULTILINE,
)
STATED = re.compile(rf"(?:{LINE}|^)stated in .*$")
DEVIATION = re.compile(rf"{LINE}mean [^&]* over \d+ seeds")  # which the list says of all of them, and then names


def numbers(markdown: str) -> list[re.Match[str]]:
    """The numbers that stand in prose, in their order."""
    return [found for found in NUMBER.finditer(markdown) if found["text"] is not None]


def with_evidence(chapters: Iterable[Chapter]) -> list[Chapter]:
    """``chapters`` with the list of all numbers in the place that one of them left for it; as they are if none did."""
    chapters = list(chapters)
    if not any(MARK in chapter.markdown for chapter in chapters):
        return chapters
    entries: dict[tuple[str, str], list[str]] = {}
    marked = []
    for chapter in chapters:

        def linked(found: re.Match[str]) -> str:
            key = (found["text"], STATED.sub("", found["origin"]))
            places = entries.setdefault(key, [])
            entry = f"v-{list(entries).index(key) + 1}"
            places.append(f"{entry}-{len(places) + 1}")
            return f'{found[0][:-1]} entry="{entry}" mention="{places[-1]}"}}'

        marked.append(replace(chapter, markdown=_put(chapter.markdown, linked)))
    listed = div("\n\n".join(_line(f"v-{n}", *key, places) for n, (key, places) in enumerate(entries.items(), 1)), "numbers")
    return [replace(chapter, markdown=chapter.markdown.replace(MARK, listed)) for chapter in marked]


def _put(markdown: str, linked: Callable[[re.Match[str]], str]) -> str:
    pieces, end = [], 0
    for found in numbers(markdown):
        pieces += [markdown[end : found.start()], linked(found)]
        end = found.end()
    return "".join(pieces) + markdown[end:]


def _line(entry: str, text: str, origin: str, places: Iterable[str]) -> str:
    """``97.8 ± 0.2 % 12, 14: what it is; seeds; data; code``."""
    number = f'[{text}]{{.entry entry="{entry}" mentions="{" ".join(places)}"}}'
    return f"{number} {DEVIATION.sub('', origin).replace('computed in ', '').replace(LINE, '; ')}"
