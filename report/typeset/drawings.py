"""Figures as files: an SVG by its name, and its width."""

from __future__ import annotations

import re
from collections.abc import Mapping

from report.errors import ReportError

COLUMN_POINTS = 326.0  # 115 mm, what the text column of the web page counts as; its wide figures are 171 mm


def asset(name: str, assets: Mapping[str, bytes]) -> bytes:
    if name not in assets:
        raise ReportError(f"the figure '{name}' was not drawn.", remedy="It must be among the assets given to typeset.")
    return assets[name]


def svg_width(drawing: str) -> float:
    """The width of an SVG in points; matplotlib writes ``width="326pt"``."""
    found = re.search(r'<svg[^>]*?\swidth="([\d.]+)(pt|px|)"', drawing, flags=re.DOTALL)
    if found is None:
        raise ReportError("a figure's SVG has no width in points.")
    return float(found[1]) * (1.0 if found[2] == "pt" else 0.75)
