"""Draw figures in one style: for both pages, in print and in the dark, for every eye.

A figure is as wide as the text column or as the page, so that its letters come out at the size they are set in. Colours
are told apart by colour-blind readers and stand out from white and from near-black paper alike (contrast at least 3 with
both); lines differ in dashes as well, and carry their names at their ends instead of in a legend. What is ink is written
as ``currentColor``, so that a figure inside a page takes the page's.

Text stays text, in the fonts of the page: it can be searched, and read aloud.
"""

from __future__ import annotations

import io
import itertools
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np

from report.errors import ReportError
from report.numbers import number_text
from report.shown import INK as INK

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.ticker import ScalarFormatter

FONTS = Path(__file__).parent.parent / "templates" / "fonts"

COLUMN = 84 / 25.4
"""Width of a printed column in inches."""
PAGE = 175 / 25.4
"""Width of both columns in inches: such a figure stands at the head or the foot of a page."""

COLOURS = ("#1a7fc1", "#d55e00", "#009e73", "#b3529c", "#a17400", "#6f7782", "#4f66c8", "#c0413b")
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.3, 1.3)), (0, (6, 1.5, 1.3, 1.5)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")

STYLE: dict[str, Any] = {
    "font.family": ["Libertinus Sans"],
    "font.size": 8.4,
    "mathtext.fontset": "custom",
    "mathtext.rm": "Libertinus Serif",
    "mathtext.it": "Libertinus Serif:italic",
    "mathtext.bf": "Libertinus Serif:semibold",
    "mathtext.bfit": "Libertinus Serif:italic:semibold",
    "mathtext.sf": "Libertinus Sans",
    "mathtext.tt": "Libertinus Mono",
    "mathtext.cal": "Libertinus Serif:italic",
    "mathtext.fallback": "stix",
    "text.color": INK,
    "figure.facecolor": "none",
    "figure.constrained_layout.use": True,
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.4,
    "axes.titlesize": 8.8,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.unicode_minus": True,
    "axes.formatter.use_mathtext": True,
    "axes.formatter.limits": (-4, 5),
    "grid.color": INK,
    "grid.alpha": 0.13,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.3,
    "lines.markersize": 3.6,
    "lines.solid_capstyle": "round",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.8,
    "ytick.labelsize": 7.8,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.6,
    "ytick.major.size": 2.6,
    "xtick.minor.size": 1.4,
    "ytick.minor.size": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 7.8,
    "legend.handlelength": 2.2,
    "image.interpolation": "none",
    "image.cmap": "cividis",
    "patch.linewidth": 0,
    "svg.fonttype": "none",  # letters that can be searched and read aloud
    "svg.hashsalt": "report",
    "svg.image_inline": True,
}


@contextmanager
def style() -> Iterator[None]:
    """The style of all figures: create artists inside. ``canvas`` and ``svg`` enter it themselves."""
    _know_fonts()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # a reader's own matplotlibrc must not show
        matplotlib.rcParams.update({**STYLE, "axes.prop_cycle": _cycle()})
        yield


def _cycle() -> Any:
    from cycler import cycler

    return cycler(color=COLOURS) + cycler(linestyle=[DASHES[i % len(DASHES)] for i in range(len(COLOURS))])


def _know_fonts() -> None:
    """Make matplotlib find our fonts before any others of the same name."""
    from matplotlib.font_manager import fontManager

    ours = {str(path) for path in sorted(FONTS.glob("*.otf"))}
    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(ours - known):
        fontManager.addfont(path)
    fontManager.ttflist.sort(key=lambda entry: entry.fname not in ours)


def canvas(
    width: float = COLUMN, height: float = 2.35, rows: int = 1, columns: int = 1, **subplots: Any
) -> tuple[Figure, np.ndarray]:
    """A figure of ``width`` × ``height`` inches and its axes, an array of shape (rows, columns).

    ``subplots`` goes to ``Figure.subplots`` (``sharey=True``, say).
    """
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(width, height))
        axes = figure.subplots(rows, columns, squeeze=False, **subplots)
        for axis in (axis for ax in axes.flat for axis in (ax.xaxis, ax.yaxis)):
            if type(axis.get_major_formatter()) is not _lettered():  # axes that are shared have one in common
                axis.set_major_formatter(_lettered()())
    return figure, axes


@cache
def _lettered() -> type[ScalarFormatter]:
    """Ticks as letters: to set each number as a formula, as matplotlib does, takes a quarter of the time of a figure."""
    from matplotlib.ticker import ScalarFormatter

    class Lettered(ScalarFormatter):
        def __call__(self, x: float, pos: int | None = None) -> str:
            text = super().__call__(x, pos)
            return text.removeprefix(r"$\mathdefault{").removesuffix("}$")

    return Lettered


@dataclass(frozen=True)
class Look:
    """How one condition appears in every figure."""

    colour: str
    dashes: Any
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Keywords for ``Axes.plot``."""
        return {"color": self.colour, "linestyle": self.dashes}


PLAIN = Look(INK, "-", "o")
"""The look of what is alone in its figure, and so needs no colour, which would mean something elsewhere."""


def looks(names: Sequence[Any]) -> Mapping[Any, Look]:
    """A look for each of ``names``, in their order: pass the same list to every figure that shows them."""
    return {
        name: Look(COLOURS[i % len(COLOURS)], DASHES[i % len(DASHES)], MARKERS[i % len(MARKERS)])
        for i, name in enumerate(names)
    }


def colour(name: Any, names: Sequence[Any]) -> str:
    """The colour of ``name`` among ``names``."""
    return looks(names)[name].colour


FEW = 8
"""Places along an axis at which a tick each has room."""

SPARSE = 5
"""A line through fewer points than these shows where they are: what lies between was not measured."""


def band(ax: Axes, x: Sequence[float], ys: Any, label: str, look: Look, near: int = 0) -> None:
    """The mean over seeds as a line, and all of the seeds' range as a band; of what swings, over so many neighbours on
    either side as well, where nobody could tell one swing from the next.

    ``x`` (points,), ``ys`` (seeds, points); nan where a run had diverged. ``label`` is for ``label_ends``.
    """
    values = np.atleast_2d(np.asarray(ys, dtype=float))
    here = np.isfinite(values).any(axis=0)
    points, values = np.asarray(x, dtype=float)[here], values[:, here]
    padded = np.pad(values, ((0, 0), (near, near)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * near + 1, axis=1)
    with style():
        if around[:, 0].size > 1:
            low, high = np.nanmin(around, axis=(0, 2)), np.nanmax(around, axis=(0, 2))
            ax.fill_between(points, low, high, color=look.colour, alpha=0.18, linewidth=0)
        ax.plot(points, np.nanmean(around, axis=(0, 2)), label=label, **look.line, **marked(points))


def marked(points: Sequence[float] | np.ndarray) -> dict[str, Any]:
    """Keywords for ``Axes.plot`` that mark points of which there are few."""
    return {"marker": "o", "markersize": 2.6} if len(points) < SPARSE else {}


def learning_curves(
    ax: Axes, history: pd.DataFrame, x: str, y: str, by: str, look: Mapping[Any, Look], name: Callable[[Any], str] = str
) -> None:
    """A band for each value of column ``by``, in the order of ``look`` and under its ``name``: ``y`` over ``x``, one line a
    ``seed``.

    Where ``x`` counts whole things (epochs, say), no tick stands at a fraction, and a few points have a tick each.
    """
    from matplotlib.ticker import FixedLocator, MaxNLocator

    if (history[x] % 1 == 0).all() and ax.get_xscale() == "linear":
        points = sorted(set(history[x]))
        ax.xaxis.set_major_locator(FixedLocator(points) if len(points) <= FEW else MaxNLocator("auto", integer=True))
    for value, its_look in look.items():
        part = history[history[by] == value]
        if len(part):
            wide = part.pivot_table(index="seed", columns=x, values=y, dropna=False, aggfunc="mean")
            band(ax, list(wide.columns), wide.to_numpy(), name(value), its_look)


def train_and_test(
    ax: Axes, history: pd.DataFrame, x: str, metric: str, by: str, look: Mapping[Any, Look], lowest: float = -np.inf
) -> None:
    """For each value of column ``by``: ``test_<metric>`` solid with the band of its seeds, and dotted the mean of
    ``train_<metric>``. Numbers below ``lowest`` are drawn there.
    """
    shown = history.assign(**{f"test_{metric}": history[f"test_{metric}"].clip(lower=lowest)})
    learning_curves(ax, shown, x, f"test_{metric}", by, {name: replace(its, dashes="-") for name, its in look.items()})
    for name, its in look.items():
        trained = history[history[by] == name].groupby(x)[f"train_{metric}"].mean().clip(lower=lowest)
        line = {"color": its.colour, "linestyle": ":", **marked(trained.index)}
        ax.plot(trained.index, trained, label=f"_{name} training", **line)


def seeds_and_mean(ax: Axes, found: Mapping[Any, Mapping[int, float]], look: Look) -> None:
    """A mark for each seed at each x of ``found``, and a line through the means; a few places have a tick each."""
    if ax.get_xscale() == "linear" and len(found) <= FEW:
        ax.set_xticks(list(found))
    with style():
        ax.plot(list(found), [np.mean(list(seeds.values())) for seeds in found.values()], color=look.colour, linewidth=0.9)
        for x, seeds in found.items():
            ax.plot([x] * len(seeds), list(seeds.values()), marker="o", linestyle="none", color=look.colour, alpha=0.7)


def plain_ticks(axis: Axis, at: Sequence[int] = (1, 2, 5)) -> None:
    """Ticks ``at`` these multiples of the powers of ten, written out: for a logarithmic axis that spans one or two of them."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=at))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))
    axis.set_minor_formatter(NullFormatter())


def label_ends(*axes: Axes) -> None:
    """Write each labelled line's name at its right end, in its colour; names too close to each other move apart.

    Call it last, when scales and limits stand. The names stand right of the axes, which the layout makes room for.
    """
    ends = {ax: found for ax in axes if (found := _ends(ax))}
    for ax, found in ends.items():
        ax.set_xlim(ax.get_xlim()[0], max(x for _, x, _ in found))
        ax.set_ylim(ax.get_ylim())
    with style():
        for figure in dict.fromkeys(ax.get_figure(root=True) for ax in ends):
            if figure and (layout := figure.get_layout_engine()):
                layout.execute(figure)  # once for all axes: it takes longest
        for ax, found in ends.items():
            _label(ax, found)


def _ends(ax: Axes) -> list[tuple[Any, float, float]]:
    """The labelled lines, each with its last point."""
    lines = [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    ends = [(line, *_last_point(line)) for line in lines]
    return [end for end in ends if np.isfinite(end[2])]


def _label(ax: Axes, ends: Sequence[tuple[Any, float, float]]) -> None:
    points = 72 / ax.figure.dpi
    heights = [ax.transData.transform((x, y))[1] * points for _, x, y in ends]
    for (line, x, y), height, place in zip(ends, heights, spread_apart(heights, gap=9.2)):
        ax.annotate(
            str(line.get_label()),
            (x, y),
            xytext=(5, place - height),
            textcoords="offset points",
            color=line.get_color(),
            va="center",
            fontsize=8,
            annotation_clip=False,
        )


def _last_point(line: Any) -> tuple[float, float]:
    x, y = np.asarray(line.get_xdata(), dtype=float), np.asarray(line.get_ydata(), dtype=float)
    finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
    return (x[finite[-1]], y[finite[-1]]) if len(finite) else (np.nan, np.nan)


def spread_apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Places as near to ``wanted`` as possible in least squares, in the same order, no two closer than ``gap``."""
    order = np.argsort(wanted, kind="stable")
    groups: list[tuple[float, list[int]]] = []  # centre and members; members of a group stand exactly a gap apart
    for index in order:
        centre, members = float(wanted[index]), [int(index)]
        while groups and centre - gap * (len(members) - 1) / 2 - gap < groups[-1][0] + gap * (len(groups[-1][1]) - 1) / 2:
            other, others = groups.pop()
            centre = (centre * len(members) + other * len(others)) / (len(members) + len(others))
            members = others + members
        groups.append((centre, members))
    places = [0.0] * len(wanted)
    for centre, members in groups:
        for position, index in enumerate(members):
            places[index] = centre + gap * (position - (len(members) - 1) / 2)
    return places


def panel_images(ax: Axes, image: Any, title: str = "", **show: Any) -> None:
    """An image without axes: ``image`` of shape (height, width) is shown in ink, as dark as its values are large, on whatever
    paper there is; with a ``cmap``, or of shape (height, width, 3), in its colours."""
    with style():
        if np.ndim(image) == 2 and "cmap" not in show:
            ax.imshow(
                _inked(image, show.pop("vmin", None), show.pop("vmax", None)), gid="ink", **show
            )  # see typeset/drawings.py
        else:
            ax.imshow(image, **show)
        ax.set_axis_off()
        if title:
            ax.set_title(title, fontsize=7.6, fontweight="normal", loc="center", pad=2)


def _inked(image: Any, low: float | None, high: float | None) -> np.ndarray:
    from matplotlib.colors import Normalize, to_rgb

    opaque = Normalize(low, high, clip=True)(image)
    return np.dstack([*(np.full_like(opaque, part) for part in to_rgb(INK)), opaque])


def mark_diverged(ax: Axes, x: float, label: str = "diverged") -> None:
    """A cross at the top of the axes where a run diverged, with its word: an outcome, not a gap."""
    with style():
        at = ax.get_xaxis_transform()
        ax.plot([x], [0.97], transform=at, marker="X", color=INK, markersize=5, linestyle="none", clip_on=False, zorder=5)
        ax.annotate(label, (x, 0.97), xycoords=at, xytext=(5, 0), textcoords="offset points", va="center", fontsize=7.6)


MANY = 80
"""Points of a scatter beyond which each is no longer looked at: they are drawn as pixels."""


def svg(figure: Figure) -> bytes:
    """The figure as SVG: the same bytes for the same figure, letters as letters, ink as ``currentColor``, nothing behind it.

    Raises ``ReportError`` for a letter that the figure's font does not have.
    """
    out = io.BytesIO()
    for ax in figure.axes:
        for points in ax.collections:
            points.set_rasterized(len(np.asarray(points.get_offsets())) > MANY)
        for line in ax.lines:
            line.set_rasterized(line.get_linestyle() == "None" and len(np.atleast_1d(line.get_xdata())) > MANY)
    with style(), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        figure.savefig(out, format="svg", dpi=240, metadata={"Date": None, "Creator": None})
    lacking = next((str(each.message) for each in warned if "missing from font" in str(each.message)), None)
    if lacking:
        letter = re.match(r"Glyph (\d+)", lacking)
        shown = chr(int(letter[1])) if letter else lacking
        raise ReportError(f"a figure's text has the letter “{shown}”, which its font has not.", remedy="Write it otherwise.")
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", out.getvalue().decode(), flags=re.DOTALL)
    return re.sub(r"(?<=<text>).*?(?=</text>)", _as_words, text, flags=re.DOTALL).replace(INK, "currentColor").encode()


def _as_words(letters: re.Match[str]) -> str:
    """Letters that matplotlib sets one by one, as on a tick: in the order they are read, those alike as one text."""
    found = re.findall(r'<tspan x="([^"]*)" (y="[^"]*" style="[^"]*")>(.*?)</tspan>', letters[0], flags=re.DOTALL)
    words = itertools.groupby(sorted(found, key=lambda letter: float(letter[0])), key=lambda letter: letter[1])
    spans = ((look, list(zip(*word))) for look, word in words)
    return "".join(f'<tspan x="{" ".join(parts[0])}" {look}>{"".join(parts[2])}</tspan>' for look, parts in spans) or letters[0]
