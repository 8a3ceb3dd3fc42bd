"""The affine map of a net: equal to the net, and refused where there is none."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from experiments.affine import affine_map, collapse
from experiments.data.datasets import Images
from experiments.live import build, weights
from experiments.nets import AvgPool, Conv, Dense, Flatten, MaxPool, Net, ReLU
from experiments.training import pixels, standardised
from report.errors import DeclarationError
from report.model import Result
from tests.contexts import Silent

SHAPE = (3, 8, 8)
LINEAR = Net(SHAPE, (Conv(4, 3), AvgPool(2), Conv(5, 2), Flatten(), Dense(6)))


@pytest.fixture(scope="module")
def noise() -> Images:
    draw = np.random.default_rng(0)
    images, labels = draw.integers(0, 256, (120, 8, 8, 3)).astype(np.uint8), np.arange(120) % 6
    return Images("cifar10", images[:80], labels[:80], images[80:], labels[80:], tuple("abcdef"), False, "made up")


def test_the_map_of_a_linear_net_is_that_of_its_unit_vectors() -> None:
    module = build(LINEAR, seed=3)
    A, c = affine_map(module, SHAPE)
    assert next(module.parameters()).dtype == torch.float32  # the net itself is left as it was
    with torch.no_grad():
        module = module.double()
        responses = module(torch.eye(192, dtype=torch.float64).reshape(192, *SHAPE)) - module(torch.zeros(1, *SHAPE).double())
    assert torch.allclose(A, responses.T, atol=1e-13)
    assert torch.allclose(c, module(torch.zeros(1, *SHAPE).double())[0])


@pytest.mark.parametrize("layer", [ReLU(), MaxPool(2)])
def test_what_is_not_affine_has_no_map(layer: ReLU | MaxPool) -> None:
    with pytest.raises(DeclarationError, match="no affine map"):
        affine_map(build(Net(SHAPE, (Conv(4, 3), layer, Flatten(), Dense(6))), seed=0), SHAPE)


def test_the_map_answers_as_the_net_does(noise: Images) -> None:
    kept = Result({}, {}, weights(build(LINEAR, seed=1)))
    result = collapse(Silent(), seed=5, net=LINEAR, trained=kept, data=noise, train_examples=60, test_examples=30)
    assert 0 <= result.scalars["difference_float64"] < 1e-13 < result.scalars["difference_float32"] < 1e-5  # type: ignore[operator]
    assert result.scalars["agreement"] == 1
    assert result.arrays["matrix"].shape == (6, *SHAPE)
    assert len(result.arrays["predictions"]) == 30


def test_its_loss_is_over_all_training_images(noise: Images) -> None:
    module = build(LINEAR, seed=1)
    result = collapse(Silent(), seed=5, net=LINEAR, trained=Result({}, {}, weights(module)), data=noise)
    images = pixels(noise.train_images)
    with torch.no_grad():
        losses = torch.nn.functional.cross_entropy(module(standardised(images, images)), torch.from_numpy(noise.train_labels))
        right = module(standardised(pixels(noise.test_images), images)).argmax(1).numpy() == noise.test_labels
    assert result.scalars["train_loss"] == pytest.approx(losses.item(), rel=1e-5)
    assert result.scalars["test_accuracy"] == right.mean()


def test_a_net_that_diverged_has_no_map(noise: Images) -> None:
    assert collapse(Silent(), seed=5, net=LINEAR, trained=Result(diverged=True), data=noise).diverged
