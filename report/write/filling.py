"""What a write-up rests on besides its prose: all that others wrote, and how it stands against what is computed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from report.judge.answers import Answers, Told, untold
from report.judge.findings import Finding, findings
from report.judge.views import Judged
from report.judge.written import Document, Entry, documents
from report.model import Experiment
from report.write.needs import needed
from report.write.writeup import Writeup


def reported(
    templates: Path, experiments: Mapping[str, Experiment], judged: Mapping[str, Judged], budget: str, told: Told = untold
) -> dict[str, Finding]:
    """All that the sources say, held against what was found; the same for every write-up. Raises ``ProseError``."""
    computed = Answers(experiments, judged, told).computed(budget)
    return {name: finding for each in _written(templates).values() for name, finding in findings(each, computed).items()}


def entries(writeup: Writeup) -> dict[str, Entry]:
    """Every thing that the sources say, by name."""
    return {name: entry for each in _written(writeup.templates).values() for name, entry in each.entries.items()}


def asked(writeup: Writeup, experiments: Mapping[str, object], theory: Mapping[str, object]) -> frozenset[str]:
    """The experiments and theorems that ``writeup`` rests on."""
    return needed(writeup, {**experiments, **theory}, entries(writeup))


def _written(templates: Path) -> dict[str, Document]:
    """What the sources say, as data, beside the files of the write-ups."""
    return documents(templates / "written")
