"""E6: its net, its map on made-up digits, its sentences on runs whose truth is known, and its chapter either way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import zoo
from experiments.affine import collapse
from experiments.data.datasets import Images
from experiments.e05_tutorial_net import BATCH, TOTAL
from experiments.e05_tutorial_net import EXPERIMENT as E5
from experiments.e05_tutorial_net import trial as tutorial_trial
from experiments.e06_linearised import BATCHES, EXPERIMENT, MAP, NETS, batch_accuracies, linearised, trial, trials
from experiments.live import build, weights
from experiments.looks import LINEARISED, SOFTMAX, TUTORIAL
from experiments.nets import AvgPool, Conv, Dense, Flatten, MaxPool, Net, ReLU, parameters
from report.cache.store import Store
from report.judge.judge import judge
from report.judge.views import Judged
from report.model import Budget, Column, Holds, Outcome, Result, Runs, Table, Trial, Value
from report.write.chapters import write
from report.write.manuscript import Material
from report.write.writeup import writeup
from tests.experiments import test_e05
from tests.experiments.given import sources
from tests.made_up import last, refuted_in, runs_that_end, words
from tests.said import said
from tests.seeds import over_seeds

ROOT = Path(__file__).parents[2]


# --- the net and its trials ----------------------------------------------------------------------------------------


def test_linearising_takes_the_non_linearities_and_nothing_else() -> None:
    net = Net((1, 8, 8), (Conv(3, 3), ReLU(), MaxPool(2, 1), Flatten(), Dense(4), ReLU(), Dense(2)))
    assert linearised(net).layers == (Conv(3, 3), AvgPool(2, 1), Flatten(), Dense(4), Dense(2))
    assert parameters(NETS[LINEARISED]) == parameters(zoo.TUTORIAL)
    module = build(NETS[LINEARISED], seed=0).double()
    one, other = torch.randn(2, 1, 1, 28, 28, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():  # affine: a mean of outputs is the output of the mean
        assert torch.allclose(module((one + other) / 2), (module(one) + module(other)) / 2, atol=1e-12)


def test_the_nets_differ_and_the_recipe_does_not() -> None:
    for name in ("smoke", "quick", "full"):
        one, other = tutorial_trial(Budget(name), 3), trial(Budget(name), 3)
        assert {**one.arguments, "net": None} == {**other.arguments, "net": None}
        assert (one.arguments["net"], other.arguments["net"]) == (zoo.TUTORIAL, linearised(zoo.TUTORIAL))


def affine(budget: Budget, seed: int) -> Trial:
    """The trial that reads the map off the net of this seed."""
    (chosen,) = (each for each in trials(budget) if each.tags["net"] == MAP and each.arguments["seed"] == seed)
    return chosen


def test_the_map_is_read_off_the_net_of_its_seed_on_the_same_digits() -> None:
    for seed in (0, 2):
        chosen = affine(Budget("quick"), seed)
        source = trial(Budget("quick"), seed)
        assert chosen.inputs["trained"] == source
        assert chosen.function is collapse
        for name in ("seed", "net", "train_examples", "test_examples"):
            assert chosen.arguments[name] == source.arguments[name]


def test_batches_are_those_of_the_nets_that_are_compared() -> None:
    measured = [each for each in trials(Budget("quick")) if each.tags.get("stage") == BATCHES]
    assert [each.inputs["trained"] for each in measured] == [
        make(Budget("quick"), seed) for make in (trial, tutorial_trial) for seed in range(3)
    ]
    assert {each.arguments["size"] for each in measured} == {BATCH}


def test_the_spread_of_batches_is_that_of_a_count(squares: Images) -> None:
    """Of a hundred digits, every fifth is misread: shares of fifty without replacement scatter a little less than with."""
    wrong = np.arange(100) % 5 == 0
    trained = Result(arrays={"predictions": np.where(wrong, squares.test_labels + 1, squares.test_labels).astype(np.uint8)})
    result = batch_accuracies(test_e05.Silent(), seed=0, size=10, trained=trained, data=squares)
    assert result.scalars["test_accuracy"] == 0.8
    assert result.scalars["binomial"] == pytest.approx(np.sqrt(0.8 * 0.2 / 10))
    assert result.scalars["spread"] == pytest.approx(np.sqrt(0.8 * 0.2 / 10 * (1 - 10 / 100) / (1 - 1 / 100)), rel=0.06)
    assert result.arrays["accuracies"].shape == (100, 10)
    assert result.arrays["accuracies"].mean() == pytest.approx(0.8)
    assert batch_accuracies(test_e05.Silent(), seed=0, size=10, trained=Result(diverged=True), data=squares).diverged


def test_every_net_that_is_compared_has_every_seed() -> None:
    for name, seeds in {"smoke": 2, "quick": 3, "full": 3}.items():
        chosen = trials(Budget(name, first_seed=5))
        for net in (TUTORIAL, LINEARISED, MAP, SOFTMAX):
            mine = [each.arguments["seed"] for each in chosen if each.tags["net"] == net and "stage" not in each.tags]
            assert mine == list(range(5, 5 + seeds))


def test_the_map_of_the_real_net_gives_its_outputs(squares: Images) -> None:
    torch.set_num_threads(1)
    chosen = affine(Budget("smoke"), 1)
    kept = Result({}, {}, weights(build(NETS[LINEARISED], seed=1)))
    arguments = {**chosen.arguments, "train_examples": 50, "test_examples": 20}
    result = chosen.function(test_e05.Silent(), **arguments, data=squares, trained=kept)
    outcome = Outcome(chosen, "", result)
    again = Outcome(affine(Budget("smoke"), 0), "", result)
    assert EXPERIMENT.claims["same_outputs"].judge(Runs((outcome, again))).holds is Holds.YES
    row = EXPERIMENT.tables["maps"](Runs((outcome,))).rows[0]
    assert row[0] == 1
    assert 5 < row[1] < 8 < 12 < row[2] < 16
    assert row[3] == 100


squares = test_e05.squares


# --- made-up runs --------------------------------------------------------------------------------------------------

USUAL = {TUTORIAL: (0.999, 0.992), LINEARISED: (0.925, 0.92), SOFTMAX: (0.928, 0.924)}
ROUNDED = {"difference_float32": 1e-6, "difference_float64": 1e-15, "agreement": 1.0}


def made_up(
    accuracies: Mapping[str, tuple[float, float]] = USUAL,
    rounded: Mapping[str, float] = ROUNDED,
    rough: tuple[float, float] = (0.0, 1.0),
    scatter: float = 1.0,
) -> Runs:
    """Runs of the full budget: net → (training, test accuracy); how far map and net differ; the noise in the maps of the
    linearised net and of softmax regression; the spread of batches, as a share of that of a count."""

    def end(each: Trial) -> Result:
        seed, net = each.arguments["seed"], str(each.tags["net"])
        if each.tags.get("stage") == BATCHES:
            share = accuracies[net][1] + 0.0002 * seed
            binomial = np.sqrt(share * (1 - share) / BATCH)
            return Result({"binomial": binomial, "test_accuracy": share, "spread": scatter * binomial})
        if net == MAP:
            scalars = {name: number * (1 - 1e-5 * seed) for name, number in rounded.items()}
            matrix = _maps(rough[0], seed)[:, None]
            return Result({**scalars, "test_accuracy": accuracies[LINEARISED][1]}, {}, {"matrix": matrix})
        train, test = (accuracy + 0.0002 * seed for accuracy in accuracies[net])
        history: dict[str, list[float]] = {"epoch": [1, 2], "iteration": [2500, 5000]}
        for part, final in (("train", train), ("test", test)):
            history |= {f"{part}_accuracy": [final - 0.01, final], f"{part}_loss": [1.1 - final, 1 - final]}
        arrays = {"dense1.weight": _maps(rough[1], seed).reshape(10, 784)} if net == SOFTMAX else {}
        return Result(last(history), history, arrays)

    return runs_that_end(over_seeds(trials(Budget("full")), 3), end)


def _maps(noise: float, seed: int) -> np.ndarray:
    """(10, 28, 28): smooth waves, one a class, and as much noise; what all classes share is large."""
    draw = np.random.default_rng(seed)
    row, column = np.mgrid[:28, :28]
    waves = np.stack([np.sin((row * np.cos(k) + column * np.sin(k)) / 4) for k in range(10)])
    return (waves + noise * draw.standard_normal((10, 28, 28)) + 50).astype(np.float32)


@pytest.mark.parametrize(
    ("runs", "refuted"),
    [
        (made_up({**USUAL, TUTORIAL: (0.999, 0.96)}), {"far_below"}),
        (made_up({**USUAL, TUTORIAL: (0.999, 0.91)}), {"below", "far_below", "underfits", "jumps_more"}),
        (made_up({**USUAL, SOFTMAX: (0.95, 0.95)}), {"as_affine"}),
        (made_up(rounded={**ROUNDED, "difference_float32": 1e-4}), {"same_outputs"}),
        (made_up(rounded={**ROUNDED, "difference_float64": 1e-9}), {"same_outputs"}),
        (made_up(rounded={**ROUNDED, "agreement": 0.99}), {"same_classes"}),
        (made_up(scatter=1.5), {"jumps_are_chance"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(runs: Runs, refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, runs) == refuted


def test_no_difference_counts_as_far_as_rounding_reaches() -> None:
    verdict = EXPERIMENT.claims["same_outputs"].judge(
        made_up(rounded={"difference_float32": 0, "difference_float64": 0, "agreement": 1})
    )
    assert verdict.holds is Holds.YES
    assert verdict.effect == pytest.approx(-np.log10(2.0**-23))


def test_the_templates_are_those_of_the_map_less_what_all_classes_share() -> None:
    figure = EXPERIMENT.figures["templates"](made_up(rough=(0.1, 0.5)))
    shown = np.array([ax.images[0].get_array() for ax in figure.plot.axes]).reshape(2, 10, 28, 28)
    for images, noise in zip(shown, (0.1, 0.5)):
        assert images.sum(0) == pytest.approx(np.zeros((28, 28)), abs=1e-3)
        expected = _maps(noise, 0)
        assert images[3] - images[7] == pytest.approx(expected[3] - expected[7], abs=1e-3)
    assert len(figure.data) == 20


def test_the_table_of_nets_says_what_was_measured() -> None:
    table = EXPERIMENT.tables["final"](made_up())
    rows = {row[0]: row for row in table.rows}
    assert rows[SOFTMAX][1] == 7850
    for net, (train, test) in USUAL.items():
        assert rows[net][2].number == pytest.approx(100 * (test + 0.0002))
        assert rows[net][3].number == pytest.approx(100 * (train + 0.0002))
    assert EXPERIMENT.values["replicated"](made_up()).number == pytest.approx(92.02)
    values = {name: value if isinstance(value, Value) else value(made_up()) for name, value in EXPERIMENT.values.items()}
    assert values["lost"].number == pytest.approx(7.2)
    assert values["spread_at_w2"].number == pytest.approx(3.9, abs=0.05)
    assert values["spread_at_best"].number == pytest.approx(1.4, abs=0.05)
    assert values["spread_linearised"].number == pytest.approx(100 * np.sqrt(0.92 * 0.08 / 50), abs=0.02)


def test_a_net_that_diverged_leaves_the_other_seeds() -> None:
    def lost(outcome: Outcome) -> Outcome:
        if outcome.seed or outcome.trial.tags["net"] not in (LINEARISED, MAP):
            return outcome
        return replace(outcome, result=Result(diverged=True))

    runs = Runs(tuple(map(lost, made_up())))
    for view in (*EXPERIMENT.figures.values(), *EXPERIMENT.tables.values()):
        view(runs)
    assert {claim.judge(runs).n for claim in EXPERIMENT.claims.values()} == {2}


# --- the chapter ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "tutorial", "linear"),
    [
        ("full", test_e05.made_up(), made_up()),
        ("quick", test_e05.made_up(test=0.97, train=0.969), made_up({**USUAL, SOFTMAX: (0.95, 0.95)}, scatter=1.5)),
    ],
)
def test_the_chapter_reads_either_way(budget: str, tutorial: Runs, linear: Runs, tmp_path: Path) -> None:
    store = Store(tmp_path)
    judged = {
        experiment.id: judge(experiment, ROOT / file, runs, store, sources(), budget=budget, stand_ins=())
        for experiment, file, runs in (
            (E5, "experiments/e05_tutorial_net.py", tutorial),
            (EXPERIMENT, "experiments/e06_linearised.py", linear),
        )
    }
    page = writeup(ROOT / "templates")
    chapter = next(path for path in page.chapters if path.stem == "24-tutorial-net")
    counts = Judged(values={"e5-total": Value(TOTAL, digits=0)}, tables={"E5": Table((Column("what", "What"),), (), "Counts.")})
    experiments, everything = {"E5": E5, "E6": EXPERIMENT}, {**judged, "T16": counts}
    material = Material(
        experiments=experiments,
        judged=everything,
        proofs={},
        writeup=replace(page, chapters=(chapter,)),
        budget=budget,
        findings=said(experiments, everything, budget, "W2.e5-total", "W2.e6-accuracy", "W2.e6-jumps"),
    )
    (written,) = write(material).chapters
    text = " ".join(written.markdown.split())
    asked = "not asked of this copy" not in text
    assert asked is (budget == "full")
    assert ("buy nothing" in text) is (budget == "full")
    assert ("X30" in text) is (words(EXPERIMENT, linear)["jumps_are_chance"] is Holds.YES)
    assert "is not shown" not in text
