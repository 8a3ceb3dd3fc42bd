#!/usr/bin/env python
"""Run the experiments, prove the theory, and write it all up: ``python build.py`` → build/report.html, build/report.pdf.

This file is the story: collect → data → plan → run → judge → write → typeset → manifest. Each stage is a module of
``report``; what the report is about lives in ``experiments``, ``theory`` and ``templates``. Stages are imported where they
begin, so that ``--help`` and a typo on the command line are answered at once.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from report.errors import ExitCode, ReportError
from report.terminal import lazy
from report.terminal.cli import Settings, parse

if TYPE_CHECKING:
    from experiments.data.datasets import Status
    from report.cache.reach import Sources
    from report.cache.store import Store
    from report.errors import ProseError
    from report.judge.views import Judged
    from report.model import Experiment, Outcome, Trial
    from report.prove.checked import Proof
    from report.run.collect import Content
    from report.run.plan import Plan
    from report.write.writeup import Writeup

ROOT = Path(__file__).resolve().parent


def main(words: list[str]) -> ExitCode:
    """The exit code of a command line. Nothing but a bug of ours leaves a traceback."""
    try:
        settings = parse(words, ROOT)
        lazy.install()
        return COMMANDS[settings.command](settings)
    except ReportError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.code
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept; run it again to go on.", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:  # the reader of our output left: `build.py plan | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except ModuleNotFoundError as error:
        print(f"error: the package {error.name} is not installed.", file=sys.stderr)
        print("  Install what this needs: python -m pip install -r requirements.txt", file=sys.stderr)
        return ExitCode.USAGE
    except Exception as error:
        print(f"error: this is a bug of the program: {type(error).__name__}: {error}", file=sys.stderr)
        print(f"  Please report it with {_bug_report()}; no result is lost.", file=sys.stderr)
        return ExitCode.INTERNAL


def _bug_report() -> Path:
    """A file that holds the traceback of the exception being handled."""
    with tempfile.NamedTemporaryFile("w", prefix="report-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(traceback.format_exc())
    return Path(log.name)


# --- the commands --------------------------------------------------------------------------------------------------


def build(settings: Settings) -> ExitCode:
    """Run what is missing, judge it, and write the pages."""
    return _written(_computed(settings), settings)


def watch(settings: Settings) -> ExitCode:
    """Build, and again whenever a file is saved: the pages alone for a chapter or a layout, everything for code."""
    from report.terminal.watch import saves
    from report.write.writeup import writeup

    saved = saves(ROOT)
    computed: Computed | None = None
    while True:
        try:
            computed = computed or _computed(settings)
            computed = replace(computed, writeup=writeup(ROOT / "templates"))
            _written(computed, settings)
        except ReportError as error:
            _say(f"error: {error}")
        _say("watching: save a file to see it on the page; Ctrl-C ends this.")
        if any(path.suffix == ".py" for path in next(saved)):
            os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # the only sure way to forget old code


def check(settings: Settings) -> ExitCode:
    """Prove the theory and lint the prose; nothing is trained, and nothing is taken from the store."""
    from report.prove.checked import in_a_line, terminal
    from report.prove.theorems import check_each
    from report.run.collect import collect

    content = collect(ROOT)
    chosen = content.only(settings.names)
    proofs: dict[str, Proof] = {}
    for proof in check_each([path for name, path in content.theory.items() if name in chosen], settings.jobs):
        print(terminal(proof) if settings.names else in_a_line(proof), flush=True)
        proofs[proof.id] = proof
    failures = [failure for proof in proofs.values() for failure in proof.failures]
    problems = [] if settings.names else _problems_of_prose(content, proofs, settings.budget)
    for problem in (*failures, *problems):
        print(f"error: {problem}", file=sys.stderr)
    if failures:
        return ExitCode.PROOF
    return ExitCode.PROSE if problems else ExitCode.OK


def _problems_of_prose(content: Content, proofs: Mapping[str, Proof], budget: str) -> list[ProseError]:
    """What the chapters get wrong whatever the results may be: they are written without any."""
    from report.errors import ProseError
    from report.judge.views import unmade
    from report.proof import load
    from report.write import colophon as facts
    from report.write.chapters import Material, write

    judged = {name: unmade(experiment) for name, experiment in content.experiments.items()}
    judged |= {name: unmade(load(path)) for name, path in content.theory.items()}
    about = facts.about(budget, outcomes={}, data={}, environment={})
    try:
        write(Material(content.experiments, judged, proofs, content.writeup, budget, about))
    except ProseError as error:
        return [error]
    return []


def plan(settings: Settings) -> ExitCode:
    """Say for each trial whether it would run, and why."""
    from report.run.plan import explain

    content, store, sources = _begin(settings)
    chosen = content.only(settings.names)
    trials = {name: each for name, each in _declared(content, settings).items() if name in chosen}
    made = _planned(trials, _data_sets(trials, settings), store, sources)
    for name in trials:
        print(f"{name}\n{explain(made.part([name]))}")
    print(f"{len(made.to_run())} of {len(made.planned)} trials would run.")
    return ExitCode.OK


def data(settings: Settings) -> ExitCode:
    """Say which data sets are there, and fetch what is missing."""
    from experiments.data import datasets

    found = datasets.prepare(datasets.DATA_SETS, datasets.locate(settings.data), report=_say)
    print(*found, sep="\n")
    return ExitCode.INCOMPLETE if any(status.stand_in for status in found) else ExitCode.OK


def clean(settings: Settings) -> ExitCode:
    """Delete the pages, and every result that no budget of the present code refers to."""
    from report.terminal.cli import BUDGETS
    from report.typeset import publish

    content, store, sources = _begin(settings)
    keep: set[str] = set()
    for budget in BUDGETS:
        trials = _declared(content, replace(settings, budget=budget))
        keep |= {each.digest for each in _planned(trials, _data_sets(trials, settings), store, sources).planned}
    swept = store.sweep(keep)
    publish.remove(settings.out)
    print(f"The pages are gone, and {swept.entries} results that nothing refers to ({swept.bytes / 1e6:.0f} MB).")
    print(f"To forget the others too, delete {settings.store}.")
    return ExitCode.OK


COMMANDS = {"build": build, "watch": watch, "check": check, "plan": plan, "data": data, "clean": clean}


# --- the stages ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Computed:
    """All that the pages are made of. Whatever happens to prose, none of it but ``writeup`` changes."""

    experiments: Mapping[str, Experiment]
    outcomes: Mapping[str, list[Outcome]]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Proof]
    data: Mapping[str, Status]
    store: Store
    writeup: Writeup


def _computed(settings: Settings) -> Computed:
    """Prove, plan, run what is missing, and judge."""
    from report.prove.theorems import theorems

    content, store, sources = _begin(settings)
    chosen = content.only(settings.names)
    proved = theorems(content.theory, ROOT, store, settings.jobs, _say)

    trials = _declared(content, settings)
    data = _data_sets(trials, settings)
    if not settings.frozen:
        data |= _fetched(data, {name: each for name, each in trials.items() if name in chosen}, settings)
    plan = _planned(trials, data, store, sources)
    outcomes = _outcomes(plan, chosen & trials.keys(), store, sources, settings)

    proofs = {name: theorem.proof for name, theorem in proved.items()}
    judged = {name: theorem.views for name, theorem in proved.items()}
    judged |= _judged(content, outcomes, data, store, sources, settings)
    for each in store.damaged:
        _say(f"{each.path}: a stored result was damaged, and is not used: {each.why}.")
    return Computed(content.experiments, outcomes, judged, proofs, data, store, content.writeup)


def _written(computed: Computed, settings: Settings) -> ExitCode:
    """Fill the chapters, set the pages, and put them where they belong."""
    from experiments.training import machine
    from report.judge.shortcomings import shortcomings
    from report.typeset import publish
    from report.typeset.pages import files
    from report.write import colophon as facts
    from report.write.chapters import Material, write
    from report.write.manifest import manifest

    c, environment = computed, facts.environment() | machine()
    about = facts.about(settings.budget, c.outcomes, c.data, environment)
    manuscript = write(Material(c.experiments, c.judged, c.proofs, c.writeup, settings.budget, about))
    lacking = shortcomings(c.outcomes, c.judged, c.data)
    pages = files(manuscript, c.writeup, settings.budget, c.outcomes, lacking, c.store)
    budget = {"name": settings.budget, "first_seed": settings.seed}
    listing = manifest(budget, c.outcomes, c.judged, c.proofs, c.data, environment, manuscript, lacking, pages)
    publish.publish(settings.out, pages | {"manifest.json": listing.encode()})
    print(publish.summary(settings.out, lacking), flush=True)
    return ExitCode.INCOMPLETE if lacking else ExitCode.OK


def _begin(settings: Settings) -> tuple[Content, Store, Sources]:
    from experiments.training import machine
    from report.cache.reach import Sources
    from report.cache.store import Store
    from report.run.collect import collect

    # What training.machine() reads of the machine is in every fingerprint already, so trials may ask it.
    measured = {"experiments.training.machine": machine()}
    cache = None if settings.frozen else settings.store / "sources"
    return collect(ROOT), Store(settings.store, read_only=settings.frozen), Sources(ROOT, cache, measured)


def _declared(content: Content, settings: Settings) -> dict[str, list[Trial]]:
    from report.model import Budget
    from report.run.collect import declared

    return declared(content, Budget(settings.budget, settings.seed))


def _data_sets(trials: Mapping[str, Iterable[Trial]], settings: Settings) -> dict[str, Status]:
    """The data sets that the trials read, as they are."""
    from experiments.data import datasets

    return {status.name: status for status in datasets.status(_read(trials), datasets.locate(settings.data))}


def _fetched(data: Mapping[str, Status], trials: Mapping[str, Iterable[Trial]], settings: Settings) -> dict[str, Status]:
    """The data sets that the trials read and that were not ready; now they are."""
    from experiments.data import datasets

    lacking = [name for name in _read(trials) if not data[name].ready]
    if not lacking:
        return {}
    return {status.name: status for status in datasets.prepare(lacking, datasets.locate(settings.data), report=_say)}


def _read(trials: Mapping[str, Iterable[Trial]]) -> list[str]:
    from report.model import data_read

    return sorted({name for each in trials.values() for trial in each for name in data_read(trial)})


def _planned(trials: Mapping[str, Iterable[Trial]], data: Mapping[str, Status], store: Store, sources: Sources) -> Plan:
    from experiments.training import machine
    from report.run.plan import plan

    digests = {name: status.digest for name, status in data.items()}
    return plan(trials, store, data=digests, machine=machine(), sources=sources)


def _outcomes(
    plan: Plan, chosen: Iterable[str], store: Store, sources: Sources, settings: Settings
) -> dict[str, list[Outcome]]:
    """The outcomes of each experiment: from the store where it has them, else from running what was chosen."""
    from experiments.data import datasets
    from report.run.execute import execute
    from report.run.plan import describe_trial
    from report.run.workers import ProcessExecutor, dask_executor
    from report.terminal.progress import watch

    ended = execute(
        plan.due(chosen),
        store=store,
        open_data=partial(datasets.open_data, root=datasets.locate(settings.data)),
        describe=partial(describe_trial, sources=sources),
        jobs=settings.jobs,
        label=plan.label,
        executor=partial(dask_executor, settings.scheduler) if settings.scheduler else ProcessExecutor,
        watch=watch(sys.stderr, settings.quiet),
    )
    return plan.outcomes(ended)


def _judged(
    content: Content,
    outcomes: Mapping[str, Iterable[Outcome]],
    data: Mapping[str, Status],
    store: Store,
    sources: Sources,
    settings: Settings,
) -> dict[str, Judged]:
    from report.judge.judge import judge
    from report.model import data_read

    def stand_ins(name: str) -> list[str]:
        read = {each for outcome in outcomes[name] for each in data_read(outcome.trial)}
        return sorted(data[each].title for each in read if data[each].stand_in)

    return {
        name: judge(
            experiment,
            content.experiment_files[name],
            outcomes[name],
            store,
            sources,
            budget=settings.budget,
            stand_ins=stand_ins(name),
        )
        for name, experiment in content.experiments.items()
    }


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
