"""E8: what becomes of the tutorial convnet of E5 on 250 digits, and do fewer parameters, dropout or more digits help?

W2's fourth question. The 250 digits are drawn by the seed, so that every net of one seed is trained on the same ones. Nets are
trained until nothing changes any more but the loss: 1500 minibatches of 50 at full budget, which is 300 passes, where W2
made 20 000 minibatches. More digits get as many passes as W2 made over all of them, but no fewer minibatches.

Dropout slows training down: at the tutorial's rate it would take several times as many minibatches. The sweep of the keep
probability therefore runs at ten times that rate in every budget, the net without dropout included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise, product

from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.looks import LOOKS, TUTORIAL
from experiments.measures import CURVES, MEASURES, TEST, TEST_LOSS, TRAIN, classifier, gap, in_percent, reads_more
from experiments.nets import parameters
from experiments.training import Adam, Iterations, Recipe
from report import plots
from report.model import ALL_DATA, RECIPE, Budget, Claim, Column, Experiment, Figure, Runs, Scalar, Table, Trial, Value, Verdict
from report.model import tabulate
from report.numbers import number_text
from report.seeds import Seeds, Unit
from report.stats import (
    NATS, POINTS, SHARE, Mean, all_of, at_least, equal_within, every, greater, less, mean, spread, value_of,
)  # fmt: skip

FEW = 250  # digits
RATE, FAST = 1e-4, 1e-3  # the tutorial's; that of the sweep of the keep probability
FEWER = "fewer parameters"
NETS = {TUTORIAL: zoo.TUTORIAL, FEWER: zoo.FEWER}
LINES = {TUTORIAL: LOOKS[TUTORIAL], FEWER: plots.Look(plots.COLOURS[1], "-", plots.MARKERS[1])}

SETTLED = 0.01  # a test accuracy that changes by no more than a percentage point is called settled
MARGIN = 0.05  # a gap of five percentage points is called wide
REPORTED, OF_ALL = {(TUTORIAL, FEW): 88.95, (FEWER, FEW): 90.6}, 97.2  # % of the test digits
KEEP = 0.5  # the claims are about this keep probability, which is the tutorial's own


# --- trials --------------------------------------------------------------------------------------------------------


def trials(budget: Budget) -> list[Trial]:
    """W2's two nets on 250 digits; the sweep of the keep probability; and the tutorial net on more and more digits, of which
    that on all is E5's own trial: it is trained once for both."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    few, *between, most = amounts(budget)
    return [
        *(_trial(budget, seed, net, few) for net in NETS for seed in seeds),
        *(_trial(budget, seed, TUTORIAL, few, keep, FAST) for keep in keeps(budget) for seed in seeds),
        *(_trial(budget, seed, TUTORIAL, digits) for digits in between for seed in seeds),
        *(replace(trial, tags=_trial(budget, 0, TUTORIAL, most).tags) for trial in e05.trials(budget)),
    ]


def keeps(budget: Budget) -> tuple[float, ...]:
    """Keep probabilities of the sweep."""
    return budget.pick(smoke=(1.0, 0.5, 0.05), quick=(1.0, 0.5, 0.05), full=(1.0, 0.8, 0.5, 0.3, 0.15, 0.05))


def amounts(budget: Budget) -> tuple[int, ...]:
    """Numbers of training digits, from the fewest to all that the budget has."""
    between = budget.pick(smoke=(500,), quick=(1000,), full=(600, 2000, 6000))
    return FEW, *between, e05.trial(budget, 0).arguments["train_examples"] or 60_000


def _trial(budget: Budget, seed: int, net: str, digits: int, keep: float = 1.0, rate: float = RATE) -> Trial:
    """Measuring all test digits costs as much as two hundred updates, so only what is drawn as a curve is measured often."""
    passes = e05.trial(budget, seed).arguments["recipe"].length.count / amounts(budget)[-1]
    at_least = budget.pick(smoke=20, quick=40, full=500) if rate == FAST else budget.pick(smoke=20, quick=64, full=1500)
    length = max(at_least, round(passes * digits))
    every = length // budget.pick(smoke=2, quick=4, full=6) if (digits, rate) == (FEW, RATE) else length
    recipe = Recipe(Adam(rate), Iterations(length), batch_size=50, evaluate=Iterations(every))
    tags: Mapping[str, Scalar] = {"net": net, "digits": digits, "keep": keep, "rate": rate}
    tested = budget.pick(smoke=200, quick=1000, full=None)
    return classifier("mnist", zoo.with_dropout(NETS[net], keep), recipe, seed, (digits, tested), tags)


# --- reading the runs ----------------------------------------------------------------------------------------------


def few(runs: Runs, net: str = TUTORIAL) -> Runs:
    """The runs on 250 digits at the tutorial's rate."""
    return runs.where(net=net, digits=FEW, rate=RATE)


def by_digits(runs: Runs) -> dict[int, Runs]:
    """The runs of the tutorial net at the tutorial's rate, by the number of digits."""
    return runs.where(net=TUTORIAL, rate=RATE).by("digits")


def most(runs: Runs) -> Runs:
    """Those on all digits that the budget has."""
    return by_digits(runs)[runs.values_of("digits")[-1]]


def swept(runs: Runs) -> dict[float, Runs]:
    """The runs of the sweep, by the keep probability."""
    return runs.where(rate=FAST).by("keep")


def length(runs: Runs) -> int:
    """The minibatches of the longest of these runs."""
    return int(runs.converged().history()["iteration"].max())


def end_and_half_way(runs: Runs, name: str) -> tuple[Seeds, Seeds]:
    """A column of the history at two moments fixed beforehand: the end is above the lowest point whatever happens."""
    history = runs.converged().history().set_index(["iteration", "seed"])[name]
    end, half = (Seeds(history.loc[moment].to_dict()) for moment in (length(runs), length(runs) // 2))
    return end, half


# --- figures and tables -------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy and cross-entropy by iteration, on 250 digits and on all, with the gap between test and training shaded."""
    most = runs.values_of("digits")[-1]
    history = in_percent(runs.where(rate=RATE).history())
    history = history[history["digits"].isin([FEW, most])]
    figure, axes = plots.canvas(plots.PAGE, 3.1, rows=2, columns=2, sharex="col", sharey="row")
    for (column, digits), (row, (metric, label)) in product(enumerate((FEW, most)), enumerate(CURVES.items())):
        ax, part = axes[row, column], history[history["digits"] == digits]
        plots.train_and_test(ax, part, "iteration", metric, "net", LINES)
        means = part[part["net"] == TUTORIAL].groupby("iteration")[[f"train_{metric}", f"test_{metric}"]].mean()
        ax.fill_between(means.index, *means.T.to_numpy(), color=LINES[TUTORIAL].colour, alpha=0.08, linewidth=0)
        ax.set_title(f"{number_text(digits)} digits" if row == 0 else "")
        ax.set(ylabel=label if column == 0 else "", xlabel="iteration" if row == 1 else "")
    plots.label_ends(*axes.flat)
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
    for ax, found, label in zip(axes[0], (points, nats), ("gap in accuracy, points", "gap in cross-entropy, nats")):
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
    figure, axes = plots.canvas(plots.PAGE, 1.9, columns=2)
    for ax, (metric, label), scale in zip(axes[0], CURVES.items(), (100, 1)):
        found = {keep: scale * part[f"test_{metric}"] for keep, part in swept(runs).items()}
        ax.set(xlabel="keep probability (one: no dropout)", ylabel=f"test {label}")
        ax.axhline(mean(found[1.0]), color=plots.INK, linewidth=0.6, linestyle=":")
        plots.seeds_and_mean(ax, found, LINES[TUTORIAL])
    means = {keep: mean(part["test_accuracy"]) for keep, part in swept(runs).items()}
    return Figure(
        figure,
        caption=f"The tutorial net on {FEW} digits under dropout, a mark a seed, the line through the means; dotted, the mean "
        f"without dropout. At a keep probability of {KEEP:g} the mean is {means[KEEP]:.1%}, without dropout {means[1.0]:.1%}.",
        alt="Mean test accuracy: " + "; ".join(f"{value:.1%} at keep {keep:g}" for keep, value in means.items()) + ".",
        data=runs.where(rate=FAST).frame(),
    )


COLUMNS = (
    Column("train", "training, %", of=TRAIN.of),
    Column("test", "test, %", of=TEST.of),
    Column("gap", "gap, points", of=lambda runs: value_of(gap(runs), POINTS)),
    Column("test_loss", "test loss, nats", of=TEST_LOSS.of),
)
SHOWN = "accuracy on its training digits and on test digits, the gap between the two, and test cross-entropy"


def final(runs: Runs) -> Table:
    """W2's three trainings beside ours."""
    columns = (
        Column("net", "net", align="left"),
        Column("parameters", "parameters", of=lambda runs: parameters(NETS[runs.tag("net")])),
        Column("digits", "digits"),
        *COLUMNS,
        Column("reported", "W2: test, %", 2, of=lambda runs: REPORTED.get((runs.tag("net"), runs.tag("digits")), OF_ALL)),
    )
    caption = f"Where W2's three trainings end, without dropout: {SHOWN} (mean ± standard deviation over seeds)."
    return tabulate((most(runs), few(runs), few(runs, FEWER)), columns, caption)


def by_keep(runs: Runs) -> Table:
    """Where the tutorial net ends under dropout."""
    columns = (Column("keep", "kept", of=lambda runs: f"{runs.tag('keep'):g}"), *COLUMNS)
    what = f"The tutorial net on {FEW} digits under dropout, at rate {FAST:g}: {SHOWN}. The first row is without dropout."
    return tabulate(reversed(swept(runs).values()), columns, what)


# --- claims --------------------------------------------------------------------------------------------------------


def settled(runs: Runs) -> Verdict:
    """Both nets: one that still learns cannot be compared with one that has done."""
    moments = {net: end_and_half_way(few(runs, net), "test_accuracy") for net in NETS}
    what = "mean difference in test accuracy, end less half-way"
    return all_of(equal_within(*both, SETTLED, POINTS, f"{what}, {net}") for net, both in moments.items())


def gap_shrinks(runs: Runs, metric: str, unit: Unit) -> Verdict:
    """At every step from one amount to the next."""
    found = {digits: gap(part, metric) for digits, part in by_digits(runs).items()}
    return all_of(less(found[b], found[a], unit, f"mean change of the gap from {a} to {b} digits") for a, b in pairwise(found))


def more_dropout(runs: Runs) -> Verdict:
    """At every step from one keep probability of the sweep to the next smaller one."""
    found = {keep: part["test_accuracy"] for keep, part in swept(runs).items()}
    what = "mean difference in test accuracy, keep"
    return all_of(greater(found[a], found[b], POINTS, f"{what} {a:g} less {b:g}") for a, b in pairwise(sorted(found)))


def _seed_spread(runs: Runs) -> Value:
    """Of the tutorial net, over the seeds, each of which draws its own digits."""
    found, origin = 100 * few(runs)["test_accuracy"], "standard deviation of test accuracy over seeds"
    return Value(spread(found) or float("nan"), "points", 1, n=len(found), origin=origin)


EXPERIMENT = Experiment(
    id="E8",
    title=f"Overfitting on {FEW} digits",
    question=f"How far does the tutorial convnet overfit when it sees only {FEW} digits, and what helps?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "gaps": gaps, "sweep": sweep},
    tables={"final": final, "by_keep": by_keep},
    claims={
        "memorises": Claim(
            f"The tutorial net reads every one of the {FEW} digits that it was trained on.",
            lambda runs: every(few(runs)["train_accuracy"].map(lambda share: share == 1), "runs that read all of them"),
            needs=RECIPE,
        ),
        "overfits": Claim(
            f"On {FEW} digits, the net's training accuracy is at least {100 * MARGIN:g} points above its test accuracy.",
            lambda runs: at_least(gap(few(runs)), MARGIN, POINTS, "mean of training less test accuracy"),
        ),
        "gap_wider": Claim(
            f"That gap is over {100 * MARGIN:g} points wider than the gap of the same net trained on all digits.",
            lambda runs: greater(gap(few(runs)), gap(most(runs)), POINTS, "mean difference of the gaps", margin=MARGIN),
            needs=ALL_DATA,
        ),
        "more_data_reads_more": Claim(
            f"Trained on all digits, the net reads over {100 * MARGIN:g} points more of the test digits than trained on {FEW}.",
            lambda runs: reads_more(most(runs), few(runs), margin=MARGIN),
            needs=ALL_DATA,
        ),
        "loss_rises": Claim(
            f"In the second half of the training on {FEW} digits, the test cross-entropy of the tutorial net rises.",
            lambda runs: greater(
                *end_and_half_way(few(runs), "test_loss"), NATS, "mean difference in test cross-entropy, end less half-way"
            ),
            needs=RECIPE,
        ),
        "settled": Claim(
            f"Both nets on {FEW} digits are settled: each ends within {100 * SETTLED:g} point of its test accuracy half-way.",
            settled,
            needs=RECIPE,
        ),
        "fewer_helps": Claim(
            f"Of two nets trained on the same {FEW} digits, the one with fewer parameters reads more test digits.",
            lambda runs: reads_more(few(runs, FEWER), few(runs)),
            needs=RECIPE,
        ),
        "dropout_helps": Claim(
            f"Dropout with a keep probability of {KEEP:g} raises the test accuracy on {FEW} digits.",
            lambda runs: reads_more(swept(runs)[KEEP], swept(runs)[1.0]),
            needs=RECIPE,
        ),
        "dropout_lowers_loss": Claim(
            f"Dropout with a keep probability of {KEEP:g} lowers the test cross-entropy on {FEW} digits.",
            lambda runs: less(
                swept(runs)[KEEP]["test_loss"], swept(runs)[1.0]["test_loss"], NATS, "mean difference in test loss"
            ),
            needs=RECIPE,
        ),
        "more_dropout_always_helps": Claim(
            "The more dropout, the better: from each keep probability of the sweep to the next smaller one, more test digits "
            "are read.",
            more_dropout,
            needs=RECIPE,
        ),
        "gap_shrinks": Claim(
            "From each number of training digits to the next, the gap in accuracy shrinks.",
            lambda runs: gap_shrinks(runs, "accuracy", POINTS),
            needs=RECIPE,
        ),
        "loss_gap_shrinks": Claim(
            "From each number of training digits to the next, the gap in cross-entropy shrinks.",
            lambda runs: gap_shrinks(runs, "loss", NATS),
            needs=RECIPE,
        ),
        "quarter_left": Claim(
            f"On all digits, less than a quarter is left of the gap in accuracy on {FEW} digits.",
            lambda runs: less(
                gap(most(runs)), gap(few(runs)) / 4, POINTS, "mean gap on all digits less a quarter of that on few"
            ),
            needs=ALL_DATA,
        ),
    },
    values={
        "few": Value(FEW, origin="digits that W2 leaves the net"),
        "batch": lambda runs: Value(few(runs).argument("recipe").batch_size, origin="digits in a minibatch of E8"),
        "rate": Value(RATE, digits=4, origin="learning rate of Adam in the tutorial"),
        "fast": Value(FAST, digits=3, origin="learning rate of Adam in the dropout sweep"),
        "iterations": lambda runs: Value(length(few(runs)), "minibatches", origin=f"on {FEW} digits"),
        "fast_iterations": lambda runs: Value(
            length(swept(runs)[KEEP]), "minibatches", origin="in the sweep of keep probabilities"
        ),
        "least_kept": lambda runs: Value(100 * min(swept(runs)), "%", 0, origin="smallest keep probability of the sweep"),
        "w2_gain": Value(REPORTED[FEWER, FEW] - REPORTED[TUTORIAL, FEW], "points", origin="W2's gain through fewer parameters"),
        "seed_spread": _seed_spread,
        "all": Mean(lambda runs: most(runs)["test_accuracy"], SHARE, 2, "test accuracy, all digits"),
        "few_accuracy": Mean(lambda runs: few(runs)["test_accuracy"], SHARE, 2, f"test accuracy, {FEW} digits"),
        "fewer_accuracy": Mean(
            lambda runs: few(runs, FEWER)["test_accuracy"], SHARE, 2, f"test accuracy, {FEW} digits, fewer parameters"
        ),
    },
)
