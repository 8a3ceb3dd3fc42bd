"""Assignments from end to end: what runs, which files are written, how many pages there may be."""

from __future__ import annotations

import json

from tests.project import EXPERIMENT, Project, project

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


def assigned(folder) -> Project:
    made = project(folder)
    (made.root / "experiments" / "e02_other.py").write_text(SECOND, encoding="utf-8")
    (made.root / "templates" / "writeups").mkdir()
    (made.root / "templates" / "writeups" / "essay.toml").write_text(ESSAY, encoding="utf-8")
    return made


def test_an_assignment_runs_what_it_shows_and_says_what_is_over_its_pages(tmp_path):
    made = assigned(tmp_path)
    ended = made.run("--budget", "smoke", "--writeup", "essay")
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
    assert len(made.would_run("--budget", "smoke")) == 2  # E2's

    assert made.run("--budget", "smoke", "--writeup", "esay").code == 2
    listed = made.run("list")
    assert listed.code == 0
    assert "essay" in listed.out
    assert "An essay" in listed.out
    made.run("clean")
    assert not list(build.glob("essay*"))


def test_a_new_write_up_is_laid_out_and_builds_at_once(tmp_path):
    made = project(tmp_path)
    ended = made.run("new", "my-course", "--budget", "smoke")
    assert ended.code == 0, ended.err
    assert "experiments/e02_my_course.py" in ended.out
    listing = json.loads((made.root / "build" / "my-course.manifest.json").read_text(encoding="utf-8"))
    assert set(listing["trials"]) == {"E2"}
    assert set(listing["proofs"]) == {"T1"}
    assert "reproduced" in (made.root / "build" / "my-course.html").read_text(encoding="utf-8")

    again = made.run("new", "my-course")
    assert again.code == 2
    assert "there is a file theory" in again.err or "there is a file templates" in again.err
    assert made.run("new", "My Course").code == 2
    assert made.run("new").code == 2


def test_a_number_explains_itself_by_name_and_as_it_is_printed(tmp_path):
    made = project(tmp_path)
    words = ("--budget", "smoke")
    assert made.run(*words).code == 0
    told = made.run("explain", "E1.total", *words).out
    for piece in (
        "stands at   01-walks:3",
        "computed in experiments/e01_walk.py:48",
        "walk: 0: 2.0, 1: 6.0 m; 95 % interval -21.4 to 29.4",
        "experiments.e01_walk.walk, experiments/e01_walk.py:16",
        "definitions in experiments.e01_walk",
        "python 3.",
    ):
        assert piece in told, told
    assert "kind=other" not in told
    several = made.run("explain", "4.0", *words).out
    assert several == told
    assert made.run("explain", "4.0 m", *words).out.startswith("E1.total")
    assert "E1.totals" in made.run("explain", "6.0", *words).out

    assert "Did you mean 'E1.total'" in made.run("explain", "E1.totl", *words).err
    assert "no page shows the number 77.7" in made.run("explain", "77.7", *words).err
    counts = made.manifest()["how many numbers"]
    assert (counts["in prose"], counts["in prose without an origin"]) == (1, 0)
    assert counts["typed without one"] == 0
