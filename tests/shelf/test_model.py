"""The nouns: numbers over seeds, runs to select from, tables made of their rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from report.errors import ReportError
from report.model import Column, MissingResult, Outcome, Result, Runs, Trial, Value, tabulate
from report.seeds import PERCENT, POINTS, Seeds
from report.stats import value_of


def never(*_: object, **__: object) -> Result:
    raise NotImplementedError


def run(seed: int, accuracy: float | None, *, diverged: bool = False, width: int = 3, net: str = "mlp") -> Outcome:
    result = None if accuracy is None else Result({"accuracy": accuracy, "loss": 1 - accuracy}, diverged=diverged)
    trial = Trial(never, {"seed": seed, "rate": 0.1 * width}, tags={"width": width, "net": net})
    return Outcome(trial, "", result, reason="" if result else "killed")


def test_arithmetic_goes_seed_by_seed_over_those_that_both_have() -> None:
    a, b = Seeds({2: 5.0, 0: 1.0, 1: 4.0}), Seeds({0: 0.5, 1: 2.0, 7: 9.0})
    assert list(a) == [0, 1, 2]
    assert a - b == {0: 0.5, 1: 2.0}
    assert a / b == {0: 2.0, 1: 2.0}
    assert 100 * a == a * 100 == {0: 100, 1: 400, 2: 500}
    assert 1 - b == -(b - 1) == {0: 0.5, 1: -1, 7: -8}
    assert a + {1: 1.0} == {1: 5.0}
    assert a.map(lambda number: number**2) == {0: 1, 1: 16, 2: 25}


def test_a_scalar_is_that_of_the_runs_that_converged_and_by_seed_takes_all_that_finished() -> None:
    runs = Runs((run(1, 0.9), run(0, 0.8), run(2, 0.1, diverged=True), run(3, None)))
    assert runs["accuracy"] == {0: 0.8, 1: 0.9}
    assert runs.by_seed(lambda one: one["accuracy"]) == {0: 0.8, 1: 0.9, 2: 0.1}
    assert runs["accuracy"] + runs["loss"] == {0: 1.0, 1: 1.0}
    with pytest.raises(ReportError, match="no scalar 'acuracy'") as caught:
        runs["acuracy"]
    assert "accuracy" in caught.value.remedy
    with pytest.raises(MissingResult, match="killed"):
        Runs((run(3, None),))["accuracy"]
    with pytest.raises(MissingResult) as missing:
        Runs(tuple(replace(run(seed, None), reason=f"killed; see {seed}.log") for seed in (3, 4)))["accuracy"]
    assert missing.value.what == "killed; see 3.log"
    with pytest.raises(ReportError, match="share seed 0"):
        Runs((run(0, 0.8), run(0, 0.7, width=5)))["accuracy"]


def test_tags_and_arguments_are_read_off_the_runs() -> None:
    runs = Runs((run(0, 0.8, width=20, net="wide"), run(0, None, width=3), run(1, 0.8, width=3, net="mlp")))
    assert runs.values_of("width") == [3, 20]
    assert runs.values_of("net") == ["wide", "mlp"]
    assert runs.where(width=3).argument("rate") == pytest.approx(0.3)
    with pytest.raises(ReportError, match="differ in their argument 'rate'"):
        runs.argument("rate")


def test_a_table_is_made_of_its_rows() -> None:
    runs = Runs((run(0, 0.5), run(1, 0.7)))
    columns = (
        Column("name", "net", align="left", of=lambda name, _: name),
        Column("accuracy", "accuracy, %", of=lambda _, these: value_of(these["accuracy"], PERCENT)),
        Column("loss", "loss", of=lambda _, these: value_of(these["loss"], POINTS)),
    )
    table = tabulate([("mlp", runs)], columns, "Where they end.")
    assert [column.of for column in table.columns] == [None] * 3
    name, accuracy, loss = table.rows[0]
    assert (name, accuracy.unit, loss.unit) == ("mlp", "%", "points")
    assert isinstance(accuracy, Value)
    assert (accuracy.number, accuracy.n) == (pytest.approx(60), 2)
    assert tabulate([3, 4], (Column("twice", "twice", of=lambda n: 2 * n),), "").rows == ((6,), (8,))
