"""Run one trial in the process that it was given, and publish its result.

What a trial says of its progress goes through a small file beside its checkpoint, which works alike for every executor,
a cluster included.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import struct
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import files
from report.cache import codec
from report.cache.fingerprint import version_or_absence
from report.cache.reach import ABSENT
from report.cache.store import Store
from report.errors import StoreError, Where
from report.model import Data, Result, Trial
from report.run.traces import same_start
from report.run.watching import Advance

OWN_STORE, OWN_DATA = "REPORT_WORKER_STORE", "REPORT_WORKER_DATA"
"""Where a worker on another machine sees the store and the data, if not where the build does."""

BETWEEN = 0.1  # seconds, at least, between two things that a trial says of its progress


@dataclass(frozen=True)
class Job:
    """What travels to a worker: a trial, its digest, those of the trials that it builds on, where to publish, and with what."""

    trial: Trial
    digest: str
    upstream: Mapping[str, str]
    description: Mapping[str, Any]
    store: Path
    open_data: Callable[..., object]


def run_trial(job: Job) -> None:
    """Run the trial from a state that depends on its fingerprint alone, and publish its result."""
    _same_versions(job)
    store, trial = Store(Path(os.environ.get(OWN_STORE) or job.store)), job.trial
    inputs = {name: _resolved(name, source, job, store) for name, source in trial.inputs.items()}
    same_start(job.digest, job.description.get("parts", {}).get("packages", {}))
    context = _Context(store, job.digest)
    result = trial.function(context, **trial.arguments, **inputs)
    if not isinstance(result, Result):
        raise TypeError(f"{trial.function.__name__} returned {type(result).__name__} where a Result is due")
    store.save_result(job.digest, result, context.seconds(), job.description)
    store.forget_partial(job.digest)


def _same_versions(job: Job) -> None:
    """A worker somewhere else must compute with the packages that the result will be kept under."""
    for name, planned in job.description.get("parts", {}).get("packages", {}).items():
        here = f"{sys.version_info.major}.{sys.version_info.minor}" if name == "python" else version_or_absence(ABSENT + name)
        if here != planned:
            raise RuntimeError(f"this worker has {name} {here}, the trial was planned with {planned}")


def _resolved(name: str, source: Trial | Data, job: Job, store: Store) -> object:
    if isinstance(source, Data):
        own = os.environ.get(OWN_DATA)
        return (
            job.open_data(source.name, root=Path(own), digest=_planned_digest(name, job)) if own else job.open_data(source.name)
        )
    stored = store.load_result(job.upstream[name])
    if stored is None:
        raise RuntimeError(f"the result of '{source.label}', its input '{name}', is no longer in the store")
    return stored.result


def _planned_digest(name: str, job: Job) -> str:
    """That of the data which the trial was planned with: elsewhere there may be others under the same name."""
    data: str = job.description["parts"]["data"][name]
    return data.rpartition(" ")[2]


class _Context:
    """The ``Context`` that trials get; what it keeps goes when the result is published."""

    def __init__(self, store: Store, fingerprint: str):
        self._progress, self._checkpoint = store.progress(fingerprint), store.checkpoint(fingerprint)
        self._result = store.path(fingerprint)
        self._began = time.perf_counter()
        self._spoke = -math.inf
        self._earlier = 0.0  # seconds of the runs that were cut off

    def seconds(self) -> float:
        return self._earlier + time.perf_counter() - self._began

    def progress(self, done: int, total: int, **numbers: float) -> None:
        now = time.perf_counter()
        if now - self._spoke < BETWEEN:
            return
        self._spoke = now
        step = Advance(int(done), int(total), {name: float(number) for name, number in numbers.items()})
        with contextlib.suppress(OSError):  # not worth failing for
            files.replace(self._progress, codec.written(step))

    def checkpoint(self, state: bytes) -> None:
        body = struct.pack("<d", self.seconds()) + state
        try:
            files.replace(self._checkpoint, hashlib.sha256(body).digest() + body, durable=True)
        except OSError as error:
            if self._result.exists():  # another build has finished this trial meanwhile, and cleared its folder
                return
            remedy = "Make room, or choose another place with --store DIR; the build goes on where it was."
            raise StoreError(
                f"a checkpoint cannot be kept: {error.strerror or error}.", where=Where(self._checkpoint), remedy=remedy
            ) from error

    def resume(self) -> bytes | None:
        try:
            content = self._checkpoint.read_bytes()
        except FileNotFoundError:
            return None
        digest, body = content[:32], content[32:]
        if len(body) < 8 or hashlib.sha256(body).digest() != digest:
            return None  # cut short by a crash of the machine: the trial starts anew
        (self._earlier,) = struct.unpack("<d", body[:8])
        return body[8:]


def progress_of(store: Store, fingerprint: str) -> Advance | None:
    """What the trial said last, None if nothing yet."""
    try:
        step: Advance = codec.read(Advance, store.progress(fingerprint).read_bytes())
    except (OSError, codec.Spoilt):
        return None
    return step
