"""Training loss and accuracy over all training digits, for nets that were trained on all of MNIST.

``fit`` measures the training set on as many examples as the test set has, spread evenly. Where the seed has drawn the training
digits, that is a fair sample. But in MNIST's own order hard and easy digits alternate, and of all 60 000 every sixth is one of
the harder half: softmax regression has 91 % of these right, and 93 % of all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import torch

from experiments.nets import Net, rebuild
from experiments.training import Examples, cross_entropy, drawn, measured, pixels, shared, standardised
from report.model import Context, Data, Result, Runs, Trial

if TYPE_CHECKING:
    from experiments.data.datasets import Images


def recounted(trained: Trial) -> Trial:
    """``trained``, which keeps its weights, with its last training loss and accuracy over all training digits.

    A net whose training digits the seed draws stays as it is.
    """
    if trained.arguments["train_examples"] is not None:
        return trained
    return Trial(recount, shared(trained), inputs={"data": Data("mnist"), "trained": trained}, tags=trained.tags)


def recount(
    _: Context,
    *,
    seed: int,
    net: Net,
    data: Images,
    trained: Result,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """What a net that ``train_classifier`` trained on these examples came to, with ``train_loss`` and ``train_accuracy`` over
    all of them. The history stays that of a sample."""
    del test_examples
    if trained.diverged:
        return trained
    chosen = drawn(len(data.train_labels), train_examples, seed)
    images = pixels(data.train_images[chosen])
    labels = torch.from_numpy(np.asarray(data.train_labels[chosen], dtype=np.int64))
    found = measured(rebuild(net, trained.arrays), Examples(standardised(images, images), labels), cross_entropy)
    return replace(trained, scalars={**trained.scalars, **{f"train_{name}": number for name, number in found.items()}})


def sample_note(runs: Runs) -> str:
    """For captions: what training numbers are of while a net is trained, where that is no fair sample."""
    if all(outcome.trial.arguments.get("train_examples", 0) is not None for outcome in runs):
        return ""
    return (
        " While a net is trained, training digits are measured on every sixth; in MNIST's file these are all of the harder "
        "half, so they seem harder than they are."
    )
