"""Where numbers come from, said in a tip: each text once in the page, however many numbers have it.

The texts are rules of a style sheet, so that they are there where no script runs, too: it shows them itself (style.css).
Where one runs, page.js takes them from there for the one tip that it shows above all else.

pandoc is given a number in the place of each text: they are a third of what it would have to read, and it does nothing to them.
"""

from __future__ import annotations

import html as markup
import re
from collections.abc import Sequence

from report.write.markdown import LINE, unescape

ORIGIN = re.compile(r'data-origin="([^"]*)"')
WRITTEN = re.compile(
    r'(?P<before>(?:\]\{\.(?:value|verdict word="[\w\\-]+")|^::::: \{\.(?:figure|table) [^\n]*) origin=")'
    r'(?P<text>(?:[^"\\]|\\.)+)(?=")',
    re.MULTILINE,
)
NUMBERED = re.compile('data-origin="\ue010(\\d+)\ue011"')  # private-use characters: no author types them


def apart(markdown: str) -> tuple[str, list[str]]:
    """``markdown`` with a number in the place of the text of each origin, and these texts."""
    numbers: dict[str, int] = {}

    def numbered(found: re.Match[str]) -> str:
        return f"{found['before']}\ue010{numbers.setdefault(found['text'], len(numbers))}\ue011"

    return WRITTEN.sub(numbered, markdown), list(numbers)


def put_back(fragment: str, texts: Sequence[str]) -> str:
    """``fragment`` of HTML with these texts."""

    def told(found: re.Match[str]) -> str:
        return f'data-origin="{said(texts[int(found[1])])}"'

    return NUMBERED.sub(told, fragment)


def said(attribute: str) -> str:
    """An attribute of Markdown as HTML says it."""
    return markup.escape(unescape(attribute.replace(LINE, "\n")))


def told_once(page: str) -> tuple[str, str]:
    """``page`` with the number of its text at each ``data-origin``, and the rules that say these texts, in that order."""
    numbers: dict[str, int] = {}
    named = ORIGIN.sub(lambda origin: f'data-origin="{numbers.setdefault(origin[1], len(numbers))}"', page)
    rules = (f'[data-origin="{number}"]{{--origin:{_string(markup.unescape(text))}}}' for text, number in numbers.items())
    return named, "".join(rules)


def _string(text: str) -> str:
    """``text`` as a string of CSS: what would mean something there by its number (``page.js`` reads it back)."""
    return '"' + re.sub(r'["\\<\n]', lambda sign: f"\\{ord(sign[0]):x} ", text) + '"'
