"""A trial runs the code that was planned."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from report.cache.reach import Sources
from report.cache.store import Store
from report.model import State, Trial
from report.run.execute import execute
from report.run.plan import describe_trial, plan
from report.run.shipment import Shipping
from report.run.watching import Silent

MAIN = """
from report.model import Result
from shipped_helper import step
def run(context, *, seed):
    from shipped_later import EXTRA
    return Result(scalars={"x": step(seed) + EXTRA})
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


def run(root: Path, name: str = "run", seeds: int = 3, watch: Silent | None = None, store: str = "store"):
    module = importlib.import_module("shipped_main")
    kept, sources = Store(root / store), Sources(root)
    made = plan(
        {"E1": [Trial(getattr(module, name), {"seed": n}) for n in range(seeds)]}, kept, data={}, machine={}, sources=sources
    )
    ended = execute(
        made.due(["E1"]),
        store=kept,
        open_data=str,
        describe=lambda planned: describe_trial(planned, sources),
        jobs=1,
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
    assert f"{root}/shipped_main.py:8" in outcome.reason
