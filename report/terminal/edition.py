"""One write-up out of all that was found: its chapters filled, its pages set, and what must be owned up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from report.judge.shortcomings import shortcomings
from report.judge.views import NOT_PROVED, Absent, Judged
from report.model import Outcome, data_read
from report.prove.checked import Proof
from report.terminal.bench import Bench
from report.typeset.pages import files
from report.typeset.paging import overrun, titles
from report.write import colophon
from report.write.filling import asked, fill
from report.write.manifest import manifest
from report.write.manuscript import Manuscript
from report.write.writeup import Writeup

T = TypeVar("T")


@dataclass(frozen=True)
class Findings:
    """All that the pages are made of but the prose."""

    bench: Bench
    outcomes: Mapping[str, list[Outcome]]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Proof | Absent]


@dataclass(frozen=True)
class Edition:
    """The files of a write-up by name, what they lack, and what was filled."""

    page: Writeup
    files: Mapping[str, bytes]
    lacking: list[str]
    manuscript: Manuscript


def edition(found: Findings, page: Writeup) -> Edition:
    """``page`` as it is published; what it does not rest on is no shortcoming of it."""
    bench, settings = found.bench, found.bench.settings
    rests_on = asked(page, bench.content.experiments, bench.content.theory)

    def own(each: Mapping[str, T]) -> dict[str, T]:
        return {name: part for name, part in each.items() if name in rests_on}

    outcomes, judged, proofs = own(found.outcomes), own(found.judged), own(found.proofs)
    read = {name for each in outcomes.values() for outcome in each for name in data_read(outcome.trial)}
    data = {name: status for name, status in bench.data.items() if name in read}
    environment = {**colophon.environment(), **bench.machine}
    about = colophon.about(settings.budget, outcomes, data, environment)
    manuscript = fill(page, bench.content.experiments, found.judged, found.proofs, settings.budget, about)
    lacking = shortcomings(outcomes, judged, data, [name for name, proof in proofs.items() if proof is NOT_PROVED])
    made, paging = files(manuscript, page, settings.budget, outcomes, lacking, bench.store)
    lacking += overrun(page, paging, titles(page, manuscript))
    budget = {"name": settings.budget, "first_seed": settings.seed}
    listing = manifest(budget, outcomes, judged, proofs, data, environment, manuscript, lacking, made)
    name = f"{page.name}.manifest.json" if page.questions else "manifest.json"
    return Edition(page, made | {name: listing.encode()}, lacking, manuscript)
