#!/usr/bin/env python
"""Run the experiments, prove the theory, and write it all up: ``python build.py`` → build/report.html, build/report.pdf.

This file is the story: collect → prove → data → plan → run → judge → write → typeset → manifest. Each stage is a room of
``report``; what the report is about lives in ``experiments``, ``theory`` and ``templates``. Stages are imported where they
begin, so that ``--help`` and a typo on the command line are answered at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from report.cache.snapshot import snapshot
from report.errors import ExitCode
from report.terminal import lazy
from report.terminal.cli import BUDGETS, Settings, parse
from report.terminal.faults import guarded, say
from report.terminal.stamp import Look

if TYPE_CHECKING:
    from report.terminal.bench import Bench, Findings
    from report.terminal.edition import Early, Written
    from report.write.writeup import Writeup

ROOT = Path(__file__).resolve().parent


def main(words: list[str]) -> ExitCode:
    """The exit code of a command line. Nothing but a bug of ours leaves a traceback."""

    def command() -> ExitCode:
        settings = parse(words, ROOT)
        lazy.install()
        snapshot(ROOT)  # before anything that results depend on is imported
        return COMMANDS[settings.command](settings)

    return guarded(command)


# --- the commands --------------------------------------------------------------------------------------------------


def build(settings: Settings) -> ExitCode:
    """Run what is missing, judge it, and write the pages."""
    look = Look(ROOT, settings)
    last = None if settings.force else look.same()
    if last is not None:
        print(last.said, flush=True)
        return ExitCode(last.code)
    look.forget()
    pages = _pages(settings)
    bench = _bench(settings, look)
    found = _found(bench, pages)
    written = _written(found, pages)
    if found.settled:
        store = bench.store
        look.keep(written.said, written.code, written.files, map(store.path, store.asked_for))
    return written.code


def watch(settings: Settings) -> ExitCode:
    """Build, and again whenever a file is saved: the pages alone for a chapter or a layout, everything for code."""
    from report.terminal.watch import Stages, watch

    return watch(ROOT, settings, Stages(_pages, _bench, _found, _written))


def preview(settings: Settings) -> ExitCode:
    """The same, and show the pages in a browser, with what goes on and what is wrong."""
    from report.terminal.preview import preview
    from report.terminal.watch import Stages

    return preview(ROOT, settings, Stages(_pages, _bench, _found, _written))


def check(settings: Settings) -> ExitCode:
    """Prove the theory and lint the prose; nothing is trained, and nothing is taken from the store."""
    from report.run.collect import collect
    from report.terminal.checking import check

    return check(collect(ROOT), settings, _pages(replace(settings, writeups=("all",))))


def plan(settings: Settings) -> ExitCode:
    """Say for each trial whether it would run, and why."""
    from report.terminal.planning import plan

    return plan(_bench(settings))


def diff(settings: Settings) -> ExitCode:
    """Say what is different in the second of two builds; nothing is run."""
    from experiments.data import datasets
    from report.terminal.diff import diff

    return diff(ROOT, replace(settings, data=datasets.locate(settings.data)))


def explain(settings: Settings) -> ExitCode:
    """Say where a number comes from; nothing is computed, the store is asked."""
    from report.terminal.edition import filled
    from report.terminal.origins import origin

    (query,), still = settings.names, replace(settings, frozen=True, names=())
    pages = _pages(still)
    found = _found(_bench(still), pages)
    print(*(origin(query, found, filled(found, page)[0]) for page in pages), sep="\n")
    return ExitCode.OK


def new(settings: Settings) -> ExitCode:
    """Lay out a first write-up of one's own, and build it."""
    from report.run.collect import collect
    from report.terminal.start import lay_out

    content = collect(ROOT)
    (name,) = settings.names
    for path in lay_out(ROOT, name, [*content.experiments, *content.theory]):
        print(path.relative_to(ROOT))
    return build(replace(settings, names=(), writeups=(name,)))


def listed(settings: Settings) -> ExitCode:
    """Say which write-ups there are."""
    for page in _pages(replace(settings, writeups=("all",))):
        print(f"{page.name:<16}{page.title}")
    return ExitCode.OK


def data(settings: Settings) -> ExitCode:
    """Say which data sets are there, and fetch what is missing."""
    from experiments.data import datasets
    from report.terminal.planning import data

    return data(datasets.prepare(datasets.DATA_SETS, datasets.locate(settings.data), report=say), settings.json)


def clean(settings: Settings) -> ExitCode:
    """Delete the pages, and every result that no budget of the present code refers to."""
    from report.typeset.publish import remove
    from report.write.writeup import names

    benches = [_bench(replace(settings, budget=budget)) for budget in BUDGETS]
    swept = benches[0].store.sweep({planned.digest for bench in benches for planned in bench.plan().planned})
    remove(settings.out, names(ROOT / "templates"))
    print(f"The pages are gone, and {swept.entries} results that nothing refers to ({swept.bytes / 1e6:.0f} MB).")
    print(f"To forget the others too, delete {settings.store}.")
    return ExitCode.OK


COMMANDS = {
    "build": build,
    "watch": watch,
    "preview": preview,
    "check": check,
    "plan": plan,
    "list": listed,
    "diff": diff,
    "explain": explain,
    "new": new,
    "data": data,
    "clean": clean,
}


# --- the stages ----------------------------------------------------------------------------------------------------


def _pages(settings: Settings) -> list[Writeup]:
    """The write-ups that were asked for."""
    from report.write.writeup import chosen

    return chosen(ROOT / "templates", settings.writeups)


def _bench(settings: Settings, look: Look | None = None) -> Bench:
    """What every command begins with: nothing is computed yet, and nothing fetched."""
    from experiments.data import datasets
    from experiments.training import machine
    from report.terminal.bench import laid_out

    if look:
        look.look_at_data(datasets.looked_at(datasets.locate(settings.data)))
    # What training.machine() reads of the machine is in every fingerprint already, so trials may ask it.
    return laid_out(ROOT, settings, datasets, machine(), measured="experiments.training.machine")


def _found(bench: Bench, pages: Sequence[Writeup]) -> Findings:
    """Prove, plan, run what is missing, and judge: what the pages rest on, and nothing else."""
    from report.terminal.bench import Findings
    from report.write.filling import asked

    content = bench.content
    bench = bench.narrowed(frozenset().union(*(asked(page, content.experiments, content.theory) for page in pages)))
    proofs, computed = bench.prove()
    bench = bench if bench.settings.frozen else bench.with_data()
    outcomes = bench.run(bench.plan())
    judged = computed | bench.judge(outcomes)
    for each in bench.store.damaged:
        say(f"{each.path}: a stored result was damaged, and is not used: {each.why}.")
    return Findings(bench, outcomes, judged, proofs)


def _written(found: Findings, pages: Sequence[Writeup], early: Early | None = None) -> Written:
    """Fill the chapters, set the pages, and put them where they belong."""
    from report.terminal.edition import Written, edition, nobody
    from report.typeset.publish import publish, summary

    out, written = found.bench.settings.out, Written()
    for page in pages:
        made = edition(found, page, early or nobody)
        publish(out, made.files)
        said = summary(out, page.file_name, made.lacking)
        print(said, flush=True)
        written = written.and_also(made, said)
    return written


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
