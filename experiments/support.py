"""What a unit sees: the support of the gradient of its output by the pixels, measured on trained nets, and drawn (E15)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from experiments import zoo
from experiments.nets import Net, build, rebuild, receptive_field
from experiments.training import drawn, pixels, spread, standardised
from report import plots
from report.model import Column, Context, Figure, Holds, Result, Runs, Table, Verdict

SUPPORT = "support"
IMAGES = 32  # for the support of a gradient: through max pooling, one image shows only a part of it
OUTLINE = "#e8a33d"


# --- measuring -----------------------------------------------------------------------------------------------------


def sensitivity(
    _: Context,
    *,
    seed: int,
    net: Net,
    data: Any,
    trained: Result | None = None,
    train_examples: int | None = None,
    test_examples: int | None = None,
) -> Result:
    """The gradient of the middle units of the last feature map (all channels) by the pixels, over some test images.

    ``rows`` and ``columns`` count where it is not exactly zero, in float64: other convolutions may compute a sum in another
    basis, and leave something where there is nothing. Arrays: ``sensitivity`` (height, width), the mean over the images of
    the size of the gradient, summed over the colours; ``image`` (height, width, 3), the first of the images. Without
    ``trained``, the net has fresh weights.
    """
    if trained is not None and trained.diverged:
        return Result(diverged=True)
    module = build(net, seed) if trained is None else rebuild(net, trained.arrays)
    train = pixels(data.train_images[drawn(len(data.train_labels), train_examples, seed)])
    shown = data.test_images[spread(len(data.test_labels), test_examples)[:IMAGES]]
    inputs = standardised(pixels(shown), train).double().requires_grad_()
    features = inputs
    for layer in module.double().eval().children():
        if isinstance(layer, torch.nn.Flatten):
            break
        features = layer(features)
    height, width = features.shape[2:]
    (gradient,) = torch.autograd.grad(features[:, :, height // 2, width // 2].sum(), inputs)
    slopes = gradient.abs().sum(1).mean(0)
    return Result(
        scalars={"rows": int(slopes.any(1).sum()), "columns": int(slopes.any(0).sum())},
        arrays={"sensitivity": slopes.float().numpy(), "image": shown[0]},
    )


# --- views of an experiment's runs that measured it ------------------------------------------------------------------


def side(net: Net) -> int:
    """The receptive field of a unit before the dense layer, in pixels along either side (T15)."""
    height, width = receptive_field(net)
    assert height == width
    return height


def derived(runs: Runs, name: str) -> int:
    """The side of the receptive field of a net whose support was measured, from its description."""
    return side(runs.where(net=name, stage=SUPPORT).outcomes[0].trial.arguments["net"])


def agreement(runs: Runs) -> tuple[int, int]:
    """For how many of the nets the support of the gradient has the size that T15 derives."""
    chosen = [o for o in runs.where(stage=SUPPORT).converged() if o.result]
    equal = [
        (o.result.scalars["rows"], o.result.scalars["columns"]) == receptive_field(o.trial.arguments["net"])
        for o in chosen
        if o.result
    ]
    return sum(equal), len(equal)


def fields(runs: Runs) -> Figure:
    """For each net, over an image: the gradient of its middle units by the pixels, and the field that T15 derives."""
    import pandas as pd
    from matplotlib.patches import Rectangle

    chosen = {str(o.trial.tags["net"]): o.result for o in runs.where(stage=SUPPORT).converged() if o.result}
    across = 6
    figure, axes = plots.canvas(
        width=plots.PAGE, height=1.3 * math.ceil(len(chosen) / across), rows=math.ceil(len(chosen) / across), columns=across
    )
    table = []
    for ax in axes.flat[len(chosen) :]:
        ax.set_axis_off()
    for ax, (name, result) in zip(axes.flat, chosen.items()):
        slopes, image = result.arrays["sensitivity"], result.arrays["image"]
        plots.panel_images(ax, _lit(image, slopes), f"{name}\n{result.scalars['rows']}×{result.scalars['columns']}")
        table += [(name, row, column, slopes[row, column]) for row, column in np.ndindex(slopes.shape)]
        top, left = _corner(slopes)
        size = derived(runs, name)
        with plots.style():
            ax.add_patch(Rectangle((left - 0.5, top - 0.5), size, size, fill=False, edgecolor=OUTLINE, linewidth=1))
    agree, count = agreement(runs)
    return Figure(
        figure,
        caption="What the units in the middle of the last feature map see: the gradient of their sum with respect to the "
        f"pixels, as light on a test image (the root of its mean size over {IMAGES} images), and its support in pixels. "
        f"The square has the side that T15 derives. The two agree for {agree} of {count} nets.",
        alt="One panel a net, with the size of the support of the gradient: "
        + "; ".join(f"{name} {each.scalars['rows']}×{each.scalars['columns']}" for name, each in chosen.items())
        + ".",
        data=pd.DataFrame(table, columns=["net", "row", "column", "gradient"]),
        seeds=1,
    )


def _lit(image: np.ndarray, slopes: np.ndarray) -> np.ndarray:
    """The image in bright colours where the gradient is large, and in dark grey where there is none."""
    light = np.sqrt(slopes / slopes.max())[..., None] if slopes.any() else np.zeros((*slopes.shape, 1))
    grey = image.mean(-1, keepdims=True) / 255
    return 0.55 * grey * (1 - light) + light * (0.3 + 0.7 * image / 255)


def _corner(slopes: np.ndarray) -> tuple[int, int]:
    """(row, column) of the first pixel of the support."""
    return int(np.argmax(slopes.any(1))), int(np.argmax(slopes.any(0)))


def supports(runs: Runs) -> Table:
    """Every net of E13 to E15: its field by T15, and the support of its gradient."""
    columns = (
        Column("net", "net", align="left"),
        Column("derived", "receptive field by T15"),
        Column("measured", "support of the gradient"),
        Column("share", "share of the image, %", digits=1),
    )
    rows = []
    for outcome in runs.where(stage=SUPPORT).converged():
        assert outcome.result is not None
        name, (height, width) = str(outcome.trial.tags["net"]), zoo.CIFAR[1:]
        size, scalars = derived(runs, name), outcome.result.scalars
        measured = f"{scalars['rows']}×{scalars['columns']}"
        rows.append((name, f"{size}×{size}", measured, 100 * size**2 / (height * width)))
    return Table(columns, tuple(rows), "What a unit before the dense layer sees, derived and measured.", seeds=1)


def supports_agree(runs: Runs) -> Verdict:
    """A count of nets, not of seeds: one that differs is enough."""
    agree, count = agreement(runs)
    return Verdict(Holds.YES if agree == count else Holds.NO, what=f"{agree} of {count} nets")
