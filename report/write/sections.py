"""What a write-up is filled from: whole chapters, or the sections of chapters that its questions ask for.

A section is found in the source before it is filled, and keeps its lines: an error in it is reported where its author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from report.errors import ProseError, Where, author_text, nearest
from report.numbers import NO_BREAK
from report.write.prose import CODE, anchor, blank, without_comments
from report.write.writeup import Question, Writeup

MISTAKE = re.compile(r'^\{% if differs\("(?P<name>X\w+)"\) %\}\n(?:(?!\{% (?:if|endif)).*\n)*\{% endif %\}\n?', re.MULTILINE)
SHOWN = re.compile(r'^\{\{ (?:figure|table|claim)\("(?P<name>[\w.-]+)"\) \}\}\n?', re.MULTILINE)
HEADING = re.compile(
    r"^(?P<marks>#{1,6})(?:[ \t]+(?P<text>[^\n]*?))?(?:\{[^}\n]*#(?P<name>[\w-]+)[^}\n]*\})?[ \t]*$", re.MULTILINE
)


@dataclass(frozen=True)
class Draft:
    """A stretch of a write-up that is filled by itself: Markdown with Jinja, each line where it is in ``file``."""

    identifier: str
    file: Path
    source: str


@cache
def sections(source: str) -> Mapping[str, tuple[int, int]]:
    """Where each section that has a name begins and ends: before the next heading of its level or a higher one."""
    headings, found = headings_of(source), dict[str, tuple[int, int]]()
    for number, heading in enumerate(headings):
        if heading["name"]:
            after = (other.start() for other in headings[number + 1 :] if len(other["marks"]) <= len(heading["marks"]))
            found[heading["name"]] = (heading.start(), next(after, len(source)))
    return found


def placed(source: str, span: tuple[int, int]) -> str:
    """A part of ``source``, led by as many empty lines as stand before it."""
    return "\n" * source.count("\n", 0, span[0]) + source[slice(*span)]


@cache
def _named(source: str) -> Mapping[str, tuple[int, int]]:
    """What a question may take or leave out, by name: a section, what is said of a mistake, a figure, a table, a claim."""
    return {f"#{name}": span for name, span in sections(source).items()} | {
        found["name"]: found.span() for pattern in (MISTAKE, SHOWN) for found in pattern.finditer(source)
    }


def _left(source: str, name: str) -> str:
    """``source`` without what has this name; no line moves."""
    start, end = _named(source)[name]
    return source[:start] + "\n" * source.count("\n", start, end) + source[end:]


def headings_of(source: str) -> list[re.Match[str]]:
    """The headings of a chapter; what begins with # in code is none."""
    shown = re.sub(CODE, lambda code: blank(code[0]), source, flags=re.DOTALL | re.MULTILINE)
    return list(HEADING.finditer(shown))


def drafts(writeup: Writeup) -> tuple[Draft, ...]:
    """The drafts of a write-up in their order. Raises ``ProseError`` for an answer that is no section and no chapter, and
    for a section of two chapters."""
    if not writeup.questions:
        return tuple(Draft(anchor(path), path, without_comments(author_text(path))) for path in writeup.chapters)
    sources = {path: without_comments(author_text(path)) for path in writeup.shelf}
    named: dict[str, Draft] = {}
    for path, source in sources.items():
        for name, span in _named(source).items():
            if name.startswith("#") and name in named:
                what = f"{named[name].file.name} has a section {name} as well."
                where = Where(path, source.count("\n", 0, span[0]) + 1)
                raise ProseError(what, where=where, remedy="Give one of them another name.")
            if name.startswith(("#", "X")):
                named[name] = Draft(anchor(path), path, placed(source, span))
    whole = {path.stem: Draft(anchor(path), path, source) for path, source in sources.items()}
    return tuple(draft for question in writeup.questions for draft in _answered(question, writeup.file, named, whole))


def _answered(question: Question, file: Path, named: Mapping[str, Draft], whole: Mapping[str, Draft]) -> Iterator[Draft]:
    """The heading, the prose, and what answers the question."""
    if question.heading:
        heading = f"# {question.heading}{_ids(question)} {{#{question.identifier}}}\n\n"
        yield Draft(question.identifier, file, _at(question.line, heading))
    if question.prose:
        yield Draft(question.identifier, file, _at(question.prose_line, f"{question.prose}\n\n"))
    unmet = dict(question.without)
    for answer, line in question.answers:
        if answer in whole:
            yield whole[answer]
        elif answer in named:
            draft = named[answer]
            for name, _ in question.without:
                if name in _named(draft.source):
                    draft = replace(draft, source=_left(draft.source, name))
                    unmet.pop(name, None)
            first = answer == question.answers[0][0]
            yield _under_the_question(draft, headed=not first) if answer.startswith("#") else draft
        elif answer.startswith("#"):
            raise ProseError(f"no chapter has a section {answer}.", where=Where(file, line), remedy=nearest(answer, named))
        else:
            headed = answer != question.answers[0][0]
            asked = f'{{{{ answer("{answer}", {list(question.parts)}, headed={headed}) }}}}\n\n'
            yield Draft(question.identifier, file, _at(line, asked))
    for name, line in unmet.items():
        where, inside = Where(file, line), {n for a, _ in question.answers if a in named for n in _named(named[a].source)}
        raise ProseError(f"no section of this question has {name} to leave out.", where=where, remedy=nearest(name, inside))


def _ids(question: Question) -> str:
    """The theorem or the experiment that answers it, which prose calls by its id; what comes after has a heading of its own."""
    first = question.answers[0][0] if question.answers else ""
    named = re.fullmatch(r"(?P<theorem>T\d+)|#sec-(?P<experiment>e\d+)", first)
    return f"{NO_BREAK}({(named['theorem'] or named['experiment']).upper()})" if named else ""


def _at(line: int, text: str) -> str:
    return "\n" * (line - 1) + text


def _under_the_question(draft: Draft, headed: bool) -> Draft:
    """A section with its headings moved up to stand below that of the question, which is its own if it is not ``headed``."""
    headings = headings_of(draft.source)
    rise = len(headings[0]["marks"]) - (2 if headed else 1)
    pieces, end = [], 0
    for number, heading in enumerate(headings):
        own = f"[]{{#{heading['name']}}}" if number == 0 and not headed else heading[0][rise:]
        pieces += [draft.source[end : heading.start()], own]
        end = heading.end()
    return Draft(draft.identifier, draft.file, "".join(pieces) + draft.source[end:])


def _own_prose(writeup: Writeup) -> str:
    """What the write-up's own file says in prose, on the lines where it says it: for the same lint as chapters."""
    lines: list[str] = []
    for question in writeup.questions:
        for line, text in ((question.line, question.heading), (question.prose_line, question.prose)):
            lines += [""] * (line - 1 - len(lines))
            lines += text.split("\n")
    return "\n".join(lines) + "\n"


def whole_files(writeup: Writeup, drafts: Iterable[Draft]) -> dict[Path, str]:
    """Every file that one of the drafts is taken from, whole: what is wrong with it is wrong for every write-up."""
    files = dict.fromkeys(draft.file for draft in drafts)
    return {file: _own_prose(writeup) if file == writeup.file else without_comments(author_text(file)) for file in files}
