"""What E1 trains: a target of Wx, a net from several starts; and the affine map that fits the target best, without training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import torch

from experiments.live import weights
from experiments.nets import AvgPool, Conv, Dense, Flatten, Layer, MaxPool, Net, ReLU
from experiments.training import Adam, Epochs, Examples, Recipe, fit, outputs, squared_error
from report.model import Budget, Context, Result, Trial

Matrix: TypeAlias = Literal["dense", "convolutional"]
Target: TypeAlias = Literal["sum", "max", "log-sum-exp"]

WIDTH = 3  # of a filter, and of the band of a convolutional W
ROWS = 32  # of W
INPUT = (1, 1, ROWS + WIDTH - 1)  # so that a convolution without padding has as many outputs as W has rows


def convnet(pool: Layer) -> Net:
    """The convnet of T3 with ``pool`` after its ReLU."""
    return Net(INPUT, (Conv(2, (1, WIDTH)), ReLU(), pool, Flatten(), Dense(1)))


def larger(*filters: int) -> Net:
    """A convolution of so many filters each, and the maximum over all places of the last."""
    layers = [layer for each in filters for layer in (Conv(each, (1, WIDTH)), ReLU())]
    left = INPUT[-1] - len(filters) * (WIDTH - 1)
    return Net(INPUT, (*layers, MaxPool((1, left)), Flatten(), Dense(1)))


LINEAR, PAIRS, LARGEST, AVERAGE = "linear", "max of pairs", "max of all", "mean of all"
NETS = {
    LINEAR: Net(INPUT, (Flatten(), Dense(1))),
    PAIRS: convnet(MaxPool((1, 2))),
    LARGEST: convnet(MaxPool((1, ROWS))),
    AVERAGE: convnet(AvgPool((1, ROWS))),
}
CONVNETS = (PAIRS, LARGEST, AVERAGE)
MATRICES: tuple[Matrix, ...] = ("dense", "convolutional")
TARGETS: dict[Target, str] = {"sum": "$y_0$, the sum", "max": "$y_1$, the maximum", "log-sum-exp": "$y_2$, log-sum-exp"}

AFFINE = "best affine map"
DEEP, DEEPER = "three linear layers", Net(INPUT, (Flatten(), Dense(ROWS), Dense(ROWS), Dense(1)))
SLOWER = "max of all, lower rate"
LARGER = {"max of all, more filters": larger(8), "max of all, more layers": larger(2, 2)}
RATE, DEEP_RATE, LOWER_RATE = 0.05, 0.005, 0.005

STARTS = 3


def trials(budget: Budget) -> list[Trial]:
    """Every net on every target of either kind of W, and what W1 wonders about: the best affine map of each target, more linear
    layers on log-sum-exp, and a lower rate, more filters and more layers for the convnet that fails on the sum."""
    seeds = budget.seeds(budget.pick(smoke=2, quick=8, full=10))
    larger = [_training(budget, seed, "dense", "sum", name, net) for seed in seeds for name, net in LARGER.items()]
    return larger + [
        trial
        for matrix in MATRICES
        for seed in seeds
        for trial in (
            *(_training(budget, seed, matrix, target, net, NETS[net]) for target in TARGETS for net in NETS),
            *(_fitting(budget, seed, matrix, target) for target in TARGETS),
            _training(budget, seed, matrix, "log-sum-exp", DEEP, DEEPER, DEEP_RATE),
            _training(budget, seed, matrix, "sum", SLOWER, NETS[LARGEST], LOWER_RATE),
        )
    ]


def _training(budget: Budget, seed: int, matrix: Matrix, target: Target, name: str, net: Net, rate: float = RATE) -> Trial:
    arguments = {
        "net": net,
        "recipe": Recipe(Adam(rate), Epochs(budget.pick(smoke=2, quick=16, full=50)), batch_size=200),
        "starts": STARTS if name in (*CONVNETS, SLOWER, *LARGER) else 1,  # the loss of the linear net has one minimum
    }
    return Trial(train_on_toy, {**_drawing(budget, seed, matrix, target), **arguments}, tags=_tags(matrix, target, name))


def _fitting(budget: Budget, seed: int, matrix: Matrix, target: Target) -> Trial:
    return Trial(fit_affine, _drawing(budget, seed, matrix, target), tags=_tags(matrix, target, AFFINE))


def _drawing(budget: Budget, seed: int, matrix: Matrix, target: Target) -> dict[str, int | str]:
    """The arguments from which ``drawn_examples`` draws."""
    return {
        "seed": seed,
        "matrix": matrix,
        "target": target,
        "train_examples": budget.pick(smoke=500, quick=2000, full=4000),
        "test_examples": budget.pick(smoke=500, quick=1000, full=2000),
    }


def _tags(matrix: Matrix, target: Target, net: str) -> dict[str, str]:
    return {"W": matrix, "target": target, "net": net}


# --- training ------------------------------------------------------------------------------------------------------


def train_on_toy(
    context: Context,
    *,
    seed: int,
    net: Net,
    matrix: Matrix,
    target: Target,
    recipe: Recipe,
    train_examples: int,
    test_examples: int,
    starts: int,
) -> Result:
    """Train ``net`` from several starts on a target that the seed draws, and keep that of the lowest training loss.

    Losses are shares of the variance of the target over training examples; ``fit_loss`` is over all of these, ``worst_start``
    is the test loss of the start of the highest training loss. Arrays: the net's weights, the matrix W (rows, inputs), and the
    test examples' ``targets`` and ``predictions`` (n,).
    """
    drawn, train, test = drawn_examples(seed, matrix, target, train_examples, test_examples)
    tried = [
        fit(
            _Start(context, n, starts),
            seed=seed * starts + n,
            net=net,
            recipe=recipe,
            train=train,
            test=test,
            loss=squared_error,
        )
        for n in range(starts)
    ]
    ordered = sorted(tried, key=lambda fitted: (fitted.diverged, fitted.final.get("train_loss", 0.0)))
    fitted, worst = ordered[0], ordered[-1]
    arrays = {
        **weights(fitted.module),
        "matrix": drawn,
        "targets": test.targets.squeeze(1).numpy(),
        "predictions": fitted.outputs.squeeze(1).numpy(),
    }
    scalars = {
        **fitted.final,
        "fit_loss": squared_error(outputs(fitted.module, train.inputs), train.targets).item(),
        "worst_start": worst.final.get("test_loss", float("inf")),
    }
    return Result(scalars, fitted.history, arrays, fitted.diverged)


@dataclass(frozen=True)
class _Start:
    """One start among several, seen by ``fit`` as a run of its own. It takes about a second, so it is not resumed."""

    context: Context
    number: int
    starts: int

    def progress(self, done: int, total: int, **numbers: float) -> None:
        self.context.progress(self.number * total + done, self.starts * total, **numbers)

    def checkpoint(self, state: bytes) -> None:
        """Nothing is kept."""

    def resume(self) -> None:
        return None


def fit_affine(
    context: Context, *, seed: int, matrix: Matrix, target: Target, train_examples: int, test_examples: int
) -> Result:
    """The affine map of the least squared error over the training examples, by linear algebra, and what it leaves."""
    _, train, test = drawn_examples(seed, matrix, target, train_examples, test_examples)
    solved = np.linalg.lstsq(_with_one(train), train.targets.double().numpy(), rcond=None)[0]
    left = {name: float(np.square(_with_one(part) @ solved - part.targets.double().numpy()).mean()) for name, part in
            (("train", train), ("test", test))}  # fmt: skip
    context.progress(1, 1, loss=left["train"])
    return Result({"train_loss": left["train"], "fit_loss": left["train"], "test_loss": left["test"]})


def _with_one(examples: Examples) -> np.ndarray:
    """The inputs as rows, with a 1 at the end for the constant."""
    rows = examples.inputs.flatten(1).double().numpy()
    return np.column_stack([rows, np.ones(len(rows))])


# --- what is learned -----------------------------------------------------------------------------------------------


def drawn_examples(
    seed: int, matrix: Matrix, target: Target, train_examples: int, test_examples: int
) -> tuple[np.ndarray, Examples, Examples]:
    """W, and examples to train and to test on, their targets standardised over the former: all conditions of a seed see the
    same inputs."""
    draw = np.random.default_rng(seed)
    drawn = drawn_matrix(draw, matrix)
    inputs = draw.standard_normal((train_examples + test_examples, INPUT[-1]))
    values = target_of(inputs @ drawn.T, target)
    known = values[:train_examples]
    examples = _examples(inputs, (values - known.mean()) / known.std())
    return drawn, examples.at(torch.arange(train_examples)), examples.at(torch.arange(train_examples, len(examples)))


def drawn_matrix(draw: np.random.Generator, matrix: Matrix) -> np.ndarray:
    """W, (rows, inputs): rows of mean squared length 1 (dense), or one filter of length 1 along a band (convolutional)."""
    inputs = INPUT[-1]
    entries = draw.standard_normal((ROWS, inputs)) / np.sqrt(inputs)  # drawn for both, so that both see the same inputs
    if matrix == "dense":
        return entries
    taps = entries[0, :WIDTH] / np.linalg.norm(entries[0, :WIDTH])
    return np.sum([tap * np.eye(ROWS, inputs, k=shift) for shift, tap in enumerate(taps)], axis=0)


def target_of(products: np.ndarray, target: Target) -> np.ndarray:
    """The target of each row of ``products`` (n, rows), which holds (Wx)_i."""
    if target == "sum":
        return products.sum(axis=1)
    if target == "max":
        return products.max(axis=1)
    return np.logaddexp.reduce(products, axis=1)


def _examples(inputs: np.ndarray, targets: np.ndarray) -> Examples:
    signals = torch.from_numpy(inputs.astype(np.float32)).reshape(-1, *INPUT)
    return Examples(signals, torch.from_numpy(targets.astype(np.float32)).reshape(-1, 1))
