"""Wrong rules with a name, looked for in a step that was refused: it would follow if one of them were true.

They are looked for in the formulas as they stand, no definition opened: there an author makes them, and looking is quick.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
from collections.abc import Iterator, Mapping
from typing import Any

import sympy as sp

from report.prove.decide.signs import is_nonzero, is_positive
from report.prove.language.formula import Formula, formula, names, put_in, targets
from report.prove.meaning.symbolic import ALGEBRA, EVERYTHING
from report.prove.reasons.rule import Setting

_OVER = "{F} is not distributed over a {what}, as in `{it}`"
_OUT = "a factor is not taken out of {F} as it is, in `{it}`"
_BY_TERMS = "a factor is cancelled, and not a term, as in `{it}`"
_BRACKET = "a minus before a bracket turns every sign in it, as in `{it}`"
_EXPONENTS = "exponents are added where powers are multiplied, and multiplied where a power is raised, as in `{it}`"
_ROOT = "the root of `{U}` squared is its absolute value, and not `{U}` where that is negative"
_SPREAD = "a power is not distributed over a sum, as in `{it}`"
_EVERY_FACTOR = "a power is of every factor, as in `{it}`"
_INNER = "by the chain rule the slope of the inner function is a factor of `{it}`"
_ORDER = "a product of matrices hangs on their order, as in `{it}`"
_APART = "`{it}` is taken apart, which needs {needs}"
_DENOMINATOR = "a quotient is not distributed over its denominator, as in `{it}`"
RULES = (
    ("sqrt(U**2)", "U", _ROOT),
    ("(U**2)**(1/2)", "U", _ROOT),
    ("sqrt(U**2 + V**2)", "U + V", "the root of a sum of squares is not the sum, as in `{it}`"),
    ("abs(U)", "U", "`{it}` is not `{U}` where that is negative"),
    ("log(U*V)", "log(U) + log(V)", _APART.format(it="{it}", needs="{U} > 0 and {V} > 0")),
    ("log(U**M)", "M*log(U)", _APART.format(it="{it}", needs="{U} > 0")),
    ("diff(U*V, X)", "diff(U, X)*diff(V, X)", "the slope of a product is not the product of the slopes"),
    ("diff(U/V, X)", "diff(U, X)/diff(V, X)", "the slope of a quotient is not the quotient of the slopes"),
    ("diff(F(U), X)", "diff(F(U), X)/diff(U, X)", _INNER),
    ("diff(U**M, X)", "diff(U**M, X)/diff(U, X)", _INNER),
    ("sum(U*V for k in K)", "sum(U for k in K)*sum(V for k in K)", "the sum of products is not the product of the sums"),
    ("sum(U/V for k in K)", "sum(U for k in K)/sum(V for k in K)", "the sum of quotients is not the quotient of the sums"),
    ("sum(U for k in K)**M", "sum(U**M for k in K)", _SPREAD),
    ("max(U + V for k in K)", "max(U for k in K) + max(V for k in K)", "the largest sum is not the sum of the largest"),
    ("prod(U*V for k in K)", "U*prod(V for k in K)", "a factor comes out of a product once for every place, as in `{it}`"),
    ("(U + V)**M", "U**M + V**M", _SPREAD),
    ("(U - V)**M", "U**M - V**M", _SPREAD),
    ("(U*V)**M", "U**M*V", _EVERY_FACTOR),
    ("(U*V)**M", "U*V**M", _EVERY_FACTOR),
    ("U**(L + M)", "U**L + U**M", _EXPONENTS),
    ("U**(L*M)", "U**L*U**M", _EXPONENTS),
    ("(U**L)**M", "U**(L + M)", _EXPONENTS),
    ("U/(V + W)", "U/V + U/W", _DENOMINATOR),
    ("U/(V - W)", "U/V - U/W", _DENOMINATOR),
    ("(U + V)/U", "V", _BY_TERMS),
    ("(U + V)/V", "U", _BY_TERMS),
    ("U/(U + V)", "1/(1 + V)", _BY_TERMS),
    ("(U + W)/(V + W)", "U/V", _BY_TERMS),
    ("(W + U)/(W + V)", "U/V", _BY_TERMS),
    ("U/V + W/X", "(U + W)/(V + X)", "quotients are added over one denominator, as in `{it}`"),
    ("U/(V/W)", "U/V/W", "to divide by a quotient is to multiply by it turned round, as in `{it}`"),
    ("U - (V + W)", "U - V + W", _BRACKET),
    ("U - (V - W)", "U - V - W", _BRACKET),
    ("-(U + V)", "-U + V", _BRACKET),
    ("(-U)**M", "-(U**M)", _EVERY_FACTOR),
    ("mod(U + V, M)", "mod(U, M) + mod(V, M)", "mod is not distributed over a sum, as in `{it}`"),
    ("max(U + V, W)", "max(U, W) + max(V, W)", "max is not distributed over a sum, as in `{it}`"),
    ("U*(V + W)", "U*V + W", "a factor is of every term, as in `{it}`"),
    ("(U @ V).T", "U.T @ V.T", _ORDER),
    ("U @ V", "V @ U", _ORDER),
    ("2*U @ V", "U @ V + V @ U", _ORDER),
    ("F(U @ V)", "F(U)*F(V)", _OVER.format(F="{F}", it="{it}", what="product")),
    ("F(U + V)", "F(U) + F(V)", _OVER.format(F="{F}", it="{it}", what="sum")),
    ("F(U - V)", "F(U) - F(V)", _OVER.format(F="{F}", it="{it}", what="sum")),
    ("F(U*V)", "F(U)*F(V)", _OVER.format(F="{F}", it="{it}", what="product")),
    ("F(U/V)", "F(U)/F(V)", _OVER.format(F="{F}", it="{it}", what="quotient")),
    ("F(U*V)", "U*F(V)", _OUT),
    ("F(-U)", "-F(U)", _OUT),
    ("F(sum(U for k in K))", "sum(F(U) for k in K)", _OVER.format(F="{F}", it="{it}", what="sum")),
)
"""What is written, what it is taken for, and what is wrong with that; a capital letter stands for anything."""
_READ = [(ast.parse(f, mode="eval").body, ast.parse(w, mode="eval").body, words) for f, w, words in RULES]
MOST = 60
"""So many wrong steps are tried: nobody waits for a guess."""


def mistake(setting: Setting, a: Formula, relation: str, b: Formula) -> str:
    """The wrong rule by which the step would follow, in words; "" if none is known."""
    try:
        if relation in ("iff", "implies") and (words := _cancelled(setting, a.tree, b.tree)):
            return words
        if _exchanged(a.tree, b.tree):
            return "the inner range hangs on the outer index: sums over a triangle are exchanged with other ranges"
    except Exception:  # a guess at what an author meant must never be a second mistake
        return ""
    for before, after in ((a, b), (b, a)):
        for wrong, words in itertools.islice(_wrongly(before.tree), MOST):
            with contextlib.suppress(Exception):
                knowledge = EVERYTHING if "diff" in names(wrong) else ALGEBRA
                same = "iff" if relation in ("iff", "implies") else "=="
                follows = setting.holds(formula(wrong), same, after, knowledge)
                if follows and not setting.holds(before, same, formula(wrong), EVERYTHING):
                    return words
    return ""


def _wrongly(tree: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """The tree with one wrong rule used at one place, and what is wrong with it."""
    for node in (each for each in ast.walk(tree) if isinstance(each, ast.expr)):
        for form, wrong, words in _READ:
            found: dict[str, Any] = {}
            if _has_form(form, node, found):
                told = {name: str(formula(value)) for name, value in found.items() if isinstance(value, ast.expr)}
                yield put_in(tree, {node: _filled(wrong, found)}), words.format(it=formula(node), **told)


def _has_form(form: Any, tree: Any, found: dict[str, Any]) -> bool:
    """Whether the tree has the form; ``found`` is what its capital letters stand for, and what its index runs over."""
    if isinstance(form, ast.Name | ast.comprehension):
        hole = "for" if isinstance(form, ast.comprehension) else form.id
        if isinstance(form, ast.Name) and not hole.isupper():
            return isinstance(tree, ast.Name) and tree.id == hole
        return isinstance(tree, ast.expr | ast.comprehension) and ast.dump(found.setdefault(hole, tree)) == ast.dump(tree)
    if isinstance(form, list):
        return isinstance(tree, list) and len(form) == len(tree) and all(_has_form(*each, found) for each in zip(form, tree))
    if not isinstance(form, ast.AST) or type(form) is not type(tree):
        return bool(form == tree)
    fields = (name for name in form._fields if name not in ("ctx", "kind"))
    return all(_has_form(getattr(form, name), getattr(tree, name), found) for name in fields)


def _filled(wrong: ast.expr, found: Mapping[str, Any]) -> ast.expr:
    holes: dict[Any, Any] = {n: found[n.id] for n in ast.walk(wrong) if isinstance(n, ast.Name) and n.id in found}
    holes |= {n: found["for"] for n in ast.walk(wrong) if isinstance(n, ast.comprehension)}
    return put_in(wrong, holes)


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
    """What one relation was divided by or multiplied with to give the other, if that may be 0 or of either sign."""
    first, second = setting.read(formula(a)), setting.read(formula(b))
    if not all(isinstance(each, sp.core.relational.Relational) for each in (first, second)):
        return ""
    equal = isinstance(first, sp.Eq)
    gaps = [each.lhs - each.rhs if equal else each.gts - each.lts for each in (first, second)]
    roots = {p.base: sp.Dummy(str(p), nonnegative=True) ** 2 for gap in gaps for p in gap.atoms(sp.Pow) if p.exp == sp.S.Half}
    gaps = [gap.subs(roots) for gap in gaps]
    back = {square.base: sp.sqrt(base) for base, square in roots.items()}
    for before, after, does, lost in ((*gaps, "divides", "lost"), (*reversed(gaps), "multiplies", "added")):
        factor = sp.cancel(sp.together(before / after))
        if factor.is_number:
            return "" if equal or factor.is_positive else "an inequality is turned round by a factor below 0"
        if sp.fraction(factor)[1] != 1:
            continue
        told = factor.subs(back)
        if not equal:
            unknown = not is_positive(told, setting.facts)
            return f"this {does} an inequality by {told}, which need not be positive" if unknown else ""
        kept = sp.fraction(sp.cancel(sp.together(after / factor)))[1] == 1
        if not kept and not is_nonzero(told, setting.facts):
            return f"this {does} by {told}, which may be 0: the solution {told} == 0 is {lost}"
    return ""
