"""Conditions on whole vectors and matrices: ``given=["u == zeros(n)"]``."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from report.proof import (
    Derivation, Part, Proof, Step, Symbol, algebra, calculation, check, function, integer, matrix, real, using, vector,
)  # fmt: skip

SYMBOLS = [integer("n", "", least="1", high=3), vector("u", "n", ""), matrix("W", "n", "n", ""), vector("v", "n", "")]
KEEP = Part("Uses every name", "W @ u + v == v + W @ u", [Step("v + W @ u", "")])


def uses(symbol: Symbol) -> Part:
    """A part that speaks of the symbol, so that it is declared for something."""
    return Part(f"Uses {symbol.name}", f"{symbol.name} + {symbol.name} == 2*{symbol.name}", [Step(f"2*{symbol.name}", "")])


def checked(statement: str, given: Sequence[str], reason: object = "", before: Sequence[Part] = ()) -> Proof:
    part = Part("Claim", statement, [Step(statement.split("==")[1], reason)], given=given)  # type: ignore[arg-type]
    return check(Derivation("T0", "", "", SYMBOLS, [*before, part, KEEP], "", ""))


@pytest.mark.parametrize(
    ("statement", "given", "accepted"),
    [
        ("u @ u.T == zeros(n, n)", ["u == zeros(n)"], True),
        ("u + v == v*1", ["u == zeros(n)"], True),
        ("u + v == v*1", ["v == zeros(n)"], False),
        ("sum(u[k]*v[k] for k in span(1, n)) == 3*sum(v[k] for k in span(1, n))", ["u == 3*ones(n)"], True),
        ("sum(u[k]*v[k] for k in span(1, n)) == 2*sum(v[k] for k in span(1, n))", ["u == 3*ones(n)"], False),
        ("W @ v == 1*v", ["W == identity(n)"], True),
        ("W @ v == -v", ["W == identity(n)"], False),
        ("diff(sum(u[k]**2 for k in span(1, n)), u[1]) == 0", ["u == zeros(n)"], True),
        ("diff(sum(u[k] for k in span(1, n)), u[1]) == 0", ["u == zeros(n)"], False),
    ],
)
def test_entries_are_known_where_they_are_used(statement: str, given: list[str], accepted: bool) -> None:
    assert checked(statement, given).holds is accepted


@pytest.mark.parametrize("method", ["SymPy", "numeric"])
def test_a_derivative_that_is_not_carried_out_keeps_its_variable(method: str) -> None:
    statement = "diff(u[1]**2, u[1]) == diff(u[1], u[1])"
    part = Part("Claim", statement, [Step(statement.split("==")[1], algebra(""))], given=["u == zeros(n)"])
    assert not check(Derivation("T0", "", "", SYMBOLS, [part, KEEP], "", ""), {method}).holds


@pytest.mark.parametrize(("given", "right", "accepted"), [
    ("u == zeros(n)", "0", False), ("u == zeros(n)", "diff(h(v[1]), v[1])", False), ("u == v", "diff(h(v[1]), v[1])", True),
])  # fmt: skip
def test_a_derivative_by_an_entry_is_not_taken_by_its_value(given: str, right: str, accepted: bool) -> None:
    part = Part("Claim", f"diff(h(u[1]), u[1]) == {right}", [Step(right, "")], given=[given])
    found = check(Derivation("T0", "", "", [*SYMBOLS, function("h", "")], [part, KEEP], "", ""), {"SymPy"})
    assert found.holds is accepted
    assert "wrt" not in " ".join(found.failures)


@pytest.mark.parametrize("condition", ["u == u + v", "u == zeros(n + 1)", "u + v == zeros(n)"])
def test_a_condition_names_an_array_and_its_value(condition: str) -> None:
    assert not checked("u @ v.T == 2*u @ v.T", [condition]).holds


@pytest.mark.parametrize(("given", "accepted"), [(["u == zeros(n)"], True), (["v == zeros(n)"], False), ([], False)])
def test_a_statement_is_put_to_use_only_under_its_condition(given: list[str], accepted: bool) -> None:
    law = Part("Law", "sum(u[k]*v[k] for k in span(1, n)) == 0", [Step("0", "")], given=["u == zeros(n)"])
    assert checked("1 + sum(u[k]*v[k] for k in span(1, n)) == 1", given, using("Law"), [law]).holds is accepted


@pytest.mark.parametrize(("at", "lacking"), [({}, "v == zeros(n)"), ({"v": "u"}, "u == zeros(n)")])
def test_the_condition_is_named_that_a_statement_was_shown_under(at: dict[str, str], lacking: str) -> None:
    law = Part("Law", "sum(v[k]**2 for k in span(1, n)) == 0", [Step("0", "")], given=["v == zeros(n)"])
    total = f"sum({'u' if at else 'v'}[k]**2 for k in span(1, n))"
    found = checked(f"1 + {total} == 1", [], using("Law", at=at), [law])
    assert any(f"“Law” was shown under {lacking}, which does not follow here" in failure for failure in found.failures)


def test_a_condition_on_what_a_sum_binds_does_not_follow() -> None:
    index = integer("i", "", within=("1", "n"))
    law = Part("Law", "abs(v[i]) == v[i]", [Step("v[i]", "")], given=["v[i] >= 0"])
    total = "sum({}*u[k] for k in span(1, n))"
    use = Step(total.format("v[k]"), using("Law", at={"i": "k"}))
    part = Part("Use", f"{total.format('abs(v[k])')} == {total.format('v[k]')}", [use], given=["v[i] >= 0"])
    (*_, refused) = check(Derivation("T0", "", "", [*SYMBOLS, index], [law, part, KEEP], "", ""), {"SymPy"}).failures
    assert "“Law” was shown under v[k] >= 0, which does not follow here" in refused


@pytest.mark.parametrize(
    ("statement", "accepted"),
    [
        ("v[1] - diff(sum(u[k]**2 for k in span(1, n)), u[1]) == v[1] - 0", True),
        ("diff(diff(sum(u[k]**2 for k in span(1, n)), u[1]), u[1]) == diff(0, u[1])", False),
    ],
)
def test_what_holds_under_a_condition_is_not_put_into_a_derivative(statement: str, accepted: bool) -> None:
    law = Part("Law", "diff(sum(u[k]**2 for k in span(1, n)), u[1]) == 0", [Step("0", "")], given=["u == zeros(n)"])
    part = Part("Claim", statement, [Step(statement.split("==")[1], using("Law"))], given=["u == zeros(n)"])
    assert check(Derivation("T0", "", "", SYMBOLS, [law, part, KEEP], "", ""), {"SymPy"}).holds is accepted


@pytest.mark.parametrize(
    ("symbol", "statement", "given"),
    [
        (real("x", ""), "(x - 1)*(x - 2) >= 0", ["x >= 2"]),
        (real("x", ""), "x >= 1", ["x > 100"]),
        (real("x", ""), "x <= 0", ["-7 > x"]),
        (real("x", ""), "x <= 3", ["x >= 2", "x <= 5/2"]),
        (integer("x", "", least="1", high=5), "x >= 3", ["x >= 20"]),
        (integer("x", "", least="1", high=5), "x >= 3", ["5 <= x", "x <= 6"]),
    ],
)
def test_points_are_drawn_where_a_condition_lets_them_be(symbol: Symbol, statement: str, given: list[str]) -> None:
    _, relation, right = statement.rsplit(" ", 2)
    part = Part("P", statement, [Step(f"{relation} {right}", "")], given=given)
    assert not check(Derivation("T0", "", "", [symbol], [part], "")).failures


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("max(sum(1/0 for k in span(0, n)), 3) >= 1/2", "cannot be used"),
        ("v >= zeros(n)", "of whole arrays only u == zeros(n) can be given"),
        ("v == 0", "of whole arrays only u == zeros(n) can be given"),
        ("implies(v[1] > 1, v[1] > 0)", "is what a part states, and stands in no formula"),
        ("v[1]", "a condition is a relation"),
    ],
)
def test_what_is_no_condition_is_said_to_be_none(given: str, says: str) -> None:
    (*_, refused) = checked("sum(u[k]*v[k] for k in span(1, n)) == 0", [given], calculation(""), []).failures
    assert says in refused


@pytest.mark.parametrize("given", [
    "x > 1; x < 0", "x > y; y > z; z > x", "x == y; x > y", "abs(x) < 1; x**2 >= 1", "exp(x) < 1; x > 0", "sin(x) > 1", "i > n",
    "log(x) > 0; x > 0; x < 1", "x*y > 0; x > 0; y < 0", "x >= 1; y >= 1; x*y < 1", "x > 1; 1/x > 1", "x**2 + y**2 < 2*x*y",
    "max(x, y) < 0; x > 0", "x**2 - 3*x + 2 > 0; x > 1; x < 2", "floor(x) > x", "mod(n, 2) == 0; mod(n, 2) == 1",
    "mod(n, 4) == 1; mod(n, 2) == 0", "n == 2*i; mod(n, 2) == 1", "norm(u) < 0", "u == v; u[i] != v[i]",
])  # fmt: skip
def test_conditions_that_contradict_each_other_are_said_to_do_so(given: str) -> None:
    """Everything follows from them, and no witness is asked."""
    symbols = [*SYMBOLS, *(real(name, "") for name in "xyz"), integer("i", "", within=("1", "n"))]
    part = Part("P", "z == z + 1", [Step("z + 1", "")], given=given.split("; "))
    (refused,) = check(Derivation("T0", "", "", symbols, [part, *map(uses, symbols)], "", ""), {"SymPy"}).failures
    assert "nothing satisfies" in refused


@pytest.mark.parametrize(
    "given", ["x >= 1; x <= 1", "mod(n, 2) == 1; n > 2", "x**2 == 1; x < 0", "abs(x) <= 1; x**2 >= 1", "i >= n"]
)
def test_conditions_that_something_meets_are_used(given: str) -> None:
    symbols = [*SYMBOLS, real("x", ""), integer("i", "", within=("1", "n"))]
    part = Part("P", "v + u == u + v", [Step("u + v", "")], given=given.split("; "))
    assert not check(Derivation("T0", "", "", symbols, [part, *map(uses, symbols)], "", ""), {"SymPy"}).failures


NOT_NEGATIVE, LARGER = "all(u[k] >= 0 for k in span(1, n))", "all(u[k] <= v[k] for k in span(1, n))"


@pytest.mark.parametrize(
    ("statement", "given", "accepted"),
    [
        ("abs(u[1]) == u[1]", NOT_NEGATIVE, True),
        ("sum(sqrt(u[k])**2 for k in span(1, n)) == sum(u[k] for k in span(1, n))", NOT_NEGATIVE, True),
        ("abs(v[1] - u[1]) == v[1] - u[1]", LARGER, True),
        ("max(u[1], v[1]) == v[1]", LARGER, True),
        ("max(max(u[k] for k in span(1, n)), 7) == 1*7", "all(u[k] < 7 for k in span(1, n))", True),
        ("diff(sum(u[k]*v[k] for k in span(1, n)), v[1]) == 1*u[1]", LARGER, True),
        ("abs(v[1]) == v[1]", NOT_NEGATIVE, False),
        ("max(u[1], v[1]) == u[1]", LARGER, False),
        ("sign(u[1]) == 1", NOT_NEGATIVE, False),
        ("diff(sum(u[k] for k in span(1, n)), v[1]) == 1", LARGER, False),
        ("diff(abs(u[1]), u[1]) == 1", NOT_NEGATIVE, False),
        ("abs(u[1]) == u[1]", "all(u[k] >= 0 for k in span(2, n))", False),
        ("abs(u[n]) == u[n]", "all(u[k] >= 0 for k in span(1, n - 1))", False),
        ("abs(u[1]) == u[1]", "all(u[k]**2 >= 0 for k in span(1, n))", False),
        ("u[1] == v[1]", "all(u[k] >= 1/(k - 1) for k in span(1, n))", False),
    ],
)
def test_an_order_is_given_of_all_entries(statement: str, given: str, accepted: bool) -> None:
    assert check_by_sympy(statement, given) is accepted


def check_by_sympy(statement: str, given: str) -> bool:
    part = Part("Claim", statement, [Step(statement.split("==")[1], "")], given=[given])
    return check(Derivation("T0", "", "", SYMBOLS, [part, KEEP], "", ""), {"SymPy"}).holds


def test_what_was_shown_under_an_order_of_all_entries_is_no_law() -> None:
    lemma = Part("Lemma", "abs(u[1]) == u[1]", [Step("u[1]", "")], given=[NOT_NEGATIVE])
    assert not checked("abs(u[1]) == u[1]", [], using("Lemma"), [lemma]).holds
    assert not checked("2*abs(v[1]) == 2*v[1]", [NOT_NEGATIVE], using("Lemma", at={"u": "v"}), [lemma]).holds
