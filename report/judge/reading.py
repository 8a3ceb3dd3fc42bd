"""Which runs a view looks at, for who asks over which runs a number is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from report.model import Outcome, Runs


@dataclass(frozen=True)
class _Watched(Outcome):
    """An outcome that notes its fingerprint as soon as somebody asks for its result, or for how it ended."""

    notes: dict[str, None] = field(default_factory=dict, compare=False, repr=False)

    def __getattribute__(self, name: str) -> object:
        if name == "result":
            self.notes[self.fingerprint] = None
        return super().__getattribute__(name)


def watched(outcomes: Iterable[Outcome]) -> tuple[Runs, dict[str, None]]:
    """The outcomes as runs, and the fingerprints of those of which a result has been looked at, as they become known."""
    notes: dict[str, None] = {}
    each = (_Watched(o.trial, o.fingerprint, o.result, o.reason, o.seconds, o.started, notes=notes) for o in outcomes)
    return Runs(tuple(each)), notes
