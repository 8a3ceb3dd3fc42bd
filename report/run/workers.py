"""Where calls run: in other processes, behind ``concurrent.futures`` (on a cluster: ``report.run.cluster``).

Workers stay, so that nobody waits for torch, and yet no call finds anything that another left behind (random state, flags,
memory), and when one is killed it is plain which, and the others do not notice. On Linux a worker imports what its calls
need, once, and forks itself for each. Where that cannot be done safely (Windows, and macOS, whose libraries do not survive
it) a worker makes the calls itself, imports the project anew for each, and ends once it is no longer what it was at first.
``ProcessPoolExecutor`` was tried in thought and rejected: one death breaks the pool for all calls, and it cannot say whose.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, ParamSpec, TypeVar

from report.run.calls import CallFailed, Modules, work
from report.run.shipment import run_shipped
from report.run.traces import preloaded

P = ParamSpec("P")
T = TypeVar("T")

ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",  # large pages: half the time to fork, a tenth of that to train, the same bits
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",  # so that no result depends on the order of a set of strings
}
METHOD = "forkserver" if sys.platform == "linux" else "spawn"
IDLE = 2
"""For each call at a time so many workers may wait: trials that need other modules need another worker."""
TAIL = 64 * 1024  # bytes of a call's printed output that are kept for the case that it fails


class ProcessExecutor(Executor):
    """Runs calls in other processes, ``jobs`` at a time. A future's exception is ``CallFailed`` or ``StoreError``.

    The processes disappear with this one, however it ends. ``method`` is how multiprocessing starts them, ``packages`` what the
    calls use: where that is not torch, nobody waits for it.
    """

    def __init__(self, jobs: int, method: str = METHOD, packages: Iterable[str] = ("torch",)):
        self._method, self._context = method, multiprocessing.get_context(method)
        self._modules = preloaded(packages)
        self._context.set_forkserver_preload(list(self._modules))
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="waits-for-a-worker")
        self._start = threading.Lock()  # multiprocessing's book-keeping is not made for several threads
        self._calls: set[object] = set()  # those that a thread is busy with
        self._alive: set[_Worker] = set()
        self._idle: list[_Worker] = []  # the last is the one that was busy last
        self._most_idle = IDLE * jobs
        self._stopped = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if fn is run_shipped:
            return self._threads.submit(self._call, *args)  # type: ignore[arg-type]
        return self._threads.submit(self._call, None, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what runs; or with ``wait=False`` kill it. Either way no process is left when this returns."""
        if wait:
            self._threads.shutdown(wait=True, cancel_futures=cancel_futures)
        self._stopped = True  # from here on no call starts a process, and those that have begun to are waited for
        self._threads.shutdown(wait=False, cancel_futures=True)
        while self._calls:
            self._kill()
            time.sleep(0.01)
        for worker in tuple(self._alive):
            self._end(worker)

    def _call(self, modules: Modules | None, call: bytes | Callable[[], T]) -> T:
        this = object()
        self._calls.add(this)
        try:
            answer, printed, exitcode = self._answered(modules, call if isinstance(call, bytes) else _pickled(call))
        finally:
            self._calls.discard(this)
        if answer is None:
            raise CallFailed(_cause_of_death(exitcode), printed)
        value, error = pickle.loads(answer)
        if isinstance(error, CallFailed):
            raise CallFailed(error.reason, printed + error.details)
        if error is not None:
            raise error
        return value

    def _answered(self, modules: Modules | None, call: bytes) -> tuple[bytes | None, str, int | None]:
        """What a worker answers to the call, what was printed, and the exit status of the process that made the call."""
        worker = self._ready(modules)
        answer, printed, exitcode, stays = worker.answered(modules, call)
        if stays:
            with self._start:
                self._idle.append(worker)
        else:
            self._end(worker)
        return answer, printed, worker.process.exitcode if exitcode is None else exitcode

    def _ready(self, modules: Modules | None) -> _Worker:
        """A worker that may make calls with these modules: the one that was busy last, or a new one."""
        with self._start:
            if self._stopped:
                raise CallFailed("the build was interrupted", "")
            fitting = [worker for worker in self._idle if worker.fits(modules)]
            surplus = self._idle[: 0 if fitting else max(0, len(self._idle) - self._most_idle)]
            if not fitting:
                with _inherited():  # the first one starts the fork server
                    fitting = [_Worker(self._method, self._context, self._modules)]
                self._alive.add(fitting[0])
            self._idle = [worker for worker in self._idle if worker not in (*surplus, fitting[-1])]
        for worker in surplus:
            self._end(worker)
        return fitting[-1]

    def _end(self, worker: _Worker) -> None:
        with self._start:
            worker.end()
            self._alive.discard(worker)

    def _kill(self) -> None:
        for worker in tuple(self._alive):
            worker.process.kill()
        if self._method == "forkserver":
            _kill_fork_server()  # it may be loading torch, with a thread of ours waiting for it


class _Worker:
    """A process that makes one call at a time, as this one sees it."""

    def __init__(self, method: str, context: Any, preloaded: Sequence[str]):
        self._forks = method == "forkserver"
        self._modules: Modules | None = None
        self._calls, far_end = context.Pipe()
        self._output, output_end = context.Pipe(duplex=False)
        self.process = context.Process(target=work, args=(far_end, output_end, self._forks, preloaded), daemon=True)
        with far_end, output_end:
            self.process.start()
        self._fresh = True

    def fits(self, modules: Modules | None) -> bool:
        """Whether it lives, and has imported what calls with these modules need and nothing else."""
        return self.process.is_alive() and (not self._forks or self._modules is modules)

    def answered(self, modules: Modules | None, call: bytes) -> tuple[bytes | None, str, int | None, bool]:
        """The answer to the call (None if the process that made it died), what was printed, the exit status of that process
        (None if it is the worker itself), and whether the worker may make another call."""
        changed, self._modules = self._fresh or modules is not self._modules, modules
        self._fresh = False
        printed = b""
        try:
            self._calls.send_bytes(pickle.dumps((changed, modules if changed else None, call)))
            for chunk in _heard(self._calls, self._output):
                printed = (printed + chunk)[-TAIL:]
            answer, exitcode, stays = pickle.loads(self._calls.recv_bytes())
        except (EOFError, OSError):
            answer, exitcode, stays = None, None, False
        return answer, printed.decode(errors="replace"), exitcode, stays

    def end(self) -> None:
        self._calls.close()  # which tells it
        self._output.close()
        self.process.join()


def _heard(answers: Connection, output: Connection) -> Iterator[bytes]:
    """What is printed until there is an answer. (On Windows it goes where the build's own output goes.)"""
    ends = [answers, output] if os.name == "posix" else [answers]
    while output in wait(ends):
        chunk = os.read(output.fileno(), TAIL)
        if not chunk:
            return
        yield chunk


@contextlib.contextmanager
def _inherited() -> Iterator[None]:
    """What is started inside has one thread for each library, and is deaf to Ctrl-C, which the parent deals with."""
    before = {name: os.environ.get(name) for name in ENVIRONMENT}
    os.environ.update(ENVIRONMENT)
    try:
        with _deaf_to_interrupts():
            yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    if os.name != "posix":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # first, because it resets the mask when it has to start
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _kill_fork_server() -> None:
    # Only private names lead to its process: without them it would end by itself, but only once it has loaded torch.
    from multiprocessing import forkserver  # not everywhere

    server: Any = getattr(forkserver, "_forkserver", None)
    pid = getattr(server, "_forkserver_pid", None)
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        server._stop()  # waits for it, so that the next executor sees that it needs a new one


def _cause_of_death(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        guess = " (the system does that when memory runs out)" if name == "SIGKILL" else ""
        return f"its process was killed by {name}{guess}"
    return f"its process ended with exit status {exitcode} before the trial did"


def _pickled(call: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps(call)
    except Exception as error:
        reason = f"it cannot be sent to another process: {error}. Its function must stand at the top level of a module"
        raise CallFailed(reason, traceback.format_exc()) from None
