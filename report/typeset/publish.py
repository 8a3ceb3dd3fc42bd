"""Put the pages where they belong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from report.errors import StoreError, Where
from report.files import replace

STAMP = ".built.json"  # what the last build has read and written
FOUND = ".found.json"  # what it has found
PAGES = ("report.html", "report.pdf", "manifest.json", "data", "diff.html", STAMP, FOUND)
OF_ASSIGNMENTS = ("html", "pdf", "outline.csv", "manifest.json")


def publish(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all the files, each in one step: a reader never finds half a page. Data files of an earlier build go."""
    folders = {(out / name).parent for name in files if name.startswith("data/")} or {out / "data"}
    put(out, files, {path for folder in folders for path in folder.glob("*.csv")} - {out / name for name in files})


def put(out: Path, files: Mapping[str, bytes], stale: Iterable[Path] = ()) -> None:
    """Write all the files, each in one step, and delete what is ``stale``. Raises ``StoreError``."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(out / name, content)
        for path in stale:
            path.unlink(missing_ok=True)  # another build may be quicker
    except OSError as error:
        raise StoreError(
            f"cannot write the pages: {error.strerror or error}.",
            where=Where(error.filename or out),
            remedy="Make room or choose another place with --out DIR; the results are kept.",
        ) from error


def _replace(path: Path, content: bytes) -> None:
    if not (path.is_file() and path.read_bytes() == content):
        replace(path, content)


def remove(out: Path, assignments: Iterable[str]) -> None:
    """Delete the pages, and nothing else that lies there."""
    for name in (*PAGES, *(f"{each}.{kind}" for each in assignments for kind in OF_ASSIGNMENTS)):
        path = out / name
        if path.is_dir():
            import shutil  # a build that changes nothing has no use for it

            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def summary(out: Path, name: str, lacking: Iterable[str]) -> str:
    """What a build says at its end: where the pages are, and what they lack."""
    shown = out.relative_to(Path.cwd()) if out.is_relative_to(Path.cwd()) else out
    lines = [f"{shown / name}.html\n{shown / name}.pdf"]
    lines += [f"incomplete: {each}" for each in lacking]
    return "\n".join(lines)
