"""Small trials for the tests of the engine: some behave, some do not."""

from __future__ import annotations

import io
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np
import torch

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


def stumble(context: Context) -> Result:
    print("just before it fell")
    raise ValueError("the ground is uneven")


def forget(context: Context) -> Result:
    return None  # type: ignore[return-value]


def leave(context: Context) -> Result:
    sys.exit(3)


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
    """Trains a small net with momentum and dropout; is killed in the middle of an epoch if the file ``fuse`` exists."""
    torch.manual_seed(seed)
    net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(16, 1))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.01)
    history: list[float] = []
    saved = context.resume()
    if saved is not None:
        state = torch.load(io.BytesIO(saved))
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"])
        history = state["history"]
    started_at = len(history)
    for epoch in range(started_at, epochs):
        for batch in range(5):
            inputs = torch.randn(32, 8)
            loss = (net(inputs) - inputs.sum(1, keepdim=True)).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            if epoch == 3 and batch == 2 and Path(fuse).exists():
                Path(fuse).write_text("burnt")
                os.kill(os.getpid(), signal.SIGKILL)
        history.append(loss.item())
        context.progress(epoch + 1, epochs, loss=loss.item())
        state = {
            "net": net.state_dict(),
            "optimiser": optimiser.state_dict(),
            "random": torch.get_rng_state(),
            "history": history,
        }
        stream = io.BytesIO()
        torch.save(state, stream)
        context.checkpoint(stream.getvalue())
    Path(fuse).with_suffix(".from").write_text(str(started_at))
    weights = torch.cat([p.detach().flatten() for p in net.parameters()]).numpy()
    return Result(history={"loss": history}, arrays={"weights": weights})


def untidy(context: Context, *, name: str, leave: bool) -> Result:
    """The process that this ran in, and a number that depends on what it finds there; it may leave it in disorder."""
    found = float(torch.sin(torch.zeros(())))
    if leave:
        torch.sin = torch.cos
    return Result(scalars={"process": os.getpid(), "found": found})
