"""The first cell of a table's row as its head, as who listens to the PDF needs it to know what a number is of.

Typst tags the heads of columns. For those of rows it has ``pdf.header-cell``, behind a feature that its Python package cannot
turn on; so they are tagged here, in the bytes that it wrote. Every element of the structure is an object of its own there, in
plain text, and the places of all objects stand in one table at the end, which is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

ROW, ROOT = b"<</Type/StructElem/S/TR/", b"<</Type/StructTreeRoot/"
CELL, HEAD = b"/S/TD/", b"/S/TH/"
HEADERS = re.compile(rb"/O/Table/Headers\[((?:\((\w+)x\d+y\d+\))*)\]")
NAMED = re.compile(rb"(\(\w+\))(\d+ 0 R)")


def with_row_heads(pdf: bytes) -> bytes:
    """``pdf`` with the first cell of each row a head, which the other cells of the row name beside that of their column. A cell
    with nothing in it is none."""
    places = _places(pdf)
    changed: dict[int, bytes] = {}
    names: list[tuple[bytes, bytes]] = []
    for row in (_object(pdf, at) for at in places if pdf.startswith(ROW, _after_number(pdf, at))):
        cells = [int(number) for number in re.findall(rb"(\d+) 0 R", _kids(row))]
        first = _object(pdf, places[cells[0]]) if len(cells) > 1 else b""
        of = HEADERS.search(first)
        if CELL in first and of and of[2] and _kids(first):
            name = b"(%sr%d)" % (of[2], len(names))
            names.append((name, b"%d 0 R" % cells[0]))
            scoped = first.replace(CELL, HEAD + b"ID" + name + b"/", 1)
            changed[cells[0]] = HEADERS.sub(rb"/O/Table/Scope/Row/Headers[\1]", scoped)
            for cell in cells[1:]:
                changed[cell] = HEADERS.sub(rb"/O/Table/Headers[\1" + name + b"]", _object(pdf, places[cell]))
    for number, at in enumerate(places):
        if names and pdf.startswith(ROOT, _after_number(pdf, at)):
            changed[number] = _with_names(_object(pdf, at), names)
    return _with_objects(pdf, places, changed)


def _places(pdf: bytes) -> list[int]:
    """Where each object begins, by its number; 0 for the first, which is none."""
    return [int(place) for place in re.findall(rb"(\d{10}) \d{5} [nf]", pdf[_table(pdf) :])]


def _table(pdf: bytes) -> int:
    *_, at = re.findall(rb"startxref\s+(\d+)", pdf[-64:])
    return int(at)


def _after_number(pdf: bytes, at: int) -> int:
    """Where the content of the object begins, after ``12 0 obj``."""
    return pdf.index(b"\n", at) + 1


def _object(pdf: bytes, at: int) -> bytes:
    return pdf[at : pdf.index(b"endobj", at)]


def _kids(element: bytes) -> bytes:
    found = re.search(rb"/K\[([^\[\]]*)", element)
    return found[1] if found else b""


def _with_names(root: bytes, more: list[tuple[bytes, bytes]]) -> bytes:
    """The root of the structure with ``more`` cells in its index of names, which is sorted."""
    before, _, after = root.partition(b"/IDTree<</Names[")
    index, end, rest = after.partition(b"]")
    every = b"".join(name + cell for name, cell in sorted([*NAMED.findall(index), *more]))
    return b"".join((before, b"/IDTree<</Names[", every, end, rest))


def _with_objects(pdf: bytes, places: list[int], changed: Mapping[int, bytes]) -> bytes:
    """``pdf`` with other objects under these numbers, and the places of all of them at the end."""
    moved = dict(_moved(pdf, places, changed))
    pieces, done = [], 0
    for number in sorted(changed, key=places.__getitem__):
        pieces += [pdf[done : places[number]], changed[number]]
        done = places[number] + len(_object(pdf, places[number]))
    at = _table(pdf)
    body = b"".join([*pieces, pdf[done:at]])
    lines = [b"0000000000 65535 f\r\n", *(b"%010d 00000 n\r\n" % moved[number] for number in range(1, len(places)))]
    trailer = pdf[pdf.index(b"trailer", at) :].replace(b"%d" % at, b"%d" % len(body))
    return b"".join((body, b"xref\n0 %d\n" % len(places), *lines, trailer))


def _moved(pdf: bytes, places: list[int], changed: Mapping[int, bytes]) -> Iterator[tuple[int, int]]:
    """Each object's number and its new place: as much further on as those before it have grown."""
    further = 0
    for number in sorted(range(1, len(places)), key=places.__getitem__):
        yield number, places[number] + further
        if number in changed:
            further += len(changed[number]) - len(_object(pdf, places[number]))
