"""The nets of E4, and the trials that find their weights and judge them."""

from __future__ import annotations

from experiments import e02_mnist_classifiers as e02
from experiments.e04_autoencoder.coders import PIXELS, STANDARDISED, judge_coder, principal_components, train_autoencoder
from experiments.looks import AUTOENCODER, CONVNET, PCA
from experiments.nets import Dense, Flatten, Layer, Net, ReLU, Sigmoid
from experiments.training import Adam, Epochs, Iterations, Recipe
from report.model import Budget, Data, Trial

LINEAR_CODE, DEEPER, LINEAR = "linear code", "deeper autoencoder", "linear autoencoder"
FITTED, JUDGED = "fitted", "judged"  # the stages: finding the weights of a coder, judging it
SHOWN = (AUTOENCODER, LINEAR_CODE, PCA)  # the coders that are judged
EPOCH = 469  # iterations that pass over all training digits once


def autoencoder(*widths: int, code: tuple[Layer, ...] = (ReLU(),)) -> Net:
    """From 784 down through ``widths``, the last of which is the code, and back: ReLU between, and a sigmoid at the end;
    ``code`` follows the code layer."""
    *outer, inner = widths
    down = [layer for width in outer for layer in (Dense(width), ReLU())]
    up = [layer for width in reversed(outer) for layer in (Dense(width), ReLU())]
    return Net((1, 28, 28), (Flatten(), *down, Dense(inner), *code, *up, Dense(784), Sigmoid()))


NETS = {
    AUTOENCODER: autoencoder(512, 128, 2),
    LINEAR_CODE: autoencoder(512, 128, 2, code=()),
    DEEPER: autoencoder(512, 256, 128, 64, 32, 16, 8, 4, 2),
    LINEAR: Net((1, 28, 28), (Flatten(), Dense(2), Dense(784))),
    PCA: Net((1, 28, 28), (Flatten(), Dense(2), Dense(784))),
}


def coder_trial(budget: Budget, coder: str, scale: str, seed: int) -> Trial:
    """The trial that finds the weights of a coder."""
    how = {} if coder == PCA else {"recipe": _recipe(budget, coder, scale)}
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


def _recipe(budget: Budget, coder: str, scale: str) -> Recipe:
    """A linear autoencoder learns slowly and costs little: a larger rate for three times as long. Those of which nothing is
    drawn by epoch are measured at their end."""
    if scale == PIXELS:
        epochs, every = budget.pick(smoke=(2, 1), quick=(6, 2), full=(20, 1))
        if coder == LINEAR:
            return Recipe(Adam(1e-2), Epochs(3 * epochs), evaluate=Epochs(3 * epochs))
        return Recipe(Adam(), Epochs(epochs), evaluate=Epochs(every if coder in SHOWN else epochs))
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
    """What is judged over all seeds; at the smaller budgets, what stands beside them over fewer."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=4, full=10))
    fewer = seeds[: budget.pick(smoke=2, quick=3, full=5)]
    fewest = seeds[: budget.pick(smoke=2, quick=2, full=5)]
    asked = [
        *((coder, PIXELS, seed) for coder in (AUTOENCODER, LINEAR_CODE, PCA) for seed in seeds),
        *((LINEAR, PIXELS, seed) for seed in fewer),
        *((DEEPER, PIXELS, seed) for seed in fewest),
        *((coder, STANDARDISED, seed) for coder in (LINEAR_CODE, PCA) for seed in fewest),
    ]
    judges = [judge_trial(budget, coder, seed) for coder, scale, seed in asked if scale == PIXELS and coder in SHOWN]
    return [coder_trial(budget, *one) for one in asked] + judges
