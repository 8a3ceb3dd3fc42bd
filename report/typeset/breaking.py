"""Where a formula may end a line: at a relation, or at a plus or minus between its terms; never inside brackets.

Typst breaks after any relation and any operator, inside brackets as well. So those inside are set as signs that do not break,
with the white that they have. In a display a line ends before a sign, as in a book; in the text after it, as Typst has it.

A browser breaks no formula. So of a link of a chain each term is set as a formula, and a line may end between two.
"""

from __future__ import annotations

import re

TOKEN = re.compile(
    r"""(?P<word>"(?:[^"\\]|\\.)*"|\#\w+\([^()]*\)(?:\[[^\]]*\])?|\\\#)
    | (?P<opens>\\?[(\[{]|[⌊⌈]|lr\()
    | (?P<calls>[A-Za-z][\w.]*\(|[_^]\()
    | (?P<closes>\\?[)\]}]|[⌋⌉])
    | (?P<script>[_^])
    | (?P<relation>(?:eq\.not|[gl]t\.eq|arrow\.[lr](?:\.[lr])?(?:\.double)?|approx|mapsto|in|divides)(?![\w.])|[=<>])
    | (?P<operator>(?:dot\.op?|times(?:\.o)?|compose)(?![\w.])|[-+*])
    | (?P<between>\\?,|;|/)
    | (?P<operand>[A-Za-z][\w.]*|[^\s$])
    """,
    re.VERBOSE,
)
OPERANDS = ("word", "closes", "operand")


def unbroken(formula: str, display: bool) -> str:
    """A formula in Typst's syntax, its signs set by the functions of ``report.typ`` where Typst would break it wrongly."""
    out: list[str] = []
    brackets: list[str] = []  # those that are open: brackets that are seen, or those of a call
    before, end = "", 0
    for found in TOKEN.finditer(formula):
        kind, token = str(found.lastgroup), found[0]
        if kind == "operator" and before not in OPERANDS and token not in "+-":
            kind = "operand"  # a dot in the place of a variable
        if kind in ("opens", "calls"):
            brackets.append(kind)
        elif kind == "closes" and brackets:
            brackets.pop()
        setter = "" if "calls" in brackets or before == "script" else _setter(kind, token, before, bool(brackets), display)
        out += [formula[end : found.start()], f"{setter}({token})" if setter else token]
        before, end = kind, found.end()
    return "".join(out) + formula[end:]


def _setter(kind: str, token: str, before: str, inside: bool, display: bool) -> str:
    """What sets a sign; nothing where it is one of a number, or where Typst does as it should."""
    if kind == "relation" and not before:
        return "firstrelation"
    if kind == "relation":
        return "heldrelation" if inside else "nextrelation" if display else ""
    if kind == "operator" and before in OPERANDS:
        ends = token in "+-" and not inside
        return "heldsign" if not ends else "nextterm" if display else ""
    return ""


# --- on the web page -----------------------------------------------------------------------------------------------

LINK = re.compile(
    r'((?:<span class="link">|<div class="right">\s*<p>))<math display="block" alttext="([^"]*)">(.*?)</math>', re.DOTALL
)
SIGN = re.compile("(?:<m(?:sub|sup|subsup)>)?<mo[^>]*>([^<]*)</mo>")  # a bracket may bear an exponent
ELEMENT = re.compile(r"<(?P<close>/)?(?P<tag>\w+)[^>]*?(?P<empty>/)?>")
LATEX = re.compile(r"\\begin\b|\\end\b|\\[A-Za-z]+|\\.|&\w+;|\S", re.DOTALL)
OPENS, CLOSES = ("(", "[", "{", "⌊", "⌈"), (")", "]", "}", "⌋", "⌉")
LATEX_OPENS = ("(", "[", "{", r"\{", r"\lfloor", r"\lceil", r"\begin")
LATEX_CLOSES = (")", "]", "}", r"\}", r"\rfloor", r"\rceil", r"\end")
SIGNS = ("+", "−", "-")


def in_terms(page: str) -> str:
    """A chapter's HTML, where a line may end before each term of a link of a chain."""
    return LINK.sub(_in_terms, page)


def _in_terms(found: re.Match[str]) -> str:
    before, latex, content = found.groups()
    tokens = [(each[0], each.start()) for each in LATEX.finditer(latex)]
    told = _cut(latex, [at for token, at in _between(tokens, LATEX_OPENS, LATEX_CLOSES)])
    signs = [(sign[1] if (sign := SIGN.match(text)) else "", at) for text, at in elements(content)]
    terms = _cut(content, [at for sign, at in _between(signs, OPENS, CLOSES)])
    if len(terms) == 1 or len(terms) != len(told):
        return found[0]
    first, *others = terms
    infix = [re.sub("^<mo", '<mo form="infix"', term) for term in others]
    formulas = (f'<math display="block" alttext="{a.strip()}">{b}</math>' for a, b in zip(told, (first, *infix)))
    return f'{before}<span class="terms">{"<wbr>".join(formulas)}</span>'


def _between(tokens: list[tuple[str, int]], opens: tuple[str, ...], closes: tuple[str, ...]) -> list[tuple[str, int]]:
    """The signs between terms, with their places: outside of brackets, and behind something that is no sign itself."""
    out, depth, before = [], 0, "="
    for token, at in tokens:
        if token in SIGNS and depth == 0 and before not in (*SIGNS, "=", "^", "_"):
            out.append((token, at))
        depth += (token in opens) - (token in closes)
        before = token
    return out


def elements(content: str) -> list[tuple[str, int]]:
    """The outermost elements of MathML, with their places."""
    out, depth, start = [], 0, 0
    for found in ELEMENT.finditer(content):
        if depth == 0:
            start = found.start()
        depth += 0 if found["empty"] else -1 if found["close"] else 1
        if depth == 0:
            out.append((content[start : found.end()], start))
    return out


def _cut(text: str, places: list[int]) -> list[str]:
    """``text`` in pieces, each but the first from one of the ``places`` on."""
    return [text[a:b] for a, b in zip((0, *places), (*places, len(text)))]
