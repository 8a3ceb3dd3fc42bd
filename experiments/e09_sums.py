"""E9: can a convnet add two digits if it is told nothing but their sum, and where must what it sees of them meet?

W2's net: the convolutions of the tutorial net over both digits, one above the other; one dense map, applied to the upper and
to the lower half with the same weights; a dense layer with an output for each of the 19 sums. Beside it stand the same with a
hidden layer where the halves meet and, as what could be had from the digits themselves, the sum of two readings by the convnet
of E2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from experiments import e02_mnist_classifiers as e02
from experiments.looks import CONVNET, LINEARISED, LOOKS, TUTORIAL
from experiments.measures import CURVES, MEASURES, TEST, TEST_LOSS, TRAIN, in_percent, reads_more
from experiments.nets import Dense, Flatten, Net, ReLU, Shared, parameters
from experiments.training import Adam, Epochs, Examples, Iterations, Recipe, fit, pixels, spread
from experiments.zoo import block
from report import plots
from report.model import (
    RECIPE, Budget, Claim, Column, Context, Data, Experiment, Figure, Outcome, Result, Runs, Table, Trial, Value, Verdict,
    tabulate,
)  # fmt: skip
from report.stats import POINTS, SHARE, Mean, Seeds, above, at_least, greater, less, mean, value_of

if TYPE_CHECKING:
    from experiments.data.datasets import Images

SUMS = 19  # 0 + 0 to 9 + 9
SHARED, JOINED, READER = "shared halves", "shared halves, joined", "digit by digit"
LOOK = {SHARED: LOOKS[TUTORIAL], JOINED: LOOKS[LINEARISED], READER: LOOKS[CONVNET]}
REPORTED = 0.95  # test accuracy in W2
MEETING = 64  # units of the hidden layer in which the halves meet


def described(first: int, second: int, units: int) -> dict[str, Net]:
    """The two nets, with so many maps in their two convolutions and so many units for each half."""
    half = (*block(first, 5, "same"), *block(second, 5, "same"), Shared((Flatten(), Dense(units), ReLU())))
    return {
        SHARED: Net((1, 56, 28), (*half, Dense(SUMS))),
        JOINED: Net((1, 56, 28), (*half, Dense(MEETING), ReLU(), Dense(SUMS))),
    }


NETS = described(32, 64, 1024)
NARROW = described(8, 16, 128)
"""For the smaller budgets: a quarter of the maps and an eighth of the units, for which 15 000 pairs are enough to tell."""


# --- pairs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Pairs:
    """Images of two digits, the first above the second: ``images`` (n, 56, 28) and ``digits`` (n, 2), both uint8."""

    images: np.ndarray
    digits: np.ndarray

    @property
    def sums(self) -> np.ndarray:
        """(n,) int64, from 0 to 18."""
        return self.digits.sum(1, dtype=np.int64)


def paired(images: np.ndarray, labels: np.ndarray, n: int, draw: np.random.Generator) -> Pairs:
    """``n`` pairs of digits, each drawn from all of them alike."""
    chosen = draw.integers(len(labels), size=(n, 2))
    _, height, width = images.shape
    return Pairs(images[chosen].reshape(n, 2 * height, width), labels[chosen].astype(np.uint8))


def examples(train: Pairs, test: Pairs) -> tuple[Examples, Examples]:
    """Both with pixels shifted and scaled so that they have mean 0 and deviation 1 over the training pairs: in place, since
    60 000 pairs take 376 MB."""
    inputs = pixels(train.images)
    centre, deviation = inputs.mean(), inputs.std(correction=0)
    held = pixels(test.images)
    for batch in (inputs, held):
        batch.sub_(centre).div_(deviation)
    return Examples(inputs, torch.from_numpy(train.sums)), Examples(held, torch.from_numpy(test.sums))


# --- trials --------------------------------------------------------------------------------------------------------


def trials(budget: Budget) -> list[Trial]:
    """The nets on the same pairs, and the sums of E2's readings, for each seed."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    nets = budget.pick(smoke=NARROW, quick=NARROW, full=NETS)
    recipe = Recipe(
        Adam(budget.pick(smoke=3e-3, quick=3e-3, full=1e-3)),
        Epochs(budget.pick(smoke=1, quick=2, full=2)),
        batch_size=50,
        evaluate=Iterations(budget.pick(smoke=10, quick=120, full=600)),
    )
    amounts = {
        "train_pairs": budget.pick(smoke=1000, quick=10_000, full=60_000),
        "test_pairs": budget.pick(smoke=200, quick=1000, full=2000),
    }
    learned = [({"seed": seed, "net": nets[net], "recipe": recipe, **amounts}, net) for net in nets for seed in seeds]
    reader = {seed: e02.trial(budget, CONVNET, "Adam", seed) for seed in seeds}
    return [
        *(Trial(learn_sums, arguments, {"data": Data("mnist")}, {"net": net}) for arguments, net in learned),
        *(
            Trial(add_readings, {"seed": seed}, {"reader": reader[seed], "data": Data("mnist")}, {"net": READER})
            for seed in seeds
        ),
    ]


def learn_sums(
    context: Context, *, seed: int, net: Net, recipe: Recipe, train_pairs: int, test_pairs: int, data: Images
) -> Result:
    """Train ``net`` on the sums of pairs of training digits and measure it on pairs of test digits, all drawn by the seed.

    Arrays, of the test pairs: ``predictions`` (n,) and ``digits`` (n, 2).
    """
    train = paired(data.train_images, data.train_labels, train_pairs, np.random.default_rng((seed, 0)))
    test = paired(data.test_images, data.test_labels, test_pairs, np.random.default_rng((seed, 1)))
    learned, held = examples(train, test)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=learned, test=held)
    read = fitted.outputs.argmax(1).to(torch.uint8).numpy()
    return Result(fitted.final, fitted.history, {"predictions": read, "digits": test.digits}, fitted.diverged)


def add_readings(context: Context, *, seed: int, reader: Result, data: Images) -> Result:
    """How often the sum is right if a classifier of single digits reads two test digits, each drawn from all alike.

    ``reader`` has the ``predictions`` for test digits that are spread evenly, as ``train_classifier`` keeps them. With P(e) the
    share that it reads too high by e, the sum is off by e with probability (P ∗ P)(e): exact, without drawing a pair.
    """
    context.progress(1, 1)
    read = reader.arrays["predictions"].astype(np.int64)
    labels = data.test_labels[spread(len(data.test_labels), len(read))]
    once = np.bincount(read - labels + 9, minlength=SUMS) / len(read)  # off by −9 … 9
    twice = np.convolve(once, once)  # off by −18 … 18
    digit, both, right = once[9], once[9] ** 2, twice[18]
    scalars = {"digit_accuracy": digit, "test_accuracy": right, "both_right": both, "cancelling": right - both}
    return Result(scalars, arrays={"off_by": twice})


# --- reading the runs ----------------------------------------------------------------------------------------------


def _off_by(run: Outcome) -> np.ndarray:
    """How many test pairs the run reads too high by −18, …, 18."""
    arrays = run.found.arrays
    if "off_by" in arrays:
        return arrays["off_by"]
    off = arrays["predictions"].astype(int) - arrays["digits"].sum(1, dtype=int)
    return np.bincount(off + SUMS - 1, minlength=2 * SUMS - 1)


def _distances(run: Outcome) -> np.ndarray:
    """How many of the mistakes are off by 0, 1, …, 18, as shares of all mistakes; NaN without a mistake."""
    off = _off_by(run)
    wrong = np.where(np.arange(SUMS) > 0, off[SUMS - 1 :] + off[SUMS - 1 :: -1], 0.0)
    return wrong / (wrong.sum() or math.nan)


def _distance(runs: Runs, net: str) -> Seeds:
    """By how much a mistake is off, on average."""
    return runs.where(net=net).converged().by_seed(lambda run: float(_distances(run) @ np.arange(SUMS)))


def _guessing(runs: Runs) -> Seeds:
    """The share of test pairs that an unchanging answer gets right: that of the commonest sum."""

    def commonest(run: Outcome) -> float:
        sums = run.found.arrays["digits"].sum(1, dtype=int)
        return float(np.bincount(sums).max() / len(sums))

    return runs.where(net=SHARED).converged().by_seed(commonest)


def _as_digits(runs: Runs, net: str) -> Seeds:
    """The accuracy on digits that gives this accuracy on sums, if errors are independent and never cancel."""
    return runs.where(net=net)["test_accuracy"].map(math.sqrt)


# --- figures and tables --------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy and cross-entropy by pairs seen, on test pairs (solid) and training pairs (dotted)."""
    trained = Runs(tuple(run for run in runs if run.trial.tags["net"] in NETS))
    history = in_percent(trained.history())
    history["thousands"] = history["iteration"] * trained.outcomes[0].trial.arguments["recipe"].batch_size / 1000
    first, last = history["thousands"].min(), history["thousands"].max()
    figure, axes = plots.canvas(plots.PAGE, 2.1, columns=2, gridspec_kw={"wspace": 0.12})
    for ax, (metric, label) in zip(axes[0], CURVES.items()):
        plots.train_and_test(ax, history, "thousands", metric, "net", {net: LOOK[net] for net in NETS})
        ax.set(xlabel="pairs seen, thousands", ylabel=label)
    guess, reader = 100 * mean(_guessing(runs)), 100 * mean(runs.where(net=READER)["test_accuracy"])
    for height, name, line in (
        (guess, "one answer", {"color": plots.INK, "linestyle": ":"}),
        (reader, READER, LOOK[READER].line),
    ):
        axes[0, 0].plot([first, last], [height, height], label=name, linewidth=0.9, **line)
    axes[0, 0].set(ylim=(0, 100))
    plots.label_ends(*axes[0])
    ends = {net: mean(runs.where(net=net)["test_accuracy"]) for net in NETS}
    return Figure(
        figure,
        caption="Learning curves: test pairs solid, training pairs dotted; bands are the range over seeds. "
        f"*{SHARED.capitalize()}*, which is W2's net, ends at {ends[SHARED]:.1%} of the test pairs, *{JOINED}* at "
        f"{ends[JOINED]:.1%}. Thin lines: the commonest sum as the one answer to all, and two readings by E2's convnet, added.",
        alt="Two panels, accuracy and cross-entropy by pairs seen. Test accuracy at the end: "
        + "; ".join(f"{net} {end:.1%}" for net, end in ends.items())
        + f". One answer for all gets {guess:.1f} % right, reading digit by digit {reader:.1f} %.",
        data=history,
    )


def distances(runs: Runs) -> Figure:
    """By how much mistakes are off: where the halves meet in a linear layer, in a hidden one, and in an addition."""
    import pandas as pd

    every = {net: [_distances(run) for run in runs.where(net=net).converged()] for net in LOOK}
    shares = {net: 100 * np.nanmean(each, axis=0) for net, each in every.items()}
    farthest = max(int(np.flatnonzero(share >= 0.5).max(initial=1)) for share in shares.values())
    figure, axes = plots.canvas(plots.COLUMN, 2.1)
    ax = axes[0, 0]
    for place, ((net, share), hatch) in enumerate(zip(shares.items(), ("", None, "//////"))):
        look = {"edgecolor": LOOK[net].colour, "facecolor": LOOK[net].colour if hatch == "" else "none", "linewidth": 0.8}
        words = f"{net}: {mean(_distance(runs, net)):.1f} on average"
        places = np.arange(1, farthest + 1) + 0.27 * (place - 1)
        ax.bar(places, share[1 : farthest + 1], 0.23, hatch=hatch, label=words, **look)
    ax.legend(loc="upper right")
    ax.grid(visible=False)
    ax.set(xlabel="the sum read is off by", ylabel="share of mistakes, %", xticks=range(1, farthest + 1))
    said = ", ".join(f"{int(share.argmax())} for {net} ({share.max():.0f} % of its mistakes)" for net, share in shares.items())
    return Figure(
        figure,
        caption=f"How far off mistakes are, mean over seeds. The commonest distance: {said}.",
        alt=f"Bars: the share of mistakes by how far they are off, for {', '.join(shares)}. The commonest distance is {said}.",
        data=pd.DataFrame({"off_by": range(1, SUMS), **{f"{net}, %": share[1:] for net, share in shares.items()}}),
    )


def final(runs: Runs) -> Table:
    """Where each way of reading ends."""

    def of(column: Column, reader: bool = True) -> Column:
        def cell(net: str) -> Value | None:
            return column.of(runs.where(net=net)) if column.of and (reader or net != READER) else None

        return Column(column.name, column.heading, column.digits, of=cell)

    def size(net: str) -> int:
        return parameters(e02.NETS[CONVNET] if net == READER else runs.where(net=net).argument("net"))

    def digit(net: str) -> Value:
        return value_of(runs.where(net=net)["digit_accuracy"] if net == READER else _as_digits(runs, net), SHARE)

    columns = (
        Column("net", "reading", align="left", of=str),
        Column("parameters", "parameters", of=size),
        of(TEST),
        of(TRAIN, reader=False),
        of(TEST_LOSS, reader=False),
        Column("digit", "accuracy on one digit, %", of=digit),
        Column("distance", "mistakes are off by", of=lambda net: value_of(_distance(runs, net))),
    )
    return tabulate(
        LOOK,
        columns,
        "Where each reading ends (mean ± standard deviation over seeds). The accuracy on one digit is the root of that on "
        f"sums, as if digits were misread independently and no two errors cancelled; for {READER} it is measured.",
    )


# --- claims, values, and what was reported -------------------------------------------------------------------------


def still_learning(runs: Runs) -> Verdict:
    """From the last measurement but one to the last: two moments fixed beforehand."""

    def moment(run: Outcome, at: int) -> float:
        return float(run.found.history["test_accuracy"][at])  # type: ignore[arg-type]

    done = runs.where(net=SHARED).converged()
    before, end = done.by_seed(lambda run: moment(run, -2)), done.by_seed(lambda run: moment(run, -1))
    return greater(end, before, POINTS, "mean difference in test accuracy, last measurement less the one before")


def off_by_one(runs: Runs) -> Verdict:
    one = runs.where(net=SHARED).converged().by_seed(lambda run: float(_distances(run)[1]))
    return above(one, 0.5, SHARE, "mean share of mistakes that are off by one")


def nearer(runs: Runs, to: str) -> Verdict:
    return less(_distance(runs, SHARED), _distance(runs, to), what="mean difference in how far a mistake is off")


def more_accurate(runs: Runs, better: str, worse: str) -> Verdict:
    return reads_more(runs.where(net=better), runs.where(net=worse), f"{better} less {worse}")


def _given(runs: Runs, name: str) -> Value:
    return Value(runs.where(net=SHARED).argument(name), origin=f"argument {name} of the trials of E9")


def _recipe(runs: Runs) -> Recipe:
    return runs.where(net=SHARED).argument("recipe")  # type: ignore[no-any-return]


def _reader(name: str, digits: int = 2) -> Mean:
    origin = f"{name.replace('_', ' ')}, from the predictions of E2's convnet"
    return Mean(lambda runs: runs.where(net=READER)[name], SHARE, digits, origin)


EXPERIMENT = Experiment(
    id="E9",
    title="The sum of two digits",
    question="Can a convnet add two handwritten digits if it is told nothing but their sum?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "distances": distances},
    tables={"final": final},
    claims={
        "learns": Claim(
            "From sums alone, W2's net gets more pairs right than any answer that never changes.",
            lambda runs: greater(
                runs.where(net=SHARED)["test_accuracy"],
                _guessing(runs),
                POINTS,
                "mean difference between test accuracy and the share of the commonest sum",
            ),
        ),
        "reaches": Claim(
            f"W2's net reads at least {REPORTED:.0%} of the test pairs correctly.",
            lambda runs: at_least(runs.where(net=SHARED)["test_accuracy"], REPORTED, SHARE, "mean test accuracy"),
            needs=RECIPE,
        ),
        "still_learning": Claim(
            "W2's net is still learning when training ends: its test accuracy has risen since it was last measured before.",
            still_learning,
        ),
        "meeting_pays": Claim(
            "With a hidden layer where the halves meet, W2's net reads more test pairs correctly.",
            partial(more_accurate, better=JOINED, worse=SHARED),
        ),
        "digits_help": Claim(
            "Adding two readings of a classifier that was taught the digits is right more often than W2's net.",
            partial(more_accurate, better=READER, worse=SHARED),
        ),
        "off_by_one": Claim("Most mistakes of W2's net are off by one.", off_by_one),
        "nearer_than_joined": Claim(
            "When it is wrong, W2's net is less far off than the one with a hidden layer where the halves meet.",
            partial(nearer, to=JOINED),
        ),
        "nearer_than_readings": Claim(
            "When it is wrong, W2's net is less far off than two added readings are when they are.", partial(nearer, to=READER)
        ),
    },
    values={
        "replicated": Mean(lambda runs: runs.where(net=SHARED)["test_accuracy"], SHARE, 2, f"accuracy on test pairs, {SHARED}"),
        "train_pairs": partial(_given, name="train_pairs"),
        "test_pairs": partial(_given, name="test_pairs"),
        "epochs": lambda runs: Value(_recipe(runs).length.count, "passes", origin="over the training pairs of E9"),
        "sums": Value(SUMS, "outputs", origin="sums that two digits have"),
        "batch": lambda runs: Value(_recipe(runs).batch_size, origin="pairs in a minibatch of E9"),
        "rate": lambda runs: Value(_recipe(runs).optimizer.rate, digits=3, origin="learning rate of E9"),
        "guessing": Mean(_guessing, SHARE, 1, "share of the commonest sum"),
        "as_digits": Mean(partial(_as_digits, net=SHARED), SHARE, 1, "root of the accuracy on sums"),
        "digit_accuracy": _reader("digit_accuracy"),
        "both_right": _reader("both_right"),
        "cancelling": _reader("cancelling", digits=3),
    },
)
