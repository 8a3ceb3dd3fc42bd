"""Wrong rules with a name, looked for in a step that was refused: it would follow if one of them were true.

They are looked for in the formulas as they stand, no definition opened: there an author makes them, and looking is quick.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import sympy as sp

from report.prove.decide.signs import is_nonzero, is_positive
from report.prove.language.formula import Formula, formula, names, put_in, targets
from report.prove.meaning.symbolic import ALGEBRA
from report.prove.reasons.rule import Setting

OVER_A_SUM = ("sqrt", "log", "abs", "exp", "sin", "cos", "tanh")
"""Functions that are often spread over a sum, and never may be."""


def mistake(setting: Setting, a: Formula, relation: str, b: Formula) -> str:
    """The wrong rule by which the step would follow, in words; "" if none is known."""
    try:
        if relation in ("iff", "implies"):
            return _cancelled(setting, a.tree, b.tree)
        if _exchanged(a.tree, b.tree):
            return "the inner range hangs on the outer index: sums over a triangle are exchanged with other ranges"
        for before, after in ((a, b), (b, a)):
            for wrong, words in _wrongly(before.tree):
                if setting.holds(formula(wrong), "==", after, ALGEBRA):
                    return words
    except Exception:  # a guess at what an author meant must never be a second mistake
        return ""
    return ""


def _wrongly(tree: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The tree with one wrong rule used at one place, and what is wrong with it."""
    for node in (each for each in ast.walk(tree) if isinstance(each, ast.expr)):
        yield from ((put_in(tree, {node: new}), words) for new, words in _rewritten(node))


def _rewritten(node: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    show = lambda tree: str(formula(tree))  # noqa: E731
    match node:
        case ast.Call(ast.Name("sqrt"), [ast.BinOp(u, ast.Pow(), ast.Constant(2))]):
            yield u, f"the root of `{show(u)}` squared is its absolute value, and not `{show(u)}` where that is negative"
        case ast.Call(ast.Name("abs"), [u]):
            yield u, f"`{show(node)}` is not `{show(u)}` where that is negative"
        case ast.Call(ast.Name("log"), [ast.BinOp(u, ast.Mult(), v)]):
            yield ast.BinOp(_of("log", u), ast.Add(), _of("log", v)), _needs_positive(show(node), show(u), show(v))
        case ast.Call(ast.Name("log"), [ast.BinOp(u, ast.Pow(), n)]):
            yield ast.BinOp(n, ast.Mult(), _of("log", u)), _needs_positive(show(node), show(u))
        case ast.Call(ast.Name("diff"), [ast.BinOp(u, ast.Mult(), v), x]):
            slopes = ast.BinOp(_of("diff", u, x), ast.Mult(), _of("diff", v, x))
            yield slopes, "the slope of a product is not the product of the slopes"
        case ast.Call(ast.Name("sum"), [ast.GeneratorExp(ast.BinOp(u, ast.Mult(), v), ranges)]):
            one, other = (_of("sum", ast.GeneratorExp(f, ranges)) for f in (u, v))
            yield ast.BinOp(one, ast.Mult(), other), "the sum of products is not the product of the sums"
        case ast.BinOp(ast.BinOp(u, ast.Add() | ast.Sub() as sign, v), ast.Pow(), n):
            one, other = (ast.BinOp(base, ast.Pow(), n) for base in (u, v))
            yield ast.BinOp(one, sign, other), f"a power is not distributed over a sum, as in `{show(node)}`"
        case ast.BinOp(c, ast.Div(), ast.BinOp(u, ast.Add() | ast.Sub() as sign, v)):
            one, other = (ast.BinOp(c, ast.Div(), below) for below in (u, v))
            yield ast.BinOp(one, sign, other), f"a quotient is not distributed over its denominator, as in `{show(node)}`"
    match node:
        case ast.Call(ast.Name(name), [ast.BinOp(u, ast.Add() | ast.Sub() as sign, v)]) if name in OVER_A_SUM:
            spread = ast.BinOp(_of(name, u), sign, _of(name, v))
            yield spread, f"{name} is not distributed over a sum, as in `{show(node)}`"


def _of(name: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _needs_positive(whole: str, *parts: str) -> str:
    return f"`{whole}` is taken apart, which needs {' and '.join(f'{p} > 0' for p in parts)}"


def _exchanged(a: ast.expr, b: ast.expr) -> bool:
    """Whether two nested sums have their indices exchanged though the inner range of the first hangs on its outer index."""
    nests = [_nest(a), _nest(b)]
    if None in nests:
        return False
    (outer, inner, hangs), (first, second, _) = nests  # type: ignore[misc]
    return hangs and (outer, inner) == (second, first)


def _nest(tree: ast.expr) -> tuple[str, str, bool] | None:
    match tree:
        case ast.Call(ast.Name("sum"), [ast.GeneratorExp(ast.Call(ast.Name("sum"), [ast.GeneratorExp(_, [inner])]), [outer])]):
            (k,), (m,) = targets(outer), targets(inner)
            return k, m, k in names(inner.iter)
    return None


def _cancelled(setting: Setting, a: ast.expr, b: ast.expr) -> str:
    """What one relation was divided by to give the other, if that may be 0 or of either sign."""
    first, second = setting.read(formula(a)), setting.read(formula(b))
    relational = sp.core.relational.Relational
    if not (isinstance(first, relational) and isinstance(second, relational)):
        return ""
    factor = sp.cancel(sp.together((first.lhs - first.rhs) / (second.lhs - second.rhs)))
    if factor.is_number or sp.fraction(factor)[1] != 1:
        return ""
    if isinstance(first, sp.Eq):
        kept = sp.fraction(sp.cancel(sp.together((second.lhs - second.rhs) / factor)))[1] == 1
        lost = not kept and not is_nonzero(factor, setting.facts)
        return f"this divides by {factor}, which may be 0: the solution {factor} == 0 is lost" if lost else ""
    unknown = not is_positive(factor, setting.facts)
    return f"this divides an inequality by {factor}, which need not be positive" if unknown else ""
