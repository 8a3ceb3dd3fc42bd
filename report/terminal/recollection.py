"""What a build found, noted beside its pages, so that the next one need not find it again if prose alone has changed.

Trials are declared again, and their results are taken from the note without what only views look at; figures come as they were
drawn, chapters as they were read and compiled, and formulas as they were set. Whether the note may be used is for ``stamp`` to
say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from report.cache import codec
from report.judge.views import Absent, Judged
from report.model import Outcome, Result, Scalar, Trial
from report.prove.checked import Proof
from report.terminal.bench import Basis, Bench
from report.write.manuscript import Known


@dataclass(frozen=True)
class _Ended:
    """An outcome without its trial."""

    fingerprint: str
    scalars: Mapping[str, Scalar] | None
    diverged: bool
    reason: str
    seconds: float
    started: bool


@dataclass(frozen=True)
class _Note:
    needed: tuple[str, ...]
    outcomes: Mapping[str, tuple[_Ended, ...]]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Proof | Absent]
    known: Known


def noted(basis: Basis) -> bytes:
    """What was found, as text."""
    if basis.note:
        return basis.note
    note = _Note(
        needed=tuple(sorted(basis.bench.needed or ())),
        outcomes={name: tuple(map(_ended, each)) for name, each in basis.outcomes.items()},
        judged=basis.judged,
        proofs=basis.proofs,
        known=basis.known,
    )
    return codec.written(note, indent=None)


def recalled(note: bytes | None, bench: Bench) -> Basis | None:
    """What was found then; None without a note of it, or if the pages of ``bench`` need more."""
    try:
        read = codec.read(_Note, note) if note else None
    except codec.Spoilt:
        return None
    if read is None or bench.needed is None or not bench.needed.issubset(read.needed):
        return None
    outcomes = {
        name: [_outcome(trial, ended) for trial, ended in zip(trials, read.outcomes.get(name, ()), strict=True)]
        for name, trials in bench.trials.items()
    }
    bench = bench if bench.settings.frozen else bench.with_data()
    return Basis(bench, outcomes, read.judged, read.proofs, read.known, note=note or b"")


def _ended(outcome: Outcome) -> _Ended:
    result = outcome.result
    scalars, diverged = (dict(result.scalars), result.diverged) if result else (None, False)
    return _Ended(outcome.fingerprint, scalars, diverged, outcome.reason, outcome.seconds, outcome.started)


def _outcome(trial: Trial, ended: _Ended) -> Outcome:
    result = None if ended.scalars is None else Result(ended.scalars, diverged=ended.diverged)
    return Outcome(trial, ended.fingerprint, result, ended.reason, ended.seconds, ended.started)
