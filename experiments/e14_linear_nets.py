"""E14: what is left of a convolutional net on CIFAR-10 without its non-linearities?

W4's second question: the net (12, 32) of E13 without ReLU, (a) without pooling, (b) with average pooling, (c) with four
convolutions for two, against the original. Each is one affine map (T13), which a second trial reads off the trained net. A
third fits the affine classifier of least training loss, which is a bound for all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from experiments import e13_capacity as e13
from experiments import zoo
from experiments.affine import collapse
from experiments.logistic import best_affine
from experiments.nets import Net
from experiments.training import Epochs, Recipe
from report.model import Budget, Data, Experiment, Trial

NO_POOLING, AVERAGE_POOLING, FOUR = "no pooling", "average pooling", "four convolutions"
LINEAR = {NO_POOLING: zoo.LINEAR, AVERAGE_POOLING: zoo.LINEAR_POOLED, FOUR: zoo.LINEAR_DEEP}
CHANNELS = (12, 32)
ORIGINAL = e13.name(CHANNELS)
BEST = "logistic regression"
TRAINING, MAP, BOUND = "training", "map", "bound"

PENALTIES = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01)  # of 50 000 images 0.03 is best, of 4000 about 1


# --- trials --------------------------------------------------------------------------------------------------------


def recipe(budget: Budget) -> Recipe:
    """E13's, but *quick* stops half-way: linear nets are dear, and soon as good as they get."""
    return replace(e13.recipe(budget), length=Epochs(budget.pick(smoke=2, quick=4, full=15)))


def trial(budget: Budget, name: str, seed: int) -> Trial:
    """One of the linear nets, or the original."""
    nets: Mapping[str, Net] = {**LINEAR, ORIGINAL: zoo.capacity(*CHANNELS)}
    made = e13.training(budget, nets[name], seed, {"net": name, "stage": TRAINING})
    return replace(made, arguments={**made.arguments, "recipe": recipe(budget)})


def mapped(budget: Budget, name: str, seed: int) -> Trial:
    """The affine map that a linear net has become, held against the net on the same images."""
    trained = trial(budget, name, seed)
    shared = {key: trained.arguments[key] for key in ("seed", "net", "train_examples", "test_examples")}
    return Trial(collapse, shared, inputs={"trained": trained, "data": Data("cifar10")}, tags={"net": name, "stage": MAP})


def bound(budget: Budget, seed: int) -> Trial:
    """The affine classifier of least loss on the images that the nets of this seed are trained on."""
    arguments = {"seed": seed, **e13.amounts(budget), "weights": PENALTIES, "steps": 200}
    return Trial(best_affine, arguments, inputs={"data": Data("cifar10")}, tags={"net": BEST, "stage": BOUND})


def trials(budget: Budget) -> list[Trial]:
    """The bound comes once: at *full* every seed trains on all images, at *quick* it costs as much as a net."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=3, full=3))
    return [
        *(trial(budget, name, seed) for name in (*LINEAR, ORIGINAL) for seed in seeds),
        *(mapped(budget, name, seed) for name in LINEAR for seed in seeds),
        bound(budget, seeds[0]),
    ]


EXPERIMENT = Experiment(
    id="E14",
    title="Linear nets",
    question="What is left of the net without its non-linearities, and how much could any affine classifier do?",
    trials=trials,
)
