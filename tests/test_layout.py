"""The pages of the real write-up, on results that nobody computed: as full ones look, and as those of a short budget do."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.data import datasets
from experiments.training import machine
from report.cache.snapshot import snapshot
from report.model import Outcome
from report.terminal.bench import Findings, laid_out
from report.terminal.cli import parse
from report.terminal.edition import edition
from report.write.writeup import chosen
from tests.experiments.test_every_experiment import EXPERIMENTS, usual
from tests.layout import misplaced, torn, white
from tests.project import ROOT

pytestmark = pytest.mark.slow  # each proves the theory, and draws and sets everything

SEEDS = {"full": 100, "quick": 3}  # at most


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """Where both budgets keep what they have in common: proofs, and chapters as they are set."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module", params=["full", "quick"])
def printed(request, store) -> bytes:
    """The PDF of the complete write-up."""
    snapshot(ROOT)
    settings = parse(["--budget", request.param, "--store", str(store), "--out", str(store / "out"), "--quiet"], ROOT)
    (page,) = chosen(ROOT / "templates", settings.writeups)
    bench = laid_out(ROOT, settings, datasets, machine(), measured="experiments.training.machine").narrowed([page])
    proofs, computed = bench.prove()
    outcomes = {name: _of(SEEDS[request.param], list(usual(name))) for name in EXPERIMENTS}
    judged = computed | bench.judge(outcomes)
    files = edition(Findings(bench, outcomes, judged, proofs), page).files
    return files["report.pdf"]


def _of(seeds: int, outcomes: list[Outcome]) -> list[Outcome]:
    return [each for each in outcomes if each.trial.arguments.get("seed", 0) < seeds]


def test_no_word_stands_outside_the_text_or_over_another(printed):
    assert misplaced(printed) == []


def test_pages_are_full_and_tables_whole(printed):
    assert white(printed) + torn(printed) == []
