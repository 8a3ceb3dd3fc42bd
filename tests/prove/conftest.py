"""What several tests of the prover ask for."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath as mp
import pytest


@pytest.fixture
def forty_digits() -> Iterator[None]:
    """What is computed is computed to forty digits."""
    with mp.workdps(40):
        yield
