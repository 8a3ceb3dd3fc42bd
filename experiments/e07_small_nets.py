"""E7: how few parameters does a convnet need to read 96.05 % of MNIST's test digits, the share that W2 reports?

W2's two nets, (a) one convolution and (b) the 'minimal' net, are trained by W2's own recipe: 20 000 iterations of 50 digits,
Adam at 1e-4. Beyond W2, a grid of nets between 382 and 18 378 parameters is a search whose every point is a set of trials, one
a seed, under one recipe that is quicker: batches of 64, Adam at 4e-3. Of MNIST's 60 000 training digits, 5000 are set aside, as
W2's tutorial does; the search chooses by them, so that the test digits judge a choice in which they had no part.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from experiments.looks import LOOKS, SOFTMAX
from experiments.nets import AvgPool, Conv, Flatten, Net, Row, parameters, shapes, weights
from experiments.small_nets import (
    CANDIDATES,
    E7A,
    E7B,
    SOME,
    TARGET,
    TARGET_WORDS,
    W2_NETS,
    accuracies,
    best_below,
    frontier,
    in_words,
    searched,
    smallest,
)
from experiments.training import (
    Adam,
    Epochs,
    Examples,
    Iterations,
    Recipe,
    drawn,
    fit,
    outputs,
    pixels,
    spread,
    standardised,
)
from report import plots
from report.model import (
    Budget,
    Claim,
    Column,
    Context,
    Data,
    Experiment,
    Figure,
    Holds,
    Measure,
    Reported,
    Result,
    Runs,
    Table,
    Trial,
    Value,
    Verdict,
)
from report.numbers import number_text
from report.stats import all_of, at_least, greater, mean, value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from experiments.data.datasets import Images

REPORTED = {E7A: 96.05, E7B: 95.86}  # % of test digits, in W2
RATE = 4e-3  # of the search: on digits set aside, half of it reads fewer, and over twice of it no more


# --- the trial -----------------------------------------------------------------------------------------------------


def train_and_validate(
    context: Context,
    *,
    seed: int,
    net: Net,
    recipe: Recipe,
    train_examples: int,
    validation_examples: int,
    test_examples: int | None,
    data: Images,
) -> Result:
    """Train ``net`` on training digits that the seed draws, measure it on others of them as it learns, and once on test digits.

    Images are standardised over the digits trained on. The weights are kept, and ``predictions`` (the class of each test
    digit, uint8).
    """
    chosen = drawn(len(data.train_labels), train_examples + validation_examples, seed)
    aside = np.isin(np.arange(len(chosen)), drawn(len(chosen), validation_examples, seed))
    tested = spread(len(data.test_labels), test_examples)
    reference = pixels(data.train_images[chosen[~aside]])
    train = _examples(data.train_images[chosen[~aside]], data.train_labels[chosen[~aside]], reference)
    validation = _examples(data.train_images[chosen[aside]], data.train_labels[chosen[aside]], reference)
    test = _examples(data.test_images[tested], data.test_labels[tested], reference)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=train, test=validation)
    found = outputs(fitted.module, test.inputs)
    renamed = {name.replace("test_", "validation_"): column for name, column in fitted.history.items()}
    scalars = {name.replace("test_", "validation_"): number for name, number in fitted.final.items()}
    scalars["test_accuracy"] = int((found.argmax(1) == test.targets).sum()) / len(test)
    arrays = {**weights(fitted.module), "predictions": found.argmax(1).to(torch.uint8).numpy()}
    return Result(scalars, renamed, arrays, fitted.diverged)


def _examples(images: np.ndarray, labels: np.ndarray, reference: torch.Tensor) -> Examples:
    return Examples(standardised(pixels(images), reference), torch.from_numpy(labels.astype("int64")))


def trials(budget: Budget) -> list[Trial]:
    """W2's two nets by W2's recipe, then the search."""
    steps = budget.pick(smoke=20, quick=80, full=20_000)
    of_w2 = Recipe(
        Adam(1e-4), Iterations(steps), batch_size=50, evaluate=Iterations(budget.pick(smoke=10, quick=40, full=2000))
    )
    quicker = Recipe(Adam(RATE), Epochs(budget.pick(smoke=2, quick=5, full=4)), batch_size=64)
    searched = budget.pick(smoke=SOME[:3], quick=SOME, full=tuple(CANDIDATES))
    few, many = budget.pick(smoke=(2, 2), quick=(3, 4), full=(3, 4))
    return [
        *(_trial(budget, name, net, "W2", of_w2, seed) for name, net in W2_NETS.items() for seed in budget.seeds(few)),
        *(_trial(budget, name, CANDIDATES[name], "search", quicker, seed) for name in searched for seed in budget.seeds(many)),
    ]


def _trial(budget: Budget, name: str, net: Net, label: str, recipe: Recipe, seed: int) -> Trial:
    return Trial(
        train_and_validate,
        {
            "seed": seed,
            "net": net,
            "recipe": recipe,
            "train_examples": budget.pick(smoke=1000, quick=10_000, full=55_000),
            "validation_examples": budget.pick(smoke=200, quick=2000, full=5000),
            "test_examples": budget.pick(smoke=500, quick=4000, full=None),
        },
        inputs={"data": Data("mnist")},
        tags={"net": name, "recipe": label},
    )


# --- figures -------------------------------------------------------------------------------------------------------

DENSE, ONE, TWO = LOOKS[SOFTMAX].colour, plots.COLOURS[1], plots.COLOURS[3]  # by the number of convolutions; so E7a and E7b
KINDS = {
    "no convolution": (DENSE, "o"),
    "one convolution": (ONE, "^"),
    "two of 3×3, half the side": (TWO, "s"),
    "two of 5×5": (TWO, "D"),
}


def _kind(net: Net) -> str:
    convolutions = sum(isinstance(layer, Conv) for layer in net.layers)
    first = net.layers[0]
    return list(KINDS)[convolutions + (convolutions == 2 and not isinstance(first, AvgPool))]


def draw_frontier(runs: Runs) -> Figure:
    """Test error against parameters: every net of the search, its seeds' range, the frontier, and W2's two nets."""
    figure, axes = plots.canvas(plots.PAGE, 3.7)
    ax, chosen = axes[0, 0], frontier(runs)
    with plots.style():
        ax.set(xscale="log", yscale="log", xlabel="parameters", ylabel="test error, %")
        for kind in sorted({_kind(CANDIDATES[net]) for net in searched(runs)}, key=list(KINDS).index):
            colour, marker = KINDS[kind]
            ax.plot([], [], marker, color=colour, linestyle="none", label=kind)
        for net in searched(runs):
            _draw_net(ax, CANDIDATES[net], accuracies(runs, net), hollow=net == E7A)
        at_edge = ax.get_yaxis_transform()
        corners = [(parameters(CANDIDATES[net]), _error(accuracies(runs, net))) for net in chosen]
        ax.step(*zip(*corners), where="post", color=plots.INK, linewidth=0.8, linestyle="-", zorder=1, label="frontier")
        _draw_w2(ax, runs)
        ax.axhline(100 * (1 - TARGET), color=plots.INK, linewidth=0.6, linestyle=":", zorder=0)
        ax.annotate(f"{TARGET_WORDS} read", (0.78, 100 * (1 - TARGET)), xycoords=at_edge, xytext=(0, 3), ha="center", **_SMALL)
        ax.margins(x=0.06, y=0.1)
        plots.plain_ticks(ax.yaxis)
        figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    named = {SOFTMAX: SOFTMAX, chosen[-1]: chosen[-1], smallest(runs) or "": "smallest that reaches it"}
    for own, name in named.items():
        if own in searched(runs):
            size = parameters(CANDIDATES[own])
            _label(ax, (size, _error(accuracies(runs, own))), f"{name} ({number_text(size)})", below=own == chosen[-1])
    hollow = "; hollow: E7a by that of the search" * (E7A in searched(runs))
    said = [f"{net}, {parameters(CANDIDATES[net])} parameters: {mean(accuracies(runs, net)):.1%}" for net in chosen]
    return Figure(
        figure,
        caption="Test error against the number of parameters, both logarithmic: mean and range over seeds, of which W2's "
        f"recipe has {runs.where(recipe='W2').history()['seed'].nunique()}. {_found(runs)} The "
        "frontier joins the nets that read more validation digits than any smaller one. Filled stars: W2's nets by W2's "
        f"recipe{hollow}; squares: what W2 reports of them.",
        alt=f"{_found(runs)} Test accuracy on the frontier: {'; '.join(said)}. By W2's recipe: "
        + "; ".join(f"{net}, {mean(accuracies(runs, net, recipe='W2')):.1%}" for net in W2_NETS)
        + ".",
        data=runs.frame().assign(parameters=[parameters({**CANDIDATES, **W2_NETS}[net]) for net in runs.frame()["net"]]),
    )


_SMALL: dict[str, Any] = {"textcoords": "offset points", "fontsize": 7.8}


def _error(accuracies: dict[int, float]) -> float:
    return 100 * (1 - mean(accuracies))


def _draw_net(ax: Axes, net: Net, accuracies: dict[int, float], *, hollow: bool = False, size: float = 4) -> None:
    """A mark at the mean, and a line over the range of the seeds."""
    colour, marker = KINDS[_kind(net)]
    marker = "*" if net in W2_NETS.values() else marker
    look: dict[str, Any] = {"color": colour, "markerfacecolor": "none" if hollow else colour, "linestyle": "none"}
    ends = [100 * (1 - accuracy) for accuracy in (max(accuracies.values()), min(accuracies.values()))]
    ax.plot([parameters(net)] * 2, ends, color=colour, linewidth=0.9, linestyle="-", alpha=0.7, zorder=2)
    ax.plot([parameters(net)], [_error(accuracies)], marker, markersize=2 * size if marker == "*" else size, zorder=3, **look)


def _draw_w2(ax: Axes, runs: Runs) -> None:
    """W2's nets by W2's recipe, and what W2 reports of them."""
    for net in W2_NETS:
        x, theirs = parameters(W2_NETS[net]), 100 - REPORTED[net]
        _draw_net(ax, W2_NETS[net], accuracies(runs, net, recipe="W2"))
        ax.plot([x], [theirs], "s", color=plots.INK, markerfacecolor="none", markersize=5, zorder=3)
        _label(ax, (x, _error(accuracies(runs, net, recipe="W2"))), f"{net} ({number_text(x)})")
        _label(ax, (x, theirs), f"{net} in W2", below=True)


def _label(ax: Axes, at: tuple[float, float], text: str, *, below: bool = False) -> None:
    """Beside a mark, on the side where the axes have room."""
    left = at[0] > 3e5
    with plots.style():
        offset = (-5 if left else 5, -3.5 if below else 3.5)
        ax.annotate(text, at, xytext=offset, ha="right" if left else "left", va="top" if below else "bottom", **_SMALL)


def _found(runs: Runs) -> str:
    """What the search has found, in a sentence or two."""
    net = smallest(runs)
    if net is None:
        return f"No net of the search reaches {TARGET_WORDS} of the validation digits for certain."
    size = parameters(CANDIDATES[net])
    return (
        f"The smallest net that reaches {TARGET_WORDS} of the validation digits has {size} parameters "
        f"({in_words(CANDIDATES[net])}) and reads {mean(accuracies(runs, net)):.2%} of the test digits."
    )


def draw_whole(runs: Runs) -> Figure:
    """Every weight of the smallest net that reaches the target (else of the best small one), trained from the first seed."""
    import pandas as pd

    name = smallest(runs) or best_below(runs, TENTH)
    net, chosen = CANDIDATES[name], runs.where(net=name, recipe="search").converged()
    layers = [row for row in shapes(net) if row.parameters]
    tiles = [
        _tiles(chosen.array(f"{row.name}.weight"), before)
        for before, row in zip((None, *shapes(net)), shapes(net))
        if row.parameters
    ]
    panels = [_side_by_side(tile) for tile in tiles]
    figure, axes = plots.canvas(plots.COLUMN, 2.3, columns=len(layers), width_ratios=[p.shape[1] / p.shape[0] for p in panels])
    for ax, row, panel in zip(axes[0], layers, panels):
        reach = float(np.nanmax(np.abs(panel)))
        plots.panel_images(ax, panel, row.name, cmap="PuOr", vmin=-reach, vmax=reach)
    sizes = " + ".join(str(row.parameters) for row in layers)
    first = min(chosen.scalar("test_accuracy"))
    return Figure(
        figure,
        caption=f"All weights of a net that reads {mean(accuracies(runs, name)):.1%} of the test digits: {in_words(net)}. With "
        f"biases, not shown, it has {sizes} = {parameters(net)} parameters. Seed {first}. A row is what comes out and a column "
        "what goes in; in the dense layer, the digits 0 to 9 and the maps. Orange is negative, purple positive, each layer by "
        "its own scale.",
        alt=f"The weights of {in_words(net)} as small squares in two colours. The largest weight of each layer is "
        + "; ".join(f"{np.abs(tile).max():.2f} in {row.name}" for row, tile in zip(layers, tiles))
        + ".",
        data=pd.DataFrame(
            [(row.name, at, float(weight)) for row, tile in zip(layers, tiles) for at, weight in enumerate(tile.ravel())],
            columns=["layer", "index", "weight"],
        ),
        seeds=1,
    )


def _tiles(weight: np.ndarray, before: Row | None) -> np.ndarray:
    """Weights as (out, in, h, w): those of a dense layer by the maps that were flattened ``before`` it."""
    return weight.reshape(len(weight), *before.input) if before and isinstance(before.layer, Flatten) else weight


def _side_by_side(tiles: np.ndarray) -> np.ndarray:
    """(out, in, h, w) → an image with a row of tiles an output, a column an input, and NaN between the tiles."""
    framed = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    outs, ins, height, width = framed.shape
    return framed.transpose(0, 2, 1, 3).reshape(outs * height, ins * width)[:-1, :-1]


def draw_curves(runs: Runs) -> Figure:
    """Validation accuracy of W2's nets as they learn by W2's recipe, and where W2 ends."""
    history = runs.where(recipe="W2").history()
    history = history.assign(validation_accuracy=100 * history["validation_accuracy"])
    look = {E7A: plots.Look(ONE, "-", "*"), E7B: plots.Look(TWO, plots.DASHES[1], "*")}
    figure, axes = plots.canvas(plots.COLUMN, 2.3)
    with plots.style():
        axes[0, 0].set(xlabel="iteration (50 digits each)", ylabel="validation accuracy, %")
        for net in W2_NETS:
            axes[0, 0].axhline(REPORTED[net], color=look[net].colour, linewidth=0.6, linestyle=":")
    plots.learning_curves(axes[0, 0], history, "iteration", "validation_accuracy", "net", look)
    plots.label_ends(axes[0, 0])
    ends = [f"{net} ends at {mean(accuracies(runs, net, 'validation', 'W2')):.1%}" for net in W2_NETS]
    return Figure(
        figure,
        caption=f"W2's two nets by W2's recipe on validation digits, mean and range over seeds: {' and '.join(ends)}. Dotted: "
        "the test accuracies that W2 reports.",
        alt=f"Two rising curves: {' and '.join(ends)} of the validation digits.",
        data=history,
        seeds=history["seed"].nunique(),
    )


# --- tables --------------------------------------------------------------------------------------------------------


def tabulate_w2(runs: Runs) -> Table:
    """W2's nets: by W2's recipe, and E7a by that of the search."""
    columns = (
        Column("net", "net", align="left"),
        Column("recipe", "recipe", align="left"),
        Column("parameters", "parameters"),
        Column("train", "training accuracy, %", 2),
        Column("test", "test accuracy, %", 2),
        Column("reported", "reported in W2, %", 2),
        Column("seconds", "seconds a run", 1),
    )
    shown = [(net, "W2") for net in W2_NETS] + [(E7A, "search")] * (E7A in searched(runs))
    rows = []
    for net, recipe in shown:
        train, test = (value_of(accuracies(runs, net, part, recipe), scale=100) for part in ("train", "test"))
        seconds = {int(o.trial.arguments["seed"]): o.seconds for o in runs.where(net=net, recipe=recipe).finished()}
        reported = REPORTED[net] if recipe == "W2" else None
        rows.append((net, recipe, parameters(W2_NETS[net]), train, test, reported, value_of(seconds, digits=1)))
    return Table(
        columns,
        tuple(rows),
        caption="The two nets of W2 (mean ± standard deviation over seeds, of which W2's recipe has "
        f"{runs.where(recipe='W2').history()['seed'].nunique()}). E7a: {in_words(W2_NETS[E7A])}. E7b: "
        f"{in_words(W2_NETS[E7B])}. A ReLU follows every layer with weights but the last.",
    )


def tabulate_frontier(runs: Runs) -> Table:
    """The nets on the frontier, with the verdict of the validation digits on each."""
    columns = (
        Column("layers", "layers", align="left"),
        Column("parameters", "parameters"),
        Column("validation", "validation accuracy, %", 2),
        Column("reaches", f"reaches {TARGET_WORDS}", align="left"),
        Column("test", "test accuracy, %", 2),
    )
    rows = []
    for net in frontier(runs):
        validated = accuracies(runs, net, "validation")
        verdict = {Holds.YES: "yes", Holds.NO: "no", Holds.UNDECIDED: "undecided"}[at_least(validated, TARGET).holds]
        validation, test = (value_of(found, scale=100) for found in (validated, accuracies(runs, net)))
        rows.append((in_words(CANDIDATES[net]), parameters(CANDIDATES[net]), validation, verdict, test))
    return Table(
        columns,
        tuple(rows),
        caption=f"The frontier: of {len(searched(runs))} nets, the {len(rows)} that read more validation digits than any "
        "smaller one (mean ± standard deviation over seeds). A net reaches the mark if the whole interval of its mean does. A "
        "ReLU follows each convolution.",
    )


# --- claims --------------------------------------------------------------------------------------------------------

POINTS: dict[str, Any] = {"unit": "points", "scale": 100}
PERCENT: dict[str, Any] = {"unit": "%", "scale": 100, "what": "mean test accuracy"}
TENTH, HUNDREDTH = parameters(W2_NETS[E7A]) / 10, parameters(W2_NETS[E7A]) / 100
NONE_FOUND = Verdict(Holds.UNDECIDED, what="no net of the search reaches it on the validation digits")


def no_worse(runs: Runs) -> Verdict:
    """X2: E7a against E7b, in pairs."""
    one, other = (accuracies(runs, net, recipe="W2") for net in (E7A, E7B))
    paired = {seed: one[seed] - other[seed] for seed in sorted(set(one) & set(other))}
    return at_least(paired, 0, **POINTS, what="mean difference in test accuracy, E7a less E7b")


def above_reported(runs: Runs) -> Verdict:
    what = "mean difference in test accuracy, ours less W2's, of"
    return all_of(
        *(
            greater(found, dict.fromkeys(found, 0.0), **POINTS, what=f"{what} {net}")
            for net, found in {net: _less_reported(runs, net) for net in W2_NETS}.items()
        )
    )


def _less_reported(runs: Runs, net: str) -> dict[int, float]:
    return {seed: found - REPORTED[net] / 100 for seed, found in accuracies(runs, net, recipe="W2").items()}


def reaches_below(runs: Runs, limit: float) -> Verdict:
    return at_least(accuracies(runs, best_below(runs, limit)), TARGET, **PERCENT)


def smallest_reaches(runs: Runs) -> Verdict:
    net = smallest(runs)
    return NONE_FOUND if net is None else at_least(accuracies(runs, net), TARGET, **PERCENT)


def beats_reported_e7b(runs: Runs) -> Verdict:
    """X2, by W2's own number."""
    net = smallest(runs)
    if net is None:
        return NONE_FOUND
    ahead = {seed: found - REPORTED[E7B] / 100 for seed, found in accuracies(runs, net).items()}
    what = "mean difference in test accuracy, the smallest less W2's for E7b"
    return greater(ahead, dict.fromkeys(ahead, 0.0), **POINTS, what=what)


def beats_e7a(runs: Runs, recipe: str) -> Verdict:
    """With E7a trained by this recipe, where the budget buys it."""
    if recipe == "search" and E7A not in searched(runs):
        return Verdict(Holds.UNDECIDED, what="this budget trains E7a by W2's recipe alone")
    what = "mean difference in test accuracy"
    return greater(accuracies(runs, best_below(runs, TENTH)), accuracies(runs, E7A, recipe=recipe), **POINTS, what=what)


def beats_softmax(runs: Runs) -> Verdict:
    net = smallest(runs)
    if net is None:
        return NONE_FOUND
    what = "mean difference in test accuracy"
    return greater(accuracies(runs, net), accuracies(runs, SOFTMAX), **POINTS, what=what)


# --- values, and what was reported ---------------------------------------------------------------------------------


def _smallest_size(runs: Runs) -> Value:
    net = smallest(runs)
    size = math.nan if net is None else parameters(CANDIDATES[net])
    return Value(size, digits=0, origin=f"parameters of {net}, the smallest net that reaches {TARGET_WORDS} in validation")


def _times_smaller(runs: Runs) -> Value:
    return Value(
        parameters(W2_NETS[E7A]) / _smallest_size(runs).number, digits=1, origin="parameters of E7a by those of the smallest"
    )


def _stated(runs: Runs, value: Value) -> Value:
    del runs
    return value


def _passes(runs: Runs) -> Value:
    recipe = runs.where(recipe="search").outcomes[0].trial.arguments["recipe"]
    return Value(recipe.length.count, digits=0, origin="epochs of the search")


def _w2_accuracy(runs: Runs, net: str) -> Value:
    found = accuracies(runs, net, recipe="W2")
    return value_of(found, unit="%", scale=100, origin=f"test accuracy of {net} by W2's recipe")


def _reported(net: str) -> Reported:
    # twice the standard deviation of a share counted on 10 000 digits, which is what W2's one run leaves open
    tolerance = 2 * math.sqrt(REPORTED[net] * (100 - REPORTED[net]) / 10_000)
    return Reported(f"test accuracy of {net}", REPORTED[net], "W2", partial(_w2_accuracy, net=net), tolerance)


EXPERIMENT = Experiment(
    id="E7",
    title="Small nets",
    question="How few parameters does a net need to read as many digits as W2's small nets do?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", "%", 2, 100),
        "validation_accuracy": Measure("validation accuracy", "%", 2, 100),
        "train_accuracy": Measure("training accuracy", "%", 2, 100),
    },
    figures={"frontier": draw_frontier, "whole": draw_whole, "curves": draw_curves},
    tables={"w2": tabulate_w2, "pareto": tabulate_frontier},
    claims={
        "no_worse": Claim("With 21 times fewer parameters, E7a reads at least as many test digits as E7b.", no_worse),
        "above_reported": Claim("Both nets read more test digits than W2 reports.", above_reported),
        "tenth": Claim(
            f"The best net with under a tenth of E7a's parameters reads at least {TARGET_WORDS} of the test digits.",
            partial(reaches_below, limit=TENTH),
        ),
        "hundredth": Claim(
            f"The best net with under a hundredth of E7a's parameters reads at least {TARGET_WORDS} of the test digits.",
            partial(reaches_below, limit=HUNDREDTH),
        ),
        "smallest": Claim(
            f"The smallest net that reaches {TARGET_WORDS} of the validation digits reaches it on the test digits, too.",
            smallest_reaches,
        ),
        "beats_reported_e7b": Claim(
            f"The smallest net that reaches {TARGET_WORDS} reads more test digits than W2 reports for E7b.", beats_reported_e7b
        ),
        "beats_e7a": Claim(
            "The best net with under a tenth of E7a's parameters reads more test digits than E7a, trained alike.",
            partial(beats_e7a, recipe="search"),
        ),
        "beats_e7a_longer": Claim("It does so even if E7a is trained by W2's longer recipe.", partial(beats_e7a, recipe="W2")),
        "beats_softmax": Claim(
            f"The smallest net that reaches {TARGET_WORDS} reads more test digits than softmax regression on all pixels, which "
            f"has {parameters(CANDIDATES[SOFTMAX])} parameters.",
            beats_softmax,
        ),
    },
    values={
        "smallest": _smallest_size,
        "times_smaller": _times_smaller,
        "searched": lambda runs: Value(len(searched(runs)), digits=0, origin="nets of the search"),
        "target": partial(_stated, value=Value(100 * TARGET, "%", 2, origin="W2's test accuracy of E7a")),
        "rate": partial(_stated, value=Value(RATE, digits=3, origin="learning rate of the search")),
        "passes": _passes,
        "iterations": lambda runs: Value(
            runs.where(recipe="W2").outcomes[0].trial.arguments["recipe"].length.count,
            digits=0,
            origin="minibatches of W2's recipe",
        ),
        "ratio": partial(
            _stated,
            value=Value(
                parameters(W2_NETS[E7B]) / parameters(W2_NETS[E7A]), digits=0, origin="parameters of E7b by those of E7a"
            ),
        ),
    },
    reported={"e7a": _reported(E7A), "e7b": _reported(E7B)},
)
