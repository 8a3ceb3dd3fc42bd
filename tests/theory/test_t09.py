"""T9 beyond the planted errors: live layers show the properties that the parts prove and refute."""

from __future__ import annotations

import pytest
import torch

from theory import layer_properties
from theory import t09_lti_layers as t09

NAMES = {
    "convolution": "Convolution",
    "average pooling, stride one": "Average pooling with stride one",
    "average pooling, stride two": "Average pooling with stride two",
    "max pooling, stride two": "Max pooling",
    "ReLU": "ReLU",
    "adding a constant": "Adding a constant",
    "dense": "A dense layer",
}
LABELS = {part.label for part in t09.DERIVATION.parts}


@pytest.mark.parametrize("name", NAMES)
def test_every_property_that_a_live_layer_lacks_is_refuted_by_a_part(name: str) -> None:
    kept = layer_properties.properties(layer_properties.live_layers()[name])
    refuted = {held for held in kept if f"{NAMES[name]} is not {held}" in LABELS}
    assert refuted == {held for held, holds in kept.items() if not holds}


@pytest.mark.parametrize("name", NAMES)
def test_every_property_that_a_live_layer_has_is_proved_by_a_part(name: str) -> None:
    kept = layer_properties.properties(layer_properties.live_layers()[name])
    start = NAMES[name].partition(" with ")[0]
    proved = {held for held in kept if {f"{NAMES[name]} is {held}", f"{start} is {held}"} & LABELS}
    proved |= {"additive", "homogeneous"} if f"{start} is linear" in LABELS else set()
    assert proved == {held for held, holds in kept.items() if holds}


def test_the_search_finds_what_is_rarely_violated() -> None:
    assert not layer_properties.properties(lambda x: torch.where(x > 3, x - 1, x))["additive"]
    assert layer_properties.properties(lambda x: 2 * x) == {"additive": True, "homogeneous": True, "shift invariant": True}
