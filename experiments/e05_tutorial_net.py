"""E5: how far does TensorFlow's "Deep MNIST" tutorial convnet get, and where are its three million parameters?

W2's first question: two 5×5 convolutions with ReLU and max pooling, a dense layer of 1024 and one of 10; Adam at 1e-4, at full
budget 20 000 minibatches of 50 of the 60 000 digits. The tutorial's dropout is left out: W2 counts and describes the net
without it, and studies dropout on its own (E8).
"""

from __future__ import annotations

from experiments import zoo
from experiments.looks import TUTORIAL
from experiments.nets import Net
from experiments.training import Adam, Iterations, Recipe, train_classifier
from report.model import Budget, Data, Experiment, Measure, Trial

# --- trials --------------------------------------------------------------------------------------------------------


def trial(budget: Budget, seed: int) -> Trial:
    """The tutorial net. Its weights are kept, so that other experiments can build on it."""
    return trained(zoo.TUTORIAL, TUTORIAL, budget, seed)


def trained(net: Net, name: str, budget: Budget, seed: int) -> Trial:
    """``net`` under the tutorial's recipe. A full evaluation costs as much as 300 updates, hence so few of them."""
    return Trial(
        train_classifier,
        arguments={
            "seed": seed,
            "net": net,
            "recipe": Recipe(
                Adam(1e-4),
                Iterations(budget.pick(smoke=40, quick=240, full=20_000)),
                batch_size=50,
                evaluate=Iterations(budget.pick(smoke=20, quick=80, full=2500)),
            ),
            "train_examples": budget.pick(smoke=2000, quick=12_000, full=None),
            "test_examples": budget.pick(smoke=200, quick=1000, full=None),
            "keep": ("weights", "predictions", "mistakes"),
        },
        inputs={"data": Data("mnist")},
        tags={"net": name},
    )


def trials(budget: Budget) -> list[Trial]:
    return [trial(budget, seed) for seed in seeds(budget)]


def seeds(budget: Budget) -> range:
    return budget.seeds(budget.pick(smoke=2, quick=3, full=3))


EXPERIMENT = Experiment(
    id="E5",
    title="The tutorial convnet",
    question='How well does the convnet of the "Deep MNIST" tutorial read digits, and where are its parameters?',
    trials=trials,
    measures={
        "test_accuracy": Measure("test accuracy", unit="%", scale=100),
        "train_accuracy": Measure("training accuracy", unit="%", scale=100),
        "test_loss": Measure("test cross-entropy", unit="nats", digits=3),
        "train_loss": Measure("training cross-entropy", unit="nats", digits=3),
    },
)
