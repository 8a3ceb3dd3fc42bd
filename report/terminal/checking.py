"""Check what can be checked without a single run: the proofs, and what is wrong with prose whatever the results may be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report.errors import ExitCode, ProseError
from report.judge.views import unmade
from report.proof import load
from report.prove.checked import Proof
from report.prove.theorems import check_each
from report.run.collect import Content
from report.terminal.cli import Settings
from report.terminal.faults import say
from report.terminal.proofs import in_a_line, terminal
from report.write import colophon
from report.write.filling import entries, fill
from report.write.unused import unused
from report.write.writeup import Writeup


def check(content: Content, settings: Settings, pages: Sequence[Writeup]) -> ExitCode:
    """Say what is not proved, and what is wrong with prose; prose is left alone where single theorems are asked for."""
    proofs, failures = prove(content, settings)
    problems = [] if settings.names else lint(content, proofs, pages, settings.budget)
    for problem in (*failures, *problems):
        say(f"error: {problem}")
    return ExitCode.PROOF if failures else ExitCode.PROSE if problems else ExitCode.OK


def prove(content: Content, settings: Settings) -> tuple[dict[str, Proof], list[str]]:
    """The theorems that were asked for, proved and printed; and what is not proved."""
    chosen = content.only(settings.names)
    proofs: dict[str, Proof] = {}
    for proof in check_each([path for name, path in content.theory.items() if name in chosen], settings.jobs):
        print(terminal(proof) if settings.names else in_a_line(proof), flush=True)
        proofs[proof.id] = proof
    return proofs, [failure for proof in proofs.values() for failure in proof.failures]


def lint(content: Content, proofs: Mapping[str, Proof], pages: Sequence[Writeup], budget: str) -> list[str]:
    """What is wrong with any write-up, which is filled without results; what none of them uses is only said."""
    judged = {name: unmade(experiment) for name, experiment in content.experiments.items()}
    judged |= {name: unmade(load(path)) for name, path in content.theory.items()}
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
