"""Evaluate what an experiment makes of its results: figures, tables, claims, values, and the reported numbers beside ours.

Every view is a pure function of the runs, so it is kept in the store under the code that it reaches and the results that
it reads: an edit of a caption redraws one figure, an edit of prose none. A view that cannot be made becomes an
``Absent`` with its reason; it stops nobody else, and its place on the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from report import model, plots
from report.cache.codec import Spoilt
from report.cache.fingerprint import fingerprint_of
from report.cache.reach import Sources
from report.cache.store import Store
from report.errors import ReportError, Where, author_line
from report.judge import encoding
from report.judge.encoding import decode_figure, encode_figure, encode_noun
from report.judge.reading import watched
from report.judge.views import Absent, Judged, Judgement, Row
from report.model import Experiment, Holds, MissingResult, Outcome, Runs, State, Value, Verdict

M = TypeVar("M")  # as a view makes it
T = TypeVar("T")  # as it is kept
T_co = TypeVar("T_co", covariant=True)


READ = "read.txt"
"""The file beside a view that lists the fingerprints of the runs that it looked at."""


@dataclass(frozen=True)
class _Seen(Generic[T_co]):
    """A view, and the fingerprints of the runs that it looked at."""

    view: T_co
    read: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Memory:
    """The store, seen as a memory of views of one experiment's outcomes."""

    store: Store
    sources: Sources
    experiment: Experiment
    file: Path
    outcomes: tuple[Outcome, ...]

    def key(self, view: Callable[[Runs], M], encode: Callable[[M], dict[str, bytes]]) -> str:
        return fingerprint_of(partial(_encoded, encode, view), self.sources, results=_identities(self.outcomes)).digest

    def recall(
        self, view: Callable[[Runs], M], encode: Callable[[M], dict[str, bytes]], decode: Callable[[Mapping[str, bytes]], T]
    ) -> _Seen[T | Absent]:
        """``view`` of the runs as it was kept: from the store if the same code saw the same results before.

        What was just made goes through ``encode`` and ``decode`` too, so that a first build and a second one show the same.
        """
        key = self.key(view, encode)
        files = self.store.get(key)
        if files is not None:
            try:
                return _decoded(decode, files)
            except Spoilt as error:
                self.store.set_aside(key, f"its files do not make a view ({error})")
        try:
            files = _encoded(encode, view, self.outcomes)
            made = _decoded(decode, files)
        except MissingResult as missing:
            return _Seen(Absent(missing.what, _kind(self.outcomes)))
        except ReportError as error:
            return _Seen(Absent(f"{error.where or self.file.name}: {error.what}"))
        except Spoilt as error:
            return _Seen(Absent(f"{self.file.name}: it returns something else than it declares: {error}"))
        except Exception as error:
            return _Seen(Absent(f"{author_line(error) or Where(self.file)}: {type(error).__name__}: {error}"))
        if not self.store.read_only:
            self.store.put(key, files, durable=False)  # it is made again in a moment
        return made


def _encoded(
    encode: Callable[[M], dict[str, bytes]], view: Callable[[Runs], M], outcomes: Iterable[Outcome]
) -> dict[str, bytes]:
    runs, read = watched(outcomes)
    with plots.style():
        files = encode(view(runs))
    return {**files, READ: "\n".join(read).encode()}


def _decoded(decode: Callable[[Mapping[str, bytes]], T], files: Mapping[str, bytes]) -> _Seen[T]:
    view = decode({name: content for name, content in files.items() if name != READ})
    return _Seen(view, tuple(files.get(READ, b"").decode().split()))


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
    """Every view of ``experiment`` over its outcomes. What this budget and these data do not allow is not judged."""
    every = tuple(outcomes)
    memory = _Memory(store, sources, experiment, file, every)
    imitated = tuple(stand_ins)
    rows = memory.recall(_rows, encode_noun, encoding.decoder(tuple[Row, ...])).view
    figures = {name: memory.recall(view, encode_figure, decode_figure) for name, view in experiment.figures.items()}
    tables = {name: memory.recall(view, encode_noun, encoding.table) for name, view in experiment.tables.items()}
    claims = {name: _judgement(claim, memory, budget, imitated) for name, claim in experiment.claims.items()}
    values = {
        name: _Seen[Value | Absent](view) if isinstance(view, Value) else memory.recall(view, encode_noun, encoding.value)
        for name, view in experiment.values.items()
    }
    return Judged(
        rows=() if isinstance(rows, Absent) else rows,
        seeds=tuple(sorted({int(o.trial.arguments["seed"]) for o in every if "seed" in o.trial.arguments})),
        stand_ins=imitated,
        figures={name: seen.view for name, seen in figures.items()},
        tables={name: seen.view for name, seen in tables.items()},
        claims={name: seen.view for name, seen in claims.items()},
        values={name: seen.view for name, seen in values.items()},
        read={name: seen.read for each in (values, figures, tables, claims) for name, seen in each.items()},
    )


def drawings(
    experiment: Experiment, file: Path, outcomes: Iterable[Outcome], store: Store, sources: Sources
) -> list[Callable[[], object]]:
    """What draws each figure of ``experiment`` that the store has not: to be called before ``judge``, in any order, or not."""
    memory = _Memory(store, sources, experiment, file, tuple(outcomes))
    return [
        partial(memory.recall, view, encode_figure, decode_figure)
        for view in experiment.figures.values()
        if not store.has(memory.key(view, encode_figure))
    ]


def _rows(runs: Runs) -> tuple[Row, ...]:
    return tuple(map(Row.of, runs))


def _judgement(claim: model.Claim, memory: _Memory, budget: str, stand_ins: tuple[str, ...]) -> _Seen[Judgement | Absent]:
    lacking = claim.needs.lacking(budget, stand_ins)
    if lacking:
        return _Seen(Judgement(claim.sentence, Verdict(Holds.NOT_ASKED, what=lacking)))
    seen = memory.recall(claim.judge, encode_noun, encoding.verdict)
    verdict = seen.view
    return _Seen(verdict if isinstance(verdict, Absent) else Judgement(claim.sentence, verdict), seen.read)


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
