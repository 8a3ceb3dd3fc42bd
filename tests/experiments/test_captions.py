"""Captions speak of every copy's results at once, so they count nothing in words and call nothing best."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from report.write.lint import ALLOWED, NUMBER
from report.write.prose import FILLED
from report.write.wording import COMPARISON, COUNT, sentences
from tests.project import ROOT

DEFINED = (
    "than any smaller one",  # the frontier is the nets of which that is so
    "above its lowest",  # of one curve
    "at its lowest",
    "least loss",  # of convex functions
    "least error:",
    "err less than",
    "within",
    "with fewer parameters",
    "on more and more digits",
    "rows of ten images",  # a digit each
    f"that cost {FILLED} most",  # the digits that are shown are chosen so
)
"""What holds of any numbers, by what is drawn."""


NO_RESULT = re.compile(r"the 4s|as a 9|28×28|logit (of|is) 0")
"""Digits by their names, the size of MNIST's images, and nought."""


def captions(file: Path) -> Iterator[tuple[int, str]]:
    """Every caption and alternative text of a module, with its line; what is computed in it is ``FILLED``."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.keyword(arg="caption" | "alt", value=value) | ast.Assign([ast.Name("caption" | "alt")], value=value):
                yield value.lineno, _text(value)


def claimed(file: Path) -> Iterator[tuple[int, str]]:
    """Every sentence of a claim of a module, with its line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(ast.Name("Claim"), [sentence, *_]):
                yield sentence.lineno, _text(sentence)


def typed(text: str) -> list[str]:
    """Numbers that are not made of what is run."""
    return NUMBER.findall(NO_RESULT.sub("", ALLOWED.sub("", re.sub(r"\$[^$]*\$", "", text))))


def questions(file: Path) -> list[str]:
    """Every question of a module."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    return [_text(node.value) for node in nodes if isinstance(node, ast.keyword) and node.arg == "question"]


def _text(node: ast.expr) -> str:
    match node:
        case ast.Constant(str(text)):
            return text
        case ast.JoinedStr(parts):
            return "".join(map(_text, parts))
        case ast.BinOp(left, _, right):
            return _text(left) + _text(right)
        case ast.IfExp(_, body, other):
            return f"{_text(body)}\n{_text(other)}"
    return FILLED


def wrong(text: str) -> list[str]:
    told = (sentence for sentence in sentences(text) if not any(each in sentence.lower() for each in DEFINED))
    return [sentence for sentence in told if COUNT.search(sentence) or COMPARISON.search(sentence)]


@pytest.mark.parametrize("file", sorted((ROOT / "experiments").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_caption_says_best_or_six_only_through_results(file: Path) -> None:
    assert [(line, found) for line, text in captions(file) for found in wrong(text)] == []


@pytest.mark.parametrize("file", sorted((ROOT / "experiments").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_question_counts_nothing_that_a_budget_has_less_of(file: Path) -> None:
    told = [text.replace("two handwritten digits", "") for text in questions(file)]
    assert [text for text in told if COUNT.search(text)] == []


@pytest.mark.parametrize("file", sorted((ROOT / "experiments").rglob("*.py")), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_number_is_typed_into_a_caption_or_a_claim(file: Path) -> None:
    assert [(line, typed(text)) for line, text in [*captions(file), *claimed(file)] if typed(text)] == []


def test_a_caption_that_ranks_is_found(tmp_path: Path) -> None:
    file = tmp_path / "views.py"
    file.write_text('Figure(x, caption=f"Six widths. The best is {net}." if six else "One.", alt="Two rows of images.")\n')
    assert [found for _, text in captions(file) for found in wrong(text)] == ["Six widths.", f"The best is {FILLED}."]
