"""What is made, and no write-up shows: figures, tables, claims and values, theorems, chapters, works of the
literature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from report.judge.views import Judged
from report.judge.written import Entry
from report.write.literature import literature
from report.write.manuscript import Known
from report.write.needs import held_against, names_in
from report.write.sections import drafts
from report.write.writeup import Writeup


def unused(
    writeups: Iterable[Writeup], judged: Mapping[str, Judged], theory: Iterable[str], entries: Mapping[str, Entry], known: Known
) -> Iterator[str]:
    """A sentence for each thing that none of ``writeups``, which are all that there are, mentions."""
    writeups = list(writeups)
    placed = [draft for each in writeups for draft in drafts(each)]
    named = {name for draft in placed for name in names_in(draft.source)}
    named |= {name for entry in entries.values() for name in held_against(entry)}
    for owner, views in judged.items():
        kinds = {"figure": views.figures, "table": views.tables, "claim": views.claims, "value": views.values}
        for kind, each in kinds.items():
            yield from (f"{owner}.{own}: no write-up shows this {kind}." for own in each if f"{owner}.{own}" not in named)
    yield from (f"{name}: no write-up shows this theorem." for name in theory if name not in named)
    files = {draft.file for draft in placed}
    chapters = {file for each in writeups for file in each.shelf}
    yield from (f"{file.name}: no write-up takes anything from it." for file in sorted(chapters - files))
    works = {key: writeup.templates for writeup in writeups for key in literature(writeup.templates, known.works)}
    yield from (f"{key}: no write-up cites this work of references.bib." for key in works if key not in named)
    sources = {entry.source for entry in entries.values()} - {writeup.source for writeup in writeups}
    if any(writeup.source for writeup in writeups):
        yield from (f"{source}: no write-up is the assignment of this source." for source in sorted(sources))
