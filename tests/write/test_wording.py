"""Which words say of results what only results can, and which are ordinary English."""

from pathlib import Path

import pytest

from report.write.prose import FILLED
from report.write.wording import wordings

ORDINARY = [
    "The net is made of two convolutions, with a max pooling after each; one digit is larger than another.",
    "At most {{ value('E1.a') }} of the runs diverged, at least {{ value('E1.b') }} did not.",
    "{{ typed('Six widths', 'W4 has them') }} are compared in {{ ref('E1.a') }}.",
    "{% if holds('E1.a') %}\nHere the best net is {{ value('E1.b') }} ahead.\n{% endif %}\n",
    "{% if holds('E1.a') %}\n{% if budget %}\nThe best here.\n{% endif %}\n{% else %}\nIt is worse here.\n{% endif %}\n",
    "{% if budget != 'full' %}\nThe *{{ budget }}* budget trains on fewer images.\n{% endif %}\n",
    "Call `best(here)`, where $best = here$.",
    "{## The best of six runs here ##}",
]
REFUSED = [
    ("Six widths stand in the figure.", [("Six widths", 1)]),
    ("a\n\nHere it is.\nIt took three of the runs.", [("three of the runs", 4)]),
    ("{% if holds('E1.a') %}\nSo five epochs suffice.\n{% endif %}\n", [("five epochs", 2)]),
    ("Many epochs pass.\n\nIt takes\n{{ value('E1.a') }}\nepochs.", [(f"{FILLED} epochs", 5)]),
    ("Each of four base rates is tried.", [("four base rates", 1)]),
    ("The loss grows ten-fold, or twofold.", [("ten-fold", 1), ("twofold", 1)]),
    ("The best is {{ value('E1.a') }}.", [("best", 1)]),
    ("In {{ ref('E1.a') }}\nthe convnet is ahead, and the others are slower.", [("ahead", 2), ("slower", 2)]),
    ("These runs have the lowest errors.", [("lowest", 1)]),
    ("{% if holds('E1.a') %}\nYes.\n{% endif %}\nThe convnet is better here.", [("better", 4)]),
    ("{% if shown %}\nThe convnet is better here.\n{% endif %}\n", [("better", 2)]),
]


def found(source: str) -> list[tuple[str, int | None]]:
    return [(each.text, each.line) for each in wordings({Path("a.md"): source}, {})[Path("a.md")]]


@pytest.mark.parametrize("source", ORDINARY)
def test_ordinary_english_and_what_a_condition_guards_is_allowed(source):
    assert found(source) == []


@pytest.mark.parametrize(("source", "expected"), REFUSED)
def test_words_that_stand_for_a_result_are_found_with_their_line(source, expected):
    assert found(source) == expected
