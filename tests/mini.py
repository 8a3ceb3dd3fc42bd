"""One experiment and one chapter, from their sources to Markdown, within this process: what needs no ``build.py``."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from report.cache.reach import Sources
from report.cache.store import Store
from report.judge.judge import judge
from report.judge.views import Judged
from report.model import Budget, Experiment, Outcome
from report.run.declaration import check_experiment, check_trials
from report.write.chapters import write
from report.write.manuscript import Manuscript, Material
from report.write.writeup import Writeup
from tests.contexts import Silent
from tests.project import read_before

HEAD = """
import math
from report.model import (
    Budget, Claim, Column, Data, Experiment, Figure, Holds, Measure, Result, Runs, Table, Trial, Value, Verdict
)
"""
_numbers = count()


@contextmanager
def imported(folder: Path, source: str) -> Iterator[tuple[Any, Path]]:
    """The module of this source, under a name of its own, and its file."""
    name = f"e20_mini_{next(_numbers)}"
    path = folder / f"{name}.py"
    path.write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        yield importlib.import_module(name), path
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(name, None)


def judged(folder: Path, source: str, budget: str = "smoke") -> tuple[Experiment, Judged]:
    """The experiment of this source, its trials run one after the other, judged. Raises as a build would."""
    with ended(folder, source, budget) as (experiment, path, outcomes):
        sources = Sources(folder, read_before())
        return experiment, judge(experiment, path, outcomes, Store(folder / "store"), sources, budget=budget, stand_ins=())


@contextmanager
def ended(folder: Path, source: str, budget: str = "smoke") -> Iterator[tuple[Experiment, Path, list[Outcome]]]:
    """The experiment of this source, its file, and the outcomes of its trials."""
    with imported(folder, source) as (module, path):
        experiment: Experiment = module.EXPERIMENT
        check_experiment(experiment, path)
        trials = check_trials(experiment, experiment.trials(Budget(budget)), path)
        yield (
            experiment,
            path,
            [Outcome(each, f"{number:064}", each.function(Silent(), **each.arguments)) for number, each in enumerate(trials)],
        )


def filled(folder: Path, experiment: Experiment, views: Judged, *chapters: str) -> Manuscript:
    """These chapters, filled. Raises ``ProseError``."""
    paths = []
    for number, chapter in enumerate(chapters, 1):
        paths.append(folder / f"{number:02}-chapter-{number}.md")
        paths[-1].write_text(chapter, encoding="utf-8")
    writeup = Writeup("A title", "a subtitle", "", tuple(paths), {"W1": "A course"}, folder / "report.toml")
    return write(Material({experiment.id: experiment}, {experiment.id: views}, {}, writeup, "smoke"))


def text_of(folder: Path, source: str, chapter: str) -> str:
    """What a chapter says of an experiment, both given as sources."""
    (written,) = filled(folder, *judged(folder, source), chapter).chapters
    return written.markdown
