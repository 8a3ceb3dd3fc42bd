"""Whether there is what a name stands for. A statement is made for all values of the names that it speaks of. Of any other,
which only its steps speak of or none, it must not be used that there is one where there may be none: an index of a range
that may be empty, an array of a size that may be negative, a matrix that may have more orthonormal columns than rows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import sympy as sp

from report.prove.decide.conditions import Facts
from report.prove.decide.relation import prove
from report.prove.language.formula import Formula, parse
from report.prove.language.glossary import Symbol, by_need
from report.prove.reasons.rule import Setting


def present(setting: Setting, names: Collection[str]) -> tuple[Facts, dict[str, str]]:
    """The facts with the ranges of those of the names of which there surely is one, and what is needed for any other."""
    facts, lacking = setting.facts, dict[str, str]()
    for symbol in by_need(setting.symbols):
        needs = [*_ordered(symbol)] if symbol.name in names else []
        if not needs:
            continue
        values = [tuple(map(setting.read, ends)) for ends in needs]
        hanging = lacking.keys() & setting.reached(symbol.mentions())
        missing = [ends for ends, (low, high) in zip(needs, values) if hanging or not _is_room(low, high, facts)]
        if missing:
            whole = any(setting.read(end).is_integer for end in missing[0])
            lacking[symbol.name] = ("{} <= {}" if whole else "an integer from {} to {}").format(*missing[0])
        elif symbol.within:
            facts = facts.among({setting.scope().globals[symbol.name]: values[0]})
    return facts, lacking


def _is_room(low: sp.Expr, high: sp.Expr, facts: Facts) -> bool:
    """Whether there surely is an integer from ``low`` to ``high``: between 1/3 and 1/2 there is none."""
    if not (low.is_integer or high.is_integer):
        low, high = sp.ceiling(low), sp.floor(high)
    return prove(low, "<=", high, facts) is not None


def _ordered(symbol: Symbol) -> Iterator[tuple[Formula, Formula]]:
    """What must not be larger than what, so that there is one."""
    if symbol.within:
        yield symbol.within
    yield from ((parse("0"), size) for size in symbol.shape)
    if "orthonormal" in symbol.properties:
        rows, columns = symbol.shape
        yield columns, rows
