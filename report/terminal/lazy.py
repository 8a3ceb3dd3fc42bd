"""Make heavy packages load at their first use rather than at their import.

A rebuild in which nothing changed declares every experiment but computes nothing: it has no use for torch, SymPy or
matplotlib, whose imports cost seconds. Experiment and theory files may still say ``import torch`` at their top, as
everybody does; ``install`` arranges that this binds a module that loads itself at the first look at its contents.

The standard library's ``LazyLoader`` was tried and rejected: it loads at a look at any attribute, ``__file__`` included,
and ``inspect`` (which torch calls while it loads) looks at ``__file__`` of every module there is.
"""

from __future__ import annotations

import gc
import importlib.machinery
import os
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from importlib.abc import Loader
else:
    Loader = object  # it need not be more, and that module brings in twenty others

HEAVY = frozenset({"torch", "sympy", "matplotlib", "pandas", "mpmath"}) | {
    "torch._dynamo",  # its compiler
    "torch.export",  # what hands nets on to others
    "sympy.tensor.tensor",  # asked of everything that is added, whether it is a tensor
    "numpy.f2py",  # comes with scipy.special
}


class _NoTensor:
    """What nothing is an instance of, as long as nobody has loaded what makes tensors."""


UNLOADED: Mapping[str, Mapping[str, Any]] = {
    "torch._dynamo": {"disable": lambda function, *_, **__: function, "graph_break": lambda *_, **__: None},
    "sympy.tensor.tensor": {"TensExpr": _NoTensor, "TensAdd": _NoTensor},
}
"""What a module answers before it has loaded. Every optimizer of torch asks the compiler to keep off from its steps, and would
load it for that, as long as torch itself takes; not loaded, it does keep off. Of whatever SymPy adds it asks whether it is a
tensor.
"""


class _Unloaded(ModuleType):
    """A module whose code has not run yet; Python calls ``__getattr__`` only for what is not there."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        assert spec is not None
        assert isinstance(spec.loader, _AtFirstUse)
        if name == "__path__" and spec.submodule_search_locations is None:
            raise AttributeError(name)  # 'from … import' asks every module for it, and this is no package
        spec.loader.load(self)
        return getattr(self, name)


class _AtFirstUse(Loader):
    """Stands before the real loader until the first use."""

    def __init__(self, real: Loader):
        self.real = real

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self.real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        # Without __path__, 'import torch.nn' has to ask for it, and so loads torch before its submodule.
        module.__dict__.pop("__path__", None)
        module.__dict__.update(UNLOADED.get(module.__name__, {}))
        module.__class__ = _Unloaded

    def load(self, module: ModuleType) -> None:
        spec = module.__spec__
        assert spec is not None
        module.__class__ = ModuleType
        module.__loader__ = spec.loader = self.real
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        collecting = gc.isenabled()
        gc.disable()  # a package is many objects, and all stay: to look for circles among them takes a sixth of its import
        try:
            self.real.exec_module(module)
        finally:
            if collecting:
                gc.enable()


class _AsItIs(Loader):
    """Loads what is loaded: ``import mpmath.libmp`` asks for mpmath, which loads its submodule itself; Python would not look
    whether it is there by now and load it again, as another module without any submodules.
    """

    def __init__(self, module: ModuleType):
        self.module, self.spec = module, module.__spec__

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec


class _Finder:
    """Finds a heavy package as usual, and puts ``_AtFirstUse`` before its loader."""

    def __init__(self) -> None:
        self.names = {*HEAVY}

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if target is None and name in sys.modules and name.partition(".")[0] in self.names:
            return importlib.machinery.ModuleSpec(name, _AsItIs(sys.modules[name]))
        if name not in self.names:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _AtFirstUse(spec.loader)
        return spec


def install(*more: str) -> None:
    """From now on, importing a ``HEAVY`` package, or one of these, costs nothing until it is used: by one thread first."""
    os.environ.setdefault("SYMPY_CACHE_SIZE", "None")  # it would forget, and find again: a tenth of a check
    finder = next((each for each in sys.meta_path if isinstance(each, _Finder)), None)
    if finder is None:
        finder = _Finder()
        sys.meta_path.insert(0, finder)
    finder.names.update(more)
