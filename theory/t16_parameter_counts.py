"""T16: how many parameters a layer has, derived for every kind and counted in every network of this report."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from typing import Any

import experiments
from experiments import zoo
from experiments.nets import (
    AvgPool, Conv, Dense, Dropout, Flatten, Layer, MaxPool, Net, ReLU, Row, Shape, Shared, Sigmoid, closed_form, parameters,
    shapes, wording,
)  # fmt: skip
from experiments.live import counted
from report.model import Column, Table, Value
from report.numbers import NO_BREAK
from report.proof import Derivation, Live, Part, Step, Symbol, algebra, integer, part, refuted, signal

# --- the networks --------------------------------------------------------------------------------------------------


@cache
def networks() -> dict[tuple[str, str], Net]:
    """(experiment, name) → net, for every network in the ``NETS`` of an experiment or in the zoo."""
    files = sorted(module.name for module in pkgutil.iter_modules(experiments.__path__) if module.name[:3].strip("e").isdigit())
    found: dict[tuple[str, str], Net] = {}
    for file in files:
        nets: Mapping[str, Net] = getattr(importlib.import_module(f"experiments.{file}"), "NETS", {})
        experiment = f"E{int(file[1:3])}"
        found |= {(experiment, str(name)): net for name, net in nets.items()}
    declared = {(experiment, net) for (experiment, _), net in found.items()}
    found |= {key: net for key, net in zoo.NAMED.items() if (key[0], net) not in declared}
    return dict(sorted(found.items(), key=lambda item: int(item[0][0][1:])))


NETS = list(networks().values())


def weighted(net: Net) -> list[Row]:
    """The rows of the layers that have weights; a layer that several parts share has one row."""
    return [row for row in shapes(net) if row.parameters]


def sizes(row: Row) -> tuple[int, int, int]:
    """(outputs, inputs that one output reads, 1 if every output has a bias)."""
    form = closed_form(row.layer, row.input)
    (_, outputs), *fan_in = form.factors
    return outputs, math.prod(number for _, number in fan_in), int(form.bias)


def in_network(which: int) -> Callable[[int, int], int]:
    """One of the ``sizes`` of layer l in network e, both counted from 1; outside the network 1, which nothing may read."""
    table = [[sizes(row)[which] for row in weighted(net)] for net in NETS]
    return lambda e, l: table[e - 1][l - 1] if 1 <= e <= len(table) and 1 <= l <= len(table[e - 1]) else 1  # noqa: E741


def depth(e: int) -> int:
    """The number of layers with weights of network e; none outside the list."""
    return len(weighted(NETS[e - 1])) if 1 <= e <= len(NETS) else 0


def known(symbol: Symbol, function: Callable[..., int]) -> Symbol:
    """A symbol that is not drawn at random: the witnesses see what ``function`` computes from the layer descriptions."""
    return replace(symbol, sample=lambda random: function)


# --- live counts ---------------------------------------------------------------------------------------------------


def both(net: Callable[[Any], Net], live: str, sweep: Mapping[str, Sequence[int]]) -> list[Live]:
    """The live network, and its description."""
    return [
        Live(live, lambda at: counted(net(at)), sweep=sweep),
        Live("layer description", lambda at: parameters(net(at)), sweep=sweep),
    ]


def convolution(at: Any) -> Net:
    """A network of one convolution."""
    return Net((at.C_in, at.k_h, at.k_w), (Conv(at.C_out, (at.k_h, at.k_w)),))


def dense(at: Any) -> Net:
    """A network of one dense layer."""
    return Net((at.n_in,), (Dense(at.n_out),))


def on_image(at: Any) -> int:
    """The parameters of a live dense layer on an image that is flattened."""
    return counted(Net((at.C_in, at.k_h, at.k_w), (Flatten(), Dense(at.n_out))))


def saved_by_sharing(at: Any) -> int:
    """The parameters of m dense layers, less those of a live network that applies one of them to all m parts."""
    shared = Net((1, at.m, at.n_in), (Shared((Flatten(), Dense(at.n_out)), at.m),))
    return at.m * counted(dense(at)) - counted(shared)


# --- tables and values ---------------------------------------------------------------------------------------------

KINDS: tuple[tuple[str, Layer, Shape], ...] = (
    ("convolution", Conv(4, (5, 3)), (2, 9, 9)),
    ("convolution without biases", Conv(4, (5, 3), bias=False), (2, 9, 9)),
    ("dense", Dense(10), (7,)),
    ("max pooling", MaxPool(2), (2, 8, 8)),
    ("average pooling", AvgPool(2), (2, 8, 8)),
    ("ReLU", ReLU(), (7,)),
    ("sigmoid", Sigmoid(), (7,)),
    ("flattening", Flatten(), (2, 8, 8)),
    ("dropout", Dropout(0.5), (7,)),
)


def kinds() -> Table:
    """Every kind of layer: its closed form, one instance of it, and the entries of the tensors that torch makes for it."""
    columns = (
        Column("layer", "Layer", align="left"),
        Column("form", "Parameters", align="left"),
        Column("instance", "For example", align="left"),
        Column("input", "on the input"),
        Column("numbers", "with numbers", align="left"),
        Column("live", "counted live"),
    )
    rows = []
    for name, layer, shape in KINDS:
        form = closed_form(layer, shape)
        live = counted(Net(shape, (layer,)))
        rows.append((name, f"${form.symbolic}$", wording(layer), _times(shape), f"${form.numeric}$", live))
    return Table(
        columns,
        tuple(rows),
        "The closed form of every kind of layer, with numbers for one instance of each, and what torch allocates for it.",
    )


INDENT = 2 * NO_BREAK
"""Before what belongs to the row above."""


def layers(experiment: str) -> Table:
    """The networks of an experiment, layer by layer; layers without parameters are left out."""
    nets = {name: net for (owner, name), net in networks().items() if owner == experiment}
    columns = (
        Column("layer", "Network, and its layers", align="left"),
        Column("form", "Parameters", align="left"),
        Column("count", "In number"),
    )
    rows: list[tuple[str | int | None, ...]] = []
    for name, net in nets.items():
        rows.append((name, "in all", parameters(net)))
        for row in weighted(net):
            rows.append((f"{INDENT}{wording(row.layer)}", f"${closed_form(row.layer, row.input).numeric}$", row.parameters))
    several = "networks" if len(nets) > 1 else "network"
    agree = all(parameters(net) == counted(net) for net in nets.values())
    caption = f"The {several} of {experiment}, by the layers that have parameters. "
    caption += "The totals are those of the live networks." if agree else "The totals differ from those of the live networks."
    return Table(columns, tuple(rows), caption)


LAID_OUT = ("E2", "E5", "E7", "E9", "E13", "E14", "E15")
"""The experiments whose chapters show their networks layer by layer."""


def _times(shape: Shape) -> str:
    return "×".join(map(str, shape))


def slug(text: str) -> str:
    """A name of a network as part of the name of a value."""
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


Counts = Iterator[tuple[str, int, str]]
"""Names of values, the counts, and where they come from."""


def totals() -> Counts:
    """How many networks there are, and how many parameters the tutorial's has."""
    yield "networks", len(networks()), "networks declared by all experiments"
    origin = "closed form of every layer of E5, tutorial, added up; equal to the live network's"
    yield "E5-tutorial", parameters(zoo.TUTORIAL), origin


def sizes_of_maps() -> Counts:
    """What W4 says of the shapes in its networks."""
    live = ", from the live layer's shape"
    for at, row in enumerate((row for row in shapes(zoo.capacity(6, 16)) if isinstance(row.layer, (Conv, MaxPool))), 1):
        yield f"e13-map-{at}", row.output[-1], f"width of the maps after {wording(row.layer)}{live}"
    first, second = (row for row in weighted(zoo.capacity(12, 32)) if isinstance(row.layer, Conv))
    of_one, of_another = (row.parameters // row.output[0] for row in (first, second))
    yield "e13-window", of_one - 1, f"weights of a filter of the first convolution{live}"
    yield "e13-filter", of_one, f"parameters of a filter of the first convolution{live}"
    yield "e13-filter2", of_another, f"parameters of a filter of the second convolution{live}"
    *_, unpooled = (row for row in shapes(zoo.LINEAR) if isinstance(row.layer, Conv))
    yield "e14-map", unpooled.output[-1], f"width of the maps that are flattened without pooling{live}"
    yield "e13-values", math.prod(first.output), f"values after the first convolution of (12, 32){live}"


# --- the networks that the write-ups count -------------------------------------------------------------------------


COUNTED = {
    "E5": zoo.TUTORIAL,
    "E7a": zoo.ONE_CONV,
    "E7b": zoo.MINIMAL,
    "E13 (3, 8)": zoo.capacity(3, 8),
    "E13 (12, 32)": zoo.capacity(12, 32),
    "E14a": zoo.LINEAR,
    "E15": zoo.SINGLE,
}
"""The networks whose parameters a write-up counts."""
DENSE_ALONE = ("E14a", "E15")  # of these it counts the dense layer


def counts() -> Counts:
    """``e5-conv1`` and so on to ``e5-total``: every layer with weights, and all of them."""
    origin = "parameters of {}, {}, by closed form; equal to the live network's"
    for label, net in COUNTED.items():
        alone = label in DENSE_ALONE
        for row in weighted(net)[-1:] if alone else weighted(net):
            yield f"{slug(label)}-{row.name}", row.parameters, origin.format(label, wording(row.layer))
        if not alone:
            yield f"{slug(label)}-total", parameters(net), origin.format(label, "in all")


def with_numbers(label: str, net: Net) -> Part:
    """The closed form of a network that a write-up counts, with its numbers, and what it comes to."""
    rows = weighted(net)
    return part(
        f"The network of {label}",
        f"{' + '.join(f'({_formula(net, row)})' for row in rows)} == {parameters(net)}",
        Step(" + ".join(str(row.parameters) for row in rows), "each layer by its closed form"),
        "add",
        live=[Live("live network", partial(counted, net), points=1)],
    )


def _formula(net: Net, row: Row) -> str:
    """outputs·(fan-in) + outputs; a factor of one, the single channel of a grey image, is left out."""
    (_, outputs), *fan_in = closed_form(row.layer, row.input).factors
    before = shapes(net)[max(shapes(net).index(row) - 1, 0)]
    flattened = isinstance(before.layer, Flatten) and len(before.input) == 3
    factors = (*before.input[1:], before.input[0]) if flattened else [number for _, number in fan_in]
    return f"{outputs}*({'*'.join(str(factor) for factor in factors if factor != 1)}) + {outputs}"


# --- the derivation ------------------------------------------------------------------------------------------------

FILTERS = "count((o, i, r, c) for o in span(1, C_out) for i in span(1, C_in) for r in span(1, k_h) for c in span(1, k_w))"
FILTER = "count((i, r, c) for i in span(1, C_in) for r in span(1, k_h) for c in span(1, k_w))"
MATRIX = "count((o, i) for o in span(1, n_out) for i in span(1, n_in))"
COPIES = "count((p, o, i) for p in span(1, m) for o in span(1, n_out) for i in span(1, n_in))"
OWN_BIASES = "count((p, o) for p in span(1, m) for o in span(1, n_out))"
ADDED = "sum(n[e, l]*f[e, l] + n[e, l]*b[e, l] for l in span(1, L[e]))"
FACTORED = "sum(n[e, l]*(f[e, l] + b[e, l]) for l in span(1, L[e]))"

DERIVATION = Derivation(
    id="T16",
    title="Parameter counts",
    question="""How many parameters does a layer have, and a network? A parameter is one number that training may change, so
    the answer is a count of index tuples: one for each entry of each weight tensor and of each vector of biases.""",
    symbols=[
        integer("C_in", "the number of channels that a convolution reads", least="1", high=4),
        integer("C_out", "the number of channels that it makes", least="1", high=4),
        integer("k_h", "the height of its window", least="1", high=4),
        integer("k_w", "its width", least="1", high=4),
        integer("n_in", "the number of inputs of a dense layer", least="1", high=40),
        integer("n_out", "the number of its outputs", least="1", high=5),
        integer("m", "the number of parts to which a shared layer is applied", least="1", high=4),
        integer("e", "the number of a network among those that the experiments declare", within=("1", str(len(NETS)))),
        known(signal("L", "how many of its layers have weights", properties=["whole"]), depth),
        known(
            signal("n", "the number of outputs of its layer `l`, channels or units", properties=["positive", "whole"]),
            in_network(0),
        ),
        known(signal("f", "the number of weights that make one of them", properties=["positive", "whole"]), in_network(1)),
        known(signal("b", "one if they have biases, zero if not", properties=["whole"]), in_network(2)),
    ],
    parts=[
        part(
            "A convolution",
            f"{FILTERS} + count(o for o in span(1, C_out)) == C_out*(k_h*k_w*C_in) + C_out",
            Step(f"{FILTERS} + C_out", "one bias for each channel that is made"),
            Step(f"C_out*{FILTER} + C_out", "a filter for each of them, and all filters equally large"),
            "a filter has one weight for each place of its window in each channel",
            intro="""The same filters are used in every place, so the tuple has an index for the channel that is made, the
            channel that is read, the row and the column of the window, and none for the place in the image. That is why
            neither stride nor padding nor the size of the image is in the formula.""",
            live=both(convolution, "live Conv2d", {n: range(1, 4) for n in ("C_out", "C_in", "k_h", "k_w")}),
        ),
        part(
            "A dense layer",
            f"{MATRIX} + count(o for o in span(1, n_out)) == n_out*n_in + n_out",
            Step(f"{MATRIX} + n_out", "one bias for each output"),
            "one weight for each pair of an output and an input",
            live=both(dense, "live Linear", {"n_in": range(1, 6), "n_out": range(1, 5)}),
        ),
        part(
            "A dense layer on an image",
            "n_out*n_in + n_out == n_out*(k_h*k_w*C_in) + n_out",
            algebra("flattening makes one input of each place of each channel"),
            given=["n_in == k_h*k_w*C_in"],
            intro="""On a flattened image a dense layer is a convolution whose window is the whole image, here `k_h` by
            `k_w`: the same formula, but now the size of the image counts. This is the term that dominates most networks
            below.""",
            live=[
                Live(
                    "live Flatten and Linear",
                    on_image,
                    sweep={"C_in": [2], "k_h": [3], "k_w": [2], "n_in": [12], "n_out": range(1, 5)},
                )
            ],
        ),
        part(
            "What sharing saves",
            f"{COPIES} + {OWN_BIASES} - (n_out*n_in + n_out) == (m - 1)*(n_out*n_in + n_out)",
            Step("m*n_out*n_in + m*n_out - (n_out*n_in + n_out)", "count the tuples"),
            algebra("factor out"),
            intro="""A trunk that is applied to several parts of the input has one set of weights: it is counted once.
            Layers of their own for each part would need the index of the part in every tuple.""",
            live=[Live("live networks", saved_by_sharing, sweep={"m": range(1, 4), "n_in": range(1, 4), "n_out": range(1, 4)})],
        ),
        part(
            "A network",
            f"{ADDED} == {FACTORED}",
            algebra("factor out"),
            intro="""Pooling, ReLU, sigmoid, flattening and dropout have nothing that training could change, so a network's
            count is a sum over its convolutions and dense layers. The witness has built every network that the experiments
            declare, and counted the entries of its tensors.""",
            live=[Live("every live network", lambda e: counted(NETS[e - 1]), sweep={"e": range(1, len(NETS) + 1)})],
        ),
        *(with_numbers(label, net) for label, net in COUNTED.items()),
    ],
    conclusion="""A convolution has `C_out*(k_h*k_w*C_in) + C_out` parameters, a dense layer `n_out*n_in + n_out`, both with
    biases; pooling, ReLU, sigmoid, flattening and dropout have none; a shared layer counts once, and a network has the sum
    over its layers (“A network”).""",
    comment="""A convolution's price does not depend on the size of the image, a dense layer's does: halving the height and
    the width before flattening divides the weights of the first dense layer by four, and in most networks here that is where
    they are.""",
    values={name: partial(Value, count, origin=origin) for name, count, origin in (*totals(), *sizes_of_maps(), *counts())},
    tables={"kinds": kinds, **{experiment: partial(layers, experiment) for experiment in LAID_OUT}},
    claims={"single_has_fewer": refuted("The single convolution has fewer parameters than (12, 32).", by="The network of E15")},
)
