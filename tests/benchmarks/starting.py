"""What a trial costs around its own work, and what a second worker brings.

A project of trials that do nothing is run from an empty store: planned code shipped, results published durably, all as a build
does. Then trials of a few tenths of a second each, by one worker and by two in turns; the ratio is the median over the rounds.
The processor's seconds are those of the build and of its workers together, so that other work on the machine matters less.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import forkserver
from pathlib import Path

from report.cache.reach import Sources
from report.cache.store import Store
from report.model import Trial
from report.run.execute import execute
from report.run.plan import plan
from report.run.shipment import Shipping
from report.run.workers import ProcessExecutor

EMPTY, GAIN = 20.0, 1.8  # milliseconds; times
MODULE = """
import torch
from report.model import Result

def nothing(context, *, seed):
    return Result(scalars={"seed": seed})

def small(context, *, seed):
    net = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 1))
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    for _ in range(500):
        optimizer.zero_grad()
        net(torch.randn(128, 64)).square().mean().backward()
        optimizer.step()
    return Result(scalars={"weight": float(net[0].weight.sum())})
"""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks starting", description=__doc__)
    parser.add_argument("--empty", type=int, default=1000, help="trials that do nothing (default 1000)")
    parser.add_argument("--small", type=int, default=40, help="trials that do a little, in a round (default 40)")
    parser.add_argument("--rounds", type=int, default=3, help="how often one and two workers are timed (default 3)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "small_trials.py").write_text(MODULE, encoding="utf-8")
        sys.path.insert(0, folder)
        print(f"{os.cpu_count()} processors; load {os.getloadavg()[0]:.1f}")
        run(Path(folder), "nothing", range(-1, 0), jobs=1)  # the server loads torch
        _empty(Path(folder), options.empty)
        _two(Path(folder), options.small, options.rounds)
        sys.path.remove(folder)


def _empty(folder: Path, count: int) -> None:
    wall, processor = run(folder, "nothing", range(count), jobs=1)
    each, busy = 1e3 * wall / count, 1e3 * processor / count
    verdict = "met" if each < EMPTY else "missed"
    print(
        f"{count} empty trials: {each:.1f} ms each, {busy:.1f} ms of a processor (target {EMPTY:g} ms: {verdict})", flush=True
    )


def _two(folder: Path, count: int, rounds: int) -> None:
    gains = []
    for number in range(rounds):
        seeds = range(count * number, count * (number + 1))
        one, two = (run(folder, "small", seeds, jobs=jobs)[0] for jobs in (1, 2))
        gains.append(one / two)
    gain = statistics.median(gains)
    print(f"two workers: {gain:.2f} times one (target {GAIN:g}: {'met' if gain >= GAIN else 'missed'})", flush=True)


def run(folder: Path, function: str, seeds: Sequence[int], jobs: int) -> tuple[float, float]:
    """Seconds, and seconds of processors, that these trials take from an empty store."""
    import small_trials  # type: ignore[import-not-found]

    trials = [Trial(getattr(small_trials, function), {"seed": seed}) for seed in seeds]
    sources = Sources(folder)
    with tempfile.TemporaryDirectory() as kept:
        store = Store(Path(kept) / "store")
        made = plan({"E1": trials}, store, data={}, machine={}, sources=sources)
        busy, began = _processor_seconds(), time.perf_counter()
        outcomes = execute(
            made.due(["E1"]), store=store, open_data=str, jobs=jobs, executor=ProcessExecutor, shipping=Shipping(sources)
        )
        assert all(outcome.result for outcome in outcomes.values()), outcomes
        wall = time.perf_counter() - began
        return wall, _processor_seconds() - busy


def _processor_seconds() -> float:
    """Of this process, and of the workers that have ended: the fork server has waited for them."""
    server = getattr(getattr(forkserver, "_forkserver", None), "_forkserver_pid", None)
    if server is None or sys.platform != "linux":
        return time.process_time()
    time.sleep(0.2)  # until it has
    fields = Path(f"/proc/{server}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return time.process_time() + sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
