"""What a write-up says, as data: one TOML file a write-up, read here and held against what this report finds.

Every entry has an ``id`` (unique in its file), the ``place`` where it stands, what it ``says`` in our words, and exactly one
way to be held against something::

    printed = "3274634"    a number as it stands there     ours = "E5.total"      the value that it must agree with
    formula = "96*5*5"     a sum as it stands there        printed = "1728"       what it is said to come to
    shape = ["n", "n"]     a shape, in letters             ours = ["…", "…"]      the live sizes, at = {n = 5}
    rows = "…"             an expression over the rows of the table that the file names
    asserts = ["E8.x"]     claims that would hold if the statement were true; "not E8.x" if it denies one

``mistake`` gives the id under which a difference is listed, ``certainty`` A (certain), B (likely) or C (a slip), ``kind`` a
word for its sort; a *disagreement* is with another write-up, and what is found is so of some nets and not of all. Nothing
here says that an entry is wrong: the program finds that, or it does not.
"""

from __future__ import annotations

import csv
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from report.errors import ProseError, Where, nearest
from report.model import Scalar

CERTAINTIES = {"A": "certain", "B": "likely", "C": "a slip"}
KINDS = ("count", "argument", "judgement", "disagreement", "slip")
NEEDS = ("recipe", "data")  # the whole of their training; all of their data


@dataclass(frozen=True)
class Entry:
    """One thing that a write-up says. ``name`` is W2.e5-total: the write-up and the entry's id."""

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
    asserts: tuple[str, ...] = ()
    mistake: str = ""
    certainty: str = ""
    kind: str = ""
    question: str = ""

    @property
    def source(self) -> str:
        """The write-up: W2."""
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
        return self.printed.replace(" ", "").replace(",", "").rstrip("%")


@dataclass(frozen=True)
class Document:
    """A write-up as data: its title, its entries by name, and the rows of its table, if it has one."""

    source: str
    title: str
    entries: Mapping[str, Entry]
    table: tuple[Mapping[str, str], ...] = ()


def documents(folder: Path) -> dict[str, Document]:
    """Every ``W*.toml`` of ``folder``. Raises ``ProseError`` with the file and line of what cannot be used."""
    return {path.stem: _document(path) for path in sorted(folder.glob("*.toml"))}


def _document(path: Path) -> Document:
    found, table = _read(path, path.read_text(encoding="utf-8-sig"))
    return replace(found, table=_rows(path, table))


@cache
def _read(path: Path, text: str) -> tuple[Document, str]:
    """What stands in a file, and the name of its table's."""
    try:
        page = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise ProseError(f"{error}.", where=Where(path, int(line[1]) if line else None), remedy="Mend the TOML.") from None
    lines = text.splitlines()
    entries: dict[str, Entry] = {}
    for raw in page.get("entry", ()):
        entry = _entry(raw, path, lines)
        if entry.name in entries:
            raise ProseError(f"the id '{raw['id']}' stands twice.", where=entry.where, remedy="Give one another id.")
        entries[entry.name] = entry
    for entry in entries.values():
        if entry.along_with and f"{path.stem}.{entry.along_with}" not in entries:
            remedy = nearest(entry.along_with, [name.partition(".")[2] for name in entries])
            raise ProseError(f"{entry.name}: there is no entry '{entry.along_with}'.", where=entry.where, remedy=remedy)
    return Document(path.stem, str(page.get("title", path.stem)), entries), page.get("table", "")


def _entry(raw: Mapping[str, Any], path: Path, lines: Sequence[str]) -> Entry:
    where = Where(path, _line_of(str(raw.get("id", "")), lines))
    for key in ("id", "place", "says"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise ProseError(f"an entry needs '{key}', a text.", where=where, remedy=f'Add {key} = "…".')
    known = {each.name for each in fields(Entry)} - {"name", "where"} | {"id"}
    for key in raw:
        if key not in known:
            raise ProseError(f"an entry has no '{key}'.", where=where, remedy=nearest(key, known))
    entry = Entry(name=f"{path.stem}.{raw['id']}", where=where, **{k: _frozen(k, v) for k, v in raw.items() if k != "id"})
    _refuse_unusable(entry)
    return entry


def _frozen(key: str, value: Any) -> Any:
    if key in ("ours", "asserts", "shape", "given_by"):
        return (value,) if isinstance(value, str) else tuple(value)
    return float(value) if key in ("scale", "tolerance") and isinstance(value, int) else value


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
            _ = entry.number
        except ValueError:
            refuse(f"'{entry.printed}' is no number", "Print it with digits.")
    if entry.certainty and entry.certainty not in CERTAINTIES:
        refuse(f"'{entry.certainty}' is no certainty", nearest(entry.certainty, CERTAINTIES))
    if entry.kind and entry.kind not in KINDS:
        refuse(f"'{entry.kind}' is no kind of mistake", nearest(entry.kind, KINDS))
    if entry.needs and entry.needs not in NEEDS:
        refuse(f"'{entry.needs}' is nothing that a number may need", nearest(entry.needs, NEEDS))
    if entry.mistake and not (entry.certainty and entry.kind):
        refuse("a mistake has a certainty and a kind", 'Add certainty = "A" and kind = "count", say.')


def _line_of(identifier: str, lines: Sequence[str]) -> int | None:
    wanted = re.compile(rf"\s*id\s*=\s*[\"']{re.escape(identifier)}[\"']")
    return next((number for number, line in enumerate(lines, 1) if wanted.match(line)), None)


def _rows(path: Path, name: str) -> tuple[Mapping[str, str], ...]:
    if not name:
        return ()
    file = path.parent / name
    if not file.is_file():
        raise ProseError(f"there is no file {name} beside it.", where=Where(path), remedy="Correct table = ….")
    with file.open(encoding="utf-8-sig", newline="") as text:
        return tuple(csv.DictReader(text))
