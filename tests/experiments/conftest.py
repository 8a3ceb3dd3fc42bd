"""What tests of experiments share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from report import plots


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Views are drawn in the style of all figures, as the judge has them drawn."""
    with plots.style():
        yield
