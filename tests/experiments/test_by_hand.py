"""Layers by hand: right gradients, checks that notice wrong ones, and what E10 and E11 make of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from experiments import e10_logistic_by_hand as e10
from experiments import e11_two_layer_by_hand as e11
from experiments import layers_by_hand, two_gaussians
from experiments.e11_two_layer_by_hand import gradient_check
from experiments.data.datasets import Images
from experiments.live import build
from experiments.nets import Dense, Net, ReLU, Sigmoid
from experiments.training_by_hand import LOGISTIC, descend_on_points, kept_iterations, least_loss, train_by_hand
from report.errors import DeclarationError
from report.model import Budget, Holds, Result, Runs, Trial
from tests.contexts import Silent
from tests.made_up import runs_that_end, with_scalars

TWO_LAYERS = Net((9,), (Dense(6), Sigmoid(), Dense(4)))


# --- the layers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", gradient_check.cases(seed=3), ids=lambda case: case.layer)
def test_gradients_agree_with_both_routes(case: gradient_check.Case) -> None:
    for found in gradient_check.check(case):
        assert found.autograd < 1e-12, found
        assert found.differences < 1e-6, found
        assert found.shape == "×".join(map(str, case.values[found.variable].shape))


WRONG: dict[str, Callable[..., Any]] = {
    "linear_backward_parameters": lambda values, gradient: (values @ gradient.T, gradient.mean(axis=1)),
    "linear_backward_values": lambda weights, gradient: -weights @ gradient,
    "sigmoid_backward": lambda outputs, gradient: gradient * outputs * (1 + outputs),
    "softmax_backward": lambda outputs, gradient: outputs * gradient,
    "nll_backward": lambda probabilities, targets: -targets / probabilities,
    "binary_nll_backward": lambda p, targets: (p - targets) / (p * (1 + p)) / targets.shape[1],
}


@pytest.mark.parametrize("name", WRONG)
def test_check_notices_a_wrong_formula(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers_by_hand, name, WRONG[name])
    found = [checked for case in gradient_check.cases(seed=0) for checked in gradient_check.check(case)]
    assert max(checked.autograd for checked in found) > 0.1
    assert max(checked.differences for checked in found) > 0.1


def test_planted_mistake_is_noticed_at_every_step() -> None:
    found = gradient_check.check_gradients(Silent(), seed=1)
    assert found.scalars["planted_error"] > 0.1
    assert found.arrays["float64"].min() < 1e-8 < 1e-5 < found.arrays["float32"].min()


def test_losses_on_logits_are_the_layers_one_after_another() -> None:
    draw = np.random.default_rng(0)
    logits, targets = draw.standard_normal((4, 6)), np.eye(4)[draw.integers(0, 4, 6)].T
    outputs = layers_by_hand.softmax(logits)
    loss, gradient = layers_by_hand.softmax_cross_entropy(logits, targets)
    assert loss == pytest.approx(layers_by_hand.nll(outputs, targets), rel=1e-12)
    apart = layers_by_hand.softmax_backward(outputs, layers_by_hand.nll_backward(outputs, targets))
    np.testing.assert_allclose(gradient, apart, atol=1e-15)

    logit, target = logits[:1], (draw.random((1, 6)) > 0.5).astype(float)
    output = layers_by_hand.sigmoid(logit)
    loss, gradient = layers_by_hand.sigmoid_cross_entropy(logit, target)
    assert loss == pytest.approx(layers_by_hand.binary_nll(output, target), rel=1e-12)
    apart = layers_by_hand.sigmoid_backward(output, layers_by_hand.binary_nll_backward(output, target))
    np.testing.assert_allclose(gradient, apart, atol=1e-15)


@pytest.mark.parametrize("loss", [layers_by_hand.softmax_cross_entropy, layers_by_hand.sigmoid_cross_entropy])
@pytest.mark.parametrize("size", [30.0, 1e3, 1e30])
def test_losses_stay_finite_on_huge_logits(loss: layers_by_hand.Loss, size: float) -> None:
    logits, targets = np.array([[size, -size], [-size, size]], np.float32), np.eye(2, dtype=np.float32)[:, ::-1]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value, gradient = loss(logits, targets)
    assert math.isfinite(value)
    assert value > 0.9 * size  # every example is as wrong as can be
    assert np.abs(gradient).max() == pytest.approx(0.5, abs=1e-6)


def test_walks_a_net_as_torch_does() -> None:
    module = build(TWO_LAYERS, seed=5)
    tensors = [parameter.detach().numpy() for parameter in module.parameters()]
    weights = [(tensors[0].T, tensors[1]), (tensors[2].T, tensors[3])]
    inputs = np.random.default_rng(1).standard_normal((11, 9)).astype(np.float32)
    labels = np.arange(11) % 4

    found, gradients = layers_by_hand.loss_and_gradients(
        TWO_LAYERS, weights, inputs.T, np.eye(4, dtype=np.float32)[labels].T, layers_by_hand.softmax_cross_entropy
    )
    expected = torch.nn.functional.cross_entropy(module(torch.from_numpy(inputs)), torch.from_numpy(labels))
    expected.backward()
    assert found == pytest.approx(expected.item(), rel=1e-5)
    flat = [array for matrix, bias in gradients for array in (matrix.T, bias)]
    for own, parameter in zip(flat, module.parameters()):
        assert own.dtype == np.float32
        np.testing.assert_allclose(own, parameter.grad.numpy(), atol=1e-6)


def test_refuses_a_layer_it_does_not_know() -> None:
    net = Net((2,), (Dense(3), ReLU()))
    with pytest.raises(DeclarationError, match="not written by hand"):
        layers_by_hand.forward(net, layers_by_hand.initial_weights(net, seed=0), np.zeros((2, 1)))


# --- two Gaussian classes ------------------------------------------------------------------------------------------


def best_line() -> np.ndarray:
    """The log-odds of the two classes: 2 z₁, written in the features."""
    slope = 2 * np.linalg.inv(two_gaussians.SPREAD)[0]
    return np.array([*slope, -slope @ two_gaussians.CENTRE])


def test_best_line_reaches_the_bayes_error_and_no_other_does() -> None:
    best = best_line()
    assert two_gaussians.line_error(best) == pytest.approx(two_gaussians.bayes_error(), rel=1e-12)
    assert two_gaussians.line_error(-best) == pytest.approx(1 - two_gaussians.bayes_error(), rel=1e-12)
    for change in np.eye(3):
        assert two_gaussians.line_error(best + 0.1 * change) > two_gaussians.bayes_error()


@pytest.mark.parametrize("line", [best_line(), np.array([0.5, -0.2, -0.3])])
def test_exact_error_is_what_a_large_sample_shows(line: np.ndarray) -> None:
    points, labels = two_gaussians.sample(np.random.default_rng(0), 200_000)
    counted = ((line[:2] @ points + line[2] > 0) != (labels[0] == 1)).mean()
    assert two_gaussians.line_error(line) == pytest.approx(counted, abs=5 * math.sqrt(0.25 / 200_000))


# --- E10 -----------------------------------------------------------------------------------------------------------


def points_run(**changes: Any) -> Result:
    arguments = {"seed": 0, "rate": 0.03, "features": "raw", "iterations": 300, "examples": 200}
    return descend_on_points(Silent(), **{**arguments, **changes})


def descended(start: list, inputs: np.ndarray, labels: np.ndarray, rate: float, steps: int) -> float:
    for _ in range(steps):
        loss, gradients = layers_by_hand.loss_and_gradients(
            LOGISTIC, start, inputs, labels, layers_by_hand.sigmoid_cross_entropy
        )
        layers_by_hand.descend(start, gradients, rate)
    return loss


def test_least_loss_and_the_largest_stable_rate_are_what_descent_finds() -> None:
    inputs, labels = two_gaussians.sample(np.random.default_rng(4), 200)
    least, curvature = least_loss(inputs, labels)
    weights = [(np.zeros((2, 1)), np.zeros(1))]
    assert descended(weights, inputs, labels, 1.5 / curvature, 5000) == pytest.approx(least, abs=1e-9)
    again = [(weights[0][0] + 1e-6, weights[0][1] + 1e-6)]
    assert descended(again, inputs, labels, 1.9 / curvature, 500) == pytest.approx(least, abs=1e-9)
    assert descended(again, inputs, labels, 2.2 / curvature, 500) > least + 1e-3


def test_scalars_can_be_computed_again_from_the_arrays() -> None:
    for features in ("raw", "standardised"):
        found = points_run(features=features)
        line, points, labels = found.arrays["lines"][-1], found.arrays["points"], found.arrays["labels"]
        logits = line[:2] @ points + line[2]
        assert found.scalars["train_error"] == ((logits > 0) != (labels == 1)).mean()
        loss, _ = layers_by_hand.sigmoid_cross_entropy(logits[None], labels[None])
        assert found.scalars["train_loss"] == pytest.approx(loss, rel=1e-9)


def test_runs_of_one_seed_share_points_and_start() -> None:
    slow, fast = points_run(rate=0.02), points_run(rate=0.03)
    np.testing.assert_array_equal(slow.arrays["points"], fast.arrays["points"])
    np.testing.assert_array_equal(slow.arrays["lines"][0], fast.arrays["lines"][0])
    assert slow.history["train_loss"][0] == fast.history["train_loss"][0]
    assert points_run(rate=0.02).scalars == slow.scalars
    assert points_run(rate=0.02, seed=1).scalars != slow.scalars


def test_kept_iterations_run_from_the_first_to_the_last() -> None:
    kept = kept_iterations(5000)
    assert kept[0] == 0
    assert kept[-1] == 5000
    assert {1, 10, 100, 1000} <= set(kept.tolist())
    assert (np.diff(kept) > 0).all()


def runs_of(trials: list[Trial], **inputs: Any) -> Runs:
    return runs_that_end(
        trials, lambda trial: trial.function(Silent(), **trial.arguments, **{name: inputs[name] for name in trial.inputs})
    )


@cache
def points_runs() -> Runs:
    return runs_of(list(e10.trials(Budget("smoke"))))


@pytest.fixture(scope="module")
def e10_runs() -> Runs:
    return points_runs()


def with_scalar(runs: Runs, name: str, numbers: Callable[[float, int], Any]) -> Runs:
    """``runs``, their scalar ``name`` replaced by numbers(rate, seed)."""
    return with_scalars(runs, lambda run: {name: numbers(run.trial.arguments["rate"], run.seed)})


@pytest.mark.parametrize(
    ("after", "word"),
    [
        (lambda rate, seed: 900 + seed if rate == 0.02 else 600 + seed, Holds.YES),
        (lambda rate, seed: 900 + seed if rate == 0.02 else 1200 + seed, Holds.NO),
        (lambda rate, seed: 900 if rate == 0.02 else 600 + 600 * seed, Holds.UNDECIDED),
        (lambda rate, seed: 900 + seed if rate == 0.02 else None, Holds.NO),  # 0.03 never came near
    ],
)
def test_verdict_on_the_rate_that_was_called_slow(e10_runs: Runs, after: Callable, word: Holds) -> None:
    assert e10.not_slower(with_scalar(e10_runs, "near_after", after)).holds == word


def test_table_shows_no_mean_where_a_run_never_came_near(e10_runs: Runs) -> None:
    runs = with_scalar(e10_runs, "near_after", lambda rate, seed: None if rate == 0.03 and seed else 700)
    rows = {(row[0], row[1]): row[3] for row in e10.rates_table(runs).rows}
    assert rows["raw", "0.03"] is None
    assert rows["raw", "0.02"].number == 700


# --- E11 -----------------------------------------------------------------------------------------------------------


def test_a_loss_that_is_infinite_refutes_that_it_stays_finite(e10_runs: Runs) -> None:
    claim = e10.EXPERIMENT.claims["finite_at_large_rate"]
    assert claim.judge(e10_runs).holds is Holds.YES
    overflown = with_scalar(e10_runs, "train_loss", lambda rate, seed: math.inf if rate == 2 and seed == 0 else 0.4)
    assert claim.judge(overflown).holds is Holds.NO


def test_a_larger_batch_gives_more_examples_to_an_update() -> None:
    runs = shapes_runs()
    assert e11.EXPERIMENT.claims["larger_batch_fewer_examples"].judge(runs).holds is Holds.NO
    for name, batch in {"examples_small": 10, "examples_large": 100}.items():
        assert e11.EXPERIMENT.values[name](runs).number == batch


@cache
def shapes_runs() -> Runs:
    """All of E11 on shapes."""
    sizes = {"epochs": 1, "train": 300, "validation": 100}
    return runs_of([trial for seed in range(2) for trial in e11.trials_of_seed(seed, sizes)], digits=shapes())


@pytest.fixture(scope="module")
def shapes_to_learn() -> Images:
    return shapes()


def shapes() -> Images:
    """Ten blurred patterns with noise on them, in the form of MNIST."""
    draw = np.random.default_rng(0)
    labels = draw.integers(0, 10, 2400)
    patterns = draw.integers(0, 200, (10, 28, 28))
    images = np.clip(patterns[labels] + draw.normal(0, 60, (2400, 28, 28)), 0, 255).astype(np.uint8)
    return Images("mnist", images, labels, images[:10], labels[:10], tuple("0123456789"), stand_in=True, source="a test")


def digits_run(digits: Images, **changes: Any) -> Result:
    arguments = {
        "seed": 0,
        "net": e11.two_layer_net(12),
        "batch": 20,
        "rate": 0.5,
        "epochs": 3,
        "train": 410,
        "validation": 200,
    }
    return train_by_hand(Silent(), **{**arguments, **changes}, digits=digits)


def test_network_by_hand_learns_and_repeats(shapes_to_learn: Images) -> None:
    found, again = digits_run(shapes_to_learn), digits_run(shapes_to_learn)
    assert found.scalars["validation_error"] < 0.2
    assert found.history["train_loss"][-1] < found.history["train_loss"][0] / 2
    assert found.scalars["steps_per_epoch"] == 21  # the last one on ten images
    timed = {"seconds_per_epoch", "microseconds_per_image"}
    repeatable = {name: value for name, value in found.scalars.items() if name not in timed | {"bytes_measured"}}
    assert repeatable == {name: again.scalars[name] for name in repeatable}
    assert found.history["validation_loss"] == again.history["validation_loss"]


def test_only_training_images_are_learned_from(shapes_to_learn: Images) -> None:
    guessed = Images(**{**vars(shapes_to_learn), "train_labels": np.random.default_rng(1).integers(0, 10, 2400)})
    found = digits_run(guessed, net=e11.two_layer_net(60), epochs=40, rate=0.2)
    assert found.scalars["train_loss"] < 1.0  # learned by heart
    assert found.scalars["validation_error"] > 0.75  # of which nothing carries over


def test_counted_memory_is_near_the_measured(shapes_to_learn: Images) -> None:
    for hidden, batch in ((100, 10), (300, 200)):
        scalars = digits_run(shapes_to_learn, net=e11.two_layer_net(hidden), batch=batch, epochs=1).scalars
        assert scalars["bytes_measured"] == pytest.approx(scalars["bytes_counted"], rel=0.1)


@pytest.mark.parametrize(("widest", "word"), [(0.051, Holds.YES), (0.04, Holds.NO), (0.06, Holds.NO)])
def test_width_saturates_where_ten_times_the_units_change_little(widest: float, word: Holds) -> None:
    def end(trial: Trial) -> Result:
        error = widest if trial.tags.get("hidden") == e11.HIDDEN[-1] else 0.05
        return Result({"validation_error": error + 0.001 * trial.arguments["seed"]})

    runs = runs_that_end(e11.trials(Budget("full")), end)
    assert e11.EXPERIMENT.claims["width_saturates"].judge(runs).holds is word
