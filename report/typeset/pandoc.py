"""pandoc, which reads a chapter's Markdown and writes it as HTML with MathML, or as Typst source."""

from __future__ import annotations

import hashlib
import html as markup
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from report.errors import ProseError, ReportError, Where, author_text
from report.typeset import breaking, formulas, pieces, spoken, tips
from report.typeset.inputs import TEMPLATES, Remember, at_once, key, made_by
from report.write import prose
from report.write.manuscript import Chapter
from report.write.markdown import unescape
from report.write.prose import READER, pandoc_program


class Pandocs(ExitStack):
    """Two pandocs that convert chapter after chapter, each begun when there is something for it: to start one for every chapter
    takes as long as its work, and what one has read for one page it need not read for the other. Each ends where its questions
    do."""

    def __init__(self) -> None:
        super().__init__()
        self._process = cache(self._begun)
        self._locks = (Lock(), Lock())
        self._given = [0, 0]  # letters, to each
        self._of: dict[str, int] = {}  # who has read it, by the text
        self._giving = Lock()

    def convert(self, chapter: Chapter, text: str, filter_name: str, to: str) -> tuple[str, list[str]]:
        """The ``text`` of the chapter in the format ``to``, and what pandoc says of it."""
        text = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)  # as pandoc does with a file
        with self._giving:
            which = self._of.setdefault(text, self._given.index(min(self._given)))
            self._given[which] += len(text)
        asked = {"text": text, "chapter": chapter.identifier, "filter": filter_name, "format": to}
        with self._locks[which]:
            process = self._process(which)
            assert process.stdin
            assert process.stdout
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(asked).encode() + b"\n")
                process.stdin.flush()
            answer = process.stdout.readline()
        if not answer:
            raise ReportError(f"pandoc ended while it read {chapter.file.name}.", remedy="Build again.")
        found = json.loads(answer)
        return found["written"], found["said"]

    def _begun(self, which: int) -> subprocess.Popen[bytes]:
        program = str(pandoc_program())
        command = [program, "lua", "pandoc.lua", ".", READER, program]
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        surroundings = {**os.environ, "TMPDIR": tempfile.gettempdir()}  # another, where that which is named is not there
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nothing, cwd=TEMPLATES, env=surroundings)
        return self.enter_context(process)


@dataclass(frozen=True)
class Shared:
    """The pieces that were ``made`` for a page, by their digests, in which ``by`` is what makes them; and which of them were
    ``known`` before either page was begun, so that pandoc is given the same text for both."""

    made: dict[str, str] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    by: str = ""


Measured = Mapping[str, Any]
"""What ``report.typ`` decides of a table or of a part of a proof once it has measured it, by the key of its content."""


@dataclass(frozen=True)
class Press:
    """What pages are set with: a memory for what is slow to make; what was measured for other pages, by the digest of the
    layout that it was measured in; the pieces of chapters that were converted for them, by filter and digest, and which of
    them were known before; and the pandocs that run already, if any do."""

    remember: Remember = at_once
    measured: Mapping[str, Measured] = field(default_factory=dict)
    pieces: dict[str, dict[str, str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()
    pandocs: Pandocs | None = None


ALONE = Press()  # for pages that have nothing to do with others

# What typst.lua calls, and the names that its formulas are mended with. Nothing else of report.typ may stand in a chapter:
# its ``sans`` would be in the place of Typst's own in ``$sans(T)$``.
CALLED = (
    "anchor, formula, displayed, singlebar, doublebar, uprightsans, "
    "firstrelation, nextrelation, heldrelation, nextterm, heldsign, report-chapter, report-picture, report-task, "
    "report-figure, report-table, plain-table, report-part, report-case, report-cases, part-title, "
    "report-brief, report-led, report-notation, report-strip, report-bar, report-page, report-contents, "
    "report-ledger, report-numbers, report-entry, report-value, report-remark, report-derivation, report-question, "
    "report-conclusion, report-consequence, report-note, report-references, "
    "report-claimed, report-verdict, report-check, report-notice, lead-in, "
    "horizontalrule, sect"
)


def chapter_html(chapter: Chapter, pandocs: Pandocs, shared: Shared | None = None) -> str:
    """The chapter as a fragment of HTML; what depends on the other chapters, and figures, is put in by ``html``."""
    text, origins = tips.apart(chapter.markdown)

    def made(text: str) -> str:
        fragment = formulas.mathml(_converted(chapter, text, "html.lua", "html5", pandocs))
        aligned = re.sub(r' style="text-align: (left|right);"', lambda at: ' class="end"' if at[1] == "right" else "", fragment)
        return _mark_wide_tables(_whole_numbers(aligned))

    return tips.put_back(_in_pieces(text, made, tips.said, shared), origins)


def chapter_typst(chapter: Chapter, pandocs: Pandocs, shared: Shared | None = None) -> str:
    """The chapter as Typst source that calls the functions of ``report.typ``."""
    text, _ = tips.apart(chapter.markdown)  # which a printed page does not say

    def made(text: str) -> str:
        return formulas.typst(_converted(chapter, text, "typst.lua", "typst", pandocs))

    return f'#import "report.typ": {CALLED}\n\n{_keyed(_in_pieces(text, made, unescape, shared))}'


def _in_pieces(text: str, made: Callable[[str], str], said: Callable[[str], str], shared: Shared | None) -> str:
    """What is ``made`` of the text, where pieces of it may have been converted before."""
    shared = shared or Shared()
    marked, found = pieces.apart(text, shared.known, shared.by)
    whole = pieces.together(made(marked), found, shared.made, said)
    return made(text) if whole is None else whole


KEYED = re.compile(r'(?P<call>#report-part\(|#report-table\(|#plain-table\()|, key: "(?P<key>)"\);')
NAMED = re.compile(r'(#report-(?:part|table))\("[^"]*", "[^"]*"')
LINKED = re.compile(r"#link\(<[^>]*>\)\[([^\[\]]*)\]")
VALUED = re.compile(r'#report-value\("[^"]*", "[^"]*"\)\[')
ELSEWHERE = ("#report-page(", "#report-chapter(", "#footnote[")
"""Where something stands is not known from its content; nor is how wide a number is that tells it."""


def _keyed(source: str) -> str:
    """``source`` with a key for each table and each part of a proof: the digest of all that is measured of it, which is neither
    what it is called, nor its number, nor where a link in it leads."""
    begins = [0]

    def key_of(found: re.Match[str]) -> str:
        if found["call"]:
            begins.append(found.start())
            return found[0]
        content = NAMED.sub(r"\1", source[begins.pop() : found.start()], count=1)
        content = VALUED.sub("#box[", LINKED.sub(r"\1", content))
        if any(call in content for call in ELSEWHERE):
            return found[0]
        return f', key: "{hashlib.sha1(content.encode()).hexdigest()}");'

    return KEYED.sub(key_of, source)


def _whole_numbers(body: str) -> str:
    """``body`` with its numbers as a keyboard types them: the thin spaces of 3274634 are drawn, and a font shows the hyphen of
    -0.008 as a minus. So who searches for a number finds it, and who copies it can use it."""

    def closed(text: re.Match[str]) -> str:
        if text[0].startswith("<"):
            return text[0]
        whole = re.sub("(?<=\\d)\u202f(?=\\d{3})", '<span class="gap"></span>', text[0])
        return re.sub(r"−(?=\d)", '<span class="minus">-</span>', whole)

    return re.sub(r"<math\b.*?</math>|<!--.*?-->|<[^>]*>|[^<]+", closed, body, flags=re.DOTALL)


def _mark_wide_tables(body: str) -> str:
    """Tables of more columns than the text column holds run over the margin; their captions stand above."""

    def marked(match: re.Match[str]) -> str:
        widest = max((_row_length(row) for row in re.findall(r"<tr.*?</tr>", match[0], flags=re.DOTALL)), default=0)
        return match[0].replace('class="table"', 'class="table many"', 1) if widest > 72 else match[0]

    body = re.sub(r"<th\b([^>]*)></th>", r"<td\1></td>", body)  # a row that goes on under the name above has no head
    return re.sub(r'<figure id="[^"]*" class="table">.*?</figure>', marked, body, flags=re.DOTALL)


def _row_length(row: str) -> int:
    cells = re.findall(r"<t[dh].*?</t[dh]>", row, flags=re.DOTALL)
    return sum(len(markup.unescape(re.sub(r"<[^>]*>", "", cell)).strip()) + 3 for cell in cells)


def _converted(chapter: Chapter, text: str, filter_name: str, to: str, pandocs: Pandocs) -> str:
    written, said = pandocs.convert(chapter, text, filter_name, to)
    if said:
        raise _pandoc_error(said[0], chapter)
    return written if written.endswith("\n") or not written else f"{written}\n"


def _pandoc_error(said: str, chapter: Chapter) -> ReportError:
    formula = re.match(r"Could not convert TeX math (.*), rendering as TeX", said, flags=re.DOTALL)
    if formula:
        where = Where(chapter.file, line_of(formula[1], chapter))
        return ProseError(f"a formula cannot be read: {formula[1]}", where=where, remedy="Mend its LaTeX.")
    broken = re.match(r"\./(\w+\.lua:\d+: .*)", said)
    if broken:
        remedy = "A class such as .figure is the program's own: take it off the div or span that has it."
        return ProseError(f"it cannot be set: templates/{broken[1]}.", where=Where(chapter.file), remedy=remedy)
    return ProseError(f"pandoc: {said}", where=Where(chapter.file), remedy="Mend the Markdown there.")


def line_of(text: str, chapter: Chapter) -> int | None:
    """The line of the author's file on which ``text`` begins, if it was written there."""
    start = text.strip().split("\n")[0]
    return prose.line_of(start, author_text(chapter.file)) if start and chapter.file.exists() else None


def converted(
    chapters: Sequence[Chapter], convert: Callable[[Chapter, Pandocs, Shared], str], filter_name: str, press: Press
) -> list[str]:
    """Every chapter converted, several at a time; what was converted before is remembered."""
    pandocs = press.pandocs
    if pandocs is None:
        with Pandocs() as own:
            return converted(chapters, convert, filter_name, replace(press, pandocs=own))
    by, either = rules(filter_name), key("pieces", *rules("html.lua"), *rules("typst.lua"))
    shared = Shared(press.pieces.setdefault(filter_name, {}), press.known, either)

    def one(chapter: Chapter) -> str:
        name = key("chapter", filter_name, *by, chapter.identifier, chapter.markdown)
        return press.remember(name, lambda: convert(chapter, pandocs, shared).encode()).decode()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, chapters))


def rules(filter_name: str) -> tuple[bytes, ...]:
    """All that a chapter is converted by."""
    files = (
        TEMPLATES / filter_name,
        *map(TEMPLATES.joinpath, ("pandoc.lua", "common.lua", "latex.lua")),
        *map(Path, (__file__, breaking.__file__, formulas.__file__, pieces.__file__, spoken.__file__, tips.__file__)),
    )
    return (made_by("pypandoc_binary").encode(), *(file.read_bytes() for file in files))
