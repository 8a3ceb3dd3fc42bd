"""T13 beyond the planted errors: the comparison of a stack with one layer can fail."""

from __future__ import annotations

import pytest
import torch

from theory import stacks


@pytest.mark.parametrize("widths", [(1, 1), (3, 2), (5, 5)])
def test_one_layer_does_what_two_do(widths: tuple[int, int]) -> None:
    one, difference = stacks.one_for_two(*widths, 3, 4, 2)
    assert difference < 1e-9
    assert one.shape == (2, 3, sum(widths) - 1, sum(widths) - 1)


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_one_strided_layer_does_what_a_pooled_stack_does(stride: int) -> None:
    one, difference = stacks.one_for_pooled(3, 2, stride)
    assert difference < 1e-9
    assert one.shape[-1] == 3 + 2 * stride - 1


def test_another_kernel_is_noticed() -> None:
    a, b, images = stacks.random_kernel(2, 2, 3, 1), stacks.random_kernel(2, 2, 3, 2), stacks.some_images(2, 9)
    conv2d = torch.nn.functional.conv2d
    stack = conv2d(conv2d(images, a), b)
    assert stacks.largest_difference(stack, conv2d(images, stacks.composed(a, b))) < 1e-9
    assert stacks.largest_difference(stack, conv2d(images, stacks.composed(b, a))) > 1e-3
    assert stacks.largest_difference(stack, conv2d(images, stacks.composed(a, b).flip(-1))) > 1e-3
    assert stacks.largest_difference(stack, conv2d(images, a)) == float("inf")
