"""Put what some code reaches under one digest: what it says, the order in which it runs, the names that it can see."""

from __future__ import annotations

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from report.cache.digests import Digests, Node, Qualified, digest_of
from report.cache.imports import Effect, Follower, Imports, number_of, statement_name
from report.cache.statements import EVERYTHING, NOTHING

EFFECTS = "<import>"  # the "name" of what importing a module does, beside binding names
ORDER = "<order>"  # the "name" of the statements that must run in this order


@dataclass(frozen=True)
class Reach:
    """What some roots reach.

    ``definitions`` are digests of their own texts by qualified name, for people, in alphabetical order. ``digest`` covers
    what all of it says, whatever it is called; so do those of the roots, in ``says``. ``statements`` is where each stands.
    """

    definitions: dict[str, str]
    packages: frozenset[str]
    digest: str
    says: Mapping[Qualified, str]
    statements: Mapping[str, tuple[Qualified, ...]]

    @functools.cached_property
    def spoken(self) -> dict[str, str]:
        """The digests of the roots by their dotted names."""
        return {".".join(root): digest for root, digest in self.says.items()}


NOTHING_REACHED = Reach({}, frozenset(), "", {}, {})


class Definitions(Follower, Protocol):
    """What ``Seals`` asks of whoever follows names."""

    def node(self, name: Qualified) -> Node: ...
    def statements(self, module: str, name: str) -> list[int]: ...


class Seals:
    """The digests of what is reached, each definition's made once."""

    def __init__(self, sources: Definitions, imports: Imports):
        self._sources, self._imports = sources, imports
        self._digests = Digests(sources.node)
        self._digests_of = functools.cache(self._labelled)

    def reach(
        self,
        roots: tuple[Qualified, ...],
        seen: Collection[Qualified],
        effects: list[Effect],
        starts: list[str],
        looked_into: list[Qualified],
    ) -> Reach:
        """What ``roots`` come to: they reach all that was ``seen``, and importing the modules ``starts`` has these effects."""
        nodes = {name: self._sources.node(name) for name in sorted(seen)}
        order = self._in_order(seen, effects, starts)
        visible = self._visible(nodes)
        told_apart = self._digests_of(tuple(sorted(self._twins(seen, effects, starts).items())))
        says = {root: told_apart.of(root) for root in roots}
        looked = [(*name, told_apart.of(name)) for name in looked_into]
        digest = digest_of(list(says.values()), [told_apart.of(name) for name in order], visible, *filter(None, [looked]))
        statements: dict[str, list[Qualified]] = {}
        for name in nodes:
            shown = (name[0], EFFECTS) if number_of(name) is not None else name
            statements.setdefault(".".join(shown), []).append(name)
        if len(order) > 1:
            statements[ORDER] = order
        definitions = {shown: digest_of([self._spelled(name) for name in each]) for shown, each in sorted(statements.items())}
        packages = frozenset().union(*(node.packages for node in nodes.values()))
        return Reach(definitions, packages, digest, says, {name: tuple(each) for name, each in statements.items()})

    def _spelled(self, name: Qualified) -> Any:
        """A definition by what it says itself, in names: for people, who will ask which one has changed."""
        node = self._sources.node(name)
        return node.own, [(chain, target if isinstance(target, str) else ".".join(target)) for chain, target in node.links]

    def _twins(self, seen: Collection[Qualified], effects: list[Effect], starts: list[str]) -> dict[Qualified, str]:
        """Definitions that say the same and are two things nevertheless, classes, tables, sentinels, with names to tell them.

        Two numbers are no two things, unless something puts another in the place of one.
        """
        changed = {name for effect in effects for name in effect.changes}
        alike: dict[str, list[Qualified]] = {}
        for name in seen:
            if number_of(name) is None:
                alike.setdefault(self._digests.of(name), []).append(name)
        groups = [group for group in alike.values() if len(group) > 1]
        twins = [group for group in groups if not all(map(self._is_number, group)) or changed & {*group}]
        order = {module: rank for rank, module in enumerate(self._imports.modules(starts))} if twins else {}
        return {name: label for group in twins for name, label in _labels(group, order).items()}

    def _is_number(self, name: Qualified) -> bool:
        index = self._sources.module(name[0]).index
        return name[1] in index.fixed and name[1] not in index.summaries

    def _labelled(self, twins: tuple[tuple[Qualified, str], ...]) -> Digests:
        """The digests of definitions that say these labels, too."""
        labels = dict(twins)

        def node(name: Qualified) -> Node:
            known = self._sources.node(name)
            return replace(known, own=digest_of(known.own, labels[name])) if name in labels else known

        return Digests(node) if labels else self._digests

    def _in_order(self, seen: Collection[Qualified], effects: list[Effect], starts: list[str]) -> list[Qualified]:
        """The statements whose order counts, in that order: those that deal with what is bound or changed more than once."""
        bound = {name: self._sources.statements(*name) for name in seen if number_of(name) is None}
        again = {name for name, numbers in bound.items() if len(numbers) > 1}
        again |= {name for effect in effects for name in effect.changes if name in seen}
        if not again and not effects:
            return []
        worldly = any(effect.everywhere for effect in effects)
        counting = {(effect.module, effect.number) for effect in effects}
        for (module, _), numbers in bound.items():
            counting |= {(module, n) for n in numbers if self._takes_part(module, n, again, worldly)}
        return [statement_name(*each) for each in self._imports.order(starts) if each in counting]

    def _takes_part(self, module: str, number: int, again: set[Qualified], worldly: bool) -> bool:
        runs = self._imports.runs(module, number)
        if any((module, name) in again for name in self._sources.module(module).reading(number).binds):
            return True
        return bool(runs) and (worldly or not self._sources.closure(runs).isdisjoint(again))

    def _visible(self, nodes: Mapping[Qualified, Node]) -> list[str]:
        """The names that some of this code can see: those of classes where something is printed, of all where it asks."""
        sees = max((node.sees for node in nodes.values()), default=NOTHING)
        if sees == NOTHING:
            return []
        summaries = ((name, self._sources.module(name[0]).summary(name[1])) for name in nodes)
        shown = [name for name, summary in summaries if summary and (sees == EVERYTHING or summary.is_class)]
        return sorted(".".join(name) if sees == EVERYTHING else name[1] for name in shown)


def _labels(twins: list[Qualified], order: Mapping[str, int]) -> dict[Qualified, str]:
    """Something to tell twins apart that no renaming changes, if there is any: which one is imported first."""
    modules = sorted({module for module, _ in twins}, key=lambda module: (order.get(module, len(order)), module))
    if len(modules) == len(twins):
        return {twin: str(modules.index(twin[0])) for twin in twins}
    names = [name for _, name in twins]
    return {(m, name): f"{modules.index(m)}.{name}" if names.count(name) > 1 else name for m, name in twins}
