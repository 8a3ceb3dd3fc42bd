"""E13: its trials, what an examination counts, its sentences on runs whose truth is known, and its chapter, stand-in or not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from experiments.data import cifar
from experiments.data.datasets import Images
from experiments.e13_capacity import EXPERIMENT
from experiments.e13_capacity.trials import (
    ADAM, EXAMINATION, LOGITS, MOMENTUM, PLAIN, RECTIFIED, TRAINING, amounts, examine, name, network, trial, trials,
)  # fmt: skip
from experiments.live import build, rebuild, weights
from experiments.measures import examination
from experiments.nets import Dense, Flatten, Net, ReLU, parameters
from experiments.training import Epochs, drawn, pixels, standardised
from experiments.zoo import CAPACITIES
from report.cache.store import Store
from report.judge.judge import judge
from report.judge.views import Judged
from report.model import Budget, Column, Holds, Outcome, Result, Runs, Table, Trial, Value
from report.write.chapters import write
from report.write.manuscript import Material
from report.write.writeup import Writeup
from tests.contexts import Silent
from tests.experiments.given import sources
from tests.made_up import blank, last, refuted_in, runs_that_end, words
from tests.said import said

ROOT = Path(__file__).parents[2]
NAMES = [name(channels) for channels in CAPACITIES]
CLASSES = tuple(f"kind {number}" for number in range(10))


@pytest.fixture(scope="module")
def squares() -> Images:
    """Ten classes of noisy images: a bright square each, at the place of its class."""
    torch.set_num_threads(1)
    draw = np.random.default_rng(0)
    labels = np.arange(400) % 10
    images = draw.integers(0, 90, (400, 32, 32, 3)).astype(np.uint8)
    for image, label in zip(images, labels):
        image[3 * label : 3 * label + 5, 8:20] = 240
    return Images("cifar10", images, labels, images[:120], labels[:120], CLASSES, True, "made up")


# --- trials --------------------------------------------------------------------------------------------------------


def test_full_trains_six_nets_for_fifteen_epochs_of_everything_from_three_seeds() -> None:
    training = [each for each in trials(Budget("full", first_seed=4)) if each.tags["stage"] == TRAINING]
    for channels in CAPACITIES:
        tags = {"net": name(channels), "logits": PLAIN, "optimizer": ADAM, "stage": TRAINING}
        assert [each.arguments["seed"] for each in training if each.tags == tags] == [4, 5, 6]
    assert {each.tags["net"] for each in training if each.tags["logits"] == RECTIFIED} == set(NAMES[:4])
    momentum = [each for each in training if each.tags["optimizer"] == MOMENTUM]
    assert {each.tags["net"] for each in momentum} == {"(12, 32)"}
    assert len(training) == 3 * (6 + 4 + 2)
    assert all(each.arguments["train_examples"] is each.arguments["test_examples"] is None for each in training)
    assert {each.arguments["recipe"].length.count for each in training} == {15}


def test_every_rectified_net_is_examined_on_the_examples_that_it_saw() -> None:
    for budget in map(Budget, ("smoke", "quick", "full")):
        made = trials(budget)
        trained = [each for each in made if each.tags["stage"] == TRAINING and each.tags["logits"] == RECTIFIED]
        examined = [each for each in made if each.tags["stage"] == EXAMINATION]
        assert [each.inputs["trained"] for each in examined] == trained
        for source, each in zip(trained, examined):
            shared = ("seed", "net", "train_examples", "test_examples")
            assert {key: each.arguments[key] for key in shared} == {key: source.arguments[key] for key in shared}


@pytest.mark.parametrize("budget", ["quick", "full"])
def test_the_nets_that_claims_name_are_trained_from_several_seeds(budget: str) -> None:
    asked = [claim for claim in EXPERIMENT.claims.values() if not claim.needs.lacking(budget, [])]
    named = {net for claim in asked for net in re.findall(r"\(\d+, \d+\)", claim.sentence)}
    for net in {"(3, 8)", "(12, 32)", "(24, 64)"} | named:
        seeds = [o for o in trials(Budget(budget)) if o.tags == {**o.tags, "net": net, "logits": PLAIN, "stage": "training"}]
        assert len({each.arguments["seed"] for each in seeds}) >= 3, net


def test_a_smaller_budget_changes_amounts_only() -> None:
    small, full = (trial(Budget(name), (12, 32), 0) for name in ("quick", "full"))
    oftener = replace(small.arguments["recipe"], evaluate=Epochs(1))
    assert {**small.arguments, **amounts(Budget("full")), "recipe": oftener} == full.arguments


def test_the_relu_on_the_logits_is_all_that_differs() -> None:
    for channels in CAPACITIES[:2]:
        plain, rectified = (network(channels, logits) for logits in LOGITS)
        assert parameters(plain) == parameters(rectified)
        batch = torch.randn(5, 3, 32, 32, generator=torch.Generator().manual_seed(0))
        with torch.no_grad():
            assert torch.equal(build(rectified, 3)(batch), build(plain, 3)(batch).clamp(min=0))


# --- examination ---------------------------------------------------------------------------------------------------


def constant(logits: list[float]) -> tuple[Net, Result]:
    """A rectified net that gives every image these logits before its ReLU."""
    net = Net((3, 32, 32), (Flatten(), Dense(10), ReLU()))
    arrays = weights(build(net, 0))
    return net, Result(arrays={"dense1.weight": 0 * arrays["dense1.weight"], "dense1.bias": np.array(logits, np.float32)})


def test_an_examination_counts_dead_classes_and_silent_images(squares: Images) -> None:
    net, trained = constant([-1.0, 0.5, 0.0, 2.0, -3.0, 0.1, 0.1, 0.1, 0.1, 0.1])
    result = examine(Silent(), seed=0, net=net, data=squares, trained=trained)
    assert result.scalars == {"dead": 3, "mute": 0.0, "sum": pytest.approx(3.0)}
    assert result.arrays["highest"].tolist() == pytest.approx([-1, 0.5, 0, 2, -3, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert result.arrays["silent"].tolist() == [1, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    assert examine(Silent(), seed=0, net=net, data=squares, trained=constant([-1.0] * 10)[1]).scalars["mute"] == 1


def test_a_dead_class_is_one_that_gets_no_gradient_from_any_training_image(squares: Images) -> None:
    source = trial(Budget("smoke"), (3, 8), 0, RECTIFIED)
    each, trained = examination(examine, source, stage=EXAMINATION), run(source, squares)
    killed = {**trained.arrays, "dense1.bias": trained.arrays["dense1.bias"] - np.array([50, 0, 0, 50] + [0] * 6, np.float32)}
    result = each.function(Silent(), **each.arguments, data=squares, trained=replace(trained, arrays=killed))

    chosen = drawn(400, each.arguments["train_examples"], 0)
    inputs = standardised(pixels(squares.train_images[chosen]), pixels(squares.train_images[chosen]))
    module = rebuild(each.arguments["net"], killed)
    torch.nn.functional.cross_entropy(module(inputs), torch.from_numpy(squares.train_labels[chosen])).backward()
    gradient = module.get_parameter("dense1.weight").grad
    assert gradient is not None
    assert ((gradient.abs().sum(1) == 0).numpy() == (result.arrays["highest"] <= 0)).all()
    assert (result.arrays["highest"] <= 0).sum() == result.scalars["dead"] > 1  # type: ignore[operator]


def test_a_diverged_net_is_not_examined_but_marked(squares: Images) -> None:
    net, _ = constant([0.0] * 10)
    assert examine(Silent(), seed=0, net=net, data=squares, trained=Result(diverged=True)).diverged


def run(each: Any, data: Images) -> Result:
    return each.function(Silent(), **each.arguments, data=data)


# --- sentences, on made-up runs ------------------------------------------------------------------------------------

End = tuple[float, float, float, float]
"""Training and test accuracy, lowest and last test loss."""

USUAL: Mapping[str, End] = {
    "(3, 8)": (0.56, 0.55, 1.30, 1.30),
    "(6, 16)": (0.66, 0.62, 1.10, 1.10),
    "(12, 32)": (0.74, 0.66, 0.95, 0.99),
    "(24, 64)": (0.88, 0.70, 0.90, 1.15),
    "(48, 128)": (0.97, 0.71, 0.85, 1.60),
    "(96, 256)": (0.99, 0.72, 0.80, 2.10),
}
LOST, DEAD = 0.05, 2


def runs_of(
    ends: Mapping[str, End] = USUAL,
    lost: float = LOST,
    dead: int = DEAD,
    spared: int = 0,
    budget: str = "full",
    without: str | None = None,
    total: float = 5.0,
    classes: tuple[str, ...] = cifar.CLASSES,
) -> Runs:
    """Runs whose nets end so (with a ReLU, ``lost`` lower and with ``dead`` classes), each seed a little different."""

    def end(each: Trial) -> Result | None:
        net, logits, seed = str(each.tags["net"]), each.tags["logits"], each.arguments["seed"]
        if net == without:
            return None
        adam = each.tags["optimizer"] == ADAM
        losing, dying = (0.0, 0) if logits == PLAIN else (lost, dead) if adam else (lost / 2, spared)
        if each.tags["stage"] == "training":
            return trained(ends[net], seed, losing, len(each.arguments["net"].layers))
        return examined(seed, dying, total, classes)

    return runs_that_end(trials(Budget(budget)), end)


def trained(end: End, seed: int, lost: float, shift: int) -> Result:
    """The training loss is what the training accuracy lacks."""
    train, test, least, latest = end
    wobble = 0.001 * seed
    accuracies, losses = [test - lost - 0.1, test - lost + wobble], [least + wobble, latest + wobble]
    history = {
        "epoch": [7.0, 15.0],
        "train_accuracy": [train - 0.1, train - lost + 2 * wobble],
        "test_accuracy": accuracies,
        "train_loss": [1.0, 1 - train + lost],
        "test_loss": losses,
    }
    predictions = (np.arange(50) + shift) % 10
    return Result(last(history), history, {"predictions": predictions})


def examined(seed: int, dead: int, total: float, classes: tuple[str, ...]) -> Result:
    arrays = {
        "highest": np.where(np.arange(10) < dead, -1.0, 5.0),
        "silent": np.where(np.arange(10) < dead, 1.0, 0.01 * seed),
        "classes": np.array(classes),
    }
    return Result({"dead": dead, "mute": 0.0, "sum": total + 0.001 * seed}, {}, arrays)


AS_W4_SAYS: Mapping[str, End] = {
    "(3, 8)": (0.34, 0.33, 1.50, 1.50),
    "(6, 16)": (0.70, 0.65, 1.10, 1.10),
    "(12, 32)": (0.74, 0.66, 0.95, 0.99),
    "(24, 64)": (0.80, 0.65, 0.90, 1.15),
    "(48, 128)": (0.97, 0.64, 0.85, 1.60),
    "(96, 256)": (0.99, 0.63, 0.80, 2.10),
}


def changed(**ends: End) -> Mapping[str, End]:
    """W4's nets, of which some end otherwise: ``w3`` is (3, 8), and so on."""
    return {net: ends.get(f"w{channels[0]}", AS_W4_SAYS[net]) for net, channels in zip(NAMES, CAPACITIES)}


NARROWING = {net: (end[1] + 0.3 - 0.04 * i, end[1], 1.0, 1.2 + i) for i, (net, end) in enumerate(AS_W4_SAYS.items())}


@pytest.mark.parametrize(
    ("ends", "options", "refuted"),
    [
        (changed(w3=(0.56, 0.55, 1.5, 1.5)), {}, {"narrowest_hardly_learns"}),
        (changed(w3=(0.66, 0.33, 1.5, 1.5)), {}, {"underfits"}),
        (changed(w6=(0.70, 0.62, 1.1, 1.1)), {}, {"two_alike"}),
        (changed(w24=(0.88, 0.70, 0.90, 1.15)), {}, {"best_accuracy"}),
        (changed(w24=(0.80, 0.65, 0.90, 0.95)), {}, {"overfits", "best_loss"}),
        (changed(w24=(0.70, 0.65, 0.90, 1.15)), {}, {"overfits"}),
        (changed(w24=(0.99, 0.65, 0.50, 1.45)), {}, {"overfits_less", "widest_extremes"}),
        (changed(w48=(0.97, 0.64, 0.85, 1.40)), {}, {"loss_above_narrowest"}),
        (changed(w96=(0.99, 0.63, 0.80, 1.55)), {}, {"widest_extremes"}),
        (AS_W4_SAYS, {"total": 5.0}, {"rectified_logits_sum_to_one"}),
        (AS_W4_SAYS, {"classes": CLASSES}, {"real"}),
        (AS_W4_SAYS, {"spared": 2}, {"momentum_spares"}),
        (AS_W4_SAYS, {"lost": -0.01, "dead": 0}, {"relu_costs", "relu_kills", "momentum_spares", "relu_costs_under_momentum"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(ends: Mapping[str, End], options: dict[str, Any], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, runs_of(ends, **{"total": 1.0, **options})) == refuted


def test_a_gap_that_narrows_does_not_grow() -> None:
    assert words(EXPERIMENT, runs_of(NARROWING))["gap_grows"] is Holds.NO


def test_the_cost_of_the_relu_is_averaged_over_the_nets_that_were_trained_both_ways() -> None:
    verdict = EXPERIMENT.claims["relu_costs"].judge(runs_of(lost=0.05))
    assert verdict.n == 3
    assert verdict.effect == pytest.approx(5)
    assert all((net in verdict.what) == (net in NAMES[:4]) for net in NAMES)
    assert EXPERIMENT.claims["relu_kills"].judge(runs_of(dead=2)).effect == 4 * 2


def test_the_table_judges_each_net_by_the_criteria() -> None:
    table = EXPERIMENT.tables["final"](runs_of())
    rows = {row[0]: row for row in table.rows}
    expected = dict(zip(NAMES, ["underfits", "underfits", "neither", "overfits", "overfits", "overfits"]))
    assert {net: row[-1] for net, row in rows.items()} == expected
    net = rows["(24, 64)"]
    assert net[1] == parameters(network((24, 64), PLAIN))
    assert (net[4].number, net[5].number) == (pytest.approx(0.901), 7.0)  # the lowest loss, and its epoch
    assert net[7].number == pytest.approx(70.1)
    barely = {**USUAL, "(12, 32)": (0.74, 0.65, 0.95, 1.06)}  # the loss rises, the gap is narrow
    assert {row[0]: row[-1] for row in EXPERIMENT.tables["final"](runs_of(barely)).rows}["(12, 32)"] == "neither"


def test_the_other_table_says_what_the_relu_did() -> None:
    rows = {row[:2]: row for row in EXPERIMENT.tables["rectified"](runs_of(lost=0.04, dead=3, spared=1)).rows}
    assert set(rows) == {*((net, ADAM) for net in NAMES[:4]), ("(12, 32)", MOMENTUM)}
    assert rows["(6, 16)", ADAM][4].number == pytest.approx(4)
    assert rows["(6, 16)", ADAM][5].number == 3
    assert rows["(6, 16)", ADAM][6].number == pytest.approx(100 * (3 + 7 * 0.01) / 10)
    assert rows["(12, 32)", MOMENTUM][4].number == pytest.approx(2)
    assert rows["(12, 32)", MOMENTUM][5].number == 1


def test_reported_numbers_are_held_against_the_net_as_w4_trains_it() -> None:
    assert EXPERIMENT.values["replicated"](runs_of(lost=0.05)).number == pytest.approx(66.1 - 2.5)
    assert EXPERIMENT.values["doubling"].number == pytest.approx(18_554 / 6882)


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_net_that_is_missing_leaves_the_others_on_the_page() -> None:
    runs = runs_of(without="(96, 256)")
    for key in ("fit", "silence"):
        assert "(96, 256)" not in EXPERIMENT.figures[key](runs).alt
    assert [row[0] for row in EXPERIMENT.tables["final"](runs).rows] == NAMES[:-1]
    assert EXPERIMENT.claims["gap_grows"].judge(runs).holds is Holds.YES


def test_captions_follow_the_numbers() -> None:
    curves = EXPERIMENT.figures["curves"](runs_of())
    assert "(96, 256) 72.1% and 2.10 nats" in curves.alt
    dead = EXPERIMENT.figures["silence"](runs_of(dead=1))
    assert "12 of 150" in dead.caption
    assert "none" in EXPERIMENT.figures["silence"](runs_of(dead=0)).alt


def chapter(runs: Runs, folder: Path, budget: str, stand_ins: tuple[str, ...] = ()) -> str:
    """The chapter about these runs, as Markdown; the table of T16 in it is empty."""
    file = ROOT / "templates" / "chapters" / "30-capacity.md"
    folder.mkdir(exist_ok=True)
    before = folder / "10-counts.md"
    before.write_text('{{ table("build.environment") }}\n\n{{ replication() }}\n')
    store = Store(folder / "store")
    drawn = replace(EXPERIMENT, figures=dict.fromkeys(EXPERIMENT.figures, blank))
    judged = judge(drawn, file, list(runs), store, sources(), budget=budget, stand_ins=stand_ins)
    empty = Table((Column("what", "What"),), (), "Counts.")
    writeup = Writeup("", "", "", (before, file), {"W4": "Networks, 2023"}, file)
    counted = {"e13-12-32-total": Value(18_554, digits=0)}
    everything = {"E13": judged, "T16": Judged(tables={"E13": empty}, values=counted)}
    quoted = ("accuracy", "double", "e13-12-32-total", "e13-12-32-sum", "relu-harmless", "relu-on-logits")
    held = said({"E13": drawn}, everything, budget, *(f"W4.{name}" for name in quoted))
    material = Material({"E13": drawn}, everything, {}, writeup, budget, held, {"environment": empty})
    return " ".join("\n".join(each.markdown for each in write(material).chapters).replace("\\", "").split())


def test_the_chapter_reads_whichever_way_its_claims_fall(tmp_path: Path) -> None:
    text = chapter(runs_of(AS_W4_SAYS), tmp_path / "a", "full")
    assert "too narrow to learn its own images" in text
    assert "the tutorial's optimiser is kinder to" in text
    assert "stand-in" not in text.lower()
    assert "is the best of the six, as W4 says. By its loss at the end, it is." in text
    assert "The count of dead classes under Adam is" in text
    assert "X40" in text
    other = chapter(runs_of(lost=-0.01, dead=0), tmp_path / "b", "full")
    assert "is not the best of the six" in other
    assert "No class died in any run under Adam" in other
    assert "kinder" not in other
    assert "cheap to mend" not in other


def test_the_first_class_is_counted_over_nets_that_were_trained_both_ways() -> None:
    def named(runs: Runs) -> Runs:
        outcomes = []
        for o in runs:
            if o.result and "predictions" in o.result.arrays and o.trial.tags["optimizer"] == ADAM:
                rectified, net = o.trial.tags["logits"] == RECTIFIED, o.trial.tags["net"]
                first = 40 if rectified else 10 if net != "(3, 8)" else 50
                answers = np.where(np.arange(50) < first, 0, 3)
                o = replace(o, result=replace(o.result, arrays={**o.result.arrays, "predictions": answers}))
            outcomes.append(o)
        return Runs(tuple(outcomes))

    values, runs = EXPERIMENT.values, named(runs_of())
    assert values["named_first_rectified"](runs).number == pytest.approx(80)
    assert values["named_first_plain"](runs).number == pytest.approx((3 * 20 + 100) / 4)
    plain = Runs(tuple(o for o in runs if o.trial.tags["net"] == "(3, 8)" or o.trial.tags["logits"] == PLAIN))
    assert values["named_first_plain"](plain).number == pytest.approx(100)


def test_dead_classes_are_counted() -> None:
    values, runs = EXPERIMENT.values, runs_of(dead=2, spared=1)
    assert values["dead_total"](runs).number == 2 * 12


def test_a_stand_in_is_named_wherever_its_numbers_are(tmp_path: Path) -> None:
    text = chapter(runs_of(classes=CLASSES), tmp_path, "full", ("CIFAR-10",))
    assert "CIFAR-10 was not to be had" in text
    asked = [claim for claim in EXPERIMENT.claims.values() if claim.needs.lacking("full", ("CIFAR-10",))]
    assert len(asked) == 7  # W4's own sentences
    assert text.count("it needs the real CIFAR-10") == len(asked) + 1  # and one number that W4 reports


def test_smoke_trains_examines_and_draws(squares: Images) -> None:
    """Two nets both ways, as the engine would run them."""
    outcomes = []
    for logits in LOGITS:
        for channels in (CAPACITIES[0], CAPACITIES[2]):
            for seed in (0, 1):
                source = trial(Budget("smoke"), channels, seed, logits)
                trained = run(source, squares)
                outcomes.append(Outcome(source, "", trained))
                if logits == RECTIFIED:
                    each = examination(examine, source, stage=EXAMINATION)
                    result = each.function(Silent(), **each.arguments, data=squares, trained=trained)
                    outcomes.append(Outcome(each, "", result))
    runs = Runs(tuple(outcomes))
    for view in EXPERIMENT.figures.values():
        assert len(view(runs).data) > 0
    for key in ("relu_costs", "relu_kills"):
        assert EXPERIMENT.claims[key].judge(runs).n == 2
