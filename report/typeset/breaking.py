"""Where a formula may end a line: at a relation, or at a plus or minus between its terms; never inside brackets.

Typst breaks after any relation and any operator, inside brackets as well. So those inside are set as signs that do not break,
with the white that they have. In a display a line ends before a sign, as in a book; in the text after it, as Typst has it.
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
