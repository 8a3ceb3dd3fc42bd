"""What the write-ups say, for tests of a chapter: only the entries that it mentions, held against made-up results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from report.judge.answers import Answers
from report.judge.findings import Finding, findings
from report.judge.views import Judged
from report.judge.written import documents
from report.model import Experiment
from tests.project import ROOT


def said(experiments: Mapping[str, Experiment], judged: Mapping[str, Judged], budget: str, *names: str) -> dict[str, Finding]:
    """The findings on the entries ``names``, as W4.accuracy."""
    computed = Answers(experiments, judged).computed(budget)
    held: dict[str, Finding] = {}
    for document in documents(ROOT / "templates" / "written").values():
        chosen = {name: entry for name, entry in document.entries.items() if name in names}
        held |= findings(replace(document, entries=chosen), computed)
    return held
