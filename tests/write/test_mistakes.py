"""What the write-ups say, as prose: what stands there, and what is found in its place."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from report.errors import Where
from report.judge.findings import Agreement, Finding
from report.judge.written import Entry
from report.judge.views import Judgement
from report.model import Holds, Value, Verdict
from report.write.mistakes import in_brief, in_order, listing, mistakes, opened, quoted, replication, still_open, verdict
from report.write.summary import answer_in_brief, mistakes_in_brief

HERE = Where(Path("W9.toml"), 1)


def finding(agreement=Agreement.DIFFERS, ours=(), why="", **more) -> Finding:
    usual = {"printed": "8", "ours": ("E1.nine",), "mistake": "X1", "certainty": "A", "kind": "count"}
    entry = Entry("W9.it", HERE, says="there are eight", **{"place": "two", **usual, **more})
    return Finding(entry, agreement, ours, why)


NINE = Value(9, digits=0)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (finding(ours=(NINE,)), "it is "),
        (finding(Agreement.AGREES, (NINE,)), "; so it is here"),
        (finding(ours=(Value(5, digits=0), Value(5, digits=0)), shape=("n", "1"), printed=""), " × "),
        (finding(printed="", rows="last(table('a', 'loss')) < 0"), "its own table says otherwise"),
        (finding(printed="", rows="False"), "as it is printed, that cannot be"),
        (finding(printed="", asserts=("E1.more",), why="There are more."), "refuted here: “There are more”"),
        (finding(Agreement.OPEN, printed="", asserts=("E1.more",), why="There are more."), "not settled here"),
        (finding(Agreement.NOT_ASKED, why="it needs all of the data"), "this copy cannot say (it needs all of the data)"),
        (finding(Agreement.NOT_ASKED, (NINE,), "it needs all", tolerance=0.5), ", which is not comparable (it needs all)"),
        (finding(Agreement.AGREES, (NINE,), tolerance=2.0, because="a count of ten"), ", which agrees (a count of ten)"),
        (finding(Agreement.AGREES, printed="", asserts=("E1.more",)), "so it is here"),
        (finding(printed="", asserts=("not E1.more",), why="There are more.", kind="disagreement"), "; not always: “There are"),
        (finding(printed="", asserts=("E1.more",), why="There are more.", kind="disagreement"), "refuted here: “There are"),
        (finding(Agreement.AGREES, printed="", asserts=("E1.more",), kind="disagreement"), "so it can be"),
    ],
)
def test_what_stands_there_and_what_is_found(found, says):
    assert quoted(found).startswith("W9 says that there are eight (two)")
    assert says in quoted(found)


def test_what_two_entries_say_alike_is_said_once_with_all_that_is_found():
    other = finding(printed="", rows="False")
    assert re.sub(r"\{[^}]*\}", "", quoted(finding(ours=(NINE,)), other)) == (
        "W9 says that there are eight (two); it is [9]; as it is printed, that cannot be"
    )
    more = replace(other, entry=replace(other.entry, says="there are more"))
    nine = finding(ours=(NINE,))
    assert re.sub(r"\{[^}]*\}", "", quoted(nine, more)) == (
        "W9 says (two) that there are eight (it is [9]) and that there are more (as it is printed, that cannot be)"
    )
    unasked = replace(nine, agreement=Agreement.NOT_ASKED, ours=(), why="it takes all")
    assert quoted(unasked, more).startswith("W9 says (two) that there are eight (this copy cannot say: it takes all) and that")
    assert quoted(other, more) == (
        "W9 says that there are eight and that there are more (two); as it is printed, that cannot be"
    )
    third = replace(more, entry=replace(more.entry, says="there are few", place="three"))
    assert quoted(other, more, third) == (
        "W9 says that there are eight and that there are more (two); and W9 says that there are few (three); "
        "as it is printed, that cannot be"
    )
    elsewhere = replace(other, entry=replace(other.entry, name="W8.it", place="one"))
    assert quoted(other, elsewhere) == "W9 (two) and W8 (one) say that there are eight; as it is printed, that cannot be"


def test_a_square_shape_is_shown_with_both_sizes():
    five = Value(5, digits=0)
    assert quoted(finding(ours=(five, five), shape=("n", "1"), printed="")).count("5") >= 2


def test_the_list_is_grouped_and_refers_to_where_a_mistake_is_treated():
    found = mistakes(
        [finding(ours=(NINE,)), finding(mistake="X2", kind="argument", asserts=("E1.more",), printed=""), finding(mistake="")]
    )
    text = listing(found, lambda name: "[X1](#X1)" if name == "X1" else "")
    assert (
        text.index("## Counts, certain")
        < text.index("**[X1](#X1).**")
        < text.index("## Arguments, certain")
        < text.index("**X2.**")
    )
    assert "**W9.it.**" not in text.split("## Found, and not yet looked into")[0]  # found, and in nobody's list


def test_slips_come_last_and_what_is_open_is_no_mistake():
    weighty = finding(ours=(NINE,), mistake="X7", certainty="B")
    found = [finding(certainty="C", kind="count", ours=(NINE,)), weighty, finding(Agreement.OPEN, mistake="X9")]
    for written in (listing, in_brief):
        told = written(mistakes(found), lambda name: "")
        assert told.index("X7") < told.index("Slips, which change nothing") < told.index("X1")
        assert "X9" not in told
    assert list(opened(found)) == ["X9"]


def test_a_number_of_a_training_is_a_mistake_only_where_its_own_sum_contradicts_it():
    missed, contradicted = (
        finding(ours=(NINE,), needs="recipe", mistake="", why=why) for why in ("", "the sum as it is printed")
    )
    assert (mistakes([missed]), list(mistakes([contradicted]))) == ({}, ["W9.it"])


def test_a_long_number_is_grouped_and_a_code_is_not():
    said = replace(finding().entry, says="the net has 3274634 parameters, as T2017x12345 says, and 0.12345 of them")
    assert "has 3\u202f274\u202f634 parameters, as T2017x12345 says, and 0.12345 of" in quoted(replace(finding(), entry=said))


@pytest.mark.parametrize(
    ("found", "word"),
    [
        (finding(Agreement.AGREES, (NINE,)), "reproduced"),
        (finding(ours=(NINE,)), "not reproduced (X1)"),
        (finding(ours=(NINE,), needs="recipe", mistake=""), "not reproduced"),
        (finding(Agreement.NOT_ASKED, (NINE,), "training is shorter", tolerance=0.5), "near, not comparable"),
        (finding(Agreement.NOT_ASKED, (NINE,), "training is shorter", tolerance=0.1), "not comparable: training is shorter"),
    ],
)
def test_a_number_is_replicated_near_or_not_comparable(found, word):
    assert verdict(found) == word
    ((_, place, theirs, ours, said),) = replication([found], "")[0].rows
    assert (place, theirs.number, ours.number, said) == ("two", 8, 9, word)


def test_a_measured_number_is_replicated_with_its_interval_and_the_difference():
    counted, other = replication([finding(ours=(Value(9, "s", spread=1.0, n=4),))], "")
    ((_, _, theirs, ours, between, ahead, _),) = other.rows
    assert (counted.rows, theirs.number, ours.number, ahead.number) == ((), 8, 9, 1)
    assert between.replace("\u202f", " ") == "7.4 to 10.6, n = 4"


@pytest.mark.parametrize(("printed", "scale", "shown"), [("8", 1, (8, 0)), ("2.10", 1, (2.1, 2)), ("0.9605", 100, (96.05, 2))])
def test_a_reported_number_keeps_the_decimals_that_are_printed(printed, scale, shown):
    ((_, _, theirs, *_),) = replication([finding(ours=(Value(9, "s"),), printed=printed, scale=scale)], "")[1].rows
    assert (theirs.number, theirs.digits) == shown


def test_numbers_beside_ours_stand_by_write_up_and_question_with_their_intervals():
    other = replace(finding(ours=(Value(5, "s", spread=1.0, n=4),)), entry=replace(finding().entry, name="W8.it"))
    again = finding(ours=(NINE,), what="it again")
    counts, others = replication([finding(ours=(NINE,)), finding(ours=(NINE,), place="three"), again, other], "")
    assert [(row[0], row[1]) for row in counts.rows] == [
        ("there are eight", "W9, two"),
        ("it again", "W9, two"),
        ("there are eight", "W9, three"),
    ]
    assert others.rows[0][4].replace("\u202f", " ") == "3.4 to 6.6, n = 4"


def test_a_number_of_which_nothing_of_ours_tells_the_unit_is_shown_with_it():
    ((*_, theirs, ours, _, _, _),) = replication([finding(Agreement.NOT_ASKED, printed="12.00", unit="%")], "")[1].rows
    assert (theirs.number, theirs.digits, theirs.unit, ours) == (12, 2, "%", None)


def test_mistakes_stand_in_the_order_of_their_ids():
    assert in_order(["W5.faster", "X27b", "X10", "X2", "X27"]) == ["X2", "X10", "X27", "X27b", "W5.faster"]
    left = opened([finding(Agreement.OPEN, mistake="X32"), finding(Agreement.OPEN, mistake="X31")])
    told = still_open(left, lambda name: "")
    assert told.index("X31") < told.index("X32")


def test_a_disagreement_of_two_write_ups_is_listed_as_one_and_not_as_wrong():
    found = mistakes([finding(kind="disagreement"), finding(mistake="X2")])
    assert listing(found, lambda name: "").index("## Counts") < listing(found, lambda name: "").index(
        "## Disagreements between"
    )
    told = mistakes_in_brief(found, lambda name: name)
    assert "X2" in told
    assert "X1" not in told


def test_in_short_a_reported_number_is_named_and_what_was_not_asked_gives_no_reason_for_it():
    unasked = Judgement("There are more.", Verdict(Holds.NOT_ASKED, what="it needs all of the data"))
    told = answer_in_brief("E1", "sec-e1", unasked, [finding(ours=(NINE,), what="how many there are")])
    assert "not asked of this copy;" in told
    assert "how many there are: W9 8, here " in told
    assert "it needs" not in told
    assert "not asked of this copy:" in answer_in_brief("E1", "sec-e1", unasked, [])
    assert "not comparable" not in told
    assert "not comparable" in answer_in_brief("E1", "sec-e1", unasked, [finding(Agreement.NOT_ASKED, ours=(NINE,), what="so")])


def test_in_an_assignment_a_mistake_is_a_line_and_told_in_full_where_nothing_treats_it():
    found = mistakes([finding(ours=(NINE,)), finding(ours=(NINE,), mistake="X2")])
    text = in_brief(found, lambda name: "[X1](#X1)" if name == "X1" else "")
    assert "- [X1](#X1) two: there are eight.\n" in text
    assert "- X2 two: there are eight; it is [9]" in text
