"""E4: what a deep autoencoder keeps of a digit in two numbers, against what PCA keeps.

The write-ups' 'ReLU' leaves open whether the code has one too. It has none here, so that both codes may be any point of the
plane; the other reading is run beside it.

W1 reports losses far larger than any squared error of pixels from 0 to 1. Coders are therefore also trained on digits of
which each pixel is standardised, a scale that its losses may be on.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from experiments import e02_mnist_classifiers as e02
from experiments.coder_figures import (
    BOTH,
    FITTED,
    JUDGED,
    RELU_CODE,
    W1,
    by_class,
    codes,
    curves,
    dead,
    errors,
    judged,
    reconstructions,
)
from experiments.coders import NEIGHBOURS, PIXELS, STANDARDISED, judge_coder, principal_components, train_autoencoder
from experiments.looks import AUTOENCODER, CONVNET, PCA
from experiments.nets import Dense, Flatten, Layer, Net, ReLU, Sigmoid, parameters, shapes, wording
from experiments.training import Adam, Epochs, Iterations, Recipe
from report.model import Budget, Claim, Column, Data, Experiment, Measure, Reported, Runs, Table, Trial, Value, Verdict
from report.stats import all_of, at_least, at_most, greater, less, mean, value_of

EPOCH = 469  # iterations that pass over all training digits once


def autoencoder(*code: Layer) -> Net:
    """784–512–128–2–128–512–784 with ReLU between and a sigmoid at the end; ``code`` follows the layer of two units."""
    encoder = (Flatten(), Dense(512), ReLU(), Dense(128), ReLU(), Dense(2), *code)
    return Net((1, 28, 28), (*encoder, Dense(128), ReLU(), Dense(512), ReLU(), Dense(784), Sigmoid()))


# PCA does not depend on chance, so its errors must be W1's to the last of the three digits reported: half a unit of it.
ROUNDING = 5e-4

NETS = {
    AUTOENCODER: autoencoder(),
    RELU_CODE: autoencoder(ReLU()),
    PCA: Net((1, 28, 28), (Flatten(), Dense(2), Dense(784))),
}


# --- trials ----------------------------------------------------------------------------------------------------------


def coder_trial(budget: Budget, coder: str, scale: str, seed: int) -> Trial:
    """The trial that finds the weights of a coder."""
    how = {} if coder == PCA else {"recipe": _recipe(budget, scale)}
    return Trial(
        principal_components if coder == PCA else train_autoencoder,
        {"seed": seed, "net": NETS[coder], "scale": scale, **_amounts(budget, scale), **how},
        inputs={"data": Data("mnist")},
        tags={"coder": coder, "scale": scale, "stage": FITTED},
    )


def judge_trial(budget: Budget, coder: str, seed: int) -> Trial:
    """The trial that judges a coder of pixels, with E2's convnet of the same seed."""
    judge = e02.trial(budget, CONVNET, "Adam", seed)
    judged_by = {"judge_net": judge.arguments["net"], "judge_examples": judge.arguments["train_examples"]}
    return Trial(
        judge_coder,
        {"seed": seed, "net": NETS[coder], **_amounts(budget, PIXELS), **judged_by},
        inputs={"data": Data("mnist"), "coder": coder_trial(budget, coder, PIXELS, seed), "judge": judge},
        tags={"coder": coder, "scale": PIXELS, "stage": JUDGED},
    )


def _recipe(budget: Budget, scale: str) -> Recipe:
    if scale == PIXELS:
        return Recipe(Adam(), Epochs(budget.pick(smoke=2, quick=6, full=20)))
    length, every = budget.pick(smoke=(32, 16), quick=(200, 100), full=(20 * EPOCH, EPOCH))
    return Recipe(Adam(), Iterations(length), evaluate=Iterations(every))


def _amounts(budget: Budget, scale: str) -> dict[str, int | None]:
    """Pixels that are bright in a handful of digits weigh as much as any other once standardised, so that a part of the digits
    does not have the errors of all: on that scale, all are used as soon as time allows."""
    few = scale == PIXELS
    return {
        "train_examples": budget.pick(smoke=2000, quick=10_000 if few else None, full=None),
        "test_examples": budget.pick(smoke=500, quick=2000 if few else None, full=None),
    }


def trials(budget: Budget) -> list[Trial]:
    """The autoencoder and PCA over all seeds; at the smaller budgets, what stands beside them over fewer."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=4, full=5))
    fewer = budget.seeds(budget.pick(smoke=2, quick=2, full=5))
    main = [(coder, PIXELS, seed) for coder in BOTH for seed in seeds]
    beside = ((RELU_CODE, PIXELS), (AUTOENCODER, STANDARDISED), (PCA, STANDARDISED))
    asked = main + [(coder, scale, seed) for coder, scale in beside for seed in fewer]
    judged = [judge_trial(budget, coder, seed) for coder, scale, seed in asked if scale == PIXELS]
    return [coder_trial(budget, *one) for one in asked] + judged


# --- reading the runs -------------------------------------------------------------------------------------------------


def _ratio(runs: Runs, part: str, scale: str) -> dict[int, float]:
    """The autoencoder's error over PCA's, by seed."""
    ours, others = (errors(runs, coder, part, scale) for coder in BOTH)
    return {seed: ours[seed] / others[seed] for seed in ours if seed in others}


SCALES = ("mean over pixels", "sum over pixels", "root of the mean", "share of the variance", "each pixel standardised")
"""What a loss may be of which PCA's is known to three digits."""


def _on_scale(runs: Runs, scale: str, coder: str, part: str) -> dict[int, float]:
    """The error of a coder, by seed. The last scale has coders of its own; the others are functions of the mean over pixels."""
    if scale == SCALES[-1]:
        return errors(runs, coder, part, STANDARDISED)
    variances = runs.where(coder=PCA, scale=PIXELS, stage=FITTED).scalar(f"{part}_variance")
    size = math.prod(NETS[coder].input)
    change = {
        SCALES[0]: lambda error, _: error,
        SCALES[1]: lambda error, _: size * error,
        SCALES[2]: lambda error, _: math.sqrt(error),
        SCALES[3]: lambda error, variance: error / variance,
    }[scale]
    found = errors(runs, coder, part)
    return {seed: change(error, variances[seed]) for seed, error in found.items() if seed in variances}


def _off(runs: Runs, scale: str) -> dict[int, float]:
    """How far PCA's errors on a scale are from W1's, by seed: the larger of the differences on training and on test digits."""
    parts = {part: _on_scale(runs, scale, PCA, part) for part in W1[PCA]}
    return {seed: max(abs(parts[part][seed] - W1[PCA][part]) for part in parts) for seed in parts["train"]}


def _lengths(runs: Runs, coder: str) -> dict[int, float]:
    """Seed → how many times as long as wide the codes of a class are (ratio of standard deviations), the median class."""
    return {
        int(outcome.trial.arguments["seed"]): longer(outcome.result.arrays["codes"], outcome.result.arrays["labels"])
        for outcome in runs.where(coder=coder, stage=JUDGED).converged()
        if outcome.result
    }


def longer(points: np.ndarray, labels: np.ndarray) -> float:
    """The standard deviation of a class along its longest direction over that across it, for ``points`` (n, 2): the median of
    the classes."""
    ratios = []
    for label in np.unique(labels):
        mine = points[labels == label].astype(np.float64)
        length, width = np.linalg.svd(mine - mine.mean(0), compute_uv=False)
        ratios.append(length / width)
    return float(np.median(ratios))


# --- tables --------------------------------------------------------------------------------------------------------


def coders(runs: Runs) -> Table:
    """What each coder keeps."""
    columns = (
        Column("coder", "coder", align="left"),
        Column("parameters", "parameters"),
        Column("train", "training error"),
        Column("test", "test error"),
        Column("neighbours", "named by neighbours, %"),
        Column("silhouette", "silhouette"),
        Column("decoded", "read right after coding, %"),
    )
    rows = []
    for coder, net in NETS.items():
        kept = [_error(runs, coder, part) for part in ("train", "test")]
        named, width, decoded = (judged(runs, coder, name) for name in ("neighbour_accuracy", "silhouette", "decoded"))
        apart = (value_of(named, scale=100, digits=1), value_of(width, digits=3), value_of(decoded, scale=100, digits=1))
        rows.append((coder, parameters(net), *kept, *apart))
    ceiling = mean(judged(runs, AUTOENCODER, "read"))
    return Table(
        columns,
        tuple(rows),
        caption="Errors are squared, means over pixels (from 0 to 1) and digits. Of the test digits as they are, the "
        f"same convnets read {ceiling:.1%} right. PCA's {parameters(NETS[PCA])} parameters are those of its description as "
        "a net.",
    )


def _error(runs: Runs, coder: str, part: str) -> Value:
    # rounded first, because a deviation of PCA that stems from the last bits would be written as a power of ten
    return value_of({seed: round(error, 6) for seed, error in errors(runs, coder, part).items()}, digits=4)


def layers(runs: Runs) -> Table:
    """The coders layer by layer."""
    del runs
    columns = (
        Column("coder", "coder", align="left"),
        Column("layer", "layer", align="left"),
        Column("output", "output"),
        Column("parameters", "parameters"),
    )
    rows: list[tuple[str | int | None, ...]] = []
    for coder in BOTH:
        found = [row for row in shapes(NETS[coder]) if not isinstance(row.layer, ReLU)]
        rows += [
            (coder if place == 0 else "", wording(row.layer), "×".join(map(str, row.output)), row.parameters or None)
            for place, row in enumerate(found)
        ]
        rows.append(("", "in all", "", parameters(NETS[coder])))
    return Table(
        columns,
        tuple(rows),
        caption="The coders. A ReLU follows each dense layer of the autoencoder but the one of the code and the last.",
    )


def scales(runs: Runs) -> Table:
    """Both coders' errors on every scale, and what W1 reports."""
    columns = (
        Column("scale", "what the loss is", align="left"),
        *(
            Column(f"{coder}_{part}", f"{coder}, {'training' if part == 'train' else part}", digits=3)
            for coder in (PCA, AUTOENCODER)
            for part in ("train", "test")
        ),
        Column("train_ratio", "ratio, training", digits=3),
        Column("test_ratio", "ratio, test", digits=3),
    )
    order = [(coder, part) for coder in (PCA, AUTOENCODER) for part in ("train", "test")]
    numbers = {scale: {one: mean(_on_scale(runs, scale, *one)) for one in order} for scale in SCALES}
    numbers["W1"] = {(coder, part): W1[coder][part] for coder, part in order}
    rows = tuple(
        (scale, *found.values(), *(found[AUTOENCODER, part] / found[PCA, part] for part in ("train", "test")))
        for scale, found in numbers.items()
    )
    nearest = min(SCALES, key=lambda scale: mean(_off(runs, scale)))
    return Table(
        columns,
        rows,
        caption="Errors with two code numbers, on scales that a loss may be on. Ratios are autoencoder over PCA. W1's errors "
        f"of PCA are nearest on the scale *{nearest}*, where ours differ by {mean(_off(runs, nearest)):.4f} at most.",
    )


# --- claims --------------------------------------------------------------------------------------------------------


def lower_error(runs: Runs, part: str) -> Verdict:
    what = f"mean paired difference in {'training' if part == 'train' else part} error, autoencoder less PCA"
    return less(errors(runs, AUTOENCODER, part), errors(runs, PCA, part), what=what)


def higher(runs: Runs, name: str, what: str, **shown: Any) -> Verdict:
    ours, others = (judged(runs, coder, name) for coder in BOTH)
    return greater(ours, others, what=f"mean paired difference in {what}", **shown)


def classes_longer(runs: Runs) -> Verdict:
    what = "mean paired difference in the ratio of length to width of the median class"
    return greater(_lengths(runs, AUTOENCODER), _lengths(runs, PCA), what=what)


def relu_code_errs(runs: Runs) -> Verdict:
    what = "mean paired difference in test error, ReLU code less linear code"
    return greater(errors(runs, RELU_CODE, "test"), errors(runs, AUTOENCODER, "test"), what=what)


def w1_standardised(runs: Runs) -> Verdict:
    others = [_off(runs, scale) for scale in SCALES[:-1]]
    nearest = {seed: min(off[seed] for off in others) for seed in others[0]}
    what = "mean of the larger of the two differences from W1's errors of PCA"
    return all_of(
        at_most(_off(runs, SCALES[-1]), ROUNDING, what=f"{what}, {SCALES[-1]}"),
        at_least(nearest, ROUNDING, what=f"{what}, the nearest of the other scales"),
    )


def standardising_costs(runs: Runs) -> Verdict:
    what = "mean paired difference in the ratio of test errors, standardised less plain pixels"
    return greater(_ratio(runs, "test", STANDARDISED), _ratio(runs, "test", PIXELS), what=what)


# --- values, and what was reported ---------------------------------------------------------------------------------


def _ratio_value(runs: Runs, part: str, scale: str) -> Value:
    return value_of(_ratio(runs, part, scale), digits=3, origin=f"{part} error, autoencoder over PCA, {scale}")


def _error_value(runs: Runs, coder: str, part: str) -> Value:
    return value_of(errors(runs, coder, part, STANDARDISED), digits=3, origin=f"{part} error, {coder}, pixels standardised")


def _length_value(runs: Runs, coder: str) -> Value:
    return value_of(_lengths(runs, coder), digits=1, origin=f"length of the median class over its width, {coder}")


def _late_change(runs: Runs) -> Value:
    found = {}
    for outcome in runs.where(coder=AUTOENCODER, scale=STANDARDISED).converged():
        assert outcome.result is not None
        curve = [float(error or 0) for error in outcome.result.history["test_loss"]]
        found[int(outcome.trial.arguments["seed"])] = curve[-1] - curve[len(curve) // 2 - 1]
    return value_of(found, digits=3, origin="test error on standardised pixels at the end less that in the middle of training")


def _decoded_value(runs: Runs, coder: str) -> Value:
    found = judged(runs, coder, "decoded")
    return value_of(found, unit="%", scale=100, digits=1, origin=f"test digits read right after coding, {coder}")


def _read_value(runs: Runs) -> Value:
    found = judged(runs, AUTOENCODER, "read")
    return value_of(found, unit="%", scale=100, digits=1, origin="test digits that E2's convnet reads right as they are")


def _dead_value(runs: Runs) -> Value:
    return Value(int(sum(dead(runs).values())), digits=0, origin="runs with a ReLU on the code in which a code unit is dead")


def _relu_runs(runs: Runs) -> Value:
    return Value(len(dead(runs)), digits=0, origin="runs with a ReLU on the code")


def _of_pixels(runs: Runs, name: str, **shown: Any) -> Value:
    """A property of the standardised digits themselves, whatever the seed."""
    found = runs.where(coder=PCA, scale=STANDARDISED).scalar(name)
    return replace(value_of(found, **shown), spread=None)


def _stated(runs: Runs, value: Value) -> Value:
    del runs
    return value


def _of_ten(share: float) -> float:
    """Two standard deviations of a count of ten digits, in per cent: W5 looked at so many."""
    return 2 * math.sqrt(share * (100 - share) / 10)


# W1 names no epochs. From the tenth to the twentieth, our error on that scale falls by 0.011, and the ratio by 0.015.
EPOCHS_UNKNOWN = 0.015

EXPERIMENT = Experiment(
    id="E4",
    title="Autoencoder against PCA",
    question="How much more of a digit than PCA does a deep autoencoder keep in a code of two numbers?",
    trials=trials,
    measures={
        "train_error": Measure("training error", digits=4),
        "test_error": Measure("test error", digits=4),
        "neighbour_accuracy": Measure("digits named by their neighbours", "%", 1, 100),
        "silhouette": Measure("silhouette", digits=3),
        "decoded": Measure("digits read right after coding", "%", 1, 100),
        "read": Measure("digits read right as they are", "%", 1, 100),
    },
    figures={"curves": curves, "codes": codes, "reconstructions": reconstructions, "by_class": by_class},
    tables={"coders": coders, "layers": layers, "scales": scales},
    claims={
        "train_error": Claim(
            "On the training digits, the autoencoder's error is lower than PCA's.", partial(lower_error, part="train")
        ),
        "test_error": Claim(
            "On the test digits, the autoencoder's error is lower than PCA's.", partial(lower_error, part="test")
        ),
        "neighbours": Claim(
            "The autoencoder's code separates the classes better: neighbours in it name more test digits right than in PCA's.",
            partial(higher, name="neighbour_accuracy", what="share named by neighbours", unit="points", scale=100),
        ),
        "silhouette": Claim(
            "The autoencoder's code separates the classes better: its silhouette is higher than that of PCA's.",
            partial(higher, name="silhouette", what="silhouette"),
        ),
        "classes_longer": Claim(
            "In the autoencoder's code the classes are longer for their width than in PCA's.", classes_longer
        ),
        "decoded": Claim(
            "Of the digits that the autoencoder coded, E2's convnet reads more right than of those that PCA coded.",
            partial(higher, name="decoded", what="share read right after coding", unit="points", scale=100),
        ),
        "relu_code_errs": Claim(
            "With a ReLU on the code, the autoencoder's test error is higher than without.", relu_code_errs
        ),
        "w1_standardised": Claim(
            "If each pixel is standardised, PCA's errors are W1's up to rounding, and on no other scale tried.",
            w1_standardised,
        ),
        "standardising_costs": Claim(
            "On standardised pixels the autoencoder is ahead of PCA by a smaller share than on plain ones, on the test digits.",
            standardising_costs,
        ),
    },
    values={
        **{f"length_{coder.lower()}": partial(_length_value, coder=coder) for coder in BOTH},
        "ratio_train": partial(_ratio_value, part="train", scale=PIXELS),
        "ratio_test": partial(_ratio_value, part="test", scale=PIXELS),
        "ceiling": _read_value,
        "dead_runs": _dead_value,
        "relu_runs": _relu_runs,
        "beyond": partial(
            _of_pixels, name="test_beyond", digits=3, origin="mean squared distance of standardised test pixels from [0, 1]"
        ),
        **{
            f"varying_{part}": partial(
                _of_pixels,
                name=f"{part}_variance",
                unit="%",
                scale=100,
                digits=1,
                origin=f"pixels that vary among {name} digits",
            )
            for part, name in (("train", "training"), ("test", "test"))
        },
        "late_change": _late_change,
        "neighbours_asked": partial(_stated, value=Value(NEIGHBOURS, digits=0, origin="neighbours that vote")),
        "w1_pca_train": partial(_stated, value=Value(W1[PCA]["train"], digits=3, origin="reported by W1")),
    },
    reported={
        **{
            f"ratio_{part}": Reported(
                f"{name} error on standardised pixels, autoencoder over PCA",
                round(W1[AUTOENCODER][part] / W1[PCA][part], 3),
                "W1",
                partial(_ratio_value, part=part, scale=STANDARDISED),
                tolerance=EPOCHS_UNKNOWN,
            )
            for part, name in (("train", "training"), ("test", "test"))
        },
        **{
            f"{coder.lower()}_{part}": Reported(
                f"{name} error on standardised pixels, {coder}",
                W1[coder][part],
                "W1",
                partial(_error_value, coder=coder, part=part),
                tolerance=ROUNDING if coder == PCA else EPOCHS_UNKNOWN,
            )
            for coder in (PCA, AUTOENCODER)
            for part, name in (("train", "training"), ("test", "test"))
        },
        **{
            f"decoded_{coder.lower()}": Reported(
                f"digits read right after coding, {coder}",
                share,
                "W5",
                partial(_decoded_value, coder=coder),
                tolerance=_of_ten(share),
            )
            for coder, share in ((AUTOENCODER, 90.0), (PCA, 50.0))
        },
    },
)
