"""Edits of whole theorems by an inattentive author, with the witnesses that would see them taken away: refused all the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from report.prove.check import check
from report.prove.derivation import load
from tests.planting import is_refused, theorems

EDITS = {
    "a reason that is not the reason": (
        "t02",
        [('Step("exp(-x)/(1 + exp(-x))**2", differentiation("chain rule"))',
          'Step("exp(-x)/(1 + exp(-x))**2", differentiation("product rule"))')],
        "takes no product rule",
    ),
    "a division without its condition": (
        "t06",
        [('            Step(\n                "eta*v*((mu - mu**(t + 1))/(1 - mu))",',
          '            Step("eta*v*(((1 - mu)*sum(mu**j for j in span(1, t)))/(1 - mu))", algebra("expand it")),\n'
          '            Step(\n                "eta*v*((mu - mu**(t + 1))/(1 - mu))",'),
         ('            given=["mu < 1"],\n', "")],
        "needs 1 - mu != 0",
    ),
    "all taps on the padding": (
        "t01",
        [('within=("0", "r - 1")', 'within=("r", "r")')],
        "'a' can be nothing but r",
    ),
    "singular values in any order": (
        "t14",
        [("sum(r[j]**2 for j in span(i, k - 1))", "sum(r[j] for j in span(i, k - 1))"),
         ("sum(r[j]**2 for j in span(k, i - 1))", "sum(r[j] for j in span(k, i - 1))"),
         ('low=0.5, high=1)', 'low=-1, high=1)'),
         ('                Live("SVD by NumPy", best_error_by_svd),\n', ""),
         ('                Live("trained linear autoencoder", trained_error, points=3, tolerance=1e-6),\n', "")],
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("theorem", "edits", "why"), EDITS.values(), ids=EDITS)
def test_a_wrong_edit_is_refused(theorem: str, edits: list[tuple[str, str]], why: str, tmp_path: Path) -> None:
    original = next(path for path in theorems() if path.stem.startswith(theorem))
    text = original.read_text(encoding="utf-8")
    for old, new in edits:
        assert old in text, f"{original.name} no longer has {old!r}"
        text = text.replace(old, new)
    changed = tmp_path / "changed.py"
    changed.write_text(text, encoding="utf-8")
    derivation = load(changed)
    if why:
        assert why in re.sub("`", "", "\n".join(check(derivation).failures))
    else:
        assert is_refused(derivation, *derivation.parts)
