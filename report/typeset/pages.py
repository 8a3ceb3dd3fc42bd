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
from functools import partial
from pathlib import Path

from report.cache.store import Store
from report.model import Outcome
from report.typeset.html import html
from report.typeset.inputs import TEMPLATES, Chapter, Meta, Remember, at_once, key, made_by
from report.typeset.pdf import pdf
from report.write.chapters import Manuscript
from report.write.writeup import Writeup


def pages(
    chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes], remember: Remember = at_once
) -> tuple[str, bytes]:
    """The HTML page and the PDF. ``assets`` are the figures by name (``E2-curves.svg``).

    Raises ``ProseError`` for a formula or a link that cannot be typeset, with the chapter's file and, if it can be found,
    the line.
    """
    with ThreadPoolExecutor(2) as both:
        page = both.submit(html, chapters, meta, assets, remember)
        document = both.submit(pdf, chapters, meta, assets, remember)
        return page.result(), document.result()


def key_of(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes]) -> str:
    """The digest of all that the pages are made of: this code, the programs it calls, the layouts and the fonts included."""
    files = sorted(file for file in TEMPLATES.rglob("*") if file.is_file() and file.parent.name != "chapters")
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
) -> dict[str, bytes]:
    """The files of the write-up by name: the HTML, the PDF, and the data of every figure and table."""
    seeds = len({o.trial.arguments["seed"] for each in outcomes.values() for o in each if "seed" in o.trial.arguments})
    meta = Meta(
        title=writeup.title,
        subtitle=writeup.subtitle,
        abstract=writeup.abstract,
        author=writeup.author,
        lines=tuple(filter(None, (writeup.author, writeup.course))),
        date=writeup.date,
        budget=f"Budget: {budget}",
        seeds=f"{seeds} seed{'' if seeds == 1 else 's'} at most",
        notices=tuple(lacking),
    )
    remember = partial(_remember, store)
    both = key_of(manuscript.chapters, meta, manuscript.assets)

    def typeset_now() -> dict[str, bytes]:
        html, pdf = pages(manuscript.chapters, meta, manuscript.assets, remember)
        return {"html": html.encode(), "pdf": pdf}

    kept = store.remember(both, typeset_now)
    data = {f"data/{name}": content for name, content in manuscript.data.items()}
    return {"report.html": kept["html"], "report.pdf": kept["pdf"], **data}


def _remember(store: Store, key: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` gives, kept in the store under ``key``."""
    name = hashlib.sha256(f"page {key}".encode()).hexdigest()
    return store.remember(name, lambda: {"content": make()})["content"]
