"""A plan says for each trial whether it runs, why, and what is different from last time."""

from __future__ import annotations

import dataclasses
import importlib
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from report.cache.reach import Sources
from report.cache.store import Store
from report.model import Data, Outcome, Result, Trial
from report.run.plan import Plan, Planned, Reason, describe_trial, explain, plan
from tests.project import read_before

EXPERIMENT = """
from dataclasses import dataclass
from report.model import Result

MOMENTUM = 0.9

@dataclass(frozen=True)
class Net:
    widths: tuple

def step(x):
    # not a word
    return x * MOMENTUM

def train(context, *, seed, lr=0.1, net=None, digits=None):
    return Result(scalars={"x": step(lr)})

def distil(context, *, seed, teacher):
    return Result(scalars={"x": teacher.scalars["x"]})
"""


class Project:
    """A project on disk with a store, planned with a fresh reading of the sources each time."""

    def __init__(self, root: Path):
        self.root, self.store = root, Store(root / "build" / "results")
        self.file = root / "planned_experiment.py"
        self.file.write_text(EXPERIMENT, encoding="utf-8")
        self.imported = ""
        self.digest, self.machine = "d1", {"device": "cpu"}

    @property
    def experiment(self) -> Any:
        source = self.file.read_text(encoding="utf-8")
        if source != self.imported:
            self.imported = source
            sys.modules.pop("planned_experiment", None)
            importlib.invalidate_caches()
        return importlib.import_module("planned_experiment")

    def train(self, seed: int = 0, tags: dict[str, Any] | None = None, **arguments: Any) -> Trial:
        return Trial(self.experiment.train, {"seed": seed, **arguments}, {"digits": Data("digits")}, tags or {"net": "mlp"})

    def read(self) -> Sources:
        return Sources(self.root, read_before())

    def plan(self, *trials: Trial) -> Plan:
        self.sources = self.read()
        self.store.damaged.clear()
        return plan({"E1": trials}, self.store, data={"digits": self.digest}, machine=self.machine, sources=self.sources)

    def run(self, *trials: Trial) -> None:
        for planned in self.plan(*trials).to_run():
            self.store.save_result(planned.digest, Result(), 7.0, describe_trial(planned))

    def only(self, trial: Trial) -> Planned:
        (planned,) = self.plan(trial).planned
        return planned

    def change(self, old: str, new: str) -> None:
        text = self.file.read_text(encoding="utf-8")
        assert old in text
        self.file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def project(importable: Path) -> Project:
    return Project(importable)


def test_a_trial_is_new_then_cached(project: Project) -> None:
    assert project.only(project.train()).reason is Reason.NEW
    project.run(project.train())
    planned = project.only(project.train())
    assert (planned.reason, planned.runs) == (Reason.CACHED, False)
    assert project.only(project.train(seed=1)).reason is Reason.NEW
    assert project.only(project.train(tags={"net": "other"})).reason is Reason.CACHED


def test_a_changed_argument_is_shown_with_both_values(project: Project) -> None:
    project.run(project.train(lr=0.1))
    planned = project.only(project.train(lr=0.05))
    assert (planned.reason, planned.difference) == (Reason.ARGUMENTS, "lr: 0.1 → 0.05")
    assert planned.seconds == 7.0


def test_of_long_arguments_the_difference_is_shown(project: Project) -> None:
    project.run(project.train(net=project.experiment.Net(tuple(range(100)))))
    planned = project.only(project.train(net=project.experiment.Net((*range(50), 1000, *range(51, 100)))))
    assert planned.reason is Reason.ARGUMENTS
    assert "1000" in planned.difference
    assert len(planned.difference) < 200


def test_changed_code_is_shown_as_a_diff_of_what_counts(project: Project) -> None:
    project.run(project.train())
    project.change("MOMENTUM = 0.9", "MOMENTUM = 0.8")
    planned = project.only(project.train())
    assert planned.reason is Reason.CODE
    assert planned.difference == ("changed planned_experiment.MOMENTUM\n  @@ -1 +1 @@\n  -MOMENTUM = 0.9\n  +MOMENTUM = 0.8")


def test_added_and_removed_definitions_are_named(project: Project) -> None:
    project.run(project.train())
    project.change("x * MOMENTUM", "x * RATE\nRATE = 2")
    difference = project.only(project.train()).difference
    for line in ("added planned_experiment.RATE", "removed planned_experiment.MOMENTUM", "changed planned_experiment.step"):
        assert line in difference
    assert "  -    return x * MOMENTUM" in difference
    assert "not a word" not in difference


def test_what_trials_share_is_described_once_and_again_when_it_is_lost(project: Project) -> None:
    trials = [project.train(seed=seed) for seed in range(5)]
    project.run(*trials)
    (described,) = project.store.root.glob("*/*/code.json")
    said = described.read_bytes()
    for spoil in (lambda: described.write_bytes(said[:-9]), described.unlink, lambda: shutil.rmtree(described.parent)):
        spoil()
        assert {planned.reason for planned in project.plan(*trials).planned} == {Reason.CACHED}
        assert described.read_bytes() == said
    assert project.plan(*trials).entries() == set(project.store.fingerprints())


def test_of_former_code_that_is_not_known_any_more_no_difference_is_made_up(project: Project) -> None:
    project.run(project.train())
    project.change("MOMENTUM = 0.9", "MOMENTUM = 0.8")
    (described,) = project.store.root.glob("*/*/code.json")
    described.write_bytes(b"")
    planned = project.only(project.train())
    assert (planned.reason, planned.difference) == (Reason.CODE, "what the code said before is not known any more")


def test_renaming_is_no_change_and_no_reason(project: Project) -> None:
    project.run(project.train(lr=0.1))
    project.change("MOMENTUM", "FRICTION")
    project.change("step", "stride")
    assert project.only(project.train(lr=0.1)).reason is Reason.CACHED
    planned = project.only(project.train(lr=0.2))
    assert (planned.reason, planned.difference) == (Reason.ARGUMENTS, "lr: 0.1 → 0.2")


def test_what_was_renamed_is_explained_by_what_it_was(project: Project) -> None:
    project.run(project.train())
    project.change("def train", "def fit")
    fit = Trial(project.experiment.fit, {"seed": 0}, {"digits": Data("digits")}, {"net": "mlp"})
    assert project.only(fit).reason is Reason.CACHED
    project.change("MOMENTUM = 0.9", "MOMENTUM = 0.8")
    planned = project.only(dataclasses.replace(fit, function=project.experiment.fit))
    assert (planned.reason, planned.seconds) == (Reason.CODE, 7.0)
    assert "changed planned_experiment.MOMENTUM" in planned.difference


def test_a_changed_order_is_shown(project: Project) -> None:
    project.change("MOMENTUM = 0.9", "MOMENTUM = 0.9\nTABLE = [MOMENTUM]\nTABLE.append(2)\nTABLE.append(3)")
    project.change("x * MOMENTUM", "x * sum(TABLE)")
    project.run(project.train())
    project.change("TABLE.append(2)\nTABLE.append(3)", "TABLE.append(3)\nTABLE.append(2)")
    planned = project.only(project.train())
    assert planned.reason is Reason.CODE
    assert "changed <order>" in planned.difference
    assert "+TABLE.append(3)" in planned.difference


def test_comments_are_no_change(project: Project) -> None:
    project.run(project.train())
    project.change("# not a word", '"""Now a docstring."""')
    assert project.only(project.train()).reason is Reason.CACHED


def test_other_data_and_another_machine_are_reasons(project: Project) -> None:
    project.run(project.train())
    project.machine = {"device": "cuda"}
    planned = project.only(project.train())
    assert (planned.reason, planned.difference) == (Reason.MACHINE, "device: cpu → cuda")
    project.digest = "d2"
    planned = project.only(project.train())
    assert planned.reason is Reason.DATA
    assert planned.difference.splitlines() == ["digits: digits d1 → digits d2", "device: cpu → cuda"]


def test_another_version_of_a_package_is_a_reason(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.file.write_text("import numpy\n" + EXPERIMENT.replace("x * MOMENTUM", "numpy.abs(x)"), encoding="utf-8")
    project.run(project.train())
    monkeypatch.setattr("report.cache.fingerprint.version_of", lambda name: "99.0")
    planned = project.only(project.train())
    assert planned.reason is Reason.PACKAGES
    assert planned.difference.endswith("→ 99.0")


def test_what_is_upstream_comes_first_once_and_is_a_reason_downstream(project: Project) -> None:
    def students(lr: float) -> list[Trial]:
        experiment = project.experiment
        teachers = [Trial(experiment.train, {"seed": 0, "lr": lr}, tags={"role": "teacher"}) for _ in range(2)]
        return [Trial(experiment.distil, {"seed": s}, {"teacher": t}) for s, t in enumerate(teachers)]

    asked = students(0.1)
    made = project.plan(*asked)
    assert [p.trial.function.__name__ for p in made.planned] == ["train", "distil", "distil"]
    assert made.planned[1].upstream == {"teacher": made.planned[0].digest}
    assert [made.digest(trial) for trial in asked] == [p.digest for p in made.planned[1:]]
    project.run(*asked)
    assert [p.reason for p in project.plan(*students(0.2)).planned] == [Reason.ARGUMENTS, Reason.UPSTREAM, Reason.UPSTREAM]


def test_a_trial_of_two_experiments_is_planned_once_and_found_from_both(project: Project) -> None:
    train = project.train()
    twin = dataclasses.replace(train, tags={"experiment": "another"})
    made = project.plan(train, twin)
    assert len(made.planned) == 1
    assert made.digest(train) == made.digest(twin) == made.planned[0].digest


def test_a_plan_knows_who_asked_for_what_and_what_that_builds_on(project: Project) -> None:
    experiment = project.experiment
    first, second = (Trial(experiment.train, {"seed": seed}, tags={"net": "mlp"}) for seed in (0, 1))
    hidden = Trial(experiment.train, {"seed": 7}, tags={"role": "teacher"})
    deeper = Trial(experiment.distil, {"seed": 0}, {"teacher": hidden})
    pupils = [Trial(experiment.distil, {"seed": seed}, {"teacher": deeper}, {"net": "pupil"}) for seed in (1, 2)]
    made = plan({"E1": [first], "E2": [second, *pupils]}, project.store, data={}, machine={}, sources=project.read())
    assert made.needed_by(["E1"]) == {made.digest(first)}
    assert made.part(["E2"]).needed_by(["E2"]) == {made.digest(t) for t in (second, hidden, deeper, *pupils)}
    labels = {p.digest: made.label(p) for p in made.planned}
    assert [labels[made.digest(t)] for t in (first, pupils[0], hidden)] == [
        "E1 mlp seed=0",
        "E2 pupil seed=1",
        "teacher seed=7",
    ]
    ended = {p.digest: Outcome(p.trial, p.digest, Result(), seconds=2.0) for p in made.planned if p.trial is not first}
    outcomes = made.outcomes(ended)
    assert [o.seconds for o in outcomes["E2"]] == [2.0, 6.0, 2.0], "what nobody declares counts for the first that needs it"
    assert outcomes["E1"][0].reason == "left out by --only"
    project.store.save_result(made.digest(first), Result(), 1.0, {})
    made = plan(made.asked, project.store, data={}, machine={}, sources=project.read())
    assert [p.digest for p in made.due([])] == [made.digest(first)], "a result that is there is read for whoever shows it"


def test_a_trial_of_two_experiments_keeps_the_tags_of_each(project: Project) -> None:
    train = Trial(project.experiment.train, {"seed": 0}, tags={"net": "mlp"})
    twin = dataclasses.replace(train, tags={"depth": 2})
    made = plan({"E1": [train], "E2": [twin]}, project.store, data={}, machine={}, sources=project.read())
    (planned,) = made.planned
    outcomes = made.outcomes({planned.digest: Outcome(train, planned.digest, Result())})
    assert [outcomes[name][0].trial.tags for name in ("E1", "E2")] == [{"net": "mlp"}, {"depth": 2}]


def test_damage_is_a_reason(project: Project) -> None:
    project.run(project.train())
    entry = project.store.path(project.only(project.train()).digest)
    (entry / "result.json").write_bytes(b"{")
    planned = project.only(project.train())
    assert planned.reason is Reason.DAMAGED
    assert "result.json is not what was written" in planned.difference


def test_an_earlier_failure_and_an_interruption_are_reasons(project: Project) -> None:
    digest = project.only(project.train()).digest
    project.store.partial(digest).mkdir(parents=True)
    (project.store.partial(digest) / "checkpoint").write_bytes(b"x")
    assert project.only(project.train()).reason is Reason.INTERRUPTED
    log = project.store.root / "failed" / f"{digest[:16]}.log"
    log.parent.mkdir()
    log.write_text("mlp seed=0\nValueError: no\n\nTraceback …", encoding="utf-8")
    planned = project.only(project.train())
    assert (planned.reason, planned.difference) == (Reason.FAILED, "ValueError: no")


def test_a_lost_slot_costs_the_explanation_not_the_result(project: Project) -> None:
    project.run(project.train())
    shutil.rmtree(project.store.root / "slots")
    assert project.only(project.train(lr=1.0)).reason is Reason.NEW
    assert project.only(project.train()).reason is Reason.CACHED  # from here on it is known again
    assert project.only(project.train(lr=1.0)).reason is Reason.ARGUMENTS


def test_planning_with_a_read_only_store_changes_nothing(project: Project) -> None:
    project.run(project.train())
    before = sorted(project.store.root.rglob("*"))
    project.store = Store(project.store.root, read_only=True)
    assert project.only(project.train()).reason is Reason.CACHED
    assert project.only(project.train(lr=3.0)).reason is Reason.ARGUMENTS
    assert sorted(project.store.root.rglob("*")) == before


def test_a_plan_reads_as_a_list_with_each_shared_difference_once(project: Project) -> None:
    trials = [project.train(seed) for seed in range(3)]
    project.run(*trials)
    assert explain(project.plan(*trials)).splitlines()[0] == "cached              mlp seed=0"
    project.change("MOMENTUM = 0.9", "MOMENTUM = 0.8")
    made = project.plan(*[project.train(seed) for seed in range(3)])
    text = explain(made)
    assert text.splitlines()[0] == "run     code        mlp seed=0"
    assert text.count("+MOMENTUM = 0.8") == 1
    assert [line.split()[-1] for line in text.splitlines() if line.startswith("run")] == ["seed=0", "seed=1", "seed=2"]
