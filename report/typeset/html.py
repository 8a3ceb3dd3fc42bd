"""One self-contained HTML page: what pandoc made of the chapters, numbered, with figures, fonts and styles inside."""

from __future__ import annotations

import base64
import html as markup
import mimetypes
import re
import urllib.parse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from report.typeset import drawings
from report.typeset.drawings import COLUMN_POINTS, asset, slim, svg_width
from report.typeset.fonts import font_faces
from report.typeset.inputs import TEMPLATES, Meta, Remember, key, layout, made_by
from report.typeset.pandoc import ALONE, Press, chapter_html, converted
from report.typeset.tips import told_once
from report.write.manuscript import Chapter


def html(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes], press: Press = ALONE) -> str:
    """One self-contained page: styles, fonts and figures inside, readable without its script and without a network."""
    from markupsafe import Markup

    written = "\n\n".join(converted(chapters, chapter_html, "html.lua", press))
    numbered, headings = _number_sections(written)
    body, drawn = drawings.styled_once(_insert_figures(_name_chapters(numbered, headings), assets, press.remember))
    body, origins = told_once(_insert_pictures(body, assets))
    fonts = font_faces(body + origins, meta, press.remember)
    return layout("report.html").render(
        meta=meta,
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=Markup((TEMPLATES / "page.js").read_text(encoding="utf-8")),
        drawn=Markup(drawn),
        origins=Markup(origins),
        fonts=Markup(fonts),
        contents=Markup(_contents(headings)),
        places=_places(headings),
        body=Markup(body),
    )


@dataclass(frozen=True)
class _Heading:
    level: int  # 1 is a chapter
    identifier: str
    number: str
    title: str


def _number_sections(body: str) -> tuple[str, list[_Heading]]:
    """``body`` with chapters and their sections numbered as Typst numbers them, and the headings for the contents."""
    counts = [0, 0]
    headings: list[_Heading] = []

    def numbered(match: re.Match[str]) -> str:
        level, attributes, title = int(match[1]) - 1, match[2], match[3]
        number = ""
        if '<span class="section"></span>' in title and level <= 2:
            counts[level - 1] += 1
            counts[level:] = [0] * (2 - level)
            number = ".".join(map(str, counts[:level]))
        identifier = re.search(r'id="([^"]*)"', attributes)
        title = title.replace('<span class="section"></span>', "")
        if level <= 2:
            headings.append(_Heading(level, identifier[1] if identifier else "", number, title))
        link = f' <a class="here" href="#{identifier[1]}" aria-label="Link to this heading">¶</a>' if identifier else ""
        return f'<h{level + 1}{attributes}><span class="section">{number}</span>{title}{link}</h{level + 1}>'

    return _below_the_last(re.sub(r"<h([2-6])([^>]*)>(.*?)</h\1>", numbered, body, flags=re.DOTALL)), headings


def _below_the_last(body: str) -> str:
    """``body`` with the parts of a proof one level below the heading over them, whichever write-up places them."""
    over = "2"

    def level(found: re.Match[str]) -> str:
        nonlocal over
        over = found[1] or over
        return found[0] if found[1] else f'aria-level="{int(over) + 1}"'

    return re.sub(r'<h([2-6])\b|aria-level=""', level, body)


def _name_chapters(body: str, headings: Sequence[_Heading]) -> str:
    """``body`` with the number of each chapter that is referred to."""
    numbers = {heading.identifier: heading.number for heading in headings}
    return re.sub(r"<!--chapter:(.*?)-->", lambda found: numbers.get(found[1], ""), body)


def _insert_pictures(body: str, assets: Mapping[str, bytes]) -> str:
    """``body`` with every picture inside it."""

    def inside(match: re.Match[str]) -> str:
        name = urllib.parse.unquote(markup.unescape(match[1]))
        kind = mimetypes.guess_type(name)[0] or "image/png"
        return f'src="data:{kind};base64,{base64.b64encode(asset(name, assets)).decode()}"'

    return re.sub(r'src="picture:([^"]*)"', inside, body)


def _contents(headings: Sequence[_Heading]) -> str:
    """Chapters, and in each its sections, as nested lists."""
    chapters: list[tuple[_Heading, list[_Heading]]] = []
    for heading in headings:
        if heading.level == 1 or not chapters:
            chapters.append((heading, []))
        else:
            chapters[-1][1].append(heading)
    return _list(_entry(chapter) + (_list(map(_entry, sections)) if sections else "") for chapter, sections in chapters)


def _places(headings: Sequence[_Heading]) -> list[tuple[str, str]]:
    """What a reader of a narrow screen goes back to: summary.md, or the top; the contents; mistakes.md, if there is one."""
    names = {heading.identifier for heading in headings}
    first = ("Summary", "ch-summary") if "ch-summary" in names else ("Top", "top")
    places = (first, ("Contents", "contents"), ("Mistakes", "ch-mistakes"))
    return [(name, target) for name, target in places if target in names or target in ("top", "contents")]


def _list(items: Iterable[str]) -> str:
    return "<ol>\n" + "".join(f"<li>{item}</li>\n" for item in items) + "</ol>"


def _entry(heading: _Heading) -> str:
    title = re.sub(r"</?(a|span)\b[^>]*>", "", heading.title)
    return f'<a href="#{heading.identifier}"><span class="section">{heading.number}</span><span>{title}</span></a>'


def _insert_figures(body: str, assets: Mapping[str, bytes], remember: Remember) -> str:
    """``body`` with every figure drawn in its place."""
    rules = (made_by("pillow").encode(), Path(drawings.__file__).read_bytes())

    def drawn(match: re.Match[str]) -> str:
        name, alt = markup.unescape(match[2]), markup.unescape(match[3])
        drawing, own = asset(name, assets), Path(name).stem
        width = svg_width(drawing.decode())
        wide = width > COLUMN_POINTS + 1
        share = min(1.0, width / (COLUMN_POINTS if not wide else COLUMN_POINTS * 175 / 115))
        opening = match[1].replace('class="figure"', 'class="figure wide"') if wide else match[1]
        slimmed = remember(key("drawing", *rules, own, drawing), lambda: slim(drawing, own).encode())
        figure = _inline(slimmed.decode(), alt, share)
        return opening + "\n" + (f'<div class="scroll" role="group" aria-label="figure">{figure}</div>' if wide else figure)

    return re.sub(r"(<figure [^>]*>)\s*<!--figure:(.*?)\n(.*?)-->", drawn, body, flags=re.DOTALL)


def _inline(drawing: str, alt: str, share: float) -> str:
    """An SVG as an element of the page, its alternative text said."""
    opening, rest = drawing.split(">", 1)
    opening = re.sub(r'\s(?:width|height|version)="[^"]*"', "", opening)
    label = markup.escape(alt)
    return f'{opening} role="img" aria-label="{label}" style="--share: {share:.4g}">{rest}'
