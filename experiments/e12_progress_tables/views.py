"""What E12 shows: curves by rate, errors beside those of W3, and progress tables."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.e12_progress_tables.trials import (
    COLUMNS, EVERY, HIDDEN, LOW, MIDDLE, RATES, SETTINGS, USUAL, WIDEST, diverged, errors, lines, lost, trained,
)  # fmt: skip
from experiments.e12_progress_tables.w3 import BY_RATE, BY_WIDTH
from experiments.measures import named, plain
from report import plots
from report.model import Column, Figure, MissingResult, Runs, Table, tabulate
from report.seeds import Seeds
from report.stats import mean

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def tables_of(runs: Runs) -> pd.DataFrame:
    """The progress tables of these runs below each other, with tags and seed as columns."""
    import pandas as pd

    return pd.concat([pd.DataFrame(lines(run)).assign(**run.trial.condition) for run in runs.finished()], ignore_index=True)


def curves(runs: Runs) -> Figure:
    """Training loss and validation error every 50 iterations, a line a rate, at the greatest width."""
    history = tables_of(trained(runs))
    history = history.assign(validation_error=100 - history["validation_accuracy"])
    shown = history[(history["hidden"] == WIDEST) & history["train_loss"].notna()]
    gone = history[(history["hidden"] == WIDEST) & history["train_loss"].isna()]
    ends = {rate: gone[gone["rate"] == rate]["iteration"].mean() for rate in RATES if rate in set(gone["rate"])}
    figure, axes = plots.canvas(plots.PAGE, 2.2, columns=2)
    for ax, column, label in zip(axes[0], ("train_loss", "validation_error"), ("training loss, nats", "validation error, %")):
        ax.set(xlabel="iteration", ylabel=label, yscale="log" if column == "train_loss" else "linear")
        plots.learning_curves(ax, shown, "iteration", column, "rate", plots.looks(RATES), named)
        low, high = ax.get_ylim()
        room = (low, high * (high / low) ** 0.15) if column == "train_loss" else (0, 1.2 * shown[column].max())
        ax.set(ylim=room)  # above, for the mark of runs that diverge at once
        plots.label_ends(ax)
        for rate, iteration in ends.items():
            gone_by = f"rate {plain(rate)}: {lost(runs, rate)} diverged by iteration {iteration:.0f}"
            plots.mark_diverged(ax, max(iteration, shown["iteration"].min()), gone_by)
    said = "; ".join(f"{lost(runs, rate)} at rate {plain(rate)}" for rate in ends)
    errs = {rate: mean(errors(runs, rate)) for rate in RATES if rate not in ends}
    ordered = [f"{error:.1%} at rate {plain(rate)}" for rate, error in sorted(errs.items(), key=lambda item: item[1])]
    told = f" At the end the error is from {ordered[0]} to {ordered[-1]}." if ordered else ""
    return Figure(
        figure,
        caption=f"Training loss (logarithmic scale) and validation error of the net with H = {WIDEST}, mean and range over "
        f"seeds, every {EVERY} iterations and at the end.{told} A cross stands for runs that diverged: {said or 'none did'}.",
        alt="Mean validation error at the end: "
        + "; ".join(f"{error:.1%} at rate {plain(rate)}" for rate, error in errs.items())
        + f". Diverged: {said or 'none'}.",
        data=history[["rate", "hidden", "seed", *COLUMNS]],
    )


def final(runs: Runs) -> Figure:
    """The validation error of every setting, a mark a seed, beside what W3 reports."""
    figure, axes = plots.canvas(plots.PAGE, 2.1, columns=2, sharey=True)
    finite = [rate for rate in RATES if not all(diverged(runs, rate).values())]
    if not finite:
        raise MissingResult("every run diverged")
    seen = {(rate, hidden): errors(runs, rate, hidden) for rate, hidden in SETTINGS if rate in finite}
    top = 100 * max(max(found.values()) for found in seen.values())
    by_rate, by_width = axes[0]
    by_rate.set(xscale="log", xlabel=f"learning rate, H = {WIDEST}", ylabel="validation error, %", ylim=(0, 1.15 * top))
    by_width.set(xlabel=f"hidden units H, rate {plain(USUAL)}", xticks=HIDDEN)
    draw_settings(by_rate, {rate: seen[rate, WIDEST] for rate in finite}, BY_RATE)
    draw_settings(by_width, {hidden: seen[USUAL, hidden] for hidden in HIDDEN if USUAL in finite}, BY_WIDTH)
    by_rate.set_xlim(min(finite) / 1.5, 1.5 * max(finite))  # one far away would squeeze the others together
    gone = "\n".join(f"rate {plain(rate)}: diverged" for rate in RATES if rate not in finite)
    by_rate.annotate(gone, (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=7.6)
    handles, names = by_rate.get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    said = "; ".join(f"{mean(found):.1%} at rate {plain(rate)}, H = {hidden}" for (rate, hidden), found in seen.items())
    near = [f"{mean(errors(runs, rate)):.1%} at rate {plain(rate)}" for rate in (LOW, MIDDLE, USUAL) if rate in finite]
    return Figure(
        figure,
        caption="Validation error at the end, a mark a seed, seeds joined by thin lines, beside the numbers of W3."
        + f" In the mean: {'; '.join(near)}." * bool(near),
        alt=f"Mean validation error: {said}.",
        data=trained(runs).frame(),
    )


def draw_settings(ax: Axes, found: Mapping[Any, Seeds], reported: Mapping[Any, float]) -> None:
    """Errors by setting: marks and a thin line a seed, and the reported numbers as squares."""
    for place, seed in enumerate(sorted(set().union(*found.values()))):
        values = [100 * seeds.get(seed, math.nan) for seeds in found.values()]
        look: dict[str, Any] = {"color": plots.INK, "linewidth": 0.5, "marker": "o", "markersize": 3, "alpha": 0.7}
        ax.plot(list(found), values, label="ours" if place == 0 else "_", linestyle="-", **look)
    square: dict[str, Any] = {"marker": "s", "markersize": 4.4, "markerfacecolor": "none", "linestyle": "none"}
    ax.plot(list(reported), list(reported.values()), label="reported by W3", color=plots.INK, **square)


def all_progress(runs: Runs) -> Figure:
    """The progress of one seed at every setting, each in a panel of its own; its tables are the data."""
    seed = min(run.seed for run in trained(runs).finished())
    history = tables_of(trained(runs).where(seed=seed))
    lasts = []
    figure, axes = plots.canvas(plots.PAGE, 2.3, 2, len(SETTINGS), sharex=True, sharey="row")
    for (rate, hidden), column in zip(SETTINGS, axes.T):
        part = history[(history["rate"] == rate) & (history["hidden"] == hidden)]
        column[0].set_title(f"{plain(rate)}\nH = {hidden}", fontsize=7.6)
        if part.empty:  # of this seed there is no run
            continue
        last = part.iloc[-1]
        lasts.append(
            f"rate {plain(rate)}, H = {hidden}: {loss_text(last['validation_loss'])}, {last['validation_accuracy']:.1f} %"
        )
        if diverged(runs, rate, hidden).get(seed):
            column[0].text(0.5, 0.5, "diverged", transform=column[0].transAxes, ha="center", fontsize=7.6)
            continue
        for ax, measure in zip(column, ("loss", "accuracy")):
            for name, dashes in (("train", ":"), ("validation", "-")):
                look = {"color": plots.INK, "linestyle": dashes, "marker": ".", "markersize": 3}
                ax.plot(part["iteration"], part[f"{name}_{measure}"], label=name, **look)
    axes[0, 0].set(ylabel="loss, nats", yscale="log")
    axes[1, 0].set(ylabel="accuracy, %")
    axes[1, 0].set(xlabel="iteration")
    lines_drawn = [line for ax in axes[0] for line in ax.get_lines()][:2]
    figure.legend(lines_drawn, ("training", "validation"), loc="outside lower right", ncols=2)
    return Figure(
        figure,
        caption=f"Progress at every rate and width, as MATLAB would print it: a point every {EVERY} iterations and at the end, "
        f"seed {seed}. Losses on a logarithmic scale; training loss and accuracy are of as many digits as there are validation "
        "digits. The figure's data are the tables.",
        alt=f"Last validation loss in nats, and accuracy: {'; '.join(lasts)}.",
        data=history[["rate", "hidden", "seed", *COLUMNS]],
        seeds=1,
    )


def progress(runs: Runs, settings: Sequence[tuple[float, int]]) -> Table:
    """The progress tables of one seed, below each other."""
    seed = min(run.seed for run in trained(runs).finished())
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
