"""A step that nothing refutes, and its reason does not reach, is told which reason would do."""

from __future__ import annotations

import pytest

from report.proof import (
    Derivation, Part, Step, algebra, calculation, check, define, definition, differentiation, integer, matrix, real, using,
    vector,
)  # fmt: skip
from report.prove.check import ADVICE, MAYBE
from report.prove.reasons.rule import Rule
from theory.vocabulary import SIGMA

N, INDEX = integer("n", "a size", least="2", high=4), integer("i", "an index", within=("1", "n"))
X, Z = real("x", "a number"), vector("z", "n", "a vector")
SQUARE = define("F(u)", "u**2", "the square")
SHARE = define("p[i]", "exp(z[i])/sum(exp(z[k]) for k in span(1, n))", "a share", shape=["n"])


def refused(claim: str, reason: Rule, *before: Part) -> str:
    """What is said of a claim that a single step does not reach for its reason."""
    part = Part("P", claim, [Step(because=reason)])
    symbols = [N, INDEX, Z] if "[" in claim else [X]
    defined = [each for each in (SQUARE, SHARE) if f"{each.name}{each.head.text[1]}" in claim]
    (failure,) = check(Derivation("T0", "", "", symbols, [*before, part], "", "", defined)).failures
    return failure


@pytest.mark.parametrize(
    ("claim", "reason", "remedy"),
    [
        ("F(x) + 1 == x**2 + 1", algebra("add"), 'definition("F")'),
        ("F(x) + (x + 1)**2 == F(x) + x**2 + 2*x + 1", definition("F"), 'algebra("…")'),
        ("diff(x**3, x) == 3*x**2", algebra("the power comes down"), 'differentiation("…")'),
        ("diff(F(x), x) == 2*x + F(x) - x**2", algebra("open it"), 'differentiation("…", unfold=["F"])'),
        ("p[i]*sum(kron(k, i)*z[k] for k in span(1, n)) == p[i]*z[i]", definition("p"), 'algebra("…")'),
        ("p[i] < 1", algebra("a share of two or more"), 'definition("p")'),
    ],
)
def test_the_reason_that_would_do_is_named(claim: str, reason: Rule, remedy: str) -> None:
    said = refused(claim, reason)
    assert f"It follows by {remedy}." in said
    assert MAYBE not in said


def test_a_part_is_put_in_at_the_index_that_a_sum_binds() -> None:
    shown = Part("One", "p[i]*2 == p[i] + p[i]", [Step(because=algebra("add"))])
    said = refused(
        "sum(p[k]*2 for k in span(1, n)) == sum(p[k] + p[k] for k in span(1, n))", using("One", at={"i": "n"}), shown
    )
    assert "at=" not in said
    said = refused("sum(p[k]*2 for k in span(1, n)) == sum(p[k] + p[k] for k in span(1, n))", using("One"), shown)
    assert 'using("One", at={"i": "k"})' in said


def test_a_definition_that_calls_itself_is_opened_on_one_side() -> None:
    time = integer("t", "steps done", least="0", high=4)
    weight = define("w(t)", "x if t == 0 else w(t - 1)/2", "the weight", symbols=[time])
    claim = "F(w(t + 1)) == F(w(t))/4"
    for reason, holds in ((definition("F", "w"), True), (definition("w"), False), (algebra("half of it"), False)):
        part = Part("P", claim, [Step(because=reason)])
        failures = check(Derivation("T0", "", "", [time, X], [part], "", "", [SQUARE, weight])).failures
        assert not failures if holds else 'It follows by definition("F", "w").' in failures[0]
    part = Part("P", "F(w(t + 1)) == F(w(t))/2", [Step(because=definition("F", "w"))])
    assert check(Derivation("T0", "", "", [time, X], [part], "", "", [SQUARE, weight])).failures


@pytest.mark.parametrize(
    ("claim", "holds"),
    [("F(x + 1) == F(x) + 2*x + 1", True), ("F(x + x) == F(2*x)", False), ("F(x) + x + x == F(x) + 2*x", False)],
)
def test_a_definition_is_opened_only_where_that_makes_it_true(claim: str, holds: bool) -> None:
    part = Part("P", claim, [Step(because=definition("F"))])
    assert bool(check(Derivation("T0", "", "", [X], [part], "", "", [SQUARE])).failures) is not holds


@pytest.mark.parametrize(("claim", "helps"), [("2*c**2 < 5*c**2", True), ("log(1 + exp(c)) <= c/2 + log(2) + c**2/8", False)])
def test_where_points_are_drawn_is_no_condition(claim: str, helps: bool) -> None:
    symbols = [integer("c", "how many", low=1)]
    (failure,) = check(Derivation("T0", "", "", symbols, [Part("P", claim, [Step(because="so")])], "", "")).failures
    assert ('It follows with given=["c > 0"]' in failure) is helps


def test_what_is_left_over_is_said_in_the_authors_names() -> None:
    part = Part("P", "abs(x*y - 1) < 1", [Step(because="so")], given=["x > 0", "x*y < 3"])
    (failure,) = check(Derivation("T0", "", "", [X, real("y", "a factor")], [part], "", "")).failures
    assert "abs(-1 + y*x)" in failure


def test_what_calls_itself_ends_where_the_symbol_of_its_parameter_does() -> None:
    weight = define("w(t)", "x if t == 0 else w(t - 1)/2", "the weight")
    part = Part("P", "w(t + 1) == w(t)/2", [Step(because=definition("w"))])
    for time, ends in ((integer("t", "steps", least="0", high=4), True), (integer("t", "steps", low=0, high=4), False)):
        failures = check(Derivation("T0", "", "", [X, time], [part], "", "", [weight])).failures
        assert not failures if ends else "calls itself and comes no nearer to an end" in failures[0]
        assert ends or "declared in the glossary or in the symbols= of 'w'" in failures[0]


def test_two_parts_are_two_steps() -> None:
    parts = [Part(label, "x + x == 2*x", [Step(because=algebra("add"))]) for label in ("One", "Two")]
    assert "using() puts in one part: “Two” is a step of its own" in refused("x + x == 2*x", using("One", "Two"), *parts)


def test_what_is_false_has_no_remedy_and_advice_is_given_once() -> None:
    assert "It follows" not in refused("F(x) == x**2 + 1", algebra("add"))
    hard = [Part(label, "log(1 + exp(x)) <= x/2 + log(2) + x**2/8", [Step(because=calculation(""))]) for label in "AB"]
    failures = check(Derivation("T0", "", "", [X], hard, "", "")).failures
    assert [MAYBE in failure for failure in failures] == [True, True]
    assert [ADVICE in failure for failure in failures] == [False, True]


def through_a_layer(claim: str, *unfolded: str, also: str = "0") -> str:
    """What is said of the gradient of a loss behind a sigmoid behind a linear layer."""
    symbols = [
        integer("n", "inputs", least="1", high=4),
        integer("k", "outputs", least="1", high=4),
        vector("x", "n", "inputs"),
    ]
    layer = define("H[o]", "sum(W[q, o]*x[q] for q in span(1, n))", "the outputs", shape=["k"])
    loss = define("e", f"sum(sigma(H[l]) + {also} for l in span(1, k))", "a loss")
    part = Part("P", claim, [Step(because=differentiation("back through the layer", unfold=list(unfolded)))])
    symbols.append(matrix("W", "n", "k", "weights"))
    return "\n".join(check(Derivation("T0", "", "", symbols, [part], "", "", [SIGMA, layer, loss])).failures)


def test_a_slope_of_what_is_shut_names_what_to_unfold() -> None:
    assert not through_a_layer("grad(e, W) == x@grad(e, H).T", "e", "sigma", "H")
    said = through_a_layer("grad(e, W) == x@grad(e, H).T", "e", "H")
    assert "the slope of sigma is asked for: unfold it, too" in said
    assert "It follows by differentiation" in said


def test_nothing_is_refuted_far_off_where_digits_end() -> None:
    """There 1 - sigma is 0 to thirty digits, which has no logarithm."""
    said = through_a_layer("grad(e, W) == x@grad(e, H).T", "e", "H", also="log(1 - sigma(H[l]))")
    assert "unfold it, too" in said
    assert "no value" not in said
