"""E8: its nets and its trials, its sentences on runs whose truth is known, and its views on real digits."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.e08_overfitting import (
    EXPERIMENT, FAST, FEW, FEWER, KEEP, NETS, RATE, amounts, by_digits, gap, keeps, trials,
)  # fmt: skip
from experiments.live import build, counted
from experiments.looks import TUTORIAL
from experiments.nets import Conv, Dense, Dropout, parameters, shapes
from experiments.training import Adam
from report.model import Budget, Holds, Outcome, Result, Runs, Trial
from tests.made_up import last, refuted_in, runs_that_end, with_scalars, words
from tests.seeds import over_seeds

# --- the nets ------------------------------------------------------------------------------------------------------


def test_the_smaller_net_differs_in_the_second_convolution_and_in_the_hidden_layer_alone() -> None:
    pairs = zip(zoo.TUTORIAL.layers, NETS[FEWER].layers, strict=True)
    changed = [(old, new) for old, new in pairs if old != new]
    assert changed == [(Conv(64, 5, padding="same"), Conv(64, 3, padding="same")), (Dense(1024), Dense(300))]
    assert counted(NETS[FEWER]) == parameters(NETS[FEWER]) == 832 + (32 * 9 * 64 + 64) + (7 * 7 * 64 * 300 + 300) + 3010


def test_dropout_stands_between_all_layers_with_weights_and_nowhere_else() -> None:
    net = zoo.with_dropout(zoo.TUTORIAL, 0.3)
    kinds = [layer for layer in net.layers if isinstance(layer, Conv | Dense | Dropout)]
    assert [isinstance(layer, Dropout) for layer in kinds] == [False, True] * 3 + [False]
    assert all(layer.rate == pytest.approx(0.7) for layer in kinds if isinstance(layer, Dropout))
    assert tuple(layer for layer in net.layers if not isinstance(layer, Dropout)) == zoo.TUTORIAL.layers
    assert zoo.with_dropout(zoo.TUTORIAL, 1.0) == zoo.TUTORIAL


def test_dropout_drops_in_training_only_and_starts_from_the_same_weights() -> None:
    torch.set_num_threads(1)
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    plain, dropping = build(zoo.TUTORIAL, 4).eval(), build(zoo.with_dropout(zoo.TUTORIAL, 0.25), 4)
    with torch.inference_mode():
        assert torch.equal(plain(image), dropping.eval()(image))
        seen: list[float] = []
        before_last = dict(dropping.named_modules())["dropout3"]
        before_last.register_forward_hook(lambda _, given, made: seen.append(float((made != 0).sum() / (given[0] != 0).sum())))
        torch.manual_seed(0)
        dropping.train()(image)
    assert seen == [pytest.approx(0.25, abs=0.1)]


# --- the trials ----------------------------------------------------------------------------------------------------


def chosen(budget: Budget, **tags: Any) -> list[Trial]:
    return [trial for trial in trials(budget) if tags.items() <= trial.tags.items()]


@pytest.mark.parametrize(("name", "seeds"), [("smoke", 2), ("quick", 3), ("full", 3)])
def test_every_budget_runs_every_part_over_seeds(name: str, seeds: int) -> None:
    budget = Budget(name, first_seed=7)
    conditions = [tuple(trial.condition.values()) for trial in trials(budget)]
    assert len(set(conditions)) == len(conditions)
    for net in (TUTORIAL, FEWER):
        assert [t.arguments["seed"] for t in chosen(budget, net=net, digits=FEW, rate=RATE)] == [*range(7, 7 + seeds)]
    assert {1.0, KEEP} <= set(keeps(budget))
    for keep in keeps(budget):
        assert len(chosen(budget, keep=keep, rate=FAST)) == seeds
    assert amounts(budget)[0] == FEW
    for digits in amounts(budget)[1:]:
        assert len(chosen(budget, digits=digits, rate=RATE)) == seeds


def test_a_trial_is_what_its_tags_say() -> None:
    for trial in trials(Budget("full")):
        arguments, tags = trial.arguments, dict[str, Any](trial.tags)
        assert arguments["recipe"].optimizer == Adam(tags["rate"])
        assert (arguments["train_examples"] or 60_000) == tags["digits"]
        assert arguments["test_examples"] is None
        assert arguments["net"] == zoo.with_dropout(NETS[tags["net"]], tags["keep"])
        assert arguments["recipe"].batch_size == 50


def test_the_net_on_all_digits_is_that_of_e5_and_is_trained_once() -> None:
    for name in ("smoke", "quick", "full"):
        budget = Budget(name, first_seed=2)
        for ours, its in zip(chosen(budget, digits=amounts(budget)[-1]), e05.trials(budget), strict=True):
            assert (ours.function, ours.arguments, ours.inputs) == (its.function, its.arguments, its.inputs)


def test_more_digits_get_as_many_passes_as_all_of_them_but_no_fewer_minibatches_than_few() -> None:
    declared = chosen(Budget("full"), net=TUTORIAL, rate=RATE)
    lengths = {t.tags["digits"]: t.arguments["recipe"].length.count for t in declared}
    assert lengths == {FEW: 1500, 600: 1500, 2000: 1500, 6000: 2000, 60_000: 20_000}
    assert lengths[6000] / 6000 == pytest.approx(lengths[60_000] / 60_000)


# --- the sentences -------------------------------------------------------------------------------------------------

Ends = Mapping[Any, tuple[float, float]]

ACCURACIES: dict[Any, tuple[float, float]] = {  # (training, test) accuracy
    (TUTORIAL, RATE, 250): (1.0, 0.88),
    (TUTORIAL, RATE, 600): (1.0, 0.93),
    (TUTORIAL, RATE, 2000): (1.0, 0.96),
    (TUTORIAL, RATE, 6000): (1.0, 0.975),
    (TUTORIAL, RATE, 60_000): (1.0, 0.99),
    (FEWER, RATE, 250): (1.0, 0.9),
    **{(TUTORIAL, FAST, keep): (1.0, 0.94 - 0.05 * keep) for keep in keeps(Budget("full"))},
}
HALF_WAY = 0.8  # of the test loss at the end


def key(trial: Trial) -> Any:
    tags = trial.tags
    return (tags["net"], tags["rate"], tags["keep"] if tags["rate"] == FAST else tags["digits"])


def made_up(change: Ends | None = None, half_way: float = HALF_WAY, drift: float = 0.0, jitter: float = 0.001) -> Runs:
    """Runs of the full budget. The test accuracy differs a little between seeds and more between conditions; a loss is one
    less the accuracy; half-way, the test loss is ``half_way`` of the last one, and the test accuracy lower by ``drift``."""
    ends = {**ACCURACIES, **(change or {})}
    numbers = itertools.count()

    def end(trial: Trial) -> Result:
        train, test = ends[key(trial)]
        test += jitter * float(np.random.default_rng(next(numbers)).normal())
        steps = trial.arguments["recipe"].length.count
        history: dict[str, list[float]] = {"epoch": [1.0, 2.0], "iteration": [steps // 2, steps]}
        history |= {"train_accuracy": [0.9, train], "train_loss": [0.5, 1 - train]}
        history |= {"test_accuracy": [test - drift, test], "test_loss": [half_way * (1 - test), 1 - test]}
        return Result({**last(history), "iterations": steps}, history)

    return runs_that_end(over_seeds(trials(Budget("full")), 5), end)


GAPS = {"gap_shrinks", "loss_gap_shrinks", "quarter_left"}


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({(TUTORIAL, RATE, 250): (0.99, 0.88)}, {"memorises"}),
        (
            {(TUTORIAL, RATE, 250): (1.0, 0.97), (FEWER, RATE, 250): (1.0, 0.98)},
            {"overfits", "gap_wider", "more_data_reads_more"} | GAPS,
        ),
        ({(FEWER, RATE, 250): (1.0, 0.87)}, {"fewer_helps"}),
        ({(TUTORIAL, FAST, KEEP): (1.0, 0.85)}, {"dropout_helps", "dropout_lowers_loss", "more_dropout_always_helps"}),
        ({(TUTORIAL, FAST, 0.05): (0.2, 0.1)}, {"more_dropout_always_helps"}),
        ({(TUTORIAL, RATE, 6000): (1.0, 0.95)}, GAPS - {"quarter_left"}),
        ({(TUTORIAL, RATE, 60_000): (1.0, 0.95)}, GAPS),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: Ends, refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up(change)) == refuted


def test_a_test_loss_that_falls_and_an_accuracy_that_moves_are_told() -> None:
    assert refuted_in(EXPERIMENT, made_up(half_way=1.3)) == {"loss_rises"}
    assert refuted_in(EXPERIMENT, made_up(drift=0.02)) == {"settled"}
    both = words(EXPERIMENT, made_up(half_way=1.3, drift=0.02))
    assert {name for name, word in both.items() if word is not Holds.YES} == {"loss_rises", "settled"}


def test_what_seeds_contradict_is_undecided() -> None:
    close = {(FEWER, RATE, 250): (1.0, 0.88), (TUTORIAL, FAST, KEEP): ACCURACIES[TUTORIAL, FAST, 1.0]}
    found = words(EXPERIMENT, made_up(close, jitter=0.01))
    assert found["fewer_helps"] is found["dropout_helps"] is Holds.UNDECIDED


def test_nets_are_compared_on_the_same_digits() -> None:
    """A difference far smaller than what the choice of digits makes is seen, because a seed is compared with itself."""

    def easier(run: Outcome) -> dict[str, float]:
        return {"test_accuracy": 0.8 + 0.02 * run.seed - 0.01 * ("fewer" in str(run.trial.tags["net"]))}

    verdict = EXPERIMENT.claims["fewer_helps"].judge(with_scalars(made_up(), easier))
    assert (verdict.holds, verdict.n) == (Holds.NO, 5)
    assert verdict.effect == pytest.approx(-1)


# --- views, and what was reported ----------------------------------------------------------------------------------


def test_the_gap_is_what_the_net_is_better_by_on_its_own_digits() -> None:
    runs = made_up(jitter=0)
    assert gap(by_digits(runs)[600]) == pytest.approx(dict.fromkeys(range(5), 0.07))
    assert gap(by_digits(runs)[600], "loss") == pytest.approx(dict.fromkeys(range(5), 0.07))


def test_the_tables_say_what_was_measured() -> None:
    runs = made_up(jitter=0)
    by_keep = EXPERIMENT.tables["by_keep"](runs)
    assert [row[0] for row in by_keep.rows] == ["1", "0.8", "0.5", "0.3", "0.15", "0.05"]
    assert [row[2].number for row in by_keep.rows] == pytest.approx([89, 90, 91.5, 92.5, 93.25, 93.75])
    final = EXPERIMENT.tables["final"](runs)
    assert [(row[1], row[2], row[-1]) for row in final.rows] == [
        (3_274_634, 60_000, 97.2),
        (3_274_634, 250, 88.95),
        (963_438, 250, 90.6),
    ]


def test_captions_follow_the_numbers() -> None:
    runs = made_up({(TUTORIAL, FAST, 1.0): (1.0, 0.999)}, jitter=0)
    assert "At a keep probability of 0.5 the mean is 91.5%, without dropout 99.9%" in EXPERIMENT.figures["sweep"](runs).caption
    assert "12.0 points on 250 digits, 1.0 on 60\u202f000" in EXPERIMENT.figures["gaps"](runs).caption
    assert "88.0% of the test digits; on 60\u202f000 at 100.0% and 99.0%" in EXPERIMENT.figures["curves"](runs).caption


def test_reported_numbers_are_held_against_the_right_runs() -> None:
    runs, held = made_up(jitter=0), {"all": 99, "few_accuracy": 88, "fewer_accuracy": 90}
    assert {name: EXPERIMENT.values[name](runs).number for name in held} == pytest.approx(held)
    gain = EXPERIMENT.values["w2_gain"]
    assert gain.number == pytest.approx(1.65)


def test_the_spread_of_seeds_is_that_of_the_runs_on_few_digits() -> None:
    runs = made_up(jitter=0.01)
    accuracies = list(runs.where(net=TUTORIAL, digits=FEW, rate=RATE)["test_accuracy"].values())
    assert EXPERIMENT.values["seed_spread"](runs).number == pytest.approx(100 * np.std(accuracies, ddof=1))
    assert EXPERIMENT.values["iterations"](runs).number == 1500
    assert EXPERIMENT.values["fast_iterations"](runs).number == 500


def test_layers_of_the_sweep_fit_together() -> None:
    for keep in keeps(Budget("full")):
        assert [row.output for row in shapes(zoo.with_dropout(zoo.TUTORIAL, keep))][-1] == (10,)
