"""A derivation on the page: formulas from the author's text, and each step with its reason and verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.errors import ReportError
from report.proof import (
    Derivation, Part, Step, algebra, check, define, differentiation, integer, part, real, signal, using, vector,
)  # fmt: skip
from report.write.derivations import derivation_markdown, ledger_markdown, left_out, shortened
from report.write.references import resolved

X, N, V = real("x", "a number"), integer("n", "a size", least="1"), vector("v", "n", "a vector")
SIGMA = define("sigma(u)", "1/(1 + exp(-u))", "a sigmoid")


def page(*parts: Part, symbols: tuple = (X,), definitions: tuple = ()) -> str:
    said = Derivation("T9", "", "What is `x`?", symbols, parts, "Yes.", "", definitions)
    return derivation_markdown(check(said), lambda own: len(own))


def test_a_short_left_side_stands_beside_the_first_right_side() -> None:
    text = page(Part("A square", "x*x == x**2", [Step("x**2", "as `x**2` is short for it")]))
    assert "::: left\n$xx$\n:::\n\n\n\n::: right\n$= x^{2}$\n:::" in text
    assert "as $x^{2}$ is short for it" in text
    assert '[✔\u00a0proved \\(identical\\)\\: numeric]{.check state="proved"}' in text
    assert '::::: {.part #T9-a-square number="8"}' in text


def test_what_is_seen_at_once_goes_with_the_next_step_and_is_kept_in_the_ledger() -> None:
    chain = [Step("(1/(1 + exp(-x)))**2", "definition of `sigma`"), Step("1/(1 + exp(-x))**2", "algebra")]
    part = Part("Square", "sigma(x)**2 == 1/(1 + exp(-x))**2", chain)
    said = check(Derivation("T9", "", "What is `x`?", (X,), (part,), "Yes.", "", (SIGMA,)))
    short, _, every = derivation_markdown(said, len).partition(":::::::: every")
    opened = r"\left(\frac{1}{1 + e^{-x}}\right)^{2}"
    assert f"[$= {opened}$]{{.link}}" not in short
    assert r"definition of $\sigma$; algebra" in short
    assert r"2 steps\: numeric" in short
    assert opened in every
    assert opened in ledger_markdown([said], lambda *_: 1)


def test_what_is_compared_stands_there_however_plain() -> None:
    chain = [Step("1 - (1 - x)**2", "complete the square"), Step("<= 1", "a square is not negative")]
    short = page(Part("Square", "x*(2 - x) <= 1", chain)).partition(":::::::: every")[0]
    assert r"[$= 1 - (1 - x)^{2}$]{.link} [$\le 1$]{.link}" in short


def test_a_rule_of_differentiation_stands_there_with_what_it_gives() -> None:
    chain = [Step("2*(x + 1)", differentiation("chain rule")), algebra("multiply out")]
    short = page(part("Slope", "diff((x + 1)**2, x) == 2*x + 2", *chain)).partition(":::::::: every")[0]
    assert r"[$= 2(x + 1)$]{.link}" in short


def test_names_that_the_chapter_has_introduced_are_not_introduced_again() -> None:
    said = check(Derivation("T9", "", "", (X, N), (Part("Sum", "x + n == n + x", [Step("n + x", "")]),), "Yes."))
    assert "is a number" in derivation_markdown(said, len)
    known = {entry.name: entry for entry in said.glossary if entry.name == "x"}
    text = derivation_markdown(said, len, known)
    assert "is a number" not in text
    assert "is a size. Other names mean what they did before." in text


def test_a_long_left_side_has_a_line_of_its_own() -> None:
    left, right = "x + x**2 + x**3 + x**4 + x**5 + x**6 + x", "2*x + x**2 + x**3 + x**4 + x**5 + x**6"
    text = page(Part("Long", f"{left} == {right}", [Step(right, "")]))
    assert "::: left" not in text
    assert r"$\quad = 2x" in text


def test_a_step_that_is_not_proved_says_so() -> None:
    assert '[✘\u00a0not proved]{.check state="failed"}' in page(Part("Wrong", "x + x == x", [Step("x", "")]))


def test_the_glossary_says_where_each_name_lives() -> None:
    part = Part("Sum", "sum(v[j] for j in span(1, n)) + sigma(x) == sigma(x) + sum(v[j] for j in span(1, n))",
                [Step("sigma(x) + sum(v[j] for j in span(1, n))", "")], given=["x > 0"])  # fmt: skip
    text = page(part, symbols=(X, N, V), definitions=(SIGMA,))
    assert r"Here $x \in \mathbb{R}$ is a number; $n = 1, 2, \dots$ is a size; $v \in \mathbb{R}^{n}$" in text
    assert r"We write $\sigma(u) = \frac{1}{1 + e^{-u}}$, a sigmoid." in text
    assert "**Sum.** Let $x > 0$." in text


def test_a_sequence_with_two_indices_lives_over_pairs() -> None:
    one, two = (signal(name, "counts", properties=["positive"]) for name in ("a", "b"))
    shown = page(Part("Swap", "a[n]*b[n, n] == b[n, n]*a[n]", [Step("b[n, n]*a[n]", "")]), symbols=(N, one, two))
    assert r"$a\colon \mathbb{Z} \to \mathbb{R}$ is counts" in shown
    assert r"$b\colon \mathbb{Z}^{2} \to \mathbb{R}$ is counts" in shown


def test_a_conclusion_links_the_parts_that_it_rests_on() -> None:
    parts = [Part(label, f"{n}*x + x == {n + 1}*x", [Step(because="add")]) for n, label in ((2, "Three"), (3, "Four"))]
    said = Derivation("T9", "", "", (X,), parts, "Adding adds (“Three”, “Four”), as “Four” shows.")
    count = iter(range(1, 9))
    text = derivation_markdown(check(said), lambda own: next(count))
    assert "Adding adds ([1](#T9-three), [2](#T9-four)), as [“Four”](#T9-four) shows." in text


def test_beside_a_part_stands_what_it_rests_on_and_what_rests_on_it() -> None:
    twice = Part("Twice", "x + x == 2*x", [Step(because="add")])
    quoting = Part("Four", "2*(x + x) == 4*x", [Step("2*(2*x)", using("Twice")), Step(because="multiply")])
    silent = Part("Six", "3*(x + x) == 6*x", [Step("3*(2*x)", using("Twice", "the sum")), Step(because="multiply")])
    said = check(Derivation("T9", "", "What is `x`?", (X,), (twice, quoting, silent), "Yes.", ""))
    number = {"twice": 1, "four": 2, "six": 3}.__getitem__
    told = {
        part.split("}")[0].split("-")[1].split()[0]: part for part in derivation_markdown(said, number).split("{.part ")[1:]
    }
    assert "used in\u00a0[(2)](#T9-four), [(3)](#T9-six)" in told["twice"]
    assert "joined" not in told["four"]  # whose reason says so
    assert "rests on\u00a0[(1)](#T9-twice)\n" in told["six"].split("All 5 steps")[0]
    assert "used in\u00a0[(2)](#T9-four)\n" in derivation_markdown(shortened(said, ["Twice", "Four"], again=False), number)
    assert "joined" not in derivation_markdown(shortened(said, ["Six"], again=False), number)  # what is not here is no link


def test_a_row_of_a_table_says_what_rests_on_it() -> None:
    rows = counts("Count them:", "", "")
    last = Part("Last", "(3*x + x) + x == 5*x", [Step("4*x + x", using("Case 3")), Step(because="add")])
    text = page(*rows, last)
    assert "used in\u00a0[(4)](#T9-last)" in text.split("**Case 3**")[1].split("**Case 4**")[0]
    assert text.count("used in") == 1


def test_a_shortened_proof_shows_the_parts_asked_for_in_their_order_and_counts_the_rest() -> None:
    sums = {"One": "1", "Two": "n", "Three": "3"}
    parts = tuple(Part(name, f"x + {each} == {each} + x", [Step(f"{each} + x", "")]) for name, each in sums.items())
    said = check(Derivation("T9", "", "Why?", (X, N), parts, "So (“One”, “Two”).", "", ()))
    short = shortened(said, ["Three", "One"], again=False)
    text = derivation_markdown(short, len)
    assert text.index("**Three.**") < text.index("**One.**")
    assert "**Two.**" not in text
    assert "So ([3](#T9-one))." in text
    assert "is a size" not in text  # what it no longer mentions
    assert left_out(said, short).startswith("The complete report has one more part of this proof, which is checked")
    assert "Question" not in derivation_markdown(shortened(said, ["Two"], again=True), len)
    with pytest.raises(ReportError, match="'Three'"):
        shortened(said, ["Thre"], again=False)


def test_a_shortened_proof_introduces_no_symbol_for_a_word_of_its_prose_or_a_parameter_of_a_definition() -> None:
    symbols = (X, real("a", "a slope"), real("u", "an input"))
    parts = (
        Part("Times a slope", "a*u == u*a", [Step("u*a", "")]),
        Part("Squared", "sigma(x)*sigma(x) == sigma(x)**2", [Step("sigma(x)**2", "collect a factor")], intro="Take a look:"),
    )
    said = check(Derivation("T9", "", "What is it?", symbols, parts, "A square (“Squared”).", "", (SIGMA,)))
    short = derivation_markdown(shortened(said, ["Squared"], again=False), len)
    assert "is a number" in short
    assert "a sigmoid" in short
    assert "is a slope" not in short
    assert "is an input" not in short
    assert "is a slope" in derivation_markdown(shortened(said, ["Times a slope"], again=False), len)


def counts(*intros: str, because: str = "add") -> list[Part]:
    return [
        Part(f"Case {n}", f"{n}*x + x == {n + 1}*x", [Step(f"x + {n}*x", "swap"), Step(because=because)], intro=intro)
        for n, intro in enumerate(intros, 2)
    ]


def test_parts_without_words_that_rest_on_the_same_reasons_are_a_table() -> None:
    text = page(*counts("Count them:", "", ""))
    assert text.count("{.case #T9-case-") == 3
    assert ".part" not in text
    assert text.index("Count them:") < text.index("**Case 2**")
    assert text.split("All 6 steps")[0].count("swap; add") == 1
    assert "[$2x + x$]{.link} [$= 3x$]{.link}" in text  # what is between stands in the ledger


def test_cases_are_a_table_each_with_its_reasons() -> None:
    given = [Part(f"Case {n}", f"{n}*x == 0", [Step(because=f"times {n}")], given=["x == 0"]) for n in (2, 3, 4)]
    text = page(*given).split("All 3 steps")[0]
    assert text.count("{.case #T9-case-") == 3
    assert [f"times {n}" in text for n in (2, 3, 4)] == [True] * 3
    assert "**Case 2**\\\n$x = 0$" in text


@pytest.mark.parametrize("parts", [counts("", ""), counts("", "", "Now four:"), [*counts("", ""), *counts("", because="sum")]])
def test_two_or_what_has_words_or_other_reasons_are_no_table(parts) -> None:
    labelled = [Part(f"{at}", p.statement, p.steps, intro=p.intro) for at, p in enumerate(parts)]
    assert page(*labelled).count(".part ") == len(parts)


def test_a_theorem_that_is_named_leads_there_if_it_stands_in_the_write_up() -> None:
    named = Part("Twice", "x + x == 2*x", [Step(because="add, as in T3")], intro="As T2 says of `x`, and T16.E13 does not:")
    written = derivation_markdown(check(Derivation("T9", "", "", [X], [named], "", comment="See (T2).")), lambda own: 1)
    labels = {"T2": "T2, The sigmoid"}
    shown = resolved(written, Path("here.md"), labels, (), lambda name: False)
    assert "As [T2](#sec-T2) says of $x$, and T16.E13 does not:" in shown
    assert "See ([T2](#sec-T2))." in shown
    assert "add, as in T3" in shown
    assert "\ue000" not in shown
