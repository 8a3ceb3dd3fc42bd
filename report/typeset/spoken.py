"""A formula in words, for who listens: its LaTeX read aloud, as one would at a blackboard.

What is compound is said between *open* and *close*, so that a fraction of sums is not taken for a sum of fractions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+(?:\.\d+)?|\S", re.DOTALL)
SILENT = {
    "\\left", "\\right", "\\,", "\\;", "\\:", "\\!", "\\ ", "\\quad", "\\qquad", "\\displaystyle", "\\textstyle", "\\limits",
    "\\big", "\\Big", "\\bigl", "\\bigr", "\\Bigl", "\\Bigr", "&", "~",
}  # fmt: skip
SAID = {
    "=": "equals", "+": "plus", "-": "minus", "−": "minus", "<": "is less than", ">": "is greater than", "/": "over",
    "*": "star", "'": "prime", "|": "bar", "[": "open", "]": "close", r"\{": "open", r"\}": "close", "(": "open", ")": "close",
    r"\\": "then", r"\%": "percent", r"\#": "the number of", r"\cdot": "times", r"\times": "times", r"\le": "is at most",
    r"\leq": "is at most", r"\ge": "is at least", r"\geq": "is at least", r"\ne": "does not equal", r"\neq": "does not equal",
    r"\approx": "is about",
    r"\in": "in", r"\notin": "not in",
    r"\sum": "the sum", r"\prod": "the product", r"\partial": "partial",
    r"\nabla": "the gradient", r"\max": "the maximum", r"\min": "the minimum", r"\infty": "infinity", r"\to": "to",
    r"\mapsto": "maps to", r"\iff": "if and only if", r"\implies": "implies", r"\Rightarrow": "implies", r"\top": "transposed",
    r"\odot": "entry by entry times", r"\circ": "after", r"\mid": "given", r"\colon": "such that", r"\ell": "ell",
    r"\log": "the logarithm", r"\exp": "the exponential", r"\bmod": "modulo", r"\dots": "and so on", r"\cdots": "and so on",
    r"\ldots": "and so on", r"\lVert": "the length of open", r"\rVert": "close", r"\Vert": "bars", r"\|": "bars",
    r"\lvert": "the size of open", r"\rvert": "close", r"\lfloor": "the floor of open", r"\rfloor": "close",
    r"\pm": "plus or minus",
    r"\lceil": "the ceiling of open", r"\rceil": "close", r"\forall": "for all", r"\exists": "there is",
}  # fmt: skip
ACCENTS = {r"\bar": "bar", r"\hat": "hat", r"\tilde": "tilde", r"\vec": "arrow", r"\dot": "dot", r"\overline": "bar"}
NAMES = {"\\mathrm", "\\mathbf", "\\mathbb", "\\mathcal", "\\mathsf", "\\mathit", "\\operatorname", "\\text", "\\textrm"}
APPLIED = ("the maximum", "the minimum", "the logarithm", "the exponential")
FUNCTIONS = re.compile(r"[fghu]|\w{2,}(?: prime)?")  # a name of several letters, Greek ones spelled out


@cache
def spoken(latex: str) -> str:
    """The formula in words."""
    return " ".join(_words(iter(TOKEN.findall(latex)), "")) or latex


def _words(tokens: Iterator[str], end: str) -> list[str]:
    """What is said up to the token ``end``, what belongs together as one."""
    words: list[str] = []
    for token in tokens:
        if token == end:
            break
        if token == "(":
            inside = _whole(_words(tokens, ")"))
            applied = bool(words) and _takes(words[-1])
            words.append(f"of {inside}" if applied else f"open {inside.removeprefix('open ').removesuffix(' close')} close")
        elif token in ("^", "_"):
            words.append(_script(token, _argument(tokens)))
        elif said := _said(token, tokens):
            words.append(said)
    return words


def _takes(word: str) -> bool:
    """Whether what is in parentheses after ``word`` is what it is applied to, rather than a factor."""
    return word in APPLIED or (word not in SAID.values() and FUNCTIONS.fullmatch(word) is not None)


def _said(token: str, tokens: Iterator[str]) -> str:
    if token == "{":
        return " ".join(_words(tokens, "}"))
    if token in (r"\frac", r"\tfrac", r"\dfrac"):
        return f"{_argument(tokens)} over {_argument(tokens)}"
    if token == r"\sqrt":
        return f"the root of {_argument(tokens)}"
    if token in ACCENTS:
        return f"{_argument(tokens)} {ACCENTS[token]}"
    if token in NAMES:
        return _name(tokens)
    if token in (r"\begin", r"\end"):
        return ("" if token == r"\begin" else "end of ") + _name(tokens)
    return "" if token in SILENT else SAID.get(token, token.removeprefix("\\"))


def _script(sign: str, said: str) -> str:
    if sign == "_":
        return f"sub {said}"
    return {"2": "squared", "transposed": "transposed", "prime": "prime", "star": "star"}.get(said, f"to the power {said}")


def _argument(tokens: Iterator[str]) -> str:
    token = next(tokens, "")
    return _whole(_words(tokens, "}")) if token == "{" else _said(token, tokens)


def _whole(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"open {' '.join(words)} close"


def _name(tokens: Iterator[str]) -> str:
    """The letters between braces, as a word."""
    letters = []
    for token in tokens:
        if token == "}":
            break
        letters.append(token if token != "{" else "")
    return "".join(letters).replace("\\", "")
