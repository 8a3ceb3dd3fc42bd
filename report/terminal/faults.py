"""How a command ends when something is wrong: one sentence for the person who can mend it, and an exit code.

The world's faults (no room, no permission, no memory, a stream that nobody reads) are told apart from the author's, which
are ``ReportError``, and from ours, whose traceback goes into a file.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from report.errors import ExitCode, ReportError

KEPT = "what was finished is kept; run it again to go on."


@dataclass(frozen=True)
class Ended:
    """What to say, and the exit code."""

    text: str
    code: ExitCode


def guarded(command: Callable[[], ExitCode]) -> ExitCode:
    """The exit code of ``command``, whatever happens to it; what was wrong is said on standard error."""
    _open_streams()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a batch system's stop is an interruption as Ctrl-C is
    try:
        code = command()
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # the reader of our output left: `build.py plan | head`
        _forget(sys.stdout.fileno())
        return ExitCode.OK
    except (Exception, KeyboardInterrupt) as error:
        ended = explained(error)
        say(ended.text)
        try:
            sys.stdout.flush()
        except OSError:
            _forget(sys.stdout.fileno())
        return ended.code


def explained(error: BaseException) -> Ended:
    """What to say of an error that ends a command. Of a bug of ours, the traceback is written into a file."""
    if isinstance(error, ReportError):
        return Ended(f"error: {error}", error.code)
    if isinstance(error, KeyboardInterrupt):
        return Ended(f"interrupted: {KEPT}", ExitCode.INTERRUPTED)
    if isinstance(error, ModuleNotFoundError):
        remedy = "Install what this needs: python -m pip install -r requirements.txt"
        return Ended(f"error: the package {error.name} is not installed.\n  {remedy}", ExitCode.USAGE)
    if isinstance(error, MemoryError):
        return Ended(f"error: the memory is used up.\n  Free some, or try --jobs 1: {KEPT}", ExitCode.STORE)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return Ended(f"error: {place}{error.strerror or error}.\n  Mend that, and run it again: {KEPT}", ExitCode.STORE)
    return Ended(
        f"error: this is a bug of the program: {type(error).__name__}: {error}\n"
        f"  Please report it with {_bug_report(error)}; no result is lost.",
        ExitCode.INTERNAL,
    )


def say(line: str) -> None:
    """A line for the person who waits; that nobody can read it is no reason to stop."""
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:
        _forget(sys.stderr.fileno())


def _bug_report(error: BaseException) -> str:
    """A file that holds the traceback of the error, or why there is none."""
    try:
        with tempfile.NamedTemporaryFile("w", prefix="report-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.writelines(traceback.format_exception(error))
    except OSError as refusal:
        return f"its traceback (which could not be written: {refusal.strerror or refusal})"
    return log.name


def _open_streams() -> None:
    """Standard streams that were closed lead nowhere, before other files get their numbers; no character stops a line."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    sys.stdout = sys.stdout or os.fdopen(os.dup(number), "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(os.dup(number), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    os.close(number)


def _forget(number: int) -> None:
    """From now on what is written to this stream goes nowhere, at the interpreter's end too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), number)
