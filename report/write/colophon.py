"""Facts about the build itself, for the appendix: the packages, the processor, the data, the budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report.cache import machine
from report.model import Column, DataStatus, Outcome, Table, Value

PACKAGES = ("torch", "torchvision", "numpy", "sympy", "pandas", "matplotlib", "jinja2", "pypandoc_binary", "typst")


def ran_with() -> dict[str, str]:
    """What the build ran with, name → version."""
    return machine.ran_with(PACKAGES)


def about(
    budget: str, outcomes: Mapping[str, Sequence[Outcome]], data: Mapping[str, DataStatus], environment: Mapping[str, str]
) -> dict[str, Table | Value | str]:
    """The facts that chapters may state: ``table("build.environment")``, ``value("build.trials")``, …"""
    every = {outcome.fingerprint for each in outcomes.values() for outcome in each}  # some stand in several experiments
    return {
        "environment": _environment_table(environment),
        "data": _data_table(data),
        "budget": _budget_table(budget, outcomes),
        "trials": Value(len(every), digits=0, origin="trials of all experiments, each counted once"),
    }


def _environment_table(facts: Mapping[str, str]) -> Table:
    """The environment, one fact a row."""
    columns = (Column("name", "What", align="left"), Column("version", "Version", align="left"))
    return Table(columns, tuple(facts.items()), "What this write-up was computed with.")


def _data_table(data: Mapping[str, DataStatus]) -> Table:
    """The data sets, one a row: where each came from, whether it is real, and its digest."""
    headings = ("Data set", "Source", "Real or stand-in", "Digest")
    columns = tuple(Column(heading.lower().replace(" ", "_"), heading, align="left") for heading in headings)
    rows = tuple((n, s.source or "not here", "stand-in" if s.stand_in else "real", s.digest[:16]) for n, s in data.items())
    return Table(columns, rows, "The data that the experiments read; the digest is of every pixel and label.")


def _budget_table(budget: str, outcomes: Mapping[str, Sequence[Outcome]]) -> Table:
    """What the budget came to, one experiment a row."""
    columns = (
        Column("experiment", "Experiment", align="left"),
        Column("trials", "Trials"),
        Column("seeds", "Seeds"),
    )
    rows = tuple((name, len(each), len({o.trial.arguments.get("seed") for o in each})) for name, each in outcomes.items())
    return Table(columns, rows, f"What the *{budget}* budget came to: the trials of each experiment, and their seeds.")
