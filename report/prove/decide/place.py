"""A place in a formula that is walked through: what holds there, and whether what the formula needs there follows from it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

import sympy as sp

from report.prove.decide.conditions import NO_FACTS, Facts, Inequality, assume
from report.prove.decide.endless import ends
from report.prove.decide.normal_form import Limit
from report.prove.decide.signs import is_nonnegative, is_positive
from report.prove.language.formula import formula, names, put_in
from report.prove.language.glossary import PROPERTIES, Definition, Symbol, reached
from report.prove.meaning.expansion import expanded, factored
from report.prove.meaning.grid import Grid, Unreadable, is_complex
from report.prove.meaning.symbolic import ALGEBRA, Scope, limits, read


@dataclass(frozen=True)
class Missing:
    """A condition that a formula needs and that does not follow, and what needs it."""

    condition: str
    why: str

    def __str__(self) -> str:
        return f"{self.why}: that needs {self.condition}, which does not follow from the conditions"


@dataclass(frozen=True)
class Settled:
    """What is defined wherever the domains say, whatever a part supposes beyond that: found once for all parts."""

    facts: Facts = NO_FACTS
    found: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False, repr=False)
    needs: dict[tuple[str, str], tuple[Missing, ...]] = field(default_factory=dict, compare=False, repr=False)
    fitting: set[str] = field(default_factory=set, compare=False, repr=False)  # the formulas in which the sizes of arrays match


@dataclass(frozen=True)
class Place:
    """A place in a formula: where it is read, what holds there, and, inside a derivative, the variable."""

    scope: Scope
    facts: Facts
    known: Facts  # what holds everywhere, without the indices and cases around this place
    symbols: Mapping[str, Symbol]
    settled: Settled
    around: tuple[tuple[sp.Symbol, Facts], ...] = ()  # the indices that are bound around, and what holds outside of each
    inside: str = ""  # the definition whose body this is
    opened: tuple[str, ...] = ()  # the definitions around it
    called: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)  # what they were called with
    falling: dict[str, set[str]] = field(default_factory=dict)  # their parameters that every call on themselves makes smaller
    slope_in: str = ""  # the name by which is differentiated: then only kinks are asked for
    order: int = 0  # so many derivatives are taken here
    varying: frozenset[str] = frozenset()  # the parameters that rest on it
    handed: Mapping[str, str] = field(default_factory=dict)  # the functions with a name that are put for parameters
    done: dict[tuple[str, str], list[Missing]] = field(default_factory=dict)  # what whole arrays and constants need
    needs: dict[tuple[str, str], tuple[Missing, ...]] = field(default_factory=dict)  # what calls and entries need at ``known``

    def need(self, shown_by: Any, node: ast.expr, sign: str, why: str) -> Iterator[Missing]:
        """The condition ``node sign``, unless ``shown_by`` shows it of the value, or of every entry of it."""
        value, here = self.value(node), self
        if isinstance(value, Grid):
            here, value = self.among_entries(value)
        if callable(value):
            value = value(sp.Dummy("i", integer=True))
        if isinstance(value, sp.Expr) and here.follows(shown_by, value):
            return
        yield Missing(sign if "!= " in sign[1:] else f"{self.spell(node)} {sign}", why + self.place())

    def follows(self, shown_by: Callable[[sp.Expr, Facts], bool], value: sp.Expr) -> bool:
        """Whether it is surely so here; and of what can be taken out of the sums around, also where these are empty."""
        if not shown_by(value, self.facts):
            return False
        product = factored(value) if self.around else value
        for at, (_, outside) in enumerate(self.around):
            still, moving = product.as_independent(*(k for k, _ in self.around[at:]), as_Add=False)
            if not (shown_by(still, outside) or (shown_by(-still, outside) and shown_by(-moving, self.facts))):
                return False
        return True

    def among(self, ends: Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]) -> Self:
        """The place for indices bound there, which there may be none of."""
        facts, around = self.facts, self.around
        for k, bounds in ends.items():
            around, facts = (*around, (k, facts)), facts.among({k: bounds})
        return replace(self, facts=facts, around=around)

    def among_entries(self, value: Grid) -> tuple[Self, sp.Expr]:
        """The place of an entry that stands for all, and that entry."""
        i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
        here = self.among({i: value.row_ends, j: value.column_ends})
        return here, value.entry(i, j if value.columns != 1 else sp.Integer(value.first))

    def under(self, condition: Any) -> Self:
        """The place where a condition holds; outside of the indices that it does not speak of, too."""
        spoken = condition.free_symbols if isinstance(condition, sp.Basic) else set()
        last = max((at for at, (k, _) in enumerate(self.around) if k in spoken), default=-1)
        around = tuple((k, supposing(condition, facts) if at > last else facts) for at, (k, facts) in enumerate(self.around))
        return replace(self, facts=supposing(condition, self.facts), around=around)

    def anywhere(self, node: ast.Lambda) -> Self:
        """The place inside of a lambda, which stands for a signal: its argument is any integer."""
        return replace(self, scope=self.scope.bind(**{a.arg: sp.Dummy(a.arg, integer=True) for a in node.args.args}))

    def branches(self, node: ast.IfExp) -> Iterator[tuple[Self, ast.expr]]:
        """What a choice may come to, and the place of each."""
        test = self.value(node.test)
        known = isinstance(test, sp.Basic)  # no equation of whole arrays
        for branch, condition in ((node.body, test), (node.orelse, sp.Not(test) if known else None)):
            if not known:
                yield self, branch
            elif self.facts.apply(condition) != sp.false:
                yield self.under(condition), branch

    def asked(self, kind: str, value: Any, name: str) -> Iterator[Missing]:
        """Whether a function of real numbers or of integers is asked at one."""
        if not isinstance(value, sp.Expr):
            return
        if kind == "integer" and not self.facts.apply(value).is_integer:
            yield Missing(f"an integer, not {value}", f"'{name}' is asked at integers alone")
        elif kind != "integer" and _may_be_complex(value):
            yield Missing(f"a real number, not {value}", f"'{name}' is asked at real numbers alone")

    def in_order(self, node: ast.expr, around: ast.expr) -> Iterator[Missing]:
        """Whether what is put in an order can be."""
        value = one_of(self.value(node))
        if isinstance(value, sp.Expr) and _may_be_complex(value):
            yield Missing(f"a real number, not {self.spell(node)}", f"`{self.spell(around)}` asks for an order")

    def functions_in(self, defined: Definition, given: Sequence[ast.expr]) -> dict[str, str]:
        """The functions with a name that are put for parameters: what is asked of these is asked of those."""
        put = [(s.name, n.id) for s, n in zip(defined.declared, given) if isinstance(n, ast.Name) and s.kind in MAPS]
        named = {to: self.handed.get(name, name) for to, name in put}
        shut = self.scope.locals.keys() - self.handed.keys()
        return {to: name for to, name in named.items() if name not in shut}

    def places(self, parameter: str, at: Sequence[ast.expr]) -> Iterator[Missing]:
        """Whether a signal that the definition around takes is asked at integers."""
        defined = self.scope.globals.get(self.inside)
        if isinstance(defined, Definition) and any(s.name == parameter and s.kind == "signal" for s in defined.symbols):
            for place in at:
                yield from self.asked("integer", self.value(place), parameter)

    def lambdas(self, defined: Definition, given: Sequence[ast.expr]) -> Iterator[Missing]:
        """Whether what is put for a function of real numbers is one: a lambda is looked at in integers alone."""
        of_reals = {s.name for s in defined.functions}
        if any(isinstance(put, ast.Lambda) and name in of_reals for name, put in zip(defined.arguments, given)):
            yield Missing("a name for it", f"'{defined.name}' takes a function, and a lambda stands for a signal")

    def are_numbers(self, defined: Definition, values: Sequence[Any]) -> bool:
        """Whether the parameters, some at least, stand for numbers, and these are of their kind."""
        fits = {"real": lambda v: v.is_real, "integer": lambda v: v.is_integer}
        return bool(defined.arguments) and all(
            symbol.kind in fits and isinstance(value, sp.Expr) and fits[symbol.kind](self.facts.apply(value))
            for symbol, value in zip(defined.declared, values)
        )

    def domain(self, defined: Definition, values: Sequence[Any], varying: frozenset[str]) -> Iterator[Missing]:
        """Whether what is put for the parameters lies where they are declared to be, and not at the end of it under a slope."""
        local = self.body_scope(defined, values)
        for symbol, value in zip(defined.declared, values):
            yield from self.asked(symbol.kind, one_of(value), defined.name)
            if symbol.kind in ("vector", "matrix"):
                yield from self.fits(defined, symbol, value, local)
            if symbol.kind not in ("real", "integer") or not isinstance(value, sp.Expr):
                continue
            low, high = symbol.bounds
            if low is not None:
                gap, strict = value - read(low.tree, local), symbol.above is not None or symbol.name in varying
                if not self.follows(is_positive if strict else is_nonnegative, gap):
                    sign = ">" if strict else ">="
                    yield Missing(f"{value} {sign} {low}", f"'{defined.name}' is defined for {symbol.name} {sign} {low} only")
            if high is not None and not self.follows(is_nonnegative, read(high.tree, local) - value):
                yield Missing(f"{value} <= {high}", f"'{defined.name}' is defined for {symbol.name} <= {high} only")

    def body_scope(self, defined: Definition, values: Sequence[Any]) -> Scope:
        """Where the body of a definition is read, with these values for its parameters."""
        return Scope(self.scope.globals, dict(zip(defined.arguments, values)), self.scope.knowledge)

    def fits(self, defined: Definition, symbol: Symbol, value: Any, local: Scope) -> Iterator[Missing]:
        """Whether what is put for a vector or matrix has its size, and is what the parameter is declared to be."""
        sizes = [*(read(size.tree, local) for size in symbol.shape), sp.Integer(1)][:2]
        asked = f"'{defined.name}' is defined for the {symbol.kind} {symbol.name}"
        same = isinstance(value, Grid) and value.first == symbol.first
        if not (same and all(expanded(self.facts.apply(a - b)) == 0 for a, b in zip((value.rows, value.columns), sizes))):
            yield Missing(f"a {symbol.kind} of size {' by '.join(map(str, symbol.shape))}", asked)
            return
        here, entry = self.among_entries(value)
        plain = isinstance(entry, sp.Indexed) and all(k.is_Symbol for k in {*entry.indices})
        base = str(entry.base) if plain and len({*entry.indices}) == len(symbol.shape) else ""
        declared = self.symbols[base].properties if base in self.symbols else ()
        for word in symbol.properties:
            holds = here.follows(is_positive, entry) if word == "positive" else word in declared
            if not holds:
                yield Missing(f"that {PROPERTIES[word]}", f"{asked}, which is {word}")

    def lies(self, index: sp.Expr, low: sp.Expr, high: sp.Expr, node: ast.expr) -> Iterator[Missing]:
        if not self.facts.apply(index).is_integer:
            yield Missing(f"an integer, not {index}", f"`{self.spell(node)}` is an entry")
        for gap, condition in ((index - low, f"{index} >= {low}"), (high - index, f"{index} <= {high}")):
            if not self.follows(is_nonnegative, gap):
                yield Missing(condition, f"`{self.spell(node)}` may lie outside of the array")

    def sizes(self, node: ast.expr) -> Iterator[Missing]:
        """Whether the arrays in a formula fit together; what a definition hides is looked at with its body."""
        if not self.inside and ast.dump(node) in self.settled.fitting:
            return
        try:
            read(node, replace(self.scope, knowledge=ALGEBRA))
        except Unreadable as error:
            if "×" in str(error):  # anything else is said where the step is decided
                yield Missing("sizes that match", f"in `{self.spell(node)}`, {error}")
        except Exception:
            return  # SymPy has no reading of it, and says so where the step is decided

    def descent(self, defined: Definition, values: Sequence[Any]) -> Iterator[Missing]:
        """Whether a recursive call is nearer to an end than the call around it: by one at least in a parameter with a least,
        which is the same for all calls.
        """
        put = zip(defined.arguments, self.called[defined.name], values)
        smaller = {name for name, a, b in put if isinstance(a, sp.Expr) and is_nonnegative(a - b - 1, self.facts)}
        ends = (s for s in defined.symbols if s.kind == "integer" and s.bounds[0] is not None)
        bounded = {s.name for s in ends if {*defined.arguments}.isdisjoint(s.mentions())}  # by no end that falls, too
        left = self.falling.setdefault(defined.name, bounded)
        left &= smaller
        if left:
            return
        yield Missing(
            "a parameter that each such call makes smaller: an integer with a least value, declared in the glossary or in the "
            f"symbols= of '{defined.name}'",
            f"'{defined.name}' calls itself and comes no nearer to an end",
        )

    def endless(self, name: str, node: ast.GeneratorExp, limits: Sequence[Limit]) -> Iterator[Missing]:
        """What a range without end needs: of all integers there is no largest, and their sum need not have a value."""
        value = self.value(node.elt) if name == "sum" else sp.Integer(1)
        for at in (sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)):
            value = value.entry(at, at) if isinstance(value, Grid) else value(at) if callable(value) else value
        if name == "all" or value is None or (name == "sum" and ends(value, limits, self.finite)):
            return
        needed = "terms that are 0 almost everywhere" if name == "sum" else "bounds"
        yield Missing(needed, f"`{name}({self.spell(node.elt)} for …)` goes over infinitely many")

    @property
    def finite(self) -> set[str]:
        """The signals with finite support."""
        return {s.name for s in self.symbols.values() if s.ends}

    def value(self, node: ast.expr) -> Any:
        """The symbolic value, or None where there is no reading: the step is then refused for that."""
        try:
            return read(node, self.scope)
        except Exception:
            return None

    def ends(self, where: ast.expr) -> tuple[Any, Any]:
        """The ends of a range, None for one of which there is no reading."""
        low, high = map(self.value, where.args) if isinstance(where, ast.Call) else limits(where, self.scope)
        return low, high

    def spell(self, node: ast.expr) -> str:
        """A piece of the formula as the author would write it; inside a definition with what is put for its parameters."""
        bound = {n: v for n, v in self.scope.locals.items() if isinstance(v, sp.Expr) and not isinstance(v, sp.Dummy)}
        words = {n: str(v) if v.is_Atom or isinstance(v, sp.Indexed) else f"({v})" for n, v in bound.items()}
        spoken = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in words]
        text = str(formula(put_in(node, {n: ast.Name(words[n.id], ast.Load()) for n in spoken})))
        return text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text

    def place(self) -> str:
        return f" (in the definition of '{self.inside}')" if self.inside else ""

    @property
    def slope(self) -> str:
        """Of what which slope is asked for here, to remember what was found."""
        return f"{self.slope_in} {self.order} {sorted(self.varying)}"

    def depends(self, node: ast.expr) -> bool:
        """Whether a piece of what is differentiated rests on the variable."""
        spoken = names(node).keys()
        return bool(spoken & self.varying) or self.slope_in in reached(spoken - self.scope.locals.keys(), self.mentioned)

    def reaches(self, defined: Definition) -> bool:
        """Whether the body of a definition speaks of the variable, by itself or through others."""
        return self.slope_in in reached(defined.mentioned, self.mentioned)

    def mentioned(self, name: str) -> Iterable[str]:
        """The names of which the definition of a name speaks; none if it has none."""
        defined = self.scope.globals.get(name)
        return defined.mentioned if isinstance(defined, Definition) else ()


MAPS = ("signal", "function")


def any_of(symbols: Sequence[Symbol]) -> list[sp.Expr]:
    """What stands for any value of parameters that are numbers."""
    return [sp.Dummy(s.name, **({"integer": True} if s.kind == "integer" else {"real": True})) for s in symbols]


def in_domain(facts: Facts, defined: Definition, local: Scope) -> Facts:
    """The facts, and that the parameters of a definition lie where they are declared to, with their values in ``local``."""
    for symbol in defined.declared:
        (low, high), value = symbol.bounds, local.locals[symbol.name]
        facts = facts if low is None else facts.knowing(Inequality(value - read(low.tree, local), symbol.above is not None))
        facts = facts if high is None else facts.knowing(Inequality(read(high.tree, local) - value, False))
    return facts


def one_of(value: Any) -> Any:
    """A value that stands for all those of an array or a signal, or None where there is no reading of one."""
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    try:
        return value.entry(i, j) if isinstance(value, Grid) else value(i) if callable(value) else value
    except Exception:
        return None


def _may_be_complex(e: sp.Expr) -> bool:
    return is_complex(e) and not e.is_real


def supposing(condition: Any, facts: Facts) -> Facts:
    """The facts with a condition, as far as it can be used; an integer that is not negative and not 0 is at least 1."""
    try:
        facts = assume([condition], facts)
    except ValueError:
        return facts
    for apart in facts.apart[-1:] if isinstance(condition, sp.Ne) else ():
        for gap in (apart, -apart):
            if gap.is_integer and is_nonnegative(gap, facts):
                return facts.knowing(Inequality(gap - 1, False))
    return facts
