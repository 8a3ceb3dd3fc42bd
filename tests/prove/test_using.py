"""What ``using`` must refuse: a statement put to use where it was not shown."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from report.proof import Derivation, Part, Proof, Step, check, define, integer, real, signal, using, vector
from report.prove.language.glossary import Definition, Symbol


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
