"""What every command begins with: what was asked for, what there is, where it is kept; and the stages that follow from it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from report.cache.reach import Sources
from report.cache.snapshot import snapshot
from report.cache.store import Store
from report.errors import StoreError, Where
from report.judge.judge import drawings, judge
from report.judge.views import NOT_PROVED, Absent, Judged, unmade
from report.judge.written import entries
from report.model import Budget, DataStatus, Outcome, State, Trial, data_read
from report.prove.checked import Proof
from report.run.cluster import dask_executor
from report.run.collect import Content, collect, declared
from report.run.declaration import check_data, check_files
from report.run.execute import execute
from report.run.forks import in_forks
from report.run.plan import Plan, plan
from report.run.shipment import Shipping
from report.run.workers import ProcessExecutor
from report.terminal.cli import Settings
from report.terminal.faults import say
from report.terminal.progress import Tell, nobody, watch
from report.write.manuscript import Known
from report.write.needs import needed
from report.write.writeup import Writeup


class DataSets(Protocol):
    """The door to the data sets that trials read."""

    @property
    def DATA_SETS(self) -> Mapping[str, object]: ...

    def looked_at(self, root: Path) -> list[Path]: ...
    def locate(self, arg: Path | None = None) -> Path: ...
    def status(self, names: Iterable[str], root: Path) -> Sequence[DataStatus]: ...
    def prepare(self, names: Iterable[str], root: Path, *, report: Callable[[str], None]) -> Sequence[DataStatus]: ...
    def open_data(self, name: str, root: Path) -> object: ...


@dataclass(frozen=True)
class Bench:
    """Everything that the stages need, once. ``trials`` are those that the budget buys, by experiment."""

    settings: Settings
    content: Content
    store: Store
    sources: Sources
    machine: Mapping[str, str]
    trials: Mapping[str, list[Trial]]
    data_sets: DataSets
    data: Mapping[str, DataStatus]
    tell: Tell = nobody  # who else is told how the trials go
    needed: frozenset[str] | None = None  # by the pages to be written; None before they are known

    def needs(self, name: str) -> bool:
        """Whether the pages to be written rest on it."""
        return self.needed is None or name in self.needed

    @property
    def asked(self) -> list[str]:
        """The experiments that --only leaves, and that the pages need."""
        chosen = self.content.only(self.settings.names)
        return [name for name in self.trials if name in chosen and self.needs(name)]

    def needed_by(self, writeups: Iterable[Writeup]) -> frozenset[str]:
        """The experiments and theorems that these rest on."""
        known = {**self.content.experiments, **self.content.theory}
        return frozenset[str]().union(*(needed(each, known, entries(each.written)) for each in writeups))

    def narrowed(self, writeups: Iterable[Writeup]) -> Bench:
        """The same, asked for no experiment that they do not need."""
        return replace(self, needed=self.needed_by(writeups))

    def prove(self) -> tuple[dict[str, Proof | Absent], dict[str, Judged]]:
        """Every theorem that the pages need, and what it computes for prose; the others are named, and not proved."""
        from report.prove.derivation import load
        from report.prove.theorems import theorems

        theory = self.content.theory
        needed = {name: path for name, path in theory.items() if self.needs(name)}
        proved = theorems(needed, self.sources.root, self.store, self.settings.jobs, say, self.sources.read)
        proofs = {name: proved[name].proof if name in proved else NOT_PROVED for name in theory}
        computed = {
            name: proved[name].views if name in proved else unmade(load(path), NOT_PROVED) for name, path in theory.items()
        }
        return proofs, computed

    def with_data(self) -> Bench:
        """The same, with every data set that the experiments asked for read, found or fetched."""
        lacking = [name for name in _read(self.trials[each] for each in self.asked) if not self.data[name].ready]
        if not lacking:
            return self
        fetched = self.data_sets.prepare(lacking, self.data_sets.locate(self.settings.data), report=say)
        return replace(self, data={**self.data, **{status.name: status for status in fetched}})

    def plan(self) -> Plan:
        """Which trials have a result, and why the others run."""
        check_files(self.content.experiment_files.values())
        digests = {name: status.digest for name, status in self.data.items()}
        return plan(self.trials, self.store, data=digests, machine=self.machine, sources=self.sources)

    def run(self, plan: Plan) -> dict[str, list[Outcome]]:
        """The outcomes of each experiment: from the store where it has them, else from running what was asked for."""
        settings = self.settings
        here = partial(ProcessExecutor, packages=plan.packages())
        ended = execute(
            plan.due(self.asked),
            store=self.store,
            open_data=partial(self.data_sets.open_data, root=self.data_sets.locate(settings.data)),
            shipping=Shipping(self.sources),
            jobs=settings.jobs,
            label=plan.label,
            executor=partial(dask_executor, settings.scheduler) if settings.scheduler else here,
            watch=watch(sys.stderr, settings.quiet, self.tell),
        )
        return plan.outcomes(ended)

    def draw(self, outcomes: Mapping[str, list[Outcome]]) -> None:
        """Put into the store the figures that ``judge`` would draw, several at a time: nothing else of it takes as long."""
        experiments, files = self.content.experiments, self.content.experiment_files
        needed = [(each, files[name], outcomes[name]) for name, each in experiments.items() if self.needs(name)]
        if not self.settings.frozen:
            in_forks([each for one in needed for each in drawings(*one, self.store, self.sources)], self.settings.jobs)

    def judge(self, outcomes: Mapping[str, list[Outcome]]) -> dict[str, Judged]:
        """What each experiment makes of its outcomes; those that nobody needs are named, and not judged."""
        return {
            name: self._judged(name, outcomes[name]) if self.needs(name) else unmade(experiment)
            for name, experiment in self.content.experiments.items()
        }

    def _judged(self, name: str, outcomes: list[Outcome]) -> Judged:
        read = [self.data[each] for each in _read([[outcome.trial for outcome in outcomes]])]
        stand_ins = sorted(status.title for status in read if status.stand_in)
        experiment, file = self.content.experiments[name], self.content.experiment_files[name]
        return judge(experiment, file, outcomes, self.store, self.sources, budget=self.settings.budget, stand_ins=stand_ins)


@dataclass(frozen=True)
class Basis:
    """What write-ups rest on: all that they are made of but the prose."""

    bench: Bench
    outcomes: Mapping[str, list[Outcome]]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Proof | Absent]
    known: Known = field(default_factory=Known, compare=False)  # so far: the pages share much
    note: bytes = field(default=b"", compare=False)  # what these were recalled from

    @property
    def settled(self) -> bool:
        """Whether building again would find the same: nothing has failed. What was left out stays so until its result is
        there, and a stand-in serves until the data it stands for are."""
        failed = any(outcome.state is State.FAILED for each in self.outcomes.values() for outcome in each)
        unmade = any(view.kind == "failed" for each in self.judged.values() for view in each.absent())
        return not (failed or unmade or self.bench.store.damaged)


def laid_out(root: Path, settings: Settings, data_sets: DataSets, machine: Mapping[str, str], measured: str) -> Bench:
    """Collect what there is under ``root``. ``measured`` names the function that tells the ``machine``.

    Raises ``UsageError`` for a name that nobody has, ``StoreError`` for a file where pages should go, before anything begins.
    """
    content = collect(root)
    content.only(settings.names)
    if settings.out.is_file():
        what = "cannot write the pages: a file stands where a folder is due."
        raise StoreError(what, where=Where(settings.out), remedy="Choose another place with --out DIR.")
    store = Store(settings.store, read_only=settings.frozen)
    store.check_place()
    sources = Sources(root, store.memory("sources"), {measured: machine}, read=snapshot(root).read)
    trials = declared(content, Budget(settings.budget, settings.seed))
    for name, each in trials.items():
        check_data(name, each, data_sets.DATA_SETS, content.experiment_files[name])
    found = data_sets.status(_read(trials.values()), data_sets.locate(settings.data))
    return Bench(settings, content, store, sources, machine, trials, data_sets, {status.name: status for status in found})


def _read(trials: Iterable[Iterable[Trial]]) -> list[str]:
    """The names of the data sets that these trials read."""
    return sorted({name for each in trials for trial in each for name in data_read(trial)})
