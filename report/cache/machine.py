"""The machine and the packages that something was computed with, in words: no name of a host, a user or a folder."""

from __future__ import annotations

import contextlib
import functools
import platform
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path


@functools.cache
def environment() -> dict[str, str]:
    """What computed a result."""
    return {
        "python": platform.python_version(),
        **versions(("torch", "numpy")),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
    }


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those that are installed."""
    found = {}
    for package in packages:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[package] = metadata.version(package)
    return found


@functools.cache
def processor() -> str:
    """The processor's own name where the system tells it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
