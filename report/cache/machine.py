"""The machine and the packages that something was computed with, in words: no name of a host, a user or a folder."""

from __future__ import annotations

import functools
import platform
from collections.abc import Iterable
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


def ran_with(packages: Iterable[str]) -> dict[str, str]:
    """What a build ran with, for readers: Python, those of the packages that are installed, the system, the processor."""
    system, python = platform.system(), platform.python_version()
    return {"Python": python, **versions(packages), "system": system, "processor": processor()}


def distinctive() -> list[str]:
    """What tells this machine from another one with the same disk."""
    told = [platform.system(), platform.machine()]
    return told + [line for line in _cpuinfo().partition("\n\n")[0].splitlines() if line.startswith(("model name", "flags"))]


def versions(packages: Iterable[str]) -> dict[str, str]:
    """The versions of those that are installed."""
    return {package: version for package in packages if (version := _version(package))}


@functools.cache
def _version(package: str) -> str:
    """Its version; nothing of one that is not installed."""
    from importlib import metadata  # takes longer than all else here, and a build of nothing new does not ask

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


@functools.cache
def processor() -> str:
    """The processor's own name where the system tells it, else its architecture."""
    told = _cpuinfo()
    names = (line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name"))
    return next(names, platform.machine()) if told else platform.processor() or platform.machine()


def _cpuinfo() -> str:
    """What Linux says of its processors; nothing elsewhere."""
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return ""
