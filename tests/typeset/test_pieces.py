"""What other write-ups have converted is put in its place, and the page is the same as if all of it were converted anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.model import Holds, Table, Value, Verdict
from report.numbers import MINUS
from report.typeset import pieces
from report.typeset.pandoc import Pandocs, Shared, chapter_html, chapter_typst
from report.write.derivations import derivation_markdown
from report.write.manuscript import Chapter
from report.write.markdown import figure_markdown, value_markdown, verdict_markdown
from report.write.tables import table_markdown
from tests.typeset.test_pages import COLUMNS, PROOF

ORIGIN = 'a "quoted" <b> & \\ 5 %, ±, number="3"\nand a second line'


def chapter(markdown: str) -> Chapter:
    return Chapter("ch-x", Path("x.md"), markdown)


def told(first: int, folder: str = "", origin: str = ORIGIN, heading: str = "# One") -> str:
    """A chapter whose numbers begin with ``first``."""
    number = value_markdown(Value(-3.5, "%", origin=f"{origin} {first}"))
    better = Verdict(Holds.YES, 1.2, 0.9, 1.5, 3, "%", "difference")
    rows = ((1, number, 97.123), (2, None, None), (3, "$e^x$", -0.001))
    numbers = {"result": first + 7, "long": first + 8}
    return "\n".join(
        [
            heading,
            f"It is {number}.",
            verdict_markdown("A is better than $B$.", better, f"It was {number}", origin=f"E1.better {first}"),
            verdict_markdown("B is no better.", Verdict(Holds.NO, -1.2, -1.5, -0.9, 3), origin="E1.no\nat all"),
            figure_markdown("fig-a", first, "a.svg", "It *falls*, $\\beta$.", "A falls.", f"{folder}a.csv", origin),
            table_markdown("tab-a", first + 1, Table(COLUMNS, rows, f"A table, {number}."), origin=origin),
            derivation_markdown(PROOF, numbers.__getitem__),
            "And so on.",
        ]
    )


class Watched(Pandocs):
    """Pandocs that say what they were given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[str] = []

    def convert(self, chapter, text, filter_name, to):
        self.given.append(text)
        return super().convert(chapter, text, filter_name, to)


@pytest.fixture
def pandocs() -> Iterator[Watched]:
    with Watched() as own:
        yield own


def in_one_piece(markdown: str, pandocs: Pandocs, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Both pages of a chapter of which nothing is taken apart."""
    with monkeypatch.context() as patch:
        patch.setattr(pieces, "apart", lambda text, known, by: (text, []))
        return closed_up(chapter_html(chapter(markdown), pandocs), chapter_typst(chapter(markdown), pandocs))


def closed_up(*pages: str) -> list[str]:
    """Without empty lines: calls stand in lines that follow one another, or do not, and Typst sets them alike."""
    return [re.sub(r"\n+", "\n", page) for page in pages]


def in_pieces(markdown: str, pandocs: Pandocs, made: dict[str, dict[str, str]]) -> tuple[str, str]:
    """Both pages of a chapter, with the pieces that were made before."""
    known = frozenset(made.get("html", {}))
    ways = {"html": chapter_html, "typst": chapter_typst}
    page, source = (way(chapter(markdown), pandocs, Shared(made.setdefault(to, {}), known)) for to, way in ways.items())
    return page, source


def test_a_chapter_in_pieces_is_the_chapter(pandocs, monkeypatch) -> None:
    made: dict[str, dict[str, str]] = {}
    assert closed_up(*in_pieces(told(1), pandocs, made)) == in_one_piece(told(1), pandocs, monkeypatch)
    assert len(made["html"]) == 8  # two claims, a figure, a table, two parts and their steps
    assert len(made["typst"]) == 6  # where steps do not stand


def test_what_another_has_is_put_in_with_the_numbers_here(pandocs, monkeypatch) -> None:
    made: dict[str, dict[str, str]] = {}
    in_pieces(told(1), pandocs, made)
    del pandocs.given[:]
    elsewhere = told(4, "own/", "another", "# Two\n\nAnd more.")
    found = in_pieces(elsewhere, pandocs, made)
    assert "is better than" not in "".join(pandocs.given)
    assert "And so on." in "".join(pandocs.given)
    assert closed_up(*found) == in_one_piece(elsewhere, pandocs, monkeypatch)
    assert "Table\u00a05." in found[0]
    assert "own/a.csv" in found[0]
    assert found == in_pieces(elsewhere, pandocs, {})


@pytest.mark.parametrize(
    "text",
    [
        "Code:\n\n```\n::::: {.claim}\nA is so.\n:::::\n```\n\nends.",
        "::::: {.claim}\nA is so.[^1]\n:::::\n\nMore.[^2]\n\n[^1]: A note.\n\n[^2]: Another.",
        "::::: {.claim}\nA is [so][there].\n:::::\n\n[there]: #ch-x",
        "::::: {.claim}\nA is so, `[3]{.value number=\"4\"}` that is.\n:::::\n",
        '::::: {.figure #f number="1" src="a.svg" alt="A" data="a"}\nSo.\n\n::::: {.led}\nInside.\n:::::\n\n:::::\n\nEnds.',
        f"1. A list\n\n   ::::: {{.claim}}\n   with a claim, {MINUS}3.\n   :::::\n\n2. goes on.",
        "::::: {.claim}\nA is so, by [(3)](#eq) and [4.2](#eq).\n:::::\n\n[]{#eq}",
    ],
)  # fmt: skip
def test_what_an_author_writes_that_looks_like_a_piece_or_leads_out_of_one(text, pandocs, monkeypatch) -> None:
    made: dict[str, dict[str, str]] = {}
    whole = in_one_piece(text, pandocs, monkeypatch)
    found = in_pieces(text, pandocs, made)
    assert closed_up(*found) == whole
    assert in_pieces(text, pandocs, made) == found  # with what has been made of it


@pytest.mark.parametrize(
    ("named", "chapters"),
    [
        ("[so][there]", {"https://a.org": "[there]: https://a.org", "https://b.org": "[there]: https://b.org"}),
        ("[there]", {"https://a.org": "[there]: https://a.org", "#sec-b": "# There {#sec-b}"}),
    ],
)
def test_where_a_link_leads_is_said_by_the_chapter(named, chapters, pandocs) -> None:
    made: dict[str, dict[str, str]] = {}
    for place, rest in chapters.items():
        assert f'href="{place}"' in in_pieces(f"::::: {{.claim}}\nA is {named}.\n:::::\n\n{rest}\n", pandocs, made)[0]
