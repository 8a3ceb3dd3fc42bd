"""What the person who waits is shown."""

from __future__ import annotations

import io
import math
import os
import re
import subprocess
import sys

import pytest

from report.model import Outcome, Result, Trial
from report.run.watching import Advance
from report.terminal.progress import Bars, Lines, Tally, duration, watch


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def outcome(trial: str, *, diverged: bool = False, reason: str = "", started: bool = True) -> Outcome:
    result = None if reason else Result(diverged=diverged)
    return Outcome(Trial(outcome), trial, result, reason=reason, started=started)


# --- time left -----------------------------------------------------------------------------------------------------


def test_time_left_shares_the_known_work_among_the_workers(clock):
    tally = Tally(clock)
    tally.begin({"a": 10.0, "b": 20.0, "c": 30.0}, jobs=2)
    assert tally.left_in_all() == 30
    tally.started("c", "c")
    clock.now += 6
    assert (tally.left("c"), tally.left_in_all()) == (24, 27)
    tally.started("a", "a")
    clock.now += 12
    tally.finished(outcome("a"))
    assert tally.left_in_all() == 24  # a took 12 instead of 10, so b is expected to take 24, and c 18 more


def test_time_left_learns_from_what_has_ended_that_everything_takes_longer(clock):
    """As under a larger budget, where the durations known are those of a smaller one."""
    tally = Tally(clock)
    tally.begin({"a": 1.0, "b": 2.0, "c": 3.0, "d": math.nan}, jobs=1)
    tally.started("a", "a")
    clock.now += 100
    tally.finished(outcome("a"))
    assert tally.left_in_all() == 200 + 300 + 200  # d is an average one


def test_time_left_follows_the_pace_of_a_trial_that_was_resumed(clock):
    tally = Tally(clock)
    tally.begin({"a": math.nan}, jobs=1)
    tally.started("a", "a")
    assert math.isnan(tally.left("a"))
    tally.progressed("a", Advance(8, 20))
    clock.now += 4
    tally.progressed("a", Advance(10, 20))
    assert tally.left("a") == 20
    clock.now += 1
    tally.progressed("a", Advance(10, 20))
    assert tally.left("a") == 19


def test_a_trial_of_unknown_duration_counts_as_an_average_one(clock):
    tally = Tally(clock)
    tally.begin({"a": 4.0, "b": 6.0, "c": math.nan}, jobs=1)
    assert tally.left_in_all() == 15


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (8.12, "8.1 s"), (9.96, "10 s"), (59.6, "1 min 00 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")],
)
def test_durations_read_well(seconds, text):
    assert duration(seconds) == text


# --- lines ---------------------------------------------------------------------------------------------------------


def test_one_line_for_each_trial_that_ends(clock):
    stream = io.StringIO()
    lines = Lines(stream, clock)
    lines.begin({"a": 10.0, "b": 10.0, "c": math.nan, "d": 1.0}, jobs=1)
    lines.started("a", "E2 convnet adam seed=0")
    lines.progressed("a", Advance(1, 2, {"loss": 0.5}))
    clock.now += 8.1
    lines.finished(outcome("a"), "E2 convnet adam seed=0")
    lines.started("b", "E2 mlp")
    clock.now += 2
    lines.finished(outcome("b", diverged=True), "E2 mlp")
    lines.started("c", "E2 linear")
    lines.finished(outcome("c", reason="ValueError: no\nmore\x1b[31m"), "E2 linear")
    lines.finished(outcome("d", reason="it needs 'E2 linear'", started=False), "E3 rate=1")
    lines.close()
    written = stream.getvalue().splitlines()
    assert re.fullmatch(r"\[1/4\] E2 convnet adam seed=0  done in 8\.1 s, \d+ s left", written[0])
    assert written[1].startswith("[2/4] E2 mlp  diverged in 2.0 s")
    assert written[2].startswith("[3/4] E2 linear  failed: ValueError: no more?[31m")
    assert written[3] == "[4/4] E3 rate=1  not run: it needs 'E2 linear'"
    assert written[4:] == ["4 trials in 10 s: 1 done, 1 diverged, 1 failed, 1 not run"]
    assert all(c.isprintable() or c == "\n" for c in stream.getvalue())


def test_a_stream_that_cannot_say_it_all_says_what_it_can(clock):
    buffer = io.BytesIO()
    lines = Lines(io.TextIOWrapper(buffer, encoding="ascii"), clock)
    lines.begin({"a": 1.0}, jobs=1)
    lines.started("a", "σ=1")
    lines.finished(outcome("a"), "σ=1")
    assert buffer.getvalue().startswith(b"[1/1] ?=1  done in")


def test_an_interrupted_run_says_what_was_not_finished(clock):
    stream = io.StringIO()
    lines = Lines(stream, clock)
    lines.begin({"a": 1.0, "b": 1.0}, jobs=1)
    lines.started("a", "a")
    lines.close()
    assert stream.getvalue() == "0 trials in 0.0 s: none done, 2 not finished\n"


# --- bars ----------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def drawn(monkeypatch, clock, columns: int, label: str) -> tuple[list[str], list[str]]:
    """The rows of the last picture while a trial runs, and the rows that stay when all has ended."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", str(columns))
    stream = Terminal()
    bars = Bars(stream, clock)
    bars.begin({"a": 12.0, "b": 12.0}, jobs=1)
    bars.started("a", label)
    clock.now += 6
    bars.progressed("a", Advance(6, 12, {"loss": 0.25}))
    stream.seek(0)
    stream.truncate()
    bars.tick()
    running = rows(stream.getvalue())
    bars.finished(outcome("a"), label)
    bars.started("b", "worse")
    bars.finished(outcome("b", reason="ValueError: no"), "worse")
    stream.seek(0)
    stream.truncate()
    bars.close()
    return running, rows(stream.getvalue())


def rows(written: str) -> list[str]:
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written).replace("\r", "")
    return [row.rstrip() for row in plain.splitlines() if row.strip()]


def test_a_bar_for_each_running_trial_and_one_for_the_whole(monkeypatch, clock):
    running, _ = drawn(monkeypatch, clock, 100, "E2 convnet [adam] seed=0")
    assert len(running) == 2
    assert running[1].startswith("E2 convnet [adam] seed=0 ")
    assert running[1].endswith("6/12  6.0 s, 6.0 s left  loss 0.25")
    assert "━" in running[1]
    assert running[0].startswith("in all ")
    assert running[0].endswith("0/2 trials, 18 s left")


@pytest.mark.parametrize("columns", [20, 40, 71, 72])
@pytest.mark.parametrize("label", ["a label that is too long for the window " * 3, "卷积" * 30], ids=["long", "wide"])
def test_no_row_is_wider_than_the_window(monkeypatch, clock, columns, label):
    from rich.cells import cell_len

    running, _ = drawn(monkeypatch, clock, columns, label)
    assert len(running) == 2
    assert max(map(cell_len, running)) <= columns
    assert running[1][0] == label[0]


def test_one_line_stays_when_all_has_ended(monkeypatch, clock):
    _, left = drawn(monkeypatch, clock, 100, "E2")
    assert left[-1] == "2 trials in 6.0 s: 1 done, 1 failed"


def test_bars_only_where_they_can_be_redrawn(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    assert isinstance(watch(Terminal()), Bars)
    assert isinstance(watch(Terminal(), quiet=True), Lines)
    assert isinstance(watch(io.StringIO()), Lines)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(watch(Terminal()), Lines)


def test_the_library_that_draws_is_not_loaded_before_there_is_something_to_draw():
    code = "import sys, report.run.execute; from report.terminal.progress import watch; watch(sys.stderr); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert "rich" not in done.stdout.split()
