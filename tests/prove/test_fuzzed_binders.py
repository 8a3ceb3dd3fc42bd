"""Random relations with binders inside binders, under conditions, and definitions that hold slopes: no false one is proved.

What is bound or given at one place is not so at another, and SymPy flattens, renames and evaluates early. Each relation is a
formula and the same rewritten, rightly or not; what is proved is computed with forty digits, at every small size.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.conditions import assume, promised
from report.prove.decide.relation import prove
from report.prove.language.formula import parse
from report.prove.language.glossary import Definition, define, integer, matrix, real, vector
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.symbolic import read
from report.prove.meaning.symbols import scope_for
from tests.prove.exact import Place, Slopes, Undefined, slope
from tests.prove.generated import accepted, hunt

SYMBOLS = [
    real("x", ""), real("y", ""), integer("n", "", least="1"), vector("v", "n", ""), vector("u", "n", ""),
    matrix("W", "n", "n", ""), integer("i", "", within=("1", "n")), integer("j", "", within=("1", "n")),
]  # fmt: skip


# --- formulas ------------------------------------------------------------------------------------------------------


def number(random: Random, depth: int, bound: str = "") -> str:
    """A formula for a number; ``bound`` are the names that stand for an index around it."""
    at = lambda: random.choice([*bound * 2, "i", "j", "n", "1"])  # noqa: E731
    if depth == 0 or random.random() < 0.12:
        leaf = ["v[{}]", "v[{}]", "u[{}]", "W[{}, {}]", "W[{}, {}]", "x", "y", "1", "2", "n", "kron({}, {})", "{}"]
        return random.choice(leaf).format(at(), at())
    if random.random() < 0.55:
        k, word = "abcdefg"[len(bound)], random.choice(["sum", "sum", "prod", "prod", "max", "min"])
        spans = [("1", "n")] * 3 + [("1", at()), (at(), "n"), ("2", "n"), ("1", "n - 1"), (f"{at()} + 1", "n")]
        low, high = ("1", random.choice(["n", *bound])) if word in ("max", "min") else random.choice(spans)
        return f"{word}({number(random, depth - 1, bound + k)} for {k} in span({low}, {high}))"
    one, other = (number(random, depth - 1, bound) for _ in range(2))
    by = random.choice(["x", "y", f"v[{at()}]", f"W[{at()}, {at()}]"])
    return random.choice(
        [
            f"({one})*({other})", f"({one} + {other})", f"({one} - {other})", f"({one})**2", f"exp({one})", f"abs({one})",
            f"-({one})", f"max({one}, {other})", f"diff({one}, {by})", f"({one} if {at()} <= {at()} else {other})",
        ]
    )  # fmt: skip


def rewritten(random: Random, text: str) -> str:
    """The formula with one of its parts written otherwise, in a way that is right, or looks like one."""
    tree = ast.parse(text, mode="eval")
    node = random.choice([each for each in ast.walk(tree) if isinstance(each, ast.expr)])
    new = _otherwise(random, node)
    if new is None:
        return text
    put = ast.parse(new, mode="eval").body

    class Put(ast.NodeTransformer):
        def visit(self, each: ast.AST) -> Any:
            return put if each is node else self.generic_visit(each)

    return ast.unparse(Put().visit(tree))


def _otherwise(random: Random, node: ast.expr) -> str | None:
    match node:
        case ast.Name(id=name) if name in "abcdefgijn":
            return random.choice("abijn1")
        case ast.Subscript(ast.Name(id=array), ast.Tuple([row, column])):
            return f"{array}[{ast.unparse(column)}, {ast.unparse(row)}]"
        case ast.BinOp(left, ast.Mult(), right):
            one, other = ast.unparse(left), ast.unparse(right)
            return random.choice([f"({other})*({one})", f"({one}) + ({other})"])
        case ast.BinOp(left, ast.Pow(), _):
            return f"({ast.unparse(left)})*({ast.unparse(left)})"
        case ast.IfExp(test, body, orelse):
            return random.choice(
                [ast.unparse(body), f"({ast.unparse(orelse)} if {ast.unparse(test)} else {ast.unparse(body)})"]
            )
        case ast.Call(ast.Name(id=word), [ast.GeneratorExp(elt, [ast.comprehension(ast.Name(id=k), ast.Call(_, ends))])]):
            return _bound_otherwise(random, word, elt, k, *map(ast.unparse, ends))
    return None


def _bound_otherwise(random: Random, word: str, elt: ast.expr, k: str, low: str, high: str) -> str | None:
    body, over = ast.unparse(elt), f"for {k} in span({low}, {high})"
    ways = [
        f"{word}({_put(elt, k, f'({k} + 1)')} for {k} in span({low} - 1, {high} - 1))",
        f"{word}({_put(elt, k, f'({high} + {low} - {k})')} {over})",
        f"{word}({body} for {k} in span({low}, {random.choice(['n', 'i', 'n - 1'])}))",
    ]
    if word in ("sum", "prod"):
        sign = "+" if word == "sum" else "*"
        ways.append(f"{word}({body} for {k} in span({low}, {high} - 1)) {sign} ({_put(elt, k, high)})")
    if k not in {each.id for each in ast.walk(elt) if isinstance(each, ast.Name)}:
        ways += [body, f"({body})**({high} - {low} + 1)", f"({high} - {low} + 1)*({body})"]
    if isinstance(elt, ast.BinOp) and isinstance(elt.op, ast.Add | ast.Mult):
        sign = "+" if isinstance(elt.op, ast.Add) else "*"
        ways.append(f"{word}({ast.unparse(elt.left)} {over}) {sign} {word}({ast.unparse(elt.right)} {over})")
    if isinstance(elt, ast.Call) and elt.args and isinstance(inner := elt.args[0], ast.GeneratorExp):
        outer = ast.unparse(inner.generators[0]).strip()
        ways.append(f"{ast.unparse(elt.func)}({word}({ast.unparse(inner.elt)} {over}) {outer})")
    return random.choice(ways)


def _put(body: ast.expr, name: str, text: str) -> str:
    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.parse(text, mode="eval").body if node.id == name else node

    return ast.unparse(Put().visit(copy.deepcopy(body)))


# --- their values --------------------------------------------------------------------------------------------------


def value(text: str, place: Place, **functions: Any) -> Any:
    """What Python computes. Raises ``Undefined``."""
    code = ast.unparse(Slopes().visit(ast.parse(text, mode="eval")))
    known = {
        "kron": lambda a, b: int(a == b), "prod": mp.fprod, "sum": mp.fsum, "max": max, "min": min, "abs": abs, "exp": mp.exp,
        "span": lambda a, b: range(int(a), int(b) + 1), "slope": slope,
    }  # fmt: skip
    try:
        return mp.mpf(eval(code, {"__builtins__": {}, **known, **functions, **place}))
    except (KeyError, ValueError, OverflowError, ZeroDivisionError):
        raise Undefined from None


def places(random: Random) -> Iterator[Place]:
    """Values of all symbols, for every size and index up to three."""

    def drawn() -> Any:
        return mp.mpf(random.randrange(-9, 10)) / random.choice([4, 5, 7])

    for n in (1, 2, 3):
        size = range(1, n + 1)
        for i in size:
            for j in size:
                arrays = {"v": {k: drawn() for k in size}, "u": {k: drawn() for k in size}}
                yield {"x": drawn(), "y": drawn(), "n": n, "i": i, "j": j, **arrays,
                       "W": {(a, b): drawn() for a in size for b in size}}  # fmt: skip


def put(place: Place, array: str, entry: Any, to: Any) -> Place:
    return {**place, array: {**place[array], entry: to}}


CONDITIONS: dict[str, Callable[[Place], Place | None]] = {
    "x == 0": lambda p: {**p, "x": mp.mpf(0)},
    "x == y": lambda p: {**p, "x": p["y"]},
    "v == zeros(n)": lambda p: {**p, "v": dict.fromkeys(p["v"], mp.mpf(0))},
    "v == u": lambda p: {**p, "v": p["u"]},
    "v[i] == 0": lambda p: put(p, "v", p["i"], mp.mpf(0)),
    "v[n] == 1": lambda p: put(p, "v", p["n"], mp.mpf(1)),
    "v[i] == u[j]": lambda p: put(p, "v", p["i"], p["u"][p["j"]]),
    "i == j": lambda p: p if p["i"] == p["j"] else None,
    "i < j": lambda p: p if p["i"] < p["j"] else None,
    "n == 2": lambda p: p if p["n"] == 2 else None,
    "W == identity(n)": lambda p: {**p, "W": {at: mp.mpf(at[0] == at[1]) for at in p["W"]}},
    "W[i, j] == W[j, i]": lambda p: put(p, "W", (p["i"], p["j"]), p["W"][p["j"], p["i"]]),
    "v[i] >= 0": lambda p: put(p, "v", p["i"], abs(p["v"][p["i"]])),
    "sum(v[k] for k in span(1, n)) == 1": lambda p: put(p, "v", 1, 1 - sum(p["v"][k] for k in p["v"] if k != 1)),
    "x > y": lambda p: p if p["x"] > p["y"] else {**p, "x": p["y"] + 1},
}


def false_at(left: str, sign: str, right: str, all_places: Iterator[Place], **functions: Any) -> Place | None:
    """Where the relation does not hold."""
    for place in all_places:
        try:
            one, other = value(left, place, **functions), value(right, place, **functions)
        except Undefined:
            continue
        slack = mp.mpf(10) ** -5 * (1 + abs(one))
        if {"==": abs(one - other), "<=": one - other, ">=": other - one}[sign] > slack:
            return place
    return None


# --- what is proved ------------------------------------------------------------------------------------------------


def proved(left: str, sign: str, right: str, condition: str = "", *definitions: Definition) -> bool:
    scope = scope_for(SYMBOLS, definitions)
    facts = promised(SYMBOLS, scope)
    try:
        facts = assume([read(parse(condition).tree, scope)], facts) if condition else facts
        one, other = (sp.sympify(read(parse(text).tree, scope)) for text in (left, right))
        return prove(one, sign, other, facts) is not None
    except (DeclarationError, Unreadable):
        return False


def refuse_false(random: Random) -> bool:
    left, condition = number(random, random.choice([1, 2, 2])), random.choice(["", "", *CONDITIONS])
    right, sign = rewritten(random, left), random.choice(["==", "==", "<=", ">="])
    one, _, other = condition.partition(" == ")
    right = right.replace(one, f"({other})") if other and "(" not in condition and random.random() < 0.5 else right
    if not proved(left, sign, right, condition):
        return False
    met = (CONDITIONS[condition](p) if condition else p for p in places(random))
    wrong = false_at(left, sign, right, (p for p in met if p))
    assert wrong is None, f"proved, and false: {left} {sign} {right} given {condition or 'nothing'} at {wrong}"
    return True


def refuse_moved(random: Random) -> bool:
    """A definition whose body varies something, called with what varies: c(x) is not its body with x for its parameter."""
    by = random.choice(["x", "v[i]", "v[1]", "W[i, j]"])
    body = f"diff(({number(random, 1)})*{random.choice(['y', '(x + y)', 'exp(y)', '(y + v[i])'])}, {by})"
    call = random.choice(["c({})", "c({}) + x", "diff(c({}), x)", "diff(c({}), v[i])"])
    argument = number(random, 1)
    plain = _put(ast.parse(body, mode="eval").body, "y", f"({argument})")
    left, right = call.format(argument), call.format("0").replace("c(0)", f"({plain})")
    try:
        definition = define("c(y)", body, "", symbols=[real("y", "")])
    except DeclarationError:
        return False
    if not proved(left, "==", right, "", definition):
        return False
    if "diff(c" not in left:  # what is differentiated outside moves the place as well
        _compare_called(left, right, body, random)
    return True


def _compare_called(left: str, right: str, body: str, random: Random) -> None:
    for place in places(random):
        wrong = false_at(left, "==", right, iter([place]), c=lambda y, place=place: value(body, {**place, "y": y}))
        assert wrong is None, f"proved, and false: {left} == {right} where c(y) = {body} at {wrong}"


def test_no_false_relation_of_a_sample_is_proved() -> None:
    assert accepted(refuse_false, 1, 40) > 5


def test_no_definition_of_a_sample_is_moved_by_what_varies_in_it() -> None:
    assert accepted(refuse_moved, 1, 20) > 2


def test_the_slope_of_a_step_is_no_number_to_compare_with() -> None:
    assert not proved("diff(diff(exp(max(y, x)), x), x)", "==", "0")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_false_relation_of_ten_thousand_is_proved(seed: int) -> None:
    assert accepted(refuse_false, 100 + seed, 400) > 50
    assert accepted(refuse_moved, 100 + seed, 100) > 10


if __name__ == "__main__":
    hunt(refuse_false, refuse_moved)
