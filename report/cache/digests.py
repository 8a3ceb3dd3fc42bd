"""Digests of definitions by what they say, whatever they are called.

A definition's digest covers its own text and, in place of every name in it, the digest of what the name stands for.
Definitions that reach each other in a circle have no last one to begin with: all of them get a provisional digest, which
covers their own text alone, and again and again one that covers the provisional digests of the others, until no two are
told apart that were not before. Two that still have the same digest then do the same, however far one follows them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Qualified = tuple[str, str]  # (module, name in it)


@dataclass(frozen=True)
class Node:
    """A definition: the digest of its own text, and what the names in it stand for, in their order.

    A link has the attributes that are taken from the definition it leads to; a text instead of a definition stands for
    something outside the project.
    """

    own: str
    links: tuple[tuple[str, Qualified | str], ...]
    packages: frozenset[str] = frozenset()
    sees: int = 0
    asked: tuple[str, ...] = ()

    def reaches(self) -> Iterator[Qualified]:
        return (target for _, target in self.links if isinstance(target, tuple))


def digest_of(*parts: Any) -> str:
    """64 hex digits of plain data, with no two different data alike."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Digests:
    """The digests of the definitions that ``node`` gives, each made once."""

    def __init__(self, node: Callable[[Qualified], Node]):
        self._node = node
        self._known: dict[Qualified, str] = {}

    def of(self, name: Qualified) -> str:
        if name not in self._known:
            for group in _groups(name, lambda each: [n for n in self._node(each).reaches() if n not in self._known]):
                self._settle(group)
        return self._known[name]

    def _settle(self, group: Sequence[Qualified]) -> None:
        inside = set(group)
        said = dict.fromkeys(group, "")
        while True:
            before = len(set(said.values()))
            said = {name: self._said(name, inside, said) for name in group}
            if len(set(said.values())) == before:
                break
        if len(group) == 1 and group[0] not in set(self._node(group[0]).reaches()):
            said = {group[0]: self._said(group[0], set(), {})}
        self._known.update(said)

    def _said(self, name: Qualified, inside: Iterable[Qualified], said: dict[Qualified, str]) -> str:
        node = self._node(name)

        def stands_for(target: Qualified | str) -> Any:
            if isinstance(target, str):
                return ["outside", target]
            return ["group", said[target]] if target in inside else self._known[target]

        return digest_of(node.own, [[chain, stands_for(target)] for chain, target in node.links])


def _groups(root: Qualified, reaches: Callable[[Qualified], list[Qualified]]) -> Iterator[list[Qualified]]:
    """The strongly connected groups below ``root``, each after those that it reaches (Tarjan's algorithm, not recursive)."""
    number: dict[Qualified, int] = {root: 0}
    low: dict[Qualified, int] = {root: 0}
    stack, on_stack = [root], {root}
    work = [(root, iter(reaches(root)))]
    while work:
        name, ahead = work[-1]
        for target in ahead:
            if target not in number:
                number[target] = low[target] = len(number)
                stack.append(target)
                on_stack.add(target)
                work.append((target, iter(reaches(target))))
                break
            if target in on_stack:
                low[name] = min(low[name], number[target])
        else:
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[name])
            if low[name] == number[name]:
                at = stack.index(name)
                group = stack[at:]
                del stack[at:]
                on_stack.difference_update(group)
                yield group
