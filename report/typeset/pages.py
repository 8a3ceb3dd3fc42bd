"""Typeset chapters: Markdown to one HTML page and one PDF, with the same structure, numbers and letters.

pandoc reads the Markdown, twice: it writes HTML with MathML, and Typst source that the Typst compiler sets as PDF/UA-1.
LaTeX was rejected because it is a system package, a browser's print-to-PDF because it makes neither tagged formulas nor
repeatable bytes. Nothing here looks at the clock, the network or the fonts of the machine.

What is slow (pandoc on a chapter, the subset of a font) depends on little and is asked for through ``remember``, so that
an edit of one chapter typesets one chapter; assembling the pages takes a fraction of a second.
"""

from __future__ import annotations

import base64
import hashlib
import html as markup
import importlib.util
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from report.errors import ProseError, ReportError, Where

TEMPLATES = Path(__file__).parents[2] / "templates"

# Prose is Markdown and nothing else: a stray "<", "\" or "@" is a character, not HTML, TeX or a citation.
READER = (
    "markdown-raw_html-raw_tex-citations-auto_identifiers-implicit_figures-markdown_in_html_blocks-native_divs-native_spans"
)
READER_OPTIONS = ("--from", READER, "--wrap=none", "--columns=10000", "--syntax-highlighting=none")

Remember = Callable[[str, Callable[[], bytes]], bytes]
"""``remember(key, make)`` gives what ``make()`` returned when it was last called under ``key``, or calls it."""


class Chapter(Protocol):
    """What is typeset: an anchor (``ch-mnist``), the file an author wrote, and its Markdown with all numbers filled in."""

    @property
    def identifier(self) -> str: ...
    @property
    def file(self) -> Path: ...
    @property
    def markdown(self) -> str: ...


@dataclass(frozen=True)
class Meta:
    """The front of the write-up, as plain text. ``date`` is printed if given; the clock is never asked."""

    title: str
    subtitle: str = ""
    lines: tuple[str, ...] = ()  # authors, course
    budget: str = ""
    seeds: str = ""
    date: str = ""
    notices: tuple[str, ...] = ()
    abstract: str = ""
    language: str = "en"

    @property
    def facts(self) -> tuple[str, ...]:
        """What the reader must know about every number here."""
        return tuple(filter(None, (self.budget, self.seeds, self.date)))


def at_once(key: str, make: Callable[[], bytes]) -> bytes:
    """Remembers nothing."""
    return make()


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
    """The digest of all that the pages are made of, this code, the layouts and the fonts included."""
    files = sorted(file for file in TEMPLATES.rglob("*") if file.is_file() and file.parent.name != "chapters")
    layout = [part for file in (Path(__file__), *files) for part in (file.name, file.read_bytes())]
    written = [part for chapter in chapters for part in (chapter.identifier, chapter.markdown)]
    drawn = [part for name in sorted(assets) for part in (name, assets[name])]
    return _key("pages", repr(meta), *layout, *written, "drawn", *drawn)


# --- pandoc --------------------------------------------------------------------------------------------------------


def chapter_html(chapter: Chapter) -> str:
    """The chapter as a fragment of HTML; figures and section numbers are put in by ``html``."""
    writer = ("--to", "html5", "--mathml", "--shift-heading-level-by=1", "--lua-filter", str(TEMPLATES / "html.lua"))
    return re.sub(r"<math.*?</math>", _with_alternative, _pandoc(chapter, writer), flags=re.DOTALL)


def chapter_typst(chapter: Chapter) -> str:
    """The chapter as Typst source that calls the functions of ``report.typ``."""
    writer = ("--to", "typst", "--lua-filter", str(TEMPLATES / "typst.lua"))
    source = re.sub(r"\b(dot|times|minus)\.circle\b", r"\1.o", _pandoc(chapter, writer))  # Typst has renamed ⊙ ⊗ ⊖
    return f'#import "report.typ": *\n\n{source}'


def _with_alternative(formula: re.Match[str]) -> str:
    """MathML with its LaTeX as alternative text; pandoc puts the LaTeX into an annotation."""
    found = re.fullmatch(
        r"<math(.*?)><semantics>(.*)<annotation[^>]*>(.*?)</annotation></semantics></math>", formula[0], flags=re.DOTALL
    )
    if found is None:
        return formula[0]
    attributes, content, latex = found.groups()
    attributes = attributes.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")
    content = re.sub(r"<mo>([′″‴]+)</mo>", r'<mo class="prime">\1</mo>', content)
    content = re.sub(r"(<mo>\u2061</mo>)(?!<mo[^>]*>\(|<mrow><mo[^>]*>\()", r'\1<mspace width="0.167em" />', content)
    return f'<math{attributes} alttext="{markup.escape(markup.unescape(latex))}">{content}</math>'


def _pandoc(chapter: Chapter, writer: Sequence[str]) -> str:
    command = [str(pandoc_program()), *READER_OPTIONS, *writer, "--metadata", f"chapter={chapter.identifier}"]
    done = subprocess.run(command, input=chapter.markdown.encode(), capture_output=True, check=False)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode or said:
        raise _pandoc_error(said, chapter)
    return done.stdout.decode()


def _pandoc_error(said: str, chapter: Chapter) -> ReportError:
    first = re.split(r"\n(?=\[WARNING\])", said)[0].removeprefix("[WARNING] ")
    formula = re.match(r"Could not convert TeX math (.*), rendering as TeX", first, flags=re.DOTALL)
    if formula:
        where = Where(chapter.file, _line_of(formula[1], chapter))
        return ProseError(f"a formula cannot be read: {formula[1]}", where=where, remedy="Mend its LaTeX.")
    return ProseError(f"pandoc: {first}", where=Where(chapter.file), remedy="Mend the Markdown there.")


def _line_of(text: str, chapter: Chapter) -> int | None:
    """The line of the author's file on which ``text`` begins, if it was written there."""
    start = text.strip().split("\n")[0]
    if not start or not chapter.file.exists():
        return None
    lines = chapter.file.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if start in line), None)


@cache
def pandoc_program() -> Path:
    """The pandoc that comes with the package ``pypandoc_binary``."""
    spec = importlib.util.find_spec("pypandoc")
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder) / "files" / name
        if program.exists():
            return program
    raise ReportError("pandoc is not installed.", remedy="Run: python -m pip install -r requirements.txt")


def _converted(
    chapters: Sequence[Chapter], convert: Callable[[Chapter], str], filter_name: str, remember: Remember
) -> list[str]:
    """Every chapter converted, several at a time; what was converted before is remembered."""
    rules = (TEMPLATES / filter_name).read_bytes() + Path(__file__).read_bytes()

    def one(chapter: Chapter) -> str:
        key = _key("chapter", filter_name, rules, chapter.identifier, chapter.markdown)
        return remember(key, lambda: convert(chapter).encode()).decode()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, chapters))


def _key(*parts: str | bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        content = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()


# --- HTML ----------------------------------------------------------------------------------------------------------


def html(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes], remember: Remember = at_once) -> str:
    """One self-contained page: styles, fonts and figures inside, readable without scripts and without a network."""
    import jinja2
    from markupsafe import Markup

    body = "\n\n".join(_converted(chapters, chapter_html, "html.lua", remember))
    written, headings = _number_sections(body)
    body = _insert_figures(_mark_wide_tables(written), assets)
    fonts = _font_faces(written, meta, remember)
    page = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    template = page.from_string((TEMPLATES / "report.html").read_text(encoding="utf-8"))
    return template.render(
        meta=meta,
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        fonts=Markup(fonts),
        contents=Markup(_contents(headings)),
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
        return f'<h{level + 1}{attributes}><span class="section">{number}</span>{title}</h{level + 1}>'

    return re.sub(r"<h([2-6])([^>]*)>(.*?)</h\1>", numbered, body, flags=re.DOTALL), headings


def _contents(headings: Sequence[_Heading]) -> str:
    """Chapters and their sections as nested lists."""
    lines: list[str] = ["<ol>"]
    depth = 1
    for heading in headings:
        while depth < heading.level:
            lines.append("<ol>")
            depth += 1
        while depth > heading.level:
            lines.append("</ol>")
            depth -= 1
        title = re.sub(r"</?(a|span)\b[^>]*>", "", heading.title)
        lines.append(
            f'<li><a href="#{heading.identifier}"><span class="section">{heading.number}</span><span>{title}</span></a></li>'
        )
    return "\n".join(lines + ["</ol>"] * depth)


COLUMN_POINTS = 326.0  # 115 mm, the text column of report.typ


def _insert_figures(body: str, assets: Mapping[str, bytes]) -> str:
    """``body`` with every figure drawn in its place."""

    def drawn(match: re.Match[str]) -> str:
        name, alt = markup.unescape(match[2]), markup.unescape(match[3])
        drawing = _asset(name, assets).decode()
        width = svg_width(drawing)
        wide = width > COLUMN_POINTS + 1
        share = min(1.0, width / (COLUMN_POINTS if not wide else COLUMN_POINTS * 166 / 115))
        opening = match[1].replace('class="figure"', 'class="figure wide"') if wide else match[1]
        return opening + "\n" + _inline(drawing, Path(name).stem, alt, share)

    return re.sub(r"(<figure [^>]*>)\s*<!--figure:(.*?)\n(.*?)-->", drawn, body, flags=re.DOTALL)


def _asset(name: str, assets: Mapping[str, bytes]) -> bytes:
    if name not in assets:
        raise ReportError(f"the figure '{name}' was not drawn.", remedy="It must be among the assets given to typeset.")
    return assets[name]


def svg_width(drawing: str) -> float:
    """The width of an SVG in points; matplotlib writes ``width="326pt"``."""
    found = re.search(r'<svg[^>]*?\swidth="([\d.]+)(pt|px|)"', drawing, flags=re.DOTALL)
    if found is None:
        raise ReportError("a figure's SVG has no width in points.")
    return float(found[1]) * (1.0 if found[2] == "pt" else 0.75)


def _inline(drawing: str, name: str, alt: str, share: float) -> str:
    """An SVG as an element of the page, its ids made the page's own, its alternative text said."""
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r'( id="|href="#|url\(#)', rf"\1{name}--", drawing)
    opening, rest = drawing.split(">", 1)
    opening = re.sub(r'\s(?:width|height|version|xmlns(?::xlink)?)="[^"]*"', "", opening)
    label = markup.escape(alt)
    rest = rest.replace("xlink:href=", "href=")
    return f'{opening} role="img" aria-label="{label}" style="--share: {100 * share:.4g}%">{rest}'


def _mark_wide_tables(body: str) -> str:
    """Tables of more columns than the text column holds run over the margin; their captions stand above."""

    def marked(match: re.Match[str]) -> str:
        widest = max((_row_length(row) for row in re.findall(r"<tr.*?</tr>", match[0], flags=re.DOTALL)), default=0)
        return match[0].replace('class="table"', 'class="table many"', 1) if widest > 72 else match[0]

    return re.sub(r'<figure id="[^"]*" class="table">.*?</figure>', marked, body, flags=re.DOTALL)


def _row_length(row: str) -> int:
    cells = re.findall(r"<t[dh].*?</t[dh]>", row, flags=re.DOTALL)
    return sum(len(markup.unescape(re.sub(r"<[^>]*>", "", cell)).strip()) + 3 for cell in cells)


# --- fonts ---------------------------------------------------------------------------------------------------------

FACES = (  # family, file, weight, style
    ("Libertinus Serif", "LibertinusSerif-Regular", 400, "normal"),
    ("Libertinus Serif", "LibertinusSerif-Italic", 400, "italic"),
    ("Libertinus Serif", "LibertinusSerif-Semibold", 600, "normal"),
    ("Libertinus Serif", "LibertinusSerif-SemiboldItalic", 600, "italic"),
    ("Libertinus Sans", "LibertinusSans-Regular", 400, "normal"),
    ("Libertinus Sans", "LibertinusSans-Italic", 400, "italic"),
    ("Libertinus Sans", "LibertinusSans-Bold", 700, "normal"),
    ("Libertinus Mono", "LibertinusMono-Regular", 400, "normal"),
    ("Libertinus Math", "LibertinusMath-Regular", 400, "normal"),
)
# Always there, so that the next sentence rarely needs a letter that the last one did not.
USUAL = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0\u2007\u2008\u2009\u202f±×÷·°²³¼½¾é–—‘’“”…−≈≠≤≥→∞∗✔✘◇⁻⁰¹⁴⁵⁶⁷⁸⁹"
USUAL_IN_FORMULAS = (
    "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ∂∇∑∏∫√∈∉∀∃∘∗⋅⋯⋮⋱⟨⟩‖∥′″⊤⊙⊗⊕⌊⌋⌈⌉→↦⇒⇔≔≡∝∼∪∩⊂⊆∖∅ℝℕℤℓ\u0302\u0303\u0304\u0305\u20d7"
)
FEATURES = [
    "kern",
    "liga",
    "calt",
    "mark",
    "mkmk",
    "locl",
    "ccmp",
    "tnum",
    "lnum",
    "smcp",
    "c2sc",
    "sups",
    "ssty",
    "flac",
    "dtls",
]


def _font_faces(body: str, meta: Meta, remember: Remember) -> str:
    """CSS that embeds the letters in use of every face."""
    formulas = "".join(re.findall(r"<math.*?</math>", body, flags=re.DOTALL))
    written = "".join((body, meta.title, meta.subtitle, *meta.lines, *meta.facts, *meta.notices, meta.abstract))
    text = _letters(USUAL + markup.unescape(written))
    symbols = _letters(USUAL + USUAL_IN_FORMULAS + _in_mathematical_style(markup.unescape(formulas)) + text)
    rules = []
    for family, file, weight, style in FACES:
        letters = symbols if family == "Libertinus Math" else text
        data = remember(_key("font", file, letters, *FEATURES), lambda file=file, letters=letters: subset(file, letters))  # type: ignore[misc]
        rules.append(
            f'@font-face {{ font-family: "{family}"; font-weight: {weight}; font-style: {style}; font-display: block; '
            f'src: url("data:font/woff2;base64,{base64.b64encode(data).decode()}") format("woff2"); }}'
        )
    return "\n".join(rules)


def _letters(text: str) -> str:
    return "".join(sorted(letter for letter in set(text) if letter >= " "))


def _in_mathematical_style(formulas: str) -> str:
    """The letters of ``formulas`` and the italic ones that a browser shows for a single-letter identifier."""
    latin = "".join(chr(0x1D434 + i) for i in range(52) if i != 33) + "ℎ"
    greek = "".join(chr(0x1D6E2 + i) for i in range(58))
    return formulas + latin + greek + "ıȷ"


def subset(file: str, letters: str) -> bytes:
    """The font ``file`` as WOFF2 with no other letters than ``letters`` (and what they are built from)."""
    from fontTools import subset as fonts

    options = fonts.Options(flavor="woff2", layout_features=FEATURES, name_IDs=[0, 1, 2, 13, 14], notdef_outline=True)
    font = fonts.load_font(TEMPLATES / "fonts" / f"{file}.otf", options)
    subsetter = fonts.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "subset.woff2"
        fonts.save_font(font, path, options)
        return path.read_bytes()


# --- PDF -----------------------------------------------------------------------------------------------------------

INK = b"#1c1b19"


def pdf(chapters: Sequence[Chapter], meta: Meta, assets: Mapping[str, bytes], remember: Remember = at_once) -> bytes:
    """A PDF/UA-1 document with an outline; figures and formulas carry alternative texts, and the bytes repeat."""
    sources = _converted(chapters, chapter_typst, "typst.lua", remember)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for chapter, source in zip(chapters, sources):
            (folder / f"{chapter.identifier}.typ").write_text(source, encoding="utf-8")
        for asset, content in assets.items():
            (folder / asset).write_bytes(content.replace(b"currentColor", INK))
        widths = {asset: svg_width(content.decode()) for asset, content in assets.items()}
        (folder / "figures.json").write_text(json.dumps(widths))
        (folder / "report.typ").write_bytes((TEMPLATES / "report.typ").read_bytes())
        (folder / "main.typ").write_text(_main(chapters, meta), encoding="utf-8")
        return _compiled(folder, chapters)


def _main(chapters: Sequence[Chapter], meta: Meta) -> str:
    includes = "\n".join(f'#include "{chapter.identifier}.typ"' for chapter in chapters)
    words = {"title": meta.title, "subtitle": meta.subtitle, "lang": meta.language}
    lists = {"lines": meta.lines, "facts": meta.facts, "notices": meta.notices}
    arguments = [f"{name}: {_quoted(text)}" for name, text in words.items()]
    arguments += [f"{name}: ({''.join(f'{_quoted(text)}, ' for text in texts)})" for name, texts in lists.items()]
    arguments += [f"abstract: [#{_quoted(meta.abstract)}]"] if meta.abstract else []
    return f'#import "report.typ": *\n#show: report.with({", ".join(arguments)})\n\n{includes}\n'


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _compiled(folder: Path, chapters: Sequence[Chapter]) -> bytes:
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[TEMPLATES / "fonts"])
    compiler = typst.Compiler(input=folder / "main.typ", root=folder, font_paths=fonts)
    try:
        document = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=0)
    except typst.TypstError as error:
        raise _typst_error(error, chapters) from None
    assert isinstance(document, bytes)
    return document


def _typst_error(error: Exception, chapters: Sequence[Chapter]) -> ReportError:
    diagnostic = str(getattr(error, "diagnostic", "") or error)
    message = str(getattr(error, "message", "") or error).strip()
    link = re.search(r"label `<([^>]*)>` does not exist", diagnostic)
    if link:
        for chapter in chapters:
            if f"(#{link[1]})" in chapter.markdown:
                where = Where(chapter.file, _line_of(f"(#{link[1]})", chapter))
                return ProseError(f"a link goes to #{link[1]}, which is nowhere.", where=where, remedy="Mend the link.")
    place = next((Where(c.file) for c in chapters if f"{c.identifier}.typ" in diagnostic), None)
    return ProseError(f"the PDF cannot be set: {message}", where=place, remedy=diagnostic)
