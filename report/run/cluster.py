"""Run calls on a Dask cluster, whose scheduler and workers need not have this project: the code is sent along."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from types import FunctionType
from typing import Any, ParamSpec, TypeVar

from report.errors import UsageError
from report.run.calls import attempt
from report.run.shipment import run_shipped

P = ParamSpec("P")
T = TypeVar("T")


def dask_executor(scheduler: str, jobs: int) -> Executor:
    """Runs calls on the Dask cluster whose scheduler has this address, which must see the same store and data. The
    code is sent along.

    Raises ``UsageError`` without ``dask.distributed``, without the cluster, or if a worker runs several calls at a time.
    """
    del jobs  # the cluster has as many workers as it has
    try:
        import distributed  # type: ignore[import-not-found]
    except ImportError:
        raise UsageError("--scheduler needs dask.distributed.", remedy="python -m pip install distributed") from None
    try:
        client = distributed.Client(scheduler)
    except (OSError, ValueError) as error:
        raise UsageError(f"--scheduler {scheduler}: {error}.", remedy="Is the scheduler up, and the address right?") from None
    if any(threads > 1 for threads in client.nthreads().values()):
        raise UsageError("a Dask worker has several threads.", remedy="Start it as: dask worker ADDRESS --nthreads 1")
    return _Dask(client)


class _Dask(Executor):
    def __init__(self, client: Any):
        self._client = client
        self._executor = client.get_executor(pure=False, retries=0)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if fn is run_shipped:
            modules, call = args
            plain = {name: (each.file, each.is_package, each.code) for name, each in modules.items()}  # type: ignore[attr-defined]
            return self._executor.submit(_by_value(_shipped_there), plain, call, sys.version_info[:2])
        return self._executor.submit(attempt, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait)  # without waiting, it cancels what it can
        self._client.close()


def _by_value(function: Any) -> FunctionType:
    """The function as one of no module, which is sent as it is: neither the scheduler nor a worker has this project."""
    alone = FunctionType(function.__code__, {"__builtins__": builtins}, function.__name__)
    alone.__module__ = "__main__"
    return alone


def _shipped_there(modules: Any, call: bytes, python: Any) -> Any:
    """On a worker, which knows nothing of this project but what it is given here."""
    import marshal
    import pickle
    import sys
    import types

    if sys.version_info[:2] != tuple(python):
        raise RuntimeError(f"this worker runs Python {sys.version_info[:2]}, the trials were planned with {tuple(python)}")
    for name in [name for name in sys.modules if name.partition(".")[0] in {each.partition(".")[0] for each in modules}]:
        del sys.modules[name]
    shipment = types.ModuleType("report.run.shipment")
    sys.modules[shipment.__name__] = shipment
    exec(marshal.loads(modules[shipment.__name__][2]), vars(shipment))
    shipment.load({name: shipment.Shipped(*parts) for name, parts in modules.items()})
    from report.run.calls import attempt

    return attempt(pickle.loads(call))
