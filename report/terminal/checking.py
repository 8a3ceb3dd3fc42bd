"""Check what can be checked without a single run: the proofs, and what is wrong with prose whatever the results may be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from report.errors import ExitCode, ProseError
from report.judge.views import Judged, unmade
from report.proof import load
from report.prove.checked import Proof
from report.prove.theorems import check_each
from report.run.collect import Content
from report.terminal.cli import Settings
from report.terminal.faults import say
from report.terminal.proofs import in_a_line, terminal
from report.write import colophon
from report.write.filling import entries, fill
from report.write.manifest import json_text
from report.write.unused import unused
from report.write.writeup import Writeup


def check(content: Content, settings: Settings, pages: Sequence[Writeup]) -> ExitCode:
    """Say what is not proved, and what is wrong with prose; prose is left alone where single theorems are asked for."""
    chosen = content.only(settings.names)
    with check_each([path for name, path in content.theory.items() if name in chosen], settings.jobs) as checked:
        judged = {} if settings.names else declared(content)
        proofs = printed(checked, settings)
    failures = [failure for proof in proofs.values() for failure in proof.failures]
    problems = [] if settings.names else lint(content, proofs, judged, pages, settings.budget)
    if settings.json:
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


def printed(checked: Iterable[Proof], settings: Settings) -> dict[str, Proof]:
    """The proofs by their names, each printed as soon as it is there."""
    proofs: dict[str, Proof] = {}
    for proof in checked:
        if not settings.json:
            print(terminal(proof) if settings.names else in_a_line(proof), flush=True)
        proofs[proof.id] = proof
    return proofs


def declared(content: Content) -> dict[str, Judged]:
    """The views that experiments and theorems declare, none of them made."""
    experiments = {name: unmade(experiment) for name, experiment in content.experiments.items()}
    return experiments | {name: unmade(load(path)) for name, path in content.theory.items()}


def lint(
    content: Content, proofs: Mapping[str, Proof], judged: Mapping[str, Judged], pages: Sequence[Writeup], budget: str
) -> list[str]:
    """What is wrong with any write-up, which is filled without results; what none of them uses is only said."""
    about, problems = colophon.about(budget, {}, {}, {}), []
    for page in pages:
        try:
            fill(page, content.experiments, judged, proofs, budget, about)
        except ProseError as error:
            problems.append(str(error))
    if not problems:
        for each in unused(pages, judged, content.theory, entries(pages[0])):
            say(f"note: {each}")
    return list(dict.fromkeys(problems))
