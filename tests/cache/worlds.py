"""Little programs on disk: what they return, and whether the cache would notice that it is something else."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.cache.fingerprint import Fingerprint, fingerprint
from report.cache.reach import Sources
from report.model import Trial


class World:
    """A project with the trial ``main.run``."""

    def __init__(self, root: Path):
        self.root = root

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def replace(self, files: Mapping[str, str]) -> None:
        """These files, and no other."""
        for path in self.root.rglob("*.py"):
            if str(path.relative_to(self.root)) not in files:
                path.unlink()
        self.write(files)

    def forget(self) -> None:
        """Nothing of the project is imported any more."""
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", None) or "").startswith(str(self.root)):
                del sys.modules[name]
        importlib.invalidate_caches()

    def function(self, module: str = "main", name: str = "run") -> Any:
        self.forget()
        return getattr(importlib.import_module(module), name)

    def result(self, *arguments: Any) -> Any:
        """What ``main.run`` returns, all modules imported anew."""
        return self.function()(*arguments)

    def mark(self, module: str = "main", name: str = "run", **arguments: Any) -> Fingerprint:
        trial = Trial(self.function(module, name), arguments)
        return fingerprint(trial, data={}, machine={}, sources=Sources(self.root))

    def code(self) -> str:
        """The digest of ``main.run``, found without importing anything."""
        return Sources(self.root).reach([("main", "run")]).digest
