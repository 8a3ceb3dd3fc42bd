"""The evidence: a line for each number in prose, linked there and back."""

from __future__ import annotations

from pathlib import Path

from report.model import Value
from report.write.evidence import MARK, numbers, with_evidence
from report.write.manuscript import Chapter
from report.write.markdown import value_markdown

NINE = Value(9, digits=0, origin="how many there are")


def chapters(*texts: str) -> list[Chapter]:
    return [Chapter(f"ch-{n}", Path(f"{n}.md"), text) for n, text in enumerate(texts)]


def test_a_number_that_stands_twice_has_one_line_which_leads_to_both_places() -> None:
    told = [value_markdown(NINE, "01.md:3"), value_markdown(NINE, "02.md:8")]
    first, second, listed = with_evidence(chapters(f"It is {told[0]}.", f"As was said, {told[1]}.", MARK))
    assert 'entry="v-1" mention="v-1-1"}.' in first.markdown
    assert 'entry="v-1" mention="v-1-2"}.' in second.markdown
    assert '[9]{.entry entry="v-1" mentions="v-1-1 v-1-2"} how many there are\n' in listed.markdown


def test_numbers_in_tables_have_no_line_and_a_write_up_without_the_list_stays_as_it_is() -> None:
    told = value_markdown(NINE)
    assert len(numbers(f"| a | {told} |\n\nIt is {told}.")) == 1
    assert with_evidence(chapters(f"It is {told}.")) == chapters(f"It is {told}.")


def test_a_number_that_is_linked_still_counts() -> None:
    linked, _ = with_evidence(chapters(f"It is {value_markdown(NINE)}.", MARK))
    assert len(numbers(linked.markdown)) == 1
