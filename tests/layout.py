"""What a reader would object to in a printed page, measured: words that hang out or collide, white where text should be,
tables torn apart, or printed before their chapter begins."""

from __future__ import annotations

import ctypes
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdf
import pypdfium2
from pypdfium2 import raw

# The text block of templates/report.typ, in points from the upper left corner.
LEFT, RIGHT = 17.5 / 25.4 * 72, 192.5 / 25.4 * 72
TOP, BOTTOM = 18 / 25.4 * 72, (297 - 15.5) / 25.4 * 72
MIDDLE = (LEFT + RIGHT) / 2

FULL = 0.6  # of a page that is not the last
HOLE = 0.25  # of a page's height
ROWS = 3  # of a table that a page keeps together


@dataclass(frozen=True)
class Run:
    """Words in one font that stand beside one another, and their box in points from the upper left corner."""

    written: pypdfium2.PdfTextObj
    left: float
    right: float
    top: float
    bottom: float

    @property
    def text(self) -> str:
        return str(self.written.extract()).strip()


def text_of(document: bytes) -> str:
    """All that a PDF says."""
    with closing(pypdfium2.PdfDocument(document)) as printed:
        return "\n".join(page.get_textpage().get_text_range() for page in printed)


def misplaced(document: bytes) -> list[str]:
    """Words outside the text block, and words over one another. Formulas apart, whose signs may touch, and slanted words, whose
    boxes do."""
    found = []
    with closing(pypdfium2.PdfDocument(document)) as printed:
        for number, page in enumerate(printed, 1):
            runs = list(_level(page))
            found += [f"p. {number}: {run.text} hangs out" for run in runs if _outside(run)]
            words = [run for run in runs if "Math" not in run.written.get_font().get_base_name()]
            found += [f"p. {number}: {a.text} over {b.text}" for a, b in _near(words) if _overlap(a, b)]
    return found


def _level(page: pypdfium2.PdfPage) -> Iterator[Run]:
    """All that is written horizontally, from its first to its last ink, and as high as its font."""
    height = page.get_height()
    for written in page.get_objects([raw.FPDF_PAGEOBJ_TEXT], textpage=page.get_textpage()):
        _, slant, _, scale, _, base = written.get_matrix().get()
        left, _, right, _ = written.get_bounds()
        size = scale * written.get_font_size()
        if abs(slant) < 0.01 and right > left:
            yield Run(written, left, right, height - base - 0.75 * size, height - base + 0.25 * size)


def _outside(run: Run) -> bool:
    """A comma or a hyphen at the end of a line (which is read as U+0002) hangs out a little, for the eye."""
    hangs = run.right > RIGHT + 1 and run.text[-1] not in "-\x02,.;:" and _advanced(run) > RIGHT + 1
    return run.left < LEFT - 1 or run.right > RIGHT + 4 or hangs


def _advanced(run: Run) -> float:
    """Where the last letter gives way to what follows it; a slanted f leans beyond."""
    words, font, own = run.written.textpage, run.written.get_font(), ctypes.addressof(run.written.raw.contents)
    of = (raw.FPDFText_GetTextObject(words, at) for at in range(words.count_chars()))
    letters = [at for at, written in enumerate(of) if written and ctypes.addressof(written.contents) == own]
    last = [at for at in letters if not chr(raw.FPDFText_GetUnicode(words, at)).isspace()][-1]
    left, advance = ctypes.c_double(), ctypes.c_float()
    raw.FPDFText_GetCharOrigin(words, last, left, ctypes.c_double())
    size = run.written.get_font_size() * run.written.get_matrix().a
    raw.FPDFFont_GetGlyphWidth(font, raw.FPDFText_GetUnicode(words, last), size, advance)
    return left.value + advance.value


def _near(runs: Sequence[Run]) -> Iterator[tuple[Run, Run]]:
    """Pairs that share some height."""
    ordered = sorted(runs, key=lambda run: run.top)
    for at, first in enumerate(ordered):
        for second in ordered[at + 1 :]:
            if second.top >= first.bottom:
                break
            yield first, second


def _overlap(a: Run, b: Run) -> bool:
    across = min(a.right, b.right) - max(a.left, b.left)
    down = min(a.bottom, b.bottom) - max(a.top, b.top)
    return across > 1.5 and down > 0.6 * min(a.bottom - a.top, b.bottom - b.top)


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
    numbers, found = _numbers(reader), []
    for table in tagged(reader, "/Table"):
        at = Counter(numbers.get(_page_of(row)) for row in below(table) if row.get("/S") == "/TR" and _body(row))
        found += [
            f"p. {page}: {rows} of {at.total()} rows of a table" for page, rows in at.items() if rows < min(ROWS, at.total())
        ]
    return found


def early(document: bytes) -> list[str]:
    """Figures and tables on a page before that of the heading of their chapter."""
    reader, found, begins = pypdf.PdfReader(io.BytesIO(document)), [], 0
    numbers = _numbers(reader)
    for node in below(_structure(reader)):  # in the order of reading
        at = numbers.get(_page_of(node), 0)
        if node.get("/S") == "/H1":
            begins = at
        elif node.get("/S") in ("/Figure", "/Table") and 0 < at < begins:
            found.append(f"p. {at}: what belongs to the chapter that begins on p. {begins}")
    return found


def _body(row: Any) -> bool:
    return any(cell.get("/S") == "/TD" for cell in below(row))


def _page_of(node: Any) -> int:
    """The object number of the page on which a part of the document begins."""
    for each in (node, *below(node)):
        if "/Pg" in each:
            return int(each.raw_get("/Pg").idnum)
    return 0


def _numbers(reader: pypdf.PdfReader) -> dict[int, int]:
    """The number of each page, from 1, by that of its object."""
    return {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages, 1) if page.indirect_reference}


def tagged(reader: pypdf.PdfReader, kind: str) -> Iterator[Any]:
    """Every element of the structure that is tagged so."""
    yield from (node for node in below(_structure(reader)) if node.get("/S") == kind)


def _structure(reader: pypdf.PdfReader) -> Any:
    return reader.trailer["/Root"]["/StructTreeRoot"]  # type: ignore[index]


def below(node: Any) -> Iterator[Any]:
    """Every element of the structure under one, itself not."""
    children = node.get("/K", [])
    children = children.get_object() if hasattr(children, "get_object") else children
    for child in children if isinstance(children, list) else [children]:
        child = child.get_object() if hasattr(child, "get_object") else child
        if isinstance(child, dict):
            yield child
            yield from below(child)
