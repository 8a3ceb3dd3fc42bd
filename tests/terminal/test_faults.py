"""Whatever ends a command: a sentence that says whose fault it is, and its exit code; never a traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from report.errors import ExitCode, ProseError, Where
from report.terminal.faults import explained
from tests.project import ROOT


def run(
    command: str, redirections: str = "", folder: Path = ROOT, before: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """A process that runs these lines as a command, its streams redirected by a shell."""
    lines = "\n    ".join(command.splitlines())
    code = (
        f"import sys, os, time; sys.path.insert(0, {str(ROOT)!r})\n"
        f"from report.terminal.faults import guarded, say\nfrom report.errors import ExitCode\n"
        f"def command():\n    {lines}\n    return ExitCode.OK\n"
        "sys.exit(guarded(command))"
    )
    shell = f'{before} "$0" -c "$1" {redirections}'
    return subprocess.run(
        ["bash", "-c", shell, sys.executable, code], capture_output=True, text=True, cwd=folder, env=env or None, check=False
    )


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (ProseError("a slip.", where=Where("a.md", 3)), ExitCode.PROSE, "error: a.md:3: a slip."),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED, "interrupted"),
        (PermissionError(13, "Permission denied", "build/report.html"), ExitCode.STORE, "build/report.html: Permission denied"),
        (OSError(24, "Too many open files"), ExitCode.STORE, "Too many open files"),
        (MemoryError(), ExitCode.STORE, "memory is used up"),
        (ModuleNotFoundError("No module named 'jinja2'", name="jinja2"), ExitCode.USAGE, "jinja2 is not installed"),
        (KeyError("x"), ExitCode.INTERNAL, "a bug of the program"),
    ],
)
def test_a_fault_is_the_authors_the_worlds_or_ours(error: BaseException, code: ExitCode, said: str) -> None:
    ended = explained(error)
    assert ended.code == code
    assert said in ended.text


def test_of_room_that_lacks_it_is_said_where_it_may_lack() -> None:
    assert tempfile.gettempdir() in explained(OSError(28, "No space left on device")).text


def test_a_bug_that_cannot_be_written_down_is_still_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.NamedTemporaryFile", _no_room)
    assert "could not be written: No space left on device" in explained(KeyError("x")).text


def _no_room(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("redirections", "code"),
    [(">&-", 0), ("2>&-", 0), ("<&- >&- 2>&-", 0), (">/dev/full", 6), ("2>/dev/full", 0), (">/dev/full 2>&1", 6)],
)
def test_streams_that_are_closed_or_full_are_no_bug(redirections: str, code: int) -> None:
    done = run("print('out')\nsay('waiting')", redirections)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_no_file_gets_the_number_of_a_stream_that_was_closed() -> None:
    assert run("say(str(os.pipe()[0] > 2))", ">&- <&-").stderr == "True\n"


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    done = run("for n in range(100000): print(n)", "| head -1; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_a_terminal_without_a_sign_is_no_bug() -> None:
    done = run("print('x ∈ ℝ ✓')", PYTHONIOENCODING="ascii", PATH="/usr/bin:/bin")
    assert (done.returncode, done.stdout) == (0, "x \\u2208 \\u211d \\u2713\n")


def test_a_working_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = run("print('out')", "", tmp_path / "gone", before="rmdir ../gone;")
    assert done.returncode == 2
    assert "the working folder is gone" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("made_of_it", ["raise", "raise ImportError('an extension')", "raise SystemError"])
def test_an_interruption_is_one_whatever_is_made_of_it(number: signal.Signals, made_of_it: str) -> None:
    done = run(f"try:\n    os.kill(os.getpid(), {number:d}); time.sleep(10)\nexcept KeyboardInterrupt: {made_of_it}")
    assert done.returncode == 130
    assert done.stderr == "interrupted: what was finished is kept. Run it again to go on.\n"
