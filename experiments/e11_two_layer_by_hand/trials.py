"""What E11 runs: the check of the gradients, and two sweeps of training by hand, over hidden sizes and over batches."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.e11_two_layer_by_hand.gradient_check import check_gradients
from experiments.nets import Dense, Net, Sigmoid
from experiments.training_by_hand import train_by_hand
from report.model import Budget, Data, Trial

HIDDEN = (10, 30, 100, 300, 1000)
BATCHES = (1, 10, 100, 1000)
ONE_WIDTH = 100  # the hidden size at which the batch is varied
ONE_BATCH, ITS_RATE = 20, 1.0  # the batch at which the hidden size is varied
ONE_RATE, ITS_BATCH = 0.1, 10  # the rate of every batch, or of this one where the rate is in proportion
FIXED, PROPORTIONAL = "fixed", "proportional"
DIGITS_AUTOGRAD, DIGITS_DIFFERENCES = 12, 6  # to how many decimal digits gradients must agree
NOTICED = 0.1  # relative error beyond which nobody takes a gradient for right
POINT = 0.01  # one percentage point, as a share
MEMORY_OFF = 0.05
FASTER = 5


def two_layer_net(hidden: int) -> Net:
    """784 → hidden → 10, logits out."""
    return Net((784,), (Dense(hidden), Sigmoid(), Dense(10)))


NETS = {f"hidden {hidden}": two_layer_net(hidden) for hidden in HIDDEN}


def trials(budget: Budget) -> Sequence[Trial]:
    """The gradient check, the sweep over hidden sizes, and the sweep over batch sizes with both rules for the rate."""
    sizes = {
        "epochs": budget.pick(smoke=1, quick=4, full=20),
        "train": budget.pick(smoke=1000, quick=4000, full=50_000),
        "validation": budget.pick(smoke=1000, quick=5000, full=10_000),
    }
    return [trial for seed in budget.seeds(budget.pick(smoke=2, quick=3, full=3)) for trial in trials_of_seed(seed, sizes)]


def trials_of_seed(seed: int, sizes: dict[str, int]) -> list[Trial]:
    """Every trial of one seed; ``sizes`` are the epochs, and the numbers of images to train and to validate on."""

    def training(hidden: int, batch: int, rate: float, **tags: str) -> Trial:
        settings = {"seed": seed, "net": two_layer_net(hidden), "batch": batch, "rate": rate, **sizes}
        return Trial(train_by_hand, settings, {"digits": Data("mnist")}, {**tags, "hidden": hidden, "batch": batch})

    return [
        Trial(check_gradients, {"seed": seed}, tags={"sweep": "gradients"}),
        *(training(hidden, ONE_BATCH, ITS_RATE, sweep="hidden") for hidden in HIDDEN),
        *(
            training(ONE_WIDTH, batch, rate_of(rule, batch), sweep="batch", rule=rule)
            for rule in (FIXED, PROPORTIONAL)
            for batch in BATCHES
        ),
    ]


def rate_of(rule: str, batch: int) -> float:
    return ONE_RATE * batch / ITS_BATCH if rule == PROPORTIONAL else ONE_RATE
