"""The faces of the page: each embedded with the letters that are in use, and no others."""

from __future__ import annotations

import base64
import html as markup
import io
import re
from functools import partial

from report.typeset.inputs import TEMPLATES, Meta, Remember, key, made_by

FACES = (  # family, file, weight, style
    ("Libertinus Serif", "LibertinusSerif-Regular", 400, "normal"),
    ("Libertinus Serif", "LibertinusSerif-Italic", 400, "italic"),
    ("Libertinus Serif", "LibertinusSerif-Semibold", 600, "normal"),
    ("Libertinus Sans", "LibertinusSans-Regular", 400, "normal"),
    ("Libertinus Sans", "LibertinusSans-Italic", 400, "italic"),
    ("Libertinus Sans", "LibertinusSans-Bold", 700, "normal"),
    ("Libertinus Mono", "LibertinusMono-Regular", 400, "normal"),
    ("Libertinus Math", "LibertinusMath-Regular", 400, "normal"),
)
MINUS = "Libertinus Minus"
# Always there, so that the next sentence rarely needs a letter that the last one did not.
USUAL = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0\u2007\u2008\u2009\u202f±×÷·°µ¶Φ₁₂²³¼½¾é–—‘’“”…−≈≠≤≥→∞∗✔✘◇⁻⁰¹⁴⁵⁶⁷⁸⁹"
USUAL_IN_FORMULAS = (
    "\u2061‾∣𝟏αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩ∂∇∑∏∫√∈∉∀∃∘∗⋅⋯⋮⋱⟨⟩‖∥′″⊤⊙⊗⊕⌊⌋⌈⌉→↦⇒⇔≔≡∝∼∪∩⊂⊆∖∅ℝℕℤℓ\u0302\u0303\u0304\u0305\u20d7"
)
# What a browser shows for a single-letter identifier.
ITALIC = "".join(chr(0x1D434 + i) for i in range(52) if i != 33) + "ℎ" + "".join(chr(0x1D6E2 + i) for i in range(58)) + "ıȷ"
SMALL_CAPITALS = ("smcp", "c2sc")
FEATURES = ["kern", "liga", "calt", "mark", "mkmk", "locl", "ccmp", "tnum", "lnum", "sups", "ssty", "flac", "dtls"]


def font_faces(body: str, meta: Meta, remember: Remember) -> str:
    """CSS that embeds the letters in use of every face; formulas have one of their own."""
    written = "".join((body, meta.title, meta.subtitle, *meta.lines, *meta.facts, *meta.notices, meta.abstract))
    text = _letters(USUAL + _unusual(re.sub(r"<math\b.*?</math>", "", written, flags=re.DOTALL)))
    symbols = _letters(USUAL_IN_FORMULAS + ITALIC + USUAL + _unusual(written))
    program = made_by("fonttools", "brotli")
    rules = []
    for family, file, weight, style in FACES:
        letters = symbols if family == "Libertinus Math" else text
        name = key("font", program, file, letters, *FEATURES, *SMALL_CAPITALS)
        rules.append(_rule(family, weight, style, remember(name, partial(subset, file, letters))))
    rules.append(_rule(MINUS, 400, "normal", remember(key("font", program, MINUS), minus)))
    return "\n".join(rules)


def _rule(family: str, weight: int, style: str, font: bytes) -> str:
    source = f'url("data:font/woff2;base64,{base64.b64encode(font).decode()}") format("woff2")'
    face = f'font-family: "{family}"; font-weight: {weight}; font-style: {style}; font-display: block'
    return f"@font-face {{ {face}; src: {source}; }}"


def _letters(text: str) -> str:
    return "".join(sorted(letter for letter in set(text) if letter >= " "))


def _unusual(written: str) -> str:
    """The letters of a page beyond ASCII, those that it spells as entities included."""
    spelled = set(re.findall(r"&#?\w+;", written))
    return "".join(re.findall(r"[^\x00-\x7f]+", written)) + markup.unescape("".join(spelled))


def minus() -> bytes:
    """A font with one sign: the hyphen that a keyboard types, drawn as a minus."""
    from fontTools.ttLib import TTFont

    font = TTFont(io.BytesIO(subset("LibertinusSerif-Regular", "−-")), recalcTimestamp=False)
    for table in font["cmap"].tables:
        table.cmap[0x2D] = table.cmap[0x2212]
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def subset(file: str, letters: str) -> bytes:
    """The font ``file`` as WOFF2 with no other letters than ``letters`` (and what they are built from)."""
    from fontTools import subset as fonts

    features = [*FEATURES, *(SMALL_CAPITALS if file == "LibertinusSerif-Regular" else ())]
    options = fonts.Options(flavor="woff2", layout_features=features, name_IDs=[0, 1, 2, 13, 14], notdef_outline=True)
    font = fonts.load_font(TEMPLATES / "fonts" / f"{file}.otf", options)
    subsetter = fonts.Subsetter(options)
    subsetter.populate(text=letters)
    subsetter.subset(font)
    out = io.BytesIO()
    fonts.save_font(font, out, options)
    return out.getvalue()
