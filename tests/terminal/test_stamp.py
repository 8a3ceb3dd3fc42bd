"""A build after which nothing has changed does nothing, and one after which prose has changed finds nothing anew; whatever else
has changed, it is noticed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from report.terminal import stamp
from report.terminal.cli import parse
from report.terminal.stamp import Glance
from report.typeset.publish import FOUND, STAMP
from tests.project import EXPERIMENT, THEOREM, Project, project, result_of

CHAPTER = "templates/chapters/01-walks.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Project:
    """A project that is built, and remembers it."""
    made = project(tmp_path_factory.mktemp("stamp"), store=kept)
    assert not idle(made)
    assert idle(made)
    return made


def idle(made: Project, *words: str, **named: str) -> bool:
    """Build; whether that was done without looking at anything but the stamp."""
    return "report.run.plan" not in imported(made, *words, **named)


def found_anew(made: Project) -> bool:
    """Build; whether anything was proved, planned and judged."""
    return "report.prove.theorems" in imported(made)


def imported(made: Project, *words: str, before: str = "", page: str = "report", **env: str) -> list[str]:
    """Build; the modules that it took."""
    code = (
        f"import sys, build\nfrom pathlib import Path\n{before}\ncode = build.main({['--quiet', *words]!r})\n"
        "print(*(name for name in sys.modules if name.startswith('report'))); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=made.root, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    *said, modules = done.stdout.splitlines()
    assert [Path(line).name for line in said[:2]] == [f"{page}.html", f"{page}.pdf"]
    return modules.split()


def put_back_in_time(path: Path, content: str) -> None:
    """An edit that the size and the time of the file do not tell."""
    before = path.stat()
    assert len(content.encode()) == before.st_size
    path.write_text(content, encoding="utf-8")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_an_edit_of_the_same_size_and_time_is_noticed(made: Project) -> None:
    chapter = made.root / CHAPTER
    put_back_in_time(chapter, chapter.read_text(encoding="utf-8").replace("A walk comes", "A hike comes"))
    assert not idle(made)
    assert "A hike comes" in made.html
    assert idle(made)


def test_what_was_changed_just_before_is_compared_by_content(tmp_path: Path) -> None:
    """Its times may be those of an earlier text, where a file system counts in seconds."""
    file = tmp_path / "chapter.md"
    file.write_text("one", encoding="utf-8")
    (state,) = stamp._below(tmp_path).values()
    assert state is not None
    assert state[4]
    assert stamp._unchanged({str(file): state}, stamp._below(tmp_path))
    assert not stamp._unchanged({str(file): [*state[:4], "0" * 64]}, stamp._below(tmp_path))


def _new_chapter(root: Path) -> None:
    (root / "templates" / "chapters" / "02-more.md").write_text("{{ chapter_title('More') }}\n", encoding="utf-8")


def _new_module(root: Path) -> None:
    (root / "experiments" / "helpers.py").write_text("X = 1\n", encoding="utf-8")


def _page_deleted(root: Path) -> None:
    (root / "build" / "report.pdf").unlink()


def _page_edited(root: Path) -> None:
    put_back_in_time(root / "build" / "report.html", (root / "build" / "report.html").read_text(encoding="utf-8").upper()[::-1])


def _result_deleted(root: Path) -> None:
    (result_of("walk seed=1", root / "build" / "store") / "description.json").unlink()


def _stamp_spoilt(root: Path) -> None:
    (root / "build" / STAMP).write_bytes(b"[1, 2")


def _stamp_of_another_kind(root: Path) -> None:
    (root / "build" / STAMP).write_text(json.dumps({"said": "", "code": 0}), encoding="utf-8")


def looking(made: Project, *words: str) -> Glance:
    """What a build finds at its beginning."""
    return Glance(made.root, parse([*words], made.root))


def stamped(made: Project) -> None:
    """As if a build of what is there had just ended."""
    out = made.root / "build"
    published = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file() and path.name not in (STAMP, FOUND)}
    looking(made).keep("", 0, published, (out / "store").glob("[0-9a-f][0-9a-f]/*"), b"what was found")
    assert looking(made).same()


@pytest.mark.parametrize(
    "change", [_new_chapter, _new_module, _page_deleted, _page_edited, _result_deleted, _stamp_spoilt, _stamp_of_another_kind]
)
def test_what_comes_goes_or_changes_is_noticed(made: Project, change: Callable[[Path], None]) -> None:
    stamped(made)
    change(made.root)
    assert not looking(made).same()


def test_what_is_noticed_is_built_again(made: Project) -> None:
    idle(made)
    for change in (_page_deleted, _page_edited, _result_deleted):
        change(made.root)
    assert not idle(made)
    assert "<html" in made.html
    assert (made.root / "build" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert idle(made) or idle(made)  # that a result was damaged is history only at the next build


def test_another_version_of_a_package_is_noticed(made: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stamped(made)
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    (tmp_path / "package-1.0.dist-info").mkdir()
    assert not looking(made).same()
    stamped(made)
    (tmp_path / "package-1.0.dist-info").rename(tmp_path / "package-1.1.dist-info")
    assert not looking(made).same()


def test_other_wishes_are_no_repetition_but_another_number_of_workers_is(
    made: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped(made)
    assert looking(made, "--jobs", "1").same()
    assert not looking(made, "--store", str(tmp_path / "another")).same()
    assert not looking(made, "--budget", "smoke").same()
    monkeypatch.setenv("REPORT_DATA", str(tmp_path))
    assert not looking(made).same()


def test_what_was_left_out_stays_so_until_its_result_is_there(made: Project, tmp_path: Path, kept: Path) -> None:
    store = shutil.copytree(kept, tmp_path / "another")
    frozen = ["--frozen", "--store", str(store)]
    result = result_of("walk seed=1", store)
    result.rename(tmp_path / result.name)
    assert not idle(made, *frozen)
    assert idle(made, *frozen)
    (tmp_path / result.name).rename(result)
    assert not idle(made, *frozen)


def test_a_file_that_is_saved_while_the_build_runs_is_built_next_time(made: Project) -> None:
    chapter = made.root / CHAPTER
    before = (
        "from report.terminal import edition\nreal = edition.typeset\n"
        "def saved(*given):\n"
        f"    path = Path({str(chapter)!r}); path.write_text(path.read_text() + '\\nSaved.\\n'); return real(*given)\n"
        "edition.typeset = saved"
    )
    assert not idle(made, "--force", before=before)
    assert not idle(made)
    assert "Saved." in made.html


def test_what_failed_is_tried_again(tmp_path: Path, kept: Path) -> None:
    made = project(tmp_path, EXPERIMENT.replace("    if fails:", "    if seed == 1:"), store=kept)
    assert not idle(made)
    assert not idle(made)


def test_cleaning_forgets(made: Project) -> None:
    assert made.run("clean").code == 0
    assert not (made.root / "build" / STAMP).exists()


# --- prose alone ---------------------------------------------------------------------------------------------------


def say(made: Project, words: str) -> None:
    """Add a sentence to the chapter."""
    with (made.root / CHAPTER).open("a", encoding="utf-8") as chapter:
        chapter.write(f"\n{words}\n")


def pages(made: Project) -> dict[str, bytes]:
    """All that was published."""
    out = made.root / "build"
    found = {path.name: path for path in (*out.glob("*"), *out.glob("data/*")) if path.name not in (STAMP, FOUND)}
    return {name: path.read_bytes() for name, path in found.items() if path.is_file()}


def test_prose_alone_finds_nothing_anew_and_gives_the_same_pages(made: Project) -> None:
    idle(made)
    for words in ("It rains.", "It pours."):
        say(made, words)
        assert not found_anew(made)
        assert words in made.html
    told = pages(made)
    assert {"report.html", "report.pdf", "manifest.json"} <= told.keys()
    imported(made, "--force")
    assert pages(made) == told
    assert idle(made)


def test_literature_and_layout_are_read_again_and_nothing_is_found_anew(made: Project) -> None:
    idle(made)
    templates = made.root / "templates"
    book = "@book{fall2020, title = {Rain}, author = {Fall, Ann}, year = {2020}, publisher = {Press}}"
    (templates / "references.bib").write_text(book, encoding="utf-8")
    say(made, '{{ cite("fall2020") }} says so.')
    assert not found_anew(made)
    assert "Rain" in made.html
    put_back_in_time(templates / "references.bib", book.replace("Rain", "Snow"))
    with (templates / "style.css").open("a", encoding="utf-8") as style:
        style.write("\n/* wet */\n")
    assert not found_anew(made)
    assert "Snow" in made.html
    assert "Rain" not in made.html
    assert "/* wet */" in made.html
    told = pages(made)
    imported(made, "--force")
    assert pages(made) == told


def test_after_a_mistake_in_prose_nothing_is_found_anew(made: Project) -> None:
    idle(made)
    chapter = made.root / CHAPTER
    before = chapter.read_text(encoding="utf-8")
    say(made, "{{ value('E1.nothing') }}")
    with pytest.raises(AssertionError, match="nothing"):
        imported(made)
    chapter.write_text(before, encoding="utf-8")
    say(made, "Mended.")
    assert not found_anew(made)
    assert "Mended." in made.html


ESSAY = 'title = "An essay"\n\n[[question]]\nheading = "How far?"\nanswers = ["E1.totals"]\n'


def test_another_writeup_is_made_of_what_was_found_where_it_rests_on_no_more(tmp_path: Path, kept: Path) -> None:
    made = project(tmp_path, store=kept)
    (made.root / "theory" / "t01_square.py").write_text(THEOREM, encoding="utf-8")
    (made.root / "templates" / "writeups").mkdir()
    (made.root / "templates" / "writeups" / "essay.toml").write_text(ESSAY, encoding="utf-8")
    asked = ("--writeup", "essay")
    idle(made)
    assert "report.prove.theorems" not in imported(made, *asked, page="essay")
    assert idle(made, *asked, page="essay")
    told = pages(made)
    (made.root / "build" / STAMP).unlink()
    assert "report.prove.theorems" in imported(made, *asked, page="essay")
    assert pages(made) == told
    assert found_anew(made)  # the complete one rests on more


def _code_edited(root: Path) -> None:
    path = root / "experiments" / "e01_walk.py"
    put_back_in_time(path, path.read_text(encoding="utf-8").replace("UNRELATED = 7", "UNRELATED = 8"))


def _note_deleted(root: Path) -> None:
    (root / "build" / FOUND).unlink()


def _note_spoilt(root: Path) -> None:
    (root / "build" / FOUND).write_bytes(b"[1, 2")


@pytest.mark.parametrize("change", [_code_edited, _new_module, _result_deleted, _note_deleted, _note_spoilt, _stamp_spoilt])
def test_with_anything_else_all_is_found_anew(made: Project, change: Callable[[Path], None]) -> None:
    stamped(made)
    say(made, "And on.")
    assert found_before(made) == b"what was found"
    change(made.root)
    assert found_before(made) is None


def found_before(made: Project) -> bytes | None:
    """What a build goes on from."""
    look = looking(made)
    assert not look.same()
    return look.found()


def test_code_that_is_saved_while_the_build_begins_is_not_passed_over(made: Project) -> None:
    idle(made)
    say(made, "Further.")
    path = made.root / "experiments" / "e01_walk.py"
    before = (
        "from report.terminal import bench\nreal = bench.laid_out\n"
        "def saved(*given, **named):\n"
        f"    path = Path({str(path)!r}); path.write_text(path.read_text() + '\\nSAVED = 1\\n'); return real(*given, **named)\n"
        "bench.laid_out = saved"
    )
    assert "report.prove.theorems" in imported(made, before=before)
