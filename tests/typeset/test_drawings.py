"""Figures on the page and on paper: letters that can be read in their colour."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from report import plots
from report.typeset.drawings import OF_ITS_COLOUR, printed, slim, styled_once
from report.typeset.inputs import TEMPLATES
from tests.shelf.test_plots import contrast

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
DRAWING = (
    b'<svg width="9pt" height="9pt" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">'
    b'<path d="M0 0H9" style="fill: #1a7fc1"/><text style="fill: #1a7fc1">a</text><text style="fill: #ffffff">b</text></svg>'
)


def mixed(colour: str, ink: str) -> str:
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(ink[1:]))
    return "#" + bytes(round((OF_ITS_COLOUR * own + (100 - OF_ITS_COLOUR) * other) / 100) for own, other in pairs).hex()


@pytest.mark.parametrize("colour", plots.COLOURS)
@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_letters_in_a_colour_can_be_read(colour, scheme):
    paper, ink = (re.findall(rf"--{name}: (#\w+)", STYLE)[scheme] for name in ("paper", "ink"))
    assert contrast(mixed(colour, ink), paper) >= 4.5


def test_ink_goes_into_coloured_letters_alone():
    page = slim(DRAWING, "a")
    assert page.count(f"color-mix(in srgb,#1a7fc1 {OF_ITS_COLOUR}%,currentColor)") == 1
    paper = printed(DRAWING).decode()
    assert paper.count(mixed("#1a7fc1", plots.INK)) == 1
    assert paper.count("#1a7fc1") == page.count("fill:#1a7fc1") == paper.count("#ffffff") == page.count("fill:#ffffff") == 1


def test_a_style_that_drawings_share_is_said_once():
    page = (
        '<p style="color:red">a</p>'
        + '<svg style="--share: 1"><path style="fill:red"/></svg>' * 2
        + '<svg><g style="fill:none"/></svg>'
    )
    styled, rules = styled_once(page)
    assert rules == ".f0{fill:red}"
    assert styled == page.replace('style="fill:red"', 'class="f0"')


def test_a_picture_in_ink_has_no_paper_of_its_own_and_is_turned_over_on_dark_paper():
    figure, axes = plots.canvas(columns=2)
    plots.panel_images(axes[0, 0], np.array([[0.0, 1.0], [2.0, 4.0]]))
    plots.panel_images(axes[0, 1], np.zeros((2, 2, 3)))
    drawing = slim(plots.svg(figure), "a")
    assert len(re.findall("<image[^>]* data-ink", drawing)) == 1
    picture = re.search(r'data:image/webp;base64,([^"]*)"[^>]*data-ink|data-ink[^>]*data:image/webp;base64,([^"]*)"', drawing)
    with Image.open(io.BytesIO(base64.b64decode(picture[1] or picture[2]))) as ink:
        assert [pixel[3] for pixel in ink.convert("RGBA").get_flattened_data()] == [0, 63, 127, 255]
