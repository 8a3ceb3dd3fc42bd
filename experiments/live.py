"""A net as a live torch module, and its weights as arrays."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import torch

from experiments.nets import (
    AvgPool, Conv, Dense, Dropout, Flatten, Layer, MaxPool, Net, ReLU, Shape, Shared, Sigmoid, layer_names, part_shape,
    pool_strides, sides_of, walk,
)  # fmt: skip
from experiments.pooling import halving_max_pool

if TYPE_CHECKING:
    import numpy as np


def build(net: Net, seed: int) -> torch.nn.Module:
    """A torch module with torch's usual initial weights, drawn from ``seed`` alone: the global random state is neither used
    nor changed. Weights and biases are uniform within ±1/√fan-in (``torch.nn.Linear.reset_parameters``).

    The module takes (batch, *net.input). Its parameters are named after ``layer_names``: ``conv1.weight``, …
    """
    module = _sequence(net.layers, net.input)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in module.modules():
            if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear)):
                bound = 1 / math.sqrt(layer.weight[0].numel())
                layer.weight.uniform_(-bound, bound, generator=generator)
                if layer.bias is not None:
                    layer.bias.uniform_(-bound, bound, generator=generator)
    return module


def entries(*modules: torch.nn.Module) -> int:
    """How many numbers the parameters of live layers hold."""
    return sum(parameter.numel() for module in modules for parameter in module.parameters())


@cache
def counted(net: Net) -> int:
    """The same of the net that torch builds."""
    return entries(build(net, seed=0))


def weights(module: torch.nn.Module) -> dict[str, np.ndarray]:
    """Parameter name → a copy of its values, float32: what a ``Result`` keeps of a trained net."""
    return {name: tensor.detach().float().contiguous().numpy().copy() for name, tensor in module.state_dict().items()}


def rebuild(net: Net, arrays: Mapping[str, np.ndarray]) -> torch.nn.Module:
    """``net`` with the weights that ``weights`` gave; arrays of other names are left alone. In evaluation mode."""
    module = _sequence(net.layers, net.input)
    names = module.state_dict().keys()
    module.load_state_dict({name: torch.from_numpy(arrays[name].copy()) for name in names})
    return module.eval()


def _sequence(layers: tuple[Layer, ...], shape: Shape) -> torch.nn.Module:
    modules = (_module(layer, before) for layer, before, _ in walk(layers, shape))
    steps = list(zip(layer_names(layers), modules))
    for i, (first, second) in enumerate(pairwise(layers)):
        if isinstance(first, ReLU) and isinstance(second, MaxPool):  # they commute, gradients included: a quarter of the work
            steps[i], steps[i + 1] = steps[i + 1], steps[i]
    return torch.nn.Sequential(OrderedDict(steps))


def _module(layer: Layer, shape: Shape) -> torch.nn.Module:
    match layer:
        case Conv():
            make = torch.nn.utils.skip_init
            kernel, stride, dilation = sides_of(layer.kernel), layer.stride, layer.dilation
            options = {"stride": stride, "padding": layer.padding, "dilation": dilation, "bias": layer.bias}
            return make(torch.nn.Conv2d, shape[0], layer.out_channels, kernel, **options)
        case Dense():
            return torch.nn.utils.skip_init(torch.nn.Linear, shape[0], layer.units, bias=layer.bias)
        case ReLU():
            return torch.nn.ReLU()
        case Sigmoid():
            return torch.nn.Sigmoid()
        case MaxPool() if sides_of(layer.kernel) == pool_strides(layer) == (2, 2):
            return halving_max_pool()
        case MaxPool():
            return torch.nn.MaxPool2d(sides_of(layer.kernel), pool_strides(layer))
        case AvgPool():
            return torch.nn.AvgPool2d(sides_of(layer.kernel), pool_strides(layer))
        case Flatten():
            return torch.nn.Flatten()
        case Dropout():
            return torch.nn.Dropout(layer.rate)
        case Shared():
            return _shared(_sequence(layer.layers, part_shape(layer, shape)), layer.parts)


def _shared(inner: torch.nn.Module, parts: int) -> torch.nn.Module:
    class SharedLayers(torch.nn.Sequential):  # defined here because torch must not be touched at import
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            batch, channels, height, width = image.shape
            rows = image.permute(0, 2, 3, 1)  # as they lie in memory, channels last, also where there is only one
            stacked = rows.reshape(batch * parts, height // parts, width, channels).permute(0, 3, 1, 2)
            return super().forward(stacked).reshape(batch, -1)

    return SharedLayers(OrderedDict(inner.named_children()))
