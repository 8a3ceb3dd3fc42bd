"""What may be asked of the report besides building it: a command each, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from report.errors import ExitCode, UsageError
from report.terminal.cli import BUDGETS, Settings
from report.terminal.faults import say
from report.terminal.stages import Stages

if TYPE_CHECKING:
    from report.write.writeup import Writeup

Command = Callable[[Path, Settings, Stages], ExitCode]


def watch(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Build, and again whenever a file is saved: the pages alone for a chapter or a layout, everything for code."""
    from report.terminal.watch import watch

    return watch(root, settings, stages)


def preview(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """The same, and show the pages in a browser, with what goes on and what is wrong."""
    from report.terminal.preview import preview

    return preview(root, settings, stages)


def check(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Prove the theory and lint the prose; nothing is trained, and no proof that the store holds is done again."""
    from report.terminal.checking import check

    return check(root, settings, partial(_every_writeup, settings, stages))


def plan(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Say for each trial whether it would run, and why."""
    from report.terminal.planning import plan

    return plan(stages.bench(settings))


def listed(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Say which write-ups there are."""
    for writeup in _every_writeup(settings, stages):
        print(f"{writeup.name:<16}{writeup.title}")
    return ExitCode.OK


def diff(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Say what is different in the second of two builds; nothing is run."""
    from report.terminal.diff import diff

    return diff(root, replace(settings, data=stages.data_sets().locate(settings.data)))


def explain(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Say where a number comes from; nothing is computed, the store is asked."""
    from report.terminal.edition import all_findings, filled
    from report.terminal.origins import origin

    (query,), still = settings.names, replace(settings, frozen=True, names=())
    writeups = stages.writeups(still)
    basis = stages.basis(stages.bench(still), writeups)
    told, said = dict[str, str](), all_findings(basis, writeups)
    unknown: list[UsageError] = []
    for writeup in writeups:
        try:
            told[writeup.name] = origin(query, basis, filled(basis, writeup, said)[0])
        except UsageError as error:
            unknown.append(error)
    if not told:
        raise unknown[0]
    print(*(f"In {name}:\n{text}\n" if len(writeups) > 1 else text for name, text in told.items()), sep="\n")
    return ExitCode.OK


def new(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Lay out a first write-up of one's own, and build it."""
    from report.run.collect import collect
    from report.terminal.start import lay_out

    content = collect(root)
    (name,) = settings.names
    for path in lay_out(root, name, [*content.experiments, *content.theory]):
        print(path.relative_to(root))
    return stages.build(replace(settings, names=(), writeups=(name,)))


def data(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Say which data sets are there, and fetch what is missing."""
    from report.terminal.planning import data

    sets = stages.data_sets()
    return data(sets.prepare(sets.DATA_SETS, sets.locate(settings.data), report=say), settings.json)


def clean(root: Path, settings: Settings, stages: Stages) -> ExitCode:
    """Delete the pages, and every result that no budget of the present code refers to."""
    from report.typeset.publish import remove
    from report.write.writeup import names

    benches = [stages.bench(replace(settings, budget=budget)) for budget in BUDGETS]
    swept = benches[0].store.sweep({name for bench in benches for name in bench.plan().entries()})
    remove(settings.out, names(root / "templates"))
    print(f"The pages are gone, and {swept.entries} results that nothing refers to ({swept.bytes / 1e6:.0f} MB).")
    print(f"To forget the others too, delete {settings.store}.")
    return ExitCode.OK


def _every_writeup(settings: Settings, stages: Stages) -> list[Writeup]:
    return stages.writeups(replace(settings, writeups=("all",)))


COMMANDS: dict[str, Command] = {
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
