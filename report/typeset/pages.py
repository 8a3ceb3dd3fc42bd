"""Typeset chapters: Markdown to one HTML page and one PDF, with the same structure, numbers and letters.

pandoc reads the Markdown, twice: it writes HTML with MathML, and Typst source that the Typst compiler sets as PDF/UA-1.
LaTeX was rejected because it is a system package, a browser's print-to-PDF because it makes neither tagged formulas nor
repeatable bytes. Nothing here looks at the clock, the network or the fonts of the machine.

What is slow (pandoc on a chapter, the subset of a font) depends on little and is asked for through ``remember``, so that
an edit of one chapter typesets one chapter; assembling the pages takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from report.cache import codec
from report.cache.store import Store
from report.model import Outcome
from report.typeset.html import html
from report.typeset.inputs import TEMPLATES, Meta, Remember, key, made_by, once
from report.typeset.paging import Paging, outline, paged, titles
from report.typeset.pandoc import ALONE, Measured, Pandocs, Press
from report.typeset.pdf import Pdf, document
from report.write.manuscript import Chapter, Manuscript
from report.write.markdown import lettered
from report.write.writeup import Writeup

CONTENT = ("chapters", "writeups", "written", "new")  # what pages say, rather than how they are set


def both(
    chapters: Sequence[Chapter],
    meta: Meta,
    assets: Mapping[str, bytes],
    press: Press = ALONE,
    early: Callable[[str], None] = lambda page: None,
) -> tuple[str, Pdf]:
    """The HTML page, which is given to ``early`` at once, and the PDF with what is known of its pages. ``assets`` are the
    figures by name (``E2-curves.svg``).

    Raises ``ProseError`` for a formula or a link that cannot be typeset, with the chapter's file and, if it can be found,
    the line.
    """
    with Pandocs() as pandocs, ThreadPoolExecutor(2) as pool:
        press = replace(press, pandocs=pandocs)
        page = pool.submit(html, chapters, meta, assets, press)
        printed = pool.submit(document, chapters, meta, assets, press)
        early(page.result())
        return page.result(), printed.result()


def key_of(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes]) -> str:
    """The digest of all that the pages are made of: this code, the programs it calls, the layouts and the fonts included."""
    files = sorted(file for file in TEMPLATES.rglob("*") if file.is_file() and file.parent.name not in CONTENT)
    code = sorted(Path(__file__).parent.glob("*.py"))
    layout = [part for file in (*code, *files) for part in (file.name, file.read_bytes())]
    written = [part for chapter in chapters for part in (chapter.identifier, chapter.markdown)]
    drawn = [part for name in sorted(assets) for part in (name, assets[name])]
    programs = made_by("pypandoc_binary", "typst", "fonttools")
    return key("pages", programs, repr(meta), *layout, *written, "drawn", *drawn)


@dataclass(frozen=True)
class Pages:
    """The files of a write-up by name (the HTML, the PDF, the data of every figure and table), how the PDF is paged, and what
    had to be measured for it, by the digest of the layout."""

    files: Mapping[str, bytes]
    paging: Paging
    measured: Mapping[str, Measured] = field(default_factory=dict)


def front(writeup: Writeup, budget: str, outcomes: Mapping[str, Iterable[Outcome]], lacking: Iterable[str]) -> Meta:
    """What stands before the chapters of the write-up."""
    seeds = len({o.trial.arguments["seed"] for each in outcomes.values() for o in each if "seed" in o.trial.arguments})
    course = writeup.course.removeprefix(writeup.title).lstrip(", ")  # what the title has not said
    return Meta(
        title=writeup.title,
        subtitle=writeup.subtitle,
        abstract=writeup.abstract,
        author=writeup.author or ", ".join(writeup.lines),
        lines=tuple(dict.fromkeys(filter(None, (writeup.author, *writeup.lines, course)))),
        date=writeup.date,
        budget=f"Budget: {budget}",
        seeds=f"{seeds} seed{'' if seeds == 1 else 's'} at most",
        notices=tuple(map(lettered, lacking)),
        language=writeup.language,
        head=writeup.head,
        fresh=writeup.fresh,
    )


def typeset(
    manuscript: Manuscript, writeup: Writeup, meta: Meta, store: Store, press: Press, early: Callable[[str, bytes], None]
) -> Pages:
    """The pages of the write-up, from the store if it has them. If they have to be set, ``early`` is given the HTML before the
    PDF is."""
    measured: dict[str, Measured] = {}
    name, chapters, assets = writeup.file_name, manuscript.chapters, manuscript.assets

    def typeset_now() -> dict[str, bytes]:
        page, printed = both(chapters, meta, assets, press, lambda html: early(f"{name}.html", html.encode()))
        measured.update(printed.measured)
        return {"html": page.encode(), "pdf": printed.content, "paging": codec.written(paged(printed))}

    kept = store.remember(key_of(chapters, meta, assets), typeset_now)
    paging: Paging = codec.read(Paging, kept["paging"])
    made = {f"{name}.html": kept["html"], f"{name}.pdf": kept["pdf"]}
    if writeup.questions:
        made[f"{name}.outline.csv"] = outline(paging, titles(writeup, manuscript))
    return Pages(made | {f"data/{file}": content for file, content in manuscript.data.items()}, paging, measured)


def memory(store: Store) -> Remember:
    """Keeps in the store what is made, and makes nothing twice."""

    def remember(key: str, make: Callable[[], bytes]) -> bytes:
        name = hashlib.sha256(f"page {key}".encode()).hexdigest()
        return store.remember(name, lambda: {"content": make()})["content"]

    return once(remember)
