"""Which numbers in prose are refused, and which are not results."""

import re
from pathlib import Path

import pytest

from report.write.lint import TypedNumber, in_abstract, problems, stray_comments, typed_numbers
from report.write.prose import EXPRESSION, read, without_comments

CHAPTERS = Path(__file__).parents[2] / "templates" / "chapters"

ALLOWED = [
    "The convnet of E2 reads MNIST; see T4 and W1, X10, E7b.",
    "An image has $28 \\times 28$ pixels, and\n$$\\frac{1}{2}$$\nis displayed.",
    "Call `fit(epochs=12)`.",
    "```python\nlr = 0.1\n```\n",
    "The accuracy is {{ value('E2.test_accuracy', net='x1') }} after {% if holds('E2.a3') %}training{% endif %}.",
    "{## 12 epochs were tried ##}",
    "In December 2018 and on 14 March 2023, and 2026-11-21.",
    "CIFAR-10, LeNet-5, float32, Conv2d, a 2-D code.",
    "1. first\n2. second\n",
    "A [link](https://example.org/2018/12) and a span [x]{.c width=3}.",
    "$x$ and $y$ cost \\$ each",
    "A remark.[^1] And another.[^2]\n\n[^1]: The first note.\n[^2]: The second note.\n",
    "- a\n\n   1. nested\n   2. list\n",
    "Run this:\n\n    python build.py --jobs 4\n\nand go on.",
    "See [the paper], https://arxiv.org/abs/1706.03762, and a thin&#8239;space.\n\n[the paper]: https://a.org/1706.03762\n",
    "See <https://arxiv.org/abs/1706.03762>.",
    "Before.\n\n<!-- this was 92.3 % before\n\nthe fix of 2 -->\n\nAfter.",
    "Two nets of three layers, one of them twice, each with the second half of the maps and the upper half of the image.",
    "Every rate runs twice: the two halves of it, in one of four ways, three times over; a third net, and doubling.",
    "{{ typed('Half the side', 'why') }}, and $\\frac12$ of it.",
    "{% if x > 3 %}\nGood.\n{% endif %}\n{{ value('a') }} begins, and {{ ref('b') }}.",
]

REFUSED = [
    ("The convnet reaches 99 % of them.", [(1, "99")]),
    ("a\n\nAfter 12 epochs, 0.05 is left,\nand 1,000 more", [(3, "12"), (3, "0.05"), (4, "1,000")]),
    ("$x$ falls by 3 and $y$ by more", [(1, "3")]),
    ("```\n1\n```\n\n7 of ten", [(5, "7")]),
    ("It is 3.", [(1, "3")]),
    ("{{ value('a') }} against 4", [(1, "4")]),
    ("$5 and $6", [(1, "5"), (1, "6")]),
    ("The accuracy of the widest net, over all of the seeds, was\n92. The others were worse.", [(2, "92")]),
    ("An F1 of F0.93.", [(1, "0.93")]),
    ("Code `92`,\nand text 92.\n\n| a |\n|---|\n| 7 |\n", [(2, "92"), (6, "7")]),
    ("Undefined.[^3]", [(1, "3")]),
    ("`<!-- 4 -->` shows\n<!-- 5 -->\n\nand 6.", [(4, "6")]),
    ("A note.[^n]\n\n[^n]: It was 8.\n", [(3, "8")]),
    (
        "It reads\n*ninety per\ncent* of them, or half a percentage point more.",
        [(2, "ninety per\ncent"), (3, "half a percentage point")],
    ),
    (
        "Twice as many, ten times the error, three times faster.",
        [(1, "Twice as"), (1, "ten times the"), (1, "three times faster")],
    ),
    ("Half the error, half of them, by half.", [(1, "Half the"), (1, "half of"), (1, "by half")]),
    ("Three quarters, a third of all, nine out of ten.", [(1, "Three quarters"), (1, "a third of"), (1, "nine out of ten")]),
    (
        "It halves the error,\na factor of ten, or an order of magnitude.",
        [(1, "halves the"), (2, "factor of ten"), (2, "order of magnitude")],
    ),
    ("Batches of fifty, or sixty-four, or ten thousand.", [(1, "fifty"), (1, "sixty-four"), (1, "ten thousand")]),
    ("A line.\nIt has 2*3*4 weights, 10^2^ inputs, and *5* layers.", [(2, "2*3*4"), (2, "10^2"), (2, "5")]),
]


def typed(source: str) -> list[TypedNumber]:
    return typed_numbers(read({Path("a.md"): source}, {})[Path("a.md")].text, source)


@pytest.mark.parametrize("source", ALLOWED)
def test_what_is_not_a_typed_result_is_allowed(source):
    assert typed(source) == []


@pytest.mark.parametrize(("source", "expected"), REFUSED)
def test_a_typed_number_is_found_with_its_line(source, expected):
    assert [(found.line, found.text) for found in typed(source)] == expected


def test_a_comment_that_would_be_printed_is_found():
    assert stray_comments("## A section {#sec-a}\n{## fine ##}\n{# printed #}\n[x]{#y .z}\n") == [3]


def test_a_number_typed_into_the_abstract_is_refused_with_its_line(tmp_path):
    page = tmp_path / "essay.toml"
    page.write_text('title = "92 nets"\nabstract = """It reads\n92 % of E2, in December 2018."""\n', encoding="utf-8")
    (found,) = in_abstract("It reads 92 % of E2, in December 2018.", page)
    assert str(found).startswith(f"{page}:3: the number 92 is typed, not computed")
    assert list(in_abstract("It reads them as E2 does.", page)) == []


def uncalled(source: str) -> list[str]:
    """The figures and tables of a chapter that its text never refers to."""
    code = "\n".join(EXPRESSION.findall(without_comments(source)))
    called = set(re.findall(r"\bref\(\s*[\"']([^\"']+)", code))
    return [name for name in re.findall(r"\b(?:figure|table)\(\s*[\"']([^\"']+)", code) if name not in called]


def test_a_figure_or_table_that_the_text_never_calls_is_found() -> None:
    source = "See {{ ref('E2.a') }}.\n\n{{ figure('E2.a') }}\n\n{{ table(\"E2.b\") }}\n\n<!-- {{ figure('E2.c') }} -->\n"
    assert uncalled(source) == ["E2.b"]


@pytest.mark.parametrize("chapter", sorted(CHAPTERS.glob("*.md")), ids=lambda path: path.stem)
def test_each_figure_and_table_of_the_report_is_called_in_its_text(chapter: Path) -> None:
    assert uncalled(chapter.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("prose", "said"),
    [
        ("![a net](broken.png)", "the picture 'broken.png' cannot be read"),
        ("![a net](page.svg)", "the picture 'page.svg' cannot be read"),
        ("![a net](none.png)", "does not lie beside the chapter"),
        ("A remark.[^note] And another.[^b]\n\n[^b]: It is there.", "there is no note [^note]"),
        ("See [there](other.md).", "a link goes to 'other.md', which is not published"),
    ],
)
def test_a_picture_a_link_or_a_note_that_no_reader_could_follow_is_refused(tmp_path: Path, prose: str, said: str) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "page.svg").write_text("<html/>", encoding="utf-8")
    chapter = tmp_path / "01-nets.md"
    (found,) = problems({chapter: f"A line.\n\n{prose}\n"}, {})[chapter]
    assert said in str(found)
    assert "01-nets.md:3: " in str(found)


def test_a_link_to_an_address_or_a_place_is_allowed(tmp_path: Path) -> None:
    chapter = tmp_path / "01-nets.md"
    assert not problems({chapter: "See [a](https://a.org/b?c=d), [b](mailto:a@b.de), [c](#sec-c), [d]({{ link }}).\n"}, {})[
        chapter
    ]


def test_a_heading_that_leaves_out_a_level_is_refused_with_its_line(tmp_path: Path) -> None:
    chapter = tmp_path / "01-a.md"
    good = '{{ chapter_title("A") }}\n\n## One\n\n### Two\n\n```\n#### code\n```\n\n## Three\n'
    assert not problems({chapter: good}, {})[chapter]
    (found,) = problems({chapter: good + "\n#### Four\n\nText.\n"}, {})[chapter]
    assert str(found) == f"{chapter}:13: a heading of level 4 follows one of level 2.\n  Begin it with ###."


@pytest.mark.parametrize("heading", ["##", "## ", "## {#sec-nothing}"])
def test_a_heading_that_says_nothing_is_refused_with_its_line(tmp_path: Path, heading: str) -> None:
    chapter = tmp_path / "01-a.md"
    (found,) = problems({chapter: f'{{{{ chapter_title("A") }}}}\n\n{heading}\n\nText.\n'}, {})[chapter]
    assert str(found) == f"{chapter}:3: a heading says nothing.\n  Give it words, or take it out."
