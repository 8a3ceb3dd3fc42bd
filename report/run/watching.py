"""What a running build tells whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from report.model import Outcome


@dataclass(frozen=True)
class Advance:
    """What a trial last said of itself: ``done`` of ``total`` epochs, and numbers such as the loss."""

    done: int
    total: int
    numbers: Mapping[str, float] = field(default_factory=dict)


class Watch(Protocol):
    """Who is told how an execution goes. A trial is known by its fingerprint's digest."""

    def begin(self, seconds: Mapping[str, float], jobs: int) -> None:
        """These trials will run, ``jobs`` at a time; the seconds that each is expected to take, NaN if nobody knows."""

    def started(self, trial: str, label: str) -> None:
        """A trial runs from now on."""

    def progressed(self, trial: str, step: Advance) -> None:
        """A running trial has come so far."""

    def finished(self, outcome: Outcome, label: str) -> None:
        """A trial has ended, or will not be run."""

    def tick(self) -> None:
        """A moment has passed: called some times a second."""

    def close(self) -> None:
        """There is no more to come, be it because of an interruption."""


class Silent:
    """A watch that shows nothing."""

    def begin(self, seconds: Mapping[str, float], jobs: int) -> None: ...
    def started(self, trial: str, label: str) -> None: ...
    def progressed(self, trial: str, step: Advance) -> None: ...
    def finished(self, outcome: Outcome, label: str) -> None: ...
    def tick(self) -> None: ...
    def close(self) -> None: ...
