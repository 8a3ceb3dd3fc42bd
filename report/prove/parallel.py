"""Check theorems now: several at a time in processes of their own, or a single one by two processes."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

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
    """The same, while the witnesses look at it from a process of their own: nobody waits for what only they load."""

    def checked(answers: Iterator[dict[tuple[type, str], Testified]]) -> Iterator[Theorem]:
        derivation = load(path)
        yield Theorem(check(derivation, witnesses=_Reported(derivation, answers)), unmade(derivation))

    with _apart(_heard, [path], jobs=1) as answers:
        yield checked(answers)


Testified = BorneOut | Heard | DeclarationError


class _Reported(Witnesses):
    """What they found in the other process, once it answers."""

    def __init__(self, derivation: Derivation, answers: Iterator[dict[tuple[type, str], Testified]]):
        super().__init__(derivation)
        self._answer = functools.cache(lambda: next(answers))

    def of_definition(self, defined: Definition) -> BorneOut:
        return cast(BorneOut, self._found(Definition, defined.name))

    def of_part(self, part: Part) -> Heard:
        return cast(Heard, self._found(Part, part.label))

    def _found(self, *asked: Any) -> Testified:
        found = self._answer()[asked]
        if isinstance(found, DeclarationError):
            raise found
        return found


@hoarding()
def _heard(path: Path) -> dict[tuple[type, str], Testified]:
    """What the witnesses find, or what is wrong with them, of each definition by its name and of each part by its label."""
    derivation = load(path)
    witnesses = Witnesses(derivation)
    found: dict[tuple[type, str], Testified] = {}
    for defined in derivation.definitions:
        found[Definition, defined.name] = _or_error(witnesses.of_definition, defined)
    for part in derivation.parts:
        found[Part, part.label] = _or_error(witnesses.of_part, part)
    return found


def _or_error(ask: Callable[[T], Testified], about: T) -> Testified:
    try:
        return ask(about)
    except DeclarationError as error:
        return error
