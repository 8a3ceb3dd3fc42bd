"""E1: which functions of Wx can a linear net and a small convnet learn, and why do W1 and W5 disagree on the sum?

The targets of x are y0 = Σ (Wx)_i, y1 = max (Wx)_i and y2 = log Σ exp (Wx)_i. The convnet is that of T3: two filters of
width 3, ReLU, pooling, and a linear read-out; with biases, as Keras has them, because y2 is no homogeneous function of x. What
neither write-up settles is varied here: W is dense, or a convolution itself (banded, the same three weights in each row), and
the convnet pools neighbouring pairs by their maximum, or all places by their maximum or their mean.

Whether a net *can* learn a target is asked of the best of three starts, the one of the lowest training loss: with two filters,
descent often ends in a poor minimum. Inputs are standard normal, and W is drawn by the seed so that each (Wx)_i is standard
normal too. Targets are standardised over the training examples, so a loss is a share of the target's variance: predicting the
mean costs 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
import torch

from experiments.nets import AvgPool, Conv, Dense, Flatten, Layer, MaxPool, Net, ReLU, parameters, weights
from experiments.training import Adam, Epochs, Examples, Recipe, fit, outputs, squared_error
from report import plots
from report.model import (
    Budget,
    Claim,
    Column,
    Context,
    Experiment,
    Figure,
    Measure,
    Result,
    Runs,
    Table,
    Trial,
    Value,
    Verdict,
    tabulate,
)
from report.seeds import Seeds, Unit
from report.stats import all_of, at_least, at_most, greater, less, mean, value_of

Matrix: TypeAlias = Literal["dense", "convolutional"]
Target: TypeAlias = Literal["sum", "max", "log-sum-exp"]

WIDTH = 3  # of a filter, and of the band of a convolutional W
ROWS = 32  # of W
INPUT = (1, 1, ROWS + WIDTH - 1)  # so that a convolution without padding has as many outputs as W has rows


def convnet(pool: Layer) -> Net:
    """The convnet of T3 with ``pool`` after its ReLU."""
    return Net(INPUT, (Conv(2, (1, WIDTH)), ReLU(), pool, Flatten(), Dense(1)))


LINEAR, PAIRS, LARGEST, AVERAGE = "linear", "max of pairs", "max of all", "mean of all"
NETS = {
    LINEAR: Net(INPUT, (Flatten(), Dense(1))),
    PAIRS: convnet(MaxPool((1, 2))),
    LARGEST: convnet(MaxPool((1, ROWS))),
    AVERAGE: convnet(AvgPool((1, ROWS))),
}
CONVNETS = (PAIRS, LARGEST, AVERAGE)
MATRICES: tuple[Matrix, ...] = ("dense", "convolutional")
TARGETS: dict[Target, str] = {"sum": "$y_0$, the sum", "max": "$y_1$, the maximum", "log-sum-exp": "$y_2$, log-sum-exp"}

STARTS = 3
LEARNED = 1 / 3  # of the variance, at most, is left by a net that has learned its target
EXACT = 0.01
MISSED = 0.5  # of the variance, at least, is left by a net that has missed its target
LOWEST = 1e-4  # smaller losses are drawn here


# --- the trial -----------------------------------------------------------------------------------------------------


def train_on_toy(
    context: Context,
    *,
    seed: int,
    net: Net,
    matrix: Matrix,
    target: Target,
    recipe: Recipe,
    train_examples: int,
    test_examples: int,
    starts: int,
) -> Result:
    """Train ``net`` from several starts on a target that the seed draws, and keep that of the lowest training loss.

    Losses are shares of the variance of the target over training examples; ``worst_start`` is the test loss of the start of
    the highest training loss. Arrays: the net's weights, the matrix W (rows, inputs), and the test examples' ``targets`` and
    ``predictions`` (n,).
    """
    draw = np.random.default_rng(seed)
    drawn = drawn_matrix(draw, matrix)
    inputs = draw.standard_normal((train_examples + test_examples, INPUT[-1]))
    values = target_of(inputs @ drawn.T, target)
    known = values[:train_examples]
    examples = _examples(inputs, (values - known.mean()) / known.std())
    train, test = examples.at(torch.arange(train_examples)), examples.at(torch.arange(train_examples, len(examples)))
    tried = [
        fit(
            _Start(context, n, starts),
            seed=seed * starts + n,
            net=net,
            recipe=recipe,
            train=train,
            test=test,
            loss=squared_error,
        )
        for n in range(starts)
    ]
    ordered = sorted(tried, key=lambda fitted: (fitted.diverged, fitted.final.get("train_loss", 0.0)))
    fitted, worst = ordered[0], ordered[-1]
    arrays = {
        **weights(fitted.module),
        "matrix": drawn,
        "targets": test.targets.squeeze(1).numpy(),
        "predictions": outputs(fitted.module, test.inputs).squeeze(1).numpy(),
    }
    scalars = {**fitted.final, "worst_start": worst.final.get("test_loss", float("inf"))}
    return Result(scalars, fitted.history, arrays, fitted.diverged)


@dataclass(frozen=True)
class _Start:
    """One start among several, seen by ``fit`` as a run of its own. It takes about a second, so it is not resumed."""

    context: Context
    number: int
    starts: int

    def progress(self, done: int, total: int, **numbers: float) -> None:
        self.context.progress(self.number * total + done, self.starts * total, **numbers)

    def checkpoint(self, state: bytes) -> None:
        """Nothing is kept."""

    def resume(self) -> None:
        return None


def drawn_matrix(draw: np.random.Generator, matrix: Matrix) -> np.ndarray:
    """W, (rows, inputs): rows of mean squared length 1 (dense), or one filter of length 1 along a band (convolutional)."""
    inputs = INPUT[-1]
    entries = draw.standard_normal((ROWS, inputs)) / np.sqrt(inputs)  # drawn for both, so that both see the same inputs
    if matrix == "dense":
        return entries
    taps = entries[0, :WIDTH] / np.linalg.norm(entries[0, :WIDTH])
    return np.sum([tap * np.eye(ROWS, inputs, k=shift) for shift, tap in enumerate(taps)], axis=0)


def target_of(products: np.ndarray, target: Target) -> np.ndarray:
    """The target of each row of ``products`` (n, rows), which holds (Wx)_i."""
    if target == "sum":
        return products.sum(axis=1)
    if target == "max":
        return products.max(axis=1)
    return np.logaddexp.reduce(products, axis=1)


def _examples(inputs: np.ndarray, targets: np.ndarray) -> Examples:
    signals = torch.from_numpy(inputs.astype(np.float32)).reshape(-1, *INPUT)
    return Examples(signals, torch.from_numpy(targets.astype(np.float32)).reshape(-1, 1))


def trials(budget: Budget) -> list[Trial]:
    """Every net on every target of either kind of W."""
    epochs = budget.pick(smoke=2, quick=20, full=50)
    return [
        Trial(
            train_on_toy,
            {
                "seed": seed,
                "net": NETS[net],
                "matrix": matrix,
                "target": target,
                "recipe": Recipe(Adam(0.05), Epochs(epochs), batch_size=200),
                "train_examples": budget.pick(smoke=500, quick=2000, full=4000),
                "test_examples": budget.pick(smoke=500, quick=1000, full=2000),
                "starts": 1 if net == LINEAR else STARTS,  # the loss of the linear net has one minimum
            },
            tags={"W": matrix, "target": target, "net": net},
        )
        for matrix in MATRICES
        for target in TARGETS
        for net in NETS
        for seed in budget.seeds(budget.pick(smoke=2, quick=3, full=10))
    ]


# --- figures -------------------------------------------------------------------------------------------------------


def _loss(runs: Runs, net: str, target: str, matrix: str) -> Seeds:
    return runs.where(net=net, target=target, W=matrix)["test_loss"]


def curves(runs: Runs) -> Figure:
    """Test (solid) and training loss (dotted) by epoch: a row a kind of W, a column a target."""
    history = runs.history()
    figure, axes = plots.canvas(plots.PAGE, 4.6, rows=2, columns=3, sharex=True, sharey=True)
    for ax, (matrix, target) in zip(axes.flat, product(MATRICES, TARGETS)):
        ax.set(yscale="log", ylim=(LOWEST * 0.8, 4))
        ax.axhline(1, color=plots.INK, linewidth=0.6)
        shown = history[(history["W"] == matrix) & (history["target"] == target)]
        plots.train_and_test(ax, shown, "epoch", "loss", "net", plots.looks(list(NETS)), LOWEST)
        ax.set_title(f"{TARGETS[target]}, W {matrix}", fontsize=7.8)
    for ax in axes[:, 0]:
        ax.set_ylabel("loss, share of variance")
    for ax in axes[1]:
        ax.set_xlabel("epoch")
    for ax in axes.flat:
        plots.label_ends(ax)
    best = {(t, m): min(NETS, key=lambda net: mean(_loss(runs, net, t, m))) for m in MATRICES for t in TARGETS}
    said = [f"{name} on {target} of a {matrix} W" for (target, matrix), name in best.items()]
    return Figure(
        figure,
        caption=f"Loss on test (solid) and training examples (dotted), mean and range over seeds, on a logarithmic scale; "
        f"losses below {LOWEST:g} are drawn there. The thin line is what predicting the mean costs. The linear net has the "
        f"lowest final test loss in {sum(name == LINEAR for name in best.values())} of the {len(best)} panels.",
        alt="Six panels of loss curves of the linear net and of three convnets named by their pooling. Lowest final test loss: "
        + "; ".join(said)
        + ".",
        data=history,
    )


def final(runs: Runs) -> Figure:
    """The final test loss of every run, against what counts as learned."""
    frame = runs.frame()
    looks = dict(zip(MATRICES, plots.looks(["", *MATRICES]).values()))
    figure, axes = plots.canvas(plots.PAGE, 2.3, columns=3, sharey=True)
    for ax, (target, name) in zip(axes[0], TARGETS.items()):
        ax.axvline(LEARNED, color=plots.INK, linewidth=0.6)
        ax.set(xlim=(-0.05, max(1.15, frame["test_loss"].max() + 0.05)), xlabel="test loss, share of variance")
        ax.set_title(name)
        ax.set_yticks(range(len(NETS)), list(NETS))
        ax.set_ylim(len(NETS) - 0.5, -0.5)
        ax.grid(visible=False)
        for place, net in enumerate(NETS):
            for matrix, shift in zip(MATRICES, (-0.16, 0.16)):
                losses = list(_loss(runs, net, target, matrix).values())
                look = looks[matrix]
                dots = {"color": look.colour, "marker": look.marker, "linestyle": "none", "alpha": 0.75}
                ax.plot(losses, [place + shift] * len(losses), label=f"W {matrix}" if place == 0 else "_", **dots)
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    pairs = list(product(CONVNETS, TARGETS))
    counts = {matrix: sum(mean(_loss(runs, *pair, matrix)) <= LEARNED for pair in pairs) for matrix in MATRICES}
    return Figure(
        figure,
        caption=f"Final test loss, a mark a seed. Left of the line at {LEARNED:.2f} a net counts as having learned its "
        f"target. By their means over seeds, that is so for {counts['convolutional']} of {len(pairs)} pairs of convnet and "
        f"target with a convolutional W, and for {counts['dense']} with a dense one.",
        alt="Final test losses, convnets: "
        + "; ".join(
            f"{target}, W {matrix}: " + ", ".join(f"{net} {mean(_loss(runs, net, target, matrix)):.2f}" for net in CONVNETS)
            for target in TARGETS
            for matrix in MATRICES
        )
        + ".",
        data=frame,
    )


# --- tables --------------------------------------------------------------------------------------------------------


def losses(runs: Runs) -> Table:
    """The final test loss of every net on every target."""
    columns = (
        Column("matrix", "W", align="left", of=lambda matrix, _: matrix),
        Column("net", "net", align="left", of=lambda _, net: net),
        Column("parameters", "parameters", of=lambda _, net: parameters(NETS[net])),
        *(Column(target, name, of=partial(_cell, runs, target)) for target, name in TARGETS.items()),
    )
    away = (runs.frame()["worst_start"] - runs.frame()["test_loss"]).max()
    caption = (
        "Final test loss as a share of the target's variance (mean ± standard deviation over seeds), for a convnet "
        f"that of the best of {STARTS} starts. The start matters: between best and worst lies as much as {away:.2f} of the "
        "variance."
    )
    return tabulate(product(MATRICES, NETS), columns, caption)


def _cell(runs: Runs, target: str, matrix: str, net: str) -> Value | str:
    """Losses too small for three decimals differ by rounding errors alone."""
    found = _loss(runs, net, target, matrix)
    return "< 0.001" if max(found.values()) < 0.0005 else value_of(found, digits=3)


# --- claims --------------------------------------------------------------------------------------------------------

SHARE = Unit("of the variance", low=0)


def missed(runs: Runs, nets: Iterable[str], targets: Iterable[Target], matrices: Iterable[Matrix], least: float) -> Verdict:
    """Is at least so much left of each of these targets by each of these nets?"""
    what = "mean test loss of {} on the {}, {} W"
    return all_of(at_least(_loss(runs, *one), least, SHARE, what.format(*one)) for one in product(nets, targets, matrices))


def learned(runs: Runs, net: str, targets: Iterable[Target]) -> Verdict:
    """Is at most a third left of each of these targets, with a convolutional W?"""
    what = "mean test loss on the"
    return all_of(at_most(_loss(runs, net, t, "convolutional"), LEARNED, SHARE, f"{what} {t}") for t in targets)


def linear_is_exact(runs: Runs) -> Verdict:
    return all_of(at_most(_loss(runs, LINEAR, "sum", m), EXACT, SHARE, f"mean test loss, {m} W") for m in MATRICES)


def structure_decides(runs: Runs) -> Verdict:
    """Summed over the targets, since each W has its own hardest."""

    def average(net: str, matrix: str) -> Seeds:
        easy, hard, hardest = (_loss(runs, net, target, matrix) for target in TARGETS)
        return (easy + hard + hardest) / len(TARGETS)

    what = "mean difference in test loss, dense less convolutional, averaged over the targets"
    return all_of(greater(average(net, "dense"), average(net, "convolutional"), SHARE, f"{what}, {net}") for net in CONVNETS)


def linear_wins_dense_sum(runs: Runs) -> Verdict:
    linear, what = _loss(runs, LINEAR, "sum", "dense"), "mean difference in test loss, linear less"
    return all_of(less(linear, _loss(runs, net, "sum", "dense"), SHARE, f"{what} {net}") for net in CONVNETS)


def convnet_wins_max(runs: Runs) -> Verdict:
    linear, what = _loss(runs, LINEAR, "max", "convolutional"), "mean difference in test loss, less that of the linear net"
    return all_of(less(_loss(runs, net, "max", "convolutional"), linear, SHARE, f"{what}, {net}") for net in CONVNETS)


_THIRD = "a third of the variance"

EXPERIMENT = Experiment(
    id="E1",
    title="Toy functions",
    question="Can a small convnet learn the sum, the maximum and the log-sum-exp of Wx, and can a linear net?",
    trials=trials,
    measures={
        "test_loss": Measure("final test loss", "of the variance", 3),
        "train_loss": Measure("final training loss", "of the variance", 3),
    },
    figures={"curves": curves, "final": final},
    tables={"losses": losses},
    claims={
        "linear_is_exact": Claim(
            f"The linear net learns the sum exactly, whatever W is: at most {EXACT:.0%} of the variance is left.",
            linear_is_exact,
        ),
        "global_pooling_blind": Claim(
            "With a dense W, a convnet that pools over all places, by maximum or by mean, misses the sum: "
            "at least half of the variance is left.",
            lambda runs: missed(runs, (LARGEST, AVERAGE), ["sum"], ["dense"], MISSED),
        ),
        "linear_misses_rest": Claim(
            f"The linear net learns neither the maximum nor the log-sum-exp, whatever W is: {_THIRD} or more is left.",
            lambda runs: missed(runs, [LINEAR], ("max", "log-sum-exp"), MATRICES, LEARNED),
        ),
        "dense_defeats": Claim(
            f"With a dense W, no convnet learns any of the three targets: {_THIRD} or more is left of each.",
            lambda runs: missed(runs, CONVNETS, TARGETS, ["dense"], LEARNED),
        ),
        "pairs_miss_dense_sum": Claim(
            f"With a dense W, pooling only pairs does not mend it: {_THIRD} or more of the sum is left.",
            lambda runs: missed(runs, [PAIRS], ["sum"], ["dense"], LEARNED),
        ),
        "linear_wins_dense_sum": Claim(
            "With a dense W, the linear net learns the sum better than every convnet.", linear_wins_dense_sum
        ),
        "pairs_learn_all": Claim(
            f"With a convolutional W, the convnet that pools pairs learns all three targets: at most {_THIRD} is left of each.",
            lambda runs: learned(runs, PAIRS, TARGETS),
        ),
        "average_learns_sum": Claim(
            f"With a convolutional W, the convnet that averages over all places learns the sum: at most {_THIRD} is left.",
            lambda runs: learned(runs, AVERAGE, ["sum"]),
        ),
        "largest_misses_sum": Claim(
            "With a convolutional W, the convnet that takes the maximum over all places still does not learn the sum: "
            f"{_THIRD} or more is left.",
            lambda runs: missed(runs, [LARGEST], ["sum"], ["convolutional"], LEARNED),
        ),
        "largest_learns_max": Claim(
            f"With a convolutional W, the same convnet learns the maximum: at most {_THIRD} is left.",
            lambda runs: learned(runs, LARGEST, ["max"]),
        ),
        "structure_decides": Claim(
            "Every convnet, averaged over the three targets, learns more when W is convolutional than when it is dense.",
            structure_decides,
        ),
        "convnet_wins_max": Claim(
            "With a convolutional W, every convnet learns the maximum better than the linear net.", convnet_wins_max
        ),
    },
    values={
        "starts": Value(STARTS, origin="starts of each convnet of E1"),
        "rows": Value(ROWS, origin="rows of W in E1"),
        "inputs": Value(INPUT[-1], origin="entries of x in E1"),
        "linear_parameters": Value(parameters(NETS[LINEAR]), origin="parameters of the linear net of E1"),
        "global_parameters": Value(
            parameters(NETS[LARGEST]), origin="parameters of a convnet of E1 that pools over all places"
        ),
    },
)
