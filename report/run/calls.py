"""What a worker does: it makes calls, one after another, as the build sends them.

On Linux it imports what its calls need, once, and forks itself for each. Elsewhere it makes them itself, imports the project
anew for each, and ends once it is no longer what it was at first.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib import metadata
from multiprocessing.connection import Connection, wait
from typing import Any, TypeAlias, TypeVar

from report.errors import ReportError, StoreError, author_line
from report.run.shipment import Shipped, load
from report.run.traces import Traces, same_start

T = TypeVar("T")
LONG = 500  # letters of a reason; the log has all of it
Modules: TypeAlias = Mapping[str, Shipped]
Answer: TypeAlias = tuple[bytes | None, int | None, bool]
"""The answer to a call (None if the process that made it died), the exit status of that process if it was another than the
worker's, and whether the worker may make another call."""


class CallFailed(Exception):
    """A call in another process raised, or its process died: the reason in a sentence, and the details for a log."""

    def __init__(self, reason: str, details: str):
        super().__init__(reason, details)
        self.reason, self.details = reason, details


def work(calls: Connection, output: Connection, forks: bool, modules: Sequence[str]) -> None:
    """Make calls, all of which import ``modules``, until there are no more, or until a call leaves something behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if os.name == "posix":
        for descriptor in (1, 2):
            os.dup2(output.fileno(), descriptor)
        output.close()
        faulthandler.enable()
    parent = multiprocessing.parent_process()
    assert parent is not None
    _warm_up(modules)
    make = partial(_forked, parent.sentinel) if forks else _in_place(parent.sentinel)
    stays = True
    with contextlib.suppress(EOFError, OSError):
        while stays and calls in wait([calls, parent.sentinel]):
            answer, exitcode, stays = make(*pickle.loads(calls.recv_bytes()))
            calls.send_bytes(pickle.dumps((answer, exitcode, stays)))
    os._exit(0)  # without waiting for threads that a call may have left


def _warm_up(modules: Sequence[str]) -> None:
    """Do once what costs a process more the first time: forks begin with it done."""
    for name in modules:
        importlib.import_module(name)
    same_start("0" * 64)
    metadata.version("numpy")  # reads the folders of packages


def _forked(build: int, changed: bool, modules: Modules | None, call: bytes) -> Answer:
    """Make the call in a fork of this process, which only ever imports. It ends with this one, as this one ends with the
    build that ``build`` is the sentinel of."""
    if changed and modules is not None:
        _import(modules, call)
    answers, answer_end = multiprocessing.Pipe(duplex=False)
    this, child = os.getpid(), os.fork()
    if child == 0:
        try:
            _end_with(this)
            answer_end.send_bytes(_made(call))
        finally:
            os._exit(0)
    answer_end.close()
    with answers:
        if build in wait([answers, build]):
            os._exit(1)
        try:
            answer = answers.recv_bytes()
        except (EOFError, OSError):
            answer = None
    return answer, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), True


def _import(modules: Modules, call: bytes) -> None:
    """Import what the call and others like it need."""
    load(modules)
    try:
        pickle.loads(call)
        importlib.import_module("report.cache.machine").environment()  # once: it reads what packages say of themselves
    except BaseException:  # it will be raised again where it is told
        load(modules)


def _end_with(parent: int) -> None:
    """Have the system kill this process when its parent ends; Linux can."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _in_place(build: int) -> Callable[..., Answer]:
    """What makes calls in this process, and says whether it is afterwards what it was at first."""
    threading.Thread(target=_end_when, args=(build,), daemon=True).start()
    before = Traces()
    shipped: Modules | None = None

    def make(changed: bool, modules: Modules | None, call: bytes) -> Answer:
        nonlocal shipped
        shipped = modules if changed else shipped
        if shipped is not None:
            load(shipped)
        answer = _made(call)
        same_start("0" * 64)
        return answer, None, not before.left()

    return make


def _end_when(build: int) -> None:
    wait([build])
    os._exit(1)


def _made(call: bytes) -> bytes:
    """What comes of the call: its value or what it raised, pickled."""
    try:
        answer = pickle.dumps((attempt(_unpickled, call), None))
    except BaseException as error:
        answer = pickle.dumps((None, error if isinstance(error, CallFailed | StoreError) else described(error)))
    sys.stdout.flush()
    sys.stderr.flush()
    return answer


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
    """What went wrong and where, on one line."""
    details = "".join(traceback.format_exception(error))
    first = str(error).strip().split("\n\n")[0].splitlines() or ["no message"]
    between = ". " if isinstance(error, ReportError) else " "  # what was wrong, and the remedy
    message = between.join(line.strip().rstrip(".") for line in first).encode(errors="backslashreplace").decode()
    message = message if len(message) <= LONG else f"{message[:LONG]}…"
    reason = message if isinstance(error, ReportError) else f"{type(error).__name__}: {message}"
    where = author_line(error)
    return CallFailed(f"{reason} ({where})" if where else reason, details)
