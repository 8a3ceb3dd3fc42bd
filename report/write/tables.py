"""A table as pandoc Markdown, numbers point below point, and as data.

A unit that all numbers of a column share stands in its head, once. Numbers that carry a spread show the digits that it
leaves certain, the same ones all the way down but where one is of quite another size.
"""

from __future__ import annotations

import csv
import io
import math
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

from report.model import Column, Table, Value
from report.numbers import FIGURE_SPACE, MINUS, NO_BREAK, NOTHING, PLUS_MINUS, POINT_SPACE, THIN, number_text
from report.write.markdown import div, escape, mean_text, origin_text, span, spread_text, with_unit

DIGIT = 465
SPACES = (FIGURE_SPACE, NO_BREAK, POINT_SPACE, THIN)
WIDTHS = {
    ".": 220, PLUS_MINUS: 550, MINUS: 550, "(": 298, ")": 298, "t": 316, "o": 504,
    FIGURE_SPACE: 438, NO_BREAK: 250, POINT_SPACE: 219, THIN: 125,
}  # fmt: skip
"""What stands behind decimal points, in thousandths of the height of ``templates/fonts/LibertinusSerif-Regular.otf``."""

ENDS = "In brackets, the least and the greatest over the seeds, where a deviation would reach beyond what is possible."


def table_markdown(identifier: str, number: int, table: Table, csv_name: str = "", origin: str = "") -> str:
    """A numbered table, its caption above."""
    columns = [_column(column, [row[i] for row in table.rows]) for i, column in enumerate(table.columns)]
    rules = ["---:" if column.align == "right" else ":---" for column in table.columns]
    lines = [[heading for heading, _ in columns], rules, *zip(*(cells for _, cells in columns))]
    body = "\n".join("| " + " | ".join(cells) + " |" for cells in lines)
    ends = any(isinstance(cell, Value) and cell.has_spread and cell.ends for row in table.rows for cell in row)
    caption = f"{table.caption} {ENDS}" if ends else table.caption
    content = f"::: caption\n{caption}\n:::\n\n{body}\n"
    return div(content, "table", identifier, number=str(number), data=csv_name or f"{identifier}.csv", origin=origin)


def _piped(markdown: str) -> str:
    """``markdown`` as a cell of a pipe table, which a bar outside formulas and code would end."""
    parts = re.split(r"(`[^`]*`|\$(?!\s)[^$]*(?<!\s)\$)", markdown)
    return "".join(part if i % 2 else re.sub(r"(?<!\\)\|", r"\\|", part) for i, part in enumerate(parts))


# --- columns -------------------------------------------------------------------------------------------------------


def _column(column: Column, cells: Sequence[Any]) -> tuple[str, list[str]]:
    """A column as Markdown: its heading, which may have taken a unit from the cells, and the cells."""
    values = [cell for cell in cells if isinstance(cell, Value)]
    heading, said = _headed(column.heading, values if column.align == "right" else ())
    digits = _digits(values)
    shown = [_cell(cell, column, said, digits) for cell in cells]
    room = max((cell.after_point for cell in shown if cell.plain), default=0)
    return _piped(_capital(heading)), [_aligned(cell, room) for cell in shown]


def _headed(heading: str, values: Sequence[Value]) -> tuple[str, frozenset[str]]:
    """The heading, and the units that it says, which its cells need not: ``latency (ms)``, ``accuracy, %``."""
    ending = re.search(r"\(([^()]*)\)\s*$|,\s*([^\s,()]+)\s*$", heading)
    if ending:
        words = ending[1] or ending[2]
        return _together(heading), frozenset({words, *re.split(r"[\s,;]+", words)})
    units = {value.unit for value in values if math.isfinite(value.number)}
    unit = units.pop() if len(units) == 1 else ""
    return (_together(f"{heading} ({escape(unit)})"), frozenset({unit})) if unit and heading else (heading, frozenset())


def _capital(heading: str) -> str:
    """Heads of columns begin with a capital, but for symbols."""
    return heading[0].upper() + heading[1:] if re.match(r"[a-z]{2,}(?![\w(])", heading) else heading


def _together(heading: str) -> str:
    """``test accuracy, %`` with its unit, if it is one sign, on the line of the last word."""
    return re.sub(r"\s+(?=(\(\\?[^()\s]\)|[^\w\s])\s*$)", NO_BREAK, heading)


def _digits(values: Sequence[Value]) -> int | None:
    """Decimals for every number of a column: none beyond the second digit of the usual spread. None where it is unknown."""
    wanted = [value.digits for value in values if value.digits is not None]
    spreads = [value.spread for value in values if value.spread and value.has_spread]
    if not wanted or not spreads:
        return None
    return min(max(wanted), _certain(statistics.median(spreads)))


def _certain(spread: float) -> int:
    """The decimals up to the second digit of a spread."""
    return max(0, 1 - math.floor(math.log10(spread)))


FAR = 2
"""So many decimals less than its column has are certain in a number of quite another size, which then has its own."""


def _own_digits(value: Value, digits: int) -> int:
    own = _certain(value.spread) if value.spread and value.has_spread else digits
    return own if own <= digits - FAR else digits


# --- cells ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Cell:
    """A cell before it is aligned: the number and its spread apart, or a text."""

    text: str = ""
    number: str = ""
    spread: str = ""
    unit: str = ""
    origin: str = ""

    @property
    def plain(self) -> bool:
        """Whether the number has a decimal point to align at."""
        return re.fullmatch(rf"(\\<{NO_BREAK})?{MINUS}?[\d{THIN}]+(\.\d+)?", self.number) is not None

    @property
    def after_point(self) -> int:
        """How wide what stands from the decimal point on is (``.31 ± 0.25``)."""
        _, point, decimals = self.number.partition(".")
        return sum(WIDTHS.get(letter, DIGIT) for letter in point + decimals + self.spread)


def _cell(cell: Any, column: Column, said: frozenset[str], digits: int | None) -> _Cell:
    if isinstance(cell, Value):
        value = cell if digits is None or cell.digits is None else replace(cell, digits=_own_digits(cell, digits))
        unit = "" if cell.unit in said else cell.unit
        number, origin = number_text(value.number, value.digits), origin_text(cell, "")
        if "10⁻" in number:
            return _Cell(number=mean_text(value), unit=unit, origin=origin)
        return _Cell(number=number, spread=spread_text(value), unit=unit, origin=origin)
    if cell is None:
        return _Cell(number=NOTHING)
    if isinstance(cell, bool):
        return _Cell(text="yes" if cell else "no")
    if isinstance(cell, int | float):
        return _Cell(number=number_text(cell, column.digits))
    text = str(cell)
    if column.align == "right" and re.fullmatch(r"< \d+(\.\d+)?", text):  # a bound stands where its number would
        return _Cell(number=text.replace("< ", rf"\<{NO_BREAK}"))
    return _Cell(text=_piped(text) if re.fullmatch(r"\$[^$\s]([^$]*[^$\s\\])?\$", text) else escape(text))


@cache
def _white(width: int) -> str:
    """Spaces as wide as that, to within a hair."""
    counts = range(4)
    sums = {
        each: sum(n * WIDTHS[kind] for n, kind in zip(each, SPACES)) for each in product(range(width // 400 + 1), *[counts] * 3)
    }
    best = min(sums, key=lambda each: (abs(sums[each] - width), sum(each)))
    return "".join(kind * n for n, kind in zip(best, SPACES))


def _aligned(cell: _Cell, room: int) -> str:
    """A cell's Markdown, with white after it where other cells of its column have more after their points."""
    if not cell.number:
        return cell.text
    text = with_unit(cell.number + cell.spread, cell.unit)
    if cell.plain:
        text += _white(room - cell.after_point)
    return span(text, "value", origin=cell.origin) if cell.origin else text


# --- data ----------------------------------------------------------------------------------------------------------


def table_csv(table: Table) -> bytes:
    """The table as data: full precision, a ``Value`` as its number with its spread, n and unit in columns of their own."""
    valued = {column.name for i, column in enumerate(table.columns) if any(isinstance(row[i], Value) for row in table.rows)}
    names = [[c.name, *(f"{c.name}_{part}" for part in ("spread", "n", "unit") if c.name in valued)] for c in table.columns]
    rows = ([_csv_cells(cell, c.name in valued) for cell, c in zip(row, table.columns)] for row in table.rows)
    return as_csv([cell for group in groups for cell in group] for groups in (names, *rows))


def as_csv(rows: Iterable[Iterable[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def _csv_cells(cell: Any, valued: bool) -> list[Any]:
    if isinstance(cell, Value):
        return [cell.number, "" if cell.spread is None else cell.spread, cell.n, cell.unit]
    return ["" if cell is None else cell, *([""] * 3 if valued else [])]
