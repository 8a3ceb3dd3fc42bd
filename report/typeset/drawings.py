"""Figures as files: an SVG by its name, its width, and how it becomes an element of the page."""

from __future__ import annotations

import base64
import io
import re
from collections import Counter
from collections.abc import Mapping
from xml.etree import ElementTree

from report.errors import ReportError
from report.shown import INK

COLUMN_POINTS = 326.0  # 115 mm, what the text column of the web page counts as; its wide figures are 175 mm

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
UNSEEN = (f"{SVG}metadata", f"{SVG}title", f"{SVG}style")  # style.css says matplotlib's style, and its font
GEOMETRY = ("d", "x", "y", "transform", "width", "height")
MANY_PIXELS = 20_000  # no picture that is shown for its own sake has as many
# No colour stands out enough for letters from light and from dark paper alike: a letter has ink in its colour. White ones stay.
COLOURED = re.compile(r"fill:\s*#(?!ffffff)([0-9a-f]{6})")
OF_ITS_COLOUR = 78  # per cent
DRAWING, STYLED = re.compile(r"<svg\b.*?</svg>", re.DOTALL), re.compile(r' style="((?!--)[^"]*)"')
NOT_INHERITED = ("opacity", "clip-path", "display", "mix-blend-mode")


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


def printed(drawing: bytes) -> bytes:
    """The SVG for white paper."""
    inked = re.sub(r"<t(?:ext|span)\b[^>]*>", lambda tag: COLOURED.sub(_inked, tag[0]), drawing.decode())
    return inked.replace("currentColor", INK).encode()


def _inked(fill: re.Match[str]) -> str:
    pairs = zip(bytes.fromhex(fill[1]), bytes.fromhex(INK[1:]))
    return "fill:#" + bytes(round((OF_ITS_COLOUR * own + (100 - OF_ITS_COLOUR) * ink) / 100) for own, ink in pairs).hex()


def slim(drawing: bytes, name: str) -> str:
    """The SVG as it looks, in fewer bytes: hundredths of a point, styles said once, no names but those in use, which are
    made the page's own by ``name``, and pictures as WebP."""
    root = ElementTree.fromstring(drawing)
    for parent in list(root.iter()):
        parent[:] = [child for child in parent if child.tag not in UNSEEN]
    used = sorted(set(re.findall(rb'(?:url\(|href=")#([^)"]+)', drawing)))
    short = {known.decode(): f"{name}--{number}" for number, known in enumerate(used)}
    for element in root.iter():
        _shorten(element, short)
    _fold(root)
    ElementTree.register_namespace("", SVG[1:-1])
    written = ElementTree.tostring(root, encoding="unicode", short_empty_elements=True)
    return re.sub(r"""\sxmlns(?::\w+)?="[^"]*"|(?<=\s)\w+:(?=href=)""", "", written)


def styled_once(page: str) -> tuple[str, str]:
    """``page`` with a class for each style that elements of its drawings share, and the rules for these classes."""
    shared = Counter(style for drawing in DRAWING.findall(page) for style in STYLED.findall(drawing))
    names = {style: f"f{number}" for number, style in enumerate(style for style, count in shared.items() if count > 1)}

    def named(style: re.Match[str]) -> str:
        return f' class="{names[style[1]]}"' if style[1] in names else style[0]

    rules = "".join(f".{name}{{{style}}}" for style, name in names.items())
    return DRAWING.sub(lambda drawing: STYLED.sub(named, drawing[0]), page), rules


def _shorten(element: ElementTree.Element, short: Mapping[str, str]) -> None:
    identifier = element.attrib.pop("id", "")
    if identifier in short:
        element.set("id", short[identifier])
    if identifier == "ink":  # style.css turns such a picture over on dark paper
        element.set("data-ink", "")
    for name, text in element.attrib.items():
        text = re.sub(r"url\(#([^)]+)\)", lambda found: f"url(#{short[found[1]]})", text)
        if name in GEOMETRY:
            text = " ".join(text.split())
            text = text if "matrix" in text else re.sub(r"\d+\.\d{3,}", lambda found: f"{round(float(found[0]), 2):g}", text)
        if name == "d":
            text = re.sub(r" ?([A-Za-z]) ?", r"\1", text)
        if name == "style":
            text = re.sub(r"\s*([:;])\s*", r"\1", text).replace("font-family:'Libertinus Sans'", "").rstrip(";")
            if element.tag.endswith(("text", "tspan")):
                text = COLOURED.sub(rf"fill:color-mix(in srgb,#\1 {OF_ITS_COLOUR}%,currentColor)", text)
        if name == HREF:
            text = _lighter(text) if text.startswith("data:") else f"#{short[text[1:]]}"
        element.set(name, text)
    if not (element.text or "").strip() and not element.tag.endswith("tspan"):
        element.text = None
    element.tail = None


def _lighter(address: str) -> str:
    """A picture inside the drawing as WebP: pixel for pixel, or in 256 colours where it is points of a few."""
    from PIL.Image import Dither, open

    out = io.BytesIO()
    with open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as picture:
        many = picture.mode == "RGBA" and picture.width * picture.height > MANY_PIXELS
        shown = picture.quantize(256, dither=Dither.NONE).convert("RGBA") if many else picture
        shown.save(out, "webp", lossless=True, quality=60, method=4)
    return f"data:image/webp;base64,{base64.b64encode(out.getvalue()).decode()}"


def _fold(element: ElementTree.Element) -> None:
    """Say a style that all children share at their parent, and leave out groups that say nothing."""
    for child in element:
        _fold(child)
    seen = [child for child in element if child.tag != f"{SVG}defs"]
    if element.tag in (f"{SVG}g", f"{SVG}text") and seen and not element.text:
        styles = [_style(child) for child in seen]
        shared = {
            part: value
            for part, value in styles[0].items()
            if part not in NOT_INHERITED and all(style.get(part) == value for style in styles)
        }
        for child, style in zip(seen, styles):
            _set_style(child, {part: value for part, value in style.items() if part not in shared})
        _set_style(element, {**_style(element), **shared})
    parts = [part for child in element for part in (child if child.tag == f"{SVG}g" and not child.attrib else (child,))]
    element[:] = [part for part in parts if len(part) or part.tag not in (f"{SVG}g", f"{SVG}defs")]


def _style(element: ElementTree.Element) -> dict[str, str]:
    parts = (part.partition(":") for part in element.get("style", "").split(";") if part)
    return {name: value for name, _, value in parts}


def _set_style(element: ElementTree.Element, parts: Mapping[str, str]) -> None:
    element.attrib.pop("style", None)
    if written := ";".join(f"{name}:{value}" for name, value in parts.items()):
        element.set("style", written)
