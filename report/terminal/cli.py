"""The command line: words in, ``Settings`` out. Kept free of heavy imports, so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from report.errors import UsageError, nearest

COMMANDS = {
    "build": "run what is missing and write build/report.html and build/report.pdf (this is the default)",
    "watch": "build, and again whenever a file is saved: a change of prose is on the page at once",
    "preview": "the same, in the browser: it follows what you save, and shows running trials and mistakes",
    "check": "prove the theory and lint the prose; no training. 'check T4' does one theorem and prints it",
    "plan": "say for each trial whether it would run, and why",
    "diff": "what is different in the second of two builds (folders, manifests or git revisions): 'diff HEAD~1 build'",
    "explain": "where a number comes from, down to its code and data: 'explain E2.test_accuracy', 'explain 97.84'",
    "new": "lay out a first write-up of your own, and build it: 'new my-course'",
    "list": "say which write-ups there are, for --writeup",
    "data": "say which data sets are there and where they came from, and fetch what is missing",
    "clean": "delete the pages, and the results that no budget of the present code refers to",
}
# The commands that take names, with an example.
NAMING: dict[str, tuple[int, str]] = {  # how many; 0: as many as one likes
    "check": (0, ""),
    "new": (1, "python build.py new my-course"),
    "explain": (1, "python build.py explain E2.test_accuracy"),
    "diff": (2, "python build.py diff HEAD~1 build"),
}
JSON = ("plan", "check", "data", "diff")
STORE = "store"  # the folder beside the pages, unless another is asked for
BUDGETS = ("smoke", "quick", "full")
EXAMPLES = """\
examples:
  python build.py                        the quick budget: a few minutes, then build/report.pdf
  python build.py --budget full          what the write-ups did: hours
  python build.py --writeup dl-lab       one assignment: build/dl-lab.pdf; 'all' for every one
  python build.py plan --only E2         what would run for E2, and why
  python build.py check T4               the derivation of T4, step by step, in the terminal

exit codes:
  0 all is well                          5 a data set is missing, corrupt or out of reach
  1 written, but a part is missing,      6 the store or the output cannot be read or written
    failed, diverged or a stand-in       7 an experiment or theory file is refused
  2 the command line is wrong           70 a bug of this program
  3 a derivation step is not proved    130 interrupted
  4 a chapter has an error
"""


@dataclass(frozen=True)
class Settings:
    """What the user asked for."""

    command: str
    names: tuple[str, ...]  # ids given to --only, or after 'check'
    budget: str
    seed: int
    jobs: int
    out: Path
    store: Path
    data: Path | None
    scheduler: str | None
    frozen: bool
    quiet: bool
    writeups: tuple[str, ...]  # the complete one for none
    force: bool  # look at everything, whatever the last build has left
    browser: bool  # preview opens one
    json: bool  # for programs


def parse(words: Sequence[str], root: Path) -> Settings:
    """The settings that ``words`` ask for; ``root`` is the project's folder. Raises ``UsageError``; exits for --help."""
    asked = vars(_parser(root).parse_intermixed_args(list(words)))
    command, names = asked["command"], asked["names"]
    if command not in COMMANDS:
        raise UsageError(f"there is no command '{command}'.", remedy=nearest(command, COMMANDS))
    if names and command not in NAMING:
        raise UsageError(f"'{command}' takes no names.", remedy=f"Use --only {' '.join(names)}.")
    wanted, example = NAMING.get(command, (0, ""))
    if wanted and len(names) != wanted:
        what = ("one name", "two names")[wanted - 1]
        raise UsageError(f"'{command}' takes {what}.", remedy=f"Write: {example}.")
    if asked["json"] and command not in JSON:
        raise UsageError(f"'{command}' has no --json.", remedy=f"These have: {', '.join(JSON)}.")
    asked["names"] = (*asked.pop("only"), *names)
    asked["store"] = asked["store"] or asked["out"] / STORE
    return Settings(**asked | {"writeups": tuple(asked["writeups"])})


class _Parser(argparse.ArgumentParser):
    """Errors as ``UsageError``, with the nearest choice, rather than usage lines and a bare exit."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message}.", remedy="python build.py --help lists what there is.")


def _parser(root: Path) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python build.py",
        description="Run the experiments, prove the theory, and write it all up in HTML and PDF.",
        epilog="commands:\n" + "".join(f"  {name:<9}{text}\n" for name, text in COMMANDS.items()) + "\n" + EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("command", nargs="?", default="build", metavar="COMMAND", help="one of the commands below")
    parser.add_argument("names", nargs="*", metavar="ID", help="what check, diff, explain and new are about")
    parser.add_argument("--budget", default="quick", choices=BUDGETS, help="how much of the real thing to run (default: quick)")
    names: dict[str, Any] = {"nargs": "+", "action": "extend", "default": []}
    parser.add_argument("--only", **names, metavar="ID", help="only these experiments and theorems: E2 T4")
    parser.add_argument("--writeup", **names, dest="writeups", metavar="NAME", help="these assignments, or all (see: list)")
    cores, jobs = os.cpu_count() or 1, partial(_whole, least=1)
    parser.add_argument("--jobs", type=jobs, default=cores, metavar="N", help="trials at a time (default: cores)")
    parser.add_argument("--seed", type=_whole, default=0, metavar="N", help="the first seed (default: 0)")
    parser.add_argument("--out", type=_folder, default=root / "build", metavar="DIR", help="where the pages go (build)")
    parser.add_argument("--store", type=_folder, metavar="DIR", help="where results are kept (default: OUT/store)")
    parser.add_argument("--data", type=_folder, metavar="DIR", help="where data sets are (default: $REPORT_DATA, else data)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="run the trials on a Dask cluster at this address")
    parser.add_argument("--frozen", action="store_true", help="compute nothing: show what the store has")
    parser.add_argument("--force", action="store_true", help="look at everything, even if nothing seems to have changed")
    parser.add_argument("--json", action="store_true", help="plan, check, data and diff: for programs")
    parser.add_argument(
        "--no-open", action="store_false", dest="browser", help="preview opens no browser, and says the address alone"
    )
    parser.add_argument("--quiet", action="store_true", help="a line for each finished trial, no bars")
    return parser


def _whole(text: str, least: int = 0) -> int:
    """A whole number that every generator of random numbers takes."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise argparse.ArgumentTypeError(f"must be a whole number from {least} to 999999999")
    return int(text)


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("must name a folder")
    return Path(text)
