"""A number of a write-up that an experiment draws or judges by is the one that ``templates/written`` has."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from experiments import e08_overfitting as e08
from experiments.e04_autoencoder.trials import LINEAR_CODE
from experiments.e04_autoencoder.views import W1
from experiments.e07_small_nets.trials import E7A, E7B
from experiments.e07_small_nets.views import REPORTED as OF_E7
from experiments.e09_sums import REPORTED as OF_E9
from experiments.e12_progress_tables import losses, w3
from experiments.looks import PCA, TUTORIAL
from report.judge.written import documents

with Path("templates/written/W3-progress.csv").open(encoding="utf-8-sig", newline="") as text:
    PRINTED = list(csv.DictReader(text))
TABLE = {run: [row for row in PRINTED if row["run"] == run] for run in dict.fromkeys(row["run"] for row in PRINTED)}
ENTRIES = {
    name: entry for document in documents(Path("templates/written")).values() for name, entry in document.entries.items()
}
WRITTEN = {entry.ours[0]: entry for entry in ENTRIES.values() if entry.printed and len(entry.ours) == 1}
IN_CODE = {
    **{f"E4.pca_{part}": number for part, number in W1[PCA].items()},
    **{f"E4.autoencoder_{part}": number for part, number in W1[LINEAR_CODE].items()},
    "E7.e7a": OF_E7[E7A],
    "E7.e7b": OF_E7[E7B],
    "E8.all": e08.OF_ALL,
    "E8.few_accuracy": e08.REPORTED[TUTORIAL, e08.FEW],
    "E8.fewer_accuracy": e08.REPORTED[e08.FEWER, e08.FEW],
    "E9.replicated": 100 * OF_E9,
    "E12.diverged_error": w3.TOO_LARGE.error,
    "E12.too_large_first_validation_loss": w3.TOO_LARGE.first,
    "E12.too_large_first_validation_accuracy": w3.TOO_LARGE.first_accuracy,
}


@pytest.mark.parametrize(("name", "number"), IN_CODE.items(), ids=list(IN_CODE))
def test_a_number_stands_in_code_as_it_is_written(name: str, number: float) -> None:
    assert WRITTEN[name].number == pytest.approx(number)


@pytest.mark.parametrize("row", w3.ROWS, ids=lambda row: row.name)
def test_rows_of_w3_agree_in_the_table_where_they_agree_in_the_list(row: w3.Row) -> None:
    run = f"h-{row.hidden}" if row in w3.OVER_WIDTHS else f"rate-{row.rate:.0e}".replace("e-0", "e-")
    error, last = ENTRIES[f"W3.{run}"], ENTRIES[f"W3.{run}-loss"]
    assert (error.number, error.tolerance) == (row.error, round(w3.tolerance(row.error), 1))
    assert (last.number, last.tolerance, dict(last.of)) == (row.last, losses.NEAR, {"rate": row.rate, "hidden": row.hidden})
    assert ENTRIES[f"W3.{run}-first-accuracy"].number == row.first_accuracy
    if not math.isnan(row.first):
        first = ENTRIES[f"W3.{run}-first-loss"]
        assert (first.number, first.tolerance) == (row.first, losses.FIRST_NEAR)


COLUMNS = {"validation_loss": "loss", "batch_loss": "batch-loss", "batch_accuracy": "batch-accuracy"}


@pytest.mark.parametrize("run", TABLE)
def test_the_first_and_the_last_row_of_a_run_are_written_as_its_table_has_them(run: str) -> None:
    name = f"W3.{run.lower().replace(' ', '-')}"
    for when, row in (("first-", TABLE[run][0]), ("", TABLE[run][-1])):
        for column, short in COLUMNS.items():
            written = ENTRIES.get(f"{name}-{when}{short}")
            assert (written.printed if written else "") == row[column].replace("NaN", ""), column
    assert ENTRIES[f"{name}-first-accuracy"].printed == TABLE[run][0]["validation_accuracy"]
    last = float(TABLE[run][-1]["validation_accuracy"])
    assert (
        last == ENTRIES[f"{name}-accuracy"].number if run == "too large" else 100 - ENTRIES[name].number == pytest.approx(last)
    )
