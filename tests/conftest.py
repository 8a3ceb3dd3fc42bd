"""What several test files share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from experiments.data import datasets
from report.errors import DataError
from tests.project import RESULTS, ROOT, whole

# A shell that starts us in the background has us ignore Ctrl-C, and what the tests start would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How fast a machine draws and tries examples is nothing to a test.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

LONGEST = ("test_build.py", "test_report.py", "test_execute.py", "test_stamp.py", "test_planted_errors.py", "test_diff.py")
"""Files that take long: they begin first, so that nobody waits for one of them at the end."""


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


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder whose modules can be imported; afterwards none of them is."""
    root = tmp_path / "a project with spaces"
    root.mkdir()
    monkeypatch.syspath_prepend(root)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield root
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", None) or "").startswith(str(root)):
            del sys.modules[name]


Once = Callable[[str, Callable[[Path], object]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Once:
    """Makes a folder for all workers: whoever asks first makes it, the others wait."""
    base = tmp_path_factory.getbasetemp()
    shared = base if worker_id == "master" else base.parent

    def made(name: str, make: Callable[[Path], object]) -> Path:
        with FileLock(shared / f"{name}.lock"):
            if not (shared / name).exists():
                make(shared / name)
        return shared / name

    return made


@pytest.fixture(scope="session")
def smoke(mnist_root: Path, once: Once) -> Path:
    """A smoke build of the report itself, on real digits: its pages and manifest. Results are the checkout's own where it has
    them: a result depends on nothing but what it was computed from."""

    def build(folder: Path) -> None:
        where = ["--out", str(folder), "--store", str(RESULTS)]
        command = [sys.executable, str(ROOT / "build.py"), "--budget", "smoke", "--quiet", *where]
        surroundings = {**os.environ, "REPORT_DATA": str(mnist_root)}
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=surroundings)
        assert done.returncode in (0, 1), done.stderr
        assert "Traceback" not in done.stderr + done.stdout

    return once("smoke", build)


@pytest.fixture(scope="session")
def kept(once: Once) -> Path:
    """The store of the small project, which is built once for all workers: its runs, views and proof, and what was found in
    the engine's sources. A project that begins with it computes only what its test changes."""

    def build(folder: Path) -> None:
        built = whole(folder).run("--quiet", "--jobs", "3")
        assert built.code == 0, built.err

    return once("kept", build) / "a project" / "build" / "store"
