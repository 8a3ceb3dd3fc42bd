"""E2: how much do hidden layers, and convolutions, add to softmax regression on MNIST, and does the optimiser matter?

Three nets, each under Adadelta (as in W1) and Adam (as in W5), 12 epochs of the 60 000 digits at full budget. The convnet is
LeNet-5 with ReLU and max pooling, on 28×28 pixels, with 8 maps in its first layer.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from experiments.e02_mnist_classifiers.hidden_layers import try_hidden_weights
from experiments.looks import CONVNET, LOOKS, MLP, SOFTMAX
from experiments.measures import CURVES, MEASURES, TEST, TEST_LOSS, TRAIN, classifier, gap, in_percent, reads_more
from experiments.nets import Dense, Flatten, Net, ReLU, parameters
from experiments.training import Adadelta, Adam, Epochs, Optimizer, Recipe
from experiments.zoo import block
from report import plots
from report.model import RECIPE, Budget, Claim, Column, Data, Experiment, Figure, Runs, Table, Trial, Value, Verdict, tabulate
from report.stats import LOSS, NATS, SHARE, POINTS, Mean, all_of, at_least, at_most, equal_within, greater, mean


def mlp(*hidden: int) -> Net:
    """Dense layers of so many ``hidden`` units each, with ReLU, and the ten outputs."""
    return Net((1, 28, 28), (Flatten(), *(layer for units in hidden for layer in (Dense(units), ReLU())), Dense(10)))


NETS = {
    SOFTMAX: Net((1, 28, 28), (Flatten(), Dense(10))),
    MLP: mlp(128, 128),
    CONVNET: Net((1, 28, 28), (*block(8, 5), *block(16, 5), Flatten(), Dense(120), ReLU(), Dense(84), ReLU(), Dense(10))),
}
OPTIMIZERS: dict[str, Optimizer] = {"Adadelta": Adadelta(), "Adam": Adam()}

ONES = "MLP with ones"
USUAL_SIZE = "two hidden layers"
SIZES = {"twice the units": (256, 256), "one hidden layer": (128,), "three hidden layers": (128, 128, 128)}

CLOSE = 0.005  # two accuracies no farther apart than half a percentage point are called equal
ALIKE = 0.01  # two sizes of one kind of net are called alike if no more than a percentage point lies between them
NEAR_ZERO = 0.1  # nats: what it costs to give the right class a probability of nine tenths


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, net: str, optimizer: str, seed: int) -> Trial:
    """One net under one optimiser. Its weights are kept, so that other experiments can build on it."""
    recipe = Recipe(OPTIMIZERS[optimizer], Epochs(budget.pick(smoke=2, quick=5, full=12)))
    amounts = budget.pick(smoke=(2000, 1000), quick=(12_000, 5000), full=(None, None))
    tags = {"net": net, "optimizer": optimizer}
    return classifier("mnist", NETS[net], recipe, seed, amounts, tags, keep=("weights", "predictions", "mistakes"))


def trials(budget: Budget) -> list[Trial]:
    seeds = budget.seeds(budget.pick(smoke=2, quick=4, full=5))
    trained = [trial(budget, net, optimizer, seed) for net in NETS for optimizer in OPTIMIZERS for seed in seeds]
    sized = [_sized(budget, size, seed) for size in SIZES for seed in seeds[: budget.pick(smoke=2, quick=3, full=5)]]
    return [*trained, *sized, *(_with_given_weights(budget, seed) for seed in seeds)]


def _sized(budget: Budget, size: str, seed: int) -> Trial:
    """The MLP of another size, under the optimiser of W1, which wonders about it."""
    usual = trial(budget, MLP, "Adadelta", seed)
    recipe = usual.arguments["recipe"]
    other = {"net": mlp(*SIZES[size]), "recipe": replace(recipe, evaluate=recipe.length), "keep": ()}
    return replace(usual, arguments={**usual.arguments, **other}, tags={"size": size})


def _with_given_weights(budget: Budget, seed: int) -> Trial:
    """The MLP with ones in its hidden layers, and with the softmax regression of this seed inside it."""
    softmax = trial(budget, SOFTMAX, "Adam", seed)
    amounts = {name: softmax.arguments[name] for name in ("train_examples", "test_examples")}
    return Trial(
        try_hidden_weights,
        arguments={"seed": seed, "net": NETS[MLP], **amounts},
        inputs={"data": Data("mnist"), "softmax": softmax},
        tags={"net": ONES},
    )


# --- figures -------------------------------------------------------------------------------------------------------


def curves(runs: Runs) -> Figure:
    """Accuracy and cross-entropy by epoch, on test (solid) and training digits (dotted), under each optimiser."""
    history = in_percent(Runs(tuple(run for run in runs if run.trial.tags.get("net") in NETS)).history())
    figure, axes = plots.canvas(width=plots.PAGE, height=3.5, rows=2, columns=2, sharex=True, sharey="row")
    for column, optimizer in enumerate(OPTIMIZERS):
        part = history[history["optimizer"] == optimizer]
        for row, (metric, label) in enumerate(CURVES.items()):
            ax = axes[row, column]
            plots.train_and_test(ax, part, "epoch", metric, "net", {net: LOOKS[net] for net in NETS})
            ax.set_title(optimizer if row == 0 else "")
            ax.set(ylabel=label if column == 0 else "", xlabel="epoch" if row == 1 else "")
    plots.label_ends(*axes.flat)
    tested = {
        net: [f"{mean(part['test_accuracy']):.1%}" for part in these.by("optimizer").values()]
        for net, these in ((net, runs.where(net=net)) for net in NETS)
    }
    gaps = [f"{100 * mean(gap(these)):.1f} under {name}" for name, these in runs.where(net=MLP).by("optimizer").items()]
    return Figure(
        figure,
        caption=f"Learning curves: test digits solid, training digits dotted; bands are the range over seeds. The MLP ends "
        f"with a gap of {' and '.join(gaps)}, in percentage points, between the digits that it was trained on and others.",
        alt="Four panels, accuracy and cross-entropy by epoch under Adadelta and Adam. Test accuracy at the end: "
        + "; ".join(f"{net} {' and '.join(ends)}" for net, ends in tested.items())
        + ".",
        data=history,
    )


def mistakes(runs: Runs) -> Figure:
    """The test digits that the best net gets wrong with most conviction."""
    (net, optimizer), _ = _best(runs)
    return misread(runs.where(net=net, optimizer=optimizer), f"{'' if net == SOFTMAX else 'the '}{net} under {optimizer}")


def misread(runs: Runs, reader: str) -> Figure:
    """The test digits that the first of ``runs`` gets wrong with most conviction; ``reader`` names it in the caption."""
    import pandas as pd

    chosen = runs.converged()
    images, labels, predictions = (chosen.array(f"mistake_{what}") for what in ("images", "labels", "predictions"))
    figure, axes = plots.canvas(width=plots.COLUMN, height=1.75, rows=3, columns=8)
    for ax in axes.flat:
        ax.set_axis_off()
    for ax, image, label, prediction in zip(axes.flat, images, labels, predictions):
        plots.panel_images(ax, image, f"{label}, not {prediction}")
    shown = min(len(images), axes.size)
    pairs = [f"{label} read as {prediction}" for label, prediction in zip(labels, predictions)]
    return Figure(
        figure,
        caption=f"The {shown} test digits that cost {reader} most, in its first run. Above each: its label, and after "
        "“not” what the net reads.",
        alt=f"{shown} images of handwritten digits: {', '.join(pairs[:shown])}.",
        data=pd.DataFrame({"label": labels, "prediction": predictions}),
        seeds=1,
    )


# --- tables --------------------------------------------------------------------------------------------------------


def final(runs: Runs) -> Table:
    """Where each net ends under each optimiser."""
    columns = (
        Column("net", "net", align="left"),
        Column("optimizer", "optimiser", align="left"),
        Column("parameters", "parameters", of=lambda these: parameters(NETS[these.tag("net")])),
        TEST,
        TRAIN,
        TEST_LOSS,
    )
    return tabulate(runs.by("net", "optimizer").values(), columns, "Where each net ends under each optimiser.")


def sizes(runs: Runs) -> Table:
    """The MLP, and what becomes of it with more or fewer units and layers."""
    columns = (
        Column("size", "MLP with", align="left", of=lambda these: these.outcomes[0].trial.tags.get("size", USUAL_SIZE)),
        Column("parameters", "parameters", of=lambda these: parameters(these.argument("net"))),
        TEST,
        TRAIN,
    )
    return tabulate([runs.where(net=MLP, optimizer="Adadelta"), *runs.by("size").values()], columns, "Sizes of the MLP.")


# --- claims --------------------------------------------------------------------------------------------------------


def _best(runs: Runs) -> tuple[tuple[str, str], float]:
    """The net and the optimiser of the highest mean test accuracy, and that accuracy."""
    means = {names: mean(these["test_accuracy"]) for names, these in runs.by("net", "optimizer").items()}
    return max(means.items(), key=lambda item: item[1])


def ordered(runs: Runs, optimizer: str) -> Verdict:
    by_net = runs.where(optimizer=optimizer).by("net")
    pairs = ((CONVNET, MLP), (MLP, SOFTMAX))
    return all_of(reads_more(by_net[better], by_net[worse], f"{better} less {worse}") for better, worse in pairs)


def optimizers_agree(runs: Runs) -> Verdict:
    what, tested = "mean difference in test accuracy, Adam less Adadelta", runs.by("net", "optimizer")
    found = {names: these["test_accuracy"] for names, these in tested.items()}
    return all_of(equal_within(found[net, "Adam"], found[net, "Adadelta"], CLOSE, POINTS, f"{what}, {net}") for net in NETS)


def gap_widest(runs: Runs, optimizer: str) -> Verdict:
    what = f"mean difference between two gaps, {MLP} less"
    gaps = {net: gap(these) for net, these in runs.where(optimizer=optimizer).by("net").items()}
    return all_of(greater(gaps[MLP], gaps[other], POINTS, f"{what} {other}") for other in (CONVNET, SOFTMAX))


def underfits(runs: Runs) -> Verdict:
    what = "mean of the MLP's test accuracy less the training accuracy of softmax regression"
    return all_of(
        greater(nets[MLP]["test_accuracy"], nets[SOFTMAX]["train_accuracy"], POINTS, f"{what}, {optimizer}")
        for optimizer, nets in ((optimizer, these.by("net")) for optimizer, these in runs.by("optimizer").items())
    )


def sizes_alike(runs: Runs) -> Verdict:
    usual, what = runs.where(net=MLP, optimizer="Adadelta")["test_accuracy"], "mean difference in test accuracy, less the MLP"
    found = {size: these["test_accuracy"] for size, these in runs.by("size").items()}
    return all_of(equal_within(accuracy, usual, ALIKE, POINTS, f"{size}, {what}") for size, accuracy in found.items())


def softmax(runs: Runs) -> Runs:
    """Those of softmax regression under Adam."""
    return runs.where(net=SOFTMAX, optimizer="Adam")


def updates(runs: Runs) -> Value:
    """By the counter of the training loop, in the net and with the optimiser of W1."""
    history = runs.where(net=CONVNET, optimizer="Adadelta").history().iloc[0]
    return Value(round(history["iteration"] / history["epoch"]), origin="updates of the weights in an epoch of E2")


EXPERIMENT = Experiment(
    id="E2",
    title="Three classifiers of MNIST digits",
    question="How much do hidden layers, and then convolutions, add to softmax regression, and does the optimiser matter?",
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves, "mistakes": mistakes},
    tables={"final": final, "sizes": sizes},
    claims={
        **{
            f"order_{name.lower()}": Claim(
                f"Under {name}, the convnet reads more test digits than the MLP, and the MLP more than softmax regression.",
                partial(ordered, optimizer=name),
            )
            for name in OPTIMIZERS
        },
        **{
            f"gap_{name.lower()}": Claim(
                f"Under {name}, the gap between training and test accuracy is wider for the MLP than for either other net.",
                partial(gap_widest, optimizer=name),
            )
            for name in OPTIMIZERS
        },
        "optimizers_agree": Claim(
            f"Adam and Adadelta end within {100 * CLOSE:g} percentage points of each other, whatever the net.",
            optimizers_agree,
            needs=RECIPE,
        ),
        "underfits": Claim(
            "Softmax regression underfits: it gets fewer of its own training digits right than the MLP "
            "gets of digits that it never saw.",
            underfits,
        ),
        "sizes_alike": Claim(
            "More units, or a hidden layer more or fewer, change the test accuracy of the MLP under Adadelta by at most "
            f"{100 * ALIKE:g} percentage point.",
            sizes_alike,
        ),
        "ones_keep_the_digit": Claim(
            "With ones for all weights before its last layer, the MLP reads as many test digits as softmax regression, to "
            f"within {100 * CLOSE:g} percentage points.",
            lambda runs: at_least(
                runs.where(net=ONES)["ones_accuracy"] - softmax(runs)["test_accuracy"],
                -CLOSE,
                POINTS,
                "mean difference in test accuracy, ones less softmax regression",
            ),
        ),
        "softmax_loss_near_zero": Claim(
            f"The training cross-entropy of softmax regression comes close to zero: to {NEAR_ZERO:g} nats or less.",
            lambda runs: at_most(softmax(runs)["train_loss"], NEAR_ZERO, NATS, "mean training cross-entropy, Adam"),
        ),
    },
    values={
        "updates": updates,
        "softmax": Mean(lambda runs: softmax(runs)["test_accuracy"], SHARE, 2, f"test accuracy, {SOFTMAX}, Adam"),
        "convnet": Mean(
            lambda runs: runs.where(net=CONVNET, optimizer="Adadelta")["test_accuracy"],
            SHARE,
            origin=f"test accuracy, {CONVNET}, Adadelta",
        ),
        "softmax_train": Mean(lambda runs: softmax(runs)["train_accuracy"], SHARE, 2, f"train accuracy, {SOFTMAX}, Adam"),
        "softmax_loss": Mean(lambda runs: softmax(runs)["train_loss"], LOSS, 3, "training cross-entropy, softmax, Adam"),
        # of a digit that is misread, the right class has a probability of one half at most
        "softmax_loss_least": Mean(
            lambda runs: (1 - softmax(runs)["train_accuracy"]) * math.log(2),
            LOSS,
            3,
            "share of training digits misread, times log 2",
        ),
        "ones_rank": lambda runs: Value(
            int(max(runs.where(net=ONES)["rank"].values())), origin="rank of what the hidden layers make of the test digits"
        ),
        "ones_accuracy": Mean(
            lambda runs: runs.where(net=ONES)["ones_accuracy"], SHARE, 1, "test accuracy of the best last layer after ones"
        ),
        "embedding_error": lambda runs: Value(
            max(runs.where(net=ONES)["embedding_error"].values()) or 0,  # the whole number: to no digit, not to two
            origin="largest difference of outputs over the largest output, softmax regression inside the MLP",
        ),
    },
)
