"""What a reader would object to in a printed page, measured: words that hang out or collide, white where text should be,
tables torn apart."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pdfplumber
import pypdf
import pypdfium2

# The text block of templates/report.typ, in points from the upper left corner.
LEFT, RIGHT = 17.5 / 25.4 * 72, 192.5 / 25.4 * 72
TOP, BOTTOM = 18 / 25.4 * 72, (297 - 15.5) / 25.4 * 72
MIDDLE = (LEFT + RIGHT) / 2

FULL = 0.6  # of a page that is not the last
HOLE = 0.25  # of a page's height
ROWS = 3  # of a table that a page keeps together


def misplaced(document: bytes) -> list[str]:
    """Words outside the text block, and words over one another. Formulas apart, whose signs may touch, and slanted words, whose
    boxes do."""
    found = []
    with pdfplumber.open(io.BytesIO(document)) as printed:
        for number, page in enumerate(printed.pages, 1):
            words = page.filter(_level).extract_words(x_tolerance=1.5, extra_attrs=["fontname"])
            found += [f"p. {number}: {word['text']} hangs out" for word in words if _outside(word)]
            text = [word for word in words if "Math" not in word["fontname"]]
            found += [f"p. {number}: {a['text']} over {b['text']}" for a, b in _near(text) if _overlap(a, b)]
            page.close()
    return found


def _level(thing: dict[str, Any]) -> bool:
    return thing["object_type"] != "char" or abs(thing["matrix"][1]) < 0.01


def _outside(word: dict[str, Any]) -> bool:
    """A comma or a hyphen at the end of a line hangs out a little, for the eye."""
    hangs = 4 if word["text"][-1] in "-\u00ad,.;:" else 1
    return bool(word["x0"] < LEFT - 1 or word["x1"] > RIGHT + hangs)


def _near(words: Sequence[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs that share some height."""
    ordered = sorted(words, key=lambda word: float(word["top"]))
    for at, first in enumerate(ordered):
        for second in ordered[at + 1 :]:
            if second["top"] >= first["bottom"]:
                break
            yield first, second


def _overlap(a: dict[str, Any], b: dict[str, Any]) -> bool:
    across, down = (min(a[end], b[end]) - max(a[start], b[start]) for start, end in (("x0", "x1"), ("top", "bottom")))
    return bool(across > 1.5 and down > 0.6 * min(a["bottom"] - a["top"], b["bottom"] - b["top"]))


def white(document: bytes) -> list[str]:
    """Pages that are not full, and holes in a column; the last page may end where the text does."""
    found = []
    pages = pypdfium2.PdfDocument(document)
    for number in range(1, len(pages)):
        ink = np.asarray(pages[number - 1].render(scale=1, grayscale=True).to_numpy()).squeeze() < 215
        block = ink[round(TOP) : round(BOTTOM)]
        columns = [block[:, round(LEFT) : round(MIDDLE)], block[:, round(MIDDLE) : round(RIGHT)]]
        rows = [np.flatnonzero(column.any(axis=1)) for column in columns]
        ends = [float(each[-1]) / len(block) if len(each) else 0.0 for each in rows]
        gaps = [float(np.diff([0, *each, len(block)]).max()) / len(block) for each in rows]
        if max(ends) < FULL:
            found.append(f"p. {number} is {max(ends):.0%} full")
        found += [f"p. {number} has a hole of {gap:.0%} of its height" for gap in gaps if gap > HOLE]
    pages.close()
    return found


def torn(document: bytes) -> list[str]:
    """Tables of which a page has fewer than three rows, though there are more."""
    reader = pypdf.PdfReader(io.BytesIO(document))
    numbers = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}
    found = []
    for table in tagged(reader, "/Table"):
        at = Counter(numbers.get(_page_of(row)) for row in below(table) if row.get("/S") == "/TR" and _body(row))
        found += [
            f"p. {page}: {rows} of {at.total()} rows of a table" for page, rows in at.items() if rows < min(ROWS, at.total())
        ]
    return found


def _body(row: Any) -> bool:
    return any(cell.get("/S") == "/TD" for cell in below(row))


def _page_of(node: Any) -> int:
    """The object number of the page on which a part of the document begins."""
    for each in (node, *below(node)):
        if "/Pg" in each:
            return int(each.raw_get("/Pg").idnum)
    return 0


def tagged(reader: pypdf.PdfReader, kind: str) -> Iterator[Any]:
    """Every element of the structure that is tagged so."""
    root = reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]
    yield from (node for node in below(root) if node.get("/S") == kind)


def below(node: Any) -> Iterator[Any]:
    """Every element of the structure under one, itself not."""
    children = node.get("/K", [])
    children = children.get_object() if hasattr(children, "get_object") else children
    for child in children if isinstance(children, list) else [children]:
        child = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(child, dict):
            yield child
            yield from below(child)
