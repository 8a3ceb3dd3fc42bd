"""The page that follows what is saved: what it is served, what it is told, and how it ends."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from report.terminal import watch
from report.terminal.preview import Desk, Server
from report.terminal.watch import Made, Now, saves
from tests.project import EXPERIMENT, Project, gone, project

CHAPTER = "templates/chapters/01-walks.md"


def said(url: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=60) as answer:
        return answer.read().decode("utf-8", "replace")


def told(address: str) -> Iterator[dict[str, Any]]:
    """The news, as a page hears them."""
    with urllib.request.urlopen(f"{address}news", timeout=60) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


def until(seen: Callable[[dict[str, Any]], bool], address: str) -> dict[str, Any]:
    return next(state for state in told(address) if seen(state))


@pytest.fixture
def previewed(tmp_path, kept) -> Iterator[tuple[Project, str, subprocess.Popen]]:
    """A project with trials to run, a preview of it that has begun, and its address."""
    new = EXPERIMENT.replace("STEP = 2.0", "STEP = 3.0").replace("UNRELATED = 7", "UNRELATED = 8")
    made, heard = project(tmp_path, new, store=kept), tmp_path / "heard"
    command = [sys.executable, str(made.root / "build.py"), "preview", "--no-open"]
    with heard.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(command, cwd=made.root, stderr=stream, start_new_session=True)
    try:
        while not (address := re.search(r"http://127\.0\.0\.1:\d+/", heard.read_text(encoding="utf-8"))):
            assert process.poll() is None, heard.read_text(encoding="utf-8")
            time.sleep(0.05)
        yield made, address[0], process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def test_the_page_follows_what_is_saved_and_shows_what_is_wrong(previewed):
    made, address, process = previewed
    running = until(lambda state: state["trials"] is not None, address)["trials"]
    assert re.match(r"\d/3 trials", running["note"])
    until(lambda state: state["pages"] and not state["busy"], address)
    first = said(f"{address}report.html")
    assert "EventSource" in first
    assert "EventSource" not in made.html  # what is written has no such script
    assert first.replace(first[first.rindex("<script>") : first.rindex("</body>")], "") == made.html
    assert said(f"{address}data/E1-totals.csv").startswith("run,total")

    made.edit(CHAPTER, "A walk comes", "On average, a walk comes")
    version = json.loads(re.search(r"const live = (.*);", first)[1])["version"]
    until(lambda state: state["pages"]["report.html"] != version, address)
    assert "On average, a walk comes" in said(f"{address}report.html")

    made.edit(CHAPTER, "On average", "After 3 steps")
    wrong = until(lambda state: bool(state["wrong"]), address)["wrong"]
    assert "01-walks.md:3: the number 3 is typed" in wrong
    assert "On average, a walk comes" in said(f"{address}report.html")  # the last good page stays

    made.edit("experiments/e01_walk.py", "STEP = 3.0", "STEP = = 0.2")  # code is wrong, too
    until(lambda state: "e01_walk.py" in state["wrong"], address)
    made.edit(CHAPTER, "After 3 steps", "In the end")
    made.edit("experiments/e01_walk.py", "STEP = = 0.2", "STEP = 0.2")
    until(lambda state: not state["wrong"] and not state["busy"], address)
    page = re.sub(r"<[^>]+>", "", said(f"{address}report.html"))
    assert "In the end, a walk comes to 0.9" in page  # the numbers of the new code, which only a fresh process can have

    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 130
    assert gone(process.pid, within=10)  # no process of it is left


def test_a_preview_of_what_does_not_exist_ends(tmp_path):
    done = project(tmp_path).run("preview", "--no-open", "--only", "E99")
    assert done.code == 2
    assert "E99" in done.err


# --- the server alone ----------------------------------------------------------------------------------------------


@pytest.fixture
def served() -> Iterator[tuple[Desk, str]]:
    desk = Desk("follow();")
    with Server(desk) as server:
        yield desk, f"http://127.0.0.1:{server.server_port}/"


def test_a_page_is_served_with_the_script_and_any_other_file_as_it_is(served):
    desk, address = served
    desk.hear(Made({"report.html": b"<body>text</body></html>", "data/a b.csv": b"x,y\n", "report.pdf": b"%PDF"}))
    assert re.fullmatch(r"<body>text<script>.*follow\(\);.*</script>\n</body></html>", said(f"{address}report.html"), re.DOTALL)
    assert said(f"{address}data/a%20b.csv") == "x,y\n"
    with urllib.request.urlopen(f"{address}report.pdf") as answer:
        assert answer.headers["Content-Type"] == "application/pdf"


def test_the_first_news_is_what_there_is_and_each_change_is_news(served):
    desk, address = served
    news = told(address)
    assert next(news) == {"busy": True, "trials": None, "wrong": "", "pages": {}}
    desk.hear(Made({"report.html": b"one"}))
    first = next(news)["pages"]
    desk.hear(Made({"report.html": b"one", "report.pdf": b"%PDF"}))  # no page has changed
    desk.hear(Now(busy=False, wrong="01-walks.md:3: no"))
    assert next(news) == {"busy": False, "trials": None, "wrong": "01-walks.md:3: no", "pages": first}
    desk.hear(Made({"report.html": b"two"}))
    assert next(news)["pages"] != first


def test_several_pages_are_listed_where_no_name_is_given(served):
    desk, address = served
    desk.hear(Made({"one.html": b"</body>", "two.html": b"</body>"}))
    assert re.findall(r'href="/([^"]+)"', said(address)) == ["one.html", "two.html"]


@pytest.mark.parametrize("name", ["nothing.html", "../build.py", "%2e%2e/build.py", "/etc/passwd"])
def test_nothing_else_is_served(served, name):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        said(served[1] + name)


def test_a_page_of_somebody_else_that_leads_here_is_refused(served):
    with pytest.raises(urllib.error.HTTPError, match="421"):
        said(served[1], Host="evil.example:80")


# --- watching ------------------------------------------------------------------------------------------------------


def test_saves_tells_of_sources_alone_and_of_all_since_it_was_called(tmp_path):
    for folder in ("templates/chapters", "theory", "build", "notes"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "theory" / "t01.py").touch()
    saved = saves(tmp_path)
    for file in ("templates/chapters/a.md", "build/report.html", "notes/x.md", "theory/t02.py", "theory/t03.py.swp"):
        (tmp_path / file).write_text("new", encoding="utf-8")
    seen: set[Path] = set()
    while len(seen) < 2:
        seen |= next(saved)
    assert seen | next(saved) == {tmp_path / "templates" / "chapters" / "a.md", tmp_path / "theory" / "t02.py"}


# --- what stays between two builds ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Laid:
    """A bench of which nothing is asked but what it has found."""

    needed: frozenset[str] = frozenset()
    tell: Any = None

    def needs(self, name: str) -> bool:
        return name in self.needed

    def needed_by(self, writeups: frozenset[str]) -> frozenset[str]:
        return writeups


class Line:
    """Says that prose was saved, as often as there are further builds to come."""

    def __init__(self, saves: int):
        self.saves, self.news = saves, list[Any]()

    def send(self, news: Any) -> None:
        self.news.append(news)

    def poll(self) -> bool:
        return False

    def recv(self) -> None:
        self.saves -= 1
        if self.saves < 0:
            raise EOFError


def test_what_is_found_is_kept_until_prose_needs_more():
    prose = iter([{"E1"}, {"E1"}, {"E1", "E2"}, {"E2"}])  # what the write-ups name at each build
    found: list[frozenset[str]] = []

    def find(bench: Laid, writeups: frozenset[str]) -> Any:
        found.append(writeups)
        return SimpleNamespace(bench=Laid(writeups))

    stages: Any = SimpleNamespace(
        writeups=lambda settings: frozenset(next(prose)),
        bench=lambda settings: Laid(),
        basis=find,
        published=lambda basis, writeups, early: SimpleNamespace(files={"x.html": b""}),
    )
    with pytest.raises(EOFError):
        watch._Builds(Any, stages, Line(saves=3)).go_on()
    assert found == [{"E1"}, {"E1", "E2"}]
