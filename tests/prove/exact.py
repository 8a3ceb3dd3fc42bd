"""What generated formulas come to, by Python and forty digits (``generated.accepted``): the generators' own arithmetic."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import mpmath as mp

Place = dict[str, Any]
"""The values of all symbols: numbers, and arrays by their indices."""


class Undefined(Exception):
    """There is no value here, or no slope."""


def root(e: Any) -> Any:
    """The square root of a real number. Raises ``Undefined``."""
    if e < 0:
        raise Undefined
    return mp.sqrt(e)


class Slopes(ast.NodeTransformer):
    """diff(A, x) becomes the call of a function, ``slope``, that may evaluate A beside x."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id == "diff"):
            return node
        body, by = node.args
        name, entry = (by, "None") if isinstance(by, ast.Name) else (by.value, ast.unparse(by.slice))  # type: ignore[attr-defined]
        return ast.parse(f"slope({self.moved(name.id, ast.unparse(body))}, {name.id}, {entry})", mode="eval").body

    def moved(self, name: str, body: str) -> str:
        """The function of ``name`` that comes to ``body``."""
        return f"(lambda {name}: {body})"


def slope(function: Callable[[Any], Any], at: Any, entry: Any) -> Any:
    """By differences, where those on both sides agree. Raises ``Undefined``."""
    step = mp.mpf(10) ** -12

    def beside(by: Any) -> Any:
        return function(at + by) if entry is None else function({**at, entry: at[entry] + by})

    here = beside(0)
    left, right = (here - beside(-step)) / step, (beside(step) - here) / step
    if abs(left - right) > mp.mpf(10) ** -6 * (1 + abs(left)):
        raise Undefined
    return (left + right) / 2
