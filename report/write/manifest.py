"""All of a build as data: what ran, what was proved, what was judged, and which number stands where.

It repeats nothing that changes between two builds of the same results: no clock, no host, no path of the machine. What the
trials took is measured anew in a fresh store; it stands apart, at the end, and nowhere on the pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from report.cache import codec
from report.judge.findings import Finding
from report.judge.views import Absent, Drawn, Judged
from report.model import DataStatus, Outcome
from report.write.manuscript import Manuscript

if TYPE_CHECKING:
    from report.prove.checked import Proof


def manifest(
    budget: Mapping[str, Any],
    outcomes: Mapping[str, Iterable[Outcome]],
    judged: Mapping[str, Judged],
    proofs: Mapping[str, Proof | Absent],
    data: Mapping[str, DataStatus],
    environment: Mapping[str, str],
    manuscript: Manuscript,
    shortcomings: Iterable[str],
    files: Mapping[str, bytes],
    counts: Mapping[str, int],
) -> str:
    """The manifest as JSON text."""
    content = {
        "budget": budget,
        "shortcomings": list(shortcomings),
        "environment": environment,
        "data": {name: {"source": s.source, "stand_in": s.stand_in, "digest": s.digest} for name, s in data.items()},
        "trials": {owner: [_trial(outcome) for outcome in each] for owner, each in outcomes.items()},
        "judged": {owner: _judged(each) for owner, each in judged.items()},
        "proofs": {name: {"absent": p.reason} if isinstance(p, Absent) else p.summary() for name, p in proofs.items()},
        "numbers": [
            {
                **asdict(stated.value),
                "name": stated.name,
                "condition": stated.condition,
                "chapter": stated.chapter,
                "line": stated.line,
            }
            for stated in manuscript.stated
        ],
        "written": {name: _found(finding) for name, finding in manuscript.findings.items()},
        "how many numbers": counts,
        "typed": manuscript.typed,
        "labels": manuscript.labels,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        "seconds": {owner: [outcome.seconds for outcome in each] for owner, each in outcomes.items()},
    }
    return json_text(content)


def json_text(content: Mapping[str, Any]) -> str:
    """``content`` for programs; numbers that are not finite become null, because strict readers refuse NaN."""
    return json.dumps(codec.plain(content, odd=lambda number: None), indent=1, ensure_ascii=False) + "\n"


def _trial(outcome: Outcome) -> dict[str, Any]:
    return {
        "label": outcome.trial.label,
        "condition": outcome.trial.condition,
        "function": f"{outcome.trial.function.__module__}.{outcome.trial.function.__qualname__}",
        "fingerprint": outcome.fingerprint,
        "state": outcome.state,
        "reason": outcome.reason,
        "scalars": dict(outcome.result.scalars) if outcome.result else {},
    }


def _found(finding: Finding) -> dict[str, Any]:
    entry = finding.entry
    said = {"place": entry.place, "says": entry.says, "printed": entry.printed or entry.formula, "mistake": entry.mistake}
    return {**said, "agreement": finding.agreement, "ours": [value.number for value in finding.ours], "why": finding.why}


def _judged(judged: Judged) -> dict[str, Any]:
    def entries(views: Mapping[str, Any], shown: Callable[[Any], Any] = lambda view: view) -> dict[str, Any]:
        return {name: {"absent": v.reason} if isinstance(v, Absent) else shown(v) for name, v in views.items()}

    return {
        "stand_ins": judged.stand_ins,
        "claims": entries(judged.claims),
        "values": entries(judged.values),
        "figures": entries(judged.figures, _drawn),
        "tables": entries(judged.tables, lambda table: {"caption": table.caption}),
    }


def _drawn(figure: Drawn) -> dict[str, str]:
    return {"caption": figure.caption, "alt": figure.alt, "drawing": hashlib.sha256(figure.svg.encode()).hexdigest()}
