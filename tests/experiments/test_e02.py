"""E2: its trials, its sentences on runs whose truth is known, and its pages on real digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.e02_mnist_classifiers import CONVNET, EXPERIMENT, MLP, NETS, ONES, OPTIMIZERS, SIZES, SOFTMAX, trials
from experiments.live import counted
from experiments.nets import Dense, Net, parameters
from report.model import Budget, Holds, Outcome, Result, Runs, Trial
from tests.experiments.given import digests
from tests.made_up import last, refuted_in, runs_that_end, with_scalars

ROOT = Path(__file__).parents[2]


def runs_of(accuracies: Mapping[str, tuple[float, float]], jitter: float = 0.001, ones: float = 0.2) -> Runs:
    """Made-up runs of three seeds: net → (training, test accuracy), a little different for each seed and optimiser."""

    def end(trial: Trial) -> Result:
        seed, shift = trial.arguments["seed"], jitter * (trial.arguments["seed"] % 3)
        if trial.tags.get("net") == ONES:
            return Result({"rank": 1, "ones_accuracy": ones, "embedding_error": 1e-7})
        train, test = (value + shift for value in accuracies[trial.tags.get("net") or trial.tags["size"]])
        history = {"epoch": [1.0, 2.0], "iteration": [5, 10]}
        for part, value in (("train", train), ("test", test)):
            history |= {f"{part}_accuracy": [value - 0.1, value], f"{part}_loss": [1 - value + 0.1, 1 - value]}
        images = np.full((5, 28, 28), seed, np.uint8)
        arrays = {"mistake_images": images, "mistake_labels": np.arange(5), "mistake_predictions": np.arange(5) + 1}
        return Result(last(history), history, arrays)

    return runs_that_end(trials(Budget("full", first_seed=3)), end)


USUAL = {SOFTMAX: (0.92, 0.92), MLP: (0.999, 0.98), CONVNET: (0.995, 0.99), **dict.fromkeys(SIZES, (0.999, 0.978))}


NOT_SO = {"ones_keep_the_digit"}
"""What W1 says and is not so."""


def test_every_budget_trains_every_net_under_both_optimisers_over_seeds() -> None:
    for name, seeds in {"smoke": 2, "quick": 3, "full": 3}.items():
        budget = Budget(name, first_seed=7)
        conditions = [tuple(trial.condition.values()) for trial in trials(budget)]
        assert len(set(conditions)) == len(conditions)
        for net in NETS:
            for optimizer in OPTIMIZERS:
                assert sum(condition[:2] == (net, optimizer) for condition in conditions) >= seeds
        assert min(trial.arguments["seed"] for trial in trials(budget)) == 7


def test_a_budget_changes_amounts_only() -> None:
    smoke, full = (trials(Budget(name))[0].arguments for name in ("smoke", "full"))
    assert (full["train_examples"], full["test_examples"], full["recipe"].length.count) == (None, None, 12)
    same = {
        **smoke,
        "train_examples": None,
        "test_examples": None,
        "recipe": replace(smoke["recipe"], length=full["recipe"].length),
    }
    assert same == full


def test_another_net_is_another_fingerprint_and_the_others_keep_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests(trials(Budget("smoke")))
    wider = Net((1, 28, 28), tuple(Dense(300) if layer == Dense(128) else layer for layer in NETS[MLP].layers))
    monkeypatch.setitem(NETS, MLP, wider)
    after = digests(trials(Budget("smoke")))
    assert len(set(before.values())) == len(before)
    assert {label for label in before if before[label] != after[label]} == {label for label in before if label.startswith(MLP)}


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({CONVNET: (0.975, 0.97)}, {"order_adam", "order_adadelta"}),
        ({SOFTMAX: (0.985, 0.985)}, {"order_adam", "order_adadelta", "underfits"}),
        ({"one hidden layer": (0.999, 0.968)}, {"sizes_alike"}),
        ({CONVNET: (1.0, 0.97)}, {"order_adam", "order_adadelta", "gap_adam", "gap_adadelta"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: dict[str, tuple[float, float]], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, runs_of({**USUAL, **change})) == refuted | NOT_SO


def test_optimisers_that_end_apart_do_not_agree() -> None:
    def worse(run: Outcome) -> dict[str, float]:
        return {"test_accuracy": run["test_accuracy"] - 0.02} if run.trial.tags.get("optimizer") == "Adam" else {}

    apart = with_scalars(runs_of(USUAL), worse)
    assert EXPERIMENT.claims["optimizers_agree"].judge(apart).holds is Holds.NO


def test_what_w1_and_w5_say_of_ones_and_of_zero_depends_on_the_numbers() -> None:
    assert EXPERIMENT.claims["ones_keep_the_digit"].judge(runs_of(USUAL, ones=0.92)).holds is Holds.YES
    near_zero = EXPERIMENT.claims["softmax_loss_near_zero"]
    assert near_zero.judge(runs_of(USUAL)).holds is Holds.YES  # made up: of a loss that no net has at that accuracy
    assert near_zero.judge(runs_of({**USUAL, SOFTMAX: (0.75, 0.74)})).holds is Holds.NO
    assert EXPERIMENT.values["updates"](runs_of(USUAL)).number == 5


def test_the_tables_say_what_was_measured() -> None:
    table = EXPERIMENT.tables["final"](runs_of(USUAL))
    rows = {(row[0], row[1]): row for row in table.rows}
    assert set(rows) == {(net, optimizer) for net in NETS for optimizer in OPTIMIZERS}
    row = rows[(CONVNET, "Adam")]
    assert row[2] == parameters(NETS[CONVNET]) == counted(NETS[CONVNET])
    assert row[3].number == pytest.approx(99.08, abs=0.05)
    assert all(len(row) == len(table.columns) for row in table.rows)
    sizes = EXPERIMENT.tables["sizes"](runs_of(USUAL)).rows
    assert [row[0] for row in sizes] == ["two hidden layers", *SIZES]
    assert [row[1] for row in sizes] == [118_282, 269_322, 101_770, 134_794]


def test_reported_numbers_are_held_against_the_right_runs() -> None:
    runs = runs_of(USUAL)
    assert EXPERIMENT.values["softmax"](runs).number == pytest.approx(92.1, abs=0.11)
    assert EXPERIMENT.values["convnet"](runs).number == pytest.approx(99.1, abs=0.11)
