"""What W3's tables have of each of its runs, as far as something here is drawn beside it or judged by it."""

from __future__ import annotations

import math
from dataclasses import dataclass

from experiments.e12_progress_tables.trials import (
    FAR_TOO_LARGE, LARGE, LOW, MIDDLE, NARROWEST, TOO_SLOW, USUAL, VALIDATION_DIGITS, WIDEST,
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A run of W3: its error at the end (%), its validation loss in the first row that is kept and in the last one, and its
    validation accuracy (%) in the first. NaN: the scan lost the number, or the net did."""

    name: str
    rate: float
    hidden: int
    error: float
    first: float
    last: float
    first_accuracy: float

    @property
    def first_at(self) -> int:
        """The iteration of the first row that is kept."""
        return FIRST_OF_THE_LOWEST if self.rate == TOO_SLOW else FIRST_ROW


FIRST_ROW, FIRST_OF_THE_LOWEST = 50, 150  # iterations; of the lowest rate the scan lost the rows before

OVER_RATES = (
    Row("rate_0", TOO_SLOW, WIDEST, 9.0, 1.77, 0.77, 82.8),
    Row("rate_1", LOW, WIDEST, 3.6, 1.37, 0.18, 81.8),
    Row("rate_2", MIDDLE, WIDEST, 4.8, math.nan, 0.25, 73.2),
    Row("rate_3", USUAL, WIDEST, 2.4, 1.14, 0.14, 75.2),
    Row("rate_4", LARGE, WIDEST, 23.2, 1.92, 0.81, 30.0),
)
OVER_WIDTHS = (
    Row("hidden_200", USUAL, 200, 8.1, 1.55, 0.32, 45.8),
    Row("hidden_500", USUAL, 500, 3.8, math.nan, 0.17, 75.4),
    Row("hidden_700", USUAL, 700, 2.0, 0.68, 0.12, 86.4),
    Row("hidden_1000", USUAL, 1000, 2.1, 0.68, 0.10, 80.5),
)
ROWS = (*OVER_RATES, *OVER_WIDTHS)
"""The runs that end with finite numbers."""
TOO_LARGE = Row("too_large", FAR_TOO_LARGE, WIDEST, 100.0, 12.37, math.nan, 12.0)
"""The one that does not. W3 does not say how large its rate was."""

BY_RATE = {row.rate: row.error for row in OVER_RATES}
BY_WIDTH = {row.hidden: row.error for row in OVER_WIDTHS}
AGAIN = BY_WIDTH[WIDEST]  # at the same rate as one of the runs among the rates
GAIN = (BY_WIDTH[NARROWEST] - AGAIN) / 100


def sampling_error(error: float, digits: int = VALIDATION_DIGITS) -> float:
    """The standard deviation of an error counted on so many digits, in points, if the long-run error is ``error`` %."""
    return math.sqrt(error * (100 - error) / digits)


def tolerance(error: float) -> float:
    """Two standard deviations of W3's count, in points."""
    return max(2 * sampling_error(error), 0.5)
