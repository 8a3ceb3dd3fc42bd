"""What E7 reads from its runs, and shows of them: which nets are on the frontier, and which is the smallest that will do.

A net is chosen by digits that were set aside in training, never by test digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from experiments.e07_small_nets.trials import CANDIDATES, E7A, E7B, SEARCH, SIZES, W2, W2_NETS, in_words
from experiments.looks import LOOKS, SOFTMAX
from experiments.nets import AvgPool, Conv
from report import plots
from report.model import Column, Figure, Holds, MissingResult, Runs, Table, Value, tabulate
from report.numbers import number_text
from report.stats import SHARE, Seeds, at_least, mean, value_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REPORTED = {E7A: 96.05, E7B: 95.86}  # % of test digits, in W2
TARGET = REPORTED[E7A] / 100
TARGET_WORDS = f"{REPORTED[E7A]:.2f} %"


# --- reading the runs ----------------------------------------------------------------------------------------------


def read(runs: Runs, net: str, part: str = "test", recipe: str = SEARCH) -> Seeds:
    """The share of digits read: "train", "validation" or "test"."""
    return runs.where(net=net, recipe=recipe)[f"{part}_accuracy"]


def longest(runs: Runs) -> str:
    """The recipe by which W2's nets are compared: the tutorial's where the budget buys it."""
    return W2 if W2 in runs.values_of("recipe") else SEARCH


def searched(runs: Runs) -> list[str]:
    """The nets of the search that have a result, the smallest first."""
    found = {str(run.trial.tags["net"]) for run in runs.where(recipe=SEARCH).converged()}
    return sorted(found, key=SIZES.__getitem__)


def frontier(runs: Runs) -> list[str]:
    """The nets that read more validation digits, on average, than every smaller net of the search does."""
    best, found = -math.inf, []
    for net in searched(runs):
        accuracy = mean(read(runs, net, "validation"))
        if accuracy > best:
            best = accuracy
            found.append(net)
    return found


def smallest(runs: Runs) -> str | None:
    """The smallest net whose mean validation accuracy is at least the target by its 95 % interval: no lucky seed will do."""
    reach = (net for net in searched(runs) if at_least(read(runs, net, "validation"), TARGET).holds is Holds.YES)
    return next(reach, None)


def best_below(runs: Runs, limit: float) -> str:
    """Of the nets of the search with fewer parameters than ``limit``, the one that reads most validation digits."""
    small = [net for net in searched(runs) if SIZES[net] < limit]
    if not small:
        raise MissingResult(f"no net with fewer than {limit:g} parameters was searched")
    return max(small, key=lambda net: mean(read(runs, net, "validation")))


# --- figures and tables --------------------------------------------------------------------------------------------

DENSE, ONE, TWO = LOOKS[SOFTMAX].colour, plots.COLOURS[1], plots.COLOURS[3]  # by the number of convolutions; so E7a and E7b
KINDS = {
    "no convolution": (DENSE, "o"),
    "one convolution": (ONE, "^"),
    "two of 3×3, half the side": (TWO, "s"),
    "two, the whole image": (TWO, "D"),
}


def _kind(net: str) -> str:
    layers = CANDIDATES[net].layers
    convolutions = sum(isinstance(layer, Conv) for layer in layers)
    return list(KINDS)[convolutions + (convolutions == 2 and not isinstance(layers[0], AvgPool))]


def draw_frontier(runs: Runs) -> Figure:
    """Test error against parameters: every net of the search, its seeds' range, the frontier, and what W2 reports."""
    figure, axes = plots.canvas(plots.PAGE, 2.7)
    ax, chosen = axes[0, 0], frontier(runs)
    ax.set(xscale="log", yscale="log", xlabel="parameters", ylabel="test error, %")
    for kind in sorted({_kind(net) for net in searched(runs)}, key=list(KINDS).index):
        colour, marker = KINDS[kind]
        ax.plot([], [], marker, color=colour, linestyle="none", label=kind)
    for net in searched(runs):
        _draw_net(ax, net, read(runs, net), hollow=net in W2_NETS and longest(runs) == W2)
    corners = [(SIZES[net], _error(read(runs, net))) for net in chosen]
    ax.step(*zip(*corners), where="post", color=plots.INK, linewidth=0.8, linestyle="-", zorder=1, label="frontier")
    for net in W2_NETS:
        if longest(runs) == W2:
            _draw_net(ax, net, read(runs, net, recipe=W2))
        ax.plot([SIZES[net]], [100 - REPORTED[net]], "s", color=plots.INK, markerfacecolor="none", markersize=5, zorder=3)
    ax.axhline(100 * (1 - TARGET), color=plots.INK, linewidth=0.6, linestyle=":", zorder=0)
    ax.margins(x=0.06, y=0.1)
    ax.autoscale_view()  # names are placed by where the frontier is drawn
    plots.plain_ticks(ax.yaxis)
    figure.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    for net in W2_NETS:
        _label(ax, (SIZES[net], 100 - REPORTED[net]), f"{net} in W2", not _better(runs, net), corners)
    named = {SOFTMAX: SOFTMAX, smallest(runs) or "": "smallest that reaches it", **{net: net for net in W2_NETS}}
    for net, name in named.items():
        if net in searched(runs):
            recipe, below = (longest(runs), _better(runs, net)) if net in W2_NETS else (SEARCH, False)
            at = (SIZES[net], _error(read(runs, net, recipe=recipe)))
            _label(ax, at, f"{name} ({number_text(SIZES[net])})", below, corners)
    said = "; ".join(f"{net}, {SIZES[net]} parameters: {mean(read(runs, net)):.1%}" for net in chosen)
    stars = "; filled: W2's nets by the tutorial's recipe, hollow: by that of the search" * (longest(runs) == W2)
    return Figure(
        figure,
        caption=f"Test error against the number of parameters, both logarithmic: mean and range over seeds. {_found(runs)} The "
        "frontier joins the nets that read more validation digits than any smaller one. Stars are W2's nets"
        f"{stars}; squares: what W2 reports of them. Dotted: the mark of {TARGET_WORDS}.",
        alt=f"{_found(runs)} Test accuracy on the frontier: {said}.",
        data=runs.frame().assign(parameters=[SIZES[net] for net in runs.frame()["net"]]),
    )


def _better(runs: Runs, net: str) -> bool:
    """Whether one of W2's nets errs less here than W2 reports of it."""
    return _error(read(runs, net, recipe=longest(runs))) < 100 - REPORTED[net]


def _error(accuracies: Seeds) -> float:
    return 100 * (1 - mean(accuracies))


def _draw_net(ax: Axes, net: str, accuracies: Seeds, hollow: bool = False) -> None:
    """A mark at the mean, and a line over the range of the seeds."""
    colour, marker = KINDS[_kind(net)]
    marker, size = ("*", 8) if net in W2_NETS else (marker, 4)
    look: dict[str, Any] = {"color": colour, "markerfacecolor": "none" if hollow else colour, "linestyle": "none"}
    ends = [100 * (1 - accuracy) for accuracy in (max(accuracies.values()), min(accuracies.values()))]
    ax.plot([SIZES[net]] * 2, ends, color=colour, linewidth=0.9, linestyle="-", alpha=0.7, zorder=2)
    ax.plot([SIZES[net]], [_error(accuracies)], marker, markersize=size, zorder=3, **look)


LINE_OF_TEXT = 14  # points, with the space to its mark


def _label(ax: Axes, at: tuple[float, float], text: str, below: bool, line: Sequence[tuple[float, float]]) -> None:
    """Beside a mark, on the side where the axes have room, and not on the ``line`` of the frontier."""
    left = at[0] > 3e5
    sides: dict[str, Any] = {"ha": "right" if left else "left", "va": "top" if below else "bottom"}
    *_, level = at[1], *(error for size, error in line if size < at[0] or (size == at[0] and not left))
    mark, runs_at = (ax.transData.transform((at[0], error))[1] * 72 / ax.figure.dpi for error in (at[1], level))
    drop = mark - runs_at if 0 < mark - runs_at < LINE_OF_TEXT else 0
    offset = (-5 if left else 5, -3.5 - drop if below else 3.5)
    ax.annotate(text, at, xytext=offset, textcoords="offset points", fontsize=7.8, **sides)


def _found(runs: Runs) -> str:
    """What the search has found, in a sentence or two."""
    net = smallest(runs)
    if net is None:
        return f"No net of the search reaches {TARGET_WORDS} of the validation digits for certain."
    return (
        f"The smallest net that reaches {TARGET_WORDS} of the validation digits has {SIZES[net]} parameters "
        f"({in_words(net)}) and reads {mean(read(runs, net)):.2%} of the test digits."
    )


def tabulate_w2(runs: Runs) -> Table:
    """W2's nets by each recipe; what W2 reports, beside runs of its own, if there are any."""

    def share(part: str) -> Callable[[str, str], Value]:
        return lambda net, recipe: value_of(read(runs, net, part, recipe), SHARE)

    columns = (
        Column("net", "net", align="left", of=lambda net, _: net),
        Column("parameters", "parameters", of=lambda net, _: SIZES[net]),
        Column("train", "training accuracy, %", 2, of=share("train")),
        Column("test", "test accuracy, %", 2, of=share("test")),
    )
    recipes = sorted(runs.values_of("recipe"))
    how = Column("recipe", "recipe", align="left", of=lambda _, recipe: "the tutorial's" if recipe == W2 else "the search's")
    reported = Column("reported", "reported in W2, %", 2, of=lambda net, recipe: REPORTED[net] if recipe == W2 else None)
    return tabulate(
        [(net, recipe) for recipe in recipes for net in W2_NETS if net in searched(runs)],
        (columns[0], how, *columns[1:], reported) if W2 in recipes else columns,
        f"The two nets of W2. E7a: {in_words(E7A)}. E7b: {in_words(E7B)}. A ReLU follows every layer with weights but the "
        "last.",
    )


def tabulate_frontier(runs: Runs) -> Table:
    """The nets on the frontier, with the verdict of the validation digits on each."""
    words = {Holds.YES: "yes", Holds.NO: "no", Holds.UNDECIDED: "undecided"}
    columns = (
        Column("layers", "layers", align="left", of=in_words),
        Column("parameters", "parameters", of=SIZES.__getitem__),
        Column("validation", "validation accuracy, %", 2, of=lambda net: value_of(read(runs, net, "validation"), SHARE)),
        Column(
            "reaches",
            f"reaches {TARGET_WORDS}",
            align="left",
            of=lambda net: words[at_least(read(runs, net, "validation"), TARGET).holds],
        ),
        Column("test", "test accuracy, %", 2, of=lambda net: value_of(read(runs, net), SHARE)),
    )
    return tabulate(
        frontier(runs),
        columns,
        f"The frontier: of {len(searched(runs))} nets, those that read more validation digits than any smaller one (mean ± "
        "standard deviation over seeds). A net reaches the mark if the whole interval of its mean does. A ReLU follows each "
        "convolution.",
    )
