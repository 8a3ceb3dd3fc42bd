"""Build, and again whenever something is saved: prose in the process that is warm, code in a fresh one.

What a page rests on besides prose is found once, and kept in a process; a chapter that is saved is filled and set there, at
once. As soon as code is saved that process is ended, and another one begins with what the files say now: nothing that was
imported before is left. What had finished is in the store, and a run that was cut off goes on from its last epoch.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from report.cache.snapshot import snapshot
from report.errors import ExitCode, UsageError
from report.terminal import lazy
from report.terminal.bench import Basis, Bench
from report.terminal.cli import Settings
from report.terminal.faults import Ended, explained, guarded, say
from report.terminal.progress import Trials
from report.terminal.stages import Stages
from report.terminal.stamp import holds_sources, is_prose

PAUSE = 100  # milliseconds between two looks at the process that builds
SETTLED = 20  # milliseconds without another change after which a save is over
GRACE = 20  # seconds that a process has to end its trials


@dataclass(frozen=True)
class Now:
    """What the process that builds is at: whether it builds, which trials run, and what is wrong."""

    busy: bool
    trials: Trials | None = None
    wrong: str = ""


@dataclass(frozen=True)
class Made:
    """Files of the pages, by name."""

    files: Mapping[str, bytes]


News = Now | Made


def watch(root: Path, settings: Settings, stages: Stages, hear: Callable[[News], None] = lambda news: None) -> ExitCode:
    """Build until Ctrl-C, and tell ``hear`` how it goes. Ends by itself only if the command line is wrong."""
    saved = saves(root)
    with closing(_Process(root, settings, stages, hear)) as builds:
        for paths in saved:
            if builds.over:
                say(builds.over.text)
                return builds.over.code
            if paths and all(is_prose(path, root) for path in paths):
                builds.again()
            elif paths:
                builds.afresh()
    return ExitCode.OK


def saves(root: Path) -> Iterator[frozenset[Path]]:
    """The files that were saved, added or deleted since this was called, or since the last time; none if none was for a while.

    Call it before reading the files, and nothing that is saved while they are read goes unseen.
    """
    import watchfiles

    places = [*root.glob("*.py"), *(each for each in root.iterdir() if each.name[0] != "." and holds_sources(each))]
    changes = watchfiles.watch(*places, step=SETTLED, rust_timeout=PAUSE, yield_on_timeout=True)
    next(changes)  # from here on it looks
    return (frozenset(Path(path) for _, path in found) for found in changes)


class _Process:
    """The process that builds, and its successors."""

    def __init__(self, root: Path, settings: Settings, stages: Stages, hear: Callable[[News], None]):
        self._given, self._hear = (root, settings, stages), hear
        self.over: Ended | None = None
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._ended = False
        self._line, end = context.Pipe()
        self._process = context.Process(target=_build, args=(*self._given, end))
        self._process.start()
        end.close()
        self._listener = threading.Thread(target=self._listen, args=(self._line, self._process), daemon=True)
        self._listener.start()

    def again(self) -> None:
        """Prose was saved."""
        try:
            self._line.send(True)
        except OSError:  # it has died: something may have been mended
            self.afresh()

    def afresh(self) -> None:
        """Code was saved."""
        self.close()
        self._start()

    def close(self) -> None:
        """End it; what it has finished is kept."""
        self._ended = True
        self._process.terminate()
        self._process.join(GRACE)
        self._process.kill()
        self._process.join()
        self._listener.join()
        self._line.close()

    def _listen(self, line: Connection, process: Any) -> None:
        with suppress(EOFError, OSError):
            while True:
                news = line.recv()
                if isinstance(news, Ended):
                    self.over = news
                else:
                    self._hear(news)
        process.join()
        if not (self._ended or self.over):
            self._hear(Now(False, wrong=f"the process that builds has died ({process.exitcode}): save a file to try again."))


def _build(root: Path, settings: Settings, stages: Stages, line: Connection) -> None:
    """What happens in the process that builds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this hears Ctrl-C, and ends it

    def command() -> ExitCode:
        lazy.install()
        snapshot(root)
        with suppress(KeyboardInterrupt, EOFError, BrokenPipeError, ConnectionResetError):
            _Builds(settings, stages, line).go_on()
        return ExitCode.OK

    guarded(command)


class _Builds:
    """What is kept between two builds, and what is said of each."""

    def __init__(self, settings: Settings, stages: Stages, line: Connection):
        self._settings, self._stages, self._line = settings, stages, line
        self._bench: Bench | None = None
        self._basis: Basis | None = None
        self._sending = threading.Lock()

    def go_on(self) -> None:
        """Build at once, and then whenever the line says so."""
        while True:
            self._line.send(Now(busy=True))
            try:
                self._build()
                self._line.send(Now(busy=False))
            except UsageError as error:
                if self._basis is None:  # no file that is saved mends the command line
                    self._line.send(explained(error))
                    return
                self._wrong(error)
            except (EOFError, BrokenPipeError, ConnectionResetError):
                raise
            except Exception as error:
                self._wrong(error)
            say("watching: save a file to see it on the page; Ctrl-C ends this.")
            self._line.recv()
            while self._line.poll():
                self._line.recv()

    def _build(self) -> None:
        writeups = self._stages.writeups(self._settings)
        self._bench = self._bench or replace(self._stages.bench(self._settings), tell=self._tell)
        basis = self._basis
        if basis is None or not all(map(basis.bench.needs, self._bench.needed_by(writeups))):
            basis = self._basis = self._stages.basis(self._bench, writeups)
        made = self._stages.published(basis, writeups, self._early)
        self._line.send(Made(made.files))

    def _wrong(self, error: Exception) -> None:
        text = explained(error).text
        say(text)
        self._line.send(Now(busy=False, wrong=text))

    def _early(self, name: str, content: bytes) -> None:
        with self._sending:  # write-ups are set side by side
            self._line.send(Made({name: content}))

    def _tell(self, trials: Trials) -> None:
        self._line.send(Now(True, trials))
