"""Which packages an author's function calls, by itself or by way of others: a witness has the name of what it calls."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any


def packages_of(function: Callable[..., Any]) -> set[str]:
    """The packages of all that a function speaks of, and that the functions speak of which it calls."""
    waiting: list[Any] = [function]
    met: dict[int, Any] = {}
    while waiting:
        thing = waiting.pop()
        if id(thing) not in met:
            met[id(thing)] = thing
            waiting += _spoken_of(thing)
    return {_module_of(thing).partition(".")[0] for thing in met.values()}


def _module_of(thing: Any) -> str:
    if isinstance(thing, ModuleType):
        return thing.__name__
    return str(getattr(thing, "__module__", None) or type(thing).__module__)


def _spoken_of(thing: Any) -> Iterator[Any]:
    """What a function, a class of an author's own or a collection holds; no package is looked into."""
    match thing:
        case functools.partial():
            yield from (thing.func, *thing.args, *thing.keywords.values())
        case MethodType():
            yield from (thing.__func__, thing.__self__)
        case FunctionType() if _is_installed(sys.modules.get(thing.__module__)):
            return
        case FunctionType():
            yield from (*(cell.cell_contents for cell in thing.__closure__ or ()), *(thing.__defaults__ or ()))
            yield from (thing.__kwdefaults__ or {}).values()
            yield from _named(thing)
        case type() if not _is_installed(sys.modules.get(thing.__module__)):
            yield from (*vars(thing).values(), *thing.__bases__)
        case dict():
            yield from thing.values()
        case list() | tuple() | set() | frozenset():
            yield from thing


def _named(function: FunctionType) -> Iterator[Any]:
    """What the names in the code of a function stand for, in its module or as imported inside; of an author's module what it
    is asked for.
    """
    spoken = {name for code in _codes(function.__code__) for name in code.co_names}
    for name in spoken:
        value = function.__globals__.get(name, sys.modules.get(name))
        yield value
        if isinstance(value, ModuleType) and not _is_installed(value):
            yield from (vars(value)[each] for each in spoken & vars(value).keys())


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _is_installed(module: ModuleType | None) -> bool:
    """Whether a module is no author's own: of the standard library, or of a package."""
    name = module.__name__.partition(".")[0] if module else ""
    return name in sys.stdlib_module_names or "site-packages" in (getattr(module, "__file__", None) or "")
