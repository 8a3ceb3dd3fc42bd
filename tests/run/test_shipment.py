"""A trial runs the code that was planned."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from report.cache.reach import Sources
from report.cache.store import Store
from report.errors import StoreError
from report.model import Data, State, Trial
from report.run.cluster import dask_executor
from report.run.execute import execute
from report.run.plan import plan
from report.run.shipment import Shipping
from report.run.watching import Silent
from report.run.workers import ProcessExecutor
from tests.project import read_before

MAIN = """
import time
from report.errors import StoreError
from report.model import Result
from shipped_helper import step
def run(context, *, seed):
    from shipped_later import EXTRA
    return Result(scalars={"x": step(seed) + EXTRA})
def slow(context, *, seed):
    time.sleep(1)
    return run(context, seed=seed)
def read(context, *, seed, images):
    return Result(scalars={"x": float(seed)}, history={"images": [images]})
def opened(name, root="here", digest=""):
    return f"{name} {root} {digest}"
def stumble(context, *, seed):
    raise ValueError("uneven")
"""
HELPER = "STEP = 1.0\ndef step(n): return n + STEP\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {"shipped_main": MAIN, "shipped_helper": HELPER, "shipped_later": "EXTRA = 10.0\n"}.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in ("shipped_main", "shipped_helper", "shipped_later"):
        sys.modules.pop(name, None)


PLANNED = "0123456789abcdef"


def run(root: Path, name: str = "run", seeds: int = 3, watch: Silent | None = None, executor=ProcessExecutor, jobs: int = 1):
    module = importlib.import_module("shipped_main")
    kept, sources = Store(root / "store"), Sources(root, read_before())
    inputs = {"images": Data("digits")} if name == "read" else {}
    trials = [Trial(getattr(module, name), {"seed": n}, inputs) for n in range(seeds)]
    made = plan({"E1": trials}, kept, data={"digits": PLANNED}, machine={}, sources=sources)
    ended = execute(
        made.due(["E1"]),
        store=kept,
        open_data=module.opened,
        jobs=jobs,
        executor=executor,
        watch=watch,
        shipping=Shipping(sources),
    )
    return list(ended.values())


def test_files_that_are_saved_while_trials_wait_change_nothing(root: Path) -> None:
    class Author(Silent):
        """Saves two files as soon as the first trial has ended, and puts them back before the last one."""

        def __init__(self) -> None:
            self.ended = 0

        def finished(self, outcome, label) -> None:
            self.ended += 1
            changed = self.ended == 1
            (root / "shipped_helper.py").write_text(HELPER.replace("1.0", "5.0") if changed else HELPER)
            (root / "shipped_later.py").write_text("EXTRA = 99.0\n" if changed else "EXTRA = 10.0\n")

    outcomes = run(root, watch=Author())
    assert [o.result.scalars["x"] for o in outcomes] == [11.0, 12.0, 13.0]


def test_a_module_that_comes_after_planning_is_not_there(root: Path) -> None:
    line = "try:\n        from shipped_absent import EXTRA\n    except ImportError:\n        EXTRA = 20.0"
    (root / "shipped_main.py").write_text(MAIN.replace("from shipped_later import EXTRA", line))

    class Author(Silent):
        def begin(self, seconds, jobs) -> None:
            (root / "shipped_absent.py").write_text("EXTRA = 99.0\n")

    (outcome,) = run(root, seeds=1, watch=Author())
    assert outcome.result.scalars["x"] == 21.0


def test_an_error_names_its_line_in_the_file(root: Path) -> None:
    (outcome,) = run(root, "stumble", seeds=1)
    assert outcome.state is State.FAILED
    assert f"{root}/shipped_main.py:17" in outcome.reason


Cluster = Callable[..., tuple[str, list[subprocess.Popen]]]


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Starts a scheduler and workers as anybody would, in folders of their own, which know nothing of this project."""
    pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("cluster")
    file, started = folder / "scheduler.json", []
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def start(extra: dict[str, str], *words: str) -> None:
        place = folder / str(len(started))
        place.mkdir()
        command = [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        started.append(subprocess.Popen(command, cwd=place, env=environment | extra, **quiet))

    def of(workers: int, **extra: str) -> tuple[str, list[subprocess.Popen]]:
        start({}, "scheduler", "--scheduler-file", str(file), "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        deadline = time.monotonic() + 60
        while not file.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        for _ in range(workers):
            start(extra, "worker", "--scheduler-file", str(file), "--nthreads", "1", "--no-dashboard", "--no-nanny")
        return json.loads(file.read_text())["address"], started

    yield of
    for process in started:
        process.kill()
        process.wait()


def test_trials_run_where_the_project_is_not(root: Path, cluster: Cluster) -> None:
    address, started = cluster(3)

    class Assassin(Silent):
        """Kills a worker in the middle of its trial."""

        def started(self, trial, label) -> None:
            if label.endswith("seed=4"):
                started[1].kill()

    outcomes = run(root, "slow", seeds=6, watch=Assassin(), executor=partial(dask_executor, address), jobs=3)
    assert [o.result.scalars["x"] for o in outcomes] == [11.0 + n for n in range(6)]
    (failed,) = run(root, "stumble", seeds=1, executor=partial(dask_executor, address))
    assert failed.reason.startswith("ValueError: uneven")


def test_a_worker_opens_store_and_data_by_its_own_paths(root: Path, tmp_path: Path, cluster: Cluster) -> None:
    (root / "store").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.symlink_to(root / "store", target_is_directory=True)
    address, _ = cluster(1, REPORT_WORKER_STORE=str(elsewhere), REPORT_WORKER_DATA="/there")
    (outcome,) = run(root, "read", seeds=1, executor=partial(dask_executor, address))
    assert outcome.result.history["images"] == [f"digits /there {PLANNED}"]
    elsewhere.unlink()  # what the worker writes now, the build does not see
    with pytest.raises(StoreError, match="do all workers see this store"):
        run(root, "slow", seeds=1, executor=partial(dask_executor, address))
