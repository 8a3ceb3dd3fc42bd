"""What an author writes beside formulas, with ill will: names and their LaTeX, reasons, words of a conclusion, fields."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
import pytest
import sympy as sp

from report.errors import DeclarationError
from report.proof import (
    Definition, Derivation, Live, Part, Step, Symbol, algebra, check, cited, define, finite, integer, part, real, using, vector,
)  # fmt: skip
from report.prove.language.formula import parse, statement

X, Y, N, V = real("x", "a number"), real("y", "another"), integer("n", "a size", least="1", high=4), vector("v", "n", "numbers")
SQUARE = "(x + y)**2 == x**2 + 2*x*y + y**2"


def said(
    *parts: Part, symbols: tuple[Symbol, ...] = (X, Y), definitions: tuple[Definition, ...] = (), conclusion: str = ""
) -> str:
    return "\n".join(check(Derivation("T0", "", "", symbols, parts, conclusion, "", definitions)).failures)


# --- LaTeX of one's own ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tex", [r"\ell", r"\ell_2", r"\hat{x}", "x'", r"\operatorname{ReLU}", "x_{max}", r"\mathcal{L}"])
def test_a_name_may_be_printed_as_a_sign(tex: str) -> None:
    assert not said(Part("Square", SQUARE, [Step(because="")]), symbols=(real("x", "a number", latex=tex), Y))


@pytest.mark.parametrize(
    "tex",
    [
        "x^2", r"\frac{1}{x}", r"\sqrt{y}", "0", "-y", r"\le", "|y|", r"\lvert y\rvert", r"\pi", "e", "$x$", r"\unknown", "x}",
        r"\text{the number zero}", r"y\cdot z", "2y",
    ],
)  # fmt: skip
def test_a_name_is_printed_as_no_formula(tex: str) -> None:
    symbols = (real("x", "a number", latex=tex), Y)
    assert "'x' looks like" in said(Part("Square", SQUARE, [Step(because="")]), symbols=symbols)


def test_a_name_is_not_printed_as_an_entry() -> None:
    symbols = (real("x", "a number", latex="v_1"), N, V)
    assert "an entry of 'v'" in said(Part("P", "x + v[1] == v[1] + x", [Step(because="")]), symbols=symbols)


# --- reasons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "by Minkowski", "thanks to Euler", "by L'Hôpital", "AM-GM", "the law of large numbers", "by T3", "see T12", "by (3)",
        "as shown in E5", "known", "as everybody knows", "without proof", "trust me", "numerically", "by experiment",
        "with torch", "by the previous part", "as shown above", "by hypothesis", "inductively",
        "obviously", "clearly so", "it is trivial", "of course", "easy to see", "evidently", "without loss of generality",
        "since it is known", "common knowledge", "everyone agrees", "no doubt", "it follows easily", "w.l.o.g.",
        "by assumption", "given", "by the conditions", "as assumed", "from the premise", "we assume it",
    ],
)  # fmt: skip
def test_a_reason_appeals_to_nothing_that_does_not_decide(words: str) -> None:
    assert "the reason speaks of" in said(Part("Square", SQUARE, [Step(because=algebra(words))]))


@pytest.mark.parametrize("given", [["x > 0"], []])
def test_a_reason_speaks_of_a_condition_only_where_there_is_one(given: list[str]) -> None:
    problems = said(Part("P", "abs(x)*x == x*abs(x)", [Step(because=algebra("by assumption"))], given=given), symbols=(X,))
    assert bool(problems) is not bool(given)


@pytest.mark.parametrize("words", ["multiply out", "the binomial formula", "move what is known to the left", "by hand"])
def test_a_reason_in_free_words_is_a_comment(words: str) -> None:
    assert not said(Part("Square", SQUARE, [Step(because=algebra(words))]))


# --- conclusions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sentence",
    [
        "`{}`, and so for matrices.",
        "`{}` precisely when both are large.",
        "`{}`, so squaring is idempotent.",
        "`{}`, so adding is commutative.",
        "`{}`, which is an unbiased estimate.",
        "`{}`, and x times x is x.",
        "`{}`: a ⇒ b.",
        "Nobody can show `{}`.",
        "`{}` is a lie.",
        "The bound is attained, `{}`.",
        "The one exceeds the other, `{}`.",
        "The one is strictly larger, `{}`.",
    ],
)
def test_a_conclusion_says_no_more(sentence: str) -> None:
    square = Part("Square", SQUARE, [Step(because="")], intro="What is larger?")
    assert "conclusion" in (problems := said(square, conclusion=sentence.format(SQUARE))) or "backticks" in problems


def test_what_is_strictly_smaller_may_be_called_so() -> None:
    strict = Part("Above", "x**2 + 1 > 0", [Step(">", "")], intro="What is larger?")
    assert not said(strict, symbols=(X,), conclusion="It is strictly larger (“Above”).")


# --- witnesses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "relation", "right", "symbols"),
    [("n", "<=", "100", (N,)), ("exp(x)", "<=", "10**9", (X,)), ("x + 20", ">=", "0", (X,)), ("v[1]", "<=", "30", (N, V))],
)
def test_what_is_only_checked_or_cited_is_looked_at_far_away(
    left: str, relation: str, right: str, symbols: tuple[Symbol, ...]
) -> None:
    scope = "Tried where it was drawn, and nowhere else."
    for rule in (finite("tried"), cited("a theorem")):
        false = Part("P", f"{left} {relation} {right}", [Step(relation, rule)], scope=scope)
        assert "the left side is" in said(false, symbols=symbols)


@pytest.mark.parametrize(
    ("live", "says"),
    [
        (Live("by hand", lambda x: None), "it gives None, which is no number"),
        (Live("by hand", lambda x: 2 * x, sweep={"q": [1]}), "sweeps 'q', which is no symbol"),
        (Live("torch autograd", lambda x: 2 * x), "is called torch, and does not call it"),
        (Live("twice by NumPy", lambda x: 2 * x), "is called NumPy, and does not call it"),
        (Live("PyTorch", lambda x: 2 * x), "is called PyTorch, and does not call it"),
        (Live("by hand", lambda x: 2 * sp.Float(x)), "calls SymPy"),
        (Live("by hand", lambda x: float("inf")), "by hand gives inf"),
    ],
)
def test_a_witness_gives_a_number_for_what_it_is_asked(live: Live, says: str) -> None:
    assert says in said(Part("P", "x + x == 2*x", [Step(because="")], live=[live]), symbols=(X,))


@pytest.mark.parametrize(("sizes", "accepted"), [([1], False), ([1, 2], False), ([1, 2, 3], True), ([], False)])
def test_a_witness_goes_over_points_that_tell_formulas_apart(sizes: list[int], accepted: bool) -> None:
    honest = Live("by hand", lambda n: n * n, sweep={"n": sizes})
    assert (said(Part("P", "n*n == n**2", [Step(because="")], live=[honest]), symbols=(N,)) == "") is accepted
    both = Live("by hand", lambda i: i * i, sweep={"i": [1, 2]})
    index = integer("i", "", within=("1", "2"))
    assert not said(Part("P", "i*i == i**2", [Step(because="")], live=[both]), symbols=(index,))
    with pytest.raises(DeclarationError, match="is asked at no point"):
        Live("by hand", lambda n: n, points=0)


def twice_by_numpy(x: float) -> float:
    return float(np.float64(x) * 2)


class _Twice:
    def at(self, x: float) -> float:
        return twice_by_numpy(x)


@pytest.mark.parametrize(
    "function",
    [twice_by_numpy, lambda x: twice_by_numpy(x), lambda x: [twice_by_numpy][0](x), _Twice().at, lambda x: _Twice().at(x),
     functools.partial(lambda by, x: by(x), twice_by_numpy)],
)  # fmt: skip
def test_a_witness_may_call_what_it_is_named_after_by_way_of_others(function: Callable[[float], float]) -> None:
    assert not said(Part("P", "x + x == 2*x", [Step(because="")], live=[Live("NumPy", function)]), symbols=(X,))


def test_who_bears_a_definition_out_is_held_to_the_same() -> None:
    part = Part("P", "w(x) + w(x) == 2*w(x)", [Step(because="")])
    for live, says in (
        (Live("torch", lambda y: 2 * y), "does not call it"),
        (Live("by hand", lambda y: 0, tolerance=9), "anything"),
    ):
        defined = define("w(y)", "2*y", "", symbols=[real("y", "")], live=[live])
        assert says in said(part, symbols=(X,), definitions=(defined,))


# --- what is no list, no number of arguments ---------------------------------------------------------------------------


def of(*parts: object, symbols: object = (X,), conclusion: object = "") -> Derivation:
    return Derivation("T0", "", "", symbols, parts, conclusion)  # type: ignore[arg-type]


TWICE = Part("Twice", "x + x == 2*x", [Step(because="")])


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: Part("P", "abs(x) == x", [Step(because="")], given="x > 0"), "given= is a list, of text"),
        (lambda: Part("P", "x + x == 2*x", Step(because="")), "steps= is a list, of Step"),  # type: ignore[arg-type]
        (lambda: part("P", "x + x == 2*x", "", live=[abs]), "which is no Live"),  # type: ignore[list-item]
        (lambda: of(TWICE, symbols=X), "symbols= is a list, of Symbol"),
        (lambda: of(TWICE, symbols=["x"]), "symbols= has 'x' in it"),
        (lambda: of("x + x == 2*x"), "which is no Part"),
        (lambda: of(TWICE, conclusion=None), "conclusion= is text"),
    ],
)
def test_a_field_of_another_kind_is_refused_where_it_is_written(made: Callable[[], object], says: str) -> None:
    with pytest.raises(DeclarationError, match=says) as refused:
        made()
    assert "test_words.py" in str(refused.value)


def test_one_property_needs_no_list() -> None:
    assert vector("v", "n", "", properties="positive").properties == ("positive",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("log()", "arguments of 'log': 1, not 0"),
        ("log(x, 2)", "arguments of 'log': 1, not 2"),
        ("diff(x**2)", "arguments of 'diff': 2, not 1"),
        ("mod(x)", "arguments of 'mod': 2"),
        ("max(v)", "of one argument there is no max"),
        ("sum(x)", "'sum' is taken over a range"),
        ("diff(x**3, x, x)", "a second derivative is diff(diff(e, x), x)"),
        ("exp(k for k in Z)", "'exp' is not taken over a range"),
        ("(lambda a, b: a)(x)", "takes one argument"),
        ("(lambda a=1: a)(x)", "takes one argument"),
        ("(lambda a, *b: a)(x)", "takes one argument"),
        ("[[x, 1], [2]]", "rows, all of one length"),
        ("[]", "rows, all of one length"),
        ("A[1, 2, 3]", "one place or two"),
        ("2**2**2**2**2**2", "too large to be looked at"),
        ("(x + y)**1000", "too large to be looked at"),
        ("sum(k for k in span(1, 10000000))", "too long to be looked at"),
    ],
)
def test_what_is_asked_of_the_wrong_number_of_things_is_refused(text: str, says: str) -> None:
    with pytest.raises(DeclarationError, match="cannot read this formula") as refused:
        parse(text)
    assert says in str(refused.value)


@pytest.mark.parametrize("text", ["max(x, y)", "max(v[k] for k in Z)", "zeros(2)", "zeros(2, 3)", "x**100", "2**64", "[1, 2]"])
def test_what_is_asked_of_the_right_number_of_things_is_read(text: str) -> None:
    assert parse(text).text == text


def test_domains_that_speak_of_each_other_are_refused() -> None:
    symbols = (real("x", "a number", above="y"), real("y", "another", above="x"))
    assert "the domain of 'x' speaks of 'x' itself" in said(Part("P", "x + y == y + x", [Step(because="")]), symbols=symbols)


def test_a_part_has_a_name() -> None:
    assert "a part has a name" in said(Part(" ", "x + x == 2*x", [Step(because="")]), symbols=(X,))


def test_what_cannot_be_read_is_said_without_the_name_of_an_error() -> None:
    positive = Part("P", "x*one(1/x > 0) == max(0, x)", [Step(because="")])
    endless = Part("Q", "F(x) == F(x) + 2", [Step(because="")])
    mutual = (define("F(x)", "G(x) + 1", "one"), define("G(x)", "F(x) + 1", "another"))
    for problems in (said(positive, symbols=(X,)), said(endless, symbols=(X,), definitions=mutual)):
        assert problems
        assert "Error" not in problems
    named = Part("R", "x + x == 2*x", [Step(because=using(3))])  # type: ignore[arg-type]
    assert "Error" not in said(named, symbols=(X,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("exp(exp(exp(exp(exp(x))))) > 0", "a number is too large to be looked at"),
        ("x**(10**(10**x)) >= 0", "a number is too large to be looked at"),
        ("sum(x for k in span(1, 10**9)) == 10**9*x", "a range of 1000000000 places is too long to be looked at"),
    ],
)
def test_what_would_take_a_witness_for_ever_is_said_to_be_too_large(text: str, says: str) -> None:
    sign, right = statement(text).relation, statement(text).right
    (refused,) = check(
        Derivation("T0", "", "", [X], [Part("P", text, [Step(f"{sign} {right}", "")], given=["x > 3"])], "")
    ).failures
    assert says in refused


@pytest.mark.parametrize(("head", "shape"), [("c[k]", ["n", "n"]), ("c[k, j]", ["n"]), ("c[k]", ["n", "n", "n"])])
def test_an_array_has_a_size_for_every_index(head: str, shape: list[str]) -> None:
    with pytest.raises(DeclarationError, match="has a size for"):
        define(head, "k", "it", shape=shape)
