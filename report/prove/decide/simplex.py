"""Linear equations in exact fractions for unknowns that are not negative, by the simplex method with Bland's rule."""

from __future__ import annotations

from typing import Any

Fraction = Any
"""An exact number: those of SymPy's domain of rationals are faster than Python's."""


def has_nonnegative_solution(matrix: list[list[Fraction]], right: list[Fraction]) -> bool:
    """Whether matrix·λ = right for some λ ≥ 0: the first phase of the simplex method."""
    width = len(matrix[0])
    rows = [[*row, b] for row, b in zip(matrix, right)]
    basis = [width + i for i in range(len(rows))]  # each row has a variable of its own at first, which never comes back
    cost = [sum(column) for column in zip(*rows)]
    while True:
        entering = next((j for j in range(width) if cost[j] > 0), None)
        if entering is None:
            return cost[-1] == 0
        ratios = [(row[-1] / row[entering], basis[i], i) for i, row in enumerate(rows) if row[entering] > 0]
        pivot = min(ratios)[2]  # there is one: the cost is never negative, so that it does not fall without end
        scale = rows[pivot][entering]
        rows[pivot] = [a / scale if a else a for a in rows[pivot]]
        for other in (*(r for i, r in enumerate(rows) if i != pivot), cost):
            factor = other[entering]
            if factor:
                other[:] = [a - factor * b if b else a for a, b in zip(other, rows[pivot])]
        basis[pivot] = entering
