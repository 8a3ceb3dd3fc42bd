"""Every chapter under results drawn at random: what the prose makes of a claim stands only where the claim bears it out.

A sentence that stands or falls with a claim is found by turning that claim alone. If it stands while the claim is undecided, or
not asked of the copy, it may say no more than that: it has a word for what is open.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

import pytest
from jinja2 import Template

from report.model import Holds
from report.write.chapters import FUNCTIONS, jinja
from report.write.prose import FILLED, without_comments
from report.write.wording import sentences
from tests.project import ROOT

CHAPTERS = sorted((ROOT / "templates" / "chapters").glob("[23]*.md"))
CLAIM = re.compile(r"(?:holds|fails|verdict)\([\"'](.+?)[\"']\)")
OPEN = re.compile(
    r"\b(?:settle|whether|leave open|decide|identify|may|can|too few|too short|no finding|not asked|for certain"
    r"|(?:do|does) not show|show no|not what these runs show|nor do these runs|nor do they|not shown|no answer)\b"
    r"|\bW\d's (?:own numbers|errors)",  # what stands in a write-up, whatever our runs say
    re.IGNORECASE,
)
"""What may be said of a claim that is not decided."""
DRAWS = 5


@lru_cache(maxsize=1)
def compiled(source: str) -> Template:
    """Once for all draws: that takes fifty times longer than to fill it in."""
    return jinja().from_string(without_comments(source))


def page(source: str, words: Mapping[str, Holds], chance: random.Random) -> list[str]:
    """The sentences of a chapter under these verdicts; all else is drawn by ``chance``."""
    differing, numbers, budget = {}, {}, chance.choice(["smoke", "quick", "full"])

    def filled(*_: object, **__: object) -> str:
        return FILLED

    stubs: dict[str, Callable[..., object]] = {
        **dict.fromkeys(FUNCTIONS, filled),
        "holds": lambda name: words[name] is Holds.YES,
        "fails": lambda name: words[name] is Holds.NO,
        "verdict": lambda name: words[name],
        "differs": lambda name: differing.setdefault(name, random.Random(f"{budget}{name}").random() < 0.5),
        "number": lambda name, **_: numbers.setdefault(name, random.Random(f"{budget}{name}").choice([0, 1, 1000])),
    }
    text = compiled(source).render(stubs, budget=budget, stand_ins="", source="")
    # a paragraph is one line, so that a sentence is found whole
    return [said.lstrip(f"{FILLED} ") for said in sentences(re.sub(r"(?<!\n)\n(?!\n)", " ", text))]


def said_too_soon(source: str, draws: int = DRAWS) -> set[tuple[str, str]]:
    """Each claim with what the prose makes of it while it is not decided, without another that is decided to bear it out."""
    claims, found = sorted(set(CLAIM.findall(source))), set()
    for draw in range(draws):
        chance = random.Random(draw)
        others = {name: chance.choice(list(Holds)) for name in claims}

        def under(turned: Mapping[str, Holds], draw: int = draw, others: Mapping[str, Holds] = others) -> list[str]:
            return page(source, {**others, **turned}, random.Random(draw))

        for name in claims:
            decided = set(under({name: Holds.YES})) & set(under({name: Holds.NO}))
            known = [other for other in claims if other != name and others[other] in (Holds.YES, Holds.NO)]
            for word in (Holds.UNDECIDED, Holds.NOT_ASKED):
                suspect = {said for said in under({name: word}) if said not in decided and not OPEN.search(said)}
                if suspect:
                    borne_out = [set(under({name: word, other: Holds.UNDECIDED})) for other in known]
                    found |= {(name, said) for said in suspect if all(said in standing for standing in borne_out)}
    return found


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_what_is_not_decided_is_left_open(file: Path) -> None:
    assert said_too_soon(file.read_text(encoding="utf-8")) == set()


def test_a_conclusion_in_the_wrong_branch_is_found() -> None:
    source = '{% if holds("E1.a") %}\nIt pays.\n{% else %}\nIt does not pay.\n{% endif %}\n\nAll is measured.\n'
    assert said_too_soon(source) == {("E1.a", "It does not pay.")}
    assert said_too_soon(source.replace("else", 'elif fails("E1.a")')) == set()
    assert said_too_soon(source.replace("It does not pay", "Whether it pays, is not settled")) == set()
    assert said_too_soon(source.replace('if holds("E1.a")', 'if not fails("E1.a")')) == {("E1.a", "It pays.")}


NUMBER_ALONE = re.compile(r"\{% if (?:not )?\(?number\((?:(?!holds|fails|verdict).)*?%\}")
BRANCH = re.compile(r"\{%-? ?(if|elif|else|endif)\b.*?%\}", re.DOTALL)


def concludes_from_nothing(source: str) -> list[str]:
    """The conditions on a number alone that have an *else*: it would be said, too, where the number could not be made."""
    opened, found = list[str](), []
    for tag in BRANCH.finditer(source):
        match tag[1]:
            case "if":
                opened.append(tag[0])
            case "endif":
                opened.pop()
            case "else" if NUMBER_ALONE.match(opened[-1]):
                found.append(opened[-1])
    return found


@pytest.mark.parametrize("file", CHAPTERS, ids=lambda file: file.stem)
def test_nothing_is_said_of_a_number_that_was_not_made(file: Path) -> None:
    assert concludes_from_nothing(file.read_text(encoding="utf-8")) == []


def test_an_else_behind_a_number_is_found() -> None:
    source = '{% if number("E1.a") %}\nSome.\n{% else %}\nNone.\n{% endif %}\n'
    assert concludes_from_nothing(source) == ['{% if number("E1.a") %}']
    assert concludes_from_nothing(source.replace("else", 'elif number("E1.a") == 0')) == []
