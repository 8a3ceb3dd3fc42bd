"""A network with a dead filter, trained by several optimisers: the table of T6."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch

from report.model import Column, Table

TRAINING_STEPS, RATE = 100, 0.05
OPTIMISERS: Mapping[str, Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer]] = {
    "gradient descent": lambda p: torch.optim.SGD(p, RATE),
    "with momentum": lambda p: torch.optim.SGD(p, RATE, momentum=0.9),
    "with weight decay": lambda p: torch.optim.SGD(p, RATE, weight_decay=0.1),
    "Adam": lambda p: torch.optim.Adam(p, RATE),
}


def training() -> Table:
    """What training makes of a layer with one dead and one live filter, under several optimisers."""
    columns = (
        Column("optimiser", "Optimiser", align="left"),
        Column("dead", "Dead filter and bias moved by", digits=3),
        Column("live", "Live ones by", digits=3),
        Column("before", "Largest input of the dead ReLU, before", digits=3),
        Column("after", "after", digits=3),
        Column("first", "Loss before", digits=3),
        Column("last", "after", digits=3),
    )
    caption = (
        f"A convolution layer of two filters, one dead, and a dense layer, after {TRAINING_STEPS} steps on random images: "
        "gradient descent, momentum and Adam, started from rest, never touch the dead filter; weight decay shrinks it and "
        "leaves it dead. Distances are largest changes of an entry."
    )
    return Table(columns, tuple((name, *trained(make)) for name, make in OPTIMISERS.items()), caption)


def trained(optimiser: Callable[[list[torch.nn.Parameter]], torch.optim.Optimizer]) -> tuple[float, ...]:
    """(change of the dead filter, of the live one, its largest input before, after, the loss before, after)."""
    generator = torch.Generator().manual_seed(0)
    draw = lambda *size: torch.randn(*size, generator=generator, dtype=torch.float64)  # noqa: E731
    images, targets = draw(16, 1, 8), draw(16)
    kernel, bias, dense = (torch.nn.Parameter(draw(*size)) for size in ((2, 1, 3), (2,), (12,)))
    with torch.no_grad():
        bias[0] -= 3 + torch.nn.functional.conv1d(images, kernel, bias)[:, 0].max()
    before = kernel.detach().clone(), bias.detach().clone()
    descent = optimiser([kernel, bias, dense])
    inputs, losses = [], []
    for _ in range(TRAINING_STEPS + 1):
        descent.zero_grad()
        into = torch.nn.functional.conv1d(images, kernel, bias)
        loss = ((torch.relu(into).flatten(1) @ dense - targets) ** 2).mean()
        inputs.append(into[:, 0].max().item())
        losses.append(loss.item())
        if len(losses) <= TRAINING_STEPS:
            loss.backward()
            descent.step()
    moved = [max((kernel - before[0])[unit].abs().max().item(), (bias - before[1])[unit].abs().item()) for unit in (0, 1)]
    return (*moved, inputs[0], inputs[-1], losses[0], losses[-1])
