"""Tables: numbers that align, units said once, and text that stays text."""

from __future__ import annotations

import csv
import io
import re

from fontTools.ttLib import TTFont

from report.model import Column, Table, Value
from report.write.tables import table_csv, table_markdown
from tests.project import ROOT


def lines(table: Table) -> list[list[str]]:
    """The cells of a table's Markdown, its head first, without spans."""
    rows = [line for line in table_markdown("t", 1, table).splitlines() if line.startswith("| ")]
    cells = [re.split(r" ?(?<!\\)\| ?", row)[1:-1] for row in rows]
    plain = [[re.sub(r"\[(.*)\]\{.*", r"\1", cell).replace("\\", "") for cell in row] for row in cells]
    return [plain[0], *plain[2:]]


def test_numbers_of_a_column_stand_point_below_point():
    table = Table(
        (Column("net", "Net", align="left"), Column("accuracy", "Accuracy (%)")),
        (
            ("a", Value(97.31, "%", 2, 0.5, 3)),
            ("b", Value(9.3, "%", 1)),
            ("c", 12),
            ("d", Value(99.0, "%", 2, 10.25, 3)),
            ("e", Value(99.9, "%", 2, 0.2, 3, ends=(99.6, 100.0))),
        ),
        "A caption.",
    )
    tails = [re.sub(r"^\d+", "", row[1]) for row in lines(table)[1:]]
    assert len(tails) == 5
    assert max(map(wide, tails)) - min(map(wide, tails)) < 0.03  # of the height of a letter


def wide(text: str) -> float:
    """How wide the pages set it, in the height of a letter."""
    font = TTFont(ROOT / "templates" / "fonts" / "LibertinusSerif-Regular.otf")
    return sum(font["hmtx"][font.getBestCmap()[ord(letter)]][0] for letter in text) / font["head"].unitsPerEm


def test_a_unit_stands_in_the_head_or_in_the_cells():
    columns = tuple(map(Column, "abcdef", ("Accuracy (%)", "Other", "latency (ms)", "classes", "Memory", "test, %")))
    table = Table(
        columns,
        (
            (Value(97.3, "%"), Value(1.0, "%"), Value(3.2, "ms"), Value(4.0, "s"), Value(2.5, "M"), Value(97.0, "%")),
            (Value(97.4, "%"), Value(2.0, "%"), Value(1.7, "s"), Value(5.0, "s"), Value(3.5, "GB"), Value(98.0, "%")),
        ),
        "c",
    )
    head, _, last = lines(table)
    assert head == ["Accuracy\u00a0(%)", "Other\u00a0(%)", "Latency (ms)", "Classes\u00a0(s)", "Memory", "Test,\u00a0%"]
    assert [cell.replace("\u00a0", " ") for cell in last] == ["97.40", "2.00", "1.70 s", "5.00", "3.50 GB", "98.00"]


def test_a_bound_stands_at_the_decimal_point_of_the_others():
    table = Table((Column("a", "Loss"),), ((Value(0.5, spread=0.1, n=3, digits=2),), ("< 0.01",)), "c")
    (number,), (bound,) = lines(table)[-2:]
    assert abs(wide(number.partition(".")[2]) - wide(bound.partition(".")[2])) < 0.03
    assert bound.startswith("<\u00a00.01")


def test_a_column_shows_the_digits_that_its_spread_leaves_certain():
    cells = [Value(97.3123, "%", 3, spread, 3) for spread in (3.2, 2.9, 0.5)] + [Value(1.5, "%", 3)]
    table = Table((Column("a", "Accuracy (%)"),), tuple((cell,) for cell in cells), "c")
    assert [re.match(r"[\d.]+", row[0])[0] for row in lines(table)[1:]] == ["97.3", "97.3", "97.3", "1.5"]  # type: ignore[index]


def test_a_number_of_quite_another_size_shows_the_digits_that_its_own_spread_leaves_certain() -> None:
    small = [Value(0.15, digits=2, spread=0.25, n=5), Value(0.5, digits=2, spread=0.1, n=5)]
    small += [Value(0.03, digits=2, spread=0.06, n=5, ends=(0.0, 0.14))]
    others = [
        Value(68.94246, digits=2, spread=53.01436, n=5),
        Value(4.318, digits=2, spread=3.21, n=5),
        Value(1234.5678, digits=2),
    ]
    table = Table((Column("a", "Loss"),), tuple((cell,) for cell in small + others), "c")
    shown = [row[0].strip("\u2007\u2008\u202f\u00a0").replace("\u00a0", " ") for row in lines(table)[1:]]
    assert shown == ["0.15 ± 0.25", "0.50 ± 0.10", "0.03 (0.00 to 0.14)", "69 ± 53", "4.32 ± 3.21", "1234.57"]


def test_a_unit_follows_its_number_at_once():
    cells = (Value(97.31, "ms", 2), Value(9.3, "s", 1))
    table = Table((Column("a", "Time"),), tuple((cell,) for cell in cells), "c")
    assert [row[0].rstrip("\u2007\u2008\u202f\u00a0") for row in lines(table)[1:]] == ["97.31\u00a0ms", "9.3\u00a0s"]


def test_bars_in_a_heading_and_in_cells_are_bars():
    table = Table((Column("c", "P(y|x)"), Column("d", "`a|b` and $P(y|x)$"), Column("e", "e")), (("a|b", 1, "$|x|$"),), "c")
    written = table_markdown("t", 1, table)
    assert r"P(y\|x) | `a|b` and $P(y|x)$ |" in written
    assert r"a\|b" in written
    assert "$|x|$ |" in written


def test_a_table_goes_out_as_data_in_full_precision():
    columns = (Column("net", "Net"), Column("accuracy", "Accuracy"), Column("n", "Parameters"))
    table = Table(columns, (("a, b", Value(97.312345678, "%", 1, 0.25, 3), 7850), (None, None, None)), "c")
    rows = list(csv.DictReader(io.StringIO(table_csv(table).decode())))
    assert rows[0]["net"] == "a, b"
    assert float(rows[0]["accuracy"]) == 97.312345678
    assert float(rows[0]["accuracy_spread"]) == 0.25
    assert rows[0]["n"] == "7850"
    assert rows[1]["accuracy"] == ""
