"""E8: what becomes of the tutorial convnet of E5 on 250 digits, and do fewer parameters, dropout or more digits help?

W2's fourth question. The 250 digits are drawn by the seed, so that every net of one seed is trained on the same ones. Nets are
trained until nothing changes any more but the loss: 1500 minibatches of 50 at full budget, which is 300 passes, where W2
made 20 000 minibatches. More digits get as many passes as W2 made over all of them, but no fewer minibatches.

Dropout slows training down: at W2's rate it would take several times as many minibatches. The sweep of the keep
probability therefore runs at ten times that rate, for every budget, the net without dropout included.
"""

from __future__ import annotations

from dataclasses import replace

from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.looks import TUTORIAL
from experiments.nets import Conv, Dense, Dropout, Layer, MaxPool, Net
from experiments.training import Adam, Iterations, Recipe, train_classifier
from report.model import Budget, Data, Experiment, Measure, Trial

FEW = 250  # digits
BATCH = 50
RATE, FAST = 1e-4, 1e-3  # W2's; that of the sweep of the keep probability
FEWER = "fewer parameters"
ALL_DIGITS = 60_000


def narrowed(net: Net) -> Net:
    """``net`` with W2's changes: a second convolution of 3×3 in place of 5×5, and 300 hidden units in place of 1024."""
    changes: dict[Layer, Layer] = {
        Conv(64, 5, padding="same"): Conv(64, 3, padding="same"),
        Dense(1024): Dense(300),
    }
    return Net(net.input, tuple(changes.get(layer, layer) for layer in net.layers))


def with_dropout(net: Net, keep: float) -> Net:
    """``net`` with dropout between all layers that have weights: after each pooling, and before the last dense layer.

    ``keep`` is the probability that a value is kept; at 1 there is nothing to add.
    """
    if keep == 1:
        return net
    layers: list[Layer] = []
    for layer in net.layers:
        before_last = layer is net.layers[-1]
        layers += [Dropout(1 - keep)] * before_last + [layer] + [Dropout(1 - keep)] * isinstance(layer, MaxPool)
    return Net(net.input, tuple(layers))


NETS = {FEWER: narrowed(zoo.TUTORIAL)}


# --- trials --------------------------------------------------------------------------------------------------------


def trials(budget: Budget) -> list[Trial]:
    """W2's two nets on 250 digits; the sweep of the keep probability; and the tutorial net on more and more digits."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=5))
    fewer_seeds = e05.seeds(budget)
    return [
        *(trained(budget, zoo.TUTORIAL, TUTORIAL, FEW, seed) for seed in seeds),
        *(trained(budget, NETS[FEWER], FEWER, FEW, seed) for seed in seeds),
        *(dropped(budget, keep, seed) for keep in keeps(budget) for seed in seeds),
        *(trained(budget, zoo.TUTORIAL, TUTORIAL, digits, seed) for digits in amounts(budget)[1:-1] for seed in fewer_seeds),
        *(on_all(budget, seed) for seed in fewer_seeds),
    ]


def keeps(budget: Budget) -> tuple[float, ...]:
    """Keep probabilities of the sweep."""
    return budget.pick(smoke=(1.0, 0.5), quick=(1.0, 0.8, 0.5), full=(1.0, 0.8, 0.65, 0.5, 0.3, 0.15))


def amounts(budget: Budget) -> tuple[int, ...]:
    """Numbers of training digits, from the fewest to all that the budget has."""
    between = budget.pick(smoke=(500,), quick=(1000,), full=(600, 2000, 6000))
    return (FEW, *between, _all_digits(budget))


def _all_digits(budget: Budget) -> int:
    return e05.trial(budget, 0).arguments["train_examples"] or ALL_DIGITS


def on_all(budget: Budget, seed: int) -> Trial:
    """E5's own trial, under the tags of this experiment: it is trained once for both."""
    return replace(e05.trial(budget, seed), tags=_tags(TUTORIAL, _all_digits(budget)))


def trained(budget: Budget, net: Net, name: str, digits: int, seed: int) -> Trial:
    """``net`` without dropout on so many digits, at W2's rate."""
    all_of_them = e05.trial(budget, seed).arguments
    passes = all_of_them["recipe"].length.count / _all_digits(budget)
    length = max(budget.pick(smoke=20, quick=100, full=1500), round(passes * digits))
    return _trial(budget, net, seed, digits, Adam(RATE), length, _tags(name, digits))


def dropped(budget: Budget, keep: float, seed: int) -> Trial:
    """The tutorial net on 250 digits with dropout, at the faster rate."""
    length = budget.pick(smoke=20, quick=100, full=500)
    return _trial(
        budget, with_dropout(zoo.TUTORIAL, keep), seed, FEW, Adam(FAST), length, _tags(TUTORIAL, FEW, keep=keep, rate=FAST)
    )


def _tags(net: str, digits: int, keep: float = 1.0, rate: float = RATE) -> dict[str, str | int | float]:
    return {"net": net, "digits": digits, "keep": keep, "rate": rate}


def _trial(
    budget: Budget, net: Net, seed: int, digits: int, optimizer: Adam, length: int, tags: dict[str, str | int | float]
) -> Trial:
    """Measuring all test digits costs as much as two hundred updates, so only what is drawn as a curve is measured often."""
    shown = digits == FEW and optimizer.rate == RATE
    every = length // budget.pick(smoke=2, quick=2, full=6) if shown else length
    return Trial(
        train_classifier,
        {
            "seed": seed,
            "net": net,
            "recipe": Recipe(optimizer, Iterations(length), BATCH, evaluate=Iterations(every)),
            "train_examples": digits,
            "test_examples": budget.pick(smoke=200, quick=1000, full=None),
        },
        inputs={"data": Data("mnist")},
        tags=tags,
    )


EXPERIMENT = Experiment(
    id="E8",
    title="Overfitting on 250 digits",
    question="How far does the tutorial convnet overfit when it sees only 250 digits, and what helps?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
        "train_loss": Measure("training cross-entropy", unit="nats", digits=3),
    },
)
