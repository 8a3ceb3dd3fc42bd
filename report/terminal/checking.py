"""Check what can be checked without a single run: the proofs, and what is wrong with prose whatever the results may be."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from report.cache.snapshot import snapshot
from report.errors import ExitCode
from report.judge.views import unmade
from report.prove.check import hoarding
from report.prove.parallel import Theorem, check_each
from report.run.collect import chosen, collect, experiment_files, theorem_files
from report.run.declaration import check_files
from report.terminal import lazy
from report.terminal.cli import Settings
from report.terminal.faults import say
from report.terminal.proofs import in_a_line, terminal

if TYPE_CHECKING:
    from report.write.writeup import Writeup


def check(root: Path, settings: Settings, every: Callable[[], Sequence[Writeup]]) -> ExitCode:
    """Say what is not proved, and what is wrong with prose; prose is left alone where single theorems are asked for, and they
    are proved now. Of all, those that the store holds as they are stand as they were proved, unless there is --force."""
    files = theorem_files(root)
    names = chosen(settings.names, [*experiment_files(root), *files])
    if settings.names:
        lazy.install("numpy")  # whoever decides the steps has no use for what a theorem imports for its witnesses
    files = {name: path for name, path in files.items() if name in names}
    before = {} if settings.names or settings.force else _kept(files, root, settings.store)
    with check_each([path for name, path in files.items() if name not in before], settings.jobs) as proved:
        checked = (before.get(name) or next(proved) for name in files)
        if settings.names:  # whoever asks for a theorem waits neither for experiments nor for chapters
            theorems, problems = {each.proof.id: each for each in printed(checked, settings)}, list[str]()
        else:
            from report.terminal.linting import lint, read_ahead, set_ahead

            content, writeups = collect(root), every()  # while the first are proved
            check_files(content.experiment_files.values())
            known = read_ahead(writeups)
            theorems = {each.proof.id: set_ahead(each, known) for each in printed(checked, settings, before)}
            problems = lint(content, theorems, writeups, settings.budget, known)
    proofs = {name: theorem.proof for name, theorem in theorems.items()}
    failures = [failure for proof in proofs.values() for failure in proof.failures]
    if settings.json:
        from report.write.manifest import json_text

        theory = {name: {**proof.summary(), "failures": proof.failures} for name, proof in proofs.items()}
        print(
            json_text({"proofs": theory, "problems": [_apart(problem) for each in problems for problem in _each(each)]}), end=""
        )
    for problem in () if settings.json else (*failures, *problems):
        say(f"error: {problem}")
    return ExitCode.PROOF if failures else ExitCode.PROSE if problems else ExitCode.OK


def _each(problems: str) -> list[str]:
    """What one chapter has wrong is said together: each on a line, its remedy indented below."""
    return re.split(r"\n(?! )", problems)


def _apart(problem: str) -> dict[str, Any]:
    """``01-walks.md:3: what is wrong``, and what to do about it."""
    what, _, remedy = problem.partition("\n")
    place = re.match(r"(.+?):(\d+): ", what)
    where = {"file": place[1], "line": int(place[2])} if place else {"file": "", "line": None}
    return {**where, "what": what[place.end() if place else 0 :], "remedy": remedy.strip()}


def printed(checked: Iterable[Theorem], settings: Settings, kept: Container[str] = ()) -> Iterator[Theorem]:
    """The theorems, each printed as soon as it is there; those that were ``kept`` say so."""
    for theorem in checked:
        proof = theorem.proof
        if not settings.json:
            print(terminal(proof) if settings.names else in_a_line(proof, kept=proof.id in kept), flush=True)
        yield theorem


def _kept(files: Mapping[str, Path], root: Path, store: Path) -> dict[str, Theorem]:
    """The theorems that the store holds, without what their views came to: prose is looked at whatever that is."""
    if not store.is_dir():
        return {}
    from report.cache.store import Store
    from report.prove.theorems import keys_of, stored

    with hoarding():
        where = Store(store)
        found = stored(keys_of(files, root, where, snapshot(root).read), where)
    return {name: Theorem(theorem.proof, unmade(theorem.views)) for name, theorem in found.items()}
