"""The symbols of a derivation as SymPy, with what their domains promise."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import sympy as sp

from report.prove.language.glossary import Definition, Symbol, by_need
from report.prove.meaning.grid import Grid, spread
from report.prove.meaning.symbolic import EVERYTHING, Knowledge, Scope, as_argument, read


def scope_for(symbols: Sequence[Symbol], definitions: Sequence[Definition], knowledge: Knowledge = EVERYTHING) -> Scope:
    """The scope in which the formulas of a derivation are read."""
    known: dict[str, Any] = {d.name: d for d in definitions}
    for symbol in by_need(symbols):
        known[symbol.name] = _symbol(symbol, Scope(known))
    return Scope(known, {}, knowledge)


def _symbol(symbol: Symbol, scope: Scope) -> Any:
    name = symbol.name
    if symbol.kind in ("real", "integer"):
        return sp.Symbol(name, **_assumptions(symbol, scope))
    if symbol.kind == "signal":
        base = _entries(symbol)
        return lambda *k: base[k]
    if symbol.kind == "function":
        return spread(sp.Function(name, real=True))
    if symbol.kind == "operator":
        applied = sp.Function(name, real=True)
        return lambda x: lambda i: applied(as_argument(x), i)
    sizes = [read(size.tree, scope) for size in symbol.shape]
    base = _entries(symbol)
    if symbol.kind == "vector":
        return Grid(sizes[0], sp.Integer(1), lambda i, j: base[i], symbol.first)
    return Grid(sizes[0], sizes[1], lambda i, j: base[i, j], symbol.first)


def _entries(symbol: Symbol) -> sp.IndexedBase:
    words = {"positive": "positive", "whole": "integer"}
    kind = _mirrored() if "symmetric" in symbol.properties else sp.IndexedBase
    return kind(symbol.name, real=True, **{fact: True for word, fact in words.items() if word in symbol.properties})


@functools.cache
def _mirrored() -> type[sp.IndexedBase]:
    """The entries of a symmetric matrix: of two that are the same there is one spelling."""

    class MirroredEntry(sp.Indexed):  # defined here because SymPy must not be touched at import
        def __new__(cls, base: sp.IndexedBase, *places: Any, **more: Any) -> sp.Indexed:
            return super().__new__(cls, base, *sorted(map(sp.sympify, places), key=sp.default_sort_key), **more)

    class Mirrored(sp.IndexedBase):
        def __getitem__(self, places: tuple[sp.Expr, sp.Expr], **more: Any) -> sp.Indexed:
            return MirroredEntry(self, *places, **more)

    return Mirrored


def _assumptions(symbol: Symbol, scope: Scope) -> dict[str, bool]:
    facts = {"integer": True} if symbol.kind == "integer" else {"real": True}
    bound = symbol.least or symbol.above or (symbol.within[0] if symbol.within else None)
    if bound is not None:
        low = read(bound.tree, scope)
        if low.is_positive or (low.is_nonnegative and symbol.above is not None):
            facts["positive"] = True
        elif low.is_nonnegative:
            facts["nonnegative"] = True
    return facts
