"""What ``using`` must refuse: a statement put to use where it was not shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from report.proof import (
    Derivation, Part, Proof, Step, check, cyclic, define, definition, entrywise, function, integer, real, reindex, signal,
    using, vector,
)  # fmt: skip
from report.prove.language.formula import statement
from report.prove.language.glossary import Definition, Symbol
from report.prove.reasons.rule import Rule


def checked(law: Part, use: Part, symbols: Sequence[Symbol], definitions: Sequence[Definition] = ()) -> Proof:
    """A derivation of two parts, decided by SymPy alone."""
    return check(Derivation("T0", "", "", symbols, [law, use], "", "", definitions), {"SymPy"})


def test_a_definition_keeps_its_own_symbols() -> None:
    law = Part("Law", "P(x)(t) == s*x(t)", [Step("s*x(t)", "")])
    use = Part("Use", "P(x)(t) == 1*x(t)", [Step("1*x(t)", using("Law", at={"s": "1"}))])
    definition = define("P(x)(i)", "s*x(i)", "", symbols=[signal("x", ""), integer("i", "")])
    found = checked(law, use, [signal("x", ""), integer("t", ""), integer("s", "")], [definition])
    assert any("cannot put 1 for 's': 'P' depends on it" in failure for failure in found.failures)


def test_a_vector_keeps_its_size() -> None:
    total = "sum(v[j] for j in span(1, n))"
    law = Part("Law", f"{total} == {total}*1", [Step(f"{total}*1", "")])
    use = Part("Use", "sum(v[j] for j in span(1, m)) == m*n", [Step("m*n", using("Law", at={"n": "m"}))])
    found = checked(law, use, [integer("n", "", least="1"), integer("m", "", least="1"), vector("v", "n", "")])
    assert any("cannot put m for 'n': 'v' depends on it" in failure for failure in found.failures)


@pytest.mark.parametrize(
    ("put", "accepted"), [("m", True), ("m + 1", True), ("m - 1", False), ("y", False), ("1/2", False), ("0", False)]
)
def test_what_is_put_for_a_symbol_must_lie_in_its_domain(put: str, accepted: bool) -> None:
    law = Part("Law", "abs(n) == n", [Step("n", "")])
    use = Part("Use", f"abs({put}) == {put}", [Step(put, using("Law", at={"n": put}))])
    keep = Part("Uses every name", "m*y == y*m", [Step("y*m", "")])
    symbols = [integer("n", "", least="1"), integer("m", "", least="1"), real("y", "")]
    found = check(Derivation("T0", "", "", symbols, [law, use, keep], "", ""), {"SymPy"})
    assert found.holds is accepted


@pytest.mark.parametrize(("upper", "accepted"), [("n", True), ("n - 1", True), ("n + 1", False), ("m", False)])
def test_an_index_that_a_sum_binds_lies_between_its_ends(upper: str, accepted: bool) -> None:
    law = Part("Law", "abs(k + 1) == k + 1", [Step("k + 1", "")])
    total = f"sum({{}}*y for j in span(1, {upper}))"
    claim = f"{total.format('abs(j + 1)')} == {total.format('(j + 1)')}"
    use = Part("Use", claim, [Step(total.format("(j + 1)"), using("Law", at={"k": "j"}))])
    keep = Part("Uses every name", "m*y == y*m", [Step("y*m", "")])
    symbols = [integer("n", "", least="1"), integer("k", "", within=("1", "n")), integer("m", "", least="1"), real("y", "")]
    assert check(Derivation("T0", "", "", symbols, [law, use, keep], "", ""), {"SymPy"}).holds is accepted


@pytest.mark.parametrize(
    ("law", "lower", "accepted"),
    [
        ("abs(z) == z", "0", True), ("abs(z) == z", "2", True), ("abs(z) == z", "-1", False),
        ("abs(z) == z", "m", True), ("abs(z) == z", "m - 2", False),
        ("sign(p) == 1", "1", True), ("sign(p) == 1", "0", False), ("abs(m) == m", "1", True), ("abs(m) == m", "0", False),
    ],
)  # fmt: skip
def test_an_index_that_a_sum_binds_is_as_large_as_its_first_one(law: str, lower: str, accepted: bool) -> None:
    left, _, right = law.partition(" == ")
    name = right if right != "1" else "p"
    total = f"sum({{}}*y for j in span({lower}, n))"
    before, after = (total.format(side.replace(f"({name})", "(j)") if side != name else "j") for side in (left, right))
    use = Part("Use", f"{before} == {after}", [Step(after, using("Law", at={name: "j"}))])
    keep = Part("Uses every name", "m*y*z*p == p*z*y*m", [Step("p*z*y*m", "")])
    symbols = [
        integer("n", "", least="1"), integer("m", "", least="1"), real("z", "", least="0"), real("p", "", above="0"),
        real("y", ""),
    ]  # fmt: skip
    found = check(Derivation("T0", "", "", symbols, [Part("Law", law, [Step(right, "")]), use, keep], "", ""), {"SymPy"})
    assert found.holds is accepted


@pytest.mark.parametrize(
    ("law", "use", "at"),
    [
        ("exp(x) > 0", "sin(x) > 0", {"exp": "sin"}),
        ("pi + x > x", "y + x > x", {"pi": "y"}),
        ("imag*imag + x == x - 1", "x*x + x == x - 1", {"imag": "x"}),
        ("floor(x) <= x", "ceil(x) <= x", {"floor": "ceil"}),
        ("M == x + 1", "y == x + 1", {"M": "y"}),
        ("k(x) >= 0", "h(x) >= 0", {"k": "h"}),
        ("x**2 >= 0", "(imag*y)**2 >= 0", {"x": "imag*y"}),
        ("norm(v)**2 >= 0", "norm(v)**2*(-1) >= 0", {"v": "imag*v"}),
        ("h(x)**2 >= 0", "(imag*x)**2 >= 0", {"h": "lambda r: imag*r"}),
        ("floor(t) == t", "floor(pi) == pi", {"t": "pi"}),
    ],
)
def test_what_every_formula_may_use_and_what_is_defined_does_not_vary(law: str, use: str, at: dict[str, str]) -> None:
    defined = [define("M", "x + 1", ""), define("k(r)", "r**2", "")]
    numbers = [real("x", ""), real("y", ""), integer("n", "", least="1"), integer("t", "")]
    shown, put = statement(law), statement(use)
    parts = [
        Part("Law", law, [Step(f"{shown.relation} {shown.right}", "")]),
        Part("Use", use, [Step(f"{put.relation} {put.right}", using("Law", at=at))]),
        Part("Uses every name", "x*y*t*v[n]*h(x)*M*k(x) == y*x*t*v[n]*h(x)*M*k(x)", [Step(because="")]),
    ]
    symbols = [*numbers, vector("v", "n", ""), function("h", "")]
    found = check(Derivation("T0", "", "", symbols, parts, "", "", defined), {"SymPy"})
    assert [failure for failure in found.failures if "'Use', step 1" in failure or "cannot put" in failure]


@pytest.mark.parametrize(("name", "body"), [("i*v == w", ""), ("c*v == w", "i")])
def test_an_entry_of_one_place_says_nothing_of_all(name: str, body: str) -> None:
    size, place = integer("n", "", least="1"), integer("i", "", within=("1", "n"))
    factor = name.partition("*")[0]
    defined = [define("w[q]", "q*v[q]", "", shape=["n"]), *([define("c", body, "")] if body else [])]
    entry = Part("E", f"{factor}*v[i] == w[i]", [Step(because=definition("w", *(["c"] if body else [])))])
    whole = Part("All", name, [Step(because=entrywise("E", "i"))])
    found = check(Derivation("T0", "", "", [size, place, vector("v", "n", "")], [entry, whole], "", "", defined), {"SymPy"})
    assert [failure for failure in found.failures if "'All'" in failure] == list(found.failures) != []


@pytest.mark.parametrize(
    ("claim", "rule"),
    [
        ("sum(kron(k, 0) for k in Z) == sum(kron(j + x, 0) for j in Z)", reindex("j = k - x")),
        (
            "sum(cos(pi*i/n)**2 for i in span(0, n - 1)) == sum(cos(pi*(m + t/2)/n)**2 for m in span(0, n - 1))",
            cyclic("m = i - t/2", "n"),
        ),
    ],
)
def test_an_index_is_moved_by_an_integer(claim: str, rule: Rule) -> None:
    symbols = [real("x", ""), integer("n", "", least="1"), integer("t", "")]
    parts = [Part("P", claim, [Step(because=rule)]), Part("Uses every name", "x*n*t == t*n*x", [Step(because="")])]
    (refused,) = check(Derivation("T0", "", "", symbols, parts, ""), {"SymPy"}).failures
    assert "SymPy cannot prove it by substitute" in refused


@pytest.mark.parametrize("size", ["x", "n/2", "-1"])
def test_a_size_is_a_whole_number(size: str) -> None:
    symbols = [integer("n", "", least="1"), real("x", ""), vector("z", size, "")]
    part = Part("P", "2*z + n*x*z == z + z + x*n*z", [Step(because="")])
    assert any("is not known to be a whole number" in f for f in check(Derivation("T0", "", "", symbols, [part], "")).failures)


@pytest.mark.parametrize("head", ["F(x, x)", "F(exp)", "F(pi)"])
def test_a_parameter_has_a_name_of_its_own(head: str) -> None:
    name = head.removeprefix("F(").removesuffix(")").split(", ")
    part = Part("P", f"F({', '.join('1' for _ in name)}) == 1", [Step(because="")])
    found = check(Derivation("T0", "", "", [], [part], "", "", [define(head, name[0], "")]))
    assert any("a parameter of 'F'" in failure for failure in found.failures)


@pytest.mark.parametrize(
    ("law", "claim", "accepted"),
    [
        ("loss == x**4", "diff(loss, z) == diff(x**4, z)", False),  # z is x² there, and no variable
        ("z*y == x**2*y", "diff(z*y, z) == diff(x**2*y, z)", False),
        ("sum(q[k] for k in span(1, n)) == n*x", "diff(sum(q[k] for k in span(1, n)), q[1]) == diff(n*x, q[1])", False),
        ("loss == z**2", "diff(loss, z) == diff(z**2, z)", True),
        ("loss == x**4", "loss*diff(y*z, z) == x**4*diff(y*z, z)", True),
        ("(y + 1)**2 == y**2 + 2*y + 1", "diff((y + 1)**2*z, z) == diff((y**2 + 2*y + 1)*z, z)", True),
    ],
)
def test_a_statement_that_opens_what_a_derivative_is_taken_by_is_not_put_into_it(law: str, claim: str, accepted: bool) -> None:
    parts = [Part("Law", law, [Step(because="")]), Part("Use", claim, [Step(because=using("Law"))])]
    parts += [Part("Uses every name", "n*x*y*loss*q[1] == q[1]*loss*y*x*n", [Step(because="")])]
    defined = [define("z", "x**2", ""), define("loss", "z**2", ""), define("q[k]", "x", "", shape=["n"])]
    theory = Derivation("T0", "", "", [real("x", ""), real("y", ""), integer("n", "", least="1")], parts, "", "", defined)
    assert check(theory, {"SymPy"}).holds is accepted
