"""The page in a real browser: what it does at each width, in light and dark, by keyboard, and what axe finds in it.

Wants Chromium or Chrome on the PATH, or its path in $CHROMIUM.
"""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pypdf
import pytest

from report.model import Value
from report.typeset.html import html
from report.write import markdown as render
from report.write.derivations import derivation_markdown
from tests import browser
from tests.typeset.test_pages import ASSETS, CHAPTERS, META, ODD, PROOF, Chapter

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
(*FIRST, LONG) = PROOF.parts
BRACKETED = replace(LONG.steps[0], expression=f"sigma({' + '.join('bcdefgh' * 12)})")  # in brackets no line ends
OTHER = Chapter(  # what the first two chapters lack; a proof right below its chapter's heading
    "ch-question",
    Path("question.md"),
    "\n\n".join(
        (
            "# A question {#ch-question}",
            derivation_markdown(
                replace(PROOF, id="T3", parts=(*FIRST, replace(LONG, steps=(BRACKETED,)))),
                {"result": 11, "long": 13}.__getitem__,
            ),
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
    assert browser.objections(opened(width, scheme)) == []


def test_axe_finds_nothing_part_by_part(opened):
    """As it looks at a page that is too long for it: nothing of a part is wrong because it stands alone."""
    assert browser.objections_by_part(opened()) == []


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
    assert phone.locator(".bar a").all_inner_texts() == ["Top", "Contents", "Mistakes"]
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


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_sum_ends_its_lines_between_terms_and_is_copied_as_one_formula(opened, width):
    page = opened(width)
    sum_ = "document.querySelector('.links:has(wbr)')"
    page.locator(".links:has(wbr)").first.scroll_into_view_if_needed()
    assert page.evaluate(f"{sum_}.querySelectorAll('math').length") > 80
    assert page.evaluate(f"{sum_}.scrollWidth <= {sum_}.clientWidth")
    page.evaluate(f"getSelection().selectAllChildren({sum_}.querySelector('.terms'))")
    page.keyboard.press("Control+C")
    assert page.evaluate("navigator.clipboard.readText()") == f"$$= {' + '.join('bcdefgh' * 12)}$$"


def test_what_scrolls_is_reached_by_the_keyboard_and_what_does_not_is_no_stop(opened):
    phone = opened(360)
    phone.wait_for_load_state()
    for heading in phone.locator("main :is(h2, h3)").all():
        heading.scroll_into_view_if_needed()
    boxes = "[...document.querySelectorAll('.right, .links, .scroll, p')].filter(b => b.checkVisibility())"
    scrolling = f"{boxes}.filter(b => b.scrollWidth > b.clientWidth)"
    assert phone.evaluate(f"{scrolling}.length") > 1
    assert phone.evaluate(f"{scrolling}.every(b => b.tabIndex === 0 && b.role && b.ariaLabel)")
    folded = phone.evaluate(f"{scrolling}.length")
    for fold in phone.locator("summary").all():
        fold.click()
        phone.wait_for_function(f"{scrolling}.every(b => b.tabIndex === 0)")
    assert phone.evaluate(f"{scrolling}.length") > folded
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


def test_odd_characters_arrive_in_a_tip_as_they_are(opened):
    page = opened()
    label = page.locator(".label[data-origin]").first
    label.focus()
    assert page.evaluate(TIP)["says"] == label.evaluate("label => label.ariaDescription") == f"E1.a\n{ODD}"


def test_a_tip_stays_while_the_pointer_is_on_it_and_lies_above_what_would_clip_it(opened):
    page = opened()
    number = page.locator(".scroll [data-origin], p:has(math) [data-origin]").first
    number.hover()
    tip = page.locator(".tip").bounding_box()
    x, y = tip["x"] + tip["width"] / 2, tip["y"] + tip["height"] / 2
    page.mouse.move(x, y, steps=5)
    assert page.evaluate(f"document.elementFromPoint({x}, {y}).matches('.tip')")
    page.mouse.move(1, 1)
    assert not page.is_visible(".tip")


def test_a_number_says_its_origin_where_no_script_runs(chromium, address):
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        number = page.locator(".value[data-origin]").last
        shown = "number => getComputedStyle(number, '::after').content"
        assert number.evaluate(shown) == "none"
        number.hover()
        assert number.evaluate(shown) == '"E1, seed 0: 0.007"'


def test_a_tap_opens_a_tip_where_it_leaves_the_line_free(opened):
    phone = opened(360, touch=True)
    for number in phone.locator("[data-origin]").all():
        number.tap()
        assert_the_line_is_free(phone)


TIP = """() => {
    const tip = document.querySelector('.tip:popover-open');
    const asked = [...document.querySelectorAll('[data-origin]')].find(each => each.matches(':hover, :focus'));
    if (!tip || !asked) return null;
    const { top, bottom, left, right } = tip.getBoundingClientRect(), line = asked.getBoundingClientRect();
    return { says: tip.textContent, from: top, to: bottom, sides: [left, right], line: [line.top, line.bottom] };
}"""


def assert_the_line_is_free(page):
    tip = page.evaluate(TIP)
    assert tip, "no tip is open"
    top, bottom = tip["line"]
    assert tip["from"] >= bottom - 1 or tip["to"] <= top + 1, tip
    assert tip["from"] >= 0
    assert tip["to"] <= 800
    assert tip["sides"][0] >= 0
    assert tip["sides"][1] <= page.evaluate("document.documentElement.scrollWidth") == page.evaluate("innerWidth")


FAR = "[...document.querySelectorAll('main math')].at(-1).checkVisibility({ contentVisibilityAuto: true })"


def test_what_is_far_from_the_window_is_laid_out_when_it_comes_near_and_on_paper(opened):
    page = opened()
    assert not page.evaluate(FAR)
    page.evaluate("location.hash = 'ch-mistakes'")
    page.wait_for_function(FAR)
    page.reload()
    page.evaluate("scrollTo(0, 0)")
    printed = pypdf.PdfReader(io.BytesIO(page.pdf()))
    assert "and loses" in " ".join(" ".join(sheet.extract_text().split()) for sheet in printed.pages)


@pytest.mark.parametrize("width", [360, 1280])
def test_a_link_lands_on_its_heading_however_far(opened, width):
    page = opened(width)
    for heading in ("ch-mistakes", "ch-first", "ch-question", "ch-second"):
        page.evaluate(f"location.hash = '{heading}'")
        page.wait_for_function(LANDED, arg=heading)


LANDED = """heading => {
    const { top } = document.getElementById(heading).getBoundingClientRect(), page = document.documentElement;
    const end = scrollY + innerHeight > page.scrollHeight - 2 && top < innerHeight;
    return end || Math.abs(top - parseFloat(getComputedStyle(page).scrollPaddingTop)) < 2;
}"""


def test_no_line_breaks_between_a_formula_and_its_comma(opened):
    page = opened(320)
    apart = """[...document.querySelectorAll('.kept')].filter(kept => {
        const range = document.createRange(), end = kept.lastChild;
        range.selectNodeContents(end);
        return range.getBoundingClientRect().top > kept.querySelector('math').getBoundingClientRect().bottom + 1;
    }).length"""
    assert page.locator(".kept").count() > 2
    assert page.evaluate(apart) == 0


def test_items_with_formulas_have_their_bullets_where_nothing_cuts_them(opened):
    bullets = """[...document.querySelectorAll('main ul > li:has(math)')].map(li => {
        const bullet = getComputedStyle(li, '::before');
        return [getComputedStyle(li).listStyleType, bullet.content, parseFloat(bullet.width) > 4];
    })"""
    assert opened().evaluate(bullets) == [["none", '""', True]]


def test_letters_of_a_figure_are_letters(opened):
    assert opened().evaluate("find('A falls') || document.querySelectorAll('svg[aria-label]').length") >= 1
