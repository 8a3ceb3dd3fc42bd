"""E7: its trial on made-up digits, its search and its sentences on runs whose truth is known, and its chapter either way."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import zoo
from experiments.data.datasets import Images
from experiments.e07_small_nets import EXPERIMENT, views
from experiments.e07_small_nets.trials import (
    CANDIDATES, E7A, E7B, RATE, SEARCH, SOME, W2, W2_NETS, train_and_validate, trials,
)  # fmt: skip
from experiments.e07_small_nets.views import best_below, frontier, searched, smallest
from experiments.live import counted, rebuild
from experiments.looks import SOFTMAX
from experiments.nets import Conv, Dense, Flatten, MaxPool, Net, ReLU, parameters
from experiments.training import Adam, Epochs, Iterations, Recipe
from report import plots
from report.cache.store import Store
from report.judge.judge import judge
from report.judge.views import Judged
from report.model import Budget, Column, Holds, MissingResult, Outcome, Result, Runs, Table, Trial
from report.write.chapters import write
from report.write.manuscript import Material
from report.write.writeup import writeup
from tests.contexts import Silent
from tests.experiments.given import bright_squares, sources
from tests.made_up import lost, number_of, refuted_in, runs_that_end, with_scalars, words

ROOT = Path(__file__).parents[2]
TINY = Net((1, 28, 28), (Conv(2, 5, stride=2), ReLU(), MaxPool(3), Flatten(), Dense(10)))


@pytest.fixture(scope="module")
def squares() -> Images:
    return bright_squares(600, 200)


# --- one trial -----------------------------------------------------------------------------------------------------


def run(data: Images) -> Result:
    torch.set_num_threads(1)
    recipe = Recipe(Adam(1e-2), Epochs(6), batch_size=32)
    return train_and_validate(
        Silent(), seed=0, net=TINY, recipe=recipe, train_examples=400, validation_examples=200, test_examples=None, data=data
    )


def test_the_accuracies_are_those_of_the_kept_weights(squares: Images) -> None:
    result = run(squares)
    assert result.scalars["test_accuracy"] == pytest.approx(1, abs=0.5)
    assert len(result.history["validation_accuracy"]) == 6
    assert result.history["validation_accuracy"][-1] == result.scalars["validation_accuracy"]
    assert result.scalars["test_accuracy"] == np.mean(result.arrays["predictions"] == squares.test_labels)
    module = rebuild(TINY, result.arrays)
    # mean and deviation of 600 such images are nearly those of any 400 of them
    images = torch.from_numpy(squares.test_images.copy()).float().unsqueeze(1)
    reference = torch.from_numpy(squares.train_images.copy()).float()
    with torch.no_grad():
        read = module((images - reference.mean()) / reference.std()).argmax(1).numpy()
    assert np.mean(read == result.arrays["predictions"]) > 0.98


def test_digits_that_are_set_aside_are_not_trained_on_and_test_digits_choose_nothing(squares: Images) -> None:
    """A digit with another label changes the validation loss in either case, but the weights only if it is trained on."""
    before = run(squares)
    trained = []
    for digit in range(0, 600, 75):
        labels = squares.train_labels.copy()
        labels[digit] = (labels[digit] + 1) % 10
        after = run(replace(squares, train_labels=labels))
        assert before.scalars["validation_loss"] != after.scalars["validation_loss"]
        trained.append(not np.array_equal(before.arrays["dense1.weight"], after.arrays["dense1.weight"]))
    assert {True, False} == set(trained)
    other = run(replace(squares, test_images=squares.test_images[::-1]))
    assert other.history == before.history


# --- the declaration -----------------------------------------------------------------------------------------------


def test_every_candidate_has_as_many_parameters_as_torch_makes_of_it() -> None:
    sizes = {name: counted(net) for name, net in CANDIDATES.items()}
    assert sizes == {name: parameters(net) for name, net in CANDIDATES.items()}
    small = [size for name, size in sizes.items() if name not in W2_NETS]
    assert min(small) < 500
    assert 10_000 < max(small) < 20_000
    assert sizes[SOFTMAX] == 7850
    assert {net: parameters(W2_NETS[net]) for net in W2_NETS} == {E7A: 63_250, E7B: 1_327_076}


def test_the_full_budget_is_w2s_and_searches_every_candidate() -> None:
    chosen = trials(Budget("full", first_seed=4))
    for net, label in [(net, W2) for net in W2_NETS] + [(net, SEARCH) for net in CANDIDATES]:
        mine = [trial for trial in chosen if trial.tags == {"net": net, "recipe": label}]
        assert len({trial.arguments["seed"] for trial in mine}) == len(mine) >= 3
        assert min(trial.arguments["seed"] for trial in mine) == 4
        for trial in mine:
            recipe = trial.arguments["recipe"]
            assert trial.arguments["net"] == (W2_NETS[net] if label == "W2" else CANDIDATES[net])
            assert trial.arguments["train_examples"] + trial.arguments["validation_examples"] == 60_000
            if label == W2:
                assert (recipe.optimizer, recipe.length, recipe.batch_size) == (Adam(1e-4), Iterations(20_000), 50)
            else:
                assert recipe.optimizer == Adam(RATE)
    assert sum(trial.tags["recipe"] == SEARCH for trial in chosen) == 4 * len(CANDIDATES) - 1  # E7b has three seeds


@pytest.mark.parametrize("name", ["smoke", "quick"])
def test_smaller_budgets_compare_w2s_nets_by_the_recipe_of_the_search(name: str) -> None:
    """A small part of twenty thousand iterations would say nothing."""
    chosen = trials(Budget(name))
    assert {trial.function for trial in chosen} == {train_and_validate}
    assert {trial.tags["recipe"] for trial in chosen} == {SEARCH}
    assert {trial.tags["net"] for trial in chosen} == set(SOME) < set(CANDIDATES)
    assert {*W2_NETS} < {*SOME}


# --- made-up runs --------------------------------------------------------------------------------------------------

USUAL = {
    **{name: 0.90 + 0.005 * place for place, name in enumerate(sorted(CANDIDATES, key=lambda n: parameters(CANDIDATES[n])))},
    SOFTMAX: 0.92,
    E7A: 0.963,
    E7B: 0.961,
    "two conv: 4, 8": 0.965,  # 666 parameters
    "two conv: 4, 6": 0.964,  # 512
}


def made_up(
    test: Mapping[str, float],
    validation: Mapping[str, float] | None = None,
    noise: Mapping[str, float] | None = None,
    budget: str = "full",
) -> Runs:
    """Runs of a budget: net → mean test accuracy, validation accuracy (the same if not given), and what seeds add and take."""

    def end(trial: Trial) -> Result:
        net, seed = str(trial.tags["net"]), trial.arguments["seed"]
        shift = (noise or {}).get(net, 0.0003) * (-1) ** seed
        accuracies = {"train": test[net], "validation": {**test, **(validation or {})}[net], "test": test[net]}
        scalars = {f"{part}_accuracy": accuracy + shift for part, accuracy in accuracies.items()}
        rising = [0.5, scalars["validation_accuracy"]]
        return Result(scalars, {"epoch": [1, 2], "iteration": [10, 20], "validation_accuracy": rising})

    return runs_that_end(trials(Budget(budget)), end)


# --- the search ----------------------------------------------------------------------------------------------------


def test_the_frontier_is_what_no_smaller_net_beats_on_validation_digits() -> None:
    runs = made_up(USUAL)
    nets = searched(runs)
    sizes = [parameters(CANDIDATES[net]) for net in nets]
    assert sizes == sorted(sizes)
    assert set(nets) == set(CANDIDATES)
    expected = [net for net in nets if all(USUAL[net] > USUAL[other] for other in nets[: nets.index(net)])]
    assert frontier(runs) == expected
    assert SOFTMAX not in expected


def test_the_smallest_net_is_no_lucky_seed() -> None:
    assert smallest(made_up(USUAL)) == "two conv: 4, 6"
    assert smallest(made_up(USUAL, noise={"two conv: 4, 6": 0.01})) == "two conv: 4, 8"
    assert smallest(made_up({**USUAL, **dict.fromkeys(CANDIDATES, 0.95)})) is None


def test_the_search_does_not_look_at_test_digits() -> None:
    flattered = made_up({**USUAL, "one conv: 2": 0.999}, validation={"one conv: 2": 0.93})
    assert smallest(flattered) == smallest(made_up(USUAL))
    assert best_below(flattered, 700) == "two conv: 4, 8"
    assert frontier(flattered) == frontier(made_up({**USUAL, "one conv: 2": 0.93}))


def test_a_limit_that_no_net_keeps_has_no_best_net() -> None:
    with pytest.raises(MissingResult, match="fewer than 100"):
        best_below(made_up(USUAL), 100)


# --- the sentences -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({E7B: 0.97}, {"no_worse"}),
        ({E7A: 0.95}, {"above_reported", "no_worse"}),
        ({E7A: 0.999}, {"beats_e7a"}),
        ({"two conv: 4, 6": 0.95, "one conv: 3": 0.94}, {"hundredth"}),
        ({SOFTMAX: 0.98}, {"beats_softmax", "affine_short"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: dict[str, float], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up({**USUAL, **change})) == refuted


def test_a_choice_that_test_digits_do_not_confirm_is_refuted() -> None:
    runs = made_up({**USUAL, "two conv: 4, 6": 0.95}, validation={"two conv: 4, 6": 0.97})
    assert {"smallest", "beats_reported_e7b", "hundredth"} <= refuted_in(EXPERIMENT, runs)


def test_a_net_that_is_the_smallest_itself_is_not_refuted_by_that() -> None:
    runs = made_up({**USUAL, **dict.fromkeys(CANDIDATES, 0.95), E7B: 0.97})
    verdict = EXPERIMENT.claims["beats_reported_e7b"].judge(runs)
    assert (verdict.holds, verdict.what) == (
        Holds.UNDECIDED,
        "no smaller net of the search reaches it on the validation digits",
    )


def test_where_no_net_reaches_the_mark_its_sentences_are_undecided() -> None:
    runs = made_up({**USUAL, **dict.fromkeys(CANDIDATES, 0.95)})
    verdicts = {name: EXPERIMENT.claims[name].judge(runs) for name in ("smallest", "beats_softmax")}
    assert {verdict.holds for verdict in verdicts.values()} == {Holds.UNDECIDED}
    assert "no net of the search" in verdicts["smallest"].what
    assert "No net" in EXPERIMENT.figures["frontier"](runs).caption
    assert math.isnan(number_of(EXPERIMENT, "smallest", runs))


def test_w2s_nets_are_compared_by_the_longer_recipe_where_it_was_run() -> None:
    def worse(run: Outcome) -> dict[str, float]:
        return {"test_accuracy": 0.9} if run.trial.tags == {"net": E7A, "recipe": W2} else {}

    found = words(EXPERIMENT, with_scalars(made_up(USUAL), worse))
    assert (found["no_worse"], found["above_reported"], found["beats_e7a"]) == (Holds.NO, Holds.NO, Holds.YES)
    needs = {name for name, claim in EXPERIMENT.claims.items() if claim.needs.lacking("quick", ())}
    assert needs == {"no_worse", "above_reported", "hundredth"}  # quick has one run of E7b, and trains briefly


# --- figures, tables and what was reported -------------------------------------------------------------------------


def test_the_frontier_is_drawn_as_it_is_found() -> None:
    runs = made_up(USUAL)
    figure = EXPERIMENT.figures["frontier"](runs)
    (step,) = [line for line in figure.plot.axes[0].get_lines() if line.get_label() == "frontier"]
    assert np.asarray(step.get_xdata()).tolist() == [parameters(CANDIDATES[net]) for net in frontier(runs)]
    assert np.asarray(step.get_ydata()).tolist() == pytest.approx([100 * (1 - USUAL[net]) for net in frontier(runs)], abs=0.04)
    assert "512 parameters" in figure.caption
    assert set(figure.data["parameters"]) == {parameters(net) for net in (*CANDIDATES.values(), zoo.MINIMAL)}
    assert "hollow" in figure.caption
    assert "hollow" not in EXPERIMENT.figures["frontier"](made_up(USUAL, budget="quick")).caption


def test_the_table_gives_each_net_of_the_frontier_its_verdict() -> None:
    runs = made_up(USUAL, noise={"two conv: 4, 8": 0.02})
    table = EXPERIMENT.tables["pareto"](runs)
    rows = {row[1]: row for row in table.rows}
    assert [row[1] for row in table.rows] == [parameters(CANDIDATES[net]) for net in frontier(runs)]
    assert rows[512][3] == "yes"
    assert rows[666][3] == "undecided"
    assert rows[382][3] == "no"
    assert rows[512][4].number == pytest.approx(96.4, abs=0.05)


def test_reported_accuracies_are_held_against_w2s_recipe() -> None:
    runs = made_up({**USUAL, E7A: 0.97, E7B: 0.98})
    assert EXPERIMENT.values["e7a"](runs).number == pytest.approx(97, abs=0.05)
    assert EXPERIMENT.values["e7b"](runs).number == pytest.approx(98, abs=0.05)
    assert [row[:3] for row in EXPERIMENT.tables["w2"](runs).rows] == [
        (E7A, "the tutorial's", 63_250),
        (E7B, "the tutorial's", 1_327_076),
        (E7A, "the search's", 63_250),
        (E7B, "the search's", 1_327_076),
    ]
    without = EXPERIMENT.tables["w2"](made_up(USUAL, budget="quick"))  # a budget that has none of W2's own trainings
    assert not {"reported", "recipe"} & {column.name for column in without.columns}  # the search's is the only recipe


def test_a_net_without_results_leaves_the_others() -> None:
    runs = lost(made_up(USUAL), lambda run: run.trial.tags["net"] == "two conv: 4, 6")
    assert "two conv: 4, 6" not in searched(runs)
    assert smallest(runs) == "two conv: 4, 8"
    for view in (*EXPERIMENT.figures.values(), *EXPERIMENT.tables.values()):
        view(runs)


# --- the chapter, and real digits ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "change"),
    [("full", {}), ("full", {E7B: 0.99, SOFTMAX: 0.98}), ("quick", {**dict.fromkeys(CANDIDATES, 0.9), E7B: 0.9})],
)
def test_the_chapter_reads_either_way(budget: str, change: dict[str, float], tmp_path: Path) -> None:
    runs = made_up({**USUAL, **change}, budget=budget)
    file = ROOT / "experiments/e07_small_nets/__init__.py"
    judged = judge(EXPERIMENT, file, runs, Store(tmp_path), sources(), budget=budget, stand_ins=())
    page = writeup(ROOT / "templates")
    chapter = next(path for path in page.chapters if path.stem == "25-small-nets")
    counts = Judged(tables={"E7": Table((Column("what", "What"),), (), "Counts.")})
    material = Material({"E7": EXPERIMENT}, {"E7": judged, "T16": counts}, {}, replace(page, chapters=(chapter,)), budget)
    (written,) = write(material).chapters
    text = " ".join(written.markdown.split())
    asked = {name for name, claim in EXPERIMENT.claims.items() if not claim.needs.lacking(budget, ())}
    found = {name: word for name, word in words(EXPERIMENT, runs).items() if name in asked}
    assert ("which the *quick* budget cannot" in text) is (budget == "quick")
    assert ("not asked of this copy" in text) is (budget == "quick")
    assert ("does as well" in text) is (found.get("no_worse") is Holds.YES)
    assert ("gains accuracy by its size" in text) is (found.get("no_worse") is Holds.NO)
    assert ("what they are spent on" in text) is (found["beats_softmax"] is Holds.YES)
    assert ("times as many parameters. A smaller" in text) is (found["smallest"] is Holds.YES)
    assert "nan" not in text


def test_a_name_below_its_mark_keeps_off_the_frontier():
    figure, axes = plots.canvas(plots.PAGE, 2.7)
    axes[0, 0].set(xscale="log", yscale="log", xlim=(1e2, 1e7), ylim=(1, 10))
    views._label(axes[0, 0], (1e6, 3.0), "E7b", True, [(1e3, 2.8)])
    figure.canvas.draw()
    name, line = axes[0, 0].texts[-1].get_window_extent(), axes[0, 0].transData.transform((1e6, 2.8))[1]
    assert not name.y0 < line < name.y1
