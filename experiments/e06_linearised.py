"""E6: what is left of the tutorial convnet without its non-linearities?

W2's second question: E5's net without ReLU and with average instead of max pooling, under E5's recipe. It is one affine map
(T13), which a second trial reads off the trained net, and E2's softmax regression is what an affine map can do.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np

from experiments import e02_mnist_classifiers as e02
from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.affine import IN_FLOAT64, collapse
from experiments.looks import LINEARISED, LOOKS, SOFTMAX, TUTORIAL
from experiments.nets import AvgPool, MaxPool, Net, ReLU, parameters
from experiments.recounted import recounted, sample_note
from experiments.training import shared
from report import plots
from report.model import Budget, Claim, Column, Data, Experiment, Figure, Measure, Reported, Runs, Table, Trial, Value, Verdict
from report.stats import all_of, at_least, equal_within, greater, mean, value_of


def linearised(net: Net) -> Net:
    """``net`` without ReLU, and with average pooling for max pooling."""
    pooled = (AvgPool(layer.kernel, layer.stride) if isinstance(layer, MaxPool) else layer for layer in net.layers)
    return Net(net.input, tuple(layer for layer in pooled if not isinstance(layer, ReLU)))


NETS = {LINEARISED: linearised(zoo.TUTORIAL)}
COMPARED = {TUTORIAL: zoo.TUTORIAL, LINEARISED: NETS[LINEARISED], SOFTMAX: e02.NETS[SOFTMAX]}
MAP = "affine map"

POINT = 0.01
POINTS: dict[str, Any] = {"unit": "points", "scale": 100}


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, seed: int) -> Trial:
    """The linearised net, under the recipe of E5."""
    return e05.trained(NETS[LINEARISED], LINEARISED, budget, seed)


def affine(budget: Budget, seed: int) -> Trial:
    """The map that the linearised net of this seed has become, held against the net on the same digits."""
    trained = trial(budget, seed)
    return Trial(collapse, shared(trained), inputs={"trained": trained, "data": Data("mnist")}, tags={"net": MAP})


def trials(budget: Budget) -> list[Trial]:
    """Beside its own, the runs of E5 and E2 that it is compared with."""
    nets = (trial, e05.trial, partial(e02.trial, net=SOFTMAX, optimizer="Adam"))
    return [
        *(recounted(make(budget, seed=seed)) for make in nets for seed in e05.seeds(budget)),
        *(affine(budget, seed) for seed in e05.seeds(budget)),
    ]


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy over the minibatches with and without non-linearities, and where softmax regression ends."""
    import pandas as pd

    histories = {net: e05.with_percent(runs.where(net=net).history()) for net in (TUTORIAL, LINEARISED)}
    ends = {net: mean(_accuracy(runs, net)) for net in COMPARED}
    figure, axes = plots.canvas(height=2.6)
    ax = axes[0, 0]
    for net, history in histories.items():
        e05.draw(ax, history, "accuracy", net, (net, f"_{net} in training"))
    last = max(history["iteration"].max() for history in histories.values())
    ax.plot([0, last], [100 * ends[SOFTMAX]] * 2, label=SOFTMAX, color=LOOKS[SOFTMAX].colour, linestyle="--", linewidth=1)
    ax.set_xlabel(f"minibatches of {e05.BATCH}")
    ax.set_ylabel("accuracy, %")
    plots.label_ends(ax)
    return Figure(
        figure,
        caption=f"The {LINEARISED} ends at {ends[LINEARISED]:.1%} of the test digits, the {TUTORIAL} at {ends[TUTORIAL]:.1%}; "
        f"the dashed line is where E2's {SOFTMAX} under Adam ends, at {ends[SOFTMAX]:.1%}. Test digits "
        f"solid, with their range over seeds; training digits dotted, the mean.{sample_note(runs)}",
        alt="Accuracy by minibatch. Test accuracy at the end: "
        + ", ".join(f"{net} {accuracy:.1%}" for net, accuracy in ends.items())
        + ".",
        data=pd.concat(histories.values(), ignore_index=True),
    )


def templates(runs: Runs) -> Figure:
    """The rows of the affine map as images, above those of softmax regression."""
    import pandas as pd

    seed = runs.where(net=MAP).converged().outcomes[0].trial.arguments["seed"]
    shown = {net: _templates(runs, net, seed) for net in (LINEARISED, SOFTMAX)}
    figure, axes = plots.canvas(width=plots.PAGE, height=1.6, rows=2, columns=10)
    for row, (net, images) in zip(axes, shown.items()):
        reach = np.abs(images).max()
        for digit, (ax, image) in enumerate(zip(row, images)):
            title = str(digit) if ax in axes[0] else ""
            plots.panel_images(ax, image, title, cmap=e05.DIVERGING, vmin=-reach, vmax=reach)
        with plots.style():
            row[0].text(-0.12, 0.5, net.replace(" ", "\n"), transform=row[0].transAxes, rotation=0, ha="right", va="center")
    found = {net: mean(_smoothness(runs, net)) for net in shown}
    return Figure(
        figure,
        caption=f"The ten rows of the affine map that the {LINEARISED} of seed {seed} is, as images (above), and the weights "
        f"of E2's {SOFTMAX} of the same seed (below). Ink where it is red speaks for the digit, where it is blue against it. "
        "What all ten share is taken off, since softmax does not see it; the nets differ in scale. Weights of neighbouring "
        f"pixels correlate by {found[LINEARISED]:.2f} above and by {found[SOFTMAX]:.2f} below, on average over seeds.",
        alt="Two rows of ten images of 28×28 weights, one for each digit. Neighbouring weights correlate by "
        f"{found[LINEARISED]:.2f} in the upper row, the {LINEARISED}, and by {found[SOFTMAX]:.2f} in the lower, {SOFTMAX}.",
        data=pd.concat(pd.DataFrame(images.reshape(10, -1)).assign(net=net, digit=range(10)) for net, images in shown.items()),
    )


def _templates(runs: Runs, net: str, seed: int) -> np.ndarray:
    """(10, 28, 28): how each class weighs the pixels, less the mean over classes, which changes no probability."""
    chosen = runs.where(net=MAP if net == LINEARISED else net, seed=seed)
    weights = chosen.array("matrix" if net == LINEARISED else "dense1.weight").reshape(10, 28, 28).astype(float)
    return weights - weights.mean(0)


def neighbours_correlate(images: np.ndarray) -> float:
    """The correlation between horizontal and vertical neighbours in images (n, h, w), over all of them together."""
    pairs = ((images[:, :, 1:], images[:, :, :-1]), (images[:, 1:], images[:, :-1]))
    one, other = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    return float(np.corrcoef(one, other)[0, 1])


# --- tables --------------------------------------------------------------------------------------------------------


def final(runs: Runs) -> Table:
    """The nets beside each other: what they cost, and what they read."""
    columns = (
        Column("net", "net", align="left"),
        Column("parameters", "parameters"),
        Column("test", "test accuracy, %", digits=2),
        Column("train", "training accuracy, %", digits=2),
        Column("test_loss", "test cross-entropy, nats", digits=3),
    )
    rows = tuple(
        (
            net,
            parameters(description),
            value_of(_accuracy(runs, net), scale=100),
            value_of(_accuracy(runs, net, "train"), scale=100),
            value_of(runs.where(net=net).scalar("test_loss"), digits=3),
        )
        for net, description in COMPARED.items()
    )
    ratio = parameters(NETS[LINEARISED]) / parameters(COMPARED[SOFTMAX])
    return Table(
        columns,
        rows,
        caption=f"The {LINEARISED} has {ratio:.0f} times the parameters of {SOFTMAX}, and computes functions of the same kind.",
    )


def maps(runs: Runs) -> Table:
    """The affine map against the net that it was read off, seed by seed."""
    columns = (
        Column("seed", "seed"),
        Column("single", "decimals, float32", digits=1),
        Column("double", "decimals, float64", digits=1),
        Column("same", "same class, %", digits=2),
        Column("accuracy", "test accuracy of the map, %", digits=2),
        Column("rank", "rank of the map"),
        Column("centred", "rank for softmax"),
    )
    chosen = runs.where(net=MAP)
    single, double = _decimals(runs, "float32"), _decimals(runs, "float64")
    agreement, accuracy = chosen.scalar("agreement"), chosen.scalar("test_accuracy")
    rows = []
    for seed in agreement:
        matrix, centred = chosen.where(seed=seed).array("matrix").reshape(10, -1), _templates(runs, LINEARISED, seed)
        ranks = _rank(matrix), _rank(centred.reshape(10, -1))
        rows.append((seed, single[seed], double[seed], 100 * agreement[seed], 100 * accuracy[seed], *ranks))
    return Table(
        columns,
        tuple(rows),
        caption=f"The affine map, held on all test digits (in float64 on {IN_FLOAT64}) against the net that it was read off: "
        "by how many powers of ten the largest difference is smaller than the largest output (decimals), and how many digits "
        "both put into the same class. For softmax, what all rows of the map share does not count.",
    )


def _rank(matrix: np.ndarray) -> int:
    """Numerical rank, at the precision in which the map is kept."""
    singular = np.linalg.svd(matrix.astype(float), compute_uv=False)
    return int((singular > singular[0] * max(matrix.shape) * np.finfo(np.float32).eps).sum())


# --- claims --------------------------------------------------------------------------------------------------------


def below(runs: Runs, margin: float) -> Verdict:
    what = f"mean difference in test accuracy, {TUTORIAL} less {LINEARISED}"
    return greater(_accuracy(runs, TUTORIAL), _accuracy(runs, LINEARISED), margin=margin, **POINTS, what=what)


def underfits(runs: Runs) -> Verdict:
    what = f"mean of the test accuracy of the {TUTORIAL} less the training accuracy of the {LINEARISED}"
    return greater(_accuracy(runs, TUTORIAL), _accuracy(runs, LINEARISED, "train"), **POINTS, what=what)


def as_affine(runs: Runs) -> Verdict:
    what = f"mean difference in test accuracy, {LINEARISED} less {SOFTMAX}"
    return equal_within(_accuracy(runs, LINEARISED), _accuracy(runs, SOFTMAX), POINT, **POINTS, what=what)


def same_outputs(runs: Runs) -> Verdict:
    bounds = {"float32": 5, "float64": 12}
    what = "mean number of decimals that agree"
    return all_of(*(at_least(_decimals(runs, kind), bound, what=f"{what} in {kind}") for kind, bound in bounds.items()))


def same_classes(runs: Runs) -> Verdict:
    agreement = runs.where(net=MAP).scalar("agreement")
    return at_least(agreement, 0.9999, unit="%", scale=100, what="mean share of test digits in the same class")


def smoother(runs: Runs) -> Verdict:
    what = f"mean difference in the correlation of neighbouring weights, {LINEARISED} less {SOFTMAX}"
    return greater(_smoothness(runs, LINEARISED), _smoothness(runs, SOFTMAX), what=what)


def _accuracy(runs: Runs, net: str, part: str = "test") -> dict[int, float]:
    return runs.where(net=net).scalar(f"{part}_accuracy")


def _decimals(runs: Runs, precision: str) -> dict[int, float]:
    """Seed → the decimals to which net and map agree: −log₁₀ of their largest difference over the largest output."""
    smallest = float(np.finfo(precision).eps)  # no difference at all says no more than that rounding hides it
    found = runs.where(net=MAP).scalar(f"difference_{precision}")
    return {seed: -math.log10(max(difference, smallest)) for seed, difference in found.items()}


def _smoothness(runs: Runs, net: str) -> dict[int, float]:
    """Seed → the correlation between weights of neighbouring pixels."""
    chosen = runs.where(net=MAP if net == LINEARISED else net).converged()
    found = (outcome.trial.arguments["seed"] for outcome in chosen)
    return {seed: neighbours_correlate(_templates(runs, net, seed)) for seed in found}


# --- values, and what was reported ---------------------------------------------------------------------------------

# W2 gives one run, counted on the 10 000 test digits: the standard deviation of such a count is 0.28 points, and two nets that
# are as good as each other differ by more than twice its square root of two in one case of twenty.
TOLERANCE = 0.8


def _test_accuracy(runs: Runs) -> Value:
    return value_of(_accuracy(runs, LINEARISED), unit="%", scale=100, origin=f"test accuracy, {LINEARISED}")


def _lost(runs: Runs) -> Value:
    one, other = _accuracy(runs, TUTORIAL), _accuracy(runs, LINEARISED)
    lost = {seed: one[seed] - other[seed] for seed in one if seed in other}
    return value_of(lost, unit="points", digits=1, scale=100, origin=f"test accuracy, {TUTORIAL} less {LINEARISED}")


def _parameters(runs: Runs, net: str) -> Value:
    del runs
    return Value(parameters(COMPARED[net]), digits=0, origin=f"closed form of every layer of the {net}, added up")


EXPERIMENT = Experiment(
    id="E6",
    title="The tutorial convnet, linearised",
    question="What can the tutorial convnet still do without ReLU and with average pooling?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
    },
    figures={"curves": curves, "templates": templates},
    tables={"final": final, "maps": maps},
    claims={
        "below": Claim(f"The {LINEARISED} reads fewer test digits than the {TUTORIAL}.", partial(below, margin=0.0)),
        "far_below": Claim("It falls short by more than five percentage points.", partial(below, margin=5 * POINT)),
        "underfits": Claim(
            f"It underfits: it gets fewer of its own training digits right than the {TUTORIAL} of digits it never saw.",
            underfits,
        ),
        "as_affine": Claim(f"Its test accuracy is that of E2's {SOFTMAX} under Adam, within one percentage point.", as_affine),
        "same_outputs": Claim(
            "Net and map give the same outputs: in single precision at least five decimals agree on all test digits, in double "
            f"precision at least twelve on {IN_FLOAT64} of them.",
            same_outputs,
        ),
        "same_classes": Claim("They put the same digits into the same classes, but for one in ten thousand.", same_classes),
        "smoother": Claim(f"The map is smoother than the weights of {SOFTMAX}.", smoother),
    },
    values={
        "lost": _lost,
        "parameters": partial(_parameters, net=LINEARISED),
        "map_parameters": partial(_parameters, net=SOFTMAX),
    },
    reported={
        "accuracy": Reported("test accuracy of the linearised net", 91.74, "W2", _test_accuracy, tolerance=TOLERANCE),
    },
)
