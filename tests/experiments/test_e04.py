"""E4: coders and what judges them, its sentences on runs whose truth is known, and its pages on real digits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from experiments import e02_mnist_classifiers as e02
from experiments.data.datasets import Images
from experiments.e04_autoencoder import EXPERIMENT
from experiments.e04_autoencoder.coders import (
    PIXELS, STANDARDISED, digits, halves, judge_coder, principal_axes, principal_components, train_autoencoder,
)  # fmt: skip
from experiments.e04_autoencoder.separation import neighbour_accuracy, silhouette
from experiments.e04_autoencoder.trials import DEEPER, LINEAR, LINEAR_CODE, NETS, SHOWN, coder_trial, trials
from experiments.e04_autoencoder.views import CLASS_COLOURS, SCALES, W1, framed, longer, moved_apart
from experiments.live import build, counted, rebuild, weights
from experiments.looks import AUTOENCODER, CONVNET, PCA
from experiments.nets import Dense, Flatten, Net, ReLU, Sigmoid, shapes
from experiments.training import Adam, Epochs, Recipe, pixels, standardised
from report.model import Budget, Holds, Outcome, Result, Runs, Trial
from tests.contexts import Silent
from tests.experiments.given import digests
from tests.made_up import number_of, refuted_in, runs_that_end, with_scalars

ROOT = Path(__file__).parents[2]
number = partial(number_of, EXPERIMENT)


@pytest.fixture(scope="module")
def squares() -> Images:
    """Three classes of faint noise, a bright square in a place of its own each, somewhat larger or smaller."""
    draw = np.random.default_rng(0)
    labels = np.arange(480) % 3
    images = draw.integers(0, 40, (480, 28, 28)).astype(np.uint8)
    for image, label, size in zip(images, labels, draw.integers(5, 9, 480)):
        image[8 * label + 1 : 8 * label + 1 + size, 3 : 3 + size] = 250
    images[:, 27, 27] = 9  # a pixel that never changes
    return Images("mnist", images[:400], labels[:400], images[400:], labels[400:], ("0", "1", "2"), False, "made up")


# --- how far apart classes lie -------------------------------------------------------------------------------------


def test_neighbours_and_silhouette_of_points_on_a_line() -> None:
    points, labels = torch.tensor([[0.0], [1.0], [4.0], [6.0]]), torch.tensor([0, 0, 1, 1])
    by_hand = [(5 - 1) / 5, (4 - 1) / 4, (3.5 - 2) / 3.5, (5.5 - 2) / 5.5]  # (b − a)/b, point by point
    assert silhouette(points, labels) == pytest.approx(sum(by_hand) / 4)
    assert silhouette(points, torch.tensor([0, 1, 0, 1])) < 0
    asked, truth = torch.tensor([[0.4], [2.9], [9.0]]), torch.tensor([0, 0, 1])
    assert neighbour_accuracy(asked, truth, points, labels, neighbours=1) == pytest.approx(2 / 3)  # 2.9 is nearest to 4
    assert neighbour_accuracy(asked, truth, points, labels, neighbours=3) == pytest.approx(1)  # of 1, 4 and 0, most are 0


def test_a_class_of_one_point_counts_nothing_and_a_number_that_is_no_class_is_none() -> None:
    points, labels = torch.tensor([[0.0], [1.0], [9.0]]), torch.tensor([0, 0, 7])
    assert silhouette(points, labels) == pytest.approx(((9 - 1) / 9 + (8 - 1) / 8) / 3)


def test_they_are_what_scikit_learn_computes() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    neighbors = pytest.importorskip("sklearn.neighbors")
    draw = torch.Generator().manual_seed(1)
    labels, other_labels = (torch.randint(0, 10, (n,), generator=draw) for n in (700, 900))
    points, others = (torch.randn(len(y), 2, generator=draw) + y[:, None] / 3 for y in (labels, other_labels))
    assert silhouette(points, labels) == pytest.approx(metrics.silhouette_score(points.double(), labels), abs=1e-9)
    theirs = neighbors.KNeighborsClassifier(15).fit(others.double(), other_labels)
    assert neighbour_accuracy(points, labels, others, other_labels, 15) == theirs.score(points.double(), labels)


# --- coders --------------------------------------------------------------------------------------------------------


def test_the_autoencoder_is_the_one_of_the_write_ups() -> None:
    widths = [row.output[0] for row in shapes(NETS[AUTOENCODER]) if isinstance(row.layer, (Flatten, Dense))]
    assert widths == [784, 512, 128, 2, 128, 512, 784]
    assert isinstance(NETS[AUTOENCODER].layers[-1], Sigmoid)
    assert sum(isinstance(layer, ReLU) for layer in NETS[AUTOENCODER].layers) == 5  # W5 prints one on the code, too
    assert sum(isinstance(layer, ReLU) for layer in NETS[LINEAR_CODE].layers) == 4
    deep = [row.output[0] for row in shapes(NETS[DEEPER]) if isinstance(row.layer, Dense)]
    assert deep == [512, 256, 128, 64, 32, 16, 8, 4, 2, 4, 8, 16, 32, 64, 128, 256, 512, 784]
    assert not any(isinstance(layer, (ReLU, Sigmoid)) for layer in NETS[LINEAR].layers)


@pytest.mark.parametrize("coder", NETS)
def test_a_coder_is_cut_where_its_code_is(coder: str) -> None:
    module = build(NETS[coder], seed=1).eval()
    encoder, decoder = halves(NETS[coder], module)
    images = torch.rand(7, 1, 28, 28)
    code = encoder(images)
    assert code.shape == (7, 2)
    assert torch.equal(decoder(code), module(images))
    assert (code.min() >= 0) == (coder in (AUTOENCODER, DEEPER))


def test_principal_axes_are_those_of_the_singular_value_decomposition() -> None:
    points = torch.randn(300, 9, generator=torch.Generator().manual_seed(0)) * torch.arange(1.0, 10.0) + 3
    centre, axes = principal_axes(points, 2)
    left = np.linalg.svd(points.numpy() - points.numpy().mean(0), full_matrices=False)[2][:2]
    assert np.abs(left @ axes.numpy()) == pytest.approx(np.eye(2), abs=1e-4)
    assert centre.numpy() == pytest.approx(points.numpy().mean(0), abs=1e-5)
    assert (axes.gather(0, axes.abs().argmax(0, keepdim=True)) > 0).all()


def of_pca(squares: Images, scale: str = PIXELS) -> Result:
    return principal_components(
        Silent(), seed=0, net=NETS[PCA], scale=scale, train_examples=None, test_examples=None, data=squares
    )


def test_pca_as_a_net_leaves_the_variance_of_the_other_components(squares: Images) -> None:
    result = of_pca(squares)
    points = squares.train_images.reshape(400, -1) / 255
    variances = np.linalg.svd(points - points.mean(0), compute_uv=False) ** 2 / points.size
    assert result.scalars["train_error"] == pytest.approx(variances[2:].sum(), rel=1e-4)
    assert result.scalars["train_variance"] == pytest.approx(variances.sum(), rel=1e-4)
    assert result.scalars["train_beyond"] == 0
    module = rebuild(NETS[PCA], result.arrays)
    remade = module(torch.from_numpy(squares.test_images / 255).float().unsqueeze(1)).detach().numpy()
    error = np.mean((remade - squares.test_images.reshape(80, -1) / 255) ** 2)
    assert result.scalars["test_error"] == pytest.approx(error, rel=1e-4)


def test_each_set_is_standardised_by_itself_before_it_is_drawn_from(squares: Images) -> None:
    train, test = digits(squares, STANDARDISED, None, None, seed=0)
    for values in (train, test):
        assert values.mean(0).abs().max() < 1e-5
        deviations = values.std(0, correction=0).flatten()
        assert deviations[-1] == 0
        assert deviations[:-1] == pytest.approx(1, abs=1e-4)
    some, _ = digits(squares, STANDARDISED, 50, None, seed=0)
    assert all(any(torch.equal(one, other) for other in train) for one in some[:5])
    result = of_pca(squares, STANDARDISED)
    assert result.scalars["train_variance"] == pytest.approx(783 / 784)
    assert result.scalars["test_beyond"] == pytest.approx(float(((test - test.clamp(0, 1)) ** 2).mean()))


def test_an_autoencoder_learns_to_give_back_what_it_is_shown(squares: Images) -> None:
    torch.set_num_threads(1)
    net = Net((1, 28, 28), (Flatten(), Dense(40), ReLU(), Dense(2), Dense(40), ReLU(), Dense(784), Sigmoid()))
    result = train_autoencoder(
        Silent(),
        seed=1,
        net=net,
        recipe=Recipe(Adam(3e-3), Epochs(25), batch_size=32),
        scale=PIXELS,
        train_examples=300,
        test_examples=None,
        data=squares,
    )
    assert result.history["test_loss"][-1] == pytest.approx(result.scalars["test_error"], rel=1e-5)
    remade = rebuild(net, result.arrays)(pixels(squares.test_images.copy()))
    error = (remade - pixels(squares.test_images.copy()).flatten(1)).square().mean().item()
    assert error == pytest.approx(result.scalars["test_error"], rel=1e-4)
    assert error < 0.6 * np.mean((squares.test_images / 255 - (squares.train_images / 255).mean(0)) ** 2)


# --- the judge -----------------------------------------------------------------------------------------------------

JUDGE = Net((1, 28, 28), (Flatten(), Dense(3)))


def judgement(squares: Images, coder: str, arrays: Mapping[str, np.ndarray], judge: Mapping[str, np.ndarray]) -> Result:
    return judge_coder(
        Silent(),
        seed=2,
        net=NETS[coder],
        train_examples=300,
        test_examples=None,
        judge_net=JUDGE,
        judge_examples=100,
        data=squares,
        coder=Result(arrays=arrays),
        judge=Result(arrays=judge),
    )


def by_square() -> dict[str, np.ndarray]:
    """A judge that says in which of three places the image is brightest."""
    places = np.zeros((3, 28, 28), np.float32)
    for label in range(3):
        places[label, 8 * label + 1 : 8 * label + 6, 3:8] = 1 / 25
    return {"dense1.weight": places.reshape(3, -1), "dense1.bias": np.zeros(3, np.float32)}


def test_the_judge_reads_what_comes_out_of_the_code(squares: Images) -> None:
    result = judgement(squares, PCA, of_pca(squares).arrays, by_square())
    assert result.scalars["read"] == result.scalars["decoded"] == 1  # two numbers tell three classes apart
    assert result.scalars["neighbour_accuracy"] == 1
    assert float(result.scalars["silhouette"] or 0) > 0.5
    assert result.scalars["dead_units"] == 0
    arrays = result.arrays
    assert squares.test_labels[arrays["first"]].tolist() == [0, 1, 2]
    assert np.array_equal(arrays["first_images"], squares.test_images[arrays["first"]])
    assert np.abs(arrays["first_remade"].astype(int) - arrays["first_images"]).mean() < 20
    remade = rebuild(NETS[PCA], of_pca(squares).arrays)(pixels(squares.test_images.copy())).reshape(80, 1, 28, 28)
    module = rebuild(JUDGE, by_square())
    own = pixels(squares.train_images[drawn_by_e2(squares, 100, 2)])
    again = module(standardised(remade.clamp(0, 1), own)).argmax(1)
    assert np.array_equal(again.numpy(), arrays["read_remade"])


def drawn_by_e2(squares: Images, n: int, seed: int) -> np.ndarray:
    from experiments.training import drawn

    return drawn(len(squares.train_labels), n, seed)


def test_a_code_that_says_nothing_is_found_out(squares: Images) -> None:
    arrays = weights(build(NETS[AUTOENCODER], seed=0))
    arrays["dense3.bias"] = np.array([-1e3, -1e3], np.float32)
    result = judgement(squares, AUTOENCODER, arrays, by_square())
    assert result.scalars["dead_units"] == 2
    assert len(set(result.arrays["read_remade"].tolist())) == 1
    assert result.scalars["decoded"] == pytest.approx(1 / 3, abs=0.01)
    assert result.scalars["silhouette"] == 0
    assert result.scalars["read"] == 1


# --- the declaration -----------------------------------------------------------------------------------------------


def test_every_budget_pairs_coders_over_seeds_and_judges_with_the_same_seed() -> None:
    for name, seeds in {"smoke": 2, "quick": 3, "full": 3}.items():
        budget = Budget(name, first_seed=4)
        chosen = trials(budget)
        for coder in SHOWN:
            mine = [t for t in chosen if t.tags == {"coder": coder, "scale": PIXELS, "stage": "judged"}]
            assert len({t.arguments["seed"] for t in mine}) == len(mine) >= seeds
            assert min(t.arguments["seed"] for t in mine) == 4
            for trial in mine:
                seed = trial.arguments["seed"]
                judge, found = trial.inputs["judge"], trial.inputs["coder"]
                assert isinstance(judge, Trial)
                assert judge == e02.trial(budget, CONVNET, "Adam", seed)
                assert found == coder_trial(budget, coder, PIXELS, seed)
                assert trial.arguments["judge_examples"] == judge.arguments["train_examples"]
                for amount in ("train_examples", "test_examples"):
                    assert trial.arguments[amount] == found.arguments[amount]
    full = [t.arguments for t in trials(Budget("full"))]
    assert {a["train_examples"] for a in full} == {a["test_examples"] for a in full} == {None}


def test_a_change_of_e2s_recipe_reruns_the_judging_and_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digests(trials(Budget("smoke")))
    monkeypatch.setitem(e02.OPTIMIZERS, "Adam", Adam(2e-3))
    after = digests(trials(Budget("smoke")))
    assert len(set(before.values())) == len(before)
    assert {name for name in before if before[name] != after[name]} == {name for name in before if "judged" in name}


# --- the sentences -------------------------------------------------------------------------------------------------

USUAL = {
    AUTOENCODER: {"error": 0.045, "neighbour_accuracy": 0.7, "silhouette": 0.1, "decoded": 0.7, "length": 2, "nines": 0.75},
    LINEAR_CODE: {
        "error": 0.036,
        "neighbour_accuracy": 0.8,
        "silhouette": 0.1,
        "decoded": 0.78,
        "length": 9,
        "standardised": 0.95,
    },
    DEEPER: {"error": 0.067},
    LINEAR: {"error": 0.0565},
    PCA: {"error": 0.056, "neighbour_accuracy": 0.46, "silhouette": 0.02, "decoded": 0.38, "length": 1, "standardised": 1.0},
}


def made_up(change: Mapping[str, Mapping[str, float]] | None = None, jitter: float = 0.01) -> Runs:
    """Runs of the full budget. ``standardised`` is the error on that scale as a share of W1's of PCA."""
    truth = {coder: {**numbers, **(change or {}).get(coder, {})} for coder, numbers in USUAL.items()}

    def end(trial: Trial) -> Result:
        coder, seed, numbers = trial.tags["coder"], trial.arguments["seed"], truth[str(trial.tags["coder"])]
        factor = 1 + jitter * (seed % 3) * (coder != PCA)
        if trial.tags["stage"] == "judged":
            names = ("neighbour_accuracy", "silhouette", "decoded")
            scalars: dict[str, Any] = {name: numbers[name] * factor for name in names}
            scalars |= {"read": 0.99, "dead_units": int(numbers.get("dead_units", 0)) if seed == 1 else 0}
            labels = np.arange(200) % 10
            spoilt = np.where(np.arange(200) < 200 * numbers.get("nines", 0.0), 9, (labels + 1) % 10)
            right = (np.arange(200) % 10 != 4) & (np.arange(200) < 200 * numbers["decoded"])
            images = np.full((10, 28, 28), 100, np.uint8)
            arrays: dict[str, np.ndarray] = {
                "codes": (np.random.default_rng(seed).normal(size=(200, 2)) * [numbers["length"], 1]).astype(np.float32),
                "labels": labels.astype(np.uint8),
                "read": labels.astype(np.uint8),
                "read_remade": np.where(right, labels, spoilt).astype(np.uint8),
                "first": np.arange(10),
                "first_images": images,
                "first_remade": images,
            }
            return Result(scalars, arrays=arrays)
        if trial.tags["scale"] == PIXELS:
            scalars = {f"{part}_error": numbers["error"] * factor for part in ("train", "test")}
        else:
            scalars = {f"{part}_error": numbers["standardised"] * factor * W1[PCA][part] for part in ("train", "test")}
        scalars |= {"train_variance": 0.067, "test_variance": 0.068, "test_beyond": 0.55} if coder == PCA else {}
        curve = [2 * scalars["test_error"], scalars["test_error"]]
        history: dict[str, list[Any]] = {"epoch": [1.0, 2.0], "iteration": [5, 10], "train_loss": curve, "test_loss": curve}
        return Result(scalars, {} if coder == PCA else history)

    return runs_that_end(trials(Budget("full")), end)


@pytest.mark.parametrize(
    ("change", "refuted"),
    [
        ({AUTOENCODER: {"error": 0.0575}}, {"test_error"}),
        (
            {LINEAR_CODE: {"error": 0.0575}},
            {"linear_code_train_error", "linear_code_test_error", "relu_code_errs", "standardising_costs"},
        ),
        ({AUTOENCODER: {"dead_units": 1}}, {"both_code_units_live"}),
        ({LINEAR: {"error": 0.0555}}, {"linear_never_below"}),
        ({LINEAR: {"error": 0.070}}, {"linear_near"}),
        ({DEEPER: {"error": 0.040}}, {"deeper_errs_more"}),
        ({AUTOENCODER: {"neighbour_accuracy": 0.4}}, {"neighbours"}),
        ({LINEAR_CODE: {"neighbour_accuracy": 0.4}}, {"linear_code_neighbours"}),
        ({AUTOENCODER: {"silhouette": -0.1}}, {"silhouette"}),
        ({PCA: {"decoded": 0.72}}, {"decoded"}),
        ({LINEAR_CODE: {"decoded": 0.3}}, {"linear_code_decoded"}),
        ({AUTOENCODER: {"nines": 0.25}}, {"four_as_nine"}),
        ({LINEAR_CODE: {"length": 1}, PCA: {"length": 9}}, {"classes_longer"}),
        ({AUTOENCODER: {"error": 0.030}}, {"relu_code_errs"}),
        ({PCA: {"standardised": 1.01}}, {"w1_standardised"}),
        ({LINEAR_CODE: {"standardised": 0.5}}, {"standardising_costs"}),
    ],
)
def test_claims_are_refuted_where_they_are_false(change: dict[str, dict[str, float]], refuted: set[str]) -> None:
    assert refuted_in(EXPERIMENT, made_up(change)) == refuted


def test_another_scale_that_fits_as_well_refutes_the_one_found() -> None:
    train, test = W1[PCA]["train"], W1[PCA]["test"]

    def fitting(run: Outcome) -> dict[str, float]:
        return {"test_variance": 0.067 * train / test} if "test_variance" in run.found.scalars else {}  # both shares are W1's

    runs = made_up({PCA: {"error": 0.067 * train}})
    assert EXPERIMENT.claims["w1_standardised"].judge(runs).holds is Holds.YES
    assert EXPERIMENT.claims["w1_standardised"].judge(with_scalars(runs, fitting)).holds is Holds.NO


def test_length_over_width_does_not_depend_on_where_a_class_lies_or_points() -> None:
    draw = np.random.default_rng(2)
    turn = np.array([[math.cos(1), -math.sin(1)], [math.sin(1), math.cos(1)]])
    long = draw.normal(size=(5000, 2)) * [6, 2] @ turn + [50, -7]
    assert longer(long, np.zeros(5000)) == pytest.approx(3, rel=0.05)
    classes = np.concatenate([long, long[:, ::-1], draw.normal(size=(5000, 2))])
    assert longer(classes, np.repeat([0, 1, 2], 5000)) == pytest.approx(3, rel=0.05)  # the median of 3, 3 and 1


def test_dead_codes_are_counted() -> None:
    runs = made_up({AUTOENCODER: {"dead_units": 1}})
    assert (number("dead_runs", runs), number("relu_runs", runs)) == (1, 10)
    assert "dead at the end in 1 of 10 runs" in EXPERIMENT.figures["curves"](runs).caption
    assert "dead at the end in 0 of 10 runs" in EXPERIMENT.figures["curves"](made_up()).caption


# --- tables, figures and what was reported -------------------------------------------------------------------------


def test_the_tables_say_what_was_measured() -> None:
    table = EXPERIMENT.tables["coders"](made_up(jitter=0))
    rows = {row[0]: row for row in table.rows}
    assert set(rows) == set(NETS)
    assert rows[AUTOENCODER][1] == counted(NETS[AUTOENCODER]) == 936_466
    assert [cell.number for cell in rows[PCA][2:]] == pytest.approx([0.056, 0.056, 46, 0.02, 38])
    assert rows[DEEPER][4:] == (None, None, None)  # not judged


def test_scales_are_the_same_error_written_differently() -> None:
    table = EXPERIMENT.tables["scales"](made_up(jitter=0))
    rows = {row[0]: row[1:] for row in table.rows}
    assert list(rows) == [*SCALES, "W1"]
    assert [rows[scale][0] for scale in SCALES[:4]] == pytest.approx([0.056, 0.056 * 784, math.sqrt(0.056), 0.056 / 0.067])
    assert rows["each pixel standardised"][:2] == pytest.approx((0.826, 0.764))
    assert rows["W1"][4:] == pytest.approx((0.722 / 0.826, 0.665 / 0.764))
    assert rows[SCALES[0]][4] == pytest.approx(0.036 / 0.056)
    assert "each pixel standardised" in table.caption


def test_every_coder_of_fewer_seeds_is_named_with_their_number() -> None:
    runs = made_up()
    least = {run.seed for run in runs.where(coder="deeper autoencoder")} - {0}
    lost = Runs(tuple(run for run in runs if run.trial.tags["coder"] != "deeper autoencoder" or run.seed in least))
    count = len(least)
    said = f"With fewer seeds: the deeper autoencoder ({count}) and the linear autoencoder ({count + 1})."
    assert said in EXPERIMENT.tables["coders"](lost).caption


def test_reported_numbers_are_held_against_the_right_runs() -> None:
    runs = made_up(jitter=0)
    held = {"pca_train": 0.826, "autoencoder_test": 0.95 * 0.764, "ratio_w1_train": 0.95, "decoded_w5": 70, "decoded_pca": 38}
    assert {name: number(name, runs) for name in held} == pytest.approx(held)


def test_spoilt_fours_and_codes_are_counted_from_the_arrays() -> None:
    runs = made_up({AUTOENCODER: {"nines": 0.25}}, jitter=0)
    assert number("spoilt_fours", runs) == 100  # per cent: all that are a 4
    assert number("fours_as_nines", runs) == pytest.approx(25)
    assert number("on_axis", runs) == 0
    assert number("negative", runs) == pytest.approx(75, abs=5)  # normal codes: a quarter has no negative number
    rows = EXPERIMENT.figures["reconstructions"](runs)
    assert (rows.data["original"] == rows.data["digit"]).all()
    assert "original 10" in rows.caption


def test_names_of_classes_move_apart_and_no_farther() -> None:
    wanted = np.array([[0.0, 0.0], [0.0, 0.0], [0.01, 0.0], [5.0, 5.0]])
    places = moved_apart(wanted, gap=0.1)
    distances = np.linalg.norm(places[:, None] - places, axis=2)[np.triu_indices(4, 1)]
    assert distances.min() > 0.0999
    assert places[3] == pytest.approx(wanted[3], abs=1e-4)
    assert np.abs(places - wanted).max() < 0.15
    assert len(set(CLASS_COLOURS)) == 10


def test_the_frame_leaves_out_what_lies_far_off() -> None:
    points = np.random.default_rng(0).normal(size=(1000, 2))
    points[:5] += [500, 0]
    shown = framed(points)
    assert not shown[:5].any()
    assert shown.mean() > 0.8


def test_the_change_late_in_training_is_that_of_its_second_half() -> None:
    found = number("late_change", made_up(jitter=0))  # the made-up curves halve
    assert found == pytest.approx(-0.95 * 0.764)
