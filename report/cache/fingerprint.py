"""What a result depends on, as a digest: equal digests, equal results.

A fingerprint has six parts: the *code* that the trial's function reaches (see ``report.cache.reach``), its *arguments*, the
digests of its *data*, the fingerprints of *upstream* trials, the versions of the *packages* that the code uses, and the
*machine* (device type, precision). Tags and ``may_diverge`` are for readers and do not count.

Values are written as Python literals, which distinguish what must be distinguished: ``1``, ``1.0``, ``True`` and
``'1'``; ``(1, 23)`` and ``(12, 3)``; ``0.0`` and ``-0.0``. Whatever has no literal, and is no enum member or frozen
dataclass, is refused rather than guessed at.

Names do not count: in a digest stands, for every name of this project, what it says (see ``report.cache.digests``). The
``parts`` of a fingerprint explain it to people, in names.

Figures, tables, claims and derivations are kept likewise: ``fingerprint_of`` takes any callable, and the fingerprints
of the results that it reads.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from importlib import metadata
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from report.cache.digests import Qualified, digest_of
from report.cache.reach import ABSENT, Sources
from report.cache.seals import NOTHING_REACHED, Reach
from report.errors import DeclarationError, Where, nearest
from report.model import Data, Outcome, Result, Runs, Trial

CATEGORIES = ("arguments", "code", "data", "upstream", "packages", "machine")
RUNS = (Runs, Outcome, Trial, Result)
"""The nouns that a view is handed: it may call their methods without ever naming them."""

_FORM = "fingerprint 2"  # how the parts are written down before hashing
_NAMED = re.compile("«([^«»]*)»")  # a name of this project, in a text for people; no string or number of ours holds these marks
_NO_PART = digest_of({})
_LARGE = 10**300  # an integer from here on is written in hexadecimal, which has no limit of digits
_DEEPEST = 40


@dataclass(frozen=True)
class Program:
    """What fingerprints of the same code have in common; there are few of these, whatever the number of trials.

    ``parts`` are those of packages and machine; ``totals`` are a digest for each category but those of a trial's own.
    """

    subject: str = ""
    reach: Reach = NOTHING_REACHED
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """``digest`` (64 hex digits) of a digest for each category; behind each stands a part.

    There are as many of these as there are trials: what only people ask for is put into words when they do.
    """

    digest: str
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False, compare=False)  # arguments, data, upstream
    program: Program = field(default=Program(), repr=False, compare=False)

    @property
    def sums(self) -> dict[str, str]:
        """A digest for each category."""
        totals = {**self.program.totals, **{name: _total(part, self.program.reach) for name, part in self.own.items()}}
        return {name: totals[name] for name in CATEGORIES if name in totals}

    @property
    def code(self) -> str:
        """The digest of the category *code*: under it stands what the code says."""
        return self.program.totals["code"]

    @property
    def parts(self) -> dict[str, dict[str, str]]:
        """Behind each category: name → text, for people."""
        code = {"subject": self.program.subject, **self.program.reach.definitions}
        parts = {**self.own, **self.program.parts, "code": code}
        return {each: {key: _shown(text) for key, text in parts.get(each, {}).items()} for each in CATEGORIES}

    @property
    def statements(self) -> Mapping[str, tuple[Qualified, ...]]:
        """Where each name of the part *code* stands."""
        return self.program.reach.statements


def fingerprint(trial: Trial, *, data: Mapping[str, str], machine: Mapping[str, str], sources: Sources) -> Fingerprint:
    """What the result of ``trial`` depends on.

    ``data`` maps names of data sets to digests (which should cover how they are decoded, since the trial receives them
    opened); ``machine`` names the device and precision. Raises ``DeclarationError`` for code that cannot be followed, a
    function that is not at the top level of a project file, an argument that is no plain data, or a data set without a
    digest.
    """
    speller = _Speller(sources, trial.function)
    root = _root_of(trial.function, sources)
    if root is None:
        raise DeclarationError(
            f"the function of a trial must be defined at the top level of a project file, not be {trial.function!r}",
            where=speller.where,
            remedy="Move it there; what varies from trial to trial goes into its arguments.",
        )
    clash = sorted(trial.arguments.keys() & trial.inputs.keys())
    if clash:
        raise DeclarationError(
            f"'{clash[0]}' is both an argument and an input", where=speller.where, remedy="Rename one of them."
        )
    subject = speller.called(root)
    arguments = {name: speller.plain(value, name) for name, value in trial.arguments.items()}
    data_read, upstream = {}, {}
    for name, source in trial.inputs.items():
        if isinstance(source, Data):
            if source.name not in data:
                unknown = f"no data set is called '{source.name}'"
                raise DeclarationError(unknown, where=speller.where, remedy=nearest(source.name, data))
            data_read[name] = f"{source.name} {data[source.name]}"
        elif isinstance(source, Trial):
            upstream[name] = fingerprint(source, data=data, machine=machine, sources=sources).digest
        else:
            raise DeclarationError(f"input '{name}' is {type(source).__name__}, not Data or a Trial", where=speller.where)
    return _seal(speller, subject, {"arguments": arguments, "data": data_read, "upstream": upstream}, machine)


def fingerprint_of(view: Callable[..., Any], sources: Sources, *, results: Iterable[str] = ()) -> Fingerprint:
    """What a view depends on: the code it reaches, and the ``results`` it reads (fingerprints, in order).

    It may be a function, a ``functools.partial``, a lambda or nested function over plain values and other such callables, a
    bound method or an instance of a frozen dataclass. Raises ``DeclarationError`` as ``fingerprint``.
    """
    speller = _Speller(sources, view, callables=True)
    text = speller.plain(view, getattr(view, "__name__", "the view"))
    for kind in RUNS:
        speller.note_class(kind)
    upstream = {f"{number:05}": digest for number, digest in enumerate(results)}
    return _seal(speller, text, {"arguments": {}, "data": {}, "upstream": upstream}, {})


def sources_of(mark: Fingerprint, sources: Sources) -> dict[str, str]:
    """The normalised source of everything in the code part, by qualified name: kept beside a result, for diffs."""
    return {name: source_of(name, mark, sources) for name in mark.statements}


def source_of(name: str, mark: Fingerprint, sources: Sources) -> str:
    """The normalised source behind a name of the code part."""
    return "\n".join(sources.normalised(each) for each in mark.statements.get(name, ()))


def _seal(speller: _Speller, subject: str, own: Mapping[str, Mapping[str, str]], machine: Mapping[str, str]) -> Fingerprint:
    program = _program(speller.sources, subject, tuple(speller.roots), frozenset(speller.packages), tuple(machine.items()))
    totals = {**program.totals, **{name: _total(part, program.reach) for name, part in own.items()}}
    return Fingerprint(digest_of(_FORM, [totals[name] for name in CATEGORIES]), own, program)


@functools.lru_cache(500)
def _program(
    sources: Sources, subject: str, roots: tuple[Qualified, ...], packages: frozenset[str], machine: tuple[tuple[str, str], ...]
) -> Program:
    reach = sources.reach(roots)
    measured = (sources.measured[name] for name in reach.definitions.keys() & sources.measured.keys())
    parts = {"machine": dict(machine), "packages": _versions(reach.packages | packages)}
    for each in measured:
        parts["machine"] |= each
    totals = {name: _total(part, reach) for name, part in parts.items()}
    return Program(subject, reach, parts, {**totals, "code": digest_of(_counted(subject, reach), reach.digest)})


def _versions(packages: frozenset[str]) -> dict[str, str]:
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python, **{name.removeprefix(ABSENT): version_or_absence(name) for name in sorted(packages)}}


def _total(part: Mapping[str, str], reach: Reach) -> str:
    return _total_of(tuple((name, _counted(part[name], reach)) for name in sorted(part))) if part else _NO_PART


@functools.lru_cache(1000)
def _total_of(part: tuple[tuple[str, str], ...]) -> str:
    return digest_of(dict(part))


def _counted(text: str, reach: Reach) -> str:
    """What of a text counts: in place of each name what it says. What somebody else put in such marks stays as it is."""
    return _NAMED.sub(lambda name: reach.spoken.get(name[1], name[0]), text) if "«" in text else text


def _shown(text: str) -> str:
    return _NAMED.sub(lambda name: name[1], text)


def version_or_absence(name: str) -> str:
    """The version of a package that a ``Reach`` names; of one that need not be there, perhaps that it is *absent*."""
    package = name.removeprefix(ABSENT)
    try:
        return version_of(package)
    except DeclarationError:
        if package == name:
            raise
        return "absent"


_DISTRIBUTIONS = {"PIL": "pillow"}  # found without looking into every distribution


@functools.cache
def version_of(package: str) -> str:
    """The version of the distribution that provides the importable ``package``.

    Raises ``DeclarationError`` if none does.
    """
    try:
        return metadata.version(_DISTRIBUTIONS.get(package, package))
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(package)  # slow: it looks into every distribution
    if not names:
        raise DeclarationError(
            f"'{package}' belongs neither to this project nor to an installed package, so its version is unknown",
            remedy=f"Move it into the project, or install it: python -m pip install {package}",
        )
    return " ".join(metadata.version(name) for name in sorted(set(names)))


# --- callables ----------------------------------------------------------------------------------------------------------


def _root_of(function: Any, sources: Sources) -> Qualified | None:
    """Where ``function`` is to be found by name, if it is defined at the top level of a project file."""
    module, name = getattr(function, "__module__", None), getattr(function, "__qualname__", "")
    if not (module and callable(function)):
        return None
    is_global = vars(sys.modules[module]).get(name) is function if module in sys.modules else "." not in name
    return (module, name) if is_global and sources.has(module) and sources.module(module).binds(name) else None


def _where(function: Any, sources: Sources) -> Where | None:
    while isinstance(function, functools.partial):
        function = function.func
    module, code = getattr(function, "__module__", None), getattr(function, "__code__", None)
    if not (module and code and sources.has(module)):
        return None
    return sources.where(module, code.co_firstlineno)


class _Speller:
    """Spells values out, noting on the way the code that comes with them."""

    def __init__(self, sources: Sources, subject: Any, callables: bool = False):
        self.sources, self.callables = sources, callables
        self._subject = subject
        self.roots: list[Qualified] = []
        self.packages: set[str] = set()
        self._writing: list[Any] = []

    @property
    def where(self) -> Where | None:
        """The line that a refusal names."""
        return _where(self._subject, self.sources)

    def plain(self, value: Any, name: str) -> str:
        """``value`` as text; ``name`` is the argument's, for the message when it must be refused."""
        if len(self._writing) > _DEEPEST:
            raise self._refusal(value, name, "is nested too deep, or contains itself")
        self._writing.append(value)
        try:
            return self._text(value, name)
        finally:
            self._writing.pop()

    def _text(self, value: Any, name: str) -> str:
        kind = type(value)
        if kind is int and abs(value) >= _LARGE:
            return hex(value)
        if value is None or kind in (bool, int, float, bytes):
            return repr(value)
        if kind is str:
            return ascii(value)
        if kind in (tuple, list):
            open_, close = "()" if kind is tuple else "[]"
            items = ", ".join(self.plain(item, name) for item in value)
            return f"{open_}{items}{',' if kind is tuple and len(value) == 1 else ''}{close}"
        if kind is dict:
            return "{" + ", ".join(f"{self.plain(k, name)}: {self.plain(v, name)}" for k, v in value.items()) + "}"
        if isinstance(value, Enum):
            return f"{self.note_class(kind)}.{value.name}"
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return self._dataclass(value, name)
        if self.callables:
            return self._callable(value, name)
        raise self._refusal(value, name, "is no plain data")

    def _dataclass(self, value: Any, name: str) -> str:
        kind = type(value)
        if not kind.__dataclass_params__.frozen:
            raise self._refusal(value, name, "is a dataclass that may change")
        if "<locals>" in kind.__qualname__:
            raise self._refusal(value, name, "is of a class defined inside a function")
        called = self.note_class(kind)
        fields = (f"{f.name}={self.plain(getattr(value, f.name), name)}" for f in dataclasses.fields(value))
        return f"{called}({', '.join(fields)})"

    def note_class(self, kind: type) -> str:
        """The methods of an argument's class are code that the function may call. Its name, as it is written down."""
        if self.sources.has(kind.__module__):
            top, _, inner = kind.__qualname__.partition(".")
            return self.called((kind.__module__, top)) + (f".{inner}" if inner else "")
        self._note_package(kind.__module__)
        return f"{kind.__module__}.{kind.__qualname__}"

    def called(self, root: Qualified) -> str:
        """A definition that comes along, as it is written down."""
        if root not in self.roots:
            self.roots.append(root)
        return f"«{'.'.join(root)}»"

    def _note_package(self, module: str) -> None:
        top = module.partition(".")[0]
        if top not in sys.stdlib_module_names:
            self.packages.add(top)

    def _callable(self, value: Any, name: str) -> str:
        if any(value is outer for outer in self._writing[:-1]):
            return "itself"
        root = _root_of(value, self.sources)
        if root:
            return self.called(root)
        if isinstance(value, functools.partial):
            bound = {"func": value.func, "args": value.args, "keywords": dict(value.keywords)}
            return f"partial({self.plain(bound, name)})"
        if isinstance(value, MethodType):
            return f"{self.plain(value.__self__, name)}.{value.__name__}"
        module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None) or "builtins"
        if not self.sources.has(module):
            if (
                isinstance(value, FunctionType | BuiltinFunctionType | ModuleType | type)
                and getattr(value, "__closure__", None) is None
            ):
                self._note_package(module)
                return f"{module}.{getattr(value, '__qualname__', '')}"
            raise self._refusal(value, name, "is an object of another package")
        if isinstance(value, FunctionType):
            return self._function(value, module, name)
        raise self._refusal(value, name, "cannot be followed")

    def _function(self, function: FunctionType, module: str, name: str) -> str:
        """A lambda or nested function: its source, and the values that it took along."""
        anonymous = self.sources.anonymous(module, function.__code__)
        cells = (cell.cell_contents for cell in function.__closure__ or ())
        taken = dict(zip(function.__code__.co_freevars, cells))
        defaults = {"defaults": function.__defaults__, "keywords": function.__kwdefaults__}
        return f"{self.called(anonymous)}({self.plain(taken, name)}, {self.plain(defaults, name)})"

    def _refusal(self, value: Any, name: str, why: str) -> DeclarationError:
        remedy = "Use None, bool, int, float, str, bytes, an enum, or tuples, lists, dicts and frozen dataclasses of these."
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        if kind.startswith("numpy.") and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
            remedy = f"Write {type(value.item()).__name__}({name})."
        return DeclarationError(f"argument '{name}' {why}: {_short(value)} ({kind})", where=self.where, remedy=remedy)


def _short(value: Any, length: int = 60) -> str:
    try:
        text = repr(value)
    except ValueError:  # a number of too many digits
        text = f"a {type(value).__name__}"
    return text if len(text) <= length else text[: length - 1] + "…"
