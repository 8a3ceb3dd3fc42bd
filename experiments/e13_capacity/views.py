"""What E13 reads from its runs, and shows of them: where each net ends, curves, fit against size, silent logits."""

from __future__ import annotations

import numpy as np

from experiments import measures
from experiments.e13_capacity.trials import ADAM, EXAMINATION, LOGITS, MOMENTUM, PLAIN, RECTIFIED, TRAINING, W4_BEST, name
from experiments.looks import LOOKS
from experiments.nets import parameters
from experiments.zoo import CAPACITIES, capacity
from report import plots
from report.model import Column, Figure, Outcome, Runs, State, Table, tabulate
from report.stats import LOSS, POINTS, SHARE, Seeds, mean, mean_of, value_of

RISE, GAP = 0.1, 0.1  # a net overfits where its test loss ends so many nats above its lowest, and the gap is so wide
SIZES = {name(channels): parameters(capacity(*channels)) for channels in CAPACITIES}


# --- reading the runs ----------------------------------------------------------------------------------------------


def select(runs: Runs, net: str | None = None, logits: str = PLAIN, optimizer: str = ADAM, stage: str = TRAINING) -> Runs:
    """The runs of this kind; unlike ``Runs.where`` it takes a condition that this budget leaves out."""
    wanted = {"logits": logits, "stage": stage, "optimizer": optimizer, **({"net": net} if net else {})}
    return Runs(tuple(outcome for outcome in runs if wanted.items() <= outcome.trial.tags.items()))


def trained_nets(runs: Runs, logits: str = PLAIN) -> list[str]:
    """The nets of which a run of this kind converged, the narrowest first. Raises ``MissingResult`` if there is none."""
    there = {outcome.trial.tags["net"] for outcome in select(runs, logits=logits).converged()}
    return [net for net in SIZES if net in there]


def trained_both_ways(runs: Runs) -> list[str]:
    """With plain logits and with rectified ones."""
    return [net for net in trained_nets(runs, RECTIFIED) if net in trained_nets(runs)]


def gap(runs: Runs, net: str) -> Seeds:
    """Training less test accuracy, after the last epoch."""
    return measures.gap(select(runs, net))


def lowest(runs: Runs, net: str, column: str = "test_loss") -> Seeds:
    """Of the epoch with the lowest test loss, that loss, or another ``column``."""

    def at_lowest(run: Outcome) -> float:
        losses = list(run.found.history["test_loss"])
        return float(run.found.history[column][losses.index(min(losses))])  # type: ignore[type-var, arg-type]

    return select(runs, net).converged().by_seed(at_lowest)


def rise(runs: Runs, net: str) -> Seeds:
    """How far the test loss of the last epoch lies above the lowest."""
    return select(runs, net)["test_loss"] - lowest(runs, net)


def best(runs: Runs) -> str:
    """The net of the highest mean test accuracy after the last epoch."""
    return max(trained_nets(runs), key=lambda net: mean(select(runs, net)["test_accuracy"]))


def diagnosis(runs: Runs, net: str) -> str:
    """What the two criteria say of the means of a net."""
    under = mean(select(runs, net)["train_accuracy"]) < mean(select(runs, best(runs))["test_accuracy"])
    over = mean(rise(runs, net)) > RISE and mean(gap(runs, net)) > GAP
    return {(True, False): "underfits", (False, True): "overfits", (True, True): "both"}.get((under, over), "neither")


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Training loss, test loss and test accuracy by epoch, with plain (above) and rectified logits (below)."""
    nets = trained_nets(runs)
    history = Runs(tuple(outcome for logits in LOGITS for outcome in select(runs, logits=logits))).history()
    shown = history.assign(test_accuracy=100 * history["test_accuracy"])
    metrics = {"train_loss": "training loss, nats", "test_loss": "test loss, nats", "test_accuracy": "test accuracy, %"}
    figure, axes = plots.canvas(width=plots.PAGE, height=3.8, rows=2, columns=3, sharex=True)
    for row, logits in zip(axes, LOGITS):
        for ax, (metric, label) in zip(row, metrics.items()):
            part = shown[shown["logits"] == logits]
            plots.learning_curves(ax, part, "epoch", metric, "net", {net: LOOKS[net] for net in nets})
            ax.set_title(f"{label}\n{logits} logits" if logits == PLAIN else f"{logits} logits", fontsize=8.4)
            ax.set_xlabel("epoch" if logits == RECTIFIED else "")
            plots.label_ends(ax)
    ends = {net: (mean(select(runs, net)["test_accuracy"]), mean(select(runs, net)["test_loss"])) for net in nets}
    said = "; ".join(f"{net} {accuracy:.1%} and {loss:.2f} nats" for net, (accuracy, loss) in ends.items())
    rectified = {net: mean(select(runs, net, RECTIFIED)["test_accuracy"]) for net in trained_both_ways(runs)[-1:]}
    told = (
        f" {net} ends with {ends[net][0]:.1%} of the test images right without it, {end:.1%} with it."
        for net, end in rectified.items()
    )
    return Figure(
        figure,
        caption="Learning curves by Adam with plain logits (above) and with a ReLU on them (below, on scales of their own); "
        f"bands are the range over seeds.{''.join(told)}",
        alt=f"Six panels of curves by epoch. Test accuracy and test loss at the end, with plain logits: {said}.",
        data=history,
    )


def fit(runs: Runs) -> Figure:
    """Accuracy and test loss at the end against the number of parameters, with plain logits."""
    import pandas as pd

    nets = trained_nets(runs)
    measured = {
        "training accuracy": [100 * mean(select(runs, net)["train_accuracy"]) for net in nets],
        "test accuracy": [100 * mean(select(runs, net)["test_accuracy"]) for net in nets],
        "last epoch": [mean(select(runs, net)["test_loss"]) for net in nets],
        "lowest": [mean(lowest(runs, net)) for net in nets],
    }
    sizes = [SIZES[net] for net in nets]
    figure, (panels,) = plots.canvas(width=plots.PAGE, height=2.0, columns=2)
    for ax, lines, label in (
        (panels[0], ("training accuracy", "test accuracy"), "accuracy, %"),
        (panels[1], ("last epoch", "lowest"), "test loss, nats"),
    ):
        ax.set(xscale="log", title=label, xlabel="parameters")
        plots.plain_ticks(ax.xaxis, at=(1, 3))
        for line, dashes in zip(lines, (":", "-")):
            ax.plot(sizes, measured[line], color=plots.INK, linestyle=dashes, linewidth=0.9, label=line)
            for net, x, y in zip(nets, sizes, measured[line]):
                ax.plot(x, y, color=LOOKS[net].colour, marker=LOOKS[net].marker, linestyle="none", label="_", clip_on=False)
    for net, x, y in zip(nets, sizes, measured["test accuracy"]):
        last = net == nets[-1]  # whose name leaves room for those of the lines
        at = {"xytext": (4 * last, -11), "textcoords": "offset points", "ha": "right" if last else "center", "fontsize": 7.4}
        panels[0].annotate(net, (x, y), color=LOOKS[net].colour, **at)
    panels[0].margins(x=0.1, y=0.2)  # room for these names
    plots.label_ends(*panels)
    ends = "; ".join(
        f"{net} {trained:.1f} % and {tested:.1f} %, {loss:.2f} and {least:.2f} nats"
        for net, trained, tested, loss, least in zip(nets, *measured.values())
    )
    wide, first = nets[-1], nets[0]
    return Figure(
        figure,
        caption="What each net gets right after the last epoch, and its test loss, by its number of parameters. The gap "
        f"between training and test accuracy is {100 * mean(gap(runs, first)):.1f} points for {first} and "
        f"{100 * mean(gap(runs, wide)):.1f} for {wide}; the test loss of {wide} ends {mean(rise(runs, wide)):.2f} nats above "
        "its lowest.",
        alt="Two panels over the number of parameters. Training and test accuracy, test loss at the end and at its lowest: "
        f"{ends}.",
        data=pd.DataFrame({"net": nets, "parameters": sizes, **measured}),
    )


def silence(runs: Runs) -> Figure:
    """Behind the ReLU: the share of each class's training images that do not pull their own logit up, run by run."""
    import pandas as pd

    examined = [each for optimizer in (ADAM, MOMENTUM) for each in select(runs, None, RECTIFIED, optimizer, EXAMINATION)]
    done = [each for each in examined if each.state is State.DONE]
    if not done:
        select(runs, None, RECTIFIED, stage=EXAMINATION).converged()  # which says why
    rows = [
        f"{each.trial.tags['net']}{', SGD' * (each.trial.tags['optimizer'] == MOMENTUM)}, seed {each.seed}" for each in done
    ]
    shares = 100 * np.array([each.found.arrays["silent"] for each in done])
    dead = np.array([each.found.arrays["highest"] <= 0 for each in done])
    classes = [str(label) for label in done[0].found.arrays["classes"]]
    figure, axes = plots.canvas(width=plots.COLUMN, height=1.0 + 0.16 * len(rows))
    ax = axes[0, 0]
    image = ax.imshow(shares, vmin=0, vmax=100, aspect="auto", cmap="cividis")
    ax.grid(visible=False)
    ax.set_xticks(range(len(classes)), classes, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(rows)), rows)
    for row, column in zip(*np.nonzero(dead)):
        ax.plot(column, row, marker="X", color="black", markeredgecolor="white", markersize=5, linestyle="none")
    figure.colorbar(image, ax=ax, label="own logit 0, % of images")
    worst = [f"{row}: {', '.join(np.array(classes)[mask])}" for row, mask in zip(rows, dead) if mask.any()]
    return Figure(
        figure,
        caption="With rectified logits, by Adam unless SGD is named, the share of the training images of each class whose own "
        "logit is 0 once the net is trained. A cross marks a dead class, whose logit is 0 for every training image, "
        f"of whichever class: {dead.sum()} of {dead.size} in {len(rows)} runs.",
        alt=f"A grid of {len(rows)} runs by {len(classes)} classes. The mean share is {shares.mean():.0f} %. Dead classes: "
        + ("; ".join(worst) or "none")
        + ".",
        data=pd.DataFrame(shares, columns=classes).assign(run=rows, dead=dead.sum(1)),
    )


# --- tables --------------------------------------------------------------------------------------------------------


def final(runs: Runs) -> Table:
    """Where each net with plain logits ends, and what the criteria make of it."""
    columns = (
        Column("net", "net", align="left", of=str),
        Column("parameters", "parameters", of=SIZES.__getitem__),
        Column("train_loss", "training loss, nats", of=lambda net: mean_of(select(runs, net)["train_loss"], LOSS, 3)),
        Column("test_loss", "test loss, nats", of=lambda net: mean_of(select(runs, net)["test_loss"], LOSS, 3)),
        Column("lowest", "its lowest", of=lambda net: mean_of(lowest(runs, net), digits=3)),
        Column("epoch", "at epoch", of=lambda net: mean_of(lowest(runs, net, "epoch"), digits=1)),
        Column("train", "training accuracy, %", of=lambda net: mean_of(select(runs, net)["train_accuracy"], SHARE, 1)),
        Column("test", "test accuracy, %", 1, of=lambda net: value_of(select(runs, net)["test_accuracy"], SHARE, 1)),
        Column("gap", "gap, points", of=lambda net: mean_of(gap(runs, net), POINTS, 1)),
        Column("diagnosis", "by the means", align="left", of=lambda net: diagnosis(runs, net)),
    )
    return tabulate(
        trained_nets(runs),
        columns,
        "The nets with plain logits after the last epoch, means over seeds; beside the test accuracy, its standard "
        "deviation. Training accuracy is measured on at most as many images as there are test images.",
    )


def rectified(runs: Runs) -> Table:
    """What the ReLU on the logits does to each net that was trained both ways."""

    def accuracy(logits: str, how: tuple[str, str]) -> Seeds:
        return select(runs, how[0], logits, how[1])["test_accuracy"]

    def seen(how: tuple[str, str]) -> Runs:
        return select(runs, how[0], RECTIFIED, how[1], EXAMINATION).converged()

    columns = (
        Column("net", "net", align="left", of=lambda net, _: net),
        Column("optimizer", "optimiser", align="left", of=lambda _, optimizer: optimizer),
        Column("without", "test accuracy without, %", 1, of=lambda *how: value_of(accuracy(PLAIN, how), SHARE, 1)),
        Column("with", "with the ReLU, %", 1, of=lambda *how: value_of(accuracy(RECTIFIED, how), SHARE, 1)),
        Column("cost", "lost, points", of=lambda *how: mean_of(accuracy(PLAIN, how) - accuracy(RECTIFIED, how), POINTS, 1)),
        Column("dead", "dead classes a run", 1, of=lambda *how: value_of(seen(how)["dead"], digits=1)),
        Column(
            "silent",
            "images, own logit 0, %",
            of=lambda *how: mean_of(seen(how).by_seed(lambda run: run.found.arrays["silent"].mean()), SHARE, 1),
        ),
        Column("mute", "images, all logits 0, %", of=lambda *how: mean_of(seen(how)["mute"], SHARE, 1)),
    )
    return tabulate(
        [*((net, ADAM) for net in trained_both_ways(runs)), (name(W4_BEST), MOMENTUM)],
        columns,
        "Each net without and with a ReLU on its logits, and what became of the logits behind it: classes that are "
        "dead, and training images that do not pull up the logit of their own class, or none at all.",
    )
