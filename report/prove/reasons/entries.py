"""Reasons about single entries: the slope of one by another, and a sum of which one term survives."""

from __future__ import annotations

import ast

import sympy as sp

from report.prove.language.formula import Formula, calls, head
from report.prove.meaning.symbolic import ALGEBRA, Knowledge
from report.prove.reasons.rule import DIFFERENTIATION, Rule, Setting, differentiates, occurrences

PICKS = ("kron", "delta", "identity")
"""What is one where indices are equal and else nought."""


def slope_of_entry(words: str = "") -> Rule:
    """∂v_j/∂v_i is 1 if i and j are equal and else 0; nothing else is differentiated, and no definition opened."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        slopes = [node for f in (a, b) for node in ast.walk(f.tree) if calls(node, {"diff"})]
        if not differentiates(a, b) or not all(_is_linear(setting, slope) for slope in slopes):
            return None
        return setting.formal().holds(a, relation, b, Knowledge(frozenset())) and "the slope of an entry"

    said = words or "the slope of an entry is one by itself, nought by any other"
    return Rule(said, check, by_author=bool(words), law=DIFFERENTIATION)


def contraction(words: str = "") -> Rule:
    """Σ δ_ij v_j over a range that holds i is v_i: of the sum, only the term with equal indices remains."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        picked = any(occurrences(a, name) or occurrences(b, name) for name in PICKS)
        if not picked or all(occurrences(a, name) == occurrences(b, name) for name in (*PICKS, "sum")):
            return None
        return setting.holds(a, relation, b, ALGEBRA) and "one term of a sum"

    return Rule(words or "only the term with equal indices remains", check, by_author=bool(words), rearranges=True)


def _is_linear(setting: Setting, slope: ast.Call) -> bool:
    """Whether what is differentiated is a sum of entries with factors, so that its slope no longer speaks of them."""
    variable = slope.args[1]
    name = "" if isinstance(variable, ast.Name) else head(variable)
    value = setting.inside(slope, Knowledge(frozenset()))
    return name != "" and isinstance(value, sp.Expr) and not any(str(e.base) == name for e in value.atoms(sp.Indexed))
