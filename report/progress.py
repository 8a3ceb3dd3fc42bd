"""Show how far the trials are: bars that redraw in place on a terminal, a line for each finished trial elsewhere.

The bars are rich's, which measures wide characters, narrow windows and dumb terminals; it is imported when bars are drawn
and not before. What is shown is kept in a ``Tally``, which draws nothing, so that both views say the same.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TextIO

from report.model import Outcome, State

WORDS = {State.DONE: "done", State.DIVERGED: "diverged", State.FAILED: "failed", State.MISSING: "not run"}


@dataclass(frozen=True)
class Step:
    """What a trial last said of itself: ``done`` of ``total`` epochs, and numbers such as the loss."""

    done: int
    total: int
    numbers: Mapping[str, float] = field(default_factory=dict)


class Watch(Protocol):
    """Who is told how an execution goes. A trial is known by its fingerprint's digest."""

    def begin(self, seconds: Mapping[str, float | None], jobs: int) -> None:
        """These trials will run, ``jobs`` at a time; the seconds that each is expected to take, None if nobody knows."""

    def started(self, trial: str, label: str) -> None:
        """A trial runs from now on."""

    def progressed(self, trial: str, step: Step) -> None:
        """A running trial has come so far."""

    def finished(self, outcome: Outcome, label: str) -> None:
        """A trial has ended, or will not be run."""

    def tick(self) -> None:
        """A moment has passed: called some times a second."""

    def close(self) -> None:
        """There is no more to come, be it because of an interruption."""


class Silent:
    """A watch that shows nothing."""

    def begin(self, seconds: Mapping[str, float | None], jobs: int) -> None: ...
    def started(self, trial: str, label: str) -> None: ...
    def progressed(self, trial: str, step: Step) -> None: ...
    def finished(self, outcome: Outcome, label: str) -> None: ...
    def tick(self) -> None: ...
    def close(self) -> None: ...


def watch(stream: TextIO, quiet: bool = False) -> Watch:
    """Bars if ``stream`` is a terminal that can redraw, else lines."""
    bars = not quiet and stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "")
    return Bars(stream) if bars else Lines(stream)


# --- what there is to show -----------------------------------------------------------------------------------------


@dataclass
class _Running:
    label: str
    since: float
    step: Step | None = None
    first: Step | None = None  # where it stood when it first spoke: a resumed trial does not start at 0
    spoke: float = math.nan

    def left(self, now: float, expected: float | None) -> float | None:
        """Seconds to its end: by its own pace since it first spoke, else by what it was expected to take."""
        if self.step and self.first and self.step.done > self.first.done:
            pace = (self.last_spoke - self.spoke) / (self.step.done - self.first.done)
            return max(0.0, pace * (self.step.total - self.step.done) - (now - self.last_spoke))
        return None if expected is None else max(0.0, expected - (now - self.since))

    last_spoke: float = math.nan


class Tally:
    """The state of an execution: what has ended, what runs, what waits, and the time that is left."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.began = clock()
        self.waiting: dict[str, float | None] = {}
        self.running: dict[str, _Running] = {}
        self.ended: Counter[State] = Counter()
        self.took: list[float] = []
        self.jobs = 1
        self._expected: dict[str, float | None] = {}

    def begin(self, seconds: Mapping[str, float | None], jobs: int) -> None:
        self._expected, self.waiting, self.jobs, self.began = dict(seconds), dict(seconds), max(1, jobs), self.clock()

    def started(self, trial: str, label: str) -> None:
        self.waiting.pop(trial, None)
        self.running[trial] = _Running(label, self.clock())

    def progressed(self, trial: str, step: Step) -> None:
        run = self.running[trial]
        if step != run.step:
            run.step, run.last_spoke = step, self.clock()
        if run.first is None:
            run.first, run.spoke = step, self.clock()

    def finished(self, outcome: Outcome) -> None:
        self.waiting.pop(outcome.fingerprint, None)
        run = self.running.pop(outcome.fingerprint, None)
        if run is not None:
            self.took.append(self.clock() - run.since)
        self.ended[outcome.state] += 1

    @property
    def done(self) -> int:
        return self.ended.total()

    @property
    def total(self) -> int:
        return self.done + len(self.running) + len(self.waiting)

    def left(self, trial: str) -> float | None:
        """Seconds until a running trial ends, None if nobody knows."""
        return self.running[trial].left(self.clock(), self._expected.get(trial))

    def left_in_all(self) -> float | None:
        """Seconds until everything has ended: the work shared out evenly, but no less than the longest piece of it."""
        known = [seconds for seconds in self._expected.values() if seconds is not None] + self.took
        typical = sum(known) / len(known) if known else None
        now = self.clock()
        rest = [run.left(now, self._expected.get(trial) or typical) for trial, run in self.running.items()]
        rest += [typical if seconds is None else seconds for seconds in self.waiting.values()]
        sure = [seconds for seconds in rest if seconds is not None]
        if len(sure) < len(rest):
            return None
        return max(sum(sure) / self.jobs, max(sure, default=0.0))

    def summary(self) -> str:
        """The one line that stays: ``18 trials in 2 min 20 s: 17 done, 1 failed``."""
        trials = "1 trial" if self.done == 1 else f"{self.done} trials"
        ends = ", ".join(f"{self.ended[state]} {WORDS[state]}" for state in State if self.ended[state])
        rest = self.total - self.done
        unfinished = [f"{rest} not finished"] if rest else []
        return f"{trials} in {duration(self.clock() - self.began)}: " + ", ".join([ends or "none done", *unfinished])


def duration(seconds: float) -> str:
    """``8.1 s``, ``41 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


def ending(outcome: Outcome, seconds: float) -> str:
    """How a trial ended, in a few words: ``done in 8.1 s``, ``failed: ValueError: …``."""
    word = WORDS[outcome.state]
    return f"{word}: {outcome.reason}" if outcome.reason else f"{word} in {duration(seconds)}"


def printable(text: str, encoding: str | None) -> str:
    """``text`` on one line, with what a terminal would obey, and what ``encoding`` lacks, replaced."""
    line = " ".join(text.split())
    visible = "".join(c if c.isprintable() else "?" for c in line)
    return visible.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")


# --- lines ---------------------------------------------------------------------------------------------------------


class Lines:
    """One line when a trial ends: ``[3/18] E2 convnet adam seed=0  done in 8.1 s, 41 s left``. No control characters."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic):
        self.stream, self.tally = stream, Tally(clock)

    def begin(self, seconds: Mapping[str, float | None], jobs: int) -> None:
        self.tally.begin(seconds, jobs)

    def started(self, trial: str, label: str) -> None:
        self.tally.started(trial, label)

    def progressed(self, trial: str, step: Step) -> None:
        self.tally.progressed(trial, step)

    def finished(self, outcome: Outcome, label: str) -> None:
        self.tally.finished(outcome)
        seconds = self.tally.took[-1] if self.tally.took else 0.0
        left = self.tally.left_in_all() if self.tally.done < self.tally.total else None
        rest = "" if left is None else f", {duration(left)} left"
        self._write(f"[{self.tally.done}/{self.tally.total}] {label}  {ending(outcome, seconds)}{rest}")

    def tick(self) -> None: ...

    def close(self) -> None:
        if self.tally.total:
            self._write(self.tally.summary())

    def _write(self, line: str) -> None:
        head, gap, tail = line.partition("  ")
        encoding = self.stream.encoding
        self.stream.write(printable(head, encoding) + gap + printable(tail, encoding) + "\n")
        self.stream.flush()


# --- bars ----------------------------------------------------------------------------------------------------------


class Bars:
    """A bar for each running trial, one for the whole below them, and a line that stays for each that went wrong."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic):
        self.stream, self.tally = stream, Tally(clock)
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}
        self._whole: Any = None

    def begin(self, seconds: Mapping[str, float | None], jobs: int) -> None:
        self.tally.begin(seconds, jobs)
        if seconds:
            self._progress = _rich_progress(self.stream)
            self._whole = self._progress.add_task("in all", total=len(seconds), note="")
            self._progress.start()

    def started(self, trial: str, label: str) -> None:
        self.tally.started(trial, label)
        self._tasks[trial] = self._progress.add_task(self._safe(label), total=None, note="")
        self._draw()

    def progressed(self, trial: str, step: Step) -> None:
        self.tally.progressed(trial, step)

    def finished(self, outcome: Outcome, label: str) -> None:
        self.tally.finished(outcome)
        if outcome.fingerprint in self._tasks:
            self._progress.remove_task(self._tasks.pop(outcome.fingerprint))
        if outcome.state is not State.DONE:
            self._progress.console.print(
                self._safe(f"{label}: {ending(outcome, self.tally.took[-1] if self.tally.took else 0)}")
            )
        self._draw()

    def tick(self) -> None:
        self._draw()

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress.console.print(self.tally.summary())
            self._progress = None

    def _draw(self) -> None:
        if self._progress is None:
            return
        for trial, task in self._tasks.items():
            step = self.tally.running[trial].step
            done, total = (step.done, step.total) if step else (0, None)
            self._progress.update(task, completed=done, total=total, note=self._note(trial))
        left = self.tally.left_in_all()
        rest = "" if left is None else f"  {duration(left)} left"
        note = f"{self.tally.done}/{self.tally.total} trials{rest}"
        self._progress.update(self._whole, completed=self.tally.done, total=self.tally.total, note=note)
        self._progress.refresh()

    def _note(self, trial: str) -> str:
        """``7/12  loss 0.123  8.1 s, 12 s left``."""
        run = self.tally.running[trial]
        words = [f"{run.step.done}/{run.step.total}"] if run.step else []
        words += [f"{name} {number:.3g}" for name, number in (run.step.numbers.items() if run.step else ())]
        left = self.tally.left(trial)
        words.append(duration(self.tally.clock() - run.since) + ("" if left is None else f", {duration(left)} left"))
        return self._safe("  ".join(words))

    def _safe(self, text: str) -> str:
        return "  ".join(printable(part, self.stream.encoding) for part in text.split("  "))


def _rich_progress(stream: TextIO) -> Any:
    """Label, bar, note; in a window too narrow for the three of them, label and note."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.table import Column

    console = Console(file=stream, markup=False, highlight=False, emoji=False)
    label = TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    note = TextColumn("{task.fields[note]}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis"))
    columns: list[ProgressColumn] = [label, BarColumn(bar_width=20), note] if console.width >= 72 else [label, note]
    return Progress(*columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
