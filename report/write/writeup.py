"""Write-ups as files: ``templates/report.toml`` is the complete one, ``templates/writeups/NAME.toml`` an assignment.

The complete write-up is its chapters, in their order. An assignment is its questions, each a heading, prose of its own, and
what answers it::

    title = "Neural networks for images"    course = "…"    lines = ["name and id"]    source = "W2"    pages = 16

    [[question]]
    heading = "Overfitting"
    prose = "…"                                          Markdown with the functions of a chapter
    answers = ["#sec-e8", "X31", "T8", "E5.curves", "W2.e5-total"]
        a section of a chapter, what it says of a mistake;
        a theorem; a figure, table, claim or value; a reported number
    parts = ["The convolution", "The dense layer"]
        of its theorems, these parts alone, in this order
    without = ["#sec-e8-dropout", "X31", "E8.gaps"]
        of its sections, all but these: sections, what is said of a mistake, figures, tables, claims

    [[question]]
    answers = ["90-replication"]                         a whole chapter, which has a heading of its own
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from report.errors import ProseError, UsageError, Where, author_text, nearest

COMPLETE = "complete"


@dataclass(frozen=True)
class Question:
    """A question of an assignment: its heading, its own prose, the names of what answers it and of what is left out, each with
    its line."""

    identifier: str
    heading: str
    line: int
    prose: str
    prose_line: int
    answers: tuple[tuple[str, int], ...]
    parts: tuple[str, ...] = ()  # of its theorems; all of them for none
    without: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Writeup:
    """The title page, the chapters in order or the questions, and the sources that prose may cite."""

    title: str
    subtitle: str
    abstract: str
    chapters: tuple[Path, ...]
    sources: Mapping[str, str]
    file: Path
    author: str = ""
    course: str = ""
    date: str = ""
    name: str = COMPLETE
    source: str = ""  # whose assignment it is: W2
    lines: tuple[str, ...] = ()  # who hands it in
    language: str = "en"
    pages: int = 0  # at most; 0 for as many as it takes
    fresh: bool = False  # each question on a page of its own
    questions: tuple[Question, ...] = ()
    shelf: tuple[Path, ...] = ()  # every chapter that there is to take sections from

    @property
    def templates(self) -> Path:
        """The folder that holds everything of which write-ups are made."""
        return self.file.parent.parent if self.questions else self.file.parent

    @property
    def written(self) -> Path:
        """The folder of what others reported."""
        return self.templates / "written"

    @property
    def file_name(self) -> str:
        """What its pages are called: report.pdf, images-2017.pdf."""
        return self.name if self.questions else "report"

    @property
    def head(self) -> str:
        """What stands at the head of every page of an assignment: who hands in what."""
        title = "" if self.title in self.course else self.title
        return " · ".join(dict.fromkeys(filter(None, (*self.lines, self.course, title)))) if self.questions else ""


def names(templates: Path) -> list[str]:
    """Every write-up that there is, the complete one first."""
    return [COMPLETE, *sorted(path.stem for path in (templates / "writeups").glob("*.toml"))]


def chosen(templates: Path, wanted: Sequence[str]) -> list[Writeup]:
    """The write-ups of these names: the complete one for none, every one for ``all``. Raises ``UsageError``."""
    known = names(templates)
    for name in wanted:
        if name not in (*known, "all"):
            raise UsageError(f"there is no write-up '{name}'.", remedy=nearest(name, [*known, "all"]))
    asked = known if "all" in wanted else list(dict.fromkeys(wanted)) or [COMPLETE]
    complete = writeup(templates)
    return [complete if name == COMPLETE else assignment(templates / "writeups" / f"{name}.toml", complete) for name in asked]


def writeup(templates: Path) -> Writeup:
    """The title, the chapters in their order, and the sources. Raises ``ProseError``."""
    toml = _toml(templates / "report.toml")
    title, subtitle, abstract = toml.title(), toml.words("subtitle"), toml.words("abstract", "")
    chapters = toml.chapters(toml.names("chapters"))
    whose: dict[str, Any] = {key: toml.words(key, "") for key in ("author", "course", "date")}
    return Writeup(title, subtitle, abstract, chapters, toml.texts("sources"), toml.file, **whose)


def assignment(file: Path, complete: Writeup) -> Writeup:
    """The assignment in ``file``, with sections from the chapters of the complete write-up. Raises ``ProseError``."""
    toml = _toml(file)
    toml.only(KEYS)
    whose: dict[str, Any] = {key: toml.words(key, "") for key in ("subtitle", "abstract", "author", "course", "date", "source")}
    sources = [*complete.sources, *(path.stem for path in (file.parent.parent / "written").glob("*.toml"))]
    if whose["source"] and whose["source"] not in sources:
        raise toml.wrong("source", f"there is no source '{whose['source']}'", nearest(whose["source"], sources))
    found = replace(
        complete,
        **whose,
        title=toml.title(),
        file=file,
        name=file.stem,
        language=toml.language(),
        lines=tuple(toml.names("lines", empty=True)),
        pages=toml.whole("pages"),
        fresh=toml.yes("fresh"),
        shelf=tuple(sorted((file.parent.parent / "chapters").glob("*.md"))),
    )
    asked = toml.entries.get("question")
    if not isinstance(asked, list) or not asked or not all(isinstance(raw, dict) for raw in asked):
        raise toml.wrong("question", "asks no question", "Add [[question]], a heading and what answers it.")
    return replace(found, questions=tuple(_question(toml, number, raw) for number, raw in enumerate(asked, start=1)))


KEYS = (
    "title", "subtitle", "abstract", "author", "course", "date", "source", "lines", "language", "pages", "fresh", "question",
)  # fmt: skip

_CODES = (
    "af alt am ar as ast az be bg bn bo br bs bua ca ckb cs cu cy da de dsb el en eo es et eu fa fi fil fr fur ga gd gl "
    "grc gu ha he hi hr hsb hu hy ia id is isv it ja ka km kmr kn ko ku la lb lo lt lv mk ml mn mr ms nb nl nn no oc or "
    "pa pl pms pt rm ro ru sa se si sk sl sq sr sv ta te th tk tl tr ug uk ur vi zh"
)
LANGUAGES = tuple(_CODES.split())
"""Those that Typst has words for, or whose words it knows how to break."""


def _question(toml: _Toml, number: int, raw: Mapping[str, Any]) -> Question:
    own = toml.question(number, raw)
    own.only(("heading", "prose", "answers", "parts", "without"))
    heading, prose = own.words("heading", ""), own.text_of("prose")
    answers = own.names("answers", empty=bool(prose))
    chapters = {path.stem for path in (toml.file.parent.parent / "chapters").glob("*.md")}
    alone = [name for name in answers if name in chapters]
    if alone and (heading or len(answers) > 1):
        raise own.wrong(
            alone[0], f"the chapter {alone[0]} has a heading of its own", "Give it a [[question]] without a heading."
        )
    if not heading and not alone:
        raise own.wrong("", "a question has no heading", 'Add heading = "…".')
    lines, left_out = (tuple((n, own.line(f'"{n}"')) for n in each) for each in (answers, own.names("without", empty=True)))
    prose_line = own.line(prose.split("\n")[0]) if prose else 0
    shown = tuple(own.names("parts", empty=True))
    if shown and not any(re.fullmatch(r"T\d+", name) for name in answers):
        raise own.wrong("parts", "parts are those of a theorem, and none answers this question", "Name it in answers.")
    return Question(f"q-{number}", heading, own.line("heading"), prose, prose_line, lines, shown, left_out)


def _toml(file: Path) -> _Toml:
    try:
        text = author_text(file)
        return _Toml(file, text, tomllib.loads(text))
    except FileNotFoundError:
        raise ProseError("is missing.", where=Where(file), remedy="It lists the title and the chapters.") from None
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = Where(file, int(line[1]) if line else None)
        raise ProseError(f"is not TOML: {error}.", where=where, remedy="Mend that line.") from None


@dataclass(frozen=True)
class _Toml:
    """What the file says, asked for by kind. Every question raises ``ProseError`` with the line at which it says another."""

    file: Path
    text: str
    entries: Mapping[str, Any]
    start: int = 1  # the line on which ``text`` begins in the file

    def only(self, known: Sequence[str]) -> None:
        for key in self.entries:
            if key not in known:
                raise self.wrong(key, f"there is no '{key}' here", nearest(key, known))

    def question(self, number: int, entries: Mapping[str, Any]) -> _Toml:
        """The part of the file that is its ``number``-th question."""
        starts = [match.start() for match in re.finditer(r"^[ \t]*\[\[question\]\]", self.text, re.MULTILINE)]
        start, end = [*starts, len(self.text)][number - 1 : number + 1] if number <= len(starts) else (0, len(self.text))
        return _Toml(self.file, self.text[start:end], entries, self.text.count("\n", 0, start) + 1)

    def line(self, said: str) -> int:
        """The line of the file on which ``said`` stands; the first of this part if it cannot be found."""
        at = self.text.find(said)
        return self.start + (self.text.count("\n", 0, at) if at >= 0 else 0)

    def whole(self, key: str) -> int:
        found = self.entries.get(key, 0)
        if not isinstance(found, int) or isinstance(found, bool) or found < 0:
            raise self.wrong(key, f"{key} is {found!r:.40}, not a whole number", f"Write: {key} = 12.")
        return found

    def yes(self, key: str) -> bool:
        found = self.entries.get(key, False)
        if not isinstance(found, bool):
            raise self.wrong(key, f"{key} is {found!r:.40}, not true or false", f"Write: {key} = true.")
        return found

    def text_of(self, key: str) -> str:
        """A text whose lines stay as they are."""
        self.words(key, "")
        return str(self.entries.get(key, "")).strip("\n")

    def words(self, key: str, default: str | None = None) -> str:
        found = self.entries.get(key, default)
        if found is None:
            raise self.wrong(key, f"has no entry '{key}'", f'Add it: {key} = "…".')
        if not isinstance(found, str):
            raise self.wrong(key, f"{key} is {found!r:.40}, not text", 'Write it in quotes: "…".')
        return " ".join(found.split())

    def title(self) -> str:
        found = self.words("title")
        if not found:
            raise self.wrong("title", "title is empty", 'Write: title = "…".')
        return found

    def language(self) -> str:
        found = self.words("language", "en")
        if found not in LANGUAGES:
            what = f"language is {found!r:.40}, no code of a language that can be set"
            code = len(found) <= len("de-DE")
            remedy = nearest(found.lower(), LANGUAGES) if code else 'Write its code, such as language = "de".'
            raise self.wrong("language", what, remedy)
        return found

    def names(self, key: str, empty: bool = False) -> list[str]:
        found = self.entries.get(key, [] if empty else None)
        if found is None:
            raise self.wrong(key, f"has no entry '{key}'", f'Add it: {key} = ["…"].')
        if not isinstance(found, list) or not (found or empty) or not all(isinstance(name, str) for name in found):
            raise self.wrong(key, f"{key} is {found!r:.40}, not a list of names", f'Write: {key} = ["…"].')
        for name in found:
            if found.count(name) > 1:
                raise self.wrong(key, f"lists '{name}' twice", "List it once.")
        return found

    def texts(self, key: str) -> Mapping[str, str]:
        found = self.entries.get(key, {})
        if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
            raise self.wrong(key, f"{key} is {found!r:.40}, not texts under names", 'Write: W1 = "A course, 2018".')
        return found

    def chapters(self, names: Sequence[str]) -> tuple[Path, ...]:
        folder = self.file.parent / "chapters"
        known = [path.stem for path in folder.glob("*.md")]
        missing = [
            self.wrong(n, f"lists a chapter '{n}' that is not there", nearest(n, known)) for n in names if n not in known
        ]
        if missing:
            raise missing[0] if len(missing) == 1 else ProseError("\n".join(map(str, missing)))
        return tuple(folder / f"{name}.md" for name in names)

    def wrong(self, said: str, what: str, remedy: str) -> ProseError:
        """What is wrong with ``said``: a key, a table, or what stands in quotes."""
        quoted = re.escape(said)
        found = re.search(rf"^[ \t]*(\[\[?)?{quoted}\b|[\"']{quoted}[\"']", self.text, re.MULTILINE) if said else None
        line = self.start + self.text.count("\n", 0, found.start()) if found else self.start if self.start > 1 else None
        return ProseError(f"{what}.", where=Where(self.file, line), remedy=remedy)
