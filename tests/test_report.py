"""The real write-up, at the smoke budget, on real digits: every chapter, every view, both pages."""

from __future__ import annotations

import html
import json
import re

import pytest

from tests.experiments.given import NEVER_READ
from tests.layout import misplaced, text_of, torn, white
from tests.project import ROOT


@pytest.fixture(scope="module")
def page(smoke) -> str:
    return (smoke / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def manifest(smoke) -> dict:
    return json.loads((smoke / "manifest.json").read_text(encoding="utf-8"))


def visible(page: str) -> str:
    """The page's words, formulas and drawings left out."""
    body = re.sub(r"<(style|svg|math)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def test_every_trial_ran(manifest):
    states = {trial["label"]: trial["state"] for each in manifest["trials"].values() for trial in each}
    assert states
    assert {label for label, state in states.items() if state not in ("done", "diverged")} == set()


def test_every_view_could_be_made(manifest):
    absent = [
        f"{owner}.{name}: {view['absent']}"
        for owner, judged in manifest["judged"].items()
        for views in judged.values()
        if isinstance(views, dict)
        for name, view in views.items()
        if isinstance(view, dict) and "absent" in view and f"{owner}.{name}" not in NEVER_READ
    ]
    assert absent == []


def impossible(manifest: dict) -> list[str]:
    """Claims and numbers whose interval, or deviation, reaches where no number can be."""
    claims = {
        f"{owner}.{name}": claim["verdict"]
        for owner, judged in manifest["judged"].items()
        for name, claim in judged["claims"].items()
        if "verdict" in claim
    }
    bounds = {"%": (0, 100), "points": (-100, 100)}
    found = []
    for name, verdict in claims.items():
        low, effect, high = (verdict[part] for part in ("low", "effect", "high"))
        least, most = bounds.get(verdict["unit"], (low, high))
        if low is not None and not (least <= low <= effect <= high and (high <= most or effect > most)):
            found.append(f"{name}: {low} to {high} around {effect} {verdict['unit']}")
        if verdict["n"] == 1 and verdict["holds"] in ("holds", "does not hold") and low is not None:
            found.append(f"{name}: an interval of one run")
    for number in manifest["numbers"]:
        shown, spread = number["number"], number["spread"] if not number["ends"] else 0
        share = number["unit"] == "%" and shown is not None and 0 <= shown <= 100
        if share and spread and not 0 <= shown - spread <= shown + spread <= 100:
            found.append(f"{number['name']}: {shown} ± {spread} %")
    return found


def test_no_interval_reaches_where_no_number_can_be(manifest):
    assert impossible(manifest) == []


def test_an_impossible_interval_is_found():
    sure = {"holds": "holds", "effect": 99.0, "low": 97.8, "high": 100.2, "n": 3, "unit": "%"}
    number = {"name": "E1.share", "number": 55.0, "spread": 48.0, "unit": "%", "ends": None}
    manifest = {"judged": {"E1": {"claims": {"a": {"verdict": sure}}}}, "numbers": [number]}
    assert len(impossible(manifest)) == 2


def test_every_theorem_stands_in_the_write_up_and_holds(manifest, page):
    assert {name: proof["holds"] for name, proof in manifest["proofs"].items()} == dict.fromkeys(manifest["proofs"], True)
    missing = [name for name in manifest["proofs"] if f'id="{name}"' not in page]
    assert missing == []


def test_every_experiment_stands_in_the_write_up(manifest):
    shown = {label.partition(".")[0] for label in manifest["labels"]}
    assert {owner for owner in manifest["trials"] if owner not in shown} == set()


def test_no_number_went_missing_on_the_way(page):
    words = visible(page)
    assert re.findall(r"\bnan\b|\binf\b|\bNone\b|\bTrue\b|\bFalse\b|e-\d\d\b", words) == []


def test_both_pages_carry_the_same_numbers(smoke, manifest, page):
    in_pdf, on_page = text_of((smoke / "report.pdf").read_bytes()), visible(page)
    for label in manifest["labels"].values():
        if label.startswith(("Figure", "Table")):
            kind, number = label.split()
            pattern = rf"{kind}\s*{number}\b"
            assert re.search(pattern, in_pdf), f"{label} is not in the PDF"
            assert re.search(pattern, on_page), f"{label} is not in the HTML"


def test_the_pdf_is_full_whole_and_within_its_margins(smoke):
    printed = (smoke / "report.pdf").read_bytes()
    assert misplaced(printed) + white(printed) + torn(printed) == []


def test_the_page_names_no_student_and_no_folder_of_this_machine(page, smoke):
    for text in (page, (smoke / "manifest.json").read_text(encoding="utf-8")):
        assert str(ROOT) not in text
    assert not re.search(r"(?<![\d.])\d{9}(?!\d)", visible(page)), "that looks like an id number"
