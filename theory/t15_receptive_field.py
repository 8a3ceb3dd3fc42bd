"""T15: how much of the image a unit sees: the recurrence, its closed form, and the support of the gradient of live networks."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from random import Random

import numpy as np
import torch

from experiments.nets import AvgPool, Conv, Flatten, MaxPool, Net, layer_names, receptive_field, wording
from experiments.live import build, entries
from report import plots
from report.model import Column, Figure, Table
from report.proof import (
    Derivation, Live, Part, Step, Symbol, algebra, define, definition, induction, integer, part, signal, using,
)  # fmt: skip
from theory.t16_parameter_counts import networks

Sequence1 = Callable[[int], int]

# --- what live units see -------------------------------------------------------------------------------------------

LENGTH, PICTURES = 200, 8


def seen_in_a_stack(k: Sequence1, s: Sequence1, l: int, unit: int) -> tuple[int, int]:  # noqa: E741
    """The first and the last input that one unit of the last of l one-dimensional convolutions depends on, by autograd."""
    inputs = torch.zeros(1, 1, LENGTH, dtype=torch.float64, requires_grad=True)
    values = inputs
    for layer in range(1, l + 1):
        values = torch.nn.functional.conv1d(values, torch.ones(1, 1, k(layer), dtype=torch.float64), stride=s(layer))
    (slope,) = torch.autograd.grad(values[0, 0, unit], inputs)
    places = torch.nonzero(slope[0, 0]).flatten()
    return int(places[0]), int(places[-1])


def live_field(k: Sequence1, s: Sequence1, l: int) -> int:  # noqa: E741
    first, last = seen_in_a_stack(k, s, l, 1)
    return last - first + 1


def live_jump(k: Sequence1, s: Sequence1, l: int) -> int:  # noqa: E741
    return seen_in_a_stack(k, s, l, 1)[0] - seen_in_a_stack(k, s, l, 0)[0]


def weights_of_two(C: int) -> int:
    """The weights of two live layers of windows 3×3 on C channels, without biases."""
    return entries(*(torch.nn.Conv2d(C, C, 3, bias=False) for _ in range(2)))


@cache
def gradient(net: Net) -> np.ndarray:
    """Mean size of the slope of one unit, in the middle of the last layer before flattening, over the pixels: (height, width).

    Weights and pictures are random, and many: a maximum passes its slope to one input only, another one in each picture.
    """
    whole = build(net, seed=0)
    until = [isinstance(layer, Flatten) for layer in net.layers].index(True)
    names = layer_names(net.layers[:until])
    features = torch.nn.Sequential(*(module for name, module in whole.named_children() if name in names))
    generator = torch.Generator().manual_seed(0)
    pictures = torch.randn(PICTURES, *net.input, generator=generator).requires_grad_()
    outputs = features(pictures)
    middle = outputs[..., outputs.shape[-2] // 2, outputs.shape[-1] // 2]
    (slope,) = torch.autograd.grad((middle * torch.randn(middle.shape, generator=generator)).sum(), pictures)
    return slope.abs().mean(dim=(0, 1)).numpy()


def support(net: Net) -> tuple[int, int]:
    """(height, width) of the smallest box that holds every pixel with a slope."""
    rows, columns = np.nonzero(gradient(net))
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def side(net: Net, measure: Callable[[Net], tuple[int, int]]) -> int:
    """The side of a square field. Raises ``ValueError`` for one that is no square."""
    height, width = measure(net)
    if height != width:
        raise ValueError(f"the field is {height}×{width}")
    return height


# --- the networks --------------------------------------------------------------------------------------------------

EXPERIMENTS = ("E2", "E13", "E14", "E15")
Geometry = tuple[tuple[int, int], ...]


def geometry(net: Net) -> Geometry:
    """(window, stride) of every layer that has a window, in order."""
    found: list[tuple[object, object]] = []  # a kernel may be a pair of sides; here all are square
    for layer in net.layers:
        if isinstance(layer, Conv):
            found.append((layer.kernel, layer.stride))
        elif isinstance(layer, MaxPool | AvgPool):
            found.append((layer.kernel, layer.stride or layer.kernel))
    return tuple(found)  # type: ignore[arg-type]


@cache
def alike() -> dict[Geometry, list[tuple[str, Net]]]:
    """The convolutional networks of these experiments, grouped by what their units see."""
    found: dict[Geometry, list[tuple[str, Net]]] = {}
    for (experiment, name), net in networks().items():
        if experiment in EXPERIMENTS and geometry(net):
            found.setdefault(geometry(net), []).append((f"{experiment} {name}", net))
    return found


def in_every(nets: Sequence[Net], measure: Callable[[Net], tuple[int, int]]) -> int:
    """The side of the field that all of the networks share. Raises ``ValueError`` if they do not."""
    sides = {side(net, measure) for net in nets}
    if len(sides) != 1:
        raise ValueError(f"the networks differ: {sorted(sides)}")
    return sides.pop()


def with_numbers(windows: Geometry, members: Sequence[tuple[str, Net]]) -> Part:
    """The closed form for the networks of one geometry, its numbers, and what it comes to."""
    jumps = itertools.accumulate((stride for _, stride in windows), int.__mul__, initial=1)
    terms = ["*".join(str(f) for f in (k - 1, jump) if f != 1) or "1" for (k, _), jump in zip(windows, jumps) if k > 1]
    nets = [net for _, net in members]
    return part(
        _listed(members),
        f"{' + '.join(['1', *terms])} == {side(nets[0], receptive_field)}",
        "calculate",
        live=[
            Live("support of the live gradient", partial(in_every, nets, support), points=1),
            Live("layer description", partial(in_every, nets, receptive_field), points=1),
        ],
    )


def _listed(members: Sequence[tuple[str, Net]]) -> str:
    """``E13 (3, 8), (6, 16); E14 average pooling``."""
    by_experiment: dict[str, list[str]] = {}
    for label, _ in members:
        experiment, _, name = label.partition(" ")
        by_experiment.setdefault(experiment, []).append(name)
    return "; ".join(f"{experiment} {', '.join(names)}" for experiment, names in by_experiment.items())


# --- tables and figures --------------------------------------------------------------------------------------------


def fields() -> Table:
    """Every network, those together that see the same: windows, the field by the recurrence and as measured, its share of the
    image."""
    columns = (
        Column("net", "Networks", align="left"),
        Column("windows", "Layers with a window", align="left"),
        Column("derived", "Receptive field"),
        Column("measured", "Support of the gradient"),
        Column("share", "Share of the image, %", digits=1),
    )
    same: dict[tuple[str, str, str, float], list[tuple[str, Net]]] = {}
    for label, net in itertools.chain(*alike().values()):
        windows = [wording(layer).split(",")[0] for layer in net.layers if isinstance(layer, Conv | MaxPool | AvgPool)]
        derived, measured = receptive_field(net), support(net)
        share = 100 * derived[0] * derived[1] / (net.input[1] * net.input[2])
        same.setdefault((", ".join(windows), _times(derived), _times(measured), share), []).append((label, net))
    rows = tuple((_listed(members), *seen) for seen, members in same.items())
    equal = sum(len(members) for (_, derived, measured, _), members in same.items() if derived == measured)
    caption = "What one unit before the dense layers sees, by the recurrence and by the gradient of the live network: "
    caption += f"the two agree for {equal} of {sum(map(len, same.values()))} networks."
    return Table(columns, rows, caption)


def _times(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"


def pictures() -> Figure:
    """One network of each geometry: where in the image the gradient of its middle unit is not zero."""
    import pandas as pd

    shown = [members[-1] for members in alike().values()]
    figure, axes = plots.canvas(width=plots.PAGE, height=1.9, rows=1, columns=len(shown))
    table = []
    for ax, (label, net) in zip(np.atleast_1d(axes).flat, shown):
        slopes = gradient(net)
        plots.panel_images(ax, slopes / slopes.max(), f"{label}: {_times(support(net))}")
        ax.set_axis_on()  # a frame: the whole image
        ax.set(xticks=[], yticks=[])
        ax.spines[:].set(visible=True, linewidth=0.4)
        table += [(label, row, column, slopes[row, column]) for row, column in np.ndindex(slopes.shape)]
    told = "; ".join(f"{label} {_times(support(net))} of {_times(image(net))}" for label, net in shown)
    deepest, shallowest = (choose(shown, key=lambda member: len(geometry(member[1]))) for choose in (max, min))
    return Figure(
        figure,
        caption="What a unit in the middle sees: the mean size of the gradient of its output by the pixels, weights and "
        "pictures random, in the frame of the image. It is exactly zero outside the receptive field. The middle quarter of the "
        "field holds "
        f"{in_the_middle(deepest[1]):.0%} of it in {deepest[0]}, where many paths lead there, and "
        f"{in_the_middle(shallowest[1]):.0%} in {shallowest[0]}.",
        alt=f"Gradient of one unit over the image, one panel a network. Size of its support: {told}.",
        data=pd.DataFrame(table, columns=["network", "row", "column", "gradient"]),
    )


def in_the_middle(net: Net) -> float:
    """The share of the gradient that falls into the middle of the field, half as high and half as wide as the field."""
    slopes = gradient(net)
    rows, columns = np.nonzero(slopes)
    field = slopes[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = field.shape
    weights = np.outer(_middle_half(height), _middle_half(width))
    return float((field * weights).sum() / field.sum())


def _middle_half(length: int) -> np.ndarray:
    """How much of each place lies in the middle half of the length: 1, 0, or a part of a place on the border."""
    places = np.arange(length)
    return np.clip(np.minimum(places + 1, 0.75 * length) - np.maximum(places, 0.25 * length), 0, 1)


def image(net: Net) -> tuple[int, int]:
    """(height, width) of the input."""
    return net.input[1], net.input[2]


# --- the derivation ------------------------------------------------------------------------------------------------


def whole_numbers(symbol: Symbol, high: int) -> Symbol:
    """A sequence of random integers from 1 to ``high``."""

    def sample(random: Random) -> Sequence1:
        drawn = [random.randint(1, high) for _ in range(64)]
        return lambda m: drawn[m % len(drawn)]

    return replace(symbol, sample=sample)


JUMP = "prod(s[m] for m in span(1, {}))"
FIELD = "1 + sum((k[n] - 1)*prod(s[m] for m in span(1, n - 1)) for n in span(1, {}))"
LAYER = integer("l", "a layer", least="0")
LIVE_FIELD = Live("support of the live gradient", live_field)
LIVE_JUMP = Live("support of the live gradient", live_jump)

DERIVATION = Derivation(
    id="T15",
    title="Receptive field",
    question="""Which inputs can the value of a unit depend on? Along one axis, borders aside, unit `i` of layer `l` with
    stride `s[l]` reads unit `s[l]*i + t` of the layer before with its tap `t`; taps are counted from 0 to `k[l] - 1`.
    Pooling is such a layer too, and ReLU is one with window and stride one.""",
    symbols=[
        integer("l", "the number of a layer; the input is layer zero", least="0", low=0, high=4),
        whole_numbers(signal("k", "the windows of the layers", properties=["positive", "whole"]), 4),
        whole_numbers(signal("s", "their strides", properties=["positive", "whole"]), 3),
        integer("i", "a unit of the layer, counted from zero", least="0", high=5),
        integer("t", "a tap of its window, counted from zero", least="0", high=3),
        integer("j", "how far apart the fields of neighbours in the layer before begin", least="1", high=6),
        integer("f", "how many inputs a unit of the layer before sees", least="1", high=9),
        integer("C", "a number of channels", least="1", high=9),
    ],
    definitions=[
        define(
            "J[l]",
            "1 if l == 0 else J[l - 1]*s[l]",
            "the jump: how far apart the fields of neighbours in layer `l` begin",
            symbols=[LAYER],
        ),
        define(
            "r[l]",
            "1 if l == 0 else r[l - 1] + (k[l] - 1)*J[l - 1]",
            "the receptive field: how many inputs a unit of layer `l` sees, from the first to the last",
            symbols=[LAYER],
        ),
    ],
    parts=[
        part(
            "Where the field of a tap begins",
            "j*(s[l]*i + t) == (j*s[l])*i + t*j",
            algebra("multiply out"),
            intro="""Let the field of a unit of the layer before begin at `j` times the number of that unit and be `f`
            inputs long. A unit sees what its taps see. The first tap, `t` zero, begins first, and every other one later:""",
        ),
        part(
            "Where it ends",
            "j*(s[l]*i + t) + f - 1 == ((j*s[l])*i + (f + (k[l] - 1)*j) - 1) - (k[l] - 1 - t)*j",
            Step("((j*s[l])*i + t*j) + f - 1", using("Where the field of a tap begins")),
            algebra("add and subtract"),
            intro="The last tap, `k[l] - 1`, ends last, and every other one earlier:",
        ),
        part(
            "Nothing is left out",
            "iff(j*(i + 1) <= (j*i + f - 1) + 1, j <= f)",
            "subtract",
            intro="""In between nothing is left out if the field of each unit begins no later than one place after the field
            of its neighbour has ended:""",
        ),
        part(
            "Nor in the layers above",
            "(f + (k[l] - 1)*j) - j*s[l] == (f - j) + (k[l] - s[l])*j",
            algebra("regroup"),
            intro="""So unit `i` sees `f + (k[l] - 1)*j` inputs, and its neighbour's field begins `j*s[l]` after its own.
            Again nothing is left out if the stride is not larger than the window, because both terms on the right are then
            not negative. (With a larger stride there can be gaps, and the field is counted from its first to its last
            input.)""",
        ),
        part(
            "The jump at the input",
            "J[0] == 1",
            definition("J"),
            intro="""A layer turns the jump `j` into `j*s[l]` and the field `f` into `f + (k[l] - 1)*j`; an input sees
            itself alone. That defines `J[l]` and `r[l]`, layer by layer. What they come to:""",
        ),
        part(
            "The jump, a layer further",
            f"J[l + 1] == {JUMP.format('l + 1')}",
            Step("J[l]*s[l + 1]", definition("J")),
            Step(f"{JUMP.format('l')}*s[l + 1]", using("hypothesis")),
            algebra("one factor more"),
            supposing=f"J[l] == {JUMP.format('l')}",
        ),
        part(
            "The jump",
            f"J[l] == {JUMP.format('l')}",
            induction("l", "The jump at the input", "The jump, a layer further"),
            live=[LIVE_JUMP],
        ),
        part(
            "The recurrence",
            f"r[l] == r[l - 1] + (k[l] - 1)*{JUMP.format('l - 1')}",
            Step("r[l - 1] + (k[l] - 1)*J[l - 1]", definition("r")),
            using("The jump", at={"l": "l - 1"}),
            given=["l >= 1"],
            live=[LIVE_FIELD],
        ),
        part("The field of an input", "r[0] == 1", definition("r")),
        part(
            "The field, a layer further",
            f"r[l + 1] == {FIELD.format('l + 1')}",
            Step("r[l] + (k[l + 1] - 1)*J[l]", definition("r")),
            Step(f"r[l] + (k[l + 1] - 1)*{JUMP.format('l')}", using("The jump")),
            Step(f"{FIELD.format('l')} + (k[l + 1] - 1)*{JUMP.format('l')}", using("hypothesis")),
            algebra("one term more"),
            supposing=f"r[l] == {FIELD.format('l')}",
        ),
        part(
            "The field in closed form",
            f"r[l] == {FIELD.format('l')}",
            induction("l", "The field of an input", "The field, a layer further"),
            live=[LIVE_FIELD],
        ),
        part(
            "Two windows of three see what one of five sees",
            "1 + (3 - 1) + (3 - 1)*1 == 1 + (5 - 1)",
            Step("5", "add"),
            "and take apart",
            intro="""Why do most networks have windows of three? Two of them, with stride one, one after the other, see as
            far as one of five:""",
            live=[Live("support of the live gradient", lambda: live_field(lambda _: 3, lambda _: 1, 2), points=1)],
        ),
        part(
            "And cost less",
            "2*(C*(3*3*C)) < C*(5*5*C)",
            Step("18*C**2", "multiply"),
            Step("< 25*C**2", "compare"),
            "multiply",
            intro="""With `C` channels throughout they have fewer weights. They put another ReLU between; without one they
            would reach fewer kernels, as two layers of width two do in T13:""",
            live=[Live("live conv2d layers", weights_of_two, sweep={"C": range(1, 5)})],
        ),
        *(with_numbers(windows, members) for windows, members in alike().items()),
    ],
    conclusion=f"""Each layer, from the first on, adds its window less one, times the product of all strides before it: for
    `l >= 1`, `r[l] == r[l - 1] + (k[l] - 1)*{JUMP.format("l - 1")}`, from one at the input.""",
    comment="""To see farther, put a stride early: every window after it counts that many times. Windows add to the field,
    strides multiply what comes after them, and only windows cost parameters. A field that is large enough makes seeing
    possible, not likely: in a deep stack far more paths lead to its middle than to its rim.""",
    tables={"fields": fields},
    figures={"gradient": pictures},
)
