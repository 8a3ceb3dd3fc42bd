"""One description of a network: it builds the network, counts its parameters, gives its shapes and its receptive field.

A ``Net`` is an input shape and a tuple of layers, all of them frozen dataclasses of plain data. Numbers of inputs are never
written down; they follow from the shape. Describing a net needs no torch; ``live.build`` does.

    net = Net(input=(1, 28, 28), layers=(Conv(32, 5, padding="same"), ReLU(), MaxPool(2), Flatten(), Dense(10)))
    parameters(net)                                  # 63 562
    closed_form(net.layers[0], net.input).numeric    # 32·(5·5·1) + 32, as LaTeX
    [row.output for row in shapes(net)]              # [(32, 28, 28), (32, 28, 28), (32, 14, 14), (6272,), (10,)]
    build(net, seed=0)                               # a torch.nn.Module

A shape is (channels, height, width) for an image and (features,) for a vector.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

from report.errors import DeclarationError

Shape: TypeAlias = tuple[int, ...]
Kernel: TypeAlias = int | tuple[int, int]
"""A side length, or (height, width)."""


# --- the layers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Conv:
    """2-D convolution (cross-correlation, as everywhere in deep learning). ``padding`` is zeros on each side, or "same":
    the output is as large as the input, and an odd total puts the extra zero after (as torch and TensorFlow do)."""

    kind: ClassVar[str] = "conv"
    out_channels: int
    kernel: Kernel
    stride: int = 1
    padding: int | Literal["same"] = 0
    dilation: int = 1
    bias: bool = True


@dataclass(frozen=True)
class Dense:
    """y = W x + b, for a vector x."""

    kind: ClassVar[str] = "dense"
    units: int
    bias: bool = True


@dataclass(frozen=True)
class ReLU:
    """max(x, 0), element by element."""

    kind: ClassVar[str] = "relu"


@dataclass(frozen=True)
class Sigmoid:
    """1 / (1 + e^(−x)), element by element."""

    kind: ClassVar[str] = "sigmoid"


@dataclass(frozen=True)
class MaxPool:
    """The largest value in each window. The stride is the kernel unless given; what does not fill a window is dropped."""

    kind: ClassVar[str] = "pool"
    kernel: Kernel
    stride: int | None = None


@dataclass(frozen=True)
class AvgPool:
    """The mean of each window; otherwise as ``MaxPool``."""

    kind: ClassVar[str] = "pool"
    kernel: Kernel
    stride: int | None = None


@dataclass(frozen=True)
class Flatten:
    """(channels, height, width) → (channels · height · width,), channel by channel, row by row."""

    kind: ClassVar[str] = "flatten"


@dataclass(frozen=True)
class Dropout:
    """In training, each value is zero with probability ``rate``, and otherwise divided by 1 − ``rate``."""

    kind: ClassVar[str] = "dropout"
    rate: float


@dataclass(frozen=True)
class Shared:
    """Cut the image across its height into ``parts`` equal parts, apply the same ``layers`` (one set of weights) to each,
    and concatenate the vectors that come out."""

    kind: ClassVar[str] = "shared"
    layers: tuple[Layer, ...]
    parts: int = 2


Layer: TypeAlias = Conv | Dense | ReLU | Sigmoid | MaxPool | AvgPool | Flatten | Dropout | Shared


@dataclass(frozen=True)
class Net:
    """Layers applied one after another to an input of a shape. Raises ``DeclarationError`` for a layer that does not fit."""

    input: Shape
    layers: tuple[Layer, ...]

    def __post_init__(self) -> None:
        for _ in walk(self.layers, self.input):
            pass


# --- shapes --------------------------------------------------------------------------------------------------------


def output_shape(layer: Layer, shape: Shape) -> Shape:
    """The shape that ``layer`` makes of ``shape``. Raises ``DeclarationError`` if it cannot take it."""
    match layer:
        case Conv():
            _, height, width = _image(layer, shape)
            size = _window_counts(layer, (height, width), layer.kernel, layer.stride, layer.padding, layer.dilation)
            return (layer.out_channels, *size)
        case MaxPool() | AvgPool():
            channels, height, width = _image(layer, shape)
            return (channels, *_window_counts(layer, (height, width), layer.kernel, pool_strides(layer), 0, 1))
        case Dense():
            if len(shape) != 1:
                raise DeclarationError(f"{layer} takes a vector, not the shape {shape}", remedy="Put Flatten() before it.")
            return (layer.units,)
        case Flatten():
            return (math.prod(shape),)
        case Shared():
            flat = [output for _, _, output in walk(layer.layers, part_shape(layer, shape))][-1:]
            if not flat or len(flat[0]) != 1:
                raise DeclarationError(f"the layers of {layer} must end in a vector, not in {flat[0] if flat else 'nothing'}")
            return (layer.parts * flat[0][0],)
        case ReLU() | Sigmoid() | Dropout():
            return shape


def layer_names(layers: tuple[Layer, ...]) -> list[str]:
    """conv1, relu1, pool1, conv2, …: what the layers are called in tables and in arrays of weights."""
    count: Counter[str] = Counter()
    names = []
    for layer in layers:
        count[layer.kind] += 1
        names.append(f"{layer.kind}{count[layer.kind]}")
    return names


def wording(layer: Layer) -> str:
    """The layer in a few words for a table of layers: "conv 5×5, 32 maps, same", "dense 10"."""
    match layer:
        case Conv():
            more = [f"stride {layer.stride}"] * (layer.stride > 1) + [f"dilation {layer.dilation}"] * (layer.dilation > 1)
            padding = ["same"] if layer.padding == "same" else [f"padding {layer.padding}"] * bool(layer.padding)
            maps = f"{layer.out_channels} maps"
            return ", ".join([f"conv {_times(layer.kernel)}", maps, *more, *padding])
        case MaxPool() | AvgPool():
            stride = "" if layer.stride in (None, layer.kernel) else f", stride {layer.stride}"
            return f"{'max' if isinstance(layer, MaxPool) else 'average'} pool {_times(layer.kernel)}{stride}"
        case Dense():
            return f"dense {layer.units}"
        case Dropout():
            return f"dropout {layer.rate:g}"
        case Shared():
            return f"the {layer.parts} parts, concatenated"
        case ReLU():
            return "ReLU"
        case Sigmoid() | Flatten():
            return layer.kind


def _times(kernel: Kernel) -> str:
    height, width = sides_of(kernel)
    return f"{height}×{width}"


def walk(layers: tuple[Layer, ...], shape: Shape) -> Iterator[tuple[Layer, Shape, Shape]]:
    """Each layer with the shape that goes in and the shape that comes out."""
    for layer in layers:
        output = output_shape(layer, shape)
        yield layer, shape, output
        shape = output


def _image(layer: Layer, shape: Shape) -> tuple[int, int, int]:
    if len(shape) != 3:
        raise DeclarationError(f"{layer} takes an image (channels, height, width), not the shape {shape}")
    channels, height, width = shape
    return channels, height, width


def part_shape(layer: Shared, shape: Shape) -> Shape:
    channels, height, width = _image(layer, shape)
    if height % layer.parts:
        raise DeclarationError(f"{layer} cannot cut the height of {shape} into {layer.parts} equal parts")
    return (channels, height // layer.parts, width)


def sides_of(kernel: Kernel) -> tuple[int, int]:
    return kernel if isinstance(kernel, tuple) else (kernel, kernel)


def pool_strides(layer: MaxPool | AvgPool) -> tuple[int, int]:
    return sides_of(layer.kernel if layer.stride is None else layer.stride)


def _window_counts(
    layer: Layer, size: tuple[int, int], kernel: Kernel, stride: Kernel, padding: int | str, dilation: int
) -> tuple[int, int]:
    """⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 on each axis (T4)."""
    if padding == "same":
        if stride != 1:
            raise DeclarationError(f'{layer}: padding="same" is defined for stride 1 only')
        return size
    assert isinstance(padding, int)
    counts = tuple(
        (n + 2 * padding - dilation * (k - 1) - 1) // s + 1 for n, k, s in zip(size, sides_of(kernel), sides_of(stride))
    )
    if min(counts) < 1:
        raise DeclarationError(f"{layer} does not fit into {size[0]}×{size[1]}: its output would be {counts[0]}×{counts[1]}")
    return counts[0], counts[1]


# --- parameters ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClosedForm:
    """The number of parameters of one layer: ``symbolic`` and ``numeric`` in LaTeX, and the ``value`` of both.

    A layer's parameters are ``outputs · (Π fan_in)``, and as many biases as outputs: ``factors`` lists
    (symbol, number) pairs, outputs first.
    """

    factors: tuple[tuple[str, int], ...]
    bias: bool

    @property
    def value(self) -> int:
        numbers = [number for _, number in self.factors]
        return math.prod(numbers) + (numbers[0] if self.bias else 0) if numbers else 0

    @property
    def symbolic(self) -> str:
        return self._written([symbol for symbol, _ in self.factors], r" \, ")

    @property
    def numeric(self) -> str:
        return self._written([str(number) for _, number in self.factors], r" \cdot ")

    def _written(self, factors: list[str], times: str) -> str:
        if not factors:
            return "0"
        outputs, *fan_in = factors
        inputs = times.join(fan_in)
        product = f"{outputs}{times}({inputs})" if len(fan_in) > 1 else f"{outputs}{times}{inputs}"
        return f"{product} + {outputs}" if self.bias else product


def closed_form(layer: Layer, shape: Shape) -> ClosedForm:
    """The parameter count of ``layer`` on an input of ``shape``, as a formula.

    A convolution has C_out (k_h k_w C_in) + C_out parameters, a dense layer n_out n_in + n_out, all others none. The layers
    of ``Shared`` have their own rows in ``shapes``, counted once.
    """
    output_shape(layer, shape)
    match layer:
        case Conv():
            height, width = sides_of(layer.kernel)
            symbols = ("k", "k") if height == width else ("k_h", "k_w")
            sides = ((symbols[0], height), (symbols[1], width))
            outputs, inputs = (r"C_\text{out}", layer.out_channels), (r"C_\text{in}", shape[0])
            return ClosedForm((outputs, *sides, inputs), layer.bias)
        case Dense():
            return ClosedForm(((r"n_\text{out}", layer.units), (r"n_\text{in}", shape[0])), layer.bias)
        case _:
            return ClosedForm((), bias=False)


def parameters(net: Net) -> int:
    """The number of trainable parameters."""
    return sum(row.parameters for row in shapes(net))


def multiplications(net: Net) -> int:
    """Of weights by values, in one forward pass of one example; a bias counts as one at each of its outputs."""
    total = 0
    parts = {row.name: row.layer.parts for row in shapes(net) if isinstance(row.layer, Shared)}
    for row in shapes(net):
        times = parts.get(row.name.partition(".")[0], 1)
        if isinstance(row.layer, Conv):
            total += times * (row.parameters // row.layer.out_channels) * math.prod(row.output)
        elif isinstance(row.layer, Dense):
            total += times * row.parameters
    return total


# --- the table of layers, and receptive fields ---------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One layer in its net. ``receptive_field`` and ``jump`` are (height, width) in pixels of the net's input: how much of it
    one unit sees, and how far apart what neighbours see is (0 once the units have no place). None for a net of vectors."""

    name: str
    layer: Layer
    input: Shape
    output: Shape
    parameters: int
    receptive_field: tuple[int, int] | None
    jump: tuple[int, int] | None


@dataclass(frozen=True)
class _Axis:
    """What the units along one axis see: unit i sees ``field`` pixels from ``start + i·jump`` on; ``count`` units in all."""

    start: int
    jump: int
    field: int
    count: int
    pixels: int


def shapes(net: Net) -> tuple[Row, ...]:
    """A row a layer, in order. The layers of a ``Shared`` come before it, with the shapes of one part."""
    axes = tuple(_Axis(0, 1, 1, n, n) for n in net.input[1:]) if len(net.input) == 3 else ()
    return tuple(row for row, _ in _rows(net.layers, net.input, axes, prefix=""))


def receptive_field(net: Net) -> tuple[int, int]:
    """(height, width) that a unit of the last layer before the first dense one sees (T15), in pixels; borders not counted:
    r_l = r_(l−1) + d_l (k_l − 1) Π_(i<l) s_i. Raises ``DeclarationError`` for a net of vectors."""
    seen = (1, 1)
    for row in shapes(net):
        if row.receptive_field is None:
            raise DeclarationError(f"a net whose input is {net.input} has no receptive field")
        if row.jump == (0, 0):
            break
        seen = row.receptive_field
    return seen


def _rows(
    layers: tuple[Layer, ...], shape: Shape, axes: tuple[_Axis, ...], prefix: str
) -> Iterator[tuple[Row, tuple[_Axis, ...]]]:
    names = [prefix + name for name in layer_names(layers)]
    for name, (layer, before, after) in zip(names, walk(layers, shape)):
        if isinstance(layer, Shared):
            for row, inner in _rows(layer.layers, part_shape(layer, before), _cut(layer, axes), prefix=f"{name}."):
                yield row, inner
            axes = _side_by_side(layer, axes, inner)
        else:
            axes = tuple(_seen(layer, axis, side) for side, axis in enumerate(axes))
        fields, jumps = tuple(a.field for a in axes), tuple(a.jump for a in axes)
        count = closed_form(layer, before).value
        yield Row(name, layer, before, after, count, fields or None, jumps or None), axes  # type: ignore[arg-type]


def _seen(layer: Layer, axis: _Axis, side: int) -> _Axis:
    match layer:
        case Conv():
            stride, kernel = layer.stride, sides_of(layer.kernel)[side]
            return _slid(axis, kernel, stride, layer.padding, layer.dilation)
        case MaxPool() | AvgPool():
            return _slid(axis, sides_of(layer.kernel)[side], pool_strides(layer)[side], 0, 1)
        case Dense():  # a convolution as large as its input, which sees no farther than the border
            first = max(axis.start, 0)
            last = min(axis.start + (axis.count - 1) * axis.jump + axis.field, axis.pixels)
            return _Axis(first, 0, last - first, 1, axis.pixels)
        case _:
            return axis


def _slid(axis: _Axis, kernel: int, stride: int, padding: int | str, dilation: int) -> _Axis:
    reach = dilation * (kernel - 1)
    before = reach // 2 if padding == "same" else int(padding)
    count = axis.count if padding == "same" else (axis.count + 2 * before - reach - 1) // stride + 1
    return _Axis(axis.start - before * axis.jump, axis.jump * stride, axis.field + reach * axis.jump, count, axis.pixels)


def _cut(layer: Shared, axes: tuple[_Axis, ...]) -> tuple[_Axis, ...]:
    """The first part: ``count`` units of the height divided, the width as it is."""
    if not axes:
        return axes
    height, width = axes
    return (_Axis(height.start, height.jump, height.field, height.count // layer.parts, height.pixels), width)


def _side_by_side(layer: Shared, whole: tuple[_Axis, ...], part: tuple[_Axis, ...]) -> tuple[_Axis, ...]:
    """As many units along the height as there are parts, each of which sees all that its part sees."""
    if not whole:
        return whole
    height, (down, across) = whole[0], part
    apart = height.count // layer.parts * height.jump
    extent = down.field + (down.count - 1) * down.jump
    return (_Axis(down.start, apart, extent, layer.parts, height.pixels), across)
