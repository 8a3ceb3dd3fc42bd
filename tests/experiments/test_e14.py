"""E14: logistic regression is a bound, its sentences on runs whose truth is known, and its pages on made-up images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from experiments import e13_capacity
from experiments.data import cifar
from experiments.data.datasets import Images
from experiments.e14_linear_nets import (
    BOUND, EXPERIMENT, FREE, LINEAR, MAP, ORIGINAL, REGRESSION, TRAINING, bound, mapped, trial, trials,
)  # fmt: skip
from experiments.e14_linear_nets.logistic import best_affine
from experiments.live import counted
from experiments.looks import AVERAGE_POOLING, FOUR_CONVOLUTIONS, NO_POOLING
from experiments.nets import Dense, Flatten, Net, parameters
from experiments.training import drawn
from report.model import Budget, Holds, Outcome, Result, Runs, Trial, Value
from tests.contexts import Silent
from tests.made_up import refuted_in, runs_that_end, words


def coloured(count: int, size: int, classes: tuple[str, ...], noise: float = 60.0) -> Images:
    """Images of noise, brighter in one place and colour for each class."""
    draw = np.random.default_rng(0)
    labels = np.arange(count) % len(classes)
    images = draw.normal(110, noise, (count, size, size, 3))
    for image, label in zip(images, labels):
        image[label % size, (label // 3) % size, label % 3] += 60
    pixels, half = images.clip(0, 255).astype(np.uint8), count // 2
    return Images("cifar10", pixels[:half], labels[:half], pixels[half:], labels[half:], classes, False, "made up")


@pytest.fixture(scope="module")
def small() -> Images:
    return coloured(1200, 4, ("one", "two", "three", "four"))


# --- logistic regression -------------------------------------------------------------------------------------------


def regression(data: Images, **arguments: Any) -> Result:
    torch.set_num_threads(1)
    return best_affine(Silent(), data=data, **{"seed": 0, "steps": 200, "train_examples": 500, **arguments})


def inputs_of(data: Images, seed: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Independently: the drawn images, each channel of mean 0 and deviation 1, flattened channel by channel; their labels."""
    chosen = drawn(len(data.train_labels), n, seed)
    images = data.train_images[chosen] / 255.0
    images = (images - images.mean((0, 1, 2))) / images.std((0, 1, 2))
    return images.transpose(0, 3, 1, 2).reshape(n, -1), data.train_labels[chosen]


def loss_and_gradient(
    matrix: np.ndarray, offset: np.ndarray, inputs: np.ndarray, labels: np.ndarray
) -> tuple[float, np.ndarray]:
    logits = inputs @ matrix.T + offset
    logits -= logits.max(1, keepdims=True)
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    right = np.arange(len(labels)), labels
    loss = -np.log(chances[right]).mean()
    chances[right] -= 1
    return loss, chances.T @ np.column_stack([inputs, np.ones(len(inputs))]) / len(labels)


def test_its_loss_is_the_least_that_plain_gradient_descent_approaches(small: Images) -> None:
    result = regression(small)
    inputs, labels = inputs_of(small, 0, 500)
    matrix, offset = np.zeros((4, inputs.shape[1])), np.zeros(4)
    losses = []
    for _ in range(3000):
        loss, gradient = loss_and_gradient(matrix, offset, inputs, labels)
        losses.append(loss)
        matrix, offset = matrix - 0.3 * gradient[:, :-1], offset - 0.3 * gradient[:, -1]
    assert result.scalars["train_loss"] < losses[-1] + 1e-6  # type: ignore[operator]  # never above what another way finds
    assert result.scalars["train_loss"] == pytest.approx(losses[-1], abs=1e-3)
    assert result.scalars["gradient"] < 1e-4  # type: ignore[operator]


def test_the_norm_of_the_gradient_bounds_every_other_map(small: Images) -> None:
    """Stopped early, the loss can still be lowered, but by no more than distance times norm."""
    result = regression(small, steps=4)
    assert result.scalars["gradient"] > 1e-4  # type: ignore[operator]
    inputs, _ = inputs_of(small, 0, 500)
    fitted = result.arrays["matrix"].reshape(4, -1).astype(float)
    best = regression(small)
    other = best.arrays["matrix"].reshape(4, -1).astype(float)
    difference = inputs @ (fitted - other).T
    distance = np.sqrt((difference**2).sum(1).mean())
    fall = result.scalars["train_loss"] - best.scalars["train_loss"]  # type: ignore[operator]
    assert 0 < fall <= result.scalars["gradient"] * distance * 1.05  # type: ignore[operator]  # the offsets, left out, differ little


def test_fewer_images_than_pixels_can_be_told_apart_entirely() -> None:
    result = regression(coloured(120, 6, ("one", "two", "three")), train_examples=60)
    assert result.scalars["train_accuracy"] == 1
    assert result.scalars["train_loss"] < 0.01  # type: ignore[operator]


# --- trials --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["smoke", "quick", "full"])
def test_the_original_is_that_of_e13(name: str) -> None:
    ours, theirs = trial(Budget(name), ORIGINAL, 1), e13_capacity.trial(Budget(name), (12, 32), 1)
    assert (ours.function, ours.inputs, ours.arguments) == (theirs.function, theirs.inputs, theirs.arguments)
    assert trial(Budget("full"), NO_POOLING, 1).arguments["recipe"].length.count == 15


def test_every_budget_trains_maps_and_bounds() -> None:
    for name in ("smoke", "quick", "full"):
        chosen = trials(Budget(name, first_seed=4))
        seeds = {each.arguments["seed"] for each in chosen}
        assert min(seeds) == 4
        for net in (*LINEAR, ORIGINAL):
            assert {t.arguments["seed"] for t in chosen if t.tags == {"net": net, "stage": TRAINING}} == seeds
        for net in LINEAR:
            assert [t.inputs["trained"] for t in chosen if t.tags == {"net": net, "stage": MAP}] == [
                trial(Budget(name, 4), net, seed) for seed in sorted(seeds)
            ]
        assert sum(t.tags["stage"] == BOUND for t in chosen) == (1 if name == "full" else len(seeds))
        assert len({each.arguments["train_examples"] for each in chosen}) == 1


# --- sentences -----------------------------------------------------------------------------------------------------

Numbers = tuple[float, float, float]  # training loss, training and test accuracy
USUAL: Mapping[str, Numbers] = {
    NO_POOLING: (1.6, 0.45, 0.385),
    AVERAGE_POOLING: (1.7, 0.42, 0.39),
    FOUR_CONVOLUTIONS: (1.65, 0.44, 0.38),
    ORIGINAL: (0.8, 0.72, 0.66),
    REGRESSION: (1.35, 0.54, 0.34),
}


def made_up(
    numbers: Mapping[str, Numbers], difference: float = 1e-7, classes: tuple[str, ...] = cifar.CLASSES, budget: str = "full"
) -> Runs:
    """Runs with these numbers, a little different for each seed."""
    draw = np.random.default_rng(0)

    def end(each: Trial) -> Result:
        seed, net, stage = each.arguments["seed"], str(each.tags["net"]), each.tags["stage"]
        loss, trained, tested = numbers[net]
        shift = 0 if stage == BOUND else 0.002 * seed
        scalars = {
            "train_loss": loss + shift,
            "train_accuracy": trained + shift,
            "test_accuracy": tested + shift,
            "test_loss": 2.0,
        }
        history: dict[str, list[float]] = {}
        arrays: dict[str, np.ndarray] = {}
        if stage == TRAINING:
            history = {"epoch": [1.0, 2.0], **{name: [value, value] for name, value in scalars.items()}}
        elif stage == MAP:
            scalars |= {"difference_float32": difference, "difference_float64": difference / 1e8, "agreement": 1.0}
            arrays["matrix"] = draw.normal(size=(10, 3, 32, 32)).astype(np.float32)
        else:
            scalars |= {"gradient": 2e-5}
            arrays = {"classes": np.array(classes)}
        return Result(scalars, history, arrays)

    return runs_that_end(trials(Budget(budget)), end)


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({FOUR_CONVOLUTIONS: (1.3, 0.44, 0.395)}, {"bound", "apart"}),
        ({ORIGINAL: (1.5, 0.72, 0.66)}, {"original_passes"}),
        ({AVERAGE_POOLING: (1.7, 0.72, 0.70)}, {"original_ahead", "four_as_pooled", "pooling_changes_nothing"}),
        ({FOUR_CONVOLUTIONS: (1.65, 0.44, 0.36)}, {"coincide", "four_as_pooled"}),
        ({AVERAGE_POOLING: (1.7, 0.60, 0.39)}, {"pooling_narrows"}),
        ({NO_POOLING: (1.6, 0.50, 0.42)}, {"coincide", "pooling_changes_nothing"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: Mapping[str, Numbers], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up({**USUAL, **change})) == refuted


def test_a_map_that_does_not_give_the_outputs_is_none() -> None:
    assert refuted_in(EXPERIMENT, made_up(USUAL, difference=1e-3)) == {"maps"}


def test_a_bound_on_some_images_says_nothing_about_nets_trained_on_others() -> None:
    """At quick each seed draws its own images."""
    runs = made_up({**USUAL, NO_POOLING: (1.3, 0.45, 0.38)}, budget="quick")
    verdict = EXPERIMENT.claims["bound"].judge(runs)
    assert (verdict.holds, verdict.n) == (Holds.NO, 3)
    elsewhere = Runs(tuple(o for o in runs if (o.trial.tags["stage"] == BOUND) == (o.seed == 0)))
    assert EXPERIMENT.claims["bound"].judge(elsewhere).holds is Holds.UNDECIDED
    assert EXPERIMENT.claims["bound"].judge(made_up(USUAL)).n == 3


# --- tables, figures, values ---------------------------------------------------------------------------------------


def test_tables_say_what_was_measured() -> None:
    runs = made_up(USUAL)
    rows = {row[0]: row for row in EXPERIMENT.tables["final"](runs).rows}
    assert rows[NO_POOLING][2].number == pytest.approx(1.602)
    assert rows[ORIGINAL][4].number == pytest.approx(66.2)
    assert rows[REGRESSION][2].number == 1.35
    maps = {row[0]: row for row in EXPERIMENT.tables["maps"](runs).rows}
    for name, net in LINEAR.items():
        assert maps[name][1] == counted(net)
        assert maps[name][3] == 1e-7
    assert FREE == parameters(Net((3, 32, 32), (Flatten(), Dense(10)))) == maps[NO_POOLING][2]


def test_values_are_of_the_right_runs() -> None:
    runs = made_up(USUAL)
    values = {name: value if isinstance(value, Value) else value(runs) for name, value in EXPERIMENT.values.items()}
    assert values["reach"].number == pytest.approx(0.0135 / 2e-5)
    assert values["bound"].number == 1.35
    assert values["gap_b"].number == pytest.approx(3)


def test_figures_tell_their_numbers() -> None:
    runs = made_up(USUAL)
    curves = EXPERIMENT.figures["curves"](runs)
    assert "1.350 nats" in curves.caption
    assert f"{AVERAGE_POOLING} 1.70 nats and 39.2%" in curves.alt
    assert len(curves.data) == 2 * 4 * 3
    templates = EXPERIMENT.figures["templates"](runs)
    assert [ax.get_title(loc="center") for ax in templates.plot.axes[:10]] == list(cifar.CLASSES)


def test_a_tiny_run_from_images_to_pages() -> None:
    torch.set_num_threads(1)
    data = coloured(240, 32, cifar.CLASSES)
    tiny = {"train_examples": 100, "test_examples": 50}
    outcomes: list[Outcome] = []
    for each in trials(Budget("smoke")):
        arguments = {**each.arguments, **tiny}
        if each.tags["stage"] == BOUND:
            arguments |= {"steps": 8}
        given: dict[str, Any] = {"data": data}
        if each.tags["stage"] == MAP:
            net, seed = each.tags["net"], each.arguments["seed"]
            given["trained"] = next(
                o.result for o in outcomes if o.trial.condition == {"net": net, "stage": TRAINING, "seed": seed}
            )
        result = each.function(Silent(), **arguments, **given)
        outcomes.append(Outcome(replace(each, arguments=arguments), "", result, seconds=1.0))
    runs = Runs(tuple(outcomes))
    for view in (*EXPERIMENT.figures.values(), *EXPERIMENT.tables.values()):
        view(runs)
    assert words(EXPERIMENT, runs)["maps"] is Holds.YES
    assert mapped(Budget("smoke"), NO_POOLING, 0).inputs["trained"] == trial(Budget("smoke"), NO_POOLING, 0)
    assert bound(Budget("full"), 0).arguments["train_examples"] is None


def test_nets_that_write_maps_redundantly_are_told_from_one_that_cannot_write_all(monkeypatch: pytest.MonkeyPatch) -> None:
    redundant = EXPERIMENT.claims["redundant"]
    assert redundant.judge(Runs(())).holds is Holds.YES
    monkeypatch.setattr("experiments.e14_linear_nets.FREE", 10)  # then (b) has more, too
    assert redundant.judge(Runs(())).holds is Holds.NO
