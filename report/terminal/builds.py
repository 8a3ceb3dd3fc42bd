"""A build as it was written, to be held against another: its manifest and its page, out of a folder, a file, or a revision."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.errors import ReportError, UsageError, Where, nearest
from report.terminal.cli import Settings

PARTS = ("budget", "trials", "judged", "proofs", "numbers", "files")  # of a manifest, in which builds may differ


@dataclass(frozen=True)
class Built:
    """What there is of a build; ``page`` is its HTML, if that is beside the manifest."""

    name: str
    manifest: Mapping[str, Any]
    page: str


def built(name: str, root: Path, settings: Settings) -> Built:
    """The build called ``name``: a folder of pages, a manifest, or a git revision, which is built from the store alone.

    Raises ``UsageError`` if it is none of them.
    """
    path = Path(name)
    if path.is_dir():
        return _read(name, _manifest_in(path, settings.writeups))
    if path.is_file():
        return _read(name, path)
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip().decode()
    if not commit:
        known = _git(root, "for-each-ref", "--format=%(refname:short)").decode().split()
        folders = [each.parent.name for each in Path.cwd().glob("*/manifest.json")]
        raise UsageError(f"there is no folder, manifest or revision '{name}'.", remedy=nearest(name, [*known, *folders]))
    return _of_revision(name, commit, root, settings)


def _manifest_in(folder: Path, writeups: Iterable[str]) -> Path:
    name = next((f"{each}.manifest.json" for each in writeups), "manifest.json")
    path = folder / name
    if not path.is_file():
        known = sorted(each.name for each in folder.glob("*manifest.json"))
        remedy = f"It has {', '.join(known)}." if known else f"Build there first: python build.py --out {folder}"
        raise UsageError(f"{folder} has no {name}.", remedy=remedy)
    return path


def _read(name: str, path: Path) -> Built:
    try:
        manifest = json.loads(path.read_bytes())
        missing = [part for part in PARTS if part not in manifest]
        page = next((file for file in manifest["files"] if file.endswith(".html")), "") if not missing else ""
    except (ValueError, TypeError):
        missing, page = ["JSON"], ""
    if missing:
        what = f"this is no manifest of a build: it has no {missing[0]}."
        raise UsageError(what, where=Where(path), remedy="Name a folder of pages, or its manifest.json.")
    html = path.parent / page
    return Built(name, manifest, html.read_text(encoding="utf-8") if page and html.is_file() else "")


def _of_revision(name: str, commit: str, root: Path, settings: Settings) -> Built:
    """What the store has of a revision, set by its own program in a folder that goes again; nothing is run."""
    with tempfile.TemporaryDirectory(prefix="report-revision-") as folder:
        tree, out = Path(folder) / "tree", Path(folder) / "out"
        with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", commit))) as archive:
            archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)  # it came with 3.11.4
            archive.extractall(tree)
        if not (tree / "build.py").is_file():
            raise UsageError(f"{name} has no build.py at its top.", remedy="Name a revision of this project.")
        asked = {"--budget": settings.budget, "--seed": settings.seed, "--store": settings.store.absolute(), "--out": out}
        asked |= {"--data": settings.data.absolute()} if settings.data else {}
        words = [str(word) for pair in asked.items() for word in pair]
        words += ["--writeup", *settings.writeups] if settings.writeups else []
        command = [sys.executable, str(tree / "build.py"), "--frozen", "--quiet", *words]
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True, encoding="utf-8", check=False)
        if not out.is_dir():
            said = "\n  ".join(done.stderr.strip().splitlines()[-6:])
            remedy = f"It said:\n  {said}\n  Build it in a checkout of its own, and name that folder."
            raise ReportError(f"{name} ({commit[:12]}) cannot be built from the store.", remedy=remedy, code=UsageError.code)
        return _read(name, _manifest_in(out, settings.writeups))


def _git(root: Path, *words: str) -> bytes:
    """What git says; nothing where there is no git, or no repository."""
    program = shutil.which("git")
    if program is None:
        return b""
    return subprocess.run([program, "-C", str(root), *words], capture_output=True, check=False).stdout
