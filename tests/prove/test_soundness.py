"""False statements that a careless checker would prove: SymPy's reading alone must refuse each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
import sympy as sp

from report.proof import (
    Definition,
    Derivation,
    Part,
    Step,
    Symbol,
    algebra,
    calculation,
    check,
    define,
    definition,
    differentiation,
    finite,
    function,
    integer,
    linearity,
    matrix,
    operator,
    real,
    reindex,
    signal,
    using,
    vector,
)  # fmt: skip
from report.prove.decide.conditions import Facts, Inequality
from report.prove.decide.weights import under_weights
from report.prove.reasons.rule import Rule

X, Y = real("x", ""), real("y", "")
N, M = integer("n", "", least="1"), integer("m", "", least="1")
INDEX, J, T = integer("i", "", within=("1", "n")), integer("j", "", within=("1", "n")), integer("t", "")
F, G = signal("f", ""), signal("g", "")
V, W = vector("v", "n", ""), matrix("W", "n", "n", "")
L = operator("L", "", linear=True)
H = function("h", "")

FALSE: list[tuple[str, str, Sequence[Symbol]]] = [
    # a case that holds at every index is not a case that holds at one
    ("sum(abs(v[k]) for k in span(1, n))", "abs(sum(v[k] for k in span(1, n)))", [N, V]),
    ("sum(max(0, v[k]) for k in span(1, n))", "max(0, sum(v[k] for k in span(1, n)))", [N, V]),
    ("sum(max(0, f(k))*g(k) for k in Z)", "sum(f(k)*g(k) for k in Z)", [F, G]),
    # an index of a sum must not capture one inside
    ("sum(v[k]/sum(W[k, q] for q in span(1, n)) for k in span(1, n))",
     "sum(v[k]/sum(W[q, q] for q in span(1, n)) for k in span(1, n))", [N, V, W]),
    ("sum(exp(sum(W[k, q] for q in span(1, n))) for k in span(1, n))",
     "sum(exp(sum(W[q, q] for q in span(1, n))) for k in span(1, n))", [N, W]),
    ("sum(exp(sum(W[k, q] for q in span(1, n))) for k in span(1, n))",
     "sum(exp(sum(W[q, k] for q in span(1, n))) for k in span(1, n))", [N, W]),
    # nor one that SymPy makes of the exponential of a sum, nor a product another one
    ("sum(v[k]*exp(sum(f(j + 2*k) for j in span(1, n))) for k in span(1, n))",
     "sum(v[k]*exp(sum(f(3*j - 2) for j in span(1, n))) for k in span(1, n))", [N, V, F]),
    ("prod(1 + prod(W[j, k] for j in span(1, n)) for k in span(1, n))",
     "prod(1 + prod(W[k, j] for j in span(1, n)) for k in span(1, n))", [N, W]),
    # f(k + |k|) is f(0) at every k below 0
    ("sum(f(k + abs(k)) for k in Z)", "sum(f(abs(q) + q) for q in Z)", [F]),
    # nor a dot one inside
    ("L(lambda a: L(lambda b: f(b - a))(t))(t)", "L(lambda a: L(lambda b: f(b - b))(t))(t)", [L, F, T]),
    ("L(lambda a: f(a)*f(t))(t)", "L(lambda a: f(a)*f(a))(t)", [L, F, T]),
    # sums
    ("sum(v[k]*v[q] for k in span(1, n) for q in span(1, n))", "sum(v[k]*v[k] for k in span(1, n))", [N, V]),
    ("sum(v[k] for k in span(1, n))**2", "sum(v[k]**2 for k in span(1, n))", [N, V]),
    ("sum(1 for k in span(1, n - 3))", "n - 3", [N]),
    ("sum(f(k)*g(t - k) for k in Z)", "sum(f(k)*g(t + k) for k in Z)", [F, G, T]),
    ("sum(f(2*k) for k in Z)", "sum(f(k) for k in Z)", [F]),
    ("sum(f(k) for k in N)", "sum(f(k) for k in Z)", [F]),
    ("sum(kron(k, m)*v[k] for k in span(1, n))", "v[m]", [N, M, V]),
    ("sum(kron(k, i)*v[k] for k in span(1, n - 1))", "v[i]", [N, INDEX, V]),
    ("kron(i, j)*v[i]", "v[j]", [N, INDEX, J, V]),
    # derivatives
    ("diff(abs(x), x)", "1", [X]),
    ("diff(h(2*x), x)", "diff(h(x), x)", [X, H]),
    ("diff(sum(v[k]**2 for k in span(1, n)), v[i])", "2*v[j]", [N, INDEX, J, V]),
    ("diff(v[i]*v[j], v[i])", "v[j]", [N, INDEX, J, V]),
    ("grad(v.T @ W @ v, v)", "2*W @ v", [N, V, W]),
    # roots and logarithms
    ("sqrt(x**2)", "x", [X]),
    ("log(x*y)", "log(x) + log(y)", [X, Y]),
    ("log(x**2)", "2*log(x)", [X]),
    # matrices
    ("W @ W.T", "W.T @ W", [N, W]),
    ("trace(W @ W)", "trace(W @ W.T)", [N, W]),
    ("norm(W)**2", "trace(W @ W)", [N, W]),
    ("floor(x/2)*2", "x", [X]),
    ("floor(t/2)*2", "t", [T]),
    ("mod(t, n)", "t", [T, N]),
]  # fmt: skip


@pytest.mark.parametrize(("left", "right", "symbols"), FALSE)
def test_a_false_equation_is_not_proved(left: str, right: str, symbols: Sequence[Symbol]) -> None:
    for rule in (calculation("so"), algebra("so")):
        part = Part("Part", f"{left} == {right}", [Step(right, rule)])
        assert check(Derivation("T0", "", "", symbols, [part], "", ""), {"SymPy"}).failures


def decided(parts: Sequence[Part], symbols: Sequence[Symbol]) -> bool:
    return not check(Derivation("T0", "", "", symbols, parts, "", ""), {"SymPy"}).failures


def holds(left: str, right: str, symbols: Sequence[Symbol], *given: str) -> bool:
    return decided([Part("P", f"{left} == {right}", [Step(right, "")], given=given)], symbols)


@pytest.mark.parametrize("around", ["{}", "abs({})", "sign({})", "x + sign({})"])
def test_an_empty_product_of_zeros_is_one(around: str) -> None:
    product = around.format("prod(x for k in span(1, n))")
    assert not holds(product, "0", [integer("n", "", least="0"), X], "x == 0")
    assert holds(product, "0", [N, X], "x == 0")


def test_sums_are_compared_however_they_are_spelled() -> None:
    total, moved = "sum(v[k] for k in span(1, n))", "sum(v[q + 1] for q in span(0, n - 1))"
    given = "sum(v[i] for i in span(1, n))"
    for spelled in (total, moved):
        assert holds(f"x/{spelled}*{total}", "x", [N, X, V], f"{given} != 0")
        assert holds(f"sqrt({spelled})**2", total, [N, V], f"{given} >= 0")
        assert not holds(f"x/{spelled}*{total}", "x", [N, X, V], "x != 0")
    assert not holds(f"x/sum(v[k + 1] for k in span(1, n - 1))*{total}", "x", [N, X, V], f"{given} != 0")


def test_a_sum_may_be_turned_around() -> None:
    assert holds("sum(sign(-k)*f(k) for k in Z)", "sum(sign(k)*f(-k) for k in Z)", [F])
    assert not holds("sum(sign(-k)*f(k) for k in Z)", "sum(sign(k)*f(k) for k in Z)", [F])


def test_what_is_positive_is_not_zero() -> None:
    assert holds("x*y/(x*y)", "1", [X, Y], "x*y > 0")
    assert not holds("x*y/(x*y)", "1", [X, Y], "x*y >= 0")


def test_what_holds_at_a_point_is_not_differentiated() -> None:
    assert not decided(
        [Part("P", "diff(x, x) == diff(x**2, x)", [Step("diff(x**2, x)", algebra("so"))], given=["x == 0"])], [X]
    )
    law = Part("Law", "x == x**2", [Step("x**2", "")], given=["x == 0"])
    use = Part("Use", "diff(x, x) == diff(x**2, x)", [Step("diff(x**2, x)", using("Law"))], given=["x == 0"])
    assert decided([law], [X])
    assert not decided([law, use], [X])


def test_an_equation_does_not_give_a_strict_inequality() -> None:
    law = Part("Law", "x + x == 2*x", [Step("2*x", "")])
    assert not decided([law, Part("Use", "x + x < 2*x", [Step("< 2*x", using("Law"))])], [X])
    assert decided([law, Part("Use", "x + x <= 2*x", [Step("<= 2*x", using("Law"))])], [X])


@pytest.mark.parametrize(
    ("left", "relation", "right"),
    [
        ("x", "<", "x"),
        ("x", "<=", "x**2"),
        ("abs(x)", ">", "0"),
        ("x**2 + y**2", ">=", "3*x*y"),
        ("max(x, y)", "<=", "x"),
        ("x", "!=", "y"),
    ],
)
def test_a_false_inequality_is_not_proved(left: str, relation: str, right: str) -> None:
    part = Part("Part", f"{left} {relation} {right}", [Step(f"{relation} {right}", "so")])
    assert check(Derivation("T0", "", "", [X, Y], [part], "", ""), {"SymPy"}).failures


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ("x <= y", "y <= x"),
        ("2*x <= y", "x <= y"),
        ("t <= x", "t <= ceil(x)"),
        ("t < x", "t <= floor(x)"),
        ("t*x <= y", "t <= y/x"),
        ("t <= x", "t <= x + 1"),
    ],
)
def test_inequalities_that_differ_are_not_equivalent(p: str, q: str) -> None:
    symbols = [s for s in (X, Y, T) if s.name in f"{p} {q}"]
    part = Part("Part", f"iff({p}, {q})", [Step(q, "so")])
    assert not decided([part], symbols)


def test_a_reindexed_sum_keeps_its_bounds() -> None:
    for wrong in ("span(1, n)", "span(1, n + 1)", "span(0, n)"):
        after = f"sum(v[q - 1] for q in {wrong})"
        part = Part("Part", f"sum(v[k] for k in span(1, n)) == {after}", [Step(after, reindex("q = k + 1"))])
        assert not decided([part], [N, V])


def test_a_definition_must_not_capture() -> None:
    """(f∗g)(k), where k is also the index inside the definition of the convolution."""
    conv = define(
        "c(a, b)(p)", "sum(a(k)*b(p - k) for k in Z)", "", symbols=[signal("a", ""), signal("b", ""), integer("p", "")]
    )
    wrong = "sum(sum(f(j)*g(j - j) for j in Z)*f(k) for k in Z)"
    part = Part("Part", f"sum(c(f, g)(k)*f(k) for k in Z) == {wrong}", [Step(wrong, "so")])
    assert check(Derivation("T0", "", "", [F, G], [part], "", "", [conv]), {"SymPy"}).failures


# --- true statements for false reasons -----------------------------------------------------------------------------


def refusals(parts: Sequence[Part], symbols: Sequence[Symbol], defined: Sequence[Definition] = (), conclusion: str = "") -> str:
    return "\n".join(check(Derivation("T0", "", "", symbols, parts, conclusion, "", defined)).failures)


@pytest.mark.parametrize(("opened", "holds"), [([], False), (["q"], False), (["q", "r"], True)])
def test_what_is_kept_shut_is_no_constant(opened: list[str], holds: bool) -> None:
    defined = [define("r", "x**2 + y", ""), define("q", "3*r", "")]
    for after, right in (("3*diff(r, x)", True), ("17*diff(r, x)", False), ("0", False)):
        part = Part("P", f"diff(q, x) == {after}", [Step(after, differentiation("chain rule", unfold=opened))])
        proved = not check(Derivation("T0", "", "", [X, Y], [part], "", "", defined), {"SymPy"}).failures
        assert proved == (right and holds), after


def test_a_statement_that_is_not_needed_is_no_reason() -> None:
    law = Part("Law", "h(x) == y", [Step("y", "")])
    part = Part("Part", "f(t)*(x + y) == x*f(t) + y*f(t)", [Step("x*f(t) + y*f(t)", using("Law"))])
    assert not decided([law, part], [X, Y, F, T, H])


@pytest.mark.parametrize(
    ("after", "reason", "complaint"),
    [
        ("h(x) + h(x)", algebra("by the chain rule"), "speaks of differentiation"),
        ("h(x) + h(x)", calculation("chain rule"), "cannot prove it"),
        ("h(x) + h(x)", calculation("definition of `w`"), "cannot prove it"),
        ("h(x) + h(x)", algebra("by induction"), "speaks of induction"),
        ("h(x) + h(x)", algebra("by “Later”"), "quotes “Later”"),
        ("h(x) + h(x)", using("Law", "by “Another law”"), "quotes “Another law”"),
        ("2*(x*y)", definition("w", words="definition of `z`"), "definition of 'z'"),
    ],
)
def test_words_name_no_other_law_than_the_one_that_is_checked(after: str, reason: str | Rule, complaint: str) -> None:
    laws = [Part("Law", "h(x) + h(x) == 2*h(x)", [Step("2*h(x)", "")]), Part("Another law", "w - x*y == z", [Step("z", "")])]
    before = "2*w" if "w" in after or "y" in after else "2*h(x)"
    parts = [*laws, Part("Part", f"{before} == {after}", [Step(after, reason)]), replace(laws[0], label="Later")]
    defined = [define("w", "x*y", ""), define("z", "x - x", "")]
    assert complaint in refusals(parts, [X, Y, H], defined)


def test_what_rests_on_a_finite_check_is_only_checked() -> None:
    law = Part("Law", "n*(n + 1) >= 2", [Step(">= 2", finite("try some"))], scope="Only for small n.")
    use = Part("Use", "n + n*n >= 2", [Step("n*(n + 1)", algebra("factor out")), Step(">= 2", using("Law"))])
    assert "only checked needs the part's scope" in refusals([law, use], [N])
    proof = check(Derivation("T0", "", "", [N], [law, replace(use, scope="Only for small n.")], "", ""))
    assert not proof.failures
    assert [step.standing for part in proof.parts for step in part.steps] == ["checked", "proved", "checked"]


def test_linearity_does_not_reach_infinite_sums() -> None:
    """The limit at infinity of a convergent signal is linear; of each impulse it is 0, of the sum of all of them 1."""
    for weight, holds in (("f(k)*", True), ("", False), ("f(t)*", False), ("f(2*k)*", True), ("f(k - t)*", True)):
        after = f"sum({weight}L(lambda m: delta(m - k))(t) for k in Z)"
        part = Part("P", f"L(lambda m: sum({weight}delta(m - k) for k in Z))(t) == {after}", [Step(after, linearity("L"))])
        assert decided([part], [L, F, T]) == holds, weight


def test_a_derivation_says_something() -> None:
    assert "has no part" in refusals([], [])
    same = Part("P", "x*y == x*y", [Step("y*x", ""), Step("x*y", "")])
    assert "says nothing" in refusals([same], [X, Y])
    around = Part("P", "x*y == x*y + 0", [Step("y*x", ""), Step("x*y", ""), Step("x*y + 0", "")])
    assert "comes back" in refusals([around], [X, Y])


def test_the_conclusion_shows_no_piece_of_a_result() -> None:
    part = Part("P", "x + y - 1 == y + x - 1", [Step("y + x - 1", "")])
    assert not refusals([part], [X, Y], conclusion="It is `y + x - 1`, in `x`.")
    assert "a piece of a formula" in refusals([part], [X, Y], conclusion="It is `y + x`.")


def test_a_mean_that_changes_from_place_to_place_has_no_one_tangent() -> None:
    n, m = sp.symbols("n m", integer=True, positive=True)
    k, q = sp.symbols("k q", integer=True)
    weights, values = sp.IndexedBase("u", positive=True), sp.IndexedBase("W", real=True)
    one = sp.Sum(weights[k], (k, 1, n)) - 1
    facts = Facts().knowing(Inequality(one, False), Inequality(-one, False))
    mean = sp.Sum(weights[k] * values[k, q], (k, 1, n))
    still = mean.xreplace({q: sp.Integer(1)})
    assert list(under_weights(sp.exp(-still), facts))
    assert not list(under_weights(still - sp.Function("f")(sp.Lambda(q, sp.exp(-mean)), 1, m), facts))
    assert not list(under_weights(sp.sqrt(sp.Abs(still)), facts))  # the tangent stands upright where the mean is 0
