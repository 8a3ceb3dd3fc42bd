"""The stages of a build, handed to the commands that go through some of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.errors import ExitCode
from report.terminal.cli import Settings

if TYPE_CHECKING:  # `list` and `new` need no room but the one that they ask
    from report.terminal.bench import Basis, Bench, DataSets
    from report.terminal.edition import Early, Published
    from report.write.writeup import Writeup


@dataclass(frozen=True)
class Stages:
    """The whole, and one by one, as ``build.py`` has them; functions of a module, so that another process finds them."""

    build: Callable[[Settings], ExitCode]
    writeups: Callable[[Settings], list[Writeup]]
    bench: Callable[[Settings], Bench]
    basis: Callable[[Bench, Sequence[Writeup]], Basis]
    published: Callable[[Basis, Sequence[Writeup], Early], Published]
    data_sets: Callable[[], DataSets]
