"""Random formulas that have no value somewhere, or no slope: none of them is said to be defined.

What is divided by, taken the logarithm of, asked at a place or differentiated stands under sums, cases, lambdas, in definitions
and in functions that are handed over. What is said to be defined is computed at points on and beside all edges.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.conditions import assume, promised
from report.prove.decide.definedness import missing
from report.prove.decide.place import Settled
from report.prove.language.formula import parse
from report.prove.language.glossary import Definition, Symbol, define, function, integer, real, vector
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.symbolic import read
from report.prove.meaning.symbols import scope_for
from tests.prove.exact import Place, Slopes, Undefined, root, slope
from tests.prove.generated import accepted, hunt

SYMBOLS = [
    real("x", ""), real("y", ""), real("z", "", least="0"), real("p", "", above="0"), integer("n", "", least="1"),
    integer("m", "", least="0"), integer("i", "", within=("1", "n")), vector("v", "n", ""),
]  # fmt: skip
CONDITIONS = ["", "", "", "x > 0", "x != 0", "x >= 1", "x < y", "x == y", "n >= 2", "i < n", "m >= 1", "x == 0", "v[i] > 0"]
VALUES = [mp.mpf(s) / 2 for s in (-4, -3, -2, -1, 0, 0, 0, 1, 2, 2, 3)]


# --- formulas ------------------------------------------------------------------------------------------------------


def number(random: Random, depth: int, known: Sequence[str], calls: Sequence[str] = (), index: Sequence[str] = ("i",)) -> str:
    """A formula for a number in the names ``known``; ``calls`` are what may be called, ``index`` the names of integers."""
    inside = lambda more=(): number(random, depth - 1, [*known, *more], calls, index)  # noqa: E731
    if depth == 0 or random.random() < 0.08:
        at = random.choice([*index, *index, "1", "n", "n - 1", f"{random.choice(index)} + 1"])
        return random.choice([*known, *known, "z", "p", "n", "m", "1", "2", f"v[{at}]", f"v[{at}]"])
    if random.random() < 0.25:
        k = "abgkqtuw"[len(index)]
        low, high = random.choice([("1", "n"), ("1", "n"), ("2", "n"), ("1", "m"), ("1", random.choice(index)), ("0", "n - 1")])
        body = number(random, depth - 1, known, calls, [*index, k])
        return f"{random.choice(['sum', 'sum', 'prod', 'max'])}({body} for {k} in span({low}, {high}))"
    a, b, one = inside(), inside(), random.choice(known)
    by = random.choice([*known, f"v[{random.choice(index)}]"])
    return random.choice(
        [
            f"({a} + {b})", f"({a} - {b})", f"({a})*({b})", f"({a})*({b})", f"({a})**2", f"exp({a})", f"({a})/({b})",
            f"1/(1 + ({a})**2)", f"log({a})", f"log(1 + exp({a}))", f"sqrt({a})", f"sqrt(({a})**2)", f"abs({a})",
            f"max({a}, {b})", f"({a})**(m - 1)", f"(p + abs({a}))**({b})", f"floor({a})", f"mod({a}, {b})", f"sign({a})",
            f"({a} if {one} > 0 else {b})", f"(1/{one} if {one} != 0 else {a})", f"(lambda r: {inside(['r'])})({a})",
            f"diff({a}, {by})", f"diff({a}, {by})", *(f"{call}({a})" for call in calls for _ in range(3)),
        ]
    )  # fmt: skip


def definitions(random: Random) -> tuple[list[Definition], list[str]]:
    """Some definitions, of one function of another among them, and what may be called then."""
    ends = random.choice([{}, {}, {"least": "0"}, {"above": "0"}])
    plain = define("c(s)", number(random, 2, ["s", "x"]), "", symbols=[real("s", "", **ends)])
    deeper = define("d(s)", number(random, 1, ["s"], ["c"]), "", symbols=[real("s", "")])
    of_f = random.choice(
        ["h(s)", "h(h(s))", "h(s - 1)", "diff(h(s), s)", "diff(h(s*y), y)", "s*h(0)", "sum(h(k) for k in span(0, n))"]
    )
    handed = define("e(h)(s)", of_f, "", symbols=[function("h", ""), real("s", "")])
    return [plain, deeper, handed], ["c", "d", "e(c)", "e(d)", f"e({random.choice(['exp', 'abs', 'log', 'sqrt', 'sign'])})"]


# --- their values --------------------------------------------------------------------------------------------------


class _Moving(Slopes):
    """Definitions, too, are evaluated beside x: they are called with all that varies."""

    def moved(self, name: str, body: str) -> str:
        return f"(lambda {name}: (lambda here: {body})({{**here, '{name}': {name}}}))"

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(f"called('{node.id}', here)", mode="eval").body if node.id in ("c", "d", "e") else node


def _real(e: Any) -> Any:
    if isinstance(e, complex | mp.mpc) or not mp.isfinite(e):
        raise Undefined
    return e


def _log(a: Any) -> Any:
    if a <= 0:
        raise Undefined
    return mp.log(a)


def _rest(a: Any, b: Any) -> Any:
    return a - b * mp.floor(mp.mpf(a) / b)


def value(text: str, place: Place, defined: dict[str, Definition]) -> Any:
    """What Python computes. Raises ``Undefined``."""

    def called(name: str, here: Place) -> Any:
        definition = defined[name]
        if name == "e":
            return lambda h: lambda s: run(definition.body.text, {**here, "h": h, "s": s})
        (symbol,) = definition.symbols

        def function(s: Any) -> Any:
            if (symbol.least and s < 0) or (symbol.above and s <= 0):
                raise Undefined
            return run(definition.body.text, {**here, "s": s})

        return function

    def run(formula: str, here: Place) -> Any:
        code = ast.unparse(_Moving().visit(ast.parse(formula, mode="eval")))
        return _real(eval(code, {"__builtins__": {}, **known, **here, "here": here}))

    known = {
        "sum": mp.fsum, "prod": mp.fprod, "max": max, "abs": abs, "exp": mp.exp, "log": _log, "sqrt": root, "sign": mp.sign,
        "floor": mp.floor, "mod": _rest, "span": lambda a, b: range(int(a), int(b) + 1), "slope": slope, "called": called,
    }  # fmt: skip
    try:
        return run(text, place)
    except (KeyError, ValueError, OverflowError, ZeroDivisionError, TypeError):
        raise Undefined from None


def places(random: Random, condition: str, count: int) -> Iterator[Place]:
    """Values of all symbols that meet the condition, with noughts and ties among them."""
    for _ in range(count):
        n = random.choice([1, 1, 2, 3])
        x, y = random.choice(VALUES), random.choice(VALUES)
        x = {"x == y": y, "x == 0": mp.mpf(0)}.get(condition, x)
        entries = {k: random.choice(VALUES) for k in range(1, n + 1)}
        place = {"x": x, "y": y, "z": abs(random.choice(VALUES)), "p": abs(random.choice(VALUES)) + mp.mpf(1) / 4, "n": n,
                 "m": random.choice([0, 0, 1, 2]), "i": random.randint(1, n), "v": entries}  # fmt: skip
        if not condition or eval(condition, {"__builtins__": {}}, place):
            yield place


# --- what is said to be defined ------------------------------------------------------------------------------------


def is_said_to_be_defined(
    text: str, condition: str, defined: Sequence[Definition], symbols: Sequence[Symbol] = SYMBOLS
) -> bool:
    scope = scope_for(symbols, defined)
    domains = promised(symbols, scope)
    try:
        tree = parse(text).tree
        facts = assume([read(parse(condition).tree, scope)], domains) if condition else domains
        if not isinstance(sp.sympify(read(tree, scope)), sp.Expr):
            return False
        return not any(missing([tree], scope, facts, symbols, Settled(domains)))
    except (DeclarationError, Unreadable, TypeError, ValueError):
        return False  # it is not read at all


def refuse_undefined(random: Random) -> bool:
    try:
        defined, calls = definitions(random)
        text = number(random, random.choice([2, 2, 3]), ["x", "y"], calls)
    except DeclarationError:
        return False
    condition = random.choice(CONDITIONS)
    if not is_said_to_be_defined(text, condition, defined):
        return False
    for place in places(random, condition, 40):
        try:
            value(text, place, {d.name: d for d in defined})
        except Undefined:
            told = "; ".join(f"{d.head} = {d.body} for {d.symbols[-1].least or d.symbols[-1].above}" for d in defined)
            pytest.fail(f"said to be defined: {text} given {condition or 'nothing'} at {place} where {told}")
    return True


def test_nothing_of_a_sample_that_has_no_value_is_said_to_be_defined() -> None:
    assert accepted(refuse_undefined, 1, 60) > 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_nothing_of_ten_thousand_that_has_no_value_is_said_to_be_defined(seed: int) -> None:
    assert accepted(refuse_undefined, 100 + seed, 500) > 80


if __name__ == "__main__":
    hunt(refuse_undefined)
