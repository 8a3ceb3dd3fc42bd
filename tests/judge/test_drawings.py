"""Figures that are drawn beforehand are those that are drawn when they are due, and are not drawn again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from report.cache.reach import Sources
from report.cache.store import Store
from report.judge.judge import drawings, judge
from report.judge.views import Absent
from tests.mini import ended, judged
from tests.project import read_before

EXPERIMENT = """
from report.model import Figure
from report.plots import canvas
import pandas as pd

def run(context, seed):
    return Result(scalars={"acc": float(seed)})

def drawn(height):
    figure, axes = canvas()
    axes[0, 0].plot([0, 1], [0, height])
    return Figure(figure, "A line.", "a line", pd.DataFrame({"height": [height]}))

def low(runs):
    return drawn(1)

def high(runs):
    return drawn(2)

def wrong(runs):
    raise ValueError("no figure")

EXPERIMENT = Experiment(
    id="E20", title="W", question="Q?", trials=lambda budget: [Trial(run, {"seed": 0})],
    measures={"acc": Measure("accuracy")}, figures={"low": low, "high": high, "wrong": wrong},
)
"""


def test_what_is_drawn_beforehand_is_not_drawn_again_and_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "apart").mkdir()
    _, apart = judged(tmp_path / "apart", EXPERIMENT)
    with ended(tmp_path, EXPERIMENT) as (experiment, path, outcomes):
        store, sources = Store(tmp_path / "store"), Sources(tmp_path, read_before())

        def undrawn() -> list[Callable[[], object]]:
            return drawings(experiment, path, outcomes, store, sources)

        assert len(undrawn()) == 3
        for draw in undrawn():
            draw()
        assert len(undrawn()) == 1  # what goes wrong is not kept
        found = judge(experiment, path, outcomes, store, sources, budget="smoke", stand_ins=())
    assert {name: found.figures[name] for name in ("low", "high")} == {name: apart.figures[name] for name in ("low", "high")}
    assert isinstance(found.figures["wrong"], Absent)
