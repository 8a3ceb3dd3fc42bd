#!/usr/bin/env python
"""Run the experiments, prove the theory, and write it all up: ``python build.py`` → build/report.html, build/report.pdf.

This file is the story: collect → prove → data → plan → run → judge → write → typeset → manifest. Each stage is a room of
``report``; what the report is about lives in ``experiments``, ``theory`` and ``templates``. Stages are imported where they
begin, so that ``--help`` and a typo on the command line are answered at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from report.errors import ExitCode, ProseError, UsageError
from report.terminal import lazy
from report.terminal.cli import BUDGETS, Settings, parse
from report.terminal.faults import explained, guarded, say

if TYPE_CHECKING:
    from report.cache.reach import Sources
    from report.cache.store import Store
    from report.judge.findings import Finding
    from report.judge.views import Absent, Judged
    from report.model import DataStatus, Experiment, Outcome, Trial
    from report.prove.checked import Proof
    from report.run.collect import Content
    from report.run.plan import Plan

ROOT = Path(__file__).resolve().parent


def main(words: list[str]) -> ExitCode:
    """The exit code of a command line. Nothing but a bug of ours leaves a traceback."""

    def command() -> ExitCode:
        settings = parse(words, ROOT)
        lazy.install()
        return COMMANDS[settings.command](settings)

    return guarded(command)


# --- the commands --------------------------------------------------------------------------------------------------


def build(settings: Settings) -> ExitCode:
    """Run what is missing, judge it, and write the pages."""
    return _written(_found(_bench(settings)))


def watch(settings: Settings) -> ExitCode:
    """Build, and again whenever a file is saved: the pages alone for a chapter or a layout, everything for code."""
    from report.terminal.watch import saves

    saved = saves(ROOT)
    found: Findings | None = None
    while True:
        try:
            found = found or _found(_bench(settings))
            _written(found)
        except UsageError:
            raise  # no file that is saved mends the command line
        except Exception as error:
            say(explained(error).text)
        say("watching: save a file to see it on the page; Ctrl-C ends this.")
        if any(path.suffix == ".py" for path in next(saved)):
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # the only sure way to forget old code


def check(settings: Settings) -> ExitCode:
    """Prove the theory and lint the prose; nothing is trained, and nothing is taken from the store."""
    from report.prove.theorems import check_each
    from report.run.collect import collect
    from report.terminal.proofs import in_a_line, terminal

    content = collect(ROOT)
    chosen = content.only(settings.names)
    proofs: dict[str, Proof | Absent] = {}
    failures: list[str] = []
    for proof in check_each([path for name, path in content.theory.items() if name in chosen], settings.jobs):
        print(terminal(proof) if settings.names else in_a_line(proof), flush=True)
        proofs[proof.id] = proof
        failures += proof.failures
    problems = [] if settings.names else _problems_of_prose(content, proofs, settings.budget)
    for problem in (*failures, *problems):
        say(f"error: {problem}")
    if failures:
        return ExitCode.PROOF
    return ExitCode.PROSE if problems else ExitCode.OK


def _problems_of_prose(content: Content, proofs: Mapping[str, Proof | Absent], budget: str) -> list[ProseError]:
    """What the chapters get wrong whatever the results may be: they are written without any."""
    from report.judge.views import unmade
    from report.proof import load
    from report.write import colophon
    from report.write.chapters import Material, write
    from report.write.writeup import writeup

    judged = {name: unmade(experiment) for name, experiment in content.experiments.items()}
    judged |= {name: unmade(load(path)) for name, path in content.theory.items()}
    about = colophon.about(budget, outcomes={}, data={}, environment={})
    try:
        said = _said(content.experiments, judged, budget)
        write(Material(content.experiments, judged, proofs, writeup(ROOT / "templates"), budget, said, about))
    except ProseError as error:
        return [error]
    return []


def plan(settings: Settings) -> ExitCode:
    """Say for each trial whether it would run, and why."""
    from report.run.plan import explain

    bench = _bench(settings)
    made = _planned(bench).part(bench.asked)
    for name in bench.asked:
        print(f"{name}\n{explain(made.part([name]))}")
    print(f"{len(made.to_run())} of {len(made.planned)} trials would run.")
    return ExitCode.OK


def data(settings: Settings) -> ExitCode:
    """Say which data sets are there, and fetch what is missing."""
    from experiments.data import datasets

    found = datasets.prepare(datasets.DATA_SETS, datasets.locate(settings.data), report=say)
    print(*found, sep="\n")
    return ExitCode.INCOMPLETE if any(status.stand_in for status in found) else ExitCode.OK


def clean(settings: Settings) -> ExitCode:
    """Delete the pages, and every result that no budget of the present code refers to."""
    from report.typeset import publish

    benches = [_bench(replace(settings, budget=budget)) for budget in BUDGETS]
    swept = benches[0].store.sweep({planned.digest for bench in benches for planned in _planned(bench).planned})
    publish.remove(settings.out)
    print(f"The pages are gone, and {swept.entries} results that nothing refers to ({swept.bytes / 1e6:.0f} MB).")
    print(f"To forget the others too, delete {settings.store}.")
    return ExitCode.OK


COMMANDS = {"build": build, "watch": watch, "check": check, "plan": plan, "data": data, "clean": clean}


# --- the stages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bench:
    """What every command begins with: what was asked for, what there is, where it is kept, and the data that trials read."""

    settings: Settings
    content: Content
    store: Store
    sources: Sources
    trials: Mapping[str, list[Trial]]  # by experiment, as the budget buys them
    data: Mapping[str, DataStatus]

    @property
    def asked(self) -> list[str]:
        """The experiments that --only leaves."""
        chosen = self.content.only(self.settings.names)
        return [name for name in self.trials if name in chosen]


@dataclass(frozen=True)
class Findings:
    """All that the pages are made of but the prose."""

    bench: Bench
    outcomes: Mapping[str, list[Outcome]]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Proof | Absent]


def _bench(settings: Settings) -> Bench:
    """Collect what there is; nothing is computed yet, and nothing fetched."""
    from experiments.data import datasets
    from experiments.training import machine
    from report.cache.reach import Sources
    from report.cache.store import Store
    from report.model import Budget
    from report.run.collect import collect, declared

    content, store = collect(ROOT), Store(settings.store, read_only=settings.frozen)
    content.only(settings.names)  # a name that nobody has is said before anything begins
    # What training.machine() reads of the machine is in every fingerprint already, so trials may ask it.
    sources = Sources(ROOT, store.memory("sources"), {"experiments.training.machine": machine()})
    trials = declared(content, Budget(settings.budget, settings.seed))
    found = datasets.status(_read(trials.values()), datasets.locate(settings.data))
    return Bench(settings, content, store, sources, trials, {status.name: status for status in found})


def _found(bench: Bench) -> Findings:
    """Prove, plan, run what is missing, and judge."""
    from report.judge.views import NOT_PROVED, unmade
    from report.proof import load
    from report.prove.theorems import theorems

    content, settings = bench.content, bench.settings
    proved = theorems(content.theory, ROOT, bench.store, settings.jobs, say)
    bench = bench if settings.frozen else _with_data(bench)
    outcomes = _outcomes(_planned(bench), bench)

    unproved = {name: unmade(load(path), NOT_PROVED) for name, path in content.theory.items() if name not in proved}
    judged = {name: proved[name].views if name in proved else unproved[name] for name in content.theory}
    judged |= _judged(outcomes, bench)
    for each in bench.store.damaged:
        say(f"{each.path}: a stored result was damaged, and is not used: {each.why}.")
    proofs = {name: proved[name].proof if name in proved else NOT_PROVED for name in content.theory}
    return Findings(bench, outcomes, judged, proofs)


def _written(found: Findings) -> ExitCode:
    """Fill the chapters, set the pages, and put them where they belong."""
    from experiments.training import machine
    from report.judge.shortcomings import shortcomings
    from report.judge.views import NOT_PROVED
    from report.typeset.pages import files
    from report.typeset.publish import publish, summary
    from report.write import colophon
    from report.write.chapters import Material, write
    from report.write.manifest import manifest
    from report.write.writeup import writeup

    bench, outcomes, judged, proofs = found.bench, found.outcomes, found.judged, found.proofs
    settings, page, environment = bench.settings, writeup(ROOT / "templates"), colophon.environment() | machine()
    about = colophon.about(settings.budget, outcomes, bench.data, environment)
    said = _said(bench.content.experiments, judged, settings.budget)
    manuscript = write(Material(bench.content.experiments, judged, proofs, page, settings.budget, said, about))
    lacking = shortcomings(outcomes, judged, bench.data, [name for name, proof in proofs.items() if proof is NOT_PROVED])
    pages = files(manuscript, page, settings.budget, outcomes, lacking, bench.store)
    budget = {"name": settings.budget, "first_seed": settings.seed}
    listing = manifest(budget, outcomes, judged, proofs, bench.data, environment, manuscript, lacking, pages)
    publish(settings.out, pages | {"manifest.json": listing.encode()})
    print(summary(settings.out, lacking), flush=True)
    return ExitCode.INCOMPLETE if lacking else ExitCode.OK


def _said(experiments: Mapping[str, Experiment], judged: Mapping[str, Judged], budget: str) -> dict[str, Finding]:
    """Everything that the write-ups say, held against what is found."""
    from report.judge.answers import Answers
    from report.judge.findings import findings
    from report.judge.written import documents

    found = Answers(experiments, judged).found(budget)
    said = documents(ROOT / "templates" / "written").values()
    return {name: finding for document in said for name, finding in findings(document, found).items()}


def _read(trials: Iterable[Iterable[Trial]]) -> list[str]:
    """The names of the data sets that these trials read."""
    from report.model import data_read

    return sorted({name for each in trials for trial in each for name in data_read(trial)})


def _with_data(bench: Bench) -> Bench:
    """The bench with every data set that the experiments asked for read, found or fetched."""
    from experiments.data import datasets

    lacking = [name for name in _read(bench.trials[each] for each in bench.asked) if not bench.data[name].ready]
    if not lacking:
        return bench
    fetched = datasets.prepare(lacking, datasets.locate(bench.settings.data), report=say)
    return replace(bench, data={**bench.data, **{status.name: status for status in fetched}})


def _planned(bench: Bench) -> Plan:
    from experiments.training import machine
    from report.run.plan import plan

    digests = {name: status.digest for name, status in bench.data.items()}
    return plan(bench.trials, bench.store, data=digests, machine=machine(), sources=bench.sources)


def _outcomes(plan: Plan, bench: Bench) -> dict[str, list[Outcome]]:
    """The outcomes of each experiment: from the store where it has them, else from running what was asked for."""
    from experiments.data import datasets
    from report.run.execute import execute
    from report.run.plan import describe_trial
    from report.run.workers import ProcessExecutor, dask_executor
    from report.terminal.progress import watch

    settings = bench.settings
    ended = execute(
        plan.due(bench.asked),
        store=bench.store,
        open_data=partial(datasets.open_data, root=datasets.locate(settings.data)),
        describe=partial(describe_trial, sources=bench.sources),
        jobs=settings.jobs,
        label=plan.label,
        executor=partial(dask_executor, settings.scheduler) if settings.scheduler else ProcessExecutor,
        watch=watch(sys.stderr, settings.quiet),
    )
    return plan.outcomes(ended)


def _judged(outcomes: Mapping[str, list[Outcome]], bench: Bench) -> dict[str, Judged]:
    from report.judge.judge import judge

    def judged(name: str) -> Judged:
        read = _read([[outcome.trial for outcome in outcomes[name]]])
        stand_ins = sorted(bench.data[each].title for each in read if bench.data[each].stand_in)
        experiment, file = bench.content.experiments[name], bench.content.experiment_files[name]
        budget = bench.settings.budget
        return judge(experiment, file, outcomes[name], bench.store, bench.sources, budget=budget, stand_ins=stand_ins)

    return {name: judged(name) for name in bench.content.experiments}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
