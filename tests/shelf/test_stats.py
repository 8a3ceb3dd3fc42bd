"""Verdicts over seeds: the intervals are those of the textbooks, and each word is given for the right reason."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import mpmath
import pytest

from report.model import Holds, Measure, Verdict
from report.stats import (
    LOSS, NATS, PERCENT, PLAIN, POINTS, SHARE, Unit, above, all_of, at_least, at_most, below, equal_within, every,
    greater, interval_of, less, mean_of, mostly, t_quantile, value_of, within,
)  # fmt: skip

YES, NO, UNDECIDED = Holds.YES, Holds.NO, Holds.UNDECIDED


def by_seed(*values: float, first: int = 0) -> dict[int, float]:
    return dict(enumerate(values, start=first))


@pytest.mark.parametrize("freedom", [1, 1.7, 2, 9.5, 400, 1e5])
def test_the_t_quantile_leaves_a_fortieth_above(freedom: float) -> None:
    t = t_quantile(0.975, freedom)
    tail = mpmath.betainc(freedom / 2, 0.5, 0, freedom / (freedom + t * t), regularized=True) / 2
    assert float(tail) == pytest.approx(0.025, abs=1e-9)


def test_the_quantiles_that_are_written_down_are_those_of_scipy() -> None:
    from scipy.special import stdtrit

    written, found = zip(*((t_quantile(0.975, n), float(stdtrit(n, 0.975))) for n in range(1, 12)))
    assert written == pytest.approx(found, rel=1e-12)


@pytest.mark.parametrize(("freedom", "printed"), [(1, 12.706), (2, 4.303), (4, 2.776), (30, 2.042), (math.inf, 1.960)])
def test_t_quantile_is_the_one_in_printed_tables(freedom: float, printed: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(printed, abs=5e-4)


TRIALS = 2000


def covered(true: float, draw: Callable[[], Verdict]) -> float:
    """The share of intervals that hold ``true``."""
    found = [draw() for _ in range(TRIALS)]
    return sum(verdict.low <= true <= verdict.high for verdict in found) / TRIALS


@pytest.mark.parametrize("n", [2, 4, 10])
def test_the_interval_of_a_mean_covers_it_nineteen_times_in_twenty(n: int) -> None:
    draw = random.Random(1)
    assert 0.935 < covered(3, lambda: at_least(by_seed(*(draw.gauss(3, 2) for _ in range(n))), 0)) < 0.965


def test_the_interval_of_paired_differences_covers_it() -> None:
    draw = random.Random(2)

    def verdict() -> Verdict:
        level = by_seed(*(draw.gauss(0, 50) for _ in range(4)))
        return greater({seed: it + draw.gauss(0.5, 1) for seed, it in level.items()}, level)

    assert 0.935 < covered(0.5, verdict) < 0.965


def test_the_interval_of_unpaired_differences_covers_it_whatever_the_spreads() -> None:
    draw = random.Random(3)

    def verdict() -> Verdict:
        wide, narrow = (by_seed(*(draw.gauss(1, d) for _ in range(n)), first=f) for d, n, f in ((5, 4, 0), (1, 8, 10)))
        return less(wide, narrow)

    assert 0.93 < covered(0, verdict) < 0.97


def test_an_interval_of_shares_ends_at_nothing_and_at_all_and_still_covers_the_mean() -> None:
    draw = random.Random(4)

    def verdict() -> Verdict:
        found = at_least(by_seed(*(1 - draw.random() ** 4 for _ in range(4))), 0.5, SHARE)
        assert 0 <= found.low <= found.effect <= found.high <= 100
        return found

    unbounded = random.Random(4)
    plain = covered(0.8, lambda: at_least(by_seed(*(1 - unbounded.random() ** 4 for _ in range(4))), 0.5))
    assert covered(80, verdict) == plain  # what lies beyond 1 holds no mean


def test_a_difference_of_shares_is_at_most_a_whole() -> None:
    found = greater(by_seed(1.0, 0.2, 0.9), by_seed(0.1, 0.9, 0.1), POINTS, "difference")
    assert (found.high, found.unit) == (100, "points")
    below = less(by_seed(0.1, 0.3), by_seed(0.9, 0.8), Unit("of the variance", low=0))
    assert below.low < below.effect < 0 < below.high  # a difference may be negative where no number is


def test_one_run_refutes_what_is_said_of_every_run() -> None:
    assert every(by_seed(1, 1, 1), "runs that diverged").holds is YES
    found = every(by_seed(1, 0, 1), "runs that diverged")
    assert (found.holds, found.what, found.n) == (NO, "runs that diverged: 2 of 3", 3)
    assert math.isnan(found.effect)  # a count, not a mean with an interval
    assert every(by_seed(1), "runs").holds is UNDECIDED
    assert every(by_seed(0), "runs").holds is NO


def test_an_undecided_verdict_says_how_many_seeds_would_settle_it() -> None:
    draw = random.Random(5)
    few = greater(by_seed(*(draw.gauss(0.5, 1) for _ in range(4))), dict.fromkeys(range(4), 0.0))
    assert few.holds is UNDECIDED
    error, n = (few.high - few.low) / 2 / t_quantile(0.975, 3) * 2, few.would_take
    assert t_quantile(0.975, n - 1) * error / math.sqrt(n) < abs(few.effect)
    assert t_quantile(0.975, n - 2) * error / math.sqrt(n - 1) >= abs(few.effect)
    assert greater(by_seed(2.0, 2.1), by_seed(1.0, 1.1)).would_take == 0  # it is decided
    assert greater(by_seed(1e-9, -1e-9, 3, -3), by_seed(0, 0, 0, 0)).would_take == 0  # no number that anybody would run
    both = all_of([few, replace(few, would_take=n + 7)])
    assert both.would_take == n + 7


def test_pairs_decide_what_unpaired_runs_could_not() -> None:
    levels = [0.1, 0.5, 0.9]  # far apart between seeds, but a is above b for each of them
    a, b = by_seed(*(x + d for x, d in zip(levels, (0.010, 0.011, 0.012)))), by_seed(*levels)
    paired = greater(a, b)
    assert (paired.holds, paired.n) == (YES, 3)
    assert paired.effect == pytest.approx(0.011)
    assert paired.low < 0.011 < paired.high
    unpaired = greater(a, by_seed(*levels, first=10))
    assert unpaired.holds is UNDECIDED
    assert unpaired.effect == pytest.approx(paired.effect)


def test_only_shared_seeds_are_paired() -> None:
    verdict = greater({0: 1.0, 1: 1.1, 7: -99.0}, {0: 0.5, 1: 0.61, 8: 99.0})
    assert (verdict.holds, verdict.n) == (YES, 2)


def test_welch_is_used_without_shared_seeds() -> None:
    # an example to recompute by hand: variances 1 and 4, n = 3 each, so error √(5/3) and ν = (5/3)² / ((1/9 + 16/9) / 2)
    verdict = greater(by_seed(9, 10, 11), by_seed(0, 2, 4, first=50))
    reach = t_quantile(0.975, (25 / 9) / (17 / 18)) * math.sqrt(5 / 3)
    assert (verdict.low, verdict.high) == pytest.approx((8 - reach, 8 + reach))
    assert verdict.holds is YES


def test_margin_must_be_exceeded_by_the_whole_interval() -> None:
    a, b = by_seed(1.0, 1.02, 0.98), by_seed(0.0, 0.01, 0.0)
    assert greater(a, b, margin=0.8).holds is YES
    assert greater(a, b, margin=0.99).holds is UNDECIDED
    assert greater(a, b, margin=1.5).holds is NO
    assert less(b, a, margin=0.8).holds is YES
    assert less(a, b).holds is NO


@pytest.mark.parametrize(
    ("bound", "least", "most"), [(0.5, YES, NO), (1.0, UNDECIDED, UNDECIDED), (1.5, NO, YES)], ids=["below", "among", "above"]
)
def test_bounds(bound: float, least: Holds, most: Holds) -> None:
    values = by_seed(0.99, 1.0, 1.01)
    assert at_least(values, bound).holds is least
    assert at_most(values, bound).holds is most
    assert above(values, bound).holds is least
    assert below(values, bound).holds is most


def test_what_rounding_puts_beyond_what_is_possible_stays_inside_its_interval() -> None:
    verdict = at_most(by_seed(1 - 1e-9, 1 - 2e-9), 1.05, Unit(low=1))
    assert (verdict.holds, verdict.low) == (YES, verdict.effect)


def test_a_mean_that_is_the_bound_is_neither_above_nor_below_it() -> None:
    assert {said(by_seed(0.5, 0.5), 0.5).holds for said in (above, below)} == {NO}
    assert {said(by_seed(0.5, 0.5), 0.5).holds for said in (at_least, at_most)} == {YES}


def test_a_share_above_a_bound_stays_a_share() -> None:
    verdict = above(by_seed(0.0, 0.4), 0.5, SHARE)
    assert (verdict.low, verdict.high) == (0, 100)


def test_within_and_equivalence() -> None:
    values = by_seed(0.99, 1.0, 1.01)
    assert within(values, 0.9, 1.1).holds is YES
    assert within(values, 0.999, 1.1).holds is UNDECIDED
    assert within(values, 2.0, 3.0).holds is NO
    assert equal_within(values, by_seed(1.0, 1.0, 1.0), 0.1).holds is YES
    assert equal_within(values, by_seed(1.0, 1.0, 1.0), 0.01).holds is UNDECIDED
    assert equal_within(values, by_seed(2.0, 2.0, 2.0), 0.1).holds is NO


@pytest.mark.parametrize("a", [{}, {3: 0.9}, {0: math.nan, 1: 0.9, 2: 0.9}, {0: math.inf, 1: 0.9}])
def test_nothing_is_decided_by_too_little_or_by_what_is_not_a_number(a: dict[int, float]) -> None:
    for verdict in (
        greater(a, dict.fromkeys(a, 0.1)),
        at_least(a, 0.1),
        at_most(a, 0.1),
        above(a, 0.1),
        below(a, 0.1),
        within(a, 0, 1),
        equal_within(a, a, 1),
    ):
        assert verdict.holds is UNDECIDED
        assert math.isnan(verdict.low)


def test_without_spread_the_point_decides_and_a_tie_is_not_greater() -> None:
    a, b = by_seed(2.0, 2.0), by_seed(1.0, 1.0)
    assert greater(a, b).holds is YES
    assert greater(b, a).holds is NO
    assert greater(a, a).holds is NO
    assert less(a, a).holds is NO
    assert at_least(a, 2.0).holds is YES
    assert at_most(a, 2.0).holds is YES
    assert equal_within(a, a, 0.0).holds is YES
    assert greater(a, by_seed(1.0, 1.0, first=5)).holds is YES


def test_scale_changes_what_is_shown_and_never_the_word() -> None:
    a, b = by_seed(0.91, 0.92, 0.93), by_seed(0.90, 0.90, 0.91)
    plain = greater(a, b, margin=0.005)
    shown = greater(a, b, POINTS, "difference", margin=0.005)
    assert shown.holds is plain.holds
    assert (shown.effect, shown.low) == pytest.approx((100 * plain.effect, 100 * plain.low))
    assert (shown.unit, shown.what) == ("points", "difference")


def test_a_conjunction_is_as_strong_as_its_weakest_part() -> None:
    strong = greater(by_seed(9, 9.1, 9.2), by_seed(1, 1, 1), what="strong")
    slight = greater(by_seed(1.1, 1.11, 1.12), by_seed(1, 1, 1), what="slight")
    unknown = greater({0: 1.0}, {0: 0.0}, what="unknown")
    false = less(by_seed(9, 9.1), by_seed(1, 1), what="false")
    assert all_of(slight) == slight
    assert all_of(strong, slight) == replace(slight, what="slight (the weakest of 2)")
    assert all_of(strong, unknown, slight).holds is UNDECIDED
    assert all_of(unknown, false, strong).holds is NO
    assert all_of(strong, unknown).n == 1
    assert all_of(unknown, false).n == false.n  # the number of seeds belongs to the interval beside it


def test_the_weakest_part_is_the_one_nearest_to_its_bound_whatever_the_kind_of_bound() -> None:
    easy = at_most(by_seed(0.01, 0.03, 0.02), 0.333, what="easy")
    hard = at_most(by_seed(0.22, 0.24, 0.23), 0.333, what="hard")
    assert all_of(easy, hard).effect == hard.effect
    near, far = (equal_within(by_seed(x, x + 0.001), by_seed(0, 0), 0.02) for x in (0.001, 0.015))
    assert all_of(near, far).effect == far.effect
    agrees, contradicts = (greater(by_seed(x, x + 1, x - 1), by_seed(0, 0, 0)) for x in (0.1, -0.6))
    assert agrees.holds is contradicts.holds is UNDECIDED
    assert all_of(agrees, contradicts).effect == contradicts.effect


def test_parts_in_unlike_units_are_compared_by_their_intervals() -> None:
    loose = at_least(by_seed(8, 10, 12), 1, Unit("points"))
    tight = at_least(by_seed(1.19, 1.2, 1.21), 1, Unit("nats"))
    assert all_of(loose, tight).effect == loose.effect
    assert all_of(replace(loose, unit="nats"), tight).effect == tight.effect
    point = at_least(by_seed(3, 3), 1, Unit("classes"))
    assert all_of(point, tight).effect == tight.effect


def test_a_part_of_which_nothing_is_known_is_the_weakest_of_the_undecided() -> None:
    unknown, open_ = greater({0: math.nan}, {0: 0.0}), greater(by_seed(0.1, 1, -0.5), by_seed(0, 0, 0))
    for parts in ((unknown, open_), (open_, unknown)):
        assert math.isnan(all_of(*parts).effect)


def test_a_single_run_is_weaker_than_an_interval_only_where_it_contradicts() -> None:
    open_ = greater(by_seed(0.1, 1, -0.5), by_seed(0, 0, 0))
    assert all_of(greater({0: 1.0}, {0: 0.0}), open_).n == 3
    assert all_of(greater({0: -1.0}, {0: 0.0}), open_).n == 1


def test_value_carries_mean_spread_and_count() -> None:
    value = value_of(by_seed(0.1, 0.2, 0.3), SHARE)
    assert (value.number, value.spread, value.n) == (pytest.approx(20), pytest.approx(10), 3)
    assert value_of({4: 0.5}).spread is None


def test_a_mean_tells_every_seed_and_its_interval() -> None:
    told = value_of({2: 0.12, 5: 0.2, 7: 0.31}, SHARE, 1, origin="of nothing").origin
    assert told == "of nothing\n2: 12.0, 5: 20.0, 7: 31.0 %; 95\u202f% interval 0 to 44.7"
    assert value_of({4: 0.5}).origin == "4: 0.50"
    assert value_of({}, SHARE).origin == ""
    alone = mean_of({2: 1.0, 5: 2.0}, digits=0)
    assert (alone.number, alone.has_spread, alone.n) == (1.5, False, 2)
    assert alone.origin.startswith("2: 1, 5: 2; 95")


@pytest.mark.parametrize("said", [greater, less, partial(equal_within, margin=0.5)])
def test_a_plain_number_is_the_same_at_every_seed(said: Callable[..., Verdict]) -> None:
    a = by_seed(0.1, 0.2, 0.4)
    assert said(a, 0.15) == said(a, dict.fromkeys(a, 0.15))


def test_a_mean_whose_deviation_reaches_beyond_what_is_possible_is_told_with_its_ends() -> None:
    assert value_of(by_seed(0.02, 0.99, 0.99), SHARE).ends == pytest.approx((2, 99))
    assert value_of(by_seed(0.0, 0.0, 3.0), LOSS).ends == (0, 3)
    assert value_of(by_seed(0.1, 0.2, 0.3), SHARE).ends is None
    assert value_of(by_seed(0.0, 0.0, 3.0)).ends is None


@pytest.mark.parametrize(
    ("values", "unit", "low", "high"),
    [
        ((0.99, 1.0), SHARE, 93.15, 100),
        ((0.0, 0.01), PERCENT, -5.85, 6.85),
        ((0, 1), LOSS, 0, 6.85),
        ((0, 1), NATS, -5.85, 6.85),
    ],
)
def test_the_interval_of_a_mean_ends_where_its_numbers_do(values, unit, low, high) -> None:
    assert interval_of(value_of(by_seed(*values), unit)) == pytest.approx((low, high), abs=0.01)


@pytest.mark.parametrize(
    ("measure", "values", "low", "high"),
    [
        (Measure("accuracy", "%", scale=100), (0.99, 1.0), 93.15, 100),
        (Measure("accuracy", "%"), (99, 100), 93.15, 100),
        (Measure("accuracy", SHARE), (0.99, 1.0), 93.15, 100),
        (Measure("change", "%"), (-1, 2), -18.56, 19.56),
        (Measure("change", PERCENT), (0.0, 0.01), -5.85, 6.85),
    ],
)
def test_a_bare_percentage_is_of_a_whole_unless_its_numbers_say_otherwise(measure, values, low, high) -> None:
    found = value_of(by_seed(*values), measure.reads(values))
    assert interval_of(found) == pytest.approx((low, high), abs=0.01)


def test_what_is_never_negative_has_no_negative_interval() -> None:
    verdict = at_most(by_seed(0.0, 0.0, 0.3), 1.0, PLAIN.unsigned)
    assert (verdict.low, verdict.exact) == (0, False)
    assert at_most(by_seed(2, 2), 3, Unit("layers", exact=True)).exact


def test_many_comparisons_are_not_refuted_by_the_chance_of_one() -> None:
    draw = random.Random(6)

    def ten() -> list[Verdict]:  # each is true, if barely: the means are equal
        return [at_least(by_seed(*(draw.gauss(0, 1) for _ in range(3))), 0.0, what=f"number {k}") for k in range(10)]

    several = [ten() for _ in range(300)]
    refuted = [parts for parts in several if all_of(parts).holds is NO]
    chance = [parts for parts in several if any(part.holds is NO for part in parts) and parts not in refuted]
    assert len(refuted) <= 0.05 * len(several)
    assert len(chance) > 0.1 * len(several)
    found = all_of(chance[0])
    assert found.holds is UNDECIDED
    assert found.what.endswith("(the weakest of 10; alone it would be against them, among so many it may be chance)")
    assert found.would_take > 3 or found.would_take == 0


def test_what_is_far_beyond_chance_refutes_among_many() -> None:
    true = [at_least(by_seed(5.0, 5.1, 4.9), 0.0)] * 9
    assert all_of(*true, at_least(by_seed(-5.0, -5.1, -4.9), 0.0)).holds is NO


@pytest.mark.parametrize(
    ("true", "runs", "holds"), [(6, 6, YES), (5, 6, UNDECIDED), (5, 5, UNDECIDED), (0, 6, NO), (9, 10, YES)]
)
def test_most_runs_are_told_by_the_binomial_test(true: int, runs: int, holds: Holds) -> None:
    found = mostly(by_seed(*(float(k < true) for k in range(runs))), "runs that fail")
    assert (found.holds, found.n, found.what) == (holds, runs, f"runs that fail: {true} of {runs}")
