"""Find the words that say of results what only results can: counts in words, superlatives and comparatives.

What depends on the budget is counted by no typed word: ``six widths`` stands over three in a smaller copy. And a sentence that
speaks of the runs says *best*, *fewer* or *ahead* only under a condition, or by a claim, whose sentence is its own. A sentence
speaks of the runs if something is filled into it or it says so. Of all else, ordinary English is free.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from report.write.prose import FILLED, HIDDEN, Prose, blank, read, without_comments

COUNTS = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|fifty|sixty|hundreds?|thousands?|twice|thrice|half"
COUNTED = "seeds|runs|epochs|iterations|passes|minibatches|rates|widths|sizes|starts|settings|digits|images"
"""What a budget has more or less of, or a run may come out with."""
ADJECTIVE = r"(?!(?:on|of|in|at|by|for|and|or|to|from|with|whose)\b)\w+"
COUNT = re.compile(
    rf"\b(?!two digits)(?:{COUNTS})(?:-\w+)?\s+(?:of\s+)?(?:(?:the|these|our|its|\w+ing)\s+)*(?:{ADJECTIVE}\s+)?(?:{COUNTED})\b"
    rf"|\b(?:{COUNTS})-?fold\b",
    re.IGNORECASE,
)
PLURAL = re.compile(rf"{FILLED} (?:seeds|runs|epochs|iterations|passes|minibatches|starts)\b")
"""What is filled in may be 1: the noun is for the unit of its value, which knows how to be singular."""

COMPARISON = re.compile(
    r"\b(?:best|worst|(?:high|low|large|small|few|fast|slow|sure|wide|narrow|deep)est|(?<!at )most|(?<!at )least"
    r"|(?:high|low|larg|small|few|fast|slow|wide|narrow|near|clos|soon)er|more|less|better|worse|ahead|farther)\b",
    re.IGNORECASE,
)
OF_THE_RUNS = re.compile(rf"{FILLED}|\b(?:these|our|the) runs\b|\bseeds?\b|\bours\b|\bhere\b", re.IGNORECASE)

TAG = re.compile(r"\{%-?\s*(if|elif|else|endif)\b(.*?)-?%\}", re.DOTALL)
GUARD = re.compile(r"\b(?:holds|fails|differs|verdict|number)\(|\bbudget\b")


@dataclass(frozen=True)
class Wording:
    """Words that stand for a result, the sentence that they stand in, and its line (none where it cannot be told)."""

    text: str
    sentence: str
    line: int | None = None


def wordings(sources: Mapping[Path, str], known: dict[str, Prose]) -> dict[Path, list[Wording]]:
    """Chapter by chapter, every count in words, and every comparison of what was run that no condition guards; ``known``
    is as for ``prose.read``."""
    plain = {path: without_comments(source) for path, source in sources.items()}
    everywhere = read(plain, known)
    open_ = read({path: _unguarded(source) for path, source in plain.items()}, known)
    return {path: _of_a_chapter(everywhere[path].text, open_[path].text, plain[path]) for path in sources}


@lru_cache(512)  # of chapters that have not changed
def _of_a_chapter(text: str, _unguarded: str, source: str) -> list[Wording]:
    """Counts anywhere in the text, and comparisons in what is left without guards, with their lines in the source."""
    return [replace(found, line=_line(found, source)) for found in (*counts(text), *comparisons(_unguarded))]


def _line(found: Wording, source: str) -> int | None:
    """The line of the word, which is told apart by the words before it that nothing was filled into."""
    before = found.sentence[: found.sentence.find(found.text)].rpartition(FILLED)[2].rpartition(HIDDEN)[2].split()[-4:]
    words = r"\s+".join(map(re.escape, [*before, *found.text.split()])).replace(FILLED, r"\{\{[^}]*\}\}")
    place = re.search(words.replace("’", "['’]"), source)
    return source.count("\n", 0, place.end()) + 1 if place else None


def _unguarded(source: str) -> str:
    """``source`` without what stands under a condition on results; no line moves."""
    shown, guards, at = [], list[bool](), 0
    for tag in TAG.finditer(source):
        shown += [blank(source[at : tag.start()]) if any(guards) else source[at : tag.start()], blank(tag.group())]
        at, word, on_results = tag.end(), tag[1], bool(GUARD.search(tag[2]))
        if word == "if":
            guards.append(on_results)
        elif word == "endif" and guards:
            guards.pop()
        elif guards:
            guards[-1] |= on_results
    return "".join([*shown, source[at:]])


def counts(text: str) -> Iterator[Wording]:
    for sentence in sentences(text):
        yield from (Wording(found.group(), sentence) for each in (COUNT, PLURAL) for found in each.finditer(sentence))


def comparisons(text: str) -> Iterator[Wording]:
    for sentence in filter(OF_THE_RUNS.search, sentences(text)):
        yield from (Wording(found.group(), sentence) for found in COMPARISON.finditer(sentence))


def sentences(text: str) -> list[str]:
    """The sentences of each paragraph."""
    return [each.strip() for line in text.split("\n") for each in re.split(r"(?<=[.?!:])\s+", line) if each.strip()]
