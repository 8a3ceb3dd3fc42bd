"""What spares an author words: the last step, one object for a witness, a counterexample, named reasons, any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

from report.errors import DeclarationError
from report.proof import (
    Definition, Derivation, Live, Part, Proof, Step, Symbol, algebra, check, contraction, counterexample, define,
    differentiation, integer, matrix, operator, part, real, signal, slope_of_entry, vector,
)  # fmt: skip

X, Y = real("x", "a number"), real("y", "another")


def checked(part: Part, symbols: Sequence[Symbol] = (X,), definitions: Sequence[Definition] = ()) -> Proof:
    return check(Derivation("T0", "A test", "", symbols, [part], "", "", definitions))


@pytest.mark.parametrize(
    ("claim", "steps", "relations"),
    [
        ("x + x == 2*x", [Step(because="twice")], ["=="]),
        ("x + x == 2*x", [Step("3*x - x", "add"), Step(because="subtract")], ["==", "=="]),
        ("x - 1 <= x", [Step(because="less")], ["<="]),
        ("x - 1 <= x", [Step("<= x - 1/2", "less"), Step("<=", "less")], ["<=", "<="]),
        ("x - 1 <= x + x - x", [Step("<= x", "less"), Step("==", "add and subtract")], ["<=", "=="]),
        ("iff(x < 1, x - 1 < 0)", [Step(because="subtract")], ["iff"]),
    ],
)
def test_the_last_step_need_not_repeat_the_right_side(claim: str, steps: list[Step], relations: list[str]) -> None:
    proof = checked(Part("Part", claim, steps))
    assert not proof.failures
    assert [step.relation for step in proof.steps] == relations


def test_a_part_may_list_its_steps_as_they_come() -> None:
    said = part("Twice", "2*(x + x) == 4*x", Step("2*(2*x)", "add"), algebra("multiply out"), given=["x > 0"])
    assert said == Part("Twice", "2*(x + x) == 4*x", [Step("2*(2*x)", "add"), Step(because=said.steps[-1].because)], ["x > 0"])
    assert Path(said.where.file).name == Path(said.steps[-1].where.file).name == Path(__file__).name
    assert not checked(part("Square", "x*x == x**2", "a power")).failures


@pytest.mark.parametrize("reason", [[Step(because="twice")], algebra])
def test_what_is_no_reason_is_refused_where_it_is_written(reason: object) -> None:
    with pytest.raises(DeclarationError, match=rf"this is a {type(reason).__name__}") as refused:
        part("Part", "x + x == 2*x", reason)  # type: ignore[arg-type]
    assert Path(refused.value.where.file).name == Path(__file__).name


def test_no_other_step_may_leave_its_expression_out() -> None:
    with pytest.raises(DeclarationError, match="only the last step"):
        Part("Part", "x + x == 2*x", [Step(because="twice"), Step("2*x", "again")])
    with pytest.raises(DeclarationError, match="only the last step"):
        part("Part", "x + x == 2*x", "twice", Step("2*x", "again"))


def test_a_witness_may_take_the_whole_point() -> None:
    n, v = integer("n", "a size", least="1", high=3), vector("v", "n", "a vector")
    claim, steps = "sum(v[j] for j in span(1, n)) == sum(1*v[j] for j in span(1, n))", [Step(because="once each")]
    honest, liar = Live("added up", lambda at: sum(at.v)), Live("counted", lambda at: at.n + 0.5)
    both = Live("mixed", lambda at, n: sum(at.v[:n]))
    assert not checked(Part("Part", claim, steps, live=[honest, both]), [n, v]).failures
    assert {who for s in checked(Part("Part", claim, steps, live=[liar]), [n, v]).steps for who in s.caught_by} == {"counted"}
    typo = Live("typo", lambda at: sum(at.w))
    assert "asks for 'at.w'" in "\n".join(checked(Part("Part", claim, steps, live=[typo]), [n, v]).failures)


PLUS_ONE = define("A(x)(i)", "x(i) + 1", "one more", symbols=[signal("x", "a signal"), integer("i", "a place")])
RAMP = define("u(i)", "i", "the ramp", symbols=[integer("i", "a place")])


def test_a_counterexample_is_one_line() -> None:
    law, at = "A(lambda m: x(m) + y(m))(1) == A(x)(1) + A(y)(1)", {"x": "u", "y": "lambda k: 3*u(k)"}
    proof = checked(counterexample("Not additive", law, at=at, values=("5", "6")), [], [PLUS_ONE, RAMP])
    assert not proof.failures
    assert [(s.relation, s.expression) for s in proof.steps[:2]] == [("==", "5"), ("!=", "6")]
    assert not checked(counterexample("Not additive", law, at=at), [], [PLUS_ONE, RAMP]).failures
    wrong = counterexample("Not additive", law, at=at, values=("5", "7"))
    assert {who for s in checked(wrong, [], [PLUS_ONE, RAMP]).steps for who in s.caught_by} == {"SymPy", "numeric"}


def test_what_holds_has_no_counterexample() -> None:
    shift = counterexample("None", "A(u)(1) == u(1) + 1")
    assert not checked(shift, [], [PLUS_ONE, RAMP]).holds
    assert not checked(counterexample("No number", "x + 1 == 2"), [X]).holds


def test_a_counterexample_captures_nothing() -> None:
    with pytest.raises(DeclarationError, match="the law binds 'm'"):
        counterexample("Caught", "sum(a*m for m in span(1, 2)) == 0", at={"a": "m"})


M, K = integer("m", "a size", least="1", high=3), integer("k", "another", least="1", high=3)
W, V = matrix("W", "m", "k", "weights"), vector("v", "m", "a vector")
ROW, S = integer("o", "a row", within=("1", "m")), integer("s", "another", within=("1", "m"))
Q = integer("q", "a column", within=("1", "k"))
ALL = [M, K, W, V, ROW, S, Q]


@pytest.mark.parametrize(
    ("claim", "reason", "holds"),
    [
        ("diff(v[o], v[s]) == kron(o, s)", slope_of_entry(), True),
        ("diff(v[o], v[s]) == kron(o, s) + 1", slope_of_entry(), False),
        ("diff(W[o, q], W[s, q]) == kron(o, s)", slope_of_entry(), True),
        ("diff(v[o]**2, v[s]) == 2*v[o]*kron(o, s)", slope_of_entry(), False),
        ("v[o] + v[s] == v[s] + v[o]", slope_of_entry(), False),
        ("sum(kron(j, o)*v[j] for j in span(1, m)) == v[o]", contraction(), True),
        ("sum(kron(j, o)*v[j] for j in span(1, m)) == v[o] + 1", contraction(), False),
        ("sum(v[j] - kron(j, o) for j in span(1, m)) == sum(v[j] for j in span(1, m)) - 1", contraction(), True),
        ("sum(2*v[j] for j in span(1, m)) == 2*sum(v[j] for j in span(1, m))", contraction(), False),
    ],
)
def test_named_reasons_decide_what_they_name(claim: str, reason: object, holds: bool) -> None:
    part = Part("Part", claim, [Step(because=reason)])  # type: ignore[arg-type]
    spoken_of = {s.name: s for s in ALL if s.name in re.findall(r"\w+", claim)}
    sizes = [s for s in (M, K) if any(s.name in each.mentions() for each in spoken_of.values())]
    proof = checked(part, list({**spoken_of, **{s.name: s for s in sizes}}.values()))
    assert proof.steps
    assert ("SymPy" not in {who for s in proof.steps for who in s.caught_by}) is holds


def test_a_slope_opens_what_disappears_and_nothing_else() -> None:
    sigma = define("sigma(u)", "1/(1 + exp(-u))", "sigmoid")
    gone = Part("Gone", "diff(sigma(x), x) == exp(-x)/(1 + exp(-x))**2", [Step(because=differentiation())])
    kept = Part("Kept", "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))", [Step(because=differentiation())])
    assert checked(gone, definitions=[sigma]).holds
    assert not checked(kept, definitions=[sigma]).holds


def test_names_may_be_declared_in_any_order() -> None:
    part = Part("Part", "x + v[1] == y + v[1]", [Step(because=algebra("the condition"))], given=["x == y"])
    assert not checked(part, [X, V, M, Y]).failures
    assert not checked(Part("Part", "2*L(f)(i) == L(f)(i) + L(f)(i)", [Step(because=algebra("twice"))]),
                       [integer("i", "a place"), operator("L", "a map"), signal("f", "a signal")]).failures  # fmt: skip
