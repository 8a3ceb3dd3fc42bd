"""Reasons that rearrange a sum: its index changed, turned around a circle, its terms taken in pairs or in two runs."""

from __future__ import annotations

import ast
import copy
from typing import Any

import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.conditions import NO_FACTS
from report.prove.decide.normal_form import expanded_indices
from report.prove.decide.relation import equal, prove
from report.prove.decide.sizes import never_negative
from report.prove.language.formula import Formula, bound_names, formula, names, parse, substitute, targets
from report.prove.language.vocabulary import EVERYWHERE
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import Grid
from report.prove.meaning.symbolic import ALGEBRA, Scope, read
from report.prove.reasons.rule import Rule, Setting


def reindex(substitution: str, words: str = "") -> Rule:
    """Change of a summation index: ``reindex("j = k - t")`` puts k = j + t under the sum over k."""
    new, _, old = substitution.partition("=")
    change = parse(old)

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        around = setting.around(a, b)
        moved = [
            _reindexed(around, a.tree, old, new.strip(), change.tree)
            for old in names(change.tree)
            if old in bound_names(a.tree)
        ]
        return next(filter(None, (_same_spelling(setting, formula(tree), b) for tree in moved if tree is not None)), None)

    return Rule(words or f"substitute `{new.strip()} == {change}`", check, by_author=bool(words))


def cyclic(substitution: str, period: str, words: str = "") -> Rule:
    """``cyclic("m = i - j", "n")``: a sum over i = 0, …, n − 1 of period n, taken over m = 0, …, n − 1 instead."""
    new, _, old = substitution.partition("=")
    change, length = parse(old), parse(period)

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        for index in (name for name in names(change.tree) if name in bound_names(a.tree)):
            moved = _turned(setting.around(a, b), a, index, new.strip(), change.tree, length)
            if moved is not None and setting.holds(moved, "==", b, ALGEBRA):
                return "change of index around a circle"
        return None

    return Rule(words or f"substitute `{new.strip()} == {change}` around the circle", check, by_author=bool(words))


def _same_spelling(setting: Setting, a: Formula, b: Formula) -> str | None:
    """Equal term by term: by algebra inside the summands, with the index left as it stands."""
    try:
        left, right = setting.read(a, ALGEBRA), setting.read(b, ALGEBRA)
    except DeclarationError:  # an index taken out of its sum: this was not the sum that was meant
        return None
    if callable(left) or isinstance(left, Grid):
        return None
    return "change of index" if _spelled(left) == _spelled(right) else None


def _spelled(expression: sp.Expr) -> sp.Expr:
    """Sums with their indices renamed by depth, summands expanded; no index is shifted."""
    if isinstance(expression, sp.Sum):
        *inner, (k, *ends) = expression.limits  # SymPy flattens nested sums, the innermost first
        body = _spelled(sp.Sum(expression.function, *inner) if inner else expression.function)
        depth = sum(len(each.limits) for each in body.atoms(sp.Sum))
        name = sp.Symbol(f"_s{depth}", integer=True)
        low, high = (expanded(bound) if bound.is_finite is not False else bound for bound in ends)
        return sp.Sum(expanded_indices(expanded(body.subs(k, name))), (name, low, high))
    if expression.args and not isinstance(expression, sp.Indexed):
        return expression.func(*(_spelled(a) for a in expression.args))
    return expression


def _turned(setting: Setting, a: Formula, old: str, new: str, change: ast.expr, period: Formula) -> Formula | None:
    """The formula with the sum over ``old`` turned by a constant, its range kept; None unless the summand has the period."""
    shifted = _reindexed(setting, a.tree, old, new, change)
    if shifted is None:
        return None
    full = parse(f"span(0, {period} - 1)").tree
    whole = False

    class _Turn(ast.NodeTransformer):
        def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
            nonlocal whole
            self.generic_visit(node)
            for generator in node.generators:
                if targets(generator) == [new] and len(node.generators) == 1 and not generator.ifs:
                    later = substitute(node.elt, {new: parse(f"{new} + {period}").tree})
                    whole = _same_inside(setting, a, node.elt, later, new)
                    generator.iter = full
            return node

    turned = formula(_Turn().visit(shifted))
    started = [g.iter for n in ast.walk(a.tree) if isinstance(n, ast.GeneratorExp) for g in n.generators if targets(g) == [old]]
    return turned if whole and len(started) == 1 and ast.dump(started[0]) == ast.dump(full) else None


def _same_inside(setting: Setting, a: Formula, one: ast.expr, other: ast.expr, *more: str) -> bool:
    """Whether two summands are equal for all values of the indices bound around them."""
    anything = _any_number(a.tree)
    inner = {n: sp.Dummy(n) if n in anything else sp.Dummy(n, integer=True) for n in {*bound_names(a.tree), *more}}
    scope = setting.scope(ALGEBRA).bind(**inner)
    return equal(read(one, scope), read(other, scope), setting.facts) is not None


def _any_number(tree: ast.expr) -> set[str]:
    """What is bound by a lambda that is not handed to something with a name, as a signal is: it may be no integer."""
    signals = [a for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) for a in n.args]
    others = [n for n in ast.walk(tree) if isinstance(n, ast.Lambda) and n not in signals]
    return {argument.arg for other in others for argument in other.args.args}


def _reindexed(setting: Setting, tree: ast.expr, old: str, new: str, change: ast.expr) -> ast.expr | None:
    """The tree with the sums over ``old`` rewritten for new = change(old), which is ±old + an integer; None for any other."""
    symbol = sp.Symbol("old_")
    expression = read(change, Scope({**{n: sp.Symbol(n) for n in names(change)}, old: symbol}))
    slope = expression.diff(symbol)
    if slope not in (1, -1) or names(change).keys() & _any_number(tree) or not _is_whole(setting, change):
        return None
    back = expanded((sp.Symbol(new) - (expression - slope * symbol)) * slope)
    inverse = parse(str(back)).tree

    class _Change(ast.NodeTransformer):
        def visit_GeneratorExp(self, node: ast.GeneratorExp) -> ast.expr:
            self.generic_visit(node)
            generators = []
            for g in node.generators:
                if not (isinstance(g.target, ast.Name) and g.target.id == old):
                    generators.append(g)
                    continue
                if new in {*names(node), *bound_names(node)}:
                    return node  # the new index means something here already
                where = g.iter
                if isinstance(where, ast.Call):
                    ends = [substitute(change, {old: end}) for end in where.args]
                    where = ast.Call(where.func, ends if slope == 1 else ends[::-1], [])
                elif isinstance(where, ast.Name) and where.id == "N":
                    return node
                generators.append(
                    ast.comprehension(ast.Name(new, ast.Store()), where, [substitute(c, {old: inverse}) for c in g.ifs], 0)
                )
            return ast.GeneratorExp(substitute(node.elt, {old: inverse}), generators)

    return _Change().visit(copy.deepcopy(tree))


def _is_whole(setting: Setting, change: ast.expr) -> bool:
    """Whether an index is changed to an integer."""
    return bool(setting.facts.apply(setting.inside(change)).is_integer)


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
            half = _half_of(setting, node)
            if half is None or index in {*names(node), *bound_names(node)}:
                return node
            gathered: Any = node.args[0]
            (old,) = targets(gathered.generators[0])
            even, odd = (substitute(gathered.elt, {old: parse(text).tree}) for text in (f"2*{index}", f"2*{index} + 1"))
            where = parse(f"sum({index} for {index} in span(0, {half} - 1))").tree.args[0].generators  # type: ignore[attr-defined]
            return ast.Call(node.func, [ast.GeneratorExp(ast.BinOp(even, ast.Add(), odd), where)], [])

    return _Pair().visit(copy.deepcopy(tree))


def _half_of(setting: Setting, node: ast.Call) -> sp.Expr | None:
    """Half the number of terms of a sum over span(0, …), where that is a whole number."""
    if not (ends := _ends(setting, node)):
        return None
    low, high = (read(end, setting.scope()) for end in ends)
    half = expanded((high + 1) / 2)
    return half if low == 0 and half.is_integer and never_negative(half) else None


def _ends(setting: Setting, node: ast.Call) -> list[ast.expr]:
    """The ends of the range of a sum over one index, where they do not depend on another one; else none."""
    match node:
        case ast.Call(ast.Name("sum"), [ast.GeneratorExp(_, [ast.comprehension(_, ast.Call(_, ends), [])])]):
            known = EVERYWHERE | setting.scope().globals.keys()
            return ends if all(names(end).keys() <= known for end in ends) else []
    return []


def split_sum(at: str, words: str = "") -> Rule:
    """Σ over a, …, b is Σ over a, …, at and Σ over at + 1, …, b, where a − 1 ≤ at ≤ b follows from the conditions."""
    place = parse(at).tree

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        if relation != "==":
            return None
        around = setting.around(a, b)
        ways = [(formula(_in_two(around, one.tree, place)), other) for one, other in ((a, b), (b, a))]
        if not any(_same_spelling(setting, *way) for way in ways):
            by_itself = setting.holds(a, "==", b, ALGEBRA)  # then the range is not what makes this true
            if by_itself or not any(setting.holds(in_two, "==", other, ALGEBRA) for in_two, other in ways):
                return None
        return "a sum in two"

    return Rule(words or f"split the sum at `{at}`", check, by_author=bool(words))


def _in_two(setting: Setting, tree: ast.expr, place: ast.expr) -> ast.expr:
    """The tree with every sum whose range holds the place taken apart there."""

    class _Split(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.AST:
            self.generic_visit(node)
            ends = _ends(setting, node)
            if not (ends and _lies_between(setting, place, *ends)):
                return node
            low, high = ends
            next_place = ast.BinOp(place, ast.Add(), ast.Constant(1))
            return ast.BinOp(_over(node, low, place), ast.Add(), _over(node, next_place, high))

    return _Split().visit(copy.deepcopy(tree))


def _lies_between(setting: Setting, place: ast.expr, *ends: ast.expr) -> bool:
    """Whether a − 1 ≤ place ≤ b."""
    scope = setting.scope()
    if not names(place).keys() <= EVERYWHERE | scope.globals.keys():
        return False
    low, high, at = (read(end, scope) for end in (*ends, place))
    known = (NO_FACTS, setting.facts)  # a condition may eliminate a symbol whose sign is known
    return all(any(prove(a, "<=", b, facts) for facts in known) for a, b in ((low - 1, at), (at, high)))


def _over(node: ast.Call, low: ast.expr, high: ast.expr) -> ast.Call:
    """The same sum over another range."""
    changed = copy.deepcopy(node)
    changed.args[0].generators[0].iter = ast.Call(ast.Name("span", ast.Load()), [low, high], [])  # type: ignore[attr-defined]
    return changed
