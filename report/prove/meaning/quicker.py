"""SymPy made quicker, and its order the same at every run; what it finds does not change."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

import sympy as sp


@cache
def quicken() -> None:
    """From now on: of what has yet to be asked about an expression, SymPy asks in the order of the alphabet, where it throws
    dice to find mistakes of its own; and the free symbols of a sum, for which it rewrites all that is summed, are found once.
    """
    sp.core.assumptions.shuffle = list.sort
    limited = sp.concrete.expr_with_limits.ExprWithLimits
    found = lru_cache(maxsize=20_000)(limited.free_symbols.fget)

    def free_symbols(self: Any) -> set[Any]:
        return set(found(self))  # whoever asks may change it

    limited.free_symbols = property(free_symbols)
