"""Run the trials that the store lacks: longest first, each as soon as its inputs are there, whatever happens to the others.

A worker publishes to the store by itself; what travels back is only that it did. What a trial says of its progress goes
through a small file beside its checkpoint, which works alike for every executor, a cluster included.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import random
import shutil
import signal
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report.errors import StoreError, Where
from report.model import Data, Outcome, Plain, Result, State, Trial
from report.progress import Silent, Step, Watch
from report.store import Store
from report.workers import CallFailed, ProcessExecutor, described

GLANCE = 0.1  # seconds between two looks at the running trials, and at least between two things that a trial says


@dataclass(frozen=True)
class Task:
    """A trial ready to be run: its fingerprint's digest, and that of each trial among its inputs.

    ``label`` is for the person who waits, ``description`` lies beside the result, ``seconds`` is what it took last time.
    """

    trial: Trial
    fingerprint: str
    upstream: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    description: Mapping[str, Plain] = field(default_factory=dict)
    seconds: float | None = None


def execute(
    tasks: Sequence[Task],
    *,
    store: Store,
    open_data: Callable[[str], object],
    jobs: int,
    executor: Callable[[int], Executor] = ProcessExecutor,
    watch: Watch | None = None,
) -> dict[str, Outcome]:
    """The outcome of each task, by fingerprint; what the store has is taken from there, and nothing of it is run.

    A trial that raises, or whose process dies, is FAILED, and what depends on it MISSING; the others go on. With
    ``SerialExecutor`` an exception comes out as it is. Raises ``StoreError`` when a result cannot be kept, and
    ``KeyboardInterrupt`` for SIGINT and SIGTERM: no worker is left then, and what had finished is in the store.
    """
    outcomes = {}
    for task in tasks:
        stored = store.load_result(task.fingerprint)
        if stored is not None:
            outcomes[task.fingerprint] = Outcome(task.trial, task.fingerprint, stored.result, seconds=stored.seconds)
    missing = {task.fingerprint: task for task in tasks if task.fingerprint not in outcomes}
    if store.read_only:
        return outcomes | {name: _left_out(task, "") for name, task in missing.items()}
    if missing:
        with _termination_interrupts(), _started(executor, jobs) as pool, contextlib.closing(watch or Silent()) as listener:
            outcomes |= _Run(missing, store, open_data, jobs, pool, listener).outcomes()
    return {task.fingerprint: outcomes[task.fingerprint] for task in tasks}


def longest_first(tasks: Mapping[str, Task]) -> list[str]:
    """The tasks by the time that they and what waits for them will take, longest first; the given order where unknown.

    A task whose duration nobody knows counts as the longest that is known: started late it might hold up everything.
    """
    guess = max((task.seconds for task in tasks.values() if task.seconds is not None), default=0.0)
    rank = {name: guess if task.seconds is None else task.seconds for name, task in tasks.items()}
    for name, task in reversed(tasks.items()):  # topological order: dependents come first here, with their rank final
        for upstream in set(task.upstream.values()) & set(rank):
            own = tasks[upstream].seconds
            rank[upstream] = max(rank[upstream], rank[name] + (guess if own is None else own))
    return sorted(tasks, key=lambda name: -rank[name])


class _Run:
    """One execution: what waits, what runs, and what came of the rest."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        store: Store,
        open_data: Callable[[str], object],
        jobs: int,
        pool: Executor,
        watch: Watch,
    ):
        self.tasks, self.store, self.open_data, self.pool, self.watch = tasks, store, open_data, pool, watch
        self.jobs = jobs
        self.waiting = longest_first(tasks)
        self.running: dict[Future[None], Task] = {}
        self.ended: dict[str, Outcome] = {}

    def outcomes(self) -> dict[str, Outcome]:
        self.watch.begin({name: task.seconds for name, task in self.tasks.items()}, self.jobs)
        while self.waiting or self.running:
            self._start_what_can()
            done, _ = wait(self.running, timeout=GLANCE, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(self.running.pop(future), future)
            self._look()
        return self.ended

    def _start_what_can(self) -> None:
        for name in tuple(self.waiting):
            task = self.tasks[name]
            upstream = [other for other in task.upstream.values() if other in self.tasks]
            lost = next((self.ended[u] for u in upstream if u in self.ended and self.ended[u].result is None), None)
            if lost is not None:
                self.waiting.remove(name)
                label = self.tasks[lost.fingerprint].label or lost.trial.label
                self._end(_left_out(task, f"it needs the result of '{label}', which has none"))
            elif len(self.running) < self.jobs and all(other in self.ended for other in upstream):
                self.waiting.remove(name)
                self._start(task)

    def _start(self, task: Task) -> None:
        (self.store.partial(task.fingerprint) / "progress.json").unlink(missing_ok=True)
        self.watch.started(task.fingerprint, task.label or task.trial.label)
        self.running[self.pool.submit(run_trial, task, self.store.root, self.open_data)] = task

    def _settle(self, task: Task, future: Future[None]) -> None:
        try:
            future.result()
        except StoreError:
            raise
        except CallFailed as failure:
            self._end(_failed(task, self.store, failure))
        except Exception as error:  # an executor of somebody else's speaks of lost workers in its own words
            self._end(_failed(task, self.store, described(error)))
        else:
            self._end(_published(task, self.store))

    def _end(self, outcome: Outcome) -> None:
        self.ended[outcome.fingerprint] = outcome
        self.watch.finished(outcome, self.tasks[outcome.fingerprint].label or outcome.trial.label)

    def _look(self) -> None:
        for task in self.running.values():
            step = _said(self.store.partial(task.fingerprint))
            if step is not None:
                self.watch.progressed(task.fingerprint, step)
        self.watch.tick()


def _published(task: Task, store: Store) -> Outcome:
    stored = store.load_result(task.fingerprint)
    if stored is None:
        raise StoreError(
            f"the result of '{task.label}' was stored and cannot be read back.",
            where=Where(store.root),
            remedy="Is the disk sound, and does nothing else write there?",
        )
    _log_file(task, store).unlink(missing_ok=True)
    return Outcome(task.trial, task.fingerprint, stored.result, seconds=stored.seconds)


def _failed(task: Task, store: Store, failure: CallFailed) -> Outcome:
    log = _log_file(task, store)
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{task.label or task.trial.label}\n{failure.reason}\n\n{failure.details}", encoding="utf-8")
        shown = log.relative_to(Path.cwd()) if log.is_relative_to(Path.cwd()) else log
        reason = f"{failure.reason}; see {shown}"
    except OSError:
        reason = failure.reason
    return Outcome(task.trial, task.fingerprint, None, reason=reason)


def _left_out(task: Task, reason: str) -> Outcome:
    return Outcome(task.trial, task.fingerprint, None, reason=reason, started=False)


def _log_file(task: Task, store: Store) -> Path:
    return store.root.absolute() / "failed" / f"{task.fingerprint[:16]}.log"


@contextlib.contextmanager
def _started(executor: Callable[[int], Executor], jobs: int) -> Iterator[Executor]:
    """An executor that, unlike a bare one, does not wait for what runs when an exception passes."""
    pool = executor(jobs)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextlib.contextmanager
def _termination_interrupts() -> Iterator[None]:
    """SIGTERM raises ``KeyboardInterrupt``, as SIGINT does, so that a batch system's stop leaves no process behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# --- in the worker -------------------------------------------------------------------------------------------------


def run_trial(task: Task, root: Path, open_data: Callable[[str], object]) -> None:
    """Run the trial from a state that depends on its fingerprint alone, and publish its result to the store at ``root``."""
    store = Store(root)
    inputs = {name: _resolved(name, source, task, store, open_data) for name, source in task.trial.inputs.items()}
    _same_start(task.fingerprint)
    context = _Context(store.partial(task.fingerprint))
    result = task.trial.function(context, **task.trial.arguments, **inputs)
    if not isinstance(result, Result):
        raise TypeError(f"{task.trial.function.__name__} returned {type(result).__name__} where a Result is due")
    store.save_result(task.fingerprint, result, context.seconds(), task.description)
    shutil.rmtree(store.partial(task.fingerprint), ignore_errors=True)


def _resolved(name: str, source: Trial | Data, task: Task, store: Store, open_data: Callable[[str], object]) -> object:
    if isinstance(source, Data):
        return open_data(source.name)
    stored = store.load_result(task.upstream[name])
    if stored is None:
        raise RuntimeError(f"the result of '{source.label}', its input '{name}', is no longer in the store")
    return stored.result


def _same_start(fingerprint: str) -> None:
    """Every global that a trial's numbers may depend on, set to a function of its fingerprint."""
    import numpy as np
    import torch

    seed = int(fingerprint[:8], 16)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # a check for bugs, which costs time


class _Context:
    """The ``Context`` that trials get; all that it keeps lies in ``folder``, which goes when the result is published."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._began = time.perf_counter()
        self._spoke = -math.inf
        self._earlier = 0.0  # seconds of the runs that were cut off

    def seconds(self) -> float:
        return self._earlier + time.perf_counter() - self._began

    def progress(self, done: int, total: int, **numbers: float) -> None:
        now = time.perf_counter()
        if now - self._spoke < GLANCE:
            return
        self._spoke = now
        said = json.dumps([int(done), int(total), {name: float(number) for name, number in numbers.items()}])
        with contextlib.suppress(OSError):  # not worth failing for
            _replace(self.folder / "progress.json", said.encode(), durably=False)

    def checkpoint(self, state: bytes) -> None:
        body = struct.pack("<d", self.seconds()) + state
        try:
            _replace(self.folder / "checkpoint", hashlib.sha256(body).digest() + body, durably=True)
        except OSError as error:
            remedy = "Make room, or choose another place with --store DIR; the build goes on where it was."
            raise StoreError(
                f"a checkpoint cannot be kept: {error.strerror or error}.", where=Where(self.folder), remedy=remedy
            ) from error

    def resume(self) -> bytes | None:
        try:
            content = (self.folder / "checkpoint").read_bytes()
        except FileNotFoundError:
            return None
        digest, body = content[:32], content[32:]
        if len(body) < 8 or hashlib.sha256(body).digest() != digest:
            return None  # cut short by a crash of the machine: the trial starts anew
        (self._earlier,) = struct.unpack("<d", body[:8])
        return body[8:]


def _replace(file: Path, content: bytes, *, durably: bool) -> None:
    """Put ``content`` in the place of ``file`` at one stroke."""
    file.parent.mkdir(parents=True, exist_ok=True)
    sibling = file.with_name(f"{file.name}.{os.getpid()}")
    with sibling.open("wb") as stream:
        stream.write(content)
        if durably:
            stream.flush()
            os.fsync(stream.fileno())
    sibling.replace(file)


def _said(folder: Path) -> Step | None:
    """What the trial with this folder said last, None if nothing yet."""
    try:
        done, total, numbers = json.loads((folder / "progress.json").read_bytes())
    except (OSError, ValueError):
        return None
    return Step(done, total, numbers)
