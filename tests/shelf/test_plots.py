"""Figures: the same bytes, the same looks, names that can be read."""

from __future__ import annotations

import itertools
import re

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report import plots
from report.errors import ReportError

LIGHT, DARK = "#fffefb", "#17171a"


def _drawn() -> bytes:
    figure, axes = plots.canvas()
    look = plots.looks(["linear", "mlp", "convnet"])
    for name, level in zip(look, (92.0, 98.0, 98.1)):
        plots.band(axes[0, 0], range(5), level + np.arange(15.0).reshape(3, 5) / 100, name, look[name])
    axes[0, 0].set_xlabel(r"epoch $t_i$")
    plots.label_ends(axes[0, 0])
    return plots.svg(figure)


def test_a_figure_has_the_same_bytes_twice():
    assert _drawn() == _drawn()


@pytest.mark.parametrize(("step", "whole"), [(1, True), (0.25, False)])
def test_no_tick_stands_at_a_fraction_of_an_epoch(step, whole):
    history = pd.DataFrame({"epoch": [step, 2 * step, 3 * step], "loss": [3.0, 2.0, 1.5], "net": "mlp", "seed": 0})
    figure, axes = plots.canvas()
    plots.learning_curves(axes[0, 0], history, "epoch", "loss", "net", plots.looks(["mlp"]))
    figure.draw_without_rendering()
    low, high = axes[0, 0].get_xlim()
    ticks = [tick for tick in axes[0, 0].get_xticks() if low <= tick <= high]
    assert len(ticks) >= 2
    assert all(tick % 1 == 0 for tick in ticks) is whole


def test_each_of_a_few_points_has_a_tick():
    history = pd.DataFrame({"batch": [100, 250, 300], "loss": [3.0, 2.0, 1.5], "net": "mlp", "seed": 0})
    _, axes = plots.canvas(columns=2)
    plots.learning_curves(axes[0, 0], history, "batch", "loss", "net", plots.looks(["mlp"]))
    plots.seeds_and_mean(axes[0, 1], {0.05: {0: 1.0}, 1.0: {0: 2.0}}, plots.PLAIN)
    assert [list(ax.get_xticks()) for ax in axes[0]] == [[100, 250, 300], [0.05, 1.0]]


def test_a_line_through_few_points_shows_where_they_are() -> None:
    _, axes = plots.canvas(columns=2)
    for ax, count in zip(axes[0], (plots.SPARSE - 1, plots.SPARSE)):
        history = pd.DataFrame({"net": "mlp", "seed": 0, "epoch": range(count), "test_loss": 1.0, "train_loss": 0.5})
        plots.train_and_test(ax, history, "epoch", "loss", "net", plots.looks(["mlp"]))
    assert [[line.get_marker() for line in ax.get_lines()] for ax in axes[0]] == [["o", "o"], ["None", "None"]]


def test_the_band_of_what_swings_spans_its_neighbours():
    _, axes = plots.canvas()
    plots.band(axes[0, 0], range(40), [np.arange(40) % 2], "swings", plots.PLAIN, near=1)
    (band,) = axes[0, 0].collections
    low, high = band.get_datalim(axes[0, 0].transData).intervaly
    assert (low, high) == (0, 1)
    heights = band.get_paths()[0].vertices[:, 1]
    assert set(heights[1:-1]) == {0.0, 1.0}
    assert np.ptp(axes[0, 0].get_lines()[0].get_ydata()[1:-1]) < 0.4


def test_the_readers_own_settings_do_not_show():
    before = _drawn()
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 20, "axes.grid": False, "svg.hashsalt": "other"}):
        assert _drawn() == before


def test_drawing_leaves_no_settings_behind():
    before = dict(matplotlib.rcParams)
    _drawn()
    assert dict(matplotlib.rcParams) == before


def test_ink_takes_the_colour_of_the_page_and_nothing_stands_behind():
    text = _drawn().decode()
    assert "currentColor" in text
    assert plots.INK not in text
    assert "#ffffff" not in text
    assert "<metadata" not in text


def test_what_stands_on_a_tick_is_one_text():
    figure, axes = plots.canvas()
    axes[0, 0].set_xscale("log")
    axes[0, 0].plot([1e-3, 1e2], [0.25, 0.5])
    axes[0, 0].set_title("$y_2$, the sum")
    texts = [re.sub(r"<[^>]*>", "", text) for text in re.findall(r"<text\b.*?</text>", plots.svg(figure).decode())]
    assert {"0.25", "0.50", "10−3", "y2,\u00a0the\u00a0sum"} <= set(texts)


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("paper", [LIGHT, DARK])
@pytest.mark.parametrize("colour", plots.COLOURS)
def test_every_colour_stands_out_from_light_and_dark_paper(colour, paper):
    assert contrast(colour, paper) >= 3


def test_conditions_differ_by_more_than_colour():
    looks = plots.looks(range(4))
    assert len({str(look.dashes) for look in looks.values()}) == 4
    assert len({look.marker for look in looks.values()}) == 4


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=12), st.floats(0.1, 50))
def test_names_move_apart_and_keep_their_order(wanted, gap):
    places = plots.spread_apart(wanted, gap)
    pairs = sorted(zip(wanted, places))
    ordered = sorted(places)
    assert all(b - a >= gap * (1 - 1e-9) - 1e-9 for a, b in itertools.pairwise(ordered))
    assert all(p <= q or a == b for (a, p), (b, q) in itertools.pairwise(pairs))
    assert sum(places) == pytest.approx(sum(wanted), abs=1e-6)


def test_names_with_room_stay_where_they_are():
    assert plots.spread_apart([30.0, 0.0, 10.0], 5.0) == [30.0, 0.0, 10.0]


def test_names_of_lines_that_end_together_do_not_overlap():
    figure, axes = plots.canvas()
    look = plots.looks(["a", "b", "c", "d"])
    for name in look:
        plots.band(axes[0, 0], [0, 1, 2], [[0, 1, 1.0]], name, look[name])
    axes[0, 0].set_ylim(0, 2)
    plots.label_ends(axes[0, 0])
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axes[0, 0].texts]
    assert len(boxes) == 4
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


def test_a_band_ends_where_every_run_diverged():
    figure, axes = plots.canvas()
    ys = np.array([[1.0, 2.0, np.nan], [1.0, np.nan, np.nan]])
    plots.band(axes[0, 0], [0, 1, 2], ys, "sgd", plots.looks(["sgd"])["sgd"])
    line = axes[0, 0].get_lines()[0]
    assert list(line.get_xdata()) == [0, 1]
    assert np.isfinite(line.get_ydata()).all()
    assert b"nan" not in plots.svg(figure)


def test_a_figure_is_as_wide_as_it_says():
    figure, _ = plots.canvas(width=plots.PAGE)
    width = re.search(rb'<svg[^>]*width="([\d.]+)pt"', plots.svg(figure))
    assert width is not None
    assert float(width[1]) == pytest.approx(plots.PAGE * 72, rel=1e-3)


def test_training_is_dotted_and_tests_are_solid_with_a_band() -> None:
    rows = [(net, seed, epoch, 0.1 * seed + epoch, 2.0 * epoch) for net in "ab" for seed in (0, 1) for epoch in (1, 2)]
    history = pd.DataFrame(rows, columns=["net", "seed", "epoch", "test_loss", "train_loss"])
    _, axes = plots.canvas()
    plots.train_and_test(axes[0, 0], history, "epoch", "loss", "net", plots.looks(["a", "b"]), lowest=1.07)
    lines = {str(line.get_label()): line for line in axes[0, 0].get_lines()}
    assert {name: line.get_linestyle() for name, line in lines.items()} == {
        "a": "-",
        "b": "-",
        "_a training": ":",
        "_b training": ":",
    }
    assert list(lines["b"].get_ydata()) == pytest.approx([(1.07 + 1.1) / 2, 2.05])
    assert list(lines["_a training"].get_ydata()) == [2, 4]
    assert len(axes[0, 0].collections) == 2


def test_each_seed_has_a_mark_and_the_means_a_line() -> None:
    _, axes = plots.canvas()
    plots.seeds_and_mean(axes[0, 0], {10: {0: 1.0, 1: 3.0}, 20: {0: 4.0}}, plots.looks(["a"])["a"])
    line, *marks = axes[0, 0].get_lines()
    assert list(line.get_ydata()) == [2, 4]
    assert [list(mark.get_ydata()) for mark in marks] == [[1, 3], [4]]


def test_letters_of_a_figure_are_letters() -> None:
    figure, axes = plots.canvas()
    axes[0, 0].set_title("Test error of the convnet")
    assert b"Test error of the convnet</text>" in plots.svg(figure)


def test_a_letter_without_a_font_is_refused() -> None:
    figure, axes = plots.canvas()
    axes[0, 0].set_title("李雷")
    with pytest.raises(ReportError, match="李"):
        plots.svg(figure)


def test_a_scatter_of_many_points_is_pixels() -> None:
    few, many = (plots.canvas() for _ in range(2))
    few[1][0, 0].scatter(range(9), range(9))
    many[1][0, 0].scatter(range(9000), range(9000))
    assert b"<image" not in plots.svg(few[0])
    assert b"<image" in plots.svg(many[0])
    assert len(plots.svg(many[0])) < 100_000
