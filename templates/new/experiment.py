"""E0: how far from one half is the share of heads?

CHANGE ME: this file is an experiment of seconds. A trial is a pure function of its arguments; all else looks at what the
trials return. What you do not change is not run again.
"""

from __future__ import annotations

import torch

from report import plots
from report.model import Budget, Claim, Context, Experiment, Figure, Measure, Result, Runs, Trial, Value, Verdict
from report.stats import less, mean

THROWS = (25, 100, 400)
FEW, MANY = 100, 400


def throw(context: Context, *, seed: int, throws: int, times: int) -> Result:
    """Throw a coin ``throws`` times and take the share of heads; do that ``times`` times, and see how the shares spread."""
    chance = torch.Generator().manual_seed(seed)
    shares = torch.randint(0, 2, (times, throws), generator=chance).double().mean(dim=1)
    return Result(scalars={"spread": float(shares.std())})


def trials(budget: Budget) -> list[Trial]:
    """CHANGE ME: what to run. ``tags`` tell the conditions apart, for prose and for the functions below."""
    times = budget.pick(smoke=200, quick=1000, full=5000)
    return [
        Trial(throw, {"seed": seed, "throws": throws, "times": times}, tags={"throws": throws})
        for throws in THROWS
        for seed in budget.seeds(5)
    ]


def draw_spread(runs: Runs) -> Figure:
    """CHANGE ME: what to look at. The caption and the text for those who do not see it are made of the results, too."""
    found = {throws: run["spread"] for throws, run in runs.by("throws").items()}
    figure, axes = plots.canvas(plots.COLUMN, 2.4)
    ax = axes[0, 0]
    ax.set(xlabel="throws", ylabel="spread of the share of heads", xscale="log")
    plots.seeds_and_mean(ax, found, plots.looks(["coin"])["coin"])
    plots.plain_ticks(ax.xaxis)
    ax.set_ylim(bottom=0)
    ends = [f"{mean(found[throws]):.3f} at {throws} throws" for throws in (min(found), max(found))]
    caption = f"The spread of the share of heads, a mark a seed, and the mean: {ends[0]}, {ends[1]}."
    return Figure(figure, caption=caption, alt=f"A line that goes from {ends[0]} to {ends[1]}.", data=runs.frame())


def more_is_closer(runs: Runs) -> Verdict:
    """CHANGE ME: whether a sentence holds, over the seeds."""
    return less(runs.where(throws=MANY)["spread"], runs.where(throws=FEW)["spread"], what="difference of the spreads")


EXPERIMENT = Experiment(
    id="E0",
    title="A coin",
    question="How far from one half is the share of heads, and does it help to throw more often?",
    trials=trials,
    measures={"spread": Measure("spread of the share of heads", digits=4)},
    values={"few": Value(FEW, digits=0, origin="declared with the experiment")},
    figures={"spread": draw_spread},
    claims={"closer": Claim("The share of heads spreads less when the coin is thrown more often.", more_is_closer)},
)
