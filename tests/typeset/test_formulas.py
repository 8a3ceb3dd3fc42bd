"""Formulas of the field, as each page sets them: looked at once, in both, then pinned in ``formulas.toml``.

``python -m tests.typeset.test_formulas`` writes the file anew; read the difference, and look at the pages again.
"""

from __future__ import annotations

import html
import io
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pytest

from report.typeset.inputs import Meta
from report.typeset.pandoc import Pandocs, chapter_html, chapter_typst
from report.typeset.pdf import document as pdf_document
from tests.arguments import given_numbers

PINNED = Path(__file__).with_name("formulas.toml")
KNOWN = tomllib.loads(PINNED.read_text(encoding="utf-8"))["formula"]


@dataclass(frozen=True)
class Chapter:
    identifier: str
    file: Path
    markdown: str


def set_both_ways(formulas: list[str]) -> list[dict[str, str]]:
    """Each formula with its Typst source, and with the letters of its MathML."""
    chapter = Chapter("ch-x", Path("x.md"), "\n\n".join(f"${latex}$" for latex in formulas))
    with Pandocs() as pandocs:
        source, page = chapter_typst(chapter, pandocs), chapter_html(chapter, pandocs)
    typst = re.findall(r'#formula\("(?:[^"\\]|\\.)*", (\$.*?\$)\);', source, flags=re.DOTALL)
    mathml = re.findall(r"<math.*?</math>", page, flags=re.DOTALL)
    assert len(typst) == len(mathml) == len(formulas)
    letters = [" ".join(html.unescape(re.sub(r"<annotation.*?</annotation>|<[^>]*>", " ", each)).split()) for each in mathml]
    return [dict(zip(("latex", "typst", "html"), each)) for each in zip(formulas, typst, letters)]


def test_every_formula_is_set_as_it_was_looked_at():
    assert len(KNOWN) > 200
    found = set_both_ways([known["latex"] for known in KNOWN])
    changed = [(known, now) for known, now in zip(KNOWN, found) if known != now]
    assert not changed, "look at these, then run: python -m tests.typeset.test_formulas"


@pytest.fixture(scope="module")
def printed() -> list[str]:
    lines = [
        "Transpose $x^{\\mathsf{T}}A$",
        "typewriter $\\mathtt{abc}$",
        "a wide hat $\\widehat{xyz}$",
        "an arrow $\\overrightarrow{AB}$",
        "a big bar $\\bigl\\| x \\bigr\\|$",
        "ampersand $a \\& b$",
    ]
    chapter = Chapter("ch-x", Path("x.md"), "\n\n".join(lines))
    document = pypdf.PdfReader(io.BytesIO(pdf_document((chapter,), Meta("T"), {}).content))
    return "".join(page.extract_text() for page in document.pages).splitlines()


@pytest.mark.parametrize("word", ["Libertinus", "rgb", "bar.v", "double", "scale"])
def test_no_word_of_the_layout_is_printed_in_a_formula(printed, word):
    assert word not in "\n".join(printed)


def test_an_ampersand_in_a_formula_is_printed(printed):
    assert any(line.startswith("ampersand") and "&" in line for line in printed)


def test_every_formula_can_be_set_in_the_pdf():
    text = "\n\n".join(f"${known['latex']}$\n\n$${known['latex']}$$" for known in KNOWN)
    assert pdf_document((Chapter("ch-x", Path("x.md"), text),), Meta("T"), {}).content.startswith(b"%PDF")


if __name__ == "__main__":
    given_numbers()
    found = set_both_ways([known["latex"] for known in KNOWN])
    tables = ["\n".join(f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in each.items()) for each in found]
    PINNED.write_text("".join(f"[[formula]]\n{table}\n\n" for table in tables).rstrip() + "\n", encoding="utf-8")
