"""E12: what MATLAB's progress tables say about the learning rate and the width of a dense net, and what they hide.

W3's net: dense H, ReLU, dense 10, trained by SGD with momentum 0.9 on 9000 digits in batches of 128 for 10 epochs, and
measured on 1000 others every 50 iterations. Pixels go in as 0 to 255 with the mean image subtracted, which is what makes its
rates so small: training on x at rate η is training on x/255 with first-layer weights 255 times larger at rate 255² η.

Three things are torch's here and not MATLAB's. Weights and biases start uniform within ±1/√fan-in; MATLAB's default is
Glorot's, uniform too, for H = 1000 wider by 1.6 in the first layer and by 2.4 in the second, with biases 0. The last,
smaller batch of an epoch is used; MATLAB drops it. There is no weight decay; MATLAB's default is 1e-4.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from experiments.nets import Dense, Flatten, Net, ReLU, parameters
from experiments.training import SGD, Epochs, Examples, Iterations, Recipe, drawn, fit, outputs
from report import plots
from report.model import (
    RECIPE,
    Budget,
    Claim,
    Column,
    Context,
    Data,
    Experiment,
    Figure,
    Measure,
    Outcome,
    Reported,
    Result,
    Runs,
    State,
    Table,
    Trial,
    Value,
    Verdict,
    tabulate,
)
from report.seeds import Seeds
from report.stats import PERCENT, POINTS, SHARE, all_of, at_least, equal_within, every, greater, less, mean, value_of, within

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.data.datasets import Images

RATES = (5e-5, 5e-4, 8e-4, 1e-3, 3e-3, 10.0)
TOO_SLOW, LOW, MIDDLE, USUAL, LARGE, FAR_TOO_LARGE = RATES
HIDDEN = (200, 500, 700, 1000)
NARROWEST, WIDEST = HIDDEN[0], HIDDEN[-1]
NETS = {f"H = {hidden}": Net((1, 28, 28), (Flatten(), Dense(hidden), ReLU(), Dense(10))) for hidden in HIDDEN}
SETTINGS = (*((rate, WIDEST) for rate in RATES), *((USUAL, hidden) for hidden in HIDDEN[:-1]))
EVERY = 50  # iterations from one row of the table to the next

REPORTED_RATES = {TOO_SLOW: 9.0, LOW: 3.6, MIDDLE: 4.8, USUAL: 2.4, LARGE: 23.2, FAR_TOO_LARGE: 100.0}  # % of validation digits
REPORTED_HIDDEN = {200: 8.1, 500: 3.8, 700: 2.0, 1000: 2.1}
VALIDATION_DIGITS = 1000  # of W3, and of every budget but the smallest
POINT = 0.01  # one percentage point, as a share
MOMENTUM = 0.9
W3_AGAIN = REPORTED_HIDDEN[WIDEST]  # the setting that W3 reports twice
W3_GAIN = (REPORTED_HIDDEN[NARROWEST] - W3_AGAIN) / 100
HUGE = 1e6  # nats, which no net comes to that merely guesses: a rate that leads there has diverged in all but name


def plain(rate: float) -> str:
    """A rate as people write it: 0.001, 5e-5."""
    return f"{rate:g}".replace("e-0", "e-")


# --- the trial -----------------------------------------------------------------------------------------------------


def train_like_matlab(
    context: Context, *, seed: int, net: Net, recipe: Recipe, train_examples: int, validation_examples: int, data: Images
) -> Result:
    """Train ``net`` on training digits that the seed draws, and measure it on others of them.

    ``validation_error`` is the share of validation digits whose largest output is another class's; among outputs that are all
    NaN the first counts as the largest, as in MATLAB. ``unread`` is the share of validation digits that get no finite output.
    """
    train, held = centred(data, train_examples, validation_examples, seed)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=train, test=held)
    found = outputs(fitted.module, held.inputs)
    read = found.argmax(1)
    scalars = {
        "iterations": fitted.iterations,
        "validation_error": (read != held.targets).float().mean().item(),
        "train_error": (outputs(fitted.module, train.inputs).argmax(1) != train.targets).float().mean().item(),
        "unread": (~found.isfinite().all(1)).float().mean().item(),
    }
    history = {name.replace("test_", "validation_"): column for name, column in fitted.history.items()}
    if not fitted.diverged:
        scalars |= {name: history[name][-1] for name in ("train_loss", "validation_loss")}
    arrays = {"predictions": read.to(torch.uint8).numpy(), "labels": held.targets.to(torch.uint8).numpy()}
    return Result(scalars, history, arrays, fitted.diverged)


def centred(data: Images, train: int, validation: int, seed: int) -> tuple[Examples, Examples]:
    """``train`` and ``validation`` digits of the training set, pixels 0 to 255 less the mean image of the former."""
    chosen = drawn(len(data.train_labels), train + validation, seed)
    held = np.isin(np.arange(len(chosen)), drawn(len(chosen), validation, seed))
    images = torch.from_numpy(data.train_images[chosen].astype(np.float32)).unsqueeze(1)
    labels = torch.from_numpy(data.train_labels[chosen].astype(np.int64))
    images -= images[~held].mean(0)
    return Examples(images[~held], labels[~held]), Examples(images[held], labels[held])


def trials(budget: Budget) -> list[Trial]:
    """Every rate at the greatest width, and every width at the usual rate."""
    epochs = budget.pick(smoke=4, quick=5, full=10)
    return [
        Trial(
            train_like_matlab,
            {
                "seed": seed,
                "net": NETS[f"H = {hidden}"],
                "recipe": Recipe(SGD(rate, momentum=MOMENTUM), Epochs(epochs), evaluate=Iterations(EVERY)),
                "train_examples": budget.pick(smoke=2000, quick=3000, full=9000),
                "validation_examples": budget.pick(smoke=200, quick=VALIDATION_DIGITS, full=VALIDATION_DIGITS),
            },
            inputs={"data": Data("mnist")},
            tags={"rate": rate, "hidden": hidden},
            may_diverge=True,
        )
        for rate, hidden in SETTINGS
        for seed in budget.seeds(budget.pick(smoke=2, quick=4, full=10))
    ]


# --- reading the runs ----------------------------------------------------------------------------------------------


def errors(runs: Runs, rate: float, hidden: int = WIDEST) -> Seeds:
    """The validation error of every finished run, diverged ones included."""
    return runs.where(rate=rate, hidden=hidden).by_seed(lambda run: run["validation_error"])


def diverged(runs: Runs, rate: float, hidden: int = WIDEST) -> Seeds:
    """1 for a run that diverged, 0 for one that did not."""
    return runs.where(rate=rate, hidden=hidden).by_seed(lambda run: run.state is State.DIVERGED)


def lost(runs: Runs, rate: float, hidden: int = WIDEST) -> str:
    """How many of the runs diverged, in words; empty if none did."""
    found = diverged(runs, rate, hidden)
    return f"{sum(found.values()):.0f} of {len(found)}"


COLUMNS = ("epoch", "iteration", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy")


def lines(run: Outcome) -> list[dict[str, float]]:
    """One progress table: a row every 50 iterations and at the end, accuracies in per cent, and a last one of NaN losses for a
    run that diverged."""
    history = [run.found.history.get(name, []) for name in COLUMNS]
    rows: list[dict[str, Any]] = [dict(zip(COLUMNS, values)) for values in zip(*history)]
    if run.state is State.DIVERGED:
        batches = math.ceil(run.trial.arguments["train_examples"] / run.trial.arguments["recipe"].batch_size)
        at = run["iterations"] + 1
        read = {f"{part}_accuracy": 1 - run[f"{part}_error"] for part in ("train", "validation")}
        rows.append({"epoch": at / batches, "iteration": at, "train_loss": math.nan, "validation_loss": math.nan, **read})
    return [{**row, **{name: 100 * row[name] for name in COLUMNS if "accuracy" in name}} for row in rows]


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Training loss and validation error every 50 iterations, a line a rate, at the greatest width."""
    import pandas as pd

    history = pd.concat([pd.DataFrame(lines(run)).assign(**run.trial.condition) for run in runs.finished()], ignore_index=True)
    history = history.assign(name=history["rate"].map(named), validation_error=100 - history["validation_accuracy"])
    shown = history[(history["hidden"] == WIDEST) & history["train_loss"].notna()]
    gone = history[(history["hidden"] == WIDEST) & history["train_loss"].isna()]
    ends = {rate: gone[gone["rate"] == rate]["iteration"].mean() for rate in RATES if rate in set(gone["rate"])}
    look = {named(rate): its for rate, its in plots.looks(RATES).items()}
    figure, axes = plots.canvas(plots.PAGE, 2.8, columns=2)
    for ax, column, label in zip(axes[0], ("train_loss", "validation_error"), ("training loss, nats", "validation error, %")):
        ax.set(xlabel="iteration", ylabel=label, yscale="log" if column == "train_loss" else "linear")
        plots.learning_curves(ax, shown, "iteration", column, "name", look)
        low, high = ax.get_ylim()
        room = (low, high * (high / low) ** 0.15) if column == "train_loss" else (0, 1.2 * shown[column].max())
        ax.set(xlim=(0, None), ylim=room)  # above, for the mark of runs that diverge at once
        plots.label_ends(ax)
        for rate, iteration in ends.items():
            plots.mark_diverged(ax, iteration, f"rate {plain(rate)}: {lost(runs, rate)} diverged")
    said = "; ".join(f"{lost(runs, rate)} at rate {plain(rate)}" for rate in ends)
    errs = {rate: mean(errors(runs, rate)) for rate in RATES if rate not in ends}
    return Figure(
        figure,
        caption=f"Training loss (logarithmic scale) and validation error of the net with H = {WIDEST}, mean and range over "
        f"seeds, every {EVERY} iterations. A cross marks where runs diverged: {said or 'none did'}.",
        alt="Mean validation error at the end: "
        + "; ".join(f"{error:.1%} at rate {plain(rate)}" for rate, error in errs.items())
        + f". Diverged: {said or 'none'}.",
        data=history[["rate", "hidden", "seed", *COLUMNS]],
    )


def named(rate: float) -> str:
    return f"rate {plain(rate)}"


def final(runs: Runs) -> Figure:
    """The validation error of every setting, a mark a seed, beside what W3 reports."""
    figure, axes = plots.canvas(plots.PAGE, 2.7, columns=2, sharey=True)
    finite = [rate for rate in RATES if not all(diverged(runs, rate).values())]
    seen = {(rate, hidden): errors(runs, rate, hidden) for rate, hidden in SETTINGS if rate in finite}
    top = 100 * max(max(found.values()) for found in seen.values())
    by_rate, by_width = axes[0]
    by_rate.set(xscale="log", xlabel=f"learning rate, H = {WIDEST}", ylabel="validation error, %", ylim=(0, 1.15 * top))
    by_width.set(xlabel=f"hidden units H, rate {plain(USUAL)}", xticks=HIDDEN)
    draw_settings(by_rate, {rate: seen[rate, WIDEST] for rate in finite}, {rate: REPORTED_RATES[rate] for rate in finite})
    draw_settings(by_width, {hidden: seen[USUAL, hidden] for hidden in HIDDEN if USUAL in finite}, REPORTED_HIDDEN)
    by_rate.set_xlim(min(finite) / 1.5, 1.5 * max(finite))  # one far away would squeeze the others together
    gone = "\n".join(f"rate {plain(rate)}: diverged" for rate in RATES if rate not in finite)
    by_rate.annotate(gone, (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=7.6)
    handles, names = by_rate.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    near = [f"{mean(errors(runs, rate)):.1%} at rate {plain(rate)}" for rate in (LOW, MIDDLE, USUAL)]
    return Figure(
        figure,
        caption="Validation error at the end, a mark a seed, seeds joined by thin lines, beside the numbers of W3. The "
        f"means are {near[0]}, {near[1]} and {near[2]}.",
        alt="Mean validation error: "
        + "; ".join(f"{mean(found):.1%} at rate {plain(rate)}, H = {hidden}" for (rate, hidden), found in seen.items())
        + ".",
        data=runs.frame(),
    )


def draw_settings(ax: Axes, found: Mapping[Any, Seeds], reported: Mapping[Any, float]) -> None:
    """Errors by setting: marks and a thin line a seed, and the reported numbers as squares."""
    for place, seed in enumerate(sorted(set().union(*found.values()))):
        values = [100 * seeds.get(seed, math.nan) for seeds in found.values()]
        look: dict[str, Any] = {"color": plots.COLOURS[0], "linewidth": 0.5, "marker": "o", "markersize": 3, "alpha": 0.7}
        ax.plot(list(found), values, label="ours" if place == 0 else "_", linestyle="-", **look)
    square: dict[str, Any] = {"marker": "s", "markersize": 4.4, "markerfacecolor": "none", "linestyle": "none"}
    ax.plot(list(reported), list(reported.values()), label="reported by W3", color=plots.COLOURS[1], **square)


# --- tables --------------------------------------------------------------------------------------------------------


def progress(runs: Runs, settings: Sequence[tuple[float, int]]) -> Table:
    """The progress tables of one seed, below each other."""
    seed = min(run.seed for run in runs.finished())
    shown = (runs.where(rate=rate, hidden=hidden, seed=seed).finished().outcomes[0] for rate, hidden in settings)
    columns = (
        Column("rate", "rate", of=lambda run, first, _: plain(run.trial.tags["rate"]) if first else ""),
        Column("hidden", "H", of=lambda run, first, _: str(run.trial.tags["hidden"]) if first else ""),
        Column("epoch", "epoch", of=lambda _, __, line: math.ceil(line["epoch"] - 1e-9)),
        Column("iteration", "iteration", of=lambda _, __, line: int(line["iteration"])),
        Column("train_loss", "training loss, nats", of=lambda _, __, line: loss_text(line["train_loss"])),
        Column("validation_loss", "validation loss, nats", of=lambda _, __, line: loss_text(line["validation_loss"])),
        Column("train_accuracy", "training accuracy, %", of=lambda _, __, line: f"{line['train_accuracy']:.1f}"),
        Column("validation_accuracy", "validation accuracy, %", of=lambda _, __, line: f"{line['validation_accuracy']:.1f}"),
    )
    caption = (
        f"Progress every {EVERY} iterations and at the end, seed {seed}; training loss and accuracy are of as many "
        "training digits as there are validation digits. A net whose outputs are NaN is credited with the digits of the first "
        "class, which is what the largest of ten NaN is taken to be."
    )
    return tabulate(((run, place == 0, line) for run in shown for place, line in enumerate(lines(run))), columns, caption, 1)


def loss_text(loss: float) -> str:
    if math.isnan(loss):
        return "diverged"
    return f"{loss:.4f}" if loss < 1000 else f"{loss:.1e}".replace("e+0", "e").replace("e+", "e")


def errors_table(runs: Runs) -> Table:
    """The validation error of every setting beside the reported one, with both readings of a net that diverged."""

    def ours(rate: float, hidden: int) -> Value | str:
        gone = all(diverged(runs, rate, hidden).values())
        return "diverged" if gone else value_of(errors(runs, rate, hidden), PERCENT, 1)

    columns = (
        Column("rate", "rate", of=lambda rate, _: plain(rate)),
        Column("hidden", "H", of=lambda _, hidden: hidden),
        Column("parameters", "parameters", of=lambda _, hidden: parameters(NETS[f"H = {hidden}"])),
        Column("reported", "W3: validation error, %", 2, of=reported),
        Column("ours", "ours, %", of=ours),
        Column("diverged", "runs diverged", of=lambda rate, hidden: lost(runs, rate, hidden)),
    )
    caption = (
        f"Validation error at the end (mean ± standard deviation over seeds). W3 reports rate {plain(USUAL)} with H = {WIDEST} "
        f"twice: {REPORTED_RATES[USUAL]:.2f} % among the rates, {W3_AGAIN:.2f} % among the widths."
    )
    return tabulate(SETTINGS, columns, caption)


def reported(rate: float, hidden: int) -> float:
    return REPORTED_RATES[rate] if hidden == WIDEST else REPORTED_HIDDEN[hidden]


# --- claims --------------------------------------------------------------------------------------------------------

ERROR = "mean difference in validation error"


def loss_grows(runs: Runs) -> Verdict:
    """By the logarithm, since losses differ by orders of magnitude; one that is not finite counts as the largest float."""
    largest = float(np.finfo(np.float32).max)
    ends = runs.where(rate=LARGE, hidden=WIDEST)
    powers = ends.by_seed(lambda run: math.log10(min(run["train_loss"] if run.state is State.DONE else largest, largest)))
    return at_least(powers, math.log10(HUGE), what="mean decimal logarithm of the training loss at the end")


def by_neighbour(runs: Runs, judge: Any) -> Verdict:
    """``judge`` of the error at the middle rate, that at a neighbour, and by how much W3 has the former above the latter."""
    what = f"{ERROR}, rate {plain(MIDDLE)} less rate"
    theirs = {rate: (REPORTED_RATES[MIDDLE] - REPORTED_RATES[rate]) / 100 for rate in (LOW, USUAL)}
    middle = errors(runs, MIDDLE)
    return all_of(judge(middle, errors(runs, rate), ahead, f"{what} {plain(rate)}") for rate, ahead in theirs.items())


def one_in_ten(runs: Runs) -> Verdict:
    """X11: over the runs that diverged, by the rule that reads all others."""
    gone = diverged(runs, FAR_TOO_LARGE)
    read = Seeds({seed: error for seed, error in errors(runs, FAR_TOO_LARGE).items() if gone[seed]})
    return within(read, 0.87, 0.93, SHARE, "mean validation error of the diverged runs")


# --- values, and what was reported ---------------------------------------------------------------------------------


def sampling_error(error: float, digits: int = VALIDATION_DIGITS) -> float:
    """The standard deviation of an error counted on so many digits, in points, if the long-run error is ``error`` %."""
    return math.sqrt(error * (100 - error) / digits)


def spread_of_seeds(runs: Runs) -> Value:
    """The largest minus the smallest error over the seeds, averaged over the three neighbouring rates."""
    found = [errors(runs, rate).values() for rate in (LOW, MIDDLE, USUAL)]
    wide, origin = (
        sum(100 * (max(each) - min(each)) for each in found) / 3,
        "range of validation errors over seeds, mean of three rates",
    )
    return Value(wide, "points", 1, n=len(found[1]), origin=origin)


def error_value(runs: Runs, rate: float, hidden: int = WIDEST) -> Value:
    return value_of(errors(runs, rate, hidden), PERCENT, origin=f"validation error, rate {plain(rate)}, H = {hidden}")


def held_against(rate: float, hidden: int, number: float, what: str) -> Reported:
    tolerance = max(2 * sampling_error(number), 0.5)  # two standard deviations of W3's count
    return Reported(what, number, "W3", lambda runs: error_value(runs, rate, hidden), tolerance)


BY_CHANCE = math.hypot(sampling_error(REPORTED_RATES[LOW]), sampling_error(REPORTED_RATES[MIDDLE]))
"""The standard deviation, in points, of a difference of two errors of W3's size, each counted on its own digits."""


def unread(runs: Runs) -> Value:
    found = runs.where(rate=FAR_TOO_LARGE).by_seed(lambda run: run["unread"])
    return value_of(found, PERCENT, 0, origin="validation digits without an answer")


def usual(runs: Runs) -> Runs:
    return runs.where(rate=USUAL, hidden=WIDEST)


EXPERIMENT = Experiment(
    id="E12",
    title="MATLAB's progress tables",
    question="What do the learning rate and the width do to a dense net that is trained as MATLAB trained it?",
    trials=trials,
    measures={
        "validation_error": Measure("validation error", "%", 2, 100),
        "train_error": Measure("training error", "%", 2, 100),
        "validation_loss": Measure("validation loss", "nats", 3),
        "train_loss": Measure("training loss", "nats", 3),
    },
    figures={"curves": curves, "final": final},
    tables={
        "progress": lambda runs: progress(runs, ((USUAL, WIDEST), (FAR_TOO_LARGE, WIDEST))),
        "all_progress": lambda runs: progress(runs, SETTINGS),
        "errors": errors_table,
    },
    claims={
        "diverges": Claim(
            f"At rate {plain(FAR_TOO_LARGE)} every run diverges: its loss becomes NaN.",
            lambda runs: every(diverged(runs, FAR_TOO_LARGE), "runs that diverged"),
        ),
        "loss_grows": Claim(
            f"At rate {plain(LARGE)} the training loss ends above a million nats, on the geometric mean over the seeds.",
            loss_grows,
            needs=RECIPE,
        ),
        "large_rate_errs": Claim(
            f"Rate {plain(LARGE)} is too large: its validation error is over five points above that of rate {plain(USUAL)}.",
            lambda runs: greater(errors(runs, LARGE), errors(runs, USUAL), POINTS, ERROR, margin=5 * POINT),
        ),
        "slow_rate_errs": Claim(
            f"Rate {plain(TOO_SLOW)} is too small: its validation error is above that of rate {plain(LOW)}.",
            lambda runs: greater(errors(runs, TOO_SLOW), errors(runs, LOW), POINTS, ERROR),
        ),
        "dip": Claim(  # X12, as W3's numbers have it
            f"The error at rate {plain(MIDDLE)} is above those at both {plain(LOW)} and {plain(USUAL)}.",
            lambda runs: by_neighbour(runs, lambda a, b, _, what: greater(a, b, POINTS, what)),
            needs=RECIPE,
        ),
        "dip_smaller": Claim(
            "By neither neighbour is it as far above as in W3.",
            lambda runs: by_neighbour(runs, lambda a, b, theirs, what: less(a, b, POINTS, what, margin=-theirs)),
            needs=RECIPE,
        ),
        "neighbours_agree": Claim(
            f"The error at rate {plain(MIDDLE)} is within one point of those at {plain(LOW)} and {plain(USUAL)}.",
            lambda runs: by_neighbour(runs, lambda a, b, _, what: equal_within(a, b, POINT, POINTS, what)),
            needs=RECIPE,
        ),
        "one_in_ten": Claim(
            "Read by the same rule as all others, a net that diverged is wrong on about nine digits in ten, not on all.",
            one_in_ten,
        ),
        "above_w3": Claim(
            f"At rate {plain(USUAL)} with H = {WIDEST}, our validation error is at least twice that of W3.",
            lambda runs: at_least(errors(runs, USUAL), REPORTED_RATES[USUAL] / 50, SHARE, "mean validation error"),
            needs=RECIPE,
        ),
        "narrow_errs": Claim(
            f"At rate {plain(USUAL)}, a net with H = {NARROWEST} has a higher validation error than one with H = {WIDEST}.",
            lambda runs: greater(errors(runs, USUAL, NARROWEST), errors(runs, USUAL), POINTS, ERROR),
            needs=RECIPE,
        ),
        "width_gains_less": Claim(
            "The difference is smaller than in W3.",
            lambda runs: less(errors(runs, USUAL, NARROWEST), errors(runs, USUAL), POINTS, ERROR, margin=-W3_GAIN),
            needs=RECIPE,
        ),
    },
    values={
        "w3_low": Value(REPORTED_RATES[LOW], "%", origin=f"reported by W3 for rate {plain(LOW)}"),
        "w3_middle": Value(REPORTED_RATES[MIDDLE], "%", origin=f"reported by W3 for rate {plain(MIDDLE)}"),
        "w3_usual": Value(REPORTED_RATES[USUAL], "%", origin=f"reported by W3 for rate {plain(USUAL)}, among the rates"),
        "w3_usual_again": Value(W3_AGAIN, "%", origin=f"reported by W3 for rate {plain(USUAL)}, among the widths"),
        "w3_digits": Value(VALIDATION_DIGITS, origin="validation digits of W3"),
        "rate_middle": Value(MIDDLE, digits=4, origin="a rate of E12"),
        "rate_usual": Value(USUAL, digits=3, origin="a rate of E12"),
        "rate_far_too_large": Value(FAR_TOO_LARGE, digits=0, origin="a rate of E12"),
        "momentum": Value(MOMENTUM, digits=1, origin="momentum of the trials of E12"),
        "batch": lambda runs: Value(usual(runs).argument("recipe").batch_size, origin="digits in a batch of E12"),
        "epochs": lambda runs: Value(usual(runs).argument("recipe").length.count, origin="epochs of the trials of E12"),
        "train_digits": lambda runs: Value(usual(runs).argument("train_examples"), origin="training digits of E12"),
        "digits_held": lambda runs: Value(usual(runs).argument("validation_examples"), origin="validation digits of E12"),
        "widest": Value(WIDEST, origin="the greatest width of E12"),
        "difference_by_chance": Value(BY_CHANCE, "points", 1, origin="standard deviation of a difference of two such errors"),
        "spread_of_seeds": spread_of_seeds,
        "unread": unread,
        "diverged_error": lambda runs: error_value(runs, FAR_TOO_LARGE),
    },
    reported={
        **{
            f"rate_{place}": held_against(rate, WIDEST, REPORTED_RATES[rate], f"validation error at rate {plain(rate)}")
            for place, rate in enumerate(RATES[:-1])
        },
        "diverged": held_against(
            FAR_TOO_LARGE, WIDEST, REPORTED_RATES[FAR_TOO_LARGE], "validation error at a rate far too large (NaN)"
        ),
        **{
            f"hidden_{hidden}": held_against(USUAL, hidden, number, f"validation error with H = {hidden}")
            for hidden, number in REPORTED_HIDDEN.items()
        },
    },
)
