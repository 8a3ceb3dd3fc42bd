"""Chapters, filled: what their authors may write, and what is refused with its line; read on both pages."""

from __future__ import annotations

import html
import io
import re
import struct
import zlib
from pathlib import Path

import pypdf
import pytest

from report.errors import ProseError
from report.judge.views import Judged
from report.model import Experiment, Value
from report.typeset.inputs import Meta
from report.typeset.pages import pages
from report.write.chapters import Manuscript, Material, write
from report.write.writeup import Writeup

JUDGED = Judged(values={"acc": Value(92.25, "%", 2, 0.5, 3, "of E20"), "small": Value(0.004, digits=2)})


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress(b"\0\0"))
    + chunk(b"IEND", b"")
)


def filled(folder: Path, **chapters: str) -> Manuscript:
    """Chapters by name (``_01_a`` is ``01-a.md``), filled."""
    files = []
    for name, text in chapters.items():
        files.append(folder / f"{name.strip('_').replace('_', '-')}.md")
        files[-1].write_text(text, encoding="utf-8")
    writeup = Writeup("Title", "", "", tuple(files), {}, folder / "report.toml")
    experiment = Experiment(id="E20", title="Width", question="Q?", trials=lambda budget: [])
    return write(Material({"E20": experiment}, {"E20": JUDGED}, {}, writeup, "smoke"))


def read(manuscript: Manuscript) -> tuple[str, str]:
    """The words of the HTML page and of the PDF."""
    page, document = pages(manuscript.chapters, Meta("Title"), manuscript.assets)
    body = re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)
    printed = " ".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(document)).pages)
    return (
        " ".join(html.unescape(re.sub(r"<[^>]*>", "", body)).replace("\u00a0", " ").split()),
        " ".join(printed.replace("\u00a0", " ").split()),
    )


def refused(folder: Path, **chapters: str) -> str:
    with pytest.raises(ProseError) as caught:
        filled(folder, **chapters)
    return str(caught.value)


TITLE = '{{ chapter_title("First") }}\n\n'


def test_two_files_with_one_anchor_are_refused_by_name(tmp_path):
    said = refused(tmp_path, _01_results=TITLE, _05_results=TITLE)
    assert "05-results.md" in said
    assert "01-results.md" in said


def test_an_anchor_given_twice_is_refused_with_its_line(tmp_path):
    said = refused(tmp_path, _01_a=TITLE + "## Set-up {#sec-setup}\n\na", _02_b=TITLE + "b\n\n## Set-up {#sec-setup}\n\nb")
    assert "02-b.md:5" in said
    assert "#sec-setup" in said


@pytest.mark.parametrize("stem", ["03-v1.2", "02-größe", "01 my chapter"])
def test_a_chapter_may_have_any_file_name(tmp_path, stem):
    (tmp_path / "chapters").mkdir()
    file = tmp_path / f"{stem}.md"
    file.write_text(TITLE + f'See {{{{ ref("ch:{re.sub("^[0-9]+-", "", stem)}") }}}}.', encoding="utf-8")
    manuscript = write(Material({}, {}, {}, Writeup("T", "", "", (file,), {}, tmp_path / "report.toml"), "smoke"))
    for text in read(manuscript):
        assert "See Chapter 1." in text


def test_a_reference_says_the_number_that_the_chapter_has(tmp_path):
    manuscript = filled(
        tmp_path,
        _01_a='# Preface {.unnumbered}\n\nSee {{ ref("ch:b") }} and {{ ref("ch:c") }}.\n',
        _02_b='{{ chapter_title("Bee") }}\n\n# An extra top-level heading\n\nText.\n',
        _03_c='{{ chapter_title("Cee") }}\n\nText.\n',
    )
    for text in read(manuscript):
        assert "See Chapter 1 and Chapter 3." in text
        assert re.search("3 ?Cee", text)


def test_a_comment_is_hidden_with_what_it_holds(tmp_path):
    manuscript = filled(
        tmp_path, _01_a=TITLE + "Be<!-- not\n\n{{ nobody }} 92.3 % -->fore `<!-- shown -->`.\n\nAfter {{ 'x' }}.\n"
    )
    for text in read(manuscript):
        assert "Before <!-- shown -->." in text
        assert "92.3" not in text
        assert "After x." in text


def test_a_line_is_counted_past_a_comment(tmp_path):
    assert "01-a.md:7" in refused(tmp_path, _01_a=TITLE + "a <!-- b\n\nc --> d\n\n{{ value('E20.none') }}\n")


def test_a_picture_beside_a_chapter_stands_on_both_pages(tmp_path):
    (tmp_path / "set up.png").write_bytes(PNG)
    manuscript = filled(tmp_path, _01_a=TITLE + "![A diagram of the *set-up*](<set up.png>){width=50%}\n")
    page, document = pages(manuscript.chapters, Meta("Title"), manuscript.assets)
    assert re.search(r'<img[^>]*src="data:image/png;base64,', page)
    assert 'alt="A diagram of the set-up"' in page
    assert b"/Image" in document


def test_a_picture_that_is_not_there_is_named_with_its_line(tmp_path):
    said = refused(tmp_path, _01_a=TITLE + "![A diagram](diagram.png)\n")
    assert "01-a.md:3" in said
    assert "diagram.png" in said


@pytest.mark.parametrize("letters", ["李雷", "🙂", "☑"])
def test_letters_without_a_font_are_named_with_their_line(tmp_path, letters):
    manuscript = filled(tmp_path, _01_a=TITLE + f"Text.\n\nBy {letters} and others.\n")
    with pytest.raises(ProseError) as caught:
        pages(manuscript.chapters, Meta("Title"), manuscript.assets)
    assert letters[0] in str(caught.value)
    assert "01-a.md:5" in str(caught.value)


def test_a_list_of_tasks_can_be_set(tmp_path):
    for text in read(filled(tmp_path, _01_a=TITLE + "- [ ] to do\n- [x] done\n")):
        assert "to do" in text
        assert "done" in text


@pytest.mark.parametrize(
    ("prose", "shown"),
    [
        ("{{ number('E20.acc') - 1.0534125317072665 }}", "91.1966"),
        ("{{ number('E20.acc') | round(1) }}", "92.2"),
        ("{% for i in range(2) %}x{{ i }}{% endfor %}", "x0x1"),
        ("{% set n = namespace(a=1) %}{% set n.a = 2 %}n{{ n.a }}", "n2"),
        ("{% if number('E20.acc') > 90 %}Good.{% endif %}", "Good."),
        ("{{ '%.1f %s' | format(number('E20.acc'), 'x') }}", "92.2 x"),
        ("$a = {{ value('E20.acc') }}$", "92.25"),
    ],
)
def test_jinja_is_all_there(tmp_path, prose, shown):
    assert shown in filled(tmp_path, _01_a=TITLE + prose + "\n").chapters[0].markdown


@pytest.mark.parametrize(
    "prose",
    [
        "{{ '%.1f %s' | format(number('E20.acc')) }}",
        '{% include "other.md" %}',
        "{% set x = [value('E20.acc')] %}{{ x[3] }}",
        "{{ value('E20.acc') | round(1) }}",
        "{{ value('E20.acc') | commas }}",
        "{{ 1 / 0 }}",
        "{{ value('E20.acc', digits='many') }}",
        "{% extends 'x' %}",
        "{{ {}['a'] }}",
    ],
)
def test_what_jinja_cannot_do_is_said_with_its_line(tmp_path, prose):
    assert "01-a.md:4" in refused(tmp_path, _01_a=TITLE + "Text.\n" + prose + "\n")
