"""What several test files share."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from filelock import FileLock

from experiments.data import datasets
from report.errors import DataError
from tests.project import whole

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


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The store of the small project, which is built once for all workers: its runs, views and proof, and what was found in
    the engine's sources. A project that begins with it computes only what its test changes."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent
    folder = shared / "kept"
    with FileLock(shared / "kept.lock"):
        if not folder.exists():
            built = whole(folder).run("--quiet")
            assert built.code == 0, built.err
    return folder / "a project" / "build" / "store"
