"""What E1 shows: the curves of every net, where each ends, and a table of what is left of each target."""

from __future__ import annotations

from functools import partial
from itertools import product

from experiments.e01_toy_functions.trials import AFFINE, CONVNETS, LINEAR, MATRICES, NETS, PAIRS, STARTS, TARGETS
from experiments.nets import parameters
from report import plots
from report.model import Column, Figure, Runs, Table, Value, tabulate
from report.seeds import Seeds
from report.stats import TIMES, mean, value_of

LEARNED = 1 / 3  # of the variance, at most, is left by a net that has learned its target
LOWEST = 1e-4  # smaller losses are drawn here


def loss(runs: Runs, net: str, target: str, matrix: str) -> Seeds:
    """The final test loss."""
    return runs.where(net=net, target=target, W=matrix)["test_loss"]


def drawn(runs: Runs) -> Runs:
    """The runs that figures draw: those of the four nets."""
    return Runs(tuple(run for run in runs if run.trial.tags["net"] in NETS))


def curves(runs: Runs) -> Figure:
    """Test (solid) and training loss (dotted) by epoch: a row a kind of W, a column a target."""
    history = drawn(runs).history()
    figure, axes = plots.canvas(plots.PAGE, 3.7, rows=2, columns=3, sharex=True, sharey=True)
    for ax, (matrix, target) in zip(axes.flat, product(MATRICES, TARGETS)):
        ax.set(yscale="log", ylim=(LOWEST * 0.8, 4))
        ax.axhline(1, color=plots.INK, linewidth=0.6)
        shown = history[(history["W"] == matrix) & (history["target"] == target)]
        plots.train_and_test(ax, shown, "epoch", "loss", "net", plots.looks(list(NETS)), LOWEST)
        ax.set_title(f"{TARGETS[target]}, $W$ {matrix}", fontsize=7.8)
    for ax in axes[:, 0]:
        ax.set_ylabel("loss, share of variance")
    for ax in axes[1]:
        ax.set_xlabel("epoch")
    plots.label_ends(*axes.flat)
    said = [
        f"{target} of a {matrix} W, " + ", ".join(f"{mean(loss(runs, net, target, matrix)):.2g} by the {net}" for net in NETS)
        for matrix in MATRICES
        for target in TARGETS
    ]
    left = " and ".join(f"{mean(loss(runs, PAIRS, 'sum', matrix)):.2f} where $W$ is {matrix}" for matrix in MATRICES)
    return Figure(
        figure,
        caption=f"Loss on test (solid) and training examples (dotted), mean and range over seeds, on a logarithmic scale; "
        f"losses below {LOWEST:g} are drawn there. The thin line is what predicting the mean costs. Of the sum, the convnet "
        f"that pools pairs leaves {left}.",
        alt="Six panels of loss curves of the linear net and of three convnets named by their pooling. Test loss at the end: "
        + "; ".join(said)
        + ".",
        data=history,
    )


def final(runs: Runs) -> Figure:
    """The final test loss of every run, against what counts as learned."""
    frame = drawn(runs).frame()
    looks = dict(zip(MATRICES, ({"marker": "o"}, {"marker": "s", "markerfacecolor": "none"})))  # a colour is a net's
    figure, axes = plots.canvas(plots.PAGE, 1.9, columns=3, sharey=True)
    for ax, (target, name) in zip(axes[0], TARGETS.items()):
        ax.axvline(LEARNED, color=plots.INK, linewidth=0.6)
        ax.set(xlim=(-0.05, max(1.15, frame["test_loss"].max() + 0.05)), xlabel="test loss, share of variance")
        ax.set_title(name)
        ax.set_yticks(range(len(NETS)), list(NETS))
        ax.set_ylim(len(NETS) - 0.5, -0.5)
        ax.grid(visible=False)
        for place, net in enumerate(NETS):
            for matrix, shift in zip(MATRICES, (-0.16, 0.16)):
                losses = list(loss(runs, net, target, matrix).values())
                dots = {"color": plots.INK, "linestyle": "none", "alpha": 0.75, **looks[matrix]}
                ax.plot(losses, [place + shift] * len(losses), label=f"$W$ {matrix}" if place == 0 else "_", **dots)
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    pairs = list(product(CONVNETS, TARGETS))
    counts = {matrix: sum(mean(loss(runs, *pair, matrix)) <= LEARNED for pair in pairs) for matrix in MATRICES}
    return Figure(
        figure,
        caption=f"Final test loss, a mark a seed. Left of the line at {LEARNED:.2f} a net counts as having learned its "
        f"target. By their means over seeds, that is so for {counts['convolutional']} of {len(pairs)} pairs of convnet and "
        f"target with a convolutional $W$, and for {counts['dense'] or 'none'} with a dense one.",
        alt="Final test losses, convnets: "
        + "; ".join(
            f"{target}, W {matrix}: " + ", ".join(f"{net} {mean(loss(runs, net, target, matrix)):.2f}" for net in CONVNETS)
            for target in TARGETS
            for matrix in MATRICES
        )
        + ".",
        data=frame,
    )


def losses(runs: Runs) -> Table:
    """The final test loss of every net on every target."""
    columns = (
        Column("matrix", "Matrix $W$", align="left", of=lambda matrix, _: matrix),
        Column("net", "net", align="left", of=lambda _, net: net),
        Column("parameters", "parameters", of=lambda _, net: parameters(NETS[LINEAR if net == AFFINE else net])),
        *(Column(target, name, of=partial(_cell, runs, target)) for target, name in TARGETS.items()),
    )
    frame = drawn(runs).frame()
    away = (frame["worst_start"] - frame["test_loss"]).max()
    caption = (
        "Final test loss as a share of the target's variance (mean ± standard deviation over seeds), for a convnet "
        f"that of the one of {STARTS} starts that the training loss chooses. Another start ends up to {away:.2f} of the "
        "variance above it."
    )
    return tabulate(product(MATRICES, (*NETS, AFFINE)), columns, caption)


def _cell(runs: Runs, target: str, matrix: str, net: str) -> Value | str:
    """Losses too small for three decimals differ by rounding errors alone."""
    found = loss(runs, net, target, matrix)
    return "< 0.001" if max(found.values()) < 0.0005 else value_of(found, TIMES, 3)
