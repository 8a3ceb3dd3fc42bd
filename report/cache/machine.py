"""The machine and the packages that a result was computed with."""

from __future__ import annotations

import contextlib
import functools
import platform
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


@functools.cache
def environment() -> dict[str, str]:
    """What computed a result, in words: Python, packages, processor. No name of a host, a user or a folder."""
    versions = {}
    for package in ("torch", "numpy"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return {
        "python": platform.python_version(),
        **versions,
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
    }


def _processor() -> str:
    if sys.platform.startswith("linux"):
        with contextlib.suppress(OSError, StopIteration):
            lines: Sequence[str] = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return platform.processor()
