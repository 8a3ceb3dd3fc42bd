"""How a classifier is trained; what it is measured by, and how two are compared, as a reader sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from experiments.nets import Net
from experiments.training import Recipe, train_classifier
from report.model import Column, Data, Measure, Result, Runs, Scalar, Trial, Verdict
from report.numbers import number_text
from report.stats import LOSS, POINTS, SHARE, Seeds, greater, value_of

if TYPE_CHECKING:
    import pandas as pd

MEASURES = {
    "test_accuracy": Measure("test accuracy", SHARE),
    "train_accuracy": Measure("training accuracy", SHARE),
    "test_loss": Measure("test cross-entropy", LOSS, 3),
    "train_loss": Measure("training cross-entropy", LOSS, 3),
}


CURVES = {"accuracy": "accuracy, %", "loss": "cross-entropy, nats"}
"""What is drawn of a training, each on test examples and on its own: the end of the column's name → the label of the axis."""


def classifier(
    data: str,
    net: Net,
    recipe: Recipe,
    seed: int,
    amounts: tuple[int | None, int | None],
    tags: Mapping[str, Scalar],
    may_diverge: bool = False,
    **more: Any,
) -> Trial:
    """``net`` trained on so many examples of a data set, measured on so many others; ``more`` goes to ``train_classifier``."""
    of, on = amounts
    arguments = {"seed": seed, "net": net, "recipe": recipe, "train_examples": of, "test_examples": on, **more}
    return Trial(train_classifier, arguments, {"data": Data(data)}, tags, may_diverge)


def examination(by: Callable[..., Result], trained: Trial, **tags: Scalar) -> Trial:
    """What ``by`` makes of the net that ``trained`` gives, which it rebuilds, on the same data; ``tags`` beside those of it."""
    arguments = {name: trained.arguments[name] for name in ("seed", "net", "train_examples", "test_examples")}
    return Trial(by, arguments, {"trained": trained, "data": trained.inputs["data"]}, {**trained.tags, **tags})


def plain(rate: float) -> str:
    """A learning rate as any number: 0.001, 5 × 10⁻⁵."""
    return number_text(rate)


def named(rate: float) -> str:
    """The same as the name of a curve."""
    return f"rate {plain(rate)}"


def in_percent(history: pd.DataFrame) -> pd.DataFrame:
    """A history with its accuracies in %."""
    return history.assign(**{f"{part}_accuracy": 100 * history[f"{part}_accuracy"] for part in ("train", "test")})


TEST = Column("test", "test accuracy, %", of=lambda runs: value_of(runs["test_accuracy"], SHARE))
TRAIN = Column("train", "training accuracy, %", of=lambda runs: value_of(runs["train_accuracy"], SHARE))
TEST_LOSS = Column("test_loss", "test cross-entropy, nats", of=lambda runs: value_of(runs["test_loss"], LOSS, 3))


def gap(runs: Runs, metric: str = "accuracy") -> Seeds:
    """How much better the net is on what it was trained on: accuracy lost, or cross-entropy gained, on test examples."""
    ahead = runs[f"train_{metric}"] - runs[f"test_{metric}"]
    return ahead if metric == "accuracy" else -ahead


def reads_more(better: Runs, worse: Runs, names: str = "", margin: float = 0.0) -> Verdict:
    """Does one classifier read more test examples than the other, by more than ``margin``?"""
    what = "mean difference in test accuracy" + (f", {names}" if names else "")
    return greater(better["test_accuracy"], worse["test_accuracy"], POINTS, what, margin=margin)
