"""Two builds held against each other: what is told, what is not, and what may be held against what."""

from __future__ import annotations

import io
import json
import math
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from report.terminal import diff
from report.terminal.builds import Built
from report.terminal.compare import Differences, Moved, Passage, Redrawn, Rerun, Turned, compared
from tests.project import Project, project

NOTHING: dict[str, Any] = {"budget": {"name": "quick"}, "trials": {}, "judged": {}, "proofs": {}, "numbers": [], "files": {}}


def number(mean: float, spread: float | None = None, n: int = 1, **more: Any) -> dict[str, Any]:
    return {"number": mean, "unit": "%", "digits": 1, "spread": spread, "n": n, "origin": "", **more}


def differences(before: dict[str, Any], after: dict[str, Any], *pages: str, described: Any = {}) -> Differences:  # noqa: B006
    texts = pages or ("", "")
    sides = [Built("x", {**NOTHING, **manifest}, page) for manifest, page in zip((before, after), texts)]
    return compared(*sides, described.get)


# --- what is told --------------------------------------------------------------------------------------------------

VALUES = [
    (number(97.0, 0.2, 5), number(97.1, 0.2, 5), 0.1, False),
    (number(97.0, 0.2, 5), number(99.0, 0.2, 5), 2.0, True),
    (number(97.0, 0.0, 5), number(97.2, 0.0, 5), 0.2, True),  # every run the same
    (number(97.0), number(98.0), 1.0, None),  # one run, or a count: there is no interval
    (number(97.0, 0.2, 5), number(98.0), 1.0, None),
]


@pytest.mark.parametrize(("before", "after", "change", "beyond"), VALUES)
def test_a_value_is_told_with_its_change_and_whether_that_is_beyond_its_interval(before, after, change, beyond):
    (moved,) = differences(
        {"judged": {"E1": {"values": {"best": before}}}}, {"judged": {"E1": {"values": {"best": after}}}}
    ).values
    assert (moved.name, moved.beyond) == ("E1.best", beyond)
    assert moved.change == pytest.approx(change)


def test_a_number_in_prose_is_told_once_by_what_it_is_of():
    def manifest(mean: float) -> dict[str, Any]:
        return {"numbers": [number(mean, name="E1.acc", condition={"net": "cnn"}, line=line) for line in (3, 9)]}

    (moved,) = differences(manifest(97.0), manifest(98.0)).values
    assert (moved.name, moved.before, moved.after) == ("E1.acc net=cnn", "97.0\u202f%", "98.0\u202f%")
    assert differences(manifest(97.0), manifest(97.01)).values == ()  # it reads the same


def test_a_value_that_is_new_or_gone_has_no_change():
    one = {"judged": {"E1": {"values": {"best": number(3.0)}}}}
    (new,), (gone,) = differences({}, one).values, differences(one, {}).values
    assert (new.before, gone.after) == ("", "")
    assert math.isnan(new.change)


def test_verdicts_that_changed_are_told_of_claims_and_theorems():
    def manifest(holds: str, proved: bool) -> dict[str, Any]:
        claim = {"sentence": "It grows.", "verdict": {"holds": holds, "effect": 2.0, "low": 1.0, "high": 3.0, "n": 4}}
        return {
            "judged": {"E1": {"claims": {"grows": claim, "other": {"absent": "nothing was run"}}}},
            "proofs": {"T1": {"title": "A square", "holds": proved, "statements": []}},
        }

    claim, proof = differences(manifest("holds", True), manifest("undecided", False)).claims
    assert (claim.name, claim.sentence, claim.before, claim.after) == ("E1.grows", "It grows.", "holds", "undecided")
    assert "interval 1.0 to 3.0" in claim.evidence_after.replace("\u202f", " ")
    assert proof == Turned("T1", "A square", "proved", "not proved")
    assert differences(manifest("holds", True), manifest("holds", True)).none


@pytest.mark.parametrize(
    ("before", "after", "data", "what"),
    [
        ({"caption": "a", "drawing": "1"}, {"caption": "b", "drawing": "2"}, "same", ("caption", "drawing")),
        ({"caption": "a"}, {"caption": "a"}, "other", ("data",)),
        ({"caption": "a"}, {"caption": "a", "drawing": "2"}, "same", ()),  # the other manifest does not say
        ({"caption": "a"}, {"absent": "no run"}, "same", ("not made: no run",)),
        ({"absent": "no run"}, {"caption": "a"}, "same", ("made again",)),
        (None, {"caption": "a"}, "same", ("new",)),
    ],
)
def test_a_figure_is_told_with_what_is_different_in_it(before, after, data, what):
    def manifest(view: dict[str, str] | None, digest: str) -> dict[str, Any]:
        figures = {} if view is None else {"curve": view}
        return {"judged": {"E1": {"figures": figures}}, "files": {"data/E1-curve.csv": digest}}

    shown = differences(manifest(before, "same"), manifest(after, data)).shown
    assert shown == ((Redrawn("E1.curve", "figure", what),) if what else ())


def described(code: str, text: str, trained: str = "u") -> dict[str, Any]:
    parts = {"code": {"e.step": code}, "upstream": {"net": trained}}
    return {"sums": {"code": code, "upstream": trained}, "parts": parts, "sources": {"e.step": text}}


def test_trials_that_ran_again_are_told_together_with_why():
    def manifest(*trials: tuple[str, str]) -> dict[str, Any]:
        listed = [{"label": f"seed={i}", "fingerprint": f, "state": s, "reason": ""} for i, (f, s) in enumerate(trials)]
        return {"trials": {"E1": listed}}

    store = {f"a{i}": described("1", "STEP = 2") for i in range(2)} | {f"b{i}": described("2", "STEP = 3") for i in range(2)}
    store |= {"c": described("1", "STEP = 2", "v"), "d": described("1", "STEP = 2", "w")}
    before = manifest(("a0", "done"), ("a1", "done"), ("same", "done"), ("c", "done"), ("gone", "done"), ("x", "done"))
    after = manifest(("b0", "done"), ("b1", "done"), ("same", "done"), ("d", "done"), ("lost", "done"), ("x", "failed"))
    code, upstream, unknown, failed = differences(before, after, described=store).trials
    assert (code.experiment, code.reason, code.trials) == ("E1", "code", ("seed=0", "seed=1"))
    assert "-STEP = 2" in code.difference
    assert "+STEP = 3" in code.difference
    assert upstream == Rerun("E1", "upstream", ("seed=3",))
    assert (unknown.reason, unknown.trials) == ("unknown", ("seed=4",))
    assert (failed.reason, failed.trials) == ("done → failed", ("seed=5",))


def test_passages_are_told_with_their_chapter_and_figures_are_not():
    page = (
        '<p>head</p><main><h2 id="a"><span class="section">1</span>Walks</h2><p>A {} goes <math alttext="x^2"><mi>x</mi></math>'
        ' on.</p><figure id="f"><svg><text>{}</text></svg><p>caption</p></figure><p>The same.</p></main>'
    )
    found = differences({}, {}, page.format("walk", 1), page.format("ride", 2)).passages
    assert found == (Passage("Walks", ("A walk goes x^2 on.",), ("A ride goes x^2 on.",)),)
    assert diff.marked("A walk <b>", "A ride <b>") == "A <del>walk</del><ins>ride</ins> &lt;b&gt;"


# --- colour --------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environment", "coloured"),
    [(Terminal(), {}, True), (Terminal(), {"NO_COLOR": "1"}, False), (io.StringIO(), {}, False)],
)
def test_colour_is_for_a_terminal_that_wants_it(monkeypatch, stream, environment, coloured):
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout", stream)
    moved = Moved("E1.best", "1.0", "9.0", 8.0, beyond=True)
    diff._print(diff.told("a", "b", Differences((), (moved,), (), (), (), (), (), (), ())))
    assert ("\x1b[" in stream.getvalue()) is coloured
    assert "E1.best: 1.0 → 9.0, by +8.000, beyond its interval" in stream.getvalue()


# --- whole builds --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(tmp_path_factory, kept) -> Project:
    """A project with a commit, a build of that in ``before``, and one of a later state in ``build``."""
    made = project(tmp_path_factory.mktemp("changed"), store=kept)
    git = ["git", "-C", str(made.root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    (made.root / ".gitignore").write_text("build\nbefore\n__pycache__\n", encoding="utf-8")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "first"]):
        subprocess.run([*git, *words], check=True, capture_output=True)
    store = ["--quiet", "--store", str(made.root / "build" / "store")]
    assert made.run(*store, "--out", str(made.root / "before")).code == 0
    made.edit("experiments/e01_walk.py", "STEP = 2.0", "STEP = -3.0")
    made.edit("templates/chapters/01-walks.md", "A walk comes to", "In the end, a walk comes to")
    assert made.run(*store).code == 0
    return made


def held(made: Project, before: str, after: str, *words: str) -> Any:
    ended = made.run("diff", before, after, *words, "--out", str(made.root / "build"))
    assert ended.code == 0, ended.err
    return ended.out


@pytest.mark.parametrize("before", ["before", "before/manifest.json", "HEAD"])
def test_a_folder_a_manifest_and_a_revision_are_told_alike(changed, before):
    name = before if before == "HEAD" else str(changed.root / before)
    said = held(changed, name, str(changed.root / "build"), "--store", str(changed.root / "build" / "store"))
    assert "E1.total kind=walk: 9.0" in said
    assert "E1.larger: holds → does not hold" in said
    assert "table E1.totals: data" in said
    assert "E1 code: walk seed=0, walk seed=1\n" in said  # the third one did not run again
    assert "-STEP = 2.0" in said
    assert "+STEP = -3.0" in said
    assert "+ In the end, a walk comes to" in said
    page = (changed.root / "build" / "diff.html").read_text(encoding="utf-8")
    assert 'id="before-E1-totals"' in page
    assert 'id="after-E1-totals"' in page
    assert "<ins>In the end, a</ins>" in page
    assert (
        subprocess.run(["git", "-C", changed.root, "worktree", "list"], capture_output=True, text=True).stdout.count("\n") == 1
    )


def test_programs_are_told_the_same(changed):
    found = json.loads(held(changed, str(changed.root / "before"), str(changed.root / "build"), "--json"))
    assert [each["name"] for each in found["values"]] == ["E1.total kind=walk"]
    assert found["trials"][0]["reason"] == "code"
    assert Path(found["page"]).name == "diff.html"


def test_a_build_is_the_same_as_itself(changed):
    here = str(changed.root / "build")
    assert "They are the same." in held(changed, here, here)


def test_what_is_no_build_is_said(changed):
    here = str(changed.root)
    slips = [
        (["nowhere", f"{here}/build"], "there is no folder, manifest or revision 'nowhere'"),
        (["~nobody/here", f"{here}/build"], "there is no folder, manifest or revision '~nobody/here'"),
        (["--budget", "smoke", "nowhere", f"{here}/build"], "there is no folder, manifest or revision 'nowhere'"),
        ([f"{here}/build"], "'diff' takes two names"),
        ([f"{here}/templates", f"{here}/build"], "has no manifest.json"),
        ([f"{here}/build.py", f"{here}/build"], "this is no manifest of a build"),
    ]
    for (_, said), ended in zip(slips, changed.each(*(["diff", *words] for words, _ in slips))):
        assert ended.code == 2
        assert said in ended.err
        assert "bug" not in ended.err


def test_a_revision_whose_results_the_store_has_not_is_incomplete(changed, tmp_path, kept):
    shutil.copytree(kept / "sources", tmp_path / "empty" / "sources")
    said = held(changed, "HEAD", str(changed.root / "build"), "--store", str(tmp_path / "empty"))
    assert "HEAD is incomplete" in said


# --- for programs --------------------------------------------------------------------------------------------------


def test_plan_check_and_data_are_told_to_programs(changed, tmp_path):
    shutil.copytree(changed.root, tmp_path / "copy")
    copy = Project(tmp_path / "copy")
    copy.edit("experiments/e01_walk.py", "UNRELATED = 7", "UNRELATED = 8")
    planned = json.loads(copy.run("plan", "--json").out)
    assert planned["would run"] == 1
    assert {t["label"]: t["reason"] for t in planned["trials"]["E1"]} == {
        "walk seed=0": "cached",
        "walk seed=1": "cached",
        "other seed=0": "code",
    }
    assert "+UNRELATED = 8" in planned["trials"]["E1"][2]["difference"]
    copy.edit("templates/chapters/01-walks.md", "In the end", "After 3 steps")
    checked = copy.run("check", "--json")
    (problem,) = json.loads(checked.out)["problems"]
    assert (checked.code, Path(problem["file"]).name, problem["line"]) == (4, "01-walks.md", 3)
    assert problem["what"].startswith("the number 3 is typed")
    assert problem["remedy"]


def test_other_commands_have_nothing_for_programs(changed):
    ended = changed.run("clean", "--json")
    assert ended.code == 2
    assert "'clean' has no --json" in ended.err
