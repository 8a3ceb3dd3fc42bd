"""E5: how far does TensorFlow's "Deep MNIST" tutorial convnet get, and where are its three million parameters?

W2's first question: two 5×5 convolutions with ReLU and max pooling, a dense layer of 1024 and one of 10; Adam at 1e-4, at full
budget 20 000 minibatches of 50 of the 60 000 digits. Two things of the tutorial are left out: dropout, which is E8's question,
and its initial weights, for torch's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from experiments import zoo
from experiments.e02_mnist_classifiers import misread
from experiments.looks import LOOKS, TUTORIAL
from experiments.nets import Net, Row, closed_form, parameters, shapes, wording
from experiments.recounted import recounted, sample_note
from experiments.training import Adam, Iterations, Recipe, train_classifier
from report import plots
from report.model import Budget, Claim, Column, Data, Experiment, Figure, Measure, Runs, Table, Trial, Value, Verdict
from report.stats import at_least, greater, mean, value_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

BATCH = 50
DIVERGING = "RdBu_r"  # blue below zero, white at zero, red above: told apart by colour-blind readers
PLANE_BY_CHANCE = 3 / 25  # a constant and two slopes are 3 of the 25 directions that a 5×5 filter has


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, seed: int) -> Trial:
    """The tutorial net. Its weights are kept, so that other experiments can build on it."""
    return trained(zoo.TUTORIAL, TUTORIAL, budget, seed)


def trained(net: Net, name: str, budget: Budget, seed: int) -> Trial:
    """``net`` under the tutorial's recipe. A full evaluation costs as much as 300 updates, hence so few of them."""
    return Trial(
        train_classifier,
        arguments={
            "seed": seed,
            "net": net,
            "recipe": Recipe(
                Adam(1e-4),
                Iterations(budget.pick(smoke=40, quick=200, full=20_000)),
                batch_size=BATCH,
                evaluate=Iterations(budget.pick(smoke=20, quick=100, full=2500)),
            ),
            "train_examples": budget.pick(smoke=2000, quick=10_000, full=None),
            "test_examples": budget.pick(smoke=200, quick=1000, full=None),
            "keep": ("weights", "predictions", "mistakes"),
        },
        inputs={"data": Data("mnist")},
        tags={"net": name},
    )


def trials(budget: Budget) -> list[Trial]:
    return [recounted(trial(budget, seed)) for seed in seeds(budget)]


def seeds(budget: Budget) -> range:
    """E6's are the same, so that the two nets are compared pair by pair."""
    return budget.seeds(budget.pick(smoke=2, quick=3, full=3))


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy and cross-entropy over the updates, on test and on training digits."""
    history = with_percent(runs.history())
    figure, axes = plots.canvas(width=plots.PAGE, height=2.3, columns=2)
    for ax, metric, label in zip(axes.flat, ("accuracy", "loss"), ("accuracy, %", "cross-entropy, nats")):
        draw(ax, history, metric, TUTORIAL, ("test digits", "training digits"))
        ax.set_ylabel(label)
        ax.set_xlabel(f"minibatches of {BATCH}")
    axes[0, 1].set_ylim(bottom=0)
    for ax in axes.flat:
        plots.label_ends(ax)
    tested, trained_on = (f"{mean(runs.scalar(f'{part}_accuracy')):.2%}" for part in ("test", "train"))
    losses = history.groupby("iteration")["test_loss"].mean()
    lowest, last, end = int(losses.index.to_numpy()[losses.argmin()]), int(losses.index.max()), losses.to_numpy()[-1]
    rise = f"It is lowest after {lowest} minibatches"
    rise += f", and {end / losses.min() - 1:.0%} above that after {last}." if lowest != last else ", the last."
    return Figure(
        figure,
        caption=f"The {TUTORIAL} ends with {tested} of the test digits and {trained_on} of the training digits right; its test "
        f"cross-entropy ends at {end:.3f} nats. {rise} Test digits solid, with their range over seeds; training digits dotted, "
        f"the mean.{sample_note(runs)}",
        alt=f"Two panels, accuracy and cross-entropy by minibatch. At the end: test accuracy {tested}, training accuracy "
        f"{trained_on}, test cross-entropy {mean(runs.scalar('test_loss')):.3f} nats, training cross-entropy "
        f"{mean(runs.scalar('train_loss')):.2g} nats.",
        data=history,
    )


def with_percent(history: pd.DataFrame) -> pd.DataFrame:
    """A history with its accuracies in %."""
    return history.assign(**{f"{part}_accuracy": 100 * history[f"{part}_accuracy"] for part in ("train", "test")})


def draw(ax: Axes, history: pd.DataFrame, metric: str, net: str, labels: tuple[str, str]) -> None:
    """The metric of one net over the minibatches: test digits solid, with their range over seeds; training digits dotted."""
    look = LOOKS[net]
    tested = history.pivot_table(index="seed", columns="iteration", values=f"test_{metric}")
    trained_on = history.groupby("iteration")[f"train_{metric}"].mean()
    plots.band(ax, tested.columns.astype(float).tolist(), tested.to_numpy(), labels[0], replace(look, dashes="-"))
    ax.plot(trained_on.index, trained_on, color=look.colour, linestyle=":", label=labels[1])
    ax.set_xlim(left=0)


def filters(runs: Runs) -> Figure:
    """The filters of the first layer, those most like a plane first."""
    import pandas as pd

    chosen = runs.converged().outcomes[0].trial.arguments["seed"]
    weights = runs.where(seed=chosen).array("conv1.weight")[:, 0]
    shares = plane_shares(weights)
    order = np.argsort(-shares, kind="stable")
    figure, axes = plots.canvas(width=plots.COLUMN, height=2.3, rows=4, columns=8)
    for ax, one in zip(axes.flat, weights[order]):
        reach = np.abs(one).max()
        plots.panel_images(ax, one, cmap=DIVERGING, vmin=-reach, vmax=reach)
    average = mean(_plane_share(runs))
    return Figure(
        figure,
        caption=f"The {len(weights)} filters of the first layer, seed {chosen}, each scaled to its own largest weight: blue is "
        "negative, white zero, red positive. They are sorted by how much of their energy is a plane, that is a constant and a "
        f"slope: {shares.max():.0%} for the first, {shares.min():.0%} for the last, {average:.0%} on average over all seeds. "
        f"Of weights without any pattern it would be {PLANE_BY_CHANCE:.0%}.",
        alt=f"{len(weights)} small squares of five by five weights, sorted from smooth to rough. A plane explains "
        f"{shares.max():.0%} of the energy of the first, {shares.min():.0%} of that of the last, {average:.0%} on average.",
        data=pd.DataFrame(weights.reshape(len(weights), -1)).assign(filter=range(len(weights)), plane_share=shares),
    )


def plane_shares(weights: np.ndarray) -> np.ndarray:
    """Filters (n, k, k) → the share of each one's energy (sum of squares) that lies in planes a + b·row + c·column, (n,)."""
    size = weights.shape[-1]
    row, column = np.mgrid[:size, :size] - (size - 1) / 2
    planes = np.stack([np.ones((size, size)), row, column]).reshape(3, -1)  # orthogonal, since rows and columns are centred
    flat = weights.reshape(len(weights), -1).astype(float)
    along = flat @ (planes / np.linalg.norm(planes, axis=1, keepdims=True)).T
    return (along**2).sum(1) / (flat**2).sum(1)


def mistakes(runs: Runs) -> Figure:
    """The test digits that the net of the best seed gets wrong with most conviction."""
    best = _best_seed(runs)
    return misread(runs.where(seed=best), f"{TUTORIAL} of seed {best}, the best of them,")


# --- tables --------------------------------------------------------------------------------------------------------


def layers(runs: Runs) -> Table:
    """The net layer by layer, with the closed form of each count and its share of them all."""
    del runs
    columns = (
        Column("layer", "layer", align="left"),
        Column("output", "output"),
        Column("form", "parameters", align="left"),
        Column("count", "in number"),
        Column("share", "share, %", digits=2),
    )
    total = parameters(zoo.TUTORIAL)
    rows: list[tuple[str | int | float | None, ...]] = []
    for row in shapes(zoo.TUTORIAL):
        form = f"${closed_form(row.layer, row.input).numeric}$" if row.parameters else ""
        share = 100 * row.parameters / total if row.parameters else None
        rows.append((wording(row.layer), "×".join(map(str, row.output)), form, row.parameters or None, share))
    rows.append(("in all", "", "", total, 100.0))
    largest = _largest()
    return Table(
        columns,
        tuple(rows),
        caption=f"The {TUTORIAL}, layer by layer, on digits of 28×28 pixels. The layer {wording(largest.layer)} has "
        f"{largest.parameters / total:.1%} of the parameters.",
    )


# --- claims, and values --------------------------------------------------------------------------------------------


def reads(runs: Runs) -> Verdict:
    return at_least(runs.scalar("test_accuracy"), 0.99, unit="%", scale=100, what="mean test accuracy")


def gap(runs: Runs) -> Verdict:
    trained_on, tested = (runs.scalar(f"{part}_accuracy") for part in ("train", "test"))
    return greater(trained_on, tested, unit="points", scale=100, what="mean difference, training less test accuracy")


def smooth(runs: Runs) -> Verdict:
    shares = _plane_share(runs)
    chance = dict.fromkeys(shares, PLANE_BY_CHANCE)
    return greater(shares, chance, unit="points", scale=100, what="mean share of planes, less what chance gives")


def _plane_share(runs: Runs) -> dict[int, float]:
    """Seed → the share of planes in its filters of the first layer, averaged over the filters."""
    chosen = [outcome.trial.arguments["seed"] for outcome in runs.converged()]
    return {seed: float(plane_shares(runs.where(seed=seed).array("conv1.weight")[:, 0]).mean()) for seed in chosen}


def _best_seed(runs: Runs) -> int:
    accuracy = runs.scalar("test_accuracy")
    return max(accuracy, key=accuracy.__getitem__)


def _largest() -> Row:
    """The layer with the most parameters."""
    return max(shapes(zoo.TUTORIAL), key=lambda row: row.parameters)


def _largest_share(runs: Runs) -> Value:
    del runs
    share = _largest().parameters / parameters(zoo.TUTORIAL)
    return Value(100 * share, "%", 1, origin=f"parameters of {wording(_largest().layer)} over those of the net")


def _total(runs: Runs) -> Value:
    del runs
    return Value(parameters(zoo.TUTORIAL), digits=0, origin="closed form of every layer, added up")


def _share_of_planes(runs: Runs) -> Value:
    origin = "energy of the first layer's filters in planes, averaged over filters"
    return value_of(_plane_share(runs), unit="%", digits=0, scale=100, origin=origin)


def _misread(runs: Runs) -> Value:
    best = _best_seed(runs)
    tested = len(runs.where(seed=best).array("predictions"))
    wrong = round((1 - runs.scalar("test_accuracy")[best]) * tested)
    return Value(wrong, digits=0, origin=f"test digits that the net of seed {best} misreads, of {tested}")


def _tested(runs: Runs) -> Value:
    return Value(len(runs.array("predictions")), digits=0, origin="test digits")


EXPERIMENT = Experiment(
    id="E5",
    title="The tutorial convnet",
    question='How well does the convnet of the "Deep MNIST" tutorial read digits, and where are its parameters?',
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
        "train_loss": Measure("training cross-entropy", unit="nats", digits=4),
    },
    figures={"curves": curves, "filters": filters, "mistakes": mistakes},
    tables={"layers": layers},
    claims={
        "reads": Claim("The tutorial net reads at least 99 % of the test digits.", reads),
        "gap": Claim("It reads more of the digits that it was trained on than of others.", gap),
        "smooth": Claim("The filters of its first layer are smoother than weights without any pattern.", smooth),
    },
    values={
        "total": _total,
        "largest_share": _largest_share,
        "plane_share": _share_of_planes,
        "misread": _misread,
        "tested": _tested,
    },
)
