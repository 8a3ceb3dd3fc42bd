"""A build after which nothing has changed does nothing; whatever has changed, it is noticed."""

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
from report.typeset.publish import STAMP
from tests.project import EXPERIMENT, Project, project, result_of

CHAPTER = "templates/chapters/01-walks.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, kept: Path) -> Project:
    """A project that is built, and remembers it."""
    made = project(tmp_path_factory.mktemp("stamp"), store=kept)
    assert not idle(made)
    assert idle(made)
    return made


def idle(made: Project, *words: str, before: str = "", **env: str) -> bool:
    """Build; whether that was done without looking at anything but the stamp."""
    code = (
        f"import sys, build\nfrom pathlib import Path\n{before}\ncode = build.main({['--quiet', *words]!r})\n"
        "print('report.run.plan' in sys.modules); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=made.root, env={**os.environ, **env}, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    *said, looked = done.stdout.splitlines()
    assert [Path(line).name for line in said[:2]] == ["report.html", "report.pdf"]
    return looked == "False"


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


@pytest.mark.parametrize(
    "change",
    [_new_chapter, _new_module, _page_deleted, _page_edited, _result_deleted, _stamp_spoilt, _stamp_of_another_kind],
)
def test_what_comes_goes_or_changes_is_noticed(made: Project, change: Callable[[Path], None]) -> None:
    change(made.root)
    assert not idle(made)
    assert "<html" in made.html
    assert (made.root / "build" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert idle(made) or idle(made)  # that a result was damaged is history only at the next build


def test_another_version_of_a_package_is_noticed(made: Project, tmp_path: Path) -> None:
    before = f"sys.path.append({str(tmp_path)!r})"
    (tmp_path / "package-1.0.dist-info").mkdir()
    assert not idle(made, before=before)
    assert idle(made, before=before)
    (tmp_path / "package-1.0.dist-info").rename(tmp_path / "package-1.1.dist-info")
    assert not idle(made, before=before)


def test_other_wishes_are_no_repetition_but_another_number_of_workers_is(made: Project, tmp_path: Path, kept: Path) -> None:
    shutil.copytree(kept, tmp_path / "another")
    idle(made)
    assert idle(made, "--jobs", "1")
    assert not idle(made, "--force")
    assert idle(made)
    assert not idle(made, "--store", str(tmp_path / "another"))
    assert not idle(made, REPORT_DATA=str(tmp_path))


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
        "from report.terminal import edition\nreal = edition.files\n"
        "def saved(*given):\n"
        f"    path = Path({str(chapter)!r}); path.write_text(path.read_text() + '\\nSaved.\\n'); return real(*given)\n"
        "edition.files = saved"
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
