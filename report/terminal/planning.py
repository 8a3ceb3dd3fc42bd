"""What would run, and which data are there: for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from report.errors import ExitCode
from report.model import DataStatus
from report.run.plan import Planned, explain
from report.terminal.bench import Bench
from report.write.manifest import json_text


def plan(bench: Bench) -> ExitCode:
    """Say for each trial of each experiment that was asked for whether it would run, and why."""
    made = bench.plan().part(bench.asked)
    if bench.settings.json:
        trials = {name: [_trial(planned) for planned in made.part([name]).planned] for name in bench.asked}
        print(json_text({"would run": len(made.to_run()), "trials": trials}), end="")
        return ExitCode.OK
    for name in bench.asked:
        print(f"{name}\n{explain(made.part([name]))}")
    print(f"{len(made.to_run())} of {len(made.planned)} trials would run.")
    return ExitCode.OK


def _trial(planned: Planned) -> dict[str, Any]:
    trial = planned.trial
    return {
        "label": trial.label,
        "condition": trial.condition,
        "fingerprint": planned.digest,
        "runs": planned.runs,
        "reason": planned.reason,
        "difference": planned.difference,
        "seconds": planned.seconds,
    }


def data(found: Sequence[DataStatus], as_json: bool) -> ExitCode:
    """Say of each data set whether it is there, and what it is."""
    if as_json:
        print(json_text({status.name: status for status in found}), end="")
    else:
        print(*found, sep="\n")
    return ExitCode.INCOMPLETE if any(status.stand_in for status in found) else ExitCode.OK
