"""Send the code along: a trial runs what was planned, whatever is saved while it waits, and wherever it runs.

The sources were read when the trials were planned; the same bytes, compiled, go with every call. Where it runs they are
imported in place of the files, which may have changed since, or be elsewhere. A module of the project that was not planned
cannot be imported there.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import marshal
import pickle
import pickletools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from report.cache.reach import Sources

AT_WORK = ("report", "report.errors", "report.run", "report.run.calls", "report.run.shipment", "report.run.traces")
"""What runs the call, and is there already when its code arrives."""


@dataclass(frozen=True)
class Shipped:
    """A module: the file that it was read from, whether it is a package, and its code, marshalled."""

    file: str
    is_package: bool
    code: bytes


class Shipping:
    """Packs the modules that calls need, each compiled once."""

    def __init__(self, sources: Sources):
        self._sources = sources
        self._compiled: dict[str, Shipped] = {}
        self._packed: dict[tuple[str, ...], dict[str, Shipped]] = {}

    def modules(self, call: bytes) -> dict[str, Shipped]:
        """All modules of the project that a pickled call may import: for calls that name the same, the same dictionary."""
        named = dict.fromkeys(_named_in(call))
        starts = (*AT_WORK, *(name for name in named if self._sources.exists(name)))
        if starts not in self._packed:
            self._packed[starts] = {name: self._shipped(name) for name in self._sources.importable(starts)}
        return self._packed[starts]

    def _shipped(self, name: str) -> Shipped:
        if name not in self._compiled:
            module = self._sources.module(name)
            code = compile(module.source, str(module.path), "exec", dont_inherit=True)
            is_package = module.path.is_dir() or module.path.name == "__init__.py"
            self._compiled[name] = Shipped(str(module.path), is_package, marshal.dumps(code))
        return self._compiled[name]


def _named_in(call: bytes) -> Iterator[str]:
    """The texts in a pickle: the modules of its classes and functions are among them."""
    return (argument for _, argument, _ in pickletools.genops(call) if isinstance(argument, str))


def run_shipped(modules: Mapping[str, Shipped], call: bytes) -> Any:
    """Make the pickled call with these modules."""
    load(modules)
    return pickle.loads(call)()


def load(modules: Mapping[str, Shipped]) -> None:
    """From now on, import the project's modules from these, and anew: they may have been read from a file that was changed
    since, and in a process that stays another call may have left something in them."""
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__name__ != _Planned.__name__]
    for name, module in list(sys.modules.items()):
        loader = getattr(getattr(module, "__spec__", None), "loader", None)
        if name not in AT_WORK and (name in modules or type(loader).__name__ == _Planned.__name__):
            del sys.modules[name]
    sys.meta_path.insert(0, _Planned(modules))


class _Planned(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the project's modules from what was shipped."""

    def __init__(self, modules: Mapping[str, Shipped]):
        self._modules = modules
        self._folders = {Path(shipped.file).parent for name, shipped in modules.items() if "." not in name}
        self._project = {name.partition(".")[0] for name in modules}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        shipped = self._modules.get(name)
        if shipped is None:
            if name not in AT_WORK and (name.partition(".")[0] in self._project or self._is_newcomer(name)):
                raise ModuleNotFoundError(f"no module named '{name}' when the trials were planned", name=name)
            return None
        spec = ModuleSpec(name, self, origin=shipped.file, is_package=shipped.is_package)
        spec.has_location = True
        return spec

    def _is_newcomer(self, name: str) -> bool:
        """Whether it is a file beside those that were planned, which has come since."""
        if "." in name or name in sys.stdlib_module_names:
            return False
        found = PathFinder.find_spec(name)
        return found is not None and found.origin is not None and Path(found.origin).parent in self._folders

    def exec_module(self, module: ModuleType) -> None:
        exec(marshal.loads(self._modules[module.__name__].code), vars(module))
