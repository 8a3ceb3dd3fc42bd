"""Evaluate what an experiment makes of its results: figures, tables, claims, values, and the reported numbers beside ours.

Every view is a pure function of the runs, so it is kept in the store under the code that it reaches and the results that
it reads: an edit of a caption redraws one figure, an edit of prose none. A view that cannot be made becomes an
``Absent`` with its reason; it stops nobody else, and its place on the page says so.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from report import model, plots
from report.collect import author_line
from report.errors import ReportError, nearest
from report.fingerprint import fingerprint_of
from report.model import Experiment, Holds, MissingResult, Outcome, Reported, Runs, Scalar, State, Value, Verdict
from report.sources import Sources
from report.store import Store

if TYPE_CHECKING:
    from report.derivation import Derivation

M = TypeVar("M")  # as a view makes it
T = TypeVar("T")  # as it is kept


@dataclass(frozen=True)
class Absent:
    """A view that could not be made: why, and how its place is marked (``skipped``, ``failed``, ``diverged``)."""

    reason: str
    kind: str = "failed"


NOTHING_RUN = Absent("nothing was run", "skipped")


@dataclass(frozen=True)
class Drawn:
    """A figure as files."""

    svg: bytes
    csv: bytes
    caption: str
    alt: str
    seeds: int | None = None


@dataclass(frozen=True)
class Judgement:
    """A claim's sentence with its verdict."""

    sentence: str
    verdict: Verdict


@dataclass(frozen=True)
class Compared:
    """A reported number beside ours. ``agrees`` is None where the two must not be compared."""

    what: str
    number: float
    source: str
    relation: str
    note: str
    tolerance: float
    ours: Value
    agrees: bool | None
    why_not: str = ""

    @classmethod
    def of(cls, reported: Reported, ours: Value, agrees: bool | None, why_not: str = "") -> Compared:
        r = reported
        return cls(r.what, r.number, r.source, r.relation, r.note, r.tolerance, ours, agrees, why_not)


@dataclass(frozen=True)
class Judged:
    """All that an experiment has to say."""

    rows: tuple[Mapping[str, Scalar], ...] = ()
    seeds: tuple[int, ...] = ()
    stand_ins: tuple[str, ...] = ()
    figures: Mapping[str, Drawn | Absent] = field(default_factory=dict)
    tables: Mapping[str, model.Table | Absent] = field(default_factory=dict)
    claims: Mapping[str, Judgement | Absent] = field(default_factory=dict)
    values: Mapping[str, Value | Absent] = field(default_factory=dict)
    reported: Mapping[str, Compared | Absent] = field(default_factory=dict)


def unmade(declared: Experiment | Derivation) -> Judged:
    """What there is to say of an experiment or a theorem before anything was run: every name, and nothing behind it."""
    return Judged(
        figures=dict.fromkeys(declared.figures, NOTHING_RUN),
        tables=dict.fromkeys(declared.tables, NOTHING_RUN),
        claims=dict.fromkeys(declared.claims, NOTHING_RUN) if isinstance(declared, Experiment) else {},
        values=dict.fromkeys(declared.values, NOTHING_RUN),
        reported=dict.fromkeys(declared.reported, NOTHING_RUN),
    )


@dataclass(frozen=True)
class _Memory:
    """The store, seen as a memory of views of one experiment's outcomes."""

    store: Store
    sources: Sources
    experiment: Experiment
    file: Path
    outcomes: tuple[Outcome, ...]

    def recall(
        self, view: Callable[[Runs], M], encode: Callable[[M], dict[str, bytes]], decode: Callable[[Mapping[str, bytes]], T]
    ) -> T | Absent:
        """``view`` of the runs as it was kept: from the store if the same code saw the same results before.

        What was just made goes through ``encode`` and ``decode`` too, so that a first build and a second one show the same.
        """
        key = fingerprint_of(partial(_encoded, encode, view), self.sources, results=_identities(self.outcomes)).digest
        kept = self.store.get(key)
        if kept is not None:
            return decode(kept)
        try:
            files = _encoded(encode, view, Runs(self.outcomes))
        except MissingResult as missing:
            return Absent(missing.what, _kind(self.outcomes))
        except ReportError as error:
            return Absent(f"{error.where or self.file.name}: {error.what}")
        except Exception as error:
            return Absent(f"{author_line(error, self.file)}: {type(error).__name__}: {error}")
        if not self.store.read_only:
            self.store.put(key, files, durable=False)  # it is made again in a moment
        return decode(files)


def _encoded(encode: Callable[[M], dict[str, bytes]], view: Callable[[Runs], M], runs: Runs) -> dict[str, bytes]:
    with plots.style():
        return encode(view(runs))


def judge(
    experiment: Experiment,
    file: Path,
    outcomes: Iterable[Outcome],
    store: Store,
    sources: Sources,
    *,
    budget: str,
    stand_ins: Iterable[str],
) -> Judged:
    """Every view of ``experiment`` over its outcomes.

    What was measured is held against a reported number only at the *full* budget and on real data; a count always is.
    """
    every = tuple(outcomes)
    memory = _Memory(store, sources, experiment, file, every)
    imitated = tuple(stand_ins)
    rows = memory.recall(_rows, _encode_json, _decode_json)
    return Judged(
        rows=() if isinstance(rows, Absent) else tuple(rows),
        seeds=tuple(sorted({int(o.trial.arguments["seed"]) for o in every if "seed" in o.trial.arguments})),
        stand_ins=imitated,
        figures={name: memory.recall(view, encode_figure, decode_figure) for name, view in experiment.figures.items()},
        tables={name: memory.recall(view, encode_noun, decode_noun) for name, view in experiment.tables.items()},
        claims={name: _judgement(claim, memory) for name, claim in experiment.claims.items()},
        values={name: memory.recall(view, encode_noun, decode_noun) for name, view in experiment.values.items()},
        reported={name: _compared(reported, memory, budget, imitated) for name, reported in experiment.reported.items()},
    )


def measured(experiment: Experiment, name: str, rows: Iterable[Mapping[str, Scalar]], condition: Mapping[str, Scalar]) -> Value:
    """The scalar ``name`` as its measure shows it: mean and standard deviation over the seeds of one condition.

    Raises ``ReportError`` if the condition fits no row, or rows that differ in more than their seed.
    """
    every = list(rows)
    chosen = [row for row in every if all(row.get(key) == value for key, value in condition.items())]
    if not chosen:
        known = sorted({f"{key}={value}" for row in every for key, value in row.items() if key in _conditions(row)})
        wanted = ", ".join(f"{key}={value}" for key, value in condition.items())
        raise ReportError(f"value('{experiment.id}.{name}'): no run has {wanted or name}.", remedy=nearest(wanted, known))
    kinds = {tuple((k, v) for k, v in row.items() if k in _conditions(row)) for row in chosen}
    if len(kinds) > 1:
        both = " and ".join(" ".join(str(v) for _, v in kind) for kind in sorted(kinds, key=str)[:2])
        what = f"value('{experiment.id}.{name}'): the condition fits several kinds of run, {both}."
        raise ReportError(what, remedy="Say which.")
    measure = experiment.measures[name]
    done = [row for row in chosen if row["state"] == State.DONE and row.get(name) is not None]
    numbers = [float(row[name]) * measure.scale for row in done]  # type: ignore[arg-type]
    seeds = ", ".join(str(row["seed"]) for row in chosen if "seed" in row)
    label = " ".join(f"{key}={value}" for key, value in condition.items())
    return Value(
        statistics.fmean(numbers) if numbers else math.nan,
        unit=measure.unit,
        digits=measure.digits,
        spread=statistics.stdev(numbers) if len(numbers) > 1 else None,
        n=len(numbers),
        origin=f"{experiment.id} {measure.label}; {label or 'all runs'}; seeds {seeds}; {len(numbers)} of {len(chosen)} runs",
    )


def _conditions(row: Mapping[str, Scalar]) -> tuple[str, ...]:
    return tuple(str(row["conditions"]).split())


def _rows(runs: Runs) -> list[dict[str, Scalar]]:
    """One row a run: its condition, its state, and its scalars if it has a result."""
    return [
        {
            **(outcome.result.scalars if outcome.result else {}),
            **outcome.trial.condition,
            "conditions": " ".join(outcome.trial.tags),
            "state": outcome.state,
        }
        for outcome in runs
    ]


def _judgement(claim: model.Claim, memory: _Memory) -> Judgement | Absent:
    verdict = memory.recall(claim.judge, encode_noun, decode_noun)
    return verdict if isinstance(verdict, Absent) else Judgement(claim.sentence, verdict)


def _compared(reported: Reported, memory: _Memory, budget: str, stand_ins: tuple[str, ...]) -> Compared | Absent:
    ours = memory.recall(reported.ours, encode_noun, decode_noun)
    if isinstance(ours, Absent):
        return ours
    if stand_ins and not reported.exact:
        return Compared.of(reported, ours, None, f"stand-in data ({', '.join(stand_ins)})")
    if budget != "full" and not reported.exact:
        return Compared.of(reported, ours, None, f"{budget} budget")
    return Compared.of(reported, ours, agrees(reported, ours))


def agrees(reported: Reported, ours: Value) -> bool:
    """Whether ours is what was reported, within the tolerance stated; exact for counts (tolerance 0)."""
    if reported.relation == "≥":
        return ours.number >= reported.number - reported.tolerance
    if reported.relation == "≤":
        return ours.number <= reported.number + reported.tolerance
    return abs(ours.number - reported.number) <= reported.tolerance


def _identities(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """What a view of these outcomes depends on: each trial's fingerprint, condition and state."""
    return tuple(f"{o.fingerprint} {sorted(o.trial.condition.items())} {o.state} {o.reason}" for o in outcomes)


def _kind(outcomes: Iterable[Outcome]) -> str:
    states = {outcome.state for outcome in outcomes}
    if State.FAILED in states:
        return "failed"
    if State.MISSING in states:
        return "skipped"
    return "diverged" if State.DIVERGED in states else "failed"


# --- as files ------------------------------------------------------------------------------------------------------


def encode_figure(figure: model.Figure) -> dict[str, bytes]:
    texts = json.dumps({"caption": figure.caption, "alt": figure.alt, "seeds": figure.seeds}, ensure_ascii=False)
    data = figure.data.to_csv(index=False, lineterminator="\n")
    return {"figure.svg": plots.svg(figure.plot), "figure.csv": data.encode(), "texts.json": texts.encode()}


def decode_figure(files: Mapping[str, bytes]) -> Drawn:
    texts = json.loads(files["texts.json"])
    return Drawn(files["figure.svg"], files["figure.csv"], **texts)


def _encode_json(value: Any) -> dict[str, bytes]:
    return {"value.json": json.dumps(value, ensure_ascii=False).encode()}


def _decode_json(files: Mapping[str, bytes]) -> Any:
    return json.loads(files["value.json"])


def encode_noun(noun: Any) -> dict[str, bytes]:
    return _encode_json(_to_plain(noun))


def decode_noun(files: Mapping[str, bytes]) -> Any:
    return _from_plain(_decode_json(files))


NOUNS = {kind.__name__: kind for kind in (model.Table, model.Column, Value, Verdict, Compared)}


def _to_plain(noun: Any) -> Any:
    """Nouns as lists and dicts; NumPy's numbers as Python's. The name of its class stands beside a noun's fields."""
    if is_dataclass(noun) and type(noun).__name__ in NOUNS:
        return {"noun": type(noun).__name__, **{f.name: _to_plain(getattr(noun, f.name)) for f in fields(noun)}}
    if isinstance(noun, list | tuple):
        return [_to_plain(part) for part in noun]
    if noun is None or isinstance(noun, str | bool | int | float):
        return noun
    if hasattr(noun, "item"):
        return noun.item()
    remedy = "Give str, int, float, None or a Value."
    raise ReportError(f"a table or value may not hold a {type(noun).__name__}.", remedy=remedy)


def _from_plain(plain: Any) -> Any:
    if isinstance(plain, dict):
        kind = NOUNS[plain["noun"]]
        values = {name: _from_plain(part) for name, part in plain.items() if name != "noun"}
        return kind(**({**values, "holds": Holds(values["holds"])} if kind is Verdict else values))
    if isinstance(plain, list):
        return tuple(_from_plain(part) for part in plain)
    return plain
