"""What E11 shows: errors of the gradients, and what each width and each batch buys and costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.e11_two_layer_by_hand.trials import (
    BATCHES, FIXED, HIDDEN, ITS_BATCH, ITS_RATE, NOTICED, ONE_BATCH, ONE_WIDTH, PROPORTIONAL, rate_of,
)  # fmt: skip
from experiments.e11_two_layer_by_hand.gradient_check import STEPS
from report import plots, stats
from report.model import Column, Figure, Runs, Table, Value, tabulate
from report.seeds import SHARE, Seeds, Unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

# --- figures -------------------------------------------------------------------------------------------------------

CHECKS = {"planted": "one factor forgotten", "float32": "float32", "float64": "float64"}
RULES = {FIXED: "one rate for all", PROPORTIONAL: "rate in proportion"}


def gradient_figure(runs: Runs) -> Figure:
    """How far central differences are from the gradient by hand, by their step."""
    import pandas as pd

    every = [run.found.arrays for run in runs.where(sweep="gradients").finished()]
    figure, axes = plots.canvas()
    ax, look = axes[0, 0], plots.looks(list(CHECKS))
    ax.set(xscale="log", yscale="log", xlabel="step of the difference", ylabel="largest relative error", ylim=(1e-12, 10))
    for name, label in CHECKS.items():
        plots.band(ax, STEPS, [arrays[name] for arrays in every], label, look[name])
    plots.label_ends(ax)
    least = {name: min(float(arrays[name].min()) for arrays in every) for name in CHECKS}
    frame = pd.DataFrame({"step": STEPS, **{name: np.mean([arrays[name] for arrays in every], axis=0) for name in CHECKS}})
    caption = (
        "The gradient of the whole network by hand against central differences (mean and range over seeds). Beside float64, "
        f"float32, which rounds numbers earlier. {_planted_words(least['planted'])}"
    )
    alt = "Relative error against step, both logarithmic. Least error: " + ", ".join(
        f"{least[name]:.1e} ({label})" for name, label in CHECKS.items()
    )
    return Figure(figure, caption, f"{alt}.", frame)


def _planted_words(error: float) -> str:
    return (
        "With one factor forgotten no step helps." if error > NOTICED else "A forgotten factor is hard to tell from rounding."
    )


def hidden_figure(runs: Runs) -> Figure:
    """Validation error, processor time and memory by hidden size."""
    frame = runs.where(sweep="hidden").frame()
    figure, axes = plots.canvas(plots.PAGE, 2.0, columns=3)
    panels = (
        ("validation error (%)", "error", frame["validation_error"] * 100),
        ("processor time (µs an image)", "time", frame["microseconds_per_image"]),
        ("memory of a step (MB)", "memory", frame["bytes_measured"] / 1e6),
    )
    for ax, (label, name, column) in zip(axes[0], panels):
        ax.set(xscale="log", yscale="linear" if name == "error" else "log", xlabel="hidden units", title=label)
        _plain_ticks(ax, HIDDEN)
        plots.band(ax, HIDDEN, _by_seed(frame, "hidden", column), name, plots.PLAIN)
        ax.plot(frame["hidden"], column, plots.PLAIN.marker, color=plots.PLAIN.colour, linestyle="none")
    means = frame.groupby("hidden")["validation_error"].mean() * 100
    times = frame.groupby("hidden")["microseconds_per_image"].mean()
    sizes = frame.groupby("hidden")["bytes_measured"].mean() / 1e6
    least, most = HIDDEN[0], HIDDEN[-1]
    caption = (
        f"What the hidden size buys and what it costs (mean, and every seed), in batches of {ONE_BATCH}. From {least} to "
        f"{most} units, the validation error goes from {means[least]:.1f} to {means[most]:.1f} %, processor time is multiplied "
        f"by {stats.mean(time_ratio(runs)):.1f}, and memory by {sizes[most] / sizes[least]:.1f}."
    )
    alt = "; ".join(f"{h} units: {means[h]:.1f} % error, {times[h]:.0f} µs an image, {sizes[h]:.2f} MB" for h in HIDDEN)
    return Figure(
        figure, caption, f"{alt}.", frame[["hidden", "seed", "validation_error", "microseconds_per_image", "bytes_measured"]]
    )


def batch_figure(runs: Runs) -> Figure:
    """Validation error by batch size under both rules for the rate, and processor time."""
    frame = runs.where(sweep="batch").frame()
    figure, axes = plots.canvas(plots.PAGE, 2.0, columns=2)
    look = plots.looks(list(RULES))
    titles = ("validation error (%)", "processor time (µs an image)")
    for ax, title in zip(axes[0], titles):
        ax.set(xscale="log", yscale="log", xlabel="batch size", title=title)
        _plain_ticks(ax, BATCHES)
    for rule, words in RULES.items():
        part = frame[frame["rule"] == rule]
        plots.band(axes[0, 0], BATCHES, _by_seed(part, "batch", part["validation_error"] * 100), words, look[rule])
    plots.label_ends(axes[0, 0])
    seconds = _by_seed(frame, "batch", frame["microseconds_per_image"])
    plots.band(axes[0, 1], BATCHES, seconds, "time", plots.PLAIN)
    error = frame.groupby(["rule", "batch"])["validation_error"].mean() * 100
    times = frame.groupby("batch")["microseconds_per_image"].mean()
    worst = {rule: max(BATCHES, key=lambda batch: error[rule, batch]) for rule in RULES}
    told = {rule: f"the largest error is {error[rule, worst[rule]]:.1f} %, in batches of {worst[rule]}" for rule in RULES}
    caption = (
        f"Batch size against error and speed after the same number of epochs, {ONE_WIDTH} hidden units (mean and range over "
        f"seeds). At one rate for all, {told[FIXED]}; with the rate in proportion, {told[PROPORTIONAL]}. Batches of "
        f"{BATCHES[-1]} are {times[BATCHES[0]] / times[BATCHES[-1]]:.2g} times as fast as batches of {BATCHES[0]}."
    )
    alt = " ".join(
        f"{words}: " + ", ".join(f"{error[rule, batch]:.1f} % at batch {batch}" for batch in BATCHES) + "."
        for rule, words in RULES.items()
    )
    alt += " Time: " + ", ".join(f"{times[batch]:.0f} µs an image at batch {batch}" for batch in BATCHES) + "."
    return Figure(figure, caption, alt, frame[["rule", "batch", "seed", "validation_error", "microseconds_per_image"]])


def _plain_ticks(ax: Axes, places: Sequence[int]) -> None:
    """Numbers as they are said: ``places`` on the x axis, and plain ones on a logarithmic y axis."""
    from matplotlib.ticker import NullLocator

    ax.set_xticks(places, [str(place) for place in places])
    ax.xaxis.set_minor_locator(NullLocator())
    if ax.get_yscale() == "log":
        plots.plain_ticks(ax.yaxis)


def _by_seed(frame: pd.DataFrame, by: str, column: pd.Series) -> np.ndarray:
    """``column`` as (seeds, values of ``by``)."""
    return frame.assign(shown=column).pivot_table(index="seed", columns=by, values="shown").to_numpy()


def gradient_table(runs: Runs) -> Table:
    """Every gradient written by hand, its shape, and its worst error over the seeds."""
    columns = (
        Column("layer", "Layer", align="left"),
        Column("variable", "Gradient of", align="left"),
        Column("shape", "Shape", align="left"),
        Column("autograd", "Error against autograd"),
        Column("differences", "Error against differences"),
    )
    history = runs.where(sweep="gradients").history()
    worst = history.groupby(["layer", "variable", "shape"], sort=False)[["autograd", "differences"]].max().reset_index()
    rows = tuple((*row[:3], *(float(f"{error:.0e}") for error in row[3:])) for row in worst.itertuples(index=False))
    caption = (
        "Gradients written by hand against autograd and against central differences, float64: the largest difference over the "
        "largest entry, the largest over seeds."
    )
    return Table(columns, rows, caption)


def hidden_table(runs: Runs) -> Table:
    """What each hidden size buys and costs."""
    columns = (
        Column("hidden", "Hidden units"),
        Column("parameters", "Parameters", of=_count("parameters")),
        Column("validation_error", "Validation error (%)", of=_ERROR),
        Column("seconds_per_epoch", "Time (ms)", of=_shown("seconds_per_epoch", Unit("ms", 1000), 0)),
        Column("bytes_counted", "Counted (MB)", 2, of=_megabytes("bytes_counted")),
        Column("bytes_measured", "Measured (MB)", 2, of=_megabytes("bytes_measured")),
    )
    caption = (
        f"The network by hidden size, in batches of {ONE_BATCH} at rate {ITS_RATE:g} (mean ± standard deviation over seeds). "
        "Time is processor time of the steps of an epoch; counted and measured is the peak of memory of one step. Times and "
        "memory are those measured when these runs were made."
    )
    return tabulate(runs.where(sweep="hidden").by("hidden").values(), columns, caption)


def batch_table(runs: Runs) -> Table:
    """What each batch size buys and costs, under both rules for the rate."""
    columns = (
        Column("rule", "Rate", align="left", of=lambda these: RULES[these.tag("rule")]),
        Column("batch", "Batch"),
        Column("rate", "Its rate", of=lambda these: f"{rate_of(these.tag('rule'), these.tag('batch')):g}"),
        Column("steps_per_epoch", "Steps an epoch", of=_count("steps_per_epoch")),
        Column("validation_error", "Validation error (%)", of=_ERROR),
        Column("microseconds_per_image", "Time (µs an image)", of=_shown("microseconds_per_image", Unit("µs"), 1)),
        Column("bytes_measured", "Memory (MB)", 2, of=_megabytes("bytes_measured")),
    )
    caption = (
        f"The network with {ONE_WIDTH} hidden units by batch size, after the same number of epochs (mean ± standard deviation "
        f"over seeds). At batch {ITS_BATCH} the two rules are one and the same run."
    )
    return tabulate(runs.where(sweep="batch").by("rule", "batch").values(), columns, caption)


def _shown(name: str, unit: Unit, digits: int = 2) -> Callable[[Runs], Value]:
    return lambda these: stats.value_of(these[name], unit, digits)


def _count(name: str) -> Callable[[Runs], int]:
    return lambda these: int(stats.mean(these[name]))


def _megabytes(name: str) -> Callable[[Runs], float]:
    return lambda these: stats.mean(these[name]) / 1e6


_ERROR = _shown("validation_error", SHARE)


def time_ratio(runs: Runs) -> Seeds:
    """How many times as long an epoch takes with the most hidden units as with the fewest."""
    few, many = (runs.where(sweep="hidden", hidden=hidden)["seconds_per_epoch"] for hidden in (HIDDEN[0], HIDDEN[-1]))
    return many / few


def speed_ratio(runs: Runs) -> Seeds:
    """How many times as long an epoch takes in batches of one as in batches of a hundred."""
    sizes = BATCHES[0], BATCHES[2]
    one, hundred = (runs.where(sweep="batch", rule=FIXED, batch=size)["seconds_per_epoch"] for size in sizes)
    return one / hundred
