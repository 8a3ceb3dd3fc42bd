"""Run one trial in the process that it was given, and publish its result.

What a trial says of its progress goes through a small file beside its checkpoint, which works alike for every executor,
a cluster included.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import random
import shutil
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.cache.store import Store
from report.errors import StoreError, Where
from report.model import Data, Result, Trial
from report.run.watching import Step

PROGRESS, CHECKPOINT = "progress.json", "checkpoint"  # in the folder of a trial that is not finished
BETWEEN = 0.1  # seconds, at least, between two things that a trial says of its progress


@dataclass(frozen=True)
class Job:
    """What travels to a worker: a trial, its digest, those of the trials that it builds on, where to publish, and with what."""

    trial: Trial
    digest: str
    upstream: Mapping[str, str]
    description: Mapping[str, Any]
    store: Path
    open_data: Callable[[str], object]


def run_trial(job: Job) -> None:
    """Run the trial from a state that depends on its fingerprint alone, and publish its result."""
    store, trial = Store(job.store), job.trial
    inputs = {name: _resolved(name, source, job, store) for name, source in trial.inputs.items()}
    _same_start(job.digest)
    context = _Context(store.partial(job.digest))
    result = trial.function(context, **trial.arguments, **inputs)
    if not isinstance(result, Result):
        raise TypeError(f"{trial.function.__name__} returned {type(result).__name__} where a Result is due")
    store.save_result(job.digest, result, context.seconds(), job.description)
    shutil.rmtree(store.partial(job.digest), ignore_errors=True)


def _resolved(name: str, source: Trial | Data, job: Job, store: Store) -> object:
    if isinstance(source, Data):
        return job.open_data(source.name)
    stored = store.load_result(job.upstream[name])
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
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # it finds bugs, at a cost


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
        if now - self._spoke < BETWEEN:
            return
        self._spoke = now
        said = json.dumps([int(done), int(total), {name: float(number) for name, number in numbers.items()}])
        with contextlib.suppress(OSError):  # not worth failing for
            _replace(self.folder / PROGRESS, said.encode(), durably=False)

    def checkpoint(self, state: bytes) -> None:
        body = struct.pack("<d", self.seconds()) + state
        try:
            _replace(self.folder / CHECKPOINT, hashlib.sha256(body).digest() + body, durably=True)
        except OSError as error:
            remedy = "Make room, or choose another place with --store DIR; the build goes on where it was."
            raise StoreError(
                f"a checkpoint cannot be kept: {error.strerror or error}.", where=Where(self.folder), remedy=remedy
            ) from error

    def resume(self) -> bytes | None:
        try:
            content = (self.folder / CHECKPOINT).read_bytes()
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


def progress_of(folder: Path) -> Step | None:
    """What the trial with this folder said last, None if nothing yet."""
    try:
        done, total, numbers = json.loads((folder / PROGRESS).read_bytes())
    except (OSError, ValueError):
        return None
    return Step(done, total, numbers)


def forget_progress(folder: Path) -> None:
    """What a run that was cut off had said is no news of the next."""
    (folder / PROGRESS).unlink(missing_ok=True)
