"""``python build.py diff A B``: what is different in the second of two builds, in the terminal, as data, and as one page."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from functools import partial
from pathlib import Path
from typing import Any

from report.cache.store import Store
from report.errors import ExitCode
from report.numbers import number_text
from report.terminal.builds import Built, built
from report.terminal.cli import STORE, Settings
from report.terminal.compare import Differences, Moved, Passage, Redrawn, Rerun, Turned, compared
from report.typeset.inputs import layout
from report.typeset.publish import put
from report.write.manifest import json_text
from report.write.prose import identifier

PAGE = "diff.html"
SEVERAL = 6  # trials that are named one by one
GOOD, BAD, QUIET, HEAD = "green", "red", "dim", "bold"

Line = tuple[str, str]
"""A style, and what is written in it."""


def diff(root: Path, settings: Settings) -> ExitCode:
    """Say what is different in the second of two builds, and put the page that shows it among the pages."""
    before, after = (built(name, root, settings) for name in settings.names)
    stores = [settings.store, *(Path(name) / STORE for name in settings.names)]
    found = compared(before, after, partial(_described, [Store(each, read_only=True) for each in stores if each.is_dir()]))
    page = settings.out / PAGE
    put(settings.out, {PAGE: _page(before, after, found).encode()})
    if settings.json:
        print(json_text({"before": before.name, "after": after.name, **vars(found), "page": str(page)}), end="")
    else:
        _print([*told(before.name, after.name, found), ("", str(page))])
    return ExitCode.OK


def _described(stores: Iterable[Store], fingerprint: str) -> Mapping[str, Any] | None:
    return next(filter(None, (store.description(fingerprint) for store in stores if store.has(fingerprint))), None)


# --- in the terminal -----------------------------------------------------------------------------------------------


def told(before: str, after: str, found: Differences) -> list[Line]:
    """The differences, line by line."""
    lines = [(HEAD, f"{before} → {after}")]
    for name, lacking in ((before, found.lacking_before), (after, found.lacking_after)):
        lines += [(QUIET, f"{name} is incomplete: {each}") for each in lacking]
    if found.none:
        return [*lines, (GOOD, "They are the same.")]
    beyond = sum(moved.beyond is True for moved in found.values)
    parts: list[tuple[str, Iterable[Line]]] = [
        ("built with something else", (("", f"  {each}") for each in found.conditions)),
        (f"values that read otherwise ({beyond} beyond their intervals)", map(_moved, found.values)),
        ("verdicts that changed", (line for each in found.claims for line in _turned(each))),
        ("figures and tables that changed", (("", f"  {one.kind} {one.name}: {', '.join(one.what)}") for one in found.shown)),
        ("trials that ran again", (line for each in found.trials for line in _rerun(each))),
        ("passages that read otherwise", (line for each in found.passages for line in _passage(each))),
        ("files that are not the same", (("", f"  {each}") for each in found.files)),
    ]
    for head, each in parts:
        if body := list(each):
            lines += [("", ""), (HEAD, head), *body]
    return [*lines, ("", "")]


def _moved(moved: Moved) -> Line:
    style = {True: BAD, False: GOOD, None: ""}[moved.beyond]
    return style, f"  {moved.name}: {moved.before or 'absent'} → {moved.after or 'absent'}{change(moved)}"


def change(moved: Moved) -> str:
    """``, by +0.6, beyond its interval``."""
    if moved.change != moved.change:
        return ""
    sign = "+" if moved.change > 0 else ""
    word = {True: "beyond its interval", False: "within its interval", None: "no interval"}[moved.beyond]
    return f", by {sign}{number_text(moved.change, 3 if isinstance(moved.change, float) else None)}, {word}"


def _turned(turned: Turned) -> Iterator[Line]:
    style = GOOD if turned.after in ("holds", "proved") else BAD if turned.after in ("does not hold", "not proved") else ""
    yield style, f"  {turned.name}: {turned.before} → {turned.after}"
    yield "", f"    {turned.sentence}"
    for evidence in (turned.evidence_before, turned.evidence_after):
        if evidence:
            yield QUIET, f"    {evidence}"


def _rerun(rerun: Rerun) -> Iterator[Line]:
    rest = len(rerun.trials) - SEVERAL
    more = f" and {rest} more" if rest > 0 else ""
    yield "", f"  {rerun.experiment} {rerun.reason}: {', '.join(rerun.trials[:SEVERAL])}{more}"
    for line in rerun.difference.splitlines():
        sign = line.strip()[:1]
        yield {"-": BAD, "+": GOOD}.get(sign, QUIET), f"    {line}"


def _passage(passage: Passage) -> Iterator[Line]:
    yield QUIET, f"  {passage.chapter}"
    yield from ((BAD, f"  - {text}") for text in passage.before)
    yield from ((GOOD, f"  + {text}") for text in passage.after)


def _print(lines: Iterable[Line]) -> None:
    """In colour where the terminal has it and nobody minds (NO_COLOR); lines as they are, whatever the width."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False, markup=False, emoji=False)
    for style, text in lines:
        if console.is_terminal and not console.no_color:
            console.print(Text(text, style=style), soft_wrap=True)
        else:
            print(text)


# --- as a page -----------------------------------------------------------------------------------------------------


def _page(before: Built, after: Built, found: Differences) -> str:
    """One page of all differences, in the style of the pages it compares, figures and tables side by side."""
    from markupsafe import Markup

    style = re.search(r"<style>(.*?)</style>", after.page or before.page, flags=re.DOTALL)
    drawn = _drawn(before.page, "before-") + _drawn(after.page, "after-")

    def pair(drawn: Redrawn) -> list[Markup]:
        mark = identifier(drawn.name)
        return [Markup(_figure(before.page, mark, "before-")), Markup(_figure(after.page, mark, "after-"))]

    def passage(passage: Passage) -> Markup:
        return Markup(marked("\n".join(passage.before), "\n".join(passage.after)))

    functions: dict[str, Callable[..., Any]] = {"pair": pair, "marked": passage, "change": change}
    return layout("diff.html").render(
        before=before.name, after=after.name, found=found, style=Markup((style[1] if style else "") + drawn), **functions
    )


def _figure(page: str, mark: str, prefix: str) -> str:
    """A figure or table out of a page, its ids and the classes of its drawing its own, its links gone."""
    found = re.search(rf'<figure id="{re.escape(mark)}".*?</figure>', page, flags=re.DOTALL)
    alone = re.sub(r'<a class="data".*?</a>|</?a\b[^>]*>', "", found[0]) if found else ""
    return re.sub(r'( id="|href="#|url\(#|class="(?=f\d))', rf"\1{prefix}", alone)


def _drawn(page: str, prefix: str) -> str:
    """How the drawings of a page are styled, under the names that ``_figure`` gives their classes."""
    rules = re.search(r'<style class="drawn">(.*?)</style>', page)
    return re.sub(r"\.(?=f\d+\{)", f".{prefix}", rules[1]) if rules else ""


def marked(before: str, after: str) -> str:
    """HTML of the text after, with the words that are gone and those that are new marked."""
    old, new = (re.findall(r"\s+|[^\s]+", text) for text in (before, after))
    pieces = []
    for what, i, to, j, until in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone, come = html.escape("".join(old[i:to])), html.escape("".join(new[j:until]))
        pieces += [come] if what == "equal" else [f"<del>{gone}</del>" * bool(gone), f"<ins>{come}</ins>" * bool(come)]
    return "".join(pieces)
