"""What a write-up must own up to: failed runs, views that could not be made, data that stands in for other data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from report.judge.views import Absent, Judged
from report.model import DataStatus, Outcome, State


def shortcomings(
    outcomes: Mapping[str, Iterable[Outcome]],
    judged: Mapping[str, Judged],
    data: Mapping[str, DataStatus],
    unproved: Iterable[str] = (),
) -> list[str]:
    """Everything for which the write-up must say that it is not the whole truth, a sentence each."""
    found = [f"{status.title} is a stand-in, not the real data set." for status in data.values() if status.stand_in]
    for owner, each in outcomes.items():
        found += _of_trials(owner, list(each))
    for owner, views in judged.items():
        found += _of_views(owner, views)
    found += [f"{name} was not proved here." for name in unproved]
    return list(dict.fromkeys(found))


def _of_trials(owner: str, outcomes: list[Outcome]) -> list[str]:
    lacking = {
        "failed": [o for o in outcomes if o.state is State.FAILED],
        "diverged": [o for o in outcomes if o.state is State.DIVERGED and not o.trial.may_diverge],
        "did not run": [o for o in outcomes if o.state is State.MISSING],
    }
    found = []
    for word, each in lacking.items():
        if each:
            which = each[0].trial.label + (f" and {len(each) - 1} more" if len(each) > 1 else "")
            first = "; the first" if len({outcome.reason for outcome in each}) > 1 else ""
            because = f"{first}: {each[0].reason}" if each[0].reason else ""
            found.append(f"{owner}: {len(each)} of {len(outcomes)} runs {word} ({which}){because}")
    return found


def _of_views(owner: str, judged: Judged) -> list[str]:
    views = {"figure": judged.figures, "table": judged.tables, "claim": judged.claims, "value": judged.values}
    return [
        f"{owner}.{name}: this {kind} could not be made: {view.reason}"
        for kind, each in views.items()
        for name, view in each.items()
        if isinstance(view, Absent) and view.kind == "failed"
    ]
