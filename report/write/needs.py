"""What a write-up rests on: the experiments and theorems that its parts name, so that nothing else need run for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache

import jinja2
from jinja2 import nodes

from report.errors import author_text
from report.judge.written import Entry
from report.write.prose import unnumbered, without_comments
from report.write.references import anchors
from report.write.sections import drafts
from report.write.template import parsed
from report.write.writeup import Writeup

HANDED = re.compile(r"""[(\[,]\s*["']([^"'\n]+)["']""")
"""A text in a call or a list, found without reading all of the Jinja around it: by the thousand, and in a moment."""


def needed(writeup: Writeup, known: Collection[str], entries: Mapping[str, Entry]) -> frozenset[str]:
    """The ids out of ``known`` that the write-up shows or holds reports against; all of them for the complete one."""
    if not writeup.questions:
        return frozenset(known)
    named = {name for draft in drafts(writeup) for name in names_in(draft.source)}
    told = [e for name, e in entries.items() if e.source == writeup.source or name in named or e.mistake in named]
    owners = {_owner(name) for name in named} | {_owner(name) for entry in told for name in held_against(entry)}
    return frozenset(owners & set(known))


def elsewhere(writeup: Writeup) -> frozenset[str]:
    """What a reference out of an assignment may be meant for: all that the complete write-up names, its chapters, and its
    sections. Nothing stands elsewhere for the complete one itself."""
    if not writeup.questions:
        return frozenset()
    sources = [without_comments(author_text(path)) for path in writeup.chapters]
    named = {name for source in sources for name in (*HANDED.findall(source), *anchors(source))}
    return frozenset({*named, *(f"ch:{unnumbered(path)}" for path in writeup.chapters), "build.counts", "build.replication"})


def held_against(entry: Entry) -> Iterable[str]:
    """What an entry is held against, by name."""
    return (*entry.ours, *(name.removeprefix("not ") for name in entry.asserts))


def _owner(name: str) -> str:
    return name.partition(".")[0]


@lru_cache(512)
def names_in(source: str) -> tuple[str, ...]:
    """Every text that a part hands to a function; none of a part that Jinja refuses, which is said when it is filled."""
    try:
        tree = parsed(source)
    except jinja2.TemplateSyntaxError:
        return ()
    return tuple(each.value for each in tree.find_all(nodes.Const) if isinstance(each.value, str))
