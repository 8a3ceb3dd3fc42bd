"""How planning grows with the results in the store: processor time and memory of ``plan`` when nothing has changed.

A small project is made whose one experiment declares a hundred trials, a thousand and so on, and their results are put into
the store without running anything. ``plan`` is then run twice: first it reads every byte of every entry, then it knows which
are sound. The last column is what each trial more takes than in the project before: the same throughout, if planning is linear.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.project import Project, project

SIZES = (100, 1_000, 10_000)
SETTLED = 11  # seconds after which a file's times tell of any change
EXPERIMENT = '''
"""E1: many trials of nothing."""

from report.model import Experiment, Measure, Result, Trial


def nothing(context, number, seed):
    return Result(scalars={"number": number})


def trials(budget):
    return [Trial(nothing, {"number": n, "seed": n % 10}, tags={"number": n // 10}) for n in range(COUNT)]


EXPERIMENT = Experiment(
    id="E1", title="Nothing", question="How many?", trials=trials, measures={"number": Measure("number")}
)
'''
CHAPTER = '{{ chapter_title("Nothing") }}\n\nThe first is {{ value("E1.number", number=0) }}.\n'
FILL = """
import build
from report.cache import codec
from report.cache.results import encode
from report.model import Result
from report.run.plan import describe_trial
from report.terminal.cli import parse

bench = build._bench(parse(["plan"], build.ROOT))
for each in bench.plan().planned:
    described = {**describe_trial(each), "fingerprint": each.digest, "seconds": 0.1}
    files = {**encode(Result(scalars={"number": 1})), "description.json": codec.written(described)}
    bench.store.put(each.digest, files, durable=False)
"""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks size", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="how many trials (default 100 1000 10000)")
    options = parser.parse_args(arguments)
    before: tuple[int, float] | None = None
    print(f"{'trials':>8} {'first look':>18} {'again':>18} {'each more':>10}")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            made = project(Path(folder), EXPERIMENT.replace("COUNT", str(size)), CHAPTER)
            subprocess.run([sys.executable, "-c", FILL], cwd=made.root, check=True)
            time.sleep(SETTLED)
            first, again = _planned(made), _planned(made)
        told = " ".join(f"{seconds:8.2f} s {megabytes:5.0f} MB" for seconds, megabytes in (first, again))
        more = f"{1e6 * (again[0] - before[1]) / (size - before[0]):7.0f} µs" if before else ""
        print(f"{size:>8} {told} {more}", flush=True)
        before = size, again[0]


def _planned(made: Project) -> tuple[float, float]:
    """Processor time in seconds, and the most memory in MB, of ``plan``."""
    running = subprocess.Popen([sys.executable, str(made.root / "build.py"), "plan"], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    running.returncode = os.waitstatus_to_exitcode(status)
    if running.returncode:
        raise RuntimeError(f"plan ended with {running.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
