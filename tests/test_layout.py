"""The pages of the real write-ups, on results that nobody computed: as full ones look, and as those of a short budget do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from experiments.data import datasets
from experiments.training import machine
from report.cache.snapshot import snapshot
from report.model import Outcome
from report.terminal import edition
from report.terminal.bench import Basis, laid_out
from report.terminal.cli import parse
from report.terminal.edition import Edition
from report.write.writeup import COMPLETE, chosen, names
from tests import browser
from tests.experiments.test_every_experiment import EXPERIMENTS, usual
from tests.layout import early, misplaced, torn, white
from tests.project import ROOT

pytestmark = pytest.mark.slow  # each proves the theory, and draws and sets everything

SEEDS = {"full": 100, "quick": 3, "smoke": 2}  # at most
WRITEUPS = names(ROOT / "templates")


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """Where all budgets keep what they have in common: proofs, and chapters as they are set."""
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module", params=SEEDS)
def editions(request, store) -> Mapping[str, Edition]:
    """Every write-up, by its name: filled, linted and set."""
    snapshot(ROOT)
    asked = ["--writeup", "all", "--budget", request.param]
    settings = parse([*asked, "--store", str(store), "--out", str(store / "out"), "--quiet"], ROOT)
    writeups = chosen(ROOT / "templates", settings.writeups)
    bench = laid_out(ROOT, settings, datasets, machine(), measured="experiments.training.machine").narrowed(writeups)
    proofs, computed = bench.prove()
    outcomes = {name: _of(SEEDS[request.param], list(usual(name))) for name in EXPERIMENTS}
    basis = Basis(bench, outcomes, computed | bench.judge(outcomes), proofs)
    return {made.writeup.name: made for made in edition.editions(basis, writeups)}


def _of(seeds: int, outcomes: list[Outcome]) -> list[Outcome]:
    first = sorted({each.trial.arguments.get("seed", 0) for each in outcomes})[:seeds]
    return [each for each in outcomes if each.trial.arguments.get("seed", 0) in first]


def printed(made: Edition) -> bytes:
    return made.files[f"{made.writeup.file_name}.pdf"]


@pytest.mark.parametrize("name", WRITEUPS)
def test_a_write_up_keeps_within_its_pages(editions, name):
    assert [lack for lack in editions[name].lacking if "over its limit" in lack] == []


@pytest.mark.parametrize("name", WRITEUPS)
def test_no_word_stands_outside_the_text_or_over_another(editions, name):
    assert misplaced(printed(editions[name])) == []


@pytest.mark.parametrize("name", WRITEUPS)
def test_tables_are_whole(editions, name):
    assert torn(printed(editions[name])) == []


@pytest.mark.parametrize("name", WRITEUPS)
def test_a_chapter_begins_before_its_figures_and_tables(editions, name):
    assert early(printed(editions[name])) == []


def test_pages_are_full(editions):
    """Of the complete write-up; an assignment ends with wide tables, which leave white before them."""
    assert white(printed(editions[COMPLETE])) == []


@pytest.mark.parametrize("editions", ["quick"], indirect=True)  # minutes
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_in_the_whole_report(editions, tmp_path, width, scheme):
    file = tmp_path / "report.html"
    file.write_bytes(editions[COMPLETE].files[file.name])
    with browser.chromium() as started:
        page = started.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        page.goto(file.as_uri())
        assert browser.objections_by_part(page) == []
