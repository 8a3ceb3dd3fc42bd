"""Refuse what no chapter may hold, numbers typed into prose above all: what the reader takes for a result was computed.

A chapter is Markdown with Jinja. Digits are allowed inside mathematics, code, Jinja, dates, attributes and link targets,
in ids such as E2 or W1, and in words such as 2-D. Anything else needs the marked escape ``{{ typed("28", "why") }}``,
whose reason stands in the chapter for the next reader. So does a number in words where it can be nothing else: *ninety per
cent*, *three quarters*, *twice as many*, *a factor of ten*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image

from report.errors import ProseError, Where, author_text
from report.write.prose import EXPRESSION, FILLED, HIDDEN, Prose, anchor, blank, line_of, read, without_comments
from report.write.sections import headings_of
from report.write.wording import Wording, wordings

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"

# Digits that are no result.
ALLOWED = re.compile(
    "|".join(
        (
            r"\bhttps?://\S+",
            rf"\b(?:\d{{1,2}}\s+)?(?:{MONTHS})\s+\d{{4}}\b",  # a date
            r"\b\d{4}-\d{2}-\d{2}\b",
            r"\b[A-Z]\d+(?:[a-z]|\.[A-Za-z_]\w*)?\b(?!\.\d)",  # an id
            r"\b[A-Z]\w*-\d+\b|\b[A-Za-z_]+\d\w*\b(?!\.\d)",  # a name with a digit in it: CIFAR-10, float32, Conv2d
            r"\b\d-D\b",
        )
    )
)
SMALL = "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
LARGE = rf"(?:{TENS})(?:-\w+)?|(?:thir|four|fif|six|seven|eigh|nine)teen|hundred|thousand|million|billion"
PARTS = "third|quarter|fifth|sixth|seventh|eighth|ninth|tenth|hundredth|thousandth"
PLACES = "".join(rf"(?<!\b{place} )" for place in ("first", "second", "upper", "lower", "left", "right", "other", "each"))
TIMES = rf"(?:(?:{SMALL}|{LARGE}) )+times|twice|thrice|{PLACES}half"
NUMBER = re.compile(
    "|".join(
        (
            r"\d[\d.,]*\d|\d",
            rf"\b(?:an?|one|half an?|{SMALL}|{LARGE}) (?:per ?cent\b|percentage points?\b)",
            rf"\b(?:{TIMES}) (?:as|of|the|that|those|its|their|our|an?|more|less|(?!over|after|under|ever|later|per\b)\w+er)\b",
            rf"\b(?:(?:{SMALL}) (?:{PARTS})s|(?:an?|one) (?:{PARTS}) of|by (?:an? |one )?(?:half|{PARTS}))\b",
            r"\b(?:doubl(?:e|es|ed)|tripl(?:e|es|ed)|halve[sd]?) (?:the|that|those|its|their|our)\b|\borders? of magnitude\b",
            rf"\b(?:(?:one|{SMALL}) (?:in|out of)|factors? of) (?:{SMALL}|{LARGE})\b",
            rf"\b(?:(?:{SMALL}|{LARGE}) )*(?:{LARGE})\b",
        )
    ),
    re.IGNORECASE,
)
"""Digits; and in words shares, ratios, and what is larger than twelve. To count to twelve in words is ordinary English."""

STRAY_COMMENT = re.compile(r"\{#(?!#)\s|(?<!#)#\}")
"""A comment in Jinja's usual marks, which would be printed: in a chapter, ``{#`` begins an anchor."""


PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp")


def problems(sources: Mapping[Path, str], known: dict[str, Prose]) -> dict[Path, list[ProseError]]:
    """All that is wrong with each chapter before it is filled; ``known`` is as for ``prose.read``."""
    found, worded = read(sources, known), wordings(sources, known)
    taken: dict[str, Path] = {}
    return {
        path: [
            *_anchors(path, found[path].names, source, taken),
            *_levels(path, source),
            *_pictures(path, found[path].pictures, source),
            *_links(path, found[path].links, source),
            *_notes(path, found[path].text, source),
            *(_comment(line, path) for line in stray_comments(source)),
            *(_number(number, path) for number in typed_numbers(found[path].text, source)),
            *(_wording(words, path) for words in worded[path]),
        ]
        for path, source in sources.items()
    }


def _anchors(path: Path, names: Iterable[str], source: str, taken: dict[str, Path]) -> Iterator[ProseError]:
    """Anchors that stand in the write-up already; those of this chapter are added to ``taken``."""
    own = (anchor(path),) if path.suffix == ".md" else ()  # an assignment's own file has questions, and no anchor
    for name in (*own, *names):
        if name not in taken:
            taken[name] = path
        elif name in own:
            what = f"the chapter's anchor, {name}, is that of {taken[name].name}, too."
            yield ProseError(what, where=Where(path), remedy="Give one of the files another name.")
        else:
            what = f"{{#{name}}} stands in {taken[name].name} already."
            last = source.rfind(f"#{name}")
            where = Where(path, source.count("\n", 0, last) + 1 if last >= 0 else None)
            yield ProseError(what, where=where, remedy="Give it another name.")


def _levels(path: Path, source: str) -> Iterator[ProseError]:
    """Headings that say nothing, or leave out a level, which no PDF for everybody may; the first of a chapter and of a question
    is its own."""
    level = 1
    for heading in headings_of(source):
        where = Where(path, source.count("\n", 0, heading.start()) + 1)
        if not (heading["text"] or "").strip():
            yield ProseError("a heading says nothing.", where=where, remedy="Give it words, or take it out.")
        if len(heading["marks"]) > level + 1:
            remedy = f"Begin it with {'#' * (level + 1)}."
            yield ProseError(
                f"a heading of level {len(heading['marks'])} follows one of level {level}.", where=where, remedy=remedy
            )
        level = len(heading["marks"])


def _pictures(path: Path, names: Iterable[str], source: str) -> Iterator[ProseError]:
    """Pictures that are not there, or that no page can show."""
    for name in names:
        where = Where(path, line_of(f"({name}", source))
        if Path(name).suffix.lower() not in PICTURES:
            yield ProseError(f"'{name}' is no picture.", where=where, remedy=f"Use one of {', '.join(PICTURES)}.")
        elif not (path.parent / name).is_file():
            yield ProseError(
                f"the picture '{name}' does not lie beside the chapter.", where=where, remedy=f"Put it into {path.parent}."
            )
        elif _unreadable(path.parent / name):
            yield ProseError(f"the picture '{name}' cannot be read.", where=where, remedy="Save it again.")


def _unreadable(file: Path) -> bool:
    """Whether no program could show this picture."""
    try:
        if file.suffix.lower() == ".svg":
            return not ElementTree.parse(file).getroot().tag.endswith("svg")
        with Image.open(file) as picture:
            picture.load()
    except (OSError, SyntaxError, ValueError):
        return True
    return False


def _links(path: Path, links: Iterable[str], source: str) -> Iterator[ProseError]:
    """Links to a file, which would be broken on the page: files are not published with it."""
    for link in links:
        if not re.match(r"#|\w[\w+.-]*:", link) and FILLED not in link:
            where = Where(path, line_of(f"({link}", source))
            remedy = "Link to an address that begins with https://, or to a place in the write-up: #its-id."
            yield ProseError(f"a link goes to '{link}', which is not published with the page.", where=where, remedy=remedy)


def _notes(path: Path, text: str, source: str) -> Iterator[ProseError]:
    """Marks of notes that nobody wrote, which would be printed as they stand."""
    for note in re.findall(r"\[\^[^\s\[\]]+\]", text):
        remedy = f"Write {note}: … below, or ^[…] in its place."
        yield ProseError(f"there is no note {note}.", where=Where(path, line_of(note, source)), remedy=remedy)


def _comment(line: int, path: Path) -> ProseError:
    return ProseError("a comment here is written {## … ##}.", where=Where(path, line), remedy="Double the signs.")


def in_abstract(abstract: str, path: Path) -> Iterator[ProseError]:
    """Numbers that are typed into an abstract, which is text alone and has no way to compute one."""
    for number in typed_numbers(abstract, author_text(path) if abstract else ""):
        yield _number(number, path, "Leave it to a chapter, where value(…) computes it.")


COMPUTED = "Use value(…), or typed(…, why) if it is no result."


def _number(found: TypedNumber, path: Path, remedy: str = COMPUTED) -> ProseError:
    number = found.text if found.text[:1].isdigit() else f"“{' '.join(found.text.split())}”"
    return ProseError(
        f"the number {number} is typed, not computed: “{found.context}”",
        where=Where(path, found.line),
        remedy=remedy,
    )


def _wording(found: Wording, path: Path) -> ProseError:
    text, sentence = (re.sub(f"[{FILLED}{HIDDEN}]", "…", each) for each in (found.text, found.sentence))
    return ProseError(
        f"“{text}” says of results what those of another copy may not: “{sentence}”",
        where=Where(path, found.line),
        remedy="Use value(…) with its unit, a claim or a condition, or typed(…, why) if it is no result.",
    )


def stray_comments(source: str) -> list[int]:
    """The lines with a mark of a comment that is none."""
    return [n for n, line in enumerate(source.splitlines(), start=1) if STRAY_COMMENT.search(line)]


@dataclass(frozen=True)
class TypedNumber:
    """A number found in prose, and the line that holds it (counted from 1; none where it cannot be told)."""

    line: int | None
    text: str
    context: str


@lru_cache(512)  # of chapters that have not changed
def typed_numbers(text: str, source: str) -> list[TypedNumber]:
    """Every number that an author typed rather than computed: of the text of a chapter, with its lines in the source."""
    found: list[TypedNumber] = []
    at = 0
    shown = EXPRESSION.sub(lambda found: blank(found[0]), without_comments(source))
    lines = source.splitlines()
    for match in NUMBER.finditer(ALLOWED.sub(lambda found: blank(found[0]), text)):
        begin, end = _place(text, match, shown, at) or (-1, -1)
        line = shown.count("\n", 0, begin) + 1 if begin >= 0 else None
        context = lines[line - 1] if line else text[: match.end()].rpartition("\n")[2]
        found.append(TypedNumber(line, shown[begin:end] if line else match.group(), context.strip()))
        at = max(begin, 0) + 1
    return found


def _place(text: str, number: re.Match[str], source: str, start: int) -> tuple[int, int] | None:
    """From where to where a number of ``text`` stands in ``source``, or None: with the words before it, or alone; after
    ``start``, or not. Marks may stand within it: ``2*3*4`` is read as 2, an emphasised 3, and 4."""
    before = text[: number.start()].rpartition("\n")[2].split(" ")[-2:]
    words = r"\s+".join(re.escape(word) for word in before)
    digits = r"[*_^~\\]*".join(r"\s+" if each == " " else re.escape(each) for each in number.group())
    for wanted in (f"{words}({digits})", f"({digits})"):
        for begin in (start, 0):
            if found := re.compile(wanted).search(source, begin):
                return found.span(1)
    return None
