"""The evidence: every number in prose as a line at the end of the printed page, linked there and back.

The web page says the same where a number stands. What tables, captions and claims show has its seeds and its code beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from report.write.manuscript import Chapter
from report.write.markdown import LINE, VALUE, div

MARK = "\ue004"  # a private-use character: no author types it
NUMBER = re.compile(rf"^\|.*$|{VALUE}", re.MULTILINE)  # or a row of a table, which is passed over
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

    def linked(found: re.Match[str]) -> str:
        if found["text"] is None:
            return found[0]
        key = (found["text"], STATED.sub("", found["origin"]))
        places = entries.setdefault(key, [])
        entry = f"v-{list(entries).index(key) + 1}"
        places.append(f"{entry}-{len(places) + 1}")
        return f'{found[0][:-1]} entry="{entry}" mention="{places[-1]}"}}'

    marked = [replace(chapter, markdown=NUMBER.sub(linked, chapter.markdown)) for chapter in chapters]
    listed = div("\n\n".join(_line(f"v-{n}", *key, places) for n, (key, places) in enumerate(entries.items(), 1)), "numbers")
    return [replace(chapter, markdown=chapter.markdown.replace(MARK, listed)) for chapter in marked]


def _line(entry: str, text: str, origin: str, places: Iterable[str]) -> str:
    """``97.8 ± 0.2 % 12, 14: what it is; seeds; data; code``."""
    number = f'[{text}]{{.entry entry="{entry}" mentions="{" ".join(places)}"}}'
    return f"{number} {DEVIATION.sub('', origin).replace('computed in ', '').replace(LINE, '; ')}"
