"""What is declared holds of what is put, said and drawn: a law is refuted where it speaks, and a domain has a value."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from report.errors import DeclarationError
from report.proof import (
    Definition, Derivation, Part, Step, Symbol, check, cited, counterexample, define, finite, function, integer, matrix,
    operator, real, signal, using, vector,
)  # fmt: skip
from report.prove.language.formula import parse

X, Y, N = real("x", ""), real("y", ""), integer("n", "", least="1")
F, T, Q = signal("f", ""), integer("t", ""), operator("Q", "")


def failures(
    symbols: Sequence[Symbol], *parts: Part, defined: Sequence[Definition] = (), methods: Sequence[str] = ("SymPy",)
) -> str:
    return "\n".join(check(Derivation("T0", "", "", symbols, parts, "", "", defined), methods).failures)


def none_but(symbols: Sequence[Symbol], part: Part) -> str:
    """What is wrong with a part; that the symbols are used, another one says."""
    names = " + ".join(s.name for s in symbols if s.kind in ("real", "integer"))
    return failures(symbols, part, Part("Uses every name", f"2*({names}) == ({names})*2", [Step(because="")]))


# --- counterexamples -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("law", "at", "symbol", "refutes"), [
    ("abs(x) == x", {"x": "-1"}, X, True),
    ("abs(x) == x", {"x": "-1"}, real("x", "", least="0"), False),
    ("x/x == 1", {"x": "2"}, real("x", "", above="0"), False),
    ("x**2 == abs(x)**2", {"x": "imag"}, X, False),
    ("floor(n) == n", {"n": "1/2"}, N, False),
    ("abs(n) == n", {"n": "-1"}, N, False),
    ("n**2 == n", {"n": "2"}, N, True),
    ("kron(i, 0) == 0", {"i": "0"}, integer("i", "", within=("1", "n")), False),
    ("kron(i, 1) == 0", {"i": "1"}, integer("i", "", within=("1", "n")), True),
    ("kron(i, 2) == 0", {"i": "2"}, integer("i", "", within=("1", "n")), False),
    ("kron(i, 2) == 0", {"i": "2", "n": "2"}, integer("i", "", within=("1", "n")), True),
])  # fmt: skip
def test_a_law_is_refuted_where_it_speaks(law: str, at: dict[str, str], symbol: Symbol, refutes: bool) -> None:
    symbols = [symbol, *([N] if symbol.within else [])]
    assert (none_but(symbols, counterexample("No law", law, at=at)) == "") is refutes


@pytest.mark.parametrize(("symbol", "put", "refutes"), [
    (vector("v", "2", ""), "[1, -1]", True),
    (vector("v", "2", "", properties=["positive"]), "[1, -1]", False),
    (vector("v", "2", "", properties=["positive"]), "[1, 2]", True),
    (vector("v", "2", "", properties=["whole"]), "[1, 2]", True),
    (vector("v", "2", "", properties=["whole"]), "[1, 1/2]", False),
    (vector("v", "3", ""), "[1, -1]", False),
    (vector("v", "2", ""), "[1, imag]", False),
])  # fmt: skip
def test_what_refutes_a_law_of_arrays_is_such_an_array(symbol: Symbol, put: str, refutes: bool) -> None:
    part = counterexample("No law", "v.T @ v == 0", at={"v": put})
    keep = Part("Uses every name", "2*v == v + v", [Step(because="")])
    assert (failures([symbol], part, keep) == "") is refutes


@pytest.mark.parametrize(("word", "put", "refutes"), [
    ("symmetric", "[[1, 2], [2, 1]]", True),
    ("symmetric", "[[1, 2], [3, 1]]", False),
    ("orthogonal", "[[0, -1], [1, 0]]", True),
    ("orthogonal", "[[0, 2], [1, 0]]", False),
    ("permutation", "[[0, 1], [1, 0]]", True),
    ("permutation", "[[0, -1], [1, 0]]", False),
    ("permutation", "[[1, 1], [1, 0]]", False),
])  # fmt: skip
def test_what_refutes_a_law_of_matrices_is_such_a_matrix(word: str, put: str, refutes: bool) -> None:
    part = counterexample("No law", "A[1, 2] == 7", at={"n": "2", "A": put})  # A is spoken of by the law alone
    assert (failures([N, matrix("A", "n", "n", "", properties=[word])], part) == "") is refutes


def test_the_ramp_refutes_laws_of_signals_that_end_and_the_modulus_none_of_slopes() -> None:
    ramp = define("u(t)", "t", "", symbols=[T])
    keep = Part("Uses every name", "2*f(t)*h(x) == f(t)*h(x)*2", [Step(because="")])
    known = [F, T, X, function("h", "")]
    assert not failures(known, counterexample("No law", "f(2) == f(1)", at={"f": "u"}), keep, defined=[ramp])
    assert not failures(known, counterexample("No law", "h(-1) == -h(1)", at={"h": "lambda r: r**2"}), keep)
    assert "has a slope" in failures(known, counterexample("No law", "h(-1) == -h(1)", at={"h": "abs"}), keep)


def test_what_is_defined_is_not_put_otherwise() -> None:
    defined = define("c", "1", "")
    keep = Part("Uses every name", "x*c == x", [Step(because="")])
    said = failures([X], counterexample("No law", "c == 1", at={"c": "2"}), keep, defined=[defined])
    assert "only what is declared as a symbol varies" in said


# --- what is put for a symbol --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("body", "holds"), [("imag*f(t)", False), ("2*f(t)", True), ("f(-t)", True)])
def test_an_operator_keeps_signals_real(body: str, holds: bool) -> None:
    made = define("J(f)(t)", body, "", symbols=[F, T])
    law = Part("Law", "abs(Q(f)(t))**2 == Q(f)(t)**2", [Step(because="")])
    use = Part("Use", "abs(J(f)(t))**2 == J(f)(t)**2", [Step(because=using("Law", at={"Q": "J"}))])
    assert (failures([F, T, Q], law, use, defined=[made]) == "") is holds


def test_a_sequence_without_end_is_put_for_no_signal_that_ends() -> None:
    ends, endless = (signal(name, "", properties=words) for name, words in (("f", ["whole"]), ("g", ["whole", "positive"])))
    law = Part("Law", "floor(f(t)) == f(t)", [Step(because="")])
    use = Part("Use", "floor(g(t)) == g(t)", [Step(because=using("Law", at={"f": "g"}))])
    assert "has finite support" in failures([ends, endless, T], law, use)
    assert not failures([ends, signal("g", "", properties=["whole"]), T], law, use)


def test_it_is_said_what_is_not_known_of_what_is_put() -> None:
    law = Part("Law", "abs(n) == n", [Step(because="")])
    use = Part("Use", "x*abs(n - 1) == x*(n - 1)", [Step(because=using("Law", at={"n": "n - 1"}))])
    assert "it is not known that 1 <= n - 1, as it is for 'n'" in failures([N, X], law, use)


# --- domains -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("symbol", "given", "holds"), [
    (real("x", "", least="sqrt(y)"), Y, False),
    (real("x", "", least="sqrt(y)"), real("y", "", least="0"), True),
    (real("x", "", above="log(y)"), real("y", "", least="0"), False),
    (integer("x", "", within=("1/y", "9")), Y, False),
    (integer("x", "", within=("1", "1 + 1/y**2")), real("y", "", above="0"), True),
    (integer("x", "", least="1/y"), real("y", "", least="1/2"), True),
])  # fmt: skip
def test_a_domain_has_a_value_for_all_that_it_speaks_of(symbol: Symbol, given: Symbol, holds: bool) -> None:
    keep = Part("Uses every name", "x + y == y + x", [Step(because="")])
    said = failures([symbol, given], keep)
    assert (said == "") is holds
    assert holds or "the domain of 'x' need not have a value" in said


def test_what_a_domain_rests_on_is_not_known_of_what_the_statement_speaks_of() -> None:
    part = Part("P", "y**2 + y >= 0", [Step(">= 0", "")])
    keep = Part("Uses every name", "x + x == 2*x", [Step(because="")])
    assert failures([Y, real("x", "", least="sqrt(y)")], part, keep)


def test_an_index_needs_room_for_a_whole_number() -> None:
    way = Part("P", "floor(x + 1/2) >= x", [Step(">= i", ""), Step(">= x", "")])
    said = failures([X, integer("i", "", within=("x", "x + 1/2"))], way, methods=["SymPy", "numeric"])
    assert "that needs an integer from x to x + 1/2" in said
    sure = Part("P", "2*n >= 1", [Step(">= 2*i", ""), Step(">= 1", "")])
    assert not failures([N, integer("i", "", within=("1/2", "n"))], sure)


@pytest.mark.parametrize("word", ["orthonormal", "orthogonal", "permutation"])
def test_no_matrix_has_positive_columns_at_right_angles(word: str) -> None:
    with pytest.raises(DeclarationError, match="no matrix of several columns is positive and"):
        matrix("A", "n", "n", "", properties=["positive", word])
    assert matrix("A", "n", "n", "", properties=["positive", "symmetric"])


def test_whole_numbers_are_drawn_for_entries_that_are_whole() -> None:
    numbers = [N, integer("i", "", within=("1", "n"))]
    part = Part("P", "floor(v[i]) == v[i]", [Step(because="")])
    assert not failures([*numbers, vector("v", "n", "", properties=["whole"])], part, methods=["SymPy", "numeric"])
    least = Part("P", "v[i] >= 1", [Step(">= 1", "")])
    both = vector("v", "n", "", properties=["whole", "positive"])
    assert not failures([*numbers, both], least, methods=["numeric"])
    assert failures([*numbers, vector("v", "n", "", properties=["positive"])], least, methods=["numeric"])


# --- formulas, witnesses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["x + \u0445", "x\u207f >= 0", "A\u1d40", "x + 1 # - 2", "sum(x async for k in span(1, 3))"])
def test_a_formula_is_what_it_looks_like(text: str) -> None:
    with pytest.raises(DeclarationError, match="cannot read this formula"):
        parse(text)


@pytest.mark.parametrize("reason", [finite("try some"), cited("Somebody's theorem")])
def test_where_numbers_are_all_there_is_no_author_spares_points(reason: object) -> None:
    tie = Part("P", "x*y == y**2", [Step("y**2", reason)], points=3, scope="Tried at points; it is open for others.")  # type: ignore[arg-type]
    assert "the left side is" in failures([X, Y], tie, methods=["numeric"])
    with pytest.raises(DeclarationError, match="two points at least"):
        Part("P", "x*y == y*x", [Step(because="")], points=1)


def test_a_diagonal_is_made_of_a_vector() -> None:
    weights, index = matrix("W", "n", "n", ""), integer("i", "", within=("1", "n"))
    first = Part("P", "diag(W)[i, i] == W[i, 1]", [Step(because="")])
    for method in ("SymPy", "numeric"):
        assert "diag is of a vector" in failures([N, index, weights], first, methods=[method])
    column = Part("P", "diag(v)[i, i] == v[i]", [Step(because="")])
    assert not failures([N, index, vector("v", "n", "")], column, methods=["SymPy", "numeric"])
