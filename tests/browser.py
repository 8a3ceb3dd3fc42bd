"""The browser that the pages are tried in, and what axe finds in one of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
BROWSER = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

ALL = ".stretch { content-visibility: visible !important }"  # what is far from the window, too

# All headings, to which the contents lead; then from heading to heading, below its chapter's. The page holds no more at a time:
# axe looks at all of it, whatever part it is asked about.
PARTS = """() => {
    const main = document.querySelector('main'), parts = [[...main.querySelectorAll('h2, h3, h4')], []];
    let chapter = [];
    for (const each of [...main.querySelectorAll(':scope > .stretch > *')]) {
        if (each.matches('h2, h3')) parts.push(each.matches('h3') ? [...chapter] : []);
        if (each.matches('h2')) chapter = [each];
        parts.at(-1).push(each);
    }
    window.parts = parts;
    return parts.length;
}"""
SHOW = """at => {
    document.querySelector('main').replaceChildren(...parts[at]);
    if (at) document.querySelectorAll('.bar, .contents').forEach(links => links.remove());
}"""


@contextmanager
def chromium() -> Iterator[Any]:
    """Chromium or Chrome of the PATH, or $CHROMIUM; without one the test is skipped."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if BROWSER is None:
        pytest.skip("no Chromium or Chrome on the PATH, nor in $CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


def objections(page: Any) -> list[tuple[str, list[str]]]:
    """What axe objects to in a page that is open, all folds unfolded."""
    _unfold(page)
    return _violations(page)


def objections_by_part(page: Any) -> list[tuple[str, list[str]]]:
    """The same of a page that is too long for axe: first in its contents, then part by part."""
    _unfold(page)
    found = []
    for part in range(page.evaluate(PARTS)):
        page.evaluate(SHOW, part)
        found += _violations(page)
    return found


def _unfold(page: Any) -> None:
    """Lays all of it out, and lets the page see what of it scrolls."""
    page.wait_for_load_state()
    page.add_style_tag(content=ALL)
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    page.evaluate("dispatchEvent(new Event('resize'))")


def _violations(page: Any) -> list[tuple[str, list[str]]]:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    rules = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = axe.run(page, options=rules).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
