"""E14: what is left of a convolutional net on CIFAR-10 without its non-linearities?

W4's second question: the net (12, 32) of E13 without ReLU, (a) without pooling, (b) with average pooling, (c) with four
convolutions for two, against the original. Each is one affine map (T13), which a second trial reads off the trained net. A
third fits the affine classifier of least training loss, which is a bound for all of them.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np

from experiments import e13_capacity as e13
from experiments import zoo
from experiments.affine import IN_FLOAT64, collapse
from experiments.capacity_runs import name as name_of
from experiments.data import cifar
from experiments.logistic import best_affine
from experiments.looks import AVERAGE_POOLING, FOUR_CONVOLUTIONS, LOOKS, NO_POOLING
from experiments.nets import Dense, Flatten, Net, parameters
from experiments.training import Epochs, Recipe, shared
from report import plots
from report.model import (
    Budget,
    Claim,
    Column,
    Data,
    Experiment,
    Figure,
    Holds,
    Measure,
    MissingResult,
    Runs,
    Table,
    Trial,
    Value,
    Verdict,
)
from report.stats import all_of, at_most, equal_within, greater, less, mean, value_of

LINEAR = {NO_POOLING: zoo.LINEAR, AVERAGE_POOLING: zoo.LINEAR_POOLED, FOUR_CONVOLUTIONS: zoo.LINEAR_DEEP}
CHANNELS = (12, 32)
ORIGINAL = name_of(CHANNELS)
BEST, SHRUNK = "logistic regression", "penalised regression"
TRAINING, MAP, BOUND = "training", "map", "bound"

CLOSE = 0.02  # two accuracies no farther apart than two percentage points are called equal
ROUNDING = {"float32": 1e-5, "float64": 1e-13}  # of sums of some thousand terms: a hundred times the unit of rounding
BLOCK = 4
PENALTIES = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01)  # of 50 000 images 0.03 is best, of a few thousand about 1


# --- trials --------------------------------------------------------------------------------------------------------


def recipe(budget: Budget) -> Recipe:
    """E13's, but shorter: nets without pooling are dear."""
    return replace(e13.recipe(budget), length=Epochs(budget.pick(smoke=2, quick=3, full=6)))


def trial(budget: Budget, name: str, seed: int) -> Trial:
    """One of the linear nets, or the original."""
    nets: Mapping[str, Net] = {**LINEAR, ORIGINAL: zoo.capacity(*CHANNELS)}
    return e13.training(budget, nets[name], recipe(budget), seed, {"net": name, "stage": TRAINING})


def mapped(budget: Budget, name: str, seed: int) -> Trial:
    """The affine map that a linear net has become, held against the net on the same images."""
    trained = trial(budget, name, seed)
    inputs: Mapping[str, Trial | Data] = {"trained": trained, "data": Data("cifar10")}
    return Trial(collapse, shared(trained), inputs=inputs, tags={"net": name, "stage": MAP})


def bound(budget: Budget, seed: int) -> Trial:
    """The affine classifier of least loss on the images that the nets of this seed are trained on."""
    weights = budget.pick(smoke=PENALTIES, quick=PENALTIES[:3], full=PENALTIES)
    arguments = {"seed": seed, **e13.amounts(budget), "weights": weights, "steps": 200}
    return Trial(best_affine, arguments, inputs={"data": Data("cifar10")}, tags={"net": BEST, "stage": BOUND})


def trials(budget: Budget) -> list[Trial]:
    """The bound comes once: at *full* every seed trains on all images, at *quick* it costs as much as a net."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    return [
        *(trial(budget, name, seed) for name in (*LINEAR, ORIGINAL) for seed in seeds),
        *(mapped(budget, name, seed) for name in LINEAR for seed in seeds),
        bound(budget, seeds[0]),
    ]


# --- selections ----------------------------------------------------------------------------------------------------


def _trained(runs: Runs, net: str, scalar: str = "test_accuracy") -> dict[int, float]:
    return runs.where(net=net, stage=TRAINING).scalar(scalar)


def _map(runs: Runs, net: str, scalar: str) -> dict[int, float]:
    return runs.where(net=net, stage=MAP).scalar(scalar)


def _regression(runs: Runs, scalar: str, seeds: Iterable[int]) -> dict[int, float]:
    """The number for each seed that it holds for: for all of them where all train on all images."""
    fits = runs.where(stage=BOUND).converged()
    found = fits.scalar(scalar)
    if all(outcome.trial.arguments["train_examples"] is None for outcome in fits):
        found = dict.fromkeys(seeds, mean(found)) | found
    return found


def _gap(runs: Runs, net: str) -> dict[int, float]:
    """Training less test accuracy, by seed, both over all images."""
    trained, tested = _map(runs, net, "train_accuracy"), _map(runs, net, "test_accuracy")
    return {seed: trained[seed] - tested[seed] for seed in trained}


def epochs(runs: Runs) -> Value:
    """For how long the nets are trained."""
    return Value(max(runs.where(stage=TRAINING).history()["epoch"]), digits=0, origin="the last epoch of the histories")


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Training loss and test accuracy by epoch, with logistic regression as a horizontal line."""
    chosen = runs.where(stage=TRAINING)
    history = chosen.history()
    history = history.assign(test_percent=100 * history["test_accuracy"])
    first, last = history["epoch"].min(), history["epoch"].max()
    figure, axes = plots.canvas(width=plots.PAGE, height=2.7, columns=2)
    with plots.style():
        for ax, column, label, lines in (
            (axes[0, 0], "train_loss", "training cross-entropy, nats", {BEST: "train_loss"}),
            (axes[0, 1], "test_percent", "test accuracy, %", {BEST: "test_accuracy", SHRUNK: "regularised_test_accuracy"}),
        ):
            plots.learning_curves(ax, history, "epoch", column, "net", {name: LOOKS[name] for name in (*LINEAR, ORIGINAL)})
            for name, scalar in lines.items():
                level = mean(runs.where(stage=BOUND).scalar(scalar)) * (100 if column == "test_percent" else 1)
                ax.plot(
                    [0, last],
                    [level, level],
                    color=plots.INK,
                    linewidth=0.8,
                    label=name,
                    linestyle=(0, (2, 2)) if name == SHRUNK else "-",
                )
            ax.set(xlabel="epoch", ylabel=label, xlim=(first, last))
            plots.label_ends(ax)
    linear = {name: mean(_trained(runs, name)) for name in LINEAR}
    best = max(linear, key=lambda name: linear[name])
    shrunk = mean(runs.where(stage=BOUND).scalar("regularised_test_accuracy"))
    least = mean(runs.where(stage=BOUND).scalar("train_loss"))
    lowest = min(mean(_map(runs, name, "train_loss")) for name in LINEAR)
    return Figure(
        figure,
        caption="Linear nets and the original. Bands are the range over seeds; training loss is measured on as many training "
        f"images as there are test images. Left: {BEST} to convergence ends at {least:.3f} nats, and no affine map is "
        f"noticeably below; the lowest linear net is at {lowest:.3f} over all its training images. Right: of the linear nets, "
        f"that with {best} has most test images right, {linear[best]:.1%}; {SHRUNK} has {shrunk:.1%}, the original "
        f"{mean(_trained(runs, ORIGINAL)):.1%}.",
        alt="Two panels by epoch: training cross-entropy, and test accuracy. At the end: "
        + "; ".join(
            f"{name} {mean(_trained(runs, name, 'train_loss')):.2f} nats and {mean(_trained(runs, name)):.1%}"
            for name in (*LINEAR, ORIGINAL)
        )
        + f". Horizontal lines: {least:.2f} nats; {shrunk:.1%}.",
        data=history,
    )


def templates(runs: Runs) -> Figure:
    """The matrix of each affine map, a row of images: one weight a pixel and colour, for each class."""
    import pandas as pd

    fit = runs.where(stage=BOUND).converged()
    rows = {name: runs.where(net=name, stage=MAP).converged().array("matrix") for name in LINEAR}
    rows[SHRUNK] = fit.array("regularised_matrix")
    classes = [str(name) for name in fit.array("classes")]
    figure, axes = plots.canvas(width=plots.PAGE, height=0.66 * len(rows) + 0.3, rows=len(rows), columns=len(classes))
    for row, (line, (name, matrix)) in enumerate(zip(axes, rows.items())):
        for ax, weights, title in zip(line, matrix, classes):
            plots.panel_images(ax, _picture(weights), "" if row else title)
        with plots.style():
            words = name.replace(" ", "\n", 1)
            line[0].text(-0.12, 0.5, words, transform=line[0].transAxes, ha="right", va="center", fontsize=7.6)
    coarse = {name: _coarse(matrix) for name, matrix in rows.items()}
    shares = ", ".join(f"{share:.0%} for {name}" for name, share in coarse.items())
    return Figure(
        figure,
        caption="What each map multiplies the image by, class by class, each on a scale of its own: grey is a weight of zero, "
        "more of a colour a positive weight of it, less of it (magenta for green) a negative one. How smooth they are can be "
        f"told from the means over blocks of {BLOCK}×{BLOCK} pixels. Their share of the squared weights: {shares}.",
        alt=f"{len(rows)} rows of {len(classes)} small colour images, one a class. Share of the squared weights in means over "
        f"blocks: {shares}.",
        data=pd.DataFrame({"map": list(coarse), "share in block means": list(coarse.values())}),
        seeds=1,
    )


def _picture(weights: np.ndarray) -> np.ndarray:
    """(3, height, width) → an image: 0 is grey, and one weight in a hundred is saturated."""
    scale = np.quantile(np.abs(weights), 0.99)
    return np.clip(0.5 + 0.5 * weights / scale, 0, 1).transpose(1, 2, 0)


def _coarse(matrix: np.ndarray) -> float:
    """The share of the squared weights that is left when each block is replaced by its mean."""
    k, channels, height, width = matrix.shape
    means = matrix.reshape(k, channels, height // BLOCK, BLOCK, width // BLOCK, BLOCK).mean((3, 5))
    return float((means**2).sum() * BLOCK**2 / (matrix**2).sum())


# --- tables --------------------------------------------------------------------------------------------------------


def final(runs: Runs) -> Table:
    """Where each net ends, and the two logistic regressions."""
    columns = (
        Column("net", "classifier", align="left"),
        Column("parameters", "parameters"),
        Column("train_loss", "training loss, nats", digits=3),
        Column("train", "training accuracy, %", digits=1),
        Column("test", "test accuracy, %", digits=1),
    )
    nets = [
        (
            name,
            parameters(net),
            value_of(of(runs, name, "train_loss"), digits=3),
            value_of(of(runs, name, "train_accuracy"), digits=1, scale=100),
            value_of(of(runs, name, "test_accuracy"), digits=1, scale=100),
        )
        for name, net, of in (
            *((name, net, _map) for name, net in LINEAR.items()),
            (ORIGINAL, zoo.capacity(*CHANNELS), _trained),
        )
    ]
    fit = runs.where(stage=BOUND)
    fits = [
        (
            name,
            free_parameters(),
            value_of(fit.scalar(f"{prefix}train_loss"), digits=3),
            value_of(fit.scalar(f"{prefix}train_accuracy"), digits=1, scale=100),
            value_of(fit.scalar(f"{prefix}test_accuracy"), digits=1, scale=100),
        )
        for name, prefix in ((BEST, ""), (SHRUNK, "regularised_"))
    ]
    return Table(
        columns,
        (*nets, *fits),
        "Each classifier after training. For linear nets and logistic regression, loss and accuracy are over all training "
        "images; for the original, over as many of them as there are test images.",
    )


def maps(runs: Runs) -> Table:
    """Each linear net against its affine map: the largest difference over all seeds."""
    columns = (
        Column("net", "net", align="left"),
        Column("parameters", "parameters of the net"),
        Column("map", "of its map"),
        Column("float32", "largest difference, float32"),
        Column("float64", "largest difference, float64"),
        Column("agreement", "same class, %", digits=2),
    )
    rows = tuple(
        (
            name,
            parameters(net),
            free_parameters(),
            max(_map(runs, name, "difference_float32").values()),
            max(_map(runs, name, "difference_float64").values()),
            value_of(_map(runs, name, "agreement"), scale=100),
        )
        for name, net in LINEAR.items()
    )
    return Table(
        columns,
        rows,
        "The trained nets and their affine maps on the test images. A difference is that of two outputs, as a share of the "
        f"largest output, and the largest of all images (in float64 of {IN_FLOAT64}), classes and seeds.",
    )


def free_parameters() -> int:
    """Of an affine map from the images to the classes."""
    return parameters(Net(zoo.CIFAR, (Flatten(), Dense(10))))


# --- claims --------------------------------------------------------------------------------------------------------


def never_below(runs: Runs) -> Verdict:
    """About these runs and no others, so that the smallest difference decides, and no interval is needed."""
    gaps: dict[int, list[float]] = {}
    for name in LINEAR:
        losses = _map(runs, name, "train_loss")
        least = _regression(runs, "train_loss", losses)
        for seed in losses.keys() & least.keys():
            gaps.setdefault(seed, []).append(losses[seed] - least[seed])
    if not gaps:
        return Verdict(Holds.UNDECIDED)
    smallest = min(min(each) for each in gaps.values())
    word = Holds.YES if smallest >= 0 else Holds.NO
    return Verdict(word, smallest, n=len(gaps), unit="nats", what="smallest difference of all nets and seeds")


def original_passes(runs: Runs) -> Verdict:
    losses = _trained(runs, ORIGINAL, "train_loss")
    what = "mean difference in training loss, original less bound"
    return less(losses, _regression(runs, "train_loss", losses), unit="nats", what=what)


def original_ahead(runs: Runs) -> Verdict:
    original = _trained(runs, ORIGINAL)
    what = "mean difference in test accuracy, original less"
    return all_of(
        *(greater(original, _trained(runs, name), unit="points", scale=100, what=f"{what} {name}") for name in LINEAR)
    )


def coincide(runs: Runs) -> Verdict:
    what = f"mean difference in test accuracy, {NO_POOLING} less {FOUR_CONVOLUTIONS}"
    return equal_within(
        _trained(runs, NO_POOLING), _trained(runs, FOUR_CONVOLUTIONS), CLOSE, unit="points", scale=100, what=what
    )


def apart(runs: Runs) -> Verdict:
    """Over all images that the nets are trained on."""
    what = f"mean difference in training loss, {NO_POOLING} less {FOUR_CONVOLUTIONS}"
    return less(_map(runs, NO_POOLING, "train_loss"), _map(runs, FOUR_CONVOLUTIONS, "train_loss"), unit="nats", what=what)


def order_tells(runs: Runs) -> Verdict:
    """The pairs of (a) with itself share seeds among them, which makes the interval a little too narrow."""
    same = agreement(runs, NO_POOLING, FOUR_CONVOLUTIONS, same_seed=True)
    other = agreement(runs, NO_POOLING, NO_POOLING, same_seed=False)
    what = "mean difference in the share of test images put into the same class"
    return greater(_numbered(same, 0), _numbered(other, len(same)), unit="points", scale=100, what=what)


def _numbered(shares: Iterable[float], first: int) -> dict[int, float]:
    """As if by seed: with numbers of their own, two such samples are compared without pairs."""
    return dict(enumerate(shares, first))


def real(runs: Runs) -> Verdict:
    """Told by the names of the classes: those of the stand-in are digits. For the prose, which must not call it CIFAR-10."""
    names = runs.where(stage=BOUND).array("classes")
    return Verdict(Holds.YES if tuple(map(str, names)) == cifar.CLASSES else Holds.NO)


def are_maps(runs: Runs) -> Verdict:
    def share(name: str, kind: str) -> dict[int, float]:
        found = _map(runs, name, f"difference_{kind}")
        return {seed: difference / ROUNDING[kind] for seed, difference in found.items()}

    what = "mean of the largest difference of two outputs, as a share of what rounding may do"
    return all_of(*(at_most(share(name, kind), 1, what=f"{what}, {name} in {kind}") for name in LINEAR for kind in ROUNDING))


def redundant(_: Runs) -> Verdict:
    """A count of parameters, which no run can change."""
    deep, pooled = (zoo.LINEAR, zoo.LINEAR_DEEP), zoo.LINEAR_POOLED
    word = min(map(parameters, deep)) > free_parameters() > parameters(pooled)
    counts = ", ".join(f"{name} {parameters(net)}" for name, net in LINEAR.items())
    return Verdict(Holds.YES if word else Holds.NO, what=f"{counts}; the map {free_parameters()}")


def pooling_narrows(runs: Runs) -> Verdict:
    what = f"mean difference between the gap with {NO_POOLING} and with {AVERAGE_POOLING}"
    return greater(_gap(runs, NO_POOLING), _gap(runs, AVERAGE_POOLING), unit="points", scale=100, what=what)


def regression_ahead(runs: Runs) -> Verdict:
    what = "mean difference in test accuracy, logistic regression less"
    verdicts = []
    for name in LINEAR:
        accuracies = _trained(runs, name)
        shrunk = _regression(runs, "regularised_test_accuracy", accuracies)
        shared = {seed: shrunk[seed] for seed in shrunk.keys() & accuracies}
        verdicts.append(greater(shared, accuracies, unit="points", scale=100, what=f"{what} {name}"))
    return all_of(*verdicts)


# --- values --------------------------------------------------------------------------------------------------------


def _fit_value(runs: Runs, scalar: str, unit: str = "", digits: int = 3, scale: float = 1.0) -> Value:
    found = runs.where(stage=BOUND).scalar(scalar)
    return value_of(found, unit=unit, digits=digits, scale=scale, origin=f"logistic regression, {scalar}")


def reach(runs: Runs) -> Value:
    """How far the outputs of an affine classifier must be from the fitted ones to be lower by a hundredth of a nat."""
    gradient = mean(runs.where(stage=BOUND).scalar("gradient"))
    return Value(0.01 / gradient, digits=0, origin="0.01 nats over the norm of the gradient")


def agreement(runs: Runs, first: str, second: str, same_seed: bool) -> list[float]:
    """The share of test images that two nets put into the same class, for each pair of seeds that are the same, or differ."""
    kept = {
        (name, o.trial.arguments["seed"]): o.result.arrays["predictions"]
        for name in (first, second)
        for o in runs.where(net=name, stage=TRAINING).converged()
        if o.result
    }
    pairs = [
        (one, other)
        for one, other in itertools.product(kept, kept)
        if (one[0], other[0]) == (first, second)
        and (one[1] == other[1]) is same_seed
        and (first != second or one < other)  # a net with itself: each pair once
    ]
    if not pairs:
        raise MissingResult(f"no two runs of {first} and {second} to compare")
    return [float((kept[one] == kept[other]).mean()) for one, other in pairs]


def same_class(runs: Runs, first: str, second: str, same_seed: bool) -> Value:
    shares = agreement(runs, first, second, same_seed)
    return Value(100 * statistics.fmean(shares), "%", 1, origin=f"mean over {len(shares)} pairs of runs")


def gap_of(runs: Runs, net: str) -> Value:
    origin = f"mean of training less test accuracy, {net}, over all images"
    return value_of(_gap(runs, net), unit="points", digits=1, scale=100, origin=origin)


EXPERIMENT = Experiment(
    id="E14",
    title="Linear nets",
    question="What is left of the net without its non-linearities, and how much could any affine classifier do?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100, digits=1),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100, digits=1),
        "train_loss": Measure("training cross-entropy", unit="nats", digits=3),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
    },
    figures={"curves": curves, "templates": templates},
    tables={"final": final, "maps": maps},
    claims={
        "maps": Claim(
            "Each trained linear net is an affine map, which gives its outputs up to rounding, in float32 and in float64.",
            are_maps,
        ),
        "real": Claim("The images are those of CIFAR-10.", real),
        "bound": Claim(
            "In none of these runs is the training loss of a linear net below that of logistic regression.", never_below
        ),
        "original_passes": Claim("The training loss of the original is below that of logistic regression.", original_passes),
        "original_ahead": Claim("The original has more test images right than each of the linear nets.", original_ahead),
        "coincide": Claim(
            f"Without pooling, the nets of two and of four convolutions end within {100 * CLOSE:g} percentage points of each "
            "other in test accuracy.",
            coincide,
        ),
        "apart": Claim("That of two convolutions ends with the lower training loss.", apart),
        "order_tells": Claim(
            "Nets (a) and (c), trained on the images in the same order, put more test images into the same class than (a) does "
            "from one seed and from another.",
            order_tells,
        ),
        "redundant": Claim(
            "Nets (a) and (c) have more parameters than an affine map from the images to the classes, and net (b) has fewer.",
            redundant,
        ),
        "pooling_narrows": Claim(
            "With average pooling, the gap between training and test accuracy is narrower than without pooling.",
            pooling_narrows,
        ),
        "regression_ahead": Claim(
            "Logistic regression with the best penalty has more test images right than each of the linear nets.",
            regression_ahead,
        ),
    },
    values={
        "epochs": epochs,
        "bound": partial(_fit_value, scalar="train_loss", unit="nats"),
        "gradient": partial(_fit_value, scalar="gradient"),
        "reach": reach,
        "memorised": partial(_fit_value, scalar="train_accuracy", unit="%", digits=1, scale=100),
        "unpenalised": partial(_fit_value, scalar="test_accuracy", unit="%", digits=1, scale=100),
        "penalised": partial(_fit_value, scalar="regularised_test_accuracy", unit="%", digits=1, scale=100),
        "penalty": partial(_fit_value, scalar="weight", digits=2),
        "map_parameters": lambda runs: Value(free_parameters(), digits=0, origin="a dense layer on the pixels"),
        "same_class_across": partial(same_class, first=NO_POOLING, second=FOUR_CONVOLUTIONS, same_seed=True),
        "same_class_apart": partial(same_class, first=NO_POOLING, second=FOUR_CONVOLUTIONS, same_seed=False),
        "same_class_within": partial(same_class, first=NO_POOLING, second=NO_POOLING, same_seed=False),
        "gap_a": partial(gap_of, net=NO_POOLING),
        "gap_b": partial(gap_of, net=AVERAGE_POOLING),
        "gap_c": partial(gap_of, net=FOUR_CONVOLUTIONS),
    },
)
