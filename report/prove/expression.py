"""A formula by itself, outside a derivation: how it is displayed, and the shape that it has."""

from __future__ import annotations

from collections.abc import Sequence

from report.prove.language.formula import parse
from report.prove.language.glossary import Definition, Symbol
from report.prove.language.latex import latex
from report.prove.language.names import names_of
from report.prove.meaning.grid import Grid
from report.prove.meaning.symbolic import read
from report.prove.meaning.symbols import scope_for


def displayed(formula: str, symbols: Sequence[Symbol], definitions: Sequence[Definition] = ()) -> str:
    """The formula as LaTeX, as a derivation displays it."""
    return latex(parse(formula), names_of(symbols, definitions))


def shape_of(formula: str, symbols: Sequence[Symbol], definitions: Sequence[Definition] = ()) -> tuple[str, ...]:
    """The sizes by the rules for sums and products, in symbols, without those that are one; a number has none."""
    value = read(parse(formula).tree, scope_for(symbols, definitions))
    sizes = (value.rows, value.columns) if isinstance(value, Grid) else ()
    return tuple(str(size) for size in sizes if size != 1)
