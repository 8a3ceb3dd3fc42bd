"""Small trials for the tests of the engine: some behave, some do not."""

from __future__ import annotations

import math
import os
import pickle
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np

from report.errors import ReportError
from report.model import Context, Result


def add(context: Context, *, a: float, b: float) -> Result:
    return Result(scalars={"sum": a + b})


def noted(context: Context, *, name: str, notes: str) -> Result:
    """Says on disk that it ran, and when in the order of things."""
    with Path(notes).open("a") as stream:
        stream.write(name + "\n")
    return Result(scalars={"name": name})


def combine(context: Context, *, left: Result, right: Result, numbers: list[int]) -> Result:
    return Result(scalars={"total": left.scalars["sum"] + right.scalars["sum"] + sum(numbers)})


def diverge(context: Context) -> Result:
    return Result(scalars={"loss": None}, diverged=True)


def careless(context: Context, *, seed: int) -> Result:
    """Draws from every global generator, and leaves the process in disorder."""
    import torch  # here, so that a process that makes other calls need not wait for it

    drawn = [
        random.random(),
        float(np.random.rand()),
        float(torch.rand(1, dtype=torch.float64)),
        float(torch.ones(1).element_size()),
    ]
    product = torch.rand(300, 300) @ torch.rand(300, 300)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.set_default_dtype(torch.float64)
    return Result(arrays={"drawn": np.array(drawn), "product": product.numpy()})


def stammer(context: Context) -> Result:
    raise ValueError(f"there is no caf\udce9.csv{'!' * 9000}")


def stumble(context: Context) -> Result:
    print("just before it fell")
    raise ValueError("the ground is uneven")


def forget(context: Context) -> Result:
    return None  # type: ignore[return-value]


def leave(context: Context) -> Result:
    sys.exit(3)


def quarrel(context: Context) -> Result:
    raise ReportError("the array holds objects", remedy="Give it a numeric dtype.")


def vanish(context: Context) -> Result:
    print("last words", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def keep(context: Context) -> Result:
    context.checkpoint(b"state")
    return Result()


def linger(context: Context, *, name: str, folder: str) -> Result:
    """Leaves its process id in ``folder`` and a checkpoint in the store, then takes its time."""
    context.checkpoint(name.encode())
    (Path(folder) / f"{name}.pid").write_text(str(os.getpid()))
    while True:
        context.progress(1, 10, loss=0.5)
        time.sleep(0.02)


def learn(context: Context, *, seed: int, epochs: int, fuse: str) -> Result:
    """Fits weights with momentum; is killed in the middle of an epoch if the file ``fuse`` exists."""
    draw, weights, velocity, history = np.random.default_rng(seed), np.zeros(8), np.zeros(8), list[float]()
    saved = context.resume()
    if saved is not None:
        draw, weights, velocity, history = pickle.loads(saved)
    started_at = len(history)
    for epoch in range(started_at, epochs):
        for batch in range(5):
            inputs = draw.normal(size=(32, 8))
            error = inputs @ weights - inputs.sum(1)
            velocity = 0.9 * velocity - 0.01 * error @ inputs
            weights = weights + velocity
            if epoch == 3 and batch == 2 and Path(fuse).exists():
                Path(fuse).write_text("burnt")
                os.kill(os.getpid(), signal.SIGKILL)
        history.append(float(error @ error))
        context.progress(epoch + 1, epochs, loss=history[-1])
        context.checkpoint(pickle.dumps((draw, weights, velocity, history)))
    Path(fuse).with_suffix(".from").write_text(str(started_at))
    return Result(history={"loss": history}, arrays={"weights": weights})


def untidy(context: Context, *, name: str, leave: bool) -> Result:
    """The process that this ran in, and a number that depends on what it finds there; it may leave it in disorder."""
    found = math.sin(0.0)
    if leave:
        math.sin = math.cos
    return Result(scalars={"process": os.getpid(), "found": found})
