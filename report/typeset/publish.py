"""Put the pages where they belong, and own up to what they lack."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from report.cache.store import Store
from report.errors import StoreError, Where
from report.judge.views import Absent, Judged
from report.model import Outcome, State
from report.typeset import pages as typeset
from report.write.chapters import Manuscript
from report.write.writeup import Writeup

PAGES = ("report.html", "report.pdf", "manifest.json", "data")


def shortcomings(
    outcomes: Mapping[str, Iterable[Outcome]],
    judged: Mapping[str, Judged],
    data: Mapping[str, Any],
) -> list[str]:
    """Everything for which the write-up must say that it is not the whole truth, a sentence each."""
    found = [f"{status.title} is a stand-in, not the real data set." for status in data.values() if status.stand_in]
    for owner, each in outcomes.items():
        found += _of_trials(owner, list(each))
    for owner, views in judged.items():
        found += _of_views(owner, views)
    return list(dict.fromkeys(found))


def _of_trials(owner: str, outcomes: list[Outcome]) -> list[str]:
    lacking = {
        "failed": [o for o in outcomes if o.state is State.FAILED],
        "diverged": [o for o in outcomes if o.state is State.DIVERGED and not o.trial.may_diverge],
        "did not run": [o for o in outcomes if o.state is State.MISSING],
    }
    found = []
    for word, each in lacking.items():
        if each:
            which = each[0].trial.label + (f" and {len(each) - 1} more" if len(each) > 1 else "")
            because = f": {each[0].reason}" if each[0].reason else ""
            found.append(f"{owner}: {len(each)} of {len(outcomes)} runs {word} ({which}){because}")
    return found


def _of_views(owner: str, judged: Judged) -> list[str]:
    views = {"figure": judged.figures, "table": judged.tables, "claim": judged.claims, "value": judged.values}
    return [
        f"{owner}.{name}: this {kind} could not be made: {view.reason}"
        for kind, each in {**views, "comparison": judged.reported}.items()
        for name, view in each.items()
        if isinstance(view, Absent) and view.kind == "failed"
    ]


def pages(
    manuscript: Manuscript,
    writeup: Writeup,
    budget: str,
    outcomes: Mapping[str, Iterable[Outcome]],
    lacking: Iterable[str],
    store: Store,
) -> dict[str, bytes]:
    """The files of the write-up by name: the HTML, the PDF, and the data of every figure and table."""
    seeds = len({o.trial.arguments["seed"] for each in outcomes.values() for o in each if "seed" in o.trial.arguments})
    meta = typeset.Meta(
        title=writeup.title,
        subtitle=writeup.subtitle,
        abstract=writeup.abstract,
        budget=f"Budget: {budget}",
        seeds=f"{seeds} seed{'' if seeds == 1 else 's'} at most",
        notices=tuple(lacking),
    )
    remember = partial(_remember, store)
    both = typeset.key_of(manuscript.chapters, meta, manuscript.assets)

    def typeset_now() -> tuple[bytes, bytes]:
        html, pdf = typeset.pages(manuscript.chapters, meta, manuscript.assets, remember)
        return html.encode(), pdf

    kept = store.get(both)
    html, pdf = (kept["html"], kept["pdf"]) if kept else typeset_now()
    if not kept and not store.read_only:
        store.put(both, {"html": html, "pdf": pdf}, durable=False)
    data = {f"data/{name}": content for name, content in manuscript.data.items()}
    return {"report.html": html, "report.pdf": pdf, **data}


def _remember(store: Store, key: str, make: Callable[[], bytes]) -> bytes:
    """What ``make`` gives, kept in the store under ``key``."""
    name = hashlib.sha256(f"page {key}".encode()).hexdigest()
    kept = store.get(name)
    if kept is not None:
        return kept["content"]
    content = make()
    if not store.read_only:
        store.put(name, {"content": content}, durable=False)
    return content


def publish(out: Path, files: Mapping[str, bytes]) -> None:
    """Write all the files, each in one step: a reader never finds half a page. Data files of an earlier build go."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            _replace(out / name, content)
        for stale in set((out / "data").glob("*.csv")) - {out / name for name in files}:
            stale.unlink()
    except OSError as error:
        raise StoreError(
            f"cannot write the pages: {error.strerror or error}.",
            where=Where(error.filename or out),
            remedy="Make room or choose another place with --out DIR; the results are kept.",
        ) from error


def _replace(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise


def remove(out: Path) -> None:
    """Delete the pages, and nothing else that lies there."""
    for name in PAGES:
        path = out / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def summary(out: Path, lacking: Iterable[str]) -> str:
    """What a build says at its end: where the pages are, and what they lack."""
    shown = out.relative_to(Path.cwd()) if out.is_relative_to(Path.cwd()) else out
    lines = [f"{shown / 'report.html'}\n{shown / 'report.pdf'}"]
    lines += [f"incomplete: {each}" for each in lacking]
    return "\n".join(lines)
