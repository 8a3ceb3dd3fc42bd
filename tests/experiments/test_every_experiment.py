"""What every experiment must satisfy, on runs that look as its runs usually do."""

from __future__ import annotations

import contextlib
import functools
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from report.cache.fingerprint import fingerprint_of
from report.cache.statements import EVERYTHING
from report.model import Budget, Experiment, Figure, Holds, MissingResult, Runs, Table, Trial, Value
from report.run.collect import collect, declared
from tests.experiments import test_by_hand as by_hand
from tests.experiments import test_e01 as e01
from tests.experiments import test_e02 as e02
from tests.experiments import test_e03 as e03
from tests.experiments import test_e04 as e04
from tests.experiments import test_e05 as e05
from tests.experiments import test_e06 as e06
from tests.experiments import test_e07 as e07
from tests.experiments import test_e08 as e08
from tests.experiments import test_e09 as e09
from tests.experiments import test_e12 as e12
from tests.experiments import test_e13 as e13
from tests.experiments import test_e14 as e14
from tests.experiments import test_e15 as e15
from tests.experiments.given import NEVER_READ, sources
from tests.made_up import lost, words

CONTENT = collect(Path(__file__).parents[2])
EXPERIMENTS = CONTENT.experiments
BUDGETS = {name: declared(CONTENT, Budget(name, first_seed=7)) for name in ("smoke", "quick", "full")}

MADE_UP: dict[str, Callable[[], Runs]] = {
    "E1": lambda: e01.made_up(e01.usual),
    "E2": lambda: e02.runs_of(e02.USUAL),
    "E3": lambda: e03.made_up(e03.USUAL),
    "E4": e04.made_up,
    "E5": e05.made_up,
    "E6": e06.made_up,
    "E7": lambda: e07.made_up(e07.USUAL),
    "E8": e08.made_up,
    "E9": lambda: e09.made_up(e09.USUAL),
    "E12": lambda: e12.made_up(e12.USUAL_ERRORS),
    "E13": lambda: e13.runs_of(e13.AS_W4_SAYS, total=1.0),
    "E14": lambda: e14.made_up(e14.USUAL),
    "E15": lambda: e15.made_up(e15.USUAL),
}
"""Runs in which every claim holds, but for those in ``OPPOSITE``."""

OPPOSITE = {"E1": e01.NOT_SO, "E2": e02.NOT_SO, "E3": e03.NOT_SO, "E12": {"dip"}}
"""Claims that deny another of the same experiment, or that are what a write-up says and is not so."""

SMALL: dict[str, Callable[[], Runs]] = {"E10": by_hand.points_runs, "E11": by_hand.shapes_runs}
"""Real runs, of experiments that take a moment."""

every_experiment = pytest.mark.parametrize("name", EXPERIMENTS)


@functools.cache
def usual(name: str) -> Runs:
    return {**MADE_UP, **SMALL}[name]()


def views(experiment: Experiment) -> Mapping[str, Callable[[Runs], Figure | Table]]:
    return {
        **{f"figure {n}": v for n, v in experiment.figures.items()},
        **{f"table {n}": v for n, v in experiment.tables.items()},
    }


@every_experiment
def test_budgets_differ_in_amounts_and_not_in_parts(name: str) -> None:
    def parts(trials: list[Trial]) -> set[object]:
        return {tuple(trial.tags) for trial in trials}

    def spread(trials: list[Trial]) -> dict[object, list[int]]:
        seeds: dict[object, list[int]] = {}
        for trial in trials:
            seeds.setdefault(tuple(trial.tags.items()), []).append(trial.arguments["seed"])
        return seeds

    each = {budget: declared[name] for budget, declared in BUDGETS.items()}
    assert parts(each["smoke"]) == parts(each["quick"]) == parts(each["full"])
    for trials in each.values():
        for seeds in spread(trials).values():
            assert seeds == list(range(7, 7 + len(seeds)))
    assert max(map(len, spread(each["full"]).values())) >= 3


@every_experiment
def test_views_say_something_finite_of_usual_runs(name: str) -> None:
    experiment, runs = EXPERIMENTS[name], usual(name)
    for view in views(experiment).values():
        shown = view(runs)
        assert shown.caption.endswith(".")
        assert "nan" not in shown.caption
        if isinstance(shown, Figure):
            assert shown.alt.endswith(".")
            assert "nan" not in shown.alt
            assert len(shown.data)
        else:
            assert shown.rows
            assert all(len(row) == len(shown.columns) for row in shown.rows)
    for named, made in experiment.values.items():
        if f"{name}.{named}" in NEVER_READ:
            continue
        value = made if isinstance(made, Value) else made(runs)
        assert math.isfinite(value.number)
        assert value.origin
    assert experiment.measures.keys() <= {scalar for run in runs for scalar in run.found.scalars}


@every_experiment
def test_what_views_call_may_be_renamed(name: str) -> None:
    """None of their code can see what a function is called: they are neither drawn nor judged again."""
    experiment, known = EXPERIMENTS[name], sources()
    judges = [claim.judge for claim in experiment.claims.values()]
    for view in (*views(experiment).values(), *filter(callable, experiment.values.values()), *judges):
        reached = fingerprint_of(view, known).program.reach.statements
        assert [shown for shown, each in reached.items() if any(known.node(part).sees == EVERYTHING for part in each)] == []


@pytest.mark.parametrize("name", MADE_UP)
def test_claims_hold_where_they_are_true(name: str) -> None:
    found = words(EXPERIMENTS[name], usual(name))
    assert {claim for claim, word in found.items() if word is not Holds.YES} == OPPOSITE.get(name, set())
    assert all(claim.sentence.endswith(".") for claim in EXPERIMENTS[name].claims.values())


@every_experiment
def test_a_seed_that_is_missing_leaves_the_others(name: str) -> None:
    experiment, whole = EXPERIMENTS[name], usual(name)
    last = max(run.seed for run in whole)  # where nothing is random, the first is the only one
    runs = lost(whole, lambda run: run.seed == last)
    for view in views(experiment).values():
        assert view(runs).caption
    for claim in experiment.claims.values():
        assert claim.judge(runs).n <= claim.judge(whole).n


@every_experiment
def test_without_any_result_there_is_a_reason_in_its_place(name: str) -> None:
    experiment, nothing = EXPERIMENTS[name], lost(usual(name))
    judges = {f"claim {n}": claim.judge for n, claim in experiment.claims.items()}
    silent = set()
    for view, made in {**views(experiment), **judges}.items():
        with contextlib.suppress(MissingResult):
            made(nothing)
            silent.add(view)
    assert silent <= {"table layers", "claim redundant"}  # which count parameters
