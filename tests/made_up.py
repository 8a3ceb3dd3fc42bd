"""Runs that nobody ran: their ends are made up, so that it is known what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from report.model import Experiment, Holds, Outcome, Result, Runs, Scalar, Trial


def runs(trials: Iterable[Trial], end: Callable[[Trial], Result | None], seconds: float = 1.0) -> Runs:
    """Each of ``trials`` with the result that ``end`` gives it; one without a result was killed."""
    ends = ((trial, end(trial)) for trial in trials)
    return Runs(tuple(Outcome(t, "", result, reason="" if result else "killed", seconds=seconds) for t, result in ends))


def last(history: dict[str, list[float]]) -> dict[str, Scalar]:
    """The last number of each column that is a measure."""
    return {name: column[-1] for name, column in history.items() if column and name not in ("epoch", "iteration")}


def lost(runs: Runs, chosen: Callable[[Outcome], bool] = lambda _: True, reason: str = "no memory") -> Runs:
    """``runs`` without the results of the ``chosen`` ones."""
    return Runs(tuple(replace(one, result=None, reason=reason) if chosen(one) else one for one in runs))


def words(experiment: Experiment, runs: Runs) -> dict[str, Holds]:
    """What is said of each claim."""
    return {name: claim.judge(runs).holds for name, claim in experiment.claims.items()}


def refuted(experiment: Experiment, runs: Runs) -> set[str]:
    """The claims that do not hold."""
    return {name for name, word in words(experiment, runs).items() if word is Holds.NO}
