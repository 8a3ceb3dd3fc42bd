"""What a write-up is filled from: whole chapters, or the sections of chapters that its questions ask for.

A section is found in the source before it is filled, and keeps its lines: an error in it is reported where its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from report.errors import ProseError, Where, author_text, nearest
from report.write.prose import CODE, anchor, without_comments
from report.write.writeup import Question, Writeup

HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+[^\n]*?(?:\{[^}\n]*#(?P<name>[\w-]+)[^}\n]*\})?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """A piece of a write-up that is filled by itself: Markdown with Jinja, each line where it is in ``file``."""

    identifier: str
    file: Path
    source: str


def sections(source: str) -> dict[str, str]:
    """The sections that have a name, each up to the next heading of its level or a higher one, led by as many empty lines as
    stand before it."""
    headings = _headings(source)
    found: dict[str, str] = {}
    for number, heading in enumerate(headings):
        if heading["name"]:
            after = (other.start() for other in headings[number + 1 :] if len(other["marks"]) <= len(heading["marks"]))
            before = source.count("\n", 0, heading.start())
            found[heading["name"]] = "\n" * before + source[heading.start() : next(after, len(source))]
    return found


def _headings(source: str) -> list[re.Match[str]]:
    """The headings of a chapter; what begins with # in code is none."""
    blank = re.sub(CODE, lambda code: re.sub(r"[^\n]", " ", code[0]), source, flags=re.DOTALL | re.MULTILINE)
    return list(HEADING.finditer(blank))


def parts(writeup: Writeup) -> tuple[Part, ...]:
    """The pieces of a write-up in their order. Raises ``ProseError`` for an answer that is no section and no chapter."""
    if not writeup.questions:
        return tuple(Part(anchor(path), path, without_comments(author_text(path))) for path in writeup.chapters)
    sources = {path: without_comments(author_text(path)) for path in writeup.shelf}
    named = {f"#{n}": Part(anchor(p), p, text) for p, source in sources.items() for n, text in sections(source).items()}
    whole = {path.stem: Part(anchor(path), path, source) for path, source in sources.items()}
    return tuple(part for question in writeup.questions for part in _answered(question, writeup.file, named, whole))


def _answered(question: Question, file: Path, named: Mapping[str, Part], whole: Mapping[str, Part]) -> Iterator[Part]:
    """The heading, the prose, and what answers the question."""
    if question.heading:
        yield Part(question.identifier, file, _at(question.line, f"# {question.heading} {{#{question.identifier}}}\n\n"))
    if question.prose:
        yield Part(question.identifier, file, _at(question.prose_line, f"{question.prose}\n\n"))
    for answer, line in question.answers:
        if answer in whole:
            yield whole[answer]
        elif answer in named:
            alone = question.heading and len(question.answers) == 1
            yield _under_the_question(named[answer]) if alone else named[answer]
        elif answer.startswith("#"):
            raise ProseError(f"no chapter has a section {answer}.", where=Where(file, line), remedy=nearest(answer, named))
        else:
            yield Part(question.identifier, file, _at(line, f'{{{{ answer("{answer}") }}}}\n\n'))


def _at(line: int, text: str) -> str:
    return "\n" * (line - 1) + text


def _under_the_question(part: Part) -> Part:
    """A section that is all the answer: the question's heading is its own, and what stands below it rises by one level."""

    def risen(heading: re.Match[str]) -> str:
        return f"[]{{#{heading['name']}}}" if heading.start() == first else heading[0][1:]

    headings = _headings(part.source)
    first = headings[0].start()
    pieces, end = [], 0
    for heading in headings:
        pieces += [part.source[end : heading.start()], risen(heading)]
        end = heading.end()
    return Part(part.identifier, part.file, "".join(pieces) + part.source[end:])


def own_prose(writeup: Writeup) -> str:
    """What the write-up's own file says in prose, on the lines where it says it: for the same lint as chapters."""
    lines: list[str] = []
    for question in writeup.questions:
        for line, text in ((question.line, question.heading), (question.prose_line, question.prose)):
            lines += [""] * (line - 1 - len(lines))
            lines += text.split("\n")
    return "\n".join(lines) + "\n"
