"""Where calls run: in this process, or in a process each, behind ``concurrent.futures`` (on a cluster: ``report.run.cluster``).

Every call has a fresh process, forked from a server that has loaded torch: nothing that a call leaves behind (random
state, flags, memory) can reach the next, and when one is killed it is plain which, and the others do not notice.
Measured on 2 cores: the server is up in 1.9 s, once; then a process takes 20 ms to its first step of an optimiser. A
spawned process takes 2.7 s. ``ProcessPoolExecutor`` was tried in thought and rejected: one death breaks the pool for
all calls, and it cannot say whose it was.
"""

from __future__ import annotations

import contextlib
import faulthandler
import multiprocessing
import os
import pickle
import signal
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from report.errors import ReportError, StoreError

P = ParamSpec("P")
T = TypeVar("T")

PRELOADED = ["numpy", "torch", "torch._dynamo"]  # the first torch.optim object imports torch._dynamo: another second
ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"),
    "PYTHONHASHSEED": "0",  # so that no result depends on the order of a set of strings
}
TAIL = 64 * 1024  # bytes of a call's printed output that are kept for the case that it fails


class CallFailed(Exception):
    """A call in another process raised, or its process died: the reason in a sentence, and the details for a log."""

    def __init__(self, reason: str, details: str):
        super().__init__(reason, details)
        self.reason, self.details = reason, details


class SerialExecutor(Executor):
    """Runs each call at once, in this process; what it raises leaves ``submit`` as it is, for debuggers and tests."""

    def __init__(self, jobs: int = 1):
        del jobs

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


class ProcessExecutor(Executor):
    """Runs each call in a process of its own, ``jobs`` at a time. A future's exception is ``CallFailed`` or ``StoreError``.

    The processes disappear with this one, however it ends.
    """

    def __init__(self, jobs: int):
        self._context = _context()
        self._threads = ThreadPoolExecutor(jobs, thread_name_prefix="waits-for-a-process")
        self._start = threading.Lock()  # multiprocessing's book-keeping is not made for several threads
        self._calls: set[object] = set()  # those that a thread is busy with
        self._running: set[Any] = set()
        self._stopped = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._threads.submit(self._call, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for what runs; or with ``wait=False`` kill it. Either way no process is left when this returns."""
        if wait:
            self._threads.shutdown(wait=True, cancel_futures=cancel_futures)
        self._stopped = True  # from here on no call starts a process, and those that have begun to are waited for
        self._threads.shutdown(wait=False, cancel_futures=True)
        while self._calls:
            self._kill()
            time.sleep(0.01)

    def _call(self, call: Callable[[], T]) -> T:
        this = object()
        self._calls.add(this)
        try:
            answer, printed, exitcode = self._answered(_pickled(call))
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

    def _answered(self, call: bytes) -> tuple[bytes | None, str, int | None]:
        """What a process answers to the call, what it printed, and its exit status."""
        answers, answer_end = self._context.Pipe(duplex=False)
        output, output_end = self._context.Pipe(duplex=False)
        with answers, output:
            with answer_end, output_end:
                process = self._context.Process(target=_serve, args=(answer_end, output_end, call), daemon=True)
                self._started(process)
            answer, printed = _listen(answers, output)
            with self._start:
                process.join()
                self._running.discard(process)
        return answer, printed, process.exitcode

    def _started(self, process: Any) -> None:
        with self._start, _inherited():  # the first one starts the fork server
            if self._stopped:
                raise CallFailed("the build was interrupted", "")
            process.start()
            self._running.add(process)

    def _kill(self) -> None:
        for process in tuple(self._running):
            process.kill()
        if self._context.get_start_method() == "forkserver":
            _kill_fork_server()  # it may be loading torch, with a thread of ours waiting for it


def _context() -> Any:
    """Fork from a server that has torch where the system can; spawn elsewhere (Windows), which is slow but the same."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


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


def _listen(answers: Connection, output: Connection) -> tuple[bytes | None, str]:
    """The answer of a process (None if it dies without one), and the tail of what it printed until then."""
    printed = b""
    open_ends = [answers, output]
    while True:
        ready = wait(open_ends)
        if output in ready:
            chunk = os.read(output.fileno(), TAIL)
            printed = (printed + chunk)[-TAIL:]
            if not chunk:
                open_ends.remove(output)
        elif answers in ready:
            try:
                return answers.recv_bytes(), printed.decode(errors="replace")
            except (EOFError, OSError):
                return None, printed.decode(errors="replace")


def _cause_of_death(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        name = signal.Signals(-exitcode).name
        guess = " (the system does that when memory runs out)" if name == "SIGKILL" else ""
        return f"its process was killed by {name}{guess}"
    return f"its process ended with exit status {exitcode} before the trial did"


# --- in the process of a call --------------------------------------------------------------------------------------


def _serve(answers: Connection, output: Connection, call: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    if os.name == "posix":
        for descriptor in (1, 2):
            os.dup2(output.fileno(), descriptor)
        faulthandler.enable()
    try:
        answer = pickle.dumps((attempt(_unpickled, call), None))
    except BaseException as error:
        answer = pickle.dumps((None, error if isinstance(error, CallFailed | StoreError) else described(error)))
    sys.stdout.flush()
    sys.stderr.flush()
    answers.send_bytes(answer)


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(1)


def _pickled(call: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps(call)
    except Exception as error:
        reason = f"it cannot be sent to another process: {error}. Its function must stand at the top level of a module"
        raise CallFailed(reason, traceback.format_exc()) from None


def _unpickled(call: bytes) -> object:
    return pickle.loads(call)()


def attempt(function: Callable[..., T], *args: Any) -> T:
    """``function(*args)``; what it raises becomes ``CallFailed``, which survives the way to another process."""
    try:
        return function(*args)
    except StoreError:
        raise
    except BaseException as error:
        raise described(error) from None


def described(error: BaseException) -> CallFailed:
    """What went wrong and where: the last line of the traceback that is neither a library's nor of this module."""
    details = "".join(traceback.format_exception(error))
    message = str(error).strip().split("\n\n")[0] or "no message"
    reason = message if isinstance(error, ReportError) else f"{type(error).__name__}: {message}"
    libraries = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    frames = [(Path(f.filename).resolve(), f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    for file, line in reversed(frames):
        ours = file.is_file() and Path(__file__).resolve().parents[1] not in file.parents
        if ours and not any(file.is_relative_to(folder) for folder in libraries):
            return CallFailed(f"{reason} ({_short(file)}:{line})", details)
    return CallFailed(reason, details)


def _short(file: Path) -> Path:
    """``file`` as seen from the project, so that messages stay readable."""
    project = Path(__file__).resolve().parents[2]
    return file.relative_to(project) if file.is_relative_to(project) else file
