"""A whole small project in a folder of its own: the real engine and entry point, with content written by the test."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from report.cache.memory import Memory
from report.cache.store import Store

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "build" / "store"  # where a build of this checkout keeps them
SHARED = ("build.py", "report", "templates")

EXPERIMENT = '''
"""E1: what does a walk of a few steps come to?"""

import math

from report.model import Claim, Column, Experiment, Holds, Measure, Result, Table, Trial, Value, Verdict

STEP = 2.0
UNRELATED = 7


def helper(x):
    return x * STEP


def walk(context, *, seed, steps, fails=False):
    total = 0.0
    for step in range(steps):
        total += helper(seed + step)
        context.progress(step + 1, steps, loss=total)
    if fails:
        raise RuntimeError("the floor gave way")
    return Result(scalars={"total": total}, history={"step": list(range(steps))})


def unrelated(context, *, seed):
    return Result(scalars={"total": float(UNRELATED + seed)})


def trials(budget):
    walks = [Trial(walk, {"seed": seed, "steps": budget.pick(smoke=2, quick=3, full=4)}, tags={"kind": "walk"})
             for seed in budget.seeds(2)]
    return [*walks, Trial(unrelated, {"seed": budget.first_seed}, tags={"kind": "other"})]


def table(runs):
    rows = tuple((o.trial.label, o.result.scalars["total"]) for o in runs.finished())
    return Table((Column("run", "Run", align="left"), Column("total", "Total", digits=1)), rows, "Totals.")


def larger(runs):
    totals = runs.where(kind="walk")["total"]
    return Verdict(Holds.YES if min(totals.values()) > 0 else Holds.NO, n=len(totals))


EXPERIMENT = Experiment(
    id="E1", title="Walks", question="How far?", trials=trials,
    measures={"total": Measure("total", "m", digits=1)},
    tables={"totals": table}, claims={"larger": Claim("Every walk leads away.", larger)},
)
'''

CHAPTER = """\
{{ chapter_title("Walks") }}

A walk comes to {{ value("E1.total", kind="walk") }}; see {{ ref("E1.totals") }}.

{{ table("E1.totals") }}

{{ claim("E1.larger") }}
"""

THEOREM = '''
"""T1: the square of a sum."""

from report.model import Column, Table, Value
from report.proof import Derivation, Part, Step, algebra, real


def terms(*runs):
    return Value(3, digits=0, origin="counted")


def table():
    return Table((Column("power", "Power"), Column("factor", "Factor", digits=0)), ((2, 1), (1, 2), (0, 1)), "Factors.")


DERIVATION = Derivation(
    id="T1", title="A square", question="What is the square of a sum?",
    symbols=[real("x", "a number", low=-4, high=4)],
    parts=[Part("Multiply out", "(x + 1)**2 == x**2 + 2*x + 1", [Step("x**2 + 2*x + 1", algebra("multiply out"))])],
    conclusion="It is `x**2 + 2*x + 1`.", comment="It is computed in one line.",
    values={"terms": terms}, tables={"factors": table},
)
'''

WRITTEN = """\
title = "A course, December 2018"

[[entry]]
id = "wrong"
place = "question 1"
says = "the square has four terms"
what = "terms of a square"
printed = "4"
ours = "T1.terms"

[[entry]]
id = "walk"
place = "question 2"
says = "a walk comes to {printed} m"
what = "length of a walk"
printed = "12"
ours = "E1.total"
of = { kind = "walk" }
tolerance = 1
needs = "recipe"
"""

WHOLE = (
    CHAPTER
    + """
{{ derivation("T1") }}

It has {{ value("T1.terms") }} terms.

{{ table("T1.factors") }}

{{ replication() }}

{{ table("build.budget") }}
"""
)

PAGE = """\
title = "A test"
subtitle = "of the whole"
chapters = ["01-walks"]
[sources]
W1 = "A course, December 2018"
"""

EACH = """
import build, contextlib, io, json, sys
ended = []
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = build.main(words)
    ended.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(ended))
"""


def read_before() -> Memory:
    """What was found in which source file: the engine's need not be read again for each test."""
    return Store(RESULTS).memory("sources")


@dataclass(frozen=True)
class Ended:
    """What a run of ``build.py`` came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Project:
    """A project at ``root``; ``run`` runs its ``build.py``."""

    root: Path

    def run(self, *words: str, env: Mapping[str, str] | None = None) -> Ended:
        command = [sys.executable, str(self.root / "build.py"), *words]
        surroundings = {**os.environ, **(env or {})}
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=self.root.parent, env=surroundings, timeout=300, check=False
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def each(self, *commands: Sequence[str]) -> list[Ended]:
        """What several commands come to that change nothing, made by one process: it takes long to begin."""
        command = [sys.executable, "-c", EACH, json.dumps(commands)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.root, timeout=300, check=True)
        return [Ended(*ended) for ended in json.loads(done.stdout)]

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.root / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def manifest(self) -> dict:
        return json.loads((self.root / "build" / "manifest.json").read_text(encoding="utf-8"))

    @property
    def html(self) -> str:
        return (self.root / "build" / "report.html").read_text(encoding="utf-8")

    def would_run(self, *words: str) -> list[str]:
        """The lines of ``plan`` that announce a run."""
        return [line for line in self.run("plan", *words).out.splitlines() if line.startswith("run")]


def whole(folder: Path, store: Path | None = None) -> Project:
    """A project with something of everything."""
    made = project(folder, chapter=WHOLE, store=store)
    (made.root / "theory" / "t01_square.py").write_text(THEOREM, encoding="utf-8")
    (made.root / "templates" / "written").mkdir()
    (made.root / "templates" / "written" / "W1.toml").write_text(WRITTEN, encoding="utf-8")
    return made


OWN = ("chapters", "written", "writeups")  # what the project itself is about


def project(
    folder: Path, experiment: str = EXPERIMENT, chapter: str = CHAPTER, page: str = PAGE, store: Path | None = None
) -> Project:
    """A project in ``folder`` with one experiment and one chapter, and the real engine; it begins with a copy of the ``store``
    of a project that was built, and the engine as it was compiled there; or with what is known of the engine's sources."""
    root = folder / "a project"
    root.mkdir(parents=True)
    for name in SHARED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", *OWN))
        else:
            shutil.copy2(source, root / name)
    (root / "experiments").mkdir()
    (root / "theory").mkdir()
    (root / "templates" / "chapters").mkdir()
    shutil.copytree(ROOT / "experiments" / "data", root / "experiments" / "data", ignore=shutil.ignore_patterns("__pycache__"))
    for path in (ROOT / "experiments").glob("*.py"):
        if not path.name[:2].lower().startswith("e") or not path.name[1:3].isdigit():
            shutil.copy2(path, root / "experiments")
    (root / "theory" / "__init__.py").touch()
    (root / "experiments" / "e01_walk.py").write_text(experiment, encoding="utf-8")
    (root / "templates" / "chapters" / "01-walks.md").write_text(chapter, encoding="utf-8")
    (root / "templates" / "report.toml").write_text(page, encoding="utf-8")
    if store:
        shutil.copytree(store, root / "build" / "store")
        shutil.copytree(store.parents[1] / "report", root / "report", dirs_exist_ok=True)
    elif (known := read_before().folder).exists():
        shutil.copytree(known, root / "build" / "store" / known.name, ignore=shutil.ignore_patterns(".*"))  # unfinished
    return Project(root)


def result_of(label: str, store: Path) -> Path:
    """The entry of the one trial that is called so."""
    (description,) = [path for path in store.glob("*/*/description.json") if label in path.read_text(encoding="utf-8")]
    return description.parent


def gone(group: int, within: float) -> bool:
    """Whether the process group has no member left within so many seconds."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
