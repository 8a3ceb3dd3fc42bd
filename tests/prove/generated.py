"""The frame of a generator: it draws, and what is accepted of that is computed. The suite takes a sample, always the same.

python -m tests.prove.test_fuzzed_guards 7 500     draws 500 times from the seed 7, and says how many were accepted
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import mpmath as mp

from tests.arguments import given_numbers

Generator = Callable[[Random], bool]
"""Draws one, and says whether it is accepted. Fails where it is, and is false."""


def accepted(generator: Generator, seed: int, count: int) -> int:
    """How many of so many are accepted, each computed with forty digits."""
    random = Random(seed)
    with mp.workdps(40):
        return sum(generator(random) for _ in range(count))


def hunt(*generators: Generator) -> None:
    """What a generator's module does as a command."""
    seed, count = given_numbers("SEED", "COUNT")
    for generator in generators:
        print(f"{generator.__name__}: {accepted(generator, seed, count)} of {count} accepted, none of them false", flush=True)
