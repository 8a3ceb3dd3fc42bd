"""How each built-in function looks: one table, name by name, for the LaTeX printer."""

from __future__ import annotations

import ast
from collections.abc import Callable

from report.prove.language.formula import does
from report.prove.language.formula import names as names_in
from report.prove.language.names import DEFINED
from report.prove.language.printed import (
    ATOM,
    LOGIC,
    POWER,
    PRODUCT,
    RELATION,
    SUM,
    Printed,
    Prints,
    around,
    at_least,
    called,
    indices,
    listed,
    lowered,
    own_letter,
    parens,
    raised,
)

Form = Callable[..., Printed]
LONGEST_EXPONENT = 40


def _function(latex: str, always: bool = False) -> Form:
    return lambda p, x: called(latex, p.show(x), always)


def _list(latex: str) -> Form:
    return lambda p, *values: listed(latex, [p.show(v) for v in values])


def _between(left: str, right: str) -> Form:
    return lambda p, x: around(left, p.show(x), right)


def _exp(p: Prints, x: ast.expr) -> Printed:
    """A power of e while it stays small, and where e is nothing else."""
    exponent = p.smaller().show(x)
    if exponent.tall or len(exponent.text) > LONGEST_EXPONENT or own_letter("e", p.names) != "e":
        return called(r"\exp", p.show(x), always=True)
    return Printed(raised("e", exponent.text), POWER)


def _sqrt(p: Prints, x: ast.expr) -> Printed:
    inner = p.show(x)
    return Printed(rf"\sqrt{{{inner.text}}}", ATOM, inner.tall)


def _mod(p: Prints, a: ast.expr, n: ast.expr) -> Printed:
    first, second = p.show(a), p.show(n)
    dividend = parens(first) if first.open or first.level < PRODUCT else first.as_factor
    text = rf"{dividend} \bmod {at_least(second, PRODUCT)}"
    return Printed(text, SUM, first.tall or second.tall, open=True)


def _delta(p: Prints, i: ast.expr) -> Printed:
    inner = p.show(i)
    return Printed(rf"\delta{parens(inner)}", ATOM, inner.tall)


def _sized(latex: str) -> Form:
    """A vector or matrix of one number, with its size."""

    def form(p: Prints, *sizes: ast.expr) -> Printed:
        size = r" \times ".join(p.smaller().text(s, PRODUCT) for s in sizes)
        return Printed(f"{latex}_{{{size}}}")

    return form


def _logical(sign: str) -> Form:
    def form(p: Prints, left: ast.expr, right: ast.expr) -> Printed:
        a, b = p.show(left), p.show(right)
        return Printed(f"{at_least(a, RELATION)} {sign} {at_least(b, RELATION)}", LOGIC, a.tall or b.tall)

    return form


def _conv(p: Prints, f: ast.expr, g: ast.expr) -> Printed:
    return Printed(f"{p.text(f, POWER)} * {p.text(g, POWER)}", PRODUCT)


def _shift(p: Prints, f: ast.expr, t: ast.expr) -> Printed:
    inner = p.show(f)
    head = lowered(own_letter("S", {n: e for n, e in p.names.items() if n != "shift"}), p.smaller().text(t))
    return Printed(rf"{head}\,{at_least(inner, ATOM)}", POWER)


# --- derivatives ---------------------------------------------------------------------------------------------------

LONGEST_BODY = 28  # characters that may stand beside the d above the line


def _diff(p: Prints, body: ast.expr, variable: ast.expr) -> Printed:
    """σ′(x), dy/dx, or d/dx of something long; with ∂ where other variables are held."""
    if _is_prime(p, body, variable):
        assert isinstance(body, ast.Call)
        return Printed(f"{p.text(body.func)}'{parens(p.show(body.args[0]))}", ATOM)
    curly = not isinstance(variable, ast.Name) or any(n != variable.id and _varies(p, n) for n in names_in(body))
    d = r"\partial " if curly else own_letter("d", p.names)
    shown = p.show(body)
    below = f"{d}{p.text(variable)}"
    short = isinstance(body, ast.Call) and shown.level == ATOM and len(shown.text) < LONGEST_BODY and not shown.tall
    if isinstance(body, ast.Name | ast.Subscript) or short:
        return Printed(rf"\frac{{{d}{shown.text}}}{{{below}}}", PRODUCT, True)
    inside = shown.text if (shown.level > PRODUCT and not shown.open) or does(body, ast.Div) else parens(shown)
    return Printed(rf"\frac{{{d.strip()}}}{{{below}}}\,{inside}", PRODUCT, True, True)


def _grad(p: Prints, body: ast.expr, variable: ast.expr) -> Printed:
    shown, below = p.show(body), rf"\partial {p.text(variable)}"
    if isinstance(body, ast.Name | ast.Subscript):
        return Printed(rf"\frac{{\partial {shown.text}}}{{{below}}}", PRODUCT, True)
    return Printed(rf"\frac{{\partial}}{{{below}}}\,{parens(shown)}", PRODUCT, True, True)


def _is_prime(p: Prints, body: ast.expr, variable: ast.expr) -> bool:
    """Whether it is a function of one variable at that variable."""
    if not (isinstance(body, ast.Call) and isinstance(body.func, ast.Name) and isinstance(variable, ast.Name)):
        return False
    name = p.names.get(body.func.id)
    itself = len(body.args) == 1 and ast.dump(body.args[0]) == ast.dump(variable)
    return itself and name is not None and (name.kind == "function" or (name.kind == DEFINED and not name.indexed))


def _varies(p: Prints, name: str) -> bool:
    return name in p.names and p.names[name].varies


FORMS: dict[str, Form] = {
    "exp": _exp,
    "log": _function(r"\log"),
    "sqrt": _sqrt,
    "sin": _function(r"\sin"),
    "cos": _function(r"\cos"),
    "tanh": _function(r"\tanh"),
    "abs": _between(r"\lvert", r"\rvert"),
    "sign": _list(r"\operatorname{sign}"),
    "floor": _between(r"\lfloor", r"\rfloor"),
    "ceil": _between(r"\lceil", r"\rceil"),
    "mod": _mod,
    "max": _list(r"\max"),
    "min": _list(r"\min"),
    "delta": _delta,
    "kron": lambda p, i, j: Printed(lowered(r"\delta", indices(p, [i, j]))),
    "one": lambda p, condition: Printed(rf"\mathbf{{1}}[{p.text(condition)}]"),
    "norm": _between(r"\lVert", r"\rVert"),
    "trace": _function(r"\operatorname{tr}", always=True),
    "identity": lambda p, n: Printed(lowered(own_letter("I", p.names), p.smaller().text(n))),
    "zeros": _sized("0"),
    "ones": _sized(r"\mathbf{1}"),
    "diag": _list(r"\operatorname{diag}"),
    "diff": _diff,
    "grad": _grad,
    "implies": _logical(r"\implies"),
    "iff": _logical(r"\iff"),
}

DEFINED_FORMS: dict[str, Form] = {"conv": _conv, "shift": _shift}
"""Definitions of the field that are written as signs, not as functions."""
