"""True sentences about a theorem, and the same with one word or clause made false: which words hold what to what."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report.proof import Derivation, Part, Step, counterexample, load, matrix, real
from report.prove.prose import lint as prose

X, Y = real("x", "a number"), real("y", "another")
SQUARE = Part(
    "Square", "(x + y)**2 == x**2 + 2*x*y + y**2", [Step("(x + y)*(x + y)", "by itself"), Step(because="multiply out")]
)
BOUND = Part("Bound", "x*y <= (x**2 + y**2)/2", [Step(because="a square is not negative")])
SQUARES = Derivation("T0", "Squares", "What is the square of a sum?", [X, Y], [SQUARE, BOUND], "")
ROOTS = Derivation("T0", "Roots", "Is the root of a square the number?", [X], [
    counterexample("Not the root", "sqrt(y**2) == y", at={"y": "-1"}), Part("Size", "sqrt(x**2) == abs(x)", [Step(because="")]),
], "")  # fmt: skip
LABELLED = Derivation("T0", "Roots", "Is the root of a square the number, with every stride?", [X, Y], [
    counterexample("A root is not the number", "sqrt(y**2) == y", at={"y": "-1"}),
    Part("A sum with stride one is linear", "x + x == 2*x", [Step(because="")]),
], "")  # fmt: skip
EXAMPLES, THEORY = Path(__file__).parent / "examples", Path(__file__).parents[2] / "theory"
CROSS_ENTROPY, TRIANGLE, DROPOUT = (load(EXAMPLES / f"{name}.py") for name in ("cross_entropy", "inequalities", "dropout"))


def refused(derivation: Derivation, conclusion: str) -> str:
    return "\n".join(prose.failures(replace(derivation, conclusion=conclusion)))


@pytest.mark.parametrize(
    ("derivation", "true", "false", "says"),
    [
        # operations: in a formula, in that order, on that side
        (SQUARES, "The square of a sum is the sum of both squares and twice the product (“Square”).",
         "The square of a sum is the sum of both squares (“Square”).", "no part states that"),
        (SQUARES, "The square of a sum is `x**2 + 2*x*y + y**2` (“Square”).",
         "The square of a difference is `x**2 + 2*x*y + y**2` (“Square”).", "no formula that it rests on is one"),
        (SQUARES, "It is the product `(x + y)*(x + y)` (“Square”).", "It is the difference `(x + y)*(x + y)` (“Square”).",
         "is no difference"),
        (SQUARES, "The product is at most half the sum of the squares (“Bound”).",
         "The sum of the squares is at most the product (“Bound”).", "the other way round"),
        (SQUARES, "The product never exceeds half the sum of the squares (“Bound”).",
         "The sum of the squares never exceeds the product (“Bound”).", "the other way round"),
        (SQUARES, "The product is at most half the sum of the squares (“Bound”).",
         "The product is half the sum of the squares (“Bound”).", "is no equation"),
        (TRIANGLE, "The logarithm of the sum of exponentials is at least the maximum (“The softest maximum”).",
         "The exponential of the sum of logarithms is at least the maximum (“The softest maximum”).", "no formula that it"),
        (CROSS_ENTROPY, "The slope of the loss by a logit is `p[k] - y[k]`.",
         "The slope of the target by a logit is `p[k] - y[k]`.", "no part has that derivative"),
        (CROSS_ENTROPY, "The slope of the loss by a logit is `p[k] - y[k]`.",
         "The slope of a logit by the loss is `p[k] - y[k]`.", "no part has that derivative"),
        (CROSS_ENTROPY, "The slope is the probabilities less the target (“The gradient”).",
         "The slope is the target less the probabilities (“The gradient”).", "the other way round"),
        (CROSS_ENTROPY, "The loss is `-log(exp(z[t])/sum(exp(z[l]) for l in span(1, n)))`.", "The loss is `p[k] - y[k]`.",
         "'The loss is `p[k] - y[k]`', and no part states that"),
        # one part and another
        (SQUARES, "“Square” and “Square” say the same.", "“Bound” and “Square” say the same.", "state different things"),
        (SQUARES, "“Square” and “Bound” are shown.", "“Square” is equivalent to “Bound”.", "state different things"),
        (SQUARES, "“Square” and “Bound” are shown.", "“Square” implies “Bound”.", "on which it does not rest"),
        # for which, and on what it does not depend
        (SQUARES, "`(x + y)**2 == x**2 + 2*x*y + y**2` for every `x`.", "`(x + y)**2 == x**2 + 2*x*y + y**2` for some `x`.",
         "'for some'"),
        (SQUARES, "`(x + y)**2 == x**2 + 2*x*y + y**2` for every `x`.", "`(x + y)**2 == x**2 + 2*x*y + y**2` for a single `x`.",
         "'for a single'"),
        (ROOTS, "The root of a square is not always the number (“Not the root”).",
         "The root of every square is another number (“Not the root”).", "rests on an example alone"),
        (CROSS_ENTROPY, "The loss changes with a logit, `diff(loss, z[k]) == p[k] - y[k]`.",
         "The loss does not change with a logit, `diff(loss, z[k]) == p[k] - y[k]`.", "'not change with'"),
        (SQUARES, "It holds for all numbers (“Square”).", "It holds for no number (“Square”).", "denies something"),
        # what a label says
        (LABELLED, "A root is not the number (“A root is not the number”).",
         "A root is the number (“A root is not the number”).",
         "denies something"),
        (LABELLED, "A sum is linear with stride one (“A sum with stride one is linear”).",
         "A sum is linear with every stride (“A sum with stride one is linear”).", "says that with stride one"),
        # what another part says
        (DROPOUT, "The sum is the same (“A layer”).", "Its variance is the same (“A layer”).", "“Its variance” says it"),
        # numbers are those of the formulas
        (SQUARES, "The mixed one is twice the product (“Square”).".replace("mixed", "other"),
         "The other one is thrice the product (“Square”).", "'thrice'"),
        (SQUARES, "It is at most half of it (“Bound”).", "It is at most a third of it (“Bound”).", "'third'"),
    ],
)  # fmt: skip
def test_one_word_makes_a_sentence_false(derivation: Derivation, true: str, false: str, says: str) -> None:
    assert not refused(derivation, true)
    assert says in refused(derivation, false)


@pytest.mark.parametrize(
    "introduction",
    ["Of all seven this is the first:", "The two sides are symmetric:", "These are matrices:", "It is unique:", "It converges:",
     "It grows fourfold:", "Each is convex:", "It is independent of the other:", "This is necessary and sufficient:"],
)  # fmt: skip
def test_an_introduction_says_nothing_of_weight_by_itself(introduction: str) -> None:
    """A word of weight is in a formula, a label, a reason, or another introduction."""
    begun = replace(SQUARES, parts=[replace(SQUARE, intro=introduction), BOUND])
    assert "the introduction says" in refused(begun, "")
    assert "test_prose_falsified.py" in refused(begun, "")


@pytest.mark.parametrize(
    "introduction", ["There are two ways:", "It is twice the product:", "Is it unique?", "If it is unique:"]
)
def test_an_introduction_leads_to_what_is_shown(introduction: str) -> None:
    assert not refused(replace(SQUARES, parts=[replace(SQUARE, intro=introduction), BOUND]), "")


def test_what_a_name_is_may_be_said_of_many() -> None:
    ways = Part("Sum", "A + A == 2*A", [Step(because="add")], intro="For matrices, too:")
    assert not refused(Derivation("T0", "", "", [matrix("A", "2", "2", "a table")], [ways], ""), "Matrices are so (“Sum”).")


def test_a_part_is_introduced_by_the_last_introduction_before_it() -> None:
    parts = [replace(SQUARE, intro="A parabola opens:"), BOUND]
    assert not refused(replace(SQUARES, parts=parts), "It is a parabola (“Bound”).")
    assert "“Bound” says it" in refused(
        replace(SQUARES, parts=[SQUARE, replace(BOUND, intro="A parabola:")]), "A parabola (“Square”)."
    )


def test_what_no_name_means_may_be_any_formula() -> None:
    assert not refused(SQUARES, "The product is `(x + y)*(x + y)` (“Square”).")


@pytest.mark.parametrize(
    ("theorem", "true", "false", "says"),
    [
        # of a thing the opposite is not said of what is said of it
        ("t01_shifted_relu", "with zero padding", "with one padding", "'one' of 'padding'"),
        ("t01_shifted_relu", "Convolutions without padding", "Convolutions with padding", "'with' of 'padding'"),
        ("t13_linear_networks", "one affine map", "two affine maps", "'two' of 'affine'"),
        ("t18_what_separates", "of one covariance it", "of two covariance it", "'two' of 'covariance'"),
        # what it denies is denied there
        ("t03_zero_initialisation", "every gradient is zero", "every gradient is not zero", "'not zero'"),
        ("t05_impulse_response", "`L` is convolution", "`L` is not convolution", "'is not convolution"),
        ("t13_linear_networks", "average pooling is a strided", "average pooling is not a strided", "'is not a strided"),
        ("t18_what_separates", "with the logarithm of", "without the logarithm of", "'without the logarithm"),
        # nothing is not anything
        ("t14_linear_autoencoder", "nothing linear can do", "everything linear can do", "'everything'"),
    ],
)  # fmt: skip
def test_one_word_makes_a_sentence_of_a_theorem_false(theorem: str, true: str, false: str, says: str) -> None:
    derivation = load(THEORY / f"{theorem}.py")
    texts = {name: getattr(derivation, name) for name in ("conclusion", "consequence")}
    assert any(true in text for text in texts.values()), "the theorem does not say that any more"
    falsified = replace(derivation, **{name: text.replace(true, false) for name, text in texts.items()})  # type: ignore[arg-type]
    assert not [*prose.failures(derivation)]
    assert says in "\n".join(prose.failures(falsified))
