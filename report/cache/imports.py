"""What importing does beside binding names, and for whom it counts.

Importing a trial's module runs, in a certain order, the statements of every project module that is imported with it. A
statement counts for whoever reaches a name that it binds. Beyond that it counts

- for whoever reaches something that it may change: a table that it fills, a helper that it replaces, whatever it hands to
  a function that alters what it is given;
- for everybody, if it may change how a library works: ``np.seterr(all="raise")``.

Where several statements have to do with the same thing, their order counts. A function of another package that is called
for its value is taken to change nothing but what it is handed, unless its name begins with *set*, *seed*, *use* or the like.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from report.cache import codec
from report.cache.deeds import CALLING_BACK, CONTAINER_METHODS, HARMLESS_BUILTINS, HARMLESS_METHODS, Deed, Mention, Summary
from report.cache.digests import Qualified
from report.cache.modules import Module
from report.errors import DeclarationError

_SETS = re.compile(
    r"(set_|set[A-Z]|seterr|setrecursion|setlocale|seed|manual_seed|use_|use$|enable|disable|register|filterwarnings"
    r"|simplefilter|install|patch|reset|configure|basicConfig|unset|add_|insert_|override)"
)
_ALTERS_NOTHING = {
    "abc", "cmath", "collections", "contextlib", "dataclasses", "decimal", "enum", "fractions", "functools", "itertools",
    "math", "operator", "pathlib", "re", "statistics", "string", "types", "typing", "typing_extensions",
}  # fmt: skip
_LOST = "="  # a name that cannot be followed
_HARMLESS = {f"={name}" for name in HARMLESS_BUILTINS}
_MAY_REACH_ANYTHING = {"exec", "eval", "globals", "locals", "vars", "__import__", "compile"}


class Follower(Protocol):
    """What ``Imports`` asks of whoever follows names."""

    def module(self, name: str) -> Module: ...
    def exists(self, name: str) -> bool: ...
    def stands_for(self, module: Module, mention: Mention) -> list[tuple[str, Qualified | str]]: ...
    def closure(self, roots: Iterable[Qualified]) -> frozenset[Qualified]: ...


@dataclass(frozen=True)
class Effect:
    """What a statement may change: these names' objects; or, with ``everywhere``, what no name stands for."""

    module: str
    number: int
    changes: frozenset[Qualified]
    everywhere: bool

    @property
    def name(self) -> Qualified:
        return statement_name(self.module, self.number)


def statement_name(module: str, number: int) -> Qualified:
    return module, f"<import {number}>"


def number_of(name: Qualified) -> int | None:
    """The number of the statement that this names; None for the name of something that is bound."""
    return int(name[1][8:-1]) if name[1].startswith("<import ") else None


class Imports:
    """What importing modules does, each looked at once."""

    def __init__(self, follower: Follower):
        self._follow = follower
        self._order, self._modules = functools.cache(self._in_order), functools.cache(self._modules_of)
        self._loads, self.values = functools.cache(self._loaded_by), functools.cache(self._held_by)
        self._effects: dict[str, tuple[Effect, ...]] = {}
        self._pure: dict[Qualified, bool] = {}
        self._world: dict[Qualified, bool] = {}

    # --- what is imported, and in which order ---

    def order(self, starts: Iterable[str]) -> Sequence[tuple[str, int]]:
        """The statements of all modules that importing ``starts`` loads, in the order in which they are finished."""
        return self._order(tuple(dict.fromkeys(starts)))

    def modules(self, starts: Iterable[str]) -> list[str]:
        """The modules among them."""
        return self._modules(tuple(dict.fromkeys(starts)))

    def _in_order(self, starts: tuple[str, ...]) -> list[tuple[str, int]]:
        done: list[tuple[str, int]] = []
        begun: set[str] = set()
        for start in starts:
            self._run(start, begun, done)
        return done

    def _modules_of(self, starts: tuple[str, ...]) -> list[str]:
        return list(dict.fromkeys(module for module, _ in self._order(starts)))

    def _run(self, name: str, begun: set[str], done: list[tuple[str, int]]) -> None:
        parent = name.rpartition(".")[0]
        if parent:
            self._run(parent, begun, done)
        if name in begun:
            return
        begun.add(name)
        loads = self._loads(name)
        for number in range(len(self._follow.module(name).index.readings)):
            for _, loaded in (load for load in loads if load[0] == number):
                self._run(loaded, begun, done)
            done.append((name, number))

    def _loaded_by(self, name: str) -> tuple[tuple[int, str], ...]:
        found = []
        for number, module, part in self._follow.module(name).index.loads:
            for each in (module, f"{module}.{part}" if part else None):
                if each and self._follow.exists(each):
                    found.append((number, each))
        return tuple(found)

    # --- what that does ---

    def effects(self, module: str) -> tuple[Effect, ...]:
        """The statements of a module that may change something, in their order."""
        if module not in self._effects:
            self._effects[module] = ()  # while it is being found out
            read = self._follow.module(module)
            found = (self._effect(read, number, deeds) for number, deeds in sorted(read.deeds.items()))
            self._effects[module] = tuple(effect for effect in found if effect.everywhere or effect.changes)
        return self._effects[module]

    def _effect(self, module: Module, number: int, deeds: Sequence[Deed]) -> Effect:
        changes: set[Qualified] = set()
        everywhere = False
        for deed in deeds:
            changed, world = self._write(module, deed) if deed.write else self._call(module, deed)
            changes |= changed
            everywhere |= world
        changes = {name for name in changes if not self._is_fixed(name) or name in self._branded(module, deeds)}
        return Effect(module.name, number, frozenset(changes), everywhere)

    def _branded(self, module: Module, deeds: Sequence[Deed]) -> set[Qualified]:
        """Functions and constants that are written to by name: ``train.flag = True``, ``helpers.RATE = 2``."""
        written = (deed.subject for deed in deeds if deed.write and deed.subject)
        return {name for mention in written for name in self._names(module, mention)}

    def _write(self, module: Module, deed: Deed) -> tuple[set[Qualified], bool]:
        assert deed.subject is not None
        found = self._stand_for(module, deed.subject)
        changed = {each for _, target in found if isinstance(target, tuple) for each in self.values(target)}
        return changed, any(isinstance(target, str) and not target.startswith("=") for _, target in found)

    def _call(self, module: Module, deed: Deed) -> tuple[set[Qualified], bool]:
        handed = {name for mention in deed.handed for name in self._names(module, mention)}
        methods = [m for m in deed.handed if m.chain and m.chain[-1] in CONTAINER_METHODS]  # TABLE.append, as an object
        changed = {each for m in methods for name in self._names(module, m) for each in self.values(name)}
        if deed.subject is None:
            return changed | self._through(handed, handed), False
        found = self._stand_for(module, deed.subject)
        lost = any(target == _LOST for mention in deed.handed for _, target in self._stand_for(module, mention))
        everywhere = lost and not all(target in _HARMLESS for _, target in found)
        for chain, target in found:
            if isinstance(target, tuple):
                more, world = self._own_call(target, chain, handed)
            else:
                more, world = self._foreign_call(target, handed, deed.bare)
            changed |= more
            everywhere |= world
        return changed, everywhere

    def _own_call(self, target: Qualified, chain: str, handed: set[Qualified]) -> tuple[set[Qualified], bool]:
        method = chain.rpartition(".")[2]
        if method == "__init_subclass__":
            if not self._hooks(target, set()):
                return set(), False
            return self._through({target}, handed), self._is_worldly(target)
        if method in HARMLESS_METHODS or (not method and self._is_pure(target)):
            return set(), self._is_worldly(target)
        if method in CONTAINER_METHODS and self._summary(target) is None:
            return set(self.values(target)), False
        itself = set(self.values(target)) if method else set()
        return itself | self._through({target}, handed), self._is_worldly(target)

    def _foreign_call(self, target: str, handed: set[Qualified], bare: bool) -> tuple[set[Qualified], bool]:
        last = target.rpartition(".")[2]
        calls_back = any(self._summary(name) is not None and not self._is_pure(name) for name in handed)
        if target.startswith("="):
            word = target[1:]
            if word.startswith("."):  # of the engine, which counts as a whole, and whose nouns only hold what they are given
                return set(), False
            if word in _MAY_REACH_ANYTHING:
                return set(), True
            if word in HARMLESS_BUILTINS and not (word in CALLING_BACK and calls_back):
                return set(), False
            return self._through(handed if calls_back else set(), handed), False
        if target.partition(".")[0] in _ALTERS_NOTHING and not (last in CALLING_BACK and calls_back):
            return set(), False
        return self._through(handed if calls_back else set(), handed), bare or bool(_SETS.match(last))

    def _through(self, called: Iterable[Qualified], handed: Iterable[Qualified]) -> set[Qualified]:
        """What may be changed when ``called`` are called with ``handed``: that, and all that can be changed from there."""
        inside = {name for name in self._follow.closure(called) if self._may_change(name)}
        brands = any(summary.brands for name in self._follow.closure(called) if (summary := self._summary(name)))
        given = {each for name in (*handed, *called) for each in self.values(name)}
        return inside | {name for name in given if brands or self._may_change(name)}

    def runs(self, module: str, number: int) -> tuple[Qualified, ...]:
        """The definitions that a statement makes use of when it runs, not those that functions in it will use."""
        read = self._follow.module(module)
        mentions: tuple[Mention, ...] = codec.revived(tuple[Mention, ...], read.index.runs.get(str(number), []))
        return tuple(name for mention in mentions for name in self._names(read, mention))

    # --- what may be changed ---

    def _held_by(self, name: Qualified) -> frozenset[Qualified]:
        """The names whose objects the value of ``name`` may be, or hold."""
        found: dict[Qualified, None] = {}
        todo = [name]
        while todo:
            each = todo.pop()
            if each in found or number_of(each) is not None:
                continue
            found[each] = None
            module = self._follow.module(each[0])
            mentions: tuple[Mention, ...] = codec.revived(tuple[Mention, ...], module.index.values.get(each[1], []))
            for mention in mentions:
                todo += self._names(module, mention)
        return frozenset(found)

    def _is_fixed(self, name: Qualified) -> bool:
        return name[1] in self._follow.module(name[0]).index.fixed

    def _may_change(self, name: Qualified) -> bool:
        if number_of(name) is not None or self._is_fixed(name):
            return False
        summary = self._summary(name)
        return summary is None or (summary.is_class and (summary.holds or self._hooks(name, set())))

    # --- what a call may do ---

    def _summary(self, name: Qualified) -> Summary | None:
        module = self._follow.module(name[0])
        single = len(module.index.statements.get(name[1], ())) == 1
        return module.summary(name[1]) if single else None

    def _is_pure(self, name: Qualified) -> bool:
        """Whether calling it changes nothing but what it makes itself."""
        if name not in self._pure:
            self._pure[name] = True  # while it is being found out: a circle does nothing that none of it does
            self._pure[name] = self._found_pure(name)
        return self._pure[name]

    def _found_pure(self, name: Qualified) -> bool:
        summary, module = self._summary(name), self._follow.module(name[0])
        if summary is None or summary.alters:
            return False
        around = (target for m in (*summary.decorators, *summary.bases) for _, target in self._stand_for(module, m))
        if not all(self._is_pure(target) for target in around if isinstance(target, tuple)):
            return False
        return all(self._harmless(module, deed) for deed in summary.deeds)

    def _harmless(self, module: Module, deed: Deed) -> bool:
        if deed.write:
            return False
        if deed.subject is None:
            return not any(self._names(module, mention) for mention in deed.handed)
        for chain, target in self._stand_for(module, deed.subject):
            method = chain.rpartition(".")[2]
            if isinstance(target, tuple):
                if not (method in HARMLESS_METHODS or (not method and self._is_pure(target))):
                    return False
            elif target.startswith("="):
                word = target[1:]
                if (
                    word not in HARMLESS_BUILTINS
                    and not word.startswith(".")
                    and not (word == "print" or (word in ("next", "iter") and not deed.hands))
                ):
                    return False
            elif target.partition(".")[0] not in _ALTERS_NOTHING and (deed.hands or deed.handed):
                return False
        return True

    def _is_worldly(self, name: Qualified) -> bool:
        """Whether calling it may change how a library works."""
        if name not in self._world:
            self._world[name] = False
            summary, module = self._summary(name), self._follow.module(name[0])
            found = summary is not None and any(self._changes_world(module, deed) for deed in summary.deeds)
            self._world[name] = found
        return self._world[name]

    def _changes_world(self, module: Module, deed: Deed) -> bool:
        if deed.subject is None:
            return False
        for _, target in self._stand_for(module, deed.subject):
            if isinstance(target, tuple):
                if not deed.write and self._is_worldly(target):
                    return True
            elif target.startswith("="):
                if target[1:] in _MAY_REACH_ANYTHING:
                    return True
            elif deed.write or deed.bare or _SETS.match(target.rpartition(".")[2]):
                return True
        return False

    def _hooks(self, name: Qualified, seen: set[Qualified]) -> bool:
        """Whether the class, or one that it inherits from, does something whenever another inherits from it."""
        summary = self._summary(name)
        if summary is None or name in seen:
            return summary is None
        module = self._follow.module(name[0])
        above = (target for base in summary.bases for target in self._names(module, base))
        return summary.hooks or any(self._hooks(target, {*seen, name}) for target in above)

    # --- names ---

    def _names(self, module: Module, mention: Mention) -> list[Qualified]:
        return [target for _, target in self._stand_for(module, mention) if isinstance(target, tuple)]

    def _stand_for(self, module: Module, mention: Mention) -> list[tuple[str, Qualified | str]]:
        try:
            return self._follow.stands_for(module, mention)
        except DeclarationError:  # it is refused where it counts
            ours = any(self._follow.exists(each.module) for each in mention.imported or module.imports(mention.name))
            return [("", _LOST if ours else f"={mention.name}")]


def chosen(effects: Iterable[Effect], reached: Collection[Qualified]) -> Iterator[Effect]:
    """Those effects that count for whoever reaches all this."""
    return (effect for effect in effects if effect.everywhere or any(name in reached for name in effect.changes))
