"""Random relations, true and false, put to the decision procedure, against exact evaluation: it may pass no false one."""

from __future__ import annotations

import itertools
import math
import operator
from fractions import Fraction
from random import Random

import pytest
import sympy as sp

from report.prove.decide.conditions import Facts
from report.prove.decide.relation import prove
from report.prove.language.formula import parse
from report.prove.language.glossary import integer, real, signal
from report.prove.meaning.symbolic import read
from report.prove.meaning.symbols import scope_for
from tests.prove.generated import accepted, hunt

X, Y, F = real("x", ""), real("y", ""), signal("f", "")
N, M = integer("n", "", least="0"), integer("m", "", least="1")
SCOPE = scope_for([X, Y, F, N, M], [])
PLACES = [
    dict(zip("xynm", map(Fraction, p))) for p in itertools.product((-2, 0, Fraction(1, 2)), (-1, 0, 3), (0, 1, 3), (1, 2))
]
WEIGHTS = {k: Fraction(3 * k * k - 5 * k + 1, 2 + k * k) for k in range(-40, 41)}


def expression(random: Random, depth: int, indices: tuple[str, ...] = ()) -> str:
    """A formula over x, y, n, m and f, defined everywhere."""
    if depth == 0:
        return random.choice(["x", "y", "1", "2", "n", "m", *indices, *(f"f({i})" for i in indices)])
    one, other = (expression(random, depth - 1, indices) for _ in range(2))
    k = f"k{len(indices)}"
    inner = expression(random, depth - 1, (*indices, k))
    low, high = random.choice([("1", "n"), ("0", "m"), ("0", "n - 1"), ("1", "n + 1"), *((("0", i)) for i in indices)])
    place = random.choice([*indices, "n", "m", "0"])
    return random.choice(
        [
            f"({one} + {other})", f"({one} - {other})", f"({one})*({other})", f"({one})**2", f"max({one}, {other})",
            f"abs({one})", f"-({one})", f"sum({inner} for {k} in span({low}, {high}))",
            f"sum(kron({k}, {place})*({inner}) for {k} in span({low}, {high}))", f"prod({inner} for {k} in span(1, n))",
            f"floor(({one})/2)", f"ceil(({one})/m)", f"mod({one}, m)",
        ]
    )  # fmt: skip


def value(text: str, place: dict[str, Fraction | int]) -> Fraction | int:
    """The value of the formula as Python computes it, in exact fractions."""

    def kron(i: object, j: object) -> int:
        return int(i == j)

    def product(terms: object) -> Fraction:
        result = Fraction(1)
        for term in terms:  # type: ignore[attr-defined]
            result *= term
        return result

    known = {
        "kron": kron, "prod": product, "floor": math.floor, "ceil": math.ceil, "mod": operator.mod, "max": max, "abs": abs,
        "f": WEIGHTS.__getitem__, "span": lambda a, b: range(int(a), int(b) + 1), "sum": lambda terms: sum(terms, Fraction(0)),
    }  # fmt: skip
    return eval(text, {"__builtins__": {}, **known, **place})


def relation(random: Random) -> tuple[str, str, str]:
    """Two formulas and a relation between them: unrelated ones, or one rewritten, rightly or not."""
    left, sign = expression(random, random.choice([1, 2, 2])), random.choice(["==", "==", "<=", "<", "!="])
    other = expression(random, 1)
    rewritten = [f"({left}) + ({other}) - ({other})", f"({left})*1 + 0*({other})", f"max({left}, {other})", f"({left})**2",
                 f"abs({left})", f"({left}) + ({other})**2", expression(random, 2), f"{left} + 1"]  # fmt: skip
    return left, sign, random.choice(rewritten)


def summation(random: Random) -> tuple[str, str, str]:
    """A sum, and an expression without sums that is its closed form, or is not."""
    term, closed = random.choice(
        [("1", "(n + {c})"), ("k", "(n + {c})*(n + {c} + 1)/2"), ("k**2", "(n + {c})*(n + {c} + 1)*(2*n + 2*{c} + 1)/6"),
         ("2**k", "2**(n + {c} + 1) - 2"), ("k*2**k", "(n + {c} - 1)*2**(n + {c} + 1) + 2"),
         ("y**k - y**(k - 1)", "y**(n + {c}) - 1")]
    )  # fmt: skip
    ends, wrong = random.choice([0, 0, 1, 2]), random.choice([0, 0, 1, -1])
    right = closed.format(c=ends + wrong) + random.choice(["", "", " + kron(n, 0)", " + 1", " - x + x"])
    return f"sum({term} for k in span(1, n + {ends}))", "==", right


def holds(left: str, sign: str, right: str) -> bool:
    compare = {"==": lambda a, b: a == b, "<=": lambda a, b: a <= b, "<": lambda a, b: a < b, "!=": lambda a, b: a != b}[sign]
    return all(compare(value(left, place), value(right, place)) for place in PLACES)


def proved(left: str, sign: str, right: str) -> bool:
    sides = [sp.sympify(read(parse(text).tree, SCOPE)) for text in (left, right)]
    return prove(sides[0], sign, sides[1], Facts()) is not None


def refuse_false(random: Random) -> bool:
    left, sign, right = summation(random) if random.random() < 0.1 else relation(random)
    if not proved(left, sign, right):
        return False
    assert holds(left, sign, right), f"proved, and false: {left} {sign} {right}"
    return True


def test_no_false_relation_of_a_sample_is_proved() -> None:
    assert accepted(refuse_false, 1, 40) > 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_false_relation_of_ten_thousand_is_proved(seed: int) -> None:
    assert accepted(refuse_false, 100 + seed, 500) > 80


if __name__ == "__main__":
    hunt(refuse_false)
