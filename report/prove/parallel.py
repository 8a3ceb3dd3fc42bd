"""Check theorems now: several at a time in processes of their own, or a single one by two processes."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from report.errors import DeclarationError
from report.judge.views import Judged, unmade
from report.prove.check import BorneOut, Heard, Witnesses, check, hoarding
from report.prove.checked import Proof
from report.prove.derivation import Derivation, Part, load
from report.prove.language.glossary import Definition

T = TypeVar("T")


@dataclass(frozen=True)
class Theorem:
    """A derivation, checked; and the values, tables and figures that it computes for prose."""

    proof: Proof
    views: Judged = field(default_factory=Judged)


def check_each(files: Sequence[Path], jobs: int) -> AbstractContextManager[Iterator[Theorem]]:
    """The theorems in the order of ``files``, each checked now and none of its views made, ``jobs`` at a time in processes of
    their own, which begin at once: whoever waits for the first may do something else meanwhile.
    """
    alone = len(files) == 1 and jobs > 1
    return _checked_by_two(files[0]) if alone else each_apart(_checked, files, jobs)


def each_apart(function: Callable[[Path], T], files: Sequence[Path], jobs: int) -> AbstractContextManager[Iterator[T]]:
    """What ``function`` makes of each of ``files``, in their order."""
    together = jobs == 1 or len(files) <= 1
    return contextlib.nullcontext(map(function, files)) if together else _apart(function, files, jobs)


@contextlib.contextmanager
def _apart(function: Callable[[Path], T], files: Sequence[Path], jobs: int) -> Iterator[Iterator[T]]:
    context = multiprocessing.get_context("fork") if sys.platform == "linux" else None
    with ProcessPoolExecutor(min(jobs, len(files)), context) as pool:  # Python 3.14 would start each one anew
        try:
            with _unheard(signal.SIGINT, signal.SIGTERM):  # whoever is interrupted ends them, without a word of theirs
                answers = [pool.submit(function, file) for file in files]  # map() would cancel, and the pool stumble over it
            yield (answer.result() for answer in answers)
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.kill()
            raise


@contextlib.contextmanager
def _unheard(*signals: signal.Signals) -> Iterator[None]:
    """Processes that are started inside never hear these signals; this one hears them afterwards."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _checked(path: Path) -> Theorem:
    derivation = load(path)
    return Theorem(check(derivation), unmade(derivation))


@contextlib.contextmanager
def _checked_by_two(path: Path) -> Iterator[Iterator[Theorem]]:
    """The same, while the witnesses look at it from a process of their own: nobody waits for what only they load. The numeric
    ones load nothing, and are heard by whoever is through with all else.
    """

    def checked(answers: Iterator[Testimonies]) -> Iterator[Theorem]:
        derivation = load(path)
        places = range(len(derivation.parts))
        mine = turns.begin(places) if turns else places
        yield Theorem(check(derivation, witnesses=_Reported(derivation, answers, mine)), unmade(derivation))

    forked = sys.platform == "linux"  # a process that is started anew has no pipe of this one
    with (
        _turns() if forked else contextlib.nullcontext() as turns,
        _apart(functools.partial(_heard, turns=turns or ()), [path], jobs=1) as answers,
    ):
        yield checked(answers)


@dataclass(frozen=True)
class _Turns:
    """Places in a list, each taken by one of two processes: two bytes each in a pipe from which both read."""

    taken: int
    given: int

    def begin(self, places: Sequence[int]) -> _Turns:
        """The last first: what takes longest comes late."""
        os.write(self.given, b"".join(place.to_bytes(2, "big") for place in reversed(places)))
        return self

    def __iter__(self) -> Iterator[int]:
        with contextlib.suppress(BlockingIOError):  # none is left
            while True:
                yield int.from_bytes(os.read(self.taken, 2), "big")


@contextlib.contextmanager
def _turns() -> Iterator[_Turns]:
    turns = _Turns(*os.pipe())
    os.set_blocking(turns.taken, False)
    try:
        yield turns
    finally:
        os.close(turns.taken)
        os.close(turns.given)


Testified = BorneOut | Heard | DeclarationError
Testimonies = dict[tuple[str, str], Testified]
"""What the witnesses of a kind find of something that has this name, or what is wrong with them."""


class _Reported(Witnesses):
    """What they found in the other process, once it answers."""

    def __init__(self, derivation: Derivation, answers: Iterator[Testimonies], turns: Iterable[int]):
        super().__init__(derivation)
        self._all = functools.cache(lambda: _by_numbers(Witnesses(derivation), derivation, turns) | next(answers))

    def of_definition(self, defined: Definition) -> BorneOut:
        return cast(BorneOut, self._found(("definition", defined.name)))

    def numeric(self, part: Part) -> Heard:
        return cast(Heard, self._found(("numeric", part.label)))

    def live(self, part: Part) -> Heard:
        return cast(Heard, self._found(("live", part.label)))

    def _found(self, asked: tuple[str, str]) -> Testified:
        found = self._all()[asked]
        if isinstance(found, DeclarationError):
            raise found
        return found


@hoarding()
def _heard(path: Path, turns: Iterable[int]) -> Testimonies:
    """What the witnesses find of each definition and each part, but for what the other process hears meanwhile."""
    derivation = load(path)
    witnesses = Witnesses(derivation)
    found: Testimonies = {("definition", d.name): _or_error(witnesses.of_definition, d) for d in derivation.definitions}
    found |= {("live", part.label): _or_error(witnesses.live, part) for part in derivation.parts}
    return found | _by_numbers(witnesses, derivation, turns)


def _by_numbers(witnesses: Witnesses, derivation: Derivation, turns: Iterable[int]) -> Testimonies:
    """What the numeric witnesses find of the parts whose turn it is."""
    parts = (derivation.parts[at] for at in turns)
    return {("numeric", part.label): _or_error(witnesses.numeric, part) for part in parts}


def _or_error(ask: Callable[[T], Testified], about: T) -> Testified:
    try:
        return ask(about)
    except DeclarationError as error:
        return error
