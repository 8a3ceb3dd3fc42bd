"""What E12 trains, and how a run is read: its error, whether it diverged, and its progress table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from experiments.nets import Dense, Flatten, Net, ReLU
from experiments.training import SGD, Epochs, Examples, Iterations, Recipe, drawn, fit, outputs
from report.model import Budget, Context, Data, Outcome, Result, Runs, State, Trial
from report.seeds import Seeds

if TYPE_CHECKING:
    from experiments.data.datasets import Images

RATES = (5e-5, 5e-4, 8e-4, 1e-3, 3e-3, 10.0)
TOO_SLOW, LOW, MIDDLE, USUAL, LARGE, FAR_TOO_LARGE = RATES
HIDDEN = (200, 500, 700, 1000)
NARROWEST, WIDEST = HIDDEN[0], HIDDEN[-1]
NETS = {f"H = {hidden}": Net((1, 28, 28), (Flatten(), Dense(hidden), ReLU(), Dense(10))) for hidden in HIDDEN}
SETTINGS = (*((rate, WIDEST) for rate in RATES), *((USUAL, hidden) for hidden in HIDDEN[:-1]))
EVERY = 50  # iterations from one row of the table to the next

VALIDATION_DIGITS = 1000  # of W3, and of every budget but the smallest
POINT = 0.01  # one percentage point, as a share
MOMENTUM = 0.9
HUGE = 1e6  # nats, which no net comes to that merely guesses: a rate that leads there has diverged in all but name


# --- the trial -----------------------------------------------------------------------------------------------------


def train_like_matlab(
    context: Context, *, seed: int, net: Net, recipe: Recipe, train_examples: int, validation_examples: int, data: Images
) -> Result:
    """Train ``net`` on training digits that the seed draws, and measure it on others of them.

    ``validation_error`` is the share of validation digits whose largest output is another class's; among outputs that are all
    NaN the first counts as the largest, as in MATLAB. ``unread`` is the share of validation digits that get no finite output.
    """
    train, held = centred(data, train_examples, validation_examples, seed)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=train, test=held)
    found = fitted.outputs
    read = found.argmax(1)
    scalars = {
        "iterations": fitted.iterations,
        "validation_error": (read != held.targets).float().mean().item(),
        "train_error": (outputs(fitted.module, train.inputs).argmax(1) != train.targets).float().mean().item(),
        "unread": (~found.isfinite().all(1)).float().mean().item(),
    }
    history = {name.replace("test_", "validation_"): column for name, column in fitted.history.items()}
    if not fitted.diverged:
        scalars |= {name: history[name][-1] for name in ("train_loss", "validation_loss")}
    arrays = {"predictions": read.to(torch.uint8).numpy(), "labels": held.targets.to(torch.uint8).numpy()}
    return Result(scalars, history, arrays, fitted.diverged)


def centred(data: Images, train: int, validation: int, seed: int) -> tuple[Examples, Examples]:
    """``train`` and ``validation`` digits of the training set, pixels 0 to 255 less the mean image of the former."""
    chosen = drawn(len(data.train_labels), train + validation, seed)
    held = np.isin(np.arange(len(chosen)), drawn(len(chosen), validation, seed))
    images = torch.from_numpy(data.train_images[chosen].astype(np.float32)).unsqueeze(1)
    labels = torch.from_numpy(data.train_labels[chosen].astype(np.int64))
    images -= images[~held].mean(0)
    return Examples(images[~held], labels[~held]), Examples(images[held], labels[held])


def trials(budget: Budget) -> list[Trial]:
    """Every rate at the greatest width, and every width at the usual rate."""
    epochs = budget.pick(smoke=4, quick=5, full=10)
    return [
        Trial(
            train_like_matlab,
            {
                "seed": seed,
                "net": NETS[f"H = {hidden}"],
                "recipe": Recipe(SGD(rate, momentum=MOMENTUM), Epochs(epochs), evaluate=Iterations(EVERY)),
                "train_examples": budget.pick(smoke=2000, quick=3000, full=9000),
                "validation_examples": budget.pick(smoke=200, quick=VALIDATION_DIGITS, full=VALIDATION_DIGITS),
            },
            inputs={"data": Data("mnist")},
            tags={"rate": rate, "hidden": hidden},
            may_diverge=True,
        )
        for rate, hidden in SETTINGS
        for seed in budget.seeds(budget.pick(smoke=2, quick=4, full=10))
    ]


# --- reading the runs ----------------------------------------------------------------------------------------------


def trained(runs: Runs) -> Runs:
    """The trainings; the other runs search for W3's digits."""
    return Runs(tuple(run for run in runs if "rate" in run.trial.tags))


def errors(runs: Runs, rate: float, hidden: int = WIDEST) -> Seeds:
    """The validation error of every finished run, diverged ones included."""
    return runs.where(rate=rate, hidden=hidden).by_seed(lambda run: run["validation_error"])


def diverged(runs: Runs, rate: float, hidden: int = WIDEST) -> Seeds:
    """1 for a run that diverged, 0 for one that did not."""
    return runs.where(rate=rate, hidden=hidden).by_seed(lambda run: run.state is State.DIVERGED)


def lost(runs: Runs, rate: float, hidden: int = WIDEST) -> str:
    """How many of the runs diverged, in words; empty if none did."""
    found = diverged(runs, rate, hidden)
    return f"{sum(found.values()):.0f} of {len(found)}"


COLUMNS = ("epoch", "iteration", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy")


def lines(run: Outcome) -> list[dict[str, float]]:
    """One progress table: a row every 50 iterations and at the end, accuracies in per cent, and a last one of NaN losses for a
    run that diverged."""
    history = [run.found.history.get(name, []) for name in COLUMNS]
    rows: list[dict[str, Any]] = [dict(zip(COLUMNS, values)) for values in zip(*history)]
    if run.state is State.DIVERGED:
        batches = math.ceil(run.trial.arguments["train_examples"] / run.trial.arguments["recipe"].batch_size)
        at = run["iterations"] + 1
        read = {f"{part}_accuracy": 1 - run[f"{part}_error"] for part in ("train", "validation")}
        rows.append({"epoch": at / batches, "iteration": at, "train_loss": math.nan, "validation_loss": math.nan, **read})
    return [{**row, **{name: 100 * row[name] for name in COLUMNS if "accuracy" in name}} for row in rows]
