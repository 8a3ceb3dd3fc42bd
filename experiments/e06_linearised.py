"""E6: what is left of the tutorial convnet without its non-linearities?

W2's second question: E5's net without ReLU and with average instead of max pooling, under E5's recipe. It is one affine map
(T13), which a second trial reads off the trained net, and E2's softmax regression is what an affine map can do. A third trial
measures how much the accuracy jumps from one batch of fifty digits to the next, as W2's training curve does (X30).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import numpy as np

from experiments import e02_mnist_classifiers as e02
from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.affine import IN_FLOAT64, collapse
from experiments.looks import LINEARISED, LOOKS, SOFTMAX, TUTORIAL
from experiments.measures import MEASURES, TEST, TEST_LOSS, TRAIN, examination, in_percent, reads_more
from experiments.nets import AvgPool, MaxPool, Net, ReLU, parameters
from experiments.training import spread
from report import plots
from report.model import (
    RECIPE, Budget, Claim, Column, Context, Data, Experiment, Figure, Plain, Result, Runs, Table, Trial, Value, Verdict,
    tabulate,
)  # fmt: skip
from report.stats import POINTS, SHARE, Mean, Seeds, all_of, at_least, equal_within, greater, mean


def linearised(net: Net) -> Net:
    """``net`` without ReLU, and with average pooling for max pooling."""
    pooled = (AvgPool(layer.kernel, layer.stride) if isinstance(layer, MaxPool) else layer for layer in net.layers)
    return Net(net.input, tuple(layer for layer in pooled if not isinstance(layer, ReLU)))


NETS = {LINEARISED: linearised(zoo.TUTORIAL)}
COMPARED = {TUTORIAL: zoo.TUTORIAL, LINEARISED: NETS[LINEARISED], SOFTMAX: e02.NETS[SOFTMAX]}
MAP, BATCHES = "affine map", "batches"
POINT = 0.01
FAR = 0.05  # of the digits: what falls short by more is far below
SAME = 0.9999  # of the digits, at least, in one class: the others lie on a border, where rounding decides
SHUFFLES = 100  # of the test digits, each of which is cut into batches
SAME_SPREAD = 0.1  # two standard deviations no farther apart than a tenth are called the same
SIGNED = "cividis"  # dark blue below zero, yellow above: told apart by colour-blind readers, and in grey


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, seed: int) -> Trial:
    """The linearised net, under the recipe of E5."""
    return e05.trained(NETS[LINEARISED], LINEARISED, budget, seed)


def trials(budget: Budget) -> list[Trial]:
    """Beside its own, the runs of E5 and E2 that it is compared with, and the map that it has become, held against it."""
    nets = (trial, e05.trial, partial(e02.trial, net=SOFTMAX, optimizer="Adam"))
    return [
        *(make(budget, seed=seed) for make in nets for seed in e05.seeds(budget)),
        *(examination(collapse, trial(budget, seed), net=MAP) for seed in e05.seeds(budget)),
        *(_batches(make(budget, seed)) for make in (trial, e05.trial) for seed in e05.seeds(budget)),
    ]


def _batches(trained: Trial) -> Trial:
    """How the accuracy of a net differs from batch to batch."""
    arguments = {"seed": trained.arguments["seed"], "size": e05.BATCH}
    inputs: Mapping[str, Trial | Data] = {"trained": trained, "data": Data("mnist")}
    return Trial(batch_accuracies, arguments, inputs, tags={"net": trained.tags["net"], "stage": BATCHES})


def batch_accuracies(_: Context, *, seed: int, size: int, trained: Result, data: Plain) -> Result:
    """What a trained net reads of the test digits, batch by batch of ``size``, in ``SHUFFLES`` orders that the seed draws.

    ``spread`` is the standard deviation of the batches' accuracies, ``binomial`` that of a count of as many independent
    digits, each of which is read with the probability that the net reads one. Array: ``accuracies`` (shuffles, batches).
    """
    if trained.diverged:
        return Result(diverged=True)
    read = trained.arrays["predictions"]
    right = read == data.test_labels[spread(len(data.test_labels), len(read))]
    draw = np.random.default_rng(seed)
    whole = len(right) // size * size
    accuracies = np.stack([draw.permutation(right)[:whole].reshape(-1, size).mean(1) for _ in range(SHUFFLES)])
    share = float(right.mean())
    scalars = {"spread": float(accuracies.std()), "binomial": math.sqrt(share * (1 - share) / size), "test_accuracy": share}
    return Result(scalars, arrays={"accuracies": accuracies})


# --- reading the runs ----------------------------------------------------------------------------------------------


def _net(runs: Runs, net: str) -> Runs:
    """The runs that trained this net."""
    return Runs(tuple(run for run in runs if run.trial.tags.get("net") == net and run.trial.tags.get("stage") != BATCHES))


def _spread(runs: Runs, net: str, what: str = "spread") -> Seeds:
    return runs.where(net=net, stage=BATCHES)[what]


def _decimals(runs: Runs, precision: str) -> Seeds:
    """The decimals to which net and map agree: −log₁₀ of their largest difference over the largest output."""
    smallest = float(np.finfo(precision).eps)  # no difference at all says no more than that rounding hides it
    return _net(runs, MAP)[f"difference_{precision}"].map(lambda difference: -math.log10(max(difference, smallest)))


# --- figures and tables --------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy over the minibatches with and without non-linearities, and where softmax regression ends."""
    import pandas as pd

    history = in_percent(pd.concat([_net(runs, net).history() for net in (TUTORIAL, LINEARISED)], ignore_index=True))
    ends = {net: mean(_net(runs, net)["test_accuracy"]) for net in COMPARED}
    figure, axes = plots.canvas(height=2.1)
    ax = axes[0, 0]
    plots.train_and_test(ax, history, "iteration", "accuracy", "net", {net: LOOKS[net] for net in (TUTORIAL, LINEARISED)})
    level = {"color": LOOKS[SOFTMAX].colour, "linestyle": "--", "linewidth": 1.0}
    ax.plot([history["iteration"].min(), history["iteration"].max()], [100 * ends[SOFTMAX]] * 2, label=SOFTMAX, **level)
    ax.set(xlabel=f"minibatches of {e05.BATCH}", ylabel="accuracy, %")
    plots.label_ends(ax)
    said = ", ".join(f"{net} {accuracy:.1%}" for net, accuracy in ends.items())
    return Figure(
        figure,
        caption=f"The {LINEARISED} ends at {ends[LINEARISED]:.1%} of the test digits, the {TUTORIAL} at {ends[TUTORIAL]:.1%}; "
        f"the dashed line is where E2's {SOFTMAX} under Adam ends on the same seeds, at {ends[SOFTMAX]:.1%}. Test digits "
        "solid, with their range over seeds; training digits dotted, the mean.",
        alt=f"Accuracy by minibatch. Test accuracy at the end: {said}.",
        data=history,
    )


def templates(runs: Runs) -> Figure:
    """The rows of the affine map as images, above those of softmax regression."""
    import pandas as pd

    seed = _net(runs, MAP).converged().outcomes[0].seed
    kept = {LINEARISED: (MAP, "matrix"), SOFTMAX: (SOFTMAX, "dense1.weight")}
    shown = {name: _centred(_net(runs, net).where(seed=seed).array(array)) for name, (net, array) in kept.items()}
    figure, axes = plots.canvas(width=plots.PAGE, height=1.6, rows=2, columns=10)
    for row, (net, images) in zip(axes, shown.items()):
        reach = np.abs(images).max()
        for digit, (ax, image) in enumerate(zip(row, images)):
            plots.panel_images(ax, image, str(digit) if ax in axes[0] else "", cmap=SIGNED, vmin=-reach, vmax=reach)
        row[0].text(-0.12, 0.5, net.replace(" ", "\n"), transform=row[0].transAxes, ha="right", va="center")
    sizes = ", ".join(f"{np.abs(images).max():.2g} in {net}" for net, images in shown.items())
    return Figure(
        figure,
        caption=f"The ten rows of the affine map that the {LINEARISED} of seed {seed} is, as images (above), and the weights "
        f"of E2's {SOFTMAX} of the same seed (below). Ink where a picture is light speaks for the digit, "
        "ink where it is dark against it. "
        "What all ten share is taken off, since softmax does not see it; the nets differ in scale.",
        alt=f"Two rows of ten images of 28×28 weights, one for each digit. The largest weight is {sizes}.",
        data=pd.concat(pd.DataFrame(images.reshape(10, -1)).assign(net=net, digit=range(10)) for net, images in shown.items()),
        seeds=1,
    )


def _centred(matrix: np.ndarray) -> np.ndarray:
    """(10, 28, 28): how each class weighs the pixels, less the mean over classes, which changes no probability."""
    weights = matrix.reshape(10, 28, 28).astype(float)
    return weights - weights.mean(0)


def final(runs: Runs) -> Table:
    """The nets beside each other: what they cost, and what they read."""
    columns = (
        Column("net", "net", align="left"),
        Column("parameters", "parameters", of=lambda these: parameters(these.argument("net"))),
        *(TEST, TRAIN, TEST_LOSS),
    )
    ratio = parameters(NETS[LINEARISED]) / parameters(COMPARED[SOFTMAX])
    caption = f"The {LINEARISED} has {ratio:.0f} times the parameters of {SOFTMAX}, and computes functions of the same kind."
    return tabulate([_net(runs, net) for net in COMPARED], columns, caption)


def maps(runs: Runs) -> Table:
    """The affine map against the net that it was read off, seed by seed."""
    single, double = _decimals(runs, "float32"), _decimals(runs, "float64")
    same, right = _net(runs, MAP)["agreement"], _net(runs, MAP)["test_accuracy"]
    columns = (
        Column("seed", "seed", of=int),
        Column("single", "decimals, float32", 1, of=single.__getitem__),
        Column("double", "decimals, float64", 1, of=double.__getitem__),
        Column("same", "same class, %", 2, of=lambda seed: 100 * same[seed]),
        Column("accuracy", "test accuracy of the map, %", 2, of=lambda seed: 100 * right[seed]),
    )
    return tabulate(
        single,
        columns,
        f"The affine map, held on all test digits (in float64 on {IN_FLOAT64}) against the net that it was read off: "
        "by how many powers of ten the largest difference is smaller than the largest output (decimals), and how many digits "
        "both put into the same class.",
    )


# --- claims --------------------------------------------------------------------------------------------------------


def underfits(runs: Runs) -> Verdict:
    what = f"mean of the test accuracy of the {TUTORIAL} less the training accuracy of the {LINEARISED}"
    return greater(_net(runs, TUTORIAL)["test_accuracy"], _net(runs, LINEARISED)["train_accuracy"], POINTS, what)


def as_affine(runs: Runs) -> Verdict:
    linear, affine = (_net(runs, net)["test_accuracy"] for net in (LINEARISED, SOFTMAX))
    return equal_within(linear, affine, POINT, POINTS, f"mean difference in test accuracy, {LINEARISED} less {SOFTMAX}")


def same_outputs(runs: Runs) -> Verdict:
    bounds = {"float32": 5, "float64": 12}
    return all_of(
        at_least(_decimals(runs, kind), bound, what=f"mean number of decimals that agree in {kind}")
        for kind, bound in bounds.items()
    )


def jumps_are_chance(runs: Runs) -> Verdict:
    return all_of(
        equal_within(
            _spread(runs, net) / _spread(runs, net, "binomial"),
            1,
            SAME_SPREAD,
            what=f"mean ratio of the spread to that of a count, less one, {net}",
        )
        for net in (LINEARISED, TUTORIAL)
    )


def _of_fifty(share: float) -> Value:
    """The standard deviation of the accuracy on one batch."""
    spread = math.sqrt(share * (1 - share) / e05.BATCH)
    return Value(100 * spread, "points", 1, origin=f"standard deviation of a share counted on {e05.BATCH} digits")


EXPERIMENT = Experiment(
    id="E6",
    title="The tutorial convnet, linearised",
    question="What can the tutorial convnet still do without ReLU and with average pooling?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "templates": templates},
    tables={"final": final, "maps": maps},
    claims={
        "below": Claim(
            f"The {LINEARISED} reads fewer test digits than the {TUTORIAL}.",
            lambda runs: reads_more(_net(runs, TUTORIAL), _net(runs, LINEARISED), f"{TUTORIAL} less {LINEARISED}"),
        ),
        "far_below": Claim(
            f"The {LINEARISED} falls short of the {TUTORIAL} by more than {100 * FAR:g} percentage points.",
            lambda runs: reads_more(_net(runs, TUTORIAL), _net(runs, LINEARISED), margin=FAR),
            needs=RECIPE,
        ),
        "underfits": Claim(
            f"It underfits: it gets fewer of its own training digits right than the {TUTORIAL} gets of digits "
            "that it never saw.",
            underfits,
            needs=RECIPE,
        ),
        "as_affine": Claim(
            f"Its test accuracy is that of E2's {SOFTMAX} under Adam, within {100 * POINT:g} percentage point.",
            as_affine,
            RECIPE,
        ),
        "same_outputs": Claim(
            "Net and map give the same outputs: in single precision at least five decimals agree on all test digits, in double "
            f"precision at least twelve on {IN_FLOAT64} of them.",
            same_outputs,
        ),
        "same_classes": Claim(
            f"They put the same digits into the same classes, but for at most {1 - SAME:.2%} of them.",
            lambda runs: at_least(_net(runs, MAP)["agreement"], SAME, SHARE, "mean share of digits in the same class"),
        ),
        "jumps_are_chance": Claim(
            f"From one batch of {e05.BATCH} digits to the next, the accuracy of either net scatters as a count of {e05.BATCH} "
            f"does, within {SAME_SPREAD:.0%}.",
            jumps_are_chance,
        ),
        "jumps_more": Claim(
            f"That of the {LINEARISED} scatters more than that of the {TUTORIAL}.",
            lambda runs: greater(
                _spread(runs, LINEARISED),
                _spread(runs, TUTORIAL),
                POINTS,
                f"mean difference in the spread of batches, {LINEARISED} less {TUTORIAL}",
            ),
        ),
    },
    values={
        "lost": Mean(
            lambda runs: _net(runs, TUTORIAL)["test_accuracy"] - _net(runs, LINEARISED)["test_accuracy"],
            POINTS,
            1,
            f"test accuracy, {TUTORIAL} less {LINEARISED}",
        ),
        "replicated": Mean(lambda runs: _net(runs, LINEARISED)["test_accuracy"], SHARE, 2, f"test accuracy, {LINEARISED}"),
        **{
            f"spread_{short}": Mean(partial(_spread, net=net), POINTS, 1, f"standard deviation over batches, {net}")
            for short, net in (("linearised", LINEARISED), ("tutorial", TUTORIAL))
        },
        "spread_at_w2": _of_fifty(0.9174),
        "spread_at_best": _of_fifty(0.99),
        "parameters": Value(parameters(NETS[LINEARISED]), origin="closed form of every layer, added up"),
        "map_parameters": Value(parameters(COMPARED[SOFTMAX]), origin="closed form of every layer, added up"),
    },
)
