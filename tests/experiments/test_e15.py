"""E15: the support of a gradient is measured right, its nets are matched, and its sentences on runs whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from collections.abc import Mapping

import numpy as np
import pytest
import torch

from experiments import e13_capacity, e14_linear_nets, zoo
from experiments.data.datasets import Images
from experiments.e15_receptive_field import (
    CHANCE, COMPARED, EXPERIMENT, KERNELS, MIDDLE, ORIGINAL, SINGLE, SUPPORT, TRAINING, sensitivity, trial, trials,
)  # fmt: skip
from experiments.live import build, counted, rebuild, weights
from experiments.nets import Conv, Flatten, MaxPool, Net, ReLU, receptive_field
from report.model import Budget, Result, Runs, Trial
from tests.contexts import Silent
from tests.made_up import refuted_in, runs_that_end


@pytest.fixture(scope="module")
def noise() -> Images:
    draw = np.random.default_rng(0)
    images, labels = draw.integers(0, 256, (240, 32, 32, 3)).astype(np.uint8), np.arange(240) % 10
    return Images("cifar10", images[:140], labels[:140], images[140:], labels[140:], tuple("abcdefghij"), False, "made up")


# --- the support of the gradient -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*COMPARED, *e14_linear_nets.LINEAR])
def test_the_support_is_as_large_as_t15_derives_and_where_pixels_matter(name: str, noise: Images) -> None:
    torch.set_num_threads(1)
    net = {**COMPARED, **e14_linear_nets.LINEAR}[name]
    result = sensitivity(Silent(), seed=3, net=net, trained=Result({}, {}, weights(build(net, seed=3))), data=noise)
    assert (result.scalars["rows"], result.scalars["columns"]) == receptive_field(net)
    slopes = result.arrays["sensitivity"]
    rows, columns = np.flatnonzero(slopes.any(1)), np.flatnonzero(slopes.any(0))
    assert rows[-1] - rows[0] + 1 == len(rows)  # no gap
    assert columns[-1] - columns[0] + 1 == len(columns)
    assert np.array_equal(result.arrays["image"], noise.test_images[0])


def test_a_pixel_outside_the_support_changes_nothing_and_one_inside_does(noise: Images) -> None:
    net = Net(zoo.CIFAR, (Conv(5, 3), ReLU(), MaxPool(2), Conv(4, 3), Flatten()))
    module = build(net, seed=2)
    result = sensitivity(Silent(), seed=0, net=net, trained=Result({}, {}, weights(module)), data=noise)
    seen = result.arrays["sensitivity"] > 0
    assert seen.sum() == 8 * 8
    with torch.no_grad():
        images = torch.rand(16, 3, 32, 32)
        unit = rebuild(Net(zoo.CIFAR, net.layers[:-1]), weights(module))

        def middle(altered: torch.Tensor) -> torch.Tensor:
            return unit(altered)[:, :, 13 // 2, 13 // 2]

        outside, inside = (images + torch.from_numpy(where) * torch.rand(16, 3, 32, 32) for where in (~seen, seen))
        assert torch.allclose(middle(outside), middle(images), atol=1e-6)
        assert not torch.allclose(middle(inside), middle(images), atol=1e-2)


def test_a_net_that_diverged_sees_nothing(noise: Images) -> None:
    assert sensitivity(Silent(), seed=0, net=zoo.SINGLE, trained=Result(diverged=True), data=noise).diverged


# --- the nets ------------------------------------------------------------------------------------------------------


def test_the_nets_are_matched_in_parameters_and_differ_in_what_they_see() -> None:
    counts = {name: counted(net) for name, net in KERNELS.items()}
    assert all(abs(count / counts[MIDDLE] - 1) < 0.02 for count in counts.values())
    sides = [receptive_field(net)[0] for net in KERNELS.values()]
    assert sides == sorted(set(sides))
    kinds = {tuple(type(layer) for layer in net.layers) for net in KERNELS.values()}
    assert len(kinds) == 1


# --- trials --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["smoke", "quick", "full"])
def test_every_budget_trains_every_net_and_measures_what_it_trained(name: str) -> None:
    budget = Budget(name, first_seed=3)
    chosen = trials(budget)
    seeds = {each.arguments["seed"] for each in chosen}
    for net in COMPARED:
        mine = [t for t in chosen if t.tags["net"] == net and t.tags["stage"] == TRAINING]
        assert {t.arguments["seed"] for t in mine} == seeds
        assert {t.arguments["net"] for t in mine} == {COMPARED[net]}
    measured = [t for t in chosen if t.tags["stage"] == SUPPORT]
    assert {t.tags["net"] for t in measured} == {*COMPARED, *e14_linear_nets.LINEAR}
    paid = [*chosen, *e14_linear_nets.trials(budget)]
    assert all(each.inputs["trained"] in paid for each in measured)


def test_the_nets_are_trained_as_those_of_e13_and_e14() -> None:
    for name in ("smoke", "quick", "full"):
        assert trial(Budget(name), ORIGINAL, 1) == e14_linear_nets.trial(Budget(name), ORIGINAL, 1)
    recipes = {each: trial(Budget("full"), each, 0).arguments["recipe"] for each in (SINGLE, ORIGINAL, MIDDLE)}
    assert recipes[ORIGINAL] == e13_capacity.recipe(Budget("full"))
    assert recipes[SINGLE] == recipes[MIDDLE] == replace(recipes[ORIGINAL], evaluate=recipes[ORIGINAL].length)
    assert recipes[SINGLE].length.count == 15


# --- sentences -----------------------------------------------------------------------------------------------------

USUAL = {"1×1": 0.50, "3×3": 0.60, "5×5": 0.58, "7×7": 0.565, SINGLE: 0.50, ORIGINAL: 0.65}


def made_up(accuracies: Mapping[str, float], rows: int | None = None, gap: float = 0.1) -> Runs:
    """Runs of the full budget: net → test accuracy, a little different for each seed; every support right unless ``rows``. The
    training accuracy of the single convolution is ``gap`` above, that of all others 0.05."""

    def end(each: Trial) -> Result:
        net, seed = str(each.tags["net"]), each.arguments["seed"]
        if each.tags["stage"] == TRAINING:
            test = accuracies[net] + 0.002 * seed
            scalars = {"test_accuracy": test, "train_accuracy": test + (gap if net == SINGLE else 0.05), "test_loss": 1 - test}
            scalars["train_loss"] = 0.9 - test
            return Result(scalars)
        height, width = receptive_field(each.arguments["net"])
        slopes = np.zeros((32, 32), np.float32)
        slopes[5 : 5 + height, 5 : 5 + width] = 1
        arrays: dict[str, np.ndarray] = {"sensitivity": slopes, "image": np.full((32, 32, 3), 100, np.uint8)}
        shown = rows if rows and net == MIDDLE else height
        return Result({"rows": shown, "columns": width}, {}, arrays)

    return runs_that_end(trials(Budget("full")), end)


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({"1×1": 0.61}, {"small_costs"}),
        ({"7×7": 0.64}, {"kernels_gain_little"}),
        ({SINGLE: CHANCE - 0.01}, {"above_chance"}),
        ({SINGLE: 0.66}, {"original_ahead", "matched_ahead"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: Mapping[str, float], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up({**USUAL, **change})) == refuted


def test_a_gap_as_wide_as_the_others_refutes_that_the_single_convolution_carries_less() -> None:
    assert refuted_in(EXPERIMENT, made_up(USUAL, gap=0.05)) == {"single_carries_less"}


def test_one_support_of_another_size_refutes_the_agreement() -> None:
    assert refuted_in(EXPERIMENT, made_up(USUAL, rows=9)) == {"supports"}


# --- tables, figures, values ---------------------------------------------------------------------------------------


def test_tables_say_what_was_measured() -> None:
    runs = made_up(USUAL)
    rows = {row[0]: row for row in EXPERIMENT.tables["matched"](runs).rows}
    assert rows.keys() == set(COMPARED)
    assert rows[SINGLE][1:4] == ("12", 5, 95_002)
    assert rows[ORIGINAL][1:4] == ("12, 32", 16, 18_554)
    assert rows[MIDDLE][5].number == pytest.approx(60.4)


def test_figures_tell_their_numbers() -> None:
    accuracy = EXPERIMENT.figures["accuracy"](made_up(USUAL))
    assert "3×3 (10 pixels) 60.4%" in accuracy.alt
    assert len(accuracy.data) == len(COMPARED) * 2 * 5
    fields = EXPERIMENT.figures["fields"](made_up(USUAL, rows=9))
    assert "agree for 8 of 9 nets" in fields.caption
    for ax in fields.plot.axes[:9]:
        corners = ax.patches[0].get_path().vertices @ ax.patches[0].get_patch_transform().get_matrix()[:2, :2].T
        corners += ax.patches[0].get_patch_transform().get_matrix()[:2, 2]
        assert corners.min(0) == pytest.approx([4.5, 4.5])  # where the made-up support begins


def test_what_w4_reports_is_held_against_the_single_convolution() -> None:
    assert EXPERIMENT.values["replicated"](made_up(USUAL)).number == pytest.approx(50.4)
