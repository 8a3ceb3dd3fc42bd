"""E9: its pairs, what its nets can compute, its sentences on runs whose truth is known, and its pages on real digits."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from experiments.data.datasets import Images
from experiments.e09_sums import (
    EXPERIMENT, JOINED, NARROW, NETS, READER, SHARED, SUMS, Pairs, add_readings, examples, learn_sums, paired, trials,
)  # fmt: skip
from experiments.live import build, counted, rebuild
from experiments.nets import Dense, Flatten, Net, Shared, parameters
from experiments.training import Adam, Epochs, Recipe
from report.model import Budget, Holds, Outcome, Result, Runs, Trial, Value
from tests.contexts import Silent
from tests.made_up import last, number_of, refuted_in, runs_that_end, words
from tests.seeds import over_seeds


def images(labels: np.ndarray, seed: int) -> np.ndarray:
    """A digit as a bright bar whose height tells it, on noise."""
    found = np.random.default_rng(seed).integers(0, 40, (len(labels), 28, 28)).astype(np.uint8)
    for image, label in zip(found, labels):
        image[2 + 2 * label : 5 + 2 * label, 4:24] = 240
    return found


@pytest.fixture(scope="module")
def bars() -> Images:
    """Ten classes of bars; training and test images differ in their noise."""
    train, test = np.arange(600) % 10, np.arange(200) % 10
    return Images("mnist", images(train, 0), train, images(test, 1), test, tuple("0123456789"), False, "made up")


# --- pairs ---------------------------------------------------------------------------------------------------------


def test_a_pair_is_two_whole_digits_one_above_the_other_and_their_labels(bars: Images) -> None:
    pairs = paired(bars.train_images, bars.train_labels, 50, np.random.default_rng(3))
    assert (pairs.images.shape, pairs.digits.shape) == ((50, 56, 28), (50, 2))
    known = {image.tobytes(): label for image, label in zip(bars.train_images, bars.train_labels)}
    for image, (upper, lower), total in zip(pairs.images, pairs.digits, pairs.sums):
        assert known[image[:28].tobytes()] == upper
        assert known[image[28:].tobytes()] == lower
        assert total == int(upper) + int(lower)


def test_all_pairs_of_digits_are_equally_likely() -> None:
    labels = np.repeat(np.arange(10), 5)
    pairs = paired(np.zeros((50, 28, 28), np.uint8), labels, 40_000, np.random.default_rng(0))
    counts = np.zeros((10, 10))
    np.add.at(counts, tuple(pairs.digits.T), 1)
    assert np.abs(counts / 400 - 1).max() < 0.25  # 5 standard deviations
    assert np.bincount(pairs.sums).argmax() == 9


def test_pixels_are_scaled_by_the_training_pairs(bars: Images) -> None:
    draw = np.random.default_rng(0)
    train, test = (paired(bars.train_images, bars.train_labels, n, draw) for n in (40, 20))
    brighter = Pairs(np.minimum(test.images, 215) + np.uint8(40), test.digits)
    learned, held = examples(train, brighter)
    assert learned.inputs.shape == (40, 1, 56, 28)
    assert learned.inputs.mean().item() == pytest.approx(0, abs=1e-4)
    assert learned.inputs.std(correction=0).item() == pytest.approx(1, abs=1e-4)
    assert held.inputs.mean().item() > 0.3
    assert held.targets.tolist() == test.digits.sum(1).tolist()


# --- the nets ------------------------------------------------------------------------------------------------------


def test_the_nets_of_w2s_size_are_as_described() -> None:
    dense = 3136 * 1024 + 1024
    assert parameters(NETS[SHARED]) == 832 + 51_264 + dense + 2048 * 19 + 19
    assert parameters(NETS[SHARED]) == counted(NETS[SHARED])
    for nets in (NETS, NARROW):
        assert nets[SHARED].layers[:7] == nets[JOINED].layers[:7]
        assert {net.layers[-1] for net in nets.values()} == {Dense(SUMS)}


def interaction(net: Net) -> float:
    """How far the outputs are from a term of the upper half plus one of the lower, for digits with wide margins."""
    module = build(net, seed=1).double()
    draw = torch.Generator().manual_seed(0)
    pictures = torch.zeros(4, 1, 28, 28, dtype=torch.float64)
    pictures[:, :, 8:20, 8:20] = torch.rand(4, 1, 12, 12, generator=draw, dtype=torch.float64) * 3
    one, two, three, four = pictures

    def found(upper: torch.Tensor, lower: torch.Tensor) -> torch.Tensor:
        return module(torch.cat([upper, lower], 1).unsqueeze(0))

    crossed = found(one, two) + found(three, four) - found(one, four) - found(three, two)
    return crossed.abs().max().item()


def test_only_without_a_hidden_layer_the_outputs_are_a_sum_over_the_halves() -> None:
    assert interaction(NARROW[SHARED]) < 1e-12
    assert interaction(NARROW[JOINED]) > 1e-5


def test_a_sum_over_the_halves_can_add() -> None:
    """The formula of the chapter, as weights of a net like W2's whose halves are the digits themselves."""
    net = Net((1, 2, 1), (Shared((Flatten(), Dense(1))), Dense(SUMS)))
    k = np.arange(SUMS, dtype=np.float32)
    read, last = ("shared1.dense1", "dense1")
    weights = {f"{read}.weight": np.ones((1, 1)), f"{read}.bias": np.zeros(1)}
    weights |= {f"{last}.weight": np.stack([k, k], 1), f"{last}.bias": -(k**2) / 2}
    module = rebuild(net, {name: array.astype(np.float32) for name, array in weights.items()})
    digits = torch.tensor(list(product(range(10), repeat=2)))
    found = module(digits.float().reshape(-1, 1, 2, 1))
    assert found.argmax(1).tolist() == digits.sum(1).tolist()
    best, second = found.sort(descending=True).values[:, :2].T
    assert torch.allclose(best - second, torch.full((100,), 0.5))


# --- trials --------------------------------------------------------------------------------------------------------

TINY = Net((1, 56, 28), (Shared((Flatten(), Dense(24))), Dense(SUMS)))


def learned(bars: Images, seed: int = 0, epochs: int = 12) -> Result:
    recipe = Recipe(Adam(3e-3), Epochs(epochs), batch_size=50)
    return learn_sums(Silent(), seed=seed, net=TINY, recipe=recipe, train_pairs=1500, test_pairs=300, data=bars)


def test_a_net_learns_sums_and_what_is_kept_gives_its_numbers_again(bars: Images) -> None:
    torch.set_num_threads(1)
    result = learned(bars)
    assert float(result.scalars["test_accuracy"] or 0) > 0.5
    right = result.arrays["predictions"] == result.arrays["digits"].sum(1)
    assert right.mean() == pytest.approx(result.scalars["test_accuracy"])
    test = paired(bars.test_images, bars.test_labels, 300, np.random.default_rng((0, 1)))  # the same pairs, drawn again
    assert np.array_equal(test.digits, result.arrays["digits"])


def test_added_readings_are_those_of_every_pair(bars: Images) -> None:
    draw = np.random.default_rng(5)
    read = np.where(draw.random(100) < 0.3, draw.integers(0, 10, 100), np.arange(100) % 10)
    labels = bars.test_labels[::2]  # 100 of the 200, spread evenly
    result = add_readings(Silent(), seed=0, reader=Result(arrays={"predictions": read.astype(np.uint8)}), data=bars)
    off = (read - labels)[:, None] + (read - labels)[None, :]
    both = (read == labels)[:, None] & (read == labels)[None, :]
    assert result.scalars["digit_accuracy"] == pytest.approx((read == labels).mean())
    assert result.scalars["test_accuracy"] == pytest.approx((off == 0).mean())
    assert result.scalars["both_right"] == pytest.approx(both.mean())
    assert result.scalars["cancelling"] == pytest.approx(((off == 0) & ~both).mean())
    assert np.allclose(result.arrays["off_by"], [(off == e).mean() for e in range(-18, 19)])


# --- the declaration -----------------------------------------------------------------------------------------------


def test_every_budget_reads_in_all_three_ways_over_the_same_seeds() -> None:
    for name in ("smoke", "quick", "full"):
        chosen = trials(Budget(name, first_seed=4))
        seeds = {net: [t.arguments["seed"] for t in chosen if t.tags["net"] == net] for net in (*NETS, READER)}
        assert len({tuple(each) for each in seeds.values()}) == 1
        assert seeds[SHARED][0] == 4
        assert len(set(seeds[SHARED])) == len(seeds[SHARED]) == {"smoke": 2, "quick": 3, "full": 3}[name]
        for one, other in product(chosen, repeat=2):  # what is compared differs in the net alone
            if one.arguments["seed"] == other.arguments["seed"] and READER not in (one.tags["net"], other.tags["net"]):
                left, right = ({**t.arguments, "net": 0} for t in (one, other))
                assert left == right
    assert {t.arguments["net"] for t in trials(Budget("full")) if "net" in t.arguments} == set(NETS.values())
    assert {t.arguments["net"] for t in trials(Budget("quick")) if "net" in t.arguments} == set(NARROW.values())


# --- the sentences -------------------------------------------------------------------------------------------------

Mistake = Callable[[int], int]


def near(true: int) -> int:
    return true + 1 if true < SUMS - 1 else true - 1


def far(true: int) -> int:
    return (true + 5) % SUMS


USUAL: dict[str, tuple[float, Mistake]] = {SHARED: (0.96, near), JOINED: (0.98, far), READER: (0.99, far)}


def made_up(accuracies: dict[str, tuple[float, Mistake]], jitter: float = 0.002, seeds: int = 3) -> Runs:
    """Runs of the full budget: reading → accuracy, and what a wrong answer is. Of 2000 pairs that cover all sums, those are
    read wrongly whose sums are rare, as long as they last."""
    pairs = np.array(list(product(range(10), repeat=2)) * 20, np.uint8)
    sums = pairs.sum(1, dtype=int)
    order = np.argsort(np.abs(sums - 9), kind="stable")[::-1]

    def end(trial: Trial) -> Result:
        net, shift = str(trial.tags["net"]), jitter * (trial.arguments["seed"] % 3)
        accuracy, mistake = accuracies[net]
        accuracy += shift
        if net == READER:
            off = np.zeros(2 * SUMS - 1)
            off[SUMS - 1] = accuracy
            off[[SUMS - 1 - 5, SUMS - 1 + 5] if mistake is far else [SUMS - 2, SUMS]] = (1 - accuracy) / 2
            p = math.sqrt(accuracy)
            scalars = {"digit_accuracy": p, "test_accuracy": accuracy, "both_right": accuracy, "cancelling": 0.0}
            return Result(scalars, arrays={"off_by": off})
        read = sums.copy()
        wrong = order[: round((1 - accuracy) * len(sums))]
        read[wrong] = [mistake(true) for true in sums[wrong]]
        exact = float((read == sums).mean())
        history: dict[str, list[Any]] = {"epoch": [0.5, 1.0], "iteration": [600, 1200]}
        for part in ("train", "test"):
            history |= {f"{part}_accuracy": [0.3, exact], f"{part}_loss": [2.0, 1 - exact]}
        arrays = {"predictions": read.astype(np.uint8), "digits": pairs}
        return Result({**last(history), "iterations": 1200}, history, arrays)

    return runs_that_end(over_seeds(trials(Budget("full")), seeds), end)


def test_a_net_that_has_settled_is_not_called_still_learning() -> None:
    def settled(outcome: Outcome) -> Outcome:
        if outcome.result is None or "test_accuracy" not in outcome.result.history:
            return outcome
        end = outcome.result.history["test_accuracy"][-1]
        return replace(outcome, result=replace(outcome.result, history={**outcome.result.history, "test_accuracy": [end, end]}))

    found = words(EXPERIMENT, Runs(tuple(map(settled, made_up(USUAL)))))
    assert {name for name, word in found.items() if word is not Holds.YES} == {"still_learning"}


def test_whether_a_net_still_learns_is_asked_of_its_last_two_measurements() -> None:
    """However many there are: the last quarter of a training may begin between two of them."""

    def risen_before(outcome: Outcome) -> Outcome:
        if outcome.result is None or "test_accuracy" not in outcome.result.history:
            return outcome
        history = {**outcome.result.history, "test_accuracy": [0.2, 0.3, 0.4, 0.5, 0.5]}
        return replace(outcome, result=replace(outcome.result, history=history))

    assert words(EXPERIMENT, Runs(tuple(map(risen_before, made_up(USUAL)))))["still_learning"] is Holds.NO


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({SHARED: (0.94, near)}, {"reaches"}),
        ({JOINED: (0.955, far)}, {"meeting_pays"}),
        ({READER: (0.95, far)}, {"digits_help"}),
        ({SHARED: (0.96, far)}, {"off_by_one", "nearer_than_joined", "nearer_than_readings"}),
        ({JOINED: (0.98, near)}, {"nearer_than_joined"}),
        ({READER: (0.99, near)}, {"nearer_than_readings"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: dict[str, tuple[float, Mistake]], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up({**USUAL, **change})) == refuted


def test_a_net_that_guesses_has_not_learned() -> None:
    runs = made_up({**USUAL, SHARED: (0.08, near)}, jitter=0)
    assert words(EXPERIMENT, runs)["learns"] is Holds.NO
    assert number_of(EXPERIMENT, "guessing", runs) == pytest.approx(10)


def test_a_net_without_mistakes_decides_nothing_about_them() -> None:
    found = words(EXPERIMENT, made_up({**USUAL, SHARED: (1.0, near)}, jitter=0))
    assert {found["off_by_one"], found["nearer_than_joined"], found["nearer_than_readings"]} == {Holds.UNDECIDED}


# --- figures, tables and what was reported -------------------------------------------------------------------------


def test_captions_and_table_follow_the_numbers() -> None:
    runs = made_up({**USUAL, JOINED: (0.965, far)}, jitter=0)
    assert "ends at 96.0% of the test pairs, *shared halves, joined* at 96.5%" in EXPERIMENT.figures["curves"](runs).caption
    distances = EXPERIMENT.figures["distances"](runs)
    assert f"1 for {SHARED} (100 % of its mistakes)" in distances.caption
    assert f"5 for {READER} (100 % of its mistakes)" in distances.caption
    assert distances.data.loc[distances.data["off_by"] == 1, f"{SHARED}, %"].item() == pytest.approx(100)
    rows = {row[0]: row for row in EXPERIMENT.tables["final"](runs).rows}
    assert rows[SHARED][1] == parameters(NETS[SHARED])
    assert rows[SHARED][2].number == pytest.approx(96)
    assert rows[SHARED][5].number == pytest.approx(100 * math.sqrt(0.96))
    assert (rows[SHARED][6].number, rows[READER][6].number) == pytest.approx((1, 5))


def test_the_reported_accuracy_is_held_against_w2s_net() -> None:
    assert EXPERIMENT.values["replicated"](made_up(USUAL, jitter=0)).number == pytest.approx(96)


def test_one_seed_decides_nothing_and_is_still_drawn() -> None:
    runs = made_up(USUAL, seeds=1)
    assert set(words(EXPERIMENT, runs).values()) == {Holds.UNDECIDED}
    for view in (
        *EXPERIMENT.figures.values(),
        *EXPERIMENT.tables.values(),
        *(value for value in EXPERIMENT.values.values() if not isinstance(value, Value)),
    ):
        view(runs)
