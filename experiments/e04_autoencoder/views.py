"""What E4 reads from its runs, and shows of them: how coders learn, their codes, their reconstructions, their errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.e04_autoencoder.coders import NEIGHBOURS, PIXELS, STANDARDISED
from experiments.e04_autoencoder.trials import FITTED, JUDGED, LINEAR_CODE, NETS, SHOWN
from experiments.looks import AUTOENCODER, LOOKS, PCA
from experiments.nets import parameters
from report import plots
from report.model import Column, Figure, Outcome, Runs, Table, Value, tabulate
from report.stats import SHARE, PLAIN, Seeds, Unit, mean, value_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

W1 = {LINEAR_CODE: {"train": 0.722, "test": 0.665}, PCA: {"train": 0.826, "test": 0.764}}
SHOWN_CODES = 2000  # points of a scatter plot, at most
TAIL = 4  # per cent of them that may lie outside the frame, in each of four directions
CLASS_COLOURS = (*plots.COLOURS, "#8a6240", "#2a8a96")  # one a digit


# --- reading the runs ----------------------------------------------------------------------------------------------


def errors(runs: Runs, coder: str, part: str, scale: str = PIXELS) -> Seeds:
    """The reconstruction error on ``part``, "train" or "test"."""
    return runs.where(coder=coder, scale=scale, stage=FITTED)[f"{part}_error"]


def judged(runs: Runs, coder: str, name: str) -> Seeds:
    """What the judging trial found under ``name``."""
    return runs.where(coder=coder, stage=JUDGED)[name]


def dead(runs: Runs) -> Seeds:
    """1 if a code unit of W5's autoencoder is dead at the end, else 0."""
    return judged(runs, AUTOENCODER, "dead_units").map(lambda units: float(units > 0))


SCALES = ("mean over pixels", "sum over pixels", "root of the mean", "share of the variance", "each pixel standardised")
"""What a loss may be of which PCA's is known to three digits."""


def on_scale(runs: Runs, scale: str, coder: str, part: str) -> Seeds:
    """The error of a coder. The last scale has coders of its own; the others are functions of the mean over pixels."""
    found = errors(runs, coder, part, STANDARDISED if scale == SCALES[-1] else PIXELS)
    match SCALES.index(scale):
        case 1:
            return found * math.prod(NETS[coder].input)
        case 2:
            return found.map(math.sqrt)
        case 3:
            return found / runs.where(coder=PCA, scale=PIXELS, stage=FITTED)[f"{part}_variance"]
    return found


def off(runs: Runs, scale: str) -> Seeds:
    """How far PCA's errors on a scale are from W1's: the larger of the differences on training and on test digits."""
    train, test = ((on_scale(runs, scale, PCA, part) - reported).map(abs) for part, reported in W1[PCA].items())
    return Seeds({seed: max(train[seed], test[seed]) for seed in train})


def ratio(runs: Runs, coder: str, part: str, scale: str = PIXELS) -> Seeds:
    """A coder's error over PCA's."""
    return errors(runs, coder, part, scale) / errors(runs, PCA, part, scale)


def of_codes(runs: Runs, coder: str, name: str) -> Seeds:
    """A number that ``codes`` and ``labels`` give, or the answers to them."""
    return runs.where(coder=coder, stage=JUDGED).converged().by_seed(READINGS[name])


def longer(points: np.ndarray, labels: np.ndarray) -> float:
    """The standard deviation of a class along its longest direction over that across it, for ``points`` (n, 2): the median of
    the classes."""
    ratios = []
    for label in np.unique(labels):
        mine = points[labels == label].astype(np.float64)
        length, width = np.linalg.svd(mine - mine.mean(0), compute_uv=False)
        ratios.append(length / width)
    return float(np.median(ratios))


def _fours(run: Outcome) -> np.ndarray:
    """What was read of the 4s after coding."""
    return run.found.arrays["read_remade"][run.found.arrays["labels"] == 4]


READINGS = {
    "length": lambda run: longer(run.found.arrays["codes"], run.found.arrays["labels"]),
    "on_axis": lambda run: (run.found.arrays["codes"] == 0).any(1).mean(),
    "negative": lambda run: (run.found.arrays["codes"] < 0).any(1).mean(),
    "spoilt_fours": lambda run: (_fours(run) != 4).mean(),
    "fours_as_nines": lambda run: (_fours(run) == 9).sum() / ((_fours(run) != 4).sum() or math.nan),
}
"""Name → a number of a judged coder, from its arrays."""


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Error by epoch: of W5's autoencoder, a line a seed; without the ReLU on its code, test solid and training dotted; and
    that on standardised pixels.

    Training error by epoch is left out there: it is that of a sample, whose rarely bright pixels are not those of the whole.
    """
    history, killed = runs.where(stage=FITTED).history(), dead(runs)
    figure, axes = plots.canvas(plots.PAGE, 2.1, columns=3)
    own, plain, standard = axes[0]
    look = {LINEAR_CODE: LOOKS[AUTOENCODER]}
    by_scale = {
        scale: history[(history["coder"] == LINEAR_CODE) & (history["scale"] == scale)] for scale in (PIXELS, STANDARDISED)
    }
    _each_seed(own, history[history["coder"] == AUTOENCODER], killed)
    plots.train_and_test(plain, by_scale[PIXELS], "epoch", "loss", "coder", look)
    plots.learning_curves(standard, by_scale[STANDARDISED], "epoch", "test_loss", "coder", look)
    titles = ("ReLU code, by seed", "linear code", "linear code, standardised")
    for ax, scale, title in zip(axes[0], (PIXELS, PIXELS, STANDARDISED), titles):
        _level(ax, runs, scale)
        ax.set(title=title, xlabel="epoch")
    own.set(xticks=plain.get_xticks(), ylabel="mean squared error of a pixel")
    limits = [limit for ax in (own, plain) for limit in ax.get_ylim()]
    for ax in (own, plain):
        ax.set_ylim(min(limits), max(limits))
    plots.label_ends(*axes[0])
    ours, linear, others = (mean(errors(runs, coder, "test")) for coder in SHOWN)
    ends = [mean(errors(runs, coder, "test", STANDARDISED)) for coder in (LINEAR_CODE, PCA)]
    count = f"{sum(killed.values()):.0f} of {len(killed)} runs"
    return Figure(
        figure,
        caption="Reconstruction error by epoch, test digits solid, training digits dotted; bands are the range over seeds, "
        f"horizontal lines PCA. With W5's ReLU on the code (left), a code unit is dead at the end in {count}. With a linear "
        f"code (middle) the test error ends at {linear / others:.0%} of PCA's. The square (right) is what W1 reports.",
        alt=f"Three panels. Mean test error at the end: {ours:.4f} for W5's autoencoder, where a unit is dead in {count}; "
        f"{linear:.4f} with a linear code; {others:.4f} for PCA. On standardised pixels: {ends[0]:.3f} with a linear code, "
        f"{ends[1]:.3f} for PCA.",
        data=history,
    )


def _each_seed(ax: Axes, history: pd.DataFrame, killed: Mapping[int, float]) -> None:
    """The test error of each run, dashed if a code unit is dead at its end; the first of either kind carries the name."""
    named: set[str] = set()
    for seed in sorted(set(history["seed"])):
        part, name = history[history["seed"] == seed], "dead unit" if killed.get(seed) else "both alive"
        line: dict[str, Any] = {"color": LOOKS[AUTOENCODER].colour, "linestyle": "--" if killed.get(seed) else "-"}
        line |= {"label": "_" if name in named else name, **plots.marked(part["epoch"])}
        ax.plot(part["epoch"], part["test_loss"], linewidth=0.9, **line)
        named.add(name)


def _level(ax: Axes, runs: Runs, scale: str) -> None:
    """PCA's test error as a horizontal line as long as the curves; on the scale of W1's losses, the end of W1's curve."""
    shown = np.concatenate([np.asarray(line.get_xdata(), dtype=float) for line in ax.get_lines()])
    end = float(shown.max())
    level = mean(errors(runs, PCA, "test", scale))
    ax.plot([shown.min(), end], [level, level], color=LOOKS[PCA].colour, linestyle="-", label=PCA)
    if scale == STANDARDISED:
        square: dict[str, Any] = {"marker": "s", "markerfacecolor": "none", "linestyle": "none", "markersize": 4.4}
        ax.plot([end], [W1[LINEAR_CODE]["test"]], color=LOOKS[AUTOENCODER].colour, label="W1", clip_on=False, **square)


def codes(runs: Runs) -> Figure:
    """The codes of test digits in the first run, coloured by class, each class named at its median."""
    import pandas as pd

    figure, axes = plots.canvas(plots.PAGE, 2.6, columns=len(SHOWN))
    tables, outside = [], 0
    for ax, coder in zip(axes[0], SHOWN):
        chosen = runs.where(coder=coder, stage=JUDGED)
        points, labels = (chosen.array(name)[:SHOWN_CODES] for name in ("codes", "labels"))
        within = framed(points)
        outside += int((~within).sum())
        _scatter(ax, points[within], labels[within])
        ax.set(title=coder, xlabel="first number of the code")
        tables.append(pd.DataFrame({"coder": coder, "first": points[:, 0], "second": points[:, 1], "label": labels}))
    axes[0, 0].set_ylabel("second number")
    found = {coder: [mean(judged(runs, coder, name)) for name in ("neighbour_accuracy", "silhouette")] for coder in SHOWN}
    said = "; ".join(f"{coder} {share:.1%} and {width:.2f}" for coder, (share, width) in found.items()).replace("-", "−")
    return Figure(
        figure,
        caption=f"The codes of {len(tables[0])} test digits in the first run, coloured by class; a class's name stands at or "
        f"near its median, and {outside / sum(map(len, tables)):.0%} of the points lie outside the frames. Share of digits "
        f"that the {NEIGHBOURS} nearest training codes name right, and silhouette, mean of all runs: {said}.",
        alt=f"Three clouds of points in ten colours. Share named right by neighbours, and silhouette: {said}.",
        data=pd.concat(tables, ignore_index=True),
    )


def framed(points: np.ndarray) -> np.ndarray:
    """Which of ``points`` a frame shows that leaves out the farthest in each direction, for the sake of the others."""
    low, high = np.percentile(points, [TAIL, 100 - TAIL], axis=0)
    margin = 0.1 * (high - low)
    return ((low - margin <= points) & (points <= high + margin)).all(axis=1)


def _scatter(ax: Axes, points: np.ndarray, labels: np.ndarray) -> None:
    classes = sorted(set(labels.tolist()))
    colours = [CLASS_COLOURS[label] for label in labels]
    ax.scatter(points[:, 0], points[:, 1], s=3, c=colours, alpha=0.65, linewidths=0, rasterized=True)
    ax.grid(visible=False)
    medians = np.array([np.median(points[labels == label], axis=0) for label in classes])
    size = np.ptp(np.array([ax.get_xlim(), ax.get_ylim()]), axis=1)
    text: dict[str, Any] = {"ha": "center", "va": "center", "color": "white", "fontsize": 7.4, "fontweight": "bold"}
    for label, (x, y) in zip(classes, moved_apart(medians / size, gap=0.07) * size):
        box = {"boxstyle": "circle,pad=0.15", "facecolor": CLASS_COLOURS[label], "edgecolor": "white", "linewidth": 0.7}
        ax.text(x, y, str(label), bbox=box, **text)


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
    """The first test digit of each class as it is, and as it comes out of each coder, with what E2's convnet reads."""
    import pandas as pd

    sources = {"original": (AUTOENCODER, "first_images", "read"), **{c: (c, "first_remade", "read_remade") for c in SHOWN}}
    figure, axes = plots.canvas(plots.PAGE, 3.0, rows=len(sources), columns=10)
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
        line[0].annotate(name, (-0.3, 0.5), xycoords="axes fraction", ha="right", va="center", fontsize=8)
    data = pd.DataFrame(table)
    count = ", ".join(f"{name} {int((data[name] == data['digit']).sum())}" for name in sources)
    return Figure(
        figure,
        caption="The first test digit of each class, and what each coder makes of its two numbers, in the first run. Above "
        f"each: what E2's convnet reads, in orange where it is wrong. Of {len(data)} each, it reads right: {count}.",
        alt=f"{len(sources)} rows of handwritten digits. Of {len(data)} each, E2's convnet reads right: {count}.",
        data=data,
        seeds=1,
    )


# --- tables --------------------------------------------------------------------------------------------------------


def coders(runs: Runs) -> Table:
    """What each coder keeps."""

    def error(coder: str, part: str) -> Value:
        # rounded first, because a deviation of PCA that stems from the last bits would be written as a power of ten
        return value_of(errors(runs, coder, part).map(lambda error: round(error, 6)), digits=4)

    def kept(coder: str, name: str, unit: Unit, digits: int) -> Value | None:
        return value_of(judged(runs, coder, name), unit, digits) if coder in SHOWN else None

    counts = {coder: len(errors(runs, coder, "test")) for coder in NETS}
    few = [f"the {coder} ({count})" for coder, count in counts.items() if count < max(counts.values())]
    fewer = f" With fewer seeds: {' and '.join(few)}." if few else ""
    columns = (
        Column("coder", "coder", align="left", of=str),
        Column("parameters", "parameters", of=lambda coder: parameters(NETS[coder])),
        Column("train", "training error", of=lambda coder: error(coder, "train")),
        Column("test", "test error", of=lambda coder: error(coder, "test")),
        Column("neighbours", "named by neighbours, %", of=lambda coder: kept(coder, "neighbour_accuracy", SHARE, 1)),
        Column("silhouette", "silhouette", of=lambda coder: kept(coder, "silhouette", PLAIN, 3)),
        Column("decoded", "read right after coding, %", of=lambda coder: kept(coder, "decoded", SHARE, 1)),
    )
    return tabulate(
        NETS,
        columns,
        "Errors are squared, means over pixels (from 0 to 1) and digits. Of the test digits as they are, the same convnets "
        f"read {mean(judged(runs, AUTOENCODER, 'read')):.1%} right. PCA's {parameters(NETS[PCA])} parameters are those of its "
        f"description as a net.{fewer}",
    )


def scales(runs: Runs) -> Table:
    """Both coders' errors on every scale, and what W1 reports."""
    order = [(coder, part) for coder in (PCA, LINEAR_CODE) for part in ("train", "test")]
    words = {"train": "training", "test": "test"}

    def error(scale: str, coder: str, part: str) -> float:
        return W1[coder][part] if scale == "W1" else mean(on_scale(runs, scale, coder, part))

    def cell(coder: str, part: str) -> Column:
        heading = f"{'PCA' if coder == PCA else 'linear code'}, {words[part]}"
        return Column(f"{coder}_{part}", heading, 3, of=lambda scale: error(scale, coder, part))

    def quotient(part: str) -> Column:
        heading = f"ratio, {words[part]}"
        return Column(f"{part}_ratio", heading, 3, of=lambda scale: error(scale, LINEAR_CODE, part) / error(scale, PCA, part))

    nearest = min(SCALES, key=lambda scale: mean(off(runs, scale)))
    return tabulate(
        (*SCALES, "W1"),
        (Column("scale", "what the loss is", align="left", of=str), *(cell(*one) for one in order), *map(quotient, words)),
        "Errors with two code numbers, on scales that a loss may be on. Ratios are linear code over PCA. W1's errors of PCA "
        f"are nearest on the scale *{nearest}*, where ours differ by {mean(off(runs, nearest)):.4f} at most.",
    )
