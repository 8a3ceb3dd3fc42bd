"""What a classifier is measured by, as a reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.model import Measure

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "test_accuracy": Measure("test accuracy", "%", scale=100),
    "train_accuracy": Measure("training accuracy", "%", scale=100),
    "test_loss": Measure("test cross-entropy", "nats", digits=3),
    "train_loss": Measure("training cross-entropy", "nats", digits=3),
}


def in_percent(history: pd.DataFrame) -> pd.DataFrame:
    """A history with its accuracies in %."""
    return history.assign(**{f"{part}_accuracy": 100 * history[f"{part}_accuracy"] for part in ("train", "test")})
