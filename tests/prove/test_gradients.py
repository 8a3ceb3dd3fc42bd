"""The chain rule through a layer, and a whole gradient by its entries: what is accepted, and what is not."""

from __future__ import annotations

import pytest

from report.proof import Derivation, Part, Step, algebra, check, define, integer, matrix, vector
from report.prove.reasons.gradients import chain_rule, entrywise
from report.prove.reasons.rule import Rule

SYMBOLS = [
    integer("n", "", least="1", high=3),
    integer("m", "", least="1", high=3),
    vector("x", "n", ""),
    matrix("W", "m", "n", ""),
    integer("k", "", within=("1", "n")),
    integer("j", "", within=("1", "m")),
    integer("i", "", within=("1", "m")),
]
DEFINITIONS = [
    define("z[j]", "sum(W[j, l]*x[l] for l in span(1, n))", "", shape=["m"]),
    define("s[j]", "exp(z[j])", "", shape=["m"]),
    define("e", "sum(s[l]**2 for l in span(1, m))", ""),
    define("f", "sum(s[l]**2 for l in span(1, m)) + x[1]", ""),
]
ALL = "x[k]*W[j, k]*z[j]*s[j]*e*f*x[i - i + 1]"
KEEP = Part("Uses every name", f"{ALL}*1 == {ALL}", [Step(ALL, "")])


def accepted(statement: str, rule: Rule, *before: Part) -> bool:
    part = Part("Claim", statement, [Step(statement.split("==")[1], rule)])
    return check(Derivation("T0", "", "", SYMBOLS, [*before, part, KEEP], "", "", DEFINITIONS), {"SymPy"}).holds


@pytest.mark.parametrize(
    ("statement", "through", "right"),
    [
        ("diff(e, x[k]) == sum(diff(e, z[l])*diff(z[l], x[k]) for l in span(1, m))", "z", True),
        ("diff(e, x[k]) == sum(diff(z[l], x[k])*diff(e, z[l]) for l in span(1, m))", "z", True),
        ("diff(e, z[j]) == sum(diff(e, s[l])*diff(s[l], z[j]) for l in span(1, m))", "s", True),
        ("diff(f, x[k]) == sum(diff(f, z[l])*diff(z[l], x[k]) for l in span(1, m))", "z", False),
        ("diff(f, W[j, k]) == sum(diff(f, z[l])*diff(z[l], W[j, k]) for l in span(1, m))", "z", True),
        ("diff(e, x[k]) == sum(diff(e, z[l])*diff(z[l], x[k]) for l in span(1, m - 1))", "z", False),
        ("diff(e, x[k]) == sum(diff(e, z[l])*diff(z[l], x[l]) for l in span(1, m))", "z", False),
        ("diff(e, x[k]) == 2*sum(diff(e, z[l])*diff(z[l], x[k]) for l in span(1, m))", "z", False),
        ("diff(e, x[k]) == sum(diff(e, s[l])*diff(s[l], x[k]) for l in span(1, m))", "z", False),
        ("diff(e, x[k]) == sum(diff(f, z[l])*diff(z[l], x[k]) for l in span(1, m))", "z", False),
        ("diff(e, s[j]) == sum(diff(e, z[l])*diff(z[l], s[j]) for l in span(1, m))", "z", False),
    ],
)
def test_the_chain_rule_needs_all_that_lies_between(statement: str, through: str, right: bool) -> None:
    assert accepted(statement, chain_rule(through)) is right


@pytest.mark.parametrize("index", ["z_0_", "l0", "p"])
@pytest.mark.parametrize(("entry", "holds"), [("{0}", True), ("l", False)])
def test_the_chain_rule_sums_over_an_index_that_means_nothing_yet(index: str, entry: str, holds: bool) -> None:
    symbols = [SYMBOLS[0], SYMBOLS[2], SYMBOLS[4], integer(index, "", within=("1", "n"))]
    squares = define("z[q]", "x[q]**2", "", shape=["n"])
    claim = f"diff(z[{index}], x[k]) == sum(diff(z[{entry.format(index)}], z[l])*diff(z[l], x[k]) for l in span(1, n))"
    part = Part("P", claim, [Step(because=chain_rule("z"))])
    assert check(Derivation("T0", "", "", symbols, [part], "", "", [squares]), {"SymPy"}).holds is holds


ENTRY = "diff(e, W[j, k]) == (2*s[j]**2)*x[k]"


@pytest.mark.parametrize(
    ("law", "statement", "indices", "right"),
    [
        (ENTRY, "grad(e, W) == (2*s*s) @ x.T", ("j", "k"), True),
        (ENTRY, "grad(e, W) == (2*s*s) @ x.T", ("k", "j"), False),
        (ENTRY, "grad(e, W) == (2*s*s) @ x.T", ("j",), False),
        (ENTRY, "grad(e, W) == (2*s*s) @ x.T", ("j", "j"), False),
        (ENTRY, "grad(e, W) == (3*s*s) @ x.T", ("j", "k"), False),
        (ENTRY, "grad(f, W) == (2*s*s) @ x.T", ("j", "k"), False),
        (ENTRY, "grad(e, W).T == x @ (2*s*s).T", ("k", "j"), True),
        ("diff(e, z[j]) == 2*s[j]**2", "grad(e, z) == 2*s*s", ("j",), True),
        ("diff(e, z[j]) == 2*s[j]**2", "grad(e, z) == 2*s*s", ("i",), False),
        ("diff(e, z[j]) == 2*s[j]**2", "grad(e, z) == 2*s*s", ("k",), False),
    ],
)
def test_a_gradient_has_the_entries_that_were_shown(law: str, statement: str, indices: tuple[str, ...], right: bool) -> None:
    shown = Part("Law", law, [Step(law.split("==")[1], "")])
    assert accepted(statement, entrywise("Law", *indices), shown) is right


def test_entries_that_were_shown_under_a_condition_are_not_all_entries() -> None:
    law = "sum(x[l]*W[j, k] for l in span(1, n)) == 0"
    shown = Part("Law", law, [Step("0", "")], given=["x == zeros(n)"])
    assert not accepted("sum(x[l] for l in span(1, n))*W == 0*W", entrywise("Law", "j", "k"), shown)


@pytest.mark.parametrize(("right", "accepted"), [("W.T @ r @ x.T + x @ x.T", True), ("W.T @ r @ x.T + x.T @ x", False)])
def test_an_abbreviation_of_an_array_is_one_where_it_is_kept_shut(right: str, accepted: bool) -> None:
    shut = [define("r", "W @ x - 2*z", "what is left"), DEFINITIONS[0]]
    part = Part("P", f"(W.T @ r + x) @ x.T == {right}", [Step(because=algebra("distribute"))])
    assert check(Derivation("T0", "", "", SYMBOLS[:4], [part], "", "", shut)).holds is accepted
