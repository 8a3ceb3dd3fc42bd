"""Make heavy packages load at their first use rather than at their import.

A rebuild in which nothing changed declares every experiment but computes nothing: it has no use for torch, SymPy or
matplotlib, whose imports cost seconds. Experiment and theory files may still say ``import torch`` at their top, as
everybody does; ``install`` arranges that this binds the standard library's lazily loaded module.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType

HEAVY = ("torch", "torchvision", "sympy", "matplotlib", "pandas", "mpmath")


class _LazyFinder(importlib.abc.MetaPathFinder):
    """Finds a heavy package as usual, and wraps its loader in ``importlib.util.LazyLoader``."""

    def __init__(self, names: Sequence[str]):
        self.names = frozenset(names)

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in self.names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


def install(names: Sequence[str] = HEAVY) -> None:
    """From now on, importing one of ``names`` costs nothing until an attribute of it is used."""
    if not any(isinstance(finder, _LazyFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LazyFinder(names))
