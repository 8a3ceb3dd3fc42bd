"""Pages: self-contained, accessible, repeatable, and the same in HTML and PDF."""

from __future__ import annotations

import html.parser
import io
import itertools
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from dataclasses import dataclass, replace
from pathlib import Path

import pdfplumber
import pypdf
import pytest

from report.errors import ProseError, ReportError
from report.model import Column, Holds, Table, Value, Verdict
from report.numbers import NO_BREAK
from report.prove.checked import CheckedPart, CheckedStep, GlossaryEntry, Proof, Witnessed
from report.prove.language.names import DEFINED, Name
from report.prove.language.standing import Standing
from report.typeset import pdf as printing
from report.typeset.fonts import font_faces, subset
from report.typeset.html import html as set_page
from report.typeset.inputs import Meta, Remember, at_once, once
from report.typeset.pages import both, front
from report.typeset.paging import paged
from report.typeset.pandoc import Press
from report.typeset.pdf import document as pdf_document
from report.write import markdown as render
from report.write.derivations import derivation_markdown
from report.write.tables import table_markdown
from report.write.writeup import Writeup
from tests.layout import LEFT, RIGHT, misplaced, text_of, torn

ODD = "a & b < c > d # e $f$ _g_ *h* @i \\j ~k~ \"l\" 'm' `n` [o] {p} | q ^r^ // /* -- --- -5 -? ... https://a.b/c = + - שלום"
SVG = (
    b'<?xml version="1.0"?><svg width="%dpt" height="50pt" viewBox="0 0 100 50" xmlns="http://www.w3.org/2000/svg">'
    b'<defs><clipPath id="c"><rect width="9" height="9"/></clipPath></defs><g clip-path="url(#c)"><path d="M0 0H9V9Z" '
    b'style="fill: currentColor"/></g></svg>'
)
TALL = SVG.replace(b'height="50pt" viewBox="0 0 100 50"', b'height="500pt" viewBox="0 0 100 500"')


@dataclass(frozen=True)
class Chapter:
    identifier: str
    file: Path
    markdown: str


class Memory(dict):
    """A ``remember`` that counts what it had to make."""

    made = 0

    def __call__(self, key: str, make: Callable[[], bytes]) -> bytes:
        if key not in self:
            self[key] = make()
            self.made += 1
        return self[key]


COLUMNS = (Column("i", "Iteration"), Column("word", "Word", align="left"), Column("a", "Accuracy (%)", digits=2))
NAMES = (
    GlossaryEntry("x", Name("real"), "a number"),
    GlossaryEntry("sigma", Name(DEFINED, groups=1), "a sigmoid", head="sigma(x)", body="1/(1 + exp(-x))"),
)


def _step(expression: str, reason: str) -> CheckedStep:
    return CheckedStep("==", expression, reason, Standing.PROVED, "normal form", (Witnessed("numeric", 6),), "t02.py:1")


SLOPE = (_step("exp(-x)/(1 + exp(-x))**2", "chain rule, `exp(-x)`"), _step("sigma(x)*(1 - sigma(x))", "factor"))
LONG = (_step(" + ".join("bcdefgh" * 12), "a long sum"),)
PROOF = Proof(
    "T2",
    "Sigmoid",
    "What is `diff(sigma(x), x)`?",
    NAMES,
    (
        CheckedPart("Result", "", "", "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))", (), "diff(sigma(x), x)", SLOPE),
        CheckedPart("Long", "", "", "a == b", (), "a", LONG),
    ),
    "It is.",
    "So.",
    (),
)
FIRST = "\n".join(
    [
        "# First steps {#ch-first}\n\nA formula $x_1 < y$(b) and $\\alpha$.c, then $$\\int_0^1 f(x)\\,dx.$$\n\n",
        "A note.^[In the margin.]",
        "The net reaches " + render.value_markdown(Value(97.31, "%", 1, 0.2, 3, 'of "E2" <b>'), "01.md:3") + ".\n",
        "## A section\n\nSee " + render.reference_markdown("fig-b", "Figure 2") + " and [the end](#ch-second).\n",
        render.verdict_markdown(
            "A is better than $B$.", Verdict(Holds.NO, -1.2, -1.5, -0.9, 3, "%", "difference"), origin="E1.better"
        ),
        render.figure_markdown("fig-a", 1, "a.svg", "What it *shows*, $\\beta$.", f"A falls. {ODD}", "a.csv", f"E1.a\n{ODD}"),
        table_markdown(
            "tab-a", 1, Table(COLUMNS, ((1, ODD, 97.123), (2, None, None), (3, "$e^x$", -0.001)), "A table."), origin="E1.t"
        ),
    ]
)
SECOND = "\n".join(
    [
        "# Second steps {#ch-second}\n\n## A section\n\n## A section\n\n" + render.escape(ODD) + "\n",
        render.notice_markdown("failed", ODD),
        render.figure_markdown("fig-b", 2, "b.svg", "Wide.", "B rises.", "b.csv"),
        table_markdown("tab-b", 2, Table(COLUMNS, tuple((i, f"row{i}", i / 7) for i in range(120)), "A long table.")),
        derivation_markdown(PROOF, {"result": 1, "long": 3}.__getitem__),
    ]
)
CHAPTERS = (Chapter("ch-first", Path("01-first.md"), FIRST), Chapter("ch-second", Path("02-second.md"), SECOND))
ASSETS = {"a.svg": SVG % 300, "b.svg": SVG % 470}
META = Meta("Title & <co>", "Sub", "A. Student", ("A. Student", "A course"), "Budget: quick", "3 seeds", notices=(ODD,))


FACES_MADE = Press(Memory())


def html_page(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes]) -> str:
    return set_page(chapters, meta, assets, FACES_MADE)


def pdf(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes]) -> bytes:
    return pdf_document(chapters, meta, assets).content


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory()


@pytest.fixture(scope="module")
def built(memory) -> tuple[str, bytes]:
    page, made = both(CHAPTERS, META, ASSETS, Press(memory))
    return page, made.content


@pytest.fixture(scope="module")
def page(built) -> str:
    return built[0]


@pytest.fixture(scope="module")
def document(built) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(built[1]))


class Reader(html.parser.HTMLParser):
    """Tags with their attributes, and the text that a reader sees."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.hidden = 0
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.hidden += tag in ("style", "title", "script")

    def handle_endtag(self, tag):
        self.hidden -= tag in ("style", "title", "script")

    def handle_data(self, data):
        self.text += "" if self.hidden else data


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _pdf_text(document: pypdf.PdfReader) -> str:
    return _words(" ".join(each.extract_text() for each in document.pages))


def test_two_builds_are_byte_identical(built):
    assert set_page(CHAPTERS, META, ASSETS) == built[0]
    assert pdf(CHAPTERS, META, ASSETS) == built[1]


def test_the_page_asks_nothing_of_the_network(page):
    for tag, attributes in Reader(page).tags:
        for name in ("src", "href", "xlink:href", "action", "data", "poster"):
            target = attributes.get(name) or ""
            assert re.match(r"#|data:|data/|$", target), (tag, name, target)
    assert not re.search(r"url\((?!['\"]?(?:data:|#))|@import|<script [^>]*src", page)


def test_every_figure_and_formula_of_the_page_has_an_alternative(page):
    tags = Reader(page).tags
    drawings = [attributes for tag, attributes in tags if tag == "svg"]
    formulas = [attributes for tag, attributes in tags if tag == "math"]
    assert [d["aria-label"] for d in drawings] == [f"A falls. {ODD}", "B rises."]
    assert len(formulas) > 8
    assert all(f.get("alttext") for f in formulas)
    assert any(f["alttext"] == "x_1 < y" for f in formulas)
    assert "<img" not in page


def test_identifiers_are_unique_and_links_arrive(page):
    tags = Reader(page).tags
    names = [attributes["id"] for _, attributes in tags if attributes.get("id")]
    assert len(names) == len(set(names))
    links = {attributes["href"][1:] for _, attributes in tags if (attributes.get("href") or "").startswith("#")}
    assert links <= set(names)
    assert {"fig-b", "ch-second", "T2-result", "tab-b"} <= set(names)
    clips = re.findall(r"url\(#([^)]+)\)", page)
    assert len(set(clips)) == 2
    assert set(clips) <= set(names)


def test_numbers_are_the_same_on_both_pages(page, document):
    on_page, in_pdf = _words(Reader(page).text), _pdf_text(document)
    for pattern in (r"Figure \d\.", r"Table \d\.", r"\(\d\)"):
        assert set(re.findall(pattern, on_page)) == set(re.findall(pattern, in_pdf))
    assert {"Figure 1.", "Figure 2.", "Table 1.", "Table 2."} <= set(re.findall(r"(?:Figure|Table) \d\.", in_pdf))
    sections = re.findall(r'<span class="section">([\d.]+)</span>([^<]+?) <a class="here"', page)
    assert sections == [
        ("1", "First steps"), ("1.1", "A section"), ("2", "Second steps"), ("2.1", "A section"), ("2.2", "A section")
    ]  # fmt: skip
    for number, title in sections:
        assert re.search(rf"{re.escape(number)} ?{title}", in_pdf)
    assert "97.3 ± 0.2" in on_page
    assert "97.3 ± 0.2" in in_pdf


def test_odd_characters_arrive_as_they_are(page, document):
    on_page = _words(Reader(page).text)
    latin = ODD.rsplit(" ", 1)[0]
    assert on_page.count(ODD) == 4  # the front, a cell, prose and a notice
    in_pdf = re.sub(r"\s", "", _pdf_text(document))
    assert in_pdf.count(re.sub(r"\s", "", latin)) >= 4


def _structure(node, document) -> Iterator[pypdf.generic.DictionaryObject]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for child in node:
            yield from _structure(child, document)
    elif isinstance(node, dict):
        yield node
        yield from _structure(node.get("/K", []), document)


def test_the_pdf_is_tagged_and_every_figure_and_formula_has_an_alternative(document):
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"]
    assert document.metadata.author == "A. Student"
    assert b"pdfuaid:part" in root["/Metadata"].get_object().get_data()
    tags = [node for node in _structure(root["/StructTreeRoot"], document) if "/S" in node]
    kinds = {str(tag["/S"]) for tag in tags}
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/Formula", "/Link"} <= kinds
    spoken = [tag for tag in tags if tag["/S"] in ("/Figure", "/Formula")]
    assert all(str(tag.get("/Alt", "")) for tag in spoken)
    alternatives = {str(tag["/Alt"]) for tag in spoken}
    assert {"B rises.", f"A falls. {ODD}", "x sub 1 is less than y"} <= alternatives
    assert not any("\\" in str(tag["/Alt"]) for tag in spoken if tag["/S"] == "/Formula")


def test_the_name_of_a_part_is_a_heading_that_the_outline_leaves_out(document):
    tags = _structure(document.trailer["/Root"]["/StructTreeRoot"], document)
    headings = [tag for tag in tags if re.fullmatch("/H[2-6]", str(tag.get("/S", "")))]
    assert len(headings) >= len(PROOF.parts)


def test_each_row_of_a_table_has_a_head_that_its_cells_name(document):
    tree = document.trailer["/Root"]["/StructTreeRoot"]
    index = tree["/IDTree"]["/Names"]
    heads = dict(zip(index[::2], (cell.get_object() for cell in index[1::2])))
    assert list(heads) == sorted(heads)
    rows = [[cell.get_object() for cell in tag["/K"]] for tag in _structure(tree, document) if tag.get("/S") == "/TR"]
    body = [row for row in rows if len(row) > 1 and row[1]["/S"] == "/TD"]
    assert body
    for first, *others in body:
        assert (first["/S"], first["/A"][0]["/Scope"]) == ("/TH", "/Row")
        assert heads[first["/ID"]] == first
        for cell in others:
            assert [heads[name]["/A"][0]["/Scope"] for name in cell["/A"][0]["/Headers"]] == ["/Column", "/Row"]


def test_the_pdf_has_an_outline_and_no_borrowed_fonts(document):
    titles = [str(entry.title) for entry in document.outline if not isinstance(entry, list)]
    assert [title.split(" ", 1)[-1] for title in titles] == ["First steps", "Second steps"]
    fonts = {
        str(font.get_object()["/BaseFont"]) for each in document.pages for font in each["/Resources"].get("/Font", {}).values()
    }
    assert all("Libertinus" in font for font in fonts), fonts


def test_chapters_run_on():
    chapters = tuple(
        Chapter(f"ch-{word}", Path("a.md"), f"# {word} {{#ch-{word}}}\n\nText of {word}.") for word in ("one", "two")
    )
    document = pypdf.PdfReader(io.BytesIO(pdf(chapters, META, {})))
    assert any("Text of one" in page.extract_text() and "Text of two" in page.extract_text() for page in document.pages)


def test_text_goes_on_where_a_figure_has_no_room():
    figure = render.figure_markdown("fig-a", 1, "a.svg", "What it shows.", "A falls.", "a.csv")
    before, after = (
        "\n\n".join(f"{word} sentence number {i}." for i in range(count)) for word, count in (("Early", 20), ("Late", 9))
    )
    chapters = (
        Chapter("ch-one", Path("01.md"), f"# One {{#ch-one}}\n\n{before}\n\n{figure}\n\n{after}\n"),
        Chapter("ch-two", Path("02.md"), "# Two {#ch-two}\n\nThe end.\n"),
    )
    document = pypdf.PdfReader(io.BytesIO(pdf(chapters, META, {"a.svg": TALL % 300})))
    texts = [each.extract_text() for each in document.pages]
    at = {
        words: next(i for i, text in enumerate(texts) if words in text) for words in ("number 19", "Late", "shows", "The end")
    }
    assert at["Late"] == at["number 19"]  # the text went on where the figure had no room
    assert at["number 19"] <= at["shows"]
    chapter = next(entry for entry in document.outline if not isinstance(entry, list) and str(entry.title).endswith("Two"))
    assert document.get_destination_page_number(chapter) == at["The end"]


def test_on_a_page_of_its_own_a_question_stands_above_its_figure():
    figure = render.figure_markdown("fig-a", 1, "a.svg", "What it shows.", "A falls.", "a.csv")
    chapters = [
        Chapter(f"ch-{word}", Path("a.md"), f"# {word} {{#ch-{word}}}\n\nText of {word}.\n\n{more}\n")
        for word, more in (("one", ""), ("two", figure))
    ]
    printed = pdf_document(chapters, replace(META, fresh=True), {"a.svg": TALL % 300})
    assert paged(printed).spans == {"ch-one": (2, 2), "ch-two": (3, 3)}


@pytest.mark.parametrize(("lines", "more"), [(90, 0), (92, 0), (70, 1)], ids=["a full page", "a line over", "a figure over"])
def test_a_question_ends_where_its_last_line_and_its_figure_stand(lines, more):
    words = [f"Sentence number {i}." for i in range(lines)]
    words += [render.figure_markdown("fig-a", 1, "a.svg", "What it shows.", "A falls.", "a.csv")] * more
    chapters = [
        Chapter("ch-one", Path("a.md"), "# One {#ch-one}\n\n" + "\n\n".join(words)),
        Chapter("ch-two", Path("b.md"), "# Two {#ch-two}\n\nThe end.\n"),
    ]
    printed = pdf_document(chapters, META, {"a.svg": TALL % 300} if more else {})
    texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed.content)).pages]
    own = [page for page, text in enumerate(texts, 1) if "number" in text or "shows" in text]
    assert paged(printed).spans["ch-one"] == (1, own[-1])


def test_no_word_stands_outside_the_text_or_over_another(built):
    assert misplaced(built[1]) == []


def test_a_figure_for_which_wider_ones_leave_no_room_stands_in_the_text(monkeypatch):
    kept, compiled = [], printing._compiled

    def watched(folder, chapters, told, in_text=()):
        setting = compiled(folder, chapters, told, in_text)
        kept.append((list(in_text), list(setting.colliding)))
        return setting

    monkeypatch.setattr(printing, "_compiled", watched)
    sizes = {1: (470, 160), 2: (230, 270), 3: (470, 240)}
    drawn = {
        n: (SVG % width).replace(
            b'height="50pt" viewBox="0 0 100 50"', b'height="%dpt" viewBox="0 0 %d %d"' % (high, width, high)
        )
        for n, (width, high) in sizes.items()
    }
    figures = [render.figure_markdown(f"fig-{n}", n, f"{n}.svg", f"Number {n}.", "A falls.", f"{n}.csv") for n in sizes]
    text = "\n\n".join(["# All {#ch-all}", figures[0], "Some words.", *figures[1:], "A line. " * 900])
    printed = pdf((Chapter("ch-all", Path("a.md"), text),), Meta("T"), {f"{n}.svg": each for n, each in drawn.items()})
    assert kept == [([], ["Figure 2"]), (["Figure 2"], [])]
    with pdfplumber.open(io.BytesIO(printed)) as pages:
        words = [word for page in pages.pages for word in page.extract_words()]
    caption = next(after for word, after in itertools.pairwise(words) if word["text"] == "Number" and after["text"] == "2.")
    assert caption["top"] > 18 / 25.4 * 72 + 270  # below its picture as it was drawn


def test_the_lines_of_a_long_formula_are_evenly_apart_and_its_sums_do_not_touch():
    def heights(formula: str, letter: str) -> list[float]:
        """Where the letter stands, from the foot of the page, in a chain of this formula and its end."""
        part = CheckedPart("Long", "", "", "a == x", (), formula, (_step("x", "they cancel"),))
        text = f"# A {{#ch-a}}\n\n{derivation_markdown(replace(PROOF, parts=(part,)), {'long': 7}.__getitem__)}"
        with pdfplumber.open(io.BytesIO(pdf((Chapter("ch-a", Path("a.md"), text),), Meta("T"), {}))) as pages:
            return sorted({round(char["matrix"][5], 1) for char in pages.pages[0].chars if char["text"] == letter})

    letters, sums = " + ".join("bcdefgh" * 12), " + ".join(f"sum((b - {n}*x)**2 for k in span(1, m))" for n in "cdef")
    (end, *_), (last, above, *_) = heights(letters, "="), heights(letters, "+")
    assert last - end < 1.2 * (above - last)
    (_, lower_limit), (upper_limit, _) = heights(sums, "𝑘"), heights(sums, "𝑚")
    assert lower_limit - upper_limit > 5


@pytest.mark.parametrize(
    "formula",
    [
        "a = " + " + ".join("bcdefghijklmnopqrstuvwxyz" * 2),
        r"\begin{aligned} a &= " + " + ".join("bcdefghijklmnopqrstuvwxyz") + r" \\ c &= d \end{aligned}",
        r" \cdot ".join(["product"] * 12),
    ],
)
def test_a_formula_that_is_wider_than_a_column_keeps_to_it(formula):
    made = pdf((Chapter("ch-a", Path("a.md"), f"# A {{#ch-a}}\n\nBefore.\n\n$$ {formula} $$\n\nAfter."),), Meta("T"), {})
    with pdfplumber.open(io.BytesIO(made)) as pages:
        assert max(char["x1"] for char in pages.pages[0].chars if "Math" in char["fontname"]) < (LEFT + RIGHT) / 2


def test_a_table_by_hand_needs_no_head():
    made = pdf((Chapter("ch-a", Path("a.md"), "# A {#ch-a}\n\n------- ----\n  here    x\n------- ----\n"),), Meta("T"), {})
    assert "here" in text_of(made)


def test_letters_that_no_font_has_are_named_with_their_place(tmp_path):
    file = tmp_path / "a.md"
    file.write_text("# A {#ch-a}\n\nText, then \x07 unseen.\n", encoding="utf-8")
    shown = Chapter("ch-a", file, file.read_text(encoding="utf-8"))
    with pytest.raises(ProseError, match=f"{file}:3: .*U\\+0007"):
        pdf((shown,), Meta("T"), {})
    with pytest.raises(ProseError, match="“Two cats: 🙂 of a caption” otherwise, where"):
        pdf((replace(shown, markdown="# A {#ch-a}\n\nTwo cats: 🙂 of a caption"),), Meta("T"), {})
    with pytest.raises(ProseError, match="Write the title"):
        pdf((replace(shown, markdown="# A {#ch-a}"),), Meta("T 🙂"), {})


def test_the_front_says_a_failure_in_letters_that_its_font_has() -> None:
    writeup = Writeup("A title", "", "", (), {}, Path("report.toml"))
    assert front(writeup, "quick", {}, ["E1: 1 of 1 runs failed: “é” 🙂"]).notices == ("E1: 1 of 1 runs failed: “é” U+1F642",)


def test_a_folder_for_passing_files_that_is_not_there_is_no_hindrance(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "gone"))
    assert "Words." in text_of(pdf((Chapter("ch-a", Path("a.md"), "# A {#ch-a}\n\nWords."),), Meta("T"), {}))


def test_lists_in_small_keep_to_the_columns_of_the_page():
    lines = "\n\n".join(f"**{n}.5** accuracy of net {n}, computed in experiments/width.py from {n} runs" for n in range(400))
    for kind in ("numbers", "ledger"):
        text = f"# All {{#ch-all}}\n\nWords before.\n\n{render.div(lines, kind)}"
        assert misplaced(pdf((Chapter("ch-all", Path("a.md"), text),), Meta("T"), {})) == []


def test_tables_too_wide_for_the_page_give_way_where_words_can():
    names = "configuration accuracy precision recall specificity sensitivity parameters throughput memory epochs optimiser"
    wide = Table(
        tuple(Column(name, name, digits=2) for name in [*names.split(), "comment"]),
        tuple((f"net {row}", *[123.45 + row] * 10, "a remark of some words") for row in range(4)),
        "Wide.",
    )
    paths = Table(
        (Column("p", "checkpoint", align="left"), Column("s", "sha", align="left")),
        (("runs/2024/resnet/" + "deeper/" * 12 + "model.pt", "0123456789abcdef" * 4),),
        "Unbroken words.",
    )
    spreads = Table(
        tuple(Column(f"c{i}", f"test error, {i}") for i in range(6)),
        tuple(tuple(Value(0.0473, "", 4, spread, 3) for _ in range(6)) for spread in (0.001, 2.6e-5)),
        "Means and spreads.",
    )
    forty = Table(tuple(Column(f"c{i}", f"Column {i}", digits=2) for i in range(40)), (tuple(map(float, range(40))),), "Forty.")
    text = "\n\n".join(table_markdown(f"t{n}", n, each) for n, each in enumerate((wide, paths, spreads, forty)))
    assert misplaced(pdf((Chapter("ch-t", Path("t.md"), text),), Meta("T"), {})) == []


@pytest.mark.parametrize("lines", range(30, 44, 2))
def test_a_long_table_begins_with_three_rows_or_on_the_next_page(lines):
    rows = Table((Column("i", "i"), Column("w", "word", align="left")), tuple((i, f"row{i}.") for i in range(60)), "Long.")
    text = "\n\n".join("A line." for _ in range(lines)) + "\n\n" + table_markdown("t", 1, rows)
    document = pypdf.PdfReader(io.BytesIO(pdf((Chapter("ch-t", Path("t.md"), text),), Meta("T"), {})))
    first = next(page.extract_text() for page in document.pages if "row0." in page.extract_text())
    assert "row2." in first


@pytest.mark.parametrize("lines", [25, 26, 27, 28])
def test_a_table_breaks_between_the_rows_that_others_belong_to(lines):
    rows = [(f"net{i}" if row == 0 else f"{NO_BREAK}{NO_BREAK}layer{i}", row) for i in range(12) for row in range(4)]
    table = Table((Column("net", "Net", align="left"), Column("row", "Row")), tuple(rows), "Nets and their layers.")
    text = "# A {#ch-t}\n\n" + "A line.\n\n" * lines + table_markdown("tab-t", 1, table)
    document = pypdf.PdfReader(io.BytesIO(pdf((Chapter("ch-t", Path("t.md"), text),), Meta("T"), {})))
    begun = re.findall(r"Net\s*Row\s*(net|layer)", " ".join(page.extract_text() for page in document.pages))
    assert begun == ["net", "net"]


@pytest.mark.parametrize("lines", [79, 88, 96, 97])
def test_a_table_breaks_with_three_rows_on_either_side(lines):
    rows = Table((Column("i", "i"), Column("w", "word", align="left")), tuple((i, f"row{i}.") for i in range(26)), "Tall.")
    text = "# All {#ch-t}\n\n" + "\n\n".join("A line." for _ in range(lines)) + "\n\n" + table_markdown("t", 1, rows)
    assert torn(pdf((Chapter("ch-t", Path("t.md"), text),), Meta("T"), {})) == []


@pytest.mark.parametrize("count", [77, 81])
def test_a_few_rows_of_a_long_wide_table_go_first_where_there_is_room_for_few(count):
    columns = (Column("row", "Row", align="left"), *(Column(f"c{i}", f"Number {i}") for i in range(7)))
    table = Table(columns, tuple((f"row{row}.", *[123456.789] * 7) for row in range(count)), "Long and wide.")
    text = "# All {#ch-t}\n\n" + "A line. " * 700 + "\n\n" + table_markdown("t", 1, table)
    pages = pypdf.PdfReader(io.BytesIO(pdf((Chapter("ch-t", Path("t.md"), text),), Meta("T"), {}))).pages
    rows = [len(re.findall(r"row\d", page.extract_text())) for page in pages]
    assert sum(rows) == count
    assert 3 <= rows[0] < 20


def test_nothing_stands_below_a_table_that_goes_on_on_the_next_page():
    columns = (Column("row", "Row", align="left"), *(Column(f"c{i}", f"Number {i}") for i in range(7)))
    names = (f"row{row}." + " and what it is called" * (row > 75) for row in range(150))
    table = Table(columns, tuple((name, *[123456.789] * 7) for name in names), "Long and wide.")
    text = "# All {#ch-t}\n\n" + table_markdown("t", 1, table) + "\n\n" + "A line. " * 1500
    pages = pypdf.PdfReader(io.BytesIO(pdf((Chapter("ch-t", Path("t.md"), text),), Meta("T"), {}))).pages
    texts = [page.extract_text() for page in pages]
    (goes_on,) = (text for text, after in pairwise(texts) if "row1." in text and "Continued" in after)
    assert "A line." not in goes_on


def test_a_claim_is_a_sentence_with_its_evidence_beside_it(built, document):
    claimed = re.search(r'<div class="claimed">(.*?)</div></div>', built[0], flags=re.DOTALL)
    assert claimed is not None
    assert 'class="evidence"' in claimed[1]
    sentence, _, evidence = claimed[1].partition('<div class="evidence">')
    assert "does not hold" in sentence.replace("\u00a0", " ")
    assert "n" in evidence
    with pdfplumber.open(io.BytesIO(built[1])) as printed:
        words = [word for page in printed.pages for word in page.extract_words(x_tolerance=1.5, extra_attrs=["size"])]
    sizes = {word["text"]: word["size"] for word in words}
    assert sizes["interval"] < sizes["hold"] < sizes["better"]  # in small


@pytest.mark.parametrize("begins", ["- It", "10. It", "(a) It", "## It", "> It", "*It*"])
def test_a_claim_is_a_sentence_whatever_it_begins_with(begins: str) -> None:
    claim = render.verdict_markdown(f"{begins} rises.", Verdict(Holds.YES, what="of all runs"))
    page, made = both((Chapter("ch-a", Path("01-a.md"), f"# A\n\n{claim}\n"),), META, {}, Press(Memory()))
    assert re.search(r'<div class="claimed">\s*<p>(?:(?!</p>).)*It(?:</em>)? rises\.', page)
    assert begins.strip("*") in _pdf_text(pypdf.PdfReader(io.BytesIO(made.content)))


def test_a_verdict_ends_in_no_colon_where_its_evidence_stands_beside_it() -> None:
    asked = Verdict(Holds.NOT_ASKED, what="it needs all of the data")
    beside = render.verdict_markdown("It falls.", Verdict(Holds.NOT_ASKED), "W1 reports 3")
    alone = "\n\n".join((render.verdict_markdown("It rises.", asked), beside))
    page, made = both(
        (Chapter("ch-a", Path("01-a.md"), f"# A\n\n{alone}\n\nSo: {beside}And so on.\n"),), META, {}, Press(Memory())
    )
    sentences = re.findall(r'<div class="claimed"><p>(.*?)</p>', page.replace("\n", ""))
    assert [re.sub("<.*?>", "", each).replace("\u00a0", " ").split("– ")[1] for each in sentences] == [
        "not asked of this copy"
    ] * 3  # each a block, whatever stands around it
    on_paper = _pdf_text(pypdf.PdfReader(io.BytesIO(made.content))).replace("\u00a0", " ")
    assert "not asked of this copy: it needs all of the data" in on_paper
    assert on_paper.count("not asked of this copy; W1 reports 3") == 2


def test_a_long_table_repeats_its_header(document):
    pages = [_words(each.extract_text()) for each in document.pages]
    with_rows = [text for text in pages if re.search(r"row\d+ ", text)]
    assert len(with_rows) >= 2
    assert all("Iteration" in text for text in with_rows)


def test_an_edit_converts_its_chapter_and_nothing_else(memory, built):
    before = memory.made
    both(CHAPTERS, META, ASSETS, Press(memory))
    assert memory.made == before
    edited = (replace(CHAPTERS[0], markdown=CHAPTERS[0].markdown + "\n\nOne more sentence.\n"), CHAPTERS[1])
    page, _ = both(edited, META, ASSETS, Press(memory))
    assert "One more sentence." in page
    assert memory.made == before + 2  # once for each format


def test_what_was_measured_is_told_to_the_next_setting_and_makes_no_difference(monkeypatch) -> None:
    told, compiled, press = [], printing._compiled, Press(Memory())

    def watched(folder, chapters, known):
        told.append(bool(known))
        return compiled(folder, chapters, known)

    monkeypatch.setattr(printing, "_compiled", watched)
    first, again = (pdf_document(CHAPTERS, META, ASSETS, press).content for _ in range(2))
    assert first == again
    assert told == [False, True]


def test_what_other_pages_have_measured_is_not_measured_again_whatever_it_is_numbered(monkeypatch) -> None:
    told, compiled = [], printing._compiled

    def watched(folder, chapters, known):
        told.append(dict(known))
        return compiled(folder, chapters, known)

    monkeypatch.setattr(printing, "_compiled", watched)
    press = Press(measured=pdf_document(CHAPTERS, META, ASSETS).measured)
    renumbered = replace(CHAPTERS[1], markdown="# Again\n\n" + derivation_markdown(PROOF, {"result": 5, "long": 6}.__getitem__))
    (before,) = press.measured.values()
    alone = pdf_document((renumbered,), META, {})
    assert pdf_document((renumbered,), META, {}, press).content == alone.content
    assert told == [{}, {}, before]
    pdf_document((renumbered,), replace(META, language="de"), {}, press)
    assert told[-1] == {}  # in another layout all may measure otherwise


def test_a_table_is_known_by_another_number_and_with_a_link_in_its_caption(monkeypatch) -> None:
    told, compiled = [], printing._compiled

    def watched(folder, chapters, known):
        told.append(set(known))
        setting = compiled(folder, chapters, known)
        told[-1] = set(setting.measured) - told[-1]
        return setting

    def chapter(number: int, caption: str) -> Chapter:
        table = table_markdown("tab", number, Table(COLUMNS, ((1, "a", 0.5),), caption))
        return Chapter("ch-a", Path("a.md"), f"# A {{#ch-a}}\n\n{table}\n")

    monkeypatch.setattr(printing, "_compiled", watched)
    first = pdf_document((chapter(7, "What A has."),), META, {})
    pdf_document((chapter(12, "What [A](#ch-a) has."),), META, {}, Press(measured=first.measured))
    pdf_document((chapter(12, "What A has not."),), META, {}, Press(measured=first.measured))
    assert [bool(new) for new in told] == [True, False, True]


def test_what_is_measured_otherwise_in_another_place_is_not_told() -> None:
    assert printing._agreed([("a", 1), ("b", 1), ("a", 1), ("b", 2)]) == {"a": 1}


def test_what_two_threads_ask_for_is_made_once_and_fails_for_both() -> None:
    both_ask, made = threading.Barrier(2), []

    def make() -> bytes:
        made.append(1)
        time.sleep(0.05)  # so that the other asks meanwhile
        raise OSError("no room")

    def ask(remember: Remember) -> str:
        both_ask.wait()
        with pytest.raises(OSError, match="no room") as caught:
            remember("key", make)
        return str(caught.value)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, [once(at_once)] * 2)) == ["no room", "no room"]
    assert made == [1]


def test_a_new_letter_is_embedded():
    plain = subset("LibertinusSerif-Regular", "ab")
    from fontTools.ttLib import TTFont

    assert set(map(chr, TTFont(io.BytesIO(plain)).getBestCmap())) >= {"a", "b"}
    assert "q" not in set(map(chr, TTFont(io.BytesIO(plain)).getBestCmap()))
    assert "MATH" in TTFont(io.BytesIO(subset("LibertinusMath-Regular", "x")))


def test_a_letter_in_a_formula_is_embedded_in_the_face_of_formulas_alone() -> None:
    def keys(body: str) -> list[str]:
        asked: list[str] = []
        font_faces(body, META, lambda key, make: asked.append(key) or b"")  # type: ignore[func-returns-value]
        return asked

    plain, formula, text = map(keys, ("<p>a</p>", '<p>a<math alttext="ϰ"><mi>ϰ</mi></math></p>', "<p>ϰ</p>"))
    assert [one == other for one, other in zip(plain, formula)] == [True] * 7 + [False, True]
    assert [one == other for one, other in zip(plain, text)] == [False] * 8 + [True]


def _chapter(tmp_path: Path, text: str) -> tuple[Chapter]:
    file = tmp_path / "03-mine.md"
    file.write_text(text, encoding="utf-8")
    return (Chapter("ch-mine", file, text),)


def test_a_formula_that_cannot_be_read_is_named_with_its_line(tmp_path):
    chapters = _chapter(tmp_path, "# Mine\n\nText.\n\nHere $\\frac{1}{$ is.\n\nAnd $\\nosuchmacro{x}$.\n")
    with pytest.raises(ProseError) as caught:
        html_page(chapters, META, {})
    assert caught.value.where is not None
    assert caught.value.where.file == chapters[0].file
    assert caught.value.where.line in (5, 7)


def test_a_link_to_nowhere_is_named_with_its_line(tmp_path):
    chapters = _chapter(tmp_path, "# Mine\n\nText.\n\nSee [there](#nowhere).\n")
    with pytest.raises(ProseError, match="#nowhere") as caught:
        pdf(chapters, META, {})
    assert caught.value.where is not None
    assert caught.value.where.line == 5


def test_a_class_of_the_programs_own_is_refused_without_a_traceback(tmp_path):
    with pytest.raises(ProseError) as caught:
        html_page(_chapter(tmp_path, "# Mine\n\n::: {.figure}\nText.\n:::\n"), META, {})
    assert "traceback" not in str(caught.value)
    assert "A class such as .figure is the program's own" in caught.value.remedy


def test_a_figure_that_was_not_drawn_is_named(tmp_path):
    text = render.figure_markdown("f", 1, "gone.svg", "c", "a", "gone.csv")
    for make in (pdf, html_page):
        with pytest.raises(ReportError, match=r"gone\.svg"):
            make(_chapter(tmp_path, text), META, {})


def test_apostrophes_after_digits_and_odd_operators_come_out(tmp_path):
    chapters = _chapter(tmp_path, "# T {#ch-mine}\n\nW3's rule is $a \\odot b \\oplus c \\otimes d$.\n")
    text = _pdf_text(pypdf.PdfReader(io.BytesIO(pdf(chapters, Meta("A title"), {}))))
    assert "W3’s rule" in text
    for operator in "⊙⊕⊗":
        assert operator in text


def _read(markdown: str) -> tuple[str, str]:
    """What a reader finds on either page of one chapter."""
    chapters = (Chapter("ch-mine", Path("mine.md"), f"# T {{#ch-mine}}\n\n{markdown}\n"),)
    document = pypdf.PdfReader(io.BytesIO(pdf(chapters, Meta("A title"), {})))
    return _words(Reader(html_page(chapters, Meta("A title"), {})).text), _pdf_text(document)


MARKS = [
    "+ dropout",
    "- augmentation",
    "/ ratio: x",
    "= equal",
    "1. first",
    "2) second",
    "+\u00a0dropout",
    "12.",
    "-",
    "+",
    ".py",
]


def test_text_that_begins_like_markup_is_text():
    for text in _read("\n\n".join(_beginning(mark, n) for n, mark in enumerate(MARKS))):
        plain = text.replace("\u00a0", " ")
        for mark in MARKS:
            for place in ("caption", "heading", "claim", "note", "paragraph", "emphasis", "item", "hand"):
                assert f"{mark} {place}".replace("\u00a0", " ") in plain, place
        assert plain.count("•") <= len(MARKS)  # those of the lists


def _beginning(mark: str, n: int) -> str:
    """Whatever can begin with ``mark``."""
    escaped = render.escape(mark)
    cells = Table((Column("v", mark, align="left"), Column("n", "n")), ((mark, 1.0), (escaped, 2.0)), f"{escaped} caption.")
    places = [
        table_markdown(f"t{n}", n, cells),
        f"## {escaped} heading",
        render.verdict_markdown(f"{escaped} claim.", Verdict(Holds.YES, n=2)),
        f"A note.^[{escaped} note]",
        f"{escaped} paragraph",
        f"*Of*{escaped} emphasis",
        f"- {escaped} item",
        render.notice_markdown("failed", mark),
        f"| step | what |\n|:--|:--|\n| {escaped} | hand |",
    ]
    return "\n\n".join(places)


def test_a_value_in_a_formula_or_in_code_is_its_number():
    value = render.value_markdown(Value(92.0, "%", 2, 0.5, 3, 'the "x" {of} $E2$'), "01.md:3")
    small = render.value_markdown(Value(4e-6, "ms", 2, origin="E2"))
    page, document = _read(f"So $a = {value}$, in code `acc={value}`, and $$x_1 = {small}.$$")
    assert "a=92.00±0.50%" in re.sub(r"\s", "", page)
    assert "acc=92.00 ± 0.50 %" in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert "=92.00±0.50%" in re.sub(r"\s", "", document)
    assert "4×10−6ms" in re.sub(r"\s", "", document)
    assert "origin" not in page + document


def test_where_numbers_come_from_is_in_the_page_once_for_all_that_share_it():
    same, other = ('computed in a.py from "3" runs\nstated in 01.md:3', "E2 </style>")
    numbers = [render.span("97.3", "value", origin=origin) for origin in (same, other, same)]
    page = html_page([Chapter("ch-a", Path("01-a.md"), "# A {#ch-a}\n\n" + " ".join(numbers))], META, ASSETS)
    assert page.count("computed in a.py") == 1
    assert "E2 </style>" not in page
    assert [a["data-origin"] for _, a in Reader(page).tags if "data-origin" in a] == ["0", "1", "0"]


def test_a_number_is_found_by_its_digits():
    chapter = Chapter(
        "ch-a", Path("01-a.md"), "# A {#ch-a}\n\nIt has " + render.value_markdown(Value(3274634, digits=0)) + ".\n"
    )
    assert "It has 3274634." in _words(Reader(html_page((chapter,), META, {})).text)
