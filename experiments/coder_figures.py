"""Pictures of what coders make of digits (E4): how they learn, their codes, their reconstructions, what is read in these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.coders import NEIGHBOURS, PIXELS, STANDARDISED
from experiments.looks import AUTOENCODER, LOOKS, PCA
from report import plots
from report.model import Figure, Runs
from report.stats import mean

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

RELU_CODE = "autoencoder, ReLU code"
FITTED, JUDGED = "fitted", "judged"  # the stages: finding the weights of a coder, judging it
BOTH = (AUTOENCODER, PCA)
W1 = {AUTOENCODER: {"train": 0.722, "test": 0.665}, PCA: {"train": 0.826, "test": 0.764}}
SHOWN_CODES = 2000  # points of a scatter plot, at most
TAIL = 4  # per cent of them that may lie outside the frame, in each of four directions
CLASS_COLOURS = (*plots.COLOURS, "#8a6240", "#2a8a96")  # one a digit


# --- reading the runs ----------------------------------------------------------------------------------------------


def errors(runs: Runs, coder: str, part: str, scale: str = PIXELS) -> dict[int, float]:
    """Seed → the reconstruction error on ``part``, "train" or "test"."""
    return runs.where(coder=coder, scale=scale, stage=FITTED).scalar(f"{part}_error")


def judged(runs: Runs, coder: str, name: str) -> dict[int, float]:
    """Seed → what the judging trial found under ``name``."""
    return runs.where(coder=coder, stage=JUDGED).scalar(name)


def dead(runs: Runs) -> dict[int, float]:
    """Seed → 1 if a unit of the ReLU code is dead at the end, else 0."""
    return {seed: float(units > 0) for seed, units in judged(runs, RELU_CODE, "dead_units").items()}


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Error by epoch: on pixels, test solid and training dotted; with a ReLU on the code, a line a seed; standardised.

    Training error by epoch is left out there: it is that of a sample, whose rarely bright pixels are not those of the whole.
    """
    history = runs.where(stage=FITTED).history()
    killed = dead(runs)
    figure, axes = plots.canvas(plots.PAGE, 2.7, columns=3)
    look = replace(LOOKS[AUTOENCODER], dashes="-")
    by_scale = {
        scale: history[(history["coder"] == AUTOENCODER) & (history["scale"] == scale)] for scale in (PIXELS, STANDARDISED)
    }
    for ax, part in ((axes[0, 0], by_scale[PIXELS]), (axes[0, 2], by_scale[STANDARDISED])):
        plots.learning_curves(ax, part, "epoch", "test_loss", "coder", {AUTOENCODER: look})
    trained = by_scale[PIXELS].groupby("epoch")["train_loss"].mean()
    axes[0, 0].plot(trained.index, trained, color=look.colour, linestyle=":", label="_training")
    _each_seed(axes[0, 1], history[history["coder"] == RELU_CODE], killed)
    titles = ("linear code", "ReLU code, by seed", "standardised pixels")
    for ax, scale, title in zip(axes[0], (PIXELS, PIXELS, STANDARDISED), titles):
        _level(ax, runs, scale)
        with plots.style():
            ax.set(title=title, xlabel="epoch")
    axes[0, 0].set_ylabel("mean squared error of a pixel")
    limits = [limit for ax in axes[0, :2] for limit in ax.get_ylim()]
    for ax in axes[0, :2]:
        ax.set_ylim(min(limits), max(limits))
    for ax in axes[0]:
        plots.label_ends(ax)
    ours, others, relu = (mean(errors(runs, coder, "test")) for coder in (*BOTH, RELU_CODE))
    ends = [mean(errors(runs, coder, "test", STANDARDISED)) for coder in BOTH]
    count = f"{sum(killed.values()):.0f} of {len(killed)} runs"
    return Figure(
        figure,
        caption="Reconstruction error by epoch, test digits solid, training digits dotted; bands are the range over seeds, "
        f"horizontal lines PCA. With a linear code (left) the test error ends at {ours / others:.0%} of PCA's. With a ReLU on "
        f"the code (middle), a code unit is dead at the end in {count}. The square (right) is what W1 reports.",
        alt=f"Three panels. Mean test error at the end: {ours:.4f} for the autoencoder, {others:.4f} for PCA, {relu:.4f} with "
        f"a ReLU on the code, where a unit is dead in {count}. On standardised pixels: {ends[0]:.3f} for the autoencoder, "
        f"{ends[1]:.3f} for PCA.",
        data=history,
    )


def _each_seed(ax: Axes, history: pd.DataFrame, killed: Mapping[int, float]) -> None:
    """The test error of each run, dashed if a code unit is dead at its end; the first of either kind carries the name."""
    named: set[str] = set()
    for seed in sorted(set(history["seed"])):
        part, name = history[history["seed"] == seed], "dead unit" if killed.get(seed) else "both alive"
        line: dict[str, Any] = {"color": LOOKS[AUTOENCODER].colour, "linestyle": "--" if killed.get(seed) else "-"}
        with plots.style():
            ax.plot(part["epoch"], part["test_loss"], label="_" if name in named else name, linewidth=0.9, **line)
        named.add(name)


def _level(ax: Axes, runs: Runs, scale: str) -> None:
    """PCA's test error as a horizontal line as long as the curves; on the scale of W1's losses, the end of W1's curve."""
    end = max(float(np.max(np.asarray(line.get_xdata()))) for line in ax.get_lines())
    level = mean(errors(runs, PCA, "test", scale))
    square: dict[str, Any] = {"marker": "s", "markerfacecolor": "none", "linestyle": "none", "markersize": 4.4}
    with plots.style():
        ax.plot([0, end], [level, level], color=LOOKS[PCA].colour, linestyle="-", label=PCA)
        if scale == STANDARDISED:
            ax.plot([end], [W1[AUTOENCODER]["test"]], color=LOOKS[AUTOENCODER].colour, label="W1", clip_on=False, **square)


def codes(runs: Runs) -> Figure:
    """The codes of test digits in the first run, coloured by class, each class named at its median."""
    import pandas as pd

    figure, axes = plots.canvas(plots.PAGE, 3.4, columns=2)
    tables, outside = [], 0
    for ax, coder in zip(axes[0], BOTH):
        chosen = runs.where(coder=coder, stage=JUDGED)
        points, labels = (chosen.array(name)[:SHOWN_CODES] for name in ("codes", "labels"))
        within = framed(points)
        outside += int((~within).sum())
        _scatter(ax, points[within], labels[within])
        with plots.style():
            ax.set(title=coder, xlabel="first number of the code", ylabel="second number")
        tables.append(pd.DataFrame({"coder": coder, "first": points[:, 0], "second": points[:, 1], "label": labels}))
    found = {coder: [mean(judged(runs, coder, name)) for name in ("neighbour_accuracy", "silhouette")] for coder in BOTH}
    said = "; ".join(f"{coder} {share:.1%} and {width:.2f}" for coder, (share, width) in found.items()).replace("-", "−")
    return Figure(
        figure,
        caption=f"The codes of {len(tables[0])} test digits in the first run, coloured by class; a class's name stands at or "
        f"near its median, and {outside / sum(map(len, tables)):.0%} of the points lie outside the frames. Share of digits "
        f"that the {NEIGHBOURS} nearest training codes name right, and silhouette, mean of all runs: {said}.",
        alt=f"Two clouds of points in ten colours. Share named right by neighbours, and silhouette: {said}.",
        data=pd.concat(tables, ignore_index=True),
    )


def framed(points: np.ndarray) -> np.ndarray:
    """Which of ``points`` a frame shows that leaves out the farthest in each direction, for the sake of the others."""
    low, high = np.percentile(points, [TAIL, 100 - TAIL], axis=0)
    margin = 0.1 * (high - low)
    return ((low - margin <= points) & (points <= high + margin)).all(axis=1)


def _scatter(ax: Axes, points: np.ndarray, labels: np.ndarray) -> None:
    classes = sorted(set(labels.tolist()))
    with plots.style():
        ax.scatter(points[:, 0], points[:, 1], s=3, c=[CLASS_COLOURS[label] for label in labels], alpha=0.65, linewidths=0)
        ax.grid(visible=False)
        medians = np.array([np.median(points[labels == label], axis=0) for label in classes])
        size = np.ptp(np.array([ax.get_xlim(), ax.get_ylim()]), axis=1)
        for label, place in zip(classes, moved_apart(medians / size, gap=0.07) * size):
            box = {"boxstyle": "circle,pad=0.15", "facecolor": CLASS_COLOURS[label], "edgecolor": "white", "linewidth": 0.7}
            ax.text(
                place[0],
                place[1],
                str(label),
                ha="center",
                va="center",
                color="white",
                fontsize=7.4,
                fontweight="bold",
                bbox=box,
            )


def moved_apart(wanted: np.ndarray, gap: float, rounds: int = 200) -> np.ndarray:
    """Places (n, 2) near ``wanted``, no two closer than ``gap``: those that are too close push each other away, repeatedly."""
    places = wanted + 1e-6 * np.arange(len(wanted))[:, None]  # so that no two coincide
    for _ in range(rounds):
        apart = places[:, None] - places
        distance = np.linalg.norm(apart, axis=2) + np.eye(len(places))
        push = np.maximum(1.01 * gap - distance, 0) * (1 - np.eye(len(places)))
        places = places + 0.5 * (apart / distance[..., None] * push[..., None]).sum(1)
    return places


def reconstructions(runs: Runs) -> Figure:
    """The first test digit of each class as it is, and as it comes out of either coder, with what E2's convnet reads."""
    import pandas as pd

    sources = {"original": (AUTOENCODER, "first_images", "read"), **{c: (c, "first_remade", "read_remade") for c in BOTH}}
    figure, axes = plots.canvas(plots.PAGE, 2.3, rows=3, columns=10)
    table: dict[str, Any] = {}
    for ax in axes.flat:
        ax.set_axis_off()
    for line, (name, (coder, images, read)) in zip(axes, sources.items()):
        chosen = runs.where(coder=coder, stage=JUDGED)
        first = chosen.array("first")
        truth, answers = chosen.array("labels")[first], chosen.array(read)[first]
        table |= {"digit": truth, name: answers}
        for ax, image, label, answer in zip(line, chosen.array(images), truth, answers):
            plots.panel_images(ax, image, str(answer), vmin=0, vmax=255)
            if answer != label:
                ax.title.set(color=plots.COLOURS[1], fontweight="bold")
        with plots.style():
            line[0].annotate(name, (-0.3, 0.5), xycoords="axes fraction", ha="right", va="center", fontsize=8)
    data = pd.DataFrame(table)
    kinds = {"original": "originals", AUTOENCODER: "of the autoencoder's", PCA: "of PCA's"}
    count = ", ".join(f"{int((data[name] == data['digit']).sum())} {kind}" for name, kind in kinds.items())
    return Figure(
        figure,
        caption="The first test digit of each class, and what either coder makes of its two numbers, in the first run. Above "
        f"each: what E2's convnet reads, in orange where it is wrong. Of {len(data)} each, it reads right: {count}.",
        alt=f"Three rows of handwritten digits. Of {len(data)} each, E2's convnet reads right: {count}.",
        data=data,
    )


def by_class(runs: Runs) -> Figure:
    """The share of test digits of each class that are read right after they went through either coder."""
    data = _read_right(runs)
    figure, axes = plots.canvas(plots.COLUMN, 2.4)
    ax = axes[0, 0]
    means = data.groupby(["coder", "digit"])["decoded"].mean()
    for shift, coder in ((-0.13, AUTOENCODER), (0.13, PCA)):
        part = data[data["coder"] == coder]
        look: dict[str, Any] = {"color": LOOKS[coder].colour, "marker": LOOKS[coder].marker, "linestyle": "none"}
        with plots.style():
            ax.plot(part["digit"] + shift, part["decoded"], alpha=0.3, markersize=2.6, **look)
            ax.plot(means[coder].index + shift, means[coder], label=coder, **look)
    with plots.style():
        ax.set(xticks=range(10), xlabel="digit", ylabel="read right after coding, %", ylim=(-3, 103))
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    gain = means[AUTOENCODER] - means[PCA]
    lowest = ", ".join(f"{means[coder].min():.0f} % of the {means[coder].idxmin()}s by {coder}" for coder in BOTH)
    same = ""
    if all(outcome.trial.arguments["train_examples"] is None for outcome in runs):  # then no seed draws what PCA is fitted to
        same = (
            " PCA's reconstructions are the same in every run: the scatter of its marks is that of the convnets that read them."
        )
    return Figure(
        figure,
        caption="Share of the test digits of each class that E2's convnet reads right after coding: mean of the runs, and each "
        f"run, faint. The autoencoder is ahead in {(gain > 0).sum()} of {len(gain)} classes. Lowest: {lowest}.{same}",
        alt="Mean share read right by class, autoencoder and PCA, in per cent: "
        + "; ".join(f"{digit}: {means[AUTOENCODER, digit]:.0f} and {means[PCA, digit]:.0f}" for digit in gain.index)
        + ".",
        data=data,
    )


def _read_right(runs: Runs) -> pd.DataFrame:
    """A row a coder, seed and class: ``decoded``, in per cent."""
    import pandas as pd

    rows = []
    for coder in BOTH:
        for outcome in runs.where(coder=coder, stage=JUDGED).converged():
            assert outcome.result is not None
            labels, read = (outcome.result.arrays[name] for name in ("labels", "read_remade"))
            for digit in np.unique(labels).tolist():
                share = 100 * float((read[labels == digit] == digit).mean())
                rows.append({"coder": coder, "seed": outcome.trial.arguments["seed"], "digit": digit, "decoded": share})
    return pd.DataFrame(rows)
