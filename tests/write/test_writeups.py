"""Write-ups as files: sections of chapters, questions and what answers them, and what is refused with its line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import typst

from report.errors import ProseError, UsageError, Where
from report.judge.views import unmade
from report.judge.written import entries
from report.proof import Derivation, algebra, part, real
from report.prove.check import check
from report.prove.derivation import load
from report.run.collect import collect
from report.write.chapters import write
from report.write.manuscript import Known, Manuscript, Material
from report.write.needs import needed
from report.write.references import anchors
from report.write.sections import drafts, placed, sections
from report.write.unused import unused
from report.write.writeup import LANGUAGES, Writeup, chosen
from tests.project import ROOT
from tests.write.test_chapters import EXPERIMENT, JUDGED

PAGE = 'title = "All"\nsubtitle = ""\nchapters = ["01-nets", "02-more", "03-end"]\n[sources]\nW1 = "A course"\n'
NETS = """\
{{ chapter_title("Nets") }}

Before.

## The nets {#sec-nets}

See {{ ref("E2.curves") }}, {{ ref("ch:more") }} and [the end](#sec-last).

```
# no heading {#code}
```

### In detail

{{ figure("E2.curves") }}

## More nets {#sec-more}

{{ table("E2.ends") }}
"""
MORE = '{{ chapter_title("More") }}\n\n## Last {#sec-last}\n\n{{ claim("E2.more") }} {{ wrong() }}\n'
END = '{{ chapter_title("The end") }}\n\n{{ claim("E2.less") }}\n'
ESSAY = """\
title = "An essay"
course = "A course"
source = "W1"
lines = ["Somebody, an id"]
pages = 2

[[question]]
heading = "Which nets?"
answers = ["#sec-nets"]

[[question]]
heading = "How large?"
prose = "They have {{ value('E2.size') }}."
answers = ["E2.ends", "E2.more"]

[[question]]
answers = ["03-end"]
"""


def project(folder: Path, essay: str = ESSAY) -> Writeup:
    (folder / "chapters").mkdir()
    (folder / "writeups").mkdir()
    (folder / "report.toml").write_text(PAGE, encoding="utf-8")
    for name, text in (("01-nets", NETS), ("02-more", MORE), ("03-end", END)):
        (folder / "chapters" / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "writeups" / "essay.toml").write_text(essay, encoding="utf-8")
    (writeup,) = chosen(folder, ["essay"])
    return writeup


def filled(writeup: Writeup) -> Manuscript:
    return write(Material({"E2": EXPERIMENT}, {"E2": JUDGED}, {}, writeup, "quick"))


def test_a_section_ends_at_the_next_heading_of_its_level_and_keeps_its_lines() -> None:
    found = {name: placed(NETS, span) for name, span in sections(NETS).items()}
    assert list(found) == ["sec-nets", "sec-more"]
    assert "In detail" in found["sec-nets"]
    assert "no heading" in found["sec-nets"]
    assert "More nets" not in found["sec-nets"]
    assert found["sec-more"].splitlines()[16] == NETS.splitlines()[16] == "## More nets {#sec-more}"


def test_a_question_is_filled_with_what_answers_it_and_nothing_else(tmp_path: Path) -> None:
    whole = "\n".join(chapter.markdown for chapter in filled(project(tmp_path)).chapters)
    assert [line for line in whole.splitlines() if line.startswith("#") and "code" not in line] == [
        "# Which nets? {#q-1}",
        "## In detail",
        "# How large? {#q-2}",
        "# The end {#ch-end}",
    ]
    assert "[]{#sec-nets}" in whole
    assert "Before." not in whole
    assert "1\u202f234\u202f567" in whole
    assert "| mlp |" in whole
    assert "More is more." in whole


def test_what_stands_elsewhere_is_said_in_a_clause_and_never_linked(tmp_path: Path) -> None:
    whole = "\n".join(chapter.markdown for chapter in filled(project(tmp_path)).chapters)
    assert "[Figure\u00a01](#E2-curves){.ref}, the complete report and the end (in the complete report)." in whole


def test_an_anchor_is_found_whatever_stands_beside_it() -> None:
    assert anchors(':::: {.figure #E2-curves alt="a \\{b\\}"}\n[]{#x} ## y {#sec-y}') == {"E2-curves", "x", "sec-y"}


def test_a_reference_to_what_stands_nowhere_is_refused_in_an_assignment_too(tmp_path: Path) -> None:
    for name in ("E9.x", "E2.curve", "ch:more-or-less"):
        (folder := tmp_path / name.replace(":", "-")).mkdir()
        writeup = project(folder, ESSAY.replace("They have", f"See {{{{ ref('{name}') }}}}:"))
        with pytest.raises(ProseError, match=rf"essay\.toml:13: ref\('{name}'\): nothing of that name stands"):
            filled(writeup)


def test_a_part_of_a_theorem_elsewhere_is_known_by_its_label(tmp_path: Path) -> None:
    symbols = [real("x", "a number", low=-4, high=4)]
    proof = check(
        Derivation("T1", "A square", "?", symbols, [part("The sum", "x + x == 2*x", algebra("collect"))], "It is.", "")
    )
    for name, known in (("T1.the-sum", True), ("T1.the-sun", False)):
        (folder := tmp_path / name).mkdir()
        writeup = project(folder, ESSAY.replace("They have", f"By {{{{ ref('{name}') }}}} they have"))
        with (folder / "chapters" / "03-end.md").open("a", encoding="utf-8") as chapter:
            chapter.write('\n{{ derivation("T1") }}\n')
        writeup = replace(writeup, questions=writeup.questions[:2])
        material = Material({"E2": EXPERIMENT}, {"E2": JUDGED}, {"T1": proof}, writeup, "quick")
        if known:
            assert "By the complete report they have" in "".join(chapter.markdown for chapter in write(material).chapters)
        else:
            with pytest.raises(ProseError, match=r"ref\('T1\.the-sun'\): nothing of that name"):
                write(material)


def test_each_write_up_counts_for_itself(tmp_path: Path) -> None:
    made = filled(project(tmp_path))
    assert made.labels["E2.curves"] == "Figure 1"
    assert made.labels["E2.ends"] == "Table 1"
    assert set(made.data) == {"essay/E2-curves.csv", "essay/E2-ends.csv"}


def test_an_error_in_a_section_has_the_line_of_its_chapter(tmp_path: Path) -> None:
    writeup = project(tmp_path, ESSAY.replace("#sec-nets", "#sec-last"))
    with pytest.raises(ProseError, match=r"02-more\.md:5: 'wrong' is undefined"):
        filled(writeup)


def test_a_number_typed_into_the_prose_of_a_question_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProseError, match=r"essay\.toml:13: the number 97\.1 is typed"):
        filled(project(tmp_path, ESSAY.replace("They have", "It is 97.1, and they have")))


def test_what_a_write_up_rests_on_is_read_off_its_parts(tmp_path: Path) -> None:
    writeup = project(tmp_path)
    assert needed(writeup, ["E1", "E2", "T1"], {}) == {"E2"}
    (complete,) = chosen(tmp_path, [])
    assert needed(complete, ["E1", "E2", "T1"], {}) == {"E1", "E2", "T1"}


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("pages = 2", "page = 2", 5, "there is no 'page' here"),
        ("pages = 2", 'pages = "2"', 5, "pages is '2', not a whole number"),
        ('"W1"', '"W2"', 3, "there is no source 'W2'"),
        ('answers = ["E2.ends", "E2.more"]', 'answer = ["E2.ends"]', 14, "there is no 'answer' here"),
        ('heading = "Which nets?"\n', "", 7, "a question has no heading"),
        ('["03-end"]', '["03-end", "E2.more"]', 17, "the chapter 03-end has a heading of its own"),
        ("title =", "title", 1, "is not TOML"),
        ('title = "An essay"\n', "# an essay without a title\n", None, "has no entry 'title'"),
        ('"An essay"', '""', 1, "title is empty"),
        ("pages = 2", "# how many pages\npage = 2", 6, "there is no 'page' here"),
        ("pages = 2", 'language = "klingon"', 5, "language is 'klingon', no code of a language"),
        ("pages = 2", 'language = "xe"', 5, "language is 'xe', no code of a language"),
        ("pages = 2", 'language = "german"', 5, "Write its code"),
        ("pages = 2", 'language = "de-DE"', 5, "Did you mean 'de'?"),
        ('answers = ["#sec-nets"]\n', "", 7, "has no entry 'answers'"),
        ('answers = ["#sec-nets"]\n', 'answers = ["#sec-nets"]\nparts = ["All"]\n', 10, "parts are those of a theorem"),
    ],
)
def test_what_a_write_up_may_not_say_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int | None, said: str
) -> None:
    assert old in ESSAY
    with pytest.raises(ProseError) as refusal:
        project(tmp_path, ESSAY.replace(old, new))
    assert said in str(refusal.value)
    assert refusal.value.where == Where(tmp_path / "writeups" / "essay.toml", line)


def test_a_language_is_one_that_typst_has_words_for_or_knows_how_to_break(tmp_path: Path) -> None:
    (tmp_path / "a.typ").write_text(
        "#for each in json(bytes(sys.inputs.languages)) {\n"
        "set text(lang: each, hyphenate: true)\n"
        "figure(kind: table, supplement: auto)[]; figure(kind: image, supplement: auto)[]\n"
        "let high(it) = measure(block(width: 30pt, it)).height / 1pt\n"
        'context [#metadata(("internationalisation", "достопримечательность").map(high))<high>]\n'
        "}\n#context [#metadata(query(figure).map(it => repr(it.supplement)))<said>]",
        encoding="utf-8",
    )
    asked = {"languages": json.dumps([*LANGUAGES, "xx"])}
    said, high = (typst.query(tmp_path / "a.typ", name, field="value", sys_inputs=asked) for name in ("<said>", "<high>"))
    (words,), broken = json.loads(said), json.loads(high)
    *known, unknown = zip(words[::2], words[1::2], map(tuple, broken), strict=True)
    assert [name for name, found in zip(LANGUAGES, known) if found == unknown] == []


def test_what_answers_nothing_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    writeup = project(tmp_path, ESSAY.replace("#sec-nets", "#sec-net").replace("E2.ends", "E2.end"))
    with pytest.raises(ProseError, match=r"essay\.toml:9: no chapter has a section #sec-net\.\n.*'#sec-nets'"):
        drafts(writeup)
    (tmp_path / "writeups" / "essay.toml").write_text(ESSAY.replace("E2.ends", "E2.end"), encoding="utf-8")
    with pytest.raises(ProseError, match=r"essay\.toml:14: 'E2\.end' answers nothing\.\n.*'E2\.ends'"):
        filled(chosen(tmp_path, ["essay"])[0])


def test_a_section_of_two_chapters_is_refused_and_not_chosen_for_the_author(tmp_path: Path) -> None:
    writeup = project(tmp_path)
    (tmp_path / "chapters" / "02-more.md").write_text("# More\n\n## Other nets {#sec-nets}\n", encoding="utf-8")
    with pytest.raises(ProseError, match=r"02-more\.md:3: 01-nets\.md has a section #sec-nets as well"):
        drafts(writeup)


def test_a_misspelt_write_up_is_answered_with_the_nearest(tmp_path: Path) -> None:
    project(tmp_path)
    assert [writeup.name for writeup in chosen(tmp_path, ["all"])] == ["complete", "essay"]
    with pytest.raises(UsageError, match="'essay'"):
        chosen(tmp_path, ["esay"])


def test_what_no_write_up_uses_is_said(tmp_path: Path) -> None:
    project(tmp_path)
    said = list(unused(chosen(tmp_path, ["all"]), {"E2": JUDGED}, ["T1"], {}, Known()))
    assert "E2.soon: no write-up shows this claim." in said
    assert "T1: no write-up shows this theorem." in said
    assert not any(each.startswith(("E2.curves", "E2.ends", "E2.size", "01-nets")) for each in said)
    (tmp_path / "chapters" / "04-left.md").touch()
    assert "04-left.md: no write-up takes anything from it." in list(unused(chosen(tmp_path, ["all"]), {}, [], {}, Known()))


def test_what_is_made_here_is_shown_somewhere() -> None:
    """A note of what nothing shows is worth reading only while there is none that is meant to be."""
    content, writeups = collect(ROOT), chosen(ROOT / "templates", ["all"])
    declared = content.experiments | {name: load(path) for name, path in content.theory.items()}
    judged = {name: unmade(each) for name, each in declared.items()}
    assert list(unused(writeups, judged, content.theory, entries(writeups[0].written), Known())) == []


def test_a_question_leaves_out_what_it_names_and_moves_headings_below_its_own(tmp_path: Path) -> None:
    chosen_parts = ESSAY.replace('answers = ["#sec-nets"]', 'answers = ["#sec-more", "#sec-nets"]\nwithout = ["E2.curves"]')
    writeup = project(tmp_path, chosen_parts.replace('"E2.ends", "E2.more"', '"E2.more"'))
    whole = "\n".join(chapter.markdown for chapter in filled(writeup).chapters)
    assert "## The nets {#sec-nets}" in whole
    assert "| mlp |" in whole
    assert "#E2-curves" not in whole
    assert "See the complete report" in whole


def test_what_cannot_be_left_out_is_refused_with_the_nearest(tmp_path: Path) -> None:
    writeup = project(tmp_path, ESSAY.replace('["#sec-nets"]', '["#sec-nets"]\nwithout = ["E2.curve"]'))
    with pytest.raises(ProseError, match=r"essay\.toml:10: no section of this question has E2\.curve .*\n.*'E2\.curves'"):
        drafts(writeup)


def test_what_is_said_of_a_mistake_can_be_placed_by_its_id(tmp_path: Path) -> None:
    writeup = project(tmp_path, ESSAY.replace('"E2.ends", "E2.more"', '"E2.ends", "X7"'))
    with (tmp_path / "chapters" / "02-more.md").open("a", encoding="utf-8") as chapter:
        chapter.write('\n{% if differs("X7") %}\n{{ mistake("X7") }} It is not so.\n{% endif %}\nNor this.\n')
    (draft,) = [draft for draft in drafts(writeup) if "X7" in draft.source]
    assert draft.source.strip() == '{% if differs("X7") %}\n{{ mistake("X7") }} It is not so.\n{% endif %}'
    assert draft.source.count("\n", 0, draft.source.index("{%")) == 6


def test_each_write_up_ends_with_the_evidence_of_its_numbers() -> None:
    for writeup in chosen(ROOT / "templates", ["all"]):
        last = writeup.questions[-1].answers[0][0] if writeup.questions else writeup.chapters[-1].stem
        assert last == "99-evidence", writeup.file
