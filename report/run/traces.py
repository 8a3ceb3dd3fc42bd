"""What a call can leave behind in a process that stays, so that others would start from another state.

Where processes can be forked every call has one of its own, and nothing of this matters. Elsewhere a worker makes one call
after another. It looks at itself when it starts and after each call, and ends if it is no longer what it was: the next call
finds a new process. Random generators are not looked at, because every trial seeds them; nor are the project's own modules,
which are imported anew for each call.
"""

from __future__ import annotations

import decimal
import gc
import locale
import os
import random
import signal
import sys
import threading
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import BuiltinFunctionType, FunctionType
from typing import Any

TORCHLESS = frozenset({"python", "numpy", "matplotlib", "pandas", "scipy", "sympy"})
"""Packages that do not load torch, not even where nobody sees it."""


def preloaded(packages: Iterable[str]) -> tuple[str, ...]:
    """The modules that calls import which use these packages, and what the first ``torch.optim`` object imports."""
    return ("numpy", "matplotlib", *(() if TORCHLESS.issuperset(packages) else ("torch", "torch._dynamo")))


def same_start(fingerprint: str, packages: Iterable[str] = ()) -> None:
    """Every global that the numbers of a trial with these packages may depend on, set to a function of its fingerprint."""
    import numpy as np

    seed = int(fingerprint[:8], 16)
    random.seed(seed)
    np.random.seed(seed)
    if "torch" in sys.modules or not TORCHLESS.issuperset(packages):
        _same_start_of_torch(seed)


def _same_start_of_torch(seed: int) -> None:
    import torch

    if sys.platform == "linux" and not torch.cuda.is_initialized():
        torch.default_generator.manual_seed(seed)  # to tell devices that nobody uses takes longer than all else here
    else:
        torch.manual_seed(seed)
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # it finds bugs, at a cost


class Traces:
    """The state of this process when this was made."""

    def __init__(self) -> None:
        self._state = dict(_state())
        self._parts = list(_parts())

    def left(self) -> list[str]:
        """What is no longer as it was, by name. (Modules, functions and classes may be new: libraries load parts of
        themselves when they are needed.)"""
        now = dict(_state())
        changed = [name for name in now if now[name] != self._state.get(name)]
        return changed + [f"{name} of a library" for names, name, part in self._parts if names.get(name) is not part]


def _parts() -> Iterator[tuple[Mapping[str, Any], str, Any]]:
    """The modules, functions and classes of libraries: where each is kept, its name there, and the thing itself."""
    kinds = (FunctionType, BuiltinFunctionType, type)
    libraries = {name: module for name, module in sys.modules.items() if name.partition(".")[0] != "report"}
    yield from ((sys.modules, name, module) for name, module in libraries.items())
    for names in map(vars, libraries.values()):
        # not isinstance, which asks some things of torch for their class, and they warn
        yield from ((names, name, part) for name, part in names.items() if issubclass(type(part), kinds))


def _state() -> Iterator[tuple[str, Any]]:
    yield "environment", dict(os.environ)
    yield "folder", Path.cwd()
    yield "path", list(sys.path)
    yield "recursion", sys.getrecursionlimit()
    yield "warnings", list(warnings.filters)
    yield "threads", {thread.ident for thread in threading.enumerate()}
    yield "garbage", (gc.isenabled(), gc.get_threshold())
    yield "decimals", str(decimal.getcontext())
    yield "locale", locale.setlocale(locale.LC_ALL)
    yield "signals", [signal.getsignal(number) for number in sorted(signal.valid_signals())]
    yield "hooks", (sys.excepthook, sys.stdout, sys.stderr, sys.gettrace(), sys.getprofile())
    yield from _numpy(sys.modules.get("numpy"))
    yield from _torch(sys.modules.get("torch"))
    yield from _matplotlib(sys.modules.get("matplotlib"))


def _numpy(numpy: Any) -> Iterator[tuple[str, Any]]:
    if numpy:
        yield "numpy's errors", numpy.geterr()
        yield "numpy's printing", str(numpy.get_printoptions())


def _torch(torch: Any) -> Iterator[tuple[str, Any]]:
    if not torch:
        return
    yield "torch's type", torch.get_default_dtype()
    yield "torch's device", str(torch.get_default_device())
    yield "torch's threads", (torch.get_num_threads(), torch.get_num_interop_threads())
    yield "torch's gradients", (torch.is_grad_enabled(), torch.is_inference_mode_enabled(), torch.is_anomaly_enabled())
    yield "torch's order", (torch.are_deterministic_algorithms_enabled(), torch.utils.deterministic.fill_uninitialized_memory)
    yield "torch's products", torch.get_float32_matmul_precision()
    yield "torch's autocast", (torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"))
    yield "torch's kernels", (torch.backends.mkldnn.enabled, torch.backends.mkldnn.deterministic)
    yield "torch's small numbers", float(torch.tensor(1e-40) * 1.0)  # nought where they are flushed
    yield "torch's tensors", dict(vars(torch.Tensor))
    yield "torch's modules", dict(vars(torch.nn.Module))
    yield "torch's printing", str(vars(torch._tensor_str.PRINT_OPTS))


def _matplotlib(matplotlib: Any) -> Iterator[tuple[str, Any]]:
    if matplotlib:
        yield "matplotlib's settings", str(list(dict.items(matplotlib.rcParams)))
