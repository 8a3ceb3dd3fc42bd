"""Names of theorems and experiments in an assignment, and quotations of claims that stand beside them."""

from __future__ import annotations

import pytest

from report.write.references import kept_inside, placed, quoting, unquoted

HERE = {"sec-T3", "sec-e2"}
THERE = {"T13", "sec-e9"}


@pytest.mark.parametrize(
    ("markdown", "reads"),
    [
        ("The net is that of T3: two filters.", "The net is that of [T3](#sec-T3): two filters."),
        ("E2's convnet reads it.", "[E2](#sec-e2)'s convnet reads it."),
        ("By T13 it is one map, as T13 says.", "By T13 (in the complete report) it is one map, as T13 says."),
        ("It is one map (T13).", "It is one map (T13, in the complete report)."),
        ("It (as T13 says) is.", "It (as T13, in the complete report, says) is."),
        ("E9's nets, and those of E9.", "E9's nets, and those of E9 (in the complete report)."),
        ("Neither E16 nor T99 stands anywhere.", "Neither E16 nor T99 stands anywhere."),
    ],
)
def test_a_name_leads_to_its_place_or_is_said_once_to_stand_elsewhere(markdown: str, reads: str) -> None:
    assert placed(markdown, HERE, THERE, set()) == reads


def test_a_link_to_what_stands_elsewhere_is_words_and_one_to_nowhere_stays_to_be_refused() -> None:
    assert kept_inside("[the nets](#sec-e9)", HERE, THERE) == "the nets (in the complete report)"
    assert kept_inside("[the nets](#sec-e2)", HERE, {*THERE, *HERE}) == "[the nets](#sec-e2)"
    assert kept_inside("[the nets](#sec-e99)", HERE, THERE) == "[the nets](#sec-e99)"


@pytest.mark.parametrize(
    "markdown",
    [
        "# The nets (E2)",
        "| E2 | T3 |",
        '[8]{.value origin="E2, T3"}',
        "$T3$",
        "`T3`",
        "[see T3](#sec-T3)",
        r"E7a, W3 and E2.x, E2\.x",
    ],
)
def test_what_is_no_prose_keeps_its_names(markdown: str) -> None:
    assert placed(markdown, HERE, THERE, set()) == markdown


def test_a_claim_that_stands_here_is_not_quoted_again() -> None:
    said = quoting("W1 says so; here, on the contrary: “It is less”; and W2 says so; not settled here: “It is” (9 seeds would)")
    assert unquoted(said, {"It is less", "It is"}) == "W1 says so; not so; and W2 says so; not settled here (9 seeds would)"
    refuted = quoting("W1 says so; refuted here: “It is less”")
    assert unquoted(refuted, {"It is less"}) == "W1 says so; not so"
    assert unquoted(said, set()).count("“") == 2
