"""How long the budget ``full`` would take here, without running it.

A trial of each kind is begun from its first seed and left after a few of the processor's seconds. What it took for an
iteration is scaled to all of its iterations and seeds; its evaluations, which may not have come by then, are timed apart. A
trial that reads another's result cannot be begun so, and is counted as not estimated: none of them trains a net.
"""

from __future__ import annotations

import argparse
import math
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from experiments.data import datasets
from experiments.live import build
from experiments.training import Epochs, Recipe, machine, outputs
from report.model import Budget, Data, Trial
from report.run.collect import collect

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS, WARM = 2, 3  # trials at a time; iterations before the clock starts
PROBE = 1000  # examples that an evaluation is timed on


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks full", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="for a kind of trial (default 4)")
    parser.add_argument("--budget", default="full", help="another budget, to hold the estimate against what it took")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(machine())
    hours, left_out = 0.0, 0
    for name, kinds in _kinds(options.budget).items():
        seconds = [_seconds(each[0], options.seconds) * len(each) for each in kinds if _alone(each[0])]
        left_out += sum(len(each) for each in kinds if not _alone(each[0]))
        hours += sum(seconds) / 3600 / WORKERS
        print(f"{name:<4} {sum(seconds) / 60 / WORKERS:7.1f} min on {WORKERS} cores", flush=True)
    print(f"all: {hours:.1f} h on {WORKERS} cores; {left_out} trials that read another's result are not in it")


def _kinds(budget: str) -> dict[str, list[list[Trial]]]:
    """Of each experiment the trials that differ in their seed alone; one that several share counts for the first."""
    kinds: dict[str, dict[str, list[Trial]]] = defaultdict(dict)
    seen: set[str] = set()
    for name, experiment in collect(ROOT).experiments.items():
        for trial in experiment.trials(Budget(budget)):
            said = f"{trial.function.__qualname__} {sorted(trial.arguments.items())!r} {sorted(trial.inputs.items())!r}"
            if said not in seen:
                seen.add(said)
                alike = {key: value for key, value in trial.arguments.items() if key != "seed"}
                kinds[name].setdefault(f"{trial.function.__qualname__} {alike!r} {trial.tags!r}", []).append(trial)
    return {name: list(each.values()) for name, each in kinds.items()}


def _alone(trial: Trial) -> bool:
    return not any(isinstance(source, Trial) for source in trial.inputs.values())


# --- one trial -----------------------------------------------------------------------------------------------------


class Enough(Exception):
    """A trial was watched for long enough."""


@dataclass
class Watch:
    """The context of a trial that is left after ``limit`` seconds of the processor."""

    limit: float
    began: float
    warm: tuple[int, float] | None = None
    last: tuple[int, float, int] | None = None

    def progress(self, done: int, total: int, **_: float) -> None:
        now = time.process_time()
        self.warm = self.warm or ((done, now) if done >= WARM else None)
        self.last = (done, now, total)
        if self.warm and done > self.warm[0] and now - self.began > self.limit:
            raise Enough

    def checkpoint(self, state: bytes) -> None:
        """Nothing is kept."""

    def resume(self) -> None:
        return None


def _seconds(trial: Trial, limit: float) -> float:
    """What the trial would take of a processor."""
    inputs = {name: datasets.open_data(source.name, datasets.locate()) for name, source in _read(trial)}
    watch = Watch(limit, time.process_time())
    try:
        trial.function(watch, **trial.arguments, **inputs)
    except Enough:
        assert watch.warm is not None
        assert watch.last is not None
        (first, began), (done, now, total) = watch.warm, watch.last
        return (began - watch.began) + (now - began) / (done - first) * (total - first) + _evaluations(trial, total)
    return time.process_time() - watch.began


def _read(trial: Trial) -> Iterator[tuple[str, Data]]:
    yield from ((name, source) for name, source in trial.inputs.items() if isinstance(source, Data))


def _evaluations(trial: Trial, iterations: int) -> float:
    """What it takes to evaluate a net on the examples held out and on as many of the training examples, as often as asked."""
    given: dict[str, Any] = dict(trial.arguments)
    net, recipe, held = given.get("net"), given.get("recipe"), given.get("test_examples")
    if net is None or not isinstance(recipe, Recipe):
        return 0.0
    length, every = recipe.length, recipe.evaluate
    times = length.count / every.count if isinstance(length, Epochs) == isinstance(every, Epochs) else iterations / every.count
    module = build(net, 0)
    began = time.process_time()
    outputs(module, torch.randn(PROBE, *net.input))
    return math.ceil(times) * 2 * (held or 10_000) / PROBE * (time.process_time() - began)
