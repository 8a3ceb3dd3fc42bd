"""T16 beyond the planted errors: counting tuples, and that every network is counted by the page as by torch."""

from __future__ import annotations

import pytest

from experiments.live import counted
from report.errors import DeclarationError
from report.proof import Derivation, Part, Step, algebra, check, integer, reindex
from report.prove.language.formula import parse
from theory.t16_parameter_counts import DERIVATION, layers, networks


def decided_by_sympy(statement: str, reason: object) -> bool:
    """Whether SymPy alone accepts the statement as one step; m, n ≥ 1."""
    right = statement.split("==")[1]
    symbols = [integer("m", "", least="1"), integer("n", "", least="1")]
    parts = [
        Part("Step", statement, [Step(right, reason)]),  # type: ignore[arg-type]
        Part("Uses every name", "m + n == n + m", [Step("n + m", "")]),
    ]
    return check(Derivation("T0", "", "", symbols, parts, "", ""), {"SymPy"}).holds


PAIRS = "count((i, j) for i in span(1, m) for j in span(1, {0})) == {1}"


@pytest.mark.parametrize(("last", "number", "right"), [("n", "m*n", True), ("n", "m + n", False), ("n + 1", "m*n", False)])
def test_tuples_are_counted(last: str, number: str, right: bool) -> None:
    assert decided_by_sympy(PAIRS.format(last, number), "count") is right


def test_pairs_under_the_diagonal_are_no_rectangle() -> None:
    assert not decided_by_sympy("count((i, j) for i in span(1, m) for j in span(1, i)) == m*m", "count")
    assert not decided_by_sympy("count((i, j) for i in span(1, m) for j in span(1, i)) == m", "count")


@pytest.mark.parametrize("counted", ["i", "(j, i)", "(i, i)", "i + j", "1", "(i, j, 1)"])
def test_only_the_tuple_of_all_indices_is_counted(counted: str) -> None:
    with pytest.raises(DeclarationError, match="what is counted"):
        parse(f"count({counted} for i in span(1, m) for j in span(1, n))")


def test_a_change_of_index_keeps_the_other_bounds() -> None:
    two = "sum(sum(i*j for j in span(1, n)) for i in span(1, m)) == "
    two += "sum(sum(i*(k - 1) for k in span(2, {0})) for i in span(1, {1}))"
    assert decided_by_sympy(two.format("n + 1", "m"), reindex("k = j + 1"))
    assert not decided_by_sympy(two.format("n + 1", "n"), reindex("k = j + 1"))
    assert not decided_by_sympy(two.format("n", "m"), reindex("k = j + 1"))


def test_a_double_sum_factors() -> None:
    double = "sum(sum(m*j for j in span(1, n)) for i in span(1, m)) == {}*sum(j for j in span(1, n))"
    assert decided_by_sympy(double.format("m**2"), algebra(""))
    assert not decided_by_sympy(double.format("m"), algebra(""))


@pytest.mark.parametrize("experiment", sorted({experiment for experiment, _ in networks()}))
def test_the_tables_of_layers_add_up_to_the_live_networks(experiment: str) -> None:
    rows = layers(experiment).rows
    totals = [row[-1] for row in rows if row[1] == "in all"]
    parts = [row[-1] or 0 for row in rows if row[1] != "in all"]
    live = [counted(net) for (owner, _), net in networks().items() if owner == experiment]
    assert totals == live
    assert sum(parts) == sum(live)


def test_the_tutorial_network_is_counted_as_torch_builds_it() -> None:
    assert DERIVATION.values["E5-tutorial"]().number == counted(networks()["E5", "tutorial"])
