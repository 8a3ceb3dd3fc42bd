"""E3: its rates, its sentences on runs whose truth is known, divergence as an outcome, and real digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from experiments.e03_learning_rates import base_rates
from experiments.e02_mnist_classifiers import CONVNET
from experiments.e02_mnist_classifiers import NETS as CLASSIFIERS
from experiments.e03_learning_rates import EXPERIMENT, GUESSING, RATES, trials
from experiments.training import SGD
from report.model import Budget, Holds, Outcome, Result, Runs, Trial
from tests.made_up import last, refuted_in, runs_that_end, with_scalars, words

End = tuple[float, float] | None
"""(final test accuracy, final training loss), or None for a run that diverged after its first epoch."""

USUAL: dict[float, End] = {1.0: (0.11, 2.31), 0.1: (0.98, 0.05), 0.01: (0.95, 0.2), 0.001: (0.4, 1.8), 0.0001: (0.15, 2.29)}


OTHERS: dict[Any, End] = {"longer": (0.985, 0.04), "default": (0.97, 0.1), "other": (0.1, 2.3)}
"""How runs end that do not belong to the sweep: good rates for longer, optimisers at their default rate, and at another."""

NOT_SO = {"adam_needs_no_rate", "adadelta_needs_no_rate"}
"""What W1 and W5 say and is not so."""


def _end(trial: Trial, ends: Mapping[Any, End]) -> End:
    if "rate" in trial.tags:
        return ends[trial.tags["rate"]]
    if "longer" in trial.tags:
        return ends["longer"]
    return ends["default" if trial.tags["base_rate"] == base_rates.DEFAULTS[str(trial.tags["optimizer"])] else "other"]


def made_up(ends: Mapping[Any, End], start: float = 2.4) -> Runs:
    """Runs of the full budget: rate → how it ends, a little different for each seed."""

    def result(trial: Trial) -> Result:
        shift, end = 0.001 * (trial.arguments["seed"] % 3), _end(trial, {**OTHERS, **ends})
        losses = [start] if end is None else [start, (start + end[1]) / 2, end[1] + shift]
        accuracies = [0.1] if end is None else [0.1, 0.1, end[0] + shift]
        history: dict[str, list[Any]] = {"epoch": [1.0, 2.0, 3.0][: len(losses)], "iteration": [5, 10, 15][: len(losses)]}
        for part in ("train", "test"):
            history |= {f"{part}_loss": losses, f"{part}_accuracy": accuracies}
        told_apart = 1 if end is None or end[0] < 0.12 else 10
        return Result(last(history), history, {"predictions": np.arange(20) % told_apart}, diverged=end is None)

    return runs_that_end(trials(Budget("full")), result)


def test_every_budget_runs_every_rate_on_the_convnet_of_e2_from_the_same_start() -> None:
    for name, seeds in {"smoke": 2, "quick": 3, "full": 3}.items():
        chosen = trials(Budget(name, first_seed=5))
        assert all(trial.arguments["net"] == CLASSIFIERS[CONVNET] and trial.may_diverge for trial in chosen)
        for rate in RATES:
            mine = [trial for trial in chosen if trial.tags.get("rate") == rate]
            assert len({trial.arguments["seed"] for trial in mine}) >= seeds
            assert {trial.arguments["recipe"].optimizer for trial in mine} == {SGD(rate)}
        for name, make in base_rates.OPTIMIZERS.items():
            its = [trial for trial in chosen if trial.tags.get("optimizer") == name]
            assert {trial.arguments["recipe"].optimizer for trial in its} == {make(r) for r in base_rates.base_rates(name)}
            assert make(base_rates.DEFAULTS[name]) in {trial.arguments["recipe"].optimizer for trial in its}
    full = trials(Budget("full"))[0].arguments
    assert (full["recipe"].length.count, full["train_examples"], full["recipe"].optimizer.momentum) == (5, None, 0)


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({0.01: (0.99, 0.01)}, {"best"}),
        ({1.0: (0.97, 0.1)}, {"large_fails", "large_guesses", "large_one_answer"}),
        ({0.0001: (0.6, 2.2)}, {"small_fails"}),
        ({0.001: (0.7, 1.0)}, {"next_fails"}),
        ({0.0001: (0.1, 2.6)}, {"small_keeps_falling"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: dict[float, End], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up({**USUAL, **change})) == refuted | NOT_SO


def test_a_rate_that_learns_nothing_and_optimisers_that_always_train_are_told() -> None:
    nothing = words(EXPERIMENT, made_up({**USUAL, 0.1: (0.11, 2.3)}))
    assert nothing["some_rate_learns"] is Holds.NO
    always = words(EXPERIMENT, made_up({**USUAL, "other": (0.9, 0.3)}))
    assert {always[name] for name in NOT_SO} == {Holds.YES}
    gone = made_up({**USUAL, "other": None})
    assert EXPERIMENT.claims["adam_needs_no_rate"].judge(gone).holds is Holds.NO
    assert "to 97.1 % (Adam at 0.001)" in EXPERIMENT.tables["base_rates"](gone).caption


def test_a_rate_that_diverges_fails_and_is_marked() -> None:
    runs = made_up({**USUAL, 1.0: None})
    found = words(EXPERIMENT, runs)
    assert (found["large_fails"], found["best"]) == (Holds.YES, Holds.YES)
    rows = {row[0]: row for row in EXPERIMENT.tables["rates"](runs).rows}
    assert rows["1"][1:] == ("diverged", "diverged", "diverged", len(runs.where(rate=1.0)))
    for figure in EXPERIMENT.figures.values():
        texts = [text.get_text() for ax in figure(runs).plot.axes for text in ax.texts]
        assert any("diverged" in text for text in texts)
    assert EXPERIMENT.values["too_large"](runs).number == 1.0


def test_where_no_run_diverges_no_column_counts_such_runs() -> None:
    table = EXPERIMENT.tables["rates"](made_up(USUAL))
    assert "diverged" not in [column.name for column in table.columns]
    assert "No run diverged." in table.caption


def test_reported_rates_are_found_in_the_runs() -> None:
    found = {name: EXPERIMENT.values[name](made_up(USUAL)).number for name in ("best", "too_large", "too_small")}
    assert found == {"best": 0.1, "too_large": 1.0, "too_small": 0.001}
    faster = {**USUAL, 0.001: (0.7, 1.0), 1.0: (0.9, 0.3)}
    assert EXPERIMENT.values["too_small"](made_up(faster)).number == 0.0001
    assert math.isnan(EXPERIMENT.values["too_large"](made_up(faster)).number)


def test_captions_follow_the_numbers() -> None:
    assert "The rate 0.1 ends at 98" in EXPERIMENT.figures["curves"](made_up(USUAL)).caption
    assert "read at rates 1, 0.001 and 0.0001." in EXPERIMENT.figures["curves"](made_up(USUAL)).caption
    other = {**USUAL, 0.01: (0.99, 0.01), 1.0: (0.9, 0.3)}
    caption = EXPERIMENT.figures["curves"](made_up(other)).caption
    assert "The rate 0.01 ends at 99" in caption
    assert "read at rates 0.001 and 0.0001." in caption
    assert "At 0.01 it is" in EXPERIMENT.figures["final"](made_up(other)).caption


def test_a_rate_whose_seeds_lie_on_both_sides_does_not_count_as_failing() -> None:
    def scattered(run: Outcome) -> dict[str, float]:
        return {"test_accuracy": 0.45 + 0.15 * (-1) ** run.seed} if run.trial.tags.get("rate") == 0.001 else {}

    runs = with_scalars(made_up(USUAL), scattered)
    assert EXPERIMENT.claims["next_fails"].judge(runs).holds is Holds.UNDECIDED
    assert EXPERIMENT.values["too_small"](runs).number == 0.0001


def test_guessing_costs_what_a_uniform_answer_costs() -> None:
    assert torch.nn.functional.cross_entropy(torch.zeros(4, 10), torch.arange(4)).item() == pytest.approx(GUESSING)
