"""E4: what a deep autoencoder keeps of a digit in two numbers, against what PCA keeps.

The write-ups' 'ReLU' leaves open whether the code has one too. It has none here, so that both codes may be any point of the
plane; the other reading is run beside it.

W1 reports losses far larger than any squared error of pixels from 0 to 1. Coders are therefore also trained on digits of
which each pixel is standardised, a scale that its losses may be on.
"""

from __future__ import annotations

from experiments import e02_mnist_classifiers as e02
from experiments.coders import PIXELS, STANDARDISED, judge_coder, principal_components, train_autoencoder
from experiments.looks import AUTOENCODER, CONVNET, PCA
from experiments.nets import Dense, Flatten, Layer, Net, ReLU, Sigmoid
from experiments.training import Adam, Epochs, Iterations, Recipe
from report.model import Budget, Data, Experiment, Measure, Trial

RELU_CODE = "autoencoder, ReLU code"
FITTED, JUDGED = "fitted", "judged"
EPOCH = 469  # iterations that pass over all training digits once


def autoencoder(*code: Layer) -> Net:
    """784–512–128–2–128–512–784 with ReLU between and a sigmoid at the end; ``code`` follows the layer of two units."""
    encoder = (Flatten(), Dense(512), ReLU(), Dense(128), ReLU(), Dense(2), *code)
    return Net((1, 28, 28), (*encoder, Dense(128), ReLU(), Dense(512), ReLU(), Dense(784), Sigmoid()))


NETS = {
    AUTOENCODER: autoencoder(),
    RELU_CODE: autoencoder(ReLU()),
    PCA: Net((1, 28, 28), (Flatten(), Dense(2), Dense(784))),
}


# --- trials ----------------------------------------------------------------------------------------------------------


def coder_trial(budget: Budget, coder: str, scale: str, seed: int) -> Trial:
    """The trial that finds the weights of a coder."""
    how = {} if coder == PCA else {"recipe": _recipe(budget, scale)}
    return Trial(
        principal_components if coder == PCA else train_autoencoder,
        {"seed": seed, "net": NETS[coder], "scale": scale, **_amounts(budget, scale), **how},
        inputs={"data": Data("mnist")},
        tags={"coder": coder, "scale": scale, "stage": FITTED},
    )


def judge_trial(budget: Budget, coder: str, seed: int) -> Trial:
    """The trial that judges a coder of pixels, with E2's convnet of the same seed."""
    judge = e02.trial(budget, CONVNET, "Adam", seed)
    judged_by = {"judge_net": judge.arguments["net"], "judge_examples": judge.arguments["train_examples"]}
    return Trial(
        judge_coder,
        {"seed": seed, "net": NETS[coder], **_amounts(budget, PIXELS), **judged_by},
        inputs={"data": Data("mnist"), "coder": coder_trial(budget, coder, PIXELS, seed), "judge": judge},
        tags={"coder": coder, "scale": PIXELS, "stage": JUDGED},
    )


def _recipe(budget: Budget, scale: str) -> Recipe:
    if scale == PIXELS:
        return Recipe(Adam(), Epochs(budget.pick(smoke=2, quick=6, full=20)))
    length, every = budget.pick(smoke=(32, 16), quick=(200, 100), full=(20 * EPOCH, EPOCH))
    return Recipe(Adam(), Iterations(length), evaluate=Iterations(every))


def _amounts(budget: Budget, scale: str) -> dict[str, int | None]:
    """Pixels that are bright in a handful of digits weigh as much as any other once standardised, so that a part of the digits
    does not have the errors of all: on that scale, all are used as soon as time allows."""
    few = scale == PIXELS
    return {
        "train_examples": budget.pick(smoke=2000, quick=10_000 if few else None, full=None),
        "test_examples": budget.pick(smoke=500, quick=2000 if few else None, full=None),
    }


def trials(budget: Budget) -> list[Trial]:
    """The autoencoder and PCA over all seeds; at the smaller budgets, what stands beside them over fewer."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=5))
    fewer = budget.seeds(budget.pick(smoke=2, quick=2, full=5))
    main = [(coder, PIXELS, seed) for coder in (AUTOENCODER, PCA) for seed in seeds]
    beside = ((RELU_CODE, PIXELS), (AUTOENCODER, STANDARDISED), (PCA, STANDARDISED))
    asked = main + [(coder, scale, seed) for coder, scale in beside for seed in fewer]
    judged = [judge_trial(budget, coder, seed) for coder, scale, seed in asked if scale == PIXELS]
    return [coder_trial(budget, *one) for one in asked] + judged


EXPERIMENT = Experiment(
    id="E4",
    title="Autoencoder against PCA",
    question="How much more of a digit than PCA does a deep autoencoder keep in a code of two numbers?",
    trials=trials,
    measures={
        "train_error": Measure("training error", digits=4),
        "test_error": Measure("test error", digits=4),
        "neighbour_accuracy": Measure("digits named by their neighbours", "%", 1, 100),
        "silhouette": Measure("silhouette", digits=3),
        "decoded": Measure("digits read right after coding", "%", 1, 100),
        "read": Measure("digits read right as they are", "%", 1, 100),
    },
)
