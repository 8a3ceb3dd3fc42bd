"""The witnesses: what bears a step out without SymPy. Each looks at a whole chain, at points drawn from the declared domain."""

from __future__ import annotations

import inspect
import itertools
import math
import re
import sys
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

import mpmath as mp

from report.errors import DeclarationError, nearest
from report.prove.callees import packages_of
from report.prove.checked import Witnessed
from report.prove.derivation import Chain, Derivation, Part
from report.prove.language.formula import Formula, names, parse
from report.prove.language.glossary import POINTS, Definition, Live, Symbol, spoken_of
from report.prove.language.standing import Standing
from report.prove.language.vocabulary import EVERYWHERE, LOGICAL
from report.prove.meaning import points
from report.prove.meaning.numeric import Point, evaluate
from report.prove.meaning.values import DIGITS, MIXED, Array, OutOfSight, Undefined, alone, compare, precision, short

NUMERIC = "numeric"
LOGIC_POINTS = 60
REFERENCE_POINTS = 40
TRIES = 4000
READABLE = 4
"""Of an array of more places, all with one number, that number is said once."""
DIFFERENT = re.compile(r"[^=!<>]+ != [^=!<>]+")
WHOLE = "at"
"""The parameter of a live witness that holds the whole point."""


@dataclass
class Testimony:
    """What one witness says of the steps of a chain: at how many points it agreed, and which steps it refuses and why."""

    agreed: dict[int, int] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    untested: set[int] = field(default_factory=set)
    """Of the refused steps, those that no point speaks against, and none for."""

    def refuse(self, step: int, why: str) -> None:
        self.refused.setdefault(step, why)


def counterexamples(derivation: Derivation, chain: Chain, lacking: Iterable[str] = ()) -> Testimony:
    """``by_numbers`` at more points and beyond the sizes that the author draws, for what SymPy refuses: is it false as well?
    Where one of the conditions that are ``lacking`` says that two numbers differ, they are made equal.
    """
    equal = [parse(needed.replace(" != ", " == ")) for needed in lacking if DIFFERENT.fullmatch(needed)]
    known = EVERYWHERE | {s.name for s in derivation.symbols} | {d.name for d in derivation.definitions}
    equal = [equation for equation in equal if names(equation.tree).keys() <= known]  # and no index of a sum
    return by_numbers(derivation, chain, Visits(derivation, chain), True, equal)


def by_numbers(
    derivation: Derivation, chain: Chain, visits: Visits, searching: bool = False, lacking: Sequence[Formula] = ()
) -> Testimony:
    """Every relation of the chain, evaluated at random points to thirty digits."""
    logical = chain.claim.relation in LOGICAL
    wanted = (1 + logical) * LOGIC_POINTS if searching else _wanted(chain.part, logical)
    found, used = Testimony(), 0
    truths: list[set[bool]] = [set() for _ in chain.expressions]
    with precision():
        chosen = [_edges(derivation, chain, points.EDGES)]
        if _is_open(chain.part) and not searching:
            chosen += [_edges(derivation, chain, points.FAR_EDGES)]
        if logical:  # where one sentence is true by accident only, it is made true
            ends = (chain.expressions[0], chain.expressions[-1])
            chosen += [itertools.islice(_points(derivation, chain, NUMERIC, supposing=end), POINTS) for end in ends]
        chosen += [itertools.islice(_points(derivation, chain, NUMERIC, supposing=end), FEWEST) for end in lacking]
        others = map(visits.at, _points(derivation, chain, NUMERIC, beyond=True)) if searching else visits.of({})
        far: list[Point] = []
        if searching:  # a point far off is hard to read
            far = [*_edges(derivation, chain, points.FAR_EDGES, searching=True)]
            others = itertools.chain(itertools.islice(others, POINTS), map(visits.at, far), others)
        for point, value_of in itertools.chain(map(visits.at, itertools.chain(*chosen)), others):
            values = [value_of(at) for at in range(len(chain.expressions))]
            used += 1
            for at, (before, after) in enumerate(itertools.pairwise(values)):
                if chain.relations[at] == "implies" and not isinstance(before, Undefined) and not before:
                    break  # nothing that follows is said here
                missing = next((v for v in (before, after) if isinstance(v, Undefined)), None)
                if searching and missing and (isinstance(missing, OutOfSight) or any(point is each for each in far)):
                    continue  # so far off, 1 - sigma(x) is 0 to thirty digits, and has no logarithm
                if missing is not None:
                    found.refuse(at, f"no value at {_spell(point, derivation)}: {missing}")
                elif not compare(before, chain.relations[at], after) and not _differ_a_little(chain, at, point):
                    sides = f"the left side is {_number(before)}, the right side {_number(after)}"
                    found.refuse(at, f"at {_spell(point, derivation)} {sides}")
            if logical:
                for seen, value in zip(truths, values):
                    seen.add(bool(value) and not isinstance(value, Undefined))
            if used >= wanted:
                break
    found.untested = {*range(len(chain.relations))} - found.refused.keys()
    for at, relation in enumerate(chain.relations):
        if used == 0:
            found.refuse(at, "no point of the domain satisfies the conditions")
        elif relation == "iff" and len(truths[at]) < 2:
            found.refuse(at, f"it was {'true' if True in truths[at] else 'false'} at every point: nothing was tested")
        elif relation == "implies" and True not in truths[at]:
            found.refuse(at, "the premise was never true: nothing was tested")
    found.untested &= found.refused.keys()
    found.agreed = {at: used for at in range(len(chain.relations)) if at not in found.refused}
    return found


def _wanted(part: Part, logical: bool) -> int:
    """At how many points: the author may spare some where SymPy decides every step, and not where numbers are all there is."""
    usual = LOGIC_POINTS if logical or _is_open(part) else POINTS
    return max(part.points, usual) if _is_open(part) else part.points or usual


def _is_open(part: Part) -> bool:
    """Whether a step of it is only checked or cited."""
    return any(step.rule.standing is not Standing.PROVED for step in part.steps)


def _differ_a_little(chain: Chain, at: int, point: Point) -> bool:
    """Whether two numbers stand in a strict relation, by a difference so small that only more digits show it: one that still
    more of them do not wash out.
    """
    relation, gaps = chain.relations[at], []
    for times in (3, 6) if relation in ("<", ">", "!=") else ():
        with mp.workdps(times * DIGITS):
            a, b = (alone(_value(expression, point)) for expression in chain.expressions[at : at + 2])
            if not all(isinstance(side, int | mp.mpf) for side in (a, b)):
                return False
            gaps.append(b - a if relation == "<" else a - b)
    return bool(gaps) and (gaps[-1] > 0 or relation == "!=") and bool(abs(gaps[0] - gaps[-1]) < abs(gaps[-1]) / 2)


Visit = tuple[Point, Callable[[int], Any]]
"""A point, and the values there of the chain's expressions by their places."""


class Visits:
    """Where the witnesses of a part are asked: those of the same sizes meet at the same points, and there each formula is
    evaluated once.
    """

    def __init__(self, derivation: Derivation, chain: Chain):
        self._derivation, self._chain = derivation, chain
        self._drawn: dict[str, Iterator[Visit]] = {}
        self._met: dict[str, list[Visit]] = {}

    def of(self, sweep: Mapping[str, Sequence[int]]) -> Iterator[Visit]:
        """The points at which these sizes are tried, all of them, or at which all is random."""
        sizes = "/".join(f"{name} {[*numbers]}" for name, numbers in sweep.items())
        if sizes not in self._drawn:
            fixed = [dict(zip(sweep, c)) for c in itertools.product(*sweep.values())] if sweep else None
            self._drawn[sizes] = map(self.at, _points(self._derivation, self._chain, f"live/{sizes}", fixed))
        met = self._met.setdefault(sizes, [])
        for place in itertools.count():
            if place == len(met):
                visit = next(self._drawn[sizes], None)
                if visit is None:
                    return
                met.append(visit)
            yield met[place]

    def at(self, point: Point) -> Visit:
        return point, partial(self._value, point, {})

    def _value(self, point: Point, known: dict[int, Any], at: int) -> Any:
        if at not in known:
            known[at] = _value(self._chain.expressions[at], point)
        return known[at]


def by_live(derivation: Derivation, chain: Chain, live: Live, visits: Visits) -> Testimony:
    """Every expression of the chain equal to the one that ``live`` computes, against what it computes."""
    target = parse(live.of, live.where).key if live.of else chain.claim.left.key
    places = [at for at, e in enumerate(chain.expressions) if e.key == target]
    if not places:
        raise DeclarationError(
            f"the witness '{live.name}' computes {live.of}, which is no expression of this part", where=live.where
        )
    prescribed = {n for c in chain.part.conditions for n in names(c.tree)}
    _refuse_blind(live, chain.expressions[places[0]], derivation.symbols, prescribed)
    reached = chain.equal_to(places[0])
    found, used = Testimony(), 0
    with precision():
        for point, value_of in visits.of(live.sweep):
            used += 1
            try:
                seen = _seen(live, point)
            except Undefined as reason:  # something that it asks for has no value
                for at in reached:
                    found.refuse(max(at - 1, 0), f"{live.name} cannot be asked at {_spell(point, derivation)}: {reason}")
                break
            for at in reached:
                value = value_of(at)
                if isinstance(value, Undefined) or not compare(value, "==", seen, live.tolerance):
                    shown = str(value) if isinstance(value, Undefined) else _number(value)
                    why = f"{live.name} gives {_number(seen)} at {_spell(point, derivation)}, the formula {shown}"
                    found.refuse(max(at - 1, 0), why)
            if not live.sweep and used == live.points:
                break
    steps = {max(at - 1, 0) for at in reached}
    for at in steps if used == 0 else ():
        found.refuse(at, f"no point for the witness '{live.name}' satisfies the conditions")
    found.agreed = {at: used for at in sorted(steps) if at not in found.refused}
    return found


LIBRARIES = {
    "pytorch": "torch",
    "autograd": "torch",
    **{name: name for name in ("torch", "numpy", "scipy", "jax", "tensorflow", "mpmath", "sympy")},
}
"""What is named in a witness, in small letters, and the package that it calls then."""
FEWEST = 3
"""At one point or two too many formulas agree."""
LOOSEST = 1e-3
"""The widest tolerance of a live witness: single precision and training leave less."""


def _refuse_blind(live: Live, computed: Formula, symbols: Sequence[Symbol], prescribed: Collection[str]) -> None:
    """Raises ``DeclarationError`` for a witness that could not see a difference, or that is not what it is called."""
    problem = ""
    if unknown := sorted(live.sweep.keys() - {s.name for s in symbols}):
        problem = f"sweeps '{unknown[0]}', which is no symbol"
    elif live.sweep and _sees_little(live, symbols):
        problem = f"goes over fewer than {FEWEST} points: many formulas meet there"
    elif live.tolerance > LOOSEST:
        problem = f"has a tolerance of {live.tolerance:g}: with that it agrees with anything"
    elif not inspect.signature(live.function).parameters and names(computed.tree).keys() & {s.name for s in symbols}.difference(
        prescribed
    ):
        problem = f"takes no symbol, so that it gives the same whatever {computed} is"
    else:
        called = packages_of(live.function)
        named = [word for word in re.findall(r"\w+", live.name) if word.lower() in LIBRARIES]
        if lacking := [word for word in named if LIBRARIES[word.lower()] not in called]:
            problem = f"is called {lacking[0]}, and does not call it"
        elif "sympy" in called:
            problem = "calls SymPy, which decides the steps: it is no other witness"
    if problem:
        raise DeclarationError(f"the witness '{live.name}' {problem}", where=live.where, remedy="Correct the witness.")


def _sees_little(live: Live, symbols: Sequence[Symbol]) -> bool:
    """Whether it goes over fewer points than tell formulas apart, though there are more."""
    closed = all(s.within for s in symbols if s.name in live.sweep)
    return not closed and math.prod(map(len, live.sweep.values())) < FEWEST


def of_definition(derivation: Derivation, defined: Definition, parameters: Sequence[Symbol]) -> tuple[list[Witnessed], str]:
    """Who bears a definition out, and what speaks against it ('' if nothing does)."""
    others = [d for d in derivation.definitions if d.name != defined.name]
    own = {p.name for p in parameters}
    asked = [*defined.arguments, *defined.mentioned, *_asked_by(defined.live)]
    symbols = _needed([*(s for s in derivation.symbols if s.name not in own), *parameters], derivation.definitions, asked)
    random = Random(zlib.crc32(f"definition/{defined.name}".encode()))
    witnesses: list[tuple[str, Witnessed, Callable[[Point], Any], float]] = []
    if defined.reference is not None:
        reference = Witnessed("reference", REFERENCE_POINTS)
        witnesses.append(("the reference", reference, partial(_by_reference, defined), 1e-12))
    for live in defined.live:
        _refuse_blind(live, defined.body, symbols, ())
        witnesses.append((live.name, Witnessed(live.name, live.points), partial(_seen, live), live.tolerance))
    with precision():
        for who, witness, see, tolerance in witnesses:
            for _ in range(witness.points):
                point = points.draw(symbols, [*others, defined], random)
                if problem := _disagreement(defined, point, see(point), who, tolerance):
                    return [], problem
    return [witness for _, witness, *_ in witnesses], ""


def _by_reference(defined: Definition, point: Point) -> Any:
    seen: Any = defined.reference
    for group in defined.parameters:
        seen = seen(*(point.globals[name] for name in group))
    return seen


def _disagreement(defined: Definition, point: Point, seen: Any, who: str, tolerance: float) -> str:
    value = _value(defined.body, point)
    if isinstance(value, Undefined):
        return f"it has no value: {value}"
    if compare(value, "==", seen, tolerance):
        return ""
    return f"it gives {_number(value)} where {who} gives {_number(seen)}"


# --- points --------------------------------------------------------------------------------------------------------


def _edges(derivation: Derivation, chain: Chain, edges: Sequence[int], searching: bool = False) -> Iterator[Point]:
    """The points drawn on purpose that satisfy the part's conditions; with no number of steps far off when ``searching``."""
    sizes = {name for s in derivation.symbols for size in s.shape for name in names(size.tree)}
    sizes |= {s.name for s in derivation.symbols if searching and s.kind == "integer"}
    beyond = searching or _is_open(chain.part)
    purposes = (points.Purpose(edge, beyond, sizes=frozenset(sizes)) for edge in edges)
    return _drawn(derivation, chain, "edges", chain.part.conditions, (({}, purpose) for purpose in purposes))


def _points(
    derivation: Derivation,
    chain: Chain,
    seed: str,
    fixed: Sequence[Mapping[str, int]] | None = None,
    beyond: bool = False,
    supposing: Formula | None = None,
) -> Iterator[Point]:
    """Seeded random points of the domain that satisfy the part's conditions; ``fixed`` ones are taken in turn."""
    conditions = [*chain.part.conditions, *([supposing] if supposing else [])]
    tries = TRIES if supposing is None else LOGIC_POINTS
    choices: Iterable[Mapping[str, int]] = itertools.repeat({}, tries) if fixed is None else fixed
    purpose = points.Purpose(beyond=beyond, likely=points.mentioned((*chain.expressions, *chain.part.conditions)))
    return _drawn(derivation, chain, seed, conditions, ((choice, purpose) for choice in choices))


def _drawn(
    derivation: Derivation,
    chain: Chain,
    seed: str,
    conditions: Sequence[Formula],
    wanted: Iterable[tuple[Mapping[str, int], points.Purpose]],
) -> Iterator[Point]:
    """Where the conditions hold of the points that are drawn with these values fixed, each for its purpose."""
    random, symbols = Random(zlib.crc32(f"{derivation.id}/{chain.part.label}/{seed}".encode())), _of_part(derivation, chain)
    for fixed, purpose in wanted:
        try:
            point = points.draw(symbols, derivation.definitions, random, fixed, conditions, purpose)
            if points.satisfies(conditions, point):
                yield point
        except Undefined:
            continue


def _of_part(derivation: Derivation, chain: Chain) -> list[Symbol]:
    """The symbols that a part and its witnesses need."""
    mentioned = [name for f in (*chain.expressions, *chain.part.conditions) for name in names(f.tree)]
    return _needed(derivation.symbols, derivation.definitions, [*mentioned, *_asked_by(chain.part.live)])


def _asked_by(witnesses: Iterable[Live]) -> list[str]:
    return [name for live in witnesses for name in inspect.signature(live.function).parameters]


def _needed(declared: Sequence[Symbol], defined: Sequence[Definition], asked: Iterable[str]) -> list[Symbol]:
    """The symbols that these names or their domains speak of; drawing the others would only cost time."""
    spoken = spoken_of(asked, declared, defined)
    return [s for s in declared if s.name in spoken]


def _value(expression: Formula, point: Point) -> Any:
    """The value, or the reason why there is none."""
    try:
        return evaluate(expression.tree, point)
    except Undefined as reason:
        return reason
    except RecursionError:
        return OutOfSight("the definition never comes to an end")
    except (TypeError, AttributeError):
        return Undefined(MIXED)
    except (ValueError, OverflowError) as reason:
        return Undefined(str(reason))


def _seen(live: Live, point: Point) -> Any:
    parameters = inspect.signature(live.function).parameters
    unknown = [name for name in parameters if name not in point.globals and name != WHOLE]
    if unknown:
        asked = f"the witness '{live.name}' asks for '{unknown[0]}'"
        raise DeclarationError(asked, where=live.where, remedy=nearest(unknown[0], point.globals))
    _on_one_thread()
    arguments = {name: _plain(point.look_up(name)) if name in point.globals else _Whole(point, live) for name in parameters}
    try:
        return _exact(live.function(**arguments))
    except DeclarationError:
        raise
    except Exception as error:  # an author's code may raise anything
        raised = f"the witness '{live.name}' raises {type(error).__name__}: {error}"
        raise DeclarationError(raised, where=live.where, remedy="Correct it, or state the condition that it needs.") from None


class _Whole:
    """A point as a live witness sees it: ``at.W``, ``at.n``."""

    def __init__(self, point: Point, live: Live):
        self._point, self._live = point, live

    def __getattr__(self, name: str) -> Any:
        if name not in self._point.globals:
            asked = f"the witness '{self._live.name}' asks for 'at.{name}'"
            raise DeclarationError(asked, where=self._live.where, remedy=nearest(name, self._point.globals))
        return _plain(self._point.look_up(name))


def _on_one_thread() -> None:
    """Threads of torch cost more than they bring at the size of a witness, and other checks run beside this one."""
    if "torch.nn" in sys.modules and sys.modules["torch"].get_num_threads() != 1:
        sys.modules["torch"].set_num_threads(1)


def _plain(value: Any) -> Any:
    """A value as a live witness gets it: float, int, list, list of lists, function of integers."""
    if isinstance(value, Array):
        rows = [[_plain(a) for a in row] for row in value.rows]
        return [row[0] for row in rows] if value.size[1] == 1 else rows
    if isinstance(value, bool | int):
        return value
    if callable(value):
        return lambda *k: _plain(value(*k))
    return float(value)


def _exact(value: Any) -> Any:
    """What a live witness returned, as a value to compare: numbers, and lists as arrays."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if value is None or isinstance(value, str):
        raise TypeError(f"it gives {value!r}, which is no number")
    if isinstance(value, list | tuple):
        rows = [tuple(map(_exact, row)) if isinstance(row, list | tuple) else (_exact(row),) for row in value]
        return Array(tuple(rows))
    return value


def _spell(point: Point, derivation: Derivation) -> str:
    shown = ("real", "integer", "vector", "matrix")
    varying = [s.name for s in derivation.symbols if s.kind in shown and s.name in point.globals]
    return ", ".join(f"{name} = {_number(point.globals[name])}" for name in varying) or "a random point"


def _number(value: Any) -> str:
    if isinstance(value, Array):
        entries = [_number(entry) for row in value.rows for entry in row]
        if len(entries) > READABLE and len({*entries}) == 1:
            return f"{entries[0]} in each of its {len(entries)} places"
        return "[" + "; ".join(", ".join(map(_number, row)) for row in value.rows) + "]"
    if isinstance(value, bool | int):
        return str(value)
    return "a signal" if callable(value) else short(value)
