"""What E8 shows: curves on few digits and on all, the gap by the number of digits, and the sweep of the keep probability."""

from __future__ import annotations

from itertools import product

from experiments.e08_overfitting.trials import (
    FAST,
    FEW,
    FEWER,
    LINES,
    METRICS,
    NETS,
    RATE,
    REPORTED,
    by_digits,
    few,
    gap,
    most,
)
from experiments.looks import TUTORIAL
from experiments.measures import in_percent
from experiments.nets import parameters
from report import plots
from report.model import (
    Column,
    Figure,
    Runs,
    Table,
    tabulate,
)
from report.numbers import number_text
from report.stats import NATS, PERCENT, POINTS, mean, value_of

# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy and cross-entropy by iteration, on 250 digits and on all, with the gap between test and training shaded."""
    most = runs.values_of("digits")[-1]
    history = in_percent(runs.where(rate=RATE).history())
    history = history[history["digits"].isin([FEW, most])]
    figure, axes = plots.canvas(plots.PAGE, 3.1, rows=2, columns=2, sharex="col", sharey="row")
    for (column, digits), (row, (metric, label)) in product(enumerate((FEW, most)), enumerate(METRICS.items())):
        ax, part = axes[row, column], history[history["digits"] == digits]
        plots.train_and_test(ax, part, "iteration", metric, "net", LINES)
        means = part[part["net"] == TUTORIAL].groupby("iteration")[[f"train_{metric}", f"test_{metric}"]].mean()
        ax.fill_between(means.index, *means.T.to_numpy(), color=LINES[TUTORIAL].colour, alpha=0.08, linewidth=0)
        ax.set_title(f"{number_text(digits)} digits" if row == 0 else "")
        ax.set(ylabel=label if column == 0 else "", xlabel="iteration" if row == 1 else "")
    for ax in axes.flat:
        plots.label_ends(ax)
    ends = {(n, part): f"{mean(by_digits(runs)[n][f'{part}_accuracy']):.1%}" for n in (FEW, most) for part in ("train", "test")}
    return Figure(
        figure,
        caption="Learning curves: test digits solid, training digits dotted, the gap of the tutorial net shaded; means over "
        f"seeds, with the range for test digits. On {FEW} digits it ends at {ends[FEW, 'train']} of its "
        f"training digits and {ends[FEW, 'test']} of the test digits; on {number_text(most)} at {ends[most, 'train']} and "
        f"{ends[most, 'test']}.",
        alt="Four panels, accuracy and cross-entropy by iteration on few and on all digits. Test accuracy at the end: "
        f"tutorial net {ends[FEW, 'test']} on {FEW} digits and {ends[most, 'test']} on {number_text(most)}; "
        f"with fewer parameters {mean(few(runs, FEWER)['test_accuracy']):.1%} on {FEW}.",
        data=history,
    )


def gaps(runs: Runs) -> Figure:
    """The generalisation gap, in accuracy and in cross-entropy, against the number of training digits."""
    points = {digits: 100 * gap(part) for digits, part in by_digits(runs).items()}
    nats = {digits: gap(part, "loss") for digits, part in by_digits(runs).items()}
    figure, axes = plots.canvas(plots.PAGE, 1.9, columns=2)
    labels = ("gap in accuracy, points", "gap in cross-entropy, nats")
    for ax, found, label in zip(axes[0], (points, nats), labels):
        ax.set(xscale="log", xlabel="training digits", ylabel=label)
        plots.seeds_and_mean(ax, found, LINES[TUTORIAL])
        ax.set_ylim(min(0, ax.get_ylim()[0]), None)
        ax.set_xticks(list(found), [number_text(digits) for digits in found])
        ax.minorticks_off()
    most = max(points)
    return Figure(
        figure,
        caption="The gap of the tutorial net, training minus test accuracy and test minus training cross-entropy, against "
        "the number of digits that it is trained on (logarithmic scale), a mark a seed, the line through the means: "
        f"{mean(points[FEW]):.1f} points on {FEW} digits, {mean(points[most]):.1f} on {number_text(most)}.",
        alt=f"Gap in accuracy: {'; '.join(f'{mean(found):.1f} points on {n} digits' for n, found in points.items())}. "
        f"In cross-entropy: {'; '.join(f'{mean(found):.3f} nats on {n}' for n, found in nats.items())}.",
        data=runs.where(net=TUTORIAL, rate=RATE).frame(),
    )


def sweep(runs: Runs) -> Figure:
    """Test accuracy and cross-entropy against the keep probability."""
    dropped = runs.where(rate=FAST)
    figure, axes = plots.canvas(plots.PAGE, 1.9, columns=2)
    for ax, (metric, label), scale in zip(axes[0], METRICS.items(), (100, 1)):
        found = {keep: scale * part[f"test_{metric}"] for keep, part in dropped.by("keep").items()}
        ax.set(xlabel="keep probability (one: no dropout)", ylabel=f"test {label}", xlim=(0, 1.05))
        ax.axhline(mean(found[1.0]), color=plots.INK, linewidth=0.6, linestyle=":")
        plots.seeds_and_mean(ax, found, LINES[TUTORIAL])
    means = {keep: mean(part["test_accuracy"]) for keep, part in dropped.by("keep").items()}
    best = max(means, key=lambda keep: means[keep])
    return Figure(
        figure,
        caption=f"The tutorial net on {FEW} digits under dropout, a mark a seed, the line through the means; dotted, the mean "
        f"without dropout. At a keep probability of {best:g} that is {means[best]:.1%}, without dropout {means[1.0]:.1%}.",
        alt="Mean test accuracy: " + "; ".join(f"{value:.1%} at keep {keep:g}" for keep, value in means.items()) + ".",
        data=dropped.frame(),
    )


# --- tables --------------------------------------------------------------------------------------------------------

COLUMNS = (
    Column("train", "training, %", of=lambda runs: value_of(runs["train_accuracy"], PERCENT)),
    Column("test", "test, %", of=lambda runs: value_of(runs["test_accuracy"], PERCENT)),
    Column("gap", "gap, points", of=lambda runs: value_of(gap(runs), POINTS)),
    Column("test_loss", "test loss, nats", of=lambda runs: value_of(runs["test_loss"], NATS, 3)),
)
SHOWN = "accuracy on its training digits and on test digits, the gap between the two, and test cross-entropy"


def final(runs: Runs) -> Table:
    """W2's three trainings beside ours."""
    theirs = {(TUTORIAL, FEW): REPORTED["few"], (FEWER, FEW): REPORTED["fewer"]}
    columns = (
        Column("net", "net", align="left"),
        Column("parameters", "parameters", of=lambda runs: parameters(NETS[runs.tag("net")])),
        Column("digits", "digits"),
        *COLUMNS,
        Column(
            "reported", "W2: test, %", 2, of=lambda runs: theirs.get((runs.tag("net"), runs.tag("digits")), REPORTED["all"])
        ),
    )
    caption = f"Where W2's three trainings end, without dropout: {SHOWN} (mean ± standard deviation over seeds)."
    return tabulate((most(runs), few(runs), few(runs, FEWER)), columns, caption)


def by_keep(runs: Runs) -> Table:
    """Where the tutorial net ends under dropout."""
    columns = (Column("keep", "keep probability", of=lambda runs: f"{runs.tag('keep'):g}"), *COLUMNS)
    what = f"The tutorial net on {FEW} digits under dropout, at rate {FAST:g}: {SHOWN}. The first row is without dropout."
    return tabulate(reversed(runs.where(rate=FAST).by("keep").values()), columns, what)
