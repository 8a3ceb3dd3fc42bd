"""E10: logistic regression on two Gaussian classes, its layers written by hand, at four learning rates.

W3's data are not given. Ours are two normal distributions with one covariance, two standard deviations apart, so that the
best possible error is Φ(−1), between the two errors that W3 reports, and the best possible classifier is a straight line.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.training_by_hand import LATE, LOGISTIC, NEAR, RAW, STANDARDISED, descend_on_points
from experiments.two_gaussians import CENTRE, bayes_error
from report import plots, stats
from report.model import Budget, Claim, Column, Experiment, Figure, Measure, Runs, Table, Trial, Value, Verdict, tabulate
from report.seeds import PERCENT, PLAIN, POINTS, SHARE, Seeds, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NETS = {"logistic": LOGISTIC}

TOO_SLOW, GOOD, CALLED_SLOW, LARGE = 0.0003, 0.02, 0.03, 2.0
RATES = (TOO_SLOW, GOOD, CALLED_SLOW, LARGE)
ITERATIONS = 5000
EXAMPLES = 200  # for training, and as many again for testing
REST = 0.01  # nats: a loss that swings less is at rest
SWINGS = 4  # neighbours on either side, of the iterations kept, over which a loss that swings is drawn
POINT = 0.01  # one percentage point, as a share


# --- the trials ----------------------------------------------------------------------------------------------------


def trials(budget: Budget) -> Sequence[Trial]:
    """Each rate on both kinds of features. So cheap that budgets differ in the number of seeds alone."""
    return [
        Trial(
            descend_on_points,
            {"seed": seed, "rate": rate, "features": features, "iterations": ITERATIONS, "examples": EXAMPLES},
            tags={"rate": rate, "features": features},
        )
        for seed in budget.seeds(budget.pick(smoke=2, quick=5, full=20))
        for features in (RAW, STANDARDISED)
        for rate in RATES
    ]


# --- figures -------------------------------------------------------------------------------------------------------


def _at(runs: Runs, rate: float, features: str = RAW) -> Runs:
    return runs.where(rate=rate, features=features)


def loss_figure(runs: Runs) -> Figure:
    """The training loss of every rate, on raw and on standardised features."""
    history = runs.history()
    history = history[history["iteration"] > 0]
    least = runs.frame()["least_loss"].mean()
    look = plots.looks(RATES)
    figure, axes = plots.canvas(plots.PAGE, 2.1, columns=2, sharey=True)
    for ax, features in zip(axes[0], (RAW, STANDARDISED)):
        ax.set(xscale="log", xlim=(1, ITERATIONS), ylim=(0.2, 1.5), xlabel="iteration")
        ax.set_title(f"{features} features")
        ax.plot([1, ITERATIONS], [least, least], color=plots.INK, linewidth=0.6, linestyle="-")
        ax.annotate("least", (1, least), xytext=(2, -8), textcoords="offset points", fontsize=7.6)
        for rate in RATES:
            part = history[(history["features"] == features) & (history["rate"] == rate)]
            losses = part.pivot_table(index="seed", columns="iteration", values="train_loss")
            near = 0 if _rests(_at(runs, rate, features)) else SWINGS
            plots.band(ax, [int(column) for column in losses.columns], losses.to_numpy(), f"rate {rate:g}", look[rate], near)
        plots.label_ends(ax)
    axes[0, 0].set_ylabel("training loss (nats)")
    raw, standardised = ({rate: stats.mean(_at(runs, rate, f)["train_loss"]) for rate in RATES} for f in (RAW, STANDARDISED))
    caption = (
        "Training loss by iteration, mean and range over seeds, and over neighbouring iterations where it swings; the thin "
        "line is the least loss that any separating line has, in the mean over seeds; losses above the axes are cut off. Left "
        f"and right are the same points, in other units: rate {LARGE:g} ends at {raw[LARGE]:.2f} nats on raw features, and at "
        f"{standardised[LARGE]:.2f} on standardised ones."
    )
    listed, level = (", ".join(f"{end:.3f} at rate {r:g}" for r, end in ends.items()) for ends in (raw, standardised))
    alt = (
        f"Mean final training loss on raw features: {listed}; on standardised features: {level}; the least loss is {least:.3f}."
    )
    return Figure(figure, caption, alt, history)


def lines_figure(runs: Runs) -> Figure:
    """The points of one seed, and the separating line at a few iterations of each rate, paler the earlier."""
    import pandas as pd

    seed = min(run.seed for run in runs.finished())
    figure, axes = plots.canvas(plots.PAGE, 3.7, rows=2, columns=2, sharex=True, sharey=True)
    rows = []
    for ax, rate in zip(axes.flat, RATES):
        chosen = runs.where(rate=rate, features=RAW, seed=seed)
        _draw_points(ax, chosen.array("points"), chosen.array("labels"))
        for (iteration, line), strength in zip(_shown_lines(chosen).items(), (0.2, 0.35, 0.5, 0.7, 1.0, 1.0)):
            dashes = ":" if iteration == ITERATIONS - 1 else "-"
            width = 1.8 if iteration == ITERATIONS else 1.0
            _draw_line(ax, line, color=plots.INK, alpha=strength, linewidth=width, linestyle=dashes, label=str(iteration))
            rows.append({"rate": rate, "iteration": iteration, "w1": line[0], "w2": line[1], "b": line[2]})
        ax.set_title(f"rate {rate:g}: {100 * stats.mean(chosen['train_error']):.1f} % of points wrong at the end")
    for ax in axes[1]:
        ax.set_xlabel("feature $x_1$")
    for ax in axes[:, 0]:
        ax.set_ylabel("feature $x_2$")
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names), title="line after so many iterations")
    turns = {rate: _last_turn(runs.where(rate=rate, features=RAW, seed=seed)) for rate in RATES}
    caption = (
        f"The separating line over the training points of seed {seed}, raw features; the last line is heavy. {_movement(turns)}"
    )
    alt = "Two overlapping clouds of points and the lines that separated them, one panel a rate. " + " ".join(
        f"At rate {rate:g} the last step turns the line by {turn:.2f}°." for rate, turn in turns.items()
    )
    return Figure(figure, caption, alt, pd.DataFrame(rows), seeds=1)


def _shown_lines(chosen: Runs) -> dict[int, np.ndarray]:
    """Iteration → line: early ones on a logarithmic scale, and the last two."""
    iterations, lines, late = chosen.array("iterations"), chosen.array("lines"), chosen.array("late")
    places = [int(np.abs(iterations - wanted).argmin()) for wanted in (0, 10, 100, 1000)]
    return {**{int(iterations[place]): lines[place] for place in places}, ITERATIONS - 1: late[-2], ITERATIONS: late[-1]}


def _last_turn(chosen: Runs) -> float:
    """The angle by which the last step turns the line, in degrees."""
    before, after = chosen.array("late")[-2:, :2]
    cosine = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    return math.degrees(math.acos(min(1.0, max(-1.0, float(cosine)))))


def _movement(turns: dict[float, float]) -> str:
    most = max(turns, key=lambda rate: turns[rate])
    if turns[most] < 0.5:
        return "At every rate the line has come to rest, or moves too slowly to be seen."
    return f"At rate {most:g} it never comes to rest: even the last step turns it by {turns[most]:.1f}°."


def _draw_points(ax: Axes, points: np.ndarray, labels: np.ndarray) -> None:
    for label, marker, colour in ((0, "o", plots.COLOURS[6]), (1, "^", plots.COLOURS[7])):  # of no rate
        ax.plot(*points[:, labels == label], marker, color=colour, markersize=2.6, alpha=0.6, linestyle="none")
    margin = 0.06 * np.ptp(points, axis=1)
    low, high = points.min(axis=1) - margin, points.max(axis=1) + margin
    ax.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]))


def _draw_line(ax: Axes, line: np.ndarray, **look: Any) -> None:
    """w₁ x₁ + w₂ x₂ + b = 0, across the axes."""
    slope, offset = line[:2], line[2]
    near = CENTRE - slope * (slope @ CENTRE + offset) / (slope @ slope)
    ax.axline(tuple(near), tuple(near + np.array([-slope[1], slope[0]])), **look)


# --- tables and values ---------------------------------------------------------------------------------------------


def rates_table(runs: Runs) -> Table:
    """Every rate on both kinds of features: how near the least loss, how soon, how steady, and how often wrong."""
    columns = (
        Column("features", "Features", align="left"),
        Column("rate", "Rate", of=lambda these: f"{these.tag('rate'):g}"),
        Column(
            "above_least", "Loss above the least (%)", of=lambda these: stats.value_of(these["above_least"], PERCENT.unsigned)
        ),
        Column("near_after", f"Iterations to within {100 * NEAR:g} %", of=_soon),
        Column("swing", f"Swing over the last {LATE} (nats)", of=_steady),
        Column("train_error", "Training error (%)", of=lambda these: stats.value_of(these["train_error"], SHARE, 1)),
        Column("test_error", "Test error (%)", of=lambda these: stats.value_of(these["test_error"], SHARE, 1)),
    )
    caption = (
        f"Gradient descent for {ITERATIONS} iterations on {EXAMPLES} points, and the errors of the line it ends with "
        f"(mean ± standard deviation over seeds). A dash: not every run came within {100 * NEAR:g} % of the least loss. "
        f"No classifier can err less than {100 * bayes_error():.2f} % in the long run."
    )
    return tabulate(runs.by("features", "rate").values(), columns, caption)


def _soon(these: Runs) -> Value | None:
    reached = all(run["near_after"] is not None for run in these.finished())
    return stats.value_of(these["near_after"], digits=0) if reached else None


def _steady(these: Runs) -> Value | str:
    return "at rest" if _rests(these) else stats.value_of(these["swing"])


def _rests(these: Runs) -> bool:
    return max(these["swing"].values()) < REST


def _stable(features: str) -> stats.Mean:
    origin = f"2 over the largest eigenvalue of the Hessian at the least loss, {features} features"
    return stats.Mean(lambda runs: _at(runs, LARGE, features)["largest_stable_rate"], origin=origin)


# --- claims --------------------------------------------------------------------------------------------------------


def _near_after(runs: Runs, rate: float, features: str = RAW) -> Seeds:
    """Iterations until near the least loss; all of them for a run that never came near."""
    return _at(runs, rate, features).by_seed(lambda run: ITERATIONS if run["near_after"] is None else run["near_after"])


def not_slower(runs: Runs) -> Verdict:
    saved, what = _near_after(runs, GOOD) - _near_after(runs, CALLED_SLOW), f"mean number that rate {CALLED_SLOW:g} saves"
    return stats.at_least(saved, 0, _ITERATIONS, what)


def unsteady(runs: Runs) -> Verdict:
    """Judged by its logarithm, because swings differ by orders of magnitude and are far from normal."""
    powers = _at(runs, LARGE)["swing"].map(lambda swing: math.log10(max(swing, 1e-12)))
    found = stats.at_least(powers, math.log10(REST), stats.NATS, "geometric mean of the swing")
    return replace(found, effect=10**found.effect, low=10**found.low, high=10**found.high)


def scale_decides(runs: Runs) -> Verdict:
    slow, large = (_near_after(runs, rate, STANDARDISED) for rate in (CALLED_SLOW, LARGE))
    return stats.greater(slow, large, _ITERATIONS, "mean number saved")


def predicted(runs: Runs) -> Verdict:
    raw, standardised = (_at(runs, LARGE, features)["largest_stable_rate"] for features in (RAW, STANDARDISED))
    what = "mean largest stable rate"
    return stats.all_of(
        stats.within(raw, CALLED_SLOW, LARGE, PLAIN.unsigned, what=f"{what}, raw features"),
        stats.at_least(standardised, LARGE, PLAIN.unsigned, what=f"{what}, standardised features"),
    )


def same_error(runs: Runs) -> Verdict:
    one, other = (_at(runs, rate)["test_error"] for rate in (CALLED_SLOW, GOOD))
    return stats.equal_within(one, other, POINT, POINTS, "mean difference in test error")


def stays_finite(runs: Runs) -> Verdict:
    """The loss is computed from the logits, so that a line that is sure and wrong costs much, and not infinity."""
    losses = [_at(runs, LARGE, features).by_seed(lambda run: run["train_loss"]) for features in (RAW, STANDARDISED)]
    return stats.all_of(stats.every(found.map(math.isfinite), "runs of which it is true") for found in losses)


def near_best(runs: Runs) -> Verdict:
    excess = _at(runs, CALLED_SLOW)["line_error"] - bayes_error()
    return stats.at_most(excess, POINT, POINTS.unsigned, "mean excess of the exact error")


_ITERATIONS = Unit("iterations")
_NEAR = f"{100 * NEAR:g} %"

EXPERIMENT = Experiment(
    id="E10",
    title="Logistic regression by hand",
    question="Which learning rates find the line between two overlapping classes, and is a rate that W3 calls too slow really "
    "slow?",
    trials=trials,
    measures={
        "train_error": Measure("training error", SHARE, 1),
        "test_error": Measure("test error", SHARE, 1),
    },
    figures={"loss": loss_figure, "lines": lines_figure},
    tables={"rates": rates_table},
    claims={
        "not_slower": Claim(
            f"On raw features, rate {CALLED_SLOW:g} is not slower than rate {GOOD:g}: it comes within {_NEAR} of the "
            "least loss after no more iterations.",
            not_slower,
        ),
        "too_slow": Claim(
            f"Rate {TOO_SLOW:g} is too slow on raw features: after {ITERATIONS} iterations its loss is still {_NEAR} or "
            "more above the least.",
            lambda runs: stats.at_least(
                _at(runs, TOO_SLOW)["above_least"], NEAR, Unit("% of the least", 100, 0), "mean loss above the least"
            ),
        ),
        "unsteady": Claim(
            f"Rate {LARGE:g} is too large for raw features: over its last {LATE} iterations the loss still swings by "
            f"{REST:g} nats or more.",
            unsteady,
        ),
        "scale_decides": Claim(
            f"On standardised features, rate {LARGE:g} comes within {_NEAR} of the least loss sooner than rate "
            f"{CALLED_SLOW:g}.",
            scale_decides,
        ),
        "predicted": Claim(
            f"The curvature at the least loss predicts what rate {LARGE:g} does: the largest stable rate lies between "
            f"{CALLED_SLOW:g} and {LARGE:g} for raw features, and is {LARGE:g} or more for standardised ones.",
            predicted,
        ),
        "same_error": Claim(
            f"On raw features, rates {GOOD:g} and {CALLED_SLOW:g} end with the same test error, to within "
            f"{100 * POINT:g} percentage point.",
            same_error,
        ),
        "finite_at_large_rate": Claim(
            f"At rate {LARGE:g} the loss stays finite in every run, on raw and on standardised features.", stays_finite
        ),
        "near_best": Claim(
            f"At rate {CALLED_SLOW:g}, raw features, the line errs at most {100 * POINT:g} percentage point more often than "
            "the best possible classifier.",
            near_best,
        ),
    },
    values={
        "bayes_error": Value(100 * bayes_error(), "%", 2, origin="Φ(−1), the classes being two standard deviations apart"),
        "rate_too_slow": Value(TOO_SLOW, digits=4, origin="a rate of E10"),
        "rate_called_slow": Value(CALLED_SLOW, digits=2, origin="a rate of E10"),
        "rate_large": Value(LARGE, digits=0, origin="a rate of E10"),
        "iterations": Value(ITERATIONS, "iterations", origin="iterations of every run of E10"),
        "examples": Value(EXAMPLES, origin="points to train on, and as many to test on"),
        "stable_raw": _stable(RAW),
        "stable_standardised": _stable(STANDARDISED),
    },
)
