"""Fill a write-up: what is computed, and everything that others wrote held against it."""

from __future__ import annotations

from collections.abc import Mapping

from report.judge.answers import Answers, Told, untold
from report.judge.findings import findings
from report.judge.views import Absent, Judged
from report.judge.written import Document, Entry, documents
from report.model import Experiment, Table, Value
from report.prove.checked import Proof
from report.write.chapters import write
from report.write.manuscript import Known, Manuscript, Material
from report.write.needs import needed
from report.write.writeup import Writeup


def fill(
    page: Writeup,
    experiments: Mapping[str, Experiment],
    judged: Mapping[str, Judged],
    proofs: Mapping[str, Proof | Absent],
    budget: str,
    about: Mapping[str, Table | Value | str],
    known: Known,
    told: Told = untold,
) -> Manuscript:
    """The chapters or questions of ``page``, filled. Raises ``ProseError``."""
    found = Answers(experiments, judged, told).found(budget)
    said = {name: finding for each in written(page).values() for name, finding in findings(each, found).items()}
    return write(Material(experiments, judged, proofs, page, budget, said, about, told, known))


def written(page: Writeup) -> dict[str, Document]:
    """What the sources say, as data, beside the file of the write-up."""
    return documents(page.templates / "written")


def entries(page: Writeup) -> dict[str, Entry]:
    """Every thing that the sources say, by name."""
    return {name: entry for each in written(page).values() for name, entry in each.entries.items()}


def asked(page: Writeup, experiments: Mapping[str, object], theory: Mapping[str, object]) -> frozenset[str]:
    """The experiments and theorems that ``page`` rests on."""
    return needed(page, {**experiments, **theory}, entries(page))
