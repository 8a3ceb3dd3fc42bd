"""What several test files share."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import datasets
from report.errors import DataError


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """A data folder with the real MNIST: the user's own, else fetched once as a user would get it (some seconds)."""
    root = datasets.locate()
    try:
        datasets.prepare(["mnist"], root, report=print)
    except DataError as error:
        pytest.skip(f"needs the real MNIST: {error}")
    return root
