"""How long the commands make a person wait: ``--help``, ``check``, a rebuild with nothing changed, an edit of prose.

The project is copied and built once at the quick budget (which takes minutes where the store is cold); then each command
is run several times, and the fastest stands, beside its ratio to starting Python and importing torch.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from experiments.data import datasets

ROOT = Path(__file__).resolve().parent.parent.parent
TARGETS = {"--help": 0.3, "check": 10.0, "rebuild, nothing changed": 0.3, "rebuild, a word of prose changed": 1.0}


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks commands", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    parser.add_argument("--store", type=Path, default=ROOT / "build" / "store", help="the store to start from")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "project"
        shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".git", "build", "data", "__pycache__", ".*_cache"))
        _time_all(project, options.rounds, options.store)


def _time_all(project: Path, rounds: int, store: Path) -> None:
    shared = ["--store", str(store), "--data", str(datasets.locate()), "--quiet"]
    unit = min(_seconds([sys.executable, "-c", "import torch"]) for _ in range(rounds))
    print(f"starting Python and importing torch: {unit:.2f} s")
    first = _seconds(_command(project, *shared))
    print(f"first build, from the store as it is: {first:.1f} s")

    def edit() -> None:
        chapter = project / "templates" / "chapters" / "00-introduction.md"
        chapter.write_text(chapter.read_text(encoding="utf-8") + "\nAnother word.\n", encoding="utf-8")

    cases: dict[str, tuple[list[str], Callable[[], None]]] = {
        "--help": (["--help"], lambda: None),
        "check": (["check", "--force"], lambda: None),
        "rebuild, nothing changed": (shared, lambda: None),
        "rebuild, a word of prose changed": (shared, edit),
    }
    for name, (words, prepare) in cases.items():
        best = min(_prepared_seconds(project, words, prepare) for _ in range(rounds))
        verdict = "met" if best <= TARGETS[name] else "missed"
        print(f"{name}: {best:.2f} s, {best / unit:.2f} of importing torch (target {TARGETS[name]:g} s: {verdict})")


def _prepared_seconds(project: Path, words: list[str], prepare: Callable[[], None]) -> float:
    prepare()
    return _seconds(_command(project, *words))


def _command(project: Path, *words: str) -> list[str]:
    return [sys.executable, str(project / "build.py"), *words]


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    return time.perf_counter() - began
