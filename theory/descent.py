"""A step of torch's gradient descent: its optimisers load a compiler first, for longer than most theorems take to check."""

from __future__ import annotations

from collections.abc import Sequence

import torch


def descend(parameters: Sequence[torch.Tensor], rate: float) -> None:
    """One step of torch's SGD along the gradients that the parameters have."""
    from torch.optim.sgd import sgd  # whoever only declares a theorem does not wait for torch

    gradients = [p.grad for p in parameters if p.grad is not None]
    with torch.no_grad():
        sgd(
            [*parameters],
            gradients,
            [None] * len(gradients),
            foreach=False,
            weight_decay=0.0,
            momentum=0.0,
            lr=rate,
            dampening=0.0,
            nesterov=False,
            maximize=False,
        )
