"""Nothing is used that needs something to exist of which there may be none: a statement is made for what it speaks of."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from report.errors import DeclarationError
from report.proof import (
    Definition, Derivation, Part, Step, Symbol, check, define, definition, entrywise, integer, matrix, real, using, vector,
)  # fmt: skip
from report.prove.language.formula import statement
from report.prove.meaning.values import Array, compare

X, N, M = real("x", ""), integer("n", "", least="1"), integer("m", "", least="1")
N0 = integer("n", "", least="0")
INDEX, J = integer("i", "", within=("1", "n")), integer("j", "", within=("1", "n"))
Q = matrix("Q", "m", "n", "", properties=["orthonormal"])
V = vector("v", "n", "")
KEEP = Part("Keep", "x + i == i + x", [Step(because="")])


def refused(symbols: Sequence[Symbol], *parts: Part, defined: Sequence[Definition] = ()) -> str:
    return "\n".join(check(Derivation("T0", "", "", symbols, parts, "", "", defined), {"SymPy"}).failures)


@pytest.mark.parametrize(
    "claim", ["n >= 1", "n/n == 1", "sum(1/n for k in span(1, n)) == 1", "max(k for k in span(1, n)) >= 1", "0**n == 0"]
)
def test_that_an_index_is_declared_says_nothing_of_a_range_that_may_be_empty(claim: str) -> None:
    relation, right = claim.split(" ")[-2:]
    part = Part("P", claim, [Step(f"{relation} {right}", "")])
    assert refused([N0, INDEX, X], KEEP, part)
    assert not refused([N, INDEX, X], KEEP, part)


def test_what_a_statement_speaks_of_is_there() -> None:
    assert not refused([N0, INDEX, X], Part("P", "x*n*i/n == x*i", [Step(because="")]))
    assert not refused([N0, INDEX, V], Part("P", "v[i]*n/n == v[i]", [Step(because="")]))
    last = define("c", "v[i]", "")
    assert not refused([N0, INDEX, V], Part("P", "c*n/n == c", [Step(because="")]), defined=[last])


@pytest.mark.parametrize(("given", "holds"), [([], False), (["n >= 1"], True)])
def test_a_step_goes_by_way_of_what_there_surely_is(given: list[str], holds: bool) -> None:
    way = Part("P", "2*n >= 2", [Step(">= 2*i", ""), Step(">= 2", "")], given=given)
    assert (refused([N0, INDEX], way) == "") is holds
    law = Part("Law", "n + i - i >= 1", [Step(">= 1", "")])
    used = Part("P", "2*n >= 2", [Step(">= 2", using("Law"))], given=given)
    assert (refused([N0, INDEX], law, used) == "") is holds
    if not holds:
        assert "'i' stands in this step and not in what the part states" in refused([N0, INDEX], way)
        assert "needs 1 <= n" in refused([N0, INDEX], way)


def test_a_statement_is_put_to_use_at_what_there_surely_is() -> None:
    law = Part("Law", "n + i - i >= 1", [Step(">= 1", "")])
    for put, holds in (("1", False), ("j", False), ("n", False)):
        used = Part("P", "2*n >= 2", [Step(">= 2", using("Law", at={"i": put}))])
        keep = Part("Keep", "x*j == j*x", [Step(because="")])
        assert (refused([N0, INDEX, J, X], law, used, keep) == "") is holds


@pytest.mark.parametrize(("given", "holds"), [([], False), (["n + 1 <= m"], True)])
def test_there_are_no_more_orthonormal_columns_than_rows(given: list[str], holds: bool) -> None:
    steps = [Step("norm(Q.T @ identity(m))**2", ""), Step("<= norm(identity(m))**2", ""), Step("m", "")]
    assert (refused([N, M, Q], Part("P", "n <= m", steps, given=given)) == "") is holds


@pytest.mark.parametrize("word", ["symmetric", "orthogonal", "permutation"])
def test_what_only_a_square_matrix_is_is_declared_of_no_other(word: str) -> None:
    part = Part("P", "m*trace(R @ R.T) == trace(R @ R.T)*m", [Step(because="")])
    assert "as many rows as columns" in refused([N, M, matrix("R", "m", "n", "", properties=[word])], part)
    assert not refused([M, matrix("R", "m + 1", "1 + m", "", properties=[word])], part)
    with pytest.raises(DeclarationError, match="of a matrix this may be said"):
        vector("v", "n", "", properties=[word])


def test_an_entry_speaks_of_one_place_also_by_the_size_of_an_array() -> None:
    entry = Part("E", "w[i] == norm(1 + 0*u)**2*v[i]", [Step(because=definition("w"))])
    whole = Part("All", "w == norm(1 + 0*u)**2*v", [Step(because=entrywise("E", "i"))])
    factor = define("w[q]", "q*v[q]", "", shape=["n"])
    assert "'All'" in refused([N, INDEX, V, vector("u", "i", "")], entry, whole, defined=[factor])
    plain = define("w[q]", "n*v[q]", "", shape=["n"])
    assert not refused([N, INDEX, V, vector("u", "n", "")], entry, whole, defined=[plain])


@pytest.mark.parametrize(("given", "holds"), [(["n <= m + 2"], False), (["n <= m + 2", "n >= 3"], True)])
def test_there_is_no_array_of_a_negative_size(given: list[str], holds: bool) -> None:
    narrow = matrix("Q", "m", "n - 2", "", properties=["orthonormal"])
    steps = [Step("2*norm(Q)**2", ""), Step(">= 0", "")]
    assert (refused([N, M, narrow], Part("P", "2*(n - 2) >= 0", steps, given=given)) == "") is holds
    ones = [Step("2*norm(1 + 0*v)**2", ""), Step(">= 0", "")]
    said = refused([N, vector("v", "n - 2", "")], Part("P", "2*(n - 2) >= 0", ones))
    assert "there may be no such v: that needs 0 <= n - 2" in said


def test_a_number_has_one_end_from_below() -> None:
    with pytest.raises(DeclarationError, match="not both"):
        real("x", "", least="1", above="0")


@pytest.mark.parametrize(
    "claim",
    ["(u.T @ v)**2 <= norm(u)**2*norm(v)**2", "v.T @ A @ A @ v >= 0", "norm(u @ v.T) == norm(u)*norm(v)"],
)
def test_products_over_nothing_are_noughts_to_the_witness(claim: str) -> None:
    """There may be no entries at all, and the witness looks there."""
    numbers = [integer("n", "", least="0"), vector("u", "n", ""), vector("v", "n", "")]
    symbols = [*numbers, matrix("A", "n", "n", "", properties=["symmetric"])]
    said = statement(claim)
    part = Part("P", claim, [Step(f"{said.relation} {said.right}", "")])
    keep = Part("Uses every name", "u + v + A @ u == v + u + A @ u", [Step("v + u + A @ u", "")])
    assert not check(Derivation("T0", "", "", symbols, [part, keep], "", ""), {"numeric"}).failures


def test_what_has_no_entries_differs_in_none() -> None:
    nothing, nowhere = Array((), width=3), Array(())
    assert compare(nothing, "==", nowhere)
    assert not compare(nothing, "!=", nowhere)
    assert not compare(nothing, "==", Array(((1,),)))
