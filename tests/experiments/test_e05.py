"""E5: its recipe, its trial on made-up digits, its sentences on runs whose truth is known, and its pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments import zoo
from experiments.data.datasets import Images
from experiments.e05_tutorial_net import EXPERIMENT, PLANE_BY_CHANCE, plane_shares, trial, trials
from experiments.nets import build, rebuild
from experiments.training import Adam, Iterations, drawn, outputs, pixels, spread, standardised
from report.model import Budget, Holds, MissingResult, Outcome, Result, Runs, Scalar
from tests.contexts import Silent
from tests.seeds import over_seeds, training_of


@pytest.fixture(scope="module")
def squares() -> Images:
    """Ten classes of noisy images, one bright square each."""
    draw = np.random.default_rng(0)
    labels = np.arange(300) % 10
    images = draw.integers(0, 60, (300, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        image[2 * label : 2 * label + 6, 3:9] = 250
    return Images(
        "mnist", images[:200], labels[:200], images[200:], labels[200:], tuple("0123456789"), stand_in=False, source="made up"
    )


# --- the declaration, and one trial --------------------------------------------------------------------------------


def test_the_full_budget_is_the_recipe_of_the_write_up_on_all_digits() -> None:
    full = trials(Budget("full", first_seed=4))
    assert [each.arguments["seed"] for each in full] == [4, 5, 6]
    for each in full:
        assert each.arguments["net"] == zoo.TUTORIAL
        assert (each.arguments["train_examples"], each.arguments["test_examples"]) == (None, None)
        recipe = training_of(each).arguments["recipe"]
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
    assert (result.arrays["mistake_labels"] != result.arrays["mistake_predictions"]).all()


# --- planes --------------------------------------------------------------------------------------------------------


def test_a_plane_is_all_plane_and_a_saddle_is_none() -> None:
    row, column = np.mgrid[:5, :5]
    plane = 3 - 2 * row + 0.5 * column
    saddle = (row - 2) * (column - 2)
    assert plane_shares(np.stack([np.ones((5, 5)), plane, 7 * plane, saddle])) == pytest.approx([1, 1, 1, 0])
    half = np.stack([(row - 2) / np.sqrt(50) + saddle / 10])  # both parts of energy one
    assert plane_shares(half) == pytest.approx([0.5])


def test_weights_without_any_pattern_have_the_share_of_chance() -> None:
    initial = np.concatenate([build(zoo.TUTORIAL, seed).state_dict()["conv1.weight"].numpy()[:, 0] for seed in range(12)])
    assert plane_shares(initial).mean() == pytest.approx(PLANE_BY_CHANCE, abs=0.015)


# --- made-up runs --------------------------------------------------------------------------------------------------


def made_up(test: float = 0.992, train: float = 0.999, plane: float = 0.4, seeds: int = 3, rise: float = 0.01) -> Runs:
    """Runs of the full budget: final accuracies, the share of planes in every filter, and how much the test loss rises."""
    outcomes = []
    for each in over_seeds(trials(Budget("full")), seeds):
        seed = each.arguments["seed"]
        shift = 0.0002 * seed
        history: dict[str, list[float]] = {"epoch": [1, 2, 3], "iteration": [2500, 5000, 7500]}
        history |= {"test_accuracy": [0.9, test, test + shift], "train_accuracy": [0.9, train, train + shift]}
        history |= {"test_loss": [0.3, 0.1, 0.1 + rise], "train_loss": [0.3, 0.1, 0.01]}
        scalars: dict[str, Scalar] = {
            name: column[-1] for name, column in history.items() if name not in ("epoch", "iteration")
        }
        weights = np.stack([_filter(plane + 0.001 * seed)] * 32)[:, None]
        wrong = round(1000 * (1 - test - shift))
        arrays: dict[str, np.ndarray] = {
            "conv1.weight": weights.astype(np.float32),
            "predictions": np.zeros(1000, np.uint8),
            "mistake_images": np.full((min(wrong, 24), 28, 28), seed, np.uint8),
            "mistake_labels": np.full(min(wrong, 24), seed, np.uint8),
            "mistake_predictions": np.full(min(wrong, 24), seed + 5, np.uint8),
        }
        outcomes.append(Outcome(each, "", Result(scalars, history, arrays), seconds=600.0))
    return Runs(tuple(outcomes))


def _filter(plane: float) -> np.ndarray:
    row, column = np.mgrid[:5, :5] - 2
    return np.sqrt(plane) * row / np.sqrt(50) + np.sqrt(1 - plane) * row * column / 10


def words(runs: Runs) -> dict[str, Holds]:
    return {name: claim.judge(runs).holds for name, claim in EXPERIMENT.claims.items()}


def test_claims_hold_where_they_are_true() -> None:
    assert set(words(made_up()).values()) == {Holds.YES}


@pytest.mark.parametrize(
    ("runs", "refuted"),
    [
        (made_up(test=0.97), {"reads"}),
        (made_up(test=0.995, train=0.994), {"gap"}),
        (made_up(plane=0.1), {"smooth"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(runs: Runs, refuted: set[str]) -> None:
    assert {name for name, word in words(runs).items() if word is Holds.NO} == refuted


def test_one_seed_decides_nothing() -> None:
    assert set(words(made_up(seeds=1)).values()) == {Holds.UNDECIDED}


def test_the_table_counts_what_torch_allocates() -> None:
    table = EXPERIMENT.tables["layers"](made_up())
    *rows, total = table.rows
    tensors = build(zoo.TUTORIAL, 0)
    counts = [sum(p.numel() for p in child.parameters()) for child in tensors.children()]
    assert sorted(row[3] for row in rows if row[3]) == sorted(count for count in counts if count)
    assert total[3] == sum(counts) == EXPERIMENT.values["total"](made_up()).number
    assert sum(row[4] for row in rows if row[4]) == pytest.approx(100)
    largest = 100 * max(counts) / sum(counts)
    assert EXPERIMENT.values["largest_share"](made_up()).number == pytest.approx(largest)
    assert f"dense 1024 has {largest:.1f}%" in table.caption


def test_the_caption_of_the_curves_follows_the_numbers() -> None:
    assert "lowest after 5000 minibatches, and 10% above that after 7500" in EXPERIMENT.figures["curves"](made_up()).caption
    falling = EXPERIMENT.figures["curves"](made_up(rise=-0.05))
    assert "lowest after 7500 minibatches, the last" in falling.caption
    assert list(falling.data["test_accuracy"])[-1] == pytest.approx(99.24)


def test_filters_are_shown_smoothest_first() -> None:
    runs = made_up()
    weights = np.stack([_filter(share) for share in (0.2, 0.9, 0.5)] + [_filter(0.1)] * 29)[:, None]
    first = runs.outcomes[0]
    assert first.result is not None
    arrays = {**first.result.arrays, "conv1.weight": weights}
    runs = Runs((replace(first, result=replace(first.result, arrays=arrays)), *runs.outcomes[1:]))
    figure = EXPERIMENT.figures["filters"](runs)
    shown = np.array([ax.images[0].get_array() for ax in figure.plot.axes])
    assert len(shown) == 32
    assert shown[:3] == pytest.approx(weights[[1, 2, 0], 0])
    for ax in figure.plot.axes:
        low, high = ax.images[0].get_clim()
        assert high == -low == pytest.approx(np.abs(np.asarray(ax.images[0].get_array())).max())
    assert "90% for the first, 10% for the last" in figure.caption


def test_the_mistakes_are_those_of_the_best_seed() -> None:
    figure = EXPERIMENT.figures["mistakes"](made_up())  # seed 2 ends best
    assert "seed 2" in figure.caption
    assert set(figure.data["label"]) == {2}
    assert EXPERIMENT.values["misread"](made_up()).number == round(1000 * (1 - 0.9924))


def test_without_a_result_there_is_no_figure_but_a_reason() -> None:
    missing = Runs(tuple(Outcome(each, "", None, reason="no digits") for each in trials(Budget("smoke"))))
    for view in EXPERIMENT.figures.values():
        with pytest.raises(MissingResult, match="no digits"):
            view(missing)


def test_a_seed_that_is_missing_leaves_the_others() -> None:
    first, *others = made_up()
    runs = Runs((replace(first, result=None, reason="lost"), *others))
    for view in EXPERIMENT.figures.values():
        view(runs)
    assert {claim.judge(runs).n for claim in EXPERIMENT.claims.values()} == {2}
