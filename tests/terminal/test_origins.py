"""Numbers of a page that nothing computed, and numbers as a reader types them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from report.errors import UsageError
from report.terminal.origins import origin
from report.write.manuscript import Chapter

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
