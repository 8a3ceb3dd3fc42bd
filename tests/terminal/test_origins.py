"""Numbers of a page that nothing computed, those of a table, and numbers as a reader types them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from report.errors import UsageError
from report.judge.views import Judged
from report.model import Column, Table
from report.stats import SHARE, mean_of, value_of
from report.terminal.origins import mentions, origin
from report.write.manuscript import Chapter, Manuscript
from report.write.tables import table_markdown

MARKDOWN = """\
W1 (*A course, December 2018*) needs $16\\,781\\,312$ weights,
and 6.5\u202f×\u202f10⁻⁷ or 10⁻⁸ of them.

[0.5]{.value origin="of 77 runs"}
"""
MANUSCRIPT = cast(
    "Any",
    SimpleNamespace(
        labels={"T1.square": "Equation 12"},
        chapters=(Chapter("ch-nets", Path("01-nets.md"), MARKDOWN),),
        stated=(),
        places={},
        findings={},
    ),
)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("2018", "2018 is the year of a citation, or of a course: “W1 (*A course, December 2018*) needs"),
        ("16 781 312", "16 781 312 is no result of a run: “"),
        ("6.5 × 10⁻⁷", "6.5 × 10⁻⁷ is no result of a run: “and 6.5×10⁻⁷ or"),
        ("10⁻⁸", "10⁻⁸ is no result of a run: “and 6.5×10⁻⁷ or"),
        ("12", "(12) is the number of an equation, T1.square"),
    ],
)
def test_what_nothing_computed_is_shown_where_it_stands(query: str, said: str) -> None:
    assert said in origin(query, cast("Any", None), MANUSCRIPT)


@pytest.mark.parametrize("query", ["77", "6.5", "10"])
def test_what_stands_nowhere_is_refused(query: str) -> None:
    with pytest.raises(UsageError, match=f"no page shows the number {query}"):
        origin(query, cast("Any", None), MANUSCRIPT)


def test_each_mean_in_a_table_has_its_seeds() -> None:
    seeds = {3: 0.5, 4: 0.7}
    columns = (Column("net", "net", align="left"), Column("size", "size"), Column("a", "right, %", 1), Column("b", "mean", 2))
    table = Table(columns, (("*one*", 7850, value_of(seeds, SHARE, 1), mean_of(seeds)),), "Two nets.")
    chapter = Chapter("ch-x", Path("x.md"), table_markdown("E9-t", 1, table))
    manuscript = Manuscript((chapter,), {}, {}, (), {"E9.t": "Table 1"}, {"E9.t": "x:1"}, (), {})
    found: Any = SimpleNamespace(judged={"E9": Judged()})
    (shown,) = mentions(found, manuscript)
    assert [text for text, _ in shown.cells] == ["60 ± 14", "0.60"]
    assert shown.cells[0][1].startswith("3: 50.0, 4: 70.0 %; 95% interval 0")
    assert shown.cells[1][1].startswith("3: 0.50, 4: 0.70; 95% interval")
    assert any("7850" in row and "60" in row for row in shown.shown)
