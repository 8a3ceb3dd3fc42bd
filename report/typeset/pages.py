"""Typeset chapters: Markdown to one HTML page and one PDF, with the same structure, numbers and letters.

pandoc reads the Markdown, twice: it writes HTML with MathML, and Typst source that the Typst compiler sets as PDF/UA-1.
LaTeX was rejected because it is a system package, a browser's print-to-PDF because it makes neither tagged formulas nor
repeatable bytes. Nothing here looks at the clock, the network or the fonts of the machine.

What is slow (pandoc on a chapter, the subset of a font) depends on little and is asked for through ``remember``, so that
an edit of one chapter typesets one chapter; assembling the pages takes a fraction of a second.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from pathlib import Path

from report.cache.store import Store
from report.model import Outcome
from report.typeset.html import html
from report.typeset.inputs import TEMPLATES, Chapter, Meta, Remember, key, made_by
from report.typeset.paging import Paging, outline, paged, titles
from report.typeset.pandoc import Pandocs
from report.typeset.pdf import Document, Measured, document
from report.write.manuscript import Manuscript
from report.write.writeup import Writeup

CONTENT = ("chapters", "writeups", "written", "new")  # what pages say, rather than how they are set


def both(
    chapters: Sequence[Chapter],
    meta: Meta,
    assets: Mapping[str, bytes],
    remember: Remember,
    early: Callable[[str], None] = lambda page: None,
    measured: dict[str, Measured] | None = None,
) -> tuple[str, Document]:
    """The HTML page, which is given to ``early`` at once, and the PDF with what is known of its pages. ``assets`` are the
    figures by name (``E2-curves.svg``). ``measured`` is as for ``document``.

    Raises ``ProseError`` for a formula or a link that cannot be typeset, with the chapter's file and, if it can be found,
    the line.
    """
    with Pandocs() as pandocs, ThreadPoolExecutor(2) as pool:
        page = pool.submit(html, chapters, meta, assets, remember, pandocs)
        printed = pool.submit(document, chapters, meta, assets, remember, measured, pandocs)
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


def files(
    manuscript: Manuscript,
    writeup: Writeup,
    budget: str,
    outcomes: Mapping[str, Iterable[Outcome]],
    lacking: Iterable[str],
    store: Store,
    early: Callable[[str, bytes], None],
    measured: dict[str, Measured],
) -> tuple[dict[str, bytes], Paging]:
    """The files of the write-up by name (the HTML, the PDF, the data of every figure and table), and how the PDF is paged.

    If the HTML has to be set, ``early`` is given it before the PDF is set; ``measured`` is what is known of other write-ups.
    """
    seeds = len({o.trial.arguments["seed"] for each in outcomes.values() for o in each if "seed" in o.trial.arguments})
    course = writeup.course.removeprefix(writeup.title).lstrip(", ")  # what the title has not said
    meta = Meta(
        title=writeup.title,
        subtitle=writeup.subtitle,
        abstract=writeup.abstract,
        author=writeup.author or ", ".join(writeup.lines),
        lines=tuple(dict.fromkeys(filter(None, (writeup.author, *writeup.lines, course)))),
        date=writeup.date,
        budget=f"Budget: {budget}",
        seeds=f"{seeds} seed{'' if seeds == 1 else 's'} at most",
        notices=tuple(lacking),
        language=writeup.language,
        head=writeup.head,
        fresh=writeup.fresh,
    )
    remember = partial(_remember, store)

    def shown(page: str) -> None:
        early(f"{writeup.file_name}.html", page.encode())

    def typeset_now() -> dict[str, bytes]:
        page, printed = both(manuscript.chapters, meta, manuscript.assets, remember, shown, measured)
        return {"html": page.encode(), "pdf": printed.content, "paging": json.dumps(asdict(paged(printed))).encode()}

    kept = store.remember(key_of(manuscript.chapters, meta, manuscript.assets), typeset_now)
    paging = Paging(**json.loads(kept["paging"]))
    made = {f"{writeup.file_name}.html": kept["html"], f"{writeup.file_name}.pdf": kept["pdf"]}
    if writeup.questions:
        made[f"{writeup.file_name}.outline.csv"] = outline(paging, titles(writeup, manuscript))
    return made | {f"data/{name}": content for name, content in manuscript.data.items()}, paging


def _remember(store: Store, key: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` gives, kept in the store under ``key``."""
    name = hashlib.sha256(f"page {key}".encode()).hexdigest()
    return store.remember(name, lambda: {"content": make()})["content"]
