"""Every mistake that is listed is found by the program: corrected in its data file it is gone, and spoilt it is back."""

from __future__ import annotations

import operator
import re
from collections import Counter
from dataclasses import replace

import pytest

from report.judge.findings import Agreement, Finding, Computed, findings
from report.judge.written import Document, Entry, documents
from report.model import Holds, Value
from report.write.mistakes import mistakes
from tests.project import ROOT

DOCUMENTS = documents(ROOT / "templates" / "written")
ENTRIES = [entry for document in DOCUMENTS.values() for entry in document.entries.values()]
LISTED = [entry for entry in ENTRIES if entry.mistake]
SHARED = Counter(entry.mistake for entry in LISTED)
CHAPTERS = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "templates" / "chapters").glob("*.md")}

NAME = operator.attrgetter("name")


def found(entry: Entry, *, right: bool) -> Finding:
    """How ``entry`` stands where everything that it is held against is, or is not, as it says."""
    says = [float(size) for size in entry.at.values()] or [0.0]
    printed = entry.number if entry.printed and not entry.shape and not entry.asserts and not entry.rows else says[0]
    off = 7 + entry.tolerance
    ours = printed if right else printed + (off if entry.relation == "≤" else -off)
    words = {name.removeprefix("not "): name.startswith("not ") != right for name in entry.asserts}

    def value(name, condition):
        if entry.shape:
            size = entry.shape[entry.ours.index(name)]
            return Value(entry.at.get(size, 1) + (not right))
        return Value(ours)

    held = Computed(value, lambda name: (Holds.YES if words[name] else Holds.NO, "", 0), lambda _: "")
    document = replace(DOCUMENTS[entry.source], entries={entry.name: entry})
    return findings(document, held)[entry.name]


@pytest.mark.parametrize("entry", [e for e in LISTED if not e.rows and not e.formula], ids=NAME)
def test_a_mistake_is_listed_while_it_differs_and_no_longer(entry):
    assert list(mistakes([found(entry, right=False)])) == [entry.mistake]
    assert mistakes([found(entry, right=True)]) == {}


@pytest.mark.parametrize("entry", [entry for entry in LISTED if entry.rows], ids=NAME)
def test_a_statement_about_a_table_is_held_against_its_rows(entry):
    assert list(mistakes([found(entry, right=True)])) == [entry.mistake]
    assert mistakes([found(replace(entry, rows=f"not ({entry.rows})"), right=True)]) == {}


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.formula], ids=NAME)
def test_a_sum_is_held_against_what_it_comes_to(entry):
    nothing = Computed(lambda name, condition: Value(float("nan")), lambda name: (None, "", 0), lambda _: "not asked")
    document = replace(DOCUMENTS[entry.source], entries={entry.name: entry})
    (right,) = findings(document, nothing).values()
    spoilt = replace(entry, formula=f"({entry.formula}) + 1000", printed=entry.printed or "0")
    (wrong,) = findings(replace(document, entries={entry.name: spoilt}), nothing).values()
    assert wrong.agreement is Agreement.DIFFERS
    assert right.agreement in (Agreement.DIFFERS, Agreement.NOT_ASKED)


@pytest.mark.parametrize("entry", [e for e in ENTRIES if not e.mistake and not e.rows and not e.formula], ids=NAME)
def test_what_is_right_becomes_a_mistake_when_it_is_spoilt(entry):
    spoilt = found(entry, right=False)
    assert mistakes([found(entry, right=True)]) == {}
    assert spoilt.agreement is Agreement.DIFFERS
    unlisted = entry.needs and not entry.asserts  # a number that took their training is not reproduced, and no mistake
    assert list(mistakes([spoilt])) == ([] if unlisted else [entry.name])


@pytest.mark.parametrize("identifier", sorted({entry.mistake for entry in LISTED if entry.certainty != "C"}))
def test_each_mistake_is_treated_where_its_question_stands(identifier):
    places = [stem for stem, text in CHAPTERS.items() if f'mistake("{identifier}")' in text]
    assert len(places) == 1
    for line in re.finditer(rf'\{{\{{ mistake\("{identifier}"\) \}}\}}', CHAPTERS[places[0]]):
        assert f'differs("{identifier}")' in conditions(CHAPTERS[places[0]][: line.start()])


@pytest.mark.parametrize("entry", [entry for entry in LISTED if SHARED[entry.mistake] > 1], ids=NAME)
def test_one_of_several_statements_of_a_mistake_can_be_right(entry):
    """Then it is not quoted as wrong: it stands in a list of which only what differs is told, or under its own condition."""
    for text in CHAPTERS.values():
        for call in re.finditer(rf'wrote\("{re.escape(entry.name)}"\)', text):
            assert any(f'differs("{entry.name}")' in each for each in conditions(text[: call.start()]))


def conditions(before: str) -> list[str]:
    """The conditions under which what comes after ``before`` stands."""
    under: list[str] = []
    for tag in re.finditer(r"\{%-?\s*(if|elif|else|endif)\b(.*?)-?%\}", before):
        if tag[1] == "if":
            under.append(tag[2].strip())
        elif tag[1] == "endif":
            under.pop()
        else:
            under[-1] = tag[2].strip()
    return under


def test_every_writeup_is_there():
    assert sorted(DOCUMENTS) == ["W1", "W2", "W3", "W4", "W5"]
    assert all(isinstance(document, Document) and document.title for document in DOCUMENTS.values())
