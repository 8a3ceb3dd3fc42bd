"""The nouns that the stages pass along. All are frozen; none of them computes or writes anything.

    Trial        a pure function and its arguments          Outcome, Runs   trials with what came of them
    Result       what a trial returns                       Experiment      a question and all that answers it
    Claim        a sentence and its predicate               Verdict         holds, does not hold, undecided
    Value        a number that knows its unit and origin    Needs           what a copy must give for it to be judged
    Figure, Table    what a reader looks at                 Budget          how much of the real thing to run

This module imports nothing heavy: declaring an experiment must cost milliseconds.
"""

from __future__ import annotations

import itertools
import math
import numbers
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from report.errors import ReportError, nearest
from report.seeds import Seeds, Unit
from report.shown import Column as Column
from report.shown import Figure as Figure
from report.shown import Scalar as Scalar
from report.shown import Table as Table
from report.shown import Value as Value
from report.shown import tabulate as tabulate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

T = TypeVar("T")

Plain = Any
"""Plain data: None, bool, int, float, str, and tuples, lists, dicts and frozen dataclasses of plain data."""


# --- declaring -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Budget:
    """How much of the real thing to run: ``smoke`` (a minute), ``quick`` (some minutes), ``full`` (the write-ups' own).

    A budget changes epochs, the amount of data and the seeds; never the code path.
    """

    name: str
    first_seed: int = 0

    def pick(self, *, smoke: T, quick: T, full: T) -> T:
        """The setting for this budget."""
        return {"smoke": smoke, "quick": quick, "full": full}[self.name]

    def seeds(self, n: int) -> range:
        """``n`` consecutive seeds from the first one."""
        return range(self.first_seed, self.first_seed + n)


class Context(Protocol):
    """What a running trial is handed beside its arguments: a way to be watched, and to survive being killed."""

    def progress(self, done: int, total: int, **numbers: float) -> None:
        """``done`` of ``total`` epochs (or iterations) are over; ``numbers`` such as ``loss`` are shown beside the bar."""

    def checkpoint(self, state: bytes) -> None:
        """Keep ``state`` durably (atomically replacing the one before); a killed trial finds it on its next run."""

    def resume(self) -> bytes | None:
        """The last checkpoint of this very trial, or None at a first start."""


@dataclass(frozen=True)
class Data:
    """A data set that a trial reads, by name; its digest is part of the trial's fingerprint."""

    name: str


class DataStatus(Protocol):
    """What content says of a data set: whether it is there, and what it is."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def ready(self) -> bool: ...
    @property
    def source(self) -> str: ...
    @property
    def stand_in(self) -> bool: ...
    @property
    def digest(self) -> str: ...


@dataclass(frozen=True)
class Trial:
    """A pure, module-level function and plain arguments, one of which is the seed where anything is random.

    The engine calls ``function(context, **arguments, **inputs)`` with each input resolved: a ``Data`` to the opened data
    set, a ``Trial`` to its ``Result``. ``tags`` name the condition for the reader (``net="convnet"``); they select, and
    never enter the fingerprint. ``may_diverge`` says that divergence is an outcome here, not a failure.
    """

    function: Callable[..., Result]
    arguments: Mapping[str, Plain] = field(default_factory=dict)
    inputs: Mapping[str, Trial | Data] = field(default_factory=dict)
    tags: Mapping[str, Scalar] = field(default_factory=dict)
    may_diverge: bool = False

    @property
    def condition(self) -> dict[str, Scalar]:
        """The tags and the seed: the row label of this trial in tables and plots."""
        seed = {"seed": self.arguments["seed"]} if "seed" in self.arguments else {}
        return {**self.tags, **seed}

    @property
    def label(self) -> str:
        """One line for a progress bar: ``convnet adam seed=0``."""
        words = [str(value) if isinstance(value, str) else f"{name}={value}" for name, value in self.condition.items()]
        return " ".join(words) or "the only trial"


def data_read(trial: Trial) -> set[str]:
    """The names of the data sets that a trial reads, its inputs' included."""
    read = {source.name for source in trial.inputs.values() if isinstance(source, Data)}
    return read.union(*(data_read(source) for source in trial.inputs.values() if isinstance(source, Trial)))


@dataclass(frozen=True)
class Result:
    """What a trial returns: ``scalars``; a tidy ``history`` (columns of equal length, say epoch, train_loss, …); ``arrays``.

    ``diverged`` marks a run whose numbers ceased to be finite: an outcome with its own mark, not a number.
    """

    scalars: Mapping[str, Scalar] = field(default_factory=dict)
    history: Mapping[str, Sequence[Scalar]] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    diverged: bool = False


# --- what came of it -----------------------------------------------------------------------------------------------


class State(StrEnum):
    """How a trial ended."""

    DONE = "done"
    DIVERGED = "diverged"
    FAILED = "failed"
    MISSING = "missing"  # not run: left out by --only or by a read-only store, or an input of it failed


@dataclass(frozen=True)
class Outcome:
    """A trial, its fingerprint (64 hex digits), and its result or the reason why there is none.

    ``started`` is False for a trial that was left out: its reason then says why, and it has not failed itself.
    """

    trial: Trial
    fingerprint: str
    result: Result | None
    reason: str = ""
    seconds: float = math.nan
    started: bool = True

    @property
    def state(self) -> State:
        if self.result is None:
            return State.FAILED if self.reason and self.started else State.MISSING
        return State.DIVERGED if self.result.diverged else State.DONE

    @property
    def seed(self) -> int:
        """The trial's seed; 0 where nothing is random."""
        return int(self.trial.arguments.get("seed", 0))

    @property
    def found(self) -> Result:
        """The result. Raises ``MissingResult`` if there is none."""
        if self.result is None:
            raise MissingResult(self.reason or "not run")
        return self.result

    def __getitem__(self, name: str) -> Plain:
        """The scalar ``name`` of this run."""
        if name not in self.found.scalars:
            raise ReportError(f"no scalar '{name}' in {self.trial.label}", remedy=nearest(name, self.found.scalars))
        return self.found.scalars[name]


class MissingResult(ReportError):
    """A view asks for runs of which none finished: its place on the page says so."""


@dataclass(frozen=True)
class Runs:
    """The outcomes of one experiment, to select from: ``runs.where(net="mlp")["test_accuracy"]``."""

    outcomes: tuple[Outcome, ...]

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.outcomes)

    def __len__(self) -> int:
        return len(self.outcomes)

    def where(self, **condition: Scalar) -> Runs:
        """The runs whose tags and seed have these values. Raises ``ReportError`` for a tag or value nobody has."""
        for name, value in condition.items():
            values = {o.trial.condition[name] for o in self.outcomes if name in o.trial.condition}
            if value not in values:
                names = {name for o in self.outcomes for name in o.trial.condition}
                same = [each for each in values if str(each) == str(value)]
                remedy = nearest(str(value), map(str, values)) if values else nearest(name, names)
                raise ReportError(f"no run has {name}={value!r}.", remedy=f"Write {name}={same[0]!r}." if same else remedy)
        matching = (o for o in self.outcomes if all(o.trial.condition.get(n) == v for n, v in condition.items()))
        return Runs(tuple(matching))

    def finished(self) -> Runs:
        """The runs that have a result, diverged ones included. Raises ``MissingResult`` if there is none."""
        done = tuple(o for o in self.outcomes if o.result is not None)
        if not done:
            raise MissingResult(_why_missing(self.outcomes))
        return Runs(done)

    def converged(self) -> Runs:
        """The runs whose numbers stayed finite. Raises ``MissingResult`` if there is none."""
        done = tuple(o for o in self.finished() if o.state is State.DONE)
        if not done:
            raise MissingResult("every run diverged")
        return Runs(done)

    def __getitem__(self, name: str) -> Seeds:
        """Seed → the scalar ``name``, over the converged runs, which must differ in their seed alone."""
        return self.converged().by_seed(lambda run: run[name])

    def by_seed(self, of: Callable[[Outcome], float]) -> Seeds:
        """Seed → ``of`` each finished run, diverged ones included; the runs must differ in their seed alone."""
        found: dict[int, float] = {}
        for run in self.finished():
            if run.seed in found:
                raise ReportError(f"several runs share seed {run.seed}: select one condition with where(…) first")
            number = of(run)
            if not isinstance(number, numbers.Real):
                raise ReportError(f"{run.trial.label}: {number!r} is no number.", remedy="Return a number as the scalar.")
            found[run.seed] = float(number)
        return Seeds(found)

    def values_of(self, tag: str) -> list[Any]:
        """The values of ``tag`` that occur: numbers ascending, words in the order in which they are declared."""
        values = list(dict.fromkeys(o.trial.condition[tag] for o in self.outcomes if tag in o.trial.condition))
        return values if any(isinstance(value, str | None) for value in values) else sorted(values)  # type: ignore[type-var]

    def by(self, *tags: str) -> dict[Any, Runs]:
        """Value of the tag → the runs that have it, in the order of ``values_of``; tuples of values for several tags."""
        parts = {values: self.where(**dict(zip(tags, values))) for values in itertools.product(*map(self.values_of, tags))}
        return {values if len(tags) > 1 else values[0]: part for values, part in parts.items() if len(part)}

    def tag(self, name: str) -> Plain:
        """The value of the tag that all of these runs share. Raises ``ReportError`` if they differ in it."""
        values = self.values_of(name)
        if len(values) != 1:
            raise ReportError(f"the runs have {len(values)} values of '{name}': select one condition with where(…) first")
        return values[0]

    def argument(self, name: str) -> Plain:
        """The argument ``name`` that all of these runs were given. Raises ``ReportError`` if they differ in it."""
        given = [outcome.trial.arguments.get(name) for outcome in self.outcomes]
        if any(value != given[0] for value in given):
            raise ReportError(f"the runs differ in their argument '{name}': select one condition with where(…) first")
        return given[0] if given else None

    def frame(self) -> pd.DataFrame:
        """One row a finished run: its tags, its seed, its scalars and ``diverged``."""
        import pandas as pd

        return pd.DataFrame([_in_one(run) for run in self.finished()])

    def history(self) -> pd.DataFrame:
        """The histories of all finished runs below each other, with tags and seed as columns."""
        import pandas as pd

        parts = [pd.DataFrame(dict(run.found.history)).assign(**run.trial.condition) for run in self.finished()]
        return pd.concat(parts, ignore_index=True)

    def array(self, name: str) -> np.ndarray:
        """The array ``name`` of the first finished run (select with ``where`` before)."""
        arrays = self.finished().outcomes[0].found.arrays
        if name not in arrays:
            raise ReportError(f"no array '{name}'", remedy=nearest(name, arrays))
        return arrays[name]


def _in_one(run: Outcome) -> dict[str, Scalar]:
    """Condition and scalars of a run in one row. Raises ``ReportError`` for a name that stands for two things."""
    for name in run.found.scalars:
        if name in run.trial.condition or name == "diverged":
            what = f"'{name}' is a scalar of {run.trial.label} and also its {'tag' if name in run.trial.condition else 'mark'}."
            raise ReportError(what, remedy="One column cannot hold both: rename one of them.")
    return {**run.trial.condition, **run.found.scalars, "diverged": run.found.diverged}


def _why_missing(outcomes: tuple[Outcome, ...]) -> str:
    alike = {o.reason.partition("; see ")[0]: o.reason or "not run" for o in reversed(outcomes)}  # each has a log of its own
    return "; ".join(sorted(alike.values())) or "no such trial"


# --- judging -------------------------------------------------------------------------------------------------------


class Holds(StrEnum):
    """A verdict in a word."""

    YES = "holds"
    NO = "does not hold"
    UNDECIDED = "undecided"
    NOT_ASKED = "not asked of this copy"  # its budget or its data do not give what the claim needs


@dataclass(frozen=True)
class Verdict:
    """The outcome of a claim: the word, the effect size with its 95 % interval (in ``unit``), and the number of seeds."""

    holds: Holds
    effect: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    unit: str = ""
    what: str = ""  # what the effect is: "mean paired difference in test accuracy"
    margin: float = math.nan  # how far the effect lies on the sentence's side of its bound, in ``unit``; negative: on the other
    exact: bool = False  # counted, so that no seed could change it
    would_take: int = 0  # so many seeds would settle what is undecided, if mean and spread stayed as they are; 0: not known


@dataclass(frozen=True)
class Needs:
    """What a copy must give for a claim to be judged in it, or a reported number to be compared: what may not be compared may
    not be judged. ``budgets`` are those that give it; ``real`` says that data which stand in for others do not."""

    what: str
    budgets: tuple[str, ...] = ("full",)
    real: bool = True

    def given_by(self, *budgets: str) -> Needs:
        """The same, of an experiment of which these budgets give it, too."""
        return replace(self, budgets=(*self.budgets, *budgets))

    def lacking(self, budget: str, stand_ins: Sequence[str]) -> str:
        """Why a copy of this budget, on these stand-ins, does not give it; nothing if it does."""
        if self.real and stand_ins:
            return f"it needs the real {', '.join(stand_ins)}"
        return "" if budget in self.budgets else f"it needs {self.what}"


NOTHING = Needs("nothing", ("smoke", "quick", "full"), real=False)
REAL_DATA = Needs("the real data", ("smoke", "quick", "full"))
ALL_DATA = Needs("all of the data")
RECIPE = Needs("the whole training")


@dataclass(frozen=True)
class Claim:
    """A sentence that stands in the write-up only with its verdict. ``judge`` sees the runs of its experiment."""

    sentence: str
    judge: Callable[[Runs], Verdict]
    needs: Needs = NOTHING


@dataclass(frozen=True)
class Measure:
    """How a scalar appears to a reader: ``shown = scalar * scale``, with ``digits`` decimals, then the unit.

    A ``Unit`` in the unit's place brings its scale, and where its numbers end: ``Measure("accuracy", SHARE)``.
    """

    label: str
    unit: str | Unit = ""
    digits: int = 2
    scale: float = 1.0

    def reads(self, numbers: Collection[float]) -> Unit:
        """The unit of these numbers. A bare "%" is of a whole, so long as none of them is beyond it."""
        if isinstance(self.unit, Unit):
            return self.unit
        if self.unit == "%" and self.scale > 0 and all(0 <= number * self.scale <= 100 for number in numbers):
            return Unit("%", self.scale, 0, 100 / self.scale)
        return Unit(self.unit, self.scale)


@dataclass(frozen=True)
class Experiment:
    """A question, the trials that a budget buys, and what is made of their results.

    ``id`` is the ledger's (E2). Figures, tables, claims and values are addressed from prose as ``E2.<name>``. Every function
    here takes the experiment's ``Runs`` and is pure; a value that no run decides needs none.
    """

    id: str
    title: str
    question: str
    trials: Callable[[Budget], Sequence[Trial]]
    measures: Mapping[str, Measure] = field(default_factory=dict)
    figures: Mapping[str, Callable[[Runs], Figure]] = field(default_factory=dict)
    tables: Mapping[str, Callable[[Runs], Table]] = field(default_factory=dict)
    claims: Mapping[str, Claim] = field(default_factory=dict)
    values: Mapping[str, Callable[[Runs], Value] | Value] = field(default_factory=dict)
