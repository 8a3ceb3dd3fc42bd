"""Coders: nets that squeeze a digit into a few numbers, its code, and make a digit of the code again.

An autoencoder is one. PCA is another, whose weights are computed instead of trained (T14). Both are therefore described, kept
and judged in the same way: a first trial finds the weights; a second one takes them, and those of a classifier, and measures
what the code is good for.

Digits are (n, 1, 28, 28) and lie on one of two scales: ``PIXELS`` from 0 to 1, or ``STANDARDISED``, each pixel with mean 0 and
deviation 1 over its set.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch

from experiments.e04_autoencoder.separation import neighbour_accuracy, silhouette
from experiments.live import rebuild, weights
from experiments.nets import Net, shapes
from experiments.training import Examples, Recipe, drawn, fit, measured, outputs, pixels, spread, squared_error, standardised
from report.model import Context, Result

if TYPE_CHECKING:
    import numpy as np

    from experiments.data.datasets import Images

PIXELS, STANDARDISED = "pixels", "standardised"
NEIGHBOURS = 15


# --- trials that find a coder --------------------------------------------------------------------------------------


def train_autoencoder(
    context: Context,
    *,
    seed: int,
    net: Net,
    recipe: Recipe,
    scale: str,
    train_examples: int | None,
    test_examples: int | None,
    data: Images,
) -> Result:
    """Train ``net`` to give back its input, in squared error. The arrays are its weights."""
    train, test = digits(data, scale, train_examples, test_examples, seed)
    fitted = fit(context, seed=seed, net=net, recipe=recipe, train=itself(train), test=itself(test), loss=squared_error)
    scalars = {} if fitted.diverged else errors(fitted.module, train, test)
    return Result(scalars, fitted.history, weights(fitted.module), fitted.diverged)


def principal_components(
    context: Context,
    *,
    seed: int,
    net: Net,
    scale: str,
    train_examples: int | None,
    test_examples: int | None,
    data: Images,
) -> Result:
    """PCA as the weights of ``net``, dense to the code and dense back: V^⊤(x − m) and V z + m, where m is the mean of the
    training digits and the columns of V are the eigenvectors of their covariance, those of the largest eigenvalues.

    ``*_variance`` is the mean over pixels of the variance of a set, ``*_beyond`` the mean squared distance of its pixels
    from the interval [0, 1]: no sigmoid comes nearer.
    """
    del context
    train, test = digits(data, scale, train_examples, test_examples, seed)
    width = min(math.prod(row.output) for row in shapes(net))
    centre, axes = principal_axes(train.flatten(1).double(), width)
    found = {"dense1.weight": axes.T, "dense1.bias": -axes.T @ centre, "dense2.weight": axes, "dense2.bias": centre}
    arrays = {name: array.float().contiguous().numpy() for name, array in found.items()}
    scalars = errors(rebuild(net, arrays), train, test)
    for part, values in (("train", train), ("test", test)):
        scalars[f"{part}_variance"] = values.double().var(0, correction=0).mean().item()
        scalars[f"{part}_beyond"] = squared_error(values.clamp(0, 1), values).item()
    return Result(scalars, arrays=arrays)


def principal_axes(points: torch.Tensor, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean (d,) of ``points`` (n, d), and the ``width`` directions of largest variance as columns (d, width), the largest
    first. Of the two signs of a direction, the one with which its largest entry is positive."""
    centre = points.mean(0)
    centred = points - centre
    axes = torch.linalg.eigh(centred.T @ centred).eigenvectors[:, -width:].flip(1)
    largest = axes.gather(0, axes.abs().argmax(0, keepdim=True))
    return centre, axes * largest.sign()


def digits(
    data: Images, scale: str, train_examples: int | None, test_examples: int | None, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Training digits that the seed draws, and test digits. They are standardised over all training digits and over all test
    digits, each set by itself and before it is drawn from."""
    chosen = drawn(len(data.train_labels), train_examples, seed)
    held_out = spread(len(data.test_labels), test_examples)
    if scale == PIXELS:
        return pixels(data.train_images[chosen]), pixels(data.test_images[held_out])
    whole = (each_pixel_standardised(pixels(images.copy())) for images in (data.train_images, data.test_images))
    train, test = (images[indices] for images, indices in zip(whole, (chosen, held_out)))
    return train, test


def each_pixel_standardised(images: torch.Tensor) -> torch.Tensor:
    """Each pixel with mean 0 and deviation 1 over these very ``images``; 0 where it is the same in all of them."""
    deviation = images.std(0, correction=0)
    return (images - images.mean(0)) / torch.where(deviation > 0, deviation, 1)


def itself(images: torch.Tensor) -> Examples:
    """Examples whose target is the input."""
    return Examples(images, images.flatten(1))


def errors(module: torch.nn.Module, train: torch.Tensor, test: torch.Tensor) -> dict[str, float]:
    """The mean over pixels and digits of the squared difference between what goes in and what comes out."""
    parts = (("train", train), ("test", test))
    return {f"{part}_error": measured(module, itself(images), squared_error)["loss"] for part, images in parts}


# --- the trial that judges a coder ---------------------------------------------------------------------------------


def judge_coder(
    context: Context,
    *,
    seed: int,
    net: Net,
    train_examples: int | None,
    test_examples: int | None,
    judge_net: Net,
    judge_examples: int | None,
    data: Images,
    coder: Result,
    judge: Result,
) -> Result:
    """How far apart the classes lie in the code, and in how many digits made from it a classifier reads the right class.

    ``neighbour_accuracy``: the test codes, classified by the nearest training codes. ``silhouette``: of all test codes.
    ``decoded``: the share of test digits of which the judge reads the class after they went through the code; what comes out
    is clipped to [0, 1], as on paper. ``read``: the share without that detour. ``dead_units``: code units that never change.
    """
    del context
    train, test = digits(data, PIXELS, train_examples, test_examples, seed)
    chosen, held_out = drawn(len(data.train_labels), train_examples, seed), spread(len(data.test_labels), test_examples)
    train_labels, labels = (torch.from_numpy(y).long() for y in (data.train_labels[chosen], data.test_labels[held_out]))
    encoder, decoder = halves(net, rebuild(net, coder.arrays))
    train_codes, codes = outputs(encoder, train), outputs(encoder, test)
    remade = outputs(decoder, codes).reshape(test.shape).clamp(0, 1)
    judged_on = pixels(data.train_images[drawn(len(data.train_labels), judge_examples, seed)])
    reader = rebuild(judge_net, judge.arrays)
    read, read_remade = (outputs(reader, standardised(images, judged_on)).argmax(1) for images in (test, remade))
    scalars = {
        "neighbour_accuracy": neighbour_accuracy(codes, labels, train_codes, train_labels, NEIGHBOURS),
        "silhouette": silhouette(codes, labels),
        "decoded": (read_remade == labels).double().mean().item(),
        "read": (read == labels).double().mean().item(),
        "dead_units": int((train_codes == train_codes[0]).all(0).sum()),
    }
    first = [int((labels == digit).nonzero()[0]) for digit in labels.unique()]
    arrays = {
        "codes": codes.numpy(),
        "labels": labels.byte().numpy(),
        "read": read.byte().numpy(),
        "read_remade": read_remade.byte().numpy(),
        "first": torch.tensor(first).numpy(),  # the first test digit of each class, which the figure shows
        "first_images": _grey(test[first]),
        "first_remade": _grey(remade[first]),
    }
    return Result(scalars, arrays=arrays)


def halves(net: Net, module: torch.nn.Module) -> tuple[torch.nn.Module, torch.nn.Module]:
    """Encoder and decoder: the code is what the last of the narrowest layers gives."""
    sizes = [math.prod(row.output) for row in shapes(net)]
    depth = max(place for place, size in enumerate(sizes, 1) if size == min(sizes))
    layers = list(module.children())
    return torch.nn.Sequential(*layers[:depth]), torch.nn.Sequential(*layers[depth:])


def _grey(images: torch.Tensor) -> np.ndarray:
    return (255 * images.squeeze(1)).round().byte().numpy()
