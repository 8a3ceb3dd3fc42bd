"""Max pooling in 2×2 windows: what torch gives to the bit, ties included, and sooner.

Torch's kernel takes whole blocks of channels at once and the rest one by one; where a convolution has made 3, 6 or 12
maps there is little but the rest. It also notes which pixel wins, which nobody asks for without gradients. Here two rows
are compared at a time, over all their pixels and channels, and then the winners pixel by pixel. The way back needs no
comparison for each window either: the gradient's bits go to the winner under a mask of ones, and what the mask leaves is
the loser's share, zero.
"""

from __future__ import annotations

from typing import Any

import torch

BLOCK = 8
"""Where there is a way back, whole blocks of so many channels are no slower in torch."""


def halving_max_pool() -> torch.nn.Module:
    """A module for images (n, channels, height, width), best channels last in memory; a last odd row or column is dropped."""

    class Halving(torch.autograd.Function):  # defined here because torch must not be touched at import
        @staticmethod
        def forward(saved: Any, image: torch.Tensor) -> torch.Tensor:
            rows = torch.maximum(*_rows(image.permute(0, 2, 3, 1)))
            saved.save_for_backward(image, rows)
            return torch.maximum(*_columns(rows)).permute(0, 3, 1, 2)

        @staticmethod
        def backward(saved: Any, slope: torch.Tensor) -> torch.Tensor:
            image, rows = saved.saved_tensors
            pixels = image.permute(0, 2, 3, 1)
            upper, lower = _rows(pixels)
            above = _mask(torch.ge(upper, lower, out=torch.empty_like(rows)))
            right = _right_wins(rows, above)
            across = torch.empty_like(above)
            _share(slope.permute(0, 2, 3, 1).view(above.dtype), right, *reversed(_columns(across)))
            down = torch.zeros(pixels.shape, dtype=above.dtype)
            _share(across, above, *_rows(down))
            return down.view(image.dtype).permute(0, 3, 1, 2)

    class HalvingMaxPool(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            if torch.is_grad_enabled() and image.shape[1] % BLOCK == 0:
                return torch.nn.functional.max_pool2d(image, 2)
            return Halving.apply(image)

    return HalvingMaxPool()


def _rows(pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """The upper and the lower row of every window, as many columns as fill windows; ``pixels`` are (n, h, w, channels)."""
    height, width = (size // 2 * 2 for size in pixels.shape[1:3])
    return pixels[:, 0:height:2, :width], pixels[:, 1:height:2, :width]


def _columns(rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    return rows[:, :, 0::2], rows[:, :, 1::2]


def _right_wins(rows: torch.Tensor, above: torch.Tensor) -> torch.Tensor:
    """Where the right column has the maximum. Of equals torch takes the first in reading order, which is the left one
    unless that lies below and the right one above."""
    left, right = _columns(rows)
    ahead = right - left
    level = _mask(torch.eq(ahead, 0, out=torch.empty_like(ahead)))
    left_above, right_above = _columns(above)
    first = level.bitwise_and_(right_above).bitwise_and_(left_above.bitwise_not())
    return first.bitwise_or_(_mask(torch.gt(ahead, 0, out=ahead)))


def _mask(truth: torch.Tensor) -> torch.Tensor:
    """All bits set where ``truth`` is 1.0, none where it is 0.0; in place. (Torch compares and selects several times
    faster where no type changes on the way: floats into floats, bits by bits.)"""
    integers = {2: torch.int16, 4: torch.int32, 8: torch.int64}
    bits = truth.view(integers[truth.itemsize])
    return bits.neg_().bitwise_right_shift_(8 * truth.itemsize - 1)  # 1.0 has no sign, so its negative has: drag that along


def _share(bits: torch.Tensor, mask: torch.Tensor, winner: torch.Tensor, loser: torch.Tensor) -> None:
    """Write ``bits`` to the ``winner`` where the mask is set, elsewhere to the ``loser``; zero to the other."""
    torch.bitwise_and(bits, mask, out=winner)
    torch.bitwise_xor(bits, winner, out=loser)
