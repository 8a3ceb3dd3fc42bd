"""SymPy's expansion and factoring, spared where they would find nothing to do: SymPy takes long to see that."""

from __future__ import annotations

from functools import lru_cache

import sympy as sp


@lru_cache(maxsize=20_000)
def expanded(expression: sp.Expr) -> sp.Expr:
    """What ``sympy.expand`` makes of it."""
    expression = sp.sympify(expression)
    return expression if _is_flat(expression) else sp.expand(expression)


def factored(expression: sp.Expr) -> sp.Expr:
    """What ``sympy.factor`` makes of it; a sum of symbols and whole numbers is no product."""
    plain = all(term.is_Integer or term.is_Symbol or (-term).is_Symbol for term in sp.Add.make_args(expression))
    return expression if plain else sp.factor(expression)


def _is_flat(e: sp.Basic) -> bool:
    """Whether nothing in it can be expanded, as far as can be seen at a look; what is not known here may be."""
    if isinstance(e, sp.Mul):
        open_ = any(a.is_Add for a in e.args)
    elif isinstance(e, sp.Pow):
        open_ = e.base.is_Add or e.base.is_Mul or e.exp.is_Add
    elif isinstance(e, sp.exp):
        open_ = e.args[0].is_Add or isinstance(e.args[0], sp.Sum)
    elif isinstance(e, sp.Sum):
        open_ = e.function.is_Add
    else:
        kept = (sp.Add, sp.Tuple, sp.core.function.AppliedUndef, sp.Indexed, sp.IndexedBase, sp.KroneckerDelta, sp.floor)
        open_ = not (isinstance(e, kept) or e.is_Atom)
    return not open_ and all(map(_is_flat, e.args))
