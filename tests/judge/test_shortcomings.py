"""What a write-up owns up to says no more than is so."""

from report.judge.shortcomings import shortcomings
from report.model import Outcome, Result, Trial


def failed(seed: int, reason: str) -> Outcome:
    return Outcome(Trial(Result, {"seed": seed}), "", None, reason)


def test_of_failures_for_several_reasons_only_the_first_is_said_to_have_the_first() -> None:
    one, same, other = failed(0, "no room"), failed(1, "no room"), failed(2, "no time")
    assert shortcomings({"E1": [one, same]}, {}, {}) == ["E1: 2 of 2 runs failed (seed=0 and 1 more): no room"]
    assert shortcomings({"E1": [one, other]}, {}, {}) == ["E1: 2 of 2 runs failed (seed=0 and 1 more); the first: no room"]
