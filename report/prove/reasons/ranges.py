"""A reason that takes a finite sum apart at a place of its range, or puts two such sums together."""

from __future__ import annotations

import ast
import copy

from report.prove.decide import relation as decide
from report.prove.language.formula import Formula, formula, names, parse
from report.prove.meaning.symbolic import read
from report.prove.reasons.rule import Rule, Setting, _same_spelling


def split_sum(at: str, words: str = "") -> Rule:
    """Σ over a, …, b is Σ over a, …, at and Σ over at + 1, …, b, where a − 1 ≤ at ≤ b follows from the conditions."""
    place = parse(at).tree

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        ways = ((_in_two(setting, a.tree, place), b), (_in_two(setting, b.tree, place), a))
        return "a sum in two" if any(_same_spelling(setting, formula(tree), other) for tree, other in ways) else None

    return Rule(words or f"split the sum at `{at}`", check, by_author=bool(words))


def _in_two(setting: Setting, tree: ast.expr, place: ast.expr) -> ast.expr:
    """The tree with every sum whose range holds the place taken apart there."""

    class _Split(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            if not _holds(setting, node, place):
                return node
            low, high = node.args[0].generators[0].iter.args  # type: ignore[attr-defined]
            next_place = ast.BinOp(place, ast.Add(), ast.Constant(1))
            return ast.BinOp(_over(node, low, place), ast.Add(), _over(node, next_place, high))

    return _Split().visit(copy.deepcopy(tree))


def _holds(setting: Setting, node: ast.Call, place: ast.expr) -> bool:
    gathered = node.args[0] if len(node.args) == 1 else None
    if not (isinstance(node.func, ast.Name) and node.func.id == "sum" and isinstance(gathered, ast.GeneratorExp)):
        return False
    (first, *more) = gathered.generators
    if more or first.ifs or not isinstance(first.iter, ast.Call):
        return False
    scope = setting.scope()
    if not (names(first.iter).keys() | names(place).keys()) <= {"span", *scope.globals}:
        return False  # the range depends on an index
    low, high, at = (read(end, scope) for end in (*first.iter.args, place))
    known = (decide.NO_FACTS, setting.facts)  # a condition may eliminate a symbol whose sign is known
    return all(any(decide.prove(a, "<=", b, facts) for facts in known) for a, b in ((low - 1, at), (at, high)))


def _over(node: ast.Call, low: ast.expr, high: ast.expr) -> ast.Call:
    """The same sum over another range."""
    changed = copy.deepcopy(node)
    changed.args[0].generators[0].iter = ast.Call(ast.Name("span", ast.Load()), [low, high], [])  # type: ignore[attr-defined]
    return changed
