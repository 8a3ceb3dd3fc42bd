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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

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
)
from report.stats import all_of, at_least, at_most, greater, less, mean, value_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

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


def _loss(runs: Runs, net: str, target: str, matrix: str, part: str = "test") -> dict[int, float]:
    return runs.where(net=net, target=target, W=matrix).scalar(f"{part}_loss")


def curves(runs: Runs) -> Figure:
    """Test (solid) and training loss (dotted) by epoch: a row a kind of W, a column a target."""
    history = runs.history()
    figure, axes = plots.canvas(plots.PAGE, 4.6, rows=2, columns=3, sharex=True, sharey=True)
    for row, matrix in enumerate(MATRICES):
        for column, (target, name) in enumerate(TARGETS.items()):
            ax = axes[row, column]
            _draw_losses(ax, history[(history["W"] == matrix) & (history["target"] == target)])
            with plots.style():
                ax.set_title(f"{name}, W {matrix}", fontsize=7.8)
                ax.set_ylabel("loss, share of variance" if column == 0 else "")
                ax.set_xlabel("epoch" if row == 1 else "")
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


def _draw_losses(ax: Axes, history: pd.DataFrame) -> None:
    looks = plots.looks(list(NETS))
    shown = history.assign(test_loss=history["test_loss"].clip(lower=LOWEST))
    with plots.style():
        ax.set(yscale="log", ylim=(LOWEST * 0.8, 4))
        ax.axhline(1, color=plots.INK, linewidth=0.6)
    plots.learning_curves(ax, shown, "epoch", "test_loss", "net", {net: replace(looks[net], dashes="-") for net in NETS})
    for net, look in looks.items():
        trained = history[history["net"] == net].groupby("epoch")["train_loss"].mean().clip(lower=LOWEST)
        ax.plot(trained.index, trained, color=look.colour, linestyle=":", label=f"_{net} training")


def final(runs: Runs) -> Figure:
    """The final test loss of every run, against what counts as learned."""
    frame = runs.frame()
    looks = dict(zip(MATRICES, plots.looks(["", *MATRICES]).values()))
    figure, axes = plots.canvas(plots.PAGE, 2.3, columns=3, sharey=True)
    for ax, (target, name) in zip(axes[0], TARGETS.items()):
        with plots.style():
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
    with plots.style():
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    counts = {matrix: sum(learned for _, _, learned in _learned(runs, matrix)) for matrix in MATRICES}
    total = len(_learned(runs, "dense"))
    return Figure(
        figure,
        caption=f"Final test loss, a mark a seed. Left of the line at {LEARNED:.2f} a net counts as having learned its "
        f"target. By their means over seeds, that is so for {counts['convolutional']} of {total} pairs of convnet and "
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


def _learned(runs: Runs, matrix: Matrix) -> list[tuple[str, Target, bool]]:
    """Which convnet has learned which target, by its mean loss."""
    return [(net, t, mean(_loss(runs, net, t, matrix)) <= LEARNED) for net in CONVNETS for t in TARGETS]


# --- tables --------------------------------------------------------------------------------------------------------


def losses(runs: Runs) -> Table:
    """The final test loss of every net on every target."""
    columns = (
        Column("matrix", "W", align="left"),
        Column("net", "net", align="left"),
        Column("parameters", "parameters"),
        *(Column(target, name) for target, name in TARGETS.items()),
    )
    rows = tuple(
        (matrix, net, parameters(NETS[net]), *(_cell(_loss(runs, net, t, matrix)) for t in TARGETS))
        for matrix in MATRICES
        for net in NETS
    )
    frame = runs.frame()
    away = (frame["worst_start"] - frame["test_loss"]).max()
    caption = (
        "Final test loss as a share of the target's variance (mean ± standard deviation over seeds), for a convnet "
        f"that of the best of {STARTS} starts. The start matters: between best and worst lies as much as {away:.2f} of the "
        "variance."
    )
    return Table(columns, rows, caption)


def _cell(found: Mapping[int, float]) -> Value | str:
    """Losses too small for three decimals differ by rounding errors alone."""
    return "< 0.001" if max(found.values()) < 0.0005 else value_of(found, digits=3)


# --- claims --------------------------------------------------------------------------------------------------------

SHARE = "of the variance"


def linear_is_exact(runs: Runs) -> Verdict:
    return all_of(
        *(
            at_most(_loss(runs, LINEAR, "sum", matrix), EXACT, unit=SHARE, what=f"mean test loss, {matrix} W")
            for matrix in MATRICES
        )
    )


def global_pooling_blind(runs: Runs) -> Verdict:
    return all_of(
        *(
            at_least(_loss(runs, net, "sum", "dense"), MISSED, unit=SHARE, what=f"mean test loss, {net}")
            for net in (LARGEST, AVERAGE)
        )
    )


def linear_misses_rest(runs: Runs) -> Verdict:
    return all_of(*(_missed(runs, LINEAR, target, matrix) for target in ("max", "log-sum-exp") for matrix in MATRICES))


def dense_defeats(runs: Runs) -> Verdict:
    return all_of(*(_missed(runs, net, target, "dense") for net in CONVNETS for target in TARGETS))


def _missed(runs: Runs, net: str, target: Target, matrix: Matrix) -> Verdict:
    what = f"mean test loss of {net} on the {target}, {matrix} W"
    return at_least(_loss(runs, net, target, matrix), LEARNED, unit=SHARE, what=what)


def pairs_miss_dense_sum(runs: Runs) -> Verdict:
    return at_least(_loss(runs, PAIRS, "sum", "dense"), LEARNED, unit=SHARE, what="mean test loss")


def learns(runs: Runs, net: str, targets: Sequence[Target]) -> Verdict:
    return all_of(
        *(
            at_most(_loss(runs, net, target, "convolutional"), LEARNED, unit=SHARE, what=f"mean test loss on the {target}")
            for target in targets
        )
    )


def largest_misses_sum(runs: Runs) -> Verdict:
    return at_least(_loss(runs, LARGEST, "sum", "convolutional"), LEARNED, unit=SHARE, what="mean test loss")


def structure_decides(runs: Runs) -> Verdict:
    """Summed over the targets, since each W has its own hardest."""

    def total(net: str, matrix: str) -> dict[int, float]:
        parts = [_loss(runs, net, t, matrix) for t in TARGETS]
        return {seed: sum(part[seed] for part in parts) / len(parts) for seed in parts[0] if all(seed in p for p in parts)}

    what = "mean difference in test loss, dense less convolutional, averaged over the targets"
    return all_of(
        *(greater(total(net, "dense"), total(net, "convolutional"), unit=SHARE, what=f"{what}, {net}") for net in CONVNETS)
    )


def linear_wins_dense_sum(runs: Runs) -> Verdict:
    linear = _loss(runs, LINEAR, "sum", "dense")
    what = "mean difference in test loss, linear less"
    return all_of(*(less(linear, _loss(runs, net, "sum", "dense"), unit=SHARE, what=f"{what} {net}") for net in CONVNETS))


def convnet_wins_max(runs: Runs) -> Verdict:
    linear = _loss(runs, LINEAR, "max", "convolutional")
    what = "mean difference in test loss, less that of the linear net"
    return all_of(
        *(less(_loss(runs, net, "max", "convolutional"), linear, unit=SHARE, what=f"{what}, {net}") for net in CONVNETS)
    )


def _constant(number: float, digits: int, origin: str) -> partial[Value]:
    return partial(_stated, Value(number, digits=digits, origin=origin))


def _stated(value: Value, runs: Runs) -> Value:
    del runs
    return value


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
            global_pooling_blind,
        ),
        "linear_misses_rest": Claim(
            f"The linear net learns neither the maximum nor the log-sum-exp, whatever W is: {_THIRD} or more is left.",
            linear_misses_rest,
        ),
        "dense_defeats": Claim(
            f"With a dense W, no convnet learns any of the three targets: {_THIRD} or more is left of each.", dense_defeats
        ),
        "pairs_miss_dense_sum": Claim(
            f"With a dense W, pooling only pairs does not mend it: {_THIRD} or more of the sum is left.", pairs_miss_dense_sum
        ),
        "linear_wins_dense_sum": Claim(
            "With a dense W, the linear net learns the sum better than every convnet.", linear_wins_dense_sum
        ),
        "pairs_learn_all": Claim(
            f"With a convolutional W, the convnet that pools pairs learns all three targets: at most {_THIRD} is left of each.",
            partial(learns, net=PAIRS, targets=tuple(TARGETS)),
        ),
        "average_learns_sum": Claim(
            f"With a convolutional W, the convnet that averages over all places learns the sum: at most {_THIRD} is left.",
            partial(learns, net=AVERAGE, targets=("sum",)),
        ),
        "largest_misses_sum": Claim(
            "With a convolutional W, the convnet that takes the maximum over all places still does not learn the sum: "
            f"{_THIRD} or more is left.",
            largest_misses_sum,
        ),
        "largest_learns_max": Claim(
            f"With a convolutional W, the same convnet learns the maximum: at most {_THIRD} is left.",
            partial(learns, net=LARGEST, targets=("max",)),
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
        "starts": _constant(STARTS, 0, "starts of each convnet of E1"),
        "rows": _constant(ROWS, 0, "rows of W in E1"),
        "inputs": _constant(INPUT[-1], 0, "entries of x in E1"),
        "linear_parameters": _constant(parameters(NETS[LINEAR]), 0, "parameters of the linear net of E1"),
        "global_parameters": _constant(
            parameters(NETS[LARGEST]), 0, "parameters of a convnet of E1 that pools over all places"
        ),
    },
)
