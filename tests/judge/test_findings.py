"""What a write-up says, held against what was found: a mistake is an entry that differs, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report.errors import ProseError, ReportError, Where
from report.judge.arithmetic import evaluate
from report.judge.findings import Agreement, Computed, findings
from report.judge.views import Absent
from report.judge.written import documents
from report.model import Holds, Value
from report.write.mistakes import quoted, verdict

VALUES = {
    "E1.none": Value(float("nan")),
    "E1.total": Value(110),
    "E1.rows": Value(5),
    "E1.columns": Value(5),
    "E1.share": Value(91.6, "%"),
}
VERDICTS = {"E1.sure": Holds.YES, "E1.wrong": Holds.NO, "E1.unclear": Holds.UNDECIDED}


def value(name, condition):
    return VALUES[name] if name in VALUES else Absent("left out by --only", "skipped")


COMPUTED = Computed(
    value, lambda name: (VERDICTS[name], "over 3 seeds", 0), lambda entry: "a short budget" if entry.needs else ""
)


def agreement(tmp_path: Path, entry: str, computed: Computed = COMPUTED) -> Agreement:
    """How one entry stands."""
    head = 'title = "A"\ntable = "rows.csv"\n'
    (tmp_path / "rows.csv").write_text("run,step,accuracy,loss\nslow,1,30,1.5\nslow,2,40,\nfast,1,50,1.0\nfast,2,45,0.9\n")
    (tmp_path / "W9.toml").write_text(f'{head}[[entry]]\nid = "it"\nplace = "1"\nsays = "so"\n{entry}\n', encoding="utf-8")
    (found_there,) = findings(documents(tmp_path)["W9"], computed).values()
    return found_there.agreement


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ('printed = "110"\nours = "E1.total"', Agreement.AGREES),
        ('printed = "111"\nours = "E1.total"', Agreement.DIFFERS),
        ('printed = "111"\nours = "E1.none"', Agreement.OPEN),
        ('printed = "0.92"\nscale = 100\ntolerance = 0.5\nours = "E1.share"', Agreement.AGREES),
        ('printed = "0.92"\nscale = 100\nours = "E1.share"', Agreement.DIFFERS),
        ('printed = "91"\nrelation = "≥"\nours = "E1.share"', Agreement.AGREES),
        ('printed = "92"\nrelation = "≥"\nours = "E1.share"', Agreement.DIFFERS),
        ('printed = "92"\nrelation = "≤"\nours = "E1.share"', Agreement.AGREES),
        ('printed = "92"\nours = "E1.share"\nneeds = "recipe"', Agreement.NOT_ASKED),
        ('printed = "92"\nours = "E2.share"', Agreement.NOT_ASKED),
        ('formula = "100 + 10"\nprinted = "110"\nours = "E1.total"', Agreement.AGREES),
        ('formula = "100 + 11"\nprinted = "110"\nours = "E1.total"', Agreement.DIFFERS),  # not what the sum comes to
        ('formula = "100 + 11"\nprinted = "111"\nours = "E1.total"', Agreement.DIFFERS),  # not what is right
        (
            'formula = "100 - last(accuracy)"\nrun = "slow"\nprinted = "61"\nours = "E1.share"\nneeds = "recipe"',
            Agreement.DIFFERS,
        ),
        ('formula = "100 - last(accuracy)"\nrun = "slow"\nprinted = "60"\nours = "E1.share"\ntolerance = 40', Agreement.AGREES),
        ('formula = "9/10*100"\nours = "E1.share"\ntolerance = 2', Agreement.AGREES),
        ('shape = ["n", "n"]\nat = {n = 5}\nours = ["E1.rows", "E1.columns"]', Agreement.AGREES),
        ('shape = ["1", "n"]\nat = {n = 5}\nours = ["E1.rows", "E1.columns"]', Agreement.DIFFERS),
        ('rows = "all(diff(accuracy) > 0)"\nrun = "slow"', Agreement.AGREES),
        ('rows = "all(diff(accuracy) > 0)"\nrun = "fast"', Agreement.DIFFERS),
        ("rows = \"all(last(table(r, 'accuracy')) > 41 for r in runs)\"", Agreement.DIFFERS),
        ('asserts = "E1.sure"', Agreement.AGREES),
        ('asserts = "not E1.sure"', Agreement.DIFFERS),
        ('asserts = "E1.unclear"', Agreement.OPEN),
        ('asserts = "not E1.sure"\nneeds = "recipe"', Agreement.NOT_ASKED),
        ('asserts = ["E1.unclear", "E1.wrong"]', Agreement.DIFFERS),  # one that fails is enough
        ('asserts = ["E1.sure", "E1.unclear"]', Agreement.OPEN),
    ],
)
def test_an_entry_agrees_differs_or_stays_open(tmp_path, entry, expected):
    assert agreement(tmp_path, entry) is expected


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("", "nothing can be held against it"),
        ('printed = "many"\nours = "E1.total"', "'many' is no number"),
        ('printed = "nan"\nours = "E1.total"', "'nan' is no number"),
        ('rows = "True"\nasserts = "E1.sure"', "in 2 ways"),
        ('printed = "1"\nours = "E1.total"\nmistake = "X1"', "a certainty and a kind"),
        ('printed = "1"\nours = "E1.total"\ncertainty = "D"', "'D' is no certainty"),
        ('printed = "1"\nour = "E1.total"', "an entry has no 'our'"),
        ('shape = ["n"]\nours = ["E1.rows", "E1.columns"]', "another number of sizes"),
        ('rows = "all(speed > 0)"\nrun = "slow"', "'speed'"),
        ('rows = "all(accuracy > 0)"\nrun = "slo"', "no run 'slo'"),
        ('rows = "accuracy.__class__"\nrun = "slow"', "may not stand"),
        ('printed = 0.2\nours = "E1.share"', "printed is 0.2, not text"),
        ('printed = "0,2"\nours = "E1.share"', "'0,2' is no number"),
        ('printed = "1"\nours = 5', "ours is 5, not a text or a list"),
        ('printed = "1"\nours = "E1.total"\nof = "cnn"', "of is 'cnn', not tags"),
        ('printed = "1"\nours = "E1.total"\nof = { net = ["cnn"] }', "of is .*, not tags"),
        ('printed = "1"\nours = "E1.total"\ntolerance = "1"', "tolerance is '1', not a number"),
        ('printed = "1"\nours = "E1.total"\ntolerance = -1', "tolerance -1"),
        ('printed = "1"\nours = "E1.total"\nscale = 0', "scale is 0"),
        ('printed = "1"\nours = "E1.total"\nrelation = "<="', "'<=' is no relation"),
        ('printed = "1"\nours = "E1.total"\nmistake = "1"\ncertainty = "A"\nkind = "count"', "'1' is no id of a mistake"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_with_its_line(tmp_path, entry, says):
    with pytest.raises(ReportError, match=says) as refused:
        agreement(tmp_path, entry)
    assert "W9.toml:4" in str(refused.value)


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        (b'title = "A"\n\n[[entries]]\nid = "it"\n', 3, "there is no 'entries' here"),
        (b'title = "A"\n\n[entry]\nid = "it"\n', 3, "an entry is no table"),
        (b"title = 5\n", 1, "title is 5, not text"),
        (b'title = "A"\ntable = 5\n', 2, "table is 5, not text"),
        (b'title = "A"\n# f\xfcr uns\n', 2, "this line is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_line(tmp_path, file, line, says):
    (tmp_path / "W9.toml").write_bytes(file)
    with pytest.raises(ProseError, match=says) as refused:
        documents(tmp_path)
    assert refused.value.where == Where(tmp_path / "W9.toml", line)


def test_a_table_names_its_runs(tmp_path):
    (tmp_path / "W9.toml").write_text('table = "rows.csv"\n')
    (tmp_path / "rows.csv").write_text("step,loss\n1,2\n")
    with pytest.raises(ProseError, match=r"rows\.csv:1: the table has no column 'run'"):
        documents(tmp_path)


@pytest.mark.parametrize("printed", ["3,274,634", "3 274 634", "−3,274,634", "3274634.0"])
def test_thousands_may_stand_apart(tmp_path, printed):
    computed = replace(COMPUTED, value=lambda *_: Value(3274634 * (-1 if printed.startswith("−") else 1)))
    assert agreement(tmp_path, f'printed = "{printed}"\nours = "E1.total"', computed) is Agreement.AGREES


def test_an_id_stands_once(tmp_path):
    entry = '[[entry]]\nid = "it"\nplace = "1"\nsays = "so"\nprinted = "1"\nours = "E1.total"\n'
    (tmp_path / "W9.toml").write_text(entry + entry)
    with pytest.raises(ProseError, match="stands twice"):
        documents(tmp_path)


def test_all_entries_that_name_what_is_not_there_are_said_at_once(tmp_path):
    entry = '[[entry]]\nid = "{}"\nplace = "1"\nsays = "so"\nrows = "{}"\n'
    (tmp_path / "W9.toml").write_text(entry.format("one", "here") + entry.format("two", "there"))
    with pytest.raises(ProseError, match=r"W9\.toml:2: (.|\n)*W9\.toml:7: "):
        findings(documents(tmp_path)["W9"], COMPUTED)


TABLED = """
table = "rows.csv"

[[entry]]
id = "it"
place = "1"
says = "it ends at {printed}"
run = "slow"
cell = "last loss"
ours = "E1.total"
"""


def test_what_is_printed_is_entered_once_and_said_from_there(tmp_path):
    (tmp_path / "rows.csv").write_text("run,loss\nslow,1.5\nslow,1.10\nfast,1.0\n")
    (tmp_path / "W9.toml").write_text(
        TABLED
        + """
[[entry]]
id = "sum"
place = "1"
says = "${formula}$ are {printed}"
formula = "2*50 + 11"
printed = "111"
ours = "E1.total"
"""
    )
    entries = documents(tmp_path)["W9"].entries.values()
    assert [(entry.says, entry.number) for entry in entries] == [
        ("it ends at 1.10", 1.1),
        (r"$2 \cdot 50 + 11$ are 111", 111),
    ]
    (tmp_path / "rows.csv").write_text("run,loss\nslow,1.5\nslow,1.25\n")
    assert documents(tmp_path)["W9"].entries["W9.it"].says == "it ends at 1.25"


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (('"last loss"', '"last los"'), "no 'last los' of the run 'slow'.\n.*'last loss'"),
        (('"slow"', '"slw"'), "of the run 'slw'.\n.*'slow'"),
        (
            ('says = "it ends at {printed}"\nrun = "slow"\ncell = "last loss"', 'says = "1.10."\nprinted = "1.10"'),
            "entered once",
        ),
    ],
)
def test_a_number_that_is_not_in_the_table_or_is_said_twice_is_refused(tmp_path, mistake, said):
    (tmp_path / "rows.csv").write_text("run,loss\nslow,1.5\nslow,1.10\n")
    (tmp_path / "W9.toml").write_text(TABLED.replace(*mistake))
    with pytest.raises(ProseError, match=said):
        documents(tmp_path)


def test_a_sum_is_read_as_printed():
    assert evaluate("96*5*5 + 96*3", {}) == 2688
    for refused in ("9**9**9**9", "2**1000", "__import__('os')", "[1]", "(lambda: 1)()", "open", "1 +"):
        with pytest.raises(ReportError):
            evaluate(refused, {})


ALONG = """
[[entry]]
id = "error"
place = "1"
says = "so"
printed = "91"
ours = "E1.share"
tolerance = 1
needs = "recipe"
along_with = "loss"

[[entry]]
id = "loss"
place = "1"
says = "so"
what = "loss"
printed = "{loss}"
ours = "E1.total"
tolerance = 1
needs = "recipe"
"""


@pytest.mark.parametrize(
    ("loss", "long", "short"),
    [
        ("110", "reproduced", "near, not comparable"),
        ("5", "not reproduced: its loss does not agree", "not comparable: its loss does not agree"),
    ],
)
def test_what_agrees_while_its_run_is_another_agrees_by_accident(tmp_path, loss, long, short):
    (tmp_path / "W9.toml").write_text(ALONG.format(loss=loss))
    document = documents(tmp_path)["W9"]
    full = Computed(value, COMPUTED.verdict, lambda entry: "")
    assert [verdict(findings(document, each)["W9.error"]) for each in (full, COMPUTED)] == [long, short]


def test_what_goes_along_with_nothing_is_refused(tmp_path):
    (tmp_path / "W9.toml").write_text(ALONG.format(loss="5").replace('along_with = "loss"', 'along_with = "lost"'))
    with pytest.raises(ProseError, match="no entry 'lost'"):
        documents(tmp_path)


def test_what_is_open_says_what_would_settle_it(tmp_path):
    (tmp_path / "W9.toml").write_text('[[entry]]\nid = "it"\nplace = "1"\nsays = "so"\nasserts = "E1.unclear"\n')
    open_ = Computed(value, lambda name: (Holds.UNDECIDED, "It is so.", 7), lambda entry: "")
    (finding,) = findings(documents(tmp_path)["W9"], open_).values()
    assert quoted(finding).endswith("; not settled here: “It is so” (7 seeds like these would settle it)")
