"""Verdicts over seeds: what repeated runs say about a sentence, by 95 % confidence intervals of Student's t.

``a`` and ``b`` are ``Seeds``. Two conditions are compared in pairs over the seeds that they share, since a seed fixes the
same data and the same order for both; if they share none, by Welch's interval. A sentence *holds* if the whole interval says
so, *does not hold* if the whole interval says the contrary, and is *undecided* otherwise: with fewer than two seeds, or with a
number that is not finite, nothing is decided.

Where seeds make no difference, the interval is a point, and the point decides: a tie is not ``greater``, but ``at_least``.
What is said of *every* run is not a matter of means: one run to the contrary refutes it.

An interval ends where its ``Unit`` does: the mean of shares is a share, so that to cut off what lies beyond 0 and 1 loses no
coverage.

A plain number for ``b`` is the same at every seed. Bounds and margins are in the unit of the numbers; a ``Unit`` (``POINTS``,
say) is what the reader is shown.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from report.model import Holds, Runs, Value, Verdict
from report.numbers import THIN, number_text
from report.seeds import LOSS, NATS, PERCENT, PLAIN, POINTS, SHARE, TIMES, Seeds, Unit

__all__ = [
    "LOSS", "NATS", "PERCENT", "PLAIN", "POINTS", "SHARE", "TIMES", "Mean", "Seeds", "Unit", "above", "all_of", "at_least",
    "at_most", "below", "equal_within", "every", "greater", "interval_of", "less", "mean", "mean_of", "mostly", "spread",
    "value_of", "within",
]  # fmt: skip

CONFIDENCE = 0.95
WEAKEST = "the weakest of"  # what a verdict on several comparisons says of the one that it shows

Numbers = Mapping[int, float]


# --- verdicts ------------------------------------------------------------------------------------------------------


def greater(a: Numbers, b: Numbers | float, unit: Unit = PLAIN, what: str = "", *, margin: float = 0.0) -> Verdict:
    """Is the mean of ``a`` above that of ``b`` by more than ``margin``? The effect is the mean difference a − b."""
    found = _difference(a, b)
    return _verdict(found, found.low > margin, found.high <= margin, found.effect - margin, _apart(unit), what)


def less(a: Numbers, b: Numbers | float, unit: Unit = PLAIN, what: str = "", *, margin: float = 0.0) -> Verdict:
    """Is the mean of ``a`` below that of ``b`` by more than ``margin``? The effect is the mean difference a − b."""
    found = _difference(a, b)
    return _verdict(found, found.high < -margin, found.low >= -margin, -margin - found.effect, _apart(unit), what)


def equal_within(a: Numbers, b: Numbers | float, margin: float, unit: Unit = PLAIN, what: str = "") -> Verdict:
    """Do the means of ``a`` and ``b`` differ by no more than ``margin``? (A test of equivalence, at 2.5 % on either side.)"""
    return _inside(_difference(a, b), -margin, margin, _apart(unit), what)


def at_least(a: Numbers, bound: float, unit: Unit = PLAIN, what: str = "") -> Verdict:
    """Is the mean of ``a`` at least ``bound``? The effect is the mean."""
    found = _mean(list(a.values()))
    return _verdict(found, found.low >= bound, found.high < bound, found.effect - bound, unit, what)


def at_most(a: Numbers, bound: float, unit: Unit = PLAIN, what: str = "") -> Verdict:
    """Is the mean of ``a`` at most ``bound``? The effect is the mean."""
    found = _mean(list(a.values()))
    return _verdict(found, found.high <= bound, found.low > bound, bound - found.effect, unit, what)


def above(a: Numbers, bound: float, unit: Unit = PLAIN, what: str = "") -> Verdict:
    """Is the mean of ``a`` above ``bound``? The effect is the mean, which stays where its unit does, as no difference would."""
    found = _mean(list(a.values()))
    return _verdict(found, found.low > bound, found.high <= bound, found.effect - bound, unit, what)


def below(a: Numbers, bound: float, unit: Unit = PLAIN, what: str = "") -> Verdict:
    """Is the mean of ``a`` below ``bound``? The effect is the mean."""
    found = _mean(list(a.values()))
    return _verdict(found, found.high < bound, found.low >= bound, bound - found.effect, unit, what)


def within(a: Numbers, low: float, high: float, unit: Unit = PLAIN, what: str = "") -> Verdict:
    """Does the mean of ``a`` lie from ``low`` to ``high``? The effect is the mean."""
    return _inside(_mean(list(a.values())), low, high, unit, what)


def every(true: Mapping[int, float | bool], what: str) -> Verdict:
    """Is it ``true`` (1, not 0) of every run? One run to the contrary is enough against it; ``what`` names those of which it
    is: "runs that diverged"."""
    count, n = sum(map(bool, true.values())), len(true)
    holds = Holds.NO if count < n else Holds.YES if n > 1 else Holds.UNDECIDED
    return Verdict(holds, n=n, what=f"{what}: {count} of {n}")


def mostly(true: Mapping[int, float | bool], what: str) -> Verdict:
    """Is it ``true`` (1, not 0) of more than half of all runs there could be? By the exact binomial (sign) test."""
    count, n = sum(map(bool, true.values())), len(true)
    tails = [sum(math.comb(n, k) for k in range(reached, n + 1)) / 2**n for reached in (count, n - count)]
    for_it, against = (tail <= (1 - CONFIDENCE) / 2 for tail in tails)
    holds = Holds.YES if for_it else Holds.NO if against else Holds.UNDECIDED
    return Verdict(holds, n=n, what=f"{what}: {count} of {n}")


def all_of(*verdicts: Verdict | Iterable[Verdict]) -> Verdict:
    """Do all hold? At 95 % they do if each does (intersection–union), so nothing is paid for their number. One that does not is
    enough against it, but among many one may fall out so by chance: it counts if its interval stays clear of the bound when it
    is widened for all to be right together (Bonferroni). What is shown is the weakest, so the ``what`` of each should say which
    it is: of those with the worst word, the one with the least margin to its bound, which is counted in half-widths of the
    interval where units differ."""
    given = [part for each in verdicts for part in ([each] if isinstance(each, Verdict) else each)]
    parts = [_among(part, len(given)) for part in given]
    order, alike = [Holds.NO, Holds.UNDECIDED, Holds.YES], len({verdict.unit for verdict in parts}) == 1

    def support(verdict: Verdict) -> tuple[int, float]:
        margin = verdict.margin if alike else _in_half_widths(verdict)
        return order.index(verdict.holds), -math.inf if math.isnan(margin) else margin

    weakest = min(parts, key=support)
    if len(parts) == 1:
        return weakest
    takes = [verdict.would_take for verdict in parts if verdict.holds is Holds.UNDECIDED]
    would_take = max(takes) if weakest.holds is Holds.UNDECIDED and all(takes) else 0
    alone = "" if weakest in given else "; alone it would be against them, among so many it may be chance"
    return replace(weakest, what=f"{weakest.what} ({WEAKEST} {len(parts)}{alone})", would_take=would_take)


def _among(verdict: Verdict, several: int) -> Verdict:
    """A verdict of *no* as one of several: undecided where it says so by less than the chance of any of them to."""
    half = max(verdict.high - verdict.effect, verdict.effect - verdict.low)
    if (
        verdict.holds is not Holds.NO
        or not half > 0
        or -verdict.margin >= half * _reach(verdict.n, several) / _reach(verdict.n)
    ):
        return verdict
    alike = replace(verdict, low=verdict.effect - half, high=verdict.effect + half)
    return replace(verdict, holds=Holds.UNDECIDED, would_take=_seeds_to_settle(alike, verdict.margin, several))


def _in_half_widths(verdict: Verdict) -> float:
    """The margin over half the interval; infinite where there is no interval, or one without width."""
    half = (verdict.high - verdict.low) / 2
    return verdict.margin / half if half > 0 else math.copysign(math.inf, verdict.margin)


# --- numbers over seeds --------------------------------------------------------------------------------------------


def mean(a: Numbers) -> float:
    """Not a number where there is none, or where infinities cancel."""
    return _centre(list(a.values()))


def spread(a: Numbers) -> float | None:
    """The standard deviation over the seeds (n − 1), None for fewer than two, or where one is not finite."""
    if len(a) < 2 or not all(map(math.isfinite, a.values())):
        return None
    try:
        return statistics.stdev(a.values())
    except OverflowError:
        return math.inf


def interval_of(value: Value) -> tuple[float, float]:
    """The 95 % interval of a mean over seeds, as far as is possible; a point where nothing is spread."""
    half = half_width(value)
    least, most = value.possible
    return max(float(value.number) - half, least), min(float(value.number) + half, most)


def half_width(value: Value) -> float:
    """Half of the 95 % interval of a mean over seeds; zero where nothing is spread."""
    if not value.has_spread:
        return 0.0
    return float(value.spread or 0) * _reach(value.n)


def value_of(a: Numbers, unit: Unit = PLAIN, digits: int = 2, *, origin: str = "") -> Value:
    """Mean ± standard deviation over the seeds, as a ``Value``; with its ends, where ± would reach beyond what is possible.
    Its origin tells every seed with its number."""
    deviation, centre = spread(a), mean(a) * unit.scale
    wide = None if deviation is None else deviation * unit.scale
    least, most = unit.possible
    beyond = wide is not None and math.isfinite(wide) and not least <= centre - wide <= centre + wide <= most
    ends = (min(a.values()) * unit.scale, max(a.values()) * unit.scale) if beyond else None
    value = Value(centre, unit.name, digits, wide, len(a), origin, ends, unit.possible)
    return replace(value, origin="\n".join(filter(None, (origin, _by_seed(value, a, unit)))))


def mean_of(a: Numbers, unit: Unit = PLAIN, digits: int = 2) -> Value:
    """The mean alone: for a column that shows no spread. Its origin tells every seed, too."""
    return replace(value_of(a, unit, digits), spread=None, ends=None)


def _by_seed(value: Value, a: Numbers, unit: Unit) -> str:
    """``0: 97.2, 1: 97.8 %; 95 % interval 93.7 to 100``: what the mean is of, and the interval around it."""
    if not a:
        return ""
    each = ", ".join(f"{seed}: {number_text(number * unit.scale, value.digits)}" for seed, number in a.items())
    ends = " to ".join(number_text(end, value.digits) for end in interval_of(value))
    return f"{each} {unit.name}".strip() + (f"; 95{THIN}% interval {ends}" if value.has_spread else "")


@dataclass(frozen=True)
class Mean:
    """What makes ``value_of`` what ``of`` gives of the runs: ``values={"gap": Mean(gap, POINTS, 1, "training less test")}``."""

    of: Callable[[Runs], Numbers]
    unit: Unit = PLAIN
    digits: int = 2
    origin: str = ""

    def __call__(self, runs: Runs) -> Value:
        return value_of(self.of(runs), self.unit, self.digits, origin=self.origin)


def _apart(unit: Unit) -> Unit:
    """The unit of a difference."""
    return replace(unit, low=-unit.apart, high=unit.apart)


# --- the intervals -------------------------------------------------------------------------------------------------


def _difference(a: Numbers, b: Numbers | float) -> Verdict:
    if not isinstance(b, Mapping):
        return _mean([number - b for number in a.values()])
    shared = sorted(set(a) & set(b))
    if shared:
        return _mean([a[seed] - b[seed] for seed in shared])
    return _welch(list(a.values()), list(b.values()))


def _mean(values: list[float]) -> Verdict:
    """The mean with its interval, undecided as yet."""
    n = len(values)
    centre = _centre(values)
    if n < 2 or not math.isfinite(centre):
        return Verdict(Holds.UNDECIDED, effect=centre, n=n)
    error = statistics.stdev(values) / math.sqrt(n)
    return _around(centre, error, n - 1, n)


def _centre(values: list[float]) -> float:
    odd = [value for value in values if not math.isfinite(value)]
    if odd or not values:
        return sum(odd) if odd else math.nan
    try:
        return statistics.fmean(values)
    except OverflowError:
        return math.fsum(value / len(values) for value in values)


def _welch(a: list[float], b: list[float]) -> Verdict:
    n = min(len(a), len(b))
    centre = _centre(a) - _centre(b)
    if n < 2 or not math.isfinite(centre):
        return Verdict(Holds.UNDECIDED, effect=centre, n=n)
    parts = [statistics.variance(values) / len(values) for values in (a, b)]
    error = math.sqrt(sum(parts))
    # Welch–Satterthwaite; without any spread the degrees of freedom do not matter
    freedom = error**4 / sum(part**2 / (len(v) - 1) for part, v in zip(parts, (a, b))) if error else math.inf
    return _around(centre, error, freedom, n)


def _around(centre: float, error: float, freedom: float, n: int) -> Verdict:
    reach = t_quantile((1 + CONFIDENCE) / 2, freedom) * error if error else 0.0
    return Verdict(Holds.UNDECIDED, effect=centre, low=centre - reach, high=centre + reach, n=n)


def _inside(found: Verdict, low: float, high: float, unit: Unit, what: str) -> Verdict:
    """Does it lie from ``low`` to ``high``?"""
    yes, no = low <= found.low and found.high <= high, found.high < low or found.low > high
    return _verdict(found, yes, no, min(found.effect - low, high - found.effect), unit, what)


def _verdict(found: Verdict, yes: bool, no: bool, margin: float, unit: Unit, what: str) -> Verdict:
    # comparisons with NaN are all false, so that an interval that does not exist decides nothing
    holds = Holds.YES if yes else Holds.NO if no else Holds.UNDECIDED
    # NaN stays NaN; and by rounding, what is measured may lie a hair beyond what is possible
    low, high = max(found.low, min(unit.low, found.effect)), min(found.high, max(unit.high, found.effect))
    would_take = _seeds_to_settle(found, margin) if holds is Holds.UNDECIDED and found.n > 1 else 0
    effect, low, high, margin = (number * unit.scale for number in (found.effect, low, high, margin))
    return Verdict(holds, effect, low, high, found.n, unit.name, what, margin, unit.exact, would_take)


MOST_SEEDS = 200
"""Nobody runs more than this to settle a sentence."""


def _seeds_to_settle(found: Verdict, margin: float, several: int = 1) -> int:
    """So many that half the interval is shorter than the distance to the bound; 0 where that takes too many."""
    half = (found.high - found.low) / 2
    spread = half / _reach(found.n) if math.isfinite(half) else math.inf
    return next((n for n in range(found.n + 1, MOST_SEEDS + 1) if spread * _reach(n, several) < abs(margin)), 0)


def _reach(n: int, several: int = 1) -> float:
    """Half the interval of the mean of ``n`` numbers of deviation one; of so many that they are right together."""
    return t_quantile(1 - (1 - CONFIDENCE) / 2 / several, n - 1) / math.sqrt(n)


OF_FEW_SEEDS = (
    12.706204736174694, 4.302652729749462, 3.1824463052837078, 2.7764451051977934, 2.5705818356363146, 2.4469118511449786,
    2.364624251592784, 2.306004135204166, 2.262157162798205,
)  # fmt: skip
"""What SciPy has for the usual interval of two seeds, of three, and so on to ten: prose need not load it for them."""


def t_quantile(probability: float, freedom: float) -> float:
    """The t below which Student's t with ``freedom`` degrees of freedom lies with this probability."""
    if probability == (1 + CONFIDENCE) / 2 and freedom in range(1, len(OF_FEW_SEEDS) + 1):
        return OF_FEW_SEEDS[int(freedom) - 1]
    from scipy.special import ndtri, stdtrit

    return float(stdtrit(freedom, probability) if math.isfinite(freedom) else ndtri(probability))
