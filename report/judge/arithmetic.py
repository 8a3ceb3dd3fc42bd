"""Expressions that a source's data file may hold: sums as they were printed, and statements about the rows of a table.

They are Python expressions of numbers, columns and a few functions, nothing else: what is not listed here is refused.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from report.errors import ReportError, nearest

_NODES = (
    ast.Expression, ast.Constant, ast.Name, ast.Load, ast.Store, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call,
    ast.GeneratorExp, ast.comprehension, ast.Subscript, ast.Tuple, ast.operator, ast.unaryop, ast.boolop, ast.cmpop,
)  # fmt: skip


LARGEST = 100
"""A larger number as an exponent could take longer than anybody waits."""


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "all": lambda values: all(bool(value) for value in values),
    "any": lambda values: any(bool(value) for value in values),
    "abs": np.abs,
    "diff": np.diff,
    "sign": np.sign,
    "max": lambda values: float(np.nanmax(values)),
    "min": lambda values: float(np.nanmin(values)),
    "first": lambda values: float(values[0]),
    "last": lambda values: float(values[-1]),
    "count": lambda values: int(np.sum(values)),
    "multiple": lambda values, step, within: np.abs(values / step - np.round(values / step)) * step <= within,
}


def evaluate(expression: str, names: Mapping[str, Any]) -> Any:
    """What ``expression`` comes to. Raises ``ReportError`` for what is no such expression, or a name that it may not use."""
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except SyntaxError as error:
        raise ReportError(f"'{expression}' is no expression: {error.msg}.", remedy="Write it as Python would.") from None
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    known = {**FUNCTIONS, **names}
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise ReportError(f"'{ast.unparse(node)}' may not stand in '{expression}'.", remedy="Use sums and functions.")
        if isinstance(node, ast.Name) and node.id not in known and node.id not in bound:
            raise ReportError(f"'{node.id}' in '{expression}' is unknown.", remedy=nearest(node.id, known))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and not _is_small(node.right):
            raise ReportError(f"'{ast.unparse(node)}' in '{expression}' is too large.", remedy=f"Exponents go to {LARGEST}.")
    try:
        return eval(compile(tree, "<data>", "eval"), {"__builtins__": {}, **known})
    except (ArithmeticError, ValueError, TypeError, IndexError) as error:
        raise ReportError(f"'{expression}' has no value: {error}.", remedy="Mend the expression.") from None


def _is_small(exponent: ast.expr) -> bool:
    number = exponent.operand if isinstance(exponent, ast.UnaryOp) else exponent
    return isinstance(number, ast.Constant) and isinstance(number.value, int | float) and number.value <= LARGEST


def columns(rows: tuple[Mapping[str, str], ...], run: str) -> dict[str, np.ndarray]:
    """The columns of the rows of ``run`` as numbers, NaN where a cell is empty. Raises ``ReportError`` for an unknown run."""
    chosen = [row for row in rows if row["run"] == run]
    if not chosen:
        raise ReportError(f"the table has no run '{run}'.", remedy=nearest(run, {row["run"] for row in rows}))
    return {name: np.array([_number(row[name]) for row in chosen]) for name in chosen[0] if name != "run"}


def _number(cell: str) -> float:
    return float(cell) if cell.strip() else math.nan
