"""The nouns of writing: what prose may speak of, and what comes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from report.judge.answers import Told, untold
from report.judge.findings import Finding
from report.judge.views import Absent, Judged
from report.model import Experiment, Scalar, Table, Value
from report.numbers import NOTHING
from report.prove.checked import Proof
from report.write.prose import Prose
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
    condition: Mapping[str, Scalar] = field(default_factory=dict)


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
class Work:
    """A work as text names it, with a link to its entry, and its entry in the list of references (both Markdown)."""

    named: str
    entry: str


@dataclass(frozen=True)
class Known:
    """What was read and set before, by what it was made from, so that no other write-up, and no later build, does it again.
    Whoever makes something new adds it."""

    chapters: dict[str, Prose] = field(default_factory=dict)  # by their source
    compiled: dict[str, str] = field(default_factory=dict)  # chapters as code, by the digest of path and text
    works: dict[str, dict[str, Work]] = field(default_factory=dict)  # by the text of the bibliography
    formulas: dict[str, dict[str, str]] = field(default_factory=dict)  # as LaTeX, by the digest of the names that they are of
    measured: dict[str, dict[str, Any]] = field(default_factory=dict)  # of tables and parts, by the layout: see pdf.py
    pieces: dict[str, dict[str, str]] = field(default_factory=dict)  # of chapters, on either page: see pieces.py
    told: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of a number and its condition: where it comes from


@dataclass(frozen=True)
class Material:
    """All that prose may speak of. ``of_build`` are tables and values of the build itself (environment, data, budget)."""

    experiments: Mapping[str, Experiment]
    judged: Mapping[str, Judged]
    proofs: Mapping[str, Proof | Absent]
    writeup: Writeup
    budget: str
    findings: Mapping[str, Finding] = field(default_factory=dict)
    of_build: Mapping[str, Table | Value | str] = field(default_factory=dict)
    told: Told = untold
    known: Known = field(default_factory=Known)


class Unknown(float):
    """A number that could not be made: no comparison with it is true, it is false itself, and it reads as a dash."""

    def __new__(cls) -> Unknown:
        return super().__new__(cls, math.nan)

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return NOTHING
