"""One PDF/UA-1 document: Typst sets what pandoc made of the chapters, with the functions of ``templates/report.typ``."""

from __future__ import annotations

import json
import re
import tempfile
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from report.errors import ProseError, ReportError, Where
from report.typeset.drawings import printed, svg_width
from report.typeset.formulas import quoted
from report.typeset.inputs import TEMPLATES, Meta, key, made_by
from report.typeset.pandoc import ALONE, Measured, Press, chapter_typst, converted, line_of, rules
from report.typeset.tagging import with_row_heads
from report.write.manuscript import Chapter

CLOSE = 6  # points, half of what floats keep from one another


@dataclass(frozen=True)
class Beginning:
    """Where a chapter begins: its page, from 1; and on which page it ends, its floats with it."""

    name: str
    page: int
    last: int


@dataclass(frozen=True)
class Pdf:
    """The PDF, how many pages it has, where its chapters begin and end, and what was measured, by the digest of the layout."""

    content: bytes
    pages: int
    places: tuple[Beginning, ...]
    measured: Mapping[str, Measured] = field(default_factory=dict)


@dataclass(frozen=True)
class Impression:
    """What Typst made of the chapters: ``colliding`` are floats of a column that lie over what floats over both, and a document
    with any has no content."""

    document: Pdf
    measured: Measured
    colliding: Sequence[str]


def document(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes], press: Press = ALONE) -> Pdf:
    """A PDF/UA-1 document with an outline; figures and formulas carry alternative texts, and the bytes repeat.

    What was measured of the same tables and parts before is not measured again: that is half of the work.
    """
    layout = _layout(meta)
    sources = converted(chapters, chapter_typst, "typst.lua", press)
    told = dict(press.measured.get(layout, {}))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file, source in zip(_files(chapters), sources):
            (folder / file).write_text(source, encoding="utf-8")
        figures = {name: content for name, content in assets.items() if "/" not in name}  # a picture lies under its chapter
        for name, content in assets.items():
            (folder / name).parent.mkdir(exist_ok=True, parents=True)
            (folder / name).write_bytes(printed(content) if name in figures else content)
        widths = {name: svg_width(content.decode()) for name, content in figures.items()}
        (folder / "figures.json").write_text(json.dumps(widths))
        (folder / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        (folder / "main.typ").write_text(_main(chapters, meta), encoding="utf-8")
        first: list[Impression] = []

        def measured() -> bytes:
            first.append(_compiled(folder, chapters, told))
            return json.dumps(first[0].measured).encode()

        told.update(json.loads(press.remember(_key_of_measures(sources, layout), measured)))
        setting, kept = first[0] if first else _compiled(folder, chapters, told), list[str]()
        while setting.colliding:
            kept += setting.colliding
            setting = _compiled(folder, chapters, told, kept)
        return replace(setting.document, measured={layout: told})


def _layout(meta: Meta) -> str:
    """The digest of all that tables and formulas are set with."""
    files = [TEMPLATES / "report.typ", *sorted((TEMPLATES / "fonts").iterdir())]
    return key("layout", made_by("typst"), meta.language, *rules("typst.lua"), *(file.read_bytes() for file in files))


def _key_of_measures(sources: Sequence[str], layout: str) -> str:
    """The digest of all that is measured, and of what it is set with."""
    return key("measures", layout, *(each for source in sources for each in re.findall(r'key: "(\w+)"\);', source)))


def _files(chapters: Sequence[Chapter]) -> list[str]:
    """The name of each chapter's Typst file, whatever the chapter is called."""
    return [f"chapter-{number}.typ" for number, _ in enumerate(chapters, start=1)]


def _main(chapters: Sequence[Chapter], meta: Meta) -> str:
    includes = "\n".join(f'#include "{file}"\n#ending()' for file in _files(chapters))
    words = {"title": meta.title, "subtitle": meta.subtitle, "author": meta.author, "lang": meta.language, "head": meta.head}
    lists = {"lines": meta.lines, "facts": meta.facts, "notices": meta.notices}
    arguments = [f"{name}: {quoted(text)}" for name, text in words.items()]
    arguments += [f"{name}: ({''.join(f'{quoted(text)}, ' for text in texts)})" for name, texts in lists.items()]
    arguments += [f"fresh: {str(meta.fresh).lower()}"]
    arguments += [f"abstract: [#{quoted(meta.abstract)}]"] if meta.abstract else []
    return f'#import "report.typ": ending, report\n#show: report.with({", ".join(arguments)})\n\n{includes}\n'


def _compiled(folder: Path, chapters: Sequence[Chapter], told: Measured, kept: Sequence[str] = ()) -> Impression:
    """The document; of what is ``told``, nothing is measured, and what is ``kept`` in the text does not float."""
    import typst

    (folder / "measured.json").write_text(json.dumps(told))
    (folder / "in-text.json").write_text(json.dumps(kept))
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TEMPLATES / "fonts"])
    compiler = typst.Compiler(input=folder / "main.typ", root=folder, font_paths=fonts)
    write = partial(compiler.compile, format="pdf", pdf_standards=["ua-1"], timestamp=0)
    try:
        found, measured = _laid_out(compiler, write)
        colliding = _colliding(found["edges"])
        content = b"" if colliding else write()
    except typst.TypstError as error:
        raise _typst_error(error, chapters) from None
    assert isinstance(content, bytes)
    tagged = with_row_heads(content) if content else content
    document = Pdf(tagged, found["pages"], tuple(Beginning(**place) for place in found["places"]))
    return Impression(document, _agreed(measured), colliding)


def _laid_out(compiler: Any, write: Callable[[], object]) -> tuple[Any, Any]:
    """What the layout notes of places, and of what it measured; a file is written out of it in a moment."""
    try:
        found = compiler.query("<places>", field="value", one=True), compiler.query("<measured>", field="value")
        return json.loads(found[0]), json.loads(found[1])
    except RuntimeError:
        write()  # which says what is wrong, and where
        raise


def _colliding(edges: Sequence[tuple[str, str, int, float]]) -> list[str]:
    """The floats of a column that one over both columns is printed on, or so close to that their pictures were made smaller;
    ``edges`` has name, scope and page of each, and how far down it begins, then how far down it ends."""
    floats = [(*above, below[3]) for above, below in zip(edges[::2], edges[1::2])]
    wide = [(page, top - CLOSE, bottom + CLOSE) for _, scope, page, top, bottom in floats if scope == "parent"]
    return [
        name
        for name, scope, page, top, bottom in floats
        if scope == "column" and any(page == other and top < below and above < bottom for other, above, below in wide)
    ]


def _agreed(measured: Sequence[tuple[str, Any]]) -> Measured:
    """Without what comes out otherwise in another place."""
    found: dict[str, Any] = {}
    otherwise = {key for key, each in measured if found.setdefault(key, each) != each}
    return {key: each for key, each in found.items() if key not in otherwise}


def _typst_error(error: Exception, chapters: Sequence[Chapter]) -> ReportError:
    diagnostic = str(getattr(error, "diagnostic", "") or error)
    message = str(getattr(error, "message", "") or error).strip()
    link = re.search(r"label `<([^>]*)>` does not exist", diagnostic)
    if link:
        for chapter in chapters:
            if f"(#{link[1]})" in chapter.markdown:
                where = Where(chapter.file, line_of(f"(#{link[1]})", chapter))
                return ProseError(f"a link goes to #{link[1]}, which is nowhere.", where=where, remedy="Mend the link.")
    at = next((chapter for file, chapter in zip(_files(chapters), chapters) if file in diagnostic), None)
    unknown = re.search(r'the text `"(.*?)"` could not be displayed', message)
    if unknown:
        return _undisplayed(re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), unknown[1]), at)
    return ProseError(f"the PDF cannot be set: {message}", where=Where(at.file) if at else None, remedy=_short(diagnostic))


def _undisplayed(letters: str, chapter: Chapter | None) -> ProseError:
    """What to say of letters that no font has: their names, since some are not seen, and where they stand."""
    named = ", ".join(f"U+{ord(letter):04X} {unicodedata.name(letter, '')}".rstrip() for letter in letters)
    line = line_of(letters, chapter) or line_of(letters[0], chapter) if chapter else None
    before, found, behind = chapter.markdown.partition(letters[0]) if chapter else ("", "", "")
    remedy = "Write them otherwise." if chapter else "Write the title, or what stands at the head, otherwise."
    if found and not line:  # an experiment says it, or a theorem
        words = before.rpartition("\n")[2][-30:] + found + behind.partition("\n")[0][:20]
        remedy = f"Write “{words}” otherwise, where that is said."
    where = Where(chapter.file, line) if chapter else None
    return ProseError(f"no font here has the letters “{letters}” ({named}).", where=where, remedy=remedy)


def _short(diagnostic: str) -> str:
    """What Typst says, long lines of a chapter's source cut."""
    return "\n".join(line[:160] for line in diagnostic.splitlines() if line.strip(" │^"))
