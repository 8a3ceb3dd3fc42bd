"""pandoc, which reads a chapter's Markdown and writes it as HTML with MathML, or as Typst source."""

from __future__ import annotations

import html as markup
import re
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from report.errors import ProseError, ReportError, Where, author_text
from report.typeset import breaking, formulas, spoken
from report.typeset.inputs import TEMPLATES, Chapter, Remember, key, made_by
from report.write.prose import READER, pandoc_program

READER_OPTIONS = ("--from", READER, "--wrap=none", "--columns=10000", "--syntax-highlighting=none")


# What typst.lua calls, and the names that its formulas are mended with. Nothing else of report.typ may stand in a chapter:
# its ``sans`` would be in the place of Typst's own in ``$sans(T)$``.
CALLED = (
    "anchor, formula, displayed, singlebar, doublebar, uprightsans, "
    "firstrelation, nextrelation, heldrelation, nextterm, heldsign, report-chapter, report-picture, report-task, "
    "report-figure, report-table, plain-table, report-part, report-case, report-cases, part-title, "
    "report-brief, report-notation, report-strip, report-bar, report-page, report-contents, "
    "report-ledger, report-numbers, report-entry, report-value, report-remark, report-derivation, report-question, "
    "report-conclusion, report-consequence, report-note, report-references, "
    "report-claim, report-claimed, report-verdict, report-evidence, report-check, report-notice, lead-in, "
    "horizontalrule, sect"
)


def chapter_html(chapter: Chapter) -> str:
    """The chapter as a fragment of HTML; what depends on the other chapters, and figures, is put in by ``html``."""
    writer = ("--to", "html5", "--mathml", "--shift-heading-level-by=1", "--lua-filter", str(TEMPLATES / "html.lua"))
    fragment = formulas.mathml(_pandoc(chapter, writer))
    aligned = re.sub(r' style="text-align: (left|right);"', lambda at: ' class="end"' if at[1] == "right" else "", fragment)
    return _mark_wide_tables(_whole_numbers(aligned))


def chapter_typst(chapter: Chapter) -> str:
    """The chapter as Typst source that calls the functions of ``report.typ``."""
    writer = ("--to", "typst", "--lua-filter", str(TEMPLATES / "typst.lua"))
    source = formulas.typst(_pandoc(chapter, writer))
    return f'#import "report.typ": {CALLED}\n\n{source}'


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
        where = Where(chapter.file, line_of(formula[1], chapter))
        return ProseError(f"a formula cannot be read: {formula[1]}", where=where, remedy="Mend its LaTeX.")
    return ProseError(f"pandoc: {first}", where=Where(chapter.file), remedy="Mend the Markdown there.")


def line_of(text: str, chapter: Chapter) -> int | None:
    """The line of the author's file on which ``text`` begins, if it was written there."""
    start = text.strip().split("\n")[0]
    if not start or not chapter.file.exists():
        return None
    lines = author_text(chapter.file).splitlines()
    return next((number for number, line in enumerate(lines, 1) if start in line), None)


def converted(
    chapters: Sequence[Chapter], convert: Callable[[Chapter], str], filter_name: str, remember: Remember
) -> list[str]:
    """Every chapter converted, several at a time; what was converted before is remembered."""
    by = rules(filter_name)

    def one(chapter: Chapter) -> str:
        name = key("chapter", filter_name, *by, chapter.identifier, chapter.markdown)
        return remember(name, lambda: convert(chapter).encode()).decode()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, chapters))


def rules(filter_name: str) -> tuple[bytes, ...]:
    """All that a chapter is converted by."""
    files = (
        TEMPLATES / filter_name,
        *map(TEMPLATES.joinpath, ("common.lua", "latex.lua")),
        *map(Path, (__file__, breaking.__file__, formulas.__file__, spoken.__file__)),
    )
    return (made_by("pypandoc_binary").encode(), *(file.read_bytes() for file in files))
