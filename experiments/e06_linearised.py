"""E6: what is left of the tutorial convnet without its non-linearities?

W2's second question: E5's net without ReLU and with average instead of max pooling, under E5's recipe. It is one affine map
(T13), which a second trial reads off the trained net, and E2's softmax regression is what an affine map can do.
"""

from __future__ import annotations

from experiments import e02_mnist_classifiers as e02
from experiments import e05_tutorial_net as e05
from experiments import zoo
from experiments.affine import collapse
from experiments.looks import LINEARISED, SOFTMAX
from experiments.nets import AvgPool, MaxPool, Net, ReLU
from report.model import Budget, Data, Experiment, Measure, Trial


def linearised(net: Net) -> Net:
    """``net`` without ReLU, and with average pooling for max pooling."""
    pooled = (AvgPool(layer.kernel, layer.stride) if isinstance(layer, MaxPool) else layer for layer in net.layers)
    return Net(net.input, tuple(layer for layer in pooled if not isinstance(layer, ReLU)))


NETS = {LINEARISED: linearised(zoo.TUTORIAL)}
MAP = "affine map"


# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, seed: int) -> Trial:
    """The linearised net, under the recipe of E5."""
    return e05.trained(NETS[LINEARISED], LINEARISED, budget, seed)


def affine(budget: Budget, seed: int) -> Trial:
    """The map that the linearised net of this seed has become, held against the net on the same digits."""
    trained = trial(budget, seed)
    shared = {name: trained.arguments[name] for name in ("seed", "net", "train_examples", "test_examples")}
    return Trial(collapse, shared, inputs={"trained": trained, "data": Data("mnist")}, tags={"net": MAP})


def trials(budget: Budget) -> list[Trial]:
    """Beside its own, the runs of E5 and E2 that it is compared with."""
    return [
        each
        for seed in e05.seeds(budget)
        for each in (
            trial(budget, seed),
            affine(budget, seed),
            e05.trial(budget, seed),
            e02.trial(budget, SOFTMAX, "Adam", seed),
        )
    ]


EXPERIMENT = Experiment(
    id="E6",
    title="The tutorial convnet, linearised",
    question="What can the tutorial convnet still do without ReLU and with average pooling?",
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
    },
)
