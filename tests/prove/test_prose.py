"""What is said is what was shown, with its conditions; names mean what the field means; a remark is marked as one."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath as mp
import pytest

from report.proof import (
    Definition, Derivation, Part, Proof, Step, Symbol, algebra, calculation, check, cited, counterexample, define, definition,
    finite, induction, integer, matrix, proved, real, refuted, using,
)  # fmt: skip
from report.prove.derivation import Assertion
from report.terminal.proofs import terminal

X, N = real("x", "a number"), integer("n", "a size", least="1", high=5)
POSITIVE = Part("Positive", "abs(x) == x", [Step(because="it is positive")], given=["x > 0"], intro="Its size:")
TWICE = Part("Twice", "x + x == 2*x", [Step(because=algebra("add, a linear map"))], intro="Adding doubles:")


def said(
    conclusion: str = "",
    consequence: str = "",
    parts: Sequence[Part] = (TWICE,),
    symbols: Sequence[Symbol] = (X,),
    definitions: Sequence[Definition] = (),
    **more: str,
) -> str:
    return "\n".join(
        check(Derivation("T0", "A test", "", symbols, parts, conclusion, consequence, definitions, **more)).failures
    )


@pytest.mark.parametrize(
    "conclusion",
    [
        "",
        "Yes.",
        "It is `2*x`.",
        "So `x + x == 2*x`.",
        "Adding a number to itself doubles it (“Twice”).",
        "Yes. Adding is linear (“Twice”). So `x + x == 2*x`.",
    ],
)
def test_a_conclusion_may_say_what_was_shown(conclusion: str) -> None:
    assert not said(conclusion)


def test_what_a_formula_applies_may_be_called_so() -> None:
    root = Part("Root", "sqrt(x**2 + 1)**2 == x**2 + 1", [Step(because="square it")])
    assert not said("The square of the root is `x**2 + 1`.", parts=[root])
    assert "says 'logarithm'" in said("The square of the logarithm is `x**2 + 1`.", parts=[root])


@pytest.mark.parametrize(
    ("conclusion", "says"),
    [
        ("Deep networks generalise.", "rests on nothing that was shown"),
        ("Momentum explodes, `x + x == 2*x`.", "says 'Momentum' and 'explodes', and no part does"),
        ("So `x + x == 2*x`. Deep networks generalise.", "rests on nothing that was shown"),
        ("Adding doubles (“Thrice”).", "there is no such part"),
        ("It grows tenfold (“Twice”).", "says 'tenfold', and no part does"),
        ("It is never negative (“Twice”).", "says 'never'"),
        ("It doubles only if something is added (“Twice”).", "says 'only if'"),
        ("The matrix is circulant (“Twice”).", "says 'circulant'"),
        ("So x + x is 2*x.", "a formula in prose stands in backticks"),
        ("So x² = x, and `x + x == 2*x`.", "a formula in prose stands in backticks"),
        ("It is f(x), in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is 2x, in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is x - y, in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is O(n), in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is \\frac{x}{n}, in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is |x|, in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is y squared, in short `2*x`.", "a formula in prose stands in backticks"),
        ("It is at most 5, in short `2*x`.", "has the number 5"),
        ("It is a third of `2*x`.", "says 'third'"),
        ("It has seven terms, `2*x`.", "says 'seven'"),
        ("Ten percent more is `2*x`.", "'percent'"),
        ("The sum `2*x` is quadratic.", "says 'quadratic'"),
        ("The sum `2*x` is invertible.", "says 'invertible'"),
        ("The sum `2*x` is the smallest.", "says 'smallest'"),
        ("The sum `2*x` is not linear.", "says 'not linear', and the parts deny it"),
        ("The sum `2*x` is bilinear.", "says 'bilinear'"),
        ("So momentum helps, `x + x == 2*x`.", "says 'momentum'"),
        ("Adding explodes (“Twice”).", "says 'explodes'"),
        ("So `x + x == 2*x`, and all networks converge (“Twice”).", "'networks'"),
        ("Training finds the best weights (“Twice”).", "'weights'"),
    ],
)
def test_a_conclusion_says_no_more_than_was_shown(conclusion: str, says: str) -> None:
    assert says in said(conclusion)
    assert says in said("", conclusion)


SAME = Part("Same", "x + x*y - x == x*y", [Step(because=algebra("collect"))], intro="The bounds of a maximum:")
BOUND = Part("Bound", "min(x, y) <= x", [Step(because="the least is below each")], intro="A maximum:")


@pytest.mark.parametrize(
    ("conclusion", "says"),
    [
        ("A number plus another equals the product (“Same”).", ""),
        ("With respect to it, one uses the product (“Same”).", ""),
        ("The quotient is the product (“Same”).", "says 'quotient'"),
        ("A number equals the other (“Bound”).", "says 'equals'"),
        ("It is never above the maximum (“Bound”).", ""),
        ("It is never the maximum (“Bound”).", "says 'never'"),
        ("It is not the maximum (“Bound”).", "the parts deny it"),
        ("It is never below the maximum (“Bound”).", "shows no such order"),
        ("The product is that of weight decay (“Same”).", "says 'weight'"),
        ("The product decays (“Same”).", "shows no such order"),
    ],
)
def test_what_a_statement_has_a_sign_for_may_be_said(conclusion: str, says: str) -> None:
    problems = said(conclusion, parts=[SAME, BOUND], symbols=[X, real("y", "another number")])
    assert says in problems if says else not problems
    assert "'decay'" not in problems or "such order" not in problems


def test_the_conditions_that_a_conclusion_leaves_out_are_said_together() -> None:
    part = Part("Root", "sqrt(x**2) == x", [Step(because="its root")], given=["x > 0", "x < 2"])
    assert "without its conditions\n  Say that it is for `x > 0` and `x < 2`." in said("So it is (“Root”).", parts=[part])


SIGNED = [
    ("x**2 + 1 > 0", "", "The value is positive", True),
    ("x**2 >= 0", "", "The value is not negative", True),
    ("-x**2 - 1 < 0", "", "The value is negative", True),
    ("-x**2 <= 0", "", "The value is not positive", True),
    ("x - x == 0", "", "The value vanishes", True),
    ("iff(x + x == 0, x == 0)", "", "It is nought exactly then", True),
    ("x**2 + 1 > 0", "", "The value is negative", False),
    ("x**2 >= 0", "", "The value is positive", False),
    ("-x**2 - 1 < 0", "", "The value is not negative", False),
    ("x**2 + 1 > 0", "", "The value vanishes", False),
    ("x + x == 2*x", "x > 0", "The value is positive", False),  # that is the condition
    ("implies(x == 0, x + x == 0)", "", "It is nought exactly then", False),
]


@pytest.mark.parametrize(("claim", "given", "sentence", "holds"), SIGNED)
def test_a_relation_says_what_sign_there_is_and_what_is_equivalent(claim: str, given: str, sentence: str, holds: bool) -> None:
    part = Part("A value", claim, [Step(because=calculation("so it is"))], given=[given] if given else [])
    condition = f" for `{given}`" if given else ""
    assert bool(said(f"{sentence}: `{claim}`{condition}.", parts=[part])) is not holds


@pytest.mark.parametrize(
    ("intro", "says"),
    [
        ("By “Twice” it doubles.", ""),
        ("By “Twice” momentum helps.", "the introduction says 'momentum'"),
        ("“Twice” is wrong.", "the introduction denies what was shown"),
        ("By “Thrice” it doubles.", "the introduction quotes “Thrice”"),
        ("By “Positive” it is so.", "the introduction quotes “Positive” without its condition"),
    ],
)
def test_an_introduction_that_quotes_a_part_says_what_was_shown(intro: str, says: str) -> None:
    again = Part("Doubles", "2*(x + x) == 4*x", [Step(because="double it")], intro=intro)
    problems = said(parts=[TWICE, POSITIVE, again])
    assert says in problems if says else not problems


@pytest.mark.parametrize("more", [{"comment": "Momentum helps (“Twice”)."}, {"question": "Why does momentum help (“Twice”)?"}])
def test_a_part_is_quoted_where_something_is_concluded(more: dict[str, str]) -> None:
    parts = (Part("Twice", "x + x == 2*x", [Step(because=algebra("add"))]),)
    proof = check(Derivation("T0", "A test", more.pop("question", ""), [X], parts, "", **more))  # type: ignore[arg-type]
    assert "is quoted where nothing is concluded" in "\n".join(proof.failures)


@pytest.mark.parametrize(
    ("claim", "says"),
    [
        (proved("Adding doubles.", by="Twice"), ""),
        (proved("Adding helps momentum.", by="Twice"), "the claim says 'helps'"),
        (proved("A number is its own size.", by="Positive"), "the claim quotes “Positive” without its condition"),
        (proved("For `x > 0` a number is its own size.", by="Positive"), ""),
        (refuted("Adding doubles.", by="Twice"), "states an equation and denies nothing"),
        (refuted("The size is another.", by="Positive"), "states an equation and denies nothing"),
        (refuted("The root of a square is the number.", by="Not the root"), ""),
        (refuted("One more is as large.", by="Larger"), ""),
        (refuted("A logistic unit saturates.", by="Larger"), "no part speaks of 'logistic', 'unit' and 'saturates'"),
        (refuted("One more is as large.", by="Tried"), "“Tried” is only checked, and refutes nothing"),
    ],
)
def test_what_refutes_a_sentence_denies_something(claim: Assertion, says: str) -> None:
    parts = [TWICE, POSITIVE, counterexample("Not the root", "sqrt(y**2) == y", at={"y": "-1"})]
    parts += [Part("Larger", "x + 1 > x", [Step(">", "one more")])]
    scope = "Tried at points; it is open for others."
    parts += [Part("Tried", "x + 2 > x", [Step(">", finite("try"))], scope=scope)] if claim.by == "Tried" else []
    problems = "\n".join(check(Derivation("T0", "A test", "", [X], parts, "", claims={"it": claim})).failures)
    assert says in problems if says else not problems


def test_what_is_only_remarked_is_marked_as_a_comment() -> None:
    assert not said(comment="Deep networks generalise tenfold, never less.")
    assert "no part states" in said(comment="So `x + x == 3*x`.")


@pytest.mark.parametrize(
    ("conclusion", "says"),
    [
        ("For `x > 0`, `abs(x) == x`.", ""),
        ("Let `x > 0`. Then `abs(x) == x`.", ""),
        ("For every real number `abs(x) == x`.", "without its condition"),
        ("Every real number satisfies `x > 0`.", "is a condition of 'Positive' and no result"),
        ("For `x > 0` a number is its own size (“Positive”).", ""),
        ("A number is its own size (“Positive”).", "quotes “Positive” without its condition"),
        ("For `x < 0` a number is its own size (“Positive”).", "quotes “Positive” without its condition"),
        ("A positive number is its own size (“Positive”).", "quotes “Positive” without its condition"),
        ("For `x` a number is its own size (“Positive”).", "quotes “Positive” without its condition"),
        ("Doubling and size agree (“Twice”, “Positive”).", "quotes “Positive” without its condition"),
    ],
)
def test_a_statement_comes_with_its_conditions(conclusion: str, says: str) -> None:
    parts = [TWICE, POSITIVE] if "Twice" in conclusion else [POSITIVE]
    assert says in said(conclusion, parts=parts) if says else not said(conclusion, parts=parts)


def test_a_step_of_an_induction_is_not_quoted() -> None:
    t = integer("t", "a time", least="0", high=4)
    sum_of = "sum(k for k in span(1, {0})) == {0}*({0} + 1)/2".format
    base = Part("Base", sum_of("0"), [Step(because="nothing is added")])
    step = Part("Step", sum_of("(t + 1)"), [
        Step("sum(k for k in span(1, t)) + t + 1", algebra("the last term")),
        Step("t*(t + 1)/2 + t + 1", using("hypothesis")), Step(because=algebra("collect")),
    ], supposing=sum_of("t"))  # fmt: skip
    law = Part("Law", sum_of("t"), [Step(because=induction("t", start="0", base="Base", step="Step"))])
    assert not said("So it is (“Law”).", parts=[base, step, law], symbols=[t])
    assert "holds only under its hypothesis" in said("So it is (“Step”).", parts=[base, step, law], symbols=[t])


def test_a_definition_is_no_result() -> None:
    loss = define("ell", "0", "the loss")
    part = Part("Loss", "ell + x == x", [Step(because="nothing is added")])
    assert "is how 'ell' is defined" in said("The loss vanishes, `ell == 0`.", parts=[part], definitions=[loss])
    assert not said("Here `ell + x == x`, where `ell == 0`.", parts=[part], definitions=[loss])


@pytest.mark.parametrize(("rule", "word"), [(finite("tried"), "checked"), (cited("a theorem"), "cited")])
def test_what_is_only_checked_or_cited_is_marked(rule: object, word: str) -> None:
    law = Part("Law", "n*(n + 1) >= 2", [Step(">=", rule)], scope="Only for sizes up to five.")  # type: ignore[arg-type]
    use = Part(
        "Use", "n + n*n >= 2", [Step("n*(n + 1)", algebra("factor out")), Step(">=", using("Law"))], scope="As in the law."
    )
    assert f"which is only {word}" in said("So `n + n*n >= 2`.", parts=[law, use], symbols=[N])
    assert f"which is only {word}" in said("So it is (“Use”).", parts=[law, use], symbols=[N])
    assert not said(f"So `n + n*n >= 2`, {word} only.", parts=[law, use], symbols=[N])
    assert "does not say what is left open" in said(
        parts=[Part("Law", "n*(n + 1) >= 2", [Step(">=", rule)], scope=".")], symbols=[N]
    )  # type: ignore[arg-type]


def test_a_part_shows_more_than_its_condition() -> None:
    part = Part("Count", "x == 7", [Step(because="count")], given=["x == 7"])
    assert "states its own condition" in said(parts=[part])
    assert "no part may be called 'hypothesis'" in said(parts=[Part("hypothesis", "x + x == 2*x", [Step(because="add")])])


def test_a_reference_is_held_against_the_whole_domain() -> None:
    six = define("r(x)", "max(0, x)", "as in MobileNet", reference=lambda x: min(max(0, x), 6))
    assert "the definition of 'r' is wrong" in said(
        parts=[Part("P", "2*r(x) - r(x) == r(x)", [Step(because="")])], definitions=[six]
    )


# --- what rests on what --------------------------------------------------------------------------------------------


def proof_of(*parts: Part) -> Proof:
    return check(Derivation("T0", "A test", "", [X], parts, ""))


def chain(last: str = "4*(2*x)") -> tuple[Part, ...]:
    return (
        TWICE,
        Part("Four times", "2*(x + x) == 2*(2*x)", [Step(because=using("Twice"))]),
        Part(
            "Eight times",
            f"2*(2*(x + x)) == {last}",
            [Step("2*(2*(2*x))", using("Four times")), Step(because=algebra("multiply"))],
        ),
    )


def test_the_graph_of_what_rests_on_what_is_derived() -> None:
    proof = proof_of(*chain())
    assert not proof.failures
    assert [part.rests_on for part in proof.parts] == [(), ("Twice",), ("Four times",)]
    assert "“Four times” rests on it" in terminal(proof)


def test_nothing_rests_on_what_is_not_proved() -> None:
    wrong = Part("Twice", "x + x == 3*x", [Step(because=algebra("add"))])
    use = Part("Use", "2*(x + x) == 2*(3*x)", [Step(because=using("Twice"))])
    proof = proof_of(wrong, use)
    assert [part.standing for part in proof.parts] == ["not proved", "not proved"]
    assert "it rests on “Twice”, which is not proved" in proof.failures[1]


@pytest.mark.parametrize(
    ("part", "trivial"),
    [
        (Part("P", "x - x == 0", [Step(because="cancel")]), True),
        (Part("P", "(x + 1)**2 == x**2 + 2*x + 1", [Step(because="multiply out")]), False),
        (POSITIVE, False),
    ],
)
def test_what_holds_by_itself_is_no_theorem(part: Part, trivial: bool) -> None:
    proof = proof_of(part)
    assert not proof.failures
    assert [part.trivial for part in proof.parts] == [trivial]


# --- messages ------------------------------------------------------------------------------------------------------


def test_a_refused_step_shows_what_is_left_over() -> None:
    (failure,) = proof_of(Part("P", "(x + 1)**2 == x**2 + 3*x + 1", [Step(because=algebra("multiply out"))])).failures
    assert "left over: x" in failure


@pytest.mark.parametrize(
    ("part", "symbols", "definitions", "says"),
    [
        (Part("P", "lim(1/x) == 0", [Step(because="")]), [X], [], "There are no limits here"),
        (Part("P", "r(x) == r(x) + 0", [Step(because="")]), [X], [define("r(x)", "x", "", reference=lambda x: mp.th(x))],
         "witness cannot"),
        (Part("P", "A + A == 2*A", [Step(because="")], given=["all(A[k, k] < A[k, n] for k in span(1, n))"]),
         [N, matrix("A", "n", "n", "")], [], "nothing satisfies the conditions together"),
    ],
)  # fmt: skip
def test_nothing_ends_as_a_bug(part: Part, symbols: list[Symbol], definitions: list[Definition], says: str) -> None:
    assert says in said(parts=[part], symbols=symbols, definitions=definitions)


@pytest.mark.parametrize(
    "conclusion",
    [
        "It is not so that `x + x == 2*x`.",
        "`x + x == 2*x` is false.",
        "Hardly ever is `x + x == 2*x`.",
        "“Twice” is wrong.",
        "“Twice” does not hold.",
    ],
)
def test_a_conclusion_does_not_deny_what_was_shown(conclusion: str) -> None:
    assert "denies what was shown" in said(conclusion)


@pytest.mark.parametrize("before", ["Unless", "Also without"])
def test_a_condition_is_not_named_to_be_denied(before: str) -> None:
    assert "is a condition of 'Positive' and no result" in said(f"{before} `x > 0`, so `abs(x) == x`.", parts=[POSITIVE])


def test_what_a_name_stands_for_is_no_result_though_a_part_opens_it() -> None:
    opened = Part("Opened", "M == x + 1", [Step(because=definition("M"))])
    assert "is defined, and no result" in said("`M == x + 1`.", parts=[opened], definitions=[define("M", "x + 1", "a sum")])


@pytest.mark.parametrize(
    "sentence", ["Most sums are so", "The converse holds", "For complex numbers, too", "Nothing is better"]
)
def test_words_that_weigh_are_words_of_a_part(sentence: str) -> None:
    assert "no part does" in said(f"{sentence} (“Twice”).")


@pytest.mark.parametrize(
    ("more", "right"),
    [
        ({"conclusion": "No. So `x + x == 2*x`."}, False),
        ({"conclusion": "No."}, False),
        ({"conclusion": "Nothing. So `x + x == 2*x`."}, True),
        ({"conclusion": "The order does not matter, `x + x == 2*x`."}, True),
        ({"conclusion": "Adding doubles nothing (“Twice”)."}, False),
        ({"conclusion": "Adding doubles no number (“Twice”)."}, False),
        ({"conclusion": "It is not `2*x`."}, False),
        ({"conclusion": "It differs from `2*x`."}, False),
        ({"conclusion": "It is anything but `2*x`."}, False),
        ({"conclusion": "It is at most `2*x`."}, False),
        ({"conclusion": "Only adding doubles (“Twice”)."}, False),
        ({"title": "Adding never doubles"}, False),
        ({"title": "Adding doubles"}, True),
    ],
)
def test_what_only_equations_show_is_not_denied(more: dict[str, str], right: bool) -> None:
    declared = {"title": "A test", "conclusion": "", **more}
    derivation = Derivation("T0", declared["title"], "Is it twice?", [X], [TWICE], declared["conclusion"])
    assert bool(check(derivation).failures) is not right


def test_no_may_be_answered_where_something_is_denied() -> None:
    larger = Part("Larger", "x + 1 > x", [Step(">", "one more")])
    assert not said("No.", parts=[larger])


@pytest.mark.parametrize(("words", "right"), [("at most", True), ("at least", False)])
def test_a_bound_is_said_from_its_side(words: str, right: bool) -> None:
    bound = Part("Bound", "x <= abs(x)", [Step("<=", "its size")], intro="A number and its size:")
    assert bool(said(f"A number is {words} its size (“Bound”).", parts=[bound])) is not right


@pytest.mark.parametrize(
    ("conclusion", "right"),
    [
        ("Where `abs(x) == x`, `x > 0`.", False),
        ("Here `abs(x) == x` and `x > 0`.", False),
        ("For `x > 0` only, `abs(x) == x`.", False),
        ("Here `abs(x) == x` for `x > 0`.", True),
        ("Let `x` be a number and `x > 0`. Then `abs(x) == x`.", True),
    ],
)
def test_a_condition_is_no_consequence_of_the_result(conclusion: str, right: bool) -> None:
    assert bool(said(conclusion, parts=[POSITIVE])) is not right


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("A number is below what is added to (“One more”).", True),
        ("A number is above what is added to (“One more”).", False),
        ("A number is smaller than one more (“One more”).", True),
        ("A number is larger than one more (“One more”).", False),
        ("A number is not larger than one more (“One more”).", True),
        ("A number is not smaller than one more (“One more”).", False),
        ("A number is less than one more (“One more”).", True),
        ("A number is more than one more (“One more”).", False),
        ("A number exceeds one more (“One more”).", False),
        ("`x` is smaller than `x + 1` (“One more”).", True),
        ("`x + 1` is larger than `x` (“One more”).", True),
        ("`x + 1` exceeds `x` (“One more”).", True),
        ("`x` exceeds `x + 1` (“One more”).", False),
        ("`x + 1` is smaller than `x` (“One more”).", False),
        ("`x` is larger than `x + 1` (“One more”).", False),
        ("`x` is at most `x + 1` (“One more”).", True),
        ("`x + 1` is at most `x` (“One more”).", False),
        ("It is smaller, `x < x + 1`.", True),
        ("It is larger, `x < x + 1`.", False),
        ("It is twice the number (“Twice”).", True),
        ("It is more than twice the number (“Twice”).", False),
        ("It is no more than the sum (“Twice”).", True),
        ("It is less than twice the number (“Twice”).", False),
        ("Twice is smaller than the sum (“Twice”), as one more is (“One more”).", False),
        ("For a larger one it is one (“Larger”).", True),
        ("For a smaller one it is one (“Larger”).", False),
        ("What comes after it is one (“Larger”).", True),
        ("What comes before it is one (“Larger”).", False),
    ],
)
def test_an_order_is_that_of_what_the_sentence_rests_on(sentence: str, right: bool) -> None:
    above = Part("One more", "x < x + 1", [Step("<", "one is added to it")])
    twice = Part(
        "Twice", "x + x == 2*x", [Step(because="what is added is exceeded by less than nothing")], intro="The sum is twice it."
    )
    larger = Part("Larger", "x*x == x**2", [Step(because="")], intro="With any larger one, and what comes after it:")
    assert bool(said(sentence, parts=[above, twice, larger])) is not right
    claimed = proved(sentence.split(" (“")[0] + ".", by="One more" if "One more" in sentence.split("(")[-1] else "Larger")
    if sentence.count("“") == 1 and "Twice" not in sentence:
        derivation = Derivation("T0", "A test", "", [X], [above, twice, larger], "", claims={"it": claimed})
        assert bool(check(derivation).failures) is not right


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("The derivative of `x**2` is `2*x`.", True),
        ("The derivative of `x**2` by `x` is `2*x`.", True),
        ("The slope of `2*x` is `x**2`.", False),
        ("The derivative of `2*x` is `x**2`.", False),
    ],
)
def test_a_derivative_is_called_so_where_it_is_stated(sentence: str, right: bool) -> None:
    square = Part("Square", "diff(x**2, x) == 2*x", [Step(because="power rule")])
    problems = said(sentence, parts=[square])
    assert ("no part states that" in problems) is not right


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("`abs(x - y) < 1` for `x < y` and `y < x + 1`.", True),
        ("`abs(x - y) < 1` if `x < y`, and if `y < x + 1`.", True),
        ("`abs(x - y) < 1` for `x < y` or `y < x + 1`.", False),
        ("`abs(x - y) < 1` for `x < y`, or if `y < x + 1`.", False),
        ("`abs(x - y) < 1` for `x < y` and/or `y < x + 1`.", False),
        ("`abs(x - y) < 1` for `x < y` and `y < x + 1`, and only there.", False),
        ("Strictly, `abs(x - y) < 1` for `x < y` and `y < x + 1`.", True),
        ("`x <= x + abs(y)`, strictly.", False),
        ("`x <= x + abs(y)`, and it grows with `y`.", False),
        ("`x <= x + abs(y)`: what is added increases.", False),
        ("What is added grows with the length (“Longer”).", True),
        ("What is added falls with the length (“Longer”).", False),
        ("What is added increases with the length (“Longer”).", True),
    ],
)
def test_a_sentence_says_no_more_than_what_it_rests_on(sentence: str, right: bool) -> None:
    numbers = [real("x", "a number"), real("y", "another")]
    near = Part("Near", "abs(x - y) < 1", [Step(because="")], given=["x < y", "y < x + 1"])
    longer = Part("Longer", "x <= x + abs(y)", [Step(because="")], intro="What is added grows with the length.")
    added = Part("Added", "x <= x + abs(y)*1", [Step(because="")], intro="What is added, with the length.")
    parts = [near, longer if "Longer" in sentence else added]
    failures = check(Derivation("T0", "", "", numbers, parts, sentence.replace("abs(y)`", "abs(y)*1`"))).failures
    assert (failures == ()) is right, failures


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("`(x + y)**2` is `x**2 + 2*x*y + y**2` (“Square”).", True),
        ("`x**2 + 2*x*y + y**2` equals `(x + y)**2` (“Square”).", True),
        ("`(x + y)**2` is `(x + y)*(x + y)` (“Square”).", True),
        ("`(x + y)**2` and `x**2 + 2*x*y + y**2` are equal (“Square”).", True),
        ("`w` is `x*y`, and `(x + y)**2` the square of a sum.", True),
        ("The bound on `x*y` is `(x**2 + y**2)/2` (“Bound”).", True),
        ("`(x + y)**2` is `x*y` (“Square”).", False),
        ("`x*y` is `(x**2 + y**2)/2` (“Bound”).", False),
        ("`x*y` or `(x**2 + y**2)/2`, both are equal (“Bound”).", False),
        ("`x*y` and `(x**2 + y**2)/2` are the same (“Bound”).", False),
        ("`x*y <= (x**2 + y**2)/2` is the same as `(x + y)**2 == x**2 + 2*x*y + y**2`.", False),
        ("`w` is `x**2 + 2*x*y + y**2` (“Square”).", False),
    ],
)
def test_what_a_sentence_calls_equal_is_shown_to_be(sentence: str, right: bool) -> None:
    steps = [Step("(x + y)*(x + y)", "the square of a sum is the same twice"), Step(because="multiply out, which is equal")]
    square = Part("Square", "(x + y)**2 == x**2 + 2*x*y + y**2", steps)
    bound = Part("Bound", "x*y <= (x**2 + y**2)/2", [Step(because="")])
    keep = Part("Keep", "w*1 == w", [Step(because="")])
    symbols, defined = [real("x", "a number"), real("y", "another")], [define("w", "x*y", "the product")]
    failures = check(Derivation("T0", "", "", symbols, [square, bound, keep], sentence, "", defined)).failures
    assert (failures == ()) is right, failures
    assert right or "no part states that" in failures[0] or "state different things" in failures[0]


@pytest.mark.parametrize(
    ("words", "right"),
    [
        ("Now `x*y` is `(x**2 + y**2)/2`.", False),
        ("Now `x*y` exceeds `(x**2 + y**2)/2`.", False),
        ("The slope of `x*y` is `(x**2 + y**2)/2`.", False),
        ("Now `x*y` is at most `(x**2 + y**2)/2`.", True),
        ("Is it so that `x*y` is `(x**2 + y**2)/2`?", True),
        ("It would be too much if `x*y` is `(x**2 + y**2)/2`.", True),
    ],
)
def test_what_stands_beside_a_part_calls_nothing_equal_that_is_not(words: str, right: bool) -> None:
    for where in ("intro", "scope", "comment"):
        beside = {where: words} if where != "comment" else {}
        part = Part("Bound", "x*y <= (x**2 + y**2)/2", [Step(because="")], **beside)
        comment = words if where == "comment" else ""
        symbols = [real("x", "a number"), real("y", "another")]
        failures = check(Derivation("T0", "", "", symbols, [part], "", comment=comment)).failures
        assert (failures == ()) is right, failures


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("“Thrice” follows from “Twice”.", True),
        ("`3*x + x == 4*x` follows from “Twice”.", True),
        ("“Twice” follows from “Thrice”.", False),
        ("“Thrice” follows from “Apart”.", False),
        ("`x + x == 2*x` follows from `x - x == 0`.", False),
        ("`x + x == 2*x` except for some.", False),
        ("Nearly, `x + x == 2*x`.", False),
        ("From “Twice” comes “Thrice”.", True),
        ("From “Thrice” comes “Twice”.", False),
        ("For `x`, and for no other, `x + x == 2*x`.", False),
        ("Here `x + x == 2*x`; otherwise not.", False),
    ],
)
def test_what_follows_from_a_part_rests_on_it(sentence: str, right: bool) -> None:
    twice = Part("Twice", "x + x == 2*x", [Step(because="add")])
    rests = Part(
        "Thrice",
        "3*x + x == 4*x",
        [Step("x + x + x + x", "one by one"), Step("2*x + 2*x", using("Twice")), Step(because="add")],
    )
    apart = Part("Apart", "x - x == 0", [Step(because="cancel")])
    failures = check(Derivation("T0", "", "", [real("x", "a number")], [twice, rests, apart], sentence)).failures
    assert (failures == ()) is right, failures
