"""A part says which conventions its formulas may come to, and no others; the page and the terminal say them once."""

from __future__ import annotations

import pytest

from report.proof import Definition, Derivation, Part, Step, Symbol, check, define, integer, real, vector
from report.prove.checked import Proof
from report.terminal.proofs import terminal
from report.write.derivations import derivation_markdown

X, N0, N = real("x", ""), integer("n", "", least="0", high=4), integer("n", "", least="1", high=4)
A, T, V = integer("a", ""), integer("t", "", least="0"), vector("v", "n", "")
SUM, PRODUCT, POWER = "an empty sum is `0`", "an empty product is `1`", "the power `0` of `0` is `1`"
REMAINDER, SIGN = "a remainder is not negative, whatever is divided", "the sign of `0` is `0`"
TURNED = "a remainder is never on the other side of `0` than the divisor"
BY_ENTRY = "functions of numbers act on arrays entry by entry"
TO_EVERY = "a number beside an array is added to every entry"


def proof(
    statements: list[str], symbols: list[Symbol], given: list[str] | None = None, definitions: list[Definition] | None = None
) -> Proof:
    parts = [Part(f"Part {at}", text, [Step(because="")], given=given or []) for at, text in enumerate(statements)]
    return check(Derivation("T0", "A test", "", symbols, parts, "", "", definitions or []))


@pytest.mark.parametrize(
    ("statement", "symbols", "given", "said"),
    [
        ("2*sum(k for k in span(1, n)) == n*(n + 1)", [N0], [], (SUM,)),
        ("2*sum(k for k in span(1, n)) == n*(n + 1)", [N], [], ()),
        ("2*sum(k for k in span(1, n)) == n*(n + 1)", [N0], ["n >= 1"], ()),
        ("2*sum(k for k in span(2, n)) == n*(n + 1) - 2", [N], [], (SUM,)),
        ("2*prod(x for k in span(1, n)) == prod(x for k in span(1, n))*2 + 0", [N0, X], [], (PRODUCT,)),
        ("x**n*x == x**(n + 1)", [N0, X], [], (POWER,)),
        ("x**n*x == x**(n + 1)", [N, X], [], ()),
        ("x**n*x == x**(n + 1)", [N0, X], ["x != 0"], ()),
        ("2**n*2 == 2**(n + 1)", [N0], [], ()),
        ("mod(a + n, n) == mod(a, n)", [A, N], [], (REMAINDER,)),
        ("mod(t + n, n) == mod(t, n)", [T, N], [], ()),
        ("mod(t + a, a) == mod(t, a)", [A, T], ["a != 0"], (TURNED,)),
        ("mod(t + a, a) == mod(t, a)", [A, T], ["a > 0"], ()),
        ("sign(x)*abs(x) == x", [X], [], (SIGN,)),
        ("sign(x)*abs(x) == x", [X], ["x != 0"], ()),
        ("exp(v + v) == exp(v)*exp(v)", [N, V], [], (BY_ENTRY,)),
        ("exp(x + x) == exp(x)*exp(x)", [X], [], ()),
        ("v + x - x == 1*v", [N, V, X], [], (TO_EVERY,)),
        ("v + v == 2*v", [N, V], [], ()),
        ("sum(sum(1 for l in span(1, k)) for k in span(1, n)) == n*(n + 1)/2", [N], [], ()),
    ],
)
def test_a_part_says_what_is_agreed_on(statement: str, symbols: list[Symbol], given: list[str], said: tuple[str, ...]) -> None:
    found = proof([statement], symbols, given)
    assert not found.failures
    assert found.parts[0].conventions == said


def test_what_a_definition_comes_to_is_said_too() -> None:
    total = define("s(t)", "sum(k for k in span(1, t))", "a sum", symbols=[T])
    assert proof(["s(n)*2 == s(n) + s(n)"], [N], definitions=[total]).parts[0].conventions == (SUM,)


def test_the_page_says_it_once_where_it_is_first_used() -> None:
    found = proof(["x - x == 0*x", "x**n*x == x**(n + 1)", "x**n*x*x == x**(n + 2)"], [N0, X])
    page = derivation_markdown(found, lambda slug: 1)
    assert page.count("Here the power $0$ of $0$ is $1$.") == 1
    assert page.index("**Part 1.**") < page.index("Here the power") < page.index("**Part 2.**")
    assert "(here the power 0 of 0 is 1)" in terminal(found)
    assert found.summary()["statements"][1]["conventions"] == [POWER]
