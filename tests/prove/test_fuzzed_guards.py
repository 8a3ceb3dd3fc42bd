"""Random relations with roots, quotients and logarithms that stand in a case, or in a sum over a range that may be empty: where
these are not asked they need have no value, and say nothing. What SymPy's reading accepts is computed on a grid.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import mpmath as mp
import pytest

from report.proof import calculation, check, integer, real
from report.prove.derivation import Derivation, Part, Step
from report.prove.language.formula import names, parse, statement
from tests.prove.exact import Undefined, root
from tests.prove.generated import accepted, hunt

SYMBOLS = {"x": real("x", ""), "y": real("y", ""), "n": integer("n", "", least="0"), "m": integer("m", "", least="1")}
WHOLE = ["n", "m"]
HALVES = [mp.mpf(k) / 2 for k in (-4, -2, -1, 0, 1, 2, 4)]
GRID: dict[str, Sequence[Any]] = {"x": HALVES, "y": HALVES, "n": range(5), "m": range(1, 5)}
PARTIAL = [("sqrt({})", ">= 0"), ("1/({})", "!= 0"), ("1/({})", "> 0"), ("log({})", "> 0"), ("({0})/({0})", "!= 0")]
RELATIONS = {">=": operator.ge, "<=": operator.le, ">": operator.gt, "!=": operator.ne, "==": operator.eq}


def line(random: Random, known: Sequence[str]) -> str:
    """A name, or little more."""
    a, b = random.choice(known), random.choice([*known, "1", "2"])
    return random.choice([a, a, f"({a} - {b})", f"({a} + 1)", f"({a}*{b})"])


def guarded(random: Random, known: Sequence[str], depth: int) -> str:
    """A formula with something that is asked in some cases, or at some places, only."""
    inside, form = line(random, known), random.random()
    partial, needs = random.choice(PARTIAL)
    if depth == 0:
        return random.choice([inside, partial.format(inside)])
    if form < 0.35:
        return f"({partial.format(inside)} if {inside} {needs} else {random.choice(['0', '1', line(random, known)])})"
    if form < 0.75:
        k = "kqr"[len([name for name in known if name in "kqr"])]
        whole = [name for name in known if name not in "xy"] or ["3"]
        body = guarded(random, [*known, k], depth - 1)
        return f"sum({body} for {k} in span({random.choice(['0', '1', *whole])}, {random.choice(whole)}))"
    return random.choice(["abs({})", "({})**2", "({} + 1)"]).format(guarded(random, known, depth - 1))


def relation(random: Random) -> tuple[str, str]:
    """A claim, and what is given: one or the other has the formula."""
    known = random.choice([["n"], ["x"], ["n", "x"], ["n", "m"], ["x", "y"]])
    told = guarded(random, known, 2)
    sign, number = random.choice([">=", "<=", ">", "!="]), random.choice(["0", "1", "2"])
    if random.random() < 0.4:
        return f"{line(random, known)} {sign} {number}", f"{told} {random.choice(['>=', '<='])} {random.choice('01')}"
    return f"{random.choice([told, f'{line(random, known)} + {told}'])} {sign} {number}", ""


def _log(a: Any) -> Any:
    if a <= 0:
        raise Undefined
    return mp.log(a)


def holds(text: str, place: dict[str, Any]) -> bool:
    """Whether a relation is true, by Python. Raises ``Undefined``."""
    known = {"sum": sum, "sqrt": root, "log": _log, "abs": abs, "span": lambda a, b: range(int(a), int(b) + 1)}
    claim = statement(text)
    try:
        left, right = (mp.mpf(eval(side.text, {"__builtins__": {}, **known, **place})) for side in (claim.left, claim.right))
    except ZeroDivisionError:
        raise Undefined from None
    close = abs(left - right) <= mp.mpf(10) ** -25 * (1 + abs(left))
    return "=" in claim.relation and claim.relation != "!=" if close else bool(RELATIONS[claim.relation](left, right))


def places(varying: Sequence[str], given: str) -> Iterator[dict[str, Any]]:
    """Where what is given has a value and is true."""
    for values in itertools.product(*(GRID[name] for name in varying)):
        place = dict(zip(varying, values))
        try:
            if not given or holds(given, place):
                yield place
        except Undefined:
            continue


def refuse_false(random: Random) -> bool:
    text, given = relation(random)
    claim = statement(text)
    spoken = {name for each in (text, given) if each for name in names(parse(each).tree)}
    varying = [name for name in SYMBOLS if name in spoken]
    step = Step(f"{claim.relation} {claim.right}", calculation(""))
    part = Part("P", text, [step], given=[given] if given else [])
    theory = Derivation("T0", "", "", [SYMBOLS[name] for name in varying], [part], "")
    if check(theory, {"SymPy"}).failures:
        return False
    for place in places(varying, given):
        try:
            true = holds(text, place)
        except Undefined:
            pytest.fail(f"said to be defined: {text} given {given or 'nothing'} at {place}")
        assert true, f"proved, and false: {text} given {given or 'nothing'} at {place}"
    return True


def test_nothing_of_a_sample_is_accepted_that_is_false_where_it_is_not_asked() -> None:
    assert accepted(refuse_false, 7, 80) > 8


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_nothing_of_some_thousand_is_accepted_that_is_false_where_it_is_not_asked(seed: int) -> None:
    assert accepted(refuse_false, 100 + seed, 600) > 60


if __name__ == "__main__":
    hunt(refuse_false)
