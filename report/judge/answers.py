"""All that experiments and theorems have to say, asked by name: ``E2.curves``, ``T8.conv``, ``E2.test_accuracy``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from report.errors import ReportError, nearest
from report.judge.findings import Computed, Finding, findings
from report.judge.views import NOTHING_RUN, Absent, Judged, Judgement, measured
from report.judge.written import Entry, documents
from report.model import ALL_DATA, NOTHING, RECIPE, Experiment, Holds, Scalar, Table, Value

T = TypeVar("T")


Told = Callable[[str, Mapping[str, Scalar]], tuple[str, ...]]
"""``told("E2.test_accuracy", {"net": "cnn"})``: seeds, data, code and results behind a number, a line each."""


def untold(_name: str, _condition: Mapping[str, Scalar]) -> tuple[str, ...]:
    """Nothing is known."""
    return ()


NEEDED = {"": NOTHING, "recipe": RECIPE, "data": ALL_DATA}


@dataclass(frozen=True)
class Answers:
    """Experiments and theorems by id, each with its views as they were judged; ``told`` tells where a value came from."""

    experiments: Mapping[str, Experiment]
    judged: Mapping[str, Judged]
    told: Told = untold

    def find(self, what: str, name: str, choose: Callable[[Judged], Mapping[str, T | Absent]]) -> tuple[T | Absent, str]:
        """The ``what`` called E2.curves, and its owner's id. Raises ``ReportError`` for a name that nobody has."""
        owner, _, own = name.partition(".")
        if owner not in self.judged:
            remedy = nearest(owner, self.judged)
            raise ReportError(f"{what}('{name}'): there is no experiment or theorem {owner}.", remedy=remedy)
        choices = choose(self.judged[owner])
        if own not in choices:
            known = [f"{owner}.{choice}" for choice in choices]
            raise ReportError(f"{what}('{name}'): {owner} has no such {what}.", remedy=nearest(name, known))
        return choices[own], owner

    def value(self, name: str, condition: Mapping[str, Scalar]) -> Value | Absent:
        """A named value, or a measured scalar over the seeds of one condition, with all that is told of where it came from."""
        found = self._value(name, condition)
        return found if isinstance(found, Absent) else self.explained(found, name, condition)

    def explained(self, value: Value, name: str, condition: Mapping[str, Scalar]) -> Value:
        """``value`` with what is told of it after its own origin."""
        return replace(value, origin="\n".join(filter(None, (value.origin, *self.told(name, condition)))))

    def told_of_cells(self, table: Table, name: str) -> Table:
        """``table`` with what is told of it after the origin of each of its numbers."""
        rows = (tuple(self.explained(c, name, {}) if isinstance(c, Value) else c for c in row) for row in table.rows)
        return replace(table, rows=tuple(rows))

    def _value(self, name: str, condition: Mapping[str, Scalar]) -> Value | Absent:
        owner, _, own = name.partition(".")
        measures = self.experiments[owner].measures if owner in self.experiments else {}
        if own in measures:
            rows = self.judged[owner].rows
            return measured(self.experiments[owner], own, rows, condition) if rows else NOTHING_RUN
        known = dict.fromkeys(measures, Absent(""))
        found, _ = self.find("value", name, lambda judged: {**known, **judged.values})
        return found

    def claim(self, name: str) -> Judgement | Absent:
        """A claim with its verdict."""
        found, _ = self.find("claim", name, lambda judged: judged.claims)
        return found

    def computed(self, budget: str) -> Computed:
        """What a source may be held against in this copy."""

        def verdict(name: str) -> tuple[Holds | None, str, int]:
            claim = self.claim(name)
            if isinstance(claim, Absent):
                return None, claim.reason, 0
            if claim.verdict.holds is Holds.NOT_ASKED:
                return Holds.NOT_ASKED, claim.verdict.what, 0
            return claim.verdict.holds, claim.sentence, claim.verdict.would_take

        def forbidden(entry: Entry) -> str:
            named = (*entry.ours, *(name.removeprefix("not ") for name in entry.asserts), "")
            owner = named[0].partition(".")[0]
            needs = NEEDED[entry.needs].given_by(*entry.given_by)
            return needs.lacking(budget, self.judged.get(owner, Judged()).stand_ins)

        return Computed(self.value, verdict, forbidden)


def reported(
    folder: Path, experiments: Mapping[str, Experiment], judged: Mapping[str, Judged], budget: str, told: Told = untold
) -> dict[str, Finding]:
    """All that the documents in ``folder`` say, held against what is computed. Raises ``ProseError``."""
    computed = Answers(experiments, judged, told).computed(budget)
    return {name: finding for each in documents(folder).values() for name, finding in findings(each, computed).items()}
