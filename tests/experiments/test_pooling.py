"""Our max pooling gives what torch's gives, to the bit: values, gradients, and whose gradient it is where values are equal."""

from __future__ import annotations

import pytest
import torch

from experiments import live
from experiments.live import build
from experiments.nets import Conv, Dense, Flatten, MaxPool, Net, ReLU
from experiments.pooling import halving_max_pool

SIZES = [(2, 2), (28, 28), (7, 9), (5, 4), (2, 3)]


def images(size: tuple[int, int], channels: int, kind: str, dtype: torch.dtype) -> torch.Tensor:
    """Channels last in memory. Of small whole numbers nearly every window has several maxima; a blank has nothing else."""
    drawn = torch.randn(4, *size, channels, generator=torch.Generator().manual_seed(size[0]))
    values = {"any": drawn, "whole": drawn.round().clip(-1, 1), "blank": torch.zeros_like(drawn)}[kind]
    return values.to(dtype).permute(0, 3, 1, 2)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("kind", ["any", "whole", "blank"])
@pytest.mark.parametrize("channels", [1, 3, 12])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("order", [torch.channels_last, torch.contiguous_format])
def test_values_and_gradients_are_torchs(
    size: tuple[int, int], channels: int, kind: str, dtype: torch.dtype, order: torch.memory_format
) -> None:
    values, slopes = [], []
    for pool in (halving_max_pool(), torch.nn.MaxPool2d(2)):
        image = images(size, channels, kind, dtype).clone(memory_format=order).requires_grad_()
        value = pool(image)
        direction = images(tuple(value.shape[2:]), channels, "any", dtype).contiguous()
        value.backward(direction)
        assert image.grad is not None
        values.append(value.detach())
        slopes.append(image.grad)
    assert torch.equal(*values)
    assert torch.equal(*slopes)


@pytest.mark.parametrize("channels", [1, 3, 8, 32])
def test_without_gradients_the_values_are_the_same(channels: int) -> None:
    image = images((9, 6), channels, "any", torch.float32)
    with torch.inference_mode():
        assert torch.equal(halving_max_pool()(image), torch.nn.functional.max_pool2d(image, 2))


@pytest.mark.parametrize("low", [False, True])
def test_training_with_it_is_training_with_torchs(low: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten steps: every loss and every weight, to the bit."""
    net = Net((3, 16, 16), (Conv(6, 5), ReLU(), MaxPool(2), Conv(5, 3), ReLU(), MaxPool(2), Flatten(), Dense(4)))
    batch, labels = images((16, 16), 3, "any", torch.float32), torch.arange(4)
    ends = []
    for pool in (halving_max_pool, lambda: torch.nn.MaxPool2d(2)):
        monkeypatch.setattr(live, "halving_max_pool", pool)
        module = build(net, 0)
        assert isinstance(module.pool1, torch.nn.MaxPool2d) == (pool is not halving_max_pool)
        optimizer, losses = torch.optim.Adam(module.parameters()), []
        for _ in range(10):
            optimizer.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=low):
                found = module(batch)
            loss = torch.nn.functional.cross_entropy(found.float(), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        ends.append([*losses, *(parameter.detach() for parameter in module.parameters())])
    assert all(torch.equal(ours, theirs) for ours, theirs in zip(*ends, strict=True))


def test_only_windows_of_two_by_two_are_ours() -> None:
    odd = {
        "signal": (3, MaxPool((1, 2))),
        "overlapping": (3, MaxPool(2, stride=1)),
        "three": (3, MaxPool(3)),
    }
    for channels, pool in odd.values():
        module = build(Net((channels, 9, 9), (pool, Flatten(), Dense(1))), 0)
        assert isinstance(module.pool1, torch.nn.MaxPool2d)
    assert not isinstance(build(Net((3, 9, 9), (MaxPool(2),)), 0).pool1, torch.nn.MaxPool2d)


def test_where_there_is_a_way_back_whole_blocks_of_channels_are_torchs(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    pool = torch.nn.functional.max_pool2d

    def noted(image: torch.Tensor, window: int) -> torch.Tensor:
        asked.append(image.shape[1])
        return pool(image, window)

    monkeypatch.setattr(torch.nn.functional, "max_pool2d", noted)
    for channels in (3, 8, 12, 16):
        halving_max_pool()(images((4, 4), channels, "any", torch.float32))
    assert asked == [8, 16]
