"""Formulas as pandoc writes them, mended: what its writers for MathML and for Typst say otherwise than LaTeX does.

What can be mended in the LaTeX before it is written is mended in ``templates/latex.lua``. ``tests/typeset/formulas.toml``
pins the outcome for the formulas of the field.
"""

from __future__ import annotations

import html as markup
import re

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
    """A chapter's Typst source with its formulas mended."""
    return re.sub(
        r'(#(?:formula|displayed)\("(?:[^"\\]|\\.)*", )(\$.*?\$)(?=\);)', lambda m: m[1] + _typst(m[2]), source, flags=re.DOTALL
    )


def _typst(formula: str) -> str:
    for pattern, meant in TYPST.items():
        formula = re.sub(pattern, meant, formula)
    return formula


def mathml(page: str) -> str:
    """A chapter's HTML, each formula with its LaTeX as alternative text, and as the annotation that is copied."""
    return re.sub(r"<math.*?</math>", _mathml, page, flags=re.DOTALL)


def _mathml(formula: re.Match[str]) -> str:
    found = re.fullmatch(
        r"<math(.*?)><semantics>(.*)<annotation[^>]*>(.*?)</annotation></semantics></math>", formula[0], flags=re.DOTALL
    )
    if found is None:
        return formula[0]
    attributes, content, latex = found.groups()
    attributes = attributes.replace(' xmlns="http://www.w3.org/1998/Math/MathML"', "")
    content = re.sub(r"<mo>([′″‴]+)</mo>", r'<mo class="prime">\1</mo>', content)
    content = re.sub(r"(<mo>\u2061</mo>)(?!<mo[^>]*>\(|<mrow><mo[^>]*>\()", r'\1<mspace width="0.167em" />', content)
    plain = markup.escape(markup.unescape(latex))
    annotation = f'<annotation encoding="application/x-tex">{markup.escape(markup.unescape(latex), quote=False)}</annotation>'
    return f'<math{attributes} alttext="{plain}"><semantics>{content}{annotation}</semantics></math>'
