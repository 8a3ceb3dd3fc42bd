"""How a command ends when something is wrong: one sentence for the person who can mend it, and an exit code.

The world's faults (no room, no permission, no memory, a stream that nobody reads) are told apart from the author's, which
are ``ReportError``, and from ours, whose traceback goes into a file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from report.errors import ExitCode, ReportError, UsageError

KEPT = "what was finished is kept."


@dataclass(frozen=True)
class Ended:
    """What to say, and the exit code."""

    text: str
    code: ExitCode


def guarded(command: Callable[[], ExitCode]) -> ExitCode:
    """The exit code of ``command``, whatever happens to it; what was wrong is said on standard error."""
    _open_streams()
    interrupted: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        interrupted.append(number)  # a package that is being imported may make something else of the exception
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):  # a batch system's stop is an interruption as Ctrl-C is
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, interrupt)
    try:
        _in_a_folder()
        code = command()
        sys.stdout.flush()
        return code
    except (Exception, KeyboardInterrupt) as error:
        if isinstance(error, BrokenPipeError) and _deserted(sys.stdout):  # `build.py plan | head`
            _to_nowhere(sys.stdout)
            return ExitCode.OK
        ended = explained(KeyboardInterrupt() if interrupted else error)
        say(ended.text)
        _heard(sys.stdout)
        return ended.code


def explained(error: BaseException) -> Ended:
    """What to say of an error that ends a command. Of a bug of ours, the traceback is written into a file."""
    if isinstance(error, ReportError):
        return Ended(f"error: {error}", error.code)
    if isinstance(error, KeyboardInterrupt):
        return Ended(f"interrupted: {KEPT} Run it again to go on.", ExitCode.INTERRUPTED)
    if isinstance(error, ModuleNotFoundError):
        remedy = "Install what this needs: python -m pip install -r requirements.txt"
        return Ended(f"error: the package {error.name} is not installed.\n  {remedy}", ExitCode.USAGE)
    if isinstance(error, MemoryError):
        return Ended(f"error: the memory is used up.\n  Free some, or try --jobs 1; {KEPT}", ExitCode.STORE)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        remedy = "Mend that"
        if error.errno == errno.ENOSPC:
            import tempfile

            remedy = f"Make room where the pages and results lie, and in {tempfile.gettempdir()} (TMPDIR names another place)"
        return Ended(f"error: {place}{error.strerror or error}.\n  {remedy}, and run it again; {KEPT}", ExitCode.STORE)
    return Ended(
        f"error: this is a bug of the program: {type(error).__name__}: {error}\n"
        f"  Please report it with {_bug_report(error)}; no result is lost.",
        ExitCode.INTERNAL,
    )


def say(line: str) -> None:
    """A line for the person who waits; that nobody can read it is no reason to stop."""
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr)
    _heard(sys.stderr)


def _bug_report(error: BaseException) -> str:
    """A file that holds the traceback of the error, or why there is none."""
    import tempfile  # a command that ends well has no use for it

    try:
        with tempfile.NamedTemporaryFile("w", prefix="report-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.writelines(traceback.format_exception(error))
    except OSError as refusal:
        return f"its traceback (which could not be written: {refusal.strerror or refusal})"
    return log.name


def _open_streams() -> None:
    """Standard streams that were closed lead nowhere, before other files get their numbers; no character stops a line."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)  # as a standard stream is
    sys.stdout = sys.stdout or os.fdopen(os.dup(number), "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(os.dup(number), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    os.close(number)


def _in_a_folder() -> None:
    try:
        Path.cwd()
    except FileNotFoundError:
        raise UsageError("the working folder is gone.", remedy="Change to one that is there.") from None


def _heard(stream: TextIO) -> None:
    try:
        stream.flush()
    except OSError:
        _to_nowhere(stream)


def _deserted(stream: TextIO) -> bool:
    """Whether the stream is a pipe that nobody reads any more."""
    ends = select.poll()
    ends.register(stream.fileno(), 0)
    return any(event & select.POLLERR for _, event in ends.poll(0))


def _to_nowhere(stream: TextIO) -> None:
    """From now on what is written there goes nowhere, at the interpreter's end too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
