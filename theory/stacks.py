"""Real stacks of linear layers, in two dimensions and with channels, each beside the one layer that does the same."""

from __future__ import annotations

import torch

from experiments.live import entries
from report.model import Column, Table


def random_kernel(outputs: int, inputs: int, width: int, seed: int) -> torch.Tensor:
    """Weights of a square convolution layer, in double precision."""
    return torch.randn(outputs, inputs, width, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def composed(first: torch.Tensor, second: torch.Tensor, stride: int = 1) -> torch.Tensor:
    """The kernel of (first with this stride, then second): the second's taps, a stride apart, convolved with the first.

    Torch layers correlate; written as correlations, the composed taps are c(m) = Σ_j b(j) a(m − s j) as in the text.
    """
    spread = torch.zeros(*second.shape[:2], *((n - 1) * stride + 1 for n in second.shape[2:]), dtype=second.dtype)
    spread[..., ::stride, ::stride] = second
    return torch.nn.functional.conv_transpose2d(spread, first)


def box(channels: int, width: int) -> torch.Tensor:
    """Average pooling as a convolution layer: every channel by itself."""
    return torch.eye(channels, dtype=torch.float64)[:, :, None, None].expand(-1, -1, width, width) / width**2


def largest_difference(stack: torch.Tensor, one: torch.Tensor) -> float:
    """The largest difference of two outputs; infinite when even the shapes differ."""
    return float((stack - one).abs().max()) if stack.shape == one.shape else float("inf")


def some_images(channels: int, size: int) -> torch.Tensor:
    """Two random images."""
    return torch.randn(2, channels, size, size, generator=torch.Generator().manual_seed(99), dtype=torch.float64)


def one_for_two(k_a: int, k_b: int, c_0: int, c_1: int, c_2: int) -> tuple[torch.Tensor, float]:
    """The layer composed of two conv2d layers, and how far its output is from theirs."""
    a, b, images = random_kernel(c_1, c_0, k_a, 1), random_kernel(c_2, c_1, k_b, 2), some_images(c_0, 14)
    conv2d = torch.nn.functional.conv2d
    one = composed(a, b)
    return one, largest_difference(conv2d(conv2d(images, a), b), conv2d(images, one))


def one_for_pooled(k_a: int, k_b: int, s: int, c_0: int = 2, c_1: int = 3, c_2: int = 2) -> tuple[torch.Tensor, float]:
    """The strided layer composed of conv2d, average pooling and conv2d, and how far its output is from theirs."""
    a, b = random_kernel(c_1, c_0, k_a, 1), random_kernel(c_2, c_1, k_b, 2)
    images = some_images(c_0, k_a + s * (k_b + 2) - 1)
    functional = torch.nn.functional
    one = composed(composed(a, box(c_1, s)), b, s)
    stack = functional.conv2d(functional.avg_pool2d(functional.conv2d(images, a), s), b)
    return one, largest_difference(stack, functional.conv2d(images, one, stride=s))


def weights_of_the_stack(k_a: int, k_b: int, c_0: int, c_1: int, c_2: int) -> int:
    """How many weights two live conv2d layers have."""
    return entries(torch.nn.Conv2d(c_0, c_1, k_a, bias=False), torch.nn.Conv2d(c_1, c_2, k_b, bias=False))


def stacks_table() -> Table:
    """Live stacks beside the one layer that replaces each."""
    rows = []
    for k_a, k_b, c_0, c_1, c_2 in ((2, 2, 1, 1, 1), (3, 3, 3, 8, 4), (5, 5, 3, 12, 32)):
        one, difference = one_for_two(k_a, k_b, c_0, c_1, c_2)
        name = f"{k_a}×{k_a}, {k_b}×{k_b}; channels {c_0}, {c_1}, {c_2}"
        rows.append((name, weights_of_the_stack(k_a, k_b, c_0, c_1, c_2), *_of(one), _power(difference)))
    for k_a, k_b, s in ((3, 3, 2), (5, 5, 2)):
        one, difference = one_for_pooled(k_a, k_b, s)
        name = f"{k_a}×{k_a}, average pooling by {s}, {k_b}×{k_b}; channels 2, 3, 2"
        rows.append((name, weights_of_the_stack(k_a, k_b, 2, 3, 2), *_of(one), _power(difference)))
    columns = (
        Column("stack", "Stack of conv2d layers", align="left"),
        Column("weights", "Weights"),
        Column("one", "One kernel"),
        Column("one_weights", "Its weights"),
        Column("difference", "Difference"),
    )
    caption = (
        "Random stacks of live layers in double precision, each beside the one convolution layer composed of it (with the "
        "stride of the pooling): the largest difference of their outputs on random images is rounding error."
    )
    return Table(columns, tuple(rows), caption)


def _of(kernel: torch.Tensor) -> tuple[str, int]:
    return f"{kernel.shape[-2]}×{kernel.shape[-1]}", kernel.numel()


def _power(difference: float) -> str:
    """The order of magnitude, which repeats on every machine where the last digits do not."""
    return "< 10⁻¹²" if difference < 1e-12 else "< 10⁻⁹" if difference < 1e-9 else f"{difference:.1e}"
