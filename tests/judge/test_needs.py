"""What may not be compared may not be judged: a claim or a reported number says what it needs of a copy."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.judge.answers import Answers
from report.judge.findings import Agreement, findings
from report.judge.written import documents
from report.model import ALL_DATA, NOTHING, REAL_DATA, RECIPE, Needs
from tests.mini import filled, judged

SOURCE = """
from report.model import ALL_DATA, NOTHING, RECIPE

def run(context, seed):
    return Result(scalars={"acc": 0.5})

def trials(budget):
    return [Trial(run, {"seed": s}) for s in budget.seeds(2)]

def no(runs):
    return Verdict(Holds.NO, n=2)

def half(runs):
    return Value(50.0, "%")

EXPERIMENT = Experiment(
    id="E20", title="W", question="Q?", trials=trials,
    claims={"always": Claim("Always.", no), "trained": Claim("Trained.", no, RECIPE),
            "soon": Claim("Soon.", no, ALL_DATA.given_by("quick"))},
    values={"half": half},
)
"""


@pytest.mark.parametrize(
    ("budget", "asked"), [("smoke", {"always"}), ("quick", {"always", "soon"}), ("full", {"always", "trained", "soon"})]
)
def test_a_claim_is_judged_only_where_the_budget_gives_what_it_needs(tmp_path: Path, budget: str, asked: set[str]) -> None:
    experiment, found = judged(tmp_path, SOURCE, budget)
    words = {name: claim.verdict.holds.value for name, claim in found.claims.items()}
    assert {name for name, word in words.items() if word == "does not hold"} == asked
    assert {word for name, word in words.items() if name not in asked} <= {"not asked of this copy"}
    chapter = '{{ claim("E20.trained") }} {{ holds("E20.trained") }} {{ fails("E20.trained") }}'
    (written,) = filled(tmp_path, experiment, found, chapter).chapters
    if "trained" not in asked:
        assert "it needs the whole training" in written.markdown
        assert written.markdown.rstrip().endswith("False False")


ENTRIES = """
[[entry]]
id = "measured"
needs = "recipe"

[[entry]]
id = "pca"
needs = "data"
given_by = ["quick"]

[[entry]]
id = "count"
""".replace("id =", 'place = "1"\nsays = "so"\nprinted = "50"\nours = "E20.half"\nid =')


@pytest.mark.parametrize(
    ("budget", "compared"), [("smoke", {"count"}), ("quick", {"pca", "count"}), ("full", {"pca", "count", "measured"})]
)
def test_a_reported_number_is_compared_where_it_can_be(tmp_path: Path, budget: str, compared: set[str]) -> None:
    experiment, views = judged(tmp_path, SOURCE, budget)
    (tmp_path / "W9.toml").write_text(ENTRIES)
    found = findings(documents(tmp_path)["W9"], Answers({"E20": experiment}, {"E20": views}).computed(budget))
    assert {finding.entry.name for finding in found.values() if finding.agreement is Agreement.AGREES} == {
        f"W9.{name}" for name in compared
    }
    assert {finding.why for name, finding in found.items() if name == "W9.measured" and "measured" not in compared} <= {
        "it needs the whole training"
    }


@pytest.mark.parametrize(
    ("needs", "stand_ins", "lacking"),
    [
        (NOTHING, ["CIFAR-10"], ""),
        (REAL_DATA, ["CIFAR-10"], "it needs the real CIFAR-10"),
        (REAL_DATA, [], ""),
        (RECIPE, [], "it needs the whole training"),
        (ALL_DATA.given_by("quick"), [], ""),
    ],
)
def test_needs_say_what_is_lacking(needs: Needs, stand_ins: list[str], lacking: str) -> None:
    assert needs.lacking("quick", stand_ins) == lacking
