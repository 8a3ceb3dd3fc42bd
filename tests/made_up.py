"""Runs that nobody ran: their ends are made up, so that it is known what is true of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from report.model import Experiment, Figure, Holds, Outcome, Result, Runs, Scalar, Trial, Value


def runs_that_end(trials: Iterable[Trial], end: Callable[[Trial], Result | None], seconds: float = 1.0) -> Runs:
    """Each of ``trials`` with the result that ``end`` gives it; one without a result was killed."""
    ends = ((trial, end(trial)) for trial in trials)
    return Runs(tuple(Outcome(t, "", result, reason="" if result else "killed", seconds=seconds) for t, result in ends))


def last(history: Mapping[str, Sequence[Scalar]]) -> dict[str, Scalar]:
    """The last number of each column that is a measure."""
    return {name: column[-1] for name, column in history.items() if column and name not in ("epoch", "iteration")}


def with_scalars(runs: Runs, change: Callable[[Outcome], Mapping[str, Scalar]]) -> Runs:
    """``runs``, with the scalars that ``change`` gives each that has a result."""

    def changed(one: Outcome) -> Outcome:
        if one.result is None:
            return one
        return replace(one, result=replace(one.result, scalars={**one.result.scalars, **change(one)}))

    return Runs(tuple(map(changed, runs)))


def number_of(experiment: Experiment, name: str, runs: Runs) -> float:
    """What a value comes to."""
    value = experiment.values[name]
    return (value if isinstance(value, Value) else value(runs)).number


def lost(runs: Runs, chosen: Callable[[Outcome], bool] = lambda _: True, reason: str = "no memory") -> Runs:
    """``runs`` without the results of the ``chosen`` ones."""
    return Runs(tuple(replace(one, result=None, reason=reason) if chosen(one) else one for one in runs))


def words(experiment: Experiment, runs: Runs) -> dict[str, Holds]:
    """What is said of each claim."""
    return {name: claim.judge(runs).holds for name, claim in experiment.claims.items()}


def refuted_in(experiment: Experiment, runs: Runs) -> set[str]:
    """The claims that do not hold."""
    return {name for name, word in words(experiment, runs).items() if word is Holds.NO}


def blank(_: Runs) -> Figure:
    """What stands for a figure: drawing them all takes seconds."""
    import pandas as pd
    from matplotlib.figure import Figure as Paper

    return Figure(Paper(), caption="Drawn.", alt="Nothing.", data=pd.DataFrame())
