"""E5: its recipe, its trial on made-up digits, and its sentences on runs whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments import zoo
from experiments.data.datasets import Images
from experiments.e05_tutorial_net import EXPERIMENT, LARGEST, TOTAL, trial, trials
from experiments.live import build, rebuild
from experiments.training import Adam, Iterations, drawn, outputs, pixels, spread, standardised
from report.model import Budget, Holds, Result, Runs, Trial, Value
from tests.contexts import Silent
from tests.experiments.given import bright_squares
from tests.made_up import last, refuted_in, runs_that_end, words
from tests.seeds import over_seeds


@pytest.fixture(scope="module")
def squares() -> Images:
    return bright_squares(200, 100)


# --- the declaration, and one trial --------------------------------------------------------------------------------


def test_the_full_budget_is_the_recipe_of_the_write_up_on_all_digits() -> None:
    full = trials(Budget("full", first_seed=4))
    assert [each.arguments["seed"] for each in full] == [4, 5, 6]
    for each in full:
        assert each.arguments["net"] == zoo.TUTORIAL
        assert (each.arguments["train_examples"], each.arguments["test_examples"]) == (None, None)
        recipe = each.arguments["recipe"]
        assert (recipe.optimizer, recipe.length, recipe.batch_size) == (Adam(1e-4), Iterations(20_000), 50)
        assert recipe.length.count % recipe.evaluate.count == 0


def test_a_budget_changes_amounts_only() -> None:
    smoke, full = trial(Budget("smoke"), 0), trial(Budget("full"), 0)
    recipe = replace(smoke.arguments["recipe"], length=Iterations(20_000), evaluate=full.arguments["recipe"].evaluate)
    same = {**smoke.arguments, "recipe": recipe, "train_examples": None, "test_examples": None}
    assert (smoke.function, same, smoke.inputs, smoke.tags) == (full.function, full.arguments, full.inputs, full.tags)


def test_what_a_trial_keeps_can_be_computed_again(squares: Images) -> None:
    torch.set_num_threads(1)
    chosen = trial(Budget("smoke"), 1)
    recipe = replace(chosen.arguments["recipe"], length=Iterations(6), evaluate=Iterations(3))
    arguments = {**chosen.arguments, "recipe": recipe, "train_examples": 150, "test_examples": 40}
    result = chosen.function(Silent(), **arguments, data=squares)
    assert result.history["iteration"] == [3, 6]

    net = rebuild(zoo.TUTORIAL, result.arrays)
    assert len(result.arrays["conv1.weight"]) == 32
    held = spread(100, 40)
    train = pixels(squares.train_images[drawn(200, 150, seed=1)])
    found = outputs(net, standardised(pixels(squares.test_images[held]), train)).argmax(1).numpy()
    assert (found == result.arrays["predictions"]).all()
    assert np.mean(found == squares.test_labels[held]) == pytest.approx(result.scalars["test_accuracy"])


# --- made-up runs --------------------------------------------------------------------------------------------------


def made_up(test: float = 0.992, train: float = 0.999, seeds: int = 3, rise: float = 0.01) -> Runs:
    """Runs of the full budget: final accuracies, and how much the test loss rises."""

    def end(each: Trial) -> Result:
        shift = 0.0002 * each.arguments["seed"]
        history: dict[str, list[float]] = {"epoch": [1, 2, 3], "iteration": [2500, 5000, 7500]}
        history |= {"test_accuracy": [0.9, test, test + shift], "train_accuracy": [0.9, train, train + shift]}
        history |= {"test_loss": [0.3, 0.1, 0.1 + rise], "train_loss": [0.3, 0.1, 0.01]}
        return Result(last(history), history)

    return runs_that_end(over_seeds(trials(Budget("full")), seeds), end)


@pytest.mark.parametrize(("runs", "refuted"), [(made_up(test=0.97), {"reads"}), (made_up(test=0.995, train=0.994), {"gap"})])
def test_claims_are_refuted_where_they_are_false(runs: Runs, refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, runs) == refuted


def test_one_seed_decides_nothing() -> None:
    assert set(words(EXPERIMENT, made_up(seeds=1)).values()) == {Holds.UNDECIDED}


def test_what_is_counted_is_what_torch_allocates() -> None:
    counts = [sum(p.numel() for p in child.parameters()) for child in build(zoo.TUTORIAL, 0).children()]
    assert sum(counts) == TOTAL
    assert LARGEST.parameters == max(counts)
    share = EXPERIMENT.values["largest_share"]
    assert isinstance(share, Value)
    assert share.number == pytest.approx(100 * max(counts) / sum(counts))


def test_the_caption_of_the_curves_follows_the_numbers() -> None:
    rising = EXPERIMENT.figures["curves"](made_up())
    assert "lowest after 5000 minibatches, and 0.010 nats above that after 7500" in rising.caption
    falling = EXPERIMENT.figures["curves"](made_up(rise=-0.05))
    assert "lowest after 7500 minibatches, the last" in falling.caption
    assert list(falling.data["test_accuracy"])[-1] == pytest.approx(99.24)
