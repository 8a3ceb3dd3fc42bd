"""Training: it learns, it repeats bit for bit whatever happens in between, and it says what its numbers are."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from experiments import training
from experiments.live import build, rebuild, weights
from experiments.nets import Conv, Dense, Dropout, Flatten, MaxPool, Net, ReLU, Shared, Sigmoid, multiplications
from experiments.training import (
    SGD, Adadelta, Adam, Epochs, Examples, Fitted, Iterations, Optimizer, Recipe, cross_entropy, drawn, fit, machine, measured,
    mistakes, outputs, pixels, resolved, spread, squared_error, standardised, train_classifier,
)  # fmt: skip

SMALL = Net((2,), (Dense(16), ReLU(), Dropout(0.2), Dense(2)))
TINY_CONVNET = Net((1, 12, 12), (Conv(4, 3), ReLU(), MaxPool(2), Flatten(), Dropout(0.2), Dense(3)))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """As trials run; more threads slow nets as small as these down."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class Watcher:
    """A context that keeps what it is told, and may be asked to interrupt."""

    def __init__(self, checkpoint: bytes | None = None, die_after: int | None = None):
        self.kept, self.die_after, self.said = checkpoint, die_after, []

    def progress(self, done: int, total: int, **numbers: float) -> None:
        self.said.append((done, total))
        if done == self.die_after:
            raise KeyboardInterrupt

    def checkpoint(self, state: bytes) -> None:
        self.kept = state

    def resume(self) -> bytes | None:
        return self.kept


def rings(n: int = 96, seed: int = 0) -> Examples:
    """Points inside and outside a circle."""
    points = torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))
    return Examples(points, (points.square().sum(1) > 1.4).long())


def digits(n: int = 120, held_out: int = 60) -> Any:
    """Images of three kinds of bars, with noise, in the form of an opened data set."""
    draw = np.random.default_rng(3)
    labels = draw.integers(0, 3, n + held_out)
    images = draw.integers(0, 90, (n + held_out, 12, 12)).astype(np.uint8)
    for image, label in zip(images, labels):
        image[:, 4 * label : 4 * label + 3] += 100
    return SimpleNamespace(
        train_images=images[:n],
        train_labels=labels[:n],
        test_images=images[n:],
        test_labels=labels[n:],
        classes=("a", "b", "c"),
    )


def run(recipe: Recipe, context: Watcher | None = None, *, seed: int = 0, net: Net = SMALL, **other: Any) -> Fitted:
    train, test = other.pop("train", rings()), other.pop("test", rings(40, seed=9))
    return fit(context or Watcher(), seed=seed, net=net, recipe=recipe, train=train, test=test, **other)


def same(a: Fitted, b: Fitted) -> bool:
    first, second = weights(a.module), weights(b.module)
    return a.history == b.history and all(np.array_equal(first[name], second[name]) for name in first)


# --- it learns -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.02), Adadelta()])
def test_every_optimiser_learns(optimizer: Optimizer) -> None:
    fitted = run(Recipe(optimizer, Epochs(60), batch_size=8))
    assert fitted.history["train_loss"][-1] < 0.6 * fitted.history["train_loss"][0]
    assert fitted.final["test_accuracy"] > 0.75  # the more frequent class alone is 0.6
    assert not fitted.module.training


def test_plain_gradient_descent_takes_the_step_that_it_should() -> None:
    examples = Examples(torch.tensor([[1.0, 2.0], [3.0, -1.0]]), torch.tensor([[1.0], [0.0]]))
    net = Net((2,), (Dense(1),))
    start = weights(build(net, 5))
    w, b = start["dense1.weight"].astype(float), start["dense1.bias"].astype(float)
    x, y = examples.inputs.numpy().astype(float), examples.targets.numpy()
    residual = x @ w.T + b - y
    fitted = run(Recipe(SGD(0.1), Epochs(1)), seed=5, net=net, train=examples, test=examples, loss=squared_error)
    assert weights(fitted.module)["dense1.weight"] == pytest.approx(w - 0.1 * residual.T @ x, abs=1e-6)
    assert weights(fitted.module)["dense1.bias"] == pytest.approx(b - 0.1 * residual.sum(0), abs=1e-6)


def test_an_autoencoder_has_its_input_as_target_and_no_accuracy() -> None:
    inputs = torch.rand(64, 6, generator=torch.Generator().manual_seed(0))
    net = Net((6,), (Dense(4), ReLU(), Dense(6), Sigmoid()))
    fitted = run(
        Recipe(Adam(0.01), Epochs(30), batch_size=8),
        net=net,
        loss=squared_error,
        train=Examples(inputs, inputs),
        test=Examples(inputs, inputs),
    )
    assert set(fitted.history) == {"epoch", "iteration", "train_loss", "test_loss"}
    assert fitted.history["test_loss"] == fitted.history["train_loss"]
    assert fitted.final["test_loss"] < fitted.history["test_loss"][0]


# --- it repeats ----------------------------------------------------------------------------------------------------


def test_the_seed_decides_everything() -> None:
    recipe = Recipe(Adam(0.01), Epochs(3), batch_size=16)
    torch.manual_seed(1)
    first = run(recipe)
    torch.manual_seed(2)
    before = torch.get_rng_state()
    again = run(recipe)
    assert torch.equal(torch.get_rng_state(), before)
    assert same(first, again)
    assert not same(first, run(recipe, seed=1))


@pytest.mark.parametrize("optimizer", [SGD(0.05, momentum=0.9), Adam(0.01), Adadelta()])
@pytest.mark.parametrize("net", [SMALL, TINY_CONVNET], ids=["dense", "convnet"])
def test_killed_and_resumed_is_never_interrupted(optimizer: Optimizer, net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "CHECKPOINT_SECONDS", -1.0)
    recipe = Recipe(optimizer, Epochs(5), batch_size=16, evaluate=Iterations(4))
    if net is TINY_CONVNET:
        data = digits()
        images = standardised(pixels(data.train_images), pixels(data.train_images))
        train = Examples(images, torch.from_numpy(data.train_labels))
    else:
        train = rings()
    sets = {"train": train, "test": train.at(torch.arange(20))}
    straight = run(recipe, net=net, **sets)
    checkpoint = None
    for death in (9, 22, 27):
        dying = Watcher(checkpoint, die_after=death)
        with pytest.raises(KeyboardInterrupt):
            run(recipe, dying, net=net, **sets)
        assert dying.kept not in (None, checkpoint)
        checkpoint = dying.kept
    last = Watcher(checkpoint)
    assert same(straight, run(recipe, last, net=net, **sets))
    assert last.said[0][0] > 18  # it did not start anew


def test_no_checkpoint_is_written_for_a_run_of_moments() -> None:
    watcher = Watcher()
    run(Recipe(SGD(0.1), Epochs(2)), watcher)
    assert watcher.kept is None


# --- it says when and what it measures -----------------------------------------------------------------------------


def test_each_epoch_shows_each_example_once_in_a_new_order() -> None:
    seen: list[list[float]] = [[]]
    inputs = torch.arange(10.0)[:, None]

    def noting(found: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        if found.requires_grad:
            seen.append(targets[:, 0].tolist())
        return squared_error(found, targets)

    run(
        Recipe(SGD(0.0), Epochs(3), batch_size=4),
        net=Net((1,), (Dense(1),)),
        loss=noting,
        train=Examples(inputs, inputs),
        test=Examples(inputs, inputs),
    )
    batches = seen[1:]
    assert [len(batch) for batch in batches] == [4, 4, 2] * 3
    epochs = [list(chain(*batches[i : i + 3])) for i in (0, 3, 6)]
    assert all(sorted(epoch) == list(range(10)) for epoch in epochs)
    assert epochs[0] != epochs[1] != epochs[2]


@pytest.mark.parametrize(
    ("length", "evaluate", "iterations"),
    [
        (Epochs(2), Epochs(1), [6, 12]),
        (Epochs(3), Epochs(2), [12, 18]),
        (Iterations(11), Iterations(4), [4, 8, 11]),
        (Iterations(8), Epochs(1), [6, 8]),
    ],
)
def test_evaluations_are_due_when_they_are_said_to_be(length: Any, evaluate: Any, iterations: list[int]) -> None:
    watcher = Watcher()
    fitted = run(Recipe(SGD(0.1), length, batch_size=16, evaluate=evaluate), watcher)  # 96 examples: 6 iterations an epoch
    assert fitted.history["iteration"] == iterations
    assert fitted.history["epoch"] == [iteration / 6 for iteration in iterations]
    assert fitted.iterations == iterations[-1]
    assert watcher.said == [(done, iterations[-1]) for done in range(1, iterations[-1] + 1)]


def test_numbers_are_those_of_the_final_weights_without_dropout() -> None:
    test = rings(50, seed=4)
    fitted = run(Recipe(Adam(0.01), Epochs(4), batch_size=16), test=test)
    plain = rebuild(SMALL, weights(fitted.module))
    with torch.no_grad():
        found = plain(test.inputs)
    assert fitted.final["test_loss"] == pytest.approx(cross_entropy(found, test.targets).item(), rel=1e-6)
    torch.testing.assert_close(fitted.outputs, found)
    assert fitted.final["test_accuracy"] == (found.argmax(1) == test.targets).float().mean()
    probe = rings().at(torch.from_numpy(drawn(96, 50, 0, "probe")))
    assert fitted.final["train_loss"] == pytest.approx(measured(plain, probe, cross_entropy)["loss"], rel=1e-6)


def test_outputs_leave_the_module_as_it_was() -> None:
    module = build(SMALL, 0).train()
    first, second = (outputs(module, rings().inputs) for _ in range(2))
    assert torch.equal(first, second)
    assert module.training


def test_divergence_is_an_outcome_with_the_history_until_then() -> None:
    inputs = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
    examples = Examples(inputs, inputs.sum(1, keepdim=True))
    net = Net((3,), (Dense(1),))
    recipe = Recipe(SGD(30.0), Epochs(50), batch_size=8, evaluate=Iterations(1))
    fitted = run(recipe, net=net, loss=squared_error, train=examples, test=examples)
    assert fitted.diverged
    assert 0 < len(fitted.history["train_loss"]) <= fitted.iterations < 400
    assert all(math.isfinite(value) for column in fitted.history.values() for value in column)
    assert not run(Recipe(SGD(0.01), Epochs(1)), net=net, loss=squared_error, train=examples, test=examples).diverged


def test_a_run_that_diverges_at_once_still_has_a_result() -> None:
    data = digits()
    data.train_labels = data.train_labels % 3
    result = train_classifier(Watcher(), seed=0, net=TINY_CONVNET, recipe=Recipe(SGD(math.inf), Epochs(2)), data=data)
    assert result.diverged
    assert result.history == {}
    assert result.arrays["predictions"].shape == (60,)


# --- precision -----------------------------------------------------------------------------------------------------


def test_precision_is_a_function_of_the_net_and_the_machine() -> None:
    small, large = Net((8,), (Dense(4),)), Net((1, 28, 28), (Conv(32, 5), Flatten(), Dense(10)))
    native, plain = {"bfloat16": "native"}, {"bfloat16": "none"}
    assert resolved("auto", large, native) == "bfloat16"
    assert resolved("auto", large, plain) == resolved("auto", small, native) == "float32"
    assert resolved("float32", large, native) == "float32"
    assert resolved("bfloat16", small, plain) == "bfloat16"


@pytest.mark.parametrize(
    ("flags", "instructions", "bfloat16"),
    [
        ({"avx2", "avx512f", "avx512_bf16", "amx_bf16"}, "AMX", "native"),
        ({"avx2", "avx512f", "avx512_bf16"}, "AVX-512", "native"),
        ({"avx2", "avx512f"}, "AVX-512", "none"),
        ({"avx2"}, "AVX2", "none"),
    ],
)
def test_the_instructions_that_decide_the_numbers_are_told(
    flags: set[str], instructions: str, bfloat16: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "_cpu_flags", lambda: frozenset(flags))
    assert training.machine() == {"device": "cpu", "instructions": instructions, "bfloat16": bfloat16}


@pytest.mark.parametrize("wrong", ["output", "gradient", "not a number"])
def test_a_kernel_that_is_wrong_in_bfloat16_is_not_used(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert training.faithful(TINY_CONVNET, 16)
    right = torch.nn.Conv2d.forward
    recipe = Recipe(Adam(0.01), Epochs(1), batch_size=16)

    def spoilt(layer: torch.nn.Conv2d, given: torch.Tensor) -> torch.Tensor:
        output = right(layer, given)
        if not torch.is_autocast_enabled("cpu"):
            return output
        if wrong == "gradient":
            return output.detach() + 0.9 * (output - output.detach())
        return output * (0.9 if wrong == "output" else math.nan)

    def trained(precision: Any) -> np.ndarray:
        asked = replace(recipe, precision=precision)
        result = train_classifier(Watcher(), seed=0, net=TINY_CONVNET, recipe=asked, data=digits(), keep=("weights",))
        return result.arrays["conv1.weight"]

    exact = trained("float32")
    assert not np.array_equal(trained("bfloat16"), exact)
    monkeypatch.setattr(torch.nn.Conv2d, "forward", spoilt)
    assert not training.faithful(TINY_CONVNET, 16)
    assert np.array_equal(trained("bfloat16"), exact)


def test_multiplications_are_counted_as_torch_would() -> None:
    net = Net((1, 12, 6), (Conv(4, 3, bias=False), Shared((Flatten(), Dense(7, bias=False))), Dense(5, bias=False)))
    assert multiplications(net) == 4 * 9 * (10 * 4) + 2 * 7 * (4 * 5 * 4) + 5 * 14


def test_low_precision_trains_as_well_and_keeps_float32_weights() -> None:
    data, recipe = digits(), {"optimizer": Adam(0.01), "length": Epochs(8), "batch_size": 16}
    results = [
        train_classifier(
            Watcher(), seed=0, net=TINY_CONVNET, recipe=Recipe(**recipe, precision=precision), data=data, keep=("weights",)
        )
        for precision in ("float32", "bfloat16")
    ]
    for result in results:
        assert result.scalars["test_accuracy"] > 0.95
        assert all(array.dtype == np.float32 for array in result.arrays.values())
    assert not np.array_equal(*(result.arrays["conv1.weight"] for result in results))  # it was not float32 in disguise


def test_the_machine_is_described_without_torch() -> None:
    code = (
        "from report.terminal import lazy; lazy.install(); import sys; from experiments.training import machine;"
        "print(machine()); assert 'torch.nn' not in sys.modules"
    )
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said.strip() == str(machine())


# --- labelled images -----------------------------------------------------------------------------------------------


def test_pixels_keep_their_place_and_become_fractions() -> None:
    colour = np.random.default_rng(0).integers(0, 256, (3, 5, 4, 3)).astype(np.uint8)
    batch = pixels(colour)
    assert batch.shape == (3, 3, 5, 4)
    assert batch[2, 1, 4, 3].item() == pytest.approx(colour[2, 4, 3, 1] / 255)
    assert pixels(colour[..., 0])[1, 0, 2, 3].item() == pytest.approx(colour[1, 2, 3, 0] / 255)


def test_standardised_channels_have_mean_0_and_deviation_1_over_the_reference() -> None:
    reference = pixels(np.random.default_rng(0).integers(0, 200, (9, 6, 6, 3)).astype(np.uint8))
    over = standardised(reference, reference)
    assert over.mean((0, 2, 3)).numpy() == pytest.approx(0, abs=1e-5)
    assert over.std((0, 2, 3), correction=0).numpy() == pytest.approx(1, abs=1e-5)
    assert torch.allclose(standardised(reference[:2], reference), over[:2])


def test_examples_are_drawn_by_the_seed_and_test_examples_are_not() -> None:
    assert len(set(drawn(100, 30, seed=1))) == 30
    assert list(drawn(100, 30, seed=1)) == list(drawn(100, 30, seed=1)) != list(drawn(100, 30, seed=2))
    assert list(drawn(7, None, seed=3)) == list(range(7))
    assert list(spread(10, 5)) == [0, 2, 4, 6, 8]
    assert list(spread(4, None)) == [0, 1, 2, 3] == list(spread(4, 99))


def test_a_classifiers_result_can_be_computed_again_from_what_it_keeps() -> None:
    data = digits()
    recipe = Recipe(Adam(0.001), Epochs(1), batch_size=16)
    keep = ("weights", "predictions", "mistakes")
    result = train_classifier(Watcher(), seed=0, net=TINY_CONVNET, recipe=recipe, data=data, test_examples=30, keep=keep)
    held = spread(60, 30)
    train, test = pixels(data.train_images), pixels(data.test_images[held])
    with torch.no_grad():
        found = rebuild(TINY_CONVNET, result.arrays)(standardised(test, train))
    assert np.array_equal(found.argmax(1).numpy(), result.arrays["predictions"])
    wrong = result.arrays["predictions"] != data.test_labels[held]
    assert 0 < wrong.sum() < 24  # or this test tests nothing
    assert result.scalars["test_accuracy"] == pytest.approx(1 - wrong.mean())
    shown = {image.tobytes() for image in result.arrays["mistake_images"]}
    assert shown == {image.tobytes() for image in data.test_images[held][wrong]}
    assert (result.arrays["mistake_labels"] != result.arrays["mistake_predictions"]).all()


def test_mistakes_begin_with_the_worst() -> None:
    found = torch.tensor([[0.0, 1.0], [0.0, 5.0], [0.0, 9.0], [2.0, 0.0]])
    assert mistakes(found, torch.tensor([0, 0, 1, 0])).tolist() == [1, 0]
    assert mistakes(found, torch.tensor([0, 0, 1, 0]), most=1).tolist() == [1]


def test_the_last_test_images_count_as_much_as_the_first() -> None:
    chosen = spread(10_000, 5000)
    assert abs((chosen < 5000).mean() - 0.5) < 0.01


def test_training_examples_are_measured_on_a_fair_sample_whatever_their_order() -> None:
    labels = torch.arange(1200) % 2  # a net that sees no difference has half of them right, and all or none of every sixth
    images = torch.zeros(1200, *SMALL.input)
    fitted = run(Recipe(SGD(0.0), Epochs(1)), train=Examples(images, labels), test=Examples(images[:200], labels[:200]))
    assert fitted.final["train_accuracy"] == pytest.approx(0.5, abs=0.1)
