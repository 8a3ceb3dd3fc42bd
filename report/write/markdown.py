"""Turn nouns into pandoc Markdown that says what a thing is; the filters of ``templates/`` say what it looks like.

A value, a figure, a claim or a derivation becomes a span or a div with a class and attributes. ``templates/html.lua`` and
``templates/typst.lua`` turn these into either format, so both pages always have the same structure and the same numbers.
Raw HTML and raw Typst side by side were rejected: every escape would exist twice.

Captions, sentences, reasons and headings are prose: Markdown, formulas included. Everything else (cells, notices, units,
origins, alternative texts, file names) is plain text and escaped; only a cell that is one whole formula, ``$…$``, is set
as one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

from report.model import Holds, Value, Verdict
from report.numbers import MINUS, NO_BREAK, NOTHING, PLUS_MINUS, THIN, number_text, power_and_spread, shown_fixed

LINE = "&#10;"  # a new line in an attribute
VALUE = (
    r"\[(?P<text>(?:[^\[\]\\]|\\.)*)\]"
    r'\{\.value origin="(?P<origin>(?:[^"\\]|\\.)*)"(?: entry="[^"]*" mention="[^"]*")?\}'
)
"""A number as ``value_markdown`` writes it, and ``evidence`` adds to it."""
BEGINNING = re.compile(r"^(\(?\w*)([-+*#>:|~.)]+)(?=\s)")
"""What would make a list, a heading or a quotation of the sentence that it begins."""
MARKS = {Holds.YES: "✔", Holds.NO: "✘", Holds.UNDECIDED: "◇", Holds.NOT_ASKED: "–"}
NOTICES = {"stand-in": "Stand-in data", "skipped": "Not run", "failed": "Failed", "diverged": "Diverged"}


# --- text ----------------------------------------------------------------------------------------------------------


@cache
def escape(text: str) -> str:
    """Plain ``text`` as Markdown that reads as exactly that text, in a paragraph, a table cell or an attribute."""
    one_line = " ".join(text.splitlines())
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", one_line)


def unescape(markdown: str) -> str:
    """The text that ``escape`` was given."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def span(content: str, klass: str, **attributes: str) -> str:
    return f"[{content}]{{.{klass}{_attributes(attributes)}}}"


def div(content: str, klass: str, identifier: str = "", **attributes: str) -> str:
    anchor = f" #{identifier}" if identifier else ""
    return f"\n\n::::: {{.{klass}{anchor}{_attributes(attributes)}}}\n{content}\n:::::\n\n"


def _attributes(attributes: Mapping[str, str]) -> str:
    lines = {name: LINE.join(map(escape, text.split("\n"))) for name, text in attributes.items()}
    return "".join(f' {name}="{text}"' for name, text in lines.items())


# --- numbers -------------------------------------------------------------------------------------------------------


def with_unit(text: str, unit: str) -> str:
    if not unit or text == NOTHING:
        return text
    counted = singular(unit) if text in ("1", f"{MINUS}1") else unit
    return text + (THIN if unit == "%" else NO_BREAK) + escape(counted)


def singular(unit: str) -> str:
    """``classes`` → ``class``, ``points`` → ``point``; ``ms`` stays."""
    return re.sub(r"((?<=ss|ch|sh)es|(?<=[a-z]{2}[^\Ws])s)$", "", unit)


def spread_text(value: Value) -> str:
    """``± 0.2``, or the ends in brackets, with as many decimals as the number, so that they can be read against it; nothing
    for a value without a spread."""
    if not value.has_spread:
        return ""

    def told(number: float) -> str:
        return number_text(number, value.digits, fixed=value.digits is not None and shown_fixed(value.number, value.digits))

    if value.ends:
        return f"{NO_BREAK}({NO_BREAK.join((told(value.ends[0]), 'to', told(value.ends[1])))})"
    return f"{NO_BREAK}{PLUS_MINUS}{NO_BREAK}{told(float(value.spread or 0))}"


def mean_text(value: Value) -> str:
    """A number and its spread, without the unit: ``97.3 ± 0.2``, ``(8.1 ± 1.4) × 10⁻⁶``."""
    number = number_text(value.number, value.digits)
    if value.has_spread and not value.ends and "10⁻" in number:
        return power_and_spread(float(value.number), float(value.spread or 0))
    return number + spread_text(value)


def value_text(value: Value) -> str:
    """``97.3 ± 0.2 %`` (Markdown: the unit is escaped)."""
    return with_unit(mean_text(value), value.unit)


def origin_text(value: Value, source: str) -> str:
    """Where a number comes from, a line for each thing that is known."""
    shown = "(least to greatest)" if value.ends else "± standard deviation"
    same = f"the same over {value.n} seeds" if value.spread == 0 and value.n > 1 else ""
    spread = f"mean {shown} over {value.n} seeds" if value.has_spread else same
    place = f"stated in {source}" if source else ""
    return "\n".join(filter(None, (value.origin, spread, place)))


def value_markdown(value: Value, source: str = "") -> str:
    """A number in running text. ``source`` (``02-mnist.md:12``) says where the prose states it."""
    return span(value_text(value), "value", origin=origin_text(value, source))


# --- figures and links -----------------------------------------------------------------------------------------------


def figure_markdown(
    identifier: str, number: int, svg_path: str, caption: str, alt: str, csv_name: str, origin: str = ""
) -> str:
    """A numbered figure: ``svg_path`` names one of the assets, ``csv_name`` the file under ``data/`` that holds its data."""
    return div(caption, "figure", identifier, number=str(number), src=svg_path, alt=alt, data=csv_name, origin=origin)


def reference_markdown(identifier: str, text: str) -> str:
    """A link to something numbered: ``Figure 3``, kept on one line."""
    return f"[{escape(text).replace(' ', NO_BREAK)}](#{identifier}){{.ref}}"


def chapter_reference(identifier: str) -> str:
    """A link to a chapter, whose number whoever sets the page puts in: it alone counts headings."""
    return f"[Chapter](#{identifier}){{.chapter}}"


# --- what was judged -----------------------------------------------------------------------------------------------


def verdict_markdown(sentence: str, verdict: Verdict, beside: str = "", origin: str = "") -> str:
    """A claim's sentence, then its verdict in a word with a mark; below it the effect, its 95 % interval and the seeds, at last
    what stands ``beside`` it (Markdown)."""
    reason = evidence_text(verdict)
    evidence = ". ".join(filter(None, (reason, beside)))
    follows = ":" if reason else ";" if beside else ""  # what follows is a sentence, the reason, or is none
    colon = follows if verdict.holds is Holds.NOT_ASKED else ""
    badge = span(f"{MARKS[verdict.holds]}{NO_BREAK}{verdict.holds}{colon}", "verdict", word=slug(verdict.holds), origin=origin)
    told = f"\n\n{evidence.removesuffix('.')}." if evidence else ""
    plain = BEGINNING.sub(r"\1\\\2", sentence, count=1)
    return div(f"{plain} {badge}{told}", "claim")


def slug(holds: Holds) -> str:
    return holds.replace(" ", "-")


def evidence_text(verdict: Verdict) -> str:
    """``mean paired difference: 1.2 points, 95 % interval 0.8 to 1.6, n = 3 seeds`` (Markdown)."""
    parts = []
    if math.isfinite(verdict.effect):
        digits = _telling_digits(verdict)

        def rounded(number: float) -> str:  # beside an interval far wider than it, a tiny effect is zero
            return number_text(float(number) if digits is None else round(float(number), digits), digits)

        effect = with_unit(rounded(verdict.effect), verdict.unit)
        parts.append(f"{escape(verdict.what or 'effect')}: {effect}")
        if verdict.low == verdict.high:
            runs = "both" if verdict.n == 2 else f"all {verdict.n}"
            return ", ".join([*parts, "exact" if verdict.exact else f"the same in {runs} runs"])
        if math.isfinite(verdict.low) and math.isfinite(verdict.high):
            parts.append(f"95{THIN}% interval {rounded(verdict.low)} to {rounded(verdict.high)}")
    elif verdict.what:
        parts.append(escape(verdict.what))
    if verdict.n:
        parts.append(f"n{THIN}={THIN}{verdict.n} seed{'' if verdict.n == 1 else 's'}")
    if verdict.would_take:
        parts.append(f"{verdict.would_take} like these would settle it")
    return ", ".join(parts)


def _telling_digits(verdict: Verdict) -> int | None:
    """Decimals that show two significant digits of the interval's width, or three of the effect where there is none. None
    where these are too many, and powers of ten tell more."""
    width = verdict.high - verdict.low
    scale, significant = (width, 2) if math.isfinite(width) and width > 0 else (abs(verdict.effect), 3)
    digits = max(0, significant - 1 - math.floor(math.log10(scale))) if scale > 0 else 1
    if verdict.low * verdict.high > 0 and not all(round(float(end), digits) for end in (verdict.low, verdict.high)):
        digits += 1  # an interval without zero is not shown to end in it
    return digits if digits <= 6 else None


def notice_markdown(kind: str, text: str) -> str:
    """A visible box. ``kind`` is one of ``NOTICES``; ``text`` is plain."""
    return div(f"{span(NOTICES[kind], 'notice-title')} {escape(lettered(text))}", "notice", kind=kind)


UNUSUAL = re.compile(
    "[^\\s -~\u00a0-\u024f\u0386-\u03ce\u0410-\u044f\u05d0-\u05ea\u2010-\u2022\u2026-\u2037\u2070-\u209f\u2190-\u226d]"
)


def lettered(text: str) -> str:
    """``text`` of a failure, where anything may stand, with letters that no font here may have by their numbers: U+1F642."""
    return UNUSUAL.sub(lambda letter: f"U+{ord(letter[0]):04X}", text)
