"""The page in a real browser: what it does at each width, in light and dark, by keyboard, and what axe finds in it.

Wants Chromium or Chrome on the PATH, or its path in $CHROMIUM.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from report.model import Value
from report.typeset.html import html
from report.write import markdown as render
from report.write.derivations import derivation_markdown
from tests import browser
from tests.typeset.test_pages import ASSETS, CHAPTERS, META, PROOF, Chapter

sync_api = pytest.importorskip("playwright.sync_api")

WIDTHS = (320, 360, 768, 1023, 1024, 1280, 1920)
WIDE = r"$$a = " + " + ".join(f"b_{{{i}}}" for i in range(60)) + "$$"
LAST = Chapter(
    "ch-mistakes",
    Path("80-mistakes.md"),
    "\n\n".join(
        (
            "# Mistakes {#ch-mistakes}",
            f"It has {render.value_markdown(Value(3274634, digits=0))} parameters and loses "
            f"{render.value_markdown(Value(-0.008, digits=3, origin='E1, seed 0: 0.007'))}.",
            "A very long one: $" + " + ".join(f"c_{{{i}}}" for i in range(40)) + "$, and so on.",
            WIDE,
        )
    ),
)
STRIP = render.span("", "strip", low="0.2", high="0.5", at="0.3", theirs="0.4")
BAR = render.span("", "bar", **{"holds": "3", "does-not-hold": "1", "undecided": "2", "not-asked-of-this-copy": "0"})
OTHER = Chapter(  # what the first two chapters lack; a proof right below its chapter's heading
    "ch-question",
    Path("question.md"),
    "\n\n".join(
        (
            "# A question {#ch-question}",
            derivation_markdown(replace(PROOF, id="T3"), {"result": 11, "long": 13}.__getitem__),
            "## Words\n\n### More words\n\n> It was said.\n\n1. One.\n2. Two.\n\n- Three $x$.\n\n`code`\n\n```\na = 1\n```",
            render.div(f"A {STRIP} {BAR}", "brief"),
            "[A link](https://example.org) and $$x = 1$$ and **strong**, *weak*.\n\n---\n\nA term\n:   Its meaning.",
        )
    ),
)


@pytest.fixture(scope="module")
def address(tmp_path_factory) -> str:
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html((*CHAPTERS, OTHER, LAST), META, ASSETS), encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as started:
        yield started


@pytest.fixture
def opened(chromium, address):
    """Opens the page in a window of some width."""
    contexts = []

    def at(width: int = 1280, scheme: str = "light", touch: bool = False) -> sync_api.Page:
        context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, has_touch=touch)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        page.goto(address)
        return page

    yield at
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(opened, width, scheme):
    page = opened(width, scheme)
    assert browser.objections(page) == []
    assert browser.objections_by_part(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_never_scrolls_sideways(opened, width):
    assert opened(width).evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("width", [360, 1280])
def test_the_bar_of_verdicts_is_seen(opened, width):
    assert opened(width).evaluate("document.querySelector('svg.bar rect').getBoundingClientRect().height") > 4


def test_contents_follow_the_reader_beside_the_text_and_a_bar_replaces_them_on_a_phone(opened):
    page = opened(1280)
    page.evaluate("document.querySelector('#ch-second').scrollIntoView()")
    page.wait_for_selector('.contents a[href^="#ch-second"][aria-current]')
    assert not page.is_visible(".bar")
    phone = opened(360)
    assert phone.locator(".bar a").all_inner_texts() == ["Summary", "Contents", "Mistakes"]
    phone.click(".bar >> text=Mistakes")
    assert phone.is_visible(".bar")
    assert phone.evaluate("document.querySelector('#ch-mistakes').getBoundingClientRect().top") < 800


@pytest.mark.parametrize("number", ["3274634", "-0.008"])
def test_a_number_is_found_as_a_keyboard_types_it(opened, number):
    assert opened().evaluate("number => find(number)", number)


def test_a_minus_looks_like_one(opened):
    width = "family => { const c = document.createElement('canvas').getContext('2d'); c.font = `40px '${family}'`; return c }"
    page = opened()
    page.evaluate("document.fonts.ready")
    typed = page.evaluate(f"({width})('Libertinus Minus').measureText('-').width")
    assert typed == page.evaluate(f"({width})('Libertinus Serif').measureText('−').width")


def test_a_copied_formula_is_latex(opened):
    page = opened()
    page.evaluate("getSelection().selectAllChildren(document.querySelector('main p:has(math)'))")
    page.keyboard.press("Control+C")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "A formula $x_1 < y$(b) and $\\alpha$.c" in copied


def test_what_scrolls_is_reached_by_the_keyboard_and_what_does_not_is_no_stop(opened):
    phone = opened(360)
    phone.wait_for_load_state()
    boxes = "[...document.querySelectorAll('.right, .links, .scroll, p')].filter(b => b.checkVisibility())"
    scrolling = f"{boxes}.filter(b => b.scrollWidth > b.clientWidth)"
    assert phone.evaluate(f"{scrolling}.length") > 1
    assert phone.evaluate(f"{scrolling}.every(b => b.tabIndex === 0 && b.role && b.ariaLabel)")
    folded = phone.evaluate(f"{scrolling}.length")
    phone.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    phone.wait_for_function(f"{scrolling}.length > {folded} && {scrolling}.every(b => b.tabIndex === 0)")
    still = "[...document.querySelectorAll('.right[tabindex]')].filter(b => b.scrollWidth <= b.clientWidth).length"
    assert opened(1920).evaluate(still) == 0


def test_the_tip_of_a_number_says_its_origin_leaves_its_line_free_and_closes_with_escape(opened):
    page = opened()
    number = page.locator(".value[data-origin]").last
    number.focus()
    assert "seed 0: 0.007" in page.evaluate(TIP)["says"]
    assert_the_line_is_free(page)
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement === document.body")
    number.hover()
    assert_the_line_is_free(page)
    page.keyboard.press("Escape")
    assert page.evaluate(TIP) is None


def test_a_tap_opens_a_tip_where_it_leaves_the_line_free(opened):
    phone = opened(360, touch=True)
    for number in phone.locator("[data-origin]").all():
        number.tap()
        assert_the_line_is_free(phone)


TIP = """() => {
    const asked = [...document.querySelectorAll('[data-origin]')].find(each => each.matches(':hover, :focus'));
    const look = asked && getComputedStyle(asked, '::after');
    if (!look || look.content === 'none' || look.display === 'none') return null;
    const line = asked.getBoundingClientRect(), height = parseFloat(look.height), fixed = look.position === 'fixed';
    const from = (fixed ? 0 : line.top) + parseFloat(look.top);
    return { says: look.content, from, to: from + height, line: [line.top, line.bottom] };
}"""


def assert_the_line_is_free(page):
    tip = page.evaluate(TIP)
    assert tip, "no tip is open"
    top, bottom = tip["line"]
    assert tip["from"] >= bottom - 1 or tip["to"] <= top + 1, tip
    assert tip["from"] >= 0
    assert tip["to"] <= 800
    assert page.evaluate("document.documentElement.scrollWidth === innerWidth")


def test_no_line_breaks_between_a_formula_and_its_comma(opened):
    page = opened(320)
    apart = """[...document.querySelectorAll('.kept')].filter(kept => {
        const range = document.createRange(), end = kept.lastChild;
        range.selectNodeContents(end);
        return range.getBoundingClientRect().top > kept.querySelector('math').getBoundingClientRect().bottom + 1;
    }).length"""
    assert page.locator(".kept").count() > 2
    assert page.evaluate(apart) == 0


def test_letters_of_a_figure_are_letters(opened):
    assert opened().evaluate("find('A falls') || document.querySelectorAll('svg[aria-label]').length") >= 1
