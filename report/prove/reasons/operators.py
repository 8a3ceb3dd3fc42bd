"""Reasons about a declared operator: linear, shift invariant."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.endless import ends
from report.prove.decide.normal_form import expanded_indices, terms
from report.prove.decide.relation import prove
from report.prove.language.formula import Formula
from report.prove.meaning.expansion import expanded
from report.prove.meaning.symbolic import ALGEBRA
from report.prove.reasons.rule import LINEARITY, SHIFT_INVARIANCE, Rule, Setting


def linearity(operator: str, words: str = "") -> Rule:
    """Pulling sums and factors out of a linear operator."""
    return _operator_rule(operator, "linear", words or f"linearity of `{operator}`", LINEARITY, _pull_out)


def shift_invariance(operator: str, words: str = "") -> Rule:
    """L applied to a delayed signal is the delayed output."""
    said = words or f"shift invariance of `{operator}`"
    return _operator_rule(operator, "invariant", said, SHIFT_INVARIANCE, lambda e, name, _: _undo_delay(e, name))


def _operator_rule(
    operator: str, need: str, words: str, law: str, rewrite: Callable[[sp.Expr, str, frozenset[str]], sp.Expr]
) -> Rule:
    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        declared = next((s for s in setting.symbols if s.name == operator and s.kind == "operator"), None)
        if declared is None or not getattr(declared, need):
            raise DeclarationError(f"'{operator}' is not declared as an operator that is {need}")
        finite = frozenset(s.name for s in setting.symbols if s.ends)
        facts = replace(setting.facts, laws=(*setting.facts.laws, lambda e: rewrite(e, operator, finite)))
        by_itself = prove(setting.read(a, ALGEBRA), relation, setting.read(b, ALGEBRA), setting.facts)
        if by_itself is not None:
            return None  # the rule is not what makes this true
        return prove(setting.read(a, ALGEBRA), relation, setting.read(b, ALGEBRA), facts) and law

    return Rule(words, check, law=law, of=(operator,))


def _applications(expression: sp.Expr, operator: str) -> list[sp.Expr]:
    return [
        node
        for node in sp.postorder_traversal(expression)
        if isinstance(node, sp.core.function.AppliedUndef)
        and node.func.__name__ == operator
        and isinstance(node.args[0], sp.Lambda)
    ]


def _pull_out(expression: sp.Expr, operator: str, finite: frozenset[str]) -> sp.Expr:
    """L[Σ c g](i) = Σ c L[g](i), where finitely many c are not zero: linearity does not reach infinite sums."""
    for node in _applications(expression, operator):
        lam, *places = node.args
        dot = lam.variables[0]
        total: sp.Expr = sp.Integer(0)
        for factors, limits in terms(lam.expr):
            product = sp.Mul(*factors)
            free, bound = product.as_independent(dot, as_Add=False)
            if not ends(free, limits, finite):
                return expression
            piece = free * node.func(sp.Lambda(dot, bound), *places)
            for k, low, high in limits:
                piece = sp.Sum(piece, (k, low, high))
            total += piece
        expression = expression.xreplace({node: total})
    return expression


def _undo_delay(expression: sp.Expr, operator: str) -> sp.Expr:
    """L[g(· − k)](i) = L[g](i − k)."""
    for node in _applications(expression, operator):
        lam, place = node.args
        dot = lam.variables[0]
        delays = set()
        for found in lam.expr.atoms(sp.Indexed, sp.KroneckerDelta):
            at = expanded(found.args[0] - found.args[1]) if isinstance(found, sp.KroneckerDelta) else expanded(found.indices[0])
            slope = at.coeff(dot, 1)
            if slope in (1, -1):
                delays.add(expanded(-(at - slope * dot) * slope))
        for delay in sorted(delays - {sp.Integer(0)}, key=sp.default_sort_key):
            body = expanded_indices(lam.expr.subs(dot, dot + delay))
            expression = expression.xreplace({node: node.func(sp.Lambda(dot, body), expanded(place - delay))})
            break
    return expression
