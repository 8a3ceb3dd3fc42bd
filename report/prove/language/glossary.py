"""The names of a derivation: symbols that vary over a domain, definitions that abbreviate, and what bears them out.

A glossary comes first in every theory file. Each name says what it means, in words, and where it lives; the domain is both
what SymPy assumes about the symbol and what the numeric witness draws from. Vectors and matrices are indexed from 1, as on
paper, unless ``first=0``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from report.errors import DeclarationError, Where, nearest, written_here
from report.prove.language.formula import Formula, is_sentence, names, parse, places

T = TypeVar("T")
POINTS = 6
"""At how many random points a witness looks unless told otherwise."""


@dataclass(frozen=True)
class Symbol:
    """A name that varies. ``kind``: real, integer, signal, vector, matrix, function, operator.

    ``least`` (inclusive) and ``above`` (exclusive) belong to the statement; ``low`` and ``high`` only to the drawing of test
    points. ``within`` bounds an index from both sides; ``shape`` holds the sizes of a vector (n) or matrix (m, n). All of these
    may be formulas in other symbols.
    """

    name: str
    meaning: str
    kind: str
    latex: str = ""
    least: Formula | None = None
    above: Formula | None = None
    low: float = 0
    high: float = 0
    within: tuple[Formula, Formula] | None = None
    shape: tuple[Formula, ...] = ()
    first: int = 1
    properties: tuple[str, ...] = ()
    linear: bool = False
    invariant: bool = False
    sample: Callable[[Any], Any] | None = None
    where: Where | None = field(default=None, compare=False, repr=False)

    @property
    def ends(self) -> bool:
        """Whether it is a signal with finite support."""
        return self.kind == "signal" and "positive" not in self.properties

    @property
    def bounds(self) -> tuple[Formula | None, Formula | None]:
        """What it is at least, or above, and what it is at most."""
        return self.within or (self.least or self.above, None)

    @property
    def formulas(self) -> list[Formula]:
        """The formulas of its domain."""
        return [f for f in (self.least, self.above, *(self.within or ()), *self.shape) if f is not None]

    def mentions(self) -> Iterable[str]:
        """The names that the domain of this symbol needs."""
        return [name for formula in self.formulas for name in names(formula.tree)]


def real(
    name: str, meaning: str, *, least: str = "", above: str = "", low: float = -2, high: float = 2, latex: str = ""
) -> Symbol:
    """A real number; ``least="0"`` (x ≥ 0) and ``above="0"`` (x > 0) restrict it, ``low`` and ``high`` only the test points."""
    where = written_here()
    if least and above:
        raise DeclarationError(f"'{name}' has a least value, or is above one: not both", where=where)
    return Symbol(name, meaning, "real", latex, _bound(least, where), _bound(above, where), low, high, where=where)


def integer(
    name: str,
    meaning: str,
    *,
    least: str = "",
    within: tuple[str, str] | None = None,
    low: int = -4,
    high: int = 6,
    latex: str = "",
) -> Symbol:
    """An integer; ``least="1"`` for n ≥ 1, ``within=("1", "n")`` for an index i = 1, …, n."""
    where = written_here()
    bounds = None if within is None else (parse(within[0], where), parse(within[1], where))
    return Symbol(name, meaning, "integer", latex, _bound(least, where), None, low, high, bounds, where=where)


def signal(name: str, meaning: str, *, properties: Sequence[str] = (), latex: str = "") -> Symbol:
    """A function of all integers, ``f(k)``, with finite support, so that its sums over Z exist; one whose values are declared
    "positive" is a sequence without end instead.
    """
    where = written_here()
    return Symbol(name, meaning, "signal", latex, properties=_properties(properties, where, OF_ALL), where=where)


def function(name: str, meaning: str, *, latex: str = "") -> Symbol:
    """An arbitrary differentiable function of one real variable: ``g(x)``."""
    return Symbol(name, meaning, "function", latex, where=written_here())


def vector(
    name: str,
    size: str,
    meaning: str,
    *,
    properties: Sequence[str] = (),
    first: int = 1,
    latex: str = "",
    low: float = -2,
    high: float = 2,
) -> Symbol:
    """A real (column) vector with ``size`` entries ``x[1], …, x[size]``, all above 0 with ``properties=["positive"]``."""
    where = written_here()
    shape, declared = (parse(size, where),), _properties(properties, where, OF_ALL)
    return Symbol(
        name, meaning, "vector", latex, low=low, high=high, shape=shape, first=first, properties=declared, where=where
    )


def by_need(symbols: Sequence[Symbol], more: Mapping[str, Iterable[str]] | None = None) -> list[Symbol]:
    """The symbols, each after those that its domain speaks of, or that ``more`` says it needs; else in the author's order."""
    known = {s.name: s for s in symbols}
    placed: dict[str, Symbol] = {}

    def place(symbol: Symbol, above: tuple[str, ...]) -> None:
        for name in (*symbol.mentions(), *(more or {}).get(symbol.name, ())):
            if name in known and name not in above:
                place(known[name], (*above, name))
        placed.setdefault(symbol.name, symbol)

    for symbol in symbols:
        place(symbol, (symbol.name,))
    return list(placed.values())


def circular(symbols: Sequence[Symbol]) -> list[str]:
    """The symbols whose domains speak, maybe by way of others, of themselves."""
    return [symbol.name for symbol in symbols if symbol.name in spoken_of(symbol.mentions(), symbols)]


PROPERTIES = {
    "orthonormal": "its columns are orthonormal",
    "orthogonal": "it is orthogonal",
    "permutation": "it is a permutation matrix",
    "symmetric": "it is symmetric",
    "positive": "its entries are positive",
    "whole": "its values are whole numbers",
}
"""What may be declared of a matrix, a vector ("positive") or a signal ("positive", "whole"): matrix algebra uses it (AᵀA = I
for orthonormal columns), signs are decided by it, and points are drawn with it.
"""
OF_ALL = ("positive", "whole")
"""What may be declared of a vector or a signal, too."""
UPRIGHT = frozenset({"orthonormal", "orthogonal", "permutation"})
"""With any of these the columns of a matrix are at right angles to each other."""


def matrix(
    name: str,
    rows: str,
    columns: str,
    meaning: str,
    *,
    properties: Sequence[str] = (),
    first: int = 1,
    latex: str = "",
    low: float = -2,
    high: float = 2,
) -> Symbol:
    """A real matrix with entries ``W[i, j]``; ``properties`` are among those of ``PROPERTIES``."""
    where = written_here()
    shape = (parse(rows, where), parse(columns, where))
    declared = _properties(properties, where)
    return Symbol(
        name, meaning, "matrix", latex, low=low, high=high, shape=shape, first=first, properties=declared, where=where
    )


def _properties(words: Sequence[str], where: Where, known: Sequence[str] = tuple(PROPERTIES)) -> tuple[str, ...]:
    words = [words] if isinstance(words, str) else words
    for word in words:
        if word not in known:
            of = "" if word not in PROPERTIES else ": of a matrix this may be said"
            raise DeclarationError(f"no property '{word}'{of}", where=where, remedy=nearest(word, known))
    if "positive" in words and (upright := sorted(UPRIGHT & {*words})):
        what = f"no matrix of several columns is positive and {upright[0]}: none of these would be at right angles to another"
        raise DeclarationError(what, where=where)
    return tuple(words)


def operator(
    name: str,
    meaning: str,
    *,
    linear: bool = False,
    invariant: bool = False,
    sample: Callable[[Any], Any] | None = None,
    latex: str = "",
) -> Symbol:
    """A map from signals to signals, ``L(x)(i)``, known only to be linear and/or shift invariant.

    ``sample(random)`` may return a Python function from signals (functions of an integer) to signals for the numeric
    witness; by default one is drawn that has exactly the declared properties.
    """
    return Symbol(name, meaning, "operator", latex, linear=linear, invariant=invariant, sample=sample, where=written_here())


@dataclass(frozen=True)
class Live:
    """A witness of another kind: ``function`` computes the value of ``of`` (by default the part's left side).

    Its parameters are names of symbols; one called ``at`` holds all of them (``at.W``, ``at.n``). They are plain Python: float,
    int, list (vector), list of lists (matrix), functions (signals); it returns a number, a bool, a list, a list of lists, a
    tensor, or a function. ``sweep`` gives ranges of integer symbols to be tried exhaustively.
    """

    name: str
    function: Callable[..., Any]
    of: str = ""
    sweep: Mapping[str, Sequence[int]] = field(default_factory=dict)
    points: int = POINTS
    tolerance: float = 1e-9
    where: Where = field(default_factory=written_here, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.points < 1:
            raise DeclarationError(f"the witness '{self.name}' is asked at no point: points={self.points}", where=self.where)


@dataclass(frozen=True)
class Definition:
    """A name that abbreviates a formula: ``sigma(x)``, ``p[j]``, ``conv(f, g)(i)`` or just ``F``.

    ``parameters`` are grouped by application: conv(f, g)(i) has (("f", "g"), ("i",)). ``indexed`` says that the parameters
    stand in brackets; ``shape`` then makes the whole a vector or matrix. ``reference`` computes the same with code that
    knows nothing of the formula (mpmath in, mpmath out), and ``live`` are witnesses as for a part; a definition of the field's
    vocabulary needs one of them, an abbreviation local to a derivation does not.
    """

    name: str
    head: Formula
    body: Formula
    meaning: str
    latex: str
    parameters: tuple[tuple[str, ...], ...]
    indexed: bool
    shape: tuple[Formula, ...]
    first: int
    symbols: tuple[Symbol, ...]
    reference: Callable[..., Any] | None
    live: tuple[Live, ...]
    where: Where | None = field(default=None, compare=False, repr=False)

    @property
    def recursive(self) -> bool:
        """Whether the body speaks of the name that it defines."""
        return self.name in names(self.body.tree)

    @cached_property
    def mentioned(self) -> frozenset[str]:
        """The names that its body and its sizes speak of, its own parameters left out."""
        spoken = (name for formula in (self.body, *self.shape) for name in names(formula.tree))
        return frozenset(spoken) - frozenset(self.arguments)

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(name for group in self.parameters for name in group)

    @property
    def declared(self) -> list[Symbol]:
        """Its parameters as symbols: where it says nothing else, real numbers, and integers as indices."""
        known, kind = {s.name: s for s in self.symbols}, "integer" if self.indexed else "real"
        return [known.get(name) or Symbol(name, "", kind, low=-2, high=4) for name in self.arguments]

    @property
    def functions(self) -> tuple[Symbol, ...]:
        """Those of its parameters that are functions of real numbers."""
        return tuple(s for s in self.symbols if s.kind == "function")

    @property
    def of_numbers(self) -> bool:
        """Whether it is a function of numbers, which acts on arrays entry by entry."""
        plain = len(self.parameters) == 1 and not self.indexed
        return plain and all(s.kind in ("real", "integer") for s in self.declared)


def define(
    head: str,
    body: str,
    meaning: str,
    *,
    latex: str = "",
    symbols: Sequence[Symbol] = (),
    shape: Sequence[str] = (),
    first: int = 1,
    reference: Callable[..., Any] | None = None,
    live: Sequence[Live] = (),
) -> Definition:
    """``head`` stands for ``body``. Parameters are real numbers unless ``symbols`` declares them otherwise."""
    where = written_here()
    parsed, stood_for = parse(head, where), parse(body, where)
    name, parameters, indexed = _head(parsed)
    if is_sentence(stood_for.tree):
        what = f"'{name}' stands for what is true or false, and a definition is of a number or an array"
        raise DeclarationError(what, where=where, remedy=f"Write one({body}), or the sentence where it is meant.")
    sizes = tuple(parse(size, where) for size in shape)
    places = sum(map(len, parameters)) if indexed else 0
    if sizes and len(sizes) != places:
        what = f"'{name}' has a size for {len(sizes)} {'index' if len(sizes) == 1 else 'indices'}, and '{head}' has {places}"
        raise DeclarationError(what, where=where, remedy="Write p[j] with shape=['n'], or T[i, j] with shape=['m', 'n'].")
    return Definition(
        name,
        parsed,
        stood_for,
        meaning,
        latex,
        parameters,
        indexed,
        sizes,
        first,
        tuple(symbols),
        reference,
        tuple(live),
        where,
    )


def spoken_of(names: Iterable[str], symbols: Sequence[Symbol], definitions: Iterable[Definition] = ()) -> set[str]:
    """The names, and those of which their domains and definitions speak, by themselves or through others."""
    spoken: dict[str, Iterable[str]] = {s.name: s.mentions() for s in symbols}
    spoken |= {d.name: d.mentioned for d in definitions}
    return reached(names, lambda name: spoken.get(name, ()))


def resting_on(name: str, definitions: Collection[Definition]) -> set[str]:
    """The name, and the definitions that speak of it, by themselves or through others."""
    return reached([name], lambda one: (d.name for d in definitions if one in d.mentioned))


def reached(first: Iterable[T], beside: Callable[[T], Iterable[T]]) -> set[T]:
    """The first ones, those beside these, and so on."""
    waiting, met = [*first], set[T]()
    while waiting:
        if (each := waiting.pop()) not in met:
            met.add(each)
            waiting += beside(each)
    return met


def _head(head: Formula) -> tuple[str, tuple[tuple[str, ...], ...], bool]:
    groups: list[tuple[str, ...]] = []
    node, indexed = head.tree, False
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Call):
            arguments: list[ast.expr] = node.args
            node = node.func
        elif isinstance(node, ast.Subscript):
            arguments = places(node)
            node, indexed = node.value, True
        else:
            arguments = [node]
        if not all(isinstance(a, ast.Name) for a in arguments):
            raise DeclarationError(f"cannot define '{head}': write a name, f(x), p[j] or f(g)(i)", where=head.where)
        groups.insert(0, tuple(a.id for a in arguments if isinstance(a, ast.Name)))
    return node.id, tuple(groups), indexed


def _bound(text: str, where: Where) -> Formula | None:
    return parse(text, where) if text else None
