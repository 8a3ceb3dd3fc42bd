"""The question of T9 put to live layers: which properties survive random signals of integers, exactly."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeAlias

import torch

from report.model import Column, Table

Layer: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"

LENGTH, ROOM, TRIES = 24, 8, 200


def live_layers() -> dict[str, Layer]:
    """The layers of the question, without padding, on one channel of ``LENGTH`` places; weights are small integers."""
    functional = torch.nn.functional
    kernel = torch.tensor([[[1.0, -2.0, 3.0]]])
    weights = torch.randint(-3, 4, (LENGTH, LENGTH), generator=torch.Generator().manual_seed(0)).float()
    return {
        "convolution": lambda x: functional.conv1d(x, kernel),
        "average pooling, stride one": lambda x: functional.avg_pool1d(x, 2, 1),
        "average pooling, stride two": lambda x: functional.avg_pool1d(x, 2, 2),
        "max pooling, stride two": lambda x: functional.max_pool1d(x, 2, 2),
        "ReLU": functional.relu,
        "adding a constant": lambda x: x + 1,
        "dense": lambda x: functional.linear(x, weights),
    }


def properties(layer: Layer) -> dict[str, bool]:
    """Whether additivity, homogeneity and shift invariance survived ``TRIES`` random signals of integers, exactly."""
    random, kept = Random(0), {"additive": True, "homogeneous": True, "shift invariant": True}
    for _ in range(TRIES):
        x, y = _random_signal(random), _random_signal(random)
        factor, delay = random.randint(-3, 3), random.randint(1, 4)
        kept["additive"] &= torch.equal(layer(x + y), layer(x) + layer(y))
        kept["homogeneous"] &= torch.equal(layer(factor * x), factor * layer(x))
        kept["shift invariant"] &= _same_but_delayed(layer(x), layer(torch.roll(x, delay, -1)), delay)
    return kept


def _random_signal(random: Random) -> torch.Tensor:
    """Integers in the middle, zeros at both ends, so that a delay pushes nothing out."""
    values = [random.randint(-4, 4) if ROOM <= m < LENGTH - ROOM else 0 for m in range(LENGTH)]
    return torch.tensor([[values]], dtype=torch.float32)


def _same_but_delayed(before: torch.Tensor, after: torch.Tensor, delay: int) -> bool:
    return torch.equal(after[..., delay:], before[..., : before.shape[-1] - delay])


def layers_table() -> Table:
    """Every layer with its properties, as the live layers show them."""
    rows = []
    for name, layer in live_layers().items():
        kept = properties(layer)
        words = ["yes" if holds else "no" for holds in kept.values()]
        rows.append((name, *words, "yes" if all(kept.values()) else "no"))
    headings = ("Additive", "Homogeneous", "Shift invariant", "LTI")
    columns = (Column("layer", "Layer", align="left"), *(Column(h.lower(), h, align="left") for h in headings))
    caption = (
        f"The layers put to the test live: each property is held against {TRIES} random signals of integers, and *no* means "
        "that one of them refuted it. Every *yes* is proved above; for every *no* a counterexample stands there."
    )
    return Table(columns, tuple(rows), caption)
