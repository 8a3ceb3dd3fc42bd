"""E1: its targets against their definitions, its sentences on runs whose truth is known, and its pages."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments import e01_toy_functions as e01
from experiments.e01_toy_functions import AVERAGE, EXPERIMENT, LARGEST, LINEAR, MATRICES, NETS, PAIRS, TARGETS, trials
from experiments.e01_toy_functions.trials import AFFINE, DEEP, LARGER, SLOWER
from experiments.live import counted, rebuild
from experiments.nets import parameters
from report.model import Budget, Holds, Result, Runs, Trial
from tests.contexts import Silent
from tests.made_up import refuted_in, runs_that_end, words


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def run(trial: Trial) -> Result:
    return trial.function(Silent(), **trial.arguments)


# --- the targets ---------------------------------------------------------------------------------------------------


def test_targets_are_what_they_are_called() -> None:
    row = [0.5, -1.0, 2.0]
    products = np.array([row])
    assert e01.target_of(products, "sum")[0] == pytest.approx(sum(row))
    assert e01.target_of(products, "max")[0] == max(row)
    assert e01.target_of(products, "log-sum-exp")[0] == pytest.approx(math.log(sum(map(math.exp, row))))


def test_a_convolutional_matrix_slides_one_filter_and_a_dense_one_does_not() -> None:
    banded = e01.drawn_matrix(np.random.default_rng(3), "convolutional")
    taps = banded[0, : e01.WIDTH]
    signal = np.random.default_rng(4).standard_normal(e01.INPUT[-1])
    np.testing.assert_allclose(banded @ signal, np.correlate(signal, taps, mode="valid"), atol=1e-12)
    assert np.linalg.norm(taps) == pytest.approx(1)
    dense = e01.drawn_matrix(np.random.default_rng(3), "dense")
    assert dense.shape == banded.shape == (e01.ROWS, e01.INPUT[-1])
    assert np.count_nonzero(dense) == dense.size
    assert np.square(dense).sum(axis=1).mean() == pytest.approx(1, abs=0.2)


def test_the_convnets_can_write_down_what_the_chapter_says_they_can() -> None:
    """sum by the mean of all and by the maximum of pairs, maximum by the maximum of all: for a convolutional W, exactly."""
    draw = np.random.default_rng(0)
    matrix = e01.drawn_matrix(draw, "convolutional")
    inputs = draw.standard_normal((20, e01.INPUT[-1]))
    products = inputs @ matrix.T
    taps, high = matrix[0, : e01.WIDTH], 20.0  # a bias that keeps every unit active

    def net(name: str, second: float, bias: float, read_out: list[float], last: float) -> np.ndarray:
        filters = np.stack([taps, second * taps]).reshape(2, 1, 1, e01.WIDTH)
        arrays = {
            "conv1.weight": filters,
            "conv1.bias": np.full(2, bias),
            "dense1.weight": np.array([read_out]),
            "dense1.bias": np.array([last]),
        }
        module = rebuild(NETS[name], {key: array.astype(np.float32) for key, array in arrays.items()})
        with torch.inference_mode():
            return module(torch.from_numpy(inputs.astype(np.float32)).reshape(-1, *e01.INPUT)).squeeze(1).numpy()

    rows, pairs = e01.ROWS, e01.ROWS // 2
    total = net(AVERAGE, -1, 0, [rows, -rows], 0)
    np.testing.assert_allclose(total, products.sum(axis=1), atol=1e-3)
    total = net(PAIRS, -1, high, [1.0] * pairs + [-1.0] * pairs, 0)
    np.testing.assert_allclose(total, products.sum(axis=1), atol=1e-3)
    np.testing.assert_allclose(net(LARGEST, -1, high, [1.0, 0.0], -high), products.max(axis=1), atol=1e-3)


# --- the trial -----------------------------------------------------------------------------------------------------


def test_a_trial_repeats_and_its_loss_is_that_of_its_arrays() -> None:
    trial = next(t for t in trials(Budget("smoke")) if t.tags == {"W": "dense", "target": "max", "net": PAIRS})
    one, other = run(trial), run(trial)
    assert one.scalars == other.scalars
    error = one.arrays["predictions"] - one.arrays["targets"]
    assert float(np.square(error).mean()) == pytest.approx(one.scalars["test_loss"], rel=1e-5)


def test_of_several_starts_the_one_of_the_lowest_training_loss_is_kept() -> None:
    trial = next(t for t in trials(Budget("smoke")) if t.tags == {"W": "convolutional", "target": "max", "net": LARGEST})
    heard: list[tuple[int, int]] = []

    class Listening(Silent):
        def progress(self, done: int, total: int, **numbers: float) -> None:
            heard.append((done, total))

    kept = trial.function(Listening(), **trial.arguments)
    assert [done for done, _ in heard] == list(range(1, heard[-1][1] + 1))  # one bar over all starts
    first = run(replace(trial, arguments={**trial.arguments, "starts": 1, "seed": 0}))  # of the same initial weights
    losses = [float(result.scalars["train_loss"] or 0) for result in (kept, first)]
    assert losses[0] <= losses[1]


def test_all_conditions_of_a_seed_see_the_same_inputs() -> None:
    """Else nothing is paired: the sum under both kinds of W comes from the same x."""
    one, other = (
        run(next(t for t in trials(Budget("smoke")) if t.tags == {"W": matrix, "target": "sum", "net": LINEAR}))
        for matrix in MATRICES
    )
    assert not np.allclose(one.arrays["targets"], other.arrays["targets"])
    recovered = []
    for result in (one, other):
        draw = np.random.default_rng(0)
        draw.standard_normal(result.arrays["matrix"].shape)
        inputs = draw.standard_normal((1000, e01.INPUT[-1]))[500:]
        targets = (inputs @ result.arrays["matrix"].T).sum(axis=1)
        recovered.append(float(np.corrcoef(targets, result.arrays["targets"])[0, 1]))
    assert min(recovered) > 0.9999


def test_predicting_the_mean_costs_one() -> None:
    trial = next(t for t in trials(Budget("quick")) if t.tags["net"] == LINEAR and t.tags["target"] == "max")
    targets = run(trial).arrays["targets"]
    assert float(np.square(targets).mean()) == pytest.approx(1, abs=0.15)


# --- the declaration -----------------------------------------------------------------------------------------------


def test_every_budget_runs_every_net_on_every_target() -> None:
    for name, seeds in {"smoke": 2, "quick": 3, "full": 3}.items():
        conditions = [tuple(trial.condition.values()) for trial in trials(Budget(name, first_seed=7))]
        assert len(set(conditions)) == len(conditions)
        for matrix in MATRICES:
            for target in TARGETS:
                for net in NETS:
                    assert sum(condition[:3] == (matrix, target, net) for condition in conditions) >= seeds


def test_the_table_counts_the_parameters_of_the_live_nets() -> None:
    for net in (*NETS.values(), *LARGER.values()):
        assert parameters(net) == counted(net)


# --- the sentences -------------------------------------------------------------------------------------------------

Losses = Callable[[str, str, str], float]


def made_up(loss: Losses, jitter: float = 0.004) -> Runs:
    """Runs of the full budget whose loss is ``loss(W, target, net)``, a little different for each seed."""

    def end(trial: Trial) -> Result:
        tags, seed = trial.tags, trial.arguments["seed"]
        last = loss(str(tags["W"]), str(tags["target"]), str(tags["net"])) + jitter * (seed % 3) * (tags["net"] != AFFINE)
        history = {"epoch": [1.0, 2.0], "iteration": [5, 10], "train_loss": [1.0, last], "test_loss": [1.0, last]}
        return Result({"test_loss": last, "train_loss": last, "fit_loss": last, "worst_start": last + 0.25}, history)

    return runs_that_end(trials(Budget("full")), end)


def usual(matrix: str, target: str, net: str) -> float:
    if net in (LINEAR, AFFINE, DEEP):
        return 1e-9 if target == "sum" else 0.9
    if net == SLOWER:
        return usual(matrix, target, LARGEST)
    if matrix == "dense":
        return 0.5 if net == PAIRS else 0.95
    return 0.6 if (net, target) == (LARGEST, "sum") else 0.1


NOT_SO = {
    "convnet_has_more_parameters",
    "depth_helps_linear",
    "lower_rate_helps",
    "convnet_learns_sum_sooner",
    "convnet_better_on_all",
}
"""What a write-up says and is not so, in usual runs."""


@pytest.mark.parametrize(
    ("where", "loss", "refuted"),
    [
        (("dense", "sum", AFFINE), 0.1, {"one_unit_learns_sum"}),
        (("dense", "sum", LINEAR), 0.7, {"linear_is_exact", "linear_wins_dense_sum"}),
        (("dense", "sum", AVERAGE), 0.4, {"global_pooling_blind"}),
        (("dense", "sum", "max of all, more filters"), 0.6, {"size_changes_nothing"}),
        (("dense", "sum", PAIRS), 0.2, {"pairs_miss_dense_sum", "dense_defeats"}),
        (("convolutional", "log-sum-exp", LINEAR), 0.2, {"linear_misses_rest"}),
        (("convolutional", "max", PAIRS), 0.95, {"pairs_learn_all", "convnet_wins_max"}),
        (("convolutional", "sum", AVERAGE), 0.5, {"average_learns_sum"}),
        (("convolutional", "sum", LARGEST), 0.1, {"largest_misses_sum"}),
        (("convolutional", "max", LARGEST), 0.5, {"largest_learns_max"}),
        (("convolutional", "log-sum-exp", PAIRS), 2.0, {"pairs_learn_all", "structure_decides"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(where: tuple[str, str, str], loss: float, refuted: set[str]) -> None:
    changed = made_up(lambda *condition: loss if condition == where else usual(*condition))
    assert refuted_in(EXPERIMENT, changed) == refuted | NOT_SO


def test_what_the_write_ups_say_holds_where_it_is_so() -> None:
    better = {(m, "log-sum-exp", DEEP): 0.5 for m in MATRICES} | {(m, "sum", SLOWER): 0.3 for m in MATRICES}
    better |= {("convolutional", t, PAIRS): 0.01 for t in TARGETS} | {("convolutional", t, LINEAR): 0.4 for t in TARGETS}
    found = words(EXPERIMENT, made_up(lambda *condition: better.get(condition, usual(*condition))))
    assert {name for name in NOT_SO if found[name] is not Holds.YES} == {"convnet_has_more_parameters"}  # a count


def test_the_best_affine_map_is_exact_on_the_sum_and_no_net_without_relu_goes_below_it() -> None:
    chosen = [t for t in trials(Budget("smoke")) if t.arguments["seed"] == 0 and t.tags["W"] == "dense"]
    ends = {(t.tags["net"], t.tags["target"]): run(t).scalars["fit_loss"] for t in chosen if t.tags["net"] in (AFFINE, DEEP)}
    assert ends[AFFINE, "sum"] < 1e-10
    assert ends[DEEP, "log-sum-exp"] > ends[AFFINE, "log-sum-exp"] > 0.1


def test_views_say_what_was_measured() -> None:
    runs = made_up(usual, jitter=0)
    rows = {(row[0], row[1]): row for row in EXPERIMENT.tables["losses"](runs).rows}
    assert rows["convolutional", LARGEST][3].number == pytest.approx(0.6)
    assert rows["dense", PAIRS][2] == parameters(NETS[PAIRS])
    assert (
        "for 8 of 9 pairs of convnet and target with a convolutional $W$, and for none"
        in EXPERIMENT.figures["final"](runs).caption
    )
    assert len(EXPERIMENT.figures["curves"](runs).data) == 2 * sum(run.trial.tags["net"] in NETS for run in runs)
    assert "up to 0.25 of the variance above it" in EXPERIMENT.tables["losses"](runs).caption
