"""SymPy made quicker, and its order the same at every run; what it finds does not change, but for a mistake of its own, and for
roots of what is not known to have one.
"""

from __future__ import annotations

import importlib
from functools import cache, lru_cache
from typing import Any

import sympy as sp


@cache
def quicken() -> None:
    """From now on: of what has yet to be asked about an expression, SymPy asks in the order of the alphabet, where it throws
    dice to find mistakes of its own; and found once are the free symbols of a sum, for which it rewrites all that is summed,
    and what each rule of expansion makes of a piece, which it asks again of all pieces until nothing changes.
    """
    asking: Any = importlib.import_module("sympy.core.assumptions")  # sp.core.assumptions is a function
    asking.shuffle = list.sort
    limited = sp.concrete.expr_with_limits.ExprWithLimits
    found = lru_cache(maxsize=20_000)(limited.free_symbols.fget)

    def free_symbols(self: Any) -> set[Any]:
        return set(found(self))  # whoever asks may change it

    limited.free_symbols = property(free_symbols)
    sp.Indexed.__new__ = sp.core.cache.cacheit(sp.Indexed.__new__)
    sp.Expr._expand_hint = staticmethod(lru_cache(maxsize=20_000)(sp.Expr._expand_hint))
    _take_slopes_plainly()
    _bound_no_quotients()
    _keep_roots_whole()


def _take_slopes_plainly() -> None:
    """From now on a slope is what the rules for sums, products and powers say, wherever they leave nothing open. SymPy asks at
    each level of an expression besides whether that is 0, and whichever it is, it is the slope.
    """
    made, ruled = sp.Derivative.__new__, (sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, sp.Sum)

    def new(cls: Any, e: Any, *by: Any, **how: Any) -> Any:
        if len(by) == 1 and isinstance(e, ruled) and how == {"evaluate": True}:
            v, times = by[0] if isinstance(by[0], tuple) else (by[0], 1)
            if times == 0:
                return e
            if times == 1 and isinstance(v, sp.Symbol | sp.Indexed):
                if not ({v} if v.is_Symbol else v.free_symbols) & e.free_symbols:
                    return sp.Integer(0)
                slope = e._eval_derivative_n_times(v, 1)
                if slope is not None and not slope.has(sp.Derivative):
                    return slope
        return made(cls, e, *by, **how)

    sp.Derivative.__new__ = new


def _bound_no_quotients() -> None:
    """From now on SymPy does not say what a quotient is at least: it takes 1/(2 + x²) to be 1/2 or more, for integers."""
    least = sp.core.exprtools._monotonic_sign

    def of_no_quotient(e: Any) -> Any:
        divided = any(not power.exp.is_nonnegative for power in e.atoms(sp.Pow) if not power.is_number)
        return None if divided else least(e)

    sp.core.exprtools._monotonic_sign = of_no_quotient


def _keep_roots_whole() -> None:
    """From now on a root is taken apart only where each of its parts surely has one: of √(xy) where x may be 0 nothing is known
    of y, and √y would say that it is not negative.
    """
    apart = sp.Pow._eval_expand_power_base

    def where_each_has_one(self: Any, **hints: Any) -> Any:
        if self.exp.is_integer:
            return apart(self, **hints)
        factors = sp.Mul.make_args(self.base)
        positive, others = ([f for f in factors if bool(f.is_positive) is sign] for sign in (True, False))
        if all(factor.is_nonnegative for factor in others):
            return apart(self, **hints)
        return sp.Mul(*(factor**self.exp for factor in positive), sp.Mul(*others) ** self.exp) if positive else self

    sp.Pow._eval_expand_power_base = where_each_has_one
