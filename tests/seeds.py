"""Trials for made-up runs: as many seeds as a test needs, however many a budget buys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from report.model import Trial


def over_seeds(trials: Sequence[Trial], seeds: int) -> list[Trial]:
    """Each condition of ``trials`` under seeds 0 to ``seeds`` − 1."""
    conditions = {tuple(trial.tags.items()): trial for trial in reversed(trials)}
    return [
        replace(trial, arguments={**trial.arguments, "seed": seed})
        for trial in reversed(conditions.values())
        for seed in range(seeds)
    ]
