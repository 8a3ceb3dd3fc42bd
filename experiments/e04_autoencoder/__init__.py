"""E4: what a deep autoencoder keeps of a digit in two numbers, against what PCA keeps.

W5 prints its layers: 784–512–128–2 and back, ReLU after each but the last, the code included. Beside that net stand the same
without the ReLU on the code, the deeper one that W5 began with, and a linear one, which T14 says can be no better than PCA.

W1 reports losses far larger than any squared error of pixels from 0 to 1. Coders are therefore also trained on digits of
which each pixel is standardised, a scale that its losses may be on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from experiments.e04_autoencoder.coders import NEIGHBOURS, PIXELS, STANDARDISED
from experiments.e04_autoencoder.trials import DEEPER, LINEAR, LINEAR_CODE, NETS, trials
from experiments.e04_autoencoder.views import (
    SCALES, W1, coders, codes, curves, dead, errors, judged, of_codes, off, ratio, reconstructions, scales,
)  # fmt: skip
from experiments.looks import AUTOENCODER, PCA
from report.model import Claim, Experiment, Holds, Measure, Outcome, Runs, Value, Verdict
from report.stats import SHARE, PLAIN, POINTS, Mean, Seeds, Unit, above, all_of, at_least, at_most, greater, less

__all__ = ["EXPERIMENT", "NETS"]

ROUNDING = 5e-4  # PCA does not depend on chance, so its errors must be W1's to the last of the three digits reported
NEAR = 0.05  # a linear autoencoder is near PCA if its error is at most so much larger, as a share
SIZE, OVER_LEAST = PLAIN.unsigned, Unit(low=1)  # an error or a ratio of two; what is held against the least there can be


# --- claims --------------------------------------------------------------------------------------------------------


def lower_error(runs: Runs, coder: str, other: str, part: str = "test") -> Verdict:
    what = f"mean difference in {'training' if part == 'train' else part} error, {coder} less {other}"
    return less(errors(runs, coder, part), errors(runs, other, part), what=what)


def higher(runs: Runs, coder: str, name: str, what: str, unit: Unit = PLAIN) -> Verdict:
    return greater(judged(runs, coder, name), judged(runs, PCA, name), unit, f"mean difference in {what}, {coder} less {PCA}")


def both_live(runs: Runs) -> Verdict:
    """Of these runs and no others: one with a dead unit is enough against it."""
    killed = dead(runs)
    word = Holds.NO if sum(killed.values()) else Holds.YES
    return Verdict(word, n=len(killed), what=f"a code unit is dead in {sum(killed.values()):.0f} of {len(killed)} runs")


def linear_never_below(runs: Runs) -> Verdict:
    """Of these runs and no others, so that the smallest excess decides, and no interval is needed."""
    excess = 100 * (ratio(runs, LINEAR, "train") - 1)
    least = min(excess.values())
    what = "least excess of the linear autoencoder's training error over PCA's"
    return Verdict(Holds.YES if least >= 0 else Holds.NO, least, n=len(excess), unit="%", what=what)


def four_as_nine(runs: Runs) -> Verdict:
    share = of_codes(runs, AUTOENCODER, "fours_as_nines")
    return above(share, 0.5, SHARE, "mean share of 9s among the answers to spoilt 4s")


def classes_longer(runs: Runs) -> Verdict:
    ours, others = (of_codes(runs, coder, "length") for coder in (LINEAR_CODE, PCA))
    return greater(ours, others, what="mean difference in the ratio of length to width of the median class")


def w1_standardised(runs: Runs) -> Verdict:
    others = [off(runs, scale) for scale in SCALES[:-1]]
    nearest = Seeds({seed: min(off[seed] for off in others) for seed in others[0]})
    what = "mean of the larger of the two differences from W1's errors of PCA"
    return all_of(
        at_most(off(runs, SCALES[-1]), ROUNDING, PLAIN.unsigned, f"{what}, {SCALES[-1]}"),
        at_least(nearest, ROUNDING, PLAIN.unsigned, f"{what}, the nearest of the other scales"),
    )


def standardising_costs(runs: Runs) -> Verdict:
    what = "mean difference in the ratio of test errors, standardised less plain pixels"
    return greater(ratio(runs, LINEAR_CODE, "test", STANDARDISED), ratio(runs, LINEAR_CODE, "test"), what=what)


# --- values, and what was reported ---------------------------------------------------------------------------------


def late_change(runs: Runs) -> Seeds:
    """From the middle of training to its end."""

    def change(run: Outcome) -> float:
        curve = [float(error or 0) for error in run.found.history["test_loss"]]
        return curve[-1] - curve[len(curve) // 2 - 1]

    return runs.where(coder=LINEAR_CODE, scale=STANDARDISED).converged().by_seed(change)


def of_pixels(name: str, unit: Unit, digits: int, origin: str) -> Callable[[Runs], Value]:
    """A property of the standardised digits themselves, whatever the seed."""
    found = Mean(lambda runs: runs.where(coder=PCA, scale=STANDARDISED)[name], unit, digits, origin)
    return lambda runs: replace(found(runs), spread=None)


LENGTH, READ = "length of the median class over its width", "test digits read right after coding"
VALUES: dict[str, Callable[[Runs], Value] | Value] = {
    "decoded_w5": Mean(partial(judged, coder=AUTOENCODER, name="decoded"), SHARE, 1, f"{READ}, {AUTOENCODER}"),
    "decoded_pca": Mean(partial(judged, coder=PCA, name="decoded"), SHARE, 1, f"{READ}, {PCA}"),
    "ceiling": Mean(
        partial(judged, coder=AUTOENCODER, name="read"), SHARE, 1, f"test digits read right as they are, {AUTOENCODER}"
    ),
    **{
        f"{short}_{part}": Mean(
            partial(errors, coder=coder, part=part, scale=STANDARDISED), SIZE, 3, f"{part} error, {coder}, pixels standardised"
        )
        for short, coder in (("pca", PCA), ("autoencoder", LINEAR_CODE))
        for part in W1[PCA]
    },
    **{
        f"ratio_{name}": Mean(
            partial(ratio, coder=coder, part=part, scale=scale), unit, 3, f"{part} error, {coder} over PCA, {scale}"
        )
        for name, coder, part, scale, unit in (
            ("w1_train", LINEAR_CODE, "train", STANDARDISED, SIZE),
            ("w1_test", LINEAR_CODE, "test", STANDARDISED, SIZE),
            ("w5", AUTOENCODER, "test", PIXELS, SIZE),
            ("linear_code", LINEAR_CODE, "test", PIXELS, SIZE),
            ("linear", LINEAR, "train", PIXELS, OVER_LEAST),
            ("deeper", DEEPER, "test", PIXELS, SIZE),
        )
    },
    **{
        name: Mean(partial(of_codes, coder=coder, name=reading), unit, digits, f"{what}, {coder}")
        for name, coder, reading, what, unit, digits in (
            ("length_linear_code", LINEAR_CODE, "length", LENGTH, OVER_LEAST, 2),
            ("length_pca", PCA, "length", LENGTH, OVER_LEAST, 2),
            ("on_axis", AUTOENCODER, "on_axis", "test digits with a code number of 0", SHARE, 1),
            ("negative", LINEAR_CODE, "negative", "test digits with a code number below 0", SHARE, 1),
            ("spoilt_fours", AUTOENCODER, "spoilt_fours", "4s that are not read as one after coding", SHARE, 0),
            ("fours_as_nines", AUTOENCODER, "fours_as_nines", "9s among the answers to them", SHARE, 0),
        )
    },
    "late_change": Mean(
        late_change, PLAIN, 3, "test error on standardised pixels at the end less that in the middle of training"
    ),
    "beyond": of_pixels("test_beyond", PLAIN, 3, "mean squared distance of standardised test pixels from [0, 1]"),
    "varying_train": of_pixels("train_variance", SHARE, 1, "pixels that vary among training digits"),
    "varying_test": of_pixels("test_variance", SHARE, 1, "pixels that vary among test digits"),
    "dead_runs": lambda runs: Value(int(sum(dead(runs).values())), origin="runs of W5's net with a dead code unit"),
    "relu_runs": lambda runs: Value(len(dead(runs)), "runs", origin="those of W5's net"),
    "neighbours_asked": Value(NEIGHBOURS, origin="neighbours that vote"),
    "w1_pca_train": Value(W1[PCA]["train"], digits=3, origin="reported by W1"),
}

EXPERIMENT = Experiment(
    id="E4",
    title="Autoencoder against PCA",
    question="How much more of a digit than PCA does a deep autoencoder keep in a code of two numbers?",
    trials=trials,
    measures={
        "test_error": Measure("test error", digits=4),
        "silhouette": Measure("silhouette", digits=3),
        "decoded": Measure("digits read right after coding", SHARE, 1),
    },
    figures={"curves": curves, "codes": codes, "reconstructions": reconstructions},
    tables={"coders": coders, "scales": scales},
    claims={
        "test_error": Claim(
            "On the test digits, the error of W5's autoencoder is lower than PCA's.",
            partial(lower_error, coder=AUTOENCODER, other=PCA),
        ),
        "linear_code_train_error": Claim(
            "Without the ReLU on the code, the autoencoder's error on the training digits is lower than PCA's.",
            partial(lower_error, coder=LINEAR_CODE, other=PCA, part="train"),
        ),
        "linear_code_test_error": Claim(
            "Without it, its error on the test digits is lower than PCA's.",
            partial(lower_error, coder=LINEAR_CODE, other=PCA),
        ),
        "both_code_units_live": Claim("In every run of W5's autoencoder both code units live.", both_live),
        "relu_code_errs": Claim(
            "With the ReLU on the code, the autoencoder's test error is higher than without.",
            lambda runs: lower_error(runs, LINEAR_CODE, AUTOENCODER),
        ),
        "linear_never_below": Claim(
            "In none of these runs is the training error of the linear autoencoder below PCA's.", linear_never_below
        ),
        "linear_near": Claim(
            f"Its training error ends at most {NEAR:.0%} above PCA's.",
            lambda runs: at_most(ratio(runs, LINEAR, "train"), 1 + NEAR, OVER_LEAST, "mean ratio of training errors"),
        ),
        "deeper_errs_more": Claim(
            "The deeper autoencoder's test error is higher than that of W5's final net.",
            lambda runs: lower_error(runs, AUTOENCODER, DEEPER),
        ),
        "neighbours": Claim(
            "The code of W5's autoencoder separates the classes better: neighbours in it name more test digits right than in "
            "PCA's.",
            partial(higher, coder=AUTOENCODER, name="neighbour_accuracy", what="share named by neighbours", unit=POINTS),
        ),
        "linear_code_neighbours": Claim(
            "Without the ReLU on the code, neighbours name more test digits right than in PCA's code.",
            partial(higher, coder=LINEAR_CODE, name="neighbour_accuracy", what="share named by neighbours", unit=POINTS),
        ),
        "silhouette": Claim(
            "The code of W5's autoencoder separates the classes better: its silhouette is higher than that of PCA's.",
            partial(higher, coder=AUTOENCODER, name="silhouette", what="silhouette"),
        ),
        "classes_longer": Claim(
            "In the code without the ReLU the classes are longer for their width than in PCA's.", classes_longer
        ),
        "decoded": Claim(
            "Of the digits that W5's autoencoder coded, E2's convnet reads more right than of those that PCA coded.",
            partial(higher, coder=AUTOENCODER, name="decoded", what="share read right after coding", unit=POINTS),
        ),
        "linear_code_decoded": Claim(
            "Without the ReLU on the code, it reads more right than of those that PCA coded.",
            partial(higher, coder=LINEAR_CODE, name="decoded", what="share read right after coding", unit=POINTS),
        ),
        "four_as_nine": Claim("Of the 4s that W5's autoencoder spoils, more than half are read as a 9.", four_as_nine),
        "w1_standardised": Claim(
            "If each pixel is standardised, PCA's errors are W1's up to rounding, and on no other scale tried.",
            w1_standardised,
        ),
        "standardising_costs": Claim(
            "With a linear code, the ratio of the autoencoder's error to PCA's is higher on standardised pixels than on plain "
            "ones, on the test digits.",
            standardising_costs,
        ),
    },
    values=VALUES,
)
