"""``python build.py`` as a user meets it: whole projects, real processes, real faults."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from report.errors import ProseError, Where
from report.typeset.publish import FOUND, STAMP
from report.write.writeup import writeup
from tests.project import CHAPTER, EXPERIMENT, PAGE, THEOREM, Project, gone, project, result_of, whole


@pytest.fixture(scope="module")
def built(tmp_path_factory, kept) -> Project:
    """A project that was built once; its tests leave it as they find it."""
    made = project(tmp_path_factory.mktemp("built"), store=kept)
    done = made.run("--quiet")
    assert done.code == 0, done.err
    return made


@pytest.fixture
def copy(built, tmp_path) -> Project:
    """A built project to do things to."""
    shutil.copytree(built.root, tmp_path / built.root.name)
    return Project(tmp_path / built.root.name)


# --- what comes out ------------------------------------------------------------------------------------------------


def test_the_pages_hold_what_was_computed(built):
    # Walks from seeds 0 and 1 over 3 steps of twice the position: 6 and 12, so 9 on average.
    assert "9.0" in re.sub(r"<[^>]+>", "", built.html)
    assert (built.root / "build" / "report.pdf").read_bytes().startswith(b"%PDF")
    rows = (built.root / "build" / "data" / "E1-totals.csv").read_text(encoding="utf-8").splitlines()
    assert rows == ["run,total", "walk seed=0,6.0", "walk seed=1,12.0", "other seed=0,7.0"]


def test_the_manifest_says_where_each_number_came_from(built):
    (number,) = built.manifest()["numbers"]
    assert (number["name"], number["number"], number["n"]) == ("E1.total", 9.0, 2)
    assert (number["chapter"], number["line"]) == ("01-walks", 3)
    assert built.manifest()["judged"]["E1"]["claims"]["larger"]["verdict"]["holds"] == "holds"


def test_two_builds_of_the_same_results_are_the_same_bytes(built, tmp_path):
    again = tmp_path / "again"
    assert built.run("--out", str(again), "--store", str(built.root / "build" / "store")).code == 0
    for name in ("report.html", "report.pdf", "manifest.json"):
        assert (again / name).read_bytes() == (built.root / "build" / name).read_bytes(), name


def test_two_computations_of_everything_are_the_same_pages(tmp_path, kept):
    """Each in a store of its own, with one worker and with several; only what the trials took is apart."""
    made, once, again = whole(tmp_path), kept.parent, tmp_path / "again"
    shutil.copytree(kept / "sources", again / "store" / "sources")
    assert made.run("--quiet", "--out", str(again), "--jobs", "1").code == 0
    assert made.run("--quiet", "--out", str(again), "--force").code == 0  # and now from the store
    files = {path.relative_to(once) for path in once.rglob("*") if path.is_file() and "store" not in path.parts}
    assert len(files) >= 6
    for file in files - {Path("manifest.json"), Path(STAMP), Path(FOUND)}:  # these two hold times: they are no pages
        assert (once / file).read_bytes() == (again / file).read_bytes(), file
    one, other = (json.loads((out / "manifest.json").read_text(encoding="utf-8")) for out in (once, again))
    assert all(len(listing.pop("seconds")["E1"]) == 3 for listing in (one, other))
    assert one == other


# --- nothing runs twice, nothing stale survives --------------------------------------------------------------------


def test_nothing_runs_twice(built):
    assert built.would_run() == []


def test_what_no_result_depends_on_runs_nothing(copy):
    for old, new in (
        ("    total = 0.0\n", "    # a comment\n    total = 0.0\n"),
        ('    return Result(scalars={"total": float', '    """A docstring."""\n    return Result(scalars={"total": float'),
        ('"Totals."', '"Other totals."'),
        ("def helper(x):\n    return x * STEP", "def helper(x):\n    return (x\n            * STEP)"),
    ):
        copy.edit("experiments/e01_walk.py", old, new)
    assert copy.would_run() == []


def test_a_constant_re_runs_the_trials_that_reach_it_and_no_others(copy):
    copy.edit("experiments/e01_walk.py", "STEP = 2.0", "STEP = 3.0")
    plan = copy.run("plan").out
    assert [line.split()[1:4] for line in plan.splitlines() if line.startswith("run")] == [
        ["code", "walk", "seed=0"],
        ["code", "walk", "seed=1"],
    ]
    assert "-STEP = 2.0" in plan
    assert "+STEP = 3.0" in plan
    assert copy.run("--quiet").code == 0
    assert copy.manifest()["numbers"][0]["number"] == 13.5


def test_one_argument_re_runs_one_trial(copy):
    copy.edit("experiments/e01_walk.py", '{"seed": budget.first_seed}', '{"seed": budget.first_seed + 0, "extra": 1}')
    copy.edit("experiments/e01_walk.py", "def unrelated(context, *, seed):", "def unrelated(context, *, seed, extra=0):")
    assert [line.split()[2] for line in copy.would_run()] == ["other"]


def test_an_edit_of_prose_computes_nothing(copy):
    copy.edit("templates/chapters/01-walks.md", "A walk comes to", "On average, a walk comes to")
    done = copy.run()
    assert (done.code, done.err) == (0, "")  # not a word of progress
    assert "On average, a walk comes to" in copy.html


def test_a_view_is_kept_under_the_code_that_made_it_whatever_is_saved_meanwhile(copy):
    """The file is saved after the build has imported it, before anybody asks what it says."""
    looks = copy.root / "experiments" / "looks.py"
    looks.write_text("TIMES = 1\n", encoding="utf-8")
    copy.edit("experiments/e01_walk.py", "import math\n", "import math\n\nfrom experiments.looks import TIMES\n")
    copy.edit("experiments/e01_walk.py", 'o.result.scalars["total"])', 'TIMES * o.result.scalars["total"])')
    code = (
        "import build, sys; from pathlib import Path; from report.terminal import bench; plan = bench.plan\n"
        "def saved(*given, **named):\n"
        "    Path('experiments/looks.py').write_text('TIMES = 5\\n'); return plan(*given, **named)\n"
        "bench.plan = saved; sys.exit(build.main(['--quiet']))"
    )
    csv = copy.root / "build" / "data" / "E1-totals.csv"
    subprocess.run([sys.executable, "-c", code], cwd=copy.root, capture_output=True, check=True)
    assert "walk seed=0,6.0" in csv.read_text(encoding="utf-8")
    assert copy.run("--quiet").code == 0
    assert "walk seed=0,30.0" in csv.read_text(encoding="utf-8")


def test_a_build_with_nothing_to_do_imports_nothing_heavy(built):
    code = (
        "import sys, runpy; sys.argv = ['build.py', '--force']\n"
        "try: runpy.run_path('build.py', run_name='__main__')\n"
        "except SystemExit as end: print('code', end.code)\n"
        "print([m for m in ('torch._C', 'sympy.core', 'matplotlib.figure', 'pandas.core', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=built.root, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-2:] == ["code 0", "[]"]


def test_an_entry_of_the_store_that_was_cut_short_is_a_reason_to_run(copy):
    cut_short(copy)
    assert re.search(r"run +damaged +walk seed=1", copy.run("plan").out)


def test_a_build_says_which_stored_result_it_found_damaged_and_computes_it_again(copy):
    entry = cut_short(copy)
    done = copy.run()
    assert done.code == 0, done.err
    assert entry.name in done.err
    assert "a stored result was damaged, and is not used: description.json is not what was written" in done.err
    assert "1 trial in" in done.err
    assert copy.would_run() == []
    assert copy.run().err == ""


def cut_short(made: Project) -> Path:
    """A result of which a part is lost."""
    entry = result_of("walk seed=1", made.root / "build" / "store")
    os.truncate(entry / "description.json", 10)
    return entry


def test_frozen_computes_nothing_and_says_what_is_missing(copy):
    copy.edit("experiments/e01_walk.py", "UNRELATED = 7", "UNRELATED = 8")
    done = copy.run("--frozen")
    assert done.code == 1
    assert "1 of 3 runs did not run" in done.out


def test_frozen_proves_nothing_and_says_so(tmp_path, kept):
    made = project(tmp_path, chapter=CHAPTER + '\n{{ derivation("T1") }}\n', store=kept)
    (made.root / "theory" / "t01_square.py").write_text(THEOREM.replace("Multiply out", "Multiply"), encoding="utf-8")
    done = made.run("--frozen")
    assert done.code == 1
    assert "T1 was not proved here" in done.out
    assert "proving" not in done.err
    assert "T1 is not shown: not proved here" in made.html
    assert made.manifest()["proofs"]["T1"] == {"absent": "not proved here"}


def test_watching_for_what_does_not_exist_ends(built):
    assert built.run("watch", "--only", "E99").code == 2


BUILT_ON = """
def base(context, *, seed):
    return Result(scalars={"total": 1.0})


def above(context, *, seed, base):
    return Result(scalars={"total": 1.0 + base.scalars["total"]})


def trials(budget):
    below = Trial(base, {"seed": 0})
    return [Trial(above, {"seed": seed}, inputs={"base": below}, tags={"kind": "walk"}) for seed in budget.seeds(2)]

"""


def test_a_result_outlives_the_undeclared_one_that_it_was_built_on(tmp_path, kept):
    before, _, rest = EXPERIMENT.partition("def trials(budget):")
    made = project(tmp_path, before + BUILT_ON + rest[rest.index("def table(runs):") :], store=kept)
    (made.root / "theory" / "t01_square.py").write_text(THEOREM, encoding="utf-8")
    assert made.run("--quiet").code == 0
    for entry in (made.root / "build" / "store").glob("*/*/description.json"):
        if ".base" in entry.read_text():
            shutil.rmtree(entry.parent)
    done = made.run("--only", "T1")
    assert (done.code, "2.0" in made.html) == (0, True), done.err
    assert len(made.manifest()["trials"]["E1"]) == 2


def test_clean_keeps_what_is_in_use(copy):
    stored = set((copy.root / "build" / "store").glob("[0-9a-f][0-9a-f]/*"))
    assert copy.run("clean").code == 0
    assert not (copy.root / "build" / "report.html").exists()
    kept = set((copy.root / "build" / "store").glob("[0-9a-f][0-9a-f]/*"))
    assert kept < stored  # the views are made again
    described = {each.parent for each in (copy.root / "build" / "store").glob("*/*/code.json")}
    assert len(described) == 2
    copy.edit("experiments/e01_walk.py", "UNRELATED = 7", "UNRELATED = 8")
    assert copy.run("clean").code == 0
    now = {each.parent for each in (copy.root / "build" / "store").glob("*/*/code.json")}
    assert len(described & now) == 1 == len(now - described)  # what nothing refers to any more went with its result


# --- what goes wrong -----------------------------------------------------------------------------------------------


TYPED = ("After 3 steps, a walk", "It is 5.", "the number 3 is typed", "the number 5 is typed")
MISSPELT = ("{{ valu('E1.total') }}", "{{ ref('E1.totls') }}", "Did you mean 'value'?", "nothing of that name stands")


@pytest.mark.parametrize(("first", "second", "what", "whatever"), [TYPED, MISSPELT])
def test_the_errors_of_all_chapters_are_said_at_once_each_with_its_place(copy, first, second, what, whatever):
    copy.edit("templates/chapters/01-walks.md", "A walk", first)
    (copy.root / "templates" / "chapters" / "02-more.md").write_text(second + "\n", encoding="utf-8")
    copy.edit("templates/report.toml", '["01-walks"]', '["01-walks", "02-more"]')
    before = copy.html
    done = copy.run()
    assert done.code == 4
    assert re.search(rf"01-walks\.md:3: (.|\n)*{re.escape(what)}(.|\n)*02-more\.md:1: (.|\n)*{re.escape(whatever)}", done.err)
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) <= 6
    assert copy.html == before  # the last good page stays


def test_check_finds_typed_numbers_and_misspelt_names_without_running_anything(copy):
    shutil.rmtree(copy.root / "build")
    with (copy.root / "templates" / "chapters" / "01-walks.md").open("a", encoding="utf-8") as chapter:
        chapter.write('\n{{ claim("E1.larges") }}\n')
    done = copy.run("check")
    assert done.code == 4
    assert re.search(r"01-walks\.md:9: .*\n.*Did you mean 'E1\.larger'\?", done.err)
    copy.edit("templates/chapters/01-walks.md", "A walk comes to", "After 3 steps a walk comes to")
    done = copy.run("check")
    assert done.code == 4
    assert "01-walks.md:3: the number 3 is typed" in done.err
    assert not (copy.root / "build").exists()


def test_a_proof_is_kept_until_its_theorem_changes_and_a_refusal_never(tmp_path, kept):
    made = project(tmp_path, store=kept)
    (made.root / "theory" / "t01_square.py").write_text(THEOREM, encoding="utf-8")
    assert re.search(r"✓ T1 .*; kept$", made.run("check").out, re.MULTILINE)
    assert re.search(r"✓ T1 .*; [0-9.]+ s$", made.run("check", "--force").out, re.MULTILINE)
    made.edit("theory/t01_square.py", "x**2 + 2*x + 1", "x**2 + x + 1")
    for line in (19, 20):
        done = made.run("--only", "T1")
        assert done.code == 3
        assert f"t01_square.py:{line}: T1, 'Multiply out', step 1 is not proved" in done.err
        made.edit("theory/t01_square.py", "DERIVATION =", "# A comment moves what is below.\nDERIVATION =")
    assert made.run("check").code == 3


def test_numbers_of_runs_that_were_left_out_are_marked_not_missing_names(copy, kept):
    shutil.rmtree(copy.root / "build")
    empty = copy.root / "empty"
    shutil.copytree(kept / "sources", empty / "sources")
    done = copy.run("--frozen", "--store", str(empty))
    assert done.code == 1, done.err
    assert "A walk comes to —" in re.sub(r"<[^>]+>", "", copy.html)
    assert [path.name for path in empty.iterdir()] == ["sources"]


SLIPS = [
    (["--only", "E7"], "Did you mean 'E1'?"),
    (["biuld"], "Did you mean 'build'?"),
    (["--budget", "huge"], "invalid choice: 'huge'"),
    (["--jobs", "0"], "must be a whole number from 1"),
    (["--jobs", "9" * 5000], "must be a whole number from 1"),
    (["--out", ""], "must name a folder"),
    (["--store", ""], "must name a folder"),
    (["plan", "E1"], "Use --only E1"),
]


def test_slips_on_the_command_line_are_explained(built):
    for (_, said), done in zip(SLIPS, built.each(*(words for words, _ in SLIPS))):
        assert done.code == 2
        assert said in done.err
        assert len(done.err) < 500
        assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('EXPERIMENT = Experiment(\n    id="E1"', 'EXPERIMENT = Experiment(\n    id="E9"', "calls itself E9"),
        ("EXPERIMENT = ", "SOMETHING = ", "declares no EXPERIMENT"),
        (
            'claims={"larger": ',
            'claims={"larger": Claim("No walk does.", larger), "larger": ',
            "e01_walk.py:49: this dictionary gives 'larger' twice: what it gives first, on line 49,",
        ),
        ("STEP = 2.0", "STEP = = 2.0", "e01_walk.py:8"),
        ("STEP = 2.0", "STEP = undefined", "e01_walk.py:8"),
        ('tags={"kind": "other"}', 'tags={"kind": "other"}, typo=1', "typo"),
        (
            'tags={"kind": "other"}',
            'tags={"kind": "other"}, inputs={"data": __import__("report.model").model.Data("mnits")}',
            "e01_walk.py:33: E1: there is no data set 'mnits'.\n  Did you mean 'mnist'?",
        ),
    ],
)
def test_a_file_that_declares_nonsense_is_refused_with_its_line(copy, old, new, said):
    copy.edit("experiments/e01_walk.py", old, new)
    done = copy.run()
    assert done.code == 7, done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_trial_that_raises_stops_nobody_else_and_is_owned_up_to(tmp_path, kept):
    failing = EXPERIMENT.replace(
        "{\"seed\": seed, \"steps\": budget.pick(smoke=2, quick=3, full=4)}",
        "{\"seed\": seed, \"steps\": 3, \"fails\": seed == 1}",
    )  # fmt: skip
    made = project(tmp_path, failing, store=kept)
    done = made.run("--quiet")
    assert done.code == 1
    assert "E1: 1 of 3 runs failed (walk seed=1): RuntimeError: the floor gave way" in done.out
    assert "e01_walk.py:" in done.out
    assert "Traceback" not in done.out + done.err
    assert "the floor gave way" in made.html
    assert [t["state"] for t in made.manifest()["trials"]["E1"]] == ["done", "failed", "done"]
    assert re.search(r"run +failed +walk seed=1", made.run("plan").out)


def test_a_trial_that_diverges_has_its_own_mark(tmp_path, kept):
    diverging = EXPERIMENT.replace(
        'return Result(scalars={"total": float(UNRELATED + seed)})', 'return Result(scalars={"total": math.nan}, diverged=True)'
    )
    made = project(tmp_path, diverging, store=kept)
    done = made.run("--quiet")
    assert done.code == 1
    assert "1 of 3 runs diverged (other seed=0)" in done.out
    made.edit("experiments/e01_walk.py", 'tags={"kind": "other"})', 'tags={"kind": "other"}, may_diverge=True)')
    assert made.run("--quiet").code == 0  # now it is an outcome


def test_a_view_that_raises_is_marked_on_the_page_and_asking_for_runs_nobody_declared_is_no_divergence(copy):
    copy.edit("experiments/e01_walk.py", "def table(runs):\n", "def table(runs):\n    runs.nonsense\n")
    copy.edit("experiments/e01_walk.py", 'runs.where(kind="walk")["total"]', 'Runs(())["total"]')
    copy.edit("experiments/e01_walk.py", "Result, Table", "Result, Runs, Table")
    done = copy.run()
    assert done.code == 1
    assert "E1.totals: this table could not be made" in done.out
    assert re.search(r"e01_walk\.py:\d+: AttributeError", done.out)
    assert "AttributeError" in copy.html
    assert "E1.larger: this claim could not be made: no such trial" in done.out


WRITTEN = """
[[entry]]
id = "right"
place = "one"
says = "there are nine"
printed = "9"
ours = "E1.nine"

[[entry]]
id = "wrong"
place = "two"
says = "there are eight"
printed = "8"
ours = "E1.nine"
mistake = "X1"
certainty = "A"
kind = "count"

[[entry]]
id = "uncompared"
place = "three"
says = "there are one and a half"
printed = "1.5"
ours = "E1.nine"
needs = "recipe"
"""


def test_a_mistake_is_what_the_program_finds_to_differ(tmp_path, kept):
    nine = '    values={"nine": lambda runs: Value(9, digits=0)},\n)\n'
    asked = "".join(
        f'{{% if differs("W1.{name}") %}}The {name} one differs.{{% endif %}}\n' for name in ("right", "wrong", "uncompared")
    )
    chapter = CHAPTER + "\n" + asked + '\n{{ wrote("W1.right") }}.\n\n{{ mistakes() }}\n\n{{ replication() }}\n'
    made = project(tmp_path, EXPERIMENT.rstrip().removesuffix(")") + nine, chapter, store=kept)
    file = made.root / "templates" / "written" / "W1.toml"
    file.parent.mkdir()
    file.write_text(WRITTEN, encoding="utf-8")
    assert made.run("--quiet").code == 0
    assert "The wrong one differs." in made.html
    assert "The right one differs." not in made.html
    assert "The uncompared one differs." not in made.html  # it takes the full budget
    assert "W1 says that there are eight (two)" in made.html

    file.write_text(WRITTEN.replace('printed = "8"', 'printed = "9"'), encoding="utf-8")  # corrected, it is no mistake
    assert made.run("--quiet").code == 0
    assert "W1 says that there are eight" not in made.html

    file.write_text(WRITTEN.replace('ours = "E1.nine"', 'ours = "E1.nin"', 1), encoding="utf-8")
    done = made.run("--quiet")
    assert done.code == 4
    assert "W1.toml:3" in done.err
    assert "Did you mean 'E1.nine'?" in done.err


def test_left_out_parts_say_so(tmp_path, kept):
    made = project(tmp_path, store=kept)
    (made.root / "experiments" / "e02_walk.py").write_text(
        EXPERIMENT.replace("E1", "E2").replace("STEP = 2.0", "STEP = 3.0").replace("UNRELATED = 7", "UNRELATED = 8"),
        encoding="utf-8",
    )
    done = made.run("--only", "E1", "--quiet")
    assert done.code == 1
    assert "E2: 3 of 3 runs did not run" in done.out
    assert [t["state"] for t in made.manifest()["trials"]["E1"]] == ["done"] * 3


@pytest.mark.parametrize("out", ["a file", "a file/pages"])
def test_no_room_for_the_pages_is_said_and_costs_no_result(copy, out):
    (copy.root.parent / "a file").write_text("in the way", encoding="utf-8")
    done = copy.run("--out", str(copy.root.parent / out), "--store", str(copy.root / "new"))
    assert done.code == 6
    assert "cannot write the pages" in done.err
    assert (copy.root / "new").exists() == (out != "a file")  # where a look is enough, it is said before anything is computed
    assert "Traceback" not in done.err


@pytest.mark.parametrize("store", ["a file", "/dev/null"])
def test_a_store_that_is_a_file_is_said(copy, store):
    (copy.root / "a file").touch()
    done = copy.run("--store", str(copy.root / store))  # an absolute path stays itself
    assert done.code == 6, done.err
    assert "A file stands where a folder is due" in done.err
    assert "done" not in done.err  # it is said before anything is computed
    assert "Traceback" not in done.err


def test_with_closed_streams_the_trials_are_done_all_the_same(tmp_path, kept):
    made = project(tmp_path, EXPERIMENT.replace("UNRELATED = 7", "UNRELATED = 8"), store=kept)
    words = f'"{sys.executable}" build.py --quiet <&- >&- 2>&-'
    assert subprocess.run(["bash", "-c", words], cwd=made.root).returncode == 0
    assert {trial["state"] for trial in made.manifest()["trials"]["E1"]} == {"done"}


def running(where: Project, words: str, before: str) -> subprocess.CompletedProcess[str]:
    """``build.py`` with these words, in a process that has run ``before``."""
    code = f"import os, signal, sys, build\nfrom pathlib import Path\n{before}\nsys.exit(build.main({words.split()!r}))"
    return subprocess.run([sys.executable, "-c", code], cwd=where.root, capture_output=True, text=True, check=False)


def test_pages_that_cannot_be_deleted_are_the_worlds_fault(copy):
    refuse = (
        "unlink = Path.unlink\ndef refuse(path, **options):\n"
        "    if path.suffix != '.html': return unlink(path, **options)\n"
        "    raise PermissionError(13, 'Permission denied', str(path))\nPath.unlink = refuse"
    )
    done = running(copy, "clean", refuse)
    assert done.returncode == 6, done.stderr
    assert "report.html: Permission denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_stop_while_planning_or_typesetting_is_an_interruption(copy):
    places = [("report.terminal.bench", "plan"), ("report.typeset.pandoc", "_converted"), ("report.typeset.pdf", "_compiled")]
    for module, function in places:
        # another page each time: one that is being set when the stop comes is finished, and kept
        copy.edit("templates/chapters/01-walks.md", "A walk comes to", "On average, A walk comes to")
        stop = (
            f"import {module} as there\nreal = there.{function}\n"
            f"def stopped(*given, **named):\n    os.kill(os.getpid(), signal.SIGTERM)\n    return real(*given, **named)\n"
            f"there.{function} = stopped"
        )
        done = running(copy, "--quiet", stop)
        assert (done.returncode, done.stderr) == (130, "interrupted: what was finished is kept. Run it again to go on.\n")
    assert copy.run("--quiet").code == 0
    assert copy.html.count("On average, ") == len(places)


@pytest.fixture(scope="module")
def reading_mnist(tmp_path_factory, kept) -> Project:
    """A project in which one trial reads MNIST; the walks do not."""
    given = '{"seed": budget.first_seed}, '
    experiment = EXPERIMENT.replace("Claim, Column,", "Claim, Column, Data,")
    experiment = experiment.replace(f"{given}tags", given + '{"digits": Data("mnist")}, tags')
    made = project(tmp_path_factory.mktemp("reading"), experiment, store=kept)
    (made.root / "theory" / "t01_square.py").write_text(THEOREM, encoding="utf-8")
    return made


def test_a_folder_may_have_any_letters_where_the_locale_has_none_of_them(tmp_path, kept):
    done = project(tmp_path / "Übung 日", store=kept).run("--quiet", env={"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"})
    assert done.code == 0, done.err


OUT_OF_REACH = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9") | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}


def test_no_data_and_no_network_is_explained(reading_mnist, tmp_path):
    done = reading_mnist.run("--data", str(tmp_path / "no data"), env=OUT_OF_REACH)
    assert done.code == 5, done.err
    assert "MNIST" in done.err
    assert "Traceback" not in done.err


def test_data_are_fetched_only_for_trials_that_may_run(reading_mnist, tmp_path, monkeypatch):
    for name, value in OUT_OF_REACH.items():
        monkeypatch.setenv(name, value)
    commands = ["plan"], ["--frozen"], ["--only", "T1"], ["clean"]
    for done in reading_mnist.each(*([*words, "--data", str(tmp_path / "no data")] for words in commands)):
        assert done.code in (0, 1), done.err
        assert "MNIST" not in done.err
    assert not (tmp_path / "no data").exists()


def test_ctrl_c_stops_at_once_and_keeps_what_was_finished(tmp_path, kept):
    slow = EXPERIMENT.replace("    if fails:", "    import time\n    time.sleep(60 * seed)\n    if fails:")
    made = project(tmp_path, slow.replace("UNRELATED = 7", "UNRELATED = 8"), store=kept)
    process = subprocess.Popen(
        [sys.executable, str(made.root / "build.py")], cwd=made.root, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stderr is not None
    for line in process.stderr:  # the two quick trials end first
        if "[2/3]" in line:
            break
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 130
    assert time.monotonic() - began < 10
    assert "interrupted" in process.stderr.read()
    assert len(made.would_run()) == 1
    assert gone(process.pid, within=2)


def test_watch_shows_what_is_saved_and_outlives_mistakes(copy):
    said = copy.root.parent / "said"
    with said.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [sys.executable, str(copy.root / "build.py"), "watch"], cwd=copy.root, stderr=stream, start_new_session=True
        )

    def wait_until(seen: Callable[[], bool]) -> None:
        until = time.monotonic() + 120
        while not seen():
            assert process.poll() is None, said.read_text(encoding="utf-8")
            assert time.monotonic() < until, said.read_text(encoding="utf-8")
            time.sleep(0.05)

    try:
        wait_until(lambda: "watching" in said.read_text(encoding="utf-8"))
        copy.edit("templates/chapters/01-walks.md", "A walk comes", "On average, a walk comes")
        wait_until(lambda: "On average, a walk comes" in copy.html)
        copy.edit("templates/chapters/01-walks.md", "On average", "After 3 steps")
        wait_until(lambda: "01-walks.md:3" in said.read_text(encoding="utf-8"))
        assert "On average, a walk comes" in copy.html  # the last good page stays
        copy.edit("templates/chapters/01-walks.md", "After 3 steps", "In the end")
        wait_until(lambda: "In the end, a walk comes" in copy.html)
        style, chapter = copy.root / "templates" / "style.css", copy.root / "templates" / "chapters" / "01-walks.md"
        style.rename(style.with_suffix(".tmp"))  # as some editors do for a moment
        wait_until(lambda: "style.css: No such file" in said.read_text(encoding="utf-8"))
        style.with_suffix(".tmp").rename(style)
        text = chapter.read_bytes()
        chapter.write_bytes(text.replace(b"In the end", "Très vite".encode("latin-1")))
        wait_until(lambda: "01-walks.md:3: this line is not UTF-8" in said.read_text(encoding="utf-8"))
        chapter.write_bytes(text.replace(b"In the end", "Très vite".encode()))
        wait_until(lambda: "Très vite, a walk comes to" in copy.html)
        copy.edit("experiments/e01_walk.py", "STEP = 2.0", "STEP = 0.2")
        wait_until(lambda: copy.manifest()["trials"]["E1"][0]["scalars"]["total"] == pytest.approx(0.6))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    finally:
        process.kill()


def test_help_names_every_command_and_exit_code(built):
    done = built.run("--help")
    assert done.code == 0
    for word in ("build", "check", "plan", "data", "clean", "--only", "--budget", "--frozen", "130"):
        assert word in done.out


def test_a_package_that_is_not_installed_is_named_and_is_no_bug(built, tmp_path):
    (tmp_path / "jinja2.py").write_text("raise ModuleNotFoundError(\"No module named 'jinja2'\", name='jinja2')\n")
    done = built.run(env={"PYTHONPATH": str(tmp_path)})
    assert done.code == 2
    assert "jinja2" in done.err
    assert "requirements.txt" in done.err
    assert "bug" not in done.err


def test_the_readme_lists_the_exit_codes_that_there_are():
    from report.errors import ExitCode
    from tests.project import ROOT

    listed = re.findall(r"^\| (\d+) \|", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert [int(code) for code in listed] == [code.value for code in ExitCode]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('title = "A test"', "title = 2024", 1, "title is 2024, not text"),
        ("[sources]", 'abstract = ["one"]\n[sources]', 4, "abstract is ['one'], not text"),
        ('["01-walks"]', '"01-walks"', 3, "chapters is '01-walks', not a list of names"),
        ('["01-walks"]', '["01-walks", "01-walks"]', 3, "lists '01-walks' twice"),
        ('["01-walks"]', '["01-walk"]', 3, "Did you mean '01-walks'?"),
        ('["01-walks"]', "[]", 3, "chapters is [], not a list of names"),
        ('W1 = "A course, December 2018"', "W1 = 2018", 4, "sources is {'W1': 2018}, not texts"),
        ("chapters", "= chapters", 3, "is not TOML"),
        ('subtitle = "of the whole"\n', "", None, "has no entry 'subtitle'"),
    ],
)
def test_what_the_page_may_not_say_is_refused_with_its_line(tmp_path, old, new, line, said):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "01-walks.md").touch()
    assert old in PAGE
    (tmp_path / "report.toml").write_text(PAGE.replace(old, new), encoding="utf-8")
    with pytest.raises(ProseError, match=re.escape(said)) as refusal:
        writeup(tmp_path)
    assert refusal.value.where == Where(tmp_path / "report.toml", line)


def test_all_chapters_that_are_not_there_are_said_at_once(tmp_path):
    (tmp_path / "report.toml").write_text(PAGE.replace('["01-walks"]', '["01-walks",\n"02-runs"]'), encoding="utf-8")
    with pytest.raises(ProseError, match=r"report\.toml:3: lists a chapter '01-walks'(.|\n)*report\.toml:4: .*'02-runs'"):
        writeup(tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_page(tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "01-walks.md").touch()
    (tmp_path / "report.toml").write_text(PAGE.replace("\n", "\r\n"), encoding="utf-8-sig")
    assert writeup(tmp_path).title == "A test"


def test_check_accepts_a_condition_on_a_number(copy):
    with (copy.root / "templates" / "chapters" / "01-walks.md").open("a", encoding="utf-8") as chapter:
        chapter.write('\n{% if number("E1.total", kind="walk") > 8 %}Far.{% endif %}\n')
    assert copy.run("check").code == 0
