"""The pictures of E13: curves, fit against size, silent logits, filters, confusions, and what each net sees in an image."""

from __future__ import annotations

import numpy as np

from experiments.capacity_runs import (
    ADAM,
    LOGITS,
    MOMENTUM,
    PLAIN,
    RECTIFIED,
    at_end,
    best,
    capacity_of,
    gap,
    lowest,
    rise,
    select,
    size,
    trained_nets,
)
from experiments.looks import LOOKS
from report import plots
from report.model import Figure, Runs, State
from report.stats import mean

ALONE = 0.9  # of its squared weights: from there on a filter looks at brightness and at nothing else


def curves(runs: Runs) -> Figure:
    """Training loss, test loss and test accuracy by epoch, with plain (above) and rectified logits (below)."""
    nets = trained_nets(runs)
    history = Runs(tuple(outcome for logits in LOGITS for outcome in select(runs, logits))).history()
    shown = history.assign(test_accuracy=100 * history["test_accuracy"])
    metrics = {"train_loss": "training loss, nats", "test_loss": "test loss, nats", "test_accuracy": "test accuracy, %"}
    figure, axes = plots.canvas(width=plots.PAGE, height=4.6, rows=2, columns=3, sharex=True)
    with plots.style():
        for row, logits in enumerate(LOGITS):
            for column, (metric, label) in enumerate(metrics.items()):
                ax = axes[row, column]
                part = shown[shown["logits"] == logits]
                plots.learning_curves(ax, part, "epoch", metric, "net", {net: LOOKS[net] for net in nets})
                ax.set_title(f"{label}\n{logits} logits" if row == 0 else f"{logits} logits", fontsize=8.4)
                ax.set_xlabel("epoch" if row == 1 else "")
    for ax in axes.flat:
        plots.label_ends(ax)
    ends = "; ".join(f"{net} {mean(at_end(runs, net, 'test_accuracy')):.1%}" for net in nets)
    loss = min(nets, key=lambda net: mean(at_end(runs, net, "test_loss")))
    top = mean(at_end(runs, best(runs, RECTIFIED), "test_accuracy", RECTIFIED))
    return Figure(
        figure,
        caption="Learning curves by Adam with plain logits (above) and with a ReLU on them (below, on scales of their own); "
        f"bands are the range over seeds. With plain logits {best(runs)} ends with the highest test accuracy, {loss} with the "
        f"lowest test loss; with the ReLU, {best(runs, RECTIFIED)} has the highest accuracy, {top:.1%}.",
        alt=f"Six panels of curves by epoch. Test accuracy at the end with plain logits: {ends}.",
        data=history,
    )


def fit(runs: Runs) -> Figure:
    """Accuracy and test loss at the end against the number of parameters, with plain logits."""
    import pandas as pd

    nets = trained_nets(runs)
    measured = {
        "training accuracy": [100 * mean(at_end(runs, net, "train_accuracy")) for net in nets],
        "test accuracy": [100 * mean(at_end(runs, net, "test_accuracy")) for net in nets],
        "last epoch": [mean(at_end(runs, net, "test_loss")) for net in nets],
        "lowest": [mean(lowest(runs, net)[0]) for net in nets],
    }
    sizes = [size(net) for net in nets]
    figure, (panels,) = plots.canvas(width=plots.PAGE, height=2.5, columns=2)
    with plots.style():
        for ax, lines, label in (
            (panels[0], ("training accuracy", "test accuracy"), "accuracy, %"),
            (panels[1], ("last epoch", "lowest"), "test loss, nats"),
        ):
            ax.set_xscale("log")
            plots.plain_ticks(ax.xaxis, at=(1, 3))
            for line, dashes in zip(lines, (":", "-")):
                ax.plot(sizes, measured[line], color=plots.INK, linestyle=dashes, linewidth=0.9, label=line)
                for net, x, y in zip(nets, sizes, measured[line]):
                    ax.plot(x, y, color=LOOKS[net].colour, marker=LOOKS[net].marker, linestyle="none", label="_", clip_on=False)
            ax.set_title(label)
            ax.set_xlabel("parameters")
        for net, x, y in zip(nets, sizes, measured["training accuracy"]):
            panels[0].annotate(
                net, (x, y), xytext=(-2, 4), textcoords="offset points", ha="right", color=LOOKS[net].colour, fontsize=7.4
            )
    panels[0].margins(x=0.14, y=0.16)  # room for the first of these names
    for ax in panels:
        plots.label_ends(ax)
    wide, first = nets[-1], nets[0]
    return Figure(
        figure,
        caption="What each net gets right after the last epoch, and its test loss, by its number of parameters. The gap "
        f"between training and test accuracy is {100 * mean(gap(runs, first)):.1f} points for {first} and "
        f"{100 * mean(gap(runs, wide)):.1f} for {wide}; the test loss of {wide} ends {mean(rise(runs, wide)):.2f} nats above "
        "its lowest.",
        alt="Two panels over the number of parameters. Training and test accuracy: "
        + "; ".join(f"{net} {a:.1f} % and {b:.1f} %" for net, a, b in zip(nets, *list(measured.values())[:2]))
        + ". Test loss at the end and at its lowest: "
        + "; ".join(f"{net} {a:.2f} and {b:.2f}" for net, a, b in zip(nets, *list(measured.values())[2:]))
        + ".",
        data=pd.DataFrame({"net": nets, "parameters": sizes, **measured}),
    )


def silence(runs: Runs) -> Figure:
    """Behind the ReLU: the share of each class's training images that do not pull their own logit up, run by run."""
    import pandas as pd

    done = [
        (outcome.trial, outcome.result)
        for optimizer in (ADAM, MOMENTUM)
        for outcome in select(runs, RECTIFIED, "examination", optimizer=optimizer)
        if outcome.state is State.DONE and outcome.result is not None
    ]
    if not done:
        select(runs, RECTIFIED, "examination").converged()  # which says why
    results = [result for _, result in done]
    rows = [
        f"{trial.tags['net']}{', SGD' * (trial.tags['optimizer'] == MOMENTUM)}, seed {trial.arguments['seed']}"
        for trial, _ in done
    ]
    shares = 100 * np.array([result.arrays["silent"] for result in results])
    dead = np.array([result.arrays["highest"] <= 0 for result in results])
    classes = [str(label) for label in results[0].arrays["classes"]]
    figure, axes = plots.canvas(width=plots.COLUMN, height=1.0 + 0.16 * len(rows))
    ax = axes[0, 0]
    with plots.style():
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


def filters(runs: Runs) -> Figure:
    """The first filters of each net with plain logits, as the 5×5 pictures that they are."""
    import pandas as pd

    nets, most = trained_nets(runs), 24
    figure, axes = plots.canvas(width=plots.PAGE, height=0.29 * len(nets), rows=len(nets), columns=most)
    rows = []
    for net, row in zip(nets, axes):
        weights = select(runs, PLAIN, net=net).converged().array("conv1.weight")  # (maps, 3, 5, 5)
        strongest = np.sort(np.argsort(-np.square(weights).sum((1, 2, 3)), kind="stable")[:most])
        for ax in row:
            ax.set_axis_off()
        for ax, at in zip(row, strongest):
            picture = weights[at].transpose(1, 2, 0)
            plots.panel_images(ax, 0.5 + picture / (2 * np.abs(picture).max()))
            rows.append((net, int(at), float(np.sqrt(np.square(picture).sum())), _grey(picture)))
        row[0].annotate(
            net, (-0.4, 0.5), xycoords="axes fraction", ha="right", va="center", fontsize=7.6, color=LOOKS[net].colour
        )
    shown = [f"{min(most, capacity_of(net)[0])} of {capacity_of(net)[0]} for {net}" for net in nets]
    grey = [share for *_, share in rows]
    return Figure(
        figure,
        caption=f"Filters of the first convolution, red, green and blue weights as colours, grey for 0, each scaled to its "
        f"largest weight; of a net with more than {most}, those of the largest norm. What the three colours have in "
        f"common holds {sum(grey) / len(grey):.0%} of the squared weights of a filter on average; of the {len(grey)}, "
        f"{sum(share > ALONE for share in grey)} look at brightness alone (over {ALONE:.0%}), "
        f"{sum(share < 0.5 for share in grey)} mostly at colour.",
        alt=f"Rows of small coloured squares, the filters of {len(nets)} nets: {', '.join(shown)}.",
        data=pd.DataFrame(rows, columns=["net", "filter", "norm", "share of its grey part"]),
        seeds=1,
    )


def _grey(picture: np.ndarray) -> float:
    """The share of the squared weights of a filter (height, width, 3) that is the same in all three colours."""
    return float(3 * np.square(picture.mean(2)).sum() / np.square(picture).sum())


def confusion(runs: Runs) -> Figure:
    """What the best net takes each class for, over all its seeds."""
    import pandas as pd

    net = best(runs)
    results = [o.result for o in select(runs, PLAIN, "examination", net).converged() if o.result is not None]
    counts = np.sum([result.arrays["confusion"] for result in results], axis=0)
    classes = [str(label) for label in results[0].arrays["classes"]]
    shares = 100 * counts / counts.sum(1, keepdims=True).clip(min=1)
    figure, axes = plots.canvas(width=plots.COLUMN, height=3.6)
    ax = axes[0, 0]
    with plots.style():
        ax.imshow(shares, vmin=0, vmax=100, cmap="cividis")
        ax.grid(visible=False)
        ax.set_xticks(range(len(classes)), classes, rotation=45, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(len(classes)), classes)
        ax.set_xlabel("prediction")
        ax.set_ylabel("class")
        for (row, column), share in np.ndenumerate(shares):
            ink = "black" if share > 50 else "white"
            ax.annotate(f"{share:.0f}", (column, row), ha="center", va="center", fontsize=6.8, color=ink)
    apart = shares - np.diag(np.diag(shares))
    row, column = np.unravel_index(apart.argmax(), apart.shape)
    easiest, hardest = classes[np.diag(shares).argmax()], classes[np.diag(shares).argmin()]
    return Figure(
        figure,
        caption=f"The test images of each class by what {net} takes them for, in percent of the class. Its most frequent "
        f"mistake is to take {classes[row]} for {classes[column]}, {apart.max():.0f} % of the time; {easiest} is the easiest "
        f"class and {hardest} the hardest.",
        alt=f"A {len(classes)} by {len(classes)} grid. Right predictions by class: "
        + "; ".join(f"{label} {share:.0f} %" for label, share in zip(classes, np.diag(shares)))
        + ".",
        data=pd.DataFrame(counts, columns=classes).assign(**{"class": classes}),
        seeds=len(results),
    )


def panel(runs: Runs) -> Figure:
    """The first test image of each class, and what every net takes it for."""
    import pandas as pd

    nets = trained_nets(runs)
    source = select(runs, PLAIN, "examination").converged()
    images, at = source.array("panel_images"), source.array("panel_at")
    classes, labels = source.array("classes"), source.array("panel_labels")
    found = {net: select(runs, PLAIN, net=net).converged().array("predictions")[at] for net in nets}
    figure, axes = plots.canvas(
        width=plots.PAGE, height=0.7 + 0.19 * len(nets), rows=2, columns=len(images), height_ratios=[0.6, 0.19 * len(nets)]
    )
    for ax in axes.flat:
        ax.set_axis_off()
    for column, (image, label) in enumerate(zip(images, labels)):
        plots.panel_images(axes[0, column], image, str(classes[label]))
        for place, net in enumerate(nets):
            right = found[net][column] == label
            axes[1, column].annotate(
                str(classes[found[net][column]]),
                (0.5, 1 - (place + 0.5) / len(nets)),
                xycoords="axes fraction",
                ha="center",
                va="center",
                fontsize=7,
                color=plots.INK if right else plots.COLOURS[1],
                fontweight="normal" if right else "bold",
            )
    for place, net in enumerate(nets):
        axes[1, 0].annotate(
            net,
            (-0.15, 1 - (place + 0.5) / len(nets)),
            xycoords="axes fraction",
            ha="right",
            va="center",
            fontsize=7.6,
            color=LOOKS[net].colour,
        )
    hits = np.array([found[net] == labels for net in nets])
    right = {net: int(each.sum()) for net, each in zip(nets, hits)}
    return Figure(
        figure,
        caption="The first test image of each class (named above it), and what a run of each net takes it for; mistakes are "
        f"coloured. All nets are right about {hits.all(0).sum()} of the {len(images)}, none about {(~hits.any(0)).sum()}.",
        alt=f"{len(images)} small photographs with the predictions of {len(nets)} nets. Right: "
        + "; ".join(f"{net} {count}" for net, count in right.items())
        + ".",
        data=pd.DataFrame({"class": classes[labels], **{net: classes[found[net]] for net in nets}}),
        seeds=1,
    )
