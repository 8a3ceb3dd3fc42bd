"""What a classifier is measured by, and how two are compared, as a reader sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from report.model import Column, Measure, Runs, Verdict
from report.stats import NATS, PERCENT, POINTS, Seeds, greater, value_of

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "test_accuracy": Measure("test accuracy", "%", scale=100),
    "train_accuracy": Measure("training accuracy", "%", scale=100),
    "test_loss": Measure("test cross-entropy", "nats", digits=3),
    "train_loss": Measure("training cross-entropy", "nats", digits=3),
}


def plain(rate: float) -> str:
    """A learning rate as people write it: 0.001, 5e-5."""
    return f"{rate:g}".replace("e-0", "e-")


def in_percent(history: pd.DataFrame) -> pd.DataFrame:
    """A history with its accuracies in %."""
    return history.assign(**{f"{part}_accuracy": 100 * history[f"{part}_accuracy"] for part in ("train", "test")})


TEST = Column("test", "test accuracy, %", of=lambda runs: value_of(runs["test_accuracy"], PERCENT))
TRAIN = Column("train", "training accuracy, %", of=lambda runs: value_of(runs["train_accuracy"], PERCENT))
TEST_LOSS = Column("test_loss", "test cross-entropy, nats", of=lambda runs: value_of(runs["test_loss"], NATS, 3))


def gap(runs: Runs) -> Seeds:
    """Training less test accuracy."""
    return runs["train_accuracy"] - runs["test_accuracy"]


def reads_more(better: Runs, worse: Runs, names: str = "", margin: float = 0.0) -> Verdict:
    """Does one classifier read more test examples than the other, by more than ``margin``?"""
    what = "mean difference in test accuracy" + (f", {names}" if names else "")
    return greater(better["test_accuracy"], worse["test_accuracy"], POINTS, what, margin=margin)
