"""Formulas as pandoc writes them, mended: what its writers for MathML and for Typst say otherwise than LaTeX does.

What can be mended in the LaTeX before it is written is mended in ``templates/latex.lua``. ``tests/typeset/formulas.toml``
pins the outcome for the formulas of the field.
"""

from __future__ import annotations

import html as markup
import re

from report.typeset.breaking import elements, in_terms, unbroken
from report.typeset.spoken import spoken

# What the Typst writer says, and what was meant: a pattern, and what stands in its place.
TYPST = {
    r"\b(dot|times|minus)\.circle\b": r"\1.o",  # Typst has renamed ⊙ ⊗ ⊖
    r'(upright\()?"open-matrix"(?(1)\)) ?mat\(delim: "\|\|"': "mat(delim: #none",  # see latex.lua
    r'(upright\()?"closed-matrix"(?(1)\)) ?mat\(delim: "\|\|"': 'mat(delim: #(none, "}")',
    r'mat\(delim: "\|\|"': 'mat(delim: "‖"',
    r"#h\(0em\)": "#h(0.278em)",  # \; and \! are rounded to whole quads
    r"#h\(-1em\)": "#h(-0.167em)",
    r"#scale\(x: (\d+)%, y: \1%\)\[(.+?)\](?!\])": r"stretch(size: #\1%, \2)",  # \big, which would print a symbol's name
    r"(?<!lr\()\bbar\.v\.double(?![a-z.)])": " doublebar",  # relations, to Typst; LaTeX sets bars close to what they bound
    r"(?<!, )\\\|": " singlebar",
    r"stretch\(size: #\d+%, (?:bar\.v\.double|\\\|)\)": r'class("normal", \g<0>)',
    r"\bsans\(": "uprightsans(",
    r'((?<=[\s(\[$])"[A-Za-z]+") \\([(\[])': r"\1\\\2",  # no space between the name of an operator and its bracket
}


def typst(source: str) -> str:
    """A chapter's Typst source with its formulas mended, and put into words for who listens."""

    def put(found: re.Match[str]) -> str:
        latex = re.sub(r"\\(.)", lambda escaped: " " if escaped[1] == "n" else escaped[1], found[2])
        formula = unbroken(_typst(found[3]), display=found[1] == "#displayed(" or found[3].startswith("$ "))
        return f"{found[1]}{quoted(spoken(latex))}, {formula}"

    return re.sub(r'(#(?:formula|displayed)\()"((?:[^"\\]|\\.)*)", (\$.*?\$)(?=\);)', put, source, flags=re.DOTALL)


def quoted(text: str) -> str:
    """``text`` as a string of Typst's."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _typst(formula: str) -> str:
    for pattern, meant in TYPST.items():
        formula = re.sub(pattern, meant, formula)
    return formula


def mathml(page: str) -> str:
    """A chapter's HTML, each formula with its LaTeX as alternative text, which is what is copied of it, and without all that
    a browser takes for granted."""
    return in_terms(re.sub(r"<math.*?</math>", _mathml, page, flags=re.DOTALL))


# What of pandoc's MathML can be left out, and what has to be put in: a pattern, and what stands in its place.
MATHML = {
    r'(<mi) mathvariant="normal"(>[^<]{2,}</mi>)': r"\1\2",  # as letters of a name are anyhow
    r' form="(?:prefix|postfix)"(?=>[()\[\]{}]</mo>)': "",
    r"&#8289;": "\u2061",
    r"<mrow>(<mi>[^<]*</mi><mo>\u2061</mo>)</mrow>": r"\1",
    r"<(m[io])>\*</\1>": r"<\1>∗</\1>",  # at the height of the signs, not of a superscript
    r"<mo>([′″‴]+)</mo>": r'<mo class="prime">\1</mo>',
    r"(<mo>\u2061</mo>)(?!<mo[^>]*>\(|<mrow><mo[^>]*>\()": r'\1<mspace width="0.167em" />',
}


def _mathml(formula: re.Match[str]) -> str:
    found = re.fullmatch(
        r"<math(.*?)><semantics>(.*)<annotation[^>]*>(.*?)</annotation></semantics></math>", formula[0], flags=re.DOTALL
    )
    if found is None:
        return formula[0]
    _, content, latex = found.groups()
    for pattern, meant in MATHML.items():
        content = re.sub(pattern, meant, content)
    content = _unwrapped(content)
    display = ' display="block"' if 'display="block"' in found[1] else ""
    return f'<math{display} alttext="{markup.escape(markup.unescape(latex))}">{content}</math>'


def _unwrapped(content: str) -> str:
    """Without the row around all of a formula, which is one anyhow."""
    if content.startswith("<mrow>") and len(elements(content)) == 1:
        return content.removeprefix("<mrow>").removesuffix("</mrow>")
    return content
