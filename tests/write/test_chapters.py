"""Each function that a chapter may call, on material made by hand: what it writes, and what it says of a slip."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report.errors import ProseError
from report.judge.views import Absent, Drawn, Judged, Judgement, Row
from report.model import Column, Experiment, Holds, Measure, State, Table, Value, Verdict
from report.proof import Derivation, Part, Step, check, integer, real
from report.write.chapters import FUNCTIONS, write
from report.write.manuscript import Manuscript, Material
from report.write.writeup import Writeup

EXPERIMENT = Experiment("E2", "Nets", "Which net?", lambda budget: [], measures={"acc": Measure("accuracy", "%", 1, 100)})
LOST = Absent("the floor gave way", "failed")
JUDGED = Judged(
    rows=tuple(
        Row({"net": net}, seed, State.DONE, {"acc": acc}, f"{net}{seed}")
        for net, acc in (("mlp", 0.5), ("cnn", 0.75))
        for seed in (0, 1)
    ),
    seeds=(0, 1),
    figures={"curves": Drawn("<svg/>", "a\n1\n", "Curves.", "Two curves."), "lost": LOST},
    tables={"ends": Table((Column("net", "Net", align="left"),), (("mlp",),), "Ends."), "lost": LOST},
    claims={
        "more": Judgement("More is more.", Verdict(Holds.YES, 2.0, 1.0, 3.0, 4, "points", "gap")),
        "less": Judgement("Less is more.", Verdict(Holds.NO, n=4)),
        "soon": Judgement("Soon.", Verdict(Holds.NOT_ASKED, what="it needs all of the data")),
        "all": Judgement("Most is more.", Verdict(Holds.YES, 2.0, 1.0, 3.0, 4, what="gap (the weakest of 3)")),
        "lost": LOST,
    },
    values={"size": Value(1234567, "weights", 0), "lost": LOST},
    read=dict.fromkeys(("curves", "ends"), ("mlp0", "mlp1", "cnn0", "cnn1")),
)


def manuscript(folder: Path, *chapters: str) -> Manuscript:
    paths = []
    for number, chapter in enumerate(chapters, 1):
        paths.append(folder / f"{number:02}-part-{number}.md")
        paths[-1].write_text(chapter, encoding="utf-8")
    writeup = Writeup("A title", "", "", tuple(paths), {"W1": "A course"}, folder / "report.toml")
    about = {"trials": Value(4, digits=0), "data": Table((Column("a", "A"),), ((1,),), "Data."), "Python": "3.11"}
    return write(Material({"E2": EXPERIMENT}, {"E2": JUDGED}, {}, writeup, "quick", of_build=about))


def text(folder: Path, chapter: str) -> str:
    return manuscript(folder, chapter).chapters[0].markdown


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('{{ value("E2.acc", net="cnn") }}', "[75.0\u202f%]"),
        ('{{ value("E2.size") }}', "[1\u202f234\u202f567"),
        ('{{ value("E2.lost") }}', "[—]"),
        ('{{ value("build.trials") }}', "[4]"),
        ('{% if number("E2.acc", net="cnn") > 70 %}high{% endif %}', "high"),
        ('{% if number("E2.lost") > 70 %}high{% else %}no{% endif %}', "no"),
        ('{{ number("E2.lost") or "unknown" }}', "unknown"),
        ('{{ number("E2.lost") }}', "—"),
        ('{{ figure("E2.curves") }}', "Curves. 2 seeds."),
        ('{{ figure("E2.lost") }}', "E2.lost is not shown: the floor gave way"),
        ('{{ table("E2.ends") }}', "| mlp |"),
        ('{{ table("build.data") }}', "#build-data"),
        ('{{ claim("E2.more") }}', "More is more. [✔\u00a0holds]"),
        ('{{ claim("E2.more") }}', 'word="holds" origin="E2.more&#10;stated in 01-part-1.md:1"}'),
        ('{{ claim("E2.soon") }}', "[–\u00a0not asked of this copy:]{.verdict"),
        ('{{ claim("E2.soon") }}', "}\n\nit needs all of the data.\n:::::"),
        (
            '{{ holds("E2.more") }} {{ holds("E2.less") }} {{ holds("E2.soon") }} {{ holds("E2.lost") }}',
            "True False False False",
        ),
        (
            '{{ fails("E2.more") }} {{ fails("E2.less") }} {{ fails("E2.soon") }} {{ fails("E2.lost") }}',
            "False True False False",
        ),
        ('{{ verdict("E2.lost") }}', "undecided"),
        ('{{ question("E2") }}', "Which net?"),
        ('{{ answer("E2.more") }}', "More is more."),
        ("Nothing.{{ replication() }}", "Nothing."),
        ("{{ about('W1') }}", "True"),
        ("{{ ledger() }}", "{.ledger}"),
        ("{{ evidence() }}", ":::: {.numbers}"),
        ("{{ tally() }}", ']{.verdict word="holds"} hold, [✘\u00a01]'),
        ("{{ tally() }}", '1]{.verdict word="does-not-hold"} does not hold, [–'),
        ('{{ answer_in_brief("E2.more") }}', "[**E2.**](#sec-e2) More is more. [✔\u00a0holds]"),
        ('{{ answer_in_brief("E2.more") }}', "}\n\neffect: 2.0\u00a0points, 95\u202f% interval 1.0 to 3.0.\n:::::"),
        ('{{ value("build.theorems") }}', "[0]"),
        ('{{ cite("W1") }}, and {{ cite("W1") }}', "W1 (*A course*), and W1"),
        ('{{ typed("28", "the side of a digit") }}', "28"),
        ('{{ notice("Beware.") }}', "Beware."),
        ('{{ chapter_title("Nets") }}', "# Nets {#ch-part-1}"),
        ('{{ chapter_title("Nets") }} {{ ref("ch:part-1") }}', "[Chapter](#ch-part-1){.chapter}"),
    ],
)
def test_a_function_writes(tmp_path: Path, call: str, said: str) -> None:
    assert said in text(tmp_path, call).replace("\\", "")


def test_a_theorem_that_is_not_there_has_one_place_wherever_it_is_asked_for(tmp_path: Path) -> None:
    chapter = tmp_path / "01-part-1.md"
    chapter.write_text('{{ derivation("T1") }}\n\n{{ derivation("T1", parts=["A"]) }}\n', encoding="utf-8")
    writeup = Writeup("A title", "", "", (chapter,), {}, tmp_path / "report.toml")
    markdown = write(Material({}, {}, {"T1": LOST}, writeup, "quick")).chapters[0].markdown
    assert markdown.count("T1 is not shown") == 2
    assert markdown.count("{#sec-T1}") == 1


def test_where_a_theorem_goes_on_the_names_are_told_that_it_did_not_use_before(tmp_path: Path) -> None:
    chapter = tmp_path / "01-part-1.md"
    chapter.write_text(
        '{{ derivation("T1", parts=["One"]) }}\n\n# Later\n\n{{ derivation("T1", parts=["Two"]) }}\n', encoding="utf-8"
    )
    parts = tuple(Part(name, f"x + {n} == {n} + x", [Step(f"{n} + x", "")]) for name, n in (("One", "1"), ("Two", "n")))
    names = (real("x", "a number"), integer("n", "a size", least="1"))
    proof = check(Derivation("T1", "Sums", "Why?", names, parts, "So.", "", ()))
    writeup = Writeup("A title", "", "", (chapter,), {}, tmp_path / "report.toml")
    first, _, second = write(Material({}, {}, {"T1": proof}, writeup, "quick")).chapters[0].markdown.partition("# Later")
    assert "a number" in first
    assert "a size" not in first
    assert "a size" in second
    assert "a number" not in second


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('{{ value("E2.acc") }}', "fits several kinds of run, mlp and cnn"),
        ('{{ value("E2.acc", net="mpl") }}', "Did you mean 'mlp'?"),
        ('{{ value("E2.ac", net="mlp") }}', "Did you mean 'E2.acc'?"),
        ('{{ value("E3.acc") }}', "no experiment or theorem E3"),
        ('{{ figure("E2.curve") }}', "Did you mean 'E2.curves'?"),
        ('{{ figure("E2.curves") }} {{ figure("E2.curves") }}', "stands in the write-up already, as Figure 1"),
        ('{{ ref("E2.curves") }}', "nothing of that name stands in the write-up"),
        ('{{ ref("a@b") }}', "nothing of that name stands in the write-up"),
        ('{{ derivation("T1") }}', "there is no such theorem"),
        ('{{ answer("E2.mor") }}', "Did you mean 'E2.more'?"),
        ('{{ question("E3") }}', "there is no such experiment"),
        ('{{ cite("W2") }}', "there is no such source"),
        ('{{ typed("28", " ") }}', "say why this number need not be computed"),
        ('{{ table("build.dat") }}', "the build makes no such table"),
        ('{{ valu("E2.acc") }}', "Did you mean 'value'?"),
        ('{{ value("E2.acc" }}', "expected ')'"),
        ('{{ table("E2.curves") }}', "E2 has no such table"),
        ("{{ value() }}", "missing 1 required positional argument"),
        ("{{ value(3) }}", 'value(3): that is no text.\n  Write it in quotes: value("…").'),
        ("{{ holds(E2.more) }}", "'E2' is undefined"),
        ('{{ value("E2.acc", net="mlp", digits=-2) }}', "digits is -2, no number of decimals"),
        ('{{ value("E2.acc", net="mlp", digits="2") }}', "digits is '2', no number of decimals"),
        ("{% if holds('E2.more') %}", "needs to be closed is 'if'.\n  Mend the Jinja there."),
        ("{{ 1 // 0 }}", "division or modulo by zero"),
        ('{% include "other.md" %}', "no loader"),
    ],
)
def test_a_slip_is_said_with_its_line(tmp_path: Path, call: str, said: str) -> None:
    with pytest.raises(ProseError) as refusal:
        text(tmp_path, f"A line.\n\n{call}\n")
    assert said in str(refusal.value)
    assert "01-part-1.md:3: " in str(refusal.value)


def test_a_reference_may_point_forward(tmp_path: Path) -> None:
    first, _ = manuscript(tmp_path, 'See {{ ref("E2.curves") }}.', '{{ figure("E2.curves") }}').chapters
    assert "[Figure\u00a01](#E2-curves)" in first.markdown


def test_a_reference_to_what_a_chapter_with_a_slip_would_place_is_no_slip(tmp_path: Path) -> None:
    refers = 'See {{ ref("E2.curves") }}, {{ ref("ch:part-2") }} and {{ ref("E2.ends") }}.'
    with pytest.raises(ProseError) as refusal:
        manuscript(tmp_path, refers, '{{ heading("Two") }}\n\n{{ figure("E2.curves") }}\n\nIt is 3 then.')
    assert "the number 3 is typed" in str(refusal.value)
    assert "ref('E2.ends'): nothing of that name" in str(refusal.value)  # a slip of its own
    assert str(refusal.value).count("ref('") == 1


def test_what_prose_states_is_listed_with_its_place(tmp_path: Path) -> None:
    (stated,) = manuscript(tmp_path, 'One\n\n{{ value("E2.acc", net="mlp", digits=3) }}').stated
    assert (stated.name, stated.value.number, stated.value.digits, stated.chapter, stated.line) == (
        "E2.acc",
        50.0,
        3,
        "01-part-1",
        3,
    )


def test_every_function_is_tried_here_or_with_the_mistakes() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    others = {"wrote", "differs", "mistake", "mistakes", "mistakes_in_brief", "unsettled"}
    assert {name for name in FUNCTIONS if f"{name}(" not in source} <= others


def test_a_link_to_a_theorem_that_is_not_proved_here_still_leads_to_its_place(tmp_path: Path) -> None:
    file = tmp_path / "01-theory.md"
    file.write_text('{{ derivation("T1") }}', encoding="utf-8")
    writeup = Writeup("A title", "", "", (file,), {}, tmp_path / "report.toml")
    (chapter,) = write(Material({}, {}, {"T1": LOST}, writeup, "quick")).chapters
    assert "[]{#sec-T1}" in chapter.markdown


BOOK = "@book{davis1979,\n author = {Davis, Philip J.}, title = {Circulant Matrices}, publisher = {Wiley}, year = {1979}\n}\n"


def test_a_cited_work_is_named_and_listed_once_and_an_uncited_one_is_not(tmp_path: Path) -> None:
    other = BOOK.replace("davis1979", "other").replace("Circulant", "Other").replace("1979}\n", "1980}\n")
    (tmp_path / "references.bib").write_text(BOOK + other, encoding="utf-8")
    said = text(tmp_path, 'As {{ cite("davis1979") }} says, and {{ cite("davis1979") }}.')
    assert said.count("Davis ([1979](#ref-davis1979))") == 2
    assert said.count("[]{#ref-davis1979}Davis, Philip J. 1979. *Circulant Matrices*. Wiley.") == 1
    assert "Other Matrices" not in said


def test_an_unknown_work_and_a_broken_bibliography_are_said_with_their_file(tmp_path: Path) -> None:
    (tmp_path / "references.bib").write_text(BOOK, encoding="utf-8")
    with pytest.raises(ProseError, match=r"01-part-1\.md:2: .*no such source.*\n?.*davis1979"):
        text(tmp_path, 'A line.\n{{ cite("davis1997") }}')
    (tmp_path / "references.bib").write_text(BOOK.replace("},", "", 1), encoding="utf-8")
    with pytest.raises(ProseError, match=r"references\.bib"):
        text(tmp_path, "A line.")
    (tmp_path / "references.bib").write_text(BOOK + BOOK, encoding="utf-8")
    with pytest.raises(ProseError, match=r"references\.bib:4: two works are called 'davis1979'"):
        text(tmp_path, "A line.")


def test_whoever_looks_at_one_figure_alone_sees_that_its_data_stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    call = '{{ figure("E2.curves") }} {{ table("E2.ends") }}'
    assert "Stand-in" not in text(tmp_path, call)
    monkeypatch.setitem(globals(), "JUDGED", replace(JUDGED, stand_ins=("CIFAR-10",)))
    said = text(tmp_path, call)
    assert said.count("2 seeds. *Stand-in data.*") == 2


def with_rows(*rows: tuple[object, ...], seeds: int | None = None) -> Table:
    return Table((Column("net", "Net", align="left"), Column("acc", "Accuracy")), rows, "Ends.", seeds)


LOST_ONE = (replace(JUDGED.rows[0], state=State.FAILED), *JUDGED.rows[1:])


@pytest.mark.parametrize(
    ("judged", "said"),
    [
        (replace(JUDGED, rows=LOST_ONE), "At most 2 seeds."),
        (replace(JUDGED, rows=JUDGED.rows[1:3]), "1 seed."),
        (replace(JUDGED, rows=LOST_ONE, read={"ends": ("cnn0", "cnn1")}), "2 seeds."),
        (replace(JUDGED, rows=LOST_ONE, tables={"ends": with_rows(("cnn", Value(0.5, n=2)))}), "2 seeds."),
        (
            replace(JUDGED, tables={"ends": with_rows(("cnn", Value(0.5, n=2)), ("mlp", Value(0.5)))}, rows=LOST_ONE),
            "At most 2 seeds.",
        ),
        (replace(JUDGED, tables={"ends": with_rows(("cnn", Value(0.5)), seeds=1)}), "1 seed."),
        (replace(JUDGED, read={}), ""),
    ],
    ids=["one failed", "one of each", "looked at", "shown", "two kinds of rows", "declared", "no runs"],
)
def test_a_caption_counts_the_seeds_of_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, judged, said) -> None:
    monkeypatch.setitem(globals(), "JUDGED", judged)
    assert f"\nEnds. {said}".strip() + "\n" in text(tmp_path, '{{ table("E2.ends") }}')


def test_a_verdict_on_several_comparisons_is_explained_where_the_first_stands(tmp_path):
    told = "The sentence holds only if all of them do; the weakest is shown."
    first, second = manuscript(tmp_path, '{{ claim("E2.more") }} {{ claim("E2.all") }}', '{{ claim("E2.all") }}').chapters
    assert first.markdown.count(told) == 1
    assert told not in second.markdown
