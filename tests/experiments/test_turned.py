"""The pages of results that nobody expects: what came of one condition stands in another's place, so that verdicts turn.

What the prose makes of a verdict is asked in ``tests/write/test_verdicts.py``; here it is numbers that are turned, and every
view, claim, value and chapter is made of them.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from report.cache.store import Store
from report.judge.answers import reported
from report.judge.judge import judge
from report.judge.views import NOT_PROVED, Absent, Judged, unmade
from report.model import Outcome, Result, Runs
from report.prove.derivation import load
from report.write import colophon
from report.write.chapters import write
from report.write.manuscript import Material
from report.write.writeup import chosen
from tests.experiments.given import sources
from tests.experiments.test_every_experiment import CONTENT, EXPERIMENTS, MADE_UP, usual, views
from tests.made_up import blank, words
from tests.project import ROOT

DRAWS = range(2)


def form(result: Result | None) -> object:
    """What two results must have in common to stand in each other's place."""
    if result is None or result.diverged:
        return None
    arrays = {name: np.shape(array) for name, array in result.arrays.items()}
    return repr(
        (sorted(result.scalars), {name: len(column) for name, column in result.history.items()}, sorted(arrays.items()))
    )


def turned(runs: Runs, draw: int) -> Runs:
    """``runs``, in which conditions of one form have changed places, the same for every seed."""

    def condition(run: Outcome) -> str:
        return repr(sorted(run.trial.tags.items()))

    alike: dict[object, dict[str, dict[int, Result]]] = {}
    for run in runs:
        if run.result is not None and form(run.result) is not None:
            kind = (run.trial.function.__name__, form(run.result))
            alike.setdefault(kind, {}).setdefault(condition(run), {})[run.seed] = run.result
    instead: dict[str, Mapping[int, Result]] = {}
    for kind, conditions in sorted(alike.items(), key=repr):
        others = random.Random(f"{draw} {kind}").sample(sorted(conditions), len(conditions))
        instead |= {own: conditions[other] for own, other in zip(sorted(conditions), others)}
    return Runs(tuple(replace(run, result=instead.get(condition(run), {}).get(run.seed, run.result)) for run in runs))


def odd(text: str) -> list[str]:
    """What no sentence should hold: numbers that are none, values of Python's, one of something that is several."""
    return re.findall(
        r"\bnan\b|\binf\b|\bNone\b|\bTrue\b|\bFalse\b|\be-\d\d\b|(?<![\d.,])\b1 (?:runs|seeds|classes|digits)\b", text
    )


@pytest.mark.parametrize("draw", DRAWS)
@pytest.mark.parametrize("name", MADE_UP)
def test_every_view_is_made_of_turned_results(name: str, draw: int) -> None:
    experiment, runs = EXPERIMENTS[name], turned(usual(name), draw)
    for named, view in views(experiment).items():
        shown = view(runs)
        assert odd(shown.caption) == [], named
        assert shown.caption.endswith("."), named
    for named, claim in experiment.claims.items():
        verdict = claim.judge(runs)
        if not math.isnan(verdict.low):
            least, most = {"%": (0, 100), "points": (-100, 100)}.get(verdict.unit, (-math.inf, math.inf))
            assert least <= verdict.low <= verdict.effect <= verdict.high <= most, named


def test_claims_turn_with_the_results() -> None:
    """Otherwise nothing is asked here. Some cannot, as where there is one condition alone."""
    before = {f"{name}.{claim}": word for name in MADE_UP for claim, word in words(EXPERIMENTS[name], usual(name)).items()}
    after = [
        {
            f"{name}.{claim}": word
            for name in MADE_UP
            for claim, word in words(EXPERIMENTS[name], turned(usual(name), draw)).items()
        }
        for draw in DRAWS
    ]
    still = [claim for claim, word in before.items() if all(each[claim] is word for each in after)]
    assert len(still) < len(before) / 2, still


@pytest.mark.parametrize("draw", DRAWS)
def test_the_write_up_is_filled_with_turned_results(draw: int, tmp_path) -> None:
    store, drawn = (
        Store(tmp_path),
        {name: replace(each, figures=dict.fromkeys(each.figures, blank)) for name, each in EXPERIMENTS.items()},
    )
    runs = {name: list(turned(usual(name), draw)) for name in drawn}
    judged: dict[str, Judged] = {name: unmade(load(path), NOT_PROVED) for name, path in CONTENT.theory.items()}
    for name, experiment in drawn.items():
        file = CONTENT.experiment_files[name]
        judged[name] = judge(experiment, file, runs[name], store, sources(), budget="full", stand_ins=())
    about = colophon.about("full", runs, {}, {})
    proofs: dict[str, Absent] = dict.fromkeys(CONTENT.theory, NOT_PROVED)
    (page,), said = chosen(ROOT / "templates", ()), reported(ROOT / "templates" / "written", drawn, judged, "full")
    filled = write(Material(drawn, judged, proofs, page, "full", said, about))
    for chapter in filled.chapters:
        assert odd(re.sub(r"\{#.*?\}", "", chapter.markdown)) == [], chapter.file  # one is called after W3's NaN
