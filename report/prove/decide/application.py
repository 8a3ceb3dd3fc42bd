"""A call of what is no name, taken inside: (f g)(t) is f(t) g(t), so that each of them is asked at t."""

from __future__ import annotations

import ast

from report.prove.language.formula import substitute
from report.prove.language.vocabulary import BINDERS, ENTRYWISE


def taken_inside(head: ast.expr, at: list[ast.expr]) -> ast.expr | None:
    """The formula that a call of ``head`` comes to; None if ``head`` has a name, or is something that cannot be called."""

    def called(e: ast.expr) -> ast.expr:
        return ast.Call(e, at, [])

    match head:
        case ast.BinOp(left, op, right):
            return ast.BinOp(called(left), op, called(right))
        case ast.UnaryOp(op, inner):
            return ast.UnaryOp(op, called(inner))
        case ast.IfExp(test, body, other):
            return ast.IfExp(test, called(body), called(other))
        case ast.Call(ast.Name(name), [ast.GeneratorExp(body, ranges)]) if name in BINDERS:
            return ast.Call(head.func, [ast.GeneratorExp(called(body), ranges)], [])
        case ast.Call(ast.Name(name), inner) if name in ENTRYWISE:
            return ast.Call(head.func, [*map(called, inner)], [])
        case ast.Call(ast.Lambda(places, body), given):
            return ast.Call(ast.Lambda(places, called(body)), given, [])
    return None


def with_functions_put_in(head: ast.Lambda, given: list[ast.expr], functions: list[bool]) -> tuple[list[str], ast.expr]:
    """The parameters of a lambda that stand for numbers, and its body, in which what is put for the others stands."""
    names = [each.arg for each in head.args.args]
    put = {name: e for name, e, is_function in zip(names, given, functions) if is_function}
    return [name for name in names if name not in put], substitute(head.body, put) if put else head.body
