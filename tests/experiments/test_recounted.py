"""Training numbers over all training digits: what is counted, and when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from experiments import e02_mnist_classifiers as e02
from experiments.data.datasets import Images
from experiments.nets import Dense, Flatten, Net, rebuild
from experiments.recounted import recount, recounted, sample_note
from experiments.training import Adam, Epochs, Recipe, outputs, pixels, standardised, train_classifier
from report.model import Budget, Outcome, Result, Runs
from tests.contexts import Silent

NET = Net((1, 28, 28), (Flatten(), Dense(10)))


def alternating(train: int = 120, test: int = 20) -> Images:
    """Images of which every second one, from the first on, is blank under any label: a sample of even places sees no other."""
    draw = np.random.default_rng(3)
    images, labels = np.zeros((train + test, 28, 28), np.uint8), draw.integers(0, 10, train + test)
    for place, label in enumerate(labels):
        if place % 2:
            images[place, 2 * label : 2 * label + 3] = 255
    parts = (images[:train], labels[:train], images[train:], labels[train:])
    return Images("mnist", *parts, tuple("0123456789"), stand_in=False, source="made up")


def test_all_training_digits_are_counted_where_a_sample_would_mislead() -> None:
    torch.set_num_threads(1)
    data, recipe = alternating(), Recipe(Adam(1e-2), Epochs(2))
    trained = train_classifier(Silent(), seed=0, net=NET, recipe=recipe, data=data, keep=("weights",))
    found = recount(Silent(), seed=0, net=NET, data=data, trained=trained)
    images = pixels(data.train_images)
    answers = outputs(rebuild(NET, trained.arrays), standardised(images, images)).argmax(1).numpy()
    right = (answers == data.train_labels).mean()
    assert found.scalars["train_accuracy"] == right
    assert right > trained.scalars["train_accuracy"] + 0.1  # type: ignore[operator]
    assert found.scalars["test_accuracy"] == trained.scalars["test_accuracy"]
    assert found.history == trained.history


def test_a_net_that_diverged_stays_as_it_is() -> None:
    lost = Result({"iterations": 3}, diverged=True)
    assert recount(Silent(), seed=0, net=NET, data=alternating(), trained=lost) is lost


def test_only_nets_trained_on_all_digits_are_counted_again() -> None:
    quick, full = (e02.trial(Budget(name), e02.SOFTMAX, "Adam", 0) for name in ("quick", "full"))
    assert recounted(quick) is quick
    again = recounted(full)
    assert (again.function, again.inputs["trained"], again.tags) == (recount, full, full.tags)
    assert not sample_note(Runs((Outcome(quick, "", None),)))
    assert "every sixth" in sample_note(Runs((Outcome(again, "", None), Outcome(replace(quick, arguments={}), "", None))))
