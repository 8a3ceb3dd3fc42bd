"""Random uses of statements that were shown: what is put for their symbols, what stands around them and under which condition
is drawn, and no use is accepted that is false.

Each statement holds for what its symbols are declared to be, or under a condition. What is accepted of its uses is computed
with forty digits at small sizes.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import mpmath as mp
import pytest

from report.errors import DeclarationError
from report.proof import Derivation, Part, Step, Symbol, check, integer, real, using, vector
from report.prove.language.formula import names, parse, statement, substitute
from tests.prove.exact import Place, root
from tests.prove.generated import accepted, hunt
from tests.prove.test_fuzzed_binders import false_at

SYMBOLS = [
    real("x", ""), real("y", ""), real("z", "", least="0"), real("p", "", above="0"), integer("n", "", least="1"),
    integer("m", "", least="1"), integer("o", "", least="0"), integer("t", ""), integer("i", "", within=("1", "n")),
    integer("j", "", within=("1", "n")), integer("l", "", within=("1", "i")), integer("q", "", within=("1", "o")),
    vector("v", "n", ""), vector("u", "n", ""), vector("w", "m", ""), vector("a", "n", "", properties=["positive"]),
]  # fmt: skip
LAWS = [
    ("abs(z) == z", ""), ("sqrt(z**2) == z", ""), ("abs(p)*p == p**2", ""), ("abs(x) == x", "x >= 0"),
    ("abs(x) == -x", "x <= 0"), ("x*y/y == x", "y != 0"), ("max(x, y) == x", "x >= y"), ("abs(x - y) == y - x", "x <= y"),
    ("x*y == x**2", "x == y"), ("abs(i - 1) == i - 1", ""), ("abs(n - i) == n - i", ""), ("kron(i, j)*x == 0", "i != j"),
    ("floor(i/(n + 1)) == 0", ""), ("abs(i - l) == i - l", ""), ("sin(pi*t) == 0", ""), ("floor(t) == t", ""),
    ("x*kron(t, 0) == x", "t == 0"), ("abs(a[i]) == a[i]", ""), ("abs(v[i]) == v[i]", "v[i] >= 0"),
    ("v[i]*u[i] == v[i]**2", "v[i] == u[i]"), ("prod(0*v[k] for k in span(1, n)) == 0", ""),
    ("sum(abs(a[k]) for k in span(1, n)) == sum(a[k] for k in span(1, n))", ""),
    ("sum(v[k] for k in span(1, n)) == sum(v[k] for k in span(1, i)) + sum(v[k] for k in span(i + 1, n))", ""),
    ("sum(v[k]*kron(k, i) for k in span(1, n)) == v[i]", ""), ("diff(x*y, x) == y", ""), ("diff(x**2, x) == 2*x", ""),
    ("diff(abs(x), x) == 1", "x > 0"), ("diff(v[i]*x, v[i]) == x", ""), ("diff(v[i]*u[j], v[i]) == u[j]", ""),
    ("diff(v[i]*v[j], v[i]) == v[j]", "i != j"), ("n*x/n == x", ""), ("o*x/o == x", "o >= 1"), ("x**(n - 1)*x == x**n", ""),
    ("sum(x for k in span(1, o)) == o*x", ""), ("o*q*x/o == q*x", ""), ("abs(z - x) == z - x", "x <= 0"),
    ("z + x**2 >= 0", ""), ("max(v[k] for k in span(1, n)) >= v[i]", ""), ("n*o >= o", ""), ("x <= y + z", "x <= y"),
    ("o >= q", ""), ("(i - l)*p >= 0", ""),
]  # fmt: skip
GIVEN = ["", "", "", "x >= 0", "x <= 0", "x >= y", "y != 0", "x == y", "i != j", "i == j", "t == 0", "v[i] >= 0", "x > 0",
         "v[i] == u[i]", "v == u", "x == 3", "n == 2", "m == n", "o >= 1"]  # fmt: skip
NUMBERS = [
    "x",
    "y",
    "z",
    "p",
    "x + 1",
    "-x",
    "x**2",
    "y - x",
    "n",
    "t",
    "v[i]",
    "a[i]",
    "v[j]",
    "{k}",
    "{k} - 1",
    "v[{k}]",
    "a[{k}]",
]
INTEGERS = ["n", "m", "1", "t", "i", "j", "o", "l", "i + 1", "n - 1", "n + 1", "2", "{k}", "{k}", "{k}", "{k} + 1", "x"]
ARRAYS = ["v", "u", "w", "a", "v + u", "2*a", "-v"]
AROUND = ["{}", "{}", "x*({}) + y", "({} if x > 0 else y)", "diff(y*({}), x)", "diff(x*({}), x)", "diff(v[i]*({}), v[i])",
          "sum({} for {k} in span(1, n))", "sum({} for {k} in span(1, i))", "sum({} for {k} in span(0, n))", "exp({})",
          "sum({} for {k} in span(2, n + 1))", "prod({} for {k} in span(1, n))", "max({} for {k} in span(1, n))",
          "(lambda {k}: {})(y)", "(lambda {k}: {})(t)", "sum({k}*({}) for {k} in span(1, o))", "-({})",
          "1/(2 + ({})**2)"]  # fmt: skip


def drawn(random: Random) -> tuple[Derivation, str, str]:
    """A statement that holds, a use of it, and under what it is used."""
    law, condition = random.choice(LAWS)
    claim, given = statement(law), random.choice([*GIVEN, condition, condition, condition])
    free, kinds = [*names(claim.formula.tree)], {s.name: s.kind for s in SYMBOLS}
    at = {}
    for name in free:
        if name in kinds and random.random() < 0.45:
            wanted = {"real": [*NUMBERS, *INTEGERS[:4]], "integer": INTEGERS, "vector": ARRAYS}[kinds[name]]
            at[name] = random.choice(wanted).replace("{k}", "k")
    instance = {name: parse(text).tree for name, text in at.items()}
    left, right = (ast.unparse(substitute(side.tree, instance)) for side in (claim.left, claim.right))
    pattern = random.choice([each for each in AROUND if "{k}" in each] if "k" in " ".join(at.values()) else AROUND)
    around: Callable[[str], str] = lambda text: pattern.replace("{k}", "k").replace("{}", text)  # noqa: E731
    relation = claim.relation if random.random() < 0.9 else "<="
    used = f"{around(left)} {relation} {around(right)}"
    last = around(right) if relation == "==" else f"{relation} {around(right)}"
    first = Part("Law", law, [Step(claim.right.text if claim.relation == "==" else f"{claim.relation} {claim.right.text}", "")],
                 given=[condition] if condition else [])  # fmt: skip
    second = Part("Use", used, [Step(last, using("Law", at=at))], given=[given] if given else [])
    return Derivation("T0", "", "", _spoken_of([first, second]), [first, second], ""), used, given


def _spoken_of(parts: list[Part]) -> list[Symbol]:
    """The symbols that the parts speak of, and those that these rest on."""
    used = {name for part in parts for f in part.formulas for name in names(f.tree)}
    while more := {name for s in SYMBOLS if s.name in used for name in s.mentions()} - used:
        used |= more
    return [s for s in SYMBOLS if s.name in used]


# --- their values --------------------------------------------------------------------------------------------------


def places(random: Random, given: str) -> Iterator[Place]:
    """Values of all symbols that meet the condition, for small sizes."""

    def some() -> Any:
        return mp.mpf(random.choice([-3, -2, -1, 0, 0, 1, 2, 5])) / random.choice([1, 2, 3])

    for _ in range(60):
        n, m, o = random.randint(1, 3), random.randint(1, 3), random.choice([0, 0, 1, 2])
        n, m = (2 if given == "n == 2" else n), (n if given == "m == n" else m)
        i, j, l = random.randint(1, n), random.randint(1, n), 1  # noqa: E741
        place = {
            "x": some(), "y": some(), "z": abs(some()), "p": abs(some()) + 1, "n": n, "m": m, "o": o, "i": i,
            "t": random.randint(-2, 3), "j": i if given == "i == j" else j, "l": random.randint(l, i),
            "q": random.randint(1, max(o, 1)),
            "v": {k: some() for k in range(1, n + 1)}, "u": {k: some() for k in range(1, n + 1)},
            "w": {k: some() for k in range(1, m + 1)}, "a": {k: abs(some()) + 1 for k in range(1, n + 1)},
        }  # fmt: skip
        tied = {"x == y": {"x": place["y"]}, "x == 3": {"x": mp.mpf(3)}, "t == 0": {"t": 0}, "v == u": {"v": place["u"]}}
        place |= tied.get(given, {})
        if given == "v[i] == u[i]":
            place["v"][i] = place["u"][i]
        if not given or eval(given, {"__builtins__": {}}, place):
            yield place


def _computed(text: str) -> str:
    """The formula with arrays that are added or multiplied replaced: they are entries once they are asked for one."""

    class Entries(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
            self.generic_visit(node)
            match node.value:
                case ast.BinOp(left, op, right):
                    one, other = (e if isinstance(e, ast.Constant) else entry(e, node.slice) for e in (left, right))
                    return ast.BinOp(one, op, other)
                case ast.UnaryOp(op, inner):
                    return ast.UnaryOp(op, entry(inner, node.slice))
            return node

    def entry(array: ast.expr, at: ast.expr) -> ast.expr:
        return Entries().visit(ast.Subscript(array, at, ast.Load()))

    return ast.unparse(Entries().visit(ast.parse(text, mode="eval")))


FUNCTIONS = {"sqrt": root, "floor": mp.floor, "sin": mp.sin, "pi": mp.pi}


def wrong_at(used: str, given: str, random: Random) -> Place | None:
    """Where a use is false, or has no value on one side alone."""
    claim = statement(used)
    left, right = _computed(claim.left.text), _computed(claim.right.text)
    for place in places(random, given):
        if "q" in names(claim.formula.tree) and place["o"] < place["q"]:
            continue
        if (found := false_at(left, claim.relation, right, iter([place]), **FUNCTIONS)) is not None:
            return found
    return None


def refuse_false_uses(random: Random) -> bool:
    try:
        theory, used, given = drawn(random)
        holds = check(theory, {"SymPy"}).holds
    except DeclarationError:
        return False
    if holds:
        law, use = theory.parts
        wrong = wrong_at(used, given, random)
        told = f"{used} given {given or 'nothing'} by {law.statement} given {law.given}, {use.steps[0].rule.puts}"
        assert wrong is None, f"accepted, and false: {told} at {wrong}"
    return holds


def test_no_false_use_of_a_sample_is_accepted() -> None:
    assert accepted(refuse_false_uses, 1, 150) > 5


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_no_false_use_of_ten_thousand_is_accepted(seed: int) -> None:
    assert accepted(refuse_false_uses, 100 + seed, 500) > 20


if __name__ == "__main__":
    hunt(refuse_false_uses)
