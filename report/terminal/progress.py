"""Show how far the trials are: bars that redraw in place on a terminal, a line for each finished trial elsewhere.

The bars are rich's, which measures wide characters, narrow windows and dumb terminals; it is imported when bars are drawn
and not before. What is shown is kept in a ``Tally``, which draws nothing, so that both views say the same.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

from report.model import Outcome, State
from report.run.watching import Advance

TELLING = 0.25  # seconds between two reports to somebody far
WORDS = {State.DONE: "done", State.DIVERGED: "diverged", State.FAILED: "failed", State.MISSING: "not run"}


# --- what there is to show -----------------------------------------------------------------------------------------


@dataclass
class _Running:
    label: str
    since: float
    steps: list[tuple[float, Advance]] = field(default_factory=list)  # the first and the last, with when they were heard of

    @property
    def step(self) -> Advance | None:
        return self.steps[-1][1] if self.steps else None

    @property
    def share(self) -> float:
        return self.step.done / self.step.total if self.step and self.step.total else 0.0

    def heard(self, now: float, step: Advance) -> None:
        if step != self.step:
            self.steps = [*self.steps[:1], (now, step)]

    def left(self, now: float, expected: float) -> float:
        """Seconds to its end: at its own pace since it was first heard of (it may have been resumed), else as expected."""
        if len(self.steps) == 2:
            (then, first), (since, last) = self.steps
            if last.done > first.done:
                pace = (since - then) / (last.done - first.done)
                return max(0.0, pace * (last.total - last.done) - (now - since))
        left = expected - (now - self.since)
        return 0.0 if left < 0 else left


class Tally:
    """The state of an execution: what has ended, what runs, what waits, and the time that is left (NaN: nobody knows)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.began = clock()
        self.waiting: dict[str, float] = {}
        self.running: dict[str, _Running] = {}
        self.ended: Counter[State] = Counter()
        self.jobs = 1
        self._expected: dict[str, float] = {}
        self._took: dict[str, float] = {}

    def begin(self, seconds: Mapping[str, float], jobs: int) -> None:
        self._expected, self.waiting, self.jobs, self.began = dict(seconds), dict(seconds), jobs, self.clock()

    def started(self, trial: str, label: str) -> None:
        del self.waiting[trial]
        self.running[trial] = _Running(label, self.clock())

    def progressed(self, trial: str, step: Advance) -> None:
        self.running[trial].heard(self.clock(), step)

    def finished(self, outcome: Outcome) -> float:
        """The seconds that the trial ran."""
        self.ended[outcome.state] += 1
        self.waiting.pop(outcome.fingerprint, None)
        run = self.running.pop(outcome.fingerprint, None)
        if run is None:
            return 0.0
        self._took[outcome.fingerprint] = self.clock() - run.since
        return self._took[outcome.fingerprint]

    @property
    def done(self) -> int:
        return self.ended.total()

    @property
    def total(self) -> int:
        return self.done + len(self.running) + len(self.waiting)

    def left(self, trial: str) -> float:
        """Seconds until a running trial ends."""
        return self.running[trial].left(self.clock(), self._pace() * self._expected[trial])

    def left_in_all(self) -> float:
        """Seconds until everything has ended: the work shared out evenly, but no less than the longest piece of it.

        A trial of unknown duration counts as an average one.
        """
        pace = self._pace()
        scaled = {trial: pace * seconds for trial, seconds in self._expected.items()} | self._took
        known = [seconds for seconds in scaled.values() if not math.isnan(seconds)]
        average = sum(known) / len(known) if known else math.nan

        def expected(trial: str) -> float:
            return average if math.isnan(scaled[trial]) else scaled[trial]

        pieces = [run.left(self.clock(), expected(trial)) for trial, run in self.running.items()]
        pieces += [expected(trial) for trial in self.waiting]
        total = sum(pieces)
        return total if math.isnan(total) else max([total / self.jobs, *pieces])

    def _pace(self) -> float:
        """Today's seconds for one of last time's: another machine, a busy one, or more epochs under another budget."""
        again = [trial for trial in self._took if not math.isnan(self._expected[trial])]
        earlier = sum(self._expected[trial] for trial in again)
        return sum(self._took[trial] for trial in again) / earlier if earlier else 1.0

    def note(self, trial: str) -> list[str]:
        """How far a running trial is, in columns: ``7/12``, ``8.1 s, 12 s left``, ``loss 0.123``."""
        run = self.running[trial]
        elapsed = f"{duration(self.clock() - run.since)}{_left(self.left(trial))}"
        if run.step is None:
            return [elapsed]
        numbers = (f"{name} {number:.3g}" for name, number in run.step.numbers.items())
        return [f"{run.step.done}/{run.step.total}", elapsed, *numbers]

    def note_in_all(self) -> str:
        """``3/18 trials, 41 s left``."""
        return f"{self.done}/{self.total} trials{_left(self.left_in_all())}"

    def trials(self) -> Trials:
        """What another process is told."""
        running = tuple((run.label, run.share, "  ".join(self.note(trial))) for trial, run in self.running.items())
        return Trials(self.note_in_all(), self.done / max(1, self.total), running)

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


def _printable(columns: Sequence[str], encoding: str | None) -> str:
    """The columns on one line, with what a terminal would obey, and what ``encoding`` lacks, replaced."""
    line = "  ".join(" ".join(column.split()) for column in columns)
    visible = "".join(c if c.isprintable() else "?" for c in line)
    return visible.encode(encoding or "utf-8", "replace").decode(encoding or "utf-8")


def _left(seconds: float) -> str:
    return "" if math.isnan(seconds) else f", {duration(seconds)} left"


# --- what shows it -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trials:
    """How an execution goes: in all, and of each running trial its label, the share that is done, and a note."""

    note: str
    share: float
    running: tuple[tuple[str, float, str], ...]


Tell = Callable[[Trials], None]
"""Another process that is told, some times a second."""


def nobody(trials: Trials) -> None:
    """Nobody else watches."""


class _View:
    """A tally that is kept as it is told, for this stream and for another process."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic, tell: Tell = nobody):
        self.stream, self.tally = stream, Tally(clock)
        self._tell, self._last = tell, -math.inf

    def begin(self, seconds: Mapping[str, float], jobs: int) -> None:
        self.tally.begin(seconds, jobs)

    def started(self, trial: str, label: str) -> None:
        self.tally.started(trial, label)

    def progressed(self, trial: str, step: Advance) -> None:
        self.tally.progressed(trial, step)

    def tick(self) -> None:
        now = self.tally.clock()
        if now - self._last >= TELLING:
            self._last = now
            self._tell(self.tally.trials())

    def _safe(self, *columns: str) -> str:
        return _printable(columns, self.stream.encoding)


class Lines(_View):
    """One line when a trial ends: ``[3/18] E2 convnet adam seed=0  done in 8.1 s, 41 s left``. No control characters."""

    def finished(self, outcome: Outcome, label: str) -> None:
        text = ending(outcome, self.tally.finished(outcome))
        rest = _left(self.tally.left_in_all()) if self.tally.done < self.tally.total else ""
        self._write(f"[{self.tally.done}/{self.tally.total}] {label}", f"{text}{rest}")

    def close(self) -> None:
        if self.tally.total:
            self._write(self.tally.summary())

    def _write(self, *columns: str) -> None:
        self.stream.write(self._safe(*columns) + "\n")
        self.stream.flush()


class Bars(_View):
    """A bar for the whole, one below it for each running trial, and a line that stays for each that went wrong."""

    _progress: Any = None

    def begin(self, seconds: Mapping[str, float], jobs: int) -> None:
        super().begin(seconds, jobs)
        self._tasks: dict[str, Any] = {}
        if seconds:
            self._progress = _rich_progress(self.stream)
            self._whole = self._progress.add_task("in all", total=len(seconds), note="")
            self._progress.start()

    def started(self, trial: str, label: str) -> None:
        super().started(trial, label)
        self._tasks[trial] = self._progress.add_task(self._safe(label), total=None, note="")
        self._draw()

    def finished(self, outcome: Outcome, label: str) -> None:
        text = ending(outcome, self.tally.finished(outcome))
        if outcome.fingerprint in self._tasks:
            self._progress.remove_task(self._tasks.pop(outcome.fingerprint))
        if outcome.state is not State.DONE:
            self._progress.console.print(self._safe(label, text))
        self._draw()

    def tick(self) -> None:
        self._draw()
        super().tick()

    def close(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress.console.print(self.tally.summary())
            self._progress = None

    def _draw(self) -> None:
        for trial, task in self._tasks.items():
            step = self.tally.running[trial].step
            done, total = (step.done, step.total) if step else (0, None)
            self._progress.update(task, completed=done, total=total, note=self._safe(*self.tally.note(trial)))
        self._progress.update(self._whole, completed=self.tally.done, total=self.tally.total, note=self.tally.note_in_all())
        self._progress.refresh()


def watch(stream: TextIO, quiet: bool = False, tell: Tell = nobody) -> Lines | Bars:
    """Bars if ``stream`` is a terminal that can redraw, else lines."""
    bars = not quiet and stream.isatty() and os.environ.get("TERM", "") not in ("dumb", "")
    return (Bars if bars else Lines)(stream, tell=tell)


def _rich_progress(stream: TextIO) -> Any:
    """Label, bar, note; in a window too narrow for the three of them, label and note."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn
    from rich.table import Column

    console = Console(file=stream, markup=False, highlight=False, emoji=False)
    wide = console.width >= 72

    def text(template: str, share: int) -> TextColumn:
        column = Column(no_wrap=True, overflow="ellipsis", max_width=console.width * share // 100)
        return TextColumn(template, markup=False, table_column=column)

    label, note = text("{task.description}", 35 if wide else 45), text("{task.fields[note]}", 100)
    columns: list[ProgressColumn] = [label, BarColumn(bar_width=20), note] if wide else [label, note]
    return Progress(*columns, console=console, transient=True, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)
