"""Numbers over seeds, and the units that they are shown in."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, eq=False)
class Seeds(Mapping[int, float]):
    """Seed → number, seeds ascending.

    Arithmetic goes seed by seed, over the seeds that both sides have, since one seed fixes the same data and the same order
    for both: ``runs["train_accuracy"] - runs["test_accuracy"]``. A plain number stands for itself at every seed.
    """

    numbers: Mapping[int, float]

    def __post_init__(self) -> None:
        object.__setattr__(self, "numbers", dict(sorted(self.numbers.items())))

    def __getitem__(self, seed: int) -> float:
        return self.numbers[seed]

    def __iter__(self) -> Iterator[int]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    def map(self, function: Callable[[float], float]) -> Seeds:
        """``function`` of each number."""
        return Seeds({seed: function(number) for seed, number in self.items()})

    def __add__(self, other: Mapping[int, float] | float) -> Seeds:
        return self._with(other, operator.add)

    def __sub__(self, other: Mapping[int, float] | float) -> Seeds:
        return self._with(other, operator.sub)

    def __mul__(self, other: Mapping[int, float] | float) -> Seeds:
        return self._with(other, operator.mul)

    def __truediv__(self, other: Mapping[int, float] | float) -> Seeds:
        return self._with(other, operator.truediv)

    def __radd__(self, other: float) -> Seeds:
        return self.map(lambda number: other + number)

    def __rsub__(self, other: float) -> Seeds:
        return self.map(lambda number: other - number)

    def __rmul__(self, other: float) -> Seeds:
        return self.map(lambda number: other * number)

    def __neg__(self) -> Seeds:
        return self.map(operator.neg)

    def _with(self, other: Mapping[int, float] | float, how: Callable[[float, float], float]) -> Seeds:
        if isinstance(other, Mapping):
            return Seeds({seed: how(number, other[seed]) for seed, number in self.items() if seed in other})
        return self.map(lambda number: how(number, other))


@dataclass(frozen=True)
class Unit:
    """What a reader is shown for a number: ``number * scale``, then the name.

    Before scaling, no number lies below ``low`` or above ``high``, and no two that are compared lie farther ``apart``; so
    neither does what an interval holds. What is ``exact`` is counted, and no seed can change it.
    """

    name: str = ""
    scale: float = 1.0
    low: float = -math.inf
    high: float = math.inf
    apart: float = math.inf
    exact: bool = False

    @property
    def possible(self) -> tuple[float, float]:
        """Where numbers that are shown in it begin and end."""
        return self.low * self.scale, self.high * self.scale

    @property
    def unsigned(self) -> Unit:
        """The same, of what is never negative: a distance, a size."""
        return replace(self, low=0)


PLAIN, PERCENT, NATS = Unit(), Unit("%", 100), Unit("nats")
SHARE = Unit("%", 100, 0, 1, 1)
"""Of a whole: an accuracy, an error."""
POINTS = Unit("points", 100, -1, 1, 1)
"""The difference of two shares; what is compared may be the shares themselves."""
LOSS = NATS.unsigned
"""A cross-entropy, in nats; a difference of two is in ``NATS``."""
TIMES = Unit(low=0)
"""How many times as much."""
