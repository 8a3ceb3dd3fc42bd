"""Other readings of an inequality between lengths, in which it is seen that what a projection leaves of an array has one."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from report.prove.language.formula import Formula, formula, parse
from report.prove.language.glossary import Symbol


def left_by_projection(low: Formula, high: Formula, symbols: Sequence[Symbol]) -> Iterator[tuple[Formula, Formula]]:
    """Equations of which any shows that the length ``low`` is at most the length ``high``: their squares differ by the square
    of what is left of an array by a projection, or of what is kept.
    """
    match low.tree, high.tree:
        case ast.Call(ast.Name("norm")), ast.Call(ast.Name("norm"), [whole]):
            squares = f"({high})**2 - ({low})**2"
        case ast.BinOp(ast.Call(ast.Name("norm")), ast.Pow(), ast.Constant(2)), ast.BinOp(
            ast.Call(ast.Name("norm"), [whole]), ast.Pow(), ast.Constant(2)
        ):
            squares = f"{high} - {low}"
        case _:
            return
    y = f"({formula(whole)})"
    for q in (s.name for s in symbols if {"orthonormal", "orthogonal"} & {*s.properties}):
        for kept in (f"{q} @ {q}.T @ {y}", f"{y} @ {q} @ {q}.T"):
            yield from ((parse(squares), parse(f"norm({rest})**2")) for rest in (f"{y} - {kept}", kept))
