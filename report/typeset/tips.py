"""Where numbers come from, said in a tip: each text once in the page, however many numbers have it.

The texts are rules of a style sheet, so that they are there where no script runs, too: it shows them itself (style.css).
Where one runs, page.js takes them from there for the one tip that it shows above all else.
"""

from __future__ import annotations

import html as markup
import re

ORIGIN = re.compile(r'data-origin="([^"]*)"')


def told_once(page: str) -> tuple[str, str]:
    """``page`` with the number of its text at each ``data-origin``, and the rules that say these texts, in that order."""
    numbers: dict[str, int] = {}
    named = ORIGIN.sub(lambda origin: f'data-origin="{numbers.setdefault(origin[1], len(numbers))}"', page)
    rules = (f'[data-origin="{number}"]{{--origin:{_string(markup.unescape(text))}}}' for text, number in numbers.items())
    return named, "".join(rules)


def _string(text: str) -> str:
    """``text`` as a string of CSS: what would mean something there by its number (``page.js`` reads it back)."""
    return '"' + re.sub(r'["\\<\n]', lambda sign: f"\\{ord(sign[0]):x} ", text) + '"'
