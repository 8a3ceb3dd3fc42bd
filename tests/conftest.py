"""What several test files share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from experiments.data import datasets
from report.errors import DataError

# A shell that starts us in the background has us ignore Ctrl-C, and what the tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST = ("test_report.py", "test_planted_errors.py", "test_build.py", "test_wrong_edits.py", "test_diff.py", "test_fuzz.py")
"""Files that take minutes: they begin first, so that nobody waits for one of them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, then the others as they were."""
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    """A data folder with the real MNIST: the user's own, else fetched once as a user would get it (some seconds)."""
    root = datasets.locate()
    try:
        datasets.prepare(["mnist"], root, report=print)
    except DataError as error:
        pytest.skip(f"needs the real MNIST: {error}")
    return root
