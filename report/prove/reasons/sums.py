"""A reason that takes a finite sum apart: its even and its odd places."""

from __future__ import annotations

import ast
import copy

import sympy as sp

from report.prove.decide import relation as decide
from report.prove.language.formula import Formula, bound_names, formula, names, parse, substitute, targets
from report.prove.meaning.symbolic import read
from report.prove.reasons.rule import Rule, Setting, _same_spelling


def even_and_odd(index: str, words: str = "") -> Rule:
    """Σ h(m) over m = 0, …, 2n − 1 is Σ (h(2d) + h(2d + 1)) over d = 0, …, n − 1; ``index`` is the name of d."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        return "even and odd places" if _same_spelling(setting, formula(_in_pairs(setting, a.tree, index)), b) else None

    return Rule(words or "even and odd places apart", check, by_author=bool(words))


def _in_pairs(setting: Setting, tree: ast.expr, index: str) -> ast.expr:
    """The tree with every sum of an even number of terms, counted from 0, summed two by two."""

    class _Pair(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            gathered = node.args[0]
            if not (isinstance(node.func, ast.Name) and node.func.id == "sum" and isinstance(gathered, ast.GeneratorExp)):
                return node
            half = _half_of(setting, gathered)
            if half is None or index in {*names(gathered), *bound_names(gathered)}:
                return node
            (old,) = targets(gathered.generators[0])
            even, odd = (substitute(gathered.elt, {old: parse(text).tree}) for text in (f"2*{index}", f"2*{index} + 1"))
            where = parse(f"sum({index} for {index} in span(0, {half} - 1))").tree.args[0].generators  # type: ignore[attr-defined]
            return ast.Call(node.func, [ast.GeneratorExp(ast.BinOp(even, ast.Add(), odd), where)], [])

    return _Pair().visit(copy.deepcopy(tree))


def _half_of(setting: Setting, gathered: ast.GeneratorExp) -> sp.Expr | None:
    """Half the number of terms of a sum over span(0, …), where that is a whole number."""
    (first, *more), where = gathered.generators, gathered.generators[0].iter
    if more or first.ifs or not isinstance(where, ast.Call):
        return None
    if not names(where).keys() <= {"span", *setting.scope().globals}:
        return None  # the range depends on an index
    low, high = (read(end, setting.scope()) for end in where.args)
    half = sp.expand((high + 1) / 2)
    return half if low == 0 and half.is_integer and decide.never_negative(half) else None
