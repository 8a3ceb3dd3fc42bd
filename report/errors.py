"""Errors for the person who can fix them, and the exit codes of ``build.py``.

Every error that a user may meet is a ``ReportError``: one sentence that says what was wrong, where it was written, and
what to do. The command line prints it without a traceback and exits with its code.
"""

from __future__ import annotations

import difflib
import sys
import sysconfig
import traceback
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

_ENGINE = Path(__file__).resolve().parent


class ExitCode(IntEnum):
    """What ``build.py`` says to a script that called it (listed in the README)."""

    OK = 0
    INCOMPLETE = 1  # written, but a part failed, diverged, was skipped or rests on a stand-in
    USAGE = 2  # the command line asks for something that does not exist, or a package is not installed
    PROOF = 3  # a derivation step is not proved
    PROSE = 4  # a chapter has an error, or a typed number
    DATA = 5  # a data set is missing, corrupt or cannot be fetched
    STORE = 6  # results cannot be read or written (no space, no permission)
    DECLARATION = 7  # an experiment or theory file declares something the engine must refuse
    INTERNAL = 70  # a bug of ours
    INTERRUPTED = 130


@dataclass(frozen=True)
class Where:
    """A place that an author wrote: a file, and a line counted from 1 where it is known."""

    file: Path | str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else str(self.file)


class ReportError(Exception):
    """What was wrong, where, and what to do about it."""

    code: ExitCode = ExitCode.INTERNAL

    def __init__(self, what: str, *, where: Where | None = None, remedy: str = "", code: ExitCode | None = None):
        super().__init__(what, where, remedy, code)  # all of it, so that it survives the way out of a worker process
        self.what, self.where, self.remedy = what, where, remedy
        if code is not None:
            self.code = code

    def __reduce__(self) -> tuple:
        return _rebuild, (type(self), self.what, self.where, self.remedy, self.code)

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return place + self.what + (f"\n  {self.remedy}" if self.remedy else "")


def _rebuild(kind: type[ReportError], what: str, where: Where | None, remedy: str, code: ExitCode) -> ReportError:
    return kind(what, where=where, remedy=remedy, code=code)


class UsageError(ReportError):
    code = ExitCode.USAGE


class ProofError(ReportError):
    code = ExitCode.PROOF


class ProseError(ReportError):
    code = ExitCode.PROSE


class DataError(ReportError):
    code = ExitCode.DATA


class StoreError(ReportError):
    code = ExitCode.STORE


class DeclarationError(ReportError):
    code = ExitCode.DECLARATION


def in_words(things: Iterable[str]) -> str:
    """Several things, one at least, as a sentence has them."""
    *others, last = things
    return f"{', '.join(others)} and {last}" if others else last


def nearest(name: str, known: Iterable[str]) -> str:
    """A remedy for an unknown name: the nearest known one if there is one, else all of them."""
    choices = sorted(set(known))
    close = difflib.get_close_matches(name, choices, n=1, cutoff=0.5)
    if close:
        return f"Did you mean '{close[0]}'?"
    return "Known: " + (", ".join(choices) or "none") + "."


def author_text(path: Path) -> str:
    """What an author wrote in a file of UTF-8, with or without a byte-order mark, whatever the ends of its lines.

    Raises ``ProseError`` with the line at which it is anything else.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        what = f"this line is not UTF-8: its byte {content[error.start]:#04x} is no character."
        raise ProseError(what, where=Where(path, line), remedy="Save the file as UTF-8.") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def author_line(error: BaseException) -> Where | None:
    """The last line that the traceback of ``error`` passes through in a file that is neither the engine's nor a library's."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).is_file():
        return Where(_short(Path(error.filename)), error.lineno)
    libraries = [Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        file = Path(frame.filename).resolve()
        if file.is_file() and not any(file.is_relative_to(folder) for folder in (_ENGINE, *libraries)):
            return Where(_short(Path(frame.filename)), frame.lineno)
    return None


def written_here() -> Where:
    """The line of the author's file that is being executed: the innermost frame outside the engine."""
    frame, engine = sys._getframe(1), str(Path(__file__).parent)  # as Python spells it, links and all
    while frame.f_back is not None and frame.f_code.co_filename.startswith((engine, "<string>", "<frozen")):
        frame = frame.f_back
    return Where(Path(frame.f_code.co_filename), frame.f_lineno)


def _short(path: Path) -> Path:
    """``path`` relative to the project, so that messages stay readable."""
    for folder in (*map(Path, sys.path), _ENGINE.parent):
        if folder.is_absolute() and path.is_relative_to(folder) and (folder / "report").is_dir():
            return path.relative_to(folder)
    return path
