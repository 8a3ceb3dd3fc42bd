#!/usr/bin/env python
"""Run the experiments, prove the theory, and write it all up: ``python build.py`` → build/report.html, build/report.pdf.

This file is the story: collect → prove → data → plan → run → judge → write → typeset → manifest. Each stage is a room of
``report``; what the report is about lives in ``experiments``, ``theory`` and ``templates``. Stages are imported where they
begin, so that ``--help`` and a typo on the command line are answered at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from report.cache.snapshot import snapshot
from report.errors import ExitCode
from report.terminal import lazy
from report.terminal.cli import Settings, parse
from report.terminal.faults import guarded, say
from report.terminal.stamp import Glance

if TYPE_CHECKING:
    from report.terminal.bench import Basis, Bench, DataSets
    from report.terminal.edition import Early, Published
    from report.write.writeup import Writeup

ROOT = Path(__file__).resolve().parent


def main(words: list[str]) -> ExitCode:
    """The exit code of a command line. Nothing but a bug of ours leaves a traceback."""

    def command() -> ExitCode:
        settings = parse(words, ROOT)
        lazy.install()
        snapshot(ROOT)  # before anything that results depend on is imported
        return build(settings) if settings.command == "build" else _another(settings)

    return guarded(command)


def build(settings: Settings) -> ExitCode:
    """Run what is missing, judge it, and write the pages."""
    look = Glance(ROOT, settings)
    last = None if settings.force else look.same()
    if last is not None:
        print(last.said, flush=True)
        return ExitCode(last.code)
    from report.terminal.recollection import noted, recalled

    writeups = _writeups(settings)
    bench = _bench(settings, look)
    basis = recalled(look.found(), bench.narrowed(writeups))
    if basis is None:
        look.forget()
        basis = _basis(bench, writeups)
    published = _published(basis, writeups)
    if basis.settled:
        store = bench.store
        look.keep(published.said, published.code, published.files, map(store.path, store.asked_for), noted(basis))
    return published.code


def _another(settings: Settings) -> ExitCode:
    """What may be asked for besides: watch, check, plan, explain, …"""
    from report.terminal.commands import COMMANDS
    from report.terminal.stages import Stages

    return COMMANDS[settings.command](ROOT, settings, Stages(build, _writeups, _bench, _basis, _published, _data_sets))


# --- the stages ----------------------------------------------------------------------------------------------------


def _writeups(settings: Settings) -> list[Writeup]:
    """The write-ups that were asked for."""
    from report.write.writeup import chosen

    return chosen(ROOT / "templates", settings.writeups)


def _data_sets() -> DataSets:
    """The door to the data that trials read."""
    from experiments.data import datasets

    return datasets


def _bench(settings: Settings, look: Glance | None = None) -> Bench:
    """What every command begins with: nothing is computed yet, and nothing fetched."""
    from experiments.training import machine
    from report.terminal.bench import laid_out

    datasets = _data_sets()
    if look:
        look.look_at_data(datasets.looked_at(datasets.locate(settings.data)))
    # What training.machine() reads of the machine is in every fingerprint already, so trials may ask it.
    return laid_out(ROOT, settings, datasets, machine(), measured="experiments.training.machine")


def _basis(bench: Bench, writeups: Sequence[Writeup]) -> Basis:
    """Prove, plan, run what is missing, draw, and judge: what the pages rest on, and nothing else."""
    from report.terminal.bench import Basis

    bench = bench.narrowed(writeups)
    bench = bench if bench.settings.frozen else bench.with_data()  # the first to fail, where nothing is to be had
    proofs, computed = bench.prove()
    outcomes = bench.run(bench.plan())
    bench.draw(outcomes)
    judged = computed | bench.judge(outcomes)
    for each in bench.store.damaged:
        say(f"{each.path}: a stored result was damaged, and is not used: {each.why}.")
    return Basis(bench, outcomes, judged, proofs)


def _published(basis: Basis, writeups: Sequence[Writeup], early: Early | None = None) -> Published:
    """Fill the chapters, set the pages, and put them where they belong."""
    from report.terminal.edition import Published, editions, nobody
    from report.typeset.publish import publish, summary

    out, published = basis.bench.settings.out, Published()
    for made in editions(basis, writeups, early or nobody):
        publish(out, made.files)
        said = summary(out, made.writeup.file_name, made.lacking)
        print(said, flush=True)
        published = published.and_also(made, said)
    return published


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
