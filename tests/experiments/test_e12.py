"""E12: its digits, divergence as an outcome, its sentences on runs whose truth is known, and its tables on real digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from experiments.data.datasets import Images
from experiments.e12_progress_tables import (
    EXPERIMENT, FAR_TOO_LARGE, HIDDEN, LARGE, LOW, MIDDLE, NETS, RATES, SETTINGS, TOO_SLOW, USUAL, WIDEST, centred, losses,
    search, trials, w3,
)  # fmt: skip
from experiments.e12_progress_tables.trials import trained
from experiments.measures import plain
from experiments.nets import Dense, Flatten, Net, ReLU
from experiments.training import SGD, Epochs, Iterations, Recipe
from report.model import Budget, Holds, MissingResult, Outcome, Result, Runs, Trial
from tests.contexts import Silent
from tests.experiments.given import bright_squares
from tests.made_up import lost, number_of, refuted_in, runs_that_end, with_scalars


@pytest.fixture(scope="module")
def squares() -> Images:
    return bright_squares(600, 10)


# --- the digits ----------------------------------------------------------------------------------------------------


def test_both_parts_come_from_the_training_set_apart_and_centred_on_the_first(squares: Images) -> None:
    train, held = centred(squares, 300, 100, seed=1)
    assert (len(train), len(held)) == (300, 100)
    assert torch.allclose(train.inputs.mean(0), torch.zeros(1, 28, 28), atol=1e-3)
    assert train.inputs.max() > 100  # still in units of 0 to 255
    both = torch.cat([train.inputs, held.inputs]).flatten(1)
    assert len(torch.unique(both, dim=0)) == 400  # none in both parts
    again, other = centred(squares, 300, 100, seed=1)[1], centred(squares, 300, 100, seed=2)[1]
    assert torch.equal(held.inputs, again.inputs)
    assert not torch.equal(held.targets, other.targets)


# --- one trial -----------------------------------------------------------------------------------------------------


def run(squares: Images, rate: float) -> Result:
    trial = trials(Budget("smoke"))[0]
    arguments = {
        **trial.arguments,
        "net": Net((1, 28, 28), (Flatten(), Dense(30), ReLU(), Dense(10))),
        "recipe": Recipe(SGD(rate, 0.9), Epochs(4), batch_size=32, evaluate=Iterations(15)),
        "train_examples": 400,
        "validation_examples": 200,
    }
    return trial.function(Silent(), **arguments, data=squares)


def test_a_progress_table_has_a_row_every_so_many_iterations_and_at_the_end(squares: Images) -> None:
    torch.set_num_threads(1)
    result = run(squares, 1e-4)
    assert not result.diverged
    assert result.history["iteration"] == [15, 30, 45, 52]
    assert result.scalars["validation_error"] == pytest.approx(1 - float(result.history["validation_accuracy"][-1]))  # type: ignore[arg-type]
    wrong = result.arrays["predictions"] != result.arrays["labels"]
    assert wrong.mean() == pytest.approx(result.scalars["validation_error"])
    assert result.scalars["unread"] == 0


def test_a_net_that_diverges_reads_the_first_class_and_answers_nothing(squares: Images) -> None:
    torch.set_num_threads(1)
    result = run(squares, 1e6)
    assert result.diverged
    assert set(result.arrays["predictions"]) == {0}
    assert result.scalars["unread"] == 1
    assert result.scalars["validation_error"] == pytest.approx(np.mean(result.arrays["labels"] != 0))
    assert "validation_loss" not in result.scalars


# --- the declaration -----------------------------------------------------------------------------------------------


def test_every_budget_runs_every_setting() -> None:
    assert {rate for rate, hidden in SETTINGS if hidden == WIDEST} == set(RATES)
    assert {hidden for rate, hidden in SETTINGS if rate == USUAL} == set(HIDDEN)
    for name, seeds in {"smoke": 2, "quick": 3, "full": 5}.items():
        chosen = trials(Budget(name, first_seed=5))
        for rate, hidden in SETTINGS:
            mine = [trial for trial in chosen if trial.tags == {"rate": rate, "hidden": hidden}]
            assert len({trial.arguments["seed"] for trial in mine}) == len(mine) >= seeds
            assert {trial.arguments["recipe"].optimizer for trial in mine} == {SGD(rate, 0.9)}
            assert {trial.arguments["net"] for trial in mine} == {NETS[f"H = {hidden}"]}
    full = trials(Budget("full"))[0].arguments
    assert (full["train_examples"], full["validation_examples"]) == (9000, 1000)
    assert (full["recipe"].batch_size, full["recipe"].length, full["recipe"].evaluate) == (128, Epochs(10), Iterations(50))


# --- the sentences -------------------------------------------------------------------------------------------------

USUAL_ERRORS = {
    **dict.fromkeys(SETTINGS, 0.06),
    (TOO_SLOW, WIDEST): 0.09,
    (LARGE, WIDEST): 0.25,
    (FAR_TOO_LARGE, WIDEST): None,
    (USUAL, HIDDEN[0]): 0.08,
    (USUAL, HIDDEN[2]): 0.055,
}


def searched(trial: Trial, like_w3: bool = False) -> Result:
    """What a trial of the search finds: rows that are all alike, or those of W3."""
    columns: dict[str, list[Any]] = {name: [] for name in ("rate", "hidden", "iteration", "loss", "accuracy")}
    for each in trial.arguments["asked"]:
        row = next(row for row in w3.ROWS if (row.rate, row.hidden) == (each.rate, each.hidden))
        first = row.last if math.isnan(row.first) else row.first
        found = (first, row.first_accuracy / 100) if like_w3 else (None, 0.1)
        for column, number in zip(columns.values(), (each.rate, each.hidden, each.at[0], *found)):
            column.append(number)
    return Result(history=columns)


def made_up(errors: Mapping[Any, float | None], jitter: float = 0.001, grown: float = 1e9) -> Runs:
    """Runs of the full budget: (rate, H) → validation error, None for runs that diverge at their fifth iteration; the training
    loss at the large rate ends at ``grown``."""

    def end(trial: Trial) -> Result:
        if "scale" in trial.tags:
            return searched(trial)
        error, shift = errors[trial.tags["rate"], trial.tags["hidden"]], jitter * (trial.arguments["seed"] % 3)
        if error is None:
            return Result({"iterations": 4, "validation_error": 0.9 + shift, "train_error": 0.9, "unread": 1.0}, diverged=True)
        error += shift
        history: dict[str, list[Any]] = {"epoch": [50 / 71, 100 / 71], "iteration": [50, 100]}
        for part in ("train", "validation"):
            history |= {f"{part}_loss": [2.0, 10 * error], f"{part}_accuracy": [0.5, 1 - error]}
        scalars = {"iterations": 100, "validation_error": error, "train_error": error, "unread": 0.0}
        scalars |= {"train_loss": grown if trial.tags["rate"] == LARGE else 10 * error, "validation_loss": 10 * error}
        return Result(scalars, history)

    return runs_that_end(trials(Budget("full")), end)


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({(MIDDLE, WIDEST): 0.09}, {"neighbours_agree", "dip_smaller"}),  # and the dip holds
        ({(USUAL, HIDDEN[0]): 0.2}, {"width_gains_less", "dip"}),
        ({(LARGE, WIDEST): 0.1}, {"large_rate_errs", "dip"}),
        ({(TOO_SLOW, WIDEST): 0.05}, {"slow_rate_errs", "dip"}),
        ({(USUAL, HIDDEN[0]): 0.05}, {"narrow_errs", "dip"}),
        ({(USUAL, WIDEST): 0.03}, {"above_w3", "neighbours_agree", "dip", "dip_smaller", "widest_errs"}),
        ({(FAR_TOO_LARGE, WIDEST): 0.5}, {"diverges", "dip"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: dict[tuple[float, int], float | None], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up({**USUAL_ERRORS, **change})) == refuted


def test_a_loss_that_stays_small_refutes_that_it_grows() -> None:
    assert refuted_in(EXPERIMENT, made_up(USUAL_ERRORS, grown=20.0)) == {"dip", "loss_grows"}


def test_a_dip_within_the_noise_is_undecided() -> None:
    def noisy(run: Outcome) -> dict[str, float]:
        middle = run.trial.tags == {"rate": MIDDLE, "hidden": WIDEST}
        return {"validation_error": run["validation_error"] + 0.02 * (-1) ** run.seed} if middle else {}

    runs = with_scalars(made_up({**USUAL_ERRORS, (MIDDLE, WIDEST): 0.0605}), noisy)
    assert EXPERIMENT.claims["dip"].judge(runs).holds is Holds.UNDECIDED


SEARCH = [trial for trial in trials(Budget("full")) if "scale" in trial.tags]


def test_a_combination_that_has_all_rows_is_found() -> None:
    other = runs_that_end(SEARCH, searched)
    found = runs_that_end(SEARCH, lambda trial: searched(trial, like_w3=trial.tags == SEARCH[0].tags))
    assert (search.met(other), search.met(found), search.asked(found)) == (0, 9, 9)
    words = [EXPERIMENT.claims["not_found"].judge(runs).holds for runs in (other, found)]
    assert words == [Holds.YES, Holds.NO]
    assert [row[-1] for row in EXPERIMENT.tables["search"](found).rows] == [None, "27 of 27", *["0 of 27"] * 17]


@pytest.mark.parametrize("scale", [search.BYTES, search.UNIT, search.STANDARDISED])
def test_the_search_trains_on_the_scale_and_from_the_start_that_it_names(squares: Images, scale: str) -> None:
    torch.set_num_threads(1)
    train, _ = search.scaled(*centred(squares, 400, 200, seed=1), scale)
    largest = train.inputs.abs().max().item()
    assert {search.BYTES: largest > 100, search.UNIT: 0.3 < largest < 1, search.STANDARDISED: largest > 1}[scale]
    first, second = (each for each in search.started(200, search.GLOROT, 0) if isinstance(each, torch.nn.Linear))
    assert first.weight.abs().max().item() == pytest.approx(math.sqrt(6 / 984), rel=0.01)
    assert second.weight.abs().max().item() == pytest.approx(math.sqrt(6 / 210), rel=0.01)
    asked = (search.Asked(1e-4, 200, (3, 9)),)
    trial = next(trial for trial in SEARCH if trial.tags["scale"] == scale)
    result = search.search(
        Silent(), **{**trial.arguments, "asked": asked, "train_examples": 400, "validation_examples": 200}, data=squares
    )
    assert result.history["iteration"] == [3, 9]


# --- tables, figures and what was reported -------------------------------------------------------------------------


def test_a_diverged_run_stands_in_tables_and_figures_as_what_it_is() -> None:
    runs = made_up(USUAL_ERRORS)
    last = EXPERIMENT.tables["progress"](runs).rows[-1]
    assert last[0] == plain(FAR_TOO_LARGE)
    assert last[2:] == (1, 5, "diverged", "diverged", "10.0", "10.0")
    row = next(row for row in EXPERIMENT.tables["losses"](runs).rows if row[0] == plain(FAR_TOO_LARGE))
    assert row[2:] == (100.0, "diverged", 12.37, "diverged", "diverged", "diverged", "diverged")
    for figure in EXPERIMENT.figures.values():
        assert any("diverged" in text.get_text() for ax in figure(runs).plot.axes for text in ax.texts)


def test_all_progress_tables_are_there_in_full() -> None:
    runs = made_up(USUAL_ERRORS)
    each = EXPERIMENT.figures["all_progress"](runs).data
    assert [*each[["rate", "hidden"]].drop_duplicates().itertuples(index=False, name=None)] == [*SETTINGS]
    assert len(each) == 2 * (len(SETTINGS) - 1) + 1
    data = EXPERIMENT.figures["curves"](runs).data
    assert set(data["rate"]) == set(RATES)
    assert set(data["hidden"]) == set(HIDDEN)
    assert len(data) == sum(len(o.result.history.get("epoch", [0])) for o in trained(runs) if o.result)


def test_a_run_that_failed_leaves_its_panel_empty() -> None:
    rate, hidden = SETTINGS[0]
    runs = lost(made_up(USUAL_ERRORS), lambda run: run.seed == 0 and run.trial.condition.get("rate") == rate)
    figure = EXPERIMENT.figures["all_progress"](runs)
    assert not figure.plot.axes[0].lines
    assert [text.get_text() for text in figure.plot.legends[0].texts] == ["training", "validation"]
    assert f"rate {plain(rate)}, H = {hidden}" not in figure.alt


def test_reported_errors_are_held_against_the_right_runs() -> None:
    distinct = {setting: 0.01 * (place + 1) for place, setting in enumerate(SETTINGS)}
    runs = made_up({**distinct, (FAR_TOO_LARGE, WIDEST): None}, jitter=0)
    ours = {f"rate_{place}": distinct[rate, WIDEST] for place, rate in enumerate(RATES[:-1])}
    ours |= {f"hidden_{hidden}": distinct[USUAL, hidden] for hidden in HIDDEN}
    ours |= {"diverged_error": 0.9, "diverged_validation_accuracy": 0.1, "diverged_train_accuracy": 0.1}  # not 1 and 0: X11
    assert {name: EXPERIMENT.values[name](runs).number for name in ours} == pytest.approx({n: 100 * o for n, o in ours.items()})
    with pytest.raises(MissingResult, match="every run diverged"):
        EXPERIMENT.values["too_large_first_validation_loss"](runs)


def test_an_agreement_in_the_error_alone_is_told() -> None:
    ends = {**USUAL_ERRORS, (LARGE, WIDEST): 0.232, (TOO_SLOW, WIDEST): 0.077}
    runs = made_up(ends, jitter=0)  # the loss of each is ten times its error
    found = {row.name: losses.agreements(runs, row) for row in w3.ROWS}
    assert found["rate_4"] == ["error", "first loss"]
    assert found["rate_0"] == ["error", "last loss"]
    assert [row.name for row in losses.by_error_alone(runs)] == ["rate_2", "rate_4", "hidden_200"]
    assert "in the error alone: rate 0.0008 with H = 1000; rate 0.003 with H = 1000; rate" in losses.table(runs).caption
    assert EXPERIMENT.values["agree_both"](runs).number == 1
    ours = {name: EXPERIMENT.values[f"rate_4_{name}"](runs) for name in ("first_validation_loss", "first_train_accuracy")}
    assert [value.number for value in ours.values()] == [2.0, 50.0]
    assert EXPERIMENT.values["rate_4_last_train_accuracy"](runs).number == pytest.approx(76.8)


def test_the_mean_of_a_rate_that_diverged_is_not_told() -> None:
    runs = made_up({**USUAL_ERRORS, (LOW, WIDEST): None})
    caption = EXPERIMENT.figures["final"](runs).caption
    assert f"at rate {plain(MIDDLE)}" in caption
    assert f"at rate {plain(LOW)}" not in caption
    with pytest.raises(MissingResult, match="every run diverged"):
        EXPERIMENT.figures["final"](made_up(dict.fromkeys(USUAL_ERRORS, None)))


def test_one_seed_has_no_spread() -> None:
    runs = made_up(USUAL_ERRORS)
    assert number_of(EXPERIMENT, "spread_of_seeds", runs) > 0
    assert math.isnan(number_of(EXPERIMENT, "spread_of_seeds", Runs(tuple(run for run in runs if run.seed == 0))))


def test_rates_are_written_as_all_numbers_are() -> None:
    assert [plain(rate) for rate in (5e-5, 8e-4, 1e-3, 10.0)] == ["5\u202f×\u202f10⁻⁵", "0.0008", "0.001", "10"]


def test_sampling_error_is_that_of_a_count() -> None:
    counts = np.random.default_rng(0).binomial(1000, 0.036, 200_000) / 10
    assert w3.sampling_error(3.6, 1000) == pytest.approx(counts.std(), rel=0.01)
    difference = EXPERIMENT.values["difference_by_chance"].number
    assert difference == pytest.approx(math.hypot(w3.sampling_error(3.6), w3.sampling_error(4.8)))


def test_the_captions_follow_the_numbers() -> None:
    runs = made_up({**USUAL_ERRORS, (LOW, WIDEST): 0.02})
    assert f"In the mean: 2.1% at rate {plain(LOW)};" in EXPERIMENT.figures["final"](runs).caption
    steady = made_up({**USUAL_ERRORS, (FAR_TOO_LARGE, WIDEST): 0.5})
    assert "for runs that diverged: none did" in EXPERIMENT.figures["curves"](steady).caption
