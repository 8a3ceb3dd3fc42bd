"""Say for each trial whether its result is there, and if not, why it has to run.

The reason comes from a closed set, and behind it stands the difference to the last result of the same slot: the same
function under the same tags and seed. Trials come in the order in which they can run, each once, however many
experiments declare it.
"""

from __future__ import annotations

import contextlib
import difflib
import gc
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property, partial
from itertools import groupby
from typing import Any

from report.cache.fingerprint import Fingerprint, fingerprint, source_of, sources_of
from report.cache.reach import Sources
from report.cache.store import Earlier, Store
from report.model import Outcome, Trial


class Reason(StrEnum):
    """Why a trial runs, or does not."""

    CACHED = "cached"  # its result is in the store: it does not run
    NEW = "new"  # nothing is known of this function under these tags and this seed
    ARGUMENTS = "arguments"  # an argument is another
    CODE = "code"  # a function, class or constant that it reaches is another
    DATA = "data"  # a data set is another
    UPSTREAM = "upstream"  # a trial that it builds on is another
    PACKAGES = "packages"  # a package, or Python, has another version
    MACHINE = "machine"  # another device or precision
    DAMAGED = "damaged"  # its entry failed the checks and was set aside
    FAILED = "failed"  # it ran before, and failed
    INTERRUPTED = "interrupted"  # it was cut off, and goes on from its checkpoint


@dataclass(frozen=True, slots=True)
class Planned:
    """A trial with its fingerprint, and why it runs.

    ``difference`` is for people; ``seconds`` is what it took last time, or NaN; of what does not run nobody asks either.
    """

    trial: Trial
    fingerprint: Fingerprint
    reason: Reason
    difference: str = ""
    seconds: float = math.nan

    @property
    def digest(self) -> str:
        return self.fingerprint.digest

    @property
    def upstream(self) -> Mapping[str, str]:
        """Input → digest of the trial that it comes from."""
        return self.fingerprint.own.get("upstream", {})

    @property
    def runs(self) -> bool:
        return self.reason is not Reason.CACHED


@dataclass(frozen=True)
class Plan:
    """What is planned, inputs before what needs them; and which experiment asked for which trials."""

    planned: tuple[Planned, ...]
    asked: Mapping[str, tuple[Trial, ...]] = field(default_factory=dict, repr=False)  # by the experiment that declares them
    digests: Mapping[int, str] = field(default_factory=dict, repr=False)  # id(trial) → digest: a trial cannot be hashed

    def digest(self, trial: Trial) -> str:
        """The digest of a trial that the plan was made of, or that one of these builds on."""
        return self.digests[id(trial)]

    def packages(self) -> set[str]:
        """What the code of the trials that run uses."""
        return {name for planned in self.planned if planned.runs for name in planned.fingerprint.program.parts["packages"]}

    def entries(self) -> set[str]:
        """What the store has of these trials, once they have run: their results, and what the code says that they run."""
        return {name for planned in self.planned for name in (planned.digest, planned.fingerprint.code)}

    def to_run(self) -> tuple[Planned, ...]:
        return tuple(planned for planned in self.planned if planned.runs)

    def needed_by(self, experiments: Iterable[str]) -> set[str]:
        """The digests of the trials of these experiments, and of all that they build on."""
        needed = {self.digest(trial) for name in experiments for trial in self.asked[name]}
        for planned in reversed(self.planned):
            if planned.digest in needed:
                needed.update(planned.upstream.values())
        return needed

    def part(self, experiments: Iterable[str]) -> Plan:
        """The plan of these experiments alone."""
        chosen = {name: self.asked[name] for name in experiments}
        needed = self.needed_by(chosen)
        return Plan(tuple(planned for planned in self.planned if planned.digest in needed), chosen, self.digests)

    def due(self, experiments: Iterable[str]) -> tuple[Planned, ...]:
        """What to execute for these experiments; of the others what costs nothing, because its result is there."""
        needed = self.needed_by(experiments)
        return tuple(planned for planned in self.planned if planned.digest in needed or not planned.runs)

    def label(self, planned: Planned) -> str:
        """``E2 convnet seed=0``; without an experiment if none declares the trial."""
        return f"{self._owners.get(planned.digest, '')} {planned.trial.label}".strip()

    def outcomes(self, ended: Mapping[str, Outcome]) -> dict[str, list[Outcome]]:
        """The outcomes of each experiment's trials, from those that ended, by digest; the others were left out.

        What a trial is built on and nobody declares has taken time, too: it counts for the first that needs it.
        """
        return {name: [self._outcome(trial, ended) for trial in each] for name, each in self.asked.items()}

    def _outcome(self, trial: Trial, ended: Mapping[str, Outcome]) -> Outcome:
        digest = self.digest(trial)
        if digest not in ended:
            return Outcome(trial, digest, None, reason="left out by --only", started=False)
        seconds = ended[digest].seconds + sum(ended[s].seconds for s in self._undeclared.get(digest, ()) if s in ended)
        return replace(ended[digest], trial=trial, seconds=seconds)  # another experiment may give it other tags

    @cached_property
    def _owners(self) -> dict[str, str]:
        return {self.digest(trial): name for name, each in self.asked.items() for trial in each}

    @cached_property
    def _undeclared(self) -> dict[str, list[str]]:
        """Declared trial → what it is the first to need of trials that nobody declares."""
        sources = {planned.digest: planned.upstream.values() for planned in self.planned}
        first: dict[str, list[str]] = {}
        waiting = [(digest, source) for digest in reversed(self._owners) for source in sources[digest]]
        seen: set[str] = set()
        while waiting:
            user, source = waiting.pop()
            if source not in self._owners and source not in seen:
                seen.add(source)
                first.setdefault(user, []).append(source)
                waiting += [(user, further) for further in sources[source]]
        return first


def plan(
    trials: Mapping[str, Iterable[Trial]],
    store: Store,
    *,
    data: Mapping[str, str],
    machine: Mapping[str, str],
    sources: Sources,
) -> Plan:
    """Fingerprint the ``trials`` of each experiment and all that they build on, and look each up.

    Raises ``DeclarationError`` as ``fingerprint`` does.
    """
    asked = {name: tuple(each) for name, each in trials.items()}
    digests: dict[int, str] = {}
    planned: dict[str, Planned] = {}
    codes: dict[str, Fingerprint] = {}

    def add(trial: Trial) -> None:
        if id(trial) in digests:
            return
        for source in trial.inputs.values():
            if isinstance(source, Trial):
                add(source)
        mark = fingerprint(trial, data=data, machine=machine, sources=sources)
        digests[id(trial)] = mark.digest
        if mark.digest not in planned:
            planned[mark.digest] = _looked_up(trial, mark, store, sources)
            codes.setdefault(mark.code, mark)

    with _nothing_to_collect():
        for each in asked.values():
            for trial in each:
                add(trial)
    for digest, mark in codes.items():
        store.describe_code(digest, partial(describe_code, mark, sources))
    store.remember_sound()
    return Plan(tuple(planned.values()), asked, digests)


@contextlib.contextmanager
def _nothing_to_collect() -> Iterator[None]:
    """Inside, everything is made to stay: looking for cycles among it again and again would take a fifth of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _slot_of(trial: Trial) -> str:
    """What makes two trials 'the same' for an explanation: the function, the tags and the seed."""
    words = [f"{name}={value!r}" for name, value in sorted(trial.condition.items())]
    return " ".join([f"{trial.function.__module__}.{trial.function.__qualname__}", *words])


def describe_trial(planned: Planned) -> dict[str, Any]:
    """The description beside a result: the trial in words, the parts of its fingerprint but what the code says."""
    trial, mark = planned.trial, planned.fingerprint
    return {
        "function": f"{trial.function.__module__}.{trial.function.__qualname__}",
        "label": trial.label,
        "tags": {
            name: value if not isinstance(value, float) or math.isfinite(value) else repr(value)
            for name, value in trial.tags.items()
        },
        "slot": _slot_of(trial),
        "sums": mark.sums,
        "parts": {category: part for category, part in mark.parts.items() if category != Reason.CODE},
    }


def describe_code(mark: Fingerprint, sources: Sources) -> dict[str, Any]:
    """What the code says that trials run, the same for many: its part of their fingerprints, and the sources behind it."""
    return {"parts": {"code": mark.parts["code"]}, "sources": sources_of(mark, sources)}


# --- why ------------------------------------------------------------------------------------------------------------------


def _looked_up(trial: Trial, mark: Fingerprint, store: Store, sources: Sources) -> Planned:
    if store.has(mark.digest):
        store.point(_slot_of(trial), mark.digest)
        return Planned(trial, mark, Reason.CACHED)
    earlier = store.earlier(_slot_of(trial))
    seconds = earlier.seconds if earlier else math.nan
    return Planned(trial, mark, *_lacking(mark, earlier, store, sources), seconds)


def _lacking(mark: Fingerprint, earlier: Earlier | None, store: Store, sources: Sources) -> tuple[Reason, str]:
    """Why there is no result, and the difference to the last one of the slot."""
    damaged = [entry for entry in store.damaged if entry.fingerprint == mark.digest]
    if damaged:
        return Reason.DAMAGED, f"{damaged[-1].why}: {damaged[-1].path}"
    failure = store.failure(mark.digest)
    if failure:
        return Reason.FAILED, failure
    if store.interrupted(mark.digest):
        return Reason.INTERRUPTED, "it goes on from its checkpoint"
    before = store.description(earlier.fingerprint) if earlier and store.has(earlier.fingerprint) else None
    if before is None:
        return Reason.NEW, ""
    return why(before, mark.sums, mark.parts, lambda name: source_of(name, mark, sources))


def why(
    before: Mapping[str, Any], sums: Mapping[str, str], parts: Mapping[str, Mapping[str, str]], source: Callable[[str], str]
) -> tuple[Reason, str]:
    """Why a trial has another fingerprint than the result described by ``before``: the first category that differs, and all
    differences. ``source`` gives the text of a name of the code part."""
    changed = [category for category, total in sums.items() if total != before.get("sums", {}).get(category)]
    if not before.get("sums"):
        return Reason.NEW, "fingerprints are written in another way than before"
    texts = []
    for category in changed:
        old, new = before.get("parts", {}).get(category, {}), parts[category]
        if category == "code" and not old:
            texts.append("what the code said before is not known any more")
        elif category == "code":
            texts.append(_code_difference(old, new, before.get("sources", {}), source))
        else:
            texts.append("\n".join(_changes(old, new)))
    return Reason(changed[0]), "\n".join(texts)


def _changes(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [
        f"{name}: {_change(old.get(name, 'absent'), new.get(name, 'absent'))}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _change(old: str, new: str, around: int = 24, longest: int = 60) -> str:
    """``old → new``; of long texts only what differs, with a little around it."""
    if len(old) <= longest and len(new) <= longest:
        return f"{old} → {new}"
    same = next((i for i, (a, b) in enumerate(zip(old, new)) if a != b), min(len(old), len(new)))
    tail = next(
        (i for i, (a, b) in enumerate(zip(old[same:][::-1], new[same:][::-1])) if a != b), min(len(old), len(new)) - same
    )

    def part(text: str) -> str:
        first, last = max(0, same - around), min(len(text), len(text) - tail + around)
        return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")

    return f"{part(old)} → {part(new)}"


def _code_difference(
    old: Mapping[str, str], new: Mapping[str, str], kept: Mapping[str, str], source: Callable[[str], str]
) -> str:
    blocks = []
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) == new.get(name):
            continue
        if name == "subject":
            blocks.append(f"function: {old.get(name)} → {new.get(name)}")
            continue
        word = "added" if name not in old else "removed" if name not in new else "changed"
        before = kept.get(name, "").splitlines()
        after = source(name).splitlines() if name in new else []
        lines = difflib.unified_diff(before, after, "before", "now", lineterm="", n=2)
        blocks.append("\n".join([f"{word} {name}", *(f"  {line}" for line in list(lines)[2:])]))
    return "\n".join(blocks)


# --- for the terminal -----------------------------------------------------------------------------------------------------


def explain(plan: Plan) -> str:
    """``run  code  convnet seed=0`` for each trial, and the difference below the last of those that share it."""
    lines: list[str] = []
    for (reason, difference), alike in groupby(plan.planned, key=lambda planned: (planned.reason, planned.difference)):
        head = f"{'cached':20}" if reason is Reason.CACHED else f"{'run':8}{reason:12}"
        lines += [f"{head}{planned.trial.label}".rstrip() for planned in alike]
        lines += [f"        {line}" for line in difference.splitlines()]
    return "\n".join(lines)
