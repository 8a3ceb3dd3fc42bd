"""SymPy made quicker, and its order the same at every run; what it finds does not change, but for one mistake of its own."""

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
    _bound_no_quotients()


def _bound_no_quotients() -> None:
    """From now on SymPy does not say what a quotient is at least: it takes 1/(2 + x²) to be 1/2 or more, for integers."""
    least = sp.core.exprtools._monotonic_sign

    def of_no_quotient(e: Any) -> Any:
        divided = any(not power.exp.is_nonnegative for power in e.atoms(sp.Pow) if not power.is_number)
        return None if divided else least(e)

    sp.core.exprtools._monotonic_sign = of_no_quotient
