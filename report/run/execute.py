"""Run the trials that the store lacks: longest first, each as soon as its inputs are there, whatever happens to the others.

A worker publishes to the store by itself; what travels back is only that it did.
"""

from __future__ import annotations

import contextlib
import math
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from functools import partial
from pathlib import Path
from typing import Any

from report.cache.store import Store
from report.errors import StoreError, Where
from report.model import Outcome
from report.run.calls import CallFailed, described
from report.run.plan import Planned, describe_trial
from report.run.shipment import Shipping, run_shipped
from report.run.trial import Job, progress_of, run_trial
from report.run.watching import Silent, Watch
from report.run.workers import ProcessExecutor

GLANCE = 0.1  # seconds between two looks at the running trials


def execute(
    planned: Sequence[Planned],
    *,
    store: Store,
    open_data: Callable[[str], object],
    jobs: int,
    label: Callable[[Planned], str] = lambda planned: planned.trial.label,
    executor: Callable[[int], Executor] = ProcessExecutor,
    watch: Watch | None = None,
    shipping: Shipping | None = None,
) -> dict[str, Outcome]:
    """The outcome of each trial, by digest, in the order of ``planned`` (inputs first). What the store has is not run.

    ``open_data`` opens a data set by name, in the worker: it must survive pickling. ``label`` makes the line that the person
    who waits sees. With ``shipping`` a trial runs the code that was planned; without, what its process finds.

    A trial that raises, or whose process dies, is FAILED, and what depends on it MISSING; the others go on. Raises
    ``StoreError`` when a result cannot be kept, and ``KeyboardInterrupt`` for SIGINT and SIGTERM: no worker is left then, and
    what had finished is in the store.
    """
    outcomes: dict[str, Outcome] = {}
    for each in planned:
        stored = store.load_result(each.digest)
        if stored is not None:
            outcomes[each.digest] = Outcome(each.trial, each.digest, stored.result, seconds=stored.seconds)
    missing = {each.digest: each for each in planned if each.digest not in outcomes}
    if store.read_only:
        outcomes |= {digest: _left_out(each, "") for digest, each in missing.items()}
    elif missing:

        def job(each: Planned) -> Job:
            return Job(each.trial, each.digest, each.upstream, describe_trial(each), store.root, open_data)

        # SIGTERM interrupts as Ctrl-C does, so that a batch system's stop leaves no process behind
        with (
            _on_signals(signal.default_int_handler, signal.SIGTERM),
            contextlib.closing(watch or Silent()) as listener,
            _started(executor, jobs) as pool,
        ):
            outcomes |= _Run(missing, store, pool, jobs, job, label, listener, shipping).outcomes()
    return {each.digest: outcomes[each.digest] for each in planned}


def longest_first(planned: Mapping[str, Planned]) -> list[str]:
    """The digests by the time that a trial and what waits for it will take, longest first; the given order where equal.

    A trial whose duration nobody knows counts as the longest that is known: started late it might hold up everything.
    """
    known = {digest: each.seconds for digest, each in planned.items() if not math.isnan(each.seconds)}
    guess = max(known.values(), default=0.0)
    own = {digest: known.get(digest, guess) for digest in planned}
    rank = dict(own)
    for digest, each in reversed(list(planned.items())):  # inputs come first, so here a trial's rank is final
        for source in each.upstream.values():
            if source in rank:
                rank[source] = max(rank[source], own[source] + rank[digest])
    return sorted(planned, key=lambda digest: -rank[digest])


class _Run:
    """One execution: what waits, what runs, and what came of the rest."""

    def __init__(
        self,
        planned: Mapping[str, Planned],
        store: Store,
        pool: Executor,
        jobs: int,
        job: Callable[[Planned], Job],
        label: Callable[[Planned], str],
        watch: Watch,
        shipping: Shipping | None,
    ):
        self.planned, self.store, self.pool, self.jobs = planned, store, pool, jobs
        self.job, self.label, self.watch, self.shipping = job, label, watch, shipping
        self.waiting = longest_first(planned)
        self.running: dict[Future[None], Planned] = {}
        self.ended: dict[str, Outcome] = {}

    def outcomes(self) -> dict[str, Outcome]:
        self.watch.begin({digest: each.seconds for digest, each in self.planned.items()}, self.jobs)
        while self.waiting or self.running:
            self._start_what_can()
            done, _ = wait(self.running, timeout=GLANCE, return_when=FIRST_COMPLETED)
            for future in done:
                self._settle(self.running.pop(future), future)
            self._look()
        return self.ended

    def _start_what_can(self) -> None:
        for digest in tuple(self.waiting):
            each = self.planned[digest]
            sources = [source for source in each.upstream.values() if source in self.planned]
            lost = [source for source in sources if source in self.ended and self.ended[source].result is None]
            if lost:
                self.waiting.remove(digest)
                self._end(
                    each, _left_out(each, f"it needs the result of '{self.label(self.planned[lost[0]])}', which has none")
                )
            elif len(self.running) < self.jobs and all(source in self.ended for source in sources):
                self.waiting.remove(digest)
                self._start(each)

    def _start(self, each: Planned) -> None:
        self.store.forget_progress(each.digest)
        self.watch.started(each.digest, self.label(each))
        self.running[self._submitted(self.job(each))] = each

    def _submitted(self, job: Job) -> Future[None]:
        if self.shipping is None:
            return self.pool.submit(run_trial, job)
        try:
            call = pickle.dumps(partial(run_trial, job))
        except Exception:  # let the executor say what is wrong with it
            return self.pool.submit(run_trial, job)
        return self.pool.submit(run_shipped, self.shipping.modules(call), call)

    def _settle(self, each: Planned, future: Future[None]) -> None:
        try:
            future.result()
        except StoreError:
            raise
        except CallFailed as failure:
            self._end(each, self._failed(each, failure))
        except Exception as error:  # an executor of somebody else's speaks of lost workers in its own words
            self._end(each, self._failed(each, described(error)))
        else:
            self._end(each, self._published(each))

    def _end(self, each: Planned, outcome: Outcome) -> None:
        self.ended[each.digest] = outcome
        self.watch.finished(outcome, self.label(each))

    def _look(self) -> None:
        for each in self.running.values():
            step = progress_of(self.store, each.digest)
            if step is not None:
                self.watch.progressed(each.digest, step)
        self.watch.tick()

    def _published(self, each: Planned) -> Outcome:
        stored = self.store.load_result(each.digest)
        if stored is None:
            raise StoreError(
                f"the result of '{self.label(each)}' was stored and cannot be read back.",
                where=Where(self.store.root),
                remedy="Is the disk sound, does nothing else write there, and do all workers see this store?",
            )
        self.store.log(each.digest).unlink(missing_ok=True)
        return Outcome(each.trial, each.digest, stored.result, seconds=stored.seconds)

    def _failed(self, each: Planned, failure: CallFailed) -> Outcome:
        reason = failure.reason
        log = self.store.failed(each.digest, self.label(each), reason, failure.details)
        if log is not None:  # the reason is worth having without its log
            reason = f"{reason.rstrip('.')}; see {_seen_from_here(log)}"
        return Outcome(each.trial, each.digest, None, reason=reason)


def _seen_from_here(path: Path) -> Path:
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):  # elsewhere; or the working folder is gone
        return path


def _left_out(each: Planned, reason: str) -> Outcome:
    return Outcome(each.trial, each.digest, None, reason=reason, started=False)


@contextlib.contextmanager
def _started(executor: Callable[[int], Executor], jobs: int) -> Iterator[Executor]:
    """An executor that, unlike a bare one, does not wait for what runs when an exception passes."""
    pool = executor(jobs)
    try:
        yield pool
    except BaseException:
        with _on_signals(signal.SIG_IGN, signal.SIGINT, signal.SIGTERM):  # pressing Ctrl-C twice must not stop the stopping
            pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextlib.contextmanager
def _on_signals(handler: Any, *numbers: signal.Signals) -> Iterator[None]:
    """Inside, signals with these numbers are handled so; only the main thread may say how."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
