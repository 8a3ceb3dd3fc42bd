"""Do what can be done in any order in several copies of this process, for what it leaves in the store."""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

PATIENCE = 120.0  # seconds for one of them, after which the rest is left to this process


def in_forks(works: Sequence[Callable[[], object]], jobs: int) -> None:
    """Call each of ``works`` once, ``jobs`` at a time. What goes wrong is left to whoever calls it after, to say so; where a
    copy of a process is not to be relied upon, so is all of it."""
    copies = min(jobs, len(works))
    if copies < 2 or sys.platform != "linux":
        return
    context = multiprocessing.get_context("fork")
    begun = context.Value("i", 0)
    forks = [context.Process(target=_each, args=(works, begun), daemon=True) for _ in range(copies)]
    try:
        for fork in forks:
            fork.start()
        _wait(forks, begun)
    finally:
        for fork in forks:
            if fork.pid is not None:
                fork.kill()
                fork.join()


def _each(works: Sequence[Callable[[], object]], begun: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started this hears Ctrl-C, and ends it
    while True:
        with begun.get_lock():
            at, begun.value = begun.value, begun.value + 1
        if at >= len(works):
            return
        with suppress(Exception):
            works[at]()


def _wait(forks: Sequence[Any], begun: Any) -> None:
    """Until they have ended, or nothing has been begun for longer than anything takes."""
    last, since = -1, time.monotonic()
    for fork in forks:
        while fork.is_alive() and time.monotonic() - since < PATIENCE:
            fork.join(1.0)
            if begun.value != last:
                last, since = begun.value, time.monotonic()
