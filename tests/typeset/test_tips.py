"""Origins go past pandoc, and come out as they went in."""

from __future__ import annotations

import html
import re
from pathlib import Path

from report.model import Value
from report.typeset.pandoc import Pandocs, chapter_html, chapter_typst
from report.write.manuscript import Chapter
from report.write.markdown import figure_markdown, value_markdown

ORIGIN = 'a "quoted" <b> & \\ {.value origin="no"} 5 %, ±, 1\u202f000 * _ `x` $y$\nand a second line'


def chapter(markdown: str) -> Chapter:
    return Chapter("ch-x", Path("x.md"), markdown)


def test_an_origin_is_on_the_page_as_it_was_told() -> None:
    value = value_markdown(Value(3.5, "%", origin=ORIGIN))
    figure = figure_markdown("E1-x", 1, "E1-x.svg", "A caption.", 'An "alt" text', "E1-x.csv", ORIGIN)
    with Pandocs() as pandocs:
        page = chapter_html(chapter(f"It is {value}, and {value}.\n{figure}"), pandocs)
    told = [html.unescape(text) for text in re.findall(r'data-origin="([^"]*)"', page)]
    assert told == [ORIGIN] * 3


def test_in_code_and_in_a_formula_a_value_is_its_number() -> None:
    value = value_markdown(Value(3.5, digits=1, origin=ORIGIN))
    with Pandocs() as pandocs:
        given = chapter(f"It is `{value}`, or ${value}$.\n\n```\n{value}\n```\n")
        page, source = chapter_html(given, pandocs), chapter_typst(given, pandocs)
    assert not re.search("[\ue010\ue011]", page + source)
    assert page.count("3.5") >= 3
