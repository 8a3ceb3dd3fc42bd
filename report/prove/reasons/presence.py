"""Whether there is what a name stands for. A statement is made for all values of the names that it speaks of. Of any other,
which only its steps speak of or none, it must not be used that there is one where there may be none: an index of a range
that may be empty, a matrix that may have more orthonormal columns than rows.
"""

from __future__ import annotations

import ast
from collections.abc import Collection

from report.prove.decide.conditions import Facts
from report.prove.decide.place import within
from report.prove.decide.relation import prove
from report.prove.language.formula import formula
from report.prove.language.glossary import Symbol, by_need
from report.prove.reasons.rule import Setting


def present(setting: Setting, names: Collection[str]) -> tuple[Facts, dict[str, str]]:
    """The facts with the ranges of those of the names of which there surely is one, and what is needed for any other."""
    facts, lacking = setting.facts, dict[str, str]()
    for symbol in by_need(setting.symbols):
        ends = _ordered(symbol) if symbol.name in names else None
        if ends is None:
            continue
        low, high = (setting.read(formula(end)) for end in ends)
        if lacking.keys() & setting.reached(symbol.mentions()) or prove(low, "<=", high, facts) is None:
            lacking[symbol.name] = " <= ".join(map(ast.unparse, ends))
        elif symbol.within:
            facts = within(facts, {setting.scope().globals[symbol.name]: (low, high)})
    return facts, lacking


def _ordered(symbol: Symbol) -> tuple[ast.expr, ast.expr] | None:
    """What must not be larger than what, so that there is one; None if there is one in any case."""
    if symbol.within:
        return symbol.within[0].tree, symbol.within[1].tree
    if "orthonormal" in symbol.properties:
        rows, columns = symbol.shape
        return columns.tree, rows.tree
    return None
