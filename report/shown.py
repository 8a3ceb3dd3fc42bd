"""What a reader looks at: a number, a figure, a table. Authors make them; nothing here computes more than a cell.

``report.model`` hands all of them on, so content imports them from there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import matplotlib.figure
    import pandas as pd

Scalar = float | int | bool | str | None

INK = "#1c1b19"
"""What letters have the colour of, on white paper."""


@dataclass(frozen=True)
class Value:
    """A number ready to be read: already scaled to its ``unit``. ``spread`` is the standard deviation over ``n`` seeds; in its
    place stand the ``ends``, the least and the greatest, where ± would reach beyond what is ``possible``.

    ``origin`` says in words where it comes from; the HTML shows it on hover, the manifest lists it.
    """

    number: float | int
    unit: str = ""
    digits: int = 2
    spread: float | None = None
    n: int = 1
    origin: str = ""
    ends: tuple[float, float] | None = None
    possible: tuple[float, float] = (-math.inf, math.inf)

    @property
    def has_spread(self) -> bool:
        """Whether there is one to show: what is the same over all seeds has none."""
        return bool(self.spread) and self.n > 1 and math.isfinite(self.spread or 0) and math.isfinite(self.number)


@dataclass(frozen=True)
class Figure:
    """A drawn figure: the caption carries the message, ``alt`` states the finding's numbers, ``data`` goes out as CSV."""

    plot: matplotlib.figure.Figure
    caption: str
    alt: str
    data: pd.DataFrame
    seeds: int | None = None  # how many it shows, if not all of the experiment's


@dataclass(frozen=True)
class Column:
    """A column of a table: the heading (with the unit), decimals for numbers, alignment ("left", "right").

    For ``tabulate``, ``of`` gives the cell of a row.
    """

    name: str
    heading: str
    digits: int | None = None
    align: str = "right"
    of: Callable[..., Any] | None = None


if TYPE_CHECKING:
    Cell = Any  # a checker of types joins what stands in a row to ``object``
else:
    Cell = Value | Scalar


@dataclass(frozen=True)
class Table:
    """A table for readers. None is an em dash; each row is as long as ``columns``."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str
    seeds: int | None = None  # how many it shows, if not all of the experiment's


def tabulate(keys: Iterable[Any], columns: Sequence[Column], caption: str, seeds: int | None = None) -> Table:
    """A table with a row for each of ``keys``, whose cells the columns make of it: ``of(key)``, or ``of(*key)`` for a tuple.

    Where the keys are ``Runs``, a column without ``of`` shows their tag of its name.
    """
    rows = tuple(tuple(_cell(column, key) for column in columns) for key in keys)
    return Table(tuple(replace(column, of=None) for column in columns), rows, caption, seeds)


def _cell(column: Column, key: Any) -> Any:
    if column.of is None:
        return key.tag(column.name)
    return column.of(*key) if isinstance(key, tuple) else column.of(key)
