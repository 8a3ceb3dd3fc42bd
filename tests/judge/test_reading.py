"""A view is told to rest on the runs that it looked at, and on no others."""

from __future__ import annotations

from pathlib import Path


from report.judge.reading import watched
from report.model import Outcome, Result, Trial
from tests.mini import judged

SOURCE = """
from report.model import Claim, Column, Table
from report.stats import greater

def run(context, seed, **given):
    return Result(scalars={"acc": float(seed)})

def trials(budget):
    return [Trial(run, {"seed": s, "warm": w}, tags={"warm": w}) for w in ("yes", "no", "never") for s in budget.seeds(2)]

def warm(runs):
    return runs.where(warm="yes")

def caption(runs):
    return Table((Column("a", "A"),), ((warm(runs)["acc"][0],),), f"{len(runs)} runs.")

EXPERIMENT = Experiment(
    id="E20", title="W", question="Q?", trials=trials,
    tables={"warm": caption},
    claims={"ahead": Claim("It is.", lambda runs: greater(warm(runs)["acc"], runs.where(warm="no")["acc"]))},
    values={"typed": Value(3), "cold": lambda runs: Value(runs.where(warm="no")["acc"][1])},
)
"""


def test_each_view_names_the_runs_that_it_looked_at(tmp_path: Path) -> None:
    _, first = judged(tmp_path, SOURCE)
    counts = {name: len(read) for name, read in first.read.items()}
    assert counts == {"warm": 2, "ahead": 4, "typed": 0, "cold": 2}
    assert set(first.read["warm"]) | set(first.read["cold"]) == set(first.read["ahead"])


def test_to_ask_how_a_run_ended_is_to_look_at_it() -> None:
    outcomes = [Outcome(Trial(print, {"seed": seed}), f"{seed}", Result({"acc": 1.0})) for seed in range(3)]
    runs, read = watched(outcomes)
    assert list(read) == []
    assert [run.seed for run in runs] == [0, 1, 2]
    assert runs.outcomes[1]["acc"] == 1
    assert runs.outcomes[2].state
    assert list(read) == ["1", "2"]
