"""E11: linear, sigmoid, linear, softmax on MNIST by hand: are the gradients right, and what do width and batch size cost?

Two sweeps by plain gradient descent, over the same splits of MNIST's training images: the hidden size at one batch size; and
the batch size at one hidden size, once at one learning rate for all and once at a rate in proportion to the batch.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from experiments.gradient_check import STEPS, check_gradients
from experiments.nets import Dense, Net, Sigmoid
from experiments.training_by_hand import train_by_hand
from report import plots, stats
from report.model import (
    RECIPE,
    Budget,
    Claim,
    Column,
    Data,
    Experiment,
    Figure,
    Measure,
    Runs,
    Table,
    Trial,
    Value,
    Verdict,
    tabulate,
)
from report.seeds import PERCENT, POINTS, TIMES, Seeds, Unit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HIDDEN = (10, 30, 100, 300, 1000)
BATCHES = (1, 10, 100, 1000)
ONE_WIDTH = 100  # the hidden size at which the batch is varied
ONE_BATCH, ITS_RATE = 20, 1.0  # the batch at which the hidden size is varied
ONE_RATE, ITS_BATCH = 0.1, 10  # the rate of every batch, or of this one where the rate is in proportion
FIXED, PROPORTIONAL = "fixed", "proportional"
DIGITS_AUTOGRAD, DIGITS_DIFFERENCES = 12, 6  # to how many decimal digits gradients must agree
NOTICED = 0.1  # relative error beyond which nobody takes a gradient for right
POINT = 0.01  # one percentage point, as a share
MEMORY_OFF = 0.05
FASTER = 5


def two_layer_net(hidden: int) -> Net:
    """784 → hidden → 10, logits out."""
    return Net((784,), (Dense(hidden), Sigmoid(), Dense(10)))


NETS = {f"hidden {hidden}": two_layer_net(hidden) for hidden in HIDDEN}


# --- the trials ----------------------------------------------------------------------------------------------------


def trials(budget: Budget) -> Sequence[Trial]:
    """The gradient check, the sweep over hidden sizes, and the sweep over batch sizes with both rules for the rate."""
    sizes = {
        "epochs": budget.pick(smoke=1, quick=4, full=20),
        "train": budget.pick(smoke=1000, quick=4000, full=50_000),
        "validation": budget.pick(smoke=1000, quick=5000, full=10_000),
    }
    return [trial for seed in budget.seeds(budget.pick(smoke=2, quick=3, full=3)) for trial in trials_of_seed(seed, sizes)]


def trials_of_seed(seed: int, sizes: dict[str, int]) -> list[Trial]:
    """Every trial of one seed; ``sizes`` are the epochs, and the numbers of images to train and to validate on."""

    def training(hidden: int, batch: int, rate: float, **tags: str) -> Trial:
        settings = {"seed": seed, "net": two_layer_net(hidden), "batch": batch, "rate": rate, **sizes}
        return Trial(train_by_hand, settings, {"digits": Data("mnist")}, {**tags, "hidden": hidden, "batch": batch})

    return [
        Trial(check_gradients, {"seed": seed}, tags={"sweep": "gradients"}),
        *(training(hidden, ONE_BATCH, ITS_RATE, sweep="hidden") for hidden in HIDDEN),
        *(
            training(ONE_WIDTH, batch, _rate(rule, batch), sweep="batch", rule=rule)
            for rule in (FIXED, PROPORTIONAL)
            for batch in BATCHES
        ),
    ]


def _rate(rule: str, batch: int) -> float:
    return ONE_RATE * batch / ITS_BATCH if rule == PROPORTIONAL else ONE_RATE


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
        "The gradient of the whole network by hand against central differences (mean and range over seeds). Smaller steps "
        f"help until rounding takes over, which is sooner in float32. {_planted_words(least['planted'])}"
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
    figure, axes = plots.canvas(plots.PAGE, 2.4, columns=3)
    look = plots.looks(["error", "time", "memory"])
    panels = (
        ("validation error (%)", "error", frame["validation_error"] * 100),
        ("processor time (µs an image)", "time", frame["microseconds_per_image"]),
        ("memory of a step (MB)", "memory", frame["bytes_measured"] / 1e6),
    )
    for ax, (label, name, column) in zip(axes[0], panels):
        ax.set(xscale="log", yscale="linear" if name == "error" else "log", xlabel="hidden units", title=label)
        _plain_ticks(ax, HIDDEN)
        plots.band(ax, HIDDEN, _by_seed(frame, "hidden", column), name, look[name])
        ax.plot(frame["hidden"], column, look[name].marker, color=look[name].colour, linestyle="none")
    axes[0, 0].set_ylim(bottom=0)
    means = frame.groupby("hidden")["validation_error"].mean() * 100
    times = frame.groupby("hidden")["microseconds_per_image"].mean()
    sizes = frame.groupby("hidden")["bytes_measured"].mean() / 1e6
    best, least, most = min(HIDDEN, key=lambda h: means[h]), HIDDEN[0], HIDDEN[-1]
    caption = (
        f"What the hidden size buys and what it costs (mean, and every seed), in batches of {ONE_BATCH}. The validation error "
        f"is least at {best} units, {means[best]:.1f} %. From {least} to {most} units, time grows "
        f"{times[most] / times[least]:.0f}-fold and memory {sizes[most] / sizes[least]:.0f}-fold."
    )
    alt = "; ".join(f"{h} units: {means[h]:.1f} % error, {times[h]:.0f} µs an image, {sizes[h]:.2f} MB" for h in HIDDEN)
    return Figure(
        figure, caption, f"{alt}.", frame[["hidden", "seed", "validation_error", "microseconds_per_image", "bytes_measured"]]
    )


def batch_figure(runs: Runs) -> Figure:
    """Validation error by batch size under both rules for the rate, and processor time."""
    frame = runs.where(sweep="batch").frame()
    figure, axes = plots.canvas(plots.PAGE, 2.5, columns=2)
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
    plots.band(axes[0, 1], BATCHES, seconds, "time", plots.looks([*RULES, "time"])["time"])
    error = frame.groupby(["rule", "batch"])["validation_error"].mean() * 100
    times = frame.groupby("batch")["microseconds_per_image"].mean()
    worst = {rule: max(BATCHES, key=lambda batch: error[rule, batch]) for rule in RULES}
    told = {rule: f"batches of {worst[rule]} err most, {error[rule, worst[rule]]:.1f} %" for rule in RULES}
    caption = (
        f"Batch size against error and speed after the same number of epochs, {ONE_WIDTH} hidden units (mean and range over "
        f"seeds). At one rate for all, {told[FIXED]}; with the rate in proportion, {told[PROPORTIONAL]}. Batches of "
        f"{BATCHES[-1]} are {times[BATCHES[0]] / times[BATCHES[-1]]:.0f} times as fast as batches of {BATCHES[0]}."
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


# --- tables and values ---------------------------------------------------------------------------------------------


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
        "largest entry, the worst over seeds."
    )
    return Table(columns, rows, caption)


def hidden_table(runs: Runs) -> Table:
    """What each hidden size buys and costs."""
    columns = (
        Column("hidden", "Hidden units"),
        Column("parameters", "Parameters", of=_count("parameters")),
        Column("validation_error", "Validation error (%)", of=_ERROR),
        Column("seconds_per_epoch", "Time (ms an epoch)", of=_shown("seconds_per_epoch", Unit("ms", 1000), 0)),
        Column("bytes_counted", "Memory, counted (MB)", 2, of=_megabytes("bytes_counted")),
        Column("bytes_measured", "Memory, measured (MB)", 2, of=_megabytes("bytes_measured")),
    )
    caption = (
        f"The network by hidden size, in batches of {ONE_BATCH} at rate {ITS_RATE:g} (mean ± standard deviation over seeds). "
        "Time is processor time of the training steps, memory the peak of one step; both as measured when these runs were made."
    )
    return tabulate(runs.where(sweep="hidden").by("hidden").values(), columns, caption)


def batch_table(runs: Runs) -> Table:
    """What each batch size buys and costs, under both rules for the rate."""
    columns = (
        Column("rule", "Rate", align="left", of=lambda these: RULES[these.tag("rule")]),
        Column("batch", "Batch"),
        Column("rate", "Its rate", of=lambda these: f"{_rate(these.tag('rule'), these.tag('batch')):g}"),
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


_ERROR = _shown("validation_error", PERCENT)


def time_ratio(runs: Runs) -> Seeds:
    """How many times as long an epoch takes with the most hidden units as with the fewest."""
    few, many = (runs.where(sweep="hidden", hidden=hidden)["seconds_per_epoch"] for hidden in (HIDDEN[0], HIDDEN[-1]))
    return many / few


def speed_ratio(runs: Runs) -> Seeds:
    """How many times as long an epoch takes in batches of one as in batches of a hundred."""
    one, hundred = (runs.where(sweep="batch", rule=FIXED, batch=batch)["seconds_per_epoch"] for batch in (1, 100))
    return one / hundred


# --- claims --------------------------------------------------------------------------------------------------------


def gradients_agree(runs: Runs) -> Verdict:
    checks = runs.where(sweep="gradients")
    autograd, differences = _digits(checks["autograd_error"]), _digits(checks["difference_error"])
    return stats.all_of(
        [
            stats.at_least(autograd, DIGITS_AUTOGRAD, Unit("digits"), "mean agreement with autograd"),
            stats.at_least(differences, DIGITS_DIFFERENCES, Unit("digits"), "mean agreement with differences"),
        ]
    )


def _digits(errors: Seeds) -> Seeds:
    """Decimal digits that agree, as far as float64 can tell."""
    return errors.map(lambda error: -math.log10(max(error, 2.2e-16)))


def _at_width(runs: Runs, hidden: int) -> Seeds:
    return runs.where(sweep="hidden", hidden=hidden)["validation_error"]


_DIFFERENCE = "mean paired difference in validation error"


def memory_counted(runs: Runs) -> Verdict:
    counted = runs.where(sweep="hidden").frame()
    off = (counted["bytes_measured"] / counted["bytes_counted"] - 1).abs().groupby(counted["seed"]).max()
    return stats.at_most(
        Seeds({seed: float(off.loc[seed]) for seed in counted["seed"].unique().tolist()}),
        MEMORY_OFF,
        PERCENT,
        "mean of the largest deviation",
    )


def _by_batch(runs: Runs, rule: str, batches: Sequence[int]) -> dict[int, Seeds]:
    return {batch: runs.where(sweep="batch", rule=rule, batch=batch)["validation_error"] for batch in batches}


def large_batches_err(runs: Runs) -> Verdict:
    """Does each err more than the one before?"""
    errors = _by_batch(runs, FIXED, BATCHES[1:])
    return stats.all_of(stats.greater(errors[b], errors[a], POINTS, _less(b, a)) for a, b in itertools.pairwise(errors))


def proportion_evens(runs: Runs) -> Verdict:
    errors = _by_batch(runs, PROPORTIONAL, BATCHES[:-1])
    pairs = itertools.combinations(errors, 2)
    return stats.all_of(stats.equal_within(errors[b], errors[a], POINT, POINTS, _less(b, a)) for a, b in pairs)


def _less(one: int, other: int) -> str:
    return f"{_DIFFERENCE}, batches of {one} less those of {other}"


def proportion_ends(runs: Runs) -> Verdict:
    small, large = _by_batch(runs, PROPORTIONAL, BATCHES[-2:]).values()
    return stats.greater(large, small, POINTS, _DIFFERENCE, margin=POINT)


def _given(name: str) -> Callable[[Runs], Value]:
    origin = f"argument {name} of the trials of E11"
    return lambda runs: Value(runs.where(sweep="hidden").argument(name), origin=origin)


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


EXPERIMENT = Experiment(
    id="E11",
    title="A two-layer network by hand",
    question="Are gradients written by hand right, and what do the hidden size and the batch size buy and cost?",
    trials=trials,
    measures={
        "train_loss": Measure("mean training loss over the last epoch", "nats", 3),
        "validation_error": Measure("validation error", "%", 2, 100),
        "seconds_per_epoch": Measure("processor time of an epoch", "s", 2),
        "microseconds_per_image": Measure("processor time of an image", "µs", 1),
        "steps_per_epoch": Measure("steps an epoch", "", 0),
        "parameters": Measure("parameters", "", 0),
        "bytes_counted": Measure("memory of a step, counted", "MB", 2, 1e-6),
        "bytes_measured": Measure("memory of a step, measured", "MB", 2, 1e-6),
        "autograd_error": Measure("largest relative error against autograd", "", 2),
        "difference_error": Measure("largest relative error against central differences", "", 2),
        "planted_error": Measure("least relative error with a mistake planted", "", 2),
    },
    figures={"gradients": gradient_figure, "hidden": hidden_figure, "batch": batch_figure},
    tables={"gradients_checked": gradient_table, "hidden_sizes": hidden_table, "batch_sizes": batch_table},
    claims={
        "gradients": Claim(
            f"Every gradient written by hand agrees with autograd to {DIGITS_AUTOGRAD} decimal digits, and with central "
            f"differences to {DIGITS_DIFFERENCES}.",
            gradients_agree,
        ),
        "noticed": Claim(
            f"The check can fail: with one factor forgotten, the relative error is {NOTICED:g} or more at every step.",
            lambda runs: stats.at_least(runs.where(sweep="gradients")["planted_error"], NOTICED, what="mean relative error"),
        ),
        "width_helps": Claim(
            f"{ONE_WIDTH} hidden units err less than {HIDDEN[0]}.",
            lambda runs: stats.less(_at_width(runs, ONE_WIDTH), _at_width(runs, HIDDEN[0]), POINTS, _DIFFERENCE),
        ),
        "width_keeps_helping": Claim(
            f"{HIDDEN[-1]} hidden units err less than {ONE_WIDTH}.",
            lambda runs: stats.less(_at_width(runs, HIDDEN[-1]), _at_width(runs, ONE_WIDTH), POINTS, _DIFFERENCE),
            needs=RECIPE,
        ),
        "width_saturates": Claim(
            f"From {ONE_WIDTH} to {HIDDEN[-1]} units, the error changes by no more than half a percentage point.",
            lambda runs: stats.equal_within(
                _at_width(runs, HIDDEN[-1]), _at_width(runs, ONE_WIDTH), POINT / 2, POINTS, _DIFFERENCE
            ),
            needs=RECIPE,
        ),
        "time": Claim(
            f"{HIDDEN[-1] // HIDDEN[0]} times as many hidden units take at most {HIDDEN[-1] // HIDDEN[0]} times as long.",
            lambda runs: stats.at_most(time_ratio(runs), HIDDEN[-1] / HIDDEN[0], TIMES, "mean ratio of times"),
        ),
        "memory": Claim(
            f"Counting arrays gives the memory of a step to within {100 * MEMORY_OFF:g} % at every hidden size.", memory_counted
        ),
        "large_batches_err": Claim(
            f"At one rate for all, after the same number of epochs, batches of {_listed(BATCHES[1:])} err the more the larger "
            "they are.",
            large_batches_err,
        ),
        "proportion_evens": Claim(
            f"With the rate in proportion to the batch, batches of {_listed(BATCHES[:-1])} err alike, to within "
            f"{100 * POINT:g} percentage point.",
            proportion_evens,
            needs=RECIPE,
        ),
        "proportion_ends": Claim(
            f"In proportion, a batch of {BATCHES[-1]} errs more than one of {BATCHES[-2]}, by more than one percentage point.",
            proportion_ends,
        ),
        "batches_are_fast": Claim(
            f"An epoch in batches of 100 is at least {FASTER} times as fast as one image at a time.",
            lambda runs: stats.at_least(speed_ratio(runs), FASTER, TIMES, "mean ratio of times"),
        ),
    },
    values={
        "epochs": _given("epochs"),
        "train": _given("train"),
        "validation": _given("validation"),
        "time_ratio": lambda runs: stats.value_of(
            time_ratio(runs), digits=0, origin="E11, ratio of processor times of an epoch"
        ),
    },
)
