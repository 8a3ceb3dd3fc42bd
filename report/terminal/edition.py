"""One write-up out of all that was found: its chapters filled, its pages set, and what must be owned up to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

from report.errors import ExitCode
from report.judge.answers import reported
from report.judge.findings import Finding
from report.judge.shortcomings import shortcomings
from report.judge.views import NOT_PROVED
from report.model import data_read
from report.terminal import origins
from report.terminal.bench import Basis
from report.typeset.pages import front, memory, typeset
from report.typeset.paging import overrun, titles
from report.typeset.pandoc import Press
from report.write import colophon
from report.write.chapters import write
from report.write.manifest import manifest
from report.write.manuscript import Manuscript, Material
from report.write.writeup import Writeup

T = TypeVar("T")
Early = Callable[[str, bytes], None]
"""Who is given a page by its name as soon as it is set, before the PDF is."""


PAGES_AT_ONCE = 2
"""Typst sets a write-up on one core; two of them at once have taken no more memory than the longest alone, 1.5 GB."""


def nobody(name: str, content: bytes) -> None:
    """Waits for all of it."""


@dataclass(frozen=True)
class Edition:
    """The files of a write-up by name, and what they lack."""

    writeup: Writeup
    files: Mapping[str, bytes]
    lacking: list[str]


@dataclass(frozen=True)
class Published:
    """What a command has published: all files by name, what it said of them, and its exit code."""

    said: str = ""
    code: ExitCode = ExitCode.OK
    files: Mapping[str, bytes] = field(default_factory=dict)

    def and_also(self, edition: Edition, said: str) -> Published:
        """With one more write-up."""
        code = ExitCode.INCOMPLETE if edition.lacking else self.code
        return Published("\n".join(filter(None, [self.said, said])), code, {**self.files, **edition.files})


def editions(basis: Basis, writeups: Sequence[Writeup], early: Early = nobody) -> Iterator[Edition]:
    """Each of ``writeups`` as it is published, in their order; ``PAGES_AT_ONCE`` of them are set while the next is filled,
    one of an assignment first: it is filled sooner than all that there is."""
    short, pool = next((each for each in writeups if each.questions), None), ThreadPoolExecutor(PAGES_AT_ONCE)
    known, pieces = frozenset(chain(*basis.known.pieces.values())), basis.known.pieces
    press = Press(memory(basis.bench.store), basis.known.measured, pieces, known)
    try:
        order, said = sorted(writeups, key=lambda each: each is not short), all_findings(basis, writeups)
        begun = {each.name: pool.submit(_set, basis, each, *filled(basis, each, said), press, early) for each in order}
        yield from (begun[each.name].result() for each in writeups)
    finally:
        pool.shutdown(cancel_futures=True)


def _set(basis: Basis, writeup: Writeup, manuscript: Manuscript, own: Basis, press: Press, early: Early) -> Edition:
    """A write-up that is filled; what it does not rest on is no shortcoming of it."""
    bench, settings = basis.bench, basis.bench.settings
    outcomes, judged, proofs, data = own.outcomes, own.judged, own.proofs, own.bench.data
    lacking = shortcomings(outcomes, judged, data, [name for name, proof in proofs.items() if proof is NOT_PROVED])
    made = typeset(manuscript, writeup, front(writeup, settings.budget, outcomes, lacking), bench.store, press, early)
    for layout, measured in made.measured.items():
        basis.known.measured.setdefault(layout, {}).update(measured)
    lacking += overrun(writeup, made.paging, titles(writeup, manuscript))
    budget = {"name": settings.budget, "first_seed": settings.seed}
    environment = {**colophon.ran_with(), **bench.machine}
    counts = origins.count(basis, manuscript)
    listing = manifest(budget, outcomes, judged, proofs, data, environment, manuscript, lacking, made.files, counts)
    name = f"{writeup.name}.manifest.json" if writeup.questions else "manifest.json"
    return Edition(writeup, {**made.files, name: listing.encode()}, lacking)


def all_findings(basis: Basis, writeups: Sequence[Writeup]) -> Mapping[str, Finding]:
    """What the sources say of all that was found, which is the same in all ``writeups``."""
    experiments, budget = basis.bench.content.experiments, basis.bench.settings.budget
    return reported(writeups[0].written, experiments, basis.judged, budget, origins.teller(basis)) if writeups else {}


def filled(basis: Basis, writeup: Writeup, said: Mapping[str, Finding]) -> tuple[Manuscript, Basis]:
    """The chapters of ``writeup``, and of all that was found what it rests on; ``said`` is what the sources say."""
    content, budget = basis.bench.content, basis.bench.settings.budget
    rests_on = basis.bench.needed_by([writeup])

    def own(each: Mapping[str, T]) -> dict[str, T]:
        return {name: part for name, part in each.items() if name in rests_on}

    outcomes = own(basis.outcomes)
    read = {name for each in outcomes.values() for outcome in each for name in data_read(outcome.trial)}
    data = {name: status for name, status in basis.bench.data.items() if name in read}
    about = colophon.about(budget, outcomes, data, {**colophon.ran_with(), **basis.bench.machine})
    told = origins.teller(basis)
    manuscript = write(
        Material(content.experiments, basis.judged, basis.proofs, writeup, budget, said, about, told, basis.known)
    )
    return manuscript, Basis(replace(basis.bench, data=data), outcomes, own(basis.judged), own(basis.proofs))
