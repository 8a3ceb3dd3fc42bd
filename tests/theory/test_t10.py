"""T10 on live networks: whole trainings, not single steps."""

from __future__ import annotations

import pytest

from theory.t10_order_of_flattening import OPTIMIZERS, compared


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_permuted_start_gives_the_same_network_and_an_equal_start_does_not(optimizer: str) -> None:
    permuted_weights, permuted_outputs, weights, outputs = compared(optimizer)
    assert max(permuted_weights, permuted_outputs) < 1e-6
    assert min(weights, outputs) > 1e-2
