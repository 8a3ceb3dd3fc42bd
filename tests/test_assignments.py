"""Assignments from end to end: what runs, which files are written, how many pages there may be."""

from __future__ import annotations

import json

from report.terminal.cli import parse
from tests.project import EXPERIMENT, ROOT, Project, project

SECOND = EXPERIMENT.replace('id="E1"', 'id="E2"').replace("E1:", "E2:").replace("STEP = 2.0", "STEP = 3.0")
ESSAY = """\
title = "An essay"
course = "A course"
lines = ["Somebody, an id"]
pages = 1
fresh = true

[[question]]
heading = "How far?"
prose = "It comes to {{ value('E1.total', kind='walk') }}."
answers = ["E1.totals"]

[[question]]
heading = "Does it lead away?"
answers = ["E1.larger"]
"""


def assigned(folder, store) -> Project:
    made = project(folder, store=store)
    (made.root / "experiments" / "e02_other.py").write_text(SECOND, encoding="utf-8")
    (made.root / "templates" / "writeups").mkdir()
    (made.root / "templates" / "writeups" / "essay.toml").write_text(ESSAY, encoding="utf-8")
    return made


def test_an_assignment_runs_what_it_shows_and_says_what_is_over_its_pages(tmp_path, kept):
    made = assigned(tmp_path, kept)
    ended = made.run("--writeup", "essay")
    assert ended.code == 1
    assert "essay has 3 pages, 2 pages over its limit of 1: “How far?”, page 2, runs over it" in ended.out
    build = made.root / "build"
    assert sorted(path.name for path in build.glob("essay*")) == [
        "essay.html",
        "essay.manifest.json",
        "essay.outline.csv",
        "essay.pdf",
    ]
    assert not (build / "report.pdf").exists()
    listing = json.loads((build / "essay.manifest.json").read_text(encoding="utf-8"))
    assert set(listing["trials"]) == {"E1"}
    assert (build / "essay.outline.csv").read_text() == (
        "question,first page,last page\nHow far?,2,2\nDoes it lead away?,3,3\n"
    )
    assert len(made.would_run()) == 2  # E2's

    misspelt, listed = made.each(["--writeup", "esay"], ["list"])
    assert (misspelt.code, listed.code) == (2, 0)
    assert "essay" in listed.out
    assert "An essay" in listed.out
    made.run("clean")
    assert not list(build.glob("essay*"))


def test_a_new_write_up_is_laid_out_and_builds_at_once(tmp_path, kept):
    made = project(tmp_path, store=kept)
    ended = made.run("new", "my-course", "--budget", "smoke")
    assert ended.code == 0, ended.err
    assert "experiments/e02_my_course.py" in ended.out
    listing = json.loads((made.root / "build" / "my-course.manifest.json").read_text(encoding="utf-8"))
    assert set(listing["trials"]) == {"E2"}
    assert set(listing["proofs"]) == {"T1"}
    assert "reproduced" in (made.root / "build" / "my-course.html").read_text(encoding="utf-8")

    (made.root / "templates" / "chapters" / "07-nets.md").write_text("## All {#sec-every-net}\n", encoding="utf-8")
    for ended in made.each(*(["new", name] for name in ("complete", "all", "report", "nets", "every-net"))):
        assert ended.code == 2
        assert "means something else already" in ended.err
    again, spaced, nameless = made.each(["new", "my-course"], ["new", "My Course"], ["new"])
    assert (again.code, spaced.code, nameless.code) == (2, 2, 2)
    assert "there is a file theory" in again.err or "there is a file templates" in again.err


def test_names_may_be_asked_for_one_by_one():
    settings = parse(["--writeup", "one", "--only", "E1", "E2", "--writeup", "two", "--only", "T1"], ROOT)
    assert (settings.writeups, settings.names) == (("one", "two"), ("E1", "E2", "T1"))


ONE = 'title = "One"\n[[question]]\nheading = "What?"\nanswers = ["E1.totals"]\n'


def test_a_number_explains_itself_by_name_and_as_it_is_printed(tmp_path, kept):
    made = project(tmp_path, store=kept)
    assert made.run().code == 0
    (made.root / "templates" / "writeups").mkdir()
    (made.root / "templates" / "writeups" / "one.toml").write_text(ONE, encoding="utf-8")
    queries = ("E1.total", "9.0", "9.0 m", "6.0", "E1.totl", "77.7")
    by_name, printed, with_unit, in_a_table, misspelt, nowhere = made.each(*(["explain", query] for query in queries))
    told = by_name.out
    for piece in (
        "stands at   01-walks:3",
        "computed in experiments/e01_walk.py:48",
        "walk: 0: 6.0, 1: 12.0 m; 95% interval -29.1 to 47.1",
        "experiments.e01_walk.walk, experiments/e01_walk.py:16",
        "definitions in experiments.e01_walk",
        "python 3.",
    ):
        assert piece in told, told
    assert "kind=other" not in told
    assert printed.out == told
    assert with_unit.out.startswith("E1.total")
    assert in_a_table.out.startswith("E1.totals\n"), in_a_table.out
    assert "  row " in in_a_table.out, in_a_table.out

    assert "Did you mean 'E1.total'" in misspelt.err
    assert "no page shows the number 77.7" in nowhere.err
    everywhere, on_one = made.each(*(["explain", "9.0", "--writeup", *names] for names in (["all"], ["one"])))
    (measured,) = made.each(["explain", "E1.totl", "--writeup", "one"])  # which shows no mean of it
    assert "Did you mean 'E1.total'?" in measured.err
    assert (everywhere.code, everywhere.out) == (0, f"In complete:\n{told}\n")
    assert (on_one.code, on_one.out) == (2, "")
    counts = made.manifest()["how many numbers"]
    assert (counts["in prose"], counts["in prose without an origin"]) == (1, 0)
    assert counts["typed without one"] == 0
