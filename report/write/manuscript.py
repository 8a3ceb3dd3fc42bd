"""The nouns of writing: what prose may speak of, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report.judge.answers import Told, untold
from report.judge.findings import Finding
from report.judge.views import Judged
from report.model import Experiment, Table, Value
from report.numbers import NOTHING
from report.write.writeup import Writeup


@dataclass(frozen=True)
class Chapter:
    """A chapter, filled: its anchor (``ch-mnist``), its file, its Markdown."""

    identifier: str
    file: Path
    markdown: str


@dataclass(frozen=True)
class Stated:
    """A number that stands in the write-up: what the manifest lists, and what a reader may ask the origin of."""

    name: str
    value: Value
    chapter: str
    line: int | None
    condition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manuscript:
    """The chapters, the files they refer to, the numbers they state, and the names of what is numbered."""

    chapters: tuple[Chapter, ...]
    assets: Mapping[str, bytes]  # "E2-curves.svg"
    data: Mapping[str, bytes]  # "E2-curves.csv"
    stated: tuple[Stated, ...]
    labels: Mapping[str, str]  # "E2.curves" → "Figure 3"
    places: Mapping[str, str]  # figures, tables and claims → the line that puts them there: "21-mnist:40"
    typed: tuple[str, ...]  # the numbers that are no results, each with the reason that its author gave
    findings: Mapping[str, Finding]  # what the write-ups say, and how it stands


@dataclass(frozen=True)
class Material:
    """All that prose may speak of. ``facts`` are tables and values of the build itself (environment, data, budget)."""

    experiments: Mapping[str, Experiment]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Any]
    writeup: Writeup
    budget: str
    findings: Mapping[str, Finding] = field(default_factory=dict)
    facts: Mapping[str, Table | Value | str] = field(default_factory=dict)
    told: Told = untold


class Unknown(float):
    """A number that could not be made: no comparison with it is true, it is false itself, and it reads as a dash."""

    def __new__(cls) -> Unknown:
        return super().__new__(cls, math.nan)

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return NOTHING
