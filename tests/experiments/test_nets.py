"""One description of a net: what it says of shapes, parameters and receptive fields is true of the module it builds."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments.live import build, counted, rebuild, weights
from experiments.nets import (
    AvgPool, Conv, Dense, Dropout, Flatten, Layer, MaxPool, Net, ReLU, Shared, Sigmoid, closed_form, layer_names, parameters,
    receptive_field, shapes, wording,
)  # fmt: skip
from report.errors import DeclarationError

TUTORIAL = Net(
    (1, 28, 28),
    (
        *(Conv(32, 5, padding="same"), ReLU(), MaxPool(2), Conv(64, 5, padding="same"), ReLU(), MaxPool(2)),
        *(Flatten(), Dense(1024), ReLU(), Dense(10)),
    ),
)
NETS = {
    "tutorial": TUTORIAL,
    "even kernel": Net((1, 28, 28), (Conv(8, 8, padding="same"), Flatten(), Dense(10))),
    "colour": Net((3, 32, 32), (Conv(12, 5), AvgPool(2), Conv(32, 5), AvgPool(2), Flatten(), Dense(10))),
    "strides": Net((2, 21, 17), (Conv(4, 3, stride=2, padding=1), Conv(5, 3, dilation=2, bias=False), Flatten(), Dense(3))),
    "pool overlaps": Net((1, 11, 11), (MaxPool(3, stride=2), Conv(3, 2), Flatten(), Dropout(0.5), Dense(4, bias=False))),
    "signal": Net((1, 1, 8), (Conv(2, (1, 3), padding="same"), ReLU(), MaxPool((1, 2)), Flatten(), Dense(1))),
    "vectors": Net((784,), (Dense(128), ReLU(), Dense(2), Dense(784), Sigmoid())),
    "shared": Net((1, 12, 6), (Conv(4, 3, padding="same"), Shared((Flatten(), Dense(7), ReLU())), Dense(5))),
}


@pytest.fixture(params=NETS, name="net")
def each_net(request: pytest.FixtureRequest) -> Net:
    return NETS[request.param]


def test_parameters_are_those_of_the_live_module(net: Net) -> None:
    assert parameters(net) == counted(net)


def test_every_row_says_the_shape_that_its_layer_puts_out(net: Net) -> None:
    module, seen = build(net, 0), {}

    def note(name: str, output: torch.Tensor) -> None:
        seen[name] = tuple(output.shape[1:])

    for name, layer in module.named_modules():
        layer.register_forward_hook(lambda _, __, output, name=name: note(name, output))
    module(torch.zeros(4, *net.input))
    for row, following in zip(shapes(net), [*shapes(net)[1:], None]):
        if not (isinstance(row.layer, ReLU) and following and isinstance(following.layer, MaxPool)):  # it runs after the pool
            assert seen[row.name] == row.output


@pytest.mark.parametrize("name", ["even kernel", "colour", "strides", "pool overlaps", "signal", "tutorial"])
def test_receptive_field_is_the_support_of_the_gradient(name: str) -> None:
    net = NETS[name]
    flat = layer_names(net.layers).index("flatten1")
    linear = (passing_to_all(layer) for layer in net.layers[:flat] if not isinstance(layer, ReLU))
    module = build(Net(net.input, tuple(linear)), 0)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.abs_()  # so that no two paths cancel
    image = torch.ones(1, *net.input, requires_grad=True)
    height, width = module(image).shape[-2:]
    module(image)[..., height // 2, width // 2].sum().backward()
    assert image.grad is not None
    _, _, rows, columns = image.grad.nonzero(as_tuple=True)
    across = tuple(int(axis.max() - axis.min()) + 1 for axis in (rows, columns))
    assert across == tuple(min(n, field) for n, field in zip(net.input[1:], receptive_field(net)))


def passing_to_all(layer: Layer) -> Layer:
    """Average for max pooling: its gradient reaches the whole window."""
    return AvgPool(layer.kernel, layer.stride) if isinstance(layer, MaxPool) else layer


def test_receptive_field_follows_the_recurrence() -> None:
    fields = {row.name: row.receptive_field for row in shapes(TUTORIAL)}
    assert fields["conv1"] == (5, 5)
    assert fields["pool1"] == (6, 6)
    assert fields["conv2"] == (6 + 4 * 2,) * 2
    assert fields["pool2"] == (14 + 1 * 2,) * 2 == receptive_field(TUTORIAL)
    assert fields["dense1"] == (28, 28)


def test_a_dense_layer_does_not_see_what_strides_drop() -> None:
    net = Net((1, 10, 10), (MaxPool(3), Flatten(), Dense(2)))
    assert shapes(net)[-1].receptive_field == (9, 9)


def test_each_part_of_a_shared_layer_sees_its_part_only() -> None:
    fields = {row.name: row.receptive_field for row in shapes(NETS["shared"])}
    assert fields["shared1.dense1"] == (7, 6)  # half of 12, and the pixel beyond that the convolution reaches
    assert fields["dense1"] == (12, 6)


def test_shared_layers_treat_both_parts_alike() -> None:
    net = Net((2, 8, 3), (Shared((Flatten(), Dense(5))),))
    module, image = build(net, 1), torch.randn(4, 2, 8, 3)
    upper, lower = module(image).split(5, dim=1)
    swapped = module(torch.cat([image[:, :, 4:], image[:, :, :4]], dim=2))
    assert torch.equal(swapped, torch.cat([lower, upper], dim=1))
    dense = module.shared1.dense1
    assert torch.allclose(upper, image[:, :, :4].flatten(1) @ dense.weight.T + dense.bias, atol=1e-6)


def test_parts_of_one_channel_keep_their_layout() -> None:
    """Channels last in memory, which makes a convolution several times as fast, also where there is but one channel."""
    module = build(Net((1, 8, 4), (Shared((Conv(3, 3), Flatten())),)), 0)
    seen: list[torch.Tensor] = []
    module.shared1.conv1.register_forward_hook(lambda _, given, made: seen.extend((given[0], made)))
    image = torch.randn(5, 8, 4, 1).permute(0, 3, 1, 2)
    module(image)
    given, made = seen
    assert given.shape == (10, 1, 4, 4)
    assert given.stride()[1] == 1
    assert made.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(given[0], image[0, :, :4])
    assert torch.equal(given[1], image[0, :, 4:])


def test_closed_form_is_written_as_in_a_textbook() -> None:
    conv = closed_form(Conv(96, 5), (3, 32, 32))
    assert conv.numeric == r"96 \cdot (5 \cdot 5 \cdot 3) + 96"
    assert conv.symbolic == r"C_\text{out} \, (k \, k \, C_\text{in}) + C_\text{out}"
    assert conv.value == 7296
    assert closed_form(Dense(10, bias=False), (1024,)).numeric == r"10 \cdot 1024"
    assert closed_form(Conv(2, (1, 3), bias=False), (1, 1, 8)).numeric == r"2 \cdot (1 \cdot 3 \cdot 1)"
    assert closed_form(MaxPool(2), (3, 32, 32)).value == 0


def test_numeric_form_evaluates_to_the_value(net: Net) -> None:
    for row in shapes(net):
        form = closed_form(row.layer, row.input)
        assert eval(form.numeric.replace(r"\cdot", "*")) == form.value == row.parameters


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ((Conv(2, 40),), ["kernel=40", "28×28", "-11"]),
        ((Conv(2, 3, stride=2, padding="same"),), ["stride=2", "stride 1 only"]),
        ((Dense(3),), ["Dense", "(1, 28, 28)"]),
        ((Flatten(), Conv(2, 3)), ["Conv", "(784,)"]),
        ((Flatten(), Dense(4), MaxPool(2)), ["MaxPool", "(4,)"]),
        ((Shared((Flatten(),), parts=3),), ["Shared", "28", "3 equal parts"]),
        ((Shared((Conv(2, 3),)),), ["Shared", "end in a vector", "(2, 12, 26)"]),
    ],
)
def test_a_layer_that_does_not_fit_is_refused_where_the_net_is_declared(layers: tuple, said: list[str]) -> None:
    with pytest.raises(DeclarationError) as caught:
        Net((1, 28, 28), layers)
    assert all(word in str(caught.value) for word in said)


def test_build_depends_on_the_seed_alone(net: Net) -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = weights(build(net, 3))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(6)
    again, other = weights(build(net, 3)), weights(build(net, 4))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not any(np.array_equal(first[name], other[name]) for name in first)


def test_initial_weights_are_torchs_own() -> None:
    torch.manual_seed(7)
    usual = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(), torch.nn.Linear(4 * 36, 5))
    ours = build(Net((3, 8, 8), (Conv(4, 3), Flatten(), Dense(5))), 7)
    for expected, found in zip(usual.parameters(), ours.parameters()):
        assert torch.allclose(expected, found)


def test_a_relu_that_runs_after_its_pool_changes_neither_values_nor_gradients() -> None:
    net = Net((1, 10, 10), (Conv(3, 3), ReLU(), MaxPool(2), Flatten(), Dense(2)))
    ours, image = build(net, 0), torch.randn(6, 1, 10, 10)
    plain = torch.nn.Sequential(ours.conv1, torch.nn.ReLU(), torch.nn.MaxPool2d(2), ours.flatten1, ours.dense1)
    values, gradients = [], []
    for module in (ours, plain):
        module.zero_grad()
        output = module(image)
        output.square().sum().backward()
        values.append(output)
        gradients.append([parameter.grad.clone() for parameter in module.parameters()])
    assert torch.equal(*values)
    assert all(torch.equal(a, b) for a, b in zip(*gradients))


def test_weights_come_back(net: Net) -> None:
    module = build(net, 2).eval()
    images = torch.randn(3, *net.input)
    kept = {**weights(module), "predictions": np.zeros(3)}
    assert torch.equal(rebuild(net, kept)(images), module(images))
    kept["predictions"] += 1  # copies, not views
    for array in weights(module).values():
        array += 1
    assert torch.equal(rebuild(net, kept)(images), module(images))


def test_names_and_words_are_for_readers() -> None:
    assert layer_names(TUTORIAL.layers)[:5] == ["conv1", "relu1", "pool1", "conv2", "relu2"]
    assert set(weights(build(NETS["shared"], 0))) >= {"conv1.weight", "shared1.dense1.bias", "dense1.weight"}
    assert wording(TUTORIAL.layers[0]) == "conv 5×5, 32 maps, same"
    assert wording(replace(TUTORIAL.layers[0], padding=1, stride=2)) == "conv 5×5, 32 maps, stride 2, padding 1"
    assert wording(MaxPool((1, 2))) == "max pool 1×2"


def test_declaring_a_net_does_not_load_torch() -> None:
    code = (
        "from report.terminal import lazy; lazy.install();"
        "import sys; from experiments.nets import *; import experiments.live;"
        "net = Net((1, 9, 9), (Conv(2, 3), Flatten(), Dense(1)));"
        "assert parameters(net) == 20 + 99; assert 'torch.nn' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
