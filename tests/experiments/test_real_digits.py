"""What comes of training on real digits: the smoke build of the report, and what is true after so little of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from experiments import e02_mnist_classifiers as e02
from experiments import e08_overfitting as e08
from experiments import e12_progress_tables as e12
from experiments.data import datasets
from experiments.e04_autoencoder.separation import silhouette
from experiments.e09_sums import READER
from experiments.e12_progress_tables.trials import trained
from experiments.live import build
from experiments.looks import PCA, SOFTMAX
from experiments.training import spread
from report.cache.store import Store
from report.model import Budget, Holds, Outcome, Runs
from report.run.collect import collect, declared
from tests.project import RESULTS, ROOT

CONTENT = collect(ROOT)
TRIALS = declared(CONTENT, Budget("smoke"))


@pytest.fixture(scope="module")
def runs_of(smoke: Path) -> Callable[[str], Runs]:
    """The runs of an experiment, by its id."""
    listed, store = json.loads((smoke / "manifest.json").read_text(encoding="utf-8"))["trials"], Store(RESULTS)

    def of(name: str) -> Runs:
        found = [store.load_result(each["fingerprint"]) for each in listed[name]]
        pairs = zip(TRIALS[name], found, strict=True)
        return Runs(tuple(Outcome(trial, "", stored.result if stored else None) for trial, stored in pairs))

    return of


@pytest.mark.parametrize("name", ["E2", "E3", "E4", "E8", "E9"])
def test_every_claim_is_judged_over_both_seeds(runs_of, name: str) -> None:
    runs = runs_of(name)
    assert {key: claim.judge(runs).n for key, claim in CONTENT.experiments[name].claims.items()} == dict.fromkeys(
        CONTENT.experiments[name].claims, 2
    )


def test_classifiers_learn_to_read_and_ones_look_alike(runs_of) -> None:
    runs = runs_of("E2")
    assert min(runs.frame()["test_accuracy"].dropna()) > 0.5
    ones = runs.where(net=e02.ONES)
    assert set(ones["rank"].values()) == {1}
    assert max(ones["ones_accuracy"].values()) < 0.4
    assert max(ones["embedding_error"].values()) < 1e-5
    for run in runs:
        if run.trial.tags.get("net") in e02.NETS:
            assert len(run.found.history["epoch"]) == 2
            assert set(build(e02.NETS[run.trial.tags["net"]], 0).state_dict()) <= set(run.found.arrays)


def test_a_coder_is_judged_by_the_codes_that_are_kept(runs_of) -> None:
    judged = runs_of("E4").where(stage="judged", coder=PCA)
    assert min(judged["read"].values()) > 0.5
    codes = judged.where(seed=0)
    found, labels = codes.array("codes"), codes.array("labels")
    assert silhouette(torch.from_numpy(found), torch.from_numpy(labels).long()) == codes["silhouette"][0]
    assert codes["decoded"][0] == np.mean(codes.array("read_remade") == labels)


def test_the_smallest_nets_read_most_digits(runs_of) -> None:
    runs = runs_of("E7")
    assert min(runs.where(recipe="search", net=SOFTMAX)["test_accuracy"].values()) > 0.6
    assert CONTENT.experiments["E7"].claims["tenth"].judge(runs).n == 2


def test_a_test_accuracy_is_that_of_the_kept_predictions_and_dropout_changes_the_course(runs_of, mnist_root: Path) -> None:
    runs, labels = runs_of("E8"), datasets.open_data("mnist", mnist_root).test_labels
    for run in runs:
        shown = labels[spread(len(labels), run.trial.arguments["test_examples"])]
        assert run["test_accuracy"] == pytest.approx((run.found.arrays["predictions"] == shown).mean())
    assert runs.values_of("digits") == [250, 500, 2000]
    dropped, plain = (e08.swept(runs)[keep].where(seed=0).outcomes[0].found for keep in (e08.KEEP, 1.0))
    assert dropped.history != plain.history


def test_added_readings_are_right_more_often_than_not(runs_of) -> None:
    assert min(runs_of("E9").where(net=READER)["test_accuracy"].values()) > 0.5


def test_the_largest_rate_diverges_and_no_other(runs_of) -> None:
    runs = runs_of("E12")
    assert {run.trial.tags["rate"] for run in trained(runs) if run.found.diverged} == {e12.FAR_TOO_LARGE}
    assert e12.EXPERIMENT.claims["diverges"].judge(runs).holds is Holds.YES
