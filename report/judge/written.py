"""What others reported, as data: one TOML file a source (W2), read here and held against what this report finds.

Every entry has an ``id`` (unique in its file), the ``place`` where it stands, what it ``says`` in our words, and exactly one
way to be held against something. What stands in ``{printed}``, ``{formula}`` or ``{shape}`` of what it says is filled in::

    printed = "3274634"    a number as it stands there     ours = "E5.total"      the value that it must agree with
    cell = "last loss"     a number of the table that the file names, and of its run = "H 200", in place of printed
    formula = "96*5*5"     a sum as it stands there        printed = "1728"       what it is said to come to; of its run's
        columns, too: "100 - last(accuracy)"
    shape = ["n", "n"]     a shape, in letters             ours = ["…", "…"]      the live sizes, at = {n = 5}
    rows = "…"             an expression over the rows of the table that the file names
    asserts = ["E8.x"]     claims that would hold if the statement were true; "not E8.x" if it denies one

``mistake`` gives the id under which a difference is listed, ``certainty`` A (certain), B (likely) or C (a slip), ``kind`` a
word for its sort; a *disagreement* is with another source, and what is found is so of some nets and not of all. Nothing
here says that an entry is wrong: the program finds that, or it does not.
"""

from __future__ import annotations

import csv
import io
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from report.errors import ProseError, Where, author_text, nearest
from report.model import Scalar

CERTAINTIES = {"A": "certain", "B": "likely", "C": "a slip"}
KINDS = ("count", "argument", "judgement", "disagreement", "slip")
NEEDS = ("recipe", "data")  # the whole of their training; all of their data
RELATIONS = ("=", "≥", "≤")


IN_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
"""3,274,634; but 0,2 is no number here, lest it be read as two."""


@dataclass(frozen=True)
class Entry:
    """One thing that a source says. ``name`` is W2.e5-total: the source and the entry's id."""

    name: str
    where: Where
    place: str
    says: str
    what: str = ""
    printed: str = ""
    scale: float = 1.0
    unit: str = ""  # where ours may be missing, which else tells it
    relation: str = "="
    tolerance: float = 0.0
    because: str = ""  # why the tolerance is what it is
    along_with: str = ""  # the id of a number of the same run: this one agrees by accident where that one does not
    needs: str = ""
    given_by: tuple[str, ...] = ()  # budgets that give it, beside the full one
    ours: tuple[str, ...] = ()
    of: Mapping[str, Scalar] = field(default_factory=dict)
    formula: str = ""
    shape: tuple[str, ...] = ()
    at: Mapping[str, int] = field(default_factory=dict)
    rows: str = ""
    run: str = ""
    cell: str = ""
    asserts: tuple[str, ...] = ()
    mistake: str = ""
    certainty: str = ""
    kind: str = ""
    question: str = ""

    @property
    def source(self) -> str:
        """The source: W2."""
        return self.name.partition(".")[0]

    @property
    def number(self) -> float:
        """The printed number, in the unit of ours."""
        return float(self._digits) * self.scale

    @property
    def decimals(self) -> int:
        """How many decimals the printed number has, in the unit of ours."""
        return max(0, -int(Decimal(self._digits).as_tuple().exponent) - round(math.log10(self.scale)))

    @property
    def _digits(self) -> str:
        text = self.printed.replace(" ", "").replace("−", "-").rstrip("%")
        return text.replace(",", "") if IN_THOUSANDS.fullmatch(text) else text


@dataclass(frozen=True)
class Document:
    """A source as data: its title, its entries by name, and the rows of its table, if it has one."""

    source: str
    title: str
    entries: Mapping[str, Entry]
    table: tuple[Mapping[str, str], ...] = ()


def documents(folder: Path) -> dict[str, Document]:
    """Every ``W*.toml`` of ``folder``. Raises ``ProseError`` with the file and line of what cannot be used."""
    return {path.stem: _document(path) for path in sorted(folder.glob("*.toml"))}


def entries(folder: Path) -> dict[str, Entry]:
    """All that the documents say, by name."""
    return {name: entry for each in documents(folder).values() for name, entry in each.entries.items()}


def _document(path: Path) -> Document:
    text = author_text(path)
    table = _table(path, _read(path, text)[1])
    return _filled_in(path, text, table, author_text(table) if table else "")


@cache
def _filled_in(path: Path, text: str, table: Path | None, cells: str) -> Document:
    found, rows = _read(path, text)[0], _rows(table, cells)
    return replace(found, table=rows, entries={name: _filled(entry, rows) for name, entry in found.entries.items()})


def _filled(entry: Entry, rows: tuple[Mapping[str, str], ...]) -> Entry:
    """With its number where it stands in the table, and in its words: each is entered once."""
    entry = replace(entry, printed=_cell(entry, rows)) if entry.cell else entry
    _refuse_unusable(entry)
    says, sum_, shape = entry.says, entry.formula.replace("*", r" \cdot "), r" \times ".join(entry.shape)
    for key, text in (("printed", entry.printed), ("formula", sum_), ("shape", shape)):
        says = says.replace(f"{{{key}}}", text)
    return replace(entry, says=says)


def _cell(entry: Entry, rows: tuple[Mapping[str, str], ...]) -> str:
    own = [row for row in rows if row["run"] == entry.run]
    cells = {f"{end} {name}": row[name] for end, row in zip(("first", "last"), own[:1] + own[-1:]) for name in row}
    if entry.cell not in cells:
        what = f"{entry.name}: the table has no '{entry.cell}' of the run '{entry.run}'."
        known = cells or [row["run"] for row in rows]
        raise ProseError(what, where=entry.where, remedy=nearest(entry.cell if cells else entry.run, known))
    return cells[entry.cell]


@cache
def _read(path: Path, text: str) -> tuple[Document, str]:
    """What stands in a file, and the name of its table's."""
    try:
        page = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ProseError(f"{error}.", where=Where(path, int(line[1]) if line else None), remedy="Mend the TOML.") from None
    title, table, raws = page.pop("title", path.stem), page.pop("table", ""), page.pop("entry", [])
    for key in page:
        where = Where(path, _line_of(rf"\[*{key}\b", text))
        raise ProseError(f"there is no '{key}' here.", where=where, remedy=nearest(key, ("title", "table", "entry")))
    for key, found in (("title", title), ("table", table)):
        if not isinstance(found, str):
            where = Where(path, _line_of(rf"{key}\b", text))
            raise ProseError(f"{key} is {found!r:.40}, not text.", where=where, remedy=f'Write it in quotes: {key} = "…".')
    if not isinstance(raws, list) or not all(isinstance(raw, dict) for raw in raws):
        where = Where(path, _line_of(r"\[*entry\b", text))
        raise ProseError("an entry is no table.", where=where, remedy="Begin each with [[entry]].")
    entries: dict[str, Entry] = {}
    for raw in raws:
        entry = _entry(raw, path, text)
        if entry.name in entries:
            raise ProseError(f"the id '{raw['id']}' stands twice.", where=entry.where, remedy="Give one another id.")
        entries[entry.name] = entry
    for entry in entries.values():
        if entry.along_with and f"{path.stem}.{entry.along_with}" not in entries:
            remedy = nearest(entry.along_with, [name.partition(".")[2] for name in entries])
            raise ProseError(f"{entry.name}: there is no entry '{entry.along_with}'.", where=entry.where, remedy=remedy)
    return Document(path.stem, title, entries), table


def _entry(raw: Mapping[str, Any], path: Path, text: str) -> Entry:
    where = Where(path, _line_of(rf"id\s*=\s*[\"']{re.escape(str(raw.get('id', '')))}[\"']", text))
    for key in ("id", "place", "says"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise ProseError(f"an entry needs '{key}', a text.", where=where, remedy=f'Add {key} = "…".')
    sorts = {each.name: str(each.type) for each in fields(Entry) if each.name not in ("name", "where")}
    for key, found in raw.items():
        if key not in (*sorts, "id"):
            raise ProseError(f"an entry has no '{key}'.", where=where, remedy=nearest(key, (*sorts, "id")))
        fits, what = SORTS[sorts.get(key, "str")]
        if not fits(found):
            remedy = f'Write it in quotes: {key} = "{found}".' if what == "text" else "report/judge/written.py lists the keys."
            raise ProseError(f"{path.stem}.{raw['id']}: {key} is {found!r:.40}, not {what}.", where=where, remedy=remedy)
    return Entry(name=f"{path.stem}.{raw['id']}", where=where, **{k: _frozen(k, v) for k, v in raw.items() if k != "id"})


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


SORTS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "str": (_is_text, "text"),
    "float": (_is_number, "a number"),
    "tuple[str, ...]": (lambda v: _is_text(v) or (isinstance(v, list) and all(map(_is_text, v))), "a text or a list of texts"),
    "Mapping[str, Scalar]": (
        lambda v: isinstance(v, dict) and all(isinstance(each, str | int | float) for each in v.values()),
        'tags and their values, { net = "cnn" }',
    ),
    "Mapping[str, int]": (lambda v: isinstance(v, dict) and all(map(_is_number, v.values())), "letters and sizes, { n = 5 }"),
}
"""What a key may hold, by the type of its field."""


def _frozen(key: str, value: Any) -> Any:
    if key in ("ours", "asserts", "shape", "given_by"):
        return (value,) if isinstance(value, str) else tuple(value)
    return float(value) if key in ("scale", "tolerance") else value


def _refuse_unusable(entry: Entry) -> None:
    """Raises ``ProseError`` for an entry that could never be held against anything, or in two ways at once."""

    def refuse(what: str, remedy: str) -> None:
        raise ProseError(f"{entry.name}: {what}.", where=entry.where, remedy=remedy)

    ways = [name for name in ("formula", "shape", "rows", "asserts") if getattr(entry, name)]
    if len(ways) > 1:
        refuse(f"it is held against something in {len(ways)} ways, {' and '.join(ways)}", "Make an entry of each.")
    if not ways and not (entry.printed and entry.ours):
        refuse("nothing can be held against it", "Give printed and ours, a formula, a shape, rows or asserts.")
    if entry.shape and len(entry.shape) != len(entry.ours):
        refuse("the shape has another number of sizes than ours", "Name a live size for each letter.")
    if entry.printed and not entry.shape and not entry.asserts and not entry.rows:
        try:
            is_number = math.isfinite(entry.number)
        except ValueError:
            is_number = False
        if not is_number:
            refuse(f"'{entry.printed}' is no number", "Write it with digits, and a point before decimals.")
        if "{printed}" not in entry.says and re.search(rf"(?<![\d.,]){re.escape(entry.printed)}(?![.,]?\d)", entry.says):
            refuse(f"it says {entry.printed}, which is printed", "Write {printed} there, so that it is entered once.")
    if entry.relation not in RELATIONS:
        refuse(f"'{entry.relation}' is no relation", f"Known: {', '.join(RELATIONS)}.")
    if entry.scale <= 0 or entry.tolerance < 0:
        refuse(f"scale is {entry.scale:g}, tolerance {entry.tolerance:g}", "A scale is above nought, a tolerance not below.")
    if entry.certainty and entry.certainty not in CERTAINTIES:
        refuse(f"'{entry.certainty}' is no certainty", nearest(entry.certainty, CERTAINTIES))
    if entry.kind and entry.kind not in KINDS:
        refuse(f"'{entry.kind}' is no kind of mistake", nearest(entry.kind, KINDS))
    if entry.needs and entry.needs not in NEEDS:
        refuse(f"'{entry.needs}' is nothing that a number may need", nearest(entry.needs, NEEDS))
    if entry.mistake and not re.fullmatch(r"X\w+", entry.mistake):
        refuse(f"'{entry.mistake}' is no id of a mistake", 'Call it mistake = "X1", say.')
    if entry.mistake and not (entry.certainty and entry.kind):
        refuse("a mistake has a certainty and a kind", 'Add certainty = "A" and kind = "count", say.')


def _line_of(wanted: str, text: str) -> int | None:
    """The first line that begins so."""
    found = re.search(rf"^[ \t]*{wanted}", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None


def _table(path: Path, name: str) -> Path | None:
    file = path.parent / name if name else None
    if file and not file.is_file():
        raise ProseError(f"there is no file {name} beside it.", where=Where(path), remedy="Correct table = ….")
    return file


def _rows(file: Path | None, cells: str) -> tuple[Mapping[str, str], ...]:
    rows = tuple(csv.DictReader(io.StringIO(cells)))
    if file and any("run" not in row for row in rows):
        raise ProseError("the table has no column 'run'.", where=Where(file, 1), remedy="Head it: run,…")
    return rows
