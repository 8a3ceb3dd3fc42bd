"""A number of a write-up that an experiment draws or judges by is the one that ``templates/written`` has."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from experiments.e04_autoencoder.trials import LINEAR_CODE
from experiments.e04_autoencoder.views import W1
from experiments.e07_small_nets.trials import E7A, E7B
from experiments.e07_small_nets.views import REPORTED as OF_E7
from experiments.e08_overfitting.trials import REPORTED as OF_E8
from experiments.e09_sums import REPORTED as OF_E9
from experiments.e12_progress_tables import losses
from experiments.e12_progress_tables.trials import FAR_TOO_LARGE, REPORTED_RATES
from experiments.looks import PCA
from report.judge.written import documents

WRITTEN = {
    entry.ours[0]: entry
    for document in documents(Path("templates/written")).values()
    for entry in document.entries.values()
    if entry.printed and len(entry.ours) == 1
}
OF_W3 = {
    f"E12.{row.name}{what}": number
    for row in losses.ROWS
    for what, number in {
        "": row.error,
        "_loss": row.last,
        "_first_loss": row.first,
        "_first_accuracy": row.first_accuracy,
    }.items()
    if not math.isnan(number)
}
IN_CODE = {
    **{f"E4.pca_{part}": number for part, number in W1[PCA].items()},
    **{f"E4.autoencoder_{part}": number for part, number in W1[LINEAR_CODE].items()},
    "E7.e7a": OF_E7[E7A],
    "E7.e7b": OF_E7[E7B],
    "E8.all": OF_E8["all"],
    "E8.few_accuracy": OF_E8["few"],
    "E8.fewer_accuracy": OF_E8["fewer"],
    "E9.replicated": 100 * OF_E9,
    "E12.diverged_error": REPORTED_RATES[FAR_TOO_LARGE],
    **OF_W3,
}
NEAR = {"loss": losses.NEAR, "first_loss": losses.FIRST_NEAR}


@pytest.mark.parametrize(("name", "number"), IN_CODE.items(), ids=list(IN_CODE))
def test_a_number_stands_in_code_as_it_is_written(name: str, number: float) -> None:
    assert WRITTEN[name].number == pytest.approx(number)


@pytest.mark.parametrize("row", losses.ROWS, ids=lambda row: row.name)
def test_rows_of_w3_agree_in_the_table_where_they_agree_in_the_list(row: losses.Row) -> None:
    assert WRITTEN[f"E12.{row.name}"].tolerance == round(losses.tolerance(row.error), 1)
    for what, near in NEAR.items():
        assert f"E12.{row.name}_{what}" not in OF_W3 or WRITTEN[f"E12.{row.name}_{what}"].tolerance == near
