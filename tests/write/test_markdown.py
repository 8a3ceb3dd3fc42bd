"""Nouns as Markdown: numbers as a reader expects them, and text that stays text."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.model import Holds, Value, Verdict
from report.write import markdown as render


@pytest.mark.parametrize(
    ("number", "digits", "shown"),
    [
        (97.26, 1, "97.3"),
        (-0.04, 1, "−4\u202f×\u202f10⁻²"),
        (-0.0, 2, "0.00"),
        (-1.5, 1, "−1.5"),
        (1234, None, "1234"),
        (3274634, None, "3\u202f274\u202f634"),
        (10**400, 2, "\u202f".join(["10", *["000"] * 133])),
        (-12345.678, 2, "−12\u202f345.68"),
        (0.0003, None, "0.0003"),
        (1e-5, None, "10⁻⁵"),
        (1.008e-10, None, "1.0\u202f×\u202f10⁻¹⁰"),
        (5e-5, 2, "5\u202f×\u202f10⁻⁵"),
        (1e22, 1, "10²²"),
        (100000.0, None, "100\u202f000"),
        (None, 2, "—"),
        (math.nan, 2, "—"),
        (math.inf, 2, "∞"),
    ],
)
def test_numbers_are_written_for_readers(number, digits, shown):
    assert render.number_text(number, digits) == shown


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 6))
def test_a_number_reads_back_to_its_rounding(number, digits):
    shown = render.number_text(number, digits)
    assert "-" not in shown
    assert not re.fullmatch(r"−0\.?0*", shown)
    plain = shown.replace("\u202f", "").replace("−", "-")
    if re.fullmatch(r"-?\d+(\.\d+)?", plain):
        assert float(plain) == pytest.approx(number, abs=0.5 * 10**-digits * 1.001, rel=1e-6)


def test_a_value_has_its_spread_unit_and_origin():
    text = render.value_markdown(Value(97.312, "%", 1, 0.21, 3, "test accuracy of E2"), "02-mnist.md:7")
    assert "97.3\u00a0±\u00a00.2\u202f\\%" in text
    assert "3 seeds" in text
    assert "02\\-mnist\\.md\\:7" in text
    assert "test accuracy of E2" in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Value(0.004, digits=2), "4 × 10⁻³"),
        (Value(0.0004, digits=3), "4 × 10⁻⁴"),
        (Value(0.00004, digits=2), "4 × 10⁻⁵"),
        (Value(30.0, "%", digits=2, spread=3.9e-15, n=3), "30.00 ± 0.00 %"),
        (Value(97.31, "%", digits=2, spread=0.00002, n=3), "97.31 ± 0.00 %"),
        (Value(1.0, "epochs", digits=0, spread=0.0, n=8), "1 epoch"),
        (Value(97.31, "%", digits=2, spread=0.004, n=3), "97.31 ± 0.00 %"),
        (Value(4e-6, digits=2, spread=1e-6, n=3), "(4.0 ± 1.0) × 10⁻⁶"),
        (Value(-8.14e-6, "nats", digits=2, spread=0.9e-6, n=3), "(−8.1 ± 0.9) × 10⁻⁶ nats"),
        (Value(-0.0001, digits=2), "−10⁻⁴"),
        (Value(-0.0, digits=1), "0.0"),
        (Value(0.3, digits=0), "0.3"),
        (Value(12345678), "12 345 678"),
        (Value(9999.999, digits=2), "10 000.00"),
        (Value(1e20, digits=0), "10²⁰"),
        (Value(12.5, "$", digits=2), "12.50 $"),
        (Value(math.inf, "dB", digits=1, spread=1.0, n=2), "∞ dB"),
        (Value(55.1, "%", digits=1, spread=47.9, n=3, ends=(3.2, 99.86)), "55.1 (3.2 to 99.9) %"),
    ],
)
def test_what_is_not_nought_is_not_shown_as_nought_and_a_spread_looks_like_its_number(value, shown):
    plain = re.sub("[\u202f\u00a0]", " ", render.value_text(value)).replace("\\", "")
    assert plain == shown


def test_what_is_the_same_over_all_seeds_says_so_where_it_tells_its_origin():
    assert "the same over 8 seeds" in render.value_markdown(Value(1.0, "epochs", 0, 0.0, 8))
    assert "the same" not in render.value_markdown(Value(1.0, "epochs", 0, 0.0, 1))


def test_one_seed_has_no_spread():
    assert "±" not in render.value_text(Value(1.0, spread=0.0, n=1))
    assert "±" not in render.value_text(Value(1.0, spread=math.nan, n=3))


@pytest.mark.parametrize("holds", list(Holds))
def test_a_verdict_is_said_in_words_and_by_a_mark(holds):
    text = render.verdict_markdown("A > B.", Verdict(holds, 1.2134, 0.8, 1.63, 3, "%", "mean difference"))
    assert "A > B." in text
    assert holds.value in text
    assert render.MARKS[holds] in text
    assert "1.21" in text
    assert "0.80 to 1.63" in text
    assert "3 seeds" in text


@pytest.mark.parametrize(
    ("effect", "low", "high", "shown"),
    [
        (1.9e-9, -1.8, 1.8, "gain: 0.0, 95 % interval −1.8 to 1.8"),
        (1.3e-6, 0.8e-6, 1.8e-6, "gain: 1.3 × 10⁻⁶, 95 % interval 8 × 10⁻⁷ to 1.8 × 10⁻⁶"),
    ],
)
def test_an_effect_is_shown_as_finely_as_its_interval_tells(effect: float, low: float, high: float, shown: str) -> None:
    text = render.verdict_markdown("A > B.", Verdict(Holds.UNDECIDED, effect, low, high, 3, what="gain"))
    assert shown in text.replace("\\", "")


def test_a_verdict_without_an_effect_claims_none():
    text = render.verdict_markdown("A > B.", Verdict(Holds.UNDECIDED, n=1))
    assert "nan" not in text
    assert "interval" not in text


def test_an_unknown_notice_is_refused():
    with pytest.raises(KeyError):
        render.notice_markdown("nonsense", "text")


def test_a_failure_may_speak_in_any_letters_and_the_page_has_a_font_for_it() -> None:
    said = render.unescape(render.notice_markdown("failed", "ValueError: “café” 🙂 回, π ≤ 4 → no…"))
    assert "“café” U+1F642 U+56DE, π ≤ 4 → no…" in said


def test_beside_a_verdict_stands_what_it_rests_on() -> None:
    undecided = Verdict(Holds.UNDECIDED, 1.0, -0.5, 2.5, n=3, unit="points", what="difference", would_take=7)
    assert "difference: 1.0\u00a0points, 95\u202f% interval −0.5 to 2.5" in render.verdict_markdown("It rises.", undecided)
    assert "7 like these would settle it" in render.verdict_markdown("It rises.", undecided)
    same = Verdict(Holds.YES, 3.0, 3.0, 3.0, n=4, what="classes")
    alike = render.verdict_markdown("It rises.", same)
    assert "3.00, the same in all 4 runs" in alike
    assert "3.00, the same in both runs" in render.verdict_markdown("It rises.", replace(same, n=2))
    assert "3.00, exact" in render.verdict_markdown("It rises.", replace(same, exact=True))
    assert "seeds" not in alike
    assert "interval" not in alike
    counted = render.verdict_markdown("All diverge.", Verdict(Holds.NO, n=3, what="runs that diverged: 2 of 3"))
    assert "2 of 3, n\u202f=\u202f3 seeds" in counted
    asked = render.verdict_markdown("It rises.", Verdict(Holds.NOT_ASKED, what="it needs all of the data"))
    assert "not asked of this copy" in asked
    assert "it needs all of the data" in asked


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (1, "passes", "1 pass"),
        (1, "minibatches", "1 minibatch"),
        (2, "passes", "2 passes"),
        (-1.0, "points", "−1 point"),
        (1.0, "nats", "1 nat"),
        (1.0, "ms", "1 ms"),
        (1, "of the variance", "1 of the variance"),
    ],
)
def test_one_of_a_unit_is_singular(number, unit, shown):
    assert re.sub("[\u202f\u00a0]", " ", render.value_text(Value(number, unit, digits=0))) == shown


def test_one_with_a_spread_is_no_single_one():
    assert render.value_text(Value(1.0, "epochs", 0, spread=0.2, n=3)).endswith("epochs")
