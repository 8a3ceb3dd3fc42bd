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
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from experiments.nets import Dense, Flatten, Net, ReLU, parameters
from experiments.training import SGD, Epochs, Examples, Iterations, Recipe, drawn, fit, outputs
from report import plots
from report.model import (
    Budget,
    Claim,
    Column,
    Context,
    Data,
    Experiment,
    Figure,
    Measure,
    Reported,
    Result,
    Runs,
    State,
    Table,
    Trial,
    Value,
    Verdict,
)
from report.stats import all_of, at_least, equal_within, greater, less, mean, value_of, within

if TYPE_CHECKING:
    import pandas as pd
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


def _all(runs: Runs, name: str, rate: float, hidden: int = WIDEST) -> dict[int, float]:
    """Seed → the scalar ``name`` of every finished run, diverged ones included."""
    frame = runs.where(rate=rate, hidden=hidden).frame()
    return dict(sorted(zip(frame["seed"], frame[name])))


def _seed(outcome: Any) -> int:
    return int(outcome.trial.arguments["seed"])


def _errors(runs: Runs, rate: float, hidden: int = WIDEST) -> dict[int, float]:
    return _all(runs, "validation_error", rate, hidden)


def _diverged(runs: Runs, rate: float, hidden: int = WIDEST) -> dict[int, float]:
    """Seed → 1 for a run that diverged, 0 for one that did not."""
    return {_seed(o): float(o.state is State.DIVERGED) for o in runs.where(rate=rate, hidden=hidden).finished()}


def _history(runs: Runs) -> pd.DataFrame:
    """The rows of all progress tables, accuracies in per cent, and a last one of NaN losses for each run that diverged."""
    import pandas as pd

    rows = [pd.DataFrame(_lines(outcome)).assign(**outcome.trial.condition) for outcome in runs.finished()]
    return pd.concat(rows, ignore_index=True)


COLUMNS = ("epoch", "iteration", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy")


def _lines(outcome: Any) -> list[dict[str, float]]:
    """One progress table: a row every 50 iterations and at the end."""
    result = outcome.result
    history = {name: result.history.get(name, []) for name in COLUMNS}
    lines = [dict(zip(COLUMNS, values)) for values in zip(*history.values())]
    if outcome.state is State.DIVERGED:
        batches = math.ceil(outcome.trial.arguments["train_examples"] / outcome.trial.arguments["recipe"].batch_size)
        at = result.scalars["iterations"] + 1
        errors = {f"{part}_accuracy": 1 - result.scalars[f"{part}_error"] for part in ("train", "validation")}
        lines.append({"epoch": at / batches, "iteration": at, "train_loss": math.nan, "validation_loss": math.nan, **errors})
    return [{**line, **{name: 100 * line[name] for name in COLUMNS if "accuracy" in name}} for line in lines]


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Training loss and validation error every 50 iterations, a line a rate, at the greatest width."""
    history = _history(runs).assign(name=lambda frame: frame["rate"].map(_named))
    history = history.assign(validation_error=100 - history["validation_accuracy"])
    shown = history[(history["hidden"] == WIDEST) & history["train_loss"].notna()]
    look = {_named(rate): its for rate, its in plots.looks(RATES).items()}
    figure, axes = plots.canvas(plots.PAGE, 2.8, columns=2)
    for ax, column, label in zip(axes[0], ("train_loss", "validation_error"), ("training loss, nats", "validation error, %")):
        with plots.style():
            ax.set(xlabel="iteration", ylabel=label, yscale="log" if column == "train_loss" else "linear")
        plots.learning_curves(ax, shown, "iteration", column, "name", look)
        low, high = ax.get_ylim()
        room = (low, high * (high / low) ** 0.15) if column == "train_loss" else (0, 1.2 * shown[column].max())
        ax.set(xlim=(0, None), ylim=room)  # above, for the mark of runs that diverge at once
        plots.label_ends(ax)
        for rate in RATES:
            _mark(ax, runs, rate, history)
    lost = {rate: sum(_diverged(runs, rate).values()) for rate in RATES}
    said = "; ".join(
        f"{count:.0f} of {len(_diverged(runs, rate))} at rate {plain(rate)}" for rate, count in lost.items() if count
    )
    worst = max((rate for rate in RATES if not lost[rate]), key=lambda rate: mean(_errors(runs, rate)), default=None)
    high = "" if worst is None else f" Among rates whose loss stays finite, {plain(worst)} ends with the highest error. "
    return Figure(
        figure,
        caption=f"Training loss (logarithmic scale) and validation error of the net with H = {WIDEST}, mean and range over "
        f"seeds, every {EVERY} iterations.{high}A cross marks where runs diverged: {said or 'none did'}.",
        alt="Mean validation error at the end: "
        + "; ".join(f"{mean(_errors(runs, rate)):.1%} at rate {plain(rate)}" for rate in RATES if not lost[rate])
        + f". Diverged: {said or 'none'}.",
        data=history[["rate", "hidden", "seed", *COLUMNS]],
    )


def _named(rate: float) -> str:
    return f"rate {plain(rate)}"


def _mark(ax: Axes, runs: Runs, rate: float, history: pd.DataFrame) -> None:
    """A cross at the mean iteration at which the runs of this rate diverged, if any did."""
    lost = history[(history["rate"] == rate) & (history["hidden"] == WIDEST) & history["train_loss"].isna()]
    if len(lost):
        runs_lost = f"{len(lost)} of {len(_diverged(runs, rate))}"
        plots.mark_diverged(ax, float(lost["iteration"].mean()), f"rate {plain(rate)}: {runs_lost} diverged")


def final(runs: Runs) -> Figure:
    """The validation error of every setting, a mark a seed, beside what W3 reports."""
    figure, axes = plots.canvas(plots.PAGE, 2.7, columns=2, sharey=True)
    finite = [rate for rate in RATES if not all(_diverged(runs, rate).values())]
    seen = {(rate, hidden): _errors(runs, rate, hidden) for rate, hidden in SETTINGS if rate in finite}
    top = 100 * max(max(errors.values()) for errors in seen.values())
    with plots.style():
        axes[0, 0].set(xscale="log", xlabel=f"learning rate, H = {WIDEST}", ylabel="validation error, %", ylim=(0, 1.15 * top))
        axes[0, 1].set(xlabel=f"hidden units H, rate {plain(USUAL)}", xticks=HIDDEN)
    _draw_settings(axes[0, 0], {rate: seen[rate, WIDEST] for rate in finite}, {r: REPORTED_RATES[r] for r in finite})
    _draw_settings(axes[0, 1], {hidden: seen[USUAL, hidden] for hidden in HIDDEN if USUAL in finite}, REPORTED_HIDDEN)
    lost = [f"rate {plain(rate)}: diverged" for rate in RATES if rate not in finite]
    axes[0, 0].set_xlim(min(finite) / 1.5, 1.5 * max(finite))  # one far away would squeeze the others together
    with plots.style():
        axes[0, 0].annotate("\n".join(lost), (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=7.6)
        handles, names = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    near = {rate: mean(_errors(runs, rate)) for rate in (LOW, MIDDLE, USUAL)}
    best = min(near, key=lambda rate: near[rate])
    return Figure(
        figure,
        caption="Validation error at the end, a mark a seed, seeds joined by thin lines, beside the numbers of W3. Among "
        f"{plain(LOW)}, {plain(MIDDLE)} and {plain(USUAL)}, the lowest mean is that of {plain(best)}, {near[best]:.1%}.",
        alt="Mean validation error: "
        + "; ".join(f"{mean(errors):.1%} at rate {plain(rate)}, H = {hidden}" for (rate, hidden), errors in seen.items())
        + ".",
        data=runs.frame(),
    )


def _draw_settings(ax: Axes, errors: Mapping[Any, Mapping[int, float]], reported: Mapping[Any, float]) -> None:
    """Errors by setting: marks and a thin line a seed, and the reported numbers as squares."""
    settings = list(errors)
    with plots.style():
        for place, seed in enumerate(sorted({seed for found in errors.values() for seed in found})):
            values = [100 * errors[setting].get(seed, math.nan) for setting in settings]
            look: dict[str, Any] = {"color": plots.COLOURS[0], "linewidth": 0.5, "marker": "o", "markersize": 3, "alpha": 0.7}
            ax.plot(settings, values, label="ours" if place == 0 else "_", linestyle="-", **look)
        theirs: dict[str, Any] = {
            "color": plots.COLOURS[1],
            "marker": "s",
            "markersize": 4.4,
            "markerfacecolor": "none",
            "linestyle": "none",
        }
        ax.plot(list(reported), list(reported.values()), label="reported by W3", **theirs)


# --- tables --------------------------------------------------------------------------------------------------------

_PROGRESS = (
    Column("epoch", "epoch"),
    Column("iteration", "iteration"),
    Column("train_loss", "training loss, nats"),
    Column("validation_loss", "validation loss, nats"),
    Column("train_accuracy", "training accuracy, %"),
    Column("validation_accuracy", "validation accuracy, %"),
)


def progress(runs: Runs, settings: Sequence[tuple[float, int]]) -> Table:
    """The progress tables of one seed, below each other."""
    rows: list[tuple[Any, ...]] = []
    seeds = sorted({_seed(outcome) for outcome in runs.finished()})
    for rate, hidden in settings:
        outcome = runs.where(rate=rate, hidden=hidden, seed=seeds[0]).finished().outcomes[0]
        for place, line in enumerate(_lines(outcome)):
            first = (f"{plain(rate)}", str(hidden)) if place == 0 else ("", "")
            rows.append((*first, *_progress_cells(line)))
    columns = (Column("rate", "rate"), Column("hidden", "H"), *_PROGRESS)
    return Table(
        columns,
        tuple(rows),
        caption=f"Progress every {EVERY} iterations and at the end, seed {seeds[0]}; training loss and accuracy are of as many "
        "training digits as there are validation digits. A net whose outputs are NaN is credited with the digits of the first "
        "class, which is what the largest of ten NaN is taken to be.",
        seeds=1,
    )


def _progress_cells(line: Mapping[str, float]) -> tuple[Any, ...]:
    losses = (_loss(line[name]) for name in ("train_loss", "validation_loss"))
    accuracies = (f"{line[name]:.1f}" for name in ("train_accuracy", "validation_accuracy"))
    return (math.ceil(line["epoch"] - 1e-9), int(line["iteration"]), *losses, *accuracies)


def _loss(loss: float) -> str:
    if math.isnan(loss):
        return "diverged"
    return f"{loss:.4f}" if loss < 1000 else f"{loss:.1e}".replace("e+0", "e").replace("e+", "e")


def errors(runs: Runs) -> Table:
    """The validation error of every setting beside the reported one, with both readings of a net that diverged."""
    columns = (
        Column("rate", "rate"),
        Column("hidden", "H"),
        Column("parameters", "parameters"),
        Column("reported", "W3: validation error, %", digits=2),
        Column("ours", "ours, %"),
        Column("diverged", "runs diverged"),
    )
    rows = []
    for rate, hidden in SETTINGS:
        reported = REPORTED_RATES[rate] if hidden == WIDEST else REPORTED_HIDDEN[hidden]
        lost = _diverged(runs, rate, hidden)
        ours = "diverged" if all(lost.values()) else value_of(_errors(runs, rate, hidden), scale=100, digits=1)
        count = f"{sum(lost.values()):.0f} of {len(lost)}"
        rows.append((f"{plain(rate)}", hidden, parameters(NETS[f"H = {hidden}"]), reported, ours, count))
    again = f"W3 reports rate {plain(USUAL)} with H = {WIDEST} twice: {REPORTED_RATES[USUAL]:.2f} % among the rates, "
    return Table(
        columns,
        tuple(rows),
        caption=f"Validation error at the end (mean ± standard deviation over seeds). "
        f"{again}{REPORTED_HIDDEN[WIDEST]:.2f} % among the widths.",
    )


# --- claims --------------------------------------------------------------------------------------------------------

POINTS: dict[str, Any] = {"unit": "points", "scale": 100}


def diverges(runs: Runs) -> Verdict:
    return at_least(_diverged(runs, FAR_TOO_LARGE), 1, unit="%", scale=100, what="share of runs that diverged")


def loss_grows(runs: Runs) -> Verdict:
    """By the logarithm, since losses differ by orders of magnitude; one that is not finite counts as the largest float."""
    powers = {}
    for outcome in runs.where(rate=LARGE, hidden=WIDEST).finished():
        assert outcome.result is not None
        loss = float(outcome.result.scalars.get("train_loss", math.inf))  # type: ignore[arg-type]
        powers[_seed(outcome)] = math.log10(min(loss, float(np.finfo(np.float32).max)))
    return at_least(powers, math.log10(HUGE), what="mean decimal logarithm of the training loss at the end")


def large_rate_errs(runs: Runs) -> Verdict:
    one, other = _errors(runs, LARGE), _errors(runs, USUAL)
    return greater(one, other, margin=5 * POINT, **POINTS, what="mean difference in validation error")


def slow_rate_errs(runs: Runs) -> Verdict:
    return greater(_errors(runs, TOO_SLOW), _errors(runs, LOW), **POINTS, what="mean difference in validation error")


def dip(runs: Runs) -> Verdict:
    """X12, as W3's numbers have it."""
    middle = _errors(runs, MIDDLE)
    return all_of(*(greater(middle, _errors(runs, rate), **_less_neighbour(rate)) for rate in (LOW, USUAL)))


def dip_smaller(runs: Runs) -> Verdict:
    """Than W3's, to either side."""
    middle = _errors(runs, MIDDLE)
    return all_of(
        *(less(middle, _errors(runs, rate), margin=-_w3_less(MIDDLE, rate), **_less_neighbour(rate)) for rate in (LOW, USUAL))
    )


def _w3_less(one: float, other: float) -> float:
    return (REPORTED_RATES[one] - REPORTED_RATES[other]) / 100


def neighbours_agree(runs: Runs) -> Verdict:
    middle = _errors(runs, MIDDLE)
    return all_of(*(equal_within(middle, _errors(runs, rate), POINT, **_less_neighbour(rate)) for rate in (LOW, USUAL)))


def _less_neighbour(rate: float) -> dict[str, Any]:
    return {**POINTS, "what": f"mean difference in validation error, rate {plain(MIDDLE)} less rate {plain(rate)}"}


def one_in_ten(runs: Runs) -> Verdict:
    """X11: over the runs that diverged, by the rule that reads all others."""
    lost = _diverged(runs, FAR_TOO_LARGE)
    read = {seed: error for seed, error in _errors(runs, FAR_TOO_LARGE).items() if lost[seed]}
    return within(read, 0.87, 0.93, unit="%", scale=100, what="mean validation error of the diverged runs")


def above_w3(runs: Runs) -> Verdict:
    twice = 2 * REPORTED_RATES[USUAL] / 100
    return at_least(_errors(runs, USUAL), twice, unit="%", scale=100, what="mean validation error")


def narrow_errs(runs: Runs) -> Verdict:
    one, other = _errors(runs, USUAL, NARROWEST), _errors(runs, USUAL, WIDEST)
    return greater(one, other, **POINTS, what="mean difference in validation error")


def width_gains_less(runs: Runs) -> Verdict:
    one, other = _errors(runs, USUAL, NARROWEST), _errors(runs, USUAL, WIDEST)
    theirs = (REPORTED_HIDDEN[NARROWEST] - REPORTED_HIDDEN[WIDEST]) / 100
    return less(one, other, margin=-theirs, **POINTS, what="mean difference in validation error")


def _given(runs: Runs, name: str) -> int:
    return int(runs.where(rate=USUAL, hidden=WIDEST).outcomes[0].trial.arguments[name])


def _recipe(runs: Runs) -> Recipe:
    return runs.where(rate=USUAL, hidden=WIDEST).outcomes[0].trial.arguments["recipe"]  # type: ignore[no-any-return]


# --- values, and what was reported ---------------------------------------------------------------------------------


def sampling_error(error: float, digits: int = VALIDATION_DIGITS) -> float:
    """The standard deviation of an error counted on so many digits, in points, if the long-run error is ``error`` %."""
    return math.sqrt(error * (100 - error) / digits)


def _difference_by_chance(runs: Runs) -> Value:
    del runs
    two = math.hypot(sampling_error(REPORTED_RATES[LOW]), sampling_error(REPORTED_RATES[MIDDLE]))
    return Value(
        two,
        "points",
        1,
        origin=f"standard deviation of a difference of two errors of W3's size, {VALIDATION_DIGITS} digits each",
    )


def _spread_of_seeds(runs: Runs) -> Value:
    """The largest minus the smallest error over the seeds, averaged over the three neighbouring rates."""
    ranges = [100 * (max(found) - min(found)) for found in (_errors(runs, rate).values() for rate in (LOW, MIDDLE, USUAL))]
    seeds = len(_errors(runs, MIDDLE))
    return Value(sum(ranges) / 3, "points", 1, n=seeds, origin="range of validation errors over seeds, mean of three rates")


def _error_value(runs: Runs, rate: float, hidden: int) -> Value:
    return value_of(
        _errors(runs, rate, hidden), unit="%", scale=100, origin=f"validation error, rate {plain(rate)}, H = {hidden}"
    )


def _unread_value(runs: Runs) -> Value:
    return value_of(
        _all(runs, "unread", FAR_TOO_LARGE), unit="%", scale=100, digits=0, origin="validation digits without an answer"
    )


def _reported(rate: float, hidden: int, number: float, what: str) -> Reported:
    tolerance = max(2 * sampling_error(number), 0.5)  # two standard deviations of W3's count
    return Reported(what, number, "W3", partial(_error_value, rate=rate, hidden=hidden), tolerance)


def _plain(number: float, unit: str, digits: int, origin: str) -> partial[Value]:
    return partial(_stated, Value(number, unit, digits, origin=origin))


def _stated(value: Value, runs: Runs) -> Value:
    del runs
    return value


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
        "progress": partial(progress, settings=((USUAL, WIDEST), (FAR_TOO_LARGE, WIDEST))),
        "all_progress": partial(progress, settings=SETTINGS),
        "errors": errors,
    },
    claims={
        "diverges": Claim(f"At rate {plain(FAR_TOO_LARGE)} every run diverges: its loss becomes NaN.", diverges),
        "loss_grows": Claim(
            f"At rate {plain(LARGE)} the training loss ends above a million nats, on the geometric mean over the seeds.",
            loss_grows,
        ),
        "large_rate_errs": Claim(
            f"Rate {plain(LARGE)} is too large: its validation error is over five points above that of rate {plain(USUAL)}.",
            large_rate_errs,
        ),
        "slow_rate_errs": Claim(
            f"Rate {plain(TOO_SLOW)} is too small: its validation error is above that of rate {plain(LOW)}.", slow_rate_errs
        ),
        "dip": Claim(f"The error at rate {plain(MIDDLE)} is above those at both {plain(LOW)} and {plain(USUAL)}.", dip),
        "dip_smaller": Claim("By neither neighbour is it as far above as in W3.", dip_smaller),
        "neighbours_agree": Claim(
            f"The error at rate {plain(MIDDLE)} is within one point of those at {plain(LOW)} and {plain(USUAL)}.",
            neighbours_agree,
        ),
        "one_in_ten": Claim(
            "Read by the same rule as all others, a net that diverged is wrong on about nine digits in ten, not on all.",
            one_in_ten,
        ),
        "above_w3": Claim(
            f"At rate {plain(USUAL)} with H = {WIDEST}, our validation error is at least twice that of W3.", above_w3
        ),
        "narrow_errs": Claim(
            f"At rate {plain(USUAL)}, a net with H = {NARROWEST} has a higher validation error than one with H = {WIDEST}.",
            narrow_errs,
        ),
        "width_gains_less": Claim("The difference is smaller than in W3.", width_gains_less),
    },
    values={
        "w3_low": _plain(REPORTED_RATES[LOW], "%", 2, f"reported by W3 for rate {plain(LOW)}"),
        "w3_middle": _plain(REPORTED_RATES[MIDDLE], "%", 2, f"reported by W3 for rate {plain(MIDDLE)}"),
        "w3_usual": _plain(REPORTED_RATES[USUAL], "%", 2, f"reported by W3 for rate {plain(USUAL)}, among the rates"),
        "w3_usual_again": _plain(REPORTED_HIDDEN[WIDEST], "%", 2, f"reported by W3 for rate {plain(USUAL)}, among the widths"),
        "w3_digits": _plain(VALIDATION_DIGITS, "", 0, "validation digits of W3"),
        "rate_middle": _plain(MIDDLE, "", 4, "a rate of E12"),
        "rate_usual": _plain(USUAL, "", 3, "a rate of E12"),
        "rate_far_too_large": _plain(FAR_TOO_LARGE, "", 0, "a rate of E12"),
        "momentum": lambda runs: Value(MOMENTUM, digits=1, origin="momentum of the trials of E12"),
        "batch": lambda runs: Value(_recipe(runs).batch_size, digits=0, origin="digits in a batch of E12"),
        "epochs": lambda runs: Value(_recipe(runs).length.count, digits=0, origin="epochs of the trials of E12"),
        "train_digits": lambda runs: Value(_given(runs, "train_examples"), digits=0, origin="training digits of E12"),
        "digits_held": lambda runs: Value(_given(runs, "validation_examples"), digits=0, origin="validation digits of E12"),
        "widest": _plain(WIDEST, "", 0, "the greatest width of E12"),
        "difference_by_chance": _difference_by_chance,
        "spread_of_seeds": _spread_of_seeds,
        "unread": _unread_value,
        "diverged_error": partial(_error_value, rate=FAR_TOO_LARGE, hidden=WIDEST),
    },
    reported={
        **{
            f"rate_{place}": _reported(rate, WIDEST, REPORTED_RATES[rate], f"validation error at rate {plain(rate)}")
            for place, rate in enumerate(RATES[:-1])
        },
        "diverged": _reported(
            FAR_TOO_LARGE, WIDEST, REPORTED_RATES[FAR_TOO_LARGE], "validation error at a rate far too large (NaN)"
        ),
        **{
            f"hidden_{hidden}": _reported(USUAL, hidden, number, f"validation error with H = {hidden}")
            for hidden, number in REPORTED_HIDDEN.items()
        },
    },
)
